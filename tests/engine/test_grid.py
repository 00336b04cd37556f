from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.data.scope import Scope
from planning_engine.errors import NotPermitted
from planning_engine.grid.projection import served
from planning_engine.grid.sop_grid import check, grids
from planning_engine.supply.stock.inventory import project

SEP, OCT, NOV, DEC = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
quantities = st.lists(st.floats(0, 1e5), min_size=4, max_size=4).map(np.array)


def grid_of(found, family):
    return next(grid for grid in found[0] if grid.family == family)


def month(grid, when):
    return next(entry for entry in grid.months if entry.month == when)


@pytest.fixture
def shop(company_of):
    """One product: 100 counted on 30 September, 90 on 31 October; 50 came, 55 were sold.

    In October 60 were ordered; of 30 ordered in September 25 were delivered and the line closed,
    30 of the October orders went out, 30 are open for November.
    """

    def build(**changes):
        orders = [
            ("1", date(2026, 9, 20), date(2026, 10, 5), 30, date(2026, 10, 5), 25),
            ("2", date(2026, 10, 1), date(2026, 10, 9), 30, date(2026, 10, 9), 30),
            ("3", date(2026, 10, 20), date(2026, 11, 5), 30, None, None),
        ]
        tables = {
            "products": [{"product": "X", "family": "Soda", "unit": "case"}],
            "sales": [
                {"date": SEP, "product": "X", "site": "D", "quantity": 40},
                {"date": OCT, "product": "X", "site": "D", "quantity": 55},
            ],
            "orders": [
                {
                    "order": number,
                    "line": "1",
                    "product": "X",
                    "site": "D",
                    "ordered_on": ordered,
                    "requested_on": wanted,
                    "quantity": quantity,
                    "delivered_on": came,
                    "delivered_quantity": delivered,
                }
                for number, ordered, wanted, quantity, came, delivered in orders
            ],
            "stock": [
                {"date": date(2026, 9, 30), "product": "X", "site": "D", "quantity": 100},
                {"date": date(2026, 10, 31), "product": "X", "site": "D", "quantity": 90},
            ],
            "receipts": [
                {"receipt": "R", "product": "X", "site": "D", "quantity": 50, "kind": "transfer"}
                | {"due_on": date(2026, 10, 3), "received_on": date(2026, 10, 3)}
            ],
            "forecasts": [
                {"cycle": cycle, "stream": "consensus", "month": when, "product": "X", "site": "D"}
                | {"quantity": quantity}
                for cycle, when, quantity in (
                    (date(2026, 8, 1), OCT, 70),
                    (OCT, NOV, 80),
                    (OCT, DEC, 60),
                )
            ],
            "plans": [
                {"cycle": cycle, "month": when, "product": "X", "site": "D", "quantity": quantity}
                for cycle, when, quantity in (
                    (SEP, OCT, 48),
                    (SEP, NOV, 20),
                    (OCT, OCT, 52),
                    (OCT, NOV, 10),
                    (OCT, DEC, 40),
                )
            ],
            "budget": [{"month": OCT, "family": "Soda", "quantity": 65, "revenue": 1}],
        }
        return company_of({k: v for k, v in (tables | changes).items() if v is not None})

    return build


def test_a_past_month_by_hand(shop):
    entry = month(grid_of(grids(shop(), 1, 0), "Soda"), OCT)
    assert (entry.bookings, entry.shipments, entry.supply) == (60, 55, 50)
    # 30 open at the end of September; 5 of them were never delivered
    assert (entry.backlog_start, entry.backlog_end, entry.backlog_adjustment) == (30, 30, -5)
    # 100 + 50 - 55 = 95, and 90 were counted
    assert (entry.inventory_start, entry.inventory_end, entry.inventory_adjustment) == (100, 90, -5)
    assert (entry.forecast, entry.budget, entry.plan, entry.last_plan) == (70, 65, 52, 48)


def test_months_ahead_by_hand(shop):
    grid = grid_of(grids(shop(), 0, 2), "Soda")
    november, december = grid.months
    # 80 are wanted, 30 of them in hand; stock of 90 and 10 that come
    assert (november.bookings, november.shipments) == (50, 80)
    assert (november.backlog_start, november.backlog_end) == (30, 0)
    assert (november.inventory_end, november.plan, november.last_plan) == (20, 10, 20)
    # 60 wanted, 20 in stock and 40 to come
    assert (december.shipments, december.inventory_end, december.last_plan) == (60, 0, None)


def test_demand_that_cannot_be_met_is_owed(shop):
    plans = [
        {"cycle": OCT, "month": when, "product": "X", "site": "D", "quantity": 0}
        for when in (NOV, DEC)
    ]
    december = month(grid_of(grids(shop(plans=plans), 0, 2), "Soda"), DEC)
    # 140 wanted, 90 in stock
    assert (december.shipments, december.backlog_end, december.inventory_end) == (10, 50, 0)


def test_what_breaks_an_identity_is_reported_with_its_months(shop):
    issues = grids(shop(), 1, 1)[1]
    assert [issue.rule for issue in issues] == ["backlog identity", "inventory identity"]
    assert issues[1].examples == ("Soda, October 2026: -5",)


