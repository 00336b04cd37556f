from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from planning_engine.kpis import KpiQuery, catalogue, measure

OCT = KpiQuery(start=date(2026, 10, 1), end=date(2026, 10, 1))


@pytest.fixture
def deliveries(company_of):
    """Four lines of two orders due in October.

    A1 of 10 came a day early, complete; A2 of 20 two days late, complete; B1 of 30 on its day
    with 15; B2 of 40 five days early, complete. A2 was promised for the day it came.
    """

    def line(order, number, quantity, requested, delivered, came, promised=None):
        return {
            "order": order,
            "line": number,
            "product": "X",
            "quantity": quantity,
            "requested_on": date(2026, 10, requested),
            "promised_on": date(2026, 10, promised or requested),
            "delivered_on": date(2026, 10, delivered),
            "delivered_quantity": came,
        }

    return company_of(
        {
            "products": [{"product": "X", "family": "Soda", "unit": "case"}],
            "sales": [{"date": date(2026, 10, 1), "product": "X", "quantity": 1}],
            "orders": [
                line("A", "1", 10, 10, 9, 10),
                line("A", "2", 20, 10, 12, 20, promised=12),
                line("B", "1", 30, 15, 15, 15),
                line("B", "2", 40, 15, 10, 40),
            ],
        }
    )


@pytest.mark.parametrize(
    ("changes", "percent"),
    [
        ({}, 50),  # A1 and B2
        ({"basis": "promised"}, 75),  # A2 too
        ({"tolerance_days": 2}, 75),
        ({"early_days": 1}, 25),  # B2 came too early
        ({"counted": "orders"}, 0),  # each order has a line that missed
        ({"counted": "orders", "tolerance_days": 2}, 50),
        ({"counted": "quantity"}, 50),  # 10 + 40 of 100
        ({"counted": "quantity", "partial": "its_share"}, 65),  # and 15 of B1
        ({"partial": "its_share"}, 62.5),  # and half a line
    ],
)
def test_otif_by_each_definition_by_hand(deliveries, changes, percent):
    assert measure(deliveries, "otif", replace(OCT, **changes)).total == pytest.approx(percent)


def test_what_missed_is_counted_as_was_asked(deliveries):
    lines = measure(deliveries, "otif", OCT)
    assert (lines.extras["lines"], lines.extras["missed"]) == (4, 2)
    orders = measure(deliveries, "otif", replace(OCT, counted="orders"))
    assert (orders.extras["lines"], orders.extras["missed"]) == (2, 2)
    pieces = measure(deliveries, "otif", replace(OCT, counted="quantity", partial="its_share"))
    assert (pieces.extras["lines"], pieces.extras["missed"]) == (100, 35)


def test_the_demo_otif_is_what_a_plain_loop_counts(demo):
    year = KpiQuery(start=date(2025, 11, 1), end=date(2026, 10, 1))
    orders = demo.frame("orders")
    for basis, tolerance, early in (("requested", 0, None), ("promised", 2, 3)):
        due_on = f"{basis}_on"
        total = kept = 0
        for row in orders.itertuples():
            due, came = getattr(row, due_on), row.delivered_on
            if not "2025-11-01" <= str(due)[:10] <= "2026-10-31":
                continue
            total += 1
            late = None if came is None or came != came else (came - due).days
            on_time = late is not None and late <= tolerance and (early is None or late >= -early)
            kept += bool(on_time and row.delivered_quantity >= row.quantity)
        query = replace(year, basis=basis, tolerance_days=tolerance, early_days=early)
        assert measure(demo, "otif", query).total == pytest.approx(100 * kept / total)


@pytest.fixture
def forecasts(company_of):
    """X sold 10 in N and 30 in S, forecast 20 each; Y sold 5, forecast 15, and costs ten times."""
    products = [
        {"product": "X", "family": "Soda", "standard_cost": 1, "price": 2},
        {"product": "Y", "family": "Soda", "standard_cost": 10, "price": 11},
    ]
    cells = [("X", "N", 10, 20), ("X", "S", 30, 20), ("Y", "N", 5, 15)]
    month = date(2026, 10, 1)
    return company_of(
        {
            "products": products,
            "sales": [
                {"date": month, "product": p, "site": s, "quantity": a} for p, s, a, _ in cells
            ],
            "forecasts": [
                {"cycle": date(2026, 8, 1), "stream": "consensus", "month": month}
                | {"product": p, "site": s, "quantity": f}
                for p, s, _, f in cells
            ],
        }
    )


@pytest.mark.parametrize(
    ("changes", "percent"),
    [
        ({}, 100 * 30 / 45),
        ({"level": "product"}, 100 * 10 / 45),  # the misses of X even out
        ({"level": "family"}, 100 * 10 / 45),
        ({"weight": "cost"}, 100 * (20 + 100) / (40 + 50)),
        ({"weight": "price", "level": "product"}, 100 * 110 / (80 + 55)),
    ],
)
def test_the_error_at_each_level_and_weight_by_hand(forecasts, changes, percent):
    assert measure(forecasts, "wmape", replace(OCT, **changes)).total == pytest.approx(percent)


