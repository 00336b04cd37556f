"""The same tables come out of every kind of source, or a sentence says why they do not."""

import gzip
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from planning_engine.data.importing import ImportReport, import_source
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem

PRODUCTS = [("product", "name"), ("A", "Apple"), ("B", "Bread")]
SALES = [
    ("date", "product", "site", "quantity", "revenue"),
    ("2026-09-01", "A", "S1", 10, 30.5),
    ("2026-10-01", "B", "S1", 4, 20.0),
]
EURO = {"currency": "EUR", "name": "Shop"}


@pytest.fixture
def imported(tmp_path) -> Callable[..., ImportReport]:
    def run(source: Path | str, **settings: str) -> ImportReport:
        return import_source(str(source), store=tmp_path / "store", settings=EURO | settings)

    return run


def facts(report: ImportReport) -> list[tuple[object, ...]]:
    snapshot = report.snapshot
    assert isinstance(snapshot, Snapshot), report.sentence()
    rows = snapshot.query(
        "SELECT strftime(date, '%Y-%m-%d') AS d, product, site, quantity, revenue FROM sales "
        "ORDER BY 1"
    )
    return [tuple(row) for row in rows.itertuples(index=False)]


EXPECTED = [("2026-09-01", "A", "S1", 10.0, 30.5), ("2026-10-01", "B", "S1", 4.0, 20.0)]


def delimited(rows: list[tuple[object, ...]], mark: str) -> str:
    return "".join(mark.join(str(cell) for cell in row) + "\n" for row in rows)


def test_text_files_by_comma_semicolon_tab_bar_and_gzipped(tmp_path, imported):
    for number, (ending, mark) in enumerate(
        [("csv", ","), ("csv", ";"), ("tsv", "\t"), ("txt", "|"), ("csv.gz", ",")]
    ):
        folder = tmp_path / f"source{number}"
        folder.mkdir()
        for name, rows in (("products", PRODUCTS), ("sales", SALES)):
            content = delimited(rows, mark).encode()
            packed = gzip.compress(content) if ending.endswith("gz") else content
            (folder / f"{name}.{ending}").write_bytes(packed)
        assert facts(imported(folder)) == EXPECTED


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path, imported):
    folder = tmp_path / "source"
    folder.mkdir()
    for name, rows in (("Products", PRODUCTS), ("SALES", SALES)):
        text = delimited(rows, ",").replace("\n", "\r\n")
        (folder / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert facts(imported(folder)) == EXPECTED


def test_a_workbook_with_a_sheet_per_table(tmp_path, imported):
    book = Workbook()
    book.remove(book.active)
    for name, rows in (("Products", PRODUCTS), ("Sales", [(), *SALES])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.create_sheet("Notes").append(["anything"])
    path = tmp_path / "plan.xlsx"
    book.save(path)
    report = imported(path)
    assert facts(report) == EXPECTED
    assert report.sources[1].origin == "plan.xlsx [Sales]"


def test_a_workbook_names_its_rows_as_excel_does(tmp_path, imported):
    book = Workbook()
    book.active.title = "products"
    book.active.append(["product", "price"])
    book.active.append(["A", 3])
    sales = book.create_sheet("sales")
    for row in [
        ("date", "product", "quantity"),
        ("2026-01-31", "A", 1),
        (),
        ("2026-02-28", "A", "x"),
    ]:
        sales.append(row)
    path = tmp_path / "plan.xlsx"
    book.save(path)
    report = imported(path)
    bad = next(issue for issue in report.issues if issue.rule == "bad-number")
    assert bad.examples == ("plan.xlsx [sales] row 4: quantity = x",)


def test_json_as_records_as_lines_and_as_one_object(tmp_path, imported):
    tables = {
        name: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        for name, rows in (("products", PRODUCTS), ("sales", SALES))
    }
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "products.json").write_text(json.dumps(tables["products"]))
    (folder / "sales.jsonl").write_text("\n".join(json.dumps(row) for row in tables["sales"]))
    assert facts(imported(folder)) == EXPECTED
    whole = tmp_path / "all.json"
    whole.write_text(json.dumps(tables))
    assert facts(imported(whole)) == EXPECTED


def test_parquet_with_types_of_its_own(tmp_path, imported):
    folder = tmp_path / "source"
    folder.mkdir()
    with duckdb.connect() as connection:
        for name, rows in (("products", PRODUCTS), ("sales", SALES)):
            (tmp_path / "part.csv").write_text(delimited(rows, ","))
            connection.execute(
                f"COPY (FROM read_csv('{tmp_path}/part.csv')) TO '{folder}/{name}.parquet'"
            )
    assert facts(imported(folder)) == EXPECTED


def test_a_table_in_parts_is_one_table_even_when_they_spell_days_differently(tmp_path, imported):
    folder = tmp_path / "source"
    (folder / "sales").mkdir(parents=True)
    (folder / "products.csv").write_text(delimited(PRODUCTS, ","))
    (folder / "sales" / "2025.csv").write_text("date,product,quantity\n2026-09-01,A,10\n")
    (folder / "sales" / "2026.csv").write_text("date,product,quantity,site\n13.10.2026,B,-4,S1\n")
    report = imported(folder)
    assert report.tables["sales"] == 2
    negative = next(issue for issue in report.issues if issue.rule == "negative")
    assert negative.examples[0].startswith("sales/2026.csv line 2")
    (folder / "sales").rename(folder / "old")
    (folder / "sales_2025.csv").write_text("date,product,quantity\n2026-09-01,A,10\n")
    (folder / "sales-2026.csv").write_text("date,product,quantity\n2026-10-01,B,4\n")
    assert imported(folder).tables["sales"] == 2


def test_a_sqlite_file_by_its_url(tmp_path, imported):
    path = tmp_path / "erp.db"
    with sqlite3.connect(path) as database:
        for name, rows in (("products", PRODUCTS), ("sales", SALES), ("log", [("line",), ("x",)])):
            columns = ", ".join(str(cell) for cell in rows[0])
            database.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" for _ in rows[0])
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows[1:])
    database.close()
    report = imported(f"sqlite:///{path}")
    assert facts(report) == EXPECTED
    with pytest.raises(DataProblem, match="There is no SQLite file"):
        imported(f"sqlite:///{tmp_path}/other.db")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg://me:secret@127.0.0.1:1/x", "cannot be read"),
        ("nosuch://me:secret@host/x", "needs a driver that is not installed"),
        ("://", "cannot be read"),
    ],
)
def test_a_database_that_does_not_open_is_told_without_its_password(imported, url, said):
    with pytest.raises(DataProblem, match=said) as refused:
        imported(url)
    assert "secret" not in str(refused.value)


