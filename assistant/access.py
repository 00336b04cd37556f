"""Who may see and approve what: a person, a role, a scope."""

from planning_engine.data.company import Company, Person
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import NotPermitted, UnknownName

# On a machine without a named person: whoever owns the files sees and decides everything.
OWNER = Person("owner", "Owner of this machine", "executive")

# Which kinds of proposal a role may approve.
_APPROVES: dict[str, frozenset[str]] = {
    "planner": frozenset({"decision", "minutes", "plan_of_record", "override"}),
}


def find_person(company: Company, who: str | None) -> Person:
    """Return the person of an id, name, e-mail or Slack id; the machine's owner for None.

    A role stands for the first person who has it, for trying out what a role may see.

    Raises:
        UnknownName: The company lists nobody of that name.
    """
    if who is None:
        return OWNER
    wanted = who.strip().casefold()
    for person in company.people:
        if wanted in _called(person):
            return person
    if wanted == OWNER.id:
        return OWNER
    for person in company.people:
        if wanted == person.role:
            return person
    raise UnknownName("person", who, [person.id for person in company.people])


def find_slack_person(company: Company, slack: str) -> Person:
    """Return the person a Slack user id stands for.

    Raises:
        NotPermitted: Nobody in company.toml has that Slack id.
    """
    for person in company.people:
        if person.slack == slack:
            return person
    raise NotPermitted(
        f"I do not know who you are: no person in company.toml has the Slack id {slack}. "
        f"Ask whoever keeps it to add slack = '{slack}' to your entry."
    )


def narrowed(snapshot: Snapshot, person: Person) -> Snapshot:
    """Return the facts as the person may see them."""
    return snapshot if person.scope.is_everything else snapshot.narrowed(person.scope)


def reads_restricted(person: Person) -> bool:
    """Tell whether notes and decisions restricted to executives are open to the person."""
    return person.role == "executive"


def may_approve(person: Person, kind: str) -> bool:
    """Tell whether the person may approve or reject a proposal of that kind."""
    return person.role == "executive" or kind in _APPROVES.get(person.role, frozenset())


def require_approver(person: Person, kind: str) -> None:
    """Check that the person may approve or reject a proposal of that kind.

    Raises:
        NotPermitted: The role does not allow it.
    """
    if not may_approve(person, kind):
        allowed = "an executive or a planner" if kind in _APPROVES["planner"] else "an executive"
        raise NotPermitted(
            f"{person.name} may not decide on a {kind.replace('_', ' ')}: it takes {allowed}, and "
            f"the role in company.toml is {person.role}."
        )


def _called(person: Person) -> set[str]:
    names = (person.id, person.name, person.slack, person.email)
    return {name.casefold() for name in names if name}
