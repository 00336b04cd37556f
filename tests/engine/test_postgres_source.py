"""A real PostgreSQL is a source like any other."""

from datetime import date

import pytest
from sqlalchemy import create_engine, text

from planning_engine.data.importing import import_source
from planning_engine.errors import DataProblem

ROWS = 120_000


@pytest.fixture
def erp(postgres_url) -> str:
    """Return the URL of a database with products, sales and a planning schema."""
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE products (product text PRIMARY KEY, name text, price numeric(10, 2))",
            "INSERT INTO products VALUES ('A', 'Äpfel', 2.50), ('B', 'Brot', NULL)",
            "CREATE TABLE sales (date date, product text, site text, quantity integer, "
            "revenue numeric)",
            "INSERT INTO sales SELECT DATE '2026-01-01' + i % 300, "
            "CASE i % 2 WHEN 0 THEN 'A' ELSE 'B' END, 'S1', 1 + i % 7, 2.5 * (1 + i % 7) "
            f"FROM generate_series(0, {ROWS - 1}) i",
            "CREATE VIEW stock AS SELECT TIMESTAMP '2026-10-31 18:00' AS date, product, "
            "'S1' AS site, 10.5 AS quantity FROM products",
            "CREATE TABLE audit (id integer)",
            "CREATE SCHEMA planning",
            "CREATE TABLE planning.products AS SELECT 'P' AS product",
            "CREATE TABLE planning.sales AS SELECT DATE '2026-05-31' AS date, 'P' AS product, "
            "3 AS quantity",
        ):
            connection.execute(text(statement))
    engine.dispose()
    return postgres_url


def test_tables_and_views_named_like_ours_are_imported(erp, tmp_path):
    report = import_source(
        erp, store=tmp_path, settings={"name": "Maker", "currency": "EUR", "as_of": "2026-10-31"}
    )
    snapshot = report.snapshot
    assert snapshot is not None
    assert report.tables == {"products": 2, "sales": ROWS, "stock": 2}
    engine = create_engine(erp)
    with engine.connect() as connection:
        expected = connection.execute(text("SELECT sum(quantity), sum(revenue) FROM sales")).one()
    engine.dispose()
    sold = snapshot.query("SELECT sum(quantity) AS q, sum(revenue) AS r FROM sales").iloc[0]
    assert (sold["q"], sold["r"]) == (float(expected[0]), float(expected[1]))
    assert snapshot.frame("products")["price"].iloc[0] == 2.5
    assert snapshot.query("SELECT max(date)::DATE AS d FROM stock")["d"][0].date() == date(
        2026, 10, 31
    )


def test_the_same_rows_give_the_same_snapshot(erp, tmp_path):
    settings = {"name": "Maker", "currency": "EUR"}
    ids = {
        r.snapshot.id
        for r in (import_source(erp, store=tmp_path, settings=settings) for _ in range(2))
        if r.snapshot
    }
    assert len(ids) == 1


def test_another_schema_can_be_named(erp, tmp_path):
    report = import_source(
        erp, store=tmp_path, settings={"schema": "planning", "name": "X", "currency": "EUR"}
    )
    assert report.tables == {"products": 1, "sales": 1}


def test_a_wrong_database_or_password_is_a_sentence(erp, tmp_path):
    with pytest.raises(DataProblem, match='database "nowhere" does not exist') as refused:
        import_source(erp.rsplit("/", 1)[0] + "/nowhere", store=tmp_path)
    assert "\n" not in str(refused.value)
