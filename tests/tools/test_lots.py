import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NoFeasiblePlan, NotPermitted
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def size(unsupported):
    """Run size_lots and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("size_lots", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def test_the_rules_of_a_product_are_compared(size, lemonade):
    # X: 300 a month, 250 in stock less 40 of safety stock leave 90 in November, then 300.
    # A set-up is 1 h at EUR 20; a case costs 4 * 20 % / 12 = 0.067 a month: 300 for a month cost
    # EUR 20 as well, so Wagner-Whitin is no cheaper than lot for lot beyond the first month.
    evidence = size(lemonade(), product="Lemonade X", months=3)
    assert fact(evidence, "setup_cost") == pytest.approx(20)
    assert fact(evidence, "holding_cost_per_month") == pytest.approx(4 * 0.2 / 12)
    # lot for lot in fifties: 100, 300, 300: three set-ups, ten spare cases held three months
    assert fact(evidence, "cost", rule="lot_for_lot") == pytest.approx(60 + 30 * 0.2 / 3)
    best = fact(evidence, "cost", rule="wagner_whitin")
    assert best == min(f.value for f in evidence.facts if f.name == "cost")
    assert len(evidence.table.rows) == 7
    assert evidence.chart["title"]["text"].startswith("Lots of Lemonade X")
    assert "Wagner-Whitin: least cost by dynamic programming" in evidence.definition


def test_stock_that_covers_the_demand_needs_no_lot(size, lemonade, lemonade_tables):
    stock = lemonade_tables()["stock"]
    stock[1]["quantity"] = 5000
    evidence = size(lemonade(stock=stock), product="X", months=2)
    assert evidence.summary == (
        "Lemonade X needs no lot from November 2026 to December 2026: the stock covers the demand."
    )


def test_the_lots_of_a_resource_stay_within_its_hours(size, lemonade):
    evidence = size(lemonade(), resource="L", months=4)
    assert "The cheapest plan of lots on L (Line L) from November 2026" in evidence.summary
    assert "No plan within the hours costs less." in evidence.summary
    assert "fits the hours in every month" in evidence.summary
    assert "No set-up cost is known for Lemonade Y; it counts as 0." in evidence.summary
    for f in evidence.facts:
        if f.name == "hours_used":
            assert f.value <= fact(evidence, "hours_available", month=f.about["month"]) + 8 + 1e-6


def test_hours_that_do_not_suffice_are_named(lemonade, lemonade_tables):
    days = lemonade_tables()["calendars"]
    for row in days:
        row["hours"] = row["overtime_hours"] = 0
    with pytest.raises(NoFeasiblePlan, match=r"L needs .* hours up to November 2026.* has 0\.0"):
        run("size_lots", {"resource": "L"}, ToolContext(lemonade(calendars=days)))


def test_what_is_asked_wrongly_is_said(lemonade, lemonade_tables):
    without_setups = [row | {"setup_hours": 0} for row in lemonade_tables()["routings"]]

    def ask(company, **request):
        return run("size_lots", request, ToolContext(company))

    with pytest.raises(BadRequest, match="either a product or a resource"):
        ask(lemonade())
    with pytest.raises(BadRequest, match="either a product or a resource"):
        ask(lemonade(), product="X", resource="L")
    with pytest.raises(DataProblem, match="No set-up cost is known for Y"):
        ask(lemonade(), product="Y")
    with pytest.raises(DataProblem, match="No routing is known for C"):
        ask(lemonade(), product="C")
    with pytest.raises(DataProblem, match="any product on L"):
        ask(lemonade(routings=without_setups), resource="L")
    with pytest.raises(DataProblem, match="no table 'stock'"):
        ask(lemonade(stock=None), product="X")
    with pytest.raises(NotPermitted, match="size lots"):
        ask(lemonade().narrowed(Scope(sites=frozenset({"P"}))), product="X")


def test_the_demo_company_is_told_in_words(size, demo):
    tonic = size(demo, product="TON-025-24").summary
    assert tonic.startswith("Wagner-Whitin and Silver-Meal size the lots of Grove Tonic")
    assert "A set-up costs EUR 915" in tonic
    line = size(demo, resource="L3").summary
    assert "February 2027 and March 2027 are full" in line
    assert size(demo, product="ICH-050-12", months=4).summary.startswith("Every lot rule costs")
