import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def plan(unsupported):
    """Run plan_aggregate and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("plan_aggregate", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def test_the_three_plans_stand_side_by_side(plan, lemonade):
    # 400 cases a month, of which X takes 300 * 0.05 h: 0.0375 h a case. 330 on hand, 40 to keep.
    evidence = plan(lemonade(), months=2)
    assert fact(evidence, "workers_today") == pytest.approx(100 / 160)
    assert fact(evidence, "made", strategy="chase", month="2026-11-01") == 400 + 40 - 330
    assert fact(evidence, "made", strategy="level", month="2026-12-01") == (800 + 40 - 330) / 2
    chased = (110 + 400) * 0.0375 * 20  # wages; then hiring and firing
    assert fact(evidence, "cost_regular", strategy="chase") == pytest.approx(chased)
    assert len(evidence.table.rows) == 3 * 2
    costs = {s: fact(evidence, "plan_cost", strategy=s) for s in ("chase", "level", "hybrid")}
    assert costs["hybrid"] == min(costs.values())
    assert evidence.summary.startswith(
        "Hybrid is the cheapest workforce plan from November 2026 to December 2026: EUR "
    )
    assert "Assumed: 160 hours a worker and month; hiring costs a month's wage" in (
        evidence.definition
    )


def test_what_the_asker_says_counts_instead_of_the_data(plan, lemonade):
    evidence = plan(
        lemonade(), months=3, workers=10, units_per_worker=40, hire_cost=1, fire_cost=1, whole=True
    )
    assert fact(evidence, "workers_today") == 10
    assert fact(evidence, "workers", strategy="chase", month="2026-12-01") == 10
    assert "from 10.0 workers today" in evidence.summary
    assert "hiring 1," in evidence.definition


def test_a_subcontractor_is_used_once_a_price_is_said(plan, lemonade):
    alone = plan(lemonade(), months=2)
    assert fact(alone, "subcontracted", strategy="hybrid") == 0
    assert "there is no subcontractor" in alone.definition
    helped = plan(lemonade(), months=2, subcontract_cost=0.01, fire_cost=0)
    assert fact(helped, "subcontracted", strategy="hybrid") > 0


def test_plans_that_need_too_many_workers_are_left_out_and_said(plan, lemonade):
    evidence = plan(
        lemonade(), months=2, units_per_worker=40, workers=5, most_workers=5, subcontract_cost=9
    )
    assert "Chase and Level need more workers than there is room for." in evidence.summary
    assert {row[0] for row in evidence.table.rows} == {"hybrid"}


def test_what_cannot_be_planned_is_said(lemonade):
    def ask(company, **request):
        return run("plan_aggregate", request, ToolContext(company))

    with pytest.raises(UnknownName, match="No family named 'Sodaa'"):
        ask(lemonade(), family="Sodaa")
    with pytest.raises(DataProblem, match="Say workers in the request, or add labour resources"):
        ask(lemonade(routings=None))
    with pytest.raises(NotPermitted, match="aggregate plan"):
        ask(lemonade().narrowed(Scope(sites=frozenset({"P"}))))


def test_cases_and_kilos_are_not_added_up(lemonade, lemonade_tables):
    products = lemonade_tables()["products"]
    products[1]["unit"] = "kg"
    with pytest.raises(BadRequest, match="counted in case and kg"):
        run("plan_aggregate", {}, ToolContext(lemonade(products=products)))


def test_the_demo_companys_families_can_be_planned(plan, demo):
    evidence = plan(demo, family="Juice")
    assert fact(evidence, "cheapest") == "hybrid"
    assert fact(evidence, "months_below_least_stock", strategy="hybrid") == 0
    assert evidence.chart["title"]["text"] == "Workers by strategy"
