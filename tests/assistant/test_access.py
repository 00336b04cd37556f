"""A person has a role and a scope; both are checked before anything is shown or approved."""

import pytest

from assistant import access
from planning_engine.errors import NotPermitted, UnknownName


@pytest.fixture
def company(home):
    return home.current().company


@pytest.mark.parametrize("who", ["petra", "Petra Novak", "PETRA", "petra@example.com", "planner"])
def test_a_person_is_found_by_id_name_mail_or_role(company, who):
    assert access.find_person(company, who).id == "petra"


def test_nobody_named_is_the_owner_of_the_machine_who_sees_all(company):
    owner = access.find_person(company, None)
    assert owner.role == "executive"
    assert owner.scope.is_everything


def test_an_unknown_person_gets_the_nearest_name(company):
    with pytest.raises(UnknownName, match="Did you mean 'petra'"):
        access.find_person(company, "petera")


def test_a_slack_user_is_mapped_or_told_what_to_do(company):
    assert access.find_slack_person(company, "U0ELENA").id == "elena"
    with pytest.raises(NotPermitted, match=r"add slack = 'U0XY' to your entry"):
        access.find_slack_person(company, "U0XY")


def test_a_regional_person_sees_only_the_region(home, company):
    narrow = access.narrowed(home.current(), access.find_person(company, "sam"))
    assert narrow.names("customer") == ("N",)
    assert home.current().names("customer") == ("N", "S")


@pytest.mark.parametrize(
    ("who", "kind", "allowed"),
    [
        ("elena", "decision", True),
        ("elena", "plan", True),
        ("petra", "decision", True),
        ("petra", "minutes", True),
        ("petra", "plan", False),
        ("sam", "decision", False),
        ("dana", "minutes", False),
    ],
)
def test_who_may_approve_what(company, who, kind, allowed):
    person = access.find_person(company, who)
    assert access.may_approve(person, kind) is allowed
    if not allowed:
        with pytest.raises(NotPermitted, match=person.name):
            access.require_approver(person, kind)


def test_only_executives_read_restricted_notes(company):
    readers = [person.id for person in company.people if access.reads_restricted(person)]
    assert readers == ["elena"]
