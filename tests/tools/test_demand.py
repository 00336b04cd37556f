import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(demo):
    def query(**arguments):
        return run("review_demand", arguments, ToolContext(demo))

    return query


QUESTIONS = [
    {},
    {"product": "COL-033-24"},
    {"product": "COL-033-24", "without_events": ["Kaito Spring Cup"], "overrides": False},
    {"family": "Soft Drinks", "months": 3},
    {"family": "Juice", "months": 12, "events": False},
    {"region": "West", "cleansing": False},
    {"site": "DC-WEST", "product": "ORA-150-06", "earlier": 0, "later": 0},
    {"product": "NRB-025-24"},
    {"product": "FLW-050-12", "months": 3},
    {"channel": "Retail", "months": 1},
]


@pytest.mark.parametrize("arguments", QUESTIONS, ids=str)
def test_every_figure_and_name_of_a_summary_is_a_fact(ask, demo, unsupported, arguments):
    evidence = ask(**arguments)
    assert unsupported(evidence, demo) == []
    evidence.to_dict()


def test_the_cleansed_month_is_listed_with_what_was_what_is_used_and_why(ask):
    row = next(row for row in ask(family="Soft Drinks").table.rows if row[1] == "cleansed")
    assert row[0].isoformat() == "2026-02-01"
    assert row[-3] == 3809
    assert row[-2] > row[-3]
    assert row[-1].startswith("Orange Fizz 1.5 L x6 at West DC: stock-out")


def test_what_is_switched_off_is_said(ask):
    evidence = ask(family="Tea", events=False, cleansing=False, overrides=False)
    assert "Switched off: cleansing, events and overrides." in evidence.definition
    assert "Overrides are switched off" in evidence.summary


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"product": "CMP-CAP"}, DataProblem, "is raw material"),
        ({"without_events": ["Parade"]}, UnknownName, "No event named 'Parade'"),
        ({"earlier": 13}, BadRequest, "earlier: give 12 at most"),
    ],
)
def test_what_cannot_be_reviewed_says_why(ask, arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        ask(**arguments)


def test_a_regional_person_sees_the_statistical_layers_only(demo, unsupported):
    north = demo.narrowed(Scope(regions=frozenset({"North"})))
    evidence = run("review_demand", {"family": "Tea"}, ToolContext(north))
    assert "consensus is" not in evidence.summary
    assert unsupported(evidence, north) == []
