"""Frozen facts: found by name, narrowed to a scope, whole or not at all."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.data import archive
from planning_engine.data.importing import import_source
from planning_engine.data.schema import TABLES
from planning_engine.data.scope import Scope
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName

NORTH = Scope(regions=frozenset({"North"}))
FRUIT = Scope(families=frozenset({"Fruit"}))
AT_D1 = Scope(sites=frozenset({"D1"}))


@pytest.fixture(scope="module")
def market(company_of: Callable[..., Snapshot]) -> Snapshot:
    """Return two families, two regions, one site each, and a component."""
    return company_of(
        {
            "products": [
                {"product": "APP-1", "name": "Apple", "family": "Fruit"},
                {"product": "BRE-1", "name": "Bread", "family": "Bakery"},
                {"product": "BRE-2", "name": "Bread", "family": "Bakery"},
                {"product": "NEW-1", "name": "Nameless"},
                {"product": "BOX", "family": "Packaging", "stage": "raw"},
            ],
            "sites": [{"site": "D1", "region": "North"}, {"site": "D2", "region": "South"}],
            "customers": [
                {"customer": "K1", "name": "Kim's", "region": "North"},
                {"customer": "K2", "region": "South"},
            ],
            "sales": [
                {"date": "2026-10-01", "product": p, "site": s, "customer": c, "quantity": q}
                for p, s, c, q in [
                    ("APP-1", "D1", "K1", 1), ("APP-1", "D2", "K2", 2), ("BRE-1", "D1", "K1", 4),
                    ("BRE-1", "D2", "K2", 8), ("NEW-1", "D1", "K2", 16), ("APP-1", "D1", None, 32),
                ]
            ],
            "stock": [
                {"date": "2026-10-31", "product": "APP-1", "site": s, "quantity": q}
                for s, q in [("D1", 5), ("D2", 7)]
            ],
            "resources": [{"resource": "L1", "site": "D1"}, {"resource": "L2", "site": "D2"}],
            "calendars": [
                {"resource": r, "date": "2026-11-02", "hours": h} for r, h in [("L1", 8), ("L2", 9)]
            ],
            "lanes": [{"product": "APP-1", "from_site": "P", "to_site": s} for s in ("D1", "D2")],
            "bom": [{"product": "BRE-1", "component": "BOX", "quantity": 1}],
            "events": [
                {"event": "E1", "product": "BRE-1", "starts_on": "2026-11-01"},
                {"event": "E2", "family": "Fruit", "region": "South", "starts_on": "2026-11-01"},
                {"event": "E3", "starts_on": "2026-11-01"},
            ],
            "budget": [
                {"month": "2026-11-01", "family": f, "revenue": r}
                for f, r in [("Fruit", 10), ("Bakery", 20)]
            ],
            "forecasts": [
                {"cycle": "2026-10-01", "stream": "stat", "month": "2026-11-01",
                 "product": "APP-1", "site": s, "quantity": q}
                for s, q in [("D1", 3), ("D2", 4)]
            ],
        }
    )  # fmt: skip


def total(snapshot: Snapshot, table: str, column: str = "quantity") -> float:
    return float(snapshot.query(f"SELECT coalesce(sum({column}), 0) AS t FROM {table}")["t"][0])


def ids(snapshot: Snapshot, table: str) -> list[str]:
    return list(snapshot.query(f"SELECT {table[:-1]} AS id FROM {table} ORDER BY 1")["id"])


# --- scope -----------------------------------------------------------------------------------


def test_everything_is_seen_without_a_scope(market):
    assert total(market, "sales") == 63
    assert market.scope.sentence() == ""


def test_a_region_sees_the_sales_of_its_customers_and_nothing_that_cannot_be_placed(market):
    north = market.narrowed(NORTH)
    assert total(north, "sales") == 1 + 4
    assert total(north, "stock") == 5
    assert total(north, "calendars", "hours") == 8
    assert ids(north, "customers") == ["K1"]
    assert ids(north, "events") == ["E1", "E3"]


def test_a_family_sees_its_products_and_the_components_of_all(market):
    fruit = market.narrowed(FRUIT)
    assert total(fruit, "sales") == 1 + 2 + 32
    assert ids(fruit, "products") == ["APP-1", "BOX"]
    assert ids(fruit, "events") == ["E2", "E3"]
    assert total(fruit, "budget", "revenue") == 10
    assert total(fruit, "bom") == 0


def test_a_site_sees_what_lies_or_arrives_there_and_no_company_wide_targets(market):
    here = market.narrowed(AT_D1)
    assert total(here, "sales") == 1 + 4 + 16 + 32
    assert total(here, "calendars", "hours") == 8
    assert total(here, "forecasts") == 3
    assert here.frame("lanes")["to_site"].tolist() == ["D1"]
    assert not here.has("budget")
    with pytest.raises(NotPermitted, match="site D1 only"):
        here.require("budget", to="measure the gap to budget")


def test_tables_that_cannot_be_split_by_region_are_withheld_and_said_so(market):
    north = market.narrowed(NORTH)
    assert not north.has("forecasts")
    assert total(north, "forecasts") == 0
    with pytest.raises(NotPermitted, match="'forecasts', which is needed to measure accuracy"):
        north.require("forecasts", to="measure accuracy")
    with pytest.raises(DataProblem, match=r"no table 'plans'.*sop template"):
        north.require("plans", to="compare plans")


def test_scopes_of_several_kinds_are_all_applied(market):
    both = market.narrowed(Scope(families=frozenset({"Bakery"}), regions=frozenset({"North"})))
    assert total(both, "sales") == 4


def test_a_scope_cannot_be_left_by_a_name_with_quotes(market):
    sly = market.narrowed(Scope(regions=frozenset({"North' OR true OR '"})))
    assert total(sly, "sales") == 0


SCOPES = st.builds(
    Scope,
    families=st.frozensets(st.sampled_from(["Fruit", "Bakery", "Nil"])),
    sites=st.frozensets(st.sampled_from(["D1", "D2", "P"])),
    regions=st.frozensets(st.sampled_from(["North", "South", "Nil"])),
)


@settings(deadline=None, max_examples=40)
@given(scope=SCOPES)
def test_no_scope_ever_shows_a_row_that_is_not_there_unnarrowed(market, scope):
    narrowed = market.narrowed(scope)
    for table in market.tables:
        whole = len(market.frame(table))
        assert len(narrowed.frame(table)) <= whole
        if scope.is_everything:
            assert len(narrowed.frame(table)) == whole


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["APP-1", "app-1", "app_1", " App 1 ", "Apple", "APPLE"])
def test_a_thing_is_found_by_its_id_or_the_name_people_use(market, said):
    assert market.find("product", said) == "APP-1"


def test_an_unknown_name_gets_the_nearest_one(market):
    with pytest.raises(UnknownName, match=r"No product named 'Aple'. Did you mean 'Apple'"):
        market.find("product", "Aple")
    with pytest.raises(UnknownName, match=r"No site named 'Nowhere'\.$"):
        market.find("site", "Nowhere")
    with pytest.raises(UnknownName, match="kind of thing"):
        market.names("planet")


def test_what_lies_outside_the_scope_is_not_permitted_rather_than_unknown(market):
    with pytest.raises(NotPermitted, match="You may not see customer 'K2'"):
        market.narrowed(NORTH).find("customer", "K2")
    with pytest.raises(NotPermitted, match="your access is family Fruit only"):
        market.narrowed(FRUIT).find("product", "BRE-1")
    with pytest.raises(NotPermitted):
        market.narrowed(NORTH).find("region", "South")
    with pytest.raises(UnknownName):
        market.narrowed(NORTH).find("customer", "K9")


def test_a_name_that_several_things_bear_is_asked_about(market):
    with pytest.raises(BadRequest, match="'bread' names 2 things: product 'BRE-1' or 'BRE-2'"):
        market.find("product", "bread")


def test_sites_and_customers_are_known_from_the_facts_when_their_tables_did_not_come(company_of):
    bare = company_of(
        {
            "products": [{"product": "A"}],
            "sales": [{"date": "2026-10-01", "product": "A", "site": "S1", "customer": "K",
                       "quantity": 1}],
        }
    )  # fmt: skip
    assert bare.find("site", "s1") == "S1"
    assert bare.names("customer") == ("K",)
    assert bare.names("resource") == ()


def test_a_scenario_replaces_tables_under_a_name_that_tells_how(market):
    half = market.frame("sales").assign(quantity=0.5)
    one, same = (market.with_tables({"sales": half}, "halve") for _ in range(2))
    assert total(one, "sales") == 3
    assert one.id == same.id != market.id
    assert total(market, "sales") == 63
    assert total(one.narrowed(NORTH), "sales") == 1


def test_days_are_days_on_frames_as_on_files(market, tmp_path):
    assert int(market.query("SELECT max(date) - min(date) AS d FROM sales")["d"][0]) == 0
    assert str(market.query("SELECT typeof(max(date)) AS t FROM sales")["t"][0]) == "DATE"


# --- archive ---------------------------------------------------------------------------------


def frozen(source_of, tmp_path) -> tuple[Path, Snapshot]:
    report = import_source(str(source_of()), store=tmp_path / "store")
    assert report.snapshot is not None
    return tmp_path / "store" / report.snapshot.id, report.snapshot


def test_a_snapshot_that_was_deleted_is_told_what_to_do(source_of, tmp_path):
    folder, _ = frozen(source_of, tmp_path)
    shutil.rmtree(folder)
    with pytest.raises(DataProblem, match="deleted or never imported: run `sop import` again"):
        archive.open_snapshot(folder)


def test_a_file_deleted_or_changed_by_hand_is_named(source_of, tmp_path):
    folder, _ = frozen(source_of, tmp_path)
    assert archive.verify(folder) == []
    sales = folder / "sales.parquet"
    content = sales.read_bytes()
    sales.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert archive.verify(folder) == [
        f"sales.parquet of {folder.name} was changed after the import."
    ]
    sales.write_bytes(content + b"x")
    with pytest.raises(DataProblem, match=r"sales.parquet is missing or was changed"):
        archive.open_snapshot(folder)
    sales.unlink()
    assert "is missing" in archive.verify(folder)[0]
    (folder / archive.MANIFEST).write_text("{")
    with pytest.raises(DataProblem, match=r"is damaged. Import the data again"):
        archive.open_snapshot(folder)


def test_importing_again_mends_a_damaged_snapshot(source_of, tmp_path):
    folder, snapshot = frozen(source_of, tmp_path)
    (folder / "sales.parquet").unlink()
    again = import_source(str(source_of()), store=tmp_path / "store").snapshot
    assert again is not None
    assert again.id == snapshot.id
    assert archive.verify(folder) == []


def test_every_declared_column_is_there_even_if_the_source_had_none_of_it(source_of, tmp_path):
    _, snapshot = frozen(source_of, tmp_path)
    for name in snapshot.tables:
        assert tuple(snapshot.frame(name).columns) == TABLES[name].names
    assert snapshot.frame("products")["standard_cost"].isna().all()


def test_a_file_written_before_a_column_was_declared_reads_it_as_missing(company_of, tmp_path):
    old = tmp_path / "orders.parquet"
    duckdb.sql(
        "COPY (SELECT 'O1' AS \"order\", 'A' AS product, 2.0 AS quantity, "
        f"TIMESTAMP '2026-10-02' AS requested_on) TO '{old}'"
    )
    company = company_of({"products": [{"product": "A"}]}).company
    snapshot = Snapshot("s_old", company, {"orders": str(old)})
    rows = snapshot.rows('SELECT "order", quantity, priority, requested_on + 1 FROM orders')
    assert rows == [("O1", 2.0, None, date(2026, 10, 3))]


def test_the_id_does_not_depend_on_the_order_of_rows_or_threads(tmp_path):
    frame = pd.DataFrame(
        {"date": pd.Timestamp("2026-01-01"), "product": [f"P{i % 7}" for i in range(30_000)],
         "quantity": [float(i % 11) for i in range(30_000)]}
    )  # fmt: skip
    found = set()
    for threads, seed in ((1, 1), (2, 2), (4, 3)):
        with duckdb.connect(config={"threads": threads}) as connection:
            shuffled = frame.sample(frac=1, random_state=seed)
            connection.register("given", shuffled)
            columns = ", ".join(
                f"given.{c.name}" if c.name in frame else f"NULL::{kind} AS {c.name}"
                for c in TABLES["sales"].columns
                for kind in [{"text": "VARCHAR", "number": "DOUBLE", "date": "DATE"}[c.type]]
            )
            connection.execute(f"CREATE TABLE sales AS SELECT {columns} FROM given")
            company = archive.parse_company('name = "X"\ncurrency = "EUR"\nas_of = 2026-01-31\n')
            found.add(archive.freeze(connection, ["sales"], company, tmp_path / f"{seed}").id)
    assert len(found) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from planning_engine.data import archive
from planning_engine.data.importing import import_source
archive._identity = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
import_source(sys.argv[1], store=Path(sys.argv[2]))
"""


