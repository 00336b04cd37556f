"""What each kind of lever does to the tables, worked by hand on the lemonade company."""

import json
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from planning_engine.errors import BadRequest, UnknownName
from planning_engine.levers import (
    CalendarLever,
    CapacityLever,
    DemandLever,
    DiscontinuationLever,
    EventChangeLever,
    EventLever,
    ExclusiveSourceLever,
    FenceLever,
    LaneClosedLever,
    LaneCostLever,
    LaunchLever,
    LeadTimeLever,
    Lever,
    NewEventLever,
    OvertimeLever,
    PriceLever,
    ResourceOutLever,
    SafetyStockLever,
    ServiceLevelLever,
    SupplierCapacityLever,
    SupplierOutLever,
    UnitCostLever,
    YieldLever,
)
from planning_engine.levers.difference import difference
from planning_engine.levers.phrases import phrase
from planning_engine.plan import build
from planning_engine.scenario import EFFECTS, apply, pull, recipe
from planning_engine.supply.plan.supply_plan import plan_supply
from planning_engine.supply.policies.policy import safety_stocks
from planning_engine.supply.requirements.requirements import independent_demand, plan_months

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
DEAL = {
    "event": "E1",
    "name": "Lemon Days",
    "product": "X",
    "starts_on": NOVEMBER,
    "ends_on": date(2026, 11, 30),
    "uplift": 0.25,
}
ORDERS = [
    {"receipt": str(n), "product": "C", "site": "P", "supplier": "S", "due_on": day, "quantity": 50}
    for n, day in enumerate([date(2026, 11, 20), date(2027, 1, 20)])
]
# One of each kind; the companies of these tests can pull them all.
ALL = (
    DemandLever(product="X", site="D1", percent=10),
    EventLever(event="E1"),
    EventChangeLever(event="E1", uplift_percent=50, shift_days=30),
    NewEventLever(
        name="Sherbet Week", starts_on=DECEMBER, ends_on=date(2026, 12, 31), uplift_percent=20
    ),
    PriceLever(product="X", percent=5, elasticity=-2),
    LaunchLever(product="Z", on=DECEMBER, like="X", percent=50, taken_percent=20),
    DiscontinuationLever(product="Y", on=date(2026, 11, 30), successor="X", moves_percent=40),
    UnitCostLever(product="C", percent=10),
    CapacityLever(resource="L", hours=10),
    ResourceOutLever(resource="LAB", start="2026-12", end="2026-12"),
    OvertimeLever(resource="L", hours=4),
    CalendarLever(first_day=date(2026, 11, 2), last_day=date(2026, 11, 2), hours=0),
    YieldLever(product="X", percent=90),
    LeadTimeLever(supplier="S", days=3),
    SupplierOutLever(supplier="S", start="2026-11", end="2026-11"),
    SupplierCapacityLever(supplier="S", quantity=100),
    LaneClosedLever(from_site="P", to_site="D2"),
    LaneCostLever(to_site="D1", cost=0.75),
    ExclusiveSourceLever(source="P", target="D1", binds="both"),
    SafetyStockLever(product="X", percent=50),
    ServiceLevelLever(product="X", percent=98),
    FenceLever(planning_days=28),
)


@pytest.fixture(scope="module")
def company(lemonade):
    return lemonade(events=[DEAL], receipts=ORDERS)


def demand(company, months=2):
    found = independent_demand(company, plan_months(company, months))
    return {place: [round(float(q), 6) for q in row] for place, row in found.items()}


def column(company, table, column, **where):
    frame = company.frame(table)
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return list(frame[column])


def effect_of(company, lever, months=2):
    scenario = pull(company, [lever], months)
    return scenario.snapshot, scenario.effects[0]


def test_every_kind_has_an_effect_and_an_example():
    assert {lever.kind for lever in ALL} == set(EFFECTS)


