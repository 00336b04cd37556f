"""What the demo company makes and buys: 32 finished products and 14 components."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

LAUNCHED, LIKE = "NRB-025-24", "NRM-025-24"
ENDING = "FLW-050-12"
INTERMITTENT = ("CRA-075-06", "ICH-050-12")
FAMILIES = ("Water", "Soft Drinks", "Juice", "Energy", "Tea")


@dataclass(frozen=True)
class Finished:
    """A finished product.

    `base` is the cases a month around May 2026, `growth` the change a year as a share,
    `line` where it is made and `pace` its run speed there against the line's own.
    """

    id: str
    name: str
    family: str
    line: str
    base: float
    growth: float
    price: float
    cost: float
    lot: int
    pace: float = 1.0
    shelf_life_days: int = 365


FINISHED = (
    Finished("STW-050-24", "Stillwater 0.5 L x24", "Water", "L1", 54_000, 0.02, 4.60, 2.55, 12_000),
    Finished("STW-100-12", "Stillwater 1.0 L x12", "Water", "L2", 24_000, 0.01, 4.20, 2.40, 6_000),
    Finished("STW-150-06", "Stillwater 1.5 L x6", "Water", "L2", 60_000, 0.01, 2.90, 1.70, 15_000),
    Finished("SPW-050-24", "Sparkwell 0.5 L x24", "Water", "L1", 39_000, 0.03, 4.95, 2.70, 9_000),
    Finished("SPW-100-12", "Sparkwell 1.0 L x12", "Water", "L2", 15_000, 0.02, 4.50, 2.55, 4_500),
    Finished("SPW-150-06", "Sparkwell 1.5 L x6", "Water", "L2", 41_000, 0.02, 3.10, 1.80, 10_500),
    Finished(ENDING, "Lemonwell 0.5 L x12", "Water", "L1", 4_600, -0.10, 5.40, 3.10, 3_000),
    Finished(
        "COL-033-24",
        "Kaito Cola 0.33 L can x24",
        "Soft Drinks",
        "L3",
        78_000,
        0.02,
        9.40,
        5.60,
        18_000,
    ),
    Finished(
        "COL-150-06",
        "Kaito Cola 1.5 L x6",
        "Soft Drinks",
        "L4",
        36_000,
        -0.01,
        6.10,
        3.70,
        9_000,
        1.15,
    ),
    Finished(
        "COZ-033-24",
        "Kaito Zero 0.33 L can x24",
        "Soft Drinks",
        "L3",
        38_000,
        0.06,
        9.40,
        5.40,
        9_000,
    ),
    Finished(
        "COZ-150-06",
        "Kaito Zero 1.5 L x6",
        "Soft Drinks",
        "L4",
        18_000,
        0.04,
        6.10,
        3.55,
        6_000,
        1.15,
    ),
    Finished(
        "ORA-033-24",
        "Orange Fizz 0.33 L can x24",
        "Soft Drinks",
        "L3",
        23_000,
        0.00,
        9.10,
        5.55,
        6_000,
    ),
    Finished(
        "ORA-150-06",
        "Orange Fizz 1.5 L x6",
        "Soft Drinks",
        "L4",
        20_000,
        -0.02,
        5.90,
        3.60,
        6_000,
        1.15,
    ),
    Finished(
        "LEM-033-24",
        "Lemon Fizz 0.33 L can x24",
        "Soft Drinks",
        "L3",
        15_000,
        0.01,
        9.10,
        5.50,
        4_500,
    ),
    Finished(
        "TON-025-24",
        "Grove Tonic 0.25 L can x24",
        "Soft Drinks",
        "L3",
        9_000,
        0.03,
        9.90,
        5.60,
        3_000,
        1.05,
    ),
    Finished(
        "APJ-020-24",
        "Orchard Apple 0.2 L x24",
        "Juice",
        "L5",
        12_000,
        -0.01,
        8.90,
        5.60,
        3_000,
        1.2,
        270,
    ),
    Finished(
        "APJ-100-12",
        "Orchard Apple 1.0 L x12",
        "Juice",
        "L5",
        22_000,
        -0.02,
        12.80,
        8.60,
        6_000,
        1.0,
        270,
    ),
    Finished(
        "ORJ-020-24",
        "Orchard Orange 0.2 L x24",
        "Juice",
        "L5",
        14_000,
        0.00,
        9.60,
        6.10,
        4_500,
        1.2,
        270,
    ),
    Finished(
        "ORJ-100-12",
        "Orchard Orange 1.0 L x12",
        "Juice",
        "L5",
        26_000,
        -0.01,
        14.20,
        9.60,
        7_500,
        1.0,
        270,
    ),
    Finished(
        "MUL-100-12",
        "Orchard Multivitamin 1.0 L x12",
        "Juice",
        "L5",
        16_000,
        0.01,
        13.60,
        9.10,
        4_500,
        1.0,
        270,
    ),
    Finished(
        "CRA-075-06",
        "Orchard Cranberry 0.75 L x6",
        "Juice",
        "L5",
        1_500,
        0.00,
        15.90,
        10.10,
        1_200,
        0.8,
        270,
    ),
    Finished(
        "NRG-025-24", "Volt Energy 0.25 L can x24", "Energy", "L6", 40_000, 0.07, 17.50, 8.90, 9_000
    ),
    Finished(
        "NRG-050-12", "Volt Energy 0.5 L can x12", "Energy", "L6", 12_000, 0.05, 13.20, 7.10, 3_000
    ),
    Finished(
        "NRZ-025-24", "Volt Zero 0.25 L can x24", "Energy", "L6", 22_000, 0.12, 17.50, 8.60, 6_000
    ),
    Finished(LIKE, "Volt Mango 0.25 L can x24", "Energy", "L6", 14_000, 0.05, 17.90, 9.10, 3_000),
    Finished(
        LAUNCHED, "Volt Berry 0.25 L can x24", "Energy", "L6", 11_000, 0.05, 17.90, 9.10, 3_000
    ),
    Finished(
        "ISO-050-12", "Volt Iso 0.5 L x12", "Energy", "L6", 9_000, 0.03, 8.90, 4.90, 3_000, 1.1
    ),
    Finished("ICP-050-12", "Leaf Peach 0.5 L x12", "Tea", "L4", 26_000, 0.03, 6.40, 3.60, 6_000),
    Finished(
        "ICP-150-06", "Leaf Peach 1.5 L x6", "Tea", "L4", 15_000, 0.01, 6.00, 3.50, 4_500, 1.15
    ),
    Finished("ICL-050-12", "Leaf Lemon 0.5 L x12", "Tea", "L4", 18_000, 0.02, 6.40, 3.60, 4_500),
    Finished("ICG-050-12", "Leaf Green 0.5 L x12", "Tea", "L4", 9_000, 0.08, 6.80, 3.75, 3_000),
    Finished("ICH-050-12", "Leaf Hibiscus 0.5 L x12", "Tea", "L4", 1_400, 0.00, 7.20, 4.10, 1_200),
)
IDS = tuple(product.id for product in FINISHED)
PLACE = {product.id: place for place, product in enumerate(FINISHED)}
LAUNCH_ON, END_ON = date(2026, 8, 1), date(2026, 12, 31)
# The DCs are filled in the month before a launch.
FILL_ON = date(2026, 7, 1)
DATES: dict[str, tuple[date | None, date | None]] = {
    LAUNCHED: (LAUNCH_ON, None),
    ENDING: (date(2019, 3, 1), END_ON),
}


@dataclass(frozen=True)
class Component:
    """A bought component, its unit, cost, supplier and agreed lead time."""

    id: str
    name: str
    unit: str
    cost: float
    supplier: str
    lead_time_days: int
    stage: str = "raw"


COMPONENTS = (
    Component("CMP-PRE-S", "PET preform small", "piece", 0.032, "S-PLASTA", 14),
    Component("CMP-PRE-L", "PET preform large", "piece", 0.055, "S-PLASTA", 14),
    Component("CMP-CAP", "Closure cap", "piece", 0.007, "S-PLASTA", 10),
    Component("CMP-LABEL", "Label", "piece", 0.004, "S-PRINTEC", 12),
    Component("CMP-CAN33", "Aluminium can 0.33 L", "piece", 0.092, "S-ALUCAN", 28),
    Component("CMP-CAN25", "Aluminium can 0.25 L", "piece", 0.084, "S-ALUCAN", 28),
    Component("CMP-CAN50", "Aluminium can 0.5 L", "piece", 0.118, "S-ALUCAN", 28),
    Component("CMP-CART", "Carton pack", "piece", 0.105, "S-BOXLINE", 21),
    Component("CMP-TRAY", "Shrink tray", "piece", 0.110, "S-BOXLINE", 10),
    Component("CMP-SUGAR", "Sugar", "kg", 0.62, "S-BEETRA", 7),
    Component("CMP-COLA", "Cola concentrate", "kg", 6.80, "S-FLAVOR", 25),
    Component("CMP-CITRUS", "Citrus concentrate", "kg", 4.90, "S-CITROSA", 21),
    Component("CMP-APPLE", "Apple concentrate", "kg", 3.40, "S-POMONA", 18),
    Component("CMP-BASE", "Energy and tea base", "kg", 7.60, "S-FLAVOR", 25),
)
COMPONENT_IDS = tuple(component.id for component in COMPONENTS)


def products() -> pd.DataFrame:
    """Return the table of products."""
    finished: list[dict[str, object]] = [
        {
            "product": item.id,
            "name": item.name,
            "family": item.family,
            "stage": "finished",
            "unit": "case",
            "standard_cost": item.cost,
            "price": item.price,
            "lot_min": float(item.lot),
            "lot_multiple": 60.0,
            "shelf_life_days": float(item.shelf_life_days),
            "launch_on": DATES.get(item.id, (None, None))[0],
            "end_on": DATES.get(item.id, (None, None))[1],
            "like_product": LIKE if item.id == LAUNCHED else None,
        }
        for item in FINISHED
    ]
    bought: list[dict[str, object]] = [
        {
            "product": item.id,
            "name": item.name,
            "stage": item.stage,
            "unit": item.unit,
            "standard_cost": item.cost,
        }
        for item in COMPONENTS
    ]
    return pd.DataFrame(finished + bought)
