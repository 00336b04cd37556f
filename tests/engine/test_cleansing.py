from datetime import date

import numpy as np
import pytest

from planning_engine.data.calendars import add_months
from planning_engine.demand.forecasting.forecast import forecast
from planning_engine.demand.history.cleansing import _median, repairs
from planning_engine.demand.history.history import history, key
from planning_engine.demand.plan.demand_plan import statistical

FIRST = date(2023, 11, 1)
STEADY = [100.0, 104, 97, 101, 99, 103, 98, 102, 100, 96, 101, 103] * 3


@pytest.fixture
def shop(company_of):
    """Return a maker of a company that sells so much of A a month at S, with counts of stock."""

    def build(quantities, stock=(), **tables):
        sales = [
            {"date": add_months(FIRST, at), "product": "A", "site": "S", "customer": "K"}
            | {"quantity": quantity}
            for at, quantity in enumerate(quantities)
            if quantity
        ]
        other = [
            {"date": add_months(FIRST, at), "product": "B", "site": "S", "customer": "K"}
            | {"quantity": 10}
            for at in range(len(quantities))
        ]
        counts = [
            {"date": day, "product": "A", "site": "S", "quantity": quantity}
            for day, quantity in stock
        ]
        more = {"stock": counts} if counts else {}
        products = [{"product": "A", "family": "F"}, {"product": "B", "family": "F"}]
        return company_of({"products": products, "sales": sales + other} | more | tables)

    return build


def changed(place, quantity, values=STEADY):
    return [quantity if at == place else value for at, value in enumerate(values)]


def last_day(place):
    return date.fromordinal(add_months(FIRST, place + 1).toordinal() - 1)


def test_a_steady_history_is_left_alone(shop):
    assert repairs(shop(STEADY)) == ()


def test_an_outlier_is_listed_with_what_is_used_and_why(shop):
    [cell] = repairs(shop(changed(15, 300)))
    assert (cell.product, cell.site, cell.month) == ("A", "S", add_months(FIRST, 15))
    assert (cell.kind, cell.was) == ("outlier", 300)
    assert cell.used == pytest.approx(100, rel=0.06)
    assert "above what its months and season suggest" in cell.why


def test_a_peak_that_comes_back_every_year_is_season(shop):
    values = [300 if at % 12 == 1 else value for at, value in enumerate(STEADY)]
    assert repairs(shop(values)) == ()


def test_a_new_level_is_no_outlier(shop):
    values = [value * (2 if at >= 20 else 1) for at, value in enumerate(STEADY)]
    assert repairs(shop(values)) == ()


def test_the_latest_months_may_be_the_start_of_something(shop):
    assert repairs(shop(changed(35, 300))) == ()


def test_a_promoted_month_is_no_outlier(shop):
    event = {"event": "E", "product": "A", "kind": "promotion", "uplift": 2.0}
    event |= {"starts_on": add_months(FIRST, 15), "ends_on": last_day(15)}
    assert repairs(shop(changed(15, 300), events=[event])) == ()


def test_demand_lost_to_a_stock_out_is_estimated_never_lowered(shop):
    [cell] = repairs(shop(changed(20, 40), stock=[(last_day(20), 0)]))
    assert cell.kind == "stock-out"
    assert cell.was == 40
    assert cell.used == pytest.approx(100, rel=0.06)
    # more than usual was sold before the stock ran out: nothing to add
    assert repairs(shop(changed(20, 115), stock=[(last_day(20), 0)])) == ()


def test_with_daily_counts_only_the_days_without_stock_are_filled_up(shop):
    days = [add_months(FIRST, 20).replace(day=day) for day in range(1, 31)]
    counts = [(day, 0 if day.day > 20 else 500) for day in days]
    [cell] = repairs(shop(changed(20, 70), stock=counts))
    # 10 of 30 days without stock: a third of the usual 100 on top of the 70 sold
    assert cell.used == pytest.approx(70 + 100 / 3, rel=0.03)


def test_a_month_in_which_nothing_could_be_sold_counts_as_usual(shop):
    facts = shop(changed(20, 0), stock=[(last_day(20), 0), (last_day(19), 0)])
    where = key({"product": "A"})
    [cell] = [cell for cell in repairs(facts) if cell.was == 0]
    assert cell.ratio is None
    past = history(facts, where)
    assert (past.quantity[20], past.baseline[20]) == (0, pytest.approx(cell.used))
    assert history(facts).baseline[20] == pytest.approx(cell.used + 10)
    assert history(facts, key({"product": "B"})).baseline[20] == 10
    assert history(facts, key({"customer": "K"})).baseline[20] == 10  # nobody bought it


def test_what_ended_with_its_stock_is_not_sold_for_ever(shop):
    values = [value if at < 30 else 0 for at, value in enumerate(STEADY)]
    counts = [(last_day(at), 0) for at in range(29, 36)]
    assert repairs(shop(values, stock=counts)) == ()


def test_rare_sales_have_no_usual_month(shop):
    values = [value if at % 3 == 0 else 0 for at, value in enumerate(STEADY)]
    assert repairs(shop(changed(15, 900, values))) == ()


def test_a_month_without_any_data_is_not_cleansed(shop, company_of):
    rows = [
        {"date": add_months(FIRST, at), "product": "A", "site": "S", "quantity": value}
        for at, value in enumerate(STEADY)
        if at != 15
    ]
    assert repairs(company_of({"products": [{"product": "A"}], "sales": rows})) == ()


def test_the_layer_can_be_switched_off_and_the_raw_history_never_changes(shop):
    facts, where = shop(changed(15, 300)), key({"product": "A"})
    on, off = history(facts, where), history(facts, where, "month", cleansing=False)
    assert list(on.quantity) == list(off.quantity) == list(off.baseline)
    assert on.baseline[15] == pytest.approx(100, rel=0.06)
    assert on.baseline[15] != off.baseline[15]
    assert forecast(facts, where).mean[0] != forecast(facts, where, cleansing=False).mean[0]


def test_the_demand_plan_learns_from_the_cleansed_history(shop):
    plan_months = [date(2026, 11, 1)]
    wild = statistical(shop(changed(33, 900)), plan_months, ["A"])["quantity"][0]
    calm = statistical(shop(STEADY), plan_months, ["A"])["quantity"][0]
    assert wild == pytest.approx(calm, rel=0.03)


def test_the_demo_companys_one_empty_warehouse_is_found(demo):
    assert [(cell.product, cell.site, cell.kind) for cell in repairs(demo)] == [
        ("ORA-150-06", "DC-WEST", "stock-out")
    ]
    assert all(cell.used >= cell.was for cell in repairs(demo) if cell.kind == "stock-out")


def test_the_median_is_numpys():
    random = np.random.default_rng(3)
    for length in range(1, 10):
        values = random.normal(size=(40, length))
        values[random.random(values.shape) < 0.3] = np.nan
        for row, mine in zip(values, _median(values), strict=True):
            known = row[~np.isnan(row)]
            assert np.isnan(mine) if not len(known) else mine == pytest.approx(np.median(known))
