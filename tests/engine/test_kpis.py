from datetime import date, timedelta

import pandas as pd
import pytest

from planning_engine import kpis
from planning_engine.data.calendars import add_months
from planning_engine.data.sample import planted
from planning_engine.data.sample.decision_log import decisions
from planning_engine.data.scope import Scope
from planning_engine.demand.accuracy import accuracy
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName
from planning_engine.kpis import KpiQuery, measure

YEAR = KpiQuery(date(2025, 11, 1), date(2026, 10, 1))
OCTOBER = KpiQuery(date(2026, 10, 1), date(2026, 10, 1))
JULY_TO_OCTOBER = (date(2026, 7, 1), date(2026, 10, 1))


def asked(query, **changes):
    return KpiQuery(**{**vars(query), **changes})


def rows(result):
    return {row.group: row.value for row in result.rows}


# --- the catalogue ----------------------------------------------------------------------


def test_the_catalogue_defines_every_kpi():
    known = kpis.catalogue()
    assert set(known) == set(
        "wmape accuracy mape smape bias tracking_signal mase fva otif on_time in_full "
        "supplier_lateness inventory_turns days_of_inventory inventory_value days_of_cover "
        "utilisation plan_attainment plan_adherence plan_change_frequency plan_stability "
        "decision_execution_rate sales_quantity revenue margin budget_gap mae rmse rmsse "
        "both_sides_error plan_nervousness cash_to_cash".split()
    )
    for one in known.values():
        assert one.formula
        assert one.source
        assert one.aliases
        assert one.owner
        assert one.version
        assert one.direction in ("higher", "lower", "neutral")


def test_no_two_kpis_share_a_name():
    words = [
        word
        for one in kpis.catalogue().values()
        for word in {one.id, one.name.lower(), *one.aliases}
    ]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", ["otif", "OTIF", "on time in full", " Otif "])
def test_a_kpi_is_found_by_any_of_its_names(name):
    assert kpis.find_kpi(name).id == "otif"


def test_an_unknown_kpi_gets_a_suggestion():
    with pytest.raises(UnknownName, match="Did you mean"):
        kpis.find_kpi("inventry turns")


def test_the_usual_period_is_the_last_twelve_complete_months():
    assert kpis.default_period(date(2026, 10, 31)) == (date(2025, 11, 1), date(2026, 10, 1))
    assert kpis.default_period(date(2026, 10, 30)) == (date(2025, 10, 1), date(2026, 9, 1))


@pytest.mark.parametrize("identity", list(kpis.catalogue()))
def test_every_kpi_of_the_demo_has_a_figure_and_its_definition(demo, identity):
    query = asked(YEAR, decisions=tuple(decisions()))
    result = measure(demo, identity, query)
    assert result.total is not None
    assert result.definition.startswith(f"{result.kpi.name} = ")
    assert result.start >= YEAR.start
    assert result.end <= YEAR.end


@pytest.mark.parametrize(
    ("identity", "by"),
    [(one.id, by) for one in kpis.catalogue().values() for by in one.groupings],
)
def test_every_split_gives_rows(demo, identity, by):
    result = measure(demo, identity, asked(YEAR, by=by))
    assert result.rows
    assert len({row.group for row in result.rows}) == len(result.rows)


@pytest.mark.parametrize(
    "identity",
    ["sales_quantity", "revenue", "margin", "inventory_value", "budget_gap"],
)
def test_amounts_of_the_parts_add_up(demo, identity):
    one = kpis.catalogue()[identity]
    for by in one.groupings:
        if by == "month" and one.timing == "stock":
            continue
        result = measure(demo, identity, asked(YEAR, by=by))
        assert sum(row.value for row in result.rows) == pytest.approx(result.total)


# --- forecast KPIs against plain loops --------------------------------------------------


def cells(demo, *, stream="consensus", lag=2, keep=lambda row: True):
    """Actual and forecast by product, site and month, by plain loops over the tables."""
    sold = {}
    for row in demo.frame("sales").itertuples():
        place = (row.product, row.site, row.date.date())
        sold[place] = sold.get(place, 0.0) + row.quantity
    found = {}
    for row in demo.frame("forecasts").itertuples():
        month = row.month.date()
        lagged = add_months(row.cycle.date(), lag) == month
        if row.stream == stream and lagged and month <= date(2026, 10, 1) and keep(row):
            place = (row.product, row.site, month)
            found[place] = found.get(place, 0.0) + row.quantity
    return [(sold.get(place, 0.0), quantity) for place, quantity in found.items()]


