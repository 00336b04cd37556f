import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import DataProblem, NotPermitted, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(demo):
    def query(**arguments):
        return run("review_overrides", arguments, ToolContext(demo))

    return query


QUESTIONS = [
    {},
    {"by": "step"},
    {"by": "reason"},
    {"by": "override", "family": "Juice"},
    {"person": "Lucia"},
    {"stream": "marketing", "family": "Juice"},
    {"product": "COL-033-24", "by": "reason", "lag": 1},
    {"site": "DC-SOUTH", "by": "step", "lag": 3},
    {"cycle": "2026-07", "by": "override"},
]


@pytest.mark.parametrize("arguments", QUESTIONS, ids=str)
def test_every_figure_and_name_of_a_summary_is_a_fact(ask, demo, unsupported, arguments):
    evidence = ask(**arguments)
    assert unsupported(evidence, demo) == []
    evidence.to_dict()


def test_the_under_forecaster_leads_the_list(ask):
    evidence = ask()
    assert "Lucia Ferro (-10.2 percentage points, 18.6 % too low)" in evidence.summary
    assert evidence.table.rows[0][:2] == ("lucia", "Lucia Ferro")


def test_the_ledger_lists_author_and_reason_of_the_latest_cycle(ask):
    rows = ask(by="override", product="COL-033-24").table.rows
    assert ("consensus", "Petra Novak", "Kaito Spring Cup") in {row[1:4] for row in rows}


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"lag": 11}, DataProblem, "No complete month was forecast 11 months before"),
        ({"person": "Zorro"}, UnknownName, "No person named 'Zorro'"),
        ({"family": "Milk"}, UnknownName, "No family named 'Milk'"),
        ({"cycle": "2020-01", "by": "override"}, DataProblem, "Nothing was overridden"),
    ],
)
def test_what_cannot_be_reviewed_says_why(ask, arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        ask(**arguments)


def test_overrides_are_not_kept_by_region(demo):
    north = ToolContext(demo.narrowed(Scope(regions=frozenset({"North"}))))
    with pytest.raises(NotPermitted, match="not kept at that level"):
        run("review_overrides", {}, north)
