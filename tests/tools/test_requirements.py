from datetime import date

import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def plan(unsupported):
    """Run plan_requirements and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("plan_requirements", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


SLOW = [{"product": "C", "site": "P", "supplier": "S", "lead_time_days": 60, "order_multiple": 10}]


def test_orders_are_counted_and_the_next_release_is_named(plan, lemonade):
    evidence = plan(lemonade(), months=2)
    assert evidence.summary.startswith(
        "The demand plan from November 2026 to December 2026 takes 31 orders: 13 to make and 18 "
        "to move. None should have been released already. The next to release is "
    )
    assert len(evidence.table.rows) == 31
    assert "release = due - lead time in whole weeks" in evidence.definition


def test_a_release_that_is_past_is_told_with_its_date_and_use(plan, lemonade):
    evidence = plan(lemonade(sourcing=SLOW, stock=[]), product="C", months=3)
    assert evidence.summary.startswith("The demand plan of Lemons from November 2026 to January")
    assert "of them should have been released already, first" in evidence.summary
    assert "of Lemons at Plant from S, due on 1 November 2026" in evidence.summary
    assert "to be released by 30 August 2026, for Lemonade X." in evidence.summary
    only = plan(lemonade(sourcing=SLOW, stock=[]), only="past_due", months=3)
    assert fact(only, "orders") == fact(only, "orders_past_due") > 0
    assert {row[2] for row in only.table.rows} == {"yes"}
    assert "to be released by" in only.summary


def test_nothing_to_order_is_told_with_what_covers_it(plan, lemonade):
    lots = [{"date": date(2026, 10, 31), "product": "C", "site": "P", "quantity": 9000}]
    evidence = plan(lemonade(stock=lots), product="Lemons", months=1)
    assert evidence.summary.startswith(
        "Lemons at Plant takes no new order in November 2026: 9,000 kg on hand and 0 kg in open "
        "receipts cover the "
    )
    assert evidence.chart is None


def test_orders_that_serve_a_product_include_its_components(plan, lemonade):
    company = lemonade(stock=[])
    served = plan(company, serving="Lemonade X", months=2)
    assert {row[4] for row in served.table.rows} == {"X", "C"}
    assert {row[4] for row in plan(company, serving="Y", months=2).table.rows} == {"Y"}


def test_a_substitute_and_a_missing_source_are_told(plan, lemonade):
    bom = [
        {"product": "X", "component": "C", "quantity": 2, "scrap": 0.2},
        {"product": "X", "component": "Y", "quantity": 5, "scrap": 0, "substitute_for": "C"},
        {"product": "X", "component": "Z", "quantity": 1, "scrap": 0},
    ]
    stock = [{"date": date(2026, 10, 31), "product": "Y", "site": "P", "quantity": 600}]
    evidence = plan(lemonade(bom=bom, sourcing=SLOW, stock=stock), months=1)
    assert "of Lemonade Y at Plant stand in for Lemons, which cannot come in time." in (
        evidence.summary
    )
    assert "No routing, supplier or lane is known for Z: what they need is not ordered." in (
        evidence.summary
    )


def test_a_lot_rule_may_be_asked_for(plan, lemonade):
    fixed = plan(lemonade(), product="Y", only="make", lot_rule="fixed", lot_size=70, months=2)
    assert {row[8] % 70 for row in fixed.table.rows} == {0}
    period = plan(lemonade(), product="Y", only="make", lot_rule="period", lot_weeks=4, months=2)
    assert len(period.table.rows) < len(plan(lemonade(), product="Y", only="make").table.rows)
    assert "an order covers 4 weeks" in period.definition


def test_what_is_asked_wrongly_is_said(lemonade):
    def ask(company, **request):
        return run("plan_requirements", request, ToolContext(company))

    with pytest.raises(UnknownName, match="No product named 'Q'"):
        ask(lemonade(), product="Q")
    with pytest.raises(BadRequest, match="lot_size belongs to lot_rule fixed"):
        ask(lemonade(), lot_rule="fixed")
    with pytest.raises(DataProblem, match="No routing, supplier or lane is known for Lemons"):
        ask(lemonade(sourcing=None), product="C")
    with pytest.raises(NotPermitted, match="plan requirements"):
        ask(lemonade().narrowed(Scope(sites=frozenset({"P"}))))


def test_the_demo_companys_late_concentrate_is_told(plan, demo):
    evidence = plan(demo, product="CMP-CITRUS")
    assert "2 open receipts of 28,208 kg are overdue and counted in the first week." in (
        evidence.summary
    )
    assert plan(demo, only="past_due").summary.startswith("No order should have been released")
