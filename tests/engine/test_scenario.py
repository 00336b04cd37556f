import json
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName
from planning_engine.levers import (
    CapacityLever,
    DemandLever,
    EventLever,
    LeadTimeLever,
    Lever,
    ResourceOutLever,
)
from planning_engine.plan import build
from planning_engine.scenario import apply, pull, recipe, resolve
from planning_engine.supply.capacity import capacity
from planning_engine.supply.plan.supply_plan import plan_supply
from planning_engine.supply.requirements.requirements import independent_demand, plan_months
from planning_engine.supply.stock import inventory

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
DEAL = {
    "event": "E1",
    "name": "Lemon Days",
    "product": "X",
    "starts_on": NOVEMBER,
    "ends_on": date(2026, 11, 30),
    "uplift": 0.25,
}


@pytest.fixture(scope="module")
def company(lemonade):
    return lemonade()


def demand(company, months=2):
    found = independent_demand(company, plan_months(company, months))
    return {place: [round(float(q), 6) for q in row] for place, row in found.items()}


def hours(company, resource="L", months=2):
    return [row.available for row in capacity.check(company, months).of(resource)]


def test_no_lever_changes_nothing(lemonade):
    company = lemonade()
    assert apply(company, []) is company
    assert pull(company, []).effects == ()


def test_ten_per_cent_more_demand_reaches_what_it_names(lemonade):
    changed = apply(lemonade(), [DemandLever(product="Lemonade X", percent=10)])
    assert demand(changed) == {
        ("X", "D1"): [220, 220],
        ("X", "D2"): [110, 110],
        ("Y", "D1"): [100, 100],
    }


def test_a_demand_lever_keeps_to_its_months(lemonade):
    lever = DemandLever(family="Soda", percent=-100, start="2026-12", end="2026-12")
    assert demand(apply(lemonade(), [lever]), 3)[("Y", "D1")] == [100, 0, 100]


def test_a_regions_demand_is_its_share_of_past_sales(lemonade):
    # a quarter of everything is sold to the South
    scenario = pull(lemonade(), [DemandLever(region="South", percent=20)], 2)
    assert demand(scenario.snapshot)[("X", "D1")] == [210, 210]
    (effect,) = scenario.effects
    assert (effect.before, effect.after) == pytest.approx((200, 240))


def test_units_are_spread_by_usual_share(lemonade):
    scenario = pull(lemonade(), [DemandLever(product="X", quantity=60, start="2026-11")], 2)
    assert demand(scenario.snapshot)[("X", "D1")] == [240, 240]
    assert demand(scenario.snapshot)[("X", "D2")] == [120, 120]
    (effect,) = scenario.effects
    assert (effect.before, effect.after, effect.change) == (600, 720, 120)


def test_units_go_evenly_where_nothing_is_planned(lemonade, lemonade_tables):
    rows = [r | {"quantity": 0} for r in lemonade_tables()["forecasts"]]
    changed = apply(lemonade(forecasts=rows), [DemandLever(product="X", quantity=60)])
    assert demand(changed)[("X", "D1")] == [30, 30]


def test_without_published_forecasts_the_plan_becomes_the_consensus(lemonade):
    company = lemonade(forecasts=None)
    before = demand(company)
    changed = apply(company, [DemandLever(product="X", percent=10)])
    for place, row in demand(changed).items():
        factor = 1.1 if place[0] == "X" else 1
        assert row == pytest.approx([factor * q for q in before[place]], rel=1e-4)


def test_capacity_is_scaled_or_added_month_by_month(lemonade):
    assert hours(apply(lemonade(), [CapacityLever(resource="Line L", percent=-50)])) == [40, 40]
    # 20 calendar hours are 16 effective ones
    lever = CapacityLever(resource="L", hours=20, start="2026-12")
    assert hours(apply(lemonade(), [lever])) == pytest.approx([80, 96])
    assert hours(apply(lemonade(), [CapacityLever(resource="L", hours=-500)])) == [0, 0]


