from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.errors import BadRequest
from planning_engine.supply.policies import policy

LEAD_SD = 500 * sqrt(2)


def test_textbook_safety_stock_of_a_weekly_demand():
    # B&M, Chopra: D 2500 a week, sd 500, L 2, Q 10000, ROP 6000 leave 1000 of safety stock
    assert policy.reorder_point(2500, 2, 1000) == 6000
    assert policy.cycle_service_level(1000, LEAD_SD) == pytest.approx(0.921, abs=5e-4)
    assert policy.expected_shortage(1000, LEAD_SD) == pytest.approx(25.13, abs=0.01)
    assert policy.fill_rate(1000, LEAD_SD, 10000) == pytest.approx(0.9975, abs=5e-5)
    assert policy.safety_stock(0.90, 2500, 500, 2) == pytest.approx(906, abs=0.5)
    assert policy.safety_stock_for_fill_rate(0.975, LEAD_SD, 10000) == pytest.approx(67, abs=0.5)


def test_textbook_store_printers():
    deviation = policy.lead_time_deviation(250, 150, 2)
    assert policy.cycle_service_level(100, deviation) == pytest.approx(0.68, abs=5e-3)
    assert policy.expected_shortage(100, deviation) == pytest.approx(43.86, abs=0.01)
    assert policy.fill_rate(100, deviation, 1000) == pytest.approx(0.956, abs=5e-4)


def test_textbook_economic_lot_and_newsvendor():
    lot = policy.economic_order_quantity(1300, 8, 0.225)
    assert lot == pytest.approx(304.05, abs=0.01)
    assert policy.lot_cost(lot, 1300, 8, 0.225) == pytest.approx(68.41, abs=0.01)
    assert policy.newsvendor(50, 8, 0.18, 0.70) == pytest.approx(56.604, abs=1e-3)


def test_an_uncertain_lead_time_needs_more_stock():
    # sqrt(2*500² + 2500²*0.5²) = sqrt(500000 + 1562500) = 1436.14
    assert policy.lead_time_deviation(2500, 500, 2, 0.5) == pytest.approx(1436.14, abs=0.01)


def test_a_periodic_review_must_last_review_and_lead_time():
    # z(0.977…)=2: 2 * 10 * sqrt(1 + 3) = 40
    assert policy.safety_stock_periodic(0.9772499, 100, 10, 3, 1) == pytest.approx(40, abs=1e-3)
    assert policy.order_up_to(100, 3, 1, 40) == 440


@pytest.mark.parametrize("level", [0.0, 1.0, 1.2])
def test_an_impossible_service_level_is_refused(level):
    with pytest.raises(BadRequest, match="between 0 and 1"):
        policy.safety_stock(level, 1, 1, 1)
    with pytest.raises(BadRequest, match="between 0 and 1"):
        policy.safety_stock_for_fill_rate(level, 1, 1)


def test_an_economic_lot_without_holding_cost_is_refused():
    with pytest.raises(BadRequest, match="holding cost"):
        policy.economic_order_quantity(100, 1, 0)


def test_certain_demand_is_short_only_below_zero():
    assert policy.cycle_service_level(0, 0) == 1
    assert policy.cycle_service_level(-1, 0) == 0
    assert policy.expected_shortage(5, 0) == 0
    assert policy.expected_shortage(-5, 0) == 5


sizes = st.floats(1, 1e4)


@given(safety=sizes, more=sizes, deviation=sizes)
def test_more_safety_stock_is_never_shorter(safety, more, deviation):
    short = policy.expected_shortage(safety, deviation)
    assert policy.expected_shortage(safety + more, deviation) <= short + 1e-9
    assert short >= -1e-9


@given(target=st.floats(0.5, 0.999), deviation=st.floats(1, 1e3), lot=st.floats(10, 1e4))
def test_the_safety_stock_for_a_fill_rate_gives_that_fill_rate(target, deviation, lot):
    safety = policy.safety_stock_for_fill_rate(target, deviation, lot)
    assert policy.fill_rate(safety, deviation, lot) == pytest.approx(target, abs=1e-6)


@given(lot=sizes, demand=sizes, order=sizes, holding=st.floats(0.01, 10))
def test_no_lot_is_cheaper_than_the_economic_one(lot, demand, order, holding):
    best = policy.economic_order_quantity(demand, order, holding)
    cheapest = policy.lot_cost(best, demand, order, holding)
    assert cheapest <= policy.lot_cost(lot, demand, order, holding) * (1 + 1e-9)


def test_a_declared_safety_stock_counts_as_it_is(lemonade):
    stocks = policy.safety_stocks(lemonade())
    assert stocks == {("X", "D1"): policy.SafetyStock(40, declared=True)}


def test_a_service_level_is_turned_into_pieces(lemonade, lemonade_tables):
    tables = lemonade_tables()
    for row in tables["sales"]:  # 200 ± a known spread: half the months 150, half 250
        if (row["product"], row["site"]) == ("X", "D1"):
            row["quantity"] *= 0.75 if row["date"].month % 2 else 1.25
    policies = [{"product": "X", "site": "D1", "service_level": 0.9772499, "review_days": 30}]
    lanes = [{"product": "X", "from_site": "P", "to_site": "D1", "lead_time_days": 90}]
    stocks = policy.safety_stocks(lemonade(sales=tables["sales"], policies=policies, lanes=lanes))
    deviation = sqrt(12 * 50**2 / 11)  # sample deviation of the twelve months
    found = stocks[("X", "D1")]
    assert not found.declared
    assert found.quantity == pytest.approx(2 * deviation * sqrt(3 + 1), rel=1e-4)


def test_a_suppliers_lead_time_goes_before_the_lane(lemonade):
    policies = [{"product": "X", "site": "D1", "service_level": 0.9772499}]
    sourcing = [
        {"product": "X", "site": "D1", "supplier": "A", "lead_time_days": 30, "preference": 2},
        {
            "product": "X",
            "site": "D1",
            "supplier": "B",
            "lead_time_days": 60,
            "lead_time_sd_days": 15,
            "preference": 1,
        },
    ]
    stocks = policy.safety_stocks(lemonade(policies=policies, sourcing=sourcing))
    assert stocks[("X", "D1")].quantity == pytest.approx(2 * 200 * 0.5, rel=1e-4)


def test_what_cannot_be_computed_is_left_out(lemonade):
    policies = [
        {"product": "X", "site": "D9", "service_level": 0.9},
        {"product": "Y", "site": "D1"},
    ]
    assert policy.safety_stocks(lemonade(policies=policies)) == {}
    assert policy.safety_stocks(lemonade(policies=None)) == {}