@pytest.mark.parametrize("lag", [1, 2])
@pytest.mark.parametrize("stream", ["consensus", "stat"])
def test_errors_agree_with_plain_loops(demo, stream, lag):
    pairs = cells(demo, stream=stream, lag=lag)
    actual, forecast = [a for a, _ in pairs], [f for _, f in pairs]
    query = asked(YEAR, stream=stream, lag=lag)
    assert measure(demo, "wmape", query).total == pytest.approx(accuracy.wmape(actual, forecast))
    assert measure(demo, "bias", query).total == pytest.approx(accuracy.bias(actual, forecast))
    assert measure(demo, "smape", query).total == pytest.approx(accuracy.smape(actual, forecast))
    expected = accuracy.mape(actual, forecast)
    result = measure(demo, "mape", query)
    assert result.total == pytest.approx(expected.percent)
    assert result.extras["dropped"] == expected.dropped
    assert measure(demo, "accuracy", query).total == pytest.approx(
        100 - measure(demo, "wmape", query).total
    )


def test_the_month_decides_the_cycle_it_is_held_against(demo):
    result = measure(demo, "wmape", asked(YEAR, by="month"))
    assert (result.start, result.end) == JULY_TO_OCTOBER
    assert sorted(rows(result)) == ["2026-07-01", "2026-08-01", "2026-09-01", "2026-10-01"]
    assert measure(demo, "wmape", asked(YEAR, lag=0)).start == date(2026, 5, 1)


def shop(company_of, **tables):
    sales = [
        {
            "date": date(2026, month, 1),
            "product": "A",
            "site": "S",
            "customer": "K",
            "quantity": quantity,
        }
        for month, quantity in ((7, 100), (8, 80), (9, 120))
    ]
    year_before = [row | {"date": row["date"].replace(year=2025), "quantity": 90} for row in sales]
    forecasts = [
        {
            "cycle": add_months(date(2026, month, 1), -2),
            "stream": stream,
            "month": date(2026, month, 1),
            "product": "A",
            "site": "S",
            "quantity": quantity,
            "author": "ann",
        }
        for stream, quantities in (("consensus", (110, 80, 100)), ("stat", (130, 80, 100)))
        for month, quantity in zip((7, 8, 9), quantities, strict=True)
    ]
    content = {
        "products": [{"product": "A", "family": "F", "unit": "kg", "standard_cost": 2, "price": 5}],
        "sales": [*year_before, *sales],
        "forecasts": forecasts,
    }
    return company_of({**content, **tables})


SUMMER = KpiQuery(date(2026, 7, 1), date(2026, 9, 1))


def test_forecast_kpis_worked_by_hand(company_of):
    facts = shop(company_of)
    # consensus misses by 10, 0 and 20 of 300 sold; it is 10 over, then 20 under
    assert measure(facts, "wmape", SUMMER).total == pytest.approx(10)
    assert measure(facts, "bias", SUMMER).total == pytest.approx(100 * (10 - 20) / 300)
    # sum of (actual - forecast) = 10, mean absolute error = 10
    assert measure(facts, "tracking_signal", SUMMER).total == pytest.approx(1)
    # stat misses by 30, 0 and 20: 16.67 %; the consensus takes 6.67 points off
    added = measure(facts, "fva", SUMMER)
    assert added.total == pytest.approx(100 * 20 / 300)
    assert added.extras["error_before"] == pytest.approx(100 * 50 / 300)
    # against the year before (90, 90, 90), which misses by 10, 10 and 30
    naive = measure(facts, "fva", asked(SUMMER, stream="stat"))
    assert naive.total == pytest.approx(0)


