import pytest

from planning_engine.errors import DataProblem, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(demo):
    def query(**arguments):
        return run("estimate_uplift", arguments, ToolContext(demo))

    return query


QUESTIONS = [
    {},
    {"event": "EV-27-01"},
    {"event": "Cola Stadium Weeks"},
    {"event": "EV-26-03"},
    {"event": "EV-25-04"},
    {"product": "COL-033-24"},
    {"family": "Tea"},
    {"kind": "promotion", "when": "to_come"},
    {"when": "past"},
]


@pytest.mark.parametrize("arguments", QUESTIONS, ids=str)
def test_every_figure_and_name_of_a_summary_is_a_fact(ask, demo, unsupported, arguments):
    evidence = ask(**arguments)
    assert unsupported(evidence, demo) == []
    evidence.to_dict()


def test_the_planned_cup_is_held_against_what_past_promotions_brought(ask):
    summary = ask(event="EV-27-01").summary
    assert "the declared uplift is 60.0 %. That is more than the sales support." in summary


def test_a_launch_has_nothing_to_be_compared_with(ask):
    assert "cannot be estimated: there are fewer than 6 months" in ask(event="EV-26-03").summary


def test_events_of_a_family_are_its_own_and_its_products(ask):
    kinds = {row[0] for row in ask(family="Water").table.rows}
    assert {"EV-23-02", "EV-26-02"} <= kinds
    assert "EV-24-03" not in kinds


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"event": "EV-99"}, UnknownName, "No event named 'EV-99'"),
        ({"kind": "parade"}, DataProblem, "lists no such event"),
    ],
)
def test_an_event_nobody_knows_is_said(ask, arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        ask(**arguments)


def test_without_events_the_table_is_named(company_of):
    sales = [{"date": "2026-10-01", "product": "A", "quantity": 1}]
    facts = company_of({"products": [{"product": "A"}], "sales": sales})
    with pytest.raises(DataProblem, match="no table 'events'"):
        run("estimate_uplift", {}, ToolContext(facts))