def test_numbers_and_days_as_other_countries_write_them(tmp_path, imported):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "products.csv").write_text("product;price\nA;1.234,50\n")
    (folder / "sales.csv").write_text(
        "date;product;site;quantity;revenue\n13.9.2026;A;S1;10;30,5\n1.10.2026;A;S1;4;1.020,0\n"
    )
    snapshot = imported(folder).snapshot
    assert snapshot is not None
    assert snapshot.frame("products")["price"].tolist() == [1234.5]
    assert snapshot.frame("sales")["revenue"].tolist() == [30.5, 1020.0]
    assert [str(day.date()) for day in snapshot.frame("sales")["date"]] == [
        "2026-09-13",
        "2026-10-01",
    ]


def test_days_that_can_be_read_in_two_ways_are_asked_about(tmp_path, imported):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "products.csv").write_text("product\nA\n")
    (folder / "sales.csv").write_text("date,product,quantity\n03/04/2026,A,1\n05/06/2026,A,2\n")
    with pytest.raises(DataProblem, match="--set dates=dmy or --set dates=mdy"):
        imported(folder)
    for order, first in (("dmy", "2026-04-03"), ("mdy", "2026-03-04")):
        snapshot = imported(folder, dates=order).snapshot
        assert snapshot is not None
        assert str(snapshot.frame("sales")["date"].min().date()) == first


def test_latin_1_and_utf_16_are_read_when_named(tmp_path, imported):
    for encoding in ("latin-1", "utf-16", "cp1252"):
        folder = tmp_path / encoding
        folder.mkdir()
        (folder / "products.csv").write_bytes("product,name\nA,Café\nB,Brot\n".encode(encoding))
        (folder / "sales.csv").write_bytes(delimited(SALES, ",").encode(encoding))
        snapshot = imported(folder, encoding=encoding).snapshot
        assert snapshot is not None
        assert snapshot.label("product", "A") == "Café"


def test_ids_stay_as_they_are_written(tmp_path, imported):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "products.csv").write_text("product,name\n007, Bond \n1e5,x\n")
    (folder / "sales.csv").write_text("date,product,quantity\n2026-01-31,007,1\n2026-01-31,1e5,1\n")
    snapshot = imported(folder).snapshot
    assert snapshot is not None
    assert snapshot.names("product") == ("007", "1e5")
    assert snapshot.label("product", "007") == "Bond"


def test_a_lone_sheet_is_named_after_its_file(tmp_path, imported):
    folder = tmp_path / "source"
    folder.mkdir()
    for name, rows in (("products", PRODUCTS), ("sales", SALES)):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(folder / f"{name}.xlsx")
    assert facts(imported(folder)) == EXPECTED


def test_files_that_are_none_of_our_tables_do_not_stop_an_import(tmp_path, imported):
    folder = tmp_path / "source"
    (folder / "notes").mkdir(parents=True)
    (folder / "products.csv").write_text(delimited(PRODUCTS, ","))
    (folder / "sales.csv").write_text(delimited(SALES, ","))
    (folder / "locked.xlsx").write_bytes(b"no workbook")
    (folder / "todo.txt").write_text("")
    (folder / "custmers.csv").write_text("customer\nK\n")
    (folder / "README.md").write_text("# Ours")
    (folder / "notes" / "may.txt").write_text("")
    report = imported(folder)
    assert facts(report) == EXPECTED
    said = [issue.message for issue in report.issues if issue.rule == "unknown-table"]
    hint = "custmers.csv is named like none of the tables and was left out. Did you mean "
    assert any(message.startswith(hint) for message in said)
    assert any(message.startswith("locked.xlsx") for message in said)
    assert not any("README" in message for message in said)