@pytest.mark.parametrize("lever", ALL, ids=lambda lever: lever.kind)
def test_every_kind_says_what_it_touched_and_survives_being_written_down(company, lever):
    changed, effect = effect_of(company, lever)
    assert not effect.is_empty
    assert changed.id != company.id
    assert lever.kind == "fence" or effect.tables
    body = json.loads(recipe([lever], 2))["levers"]
    assert TypeAdapter(list[Lever]).validate_python(body) == [lever]
    again = TypeAdapter(Lever).validate_json(TypeAdapter(Lever).dump_json(lever))
    assert again == lever


def test_demand_of_one_site_leaves_the_others(company):
    changed, effect = effect_of(company, DemandLever(product="X", site="Depot 1", percent=10))
    assert demand(changed)[("X", "D1")] == [220, 220]
    assert demand(changed)[("X", "D2")] == [100, 100]
    assert (effect.before, effect.after) == pytest.approx((400, 440))


def test_an_event_with_twice_the_uplift_brings_twice_as_much(company):
    # planned with 25 %: 200 = 160 * 1.25, so 50 % is 240
    changed, effect = effect_of(company, EventChangeLever(event="E1", uplift_percent=50))
    assert demand(changed)[("X", "D1")] == [240, 200]
    assert effect.change == pytest.approx(60)


def test_an_event_held_a_month_later_takes_its_demand_along(company):
    changed, _ = effect_of(company, EventChangeLever(event="lemon days", shift_days=30))
    # 1 to 30 December is 30 of 31 days
    assert demand(changed)[("X", "D1")] == pytest.approx([160, 200 * (1 + 0.25 * 30 / 31)])


def test_a_new_event_raises_its_days_only(company):
    lever = NewEventLever(
        name="Fair",
        product="Y",
        starts_on=date(2026, 12, 1),
        ends_on=date(2026, 12, 31),
        uplift_percent=20,
    )
    changed, effect = effect_of(company, lever)
    assert demand(changed)[("Y", "D1")] == [100, 120]
    assert effect.change == pytest.approx(20)
    assert column(changed, "events", "uplift", event="Fair") == [0.2]


def test_a_price_moves_demand_by_its_elasticity(company):
    changed, effect = effect_of(company, PriceLever(product="X", percent=25, elasticity=-1))
    assert (effect.before, effect.after) == (10, 12.5)
    assert demand(changed)[("X", "D1")] == [160, 160]  # 200 / 1.25
    assert effect.also.change == pytest.approx(-120)
    assert demand(apply(company, [PriceLever(product="X", price=12)])) == demand(company)


def test_a_dearer_price_brings_more_revenue_when_demand_stays(company):
    base, dearer = build(company, 2), build(company, 2, [PriceLever(percent=10)])
    assert dearer.figure("revenue").value == pytest.approx(1.1 * base.figure("revenue").value)


def test_a_new_product_sells_its_part_of_the_one_it_is_like(company):
    lever = LaunchLever(product="Z", on=date(2026, 12, 1), like="X", percent=50, taken_percent=20)
    changed, effect = effect_of(company, lever)
    assert demand(changed)[("Z", "D1")] == [0, 100]
    assert demand(changed)[("X", "D1")] == [200, 180]
    assert (effect.before, effect.after) == (0, 150)
    assert effect.also.change == pytest.approx(-30)
    assert plan_supply(changed, 2).late_of(["Z"]) == 0


def test_a_launch_may_come_earlier_or_later_than_in_the_data(lemonade, lemonade_tables):
    products = [
        p | ({"launch_on": DECEMBER} if p["product"] == "Y" else {})
        for p in lemonade_tables()["products"]
    ]
    forecasts = [
        f | ({"quantity": 0} if f["product"] == "Y" and f["month"] < DECEMBER else {})
        for f in lemonade_tables()["forecasts"]
    ]
    company = lemonade(products=products, forecasts=forecasts)
    assert demand(company, 3)[("Y", "D1")] == [0, 100, 100]
    earlier = apply(company, [LaunchLever(product="Y", on=date(2026, 11, 16))], 3)
    assert demand(earlier, 3)[("Y", "D1")] == [50, 100, 100]
    later = apply(company, [LaunchLever(product="Y", on=date(2027, 1, 1))], 3)
    assert demand(later, 3)[("Y", "D1")] == [0, 0, 100]


