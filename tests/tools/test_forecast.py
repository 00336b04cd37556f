from datetime import date

import pytest

from assistant.grounding import check
from assistant.viewpoints import vocabulary
from planning_engine.data.sample.planted import LAUNCH
from planning_engine.data.scope import Scope
from planning_engine.demand.forecasting.forecast import forecast
from planning_engine.demand.history.history import key
from planning_engine.errors import BadRequest, DataProblem, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(demo):
    def query(**arguments):
        return run("forecast_demand", arguments, ToolContext(demo))

    return query


QUESTIONS = [
    {},
    {"family": "Juice"},
    {"product": "Kaito Cola 0.33 L can x24"},
    {"product": "COL-033-24", "start": "2027-03", "end": "2027-03"},
    {"product": "ICP-050-12", "start": "2027-01"},
    {"product": LAUNCH.product, "months": 12},
    {"product": "FLW-050-12", "months": 3},
    {"region": "North", "family": "Tea"},
    {"channel": "Retail", "months": 2},
    {"customer": "C01"},
    {"site": "DC-WEST", "product": "ICP-050-12", "history": 0},
]


@pytest.mark.parametrize("arguments", QUESTIONS, ids=str)
def test_every_figure_and_name_of_a_summary_is_a_fact(ask, demo, arguments):
    evidence = ask(**arguments)
    grounded = check(
        evidence.summary,
        evidence=[evidence],
        question="",
        vocabulary=vocabulary(demo),
        today=date(2026, 10, 31),
    )
    assert [(c.text, c.problem) for c in grounded.unsupported] == []
    evidence.to_dict()


def test_the_answer_names_method_backtest_error_and_the_naive_error(ask):
    summary = ask(family="Water").summary
    assert "Method: weighted mean of" in summary
    assert "backtest error" in summary
    assert "for the seasonal naive" in summary


def test_one_month_is_given_with_its_interval(ask, demo):
    evidence = ask(product="COL-033-24", start="2027-03", end="2027-03")
    made = forecast(demo, key({"product": "COL-033-24"}), 5)
    assert evidence.facts[0].value == pytest.approx(made.mean[4])
    said = f"in March 2027 is forecast at {made.mean[4]:,.0f} cases (80 % interval"
    assert said in evidence.summary
    assert "Kaito Spring Cup (60.0 %)" in evidence.summary
    low = next(f for f in evidence.facts if f.name == "low_95")
    assert low.about == {"month": "2027-03-01"}


def test_few_months_are_listed_and_many_summed(ask):
    assert "December 2026 and" in ask(family="Tea", months=3).summary
    assert "in total. It is highest in" in ask(family="Tea", months=6).summary


def test_a_launch_says_whose_history_stands_in(ask):
    evidence = ask(product=LAUNCH.product)
    assert "The history of Volt Mango 0.25 L can x24 stands in" in evidence.summary


def test_history_and_forecast_share_table_and_picture(ask):
    evidence = ask(family="Tea", months=4, history=12)
    kinds = [row[1] for row in evidence.table.rows]
    assert kinds == ["forecast"] * 4 + ["history"] * 12
    assert all(row[4:] == (None,) * 4 for row in evidence.table.rows[4:])
    assert len(evidence.chart["data"]["values"]) == 16
    assert "80 % interval" in evidence.chart["title"]["text"]
    assert len(ask(family="Tea", months=4, history=0).table.rows) == 4


def test_a_history_too_short_to_test_on_is_said(company_of):
    facts = company_of(
        {
            "products": [{"product": "A", "unit": "kg"}],
            "sales": [
                {
                    "date": date(2026, month, 1),
                    "product": "A",
                    "site": "S",
                    "customer": "K",
                    "quantity": 10 * month,
                }
                for month in (8, 9, 10)
            ],
        }
    )
    evidence = run("forecast_demand", {"months": 2}, ToolContext(facts))
    assert evidence.summary == (
        "Demand is forecast at 90 kg in November 2026 and 90 kg in December 2026. Method: mean "
        "of the few periods there are; the history is too short for a backtest."
    )


def test_months_without_data_are_named_in_the_definition(company_of):
    months = [date(2026, month, 1) for month in range(1, 11) if month != 4]
    facts = company_of(
        {
            "products": [{"product": "A"}],
            "sales": [
                {"date": month, "product": "A", "site": "S", "customer": "K", "quantity": 9}
                for month in months
            ],
        }
    )
    evidence = run("forecast_demand", {}, ToolContext(facts))
    assert "no sales at all for April 2026: estimated" in evidence.definition


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"start": "2026-03"}, BadRequest, "A forecast begins in November 2026"),
        ({"start": "2027-03", "end": "2027-01"}, BadRequest, "A forecast begins in November"),
        ({"end": "2029-03"}, BadRequest, "24 months ahead at most"),
        ({"months": 25}, BadRequest, "months: give 24 at most"),
        ({"product": "CMP-CAP"}, DataProblem, "is raw material"),
        ({"product": "COL-33"}, UnknownName, "Did you mean 'COL-033-24'"),
    ],
)
def test_what_cannot_be_forecast_says_why(ask, arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        ask(**arguments)


def test_a_regional_person_gets_the_forecast_of_their_region(demo):
    north = ToolContext(demo.narrowed(Scope(regions=frozenset({"North"}))))
    evidence = run("forecast_demand", {"family": "Tea"}, north)
    whole = run("forecast_demand", {"family": "Tea", "region": "North"}, ToolContext(demo))
    assert evidence.facts[0].value == pytest.approx(whole.facts[0].value)
    assert "You see region North only" in evidence.summary