def test_orders_for_after_the_plan_leave_it_as_an_adjustment(shop):
    found = grids(shop(), 1, 1)
    november = month(grid_of(found, "Soda"), NOV)
    assert november.backlog_adjustment == 0
    company = shop()
    later = company.frame("orders")
    later.loc[later["order"] == "3", "requested_on"] = pd.Timestamp("2027-03-01")
    moved = company.with_tables({"orders": later}, "later")
    november = month(grid_of(grids(moved, 1, 1), "Soda"), NOV)
    assert (november.backlog_start, november.backlog_adjustment) == (30, -30)


@settings(deadline=None)
@given(demand=quantities, in_hand=quantities, supply=quantities, opening=st.floats(0, 1e5))
def test_the_projection_keeps_the_identities(demand, in_hand, supply, opening):
    lines = served(demand, in_hand, supply, opening)
    size = 1e-9 * (1 + demand.sum() + in_hand.sum() + supply.sum() + opening)
    for stock, came in (("backlog", "bookings"), ("inventory", "supply")):
        left = lines[f"{stock}_start"] + lines[came] - lines["shipments"]
        assert np.abs(lines[f"{stock}_end"] - left).max() <= size
        assert np.abs(lines[f"{stock}_start"][1:] - lines[f"{stock}_end"][:-1]).max() <= size
    assert lines["inventory_end"].min() >= -size
    assert lines["backlog_end"].min() >= -size


def test_the_demo_grid_is_what_pandas_counts(demo):
    sales = demo.frame("sales").merge(demo.frame("products")[["product", "family"]])
    receipts = demo.frame("receipts").merge(demo.frame("products")[["product", "family", "stage"]])
    receipts = receipts[receipts["stage"] == "finished"]
    stock = demo.frame("stock").merge(demo.frame("products")[["product", "family", "stage"]])
    for family in ("Juice", "Tea", "Water"):
        grid = grid_of(grids(demo), family)
        for entry in grid.past:
            first = pd.Timestamp(entry.month)
            span = (first, first + pd.offsets.MonthEnd(0))
            mine = sales[(sales["family"] == family) & sales["date"].between(*span)]
            assert entry.shipments == mine["quantity"].sum()
            came = receipts[(receipts["family"] == family) & receipts["received_on"].between(*span)]
            assert entry.supply == came["received_quantity"].sum()
            counted = stock[(stock["family"] == family) & (stock["date"] == span[1])]
            assert entry.inventory_end == counted["quantity"].sum()
            assert entry.inventory_adjustment == 0


def test_the_planted_stock_out_is_owed_in_its_month(demo):
    tea, before = grid_of(grids(demo), "Tea"), date(2026, 12, 1)
    assert month(tea, before).backlog_end == 0
    short = next(o for o in project(demo, 6).stock_outs if o.product == "ICP-050-12")
    owed = -short.months[2].closing
    assert month(tea, date(2027, 1, 1)).backlog_end == pytest.approx(owed)


def test_the_whole_is_the_sum_of_the_families(demo):
    *families, whole = grids(demo)[0]
    for place, entry in enumerate(whole.months):
        for line in ("shipments", "inventory_end", "backlog_end", "plan", "budget"):
            assert getattr(entry, line) == pytest.approx(
                sum(getattr(grid.months[place], line) for grid in families)
            )


def test_a_grid_put_together_wrongly_does_not_leave(demo):
    grid = grids(demo)[0][0]
    wrong = replace(grid.months[2], inventory_end=grid.months[2].inventory_end + 1)
    with pytest.raises(AssertionError, match="inventory_end"):
        check(replace(grid, months=(*grid.months[:2], wrong, *grid.months[3:])))


def test_what_is_not_in_the_data_is_unknown_not_zero(shop):
    company = shop(orders=None, stock=None, receipts=None, budget=None, forecasts=None, plans=None)
    entry = month(grid_of(grids(company, 1, 0), "Soda"), OCT)
    assert entry.shipments == 55
    for line in ("bookings", "backlog_end", "supply", "inventory_end", "budget", "plan"):
        assert getattr(entry, line) is None


def test_narrowed_facts_show_their_rows_and_regions_are_refused(demo):
    tea = demo.narrowed(Scope(families=frozenset({"Tea"})))
    assert grid_of(grids(tea), "Tea").months == grid_of(grids(demo), "Tea").months
    north = demo.narrowed(Scope(regions=frozenset({"North"})))
    with pytest.raises(NotPermitted, match="S&OP grid"):
        grids(north)


def test_orders_that_never_say_when_they_went_out_give_no_backlog(shop):
    company = shop()
    orders = company.frame("orders").assign(delivered_on=pd.NaT)
    found = grids(company.with_tables({"orders": orders}, "never"), 1, 1)
    for entry in grid_of(found, "Soda").months:
        assert entry.bookings is entry.backlog_end is None
        assert entry.shipments is not None


def test_without_a_published_plan_only_the_demand_ahead_is_known(shop):
    november = month(grid_of(grids(shop(plans=None), 1, 1), "Soda"), NOV)
    assert november.forecast == 80
    assert november.supply is november.inventory_end is november.shipments is None