def test_hours_in_a_month_without_working_days_go_to_its_first_day(lemonade, lemonade_tables):
    days = [d | {"hours": 0} for d in lemonade_tables()["calendars"]]
    changed = apply(lemonade(calendars=days), [CapacityLever(resource="L", hours=10)])
    assert hours(changed) == [8, 8]


def test_a_resource_that_is_out_has_neither_hours_nor_overtime(lemonade):
    changed = apply(lemonade(), [ResourceOutLever(resource="L", end="2026-11")])
    assert hours(changed) == [0, 80]
    assert capacity.check(changed, 1, include_overtime=True).of("L")[0].available == 0


def test_a_longer_lead_time_shifts_open_orders_and_later_ones(lemonade):
    receipts = [
        {
            "receipt": "1",
            "product": "C",
            "site": "P",
            "supplier": "S",
            "kind": "purchase",
            "due_on": date(2026, 11, 20),
            "quantity": 500,
        }
    ]
    company = lemonade(receipts=receipts)
    scenario = pull(company, [LeadTimeLever(supplier="S", days=30)])
    (effect,) = scenario.effects
    assert (effect.change, effect.touched) == (30, 2)
    lemons = {o.product: o for o in inventory.project(scenario.snapshot, 2).outlooks}["C"]
    assert [m.supply for m in lemons.months] == [0, 500]
    assert plan_supply(scenario.snapshot, 2).problem.sources[0].lead_months == 1


def test_a_window_keeps_to_receipts_due_in_it(lemonade):
    receipts = [
        {
            "receipt": str(n),
            "product": "C",
            "site": "P",
            "supplier": "S",
            "due_on": d,
            "quantity": 1,
        }
        for n, d in enumerate([date(2026, 11, 20), date(2027, 1, 20)])
    ]
    company = lemonade(receipts=receipts, sourcing=None)
    lever = LeadTimeLever(supplier=None, product="C", days=10, start="2027-01", end="2027-01")
    moved = apply(company, [lever]).frame("receipts")["due_on"]
    assert [d.date() for d in pd.to_datetime(moved)] == [date(2026, 11, 20), date(2027, 1, 30)]


def test_an_event_switched_off_takes_its_uplift_out(lemonade):
    company = lemonade(events=[DEAL])
    scenario = pull(company, [EventLever(event="lemon days")], 2)
    assert demand(scenario.snapshot)[("X", "D1")] == [160, 200]
    (effect,) = scenario.effects
    assert (effect.before, effect.after) == pytest.approx((300, 240))
    assert scenario.snapshot.rows("SELECT count(*) FROM events") == [(0,)]


def test_a_lever_that_hits_nothing_says_so(lemonade):
    past = DEAL | {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 31)}
    company = lemonade(events=[past])
    levers = [
        EventLever(event="E1"),
        DemandLever(product="C", percent=10),
        LeadTimeLever(product="Y", days=3),
    ]
    scenario = pull(company, levers)
    assert [effect.is_empty for effect in scenario.effects] == [True, True, True]
    assert scenario.snapshot is company


def test_levers_are_pulled_in_order(lemonade):
    plus, twice = DemandLever(product="X", quantity=60), DemandLever(product="X", percent=100)
    assert demand(apply(lemonade(), [plus, twice]))[("X", "D1")] == [480, 480]
    assert demand(apply(lemonade(), [twice, plus]))[("X", "D1")] == [440, 440]


def test_the_same_levers_give_the_same_facts(lemonade):
    company = lemonade()
    levers = [DemandLever(product="X", percent=10), ResourceOutLever(resource="L")]
    one, two = apply(company, levers), apply(company, levers)
    assert one.id == two.id != company.id
    assert build(one, 2).digest == build(two, 2).digest


