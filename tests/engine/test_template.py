"""The empty source that `sop template` writes: complete, explained, ready to import once filled."""

import pytest

from planning_engine.data.importing import import_source
from planning_engine.data.schema import TABLES
from planning_engine.data.template import data_dictionary, write_template
from planning_engine.errors import DataProblem


def test_it_holds_every_table_with_its_columns_a_company_and_a_dictionary(tmp_path):
    written = write_template(tmp_path / "ours")
    assert {path.name for path in written} == {
        *(f"{name}.csv" for name in TABLES), "company.toml", "README.md",
    }  # fmt: skip
    for name, table in TABLES.items():
        text = (tmp_path / "ours" / f"{name}.csv").read_text()
        assert text == ",".join(table.names) + "\n"


def test_the_dictionary_says_type_unit_key_and_meaning_of_every_column():
    words = data_dictionary()
    for table in TABLES.values():
        assert f"## {table.name}" in words
        assert table.opens in words
        for column in table.columns:
            assert column.meaning in words
    assert "| lead_time_days | number | days |  | Days from order to receipt. |" in words
    assert "| date (key) | day |  | yes | Day, or first day of the month, of the sale. |" in words


def test_an_unfilled_template_says_what_is_needed_and_a_filled_one_imports(tmp_path):
    folder = tmp_path / "ours"
    write_template(folder)
    empty = import_source(str(folder), store=tmp_path / "store")
    assert empty.snapshot is None
    assert {(i.table, i.rule) for i in empty.errors} == {
        ("products", "no-rows"),
        ("sales", "no-rows"),
    }
    for name, values in {
        "products": {"product": "A", "name": "Apple"},
        "sales": {"date": "2026-10-01", "product": "A", "quantity": "5"},
        "bom": {"product": "A", "component": "A2", "quantity": "1"},
    }.items():
        with (folder / f"{name}.csv").open("a") as file:
            file.write(",".join(values.get(column, "") for column in TABLES[name].names) + "\n")
    with (folder / "products.csv").open("a") as file:
        file.write("A2" + "," * (len(TABLES["products"].names) - 1) + "\n")
    report = import_source(str(folder), store=tmp_path / "store")
    assert report.snapshot is not None
    assert report.tables == {"products": 2, "sales": 1, "bom": 1}
    assert report.snapshot.company.name == "My company"


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "sales.csv").write_text("mine")
    with pytest.raises(DataProblem, match=r"already holds sales.csv, so nothing was written"):
        write_template(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["sales.csv"]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataProblem, match="cannot be written"):
        write_template(tmp_path / "file" / "below")
