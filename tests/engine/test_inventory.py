from datetime import date
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.data.sample.planted import END_OF_LIFE, LATE_SUPPLIER, STOCK_OUT
from planning_engine.data.scope import Scope
from planning_engine.errors import DataProblem, NotPermitted
from planning_engine.supply.stock.balance import (
    StockMonth,
    days_of_cover,
    first_stock_out,
    stock_months,
)
from planning_engine.supply.stock.inventory import project

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
quantities = st.floats(0, 1e5)


def outlook(projection, product, site):
    return next(o for o in projection.outlooks if (o.product, o.site) == (product, site))


def test_cover_ends_inside_the_month_that_empties_the_stock():
    # 150 = all of month 1 (100) + half of month 2 (50 of 100): 30 + 15 days
    assert days_of_cover(150, [100, 100]) == 45.0
    assert days_of_cover(-5, [100]) == 0
    assert days_of_cover(250, [100, 100]) is None


@given(stock=quantities, extra=quantities, demand=st.lists(quantities, max_size=12))
def test_more_stock_never_covers_fewer_days(stock, extra, demand):
    def reach(pieces):
        days = days_of_cover(pieces, demand)
        return inf if days is None else days

    assert reach(stock) <= reach(stock + extra)


def test_the_latest_count_on_or_before_today_opens_the_projection(lemonade, lemonade_tables):
    stock = lemonade_tables()["stock"]
    stock.append({"date": date(2026, 11, 5), "product": "X", "site": "D1", "quantity": 7})
    found = outlook(project(lemonade(stock=stock), 2), "X", "D1")
    assert (found.opening, found.opening_on) == (150, date(2026, 10, 31))


def test_stock_falls_with_demand_and_the_stock_out_is_dated(lemonade):
    found = outlook(project(lemonade(), 2), "X", "D1")
    assert [m.closing for m in found.months] == [-50, -250]
    # 150 of the 200 of November: three quarters of 30 days
    assert found.first_stock_out == date(2026, 11, 23)
    assert found.shortage == 250
    assert found.cover_days == pytest.approx(22.5)
    assert found.below_safety_from == NOVEMBER


def test_the_published_plan_goes_before_open_receipts(lemonade):
    plans = [
        {"cycle": c, "month": NOVEMBER, "product": "X", "site": "D1", "quantity": q}
        for c, q in ((date(2026, 9, 1), 999), (date(2026, 10, 1), 300))
    ]
    plans.append(plans[-1] | {"product": "Y", "month": DECEMBER})
    receipts = [
        {"receipt": "1", "product": "X", "site": "D1", "due_on": date(2026, 11, 9), "quantity": 9},
        {"receipt": "2", "product": "X", "site": "D1", "due_on": date(2026, 12, 9), "quantity": 80},
    ]
    found = outlook(project(lemonade(plans=plans, receipts=receipts), 2), "X", "D1")
    assert [m.supply for m in found.months] == [300, 80]


def test_overdue_receipts_count_in_the_first_month_and_closed_ones_not(lemonade):
    receipts = [
        {
            "receipt": "1",
            "product": "Y",
            "site": "D1",
            "due_on": date(2026, 9, 9),
            "quantity": 60,
            "received_quantity": 20,
        },
        {
            "receipt": "2",
            "product": "Y",
            "site": "D1",
            "due_on": date(2026, 9, 9),
            "quantity": 500,
            "received_on": date(2026, 9, 12),
            "received_quantity": 500,
        },
        {"receipt": "3", "product": "Y", "site": "D1", "due_on": date(2028, 1, 1), "quantity": 1},
    ]
    found = outlook(project(lemonade(receipts=receipts), 2), "Y", "D1")
    assert [m.supply for m in found.months] == [40, 0]
    assert found.overdue == (1, 40)


def test_components_are_taken_by_what_their_parents_are_planned_to_make(lemonade):
    plans = [
        {"cycle": date(2026, 10, 1), "month": NOVEMBER, "product": "X", "site": s, "quantity": q}
        for s, q in (("D1", 100), ("D2", 60))
    ]
    plans.append(plans[-1] | {"product": "Y", "month": DECEMBER})
    found = outlook(project(lemonade(plans=plans), 2), "C", "P")
    # planned 160 * 2.5 in November; no plan in December: demand 300 * 2.5
    assert [m.demand for m in found.months] == [400, 750]


