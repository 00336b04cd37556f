"""`assess_risk`: the range a plan's figures may end in."""

from collections.abc import Iterable

from pydantic import Field

from planning_engine.levers import Lever
from planning_engine.risk.ranges import COMMON, Risk, assess
from planning_engine.scenario import pull
from planning_engine.supply.requirements.requirements import plan_months
from tools import charts, wording
from tools.context import ToolContext
from tools.evidence import Evidence, EvidenceTable, Fact, TableColumn
from tools.lever_facts import lever_facts
from tools.lever_words import lever_words
from tools.names import Names, names_of
from tools.registry import tool
from tools.request import Request
from tools.scenario import horizon, require_tables

DEFINITION = (
    "Monte Carlo: the plan is made once and played through {runs} futures as it stands, without "
    "replanning; seed {seed}. Demand: lognormal around plan, standard deviation {demand} "
    "({source}); {common} of its variance shared by all products in a month. Output: normal "
    "around plan, standard deviation {output}. Deliveries: late by the positive part of a "
    "normal delay, standard deviation {delay}. Low and high are the percentiles 10 and 90: one "
    "future in ten lies below, one above."
)
TABLES = ("stock", "receipts", "routings", "bom", "sourcing", "lanes", "forecasts", "production")
SAID = 3
MOST_SHORT = 12
_LABELS = {
    "service": "Service",
    "plan_cost": "Plan cost",
    "margin": "Margin at list prices",
    "stocks_short": "Stocks that run short",
}


class RiskRequest(Request):
    """Which plan to put at risk, and how far things may stray."""

    levers: tuple[Lever, ...] = Field((), max_length=12, description="A scenario's levers.")
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")
    runs: int = Field(500, ge=50, le=5000, description="How many futures.")
    seed: int = Field(1, ge=0, description="The same seed gives the same ranges.")
    demand_error_percent: float | None = Field(
        None, ge=0, le=200, description="Spread of demand; from the data if left out."
    )
    output_percent: float | None = Field(
        None, ge=0, le=100, description="Spread of output (yield); from the data if left out."
    )
    delay_days: float | None = Field(
        None, ge=0, le=180, description="Spread of deliveries; from the data if left out."
    )


@tool
def assess_risk(context: ToolContext, request: RiskRequest) -> Evidence:
    """Say in what range service, cost, margin and shortages may end: P10, P50, P90.

    Use it for "how sure are we of this plan?", "what is the risk?", "how likely do we run out
    of …?", "best and worst case", with or without levers. It draws demand, output and
    deliveries at random around plan; for one certain change use run_scenario.
    """
    snapshot = context.snapshot
    require_tables(snapshot, "assess the risk of a plan")
    months = horizon(snapshot, request.months, request.levers)
    scenario = pull(snapshot, request.levers, months)
    context.progress("Playing the plan through the futures", 0.3)
    risk = assess(
        scenario.snapshot,
        months,
        runs=request.runs,
        seed=request.seed,
        demand_error=_share(request.demand_error_percent),
        output_sd=_share(request.output_percent),
        delay_days=request.delay_days,
    )
    names, span = names_of(snapshot), plan_months(snapshot, months)
    said = [lever_words(names, effect, span) for effect in scenario.effects]
    first = f"{'; '.join(said)}. " if said else ""
    levers = [fact for effect in scenario.effects for fact in lever_facts(names, effect, span)]
    return Evidence(
        summary=f"{first}{_ranges(names, risk)} {_at_risk(names, risk)}",
        facts=(*_facts(names, risk), *levers),
        table=_table(risk),
        chart=_chart(names, risk),
        definition=_definition(risk),
        issues=snapshot.issues_of(TABLES),
    )


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _ranges(names: Names, risk: Risk) -> str:
    service, cost, margin = (risk.range(name) for name in ("service", "plan_cost", "margin"))

    def shown(value: float, unit: str) -> str:
        return wording.figure(value, unit)

    text = (
        f"In 80 % of {risk.runs:,} futures service ends between {shown(service.low, '%')} and "
        f"{shown(service.high, '%')} (plan {shown(service.planned, '%')}, middle "
        f"{shown(service.middle, '%')})"
    )
    for label, entry in (("plan cost", cost), ("margin at list prices", margin)):
        if entry.planned or entry.high:
            low, high = shown(entry.low, entry.unit), shown(entry.high, entry.unit)
            text += f", the {label} between {low} and {high}"
    return f"{text}."


def _at_risk(names: Names, risk: Risk) -> str:
    if not risk.short:
        return "No stock runs short in any of them."
    said = [
        f"{names.stock(*place)} (in {wording.figure(share, '%')} of them)"
        for place, share in risk.short[:SAID]
    ]
    return f"Most likely to run short: {wording.listed(said)}."


def _facts(names: Names, risk: Risk) -> list[Fact]:
    facts = [
        Fact("futures", risk.runs, "futures"),
        Fact("futures_between", 80.0, "%"),
    ]
    for entry in risk.ranges:
        unit = "stocks" if entry.unit == "1" else entry.unit
        facts += [
            Fact(f"{entry.name}_planned", entry.planned, unit),
            Fact(f"{entry.name}_low", entry.low, unit),
            Fact(f"{entry.name}_middle", entry.middle, unit),
            Fact(f"{entry.name}_high", entry.high, unit),
        ]
    for (product, site), share in risk.short[:MOST_SHORT]:
        about = {"product": product, "site": site} if site else {"product": product}
        facts.append(Fact("runs_short", share, "%", about))
        facts.append(Fact("short_product", product, None, about))
        if site:
            facts.append(Fact("short_site", site, None, about))
    return facts


def _table(risk: Risk) -> EvidenceTable:
    columns = (
        TableColumn("figure", "text"),
        TableColumn("unit", "text"),
        *(TableColumn(name, "number") for name in ("plan", "P10", "P50", "P90")),
    )
    rows = tuple(
        (
            _LABELS[entry.name],
            "" if entry.unit == "1" else entry.unit,
            entry.planned,
            entry.low,
            entry.middle,
            entry.high,
        )
        for entry in risk.ranges
    )
    return EvidenceTable(columns, rows)


def _chart(names: Names, risk: Risk) -> charts.Chart | None:
    if not risk.short:
        return None
    rows: list[charts.Row] = [
        {"stock": names.stock(*place), "value": share} for place, share in risk.short[:MOST_SHORT]
    ]
    return charts.bars("Futures in which a stock runs short", rows, "stock", "%")


def _definition(risk: Risk) -> str:
    known = risk.spreads
    return DEFINITION.format(
        runs=f"{risk.runs:,}",
        seed=risk.seed,
        demand=_between(known.demand.values(), 100, "%"),
        source=known.demand_from,
        common=wording.figure(100 * COMMON, "%"),
        output=_between(known.output.values(), 100, "%"),
        delay=_between(known.delay_days.values(), 1, "days"),
    )


def _between(values: Iterable[float], scale: float, unit: str) -> str:
    """Return the range of some spreads in words; none where there are none."""
    found = [scale * float(value) for value in values if value]
    if not found:
        return "none"
    low, high = wording.figure(min(found), unit), wording.figure(max(found), unit)
    return low if low == high else f"{low} to {high}"
