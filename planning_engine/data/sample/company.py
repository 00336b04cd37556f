"""All tables of the demo company together, in memory or as a folder of CSV files."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import pandas as pd

from planning_engine.data.columns import conform
from planning_engine.data.company import parse_company
from planning_engine.data.sample import (
    cycles,
    demand,
    events,
    flows,
    materials,
    network,
    orders,
    people,
    production,
    products,
    recipes,
    working_time,
)
from planning_engine.data.sample.meetings import write_notes
from planning_engine.data.sample.timeline import SEED
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot


def company_toml() -> str:
    """Return the text of `company.toml`."""
    return people.TEXT


def tables(seed: int = SEED) -> dict[str, pd.DataFrame]:
    """Return every table of the schema, typed and in the schema's order of columns."""
    return {name: frame.copy() for name, frame in _tables(seed).items()}


@lru_cache(maxsize=2)
def _tables(seed: int) -> dict[str, pd.DataFrame]:
    frames = {
        "products": products.products(),
        "sites": network.sites(),
        "customers": network.customers(),
        "sales": demand.sales(seed),
        "orders": orders.orders(seed),
        "stock": pd.concat([flows.stock(seed), materials.stock(seed)], ignore_index=True),
        "receipts": materials.receipts(seed),
        "resources": network.resources(),
        "calendars": working_time.calendars(),
        "routings": network.routings(),
        "bom": recipes.bom(),
        "sourcing": network.sourcing(),
        "lanes": network.lanes(),
        "policies": materials.policies(seed),
        "production": production.production(seed),
        "forecasts": cycles.forecasts(seed),
        "events": events.events(),
        "budget": cycles.budget(seed),
        "plans": flows.plans(seed),
    }
    return {name: _ordered(name, frames[name]) for name in TABLES}


def _ordered(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    table = TABLES[name]
    return conform(table, frame).sort_values(list(table.key), ignore_index=True)


def snapshot(seed: int = SEED) -> Snapshot:
    """Return the company as a snapshot in memory; its id is a hash of the content."""
    frames = _tables(seed)
    digest = sha256(company_toml().encode())
    for name, frame in frames.items():
        digest.update(name.encode())
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    company = parse_company(company_toml())
    return Snapshot(f"s_{digest.hexdigest()[:12]}", company, dict(frames))


def write(folder: Path, seed: int = SEED) -> None:
    """Write tables, `company.toml` and `notes/*.md` as a source folder for `sop import`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "company.toml").write_text(company_toml(), encoding="utf-8")
    for name, frame in _tables(seed).items():
        path = folder / f"{name}.csv"
        frame.to_csv(path, index=False, date_format="%Y-%m-%d", lineterminator="\n")
    write_notes(folder / "notes", seed)
