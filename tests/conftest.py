"""Companies that several tests share."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from planning_engine.data.company import Company
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot, conform
from tools.evidence import Evidence

if TYPE_CHECKING:
    from assistant.conversation import Conversation
    from assistant.wiring import Workshop

Rows = list[dict[str, object]]
_NUMBER = count(1)


@pytest.fixture(scope="session")
def demo() -> Snapshot:
    """Return the demo company; read only."""
    from planning_engine.data.sample import snapshot

    return snapshot()


@pytest.fixture(scope="session")
def company_of() -> Callable[..., Snapshot]:
    """Return a maker of companies: table name → rows; today is 31 October 2026."""

    def build(tables: Mapping[str, Rows], as_of: date = date(2026, 10, 31)) -> Snapshot:
        frames = {name: conform(TABLES[name], pd.DataFrame(rows)) for name, rows in tables.items()}
        company = Company(name="Lemonade", currency="EUR", as_of=as_of)
        return Snapshot(f"s_test{next(_NUMBER)}", company, frames)

    return build


MONTHS = [date(2026, 11, 1), date(2026, 12, 1), *(date(2027, m, 1) for m in range(1, 11))]
PAST = [date(2025, 11, 1), date(2025, 12, 1), *(date(2026, m, 1) for m in range(1, 11))]


def _lemonade() -> dict[str, Rows]:
    """Return a company small enough to plan by hand.

    One plant P with line L (80 effective hours a month, 8 of overtime) and pool LAB makes X
    (0.1 h on L, lots of 50 with 1 h of set-up) and Y (0.2 h on L). X takes 2 C, a fifth of
    which is lost. Warehouses D1 (X 200, Y 100 a month) and D2 (X 100 a month).
    """
    products: Rows = [
        {"product": "X", "name": "Lemonade X", "family": "Soda", "stage": "finished"},
        {"product": "Y", "name": "Lemonade Y", "family": "Soda", "stage": "finished"},
        {"product": "C", "name": "Lemons", "stage": "raw", "unit": "kg", "standard_cost": 1},
    ]
    products[0] |= {"standard_cost": 4, "price": 10, "lot_multiple": 50, "unit": "case"}
    products[1] |= {"standard_cost": 5, "price": 12, "unit": "case"}
    sold = {("X", "D1"): 200.0, ("X", "D2"): 100.0, ("Y", "D1"): 100.0}
    return {
        "products": products,
        "sites": [
            {"site": "P", "name": "Plant", "kind": "plant", "region": "North"},
            {"site": "D1", "name": "Depot 1", "kind": "warehouse", "region": "North"},
            {"site": "D2", "name": "Depot 2", "kind": "warehouse", "region": "South"},
        ],
        "customers": [
            {"customer": "N", "region": "North", "channel": "Retail"},
            {"customer": "S", "region": "South", "channel": "Retail"},
        ],
        "sales": [
            {"date": month, "product": p, "site": s, "customer": c, "quantity": quantity * share}
            for month in PAST
            for (p, s), quantity in sold.items()
            for c, share in (("N", 0.75), ("S", 0.25))
        ],
        "forecasts": [
            {
                "cycle": date(2026, 10, 1),
                "stream": "consensus",
                "month": month,
                "product": p,
                "site": s,
                "quantity": quantity,
            }
            for month in MONTHS
            for (p, s), quantity in sold.items()
        ],
        "stock": [
            {"date": date(2026, 9, 30), "product": "X", "site": "D1", "quantity": 999},
            {"date": date(2026, 10, 31), "product": "X", "site": "D1", "quantity": 150},
            {"date": date(2026, 10, 31), "product": "X", "site": "D2", "quantity": 100},
            {"date": date(2026, 10, 31), "product": "Y", "site": "D1", "quantity": 80},
            {"date": date(2026, 10, 31), "product": "C", "site": "P", "quantity": 1000},
        ],
        "resources": [
            {"resource": "L", "name": "Line L", "site": "P", "kind": "line", "efficiency": 0.8},
            {"resource": "LAB", "name": "Crew", "site": "P", "kind": "labour"},
        ],
        "calendars": [
            {"resource": r, "date": month.replace(day=day), "hours": 50, "overtime_hours": 5}
            for month in MONTHS
            for r in ("L", "LAB")
            for day in (2, 16)
        ],
        "routings": [
            {"product": "X", "site": "P", "resource": "L", "hours_per_unit": 0.1},
            {"product": "X", "site": "P", "resource": "LAB", "hours_per_unit": 0.05},
            {"product": "Y", "site": "P", "resource": "L", "hours_per_unit": 0.2},
        ],
        "bom": [{"product": "X", "component": "C", "quantity": 2, "scrap": 0.2}],
        "sourcing": [
            {"product": "C", "site": "P", "supplier": "S", "lead_time_days": 10, "price": 1}
        ],
        "lanes": [
            {"product": p, "from_site": "P", "to_site": s, "cost": 0.5, "lead_time_days": 2}
            for p, s in sold
        ],
        "policies": [{"product": "X", "site": "D1", "safety_stock": 40}],
    }


@pytest.fixture(scope="session")
def lemonade(company_of: Callable[..., Snapshot]) -> Callable[..., Snapshot]:
    """Return a maker of the lemonade company; tables may be replaced, or left out with None."""

    def build(**changes: Rows | None) -> Snapshot:
        tables = _lemonade() | changes
        for row in tables["resources"] or []:
            row |= {"cost_per_hour": 20, "overtime_cost_per_hour": 30}
        for row in tables["routings"] or []:
            if (row["product"], row["resource"]) == ("X", "L"):
                row.setdefault("setup_hours", 1)
        return company_of({name: rows for name, rows in tables.items() if rows is not None})

    return build


@pytest.fixture(scope="session")
def lemonade_tables() -> Callable[[], dict[str, Rows]]:
    """Return a maker of the lemonade company's tables, to change a row."""
    return _lemonade


