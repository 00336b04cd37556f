from datetime import date

import pytest

from planning_engine.data.issue import Issue
from planning_engine.data.scope import Scope
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def check(unsupported):
    """Run check_capacity and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("check_capacity", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def crowded(lemonade, lemonade_tables, event=True):
    """Return the lemonade company with twice the demand for X in February and March."""
    rows = lemonade_tables()["forecasts"]
    for row in rows:
        if row["product"] == "X" and row["month"] in (date(2027, 2, 1), date(2027, 3, 1)):
            row["quantity"] *= 2
    deal = {
        "event": "E1",
        "name": "Lemon Days",
        "kind": "promotion",
        "product": "X",
        "starts_on": date(2027, 2, 1),
        "ends_on": date(2027, 3, 31),
        "uplift": 1.0,
    }
    return lemonade(forecasts=rows, events=[deal] if event else None)


def test_an_overload_is_told_with_its_months_and_its_cause(check, lemonade, lemonade_tables):
    company = crowded(lemonade, lemonade_tables)
    evidence = check(company, resource="line l")
    assert evidence.summary == (
        "L (Line L) is over its hours in 2 of 6 months, from November 2026 to April 2027: "
        "February 2027 at 115.0 % and March 2027 at 115.0 %. The overflow in February 2027 is "
        "12 hours; Lemonade X causes most of it, because of the promotion 'Lemon Days'. The "
        "overtime allowed, 8 hours, would not cover it."
    )
    assert fact(evidence, "load", month="2027-03-01") == pytest.approx(115)
    assert fact(evidence, "event_hours", event="E1") == pytest.approx(36)
    assert len(evidence.table.rows) == 6
    assert evidence.chart["title"]["text"] == "Load of L"
    assert "consensus of the October 2026 cycle" in evidence.definition


def test_without_an_event_the_biggest_user_is_named(check, lemonade, lemonade_tables):
    evidence = check(crowded(lemonade, lemonade_tables, event=False), resource="L", months=5)
    assert "Lemonade X takes most of the hours, 78.3 %. The overtime" in evidence.summary


def test_one_month_is_told_in_hours(check, lemonade):
    evidence = check(lemonade(), resource="L", start="2026-12", end="2026-12")
    assert evidence.summary == (
        "L (Line L) stays within its hours in December 2026: 70.0 %, 56 hours required of 80 hours "
        "available, 24 hours free."
    )


def test_one_overloaded_month_is_told_in_hours(check, lemonade, lemonade_tables):
    company = crowded(lemonade, lemonade_tables)
    evidence = check(company, resource="L", start="2027-02", end="2027-02")
    assert evidence.summary.startswith(
        "L (Line L) is over its hours in February 2027: 115.0 %, 92 hours required of 80 hours"
    )


def test_all_within_their_hours_are_told_with_the_highest(check, lemonade):
    assert check(lemonade()).summary == (
        "None of the 2 resources is over its hours from November 2026 to April 2027; the highest "
        "load is 70.0 % of L in November 2026."
    )
    assert check(lemonade(), resource="LAB").summary.startswith(
        "LAB (Crew) stays within its hours in all 6 months from November 2026 to April 2027; the "
        "highest load is 15.0 %"
    )


def test_several_resources_name_those_that_overflow(check, lemonade, lemonade_tables):
    evidence = check(crowded(lemonade, lemonade_tables), site="Plant")
    assert evidence.summary.startswith(
        "1 of 2 resources is over its hours from November 2026 to April 2027: L (Line L) in "
        "February 2027 at 115.0 % and March 2027 at 115.0 %. The overflow of L in February 2027"
    )
    assert fact(evidence, "resources_over") == 1
    assert evidence.chart["title"]["text"].startswith("Highest load")


def test_overtime_may_be_counted(check, lemonade):
    evidence = check(lemonade(), resource="L", include_overtime=True)
    assert fact(evidence, "available", month="2026-11-01") == pytest.approx(88)
    assert "plus allowed overtime" in evidence.definition


def test_a_calendar_that_ends_is_said(check, lemonade, lemonade_tables):
    days = [d for d in lemonade_tables()["calendars"] if d["date"] < date(2027, 4, 1)]
    company = lemonade(calendars=days)
    assert check(company, resource="L").summary == (
        "L (Line L) stays within its hours in the 5 months that its calendar covers from November "
        "2026 to April 2027; the highest load is 70.0 % in November 2026. The calendar of L (Line "
        "L) does not say its hours in April 2027."
    )
    evidence = check(company, resource="L", start="2027-04", end="2027-04")
    assert "needs 56 hours in April 2027; the hours it has are not known" in evidence.summary


def test_a_line_without_hours_is_not_called_0_per_cent_loaded(check, lemonade, lemonade_tables):
    days = [{**d, "hours": 0.0, "overtime_hours": 0.0} for d in lemonade_tables()["calendars"]]
    company = lemonade(calendars=days)
    assert "L (Line L) has no hours in 6 months" in check(company).summary
    assert "November 2026 without any hours" in check(company, resource="L").summary
    evidence = check(company, resource="L", start="2027-04", end="2027-04")
    assert "needs 56 hours in April 2027; it has none" in evidence.summary


def test_products_and_families_lead_to_their_resources(check, lemonade):
    assert fact(check(lemonade(), product="Lemonade Y"), "resources_checked") == 1
    assert fact(check(lemonade(), family="Soda"), "resources_checked") == 2


def test_what_is_asked_wrongly_is_said(lemonade):
    def ask(company, **request):
        return run("check_capacity", request, ToolContext(company))

    with pytest.raises(UnknownName, match="No resource named 'Line X'"):
        ask(lemonade(), resource="Line X")
    with pytest.raises(BadRequest, match="plan starts in November 2026"):
        ask(lemonade(), start="2026-08")
    with pytest.raises(DataProblem, match="No resource that fits"):
        ask(lemonade(), site="D1")
    with pytest.raises(DataProblem, match="no table 'calendars'"):
        ask(lemonade(calendars=None))
    with pytest.raises(NotPermitted, match="check capacity"):
        ask(lemonade().narrowed(Scope(sites=frozenset({"P"}))))


def test_assumptions_of_its_tables_travel_with_the_answer(lemonade):
    company = lemonade()
    assumed = Issue("calendars", "declared", "assumption", 24, "Hours are assumed.")
    other = Issue("orders", "stale", "warning", 3, "Old orders.")
    marked = Snapshot(
        "s_marked",
        company.company,
        {name: company.frame(name) for name in company.tables},
        issues=(assumed, other),
    )
    evidence = run("check_capacity", {"resource": "L"}, ToolContext(marked))
    assert evidence.issues == (assumed,)


def test_the_demo_companys_overload_is_told_in_one_go(check, demo):
    evidence = check(demo, resource="L3")
    assert evidence.summary.startswith("L3 (Line 3 cans) is over its hours in 2 of 6 months")
    assert "February 2027 at 107.8 % and March 2027 at 118.0 %" in evidence.summary
    assert evidence.summary.endswith(
        "because of the promotion 'Kaito Spring Cup'. The overtime allowed, 62.9 hours, would "
        "cover it."
    )
    assert check(demo).summary.startswith("1 of 8 resources is over its hours")


def test_the_rough_cut_methods_say_how_they_count(check, lemonade):
    bill = check(lemonade(), resource="L", method="bill_of_resources")
    assert "bill of resources (hours per unit + set-up hours / lot" in bill.definition
    profile = check(lemonade(), resource="L", method="resource_profile")
    assert "days ahead of demand" in profile.definition
    run_hours = [{"date": date(2026, 3, 1), "product": "X", "resource": "L", "hours": 60}]
    factors = check(lemonade(production=run_hours), method="overall_factors")
    assert fact(factors, "resources_checked") == 1
    with pytest.raises(DataProblem, match="No resource that fits"):
        run(
            "check_capacity",
            {"method": "overall_factors", "resource": "LAB"},
            ToolContext(lemonade(production=run_hours)),
        )
