import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def plan(unsupported):
    """Run plan_supply and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("plan_supply", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


@pytest.fixture
def tight(lemonade, lemonade_tables):
    """Return a maker of the lemonade company with so many hours a day."""

    def build(hours, **changes):
        days = [d | {"hours": hours} for d in lemonade_tables()["calendars"]]
        return lemonade(calendars=days, **changes)

    return build


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def test_a_plan_that_meets_all_demand_says_what_it_costs(plan, lemonade):
    evidence = plan(lemonade(), months=3)
    assert evidence.summary.startswith(
        "The least-cost plan from November 2026 to January 2027 delivers all demand in its month "
        "(100.0 %). It costs EUR "
    )
    assert evidence.summary.endswith(" without overtime; no resource is short of hours.")
    assert fact(evidence, "service") == 100
    parts = sum(f.value for f in evidence.facts if f.name.startswith("cost_"))
    assert fact(evidence, "plan_cost") == pytest.approx(parts)
    assert len(evidence.table.rows) == 9


def test_overtime_and_the_worth_of_an_hour_are_told(plan, tight):
    evidence = plan(tight(24), months=3)
    assert "hours of overtime; one more hour of L (Line L) in " in evidence.summary
    assert fact(evidence, "overtime", resource="L") > 0
    assert fact(evidence, "worth_of_one_more_hour", resource="L") > 0


def test_what_is_late_is_told_with_its_cause(plan, tight):
    evidence = plan(tight(10), months=3)
    assert " cases come late. Most is owed of Lemonade " in evidence.summary
    assert "because the hours of L (Line L) are used up in " in evidence.summary
    assert fact(evidence, "cause_hours") == "L"


def test_a_component_that_is_missing_is_told(plan, lemonade, lemonade_tables):
    stock = [s for s in lemonade_tables()["stock"] if s["product"] != "C"]
    sourcing = [{"product": "C", "site": "P", "supplier": "S", "lead_time_days": 65}]
    evidence = plan(lemonade(stock=stock, sourcing=sourcing), months=2)
    assert "because Lemons runs short in December 2026" in evidence.summary


@pytest.mark.parametrize(
    ("lanes", "said"),
    [
        ({"capacity": 5}, "the lane from Plant is full in"),
        ({"lead_time_days": 40}, "supply from Plant cannot arrive before the end of"),
    ],
)
def test_lanes_that_bind_are_told(plan, lemonade, lemonade_tables, lanes, said):
    rows = [lane | lanes for lane in lemonade_tables()["lanes"]]
    assert said in plan(lemonade(lanes=rows), months=1).summary


def test_what_nothing_supplies_and_what_is_dearer_than_late_is_told(plan, tight, lemonade_tables):
    lanes = [lane for lane in lemonade_tables()["lanes"] if lane["product"] == "X"]
    lanes.append({"product": "Y", "from_site": "P", "to_site": "D2"})
    evidence = plan(tight(50, lanes=lanes), months=1, product="Y")
    assert "no routing, supplier or lane in the data supplies it" in evidence.summary
    cheap = [{"product": p, "site": "D1", "backlog_cost": 0.01} for p in ("X", "Y")]
    evidence = plan(tight(12, policies=cheap), months=4)
    assert "being late costs less than overtime" in evidence.summary or "hours" in evidence.summary


def test_one_product_or_family_is_reported_alone(plan, tight):
    company = tight(10)
    mine = plan(company, months=3, product="Lemonade Y")
    assert "of demand of Lemonade Y" in mine.summary or "all demand of Lemonade Y" in mine.summary
    assert {row[0] for row in mine.table.rows} == {"Y"}
    assert {row[0] for row in plan(company, months=3, family="Soda").table.rows} == {"X", "Y"}
    assert plan(company, months=3, product="Lemons").summary.startswith("There is no demand")


def test_overtime_may_be_ruled_out(plan, tight):
    evidence = plan(tight(24), months=3, overtime=False)
    assert fact(evidence, "overtime") == 0
    assert "without overtime" in evidence.definition


def test_components_bought_without_limit_are_named(plan, lemonade):
    assert "no supplier is known: Lemons" in plan(lemonade(sourcing=None)).definition


def test_a_plan_without_any_cost_has_none_to_tell(plan, company_of, lemonade_tables):
    tables = lemonade_tables()
    for table in ("bom", "sourcing", "lanes"):
        del tables[table]
    for row in tables["products"]:
        row["standard_cost"] = row["price"] = None
    evidence = plan(company_of(tables), months=1)
    assert evidence.summary.endswith("The data has no costs to value the plan with.")


def test_progress_is_told(lemonade):
    heard = []
    context = ToolContext(lemonade(), progress=lambda message, done: heard.append(message))
    run("plan_supply", {"months": 1}, context)
    assert heard == ["Planning supply"]


def test_what_is_asked_wrongly_is_said(lemonade):
    def ask(company, **request):
        return run("plan_supply", request, ToolContext(company))

    with pytest.raises(UnknownName, match="No family named 'Beer'"):
        ask(lemonade(), family="Beer")
    with pytest.raises(BadRequest, match="months"):
        ask(lemonade(), months=30)
    with pytest.raises(DataProblem, match="no table 'stock'"):
        ask(lemonade(stock=None))
    with pytest.raises(NotPermitted, match="plan supply"):
        ask(lemonade().narrowed(Scope(families=frozenset({"Soda"}))))


def test_the_demo_company_is_planned(plan, demo):
    evidence = plan(demo)
    assert "delivers all demand in its month (100.0 %)" in evidence.summary
    assert "one more hour of L3 (Line 3 cans) in March 2027 would save EUR" in evidence.summary


def test_a_plan_by_priority_says_so(plan, lemonade):
    orders = [
        {"order": "1", "line": "1", "product": "X", "site": "D1", "quantity": 50, "priority": 1}
        | {"requested_on": "2026-11-20"}
    ]
    evidence = plan(lemonade(orders=orders), months=3, mode="priority")
    assert evidence.summary.startswith("The plan by order priority from November 2026")
    assert "Orders first, by priority" in evidence.definition


def test_a_plan_in_whole_lots_says_its_gap(plan, lemonade):
    evidence = plan(lemonade(), months=3, whole_lots=True)
    assert fact(evidence, "proven_gap") <= 2
    assert "one set-up for each month" in evidence.definition


def test_the_price_of_following_the_published_plan_is_told(plan, demo):
    fenced = plan(demo, keep_fence=True)
    assert "Following the published plan inside the fence costs EUR" in fenced.summary
    assert fact(fenced, "price_of_stability") >= 0
    still = plan(demo, change_percent=5)
    assert "Changing the published plan by 5 % at most costs EUR" in still.summary
    assert fact(still, "price_of_stability") > fact(
        plan(demo, change_percent=20), "price_of_stability"
    )
