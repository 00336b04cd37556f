"""What a KPI is: one function with its unit, direction, formula, parameters and source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

from planning_engine.cycles.decisions import Decision
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.slices import Where

Direction = Literal["higher", "lower", "neutral"]
Timing = Literal["flow", "stock", "now"]
Level = Literal["product_site", "product", "family", "total"]
Weight = Literal["quantity", "cost", "price"]
Counted = Literal["lines", "orders", "quantity"]
Partial = Literal["nothing", "its_share"]

DEFAULT_LAG = 2
DEFAULT_STREAM = "consensus"


@dataclass(frozen=True)
class KpiQuery:
    """A KPI for which part of the business, which months, split by what.

    Attributes:
        start: First month, as a month start.
        end: Last month, as a month start.
        where: The slice, kind → id.
        by: Split by this kind, or `month`; None for the total alone.
        lag: Months between publishing a forecast and the month it is for.
        stream: Forecast stream; None is the consensus, and every stream when split by
            stream or author.
        basis: Date by which on time is judged: `requested` or `promised`.
        tolerance_days: Days late that still count as on time.
        early_days: Days early that still count as on time; None lets any.
        counted: What is counted as delivered or not: order lines, whole orders, or pieces.
        partial: What a partial delivery counts for: nothing, or its share.
        level: Level at which forecast and actual are compared, before errors are added up.
        weight: What weights the errors of products: pieces, or standard cost or list price.
        decay: Weight of a plan line by months ahead: `decay ** ahead`; None is 1 / (1 + ahead).
        changed_percent: Percent by which a plan line must differ to count as changed.
        dso_days: Days until customers pay.
        dpo_days: Days until suppliers are paid.
        decisions: Decisions that the execution rate looks at.
    """

    start: date
    end: date
    where: Where = field(default_factory=dict)
    by: str | None = None
    lag: int = DEFAULT_LAG
    stream: str | None = None
    basis: str = "requested"
    tolerance_days: int = 0
    early_days: int | None = None
    counted: Counted = "lines"
    partial: Partial = "nothing"
    level: Level = "product_site"
    weight: Weight = "quantity"
    decay: float | None = None
    changed_percent: float = 1.0
    dso_days: float = 45.0
    dpo_days: float = 45.0
    decisions: tuple[Decision, ...] = ()


# Snapshot, query, kind to split by → frame[group, value, extras…]; `first` and `last` where the
# months that count are fewer than those asked for. A value is missing where there is nothing
# to divide by; no row where there is no data.
Compute = Callable[[Snapshot, KpiQuery, str | None], pd.DataFrame]


@dataclass(frozen=True)
class Kpi:
    """One KPI: its meaning, and the function that computes it.

    Attributes:
        id: Name in requests.
        name: Name for people.
        unit: `%`, `pp` (percent points), `days`, `1`, `currency` or `product unit`.
        direction: Whether higher or lower is better.
        formula: How it is computed, in words a planner checks.
        parameters: Parameter → its default and meaning.
        source: Where the definition comes from.
        aliases: Other names people use.
        tables: Tables it needs.
        filters: Kinds it can be narrowed to.
        groupings: Kinds it can be split by.
        timing: `flow` sums over a period, `stock` is taken at its end, `now` looks ahead from
            the date of the data.
        dated_by: Table and column that say which period the data covers.
        extras: Further figures of each row → their unit.
        columns: Table and column that the formula cannot do without.
        owner: Who answers for the definition.
        version: Of the definition; figures of another version are another KPI.
        compute: The function.
    """

    id: str
    name: str
    unit: str
    direction: Direction
    formula: str
    source: str
    tables: tuple[str, ...]
    filters: tuple[str, ...]
    groupings: tuple[str, ...]
    compute: Compute
    owner: str
    version: str = "1"
    parameters: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    timing: Timing = "flow"
    dated_by: tuple[str, str] = ("sales", "date")
    extras: Mapping[str, str | None] = field(default_factory=dict)
    columns: tuple[tuple[str, str], ...] = ()


_declared: dict[str, Kpi] = {}


def declared() -> Mapping[str, Kpi]:
    """Return the KPIs of the modules imported so far."""
    return _declared


def kpi(
    name: str,
    unit: str,
    direction: Direction,
    *,
    formula: str,
    source: str,
    tables: tuple[str, ...],
    filters: tuple[str, ...],
    groupings: tuple[str, ...],
    owner: str,
    version: str = "1",
    parameters: Mapping[str, str] | None = None,
    aliases: tuple[str, ...] = (),
    timing: Timing = "flow",
    dated_by: tuple[str, str] = ("sales", "date"),
    extras: Mapping[str, str | None] | None = None,
    columns: tuple[tuple[str, str], ...] = (),
) -> Callable[[Compute], Compute]:
    """Declare a KPI; its id is the function's name. See `Kpi` for the arguments."""

    def declare(compute: Compute) -> Compute:
        identity = compute.__name__
        _declared[identity] = Kpi(
            id=identity,
            name=name,
            unit=unit,
            direction=direction,
            formula=formula,
            source=source,
            tables=tables,
            filters=filters,
            groupings=groupings,
            compute=compute,
            owner=owner,
            version=version,
            parameters=parameters or {},
            aliases=aliases,
            timing=timing,
            dated_by=dated_by,
            extras=extras or {},
            columns=columns,
        )
        return compute

    return declare