def test_a_discontinued_product_leaves_part_of_its_demand_to_its_successor(company):
    lever = DiscontinuationLever(
        product="Y", on=date(2026, 11, 15), successor="X", moves_percent=40
    )
    changed, effect = effect_of(company, lever)
    assert demand(changed)[("Y", "D1")] == [50, 0]
    assert demand(changed)[("X", "D1")] == [220, 240]
    assert (effect.before, effect.after, effect.also.change) == (200, 50, 60)


def test_a_unit_cost_changes_what_is_paid_too(company):
    changed, effect = effect_of(company, UnitCostLever(product="Lemons", percent=50))
    assert (effect.before, effect.after, effect.touched) == (1, 1.5, 2)
    assert column(changed, "sourcing", "price") == [1.5]
    only, effect = effect_of(company, UnitCostLever(product="C", supplier="S", cost=3))
    assert column(only, "products", "standard_cost", product="C") == [1]
    assert column(only, "sourcing", "price") == [3]


def test_an_overtime_cap_is_for_the_month(company):
    changed, effect = effect_of(company, OvertimeLever(resource="L", hours=4, end="2026-11"))
    assert (effect.before, effect.after) == (10, 4)
    november = column(changed, "calendars", "overtime_hours", resource="L")[:2]
    assert november == [2, 2]


def test_days_are_closed_lengthened_or_added(company):
    day = date(2026, 11, 2)
    _, effect = effect_of(company, CalendarLever(first_day=day, last_day=day, hours=0))
    assert effect.change == -100  # both resources lose 50 hours
    shift = CalendarLever(
        resource="L", first_day=NOVEMBER, last_day=date(2026, 11, 30), add_hours=-8
    )
    assert effect_of(company, shift)[1].after == pytest.approx(2 * 24)  # 50 is cut to a day's 24
    saturdays = CalendarLever(
        resource="L",
        first_day=NOVEMBER,
        last_day=date(2026, 11, 30),
        hours=8,
        weekdays=("saturday",),
    )
    changed, effect = effect_of(company, saturdays)
    assert (effect.touched, effect.change) == (4, 32)
    assert sum(column(changed, "calendars", "hours", resource="L")[:6]) == 132


def test_a_yield_is_set_on_routings(company):
    changed, effect = effect_of(company, YieldLever(product="X", percent=80))
    assert (effect.before, effect.after, effect.touched) == (100, 80, 2)
    assert column(changed, "routings", "yield_rate", product="X") == [0.8, 0.8]


def test_a_supplier_that_is_out_delivers_nothing(company):
    changed, effect = effect_of(company, SupplierOutLever(supplier="S"))
    assert column(changed, "sourcing", "capacity") == [0]
    assert changed.frame("receipts").empty
    assert effect.also.touched == 2
    assert sum(map(sum, plan_supply(changed, 2).bought)) == 0


def test_orders_due_while_a_supplier_is_out_wait_for_it(company):
    lever = SupplierOutLever(supplier="S", start="2026-11", end="2026-12")
    changed, _ = effect_of(company, lever)
    due = [d.date() for d in pd.to_datetime(changed.frame("receipts")["due_on"])]
    assert due == [date(2027, 1, 1), date(2027, 1, 20)]
    assert column(changed, "sourcing", "closed_until")[0].date() == date(2026, 12, 31)