def test_the_only_plant_makes_what_has_no_routing(lemonade):
    found = outlook(project(lemonade(routings=None), 1), "C", "P")
    assert found.months[0].demand == 750
    nowhere = project(lemonade(routings=None, sites=None), 1)
    assert ("C", "") in nowhere.uncounted


def test_the_projection_stops_where_the_published_plan_does(lemonade):
    plan = {"cycle": date(2026, 10, 1), "product": "X", "site": "D1", "quantity": 9}
    projection = project(lemonade(plans=[plan | {"month": DECEMBER}]), 6)
    assert projection.months == (NOVEMBER, DECEMBER)
    assert projection.ends_with_plan == DECEMBER
    assert project(lemonade(plans=[plan | {"month": DECEMBER}]), 2).ends_with_plan is None
    old = lemonade(plans=[plan | {"month": date(2026, 10, 1)}])
    with pytest.raises(DataProblem, match="plan ends in October 2026"):
        project(old, 6)


def test_of_a_month_that_has_begun_only_the_rest_counts(company_of, lemonade_tables):
    tables = lemonade_tables()
    tables["stock"] = [
        {"date": date(2026, 11, 9), "product": "X", "site": "D1", "quantity": 70},
    ]
    tables["plans"] = [
        {"cycle": date(2026, 11, 1), "month": m, "product": "X", "site": "D1", "quantity": 100}
        for m in (NOVEMBER, DECEMBER)
    ]
    # 21 of 30 days are left: 0.7 of 200 wanted and of 100 planned
    found = outlook(project(company_of(tables, as_of=date(2026, 11, 9)), 2), "X", "D1")
    assert [(m.supply, m.demand, m.closing) for m in found.months] == [
        (pytest.approx(70), pytest.approx(140), pytest.approx(0)),
        (100, 200, pytest.approx(-100)),
    ]
    assert found.first_stock_out == DECEMBER
    # 70 pieces at 200 a month
    assert found.cover_days == pytest.approx(10.5)


def test_a_stock_out_in_the_month_that_has_begun_is_dated_from_today():
    row = StockMonth(NOVEMBER, 60, 0, 120, -60)
    # half of the 20 days from the 11th on
    assert first_stock_out([row], date(2026, 11, 10)) == date(2026, 11, 21)


def test_excess_without_a_cost_has_no_value(lemonade, lemonade_tables):
    tables = lemonade_tables()
    tables["stock"][1]["quantity"] = 5000
    tables["products"][0]["standard_cost"] = None
    found = project(lemonade(stock=tables["stock"], products=tables["products"]), 1).excess
    assert [(o.product, o.excess, o.excess_value) for o in found] == [("X", 4360, None)]


def test_what_was_never_counted_is_unknown_not_zero(lemonade, lemonade_tables):
    stock = [s for s in lemonade_tables()["stock"] if s["product"] != "Y"]
    projection = project(lemonade(stock=stock), 1)
    assert ("Y", "D1") in projection.uncounted
    assert not [o for o in projection.outlooks if o.product == "Y"]


def test_excess_is_what_three_months_of_demand_and_safety_stock_leave(lemonade, lemonade_tables):
    stock = lemonade_tables()["stock"]
    stock[1]["quantity"] = 700
    found = outlook(project(lemonade(stock=stock), 1), "X", "D1")
    # 700 - 3 * 200 - 40
    assert found.excess == 60
    assert found.excess_value == 240


def test_stock_of_a_product_that_ends_is_excess_beyond_its_last_sales(lemonade, lemonade_tables):
    tables = lemonade_tables()
    tables["products"][0]["end_on"] = date(2026, 12, 31)
    tables["stock"][1]["quantity"] = 700
    company = lemonade(products=tables["products"], stock=tables["stock"])
    assert outlook(project(company, 1), "X", "D1").excess == 300
    tables["products"][0]["end_on"] = date(2028, 12, 31)
    company = lemonade(products=tables["products"], stock=tables["stock"])
    assert outlook(project(company, 1), "X", "D1").excess == 60


