"""What a plan pays on top of standard: overtime, subcontracting, dearer suppliers."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from planning_engine.supply.plan.plan_problem import SupplyPlan


@dataclass(frozen=True)
class Premium:
    """Money paid on top of standard cost.

    Attributes:
        overtime: Overtime hours × what they cost beyond regular hours.
        subcontract: Pieces bought that the company makes itself × price beyond standard cost.
        expedite: Pieces bought from a dearer supplier than the cheapest one known for the same
            product and site × the difference.
    """

    overtime: float = 0.0
    subcontract: float = 0.0
    expedite: float = 0.0

    @property
    def total(self) -> float:
        """All three."""
        return self.overtime + self.subcontract + self.expedite

    def __add__(self, other: "Premium") -> "Premium":
        """Return both together."""
        return Premium(
            self.overtime + other.overtime,
            self.subcontract + other.subcontract,
            self.expedite + other.expedite,
        )


Cells = dict[tuple[date, str], Premium]


def premiums(
    plan: SupplyPlan, cost: Mapping[str, float | None], family: Callable[[str], str]
) -> Cells:
    """Return a plan's premiums by month and family.

    Overtime of a resource goes to the families that use it, by their hours in that month.

    Args:
        plan: The plan.
        cost: Standard cost of one piece, None where not known.
        family: Which family a product belongs to.
    """
    found: Cells = defaultdict(Premium)
    _add_overtime(found, plan, family)
    _add_bought(found, plan, cost, family)
    return found


def _add_overtime(found: Cells, plan: SupplyPlan, family: Callable[[str], str]) -> None:
    for name, row in plan.overtime.items():
        regular, extra = plan.problem.wages[name]
        used = plan.used_hours(name)
        for way, made in zip(plan.problem.ways, plan.made, strict=True):
            each = way.hours.get(name, 0.0)
            for t, month in enumerate(plan.problem.months):
                if row[t] and used[t]:
                    share = each * made[t] / used[t]
                    found[month, family(way.product)] += Premium(
                        overtime=share * row[t] * (extra - regular)
                    )


def _add_bought(
    found: Cells,
    plan: SupplyPlan,
    cost: Mapping[str, float | None],
    family: Callable[[str], str],
) -> None:
    problem = plan.problem
    made = {way.product for way in problem.ways}
    cheapest: dict[tuple[str, str], float] = {}
    for source in problem.sources:
        place = (source.product, source.site)
        cheapest[place] = min(source.price, cheapest.get(place, source.price))
    for source, row in zip(problem.sources, plan.bought, strict=True):
        if source.product in made:
            standard = cost.get(source.product)
            each = 0.0 if standard is None else source.price - standard
            kind = "subcontract"
        else:
            each, kind = source.price - cheapest[source.product, source.site], "expedite"
        for month, quantity in zip(problem.months, row, strict=True):
            if quantity and each:
                found[month, family(source.product)] += Premium(**{kind: quantity * each})