def test_an_import_that_is_killed_leaves_no_snapshot_and_its_draft_goes_with_the_next(
    source_of, tmp_path
):
    store, source = tmp_path / "store", str(source_of())
    done = subprocess.run([sys.executable, "-c", KILLED, source, str(store)], check=False)
    assert done.returncode == -signal.SIGKILL
    left = [path.name for path in store.iterdir()]
    assert left
    assert all(name.startswith(".draft-") for name in left)
    report = import_source(source, store=store)
    assert report.snapshot is not None
    assert [path.name for path in store.iterdir()] == [report.snapshot.id]


def test_the_draft_of_an_import_that_still_runs_is_left_alone(source_of, tmp_path):
    store = tmp_path / "store"
    with archive.draft(store) as living:
        import_source(str(source_of()), store=store)
        assert living.is_dir()
    assert not living.exists()


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a disk of its own of 200 kB, or skip where none can be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("needs root to mount a small disk")
    command = [mount, "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not let a test mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(source_of, small_disk):
    lines = "".join(
        f"2026-{1 + i % 10:02}-01,A,S{i * 7919 % 9973},K{i * 104729 % 7919},{i},{i * 31 % 1009}\n"
        for i in range(60_000)
    )
    source = source_of({"sales.csv": "date,product,site,customer,quantity,revenue\n" + lines})
    with pytest.raises(DataProblem, match="is full; nothing was imported"):
        import_source(str(source), store=small_disk)
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_what_a_disk_refuses_is_a_sentence(tmp_path, number):
    with (
        pytest.raises(DataProblem, match="nothing was imported"),
        archive.plain_disk_errors(tmp_path),
    ):
        raise OSError(number, os.strerror(number))


def test_the_manifest_says_where_each_table_came_from(source_of, tmp_path):
    folder, _ = frozen(source_of, tmp_path)
    manifest = json.loads((folder / archive.MANIFEST).read_text())
    assert [source["origin"] for source in manifest["sources"]] == ["products.csv", "sales.csv"]
    assert manifest["tables"]["sales"]["rows"] == 4
