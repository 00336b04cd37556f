"""The KPIs: a catalogue with definitions, and one way to measure any of them."""

from planning_engine.kpis.definition import Kpi, KpiQuery
from planning_engine.kpis.measuring import KpiResult, catalogue, default_period, find_kpi, measure

__all__ = [
    "Kpi",
    "KpiQuery",
    "KpiResult",
    "catalogue",
    "default_period",
    "find_kpi",
    "measure",
]
