"""Typed levers: the only ways a scenario can differ from the base."""

from typing import Annotated

from pydantic import Field

from planning_engine.levers.assortment import (
    DiscontinuationLever,
    LaunchLever,
    PriceLever,
    UnitCostLever,
)
from planning_engine.levers.capacity import (
    CalendarLever,
    CapacityLever,
    OvertimeLever,
    ResourceOutLever,
    YieldLever,
)
from planning_engine.levers.demand import (
    DemandLever,
    EventChangeLever,
    EventLever,
    NewEventLever,
)
from planning_engine.levers.lanes import ExclusiveSourceLever, LaneClosedLever, LaneCostLever
from planning_engine.levers.policies import FenceLever, SafetyStockLever, ServiceLevelLever
from planning_engine.levers.supply import (
    LeadTimeLever,
    SupplierCapacityLever,
    SupplierOutLever,
)

Lever = Annotated[
    DemandLever
    | EventLever
    | EventChangeLever
    | NewEventLever
    | PriceLever
    | LaunchLever
    | DiscontinuationLever
    | UnitCostLever
    | CapacityLever
    | ResourceOutLever
    | OvertimeLever
    | CalendarLever
    | YieldLever
    | LeadTimeLever
    | SupplierOutLever
    | SupplierCapacityLever
    | LaneClosedLever
    | LaneCostLever
    | ExclusiveSourceLever
    | SafetyStockLever
    | ServiceLevelLever
    | FenceLever,
    Field(discriminator="kind"),
]

__all__ = [
    "CalendarLever",
    "CapacityLever",
    "DemandLever",
    "DiscontinuationLever",
    "EventChangeLever",
    "EventLever",
    "ExclusiveSourceLever",
    "FenceLever",
    "LaneClosedLever",
    "LaneCostLever",
    "LaunchLever",
    "LeadTimeLever",
    "Lever",
    "NewEventLever",
    "OvertimeLever",
    "PriceLever",
    "ResourceOutLever",
    "SafetyStockLever",
    "ServiceLevelLever",
    "SupplierCapacityLever",
    "SupplierOutLever",
    "UnitCostLever",
    "YieldLever",
]
