import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import NotPermitted
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(unsupported):
    def call(company, **request):
        evidence = run("plan_in_full", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def test_a_plan_that_meets_everything_is_told_with_its_cost(ask, lemonade):
    evidence = ask(lemonade(), months=2)
    assert evidence.summary.startswith(
        "Every demand can be met in full and on time, at a cost of EUR "
    )
    assert {row[0] for row in evidence.table.rows} == {"made", "moved"}


def test_a_cost_that_is_not_proven_least_says_so(lemonade):
    from planning_engine.supply.plan.plan_inputs import read_problem
    from planning_engine.supply.shortfalls.full_plan_model import FullPlan
    from tools.full_plan_answer import FullPlanAnswer
    from tools.names import names_of

    company = lemonade()
    plan = FullPlan((), (), (), {}, 1000.0, 0.02)
    answer = FullPlanAnswer(names_of(company), read_problem(company, 1), plan, None)
    assert answer.summary().endswith("a cheaper plan, by 2.0 % at most, was not ruled out in time.")


def test_a_change_is_told_with_what_it_costs(ask, lemonade):
    lever = {"kind": "lane_cost", "to_site": "D2", "cost": 1.5}
    evidence = ask(lemonade(), months=2, levers=[lever])
    # 100 pieces go to D2 in two months, one euro dearer each
    assert evidence.summary.endswith(", EUR 100 more than without it.")
    free = ask(lemonade(), months=2, levers=[{"kind": "fence", "planning_days": 5}])
    assert free.summary.endswith(", as without the change.")


def test_a_conflict_is_told_by_demand_and_limit(ask, lemonade):
    lever = {"kind": "capacity", "resource": "L", "percent": -99}
    evidence = ask(lemonade(), months=1, levers=[lever])
    assert "Not every demand can be met in full: at best " in evidence.summary
    assert "cannot be met within the limits of L (Line L) (0.8 hours in November 2026)." in (
        evidence.summary
    )
    closed = ask(lemonade(), months=2, levers=[{"kind": "lane_closed", "to_site": "D2"}])
    # 100 lie there: either month alone could be served, both cannot.
    assert (
        "The demand of 100 cases of Lemonade X at Depot 2 in November 2026 and 100 cases of "
        "Lemonade X at Depot 2 in December 2026 cannot be met within the limits of the lane from "
        "Plant to Depot 2 for Lemonade X (closed in November 2026)"
    ) in closed.summary


def test_a_narrowed_person_is_refused(lemonade):
    narrow = lemonade().narrowed(Scope(families=frozenset({"Soda"})))
    with pytest.raises(NotPermitted, match="plan in full"):
        run("plan_in_full", {}, ToolContext(narrow))
