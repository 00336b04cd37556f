from datetime import date

import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName
from tools.context import ToolContext
from tools.registry import run

DEAL = {
    "event": "E1",
    "name": "Lemon Days",
    "kind": "promotion",
    "product": "X",
    "starts_on": date(2026, 12, 1),
    "ends_on": date(2026, 12, 31),
    "uplift": 1.0,
}
CYCLES = (date(2026, 9, 1), date(2026, 10, 1))


@pytest.fixture
def ask(unsupported):
    """Run a tool and hold every figure of its summary against its facts."""

    def call(tool, company, **request):
        evidence = run(tool, request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def lever(kind, **values):
    return {"kind": kind} | values


def published(step=10):
    return [
        {"cycle": c, "month": date(2026, 10 + m, 1), "product": p, "site": "D1", "quantity": q}
        for n, c in enumerate(CYCLES)
        for m in range(3)
        for p, q in (("X", 100 + step * n), ("Y", 50 - n))
    ]


def test_more_demand_is_told_with_load_and_cost(ask, lemonade):
    evidence = ask(
        "run_scenario", lemonade(), levers=[lever("demand", product="Lemonade X", percent=10)]
    )
    assert evidence.summary.startswith(
        "Demand of Lemonade X rises by 180 cases (10.0 %) from November 2026 to April 2027. "
        "Service stays at 100.0 %; the highest load of L goes from 70.0 % in November 2026 to "
        "75.0 % in November 2026; the plan cost goes from EUR "
    )
    # 150 pieces of the 220 of November: 20 of its 30 days
    assert evidence.summary.endswith(
        "With the supply as published, 3 stocks run out that would not otherwise, or earlier: "
        "first Lemonade X at Depot 1 on 21 November 2026."
    )
    assert fact(evidence, "demand_change", product="X") == pytest.approx(180)
    # 7 lots of 50 for the 330 of X
    assert fact(evidence, "peak_load", scenario="scenario") == pytest.approx(75)
    assert fact(evidence, "peak_load", scenario="base") == pytest.approx(70)
    assert [row[0] for row in evidence.table.rows][:2] == ["Service", "Late demand"]
    assert evidence.chart["title"]["text"] == "Load of L"


def test_a_capacity_lever_leads_with_its_resource(ask, lemonade):
    evidence = ask(
        "run_scenario",
        lemonade(),
        levers=[lever("capacity", resource="Line L", percent=-50, end="2026-12")],
        focus="capacity",
    )
    assert evidence.summary.startswith(
        "L (Line L) has 100 hours fewer from November 2026 to December 2026. The highest load of L "
        "goes from 70.0 % in November 2026 to 140.0 % in November 2026; the number of overloaded "
        "months goes from 0 to 2; overtime "
    )


def test_a_resource_that_is_out_is_told_by_the_hours_it_lacks(ask, lemonade):
    evidence = ask(
        "run_scenario", lemonade(), levers=[lever("resource_out", resource="L", end="2026-11")]
    )
    assert "L (Line L) does not run in November 2026 and loses 100 hours." in evidence.summary
    assert "L lacks 56 hours in November 2026" in evidence.summary
    assert "Most is owed of Lemonade " in evidence.summary


def test_a_longer_lead_time_is_told_with_the_first_stock_out(ask, lemonade):
    receipts = [
        {
            "receipt": "1",
            "product": "C",
            "site": "P",
            "supplier": "S",
            "kind": "purchase",
            "due_on": date(2026, 11, 20),
            "quantity": 400,
        }
    ]
    evidence = ask(
        "run_scenario",
        lemonade(receipts=receipts),
        levers=[lever("lead_time", supplier="S", product="C", days=30)],
        months=2,
        focus="inventory",
    )
    assert evidence.summary.startswith("Supplier S for Lemons takes 30 days longer. The number of")
    # 1000 + 400 - 750 leave 650 for December's 750; without the 400 only 250 of 350 are left
    assert evidence.summary.endswith("New or earlier: Lemons at Plant on 23 December 2026.")
    faster = ask(
        "run_scenario",
        lemonade(receipts=receipts),
        levers=[lever("lead_time", product="C", days=-3)],
    )
    assert faster.summary.startswith("Delivery of Lemons takes 3 days less.")


def test_an_event_is_left_out_by_name(ask, lemonade):
    evidence = ask(
        "run_scenario", lemonade(events=[DEAL]), levers=[lever("event_off", event="Lemon Days")]
    )
    assert evidence.summary.startswith(
        "The promotion 'Lemon Days' is left out: demand falls by 150 cases (50.0 %). Service"
    )


def test_a_lever_that_hits_nothing_is_told(ask, lemonade):
    past = DEAL | {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 31)}
    evidence = ask("run_scenario", lemonade(events=[past]), levers=[lever("event_off", event="E1")])
    assert evidence.summary == (
        "The promotion 'Lemon Days' changes nothing, because there is no demand to change. "
        "The plan stays as it is."
    )
    nothing = ask("run_scenario", lemonade(), levers=[lever("lead_time", product="Y", days=5)])
    assert "nothing is bought or on order there" in nothing.summary


@pytest.mark.parametrize(
    ("focus", "said"),
    [
        ("service", "Service stays at 100.0 %."),
        ("cost", "The plan cost goes from EUR"),
        ("inventory", "The number of stocks that run out stays at"),
    ],
)
def test_the_summary_leads_with_what_is_in_focus(ask, lemonade, focus, said):
    evidence = ask(
        "run_scenario",
        lemonade(),
        levers=[lever("demand", region="North", percent=-10)],
        focus=focus,
        months=3,
    )
    assert evidence.summary.startswith("Demand in region North falls by 90 cases (10.0 %) from")
    assert said in evidence.summary


