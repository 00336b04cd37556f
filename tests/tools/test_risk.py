import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import NotPermitted
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(unsupported):
    def call(company, **request):
        evidence = run("assess_risk", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def test_ranges_are_told_with_what_may_run_short(ask, lemonade):
    evidence = ask(lemonade(), months=2, demand_error_percent=30)
    assert evidence.summary.startswith("In 80 % of 500 futures service ends between ")
    assert "Most likely to run short: Lemonade " in evidence.summary
    assert [row[0] for row in evidence.table.rows] == [
        "Service",
        "Plan cost",
        "Margin at list prices",
        "Stocks that run short",
    ]
    assert "standard deviation 30.0 % (as given)" in evidence.definition
    assert evidence.chart["title"]["text"] == "Futures in which a stock runs short"
    again = ask(lemonade(), months=2, demand_error_percent=30)
    assert again.summary == evidence.summary


def test_without_spread_nothing_runs_short(ask, lemonade):
    evidence = ask(
        lemonade(), months=2, demand_error_percent=0, output_percent=0, delay_days=0, runs=50
    )
    assert evidence.summary.endswith("No stock runs short in any of them.")


def test_a_scenario_has_its_own_range(ask, lemonade):
    lever = {"kind": "safety_stock", "product": "X", "quantity": 150}
    request = {"months": 2, "demand_error_percent": 30}
    base, safer = ask(lemonade(), **request), ask(lemonade(), levers=[lever], **request)
    low = [next(f.value for f in e.facts if f.name == "service_low") for e in (base, safer)]
    assert low[1] > low[0]
    assert safer.summary.startswith("The safety stock of Lemonade X goes from 40 cases to 300")


def test_a_narrowed_person_is_refused(lemonade):
    narrow = lemonade().narrowed(Scope(families=frozenset({"Soda"})))
    with pytest.raises(NotPermitted, match="assess the risk"):
        run("assess_risk", {}, ToolContext(narrow))
