from datetime import date
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.data.sample.planted import OVERLOAD
from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted
from planning_engine.supply.capacity import capacity, load
from planning_engine.supply.capacity.routing import (
    Lot,
    Route,
    Step,
    available_hours,
    require_calendar,
    resources_of,
    routes,
)

NOVEMBER, FEBRUARY, MARCH = date(2026, 11, 1), date(2027, 2, 1), date(2027, 3, 1)


def test_load_is_run_time_plus_set_ups_against_effective_hours(lemonade):
    # L: X 300 * 0.1 h + 6 lots of 50 * 1 h = 36 h; Y 100 * 0.2 h = 20 h; 100 h * 0.8 = 80 h
    row = capacity.check(lemonade(), 1).of("L")[0]
    assert (row.required, row.available, row.percent) == pytest.approx((56, 80, 70))
    assert row.overflow == 0
    assert not row.is_over


def test_every_resource_of_the_preferred_route_is_loaded(lemonade):
    # the crew: X 300 * 0.05 h
    assert capacity.check(lemonade(), 1).of("LAB")[0].required == pytest.approx(15)


def test_overtime_counts_only_when_asked_for(lemonade):
    with_it = capacity.check(lemonade(), 1, include_overtime=True).of("L")[0]
    assert with_it.available == pytest.approx((100 + 10) * 0.8)


def test_an_alternate_route_takes_no_load(lemonade, lemonade_tables):
    routings = lemonade_tables()["routings"]
    routings.append(
        {"product": "Y", "site": "P", "resource": "LAB", "hours_per_unit": 9, "preference": 2}
    )
    assert capacity.check(lemonade(routings=routings), 1).of("LAB")[0].required == 15


def test_what_parents_take_of_a_made_component_loads_its_resource(lemonade, lemonade_tables):
    routings = lemonade_tables()["routings"]
    routings.append({"product": "C", "site": "P", "resource": "LAB", "hours_per_unit": 0.02})
    # X 300 takes 2.5 C each: 750 * 0.02 h = 15 h more
    assert capacity.check(lemonade(routings=routings), 1).of("LAB")[0].required == 30


def test_a_month_without_a_calendar_is_unknown_not_empty(lemonade, lemonade_tables):
    days = [d for d in lemonade_tables()["calendars"] if d["date"] < date(2027, 1, 1)]
    check = capacity.check(lemonade(calendars=days), 3)
    row = check.of("L")[2]
    assert (row.available, row.percent, row.overflow) == (None, None, 0)
    assert {r.month for r in check.unknown} == {date(2027, 1, 1)}


def test_the_event_behind_an_overflow_is_named(lemonade, lemonade_tables):
    tables = lemonade_tables()
    for row in tables["forecasts"]:  # the consensus includes the deal: +100 % on X
        if row["product"] == "X" and row["month"] == FEBRUARY:
            row["quantity"] *= 2
    events = [
        {
            "event": "E1",
            "name": "Lemon Days",
            "kind": "promotion",
            "product": "X",
            "starts_on": FEBRUARY,
            "ends_on": date(2027, 2, 28),
            "uplift": 1.0,
        }
    ]
    check = capacity.check(lemonade(forecasts=tables["forecasts"], events=events), 6)
    (over,) = check.over
    # 600 * 0.1 + 12 lots + 20 = 92 h of 80; without the deal 36 h fall away
    assert (over.resource, over.month, over.required) == ("L", FEBRUARY, pytest.approx(92))
    assert over.overflow == pytest.approx(12)
    cause = check.main_cause(over)
    assert (cause.product, cause.event, cause.event_hours) == ("X", "E1", pytest.approx(36))
    assert check.worst == over


def test_a_regional_event_counts_by_the_regions_share(lemonade):
    events = [
        {
            "event": "E1",
            "product": "X",
            "region": "South",
            "starts_on": NOVEMBER,
            "ends_on": date(2026, 11, 15),
            "uplift": 0.8,
        }
    ]
    check = capacity.check(lemonade(events=events), 1)
    (cause,) = [c for c in check.causes if (c.resource, c.product) == ("LAB", "X")]
    # half the month at +80 % on a quarter of the demand: factor 1.1
    assert cause.event_hours == pytest.approx(15 - 15 / 1.1)


def test_without_an_event_the_product_with_most_hours_is_the_cause(lemonade, lemonade_tables):
    days = [d | {"hours": 20} for d in lemonade_tables()["calendars"]]
    check = capacity.check(lemonade(calendars=days), 1)
    (over,) = [row for row in check.over if row.resource == "L"]
    cause = check.main_cause(over)
    assert (cause.product, cause.event) == ("X", None)
    assert [c.product for c in check.causes_of(over)] == ["X", "Y"]


def test_causes_add_up_to_the_load(demo):
    check = capacity.check(demo, 6)
    for row in check.rows:
        hours = sum(cause.hours for cause in check.causes_of(row))
        assert hours == pytest.approx(row.required)