def test_units_and_several_levers_are_told_in_order(ask, lemonade):
    evidence = ask(
        "run_scenario",
        lemonade(),
        levers=[
            lever("demand", family="Soda", quantity=40),
            lever("capacity", resource="L", hours=10),
        ],
    )
    assert evidence.summary.startswith(
        "Demand of Soda rises by 240 cases (10.0 %) from November 2026 to April 2027; L (Line L) "
        "has 60 hours more from November 2026 to April 2027."
    )


def test_the_horizon_reaches_the_levers(ask, lemonade):
    evidence = ask(
        "run_scenario",
        lemonade(),
        levers=[lever("demand", percent=5, start="2027-07", end="2027-08")],
        months=3,
    )
    assert "over 10 months" in evidence.definition
    with pytest.raises(BadRequest, match="looks 18 months ahead"):
        ask("run_scenario", lemonade(), levers=[lever("demand", percent=5, start="2029-07")])


def test_the_same_question_gives_the_same_evidence(lemonade):
    company = lemonade()
    request = {"levers": [lever("demand", percent=5)]}
    one = run("run_scenario", request, ToolContext(company))
    two = run("run_scenario", request, ToolContext(company))
    assert one.id == two.id


def test_scenarios_stand_side_by_side(ask, lemonade):
    evidence = ask(
        "compare_plans",
        lemonade(),
        scenarios=[
            {"name": "More", "levers": [lever("demand", percent=10)]},
            {"name": "Half", "levers": [lever("capacity", resource="L", percent=-90)]},
        ],
        months=3,
    )
    assert evidence.summary.startswith("base: service 100.0 %, highest load 70.0 %, plan cost EUR")
    assert "Of those with the best service, base costs least, EUR " in evidence.summary
    assert [column.name for column in evidence.table.columns] == [
        "figure",
        "unit",
        "base",
        "More",
        "Half",
    ]
    assert fact(evidence, "service", scenario="Half") < 100


def test_two_cycles_are_compared(ask, lemonade):
    evidence = ask("compare_plans", lemonade(plans=published()))
    assert evidence.summary == (
        "Over the 3 months that both planned (October 2026 to December 2026), the supply plan of "
        "the October 2026 cycle is 27 cases (6.0 %) above that of the September 2026 cycle. Most "
        "moved Lemonade X, up 30 cases and Lemonade Y, down 3 cases."
    )
    assert [row[0] for row in evidence.table.rows] == ["X", "Y"]
    one = ask("compare_plans", lemonade(plans=published()), product="Y")
    assert "the supply plan of Lemonade Y of the October 2026 cycle is 3 cases (2.0 %) below" in (
        one.summary
    )


def test_cycles_without_change_or_without_a_common_month_say_so(ask, lemonade):
    same = ask("compare_plans", lemonade(plans=published(step=0)), product="X")
    assert "is as large as that of the September 2026 cycle" in same.summary
    apart = [r for r in published() if (r["month"].month == 10) == (r["cycle"] == CYCLES[0])]
    assert "have no month in common" in ask("compare_plans", lemonade(plans=apart)).summary
    once = [r for r in published() if r["month"].month == 10]
    assert "Over the month that both planned (October 2026)" in (
        ask("compare_plans", lemonade(plans=once), family="Soda").summary
    )


def test_without_plans_consensus_forecasts_are_compared(ask, lemonade, lemonade_tables):
    rows = lemonade_tables()["forecasts"]
    rows += [r | {"cycle": CYCLES[0], "quantity": r["quantity"] / 2} for r in rows]
    evidence = ask("compare_plans", lemonade(forecasts=rows))
    assert "the consensus forecast of the October 2026 cycle is 2,400 cases (100.0 %) above" in (
        evidence.summary
    )


def test_what_is_asked_wrongly_is_said(ask, lemonade):
    company = lemonade(plans=published())
    scenario = {"name": "A", "levers": [lever("demand", percent=1)]}
    with pytest.raises(BadRequest, match="not both"):
        ask("compare_plans", company, scenarios=[scenario], cycle="2026-10")
    with pytest.raises(BadRequest, match="name of its own"):
        ask("compare_plans", company, scenarios=[scenario, scenario])
    with pytest.raises(BadRequest, match="whole company"):
        ask("compare_plans", company, scenarios=[scenario], family="Soda")
    with pytest.raises(UnknownName, match="No resource named"):
        ask("run_scenario", company, levers=[lever("resource_out", resource="Z")])
    with pytest.raises(BadRequest, match="percent or quantity"):
        ask("run_scenario", company, levers=[lever("demand")])
    narrow = company.narrowed(Scope(sites=frozenset({"P"})))
    with pytest.raises(NotPermitted, match="run a scenario"):
        ask("run_scenario", narrow, levers=[lever("demand", percent=1)])
    with pytest.raises(DataProblem, match="no table 'plans'"):
        ask("compare_plans", lemonade(forecasts=None))


def test_the_demo_company_without_its_promotion_has_hours_enough(ask, demo):
    evidence = ask(
        "run_scenario",
        demo,
        levers=[lever("event_off", event="Kaito Spring Cup")],
        focus="capacity",
    )
    assert "the number of overloaded months goes from 2 to 0" in evidence.summary
    assert "Kaito Cola" in ask("compare_plans", demo).summary


def test_the_request_kept_with_the_evidence_can_be_run_again(lemonade):
    context = ToolContext(lemonade())
    levers = [{"kind": "demand", "product": "X", "percent": 10}]
    first = run("run_scenario", {"levers": levers}, context)
    assert run("run_scenario", first.request, context).id == first.id
