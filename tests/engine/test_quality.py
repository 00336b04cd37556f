"""Each rule of the quality report, on data with one planted fault and beside sound data."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning_engine.data.importing import ImportReport, import_source
from planning_engine.data.issue import Issue

Files = dict[str, str]
HEAD = "date,product,site,customer,quantity,revenue\n"


@pytest.fixture
def report_of(source_of: Callable[..., Path], tmp_path) -> Callable[..., ImportReport]:
    def run(files: Files | None = None, **given: str) -> ImportReport:
        return import_source(str(source_of(files)), store=tmp_path / "store", settings=given)

    return run


def found(report: ImportReport, table: str, rule: str) -> list[Issue]:
    return [i for i in report.issues if (i.table, i.rule) == (table, rule)]


def only(report: ImportReport, table: str, rule: str) -> Issue:
    issues = found(report, table, rule)
    assert len(issues) == 1, [(i.table, i.rule, i.message) for i in report.issues]
    return issues[0]


def test_sound_data_has_nothing_to_report(report_of):
    assert report_of().issues == ()


@pytest.mark.parametrize(
    ("files", "table", "rule", "severity", "example"),
    [
        ({"products.csv": "product,name\nA,x\nB,y\n,z\n"}, "products", "missing", "error",
         "products.csv line 4: product = missing"),
        ({"products.csv": "product,name,family\nA,x,F\nB,y,\n"}, "products", "missing", "note",
         "products.csv line 3: product = B, family = missing"),
        ({"sales.csv": HEAD + "2026-09-01,A,S1,K,1,3\n2026-10-01,A,S1,,1,3\n"}, "sales", "missing",
         "warning", "sales.csv line 3: date = 2026-10-01, product = A, customer = missing"),
        ({"products.csv": "product,name\nA,x\nB,y\nA,z\n"}, "products", "duplicate", "error",
         "products.csv line 4: product = A, as products.csv line 2"),
        ({"sales.csv": HEAD + 2 * "2026-10-01,A,S1,K,1,3\n"}, "sales", "duplicate", "warning",
         "sales.csv line 3: date = 2026-10-01, product = A"),
        ({"sales.csv": HEAD + "2026-10-01,A,S1,K,1,3\n2026-10-01,A,S1,K,2,6\n"}, "sales",
         "same-key", "note", "sales.csv line 3"),
        ({"stock.csv": "date,product,site,quantity\n2026-10-31,A,S1,1\n2026-10-31,A,S1,2\n"},
         "stock", "duplicate", "error", "stock.csv line 3"),
        ({"sales.csv": HEAD + "2026-10-01,A,S1,K,-1,3\n"}, "sales", "negative", "note",
         "sales.csv line 2: product = A, site = S1, quantity = -1"),
        ({"stock.csv": "date,product,site,quantity\n2026-10-31,A,S1,-1\n"}, "stock", "negative",
         "warning", "stock.csv line 2: product = A, site = S1, quantity = -1"),
        ({"products.csv": "product,price\nA,-3\nB,1\n"}, "products", "negative", "error",
         "products.csv line 2: product = A, price = -3"),
        ({"policies.csv": "product,site,service_level\nA,S1,95\n"}, "policies", "range", "error",
         "policies.csv line 2: product = A, site = S1, service_level = 95"),
        ({"sales.csv": HEAD + "2026-10-01,A,S1,K,inf,3\n"}, "sales", "infinite", "error",
         "sales.csv line 2: product = A, site = S1, quantity = inf"),
        ({"products.csv": "product,stage\nA,finishd\nB,raw\n"}, "products", "word", "error",
         "products.csv line 2: product = A, stage = finishd"),
        ({"budget.csv": "month,family,revenue\n2026-10-02,Fruit,5\n"}, "budget", "month-start",
         "error", "budget.csv line 2: family = Fruit, month = 2026-10-02"),
        ({"sales.csv": HEAD + "0206-10-01,A,S1,K,1,3\n"}, "sales", "year", "error",
         "sales.csv line 2"),
        ({"events.csv": "event,starts_on,ends_on\nE,2026-10-02,2026-10-01\n"}, "events",
         "date-order", "warning", "events.csv line 2: event = E, starts_on = 2026-10-02"),
        ({"stock.csv": "date,product,site,quantity\n2026-06-30,A,S1,1\n"}, "stock", "stale",
         "warning", "stock.csv line 2"),
        ({"receipts.csv": "receipt,product,due_on,quantity\nR,A,2026-01-31,4\n"}, "receipts",
         "stale", "warning", "receipts.csv line 2: receipt = R, due_on = 2026-01-31"),
        ({"stock.csv": "date,product,site,quantity\n2026-11-30,A,S1,1\n"}, "stock", "future",
         "warning", "stock.csv line 2: date = 2026-11-30"),
        ({"sites.csv": "site\nS2\n"}, "sales", "orphan", "warning", "sales.csv line 2: site = S1"),
        ({"bom.csv": "product,component,quantity\nA,C,1\n"}, "bom", "orphan", "error",
         "bom.csv line 2: component = C"),
        ({"bom.csv": "product,component,quantity\nA,B,1\nB,A,2\n"}, "bom", "loop", "error",
         "bom.csv line 2: product = A, component = B"),
        ({"products.csv": "product,unit\nA,kg\nB,Kg.\n"}, "products", "unit", "warning",
         "products.csv line 2: product = A, unit = kg"),
        ({"calendars.csv": "resource,date,hours\n" + "".join(
            f"L,2026-10-{day:02},8\n" for day in range(1, 31) if day != 17)},
         "calendars", "calendar-gap", "warning", None),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found_where_it_stands(report_of, files, table, rule, severity, example):
    report = report_of(files)
    issue = only(report, table, rule)
    assert issue.severity == severity
    assert issue.rows == 1 if rule not in ("loop", "unit", "orphan") else issue.rows >= 1
    assert example is None or issue.examples[0].startswith(example)
    assert (report.snapshot is None) == (severity == "error")
    assert issue.message.endswith((".", "?"))


def test_missing_products_are_added_only_by_the_named_rule(report_of):
    files = {"sales.csv": HEAD + "2026-10-01,Z,S1,K,1,3\n"}
    refused = report_of(files)
    assert "--set add_missing_products=on" in only(refused, "sales", "orphan").message
    mended = report_of(files, add_missing_products="on")
    assert only(mended, "sales", "orphan").severity == "assumption"
    assert mended.snapshot is not None
    assert "Z" in mended.snapshot.names("product")


def monthly(first: tuple[int, int], sold: list[float], product: str = "A") -> str:
    lines = []
    for step, quantity in enumerate(sold):
        month = first[0] * 12 + first[1] - 1 + step
        lines.append(f"{month // 12}-{month % 12 + 1:02}-01,{product},S1,K,{quantity},{quantity}\n")
    return "".join(lines)


def test_a_month_without_sales_is_a_gap_and_a_closed_weekday_is_not(report_of):
    months = monthly((2025, 11), [9] * 12).splitlines(keepends=True)
    issue = only(report_of({"sales.csv": HEAD + "".join(months[:5] + months[6:])}), "sales",
                 "calendar-gap")  # fmt: skip
    assert (issue.rows, "2026-04-01" in issue.message) == (1, True)
    days = [date(2026, 7, 1) + timedelta(days=i) for i in range(123)]
    open_days = [day for day in days if day.weekday() < 5]
    text = "".join(f"{day},A,S1,K,1,3\n" for day in open_days)
    assert found(report_of({"sales.csv": HEAD + text}), "sales", "calendar-gap") == []
    missing = open_days[40]
    text = "".join(f"{day},A,S1,K,1,3\n" for day in open_days if day != missing)
    issue = only(report_of({"sales.csv": HEAD + text}), "sales", "calendar-gap")
    assert (issue.rows, str(missing) in issue.message) == (1, True)


def test_a_slipped_decimal_point_is_an_outlier_and_a_busy_month_is_not(report_of):
    usual = [10, 12, 9, 11, 10, 30, 10, 9, 12, 11, 10, 12, 10, 9, 11, 12]
    text = HEAD + monthly((2025, 7), usual)
    assert found(report_of({"sales.csv": text}), "sales", "outlier") == []
    issue = only(report_of({"sales.csv": HEAD + monthly((2025, 7), [*usual[:-1], 12000])}),
                 "sales", "outlier")  # fmt: skip
    assert issue.rows == 1
    assert issue.examples[0] == (
        "sales.csv line 17: product = A, date = 2026-10-01, quantity = 12000"
    )


def test_a_level_that_changes_for_good_is_told_with_its_month(report_of):
    shifted = [100, 110, 95, 105, 90, 100, 98, 400, 420, 390, 410, 405, 400, 415, 390, 400]
    issues = found(report_of({"sales.csv": HEAD + monthly((2025, 7), shifted)}), "sales",
                   "level-shift")  # fmt: skip
    assert len(issues) == 2
    assert "in February 2026" in issues[0].message
    assert "'A' from 99 to 402 in February 2026" in issues[1].message


def test_a_season_and_a_single_peak_are_no_level_shift(report_of):
    season = [100, 150, 300, 420, 500, 420, 300, 150, 100, 80, 70, 80] * 3
    peak = [100] * 17 + [900] + [100] * 18
    for sold in (season, peak):
        report = report_of({"sales.csv": HEAD + monthly((2023, 11), sold)})
        assert found(report, "sales", "level-shift") == []


def test_cases_for_pieces_at_one_site_are_a_unit_clash(report_of):
    lines = [
        f"2026-{month:02}-01,A,{site},K,{quantity},120\n"
        for month in range(1, 11)
        for site, quantity in (("S1", 40), ("S2", 40), ("S3", 40), ("S4", 40 / 12))
    ]
    issue = only(report_of({"sales.csv": HEAD + "".join(lines)}), "sales", "unit-clash")
    assert "at about 12 times the usual unit price ('A'), all at site 'S4'" in issue.message
    assert issue.rows == 10
    assert "site = S4" in issue.examples[0]


def test_pieces_for_cases_since_a_month_are_a_unit_clash_told_by_the_list_price(report_of):
    lines = [
        f"2026-{month:02}-01,B,{site},K,{24 if month >= 10 else 2},10\n"
        for month in range(1, 11)
        for site in ("S1", "S2")
    ]
    issue = only(report_of({"sales.csv": HEAD + "".join(lines)}), "sales", "unit-clash")
    assert "about 1/12 of the usual unit price ('B'), all in October 2026" in issue.message


def test_a_price_of_another_unit_than_the_quantity_is_told(report_of):
    lines = "".join(f"2026-{month:02}-01,B,S1,K,2,240\n" for month in range(1, 11))
    issue = only(report_of({"sales.csv": HEAD + lines}), "sales", "price-clash")
    assert "'B' for 24 times it" in issue.message


# --- swapped dates ---------------------------------------------------------------------------


def orders(
    swapped: set[date], *, start: date = date(2025, 1, 1), days: int = 600
) -> list[tuple[str, date, bool]]:
    """Return order number, date as written and whether it was swapped, two orders a day."""
    rows = []
    for step in range(days * 2):
        day = start + timedelta(days=step // 2)
        swap = day in swapped and day.day <= 12 and day.day != day.month
        written = date(day.year, day.day, day.month) if swap else day
        rows.append((f"SO{10_000 + step}", written, swap))
    return rows


def as_sales(rows: list[tuple[str, date, bool]]) -> str:
    head = "date,product,site,customer,quantity,revenue,Order No\n"
    return head + "".join(f"{day},A,S1,K,1,3,{number}\n" for number, day, _ in rows)


START = date(2025, 1, 1)
DAYS = st.sets(st.integers(min_value=0, max_value=599), max_size=25)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=DAYS, seed=st.integers(0, 5))
def test_exactly_the_swapped_dates_are_found_and_put_right_whatever_the_row_order(
    report_of, days, seed
):
    rows = orders({START + timedelta(days=day) for day in days})
    random.Random(seed).shuffle(rows)
    files = {"sales.csv": as_sales(rows), "company.toml": 'name = "X"\ncurrency = "EUR"\n'}
    wrong = sum(swap for _, _, swap in rows)
    issues = found(report_of(files), "sales", "swapped-dates")
    assert sum(issue.rows for issue in issues) == wrong
    mended = report_of(files, repair_swapped_dates="on")
    assert mended.snapshot is not None
    by_day = mended.snapshot.query("SELECT count(*) AS n FROM sales GROUP BY date")["n"]
    assert set(by_day) == {2}
    assert len(by_day) == 600


def test_the_order_of_rows_tells_swapped_dates_when_no_number_does(report_of):
    swapped = {date(2026, 1, day) for day in range(2, 13)}
    rows = orders(swapped)
    text = HEAD + "".join(f"{day},A,S1,K,1,3\n" for _, day, _ in rows)
    issue = only(report_of({"sales.csv": text}), "sales", "swapped-dates")
    assert issue.severity == "warning"
    assert issue.rows == 22
    assert "by the order of the rows they belong to January 2026" in issue.message
    assert issue.examples[0].startswith("sales.csv line 734: date = 2026-02-01, meant 2026-01-02")


def test_order_dates_are_checked_by_the_order_number(report_of):
    rows = orders({date(2025, 3, day) for day in range(1, 13)})
    random.Random(1).shuffle(rows)
    text = "order,line,product,quantity,ordered_on\n" + "".join(
        f"{number},1,A,1,{day}\n" for number, day, _ in rows
    )
    issue = only(report_of({"orders.csv": text}), "orders", "swapped-dates")
    assert issue.rows == 22
    assert "order number" in issue.message


def test_without_anything_that_rises_with_time_no_date_is_doubted(report_of):
    rows = orders({date(2026, 1, day) for day in range(2, 13)})
    random.Random(3).shuffle(rows)
    text = HEAD + "".join(f"{day},A,S1,K,1,3\n" for _, day, _ in rows)
    assert found(report_of({"sales.csv": text}), "sales", "swapped-dates") == []


def test_each_series_of_order_numbers_is_told_on_its_own(report_of):
    swapped = {date(2026, 1, day) for day in range(2, 13)}
    head = "date,product,site,customer,quantity,revenue,Invoice\n"
    lines = [
        f"{day},A,S1,K,1,3,{series}-{int(number[2:]) + shift}\n"
        for number, day, _ in orders(swapped)
        for series, shift in (("DE", 0), ("FR", 50_000))
    ]
    random.Random(2).shuffle(lines)
    issue = only(report_of({"sales.csv": head + "".join(lines)}), "sales", "swapped-dates")
    assert issue.rows == 44


def test_numbers_that_begin_with_the_year_are_read_whole(report_of):
    swapped = {date(2026, 1, day) for day in range(2, 13)}
    head = "date,product,site,customer,quantity,revenue,Document\n"
    lines = []
    for step, (_, day, swap) in enumerate(orders(swapped)):
        meant = date(day.year, day.day, day.month) if swap else day
        lines.append(f"{day},A,S1,K,1,3,{meant.year}/{meant.timetuple().tm_yday:03}/{step:06}\n")
    random.Random(2).shuffle(lines)
    issue = only(report_of({"sales.csv": head + "".join(lines)}), "sales", "swapped-dates")
    assert issue.rows == 22