def test_errors_in_pieces_by_hand(forecasts):
    assert measure(forecasts, "mae", OCT).total == pytest.approx(10)
    assert measure(forecasts, "rmse", OCT).total == pytest.approx(10)
    # weights 30, 50, 20 of 100; errors 100 %, 33.3 %, 200 %
    both = measure(forecasts, "both_sides_error", OCT).total
    assert both == pytest.approx(30 + 50 / 3 + 40)


def test_the_demo_error_by_family_and_cost_is_what_pandas_finds(demo):
    query = KpiQuery(
        start=date(2026, 7, 1), end=date(2026, 10, 1), lag=1, level="family", weight="cost"
    )
    months = demo.frame("forecasts").query("stream == 'consensus'")
    months = months[months["month"] == months["cycle"] + pd.DateOffset(months=1)]
    sold = demo.frame("sales").assign(month=lambda f: f["date"].dt.to_period("M").dt.to_timestamp())
    sold = sold.groupby(["month", "product", "site"])["quantity"].sum().rename("actual")
    master = demo.frame("products").set_index("product")
    cells = months[(months["month"] >= "2026-07-01") & (months["month"] <= "2026-10-01")]
    cells = cells.merge(sold.reset_index(), how="left", on=["month", "product", "site"])
    cost = cells["product"].map(master["standard_cost"])
    cells["f"], cells["a"] = cells["quantity"] * cost, cells["actual"].fillna(0) * cost
    cells["family"] = cells["product"].map(master["family"])
    levelled = cells.groupby(["month", "family"])[["a", "f"]].sum()
    error = (levelled["a"] - levelled["f"]).abs().sum() / levelled["a"].sum()
    assert measure(demo, "wmape", query).total == pytest.approx(100 * error)


def test_scaled_squared_error_by_hand(company_of):
    sold = {2024: 10.0, 2025: 14.0, 2026: 20.0}
    company = company_of(
        {
            "products": [{"product": "X", "family": "Soda"}],
            "sales": [
                {"date": date(year, 10, 1), "product": "X", "site": "N", "quantity": quantity}
                for year, quantity in sold.items()
            ],
            "forecasts": [
                {"cycle": date(2026, 8, 1), "stream": "consensus", "month": date(2026, 10, 1)}
                | {"product": "X", "site": "N", "quantity": 18.0}
            ],
        }
    )
    # missed by 2; last year's naive by 4
    assert measure(company, "rmsse", OCT).total == pytest.approx(0.5)
    assert measure(company, "mase", OCT).total == pytest.approx(0.5)


@pytest.fixture
def plans(company_of):
    """Two cycles plan November and December: 100 and 100, then 110 and 80."""
    old, new = date(2026, 9, 1), date(2026, 10, 1)
    return company_of(
        {
            "products": [{"product": "X", "family": "Soda"}],
            "sales": [{"date": date(2026, 10, 1), "product": "X", "quantity": 1}],
            "plans": [
                {"cycle": c, "month": date(2026, m, 1), "product": "X", "site": "N", "quantity": q}
                for c, m, q in ((old, 11, 100), (old, 12, 100), (new, 11, 110), (new, 12, 80))
            ],
        }
    )


def test_nervousness_weighs_near_months_most_by_hand(plans):
    # November is a month ahead, weight 1/2; December 1/3; a mean line is 100
    moved = 10 / 2 + 20 / 3
    assert measure(plans, "plan_nervousness", OCT).total == pytest.approx(moved / 100)
    halved = measure(plans, "plan_nervousness", replace(OCT, decay=0.5))
    assert halved.total == pytest.approx((10 * 0.5 + 20 * 0.25) / 100)
    stable = 100 * (1 - moved / (100 / 2 + 100 / 3))
    assert measure(plans, "plan_stability", OCT).total == pytest.approx(stable)


def test_what_counts_as_changed_is_a_parameter(plans):
    found = measure(plans, "plan_change_frequency", replace(OCT, changed_percent=15))
    assert found.total == 50
    assert "changed: by more than 15 %" in found.definition


def test_cash_to_cash_is_inventory_and_customers_less_suppliers(demo):
    year = KpiQuery(start=date(2025, 11, 1), end=date(2026, 10, 1), dso_days=50, dpo_days=20)
    days = measure(demo, "days_of_inventory", year).total
    assert measure(demo, "cash_to_cash", year).total == pytest.approx(days + 30)


def test_every_definition_names_its_owner_version_and_parameters():
    for one in catalogue().values():
        for name, meaning in one.parameters.items():
            assert name
            assert meaning
        assert one.owner in {
            "demand planning",
            "supply planning",
            "customer service",
            "finance",
            "S&OP lead",
        }
