"""What must be there to meet demand: finished products, and the components below them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from planning_engine.data.calendars import horizon
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.errors import DataProblem

Place = tuple[str, str]
"""A product at a site; the site is '' where the company keeps no sites."""

Quantities = Mapping[Place, NDArray[np.float64]]
"""One quantity per month of a horizon, by product and site."""


@dataclass(frozen=True)
class Part:
    """A component of a product: pieces needed for one good piece, scrap included."""

    component: str
    quantity: float


@remember()
def independent_demand(snapshot: Snapshot, months: tuple[date, ...]) -> Quantities:
    """Return the demand plan by product and site, one quantity per month.

    Args:
        snapshot: The company's facts.
        months: Consecutive month starts from the first month of the plan.
    """
    plan = demand_plan(snapshot, len(months)).frame
    place = {month: index for index, month in enumerate(months)}
    found: dict[Place, NDArray[np.float64]] = {}
    for product, site, month, quantity in zip(
        plan["product"], plan["site"].fillna(""), plan["month"], plan["quantity"], strict=True
    ):
        index = place.get(month.date() if hasattr(month, "date") else month)
        if index is not None and quantity == quantity:
            key = (str(product), str(site))
            found.setdefault(key, np.zeros(len(months)))[index] += quantity
    return dict(sorted(found.items()))


def plan_months(snapshot: Snapshot, count: int) -> tuple[date, ...]:
    """Return the first months of the plan."""
    return horizon(snapshot.company.as_of, count)


@remember()
def bill_of_materials(snapshot: Snapshot) -> Mapping[str, tuple[Part, ...]]:
    """Return the parts of each product; empty if the data has no bill of materials.

    Substitutes are left out: they come instead of a part, not on top of it.

    Raises:
        DataProblem: A part loses everything to scrap, or a product contains itself.
    """
    if not snapshot.has("bom"):
        return {}
    parts: dict[str, list[Part]] = {}
    for product, component, quantity, scrap in snapshot.rows(
        "SELECT product, component, quantity, coalesce(scrap, 0) FROM bom "
        "WHERE substitute_for IS NULL ORDER BY 1, 2"
    ):
        if scrap >= 1:
            raise DataProblem(
                f"The bill of materials says that all of {component} in {product} is scrap. "
                "Give scrap as a share below 1."
            )
        parts.setdefault(product, []).append(Part(component, quantity / (1 - scrap)))
    bom = {product: tuple(entries) for product, entries in parts.items()}
    levels(bom)
    return bom


@remember()
def substitutes(snapshot: Snapshot) -> Mapping[tuple[str, str], tuple[Part, ...]]:
    """Return what can replace a part: product and part → substitutes, by id.

    Their quantities are, as a part's, pieces for one good piece of the product.

    Raises:
        DataProblem: A substitute replaces a part that the product does not have.
    """
    if not snapshot.has("bom"):
        return {}
    bom = bill_of_materials(snapshot)
    found: dict[tuple[str, str], tuple[Part, ...]] = {}
    for product, component, quantity, scrap, replaced in snapshot.rows(
        "SELECT product, component, quantity, coalesce(scrap, 0), substitute_for FROM bom "
        "WHERE substitute_for IS NOT NULL ORDER BY 1, 2"
    ):
        if replaced not in {part.component for part in bom.get(product, ())}:
            raise DataProblem(
                f"The bill of materials says that {component} can replace {replaced} in "
                f"{product}, which does not contain {replaced}."
            )
        part = Part(component, quantity / (1 - min(scrap, 0.99)))
        found[(product, replaced)] = (*found.get((product, replaced), ()), part)
    return found


def levels(bom: Mapping[str, Sequence[Part]]) -> list[str]:
    """Return the products of a bill of materials, each before all of its components.

    Raises:
        DataProblem: A product contains itself; the message shows the circle.
    """
    order: list[str] = []
    done: set[str] = set()
    path: list[str] = []
    for root in bom:
        stack = [(root, iter(bom[root]))] if root not in done else []
        path = [root] if stack else []
        while stack:
            product, parts = stack[-1]
            component = next((part.component for part in parts), None)
            if component is None:
                stack.pop()
                path.pop()
                done.add(product)
                order.append(product)
            elif component in path:
                circle = " → ".join([*path[path.index(component) :], component])
                raise DataProblem(
                    f"The bill of materials goes in a circle: {circle}. Remove one of these rows."
                )
            elif component in bom and component not in done:
                stack.append((component, iter(bom[component])))
                path.append(component)
    return order[::-1]


def explode(
    made: Quantities,
    bom: Mapping[str, Sequence[Part]],
    yields: Mapping[str, float] | None = None,
) -> Quantities:
    """Return what the making of products takes of each component, through all levels.

    A component that has parts itself is made at the same site in the same month; lead times
    are not offset (monthly buckets).

    Args:
        made: Good quantities made, by product and site of making.
        bom: Parts by product.
        yields: Share of good output by product, where not all is good.

    Example:
        100 pieces that take 2 of A each, where one A takes 3 of B:

        >>> bom = {"X": (Part("A", 2),), "A": (Part("B", 3),)}
        >>> {k: v.tolist() for k, v in explode({("X", "P"): np.array([100.0])}, bom).items()}
        {('A', 'P'): [200.0], ('B', 'P'): [600.0]}
    """
    made_of: dict[str, dict[str, NDArray[np.float64]]] = {}
    for (product, site), quantity in made.items():
        made_of.setdefault(product, {})[site] = quantity
    taken: dict[Place, NDArray[np.float64]] = {}
    for product in levels(bom):
        for site, quantity in made_of.get(product, {}).items():
            for part in bom[product]:
                need = part.quantity * quantity / (yields or {}).get(product, 1.0)
                key = (part.component, site)
                taken[key] = taken[key] + need if key in taken else need
                own = made_of.setdefault(part.component, {})
                own[site] = own[site] + need if site in own else need
    return dict(sorted(taken.items()))
