from datetime import date

import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def money(unsupported):
    """Run plan_in_money and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("plan_in_money", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"focus": "budget"},
        {"focus": "cash", "dso_days": 30, "dpo_days": 60},
        {"focus": "budget", "measure": "revenue", "family": "Juice"},
        {"period": "back", "months": 3},
        {"period": "fiscal_year"},
        {"period": "fiscal_year", "focus": "budget"},
        {"family": "tea", "prices": "list", "carrying_rate": 10},
    ],
)
def test_the_demo_company_in_money(money, demo, request_):
    evidence = money(demo, **request_)
    assert evidence.table.rows
    assert evidence.chart


def test_the_gap_is_told_with_parts_that_add_up(money, demo):
    evidence = money(demo, focus="budget")
    assert "below the budget of EUR 12,401,664: volume EUR " in evidence.summary
    parts = [fact(evidence, f"budget_{name}") for name in ("volume", "mix", "price", "cost")]
    assert sum(parts) == pytest.approx(fact(evidence, "budget_gap"), rel=1e-9)
    by_family = [f.value for f in evidence.facts if f.name == "budget_gap" and f.about]
    assert sum(by_family) == pytest.approx(fact(evidence, "budget_gap"), rel=1e-9)
    assert evidence.chart["data"]["values"][0]["step"] == "budget"


def test_parameters_are_stated(money, demo):
    evidence = money(demo, focus="cash", dso_days=30, carrying_rate=12)
    assert "after 30 days" in evidence.definition
    assert "12 % / 12" in evidence.definition
    assert "net price" in evidence.definition


def test_a_family_scope_sees_the_demand_plan_and_no_cash(money, demo):
    tea = demo.narrowed(Scope(families=frozenset({"Tea"})))
    evidence = money(tea)
    assert "the demand plan brings revenue of EUR" in evidence.summary
    assert "You see family Tea only" in evidence.summary
    with pytest.raises(NotPermitted, match="plan cash"):
        money(tea, focus="cash")
    north = demo.narrowed(Scope(regions=frozenset({"North"})))
    with pytest.raises(NotPermitted, match="put the plan in money"):
        money(north)


def test_without_capacity_data_the_demand_plan_is_valued(money, lemonade):
    evidence = money(lemonade(routings=None))
    assert "the demand plan brings revenue of EUR 25,200" in evidence.summary


def test_without_a_budget_only_the_question_for_it_is_refused(money, lemonade):
    company = lemonade()
    assert "budget" not in money(company).summary
    with pytest.raises(DataProblem, match="no table 'budget'"):
        money(company, focus="budget")


def test_a_budget_without_margins_is_compared_in_revenue(money, lemonade):
    budget = [
        {"month": m, "family": "Soda", "quantity": 400, "revenue": 4000}
        for m in (date(2026, 11, 1), date(2026, 12, 1))
    ]
    evidence = money(lemonade(budget=budget), focus="budget")
    assert "the revenue is EUR 400 above the budget of EUR 8,000" in evidence.summary
    with pytest.raises(DataProblem, match="no margins"):
        money(lemonade(budget=budget), focus="budget", measure="margin")


def test_products_without_price_or_cost_are_named(money, lemonade, lemonade_tables):
    products = lemonade_tables()["products"]
    products[0]["price"] = products[1]["standard_cost"] = None
    rules = {issue.rule: issue for issue in money(lemonade(products=products)).issues}
    assert "X have no price" in rules["no price"].message
    assert "Y have no standard cost" in rules["no cost"].message


def test_cash_of_a_family_is_refused(money, demo):
    with pytest.raises(BadRequest, match="whole company"):
        money(demo, focus="cash", family="Juice")


def test_cash_that_is_not_known_is_said_so(money, lemonade):
    assert money(lemonade(), focus="cash", months=1).summary.startswith("Cash is not known")


def test_a_company_without_prices_or_costs_is_told_so(money, lemonade, lemonade_tables):
    products = lemonade_tables()["products"]
    for row in products:
        row["standard_cost"] = None
    evidence = money(lemonade(products=products))
    assert "a margin that is not known, as nothing sold has a standard cost" in evidence.summary
    assert not [f for f in evidence.facts if f.name in ("margin", "inventory_value")]
    for row in products:
        row["price"] = None
    with pytest.raises(DataProblem, match="cannot be put in money"):
        money(lemonade(products=products))
