"""Four small companies whose names have nothing in common, as vocabularies."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from assistant.analyst.understand import Analyst
from assistant.analyst.vocabulary import Vocabulary
from assistant.embedding import load_encoder
from planning_engine.data.columns import conform
from planning_engine.data.company import Company, Person
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot


def _company(name: str, as_of: date, people: Sequence[Person]) -> Company:
    return Company(name, "EUR", as_of, people=tuple(people))


def _table(name: str, rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    columns = TABLES[name].names
    return pd.DataFrame([dict(zip(columns, row, strict=False)) for row in rows])


def _snapshot(company: Company, tables: dict[str, Sequence[Sequence[object]]]) -> Snapshot:
    frames = {name: conform(TABLES[name], _table(name, rows)) for name, rows in tables.items()}
    return Snapshot(f"s_{company.name.casefold()}", company, frames)


def _cycles(product: str, months: Sequence[str]) -> list[tuple[object, ...]]:
    return [(month, "consensus", month, product, None, 1.0, "a", None) for month in months]


def _bicycles() -> Snapshot:
    """A bicycle maker: product names with numbers and colours, plain ids, a shop-floor in words."""
    people = (
        Person("anna", "Anna Bergström", "planner"),
        Person("joe", "Joe Turner", "executive"),
        Person("mei", "Mei Chen", "sales"),
    )
    products = [
        ("BK-M200B-38", "Mountain-200 Black, 38", "Mountain Bikes", "finished", "piece"),
        ("BK-M200S-42", "Mountain-200 Silver, 42", "Mountain Bikes", "finished", "piece"),
        ("BK-R150R-62", "Road-150 Red, 62", "Road Bikes", "finished", "piece"),
        ("BK-R650-44", "Road-650 Black, 44", "Road Bikes", "finished", "piece"),
        ("BK-T01", "Touring-1000 Blue, 46", "Touring Bikes", "finished", "piece"),
        ("HL-U509", "Sport-100 Helmet, Red", "Helmets", "finished", "piece"),
        ("TT-M928", "Mountain Tire Tube", "Tires and Tubes", "finished", "piece"),
        ("FR-M94", "HL Mountain Frame", "Frames", "wip", "piece"),
        ("CH-0234", "Chain", "Components", "raw", "piece"),
        ("SA-M198", "LL Mountain Seat Assembly", "Components", "raw", "piece"),
    ]
    return _snapshot(
        _company("Bicycles", date(2025, 9, 21), people),
        {
            "products": products,
            "sites": [
                ("SEA", "Seattle Works", "plant", "Northwest", "US"),
                ("MEM", "Memphis Warehouse", "warehouse", "Central", "US"),
            ],
            "customers": [
                ("11000", "Jon Yang Cycles", "Dealer", "Northwest"),
                ("11001", "Wheelhouse", "Internet", "Southwest"),
                ("11002", "Vélo Paris", "Dealer", "France"),
            ],
            "sales": [("2025-08-01", "BK-R150R-62", "SEA", "11000", 3.0, 300.0)],
            "resources": [
                ("FRAME-WELD", "Frame Welding", "SEA", "machine"),
                ("PAINT", "Paint Shop", "SEA", "machine"),
                ("SUBASM", "Subassembly", "SEA", "labour"),
                ("FINAL", "Final Assembly", "SEA", "labour"),
            ],
            "sourcing": [
                ("CH-0234", "SEA", "Varsity Sport Co."),
                ("SA-M198", "SEA", "Chicago City Saddles"),
            ],
            "receipts": [
                ("R1", "CH-0234", "SEA", "2025-10-01", 5.0, "purchase", "Varsity Sport Co.")
            ],
            "events": [
                (
                    "E1",
                    "Black Friday Week",
                    "promotion",
                    "HL-U509",
                    None,
                    None,
                    "2025-11-24",
                    "2025-11-30",
                    0.4,
                ),
            ],
            "forecasts": _cycles("BK-R150R-62", ["2025-07-01", "2025-08-01", "2025-09-01"]),
        },
    )


def _codes() -> Snapshot:
    """A maker known by codes alone: no names, one-letter families, plants by number."""
    skus = [
        ("SOS008L02P", "S"), ("SOS005L04P", "S"), ("SOS500M24P", "S"), ("POP001L12P", "P"),
        ("POP015K", "P"), ("ATWWP001K24P", "A"), ("ATWWP002K12P", "A"), ("EEA200G24P", "E"),
        ("MAHS025K", "M"),
    ]  # fmt: skip
    return _snapshot(
        _company("Codes", date(2023, 8, 9), (Person("rafi", "Rafi Ahmed", "planner"),)),
        {
            "products": [(sku, None, family, "finished", "carton") for sku, family in skus],
            "sites": [
                ("1901", None, "plant"),
                ("1902", None, "plant"),
                ("S330", None, "warehouse"),
            ],
            "sales": [("2023-07-01", "SOS008L02P", "1901", None, 10.0, None)],
            "production": [("2023-07-01", "SOS008L02P", None, 8.0, 9.0, None)],
        },
    )


def _furniture() -> Snapshot:
    """A furniture maker with German and Chinese names, and plain words as names."""
    people = (
        Person("jk", "Jürgen Krämer", "planner"),
        Person("li", "李娜", "planner"),
        Person("sofia", "Sofia Rossi", "executive"),
    )
    products = [
        ("T-180", "Eichentisch 180", "Tische", "finished", "Stück"),
        ("T-220", "Eichentisch 220", "Tische", "finished", "Stück"),
        ("ST-01", "Stuhl Lund", "Stühle", "finished", "Stück"),
        ("ST-02", "Stuhl Bergen", "Stühle", "finished", "Stück"),
        ("RG-1", "Oak Shelf Narrow", "Regale", "finished", "Stück"),
        ("RG-2", "Oak Shelf Wide", "Regale", "finished", "Stück"),
        ("SF-9", "红木沙发", "沙发", "finished", "Stück"),
        ("BR-OAK", "Oak Board 27 mm", None, "raw", "m2"),
        ("SCR-6", "Screw M6", None, "raw", "piece"),
    ]
    return _snapshot(
        _company("Furniture", date(2026, 3, 31), people),
        {
            "products": products,
            "sites": [
                ("W1", "Werk Lübeck", "plant", "Nord"),
                ("W2", "Werk Passau", "plant", "Süd"),
                ("ZL", "Zentrallager", "warehouse", "Nord"),
            ],
            "customers": [
                ("K1", "Möbel Hansen", "Fachhandel", "Nord"),
                ("K2", "Wohnwelt", "Filialisten", "Süd"),
                ("K3", "宜居家居", "Export", "Asia"),
            ],
            "sales": [("2026-02-01", "T-180", "ZL", "K1", 3.0, 300.0)],
            "resources": [
                ("CNC-1", "CNC Fräse 1", "W1", "machine"),
                ("CNC-2", "CNC Fräse 2", "W1", "machine"),
                ("LACK", "Lackierstraße", "W2", "line"),
                ("SPRAY-02", "Spray Booth 2", "W2", "machine"),
            ],
            "sourcing": [("BR-OAK", "W1", "Sägewerk Huber"), ("SCR-6", "W1", "Würth")],
            "events": [
                (
                    "AKT-4",
                    "Ostern Rabatt",
                    "promotion",
                    None,
                    "Tische",
                    None,
                    "2026-04-01",
                    "2026-04-20",
                    0.2,
                ),
                (
                    "AKT-5",
                    "Sommeraktion",
                    "promotion",
                    None,
                    "Stühle",
                    None,
                    "2026-07-01",
                    "2026-07-31",
                    0.3,
                ),
            ],
            "forecasts": _cycles("T-180", ["2026-02-01", "2026-03-01"]),
        },
    )


def _chemicals() -> Snapshot:
    """A chemicals maker: reactors, grades, drums, a fiscal year from July."""
    company = Company(
        "Chemicals", "USD", date(2026, 10, 31), fiscal_start=7,
        people=(Person("ravi", "Ravi Patel", "planner"), Person("kim", "Kim Doyle", "executive")),
    )  # fmt: skip
    products = [
        ("RX-100", "Resin Clear Grade A", "Resins", "finished", "drum"),
        ("RX-200", "Resin Clear Grade B", "Resins", "finished", "drum"),
        ("SV-10", "Solvol 10", "Solvents", "finished", "drum"),
        ("SV-20", "Solvol 20", "Solvents", "finished", "drum"),
        ("CT-7", "Primecoat Grey", "Coatings", "finished", "drum"),
        ("MON-1", "Styrene Monomer", None, "raw", "t"),
    ]
    return _snapshot(
        company,
        {
            "products": products,
            "sites": [
                ("HOU", "Houston", "plant", "Americas"),
                ("ANT", "Antwerp", "plant", "EMEA"),
                ("RTM", "Rotterdam Terminal", "warehouse", "EMEA"),
            ],
            "customers": [
                ("C-77", "Paintmakers United", "Industrial", "Americas"),
                ("C-80", "Farben Schulz", "Distributor", "EMEA"),
            ],
            "sales": [("2026-09-01", "SV-10", "RTM", "C-80", 3.0, 300.0)],
            "resources": [
                ("R-101", "Reactor 1", "HOU", "machine"),
                ("R-102", "Reactor 2", "HOU", "machine"),
                ("FILL", "Drum Filling", "ANT", "line"),
            ],
            "sourcing": [("MON-1", "HOU", "Borealis Chem")],
            "forecasts": _cycles("SV-10", ["2026-08-01", "2026-09-01", "2026-10-01"]),
        },
    )


_COMPANIES: dict[str, Callable[[], Snapshot]] = {
    "bicycles": _bicycles,
    "codes": _codes,
    "furniture": _furniture,
    "chemicals": _chemicals,
}


@pytest.fixture(scope="session")
def analysts(tmp_path_factory: pytest.TempPathFactory, demo: Snapshot) -> Callable[[str], Analyst]:
    """Return the analyst of a company by name; the intent model is fitted once."""
    folder: Path = tmp_path_factory.mktemp("intents")
    encoder, made = load_encoder(), dict[str, Analyst]()

    def analyst(name: str) -> Analyst:
        if name not in made:
            snapshot = demo if name == "demo" else _COMPANIES[name]()
            made[name] = Analyst(Vocabulary.from_snapshot(snapshot), encoder, folder)
        return made[name]

    return analyst