def test_mase_is_scaled_by_the_year_before_the_period(company_of):
    sales = [
        {
            "date": add_months(date(2024, 7, 1), at),
            "product": "A",
            "site": "S",
            "customer": "K",
            "quantity": 10 * (1 + at // 12),
        }
        for at in range(24)
    ]
    sales.append(
        {"date": date(2026, 7, 1), "product": "A", "site": "S", "customer": "K", "quantity": 40}
    )
    forecasts = [
        {
            "cycle": date(2026, 5, 1),
            "stream": "consensus",
            "month": date(2026, 7, 1),
            "product": "A",
            "site": "S",
            "quantity": 35,
        }
    ]
    facts = shop(company_of, sales=sales, forecasts=forecasts)
    # 5 off, where each month was 10 off the year before
    assert measure(facts, "mase", SUMMER).total == pytest.approx(0.5)


def test_nothing_sold_gives_no_percentage(company_of):
    sales = [
        {"date": date(2026, 9, 1), "product": "B", "site": "S", "customer": "K", "quantity": 1}
    ]
    facts = shop(company_of, sales=sales, products=[{"product": "A"}, {"product": "B"}])
    result = measure(facts, "wmape", SUMMER)
    assert result.total is None
    assert result.extras["months"] == 3


def test_the_family_that_is_over_forecast_is_found(demo):
    found = planted.OVER_FORECAST
    result = measure(demo, "bias", asked(YEAR, by="family"))
    biases = rows(result)
    assert max(biases, key=lambda family: abs(biases[family])) == found.family
    assert biases.pop(found.family) == pytest.approx(found.bias_percent, abs=0.01)
    assert max(map(abs, biases.values())) == pytest.approx(found.largest_other_percent, abs=0.01)
    monthly = measure(demo, "bias", asked(YEAR, by="month", where={"family": found.family}))
    for month, percent in found.by_month.items():
        assert rows(monthly)[month.isoformat()] == pytest.approx(percent, abs=0.01)


def test_the_manager_who_forecasts_too_little_is_found(demo):
    found = planted.UNDER_FORECASTER
    biases = rows(measure(demo, "bias", asked(YEAR, by="author")))
    assert min(biases, key=lambda author: biases[author]) == found.person
    assert biases[found.person] == pytest.approx(found.bias_percent, abs=0.01)
    query = asked(YEAR, where={"author": found.person})
    assert measure(demo, "wmape", query).total == pytest.approx(found.wmape_percent, abs=0.01)
    added = measure(demo, "fva", query)
    assert added.total == pytest.approx(found.fva_points, abs=0.01)
    assert added.extras["error_before"] == pytest.approx(found.stat_wmape_percent, abs=0.01)


# --- delivery ---------------------------------------------------------------------------


def line(number, **columns):
    usual = {
        "order": "O",
        "line": str(number),
        "product": "A",
        "site": "S",
        "customer": "K",
        "quantity": 10,
        "requested_on": date(2026, 9, 10),
        "promised_on": date(2026, 9, 12),
        "delivered_on": date(2026, 9, 10),
        "delivered_quantity": 10,
    }
    return usual | columns


LINES = [
    line(1),
    line(2, delivered_on=date(2026, 9, 12)),  # late, though as promised
    line(3, delivered_quantity=9),  # on time, not in full
    line(4, delivered_on=None, delivered_quantity=None),  # due and still open
    line(5, requested_on=date(2026, 11, 3), delivered_on=None),  # not due yet
    line(6, delivered_on=date(2026, 9, 1), delivered_quantity=None),  # early, quantity unknown
    line(7, requested_on=None),  # nobody said when
]


def test_delivery_kpis_worked_by_hand(company_of):
    facts = shop(company_of, orders=LINES)
    september = KpiQuery(date(2026, 9, 1), date(2026, 9, 1))
    total = {name: measure(facts, name, september).total for name in ("otif", "on_time", "in_full")}
    # five lines due, three of them on time: 1, 3 and 6; how much of 6 came is unknown, so that
    # it counts for on time only; of the other four, 1 and 2 are in full and 1 is both
    assert total == pytest.approx({"otif": 25, "on_time": 60, "in_full": 50})
    assert measure(facts, "otif", september).extras == {"lines": 4, "missed": 3}
    promised = measure(facts, "otif", asked(september, basis="promised"))
    # all but 6: 5 is promised for September and open, 7 came in time like 1 and 2
    assert promised.extras["lines"] == 6
    assert promised.total == pytest.approx(100 * 3 / 6)
    tolerant = measure(facts, "on_time", asked(september, tolerance_days=2))
    assert tolerant.total == 80


def test_suppliers_are_judged_by_their_days_late(company_of):
    receipts = [
        {
            "receipt": str(at),
            "product": "A",
            "site": "S",
            "due_on": date(2026, 10, 10),
            "quantity": 5,
            "kind": kind,
            "supplier": supplier,
            "received_on": received,
        }
        for at, (kind, supplier, received) in enumerate(
            [
                ("purchase", "V", date(2026, 10, 9)),  # early counts 0
                ("purchase", "V", date(2026, 10, 14)),  # 4 days
                ("purchase", "W", None),  # open for 21 days on 31 October
                ("production", None, date(2026, 10, 30)),
            ]
        )
    ]
    result = measure(
        shop(company_of, receipts=receipts), "supplier_lateness", asked(OCTOBER, by="supplier")
    )
    assert rows(result) == {"V": 2, "W": 21}
    assert result.total == pytest.approx(25 / 3)
    assert result.extras["late_share"] == pytest.approx(200 / 3)
    assert result.extras["days_when_late"] == 12.5


def test_the_supplier_who_became_late_is_found(demo):
    found = planted.LATE_SUPPLIER
    since = KpiQuery(found.since, date(2026, 10, 1), by="supplier")
    late = rows(measure(demo, "supplier_lateness", since))
    assert max(late, key=lambda supplier: late[supplier]) == found.supplier
    assert late[found.supplier] > 10 * found.days_late_before
    before = KpiQuery(date(2026, 1, 1), add_months(found.since, -1), by="supplier")
    assert rows(measure(demo, "supplier_lateness", before))[found.supplier] < 1.5


# --- stock ------------------------------------------------------------------------------


STOCK = [
    {"date": date(2026, 8, 31), "product": "A", "site": "S", "quantity": 50},
    {"date": date(2026, 9, 30), "product": "A", "site": "S", "quantity": 30},
]


def test_stock_kpis_worked_by_hand(company_of):
    facts = shop(company_of, stock=STOCK)
    two = KpiQuery(date(2026, 8, 1), date(2026, 9, 1))
    # sold 80 + 120 at a cost of 2: 400 in two months, 2,400 a year; mean stock 40 × 2 = 80
    assert measure(facts, "inventory_turns", two).total == pytest.approx(30)
    assert measure(facts, "days_of_inventory", two).total == pytest.approx(365 / 30)
    assert measure(facts, "inventory_value", two).total == 60
    monthly = measure(facts, "inventory_turns", asked(two, by="month"))
    # August: 160 × 12 / 100; September: 240 × 12 / 60
    assert rows(monthly) == pytest.approx({"2026-08-01": 19.2, "2026-09-01": 48})
    values = measure(facts, "inventory_value", asked(two, by="month"))
    assert rows(values) == {"2026-08-01": 100, "2026-09-01": 60}


def test_cover_ends_inside_the_month_that_empties_the_stock(company_of):
    stock = [{"date": date(2026, 10, 31), "product": "A", "site": "S", "quantity": 250}]
    forecasts = [
        {
            "cycle": date(2026, 10, 1),
            "stream": "consensus",
            "month": date(2026, month, 1),
            "product": "A",
            "site": "S",
            "quantity": quantity,
        }
        for month, quantity in ((11, 200), (12, 100))
    ]
    facts = shop(company_of, stock=stock, forecasts=forecasts)
    # 30 days of November, then half of December's 31
    assert measure(facts, "days_of_cover", OCTOBER).total == pytest.approx(30 + 15.5)


def test_cover_of_a_product_agrees_with_a_walk_through_the_days(demo):
    result = measure(demo, "days_of_cover", asked(OCTOBER, where={"product": "COL-033-24"}))
    from planning_engine.demand.plan.demand_plan import demand_plan

    stock = demo.query(
        "SELECT sum(quantity) AS q FROM stock WHERE product = 'COL-033-24' AND date = "
        "(SELECT max(date) FROM stock)"
    )["q"][0]
    plan = demand_plan(demo, 24).frame
    plan = plan[plan["product"] == "COL-033-24"].groupby("month")["quantity"].sum()
    days, day = 0, date(2026, 11, 1)
    while True:
        month = pd.Timestamp(day.replace(day=1))
        daily = plan[month] / pd.Timestamp(day).days_in_month
        if stock < daily:
            break
        stock, days, day = stock - daily, days + 1, day + timedelta(days=1)
    assert days <= result.total <= days + 1


def test_stock_that_outlasts_the_plan_has_no_number_of_days(demo):
    result = measure(demo, "days_of_cover", asked(OCTOBER, where={"product": "FLW-050-12"}))
    assert result.total is None


def test_cover_has_no_past(demo):
    with pytest.raises(BadRequest, match="looks ahead from the date of the data"):
        measure(demo, "days_of_cover", KpiQuery(date(2026, 1, 1), date(2026, 3, 1)))


# --- plan -------------------------------------------------------------------------------


MADE = [
    {
        "date": date(2026, 9, 1),
        "product": product,
        "resource": "L",
        "planned_quantity": planned,
        "actual_quantity": actual,
        "hours": hours,
    }
    for product, planned, actual, hours in (("A", 100, 130, 40), ("B", 100, 70, 20))
]
PLANT = {
    "products": [{"product": "A", "unit": "kg"}, {"product": "B", "unit": "kg"}],
    "resources": [
        {"resource": "L", "site": "P", "efficiency": 0.8},
        {"resource": "M", "site": "P"},
    ],
    "calendars": [{"resource": r, "date": date(2026, 9, 1), "hours": 100} for r in ("L", "M")],
    "production": MADE,
}
SEPTEMBER = KpiQuery(date(2026, 9, 1), date(2026, 9, 1))


def test_too_much_of_one_product_does_not_make_up_for_another(company_of):
    facts = shop(company_of, **PLANT)
    assert measure(facts, "plan_attainment", SEPTEMBER).total == 100
    assert measure(facts, "plan_adherence", SEPTEMBER).total == 85


def test_utilisation_counts_the_hours_that_yield_output(company_of):
    facts = shop(company_of, **PLANT)
    # 60 hours run of 100 × 0.8; M, which reports no hours, is left out
    result = measure(facts, "utilisation", asked(SEPTEMBER, by="resource"))
    assert result.total == pytest.approx(75)
    assert rows(result) == pytest.approx({"L": 75})


def plans(cycles):
    return [
        {
            "cycle": date(2026, cycle, 1),
            "month": date(2026, month, 1),
            "product": "A",
            "site": "S",
            "quantity": quantity,
        }
        for cycle, months in cycles.items()
        for month, quantity in months.items()
    ]


def test_plan_changes_compare_what_two_cycles_both_plan(company_of):
    facts = shop(
        company_of,
        plans=plans({7: {7: 10, 8: 100, 9: 100}, 8: {8: 100, 9: 150, 10: 70}, 9: {9: 150, 10: 70}}),
    )
    period = KpiQuery(date(2026, 7, 1), date(2026, 10, 1))
    changes = measure(facts, "plan_change_frequency", period)
    # lines in both: 8/2026 and 9/2026 (the latter changed), then 9/2026 and 10/2026
    assert changes.total == 25
    assert changes.extras["revisions"] == 2
    assert changes.extras["lines"] == 4
    # August's revision: next month counts half; 0.5 × 50 / (100 + 0.5 × 100)
    stability = measure(facts, "plan_stability", asked(period, by="month"))
    assert rows(stability)["2026-08-01"] == pytest.approx(100 * (1 - 25 / 150))
    assert rows(stability)["2026-09-01"] == 100


def test_a_company_that_published_once_has_no_plan_changes(company_of):
    facts = shop(company_of, plans=plans({9: {9: 1}}))
    with pytest.raises(DataProblem, match="no data for Plan change frequency"):
        measure(facts, "plan_change_frequency", SUMMER)


# --- money ------------------------------------------------------------------------------


def test_money_kpis_worked_by_hand(company_of):
    sales = [
        {
            "date": date(2026, 9, 5),
            "product": "A",
            "site": "S",
            "customer": "K",
            "quantity": 10,
            "revenue": 50,
        },
        {
            "date": date(2026, 9, 6),
            "product": "A",
            "site": "S",
            "customer": "K",
            "quantity": -2,
            "revenue": -10,
        },
    ]
    budget = [{"month": date(2026, month, 1), "family": "F", "revenue": 45} for month in (8, 9)]
    facts = shop(company_of, sales=sales, budget=budget)
    assert measure(facts, "sales_quantity", SEPTEMBER).total == 8
    assert measure(facts, "sales_quantity", SEPTEMBER).unit == "kg"
    assert measure(facts, "revenue", SEPTEMBER).total == 40
    assert measure(facts, "revenue", SEPTEMBER).unit == "EUR"
    assert measure(facts, "margin", SEPTEMBER).total == 24
    assert measure(facts, "margin", SEPTEMBER).extras["margin_share"] == 60
    # August was budgeted, but has no sales at all: only September counts
    gap = measure(facts, "budget_gap", SUMMER)
    assert gap.total == -5
    assert (gap.start, gap.end) == (date(2026, 9, 1), date(2026, 9, 1))


# --- refusals ---------------------------------------------------------------------------


def test_a_period_without_data_is_told_with_the_period_there_is(demo):
    with pytest.raises(DataProblem, match=r"in March 2019; the data covers November 2022 to Oct"):
        measure(demo, "revenue", KpiQuery(date(2019, 3, 1), date(2019, 3, 1)))
    with pytest.raises(DataProblem, match=r"lag 11 from November 2025"):
        measure(demo, "wmape", asked(YEAR, lag=11))


def test_rows_without_a_date_are_no_data(company_of):
    facts = shop(company_of, orders=LINES[6:])
    with pytest.raises(DataProblem, match="has no requested_on in the table 'orders'"):
        measure(facts, "otif", SEPTEMBER)


def test_no_decision_due_is_no_rate(demo):
    with pytest.raises(DataProblem, match="No decision with a check was due"):
        measure(demo, "decision_execution_rate", YEAR)


@pytest.mark.parametrize(
    ("identity", "column"),
    [("revenue", "revenue"), ("margin", "revenue"), ("utilisation", "hours")],
)
def test_a_column_that_the_source_lacks_is_named(company_of, identity, column):
    made = [row | {"hours": None} for row in MADE]
    facts = shop(company_of, **{**PLANT, "production": made})
    with pytest.raises(DataProblem, match=f"has no {column} in the table"):
        measure(facts, identity, SEPTEMBER)


def test_without_costs_stock_has_no_turns(company_of):
    facts = shop(company_of, stock=STOCK, products=[{"product": "A", "family": "F"}])
    for identity in ("inventory_turns", "days_of_inventory", "inventory_value"):
        with pytest.raises(DataProblem, match="no standard_cost in the table 'products'"):
            measure(facts, identity, SUMMER)


def test_of_a_month_that_has_begun_only_the_days_to_come_use_stock(company_of):
    tables = {
        "products": [{"product": "A"}],
        "sales": [
            {"date": date(2026, 9, 1), "product": "A", "site": "S", "customer": "K", "quantity": 1}
        ],
        "stock": [{"date": date(2026, 11, 9), "product": "A", "site": "S", "quantity": 70}],
        "forecasts": [
            {
                "cycle": date(2026, 10, 1),
                "stream": "consensus",
                "month": date(2026, 11, 1),
                "product": "A",
                "site": "S",
                "quantity": 200,
            }
        ],
    }
    facts = company_of(tables, date(2026, 11, 9))
    # 21 of 30 days are left, and 140 of 200: 70 last for half of them
    query = KpiQuery(date(2026, 11, 1), date(2026, 11, 1))
    assert measure(facts, "days_of_cover", query).total == pytest.approx(10.5)


def test_a_missing_table_is_named(company_of):
    with pytest.raises(DataProblem, match="no table 'orders'"):
        measure(shop(company_of), "otif", SUMMER)


@pytest.mark.parametrize(
    ("identity", "changes", "sentence"),
    [
        ("wmape", {"where": {"customer": "C01"}}, "WMAPE cannot be narrowed to one customer"),
        ("otif", {"by": "resource"}, "OTIF cannot be split by resource; it can be split by month"),
        ("tracking_signal", {"by": "month"}, "cannot be split by month"),
        ("decision_execution_rate", {"by": "month"}, "one figure for the whole company"),
        ("revenue", {"end": date(2020, 1, 1)}, "ends .2020-01. before it starts"),
    ],
)
def test_what_a_kpi_cannot_be_asked_is_said(demo, identity, changes, sentence):
    with pytest.raises(BadRequest, match=sentence):
        measure(demo, identity, asked(YEAR, **changes))


def test_a_regional_person_gets_their_region_and_no_forecast_kpi(demo):
    north = demo.narrowed(Scope(regions=frozenset({"North"})))
    whole = measure(demo, "revenue", asked(YEAR, where={"region": "North"}))
    assert measure(north, "revenue", YEAR).total == pytest.approx(whole.total)
    with pytest.raises(NotPermitted, match="region North only"):
        measure(north, "wmape", YEAR)


def test_nobody_is_served_in_full_by_quantities_nobody_wrote_down(company_of):
    facts = shop(company_of, orders=[line(1, delivered_quantity=None)])
    september = KpiQuery(date(2026, 9, 1), date(2026, 9, 1))
    assert measure(facts, "on_time", september).total == 100
    with pytest.raises(DataProblem, match="delivered_quantity"):
        measure(facts, "otif", september)
