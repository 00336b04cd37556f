"""The KPIs: a catalogue with definitions, and one way to measure any of them."""

from planning_engine.kpis.definition import Kpi, KpiQuery
from planning_engine.kpis.measuring import (
    DEFAULT_MONTHS,
    KpiResult,
    KpiRow,
    catalogue,
    default_period,
    find_kpi,
    measure,
)

__all__ = [
    "DEFAULT_MONTHS",
    "Kpi",
    "KpiQuery",
    "KpiResult",
    "KpiRow",
    "catalogue",
    "default_period",
    "find_kpi",
    "measure",
]