def test_the_plan_buys_and_moves_nothing_while_it_is_closed(lemonade, lemonade_tables):
    stock = [row for row in lemonade_tables()["stock"] if row["product"] != "C"]
    company = lemonade(stock=stock)
    out = apply(company, [SupplierOutLever(supplier="S", start="2026-12", end="2026-12")], 3)
    november, december, january = plan_supply(out, 3).bought[0]
    assert november > 0 == december
    assert january > 0
    lever = LaneClosedLever(from_site="P", to_site="D1", start="2026-11", end="2026-11")
    plan = plan_supply(apply(company, [lever], 3), 3)
    moved = {
        (lane.product, lane.target): row
        for lane, row in zip(plan.problem.lanes, plan.moved, strict=True)
    }
    assert moved[("X", "D1")][0] == 0 < moved[("X", "D1")][1]
    assert moved[("Y", "D1")][0] == 0


def test_a_lower_yield_takes_more_hours_and_more_material(company):
    base = plan_supply(company, 3)
    worse = plan_supply(apply(company, [YieldLever(product="X", percent=80)], 3), 3)
    made = [sum(map(sum, plan.made)) for plan in (base, worse)]
    assert made[1] == pytest.approx(made[0])  # good pieces
    assert sum(worse.used_hours("LAB")) == pytest.approx(sum(base.used_hours("LAB")) / 0.8)


def test_a_suppliers_capacity_is_set_and_then_scaled(company):
    hundred = SupplierCapacityLever(supplier="S", quantity=100)
    half = SupplierCapacityLever(supplier="S", percent=-50)
    assert column(apply(company, [hundred]), "sourcing", "capacity") == [100]
    assert column(apply(company, [hundred, half]), "sourcing", "capacity") == [50]
    with pytest.raises(BadRequest, match="no capacity of supplier S"):
        apply(company, [half])


def test_a_closed_lane_carries_nothing_and_is_not_taken_for_unknown(company):
    changed, effect = effect_of(company, LaneClosedLever(from_site="Plant", to_site="Depot 2"))
    assert effect.touched == 1
    plan = plan_supply(changed, 2)
    assert plan.late[("X", "D2")] == pytest.approx((0, 100))  # 100 lie there already


def test_a_dearer_lane_costs_its_price_more(company):
    base = plan_supply(company, 2).cost.transport
    dearer = apply(company, [LaneCostLever(percent=100)])
    assert plan_supply(dearer, 2).cost.transport == pytest.approx(2 * base)


def test_a_tie_closes_what_it_rules_out(lemonade, lemonade_tables):
    lanes = lemonade_tables()["lanes"]
    second = [{**lane, "from_site": "D2"} for lane in lanes if lane["to_site"] == "D1"]
    company = lemonade(lanes=lanes + second)

    def open_lanes(lever):
        frame = apply(company, [lever]).frame("lanes")
        left = frame[frame["capacity"].isna()]
        return sorted(set(zip(left["from_site"], left["to_site"], strict=True)))

    assert open_lanes(ExclusiveSourceLever(source="P", target="D1")) == [("P", "D1"), ("P", "D2")]
    assert open_lanes(ExclusiveSourceLever(source="P", target="D1", binds="source")) == [
        ("D2", "D1"),
        ("P", "D1"),
    ]
    assert open_lanes(ExclusiveSourceLever(source="P", target="D1", binds="both")) == [("P", "D1")]
    with pytest.raises(BadRequest, match="Nothing in the data supplies D2 from D1"):
        open_lanes(ExclusiveSourceLever(source="D1", target="D2"))


def test_a_safety_stock_is_set_where_none_was_and_scaled_where_one_is(company):
    _, effect = effect_of(company, SafetyStockLever(percent=50))
    assert (effect.before, effect.after) == (40, 60)
    everywhere, _ = effect_of(company, SafetyStockLever(family="Soda", quantity=10))
    assert {p: s.quantity for p, s in safety_stocks(everywhere).items()} == {
        ("X", "D1"): 10,
        ("X", "D2"): 10,
        ("Y", "D1"): 10,
    }


