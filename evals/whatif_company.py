"""The coffee company of the what-if benchmark as tables of ours."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from planning_engine.data.columns import conform
from planning_engine.data.company import Company
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot

MONTHS = 1
TODAY, MONTH = date(2026, 10, 31), date(2026, 11, 1)
BEANS = "beans"
KINDS = ("light", "dark")

Base = Mapping[str, Any]  # Any: the benchmark's JSON: names → numbers
Rows = list[dict[str, object]]


def company_of(base: Base) -> Snapshot:
    """Return the company: suppliers of beans, roasteries that make light and dark, cafes.

    Roasting costs are the hourly cost of a resource that takes an hour a unit; there are
    hours enough. A supplier is a site where beans are bought at no price up to its capacity.
    """
    frames = {
        name: conform(TABLES[name], pd.DataFrame(rows)) for name, rows in _tables(base).items()
    }
    return Snapshot("s_coffee", Company("Coffee", "USD", TODAY), frames)


def _tables(base: Base) -> dict[str, Rows]:
    suppliers = base["capacity_in_supplier"]
    shipped = base["shipping_cost_from_supplier_to_roastery"]
    served = base["shipping_cost_from_roastery_to_cafe"]
    cafes = base["light_coffee_needed_for_cafe"]
    ovens = [(site, kind) for kind in KINDS for site in base[f"roasting_cost_{kind}"]]
    return {
        "products": [
            {"product": BEANS, "stage": "raw", "name": "Beans"},
            *({"product": k, "name": f"{k} coffee", "family": "Coffee"} for k in KINDS),
        ],
        "sites": [
            *({"site": name, "kind": "supplier"} for name in suppliers),
            *({"site": name, "kind": "plant"} for name in served),
            *({"site": name, "kind": "store"} for name in cafes),
        ],
        "sales": [{"date": date(2026, 10, 1), "product": k, "quantity": 0} for k in KINDS],
        "stock": [{"date": TODAY, "product": BEANS, "site": s, "quantity": 0} for s in suppliers],
        "forecasts": [
            {
                "cycle": date(2026, 10, 1),
                "stream": "consensus",
                "month": MONTH,
                "product": kind,
                "site": cafe,
                "quantity": quantity,
            }
            for kind in KINDS
            for cafe, quantity in base[f"{kind}_coffee_needed_for_cafe"].items()
        ],
        "sourcing": [
            {"product": BEANS, "site": name, "supplier": name, "price": 0, "capacity": most}
            for name, most in suppliers.items()
        ],
        "lanes": [
            *_lanes([BEANS], shipped),
            *_lanes(KINDS, served),
        ],
        "bom": [{"product": kind, "component": BEANS, "quantity": 1} for kind in KINDS],
        "resources": [
            {
                "resource": f"{site} {kind}",
                "site": site,
                "cost_per_hour": base[f"roasting_cost_{kind}"][site],
            }
            for site, kind in ovens
        ],
        "calendars": [
            {"resource": f"{site} {kind}", "date": MONTH, "hours": 1e6} for site, kind in ovens
        ],
        "routings": [
            {"product": kind, "site": site, "resource": f"{site} {kind}", "hours_per_unit": 1}
            for site, kind in ovens
        ],
    }


def _lanes(products: tuple[str, ...] | list[str], costs: Mapping[str, Mapping[str, float]]) -> Rows:
    return [
        {"product": product, "from_site": origin, "to_site": target, "cost": cost}
        for product in products
        for origin, row in costs.items()
        for target, cost in row.items()
    ]