@pytest.fixture
def source_of(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of source folders: file name → text or bytes; products and sales if absent."""

    def write(files: Mapping[str, str | bytes] | None = None, folder: str = "source") -> Path:
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        for name, content in {**SOUND_FILES, **(files or {})}.items():
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return write


SOUND_FILES = {
    "products.csv": "product,name,family,unit,price\nA,Apple,Fruit,kg,3\nB,Bread,Bakery,pc,5\n",
    "sales.csv": (
        "date,product,site,customer,quantity,revenue\n"
        "2026-08-01,A,S1,K1,10,30\n"
        "2026-09-01,A,S1,K1,12,36\n"
        "2026-09-01,B,S1,K2,4,20\n"
        "2026-10-01,B,S1,K2,5,25\n"
    ),
    "company.toml": 'name = "Corner shop"\ncurrency = "EUR"\nas_of = 2026-10-31\n',
}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of shared data sets, or skip where it is not at hand."""
    default = Path(__file__).parents[1] / ".." / "shared"
    folder = (Path(os.environ.get("SOP_SHARED", default)) / "data").resolve()
    if not folder.is_dir():
        pytest.skip(f"needs the shared data sets in {folder}; set SOP_SHARED")
    return folder


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Return the SQLAlchemy URL of an empty PostgreSQL database, the test's own."""
    from sqlalchemy import create_engine, text

    name = f"test_{next(_NUMBER)}"
    engine = create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield f"{postgres_server}/{name}"
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a throw-away PostgreSQL cluster on loopback and return its address."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("needs PostgreSQL's initdb and pg_ctl (Debian package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="sop-pg-"))
    owner = _postgres_owner(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(binaries / program), *arguments],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
            **owner,
        )

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "sop", "-A", "trust", "--no-sync", "-E", "UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
    run("pg_ctl", "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql+psycopg://sop@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_binaries() -> Path | None:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = shutil.which("initdb")
    candidates = [path.parent for path in debian] + ([Path(found).parent] if found else [])
    return next((folder for folder in candidates if (folder / "pg_ctl").exists()), None)


def _postgres_owner(folder: Path) -> dict[str, Any]:
    """Return whom to run it as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def unsupported() -> Callable[..., list[str]]:
    """Return a check of an evidence's summary: what in it no fact of the evidence carries."""
    from assistant.grounding import check
    from assistant.viewpoints import vocabulary

    def find(evidence: Evidence, snapshot: Snapshot) -> list[str]:
        grounding = check(
            evidence.summary,
            evidence=[evidence],
            question="",
            vocabulary=vocabulary(snapshot),
            today=snapshot.company.as_of,
        )
        return [f"{claim.text}: {claim.problem}" for claim in grounding.unsupported]

    return find


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo company's folder, with its notes and decisions; read only."""
    from assistant.settings import Settings
    from assistant.wiring import Workshop, ensure_demo

    parts = Workshop(Settings(home=tmp_path_factory.mktemp("demo") / "home"))
    ensure_demo(parts)
    parts.warm_up()
    parts.notes.close()
    parts.store.database.close()
    return parts.home.folder


@pytest.fixture
def workshop(demo_home: Path, tmp_path: Path) -> "Workshop":
    """Return the parts of an installation with the demo company, the test's own.

    The built-in analyst answers; the clock says noon of 2 November 2026.
    """
    from assistant.settings import Settings
    from assistant.wiring import Workshop

    home = shutil.copytree(demo_home, tmp_path / "home", ignore=lambda *_: {"notes-index"})
    return Workshop(Settings(home=home), lambda: datetime(2026, 11, 2, 12, 0, tzinfo=UTC))


@pytest.fixture
def conversation(workshop: "Workshop") -> "Conversation":
    """Return a conversation about the demo company with the built-in analyst."""
    return workshop.conversation