def _by_hand(company, months):
    """Return required hours by resource and month, one routing row at a time."""
    plan = company.query(
        "SELECT product, month, sum(quantity) AS q FROM forecasts WHERE stream = 'consensus' "
        "AND cycle = (SELECT max(cycle) FROM forecasts) GROUP BY ALL"
    )
    quantity = {(r.product, r.month.date()): r.q for r in plan.itertuples()}
    items = {r.product: r for r in company.frame("products").itertuples()}
    found = {}
    for product, rows in company.frame("routings").groupby("product"):
        best = rows["preference"].fillna(1).min()
        for row in rows[rows["preference"].fillna(1) == best].itertuples():
            for month in months:
                made = quantity.get((product, month), 0)
                lot = max(np.nan_to_num([items[product].lot_min, items[product].lot_multiple, 1]))
                hours = made * row.hours_per_unit
                if made > 0:
                    hours += ceil(made / lot) * np.nan_to_num(row.setup_hours)
                key = (row.resource, month)
                found[key] = found.get(key, 0) + hours
    return found


def test_load_of_the_demo_company_agrees_with_adding_up_row_by_row(demo):
    check = capacity.check(demo, 6)
    slow = _by_hand(demo, check.months)
    fast = {(row.resource, row.month): row.required for row in check.rows}
    assert fast == pytest.approx(slow)


def test_the_demo_company_overloads_a_line_because_of_a_promotion(demo):
    check = capacity.check(demo, 6)
    assert {row.resource for row in check.over} == {OVERLOAD.resource}
    assert tuple(row.month for row in check.over) == OVERLOAD.months
    loads = {row.month: row.percent for row in check.of(OVERLOAD.resource)}
    assert loads == pytest.approx(OVERLOAD.load_percent, abs=0.005)
    for row in check.over:
        cause = check.main_cause(row)
        assert (cause.product, cause.event) == (OVERLOAD.product, OVERLOAD.event)
        assert row.overflow == pytest.approx(OVERLOAD.short_hours[row.month], abs=0.005)
        calm = 100 * (row.required - cause.event_hours) / row.available
        assert calm == pytest.approx(OVERLOAD.without_event_percent[row.month], abs=0.5)


def test_months_before_the_plan_and_far_beyond_it_are_refused(lemonade):
    with pytest.raises(BadRequest, match="plan starts in November 2026"):
        capacity.check(lemonade(), start=date(2026, 9, 1))
    with pytest.raises(BadRequest, match="24 months"):
        capacity.check(lemonade(), start=date(2029, 9, 1))
    with pytest.raises(BadRequest, match="not before the first"):
        capacity.check(lemonade(), start=date(2027, 3, 1), end=date(2027, 1, 1))


def test_months_beyond_the_usual_horizon_are_looked_up(lemonade):
    check = capacity.check(lemonade(), 6, start=date(2027, 7, 1), end=date(2027, 8, 1))
    assert check.months == (date(2027, 7, 1), date(2027, 8, 1))
    assert capacity.check(lemonade(), 2, start=MARCH).months == (MARCH, date(2027, 4, 1))


def test_missing_tables_and_scopes_are_said(lemonade):
    with pytest.raises(DataProblem, match=r"no table 'routings'.*check capacity"):
        capacity.check(lemonade(routings=None))
    narrow = lemonade().narrowed(Scope(regions=frozenset({"North"})))
    with pytest.raises(NotPermitted, match="whole company"):
        capacity.check(narrow)


def test_resources_of_a_site_a_family_and_a_product(lemonade):
    company = lemonade()
    assert resources_of(company, site="P") == ("L", "LAB")
    assert resources_of(company, site="D1") == ()
    assert resources_of(company, family="Soda") == ("L", "LAB")
    assert resources_of(company, product="Y") == ("L",)
    with pytest.raises(DataProblem, match="No routing is known for C"):
        resources_of(company, product="C")


def test_a_calendar_that_ends_early_is_a_data_problem(lemonade):
    hours = available_hours(lemonade(), (NOVEMBER,))
    with pytest.raises(DataProblem, match="calendar of L has no days in March 2027"):
        require_calendar(hours, ["L"], [NOVEMBER, MARCH])


def test_rows_of_one_preference_and_site_are_one_route(lemonade):
    (route,) = routes(lemonade())["X"]
    assert [step.resource for step in route.steps] == ["L", "LAB"]


@given(
    quantity=st.lists(st.floats(0, 1e5), min_size=1, max_size=6),
    lot=st.none() | st.floats(1, 500),
    run=st.floats(0, 1),
    setup=st.floats(0, 5),
)
def test_hours_of_a_route_agree_with_a_plain_loop(quantity, lot, run, setup):
    route = Route("X", "P", 1, (Step("L", run, setup, 0),))
    fast = load.route_hours(route, np.array(quantity), Lot(None, lot))["L"]
    for hours, made in zip(fast, quantity, strict=True):
        runs = 0
        if made > 0:
            runs = 1 if lot is None else ceil(made / lot - 1e-9)
        assert hours == pytest.approx(made * run + runs * setup)
