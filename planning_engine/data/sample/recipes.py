"""What a case is made of: container, tray, and what is in the drink."""

import pandas as pd

from planning_engine.data.sample.products import FINISHED

_SMALL = {"CMP-PRE-S": 1.0, "CMP-CAP": 1.0, "CMP-LABEL": 1.0}
_LARGE = {"CMP-PRE-L": 1.0, "CMP-CAP": 1.0, "CMP-LABEL": 1.0}
# Container, by the litres in the id's middle part, and drink per litre, by the id's first part.
_SYRUP: dict[str, dict[str, float]] = {
    "COL": {"CMP-SUGAR": 0.105, "CMP-COLA": 0.012},
    "COZ": {"CMP-COLA": 0.013},
    "ORA": {"CMP-SUGAR": 0.090, "CMP-CITRUS": 0.030},
    "LEM": {"CMP-SUGAR": 0.085, "CMP-CITRUS": 0.024},
    "TON": {"CMP-SUGAR": 0.080, "CMP-CITRUS": 0.006},
    "FLW": {"CMP-SUGAR": 0.040, "CMP-CITRUS": 0.008},
    "APJ": {"CMP-APPLE": 0.120},
    "ORJ": {"CMP-CITRUS": 0.080, "CMP-APPLE": 0.030},
    "MUL": {"CMP-APPLE": 0.085, "CMP-CITRUS": 0.022},
    "CRA": {"CMP-SUGAR": 0.060, "CMP-APPLE": 0.060},
    "ISO": {"CMP-SUGAR": 0.040, "CMP-BASE": 0.008},
    "NRZ": {"CMP-BASE": 0.021},
    "NRG": {"CMP-SUGAR": 0.110, "CMP-BASE": 0.020},
    "NRM": {"CMP-SUGAR": 0.110, "CMP-BASE": 0.020},
    "NRB": {"CMP-SUGAR": 0.110, "CMP-BASE": 0.020},
    "ICP": {"CMP-SUGAR": 0.070, "CMP-BASE": 0.006},
    "ICL": {"CMP-SUGAR": 0.070, "CMP-BASE": 0.006},
    "ICG": {"CMP-SUGAR": 0.045, "CMP-BASE": 0.007},
    "ICH": {"CMP-SUGAR": 0.060, "CMP-BASE": 0.007},
}
_CANS = {"033": "CMP-CAN33", "025": "CMP-CAN25", "050": "CMP-CAN50"}
SCRAP = {"CMP-LABEL": 0.02, "CMP-CAN33": 0.01, "CMP-CAN25": 0.01, "CMP-CAN50": 0.01}


def recipe(product: str) -> dict[str, float]:
    """Return the components of one case of a finished product, in their units."""
    brand, litres, packs = product.split("-")
    count, volume = int(packs), int(litres) / 100
    family = next(item.family for item in FINISHED if item.id == product)
    line = next(item.line for item in FINISHED if item.id == product)
    if line in ("L3", "L6") and brand != "ISO":
        container = {_CANS[litres]: 1.0}
    elif family == "Juice":
        container = {"CMP-CART": 1.0}
    else:
        container = _SMALL if volume <= 0.5 else _LARGE
    parts = {component: share * count for component, share in container.items()}
    parts["CMP-TRAY"] = 1.0
    for component, kilos in _SYRUP.get(brand, {}).items():
        parts[component] = round(kilos * count * volume, 4)
    return parts


def bom() -> pd.DataFrame:
    """Return the bill of materials, one row per case product and component."""
    rows = [
        {"product": item.id, "component": part, "quantity": quantity, "scrap": SCRAP.get(part, 0.0)}
        for item in FINISHED
        for part, quantity in recipe(item.id).items()
    ]
    return pd.DataFrame(rows)
