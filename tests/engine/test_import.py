"""A folder of a company's own files becomes a frozen snapshot, or nothing does."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from planning_engine.data.archive import open_snapshot
from planning_engine.data.importing import ImportReport, import_source
from planning_engine.errors import BadRequest, DataProblem

Sources = Callable[..., Path]


def issue(report: ImportReport, rule: str, table: str = "sales"):
    found = [i for i in report.issues if i.rule == rule and i.table == table]
    assert found, f"no {table}.{rule} among {[(i.table, i.rule) for i in report.issues]}"
    return found[0]


def left_in(store: Path) -> list[str]:
    return sorted(path.name for path in store.iterdir()) if store.exists() else []


def test_a_folder_named_like_our_tables_imports_without_a_profile(source_of: Sources, tmp_path):
    report = import_source(str(source_of()), store=tmp_path / "store")
    snapshot = report.snapshot
    assert snapshot is not None
    assert report.tables == {"products": 2, "sales": 4}
    assert snapshot.company.name == "Corner shop"
    assert snapshot.query("SELECT sum(revenue) AS r FROM sales")["r"][0] == 111
    assert [source.origin for source in snapshot.sources] == ["products.csv", "sales.csv"]
    assert left_in(tmp_path / "store") == [snapshot.id]


def test_the_same_files_give_the_same_snapshot_and_a_changed_cell_another(
    source_of: Sources, tmp_path
):
    store = tmp_path / "store"
    first = import_source(str(source_of()), store=store).snapshot
    again = import_source(str(source_of(folder="copy")), store=store).snapshot
    text = "product,name\nA,Apples\nB,Bread\n"
    other = import_source(str(source_of({"products.csv": text}, "other")), store=store).snapshot
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.id == again.id != other.id


@pytest.mark.parametrize(
    ("line", "rule", "said"),
    [
        ("2026-10-02,A,S1,K1,abc,3", "bad-number", "sales.csv line 6: quantity = abc"),
        ("2026-13-02,A,S1,K1,1,3", "bad-date", "sales.csv line 6: date = 2026-13-02"),
        ("2026-10-02,A,S1,K1,1", "broken-line", "sales.csv line 6: 2026-10-02,A,S1,K1,1"),
        ("2026-10-02,A,S1,K1,,3", "missing", "sales.csv line 6: date = 2026-10-02, product = A"),
        ("2026-10-02,Z,S1,K1,1,3", "orphan", "sales.csv line 6: product = Z"),
    ],
)
def test_an_error_names_file_line_and_value_and_nothing_is_kept(
    source_of: Sources, tmp_path, shared_lines, line, rule, said
):
    folder = source_of({"sales.csv": shared_lines + line + "\n"})
    report = import_source(str(folder), store=tmp_path / "store")
    assert report.snapshot is None
    found = issue(report, rule)
    assert found.severity == "error"
    assert found.examples[0].startswith(said)
    assert left_in(tmp_path / "store") == []
    assert report.sentence().startswith("Nothing was imported")


@pytest.fixture
def shared_lines(source_of: Sources) -> str:
    return (source_of(folder="lines") / "sales.csv").read_text()


def test_lines_stay_right_behind_blank_lines_and_line_ends_in_quotes(source_of: Sources, tmp_path):
    text = (
        'date,product,site,customer,quantity\n\n2026-08-01,A,"S\n1",K1,1\n\n2026-09-01,A,S1,K1,-2\n'
    )
    report = import_source(str(source_of({"sales.csv": text})), store=tmp_path / "store")
    assert issue(report, "negative").examples[0].startswith("sales.csv line 6: ")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("sales.csv", b"", "sales.csv is empty"),
        ("sales.csv", b"\n \n", "sales.csv is empty"),
        (
            "sales.csv",
            b"date,product,quantity\n2026-01-01,A\xe9,1\n",
            "sales.csv line 2 is not UTF-8",
        ),
        ("sales.csv", b"date,product\n1,\x00\x01", "sales.csv line 2 holds a zero byte"),
        ("sales.csv", b"date,product\n" + b"x" * 1_200_000, "sales.csv line 2 is longer than"),
        ("sales.csv", "date,product\n".encode("utf-16"), "sales.csv line 1 is written in utf-16"),
        ("sales.csv", b"date,date,product\n", "sales.csv line 1 names the column 'date' twice"),
        ("sales.csv.gz", b"no gzip at all", "sales.csv.gz is not a whole gzip file"),
        ("sales.xlsx", b"no workbook", "sales.xlsx is not an Excel workbook"),
        ("sales.parquet", b"PAR1 no parquet", "sales.parquet cannot be read"),
        ("sales.json", b"[{]", "sales.json cannot be read"),
        ("company.toml", b"name = ", "company.toml is not valid TOML"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_file_line_and_rule(
    source_of: Sources, tmp_path, name, content, said
):
    folder = source_of({name: content})
    if name != "sales.csv" and name.startswith("sales"):
        (folder / "sales.csv").unlink()
    with pytest.raises(DataProblem) as refused:
        import_source(str(folder), store=tmp_path / "store")
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)
    assert left_in(tmp_path / "store") == []


def test_missing_and_misspelt_tables_and_columns_are_named_with_what_to_do(
    source_of: Sources, tmp_path
):
    folder = source_of({"sales.csv": "date,prodct,quantity\n2026-01-01,A,1\n"})
    (folder / "products.csv").rename(folder / "product.csv")
    report = import_source(str(folder), store=tmp_path / "store")
    assert issue(report, "missing-column").message == (
        "sales.csv has no column 'product', which is required. Rename 'prodct' to 'product'."
    )
    assert "rename it to products" in issue(report, "missing-table", "products").message


def test_an_unknown_column_is_noted_with_a_suggestion(source_of: Sources, tmp_path):
    folder = source_of({"products.csv": "product,name,famly\nA,Apple,Fruit\nB,Bread,Bakery\n"})
    report = import_source(str(folder), store=tmp_path / "store")
    found = issue(report, "unknown-column", "products")
    assert found.severity == "note"
    assert "Did you mean 'family'?" in found.message


def test_settings_replace_what_company_toml_says(source_of: Sources, tmp_path):
    report = import_source(
        str(source_of()),
        store=tmp_path / "store",
        settings={"name": 'The "big" shop', "currency": "CHF", "as_of": "2026-11-15"},
    )
    assert report.company is not None
    assert (report.company.name, report.company.currency) == ('The "big" shop', "CHF")
    assert report.company.as_of == date(2026, 11, 15)


def test_without_company_toml_the_date_is_told_from_the_sales_and_said(
    source_of: Sources, tmp_path
):
    folder = source_of()
    (folder / "company.toml").unlink()
    report = import_source(str(folder), store=tmp_path / "store", settings={"currency": "EUR"})
    assert report.company is not None
    assert report.company.as_of == date(2026, 10, 31)
    assert "31 October 2026" in issue(report, "as-of").message
    assert issue(report, "company-name", "products").severity == "note"


def test_an_unknown_setting_is_refused_with_the_nearest(source_of: Sources, tmp_path):
    with pytest.raises(BadRequest, match="Did you mean 'currency'"):
        import_source(str(source_of()), store=tmp_path, settings={"curency": "EUR"})
    with pytest.raises(BadRequest, match="write it like 2026-10-31"):
        import_source(str(source_of()), store=tmp_path, settings={"as_of": "yesterday"})


def test_a_source_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(DataProblem, match="There is no file or folder"):
        import_source(str(tmp_path / "nowhere"), store=tmp_path / "store")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataProblem, match="has none of the tables to import"):
        import_source(str(tmp_path / "empty"), store=tmp_path / "store")


@pytest.mark.parametrize("day", ["294247-01-10", "0000-00-00", "2026-02-30", "9999-12-31"])
def test_a_day_that_cannot_be_meant_stops_the_import_in_a_sentence(source_of, tmp_path, day):
    text = f"date,product,quantity\n{day},A,1\n2026-01-31,A,1\n2026-02-28,A,1\n2026-03-31,A,1\n"
    report = import_source(str(source_of({"sales.csv": text})), store=tmp_path / "store")
    assert report.snapshot is None
    assert report.errors[0].examples[0].startswith("sales.csv line 2")


def test_a_long_cell_is_cut_in_the_sentence(source_of, tmp_path):
    text = f"date,product,quantity\n2026-01-31,A,{'9x' * 5000}\n"
    report = import_source(str(source_of({"sales.csv": text})), store=tmp_path / "store")
    assert len(report.errors[0].examples[0]) < 120


def test_progress_rises_to_one(source_of: Sources, tmp_path):
    seen: list[float] = []
    import_source(
        str(source_of()), store=tmp_path / "store", progress=lambda _, share: seen.append(share)
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_every_finding_is_kept_with_the_snapshot(source_of: Sources, tmp_path, shared_lines):
    folder = source_of({"sales.csv": shared_lines + "2026-10-01,B,S1,K2,-5,-25\n"})
    report = import_source(str(folder), store=tmp_path / "store")
    assert report.snapshot is not None
    reopened = open_snapshot(tmp_path / "store" / report.snapshot.id)
    assert reopened.issues == report.issues


def test_the_demo_company_imports_whole_and_without_a_warning(tmp_path, demo):
    from planning_engine.data import sample

    sample.write(tmp_path / "demo")
    report = import_source(str(tmp_path / "demo"), store=tmp_path / "store")
    assert report.snapshot is not None
    assert {issue.severity for issue in report.issues} <= {"note"}
    for table in demo.tables:
        mine, theirs = (s.query(f"SELECT * FROM {table}") for s in (report.snapshot, demo))
        keys = list(mine.columns)
        mine, theirs = (f.sort_values(keys, ignore_index=True) for f in (mine, theirs))
        assert (
            mine.astype(object)
            .where(mine.notna(), None)
            .equals(theirs.astype(object).where(theirs.notna(), None))
        ), table