def test_levers_survive_being_written_down():
    levers = [
        DemandLever(product="X", percent=10, start="2026-12"),
        CapacityLever(resource="L", hours=5),
        ResourceOutLever(resource="L"),
        LeadTimeLever(supplier="S", days=-2),
        EventLever(event="E1"),
    ]
    body = json.loads(recipe(levers, 6))
    again = TypeAdapter(list[Lever]).validate_python(body["levers"])
    assert again == levers
    assert recipe(again, 6) == recipe(levers, 6)


@settings(max_examples=12, deadline=None)
@given(
    levers=st.lists(
        st.one_of(
            st.builds(DemandLever, product=st.sampled_from(["X", "Y"]), percent=st.just(0.0)),
            st.builds(DemandLever, family=st.just("Soda"), quantity=st.just(0.0)),
            st.builds(CapacityLever, resource=st.just("L"), percent=st.just(0.0)),
            st.builds(CapacityLever, resource=st.just("LAB"), hours=st.just(0.0)),
            st.builds(LeadTimeLever, supplier=st.just("S"), days=st.just(0.0)),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_a_lever_of_nothing_is_the_identity(company, levers):
    assert build(company, 2, levers).digest == build(company, 2).digest


@settings(max_examples=10, deadline=None)
@given(percent=st.floats(0, 200), tight=st.sampled_from([10, 20, 50]))
def test_more_capacity_never_costs_more(company, percent, tight):
    company = apply(company, [CapacityLever(resource="L", percent=tight - 100.0)])
    more = apply(company, [CapacityLever(resource="L", percent=percent)])
    base = plan_supply(company, 3).objective
    assert plan_supply(more, 3).objective <= base * (1 + 1e-6)


def test_names_are_resolved_or_the_nearest_is_offered(lemonade):
    company = lemonade(events=[DEAL])
    assert resolve(company, CapacityLever(resource="line l", hours=1)).resource == "L"
    with pytest.raises(UnknownName, match=r"Did you mean .*'Lemonade X'"):
        resolve(company, DemandLever(product="Lemonade Z", percent=1))
    with pytest.raises(UnknownName, match="No event named"):
        resolve(company, EventLever(event="Melon Days"))
    with pytest.raises(UnknownName, match="No supplier named"):
        resolve(company, LeadTimeLever(supplier="T", days=1))


def test_months_outside_the_plan_are_refused(lemonade):
    with pytest.raises(BadRequest, match="starts in November 2026"):
        apply(lemonade(), [DemandLever(percent=1, end="2026-09")])
    with pytest.raises(BadRequest, match="ends in December 2026"):
        apply(lemonade(), [DemandLever(percent=1, start="2027-03")], 2)


def test_a_lever_must_change_one_thing():
    with pytest.raises(ValidationError, match="percent or quantity"):
        DemandLever(product="X")
    with pytest.raises(ValidationError, match="percent or hours"):
        CapacityLever(resource="L", percent=1, hours=1)
    with pytest.raises(ValidationError, match="supplier or a product"):
        LeadTimeLever(days=1)
    with pytest.raises(ValidationError, match="ends before it starts"):
        DemandLever(percent=1, start=date(2027, 1, 5), end="2026-12")


def test_missing_tables_and_scopes_are_said(lemonade):
    with pytest.raises(DataProblem, match="no table 'events'"):
        apply(lemonade(), [EventLever(event="E1")])
    with pytest.raises(DataProblem, match="no table 'receipts'"):
        apply(lemonade(sourcing=None), [LeadTimeLever(product="C", days=1)])
    regional = DemandLever(region="North", percent=1)
    company = lemonade(customers=None, sites=[{"site": "D1", "region": "North"}])
    with pytest.raises(DataProblem, match="no table 'customers'"):
        apply(company, [regional])
    narrow = lemonade().narrowed(Scope(families=frozenset({"Soda"})))
    with pytest.raises(NotPermitted, match="run a scenario"):
        pull(narrow, [])


def test_without_its_promotion_the_demo_company_has_hours_enough(demo):
    from planning_engine.data.sample.events import OVERLOADING

    calm = apply(demo, [EventLever(event=OVERLOADING)], 6)
    assert capacity.check(calm, 6).over == ()