def test_a_service_level_takes_the_place_of_a_declared_stock(company):
    changed, effect = effect_of(company, ServiceLevelLever(product="X", site="D1", percent=99))
    assert column(changed, "policies", "service_level") == [0.99]
    assert not safety_stocks(changed)[("X", "D1")].declared
    assert effect.also.before == 40


def test_fences_are_the_companys(company):
    changed, effect = effect_of(company, FenceLever(planning_days=28))
    assert changed.company.planning_fence_days == 28
    assert company.company.planning_fence_days == 0
    assert effect.change == 28
    assert effect_of(changed, FenceLever(planning_days=28))[1].is_empty


CONTRADICTING = [
    (ResourceOutLever(resource="L"), OvertimeLever(resource="Line L", hours=10), "does not run"),
    (ResourceOutLever(resource="L"), CapacityLever(resource="L", hours=10), "does not run"),
    (SupplierOutLever(supplier="S"), LeadTimeLever(supplier="S", days=4), "delivers nothing"),
    (ExclusiveSourceLever(source="S"), SupplierOutLever(supplier="S"), "nobody else may"),
    (LaneClosedLever(to_site="D1"), LaneCostLever(to_site="D1", cost=2), "nothing moves"),
    (
        LaneClosedLever(from_site="P"),
        ExclusiveSourceLever(source="P", target="D1"),
        "no other source",
    ),
    (
        ExclusiveSourceLever(source="P", target="D1"),
        ExclusiveSourceLever(source="D2", target="D1"),
        "two sources",
    ),
    (
        DiscontinuationLever(product="X", on=date(2026, 11, 30)),
        LaunchLever(product="X", on=date(2026, 12, 1)),
        "before it is launched",
    ),
    (
        DiscontinuationLever(product="X", on=date(2026, 11, 30)),
        DemandLever(product="X", percent=5, start="2026-12"),
        "before that demand",
    ),
    (EventLever(event="E1"), EventChangeLever(event="E1", shift_days=7), "left out"),
    (PriceLever(product="X", price=9), PriceLever(product="X", price=8), "different values"),
    (OvertimeLever(resource="L", hours=9), OvertimeLever(resource="L", hours=0), "different"),
    (FenceLever(planning_days=9), FenceLever(planning_days=8), "same fence"),
    (SafetyStockLever(quantity=9), ServiceLevelLever(percent=98), "service level"),
]


@pytest.mark.parametrize(("one", "two", "why"), CONTRADICTING, ids=lambda x: getattr(x, "kind", ""))
def test_levers_that_contradict_are_named_and_nothing_is_computed(company, one, two, why):
    for levers in ([one, two], [two, one]):
        with pytest.raises(BadRequest, match=why) as refusal:
            pull(company, levers)
        assert "Lever 1, " in str(refusal.value)
        assert "lever 2, " in str(refusal.value)
        assert phrase(one).split(" (")[0].split()[0] in str(refusal.value)


def test_levers_that_add_up_do_not_contradict(company):
    levers = [
        DemandLever(product="X", percent=10),
        DemandLever(product="X", percent=-5),
        ResourceOutLever(resource="L", end="2026-11"),
        OvertimeLever(resource="L", hours=9, start="2026-12"),
        LaneClosedLever(to_site="D2"),
        LaneCostLever(percent=10),
    ]
    assert len(pull(company, levers).effects) == 6