def test_risks_come_in_the_order_they_hit(lemonade):
    projection = project(lemonade(), 6)
    days = [o.first_stock_out for o in projection.stock_outs]
    assert days == sorted(days)
    assert projection.at_risk[0].product == "X"
    assert projection.excess == ()


def test_the_line_within_the_month_gives_the_day():
    def day(opening, closing):
        return first_stock_out([StockMonth(NOVEMBER, opening, 0, opening - closing, closing)])

    assert day(60, -30) == date(2026, 11, 21)
    assert day(0, -30) == date(2026, 11, 1)
    assert day(-10, -30) == date(2026, 11, 1)
    assert day(1e9, -1) == date(2026, 11, 30)
    assert day(5, 0) is None


rows = st.lists(st.tuples(quantities, quantities), min_size=1, max_size=12)


@given(opening=quantities, flows=rows)
def test_every_month_opens_with_what_the_last_one_closed(opening, flows):
    months = [date(2027, 1, 1)] * len(flows)
    supply, demand = (np.array(side) for side in zip(*flows, strict=True))
    balance = stock_months(opening, supply, demand, months)
    stock = opening
    for row, (came, gone) in zip(balance, flows, strict=True):
        assert row.opening == pytest.approx(stock, abs=1e-6)
        stock += came - gone
        assert row.closing == pytest.approx(stock, abs=1e-6)
    assert balance[-1].closing == pytest.approx(opening + sum(supply) - sum(demand), abs=1e-6)


def test_stock_is_required_and_regions_cannot_split_it(lemonade):
    with pytest.raises(DataProblem, match="no table 'stock'"):
        project(lemonade(stock=None))
    with pytest.raises(NotPermitted, match="whole company"):
        project(lemonade().narrowed(Scope(regions=frozenset({"North"}))))
    mine = project(lemonade().narrowed(Scope(sites=frozenset({"D1"}))), 1)
    assert {o.site for o in mine.outlooks} == {"D1"}


def test_the_demo_company_has_a_product_about_to_run_out(demo):
    (first,) = project(demo, 6).stock_outs
    assert (first.product, first.site) == (STOCK_OUT.product, STOCK_OUT.site)
    assert first.first_stock_out == STOCK_OUT.day
    assert first.opening == STOCK_OUT.opening
    closing = {row.month: row.closing for row in first.months}
    assert {month: closing[month] for month in STOCK_OUT.closing} == pytest.approx(
        STOCK_OUT.closing, abs=1
    )


def test_the_demo_company_keeps_too_much_of_a_product_that_ends(demo):
    ending = [o for o in project(demo, 6).excess if o.product == END_OF_LIFE.product]
    assert project(demo, 6).excess[0] in ending
    assert sum(o.excess for o in ending) == pytest.approx(END_OF_LIFE.excess, abs=1)
    assert sum(o.opening for o in ending) == END_OF_LIFE.stock
    assert {o.end_on for o in ending} == {END_OF_LIFE.end_on}


def test_the_demo_companys_late_supplier_has_overdue_orders(demo):
    late = [o for o in project(demo, 6).outlooks if o.overdue[0]]
    assert {o.product for o in late} == {LATE_SUPPLIER.component}
    assert sum(o.overdue[0] for o in late) == LATE_SUPPLIER.overdue
    assert sum(o.overdue[1] for o in late) == LATE_SUPPLIER.overdue_quantity


def test_each_months_closing_stock_says_how_long_it_lasts(lemonade):
    stock = [{"date": date(2026, 10, 31), "product": "X", "site": "D1", "quantity": 500}]
    rows = outlook(project(lemonade(stock=stock), 4), "X", "D1").months
    # 300 left at the end of November last a month and a half of 200; 100 half a month
    assert [row.cover_days for row in rows[:2]] == [45.0, 15.0]
    # a shortage covers nothing, and beyond the last month nothing is known
    assert rows[2].cover_days == 0
    assert rows[3].cover_days is None
