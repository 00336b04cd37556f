"""A conversation over a small company, with a clock that stands still."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from assistant.company_home import CompanyHome
from assistant.store.state import Store
from planning_engine.data.archive import freeze
from planning_engine.data.company import parse_company
from planning_engine.data.snapshot import Snapshot

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

COMPANY = """
name = "Lemonade"
currency = "EUR"
as_of = 2026-10-31

[[people]]
id = "elena"
name = "Elena Marsh"
role = "executive"
slack = "U0ELENA"

[[people]]
id = "petra"
name = "Petra Novak"
role = "planner"
email = "petra@example.com"

[[people]]
id = "sam"
name = "Sam Ortiz"
role = "sales"
regions = ["North"]

[[people]]
id = "dana"
name = "Dana Wolff"
role = "viewer"
"""


@pytest.fixture(scope="session")
def lemonade_home(
    lemonade: Callable[..., Snapshot], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a folder with the lemonade company frozen in it; copied by each test."""
    home = CompanyHome(tmp_path_factory.mktemp("lemonade"))
    made = lemonade()
    with duckdb.connect() as connection:
        for name in made.tables:
            connection.register(name, made.frame(name))
        home.use(freeze(connection, made.tables, parse_company(COMPANY), home.snapshots))
    return home.folder


@pytest.fixture
def home(lemonade_home: Path, tmp_path: Path) -> CompanyHome:
    """Return the lemonade company's home, the test's own."""
    import shutil

    return CompanyHome(Path(shutil.copytree(lemonade_home, tmp_path / "home")))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store on SQLite whose clock says noon of 2 November 2026."""
    return Store(f"sqlite:///{tmp_path / 'home' / 'state.db'}", lambda: NOON)
