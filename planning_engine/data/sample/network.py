"""Where the demo company makes, keeps and sells: sites, customers, lines, lanes, sources."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning_engine.data.sample.products import COMPONENTS, FINISHED
from planning_engine.data.sample.recipes import recipe

DCS = ("DC-NORTH", "DC-SOUTH", "DC-WEST")
REGIONS = ("North", "South", "East", "West")
DC_OF_REGION = {"North": "DC-NORTH", "East": "DC-NORTH", "South": "DC-SOUTH", "West": "DC-WEST"}
PLANT_OF_LINE = {"L1": "P1", "L2": "P1", "L3": "P1", "L4": "P2", "L5": "P2", "L6": "P2"}
SECOND_SOURCES = {"CMP-CAN33": "S-CANWORKS", "CMP-SUGAR": "S-CANEX", "CMP-CITRUS": "S-AGRUMI"}


@dataclass(frozen=True)
class Line:
    """A line: cases an hour at pace 1, crew, efficiency and set-up hours of a lot."""

    id: str
    name: str
    speed: float
    crew: float
    efficiency: float
    setup_hours: float
    cost_per_hour: float


LINES = (
    Line("L1", "Line 1 small PET", 380, 4.0, 0.86, 1.5, 310),
    Line("L2", "Line 2 large PET", 590, 4.0, 0.86, 1.5, 290),
    Line("L3", "Line 3 cans", 691, 5.0, 0.85, 1.5, 420),
    Line("L4", "Line 4 PET flavoured", 590, 4.0, 0.85, 1.5, 330),
    Line("L5", "Line 5 carton", 530, 3.0, 0.84, 2.0, 360),
    Line("L6", "Line 6 energy cans", 515, 5.0, 0.86, 1.5, 430),
)
POOLS = (
    ("LAB-P1", "Labour pool Northfield", "P1", 34.0, 0.93),
    ("LAB-P2", "Labour pool Southbrook", "P2", 36.0, 0.93),
)
# Products that another line can run too, slower: product → line, share of the line's speed.
ALTERNATES = {
    "COL-033-24": ("L6", 0.80),
    "COZ-033-24": ("L6", 0.80),
    "STW-150-06": ("L4", 0.85),
    "NRG-025-24": ("L3", 0.80),
}

_CUSTOMERS = (
    ("Alder Markets", "Retail", "North", 9),
    ("Baltic Fresh", "Retail", "North", 8),
    ("Birchway Stores", "Retail", "North", 6),
    ("Fjord Wholesale", "Wholesale", "North", 6),
    ("Harbour Cash and Carry", "Wholesale", "North", 4),
    ("Kelp & Co", "Wholesale", "North", 3),
    ("Lumen Online", "Online", "North", 4),
    ("Northgate Kiosks", "Retail", "North", 2),
    ("Osprey Catering", "Wholesale", "North", 2),
    ("Pier Nine Bars", "Wholesale", "North", 1.5),
    ("Tidewater Direct", "Online", "North", 1.5),
    ("Bella Mercato", "Retail", "South", 10),
    ("Campo Verde", "Retail", "South", 7),
    ("Dolce Stores", "Retail", "South", 6),
    ("Fontana Wholesale", "Wholesale", "South", 6),
    ("Girasole Kiosks", "Retail", "South", 3),
    ("Lago Drinks", "Wholesale", "South", 4),
    ("Monte Catering", "Wholesale", "South", 2),
    ("Oliva Online", "Online", "South", 3),
    ("Piazza Express", "Retail", "South", 3),
    ("Riva Beach Bars", "Wholesale", "South", 2),
    ("Sole Direct", "Online", "South", 1.5),
    ("Amber Retail", "Retail", "East", 8),
    ("Carpath Stores", "Retail", "East", 5),
    ("Dunay Wholesale", "Wholesale", "East", 5),
    ("Eastline Kiosks", "Retail", "East", 2),
    ("Morava Drinks", "Wholesale", "East", 3),
    ("Orbit Online", "Online", "East", 2),
    ("Tatra Catering", "Wholesale", "East", 1.5),
    ("Vistula Markets", "Retail", "East", 4),
    ("Atlantic Hypers", "Retail", "West", 10),
    ("Brook & Vale", "Retail", "West", 5),
    ("Celtic Wholesale", "Wholesale", "West", 5),
    ("Dune Stores", "Retail", "West", 4),
    ("Galleon Cash and Carry", "Wholesale", "West", 4),
    ("Marlow Markets", "Retail", "West", 7),
    ("Surf Online", "Online", "West", 3),
    ("Vale Catering", "Wholesale", "West", 1.5),
    ("Westmark", "Retail", "West", 5),
    ("Wharf Bars", "Wholesale", "West", 1.5),
)
CUSTOMER_IDS = tuple(f"C{number:02d}" for number in range(1, len(_CUSTOMERS) + 1))
CUSTOMER_REGIONS = tuple(entry[2] for entry in _CUSTOMERS)
CUSTOMER_CHANNELS = tuple(entry[1] for entry in _CUSTOMERS)
CUSTOMER_SIZES = np.array([entry[3] for entry in _CUSTOMERS], dtype=float)
COMPLAINING = CUSTOMER_IDS[[entry[0] for entry in _CUSTOMERS].index("Marlow Markets")]


def sites() -> pd.DataFrame:
    """Return the table of sites."""
    return pd.DataFrame(
        [
            ("P1", "Northfield Plant", "plant", "North", "DE"),
            ("P2", "Southbrook Plant", "plant", "South", "DE"),
            ("DC-NORTH", "North DC", "warehouse", "North", "DE"),
            ("DC-SOUTH", "South DC", "warehouse", "South", "DE"),
            ("DC-WEST", "West DC", "warehouse", "West", "DE"),
        ],
        columns=["site", "name", "kind", "region", "country"],
    )


def customers() -> pd.DataFrame:
    """Return the table of customers."""
    return pd.DataFrame(
        [
            (identity, name, channel, region)
            for identity, (name, channel, region, _) in zip(CUSTOMER_IDS, _CUSTOMERS, strict=True)
        ],
        columns=["customer", "name", "channel", "region"],
    )


def resources() -> pd.DataFrame:
    """Return the table of lines and labour pools."""
    lines = [
        (
            line.id,
            line.name,
            PLANT_OF_LINE[line.id],
            "line",
            line.cost_per_hour,
            line.cost_per_hour * 1.4,
            line.efficiency,
        )
        for line in LINES
    ]
    pools = [
        (identity, name, site, "labour", cost, cost * 1.5, efficiency)
        for identity, name, site, cost, efficiency in POOLS
    ]
    columns = [
        "resource",
        "name",
        "site",
        "kind",
        "cost_per_hour",
        "overtime_cost_per_hour",
        "efficiency",
    ]
    return pd.DataFrame(lines + pools, columns=columns)


def routings() -> pd.DataFrame:
    """Return line and labour hours per case: preferred rows, then slower alternates."""
    by_id = {line.id: line for line in LINES}
    rows = []
    for item in FINISHED:
        home = by_id[item.line]
        rows += _route(item.id, home, home.speed * item.pace, 1)
        if item.id in ALTERNATES:
            line, share = ALTERNATES[item.id]
            away = _route(item.id, by_id[line], home.speed * item.pace * share, 2)
            same_plant = PLANT_OF_LINE[line] == PLANT_OF_LINE[item.line]
            rows += away[:1] if same_plant else away
    return pd.DataFrame(
        rows,
        columns=[
            "product",
            "site",
            "resource",
            "hours_per_unit",
            "setup_hours",
            "setup_cost",
            "preference",
        ],
    )


def _route(product: str, line: Line, speed: float, preference: int) -> list[tuple[object, ...]]:
    plant = PLANT_OF_LINE[line.id]
    hours = round(1 / speed, 7)
    return [
        (
            product,
            plant,
            line.id,
            hours,
            line.setup_hours,
            round(line.setup_hours * 190.0, 2),
            preference,
        ),
        (product, plant, f"LAB-{plant}", round(hours * line.crew, 7), 0.0, 0.0, preference),
    ]


def component_sites() -> list[tuple[str, str]]:
    """Return the (component, plant) pairs that any preferred routing needs, sorted."""
    return sorted(
        {(part, PLANT_OF_LINE[item.line]) for item in FINISHED for part in recipe(item.id)}
    )


def sourcing() -> pd.DataFrame:
    """Return where components are bought: agreed lead times, prices and order sizes."""
    by_id = {item.id: item for item in COMPONENTS}
    rows = []
    for part, plant in component_sites():
        item = by_id[part]
        lot = 20_000.0 if item.unit == "piece" else 500.0
        rows.append(
            (part, plant, item.supplier, float(item.lead_time_days), 2.0, item.cost, lot, lot, 1.0)
        )
        if part in SECOND_SOURCES:
            rows.append(
                (
                    part,
                    plant,
                    SECOND_SOURCES[part],
                    item.lead_time_days + 9.0,
                    3.0,
                    round(item.cost * 1.12, 4),
                    lot * 2,
                    lot,
                    2.0,
                )
            )
    columns = [
        "product",
        "site",
        "supplier",
        "lead_time_days",
        "lead_time_sd_days",
        "price",
        "order_min",
        "order_multiple",
        "preference",
    ]
    return pd.DataFrame(rows, columns=columns)


def lanes() -> pd.DataFrame:
    """Return the ways from each product's plant to the distribution centres."""
    days = {
        ("P1", "DC-NORTH"): 1,
        ("P1", "DC-SOUTH"): 3,
        ("P1", "DC-WEST"): 2,
        ("P2", "DC-NORTH"): 3,
        ("P2", "DC-SOUTH"): 1,
        ("P2", "DC-WEST"): 2,
    }
    rows = [
        (item.id, plant, dc, round(0.08 + 0.11 * days[plant, dc], 2), float(days[plant, dc]))
        for item in FINISHED
        for plant in _plants(item.id, item.line)
        for dc in DCS
    ]
    columns = ["product", "from_site", "to_site", "cost", "lead_time_days"]
    return pd.DataFrame(rows, columns=columns)


def _plants(product: str, line: str) -> list[str]:
    lines = [line] + ([ALTERNATES[product][0]] if product in ALTERNATES else [])
    return sorted({PLANT_OF_LINE[entry] for entry in lines})
