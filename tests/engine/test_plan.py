from datetime import date

import pytest

from planning_engine.cycles.explain import bottlenecks, cycle_change
from planning_engine.errors import BadRequest, DataProblem
from planning_engine.levers import CapacityLever, DemandLever
from planning_engine.plan import build, compare

CYCLES = [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]


def published(step):
    """Return plans in which every cycle raises X by `step` a month and lowers Y by one."""
    return [
        {"cycle": c, "month": date(2026, 8 + m + n, 1), "product": p, "site": "D1", "quantity": q}
        for n, c in enumerate(CYCLES)
        for m in range(3)
        for p, q in (("X", 100 + step * n), ("Y", 50 - n))
        if 8 + m + n <= 12
    ]


def test_a_plan_says_what_it_leads_to(lemonade):
    plan = build(lemonade(), 3)
    assert plan.figure("service").value == 100
    assert plan.figure("late_quantity").value == 0
    assert plan.figure("peak_load").value == pytest.approx(70)
    assert plan.figure("stock_outs").value == 4  # nothing is on order in the tables
    # all demand is delivered: 900 X at 10 and 300 Y at 12
    assert plan.figure("revenue").value == pytest.approx(900 * 10 + 300 * 12)
    assert plan.figure("inventory_value").value == pytest.approx(
        40 * 4 + plan.supply.stock[("C", "P")][-1]
    )


def test_the_same_facts_and_levers_give_the_same_digest(lemonade):
    company = lemonade()
    lever = DemandLever(product="X", percent=10)
    assert build(company, 3, [lever]).digest == build(company, 3, [lever]).digest
    assert build(company, 3, [lever]).digest != build(company, 3).digest


def test_two_plans_are_compared_figure_by_figure(lemonade):
    company = lemonade()
    deltas = {
        delta.name: delta
        for delta in compare(
            build(company, 3), build(company, 3, [CapacityLever(resource="L", percent=-80)])
        )
    }
    assert deltas["peak_load"].base == pytest.approx(70)
    assert deltas["peak_load"].change == pytest.approx(280)
    assert deltas["peak_load"].percent == pytest.approx(400)
    assert deltas["service"].change < 0
    assert deltas["late_quantity"].percent is None
    assert deltas["overflow"].other == pytest.approx(3 * 40)


def test_where_an_hour_helps_is_named(lemonade):
    tight = build(lemonade(), 3, [CapacityLever(resource="L", percent=-50)])
    reliefs = bottlenecks(tight.supply)
    assert reliefs[0].resource == "L"
    assert reliefs == tuple(sorted(reliefs, key=lambda relief: -relief.worth))
    assert bottlenecks(build(lemonade(), 3).supply) == ()


def test_a_cycle_is_compared_over_the_months_both_planned(lemonade):
    change = cycle_change(lemonade(plans=published(10)))
    assert (change.cycle, change.previous) == (CYCLES[2], CYCLES[1])
    # September's cycle plans September to November, October's October to December
    assert change.months == (date(2026, 10, 1), date(2026, 11, 1))
    assert [(m.product, m.before, m.after) for m in change.moves] == [
        ("X", 220, 240),
        ("Y", 98, 96),
    ]
    assert (change.before, change.after, change.change) == (318, 336, 18)
    assert change.moves[0].percent == pytest.approx(100 * 20 / 220)
    assert change.by_month[0] == (date(2026, 10, 1), 159, 168)


def test_cycles_and_slices_may_be_named(lemonade):
    company = lemonade(plans=published(10))
    change = cycle_change(company, CYCLES[2], CYCLES[0], product="X")
    assert change.months == (date(2026, 10, 1),)
    assert [(m.before, m.after) for m in change.moves] == [(100, 120)]
    assert cycle_change(company, CYCLES[1], family="Soda").previous == CYCLES[0]


def test_consensus_forecasts_are_compared_too(lemonade, lemonade_tables):
    rows = lemonade_tables()["forecasts"]
    rows += [r | {"cycle": date(2026, 9, 1), "quantity": r["quantity"] / 2} for r in rows]
    change = cycle_change(lemonade(forecasts=rows), what="demand")
    assert change.change == change.before


def test_a_move_from_nothing_has_no_percentage(lemonade):
    rows = [
        {"cycle": c, "month": date(2026, 11, 1), "product": p, "site": "D1", "quantity": 5}
        for c, p in ((CYCLES[1], "Y"), (CYCLES[2], "X"))
    ]
    moves = {m.product: m for m in cycle_change(lemonade(plans=rows)).moves}
    assert moves["X"].percent is None
    assert moves["Y"].percent == -100


def test_cycles_that_are_not_there_are_said(lemonade):
    with pytest.raises(DataProblem, match="no table 'plans'"):
        cycle_change(lemonade())
    one = [row for row in published(1) if row["cycle"] == CYCLES[0]]
    with pytest.raises(DataProblem, match="a comparison needs two"):
        cycle_change(lemonade(plans=one))
    with pytest.raises(BadRequest, match="August 2026, September 2026, October 2026"):
        cycle_change(lemonade(plans=published(1)), CYCLES[0])
    with pytest.raises(BadRequest, match="Name a later and an earlier"):
        cycle_change(lemonade(plans=published(1)), date(2026, 1, 1))