def test_unknown_names_are_said_with_the_nearest(company):
    with pytest.raises(UnknownName, match=r"No resource named 'Lin L'\. Did you mean 'Line L'"):
        pull(company, [OvertimeLever(resource="Lin L", hours=1)])
    with pytest.raises(UnknownName, match=r"No site named 'Depo 1'\. Did you mean"):
        pull(company, [LaneClosedLever(from_site="P", to_site="Depo 1")])
    with pytest.raises(UnknownName, match="No site or supplier named 'Q'"):
        pull(company, [ExclusiveSourceLever(source="Q", target="D1")])
    with pytest.raises(BadRequest, match="say which product it is like"):
        pull(company, [LaunchLever(product="Zest", on=DECEMBER)])


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (PriceLever, {"product": "X"}),
        (PriceLever, {"price": 3}),
        (YieldLever, {"percent": 90}),
        (YieldLever, {"product": "X", "percent": 0}),
        (CalendarLever, {"first_day": DECEMBER, "last_day": NOVEMBER, "hours": 0}),
        (NewEventLever, {"name": "A", "starts_on": DECEMBER, "ends_on": NOVEMBER}),
        (ExclusiveSourceLever, {"source": "P", "binds": "source"}),
        (OvertimeLever, {"resource": "L", "hours": -1}),
        (FenceLever, {}),
        (LaneClosedLever, {}),
    ],
)
def test_levers_without_sense_are_refused_where_they_are_written(kind, values):
    with pytest.raises(ValidationError):
        kind(**values)


NULL = st.sampled_from(
    [
        DemandLever(site="D1", percent=0),
        EventChangeLever(event="E1", shift_days=0),
        PriceLever(percent=0, elasticity=-1.5),
        UnitCostLever(percent=0),
        CalendarLever(first_day=NOVEMBER, last_day=DECEMBER, add_hours=0, resource="LAB"),
        LaneCostLever(percent=0),
        LeadTimeLever(supplier="S", days=0),
        SafetyStockLever(percent=0),
        YieldLever(resource="L", percent=100),
        OvertimeLever(resource="LAB", hours=10),
        FenceLever(planning_days=0),
    ]
)


@settings(max_examples=12, deadline=None)
@given(levers=st.lists(NULL, min_size=1, max_size=3))
def test_levers_of_nothing_change_nothing(lemonade, levers):
    days = [d | {"hours": 24} for d in lemonade().frame("calendars").to_dict("records")]
    company = lemonade(events=[DEAL], receipts=ORDERS, calendars=days)
    assert build(company, 2, levers).digest == build(company, 2).digest


INDEPENDENT = st.sampled_from(
    [
        DemandLever(product="Y", percent=20),
        PriceLever(product="X", percent=5),
        CapacityLever(resource="LAB", hours=7),
        LaneCostLever(to_site="D2", percent=30),
        UnitCostLever(product="C", percent=15),
        SafetyStockLever(product="X", percent=25),
        OvertimeLever(resource="L", hours=2),
    ]
)


@settings(max_examples=8, deadline=None)
@given(levers=st.lists(INDEPENDENT, min_size=2, max_size=3, unique_by=lambda lever: lever.kind))
def test_the_order_of_levers_on_different_things_does_not_matter(company, levers):
    one, two = build(company, 2, levers), build(company, 2, levers[::-1])
    assert [round(f.value, 4) for f in one.figures] == [round(f.value, 4) for f in two.figures]


@settings(max_examples=40, deadline=None)
@given(
    before=st.lists(st.sampled_from(ALL), max_size=5),
    after=st.lists(st.sampled_from(ALL), max_size=5),
)
def test_a_difference_counts_what_came_and_went(before, after):
    changes = difference(before, after)
    count = {kind: sum(c.kind == kind for c in changes) for kind in ("added", "removed")}
    assert len(before) + count["added"] - count["removed"] == len(after)
    assert (changes == ()) == (before == after)
    assert all(change.sentence() for change in changes)


def test_a_difference_is_said_in_words():
    ten, twenty = CapacityLever(resource="L", hours=10), CapacityLever(resource="L", hours=20)
    out, lane = ResourceOutLever(resource="LAB"), LaneClosedLever(from_site="P")
    assert [c.sentence() for c in difference([ten, out], [twenty, lane])] == [
        "changed: capacity L (hours 10) became capacity L (hours 20)",
        "removed: resource out LAB",
        "added: lane closed from P",
    ]
    assert [c.kind for c in difference([ten, out], [out, ten])] == ["moved"]
