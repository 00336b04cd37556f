"""What a supply plan may have to keep to besides rates and flows: lots, orders, costs."""

from collections.abc import Mapping
from dataclasses import dataclass

from planning_engine.supply.requirements.requirements import Place

FORECAST_RANK = 1_000_000
"""Rank of demand that no order backs: it is served last."""


@dataclass(frozen=True)
class Setup:
    """What making anything of a product in a month takes, whatever the quantity.

    One set-up a month: hours by resource, and money. The quantity is at least `lot_min` and a
    multiple of `lot_multiple`; 0 where any quantity will do.
    """

    hours: Mapping[str, float]
    cost: float
    lot_min: float = 0.0
    lot_multiple: float = 0.0


@dataclass(frozen=True)
class Swap:
    """A component that may stand in for another: in which way of making, and how much of it.

    `way` counts in the problem's ways. `quantity` is what one started piece takes of
    `component` where the piece is made without `instead_of`.
    """

    way: int
    component: str
    instead_of: str
    quantity: float


@dataclass(frozen=True)
class OrderClass:
    """Demand that is served together: by rank, 1 first, then by the month it is due.

    `wanted` is what is asked of each product and site, in pieces; `due` counts months from 0.
    """

    rank: int
    due: int
    wanted: Mapping[Place, float]


@dataclass(frozen=True)
class Published:
    """The plan published last, and how far a new one may leave it.

    Attributes:
        supply: What arrives at each product and site; None in months it says nothing about.
        frozen: First months in which the new plan follows the published one wherever it can.
        budget: Most pieces by which the new plan may differ, over all months and places;
            None for any change.
        penalty: What a piece of change beyond that costs, in money: more than any shortage,
            so that only what cannot be kept is changed.
    """

    supply: Mapping[Place, tuple[float | None, ...]]
    frozen: int = 0
    budget: float | None = None
    penalty: float = 0.0


@dataclass(frozen=True)
class PlanCost:
    """What a plan costs, in money. From `late` on these are penalties that nobody is paid."""

    regular_hours: float = 0.0
    overtime: float = 0.0
    setups: float = 0.0
    material: float = 0.0
    transport: float = 0.0
    holding: float = 0.0
    late: float = 0.0
    below_safety: float = 0.0
    end_of_plan: float = 0.0
    lost_sales: float = 0.0
    waste: float = 0.0
    changes: float = 0.0
    hired_hours: float = 0.0

    @property
    def paid(self) -> float:
        """Money spent: hours, set-ups, material, transport and stock."""
        hours = self.regular_hours + self.overtime + self.setups
        return hours + self.material + self.transport + self.holding

    @property
    def total(self) -> float:
        """What the plan minimises: money spent and penalties."""
        late = self.late + self.below_safety + self.end_of_plan
        return self.paid + late + self.lost_sales + self.waste + self.changes + self.hired_hours
