import doctest
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from planning_engine.demand.plan import adjustment
from planning_engine.demand.plan.adjustment import Adjustment
from planning_engine.demand.plan.demand_review import Layers, review
from planning_engine.errors import BadRequest, UnknownName
from tools.context import ToolContext
from tools.registry import run

MARCH = date(2027, 3, 1)
DRAFT = {"product": "COL-033-24", "start": "2027-03", "percent": 10, "reason": "new listing"}
LISTING = Adjustment(
    "o_1",
    "COL-033-24",
    None,
    MARCH,
    MARCH,
    None,
    10.0,
    "lucia",
    "new listing",
    None,
    "petra",
    date(2026, 11, 2),
)


class Ledger:
    def __init__(self, *approved):
        self.approved = approved

    def overrides(self):
        return self.approved


@pytest.fixture
def draft(demo):
    def query(**changes):
        return run("draft_override", DRAFT | changes, ToolContext(demo))

    return query


def test_examples():
    assert doctest.testmod(adjustment).failed == 0


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"author": "Lucia"},
        {"percent": None, "quantity": -500, "end": "2027-04", "expires_on": "2026-12-31"},
        {"site": "DC-SOUTH", "author": "sam"},
    ],
    ids=str,
)
def test_every_figure_and_name_of_a_draft_is_a_fact(draft, demo, unsupported, changes):
    evidence = draft(**changes)
    assert unsupported(evidence, demo) == []
    assert evidence.proposal.kind == "override"


def test_a_draft_is_typed_and_says_what_the_author_was_worth_so_far(draft, demo):
    evidence = draft(author="Lucia", expires_on="2027-01-31")
    body = evidence.proposal.body
    assert body["product"] == "COL-033-24"
    assert (body["start"], body["end"], body["percent"]) == ("2027-03-01", "2027-03-01", 10.0)
    assert (body["author"], body["expires_on"]) == ("lucia", "2027-01-31")
    assert "the overrides of Lucia Ferro cost 10.2 percentage points" in evidence.summary
    march = review(demo, {"product": "COL-033-24"}, 5).demand[4]
    assert evidence.facts[1].value == pytest.approx(march / 10)


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"quantity": 5}, BadRequest, "either a quantity or a percent"),
        ({"percent": None}, BadRequest, "either a quantity or a percent"),
        ({"start": "2026-10"}, BadRequest, "Only months from November 2026 on"),
        ({"end": "2027-02"}, BadRequest, "Only months from November 2026 on"),
        ({"end": "2028-03"}, BadRequest, "12 months ahead at most"),
        ({"expires_on": "2026-10-01"}, BadRequest, "expired before today"),
        ({"product": "COLA-9"}, UnknownName, "No product named"),
    ],
)
def test_what_cannot_be_overridden_says_why(draft, changes, error, sentence):
    with pytest.raises(error, match=sentence):
        draft(**changes)


def test_an_approved_override_shows_in_the_review_of_product_and_family(demo, unsupported):
    plain = review(demo, {"product": "COL-033-24"}, 6)
    for where in ({"product": "COL-033-24"}, {"family": "Soft Drinks"}, {}):
        before = review(demo, where, 6).demand
        after = review(demo, where, 6, adjustments=(LISTING,)).demand
        extra = after - before
        assert extra[4] == pytest.approx(plain.demand[4] / 10)
        assert np.delete(extra, 4) == pytest.approx(np.zeros(5))
    context = ToolContext(demo, overrides=Ledger(LISTING))
    evidence = run("review_demand", {"product": "COL-033-24"}, context)
    assert "Approved overrides add" in evidence.summary
    assert unsupported(evidence, demo) == []


def test_what_has_expired_or_is_switched_off_or_is_elsewhere_changes_nothing(demo):
    cola = {"product": "COL-033-24"}
    before = list(review(demo, cola, 6, Layers(overrides=False)).demand)
    assert list(review(demo, cola, 6, Layers(overrides=False), (LISTING,)).demand) == before
    gone = replace(LISTING, expires_on=date(2026, 10, 30))
    assert not review(demo, cola, 6, adjustments=(gone,)).approved.any()
    assert not review(demo, {"family": "Tea"}, 6, adjustments=(LISTING,)).approved.any()
    assert not review(demo, cola | {"site": "DC-WEST"}, 6, adjustments=(LISTING,)).approved.any()
