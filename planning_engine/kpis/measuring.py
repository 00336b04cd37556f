"""Measures a KPI for a slice and a period, and says plainly when there is nothing to measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planning_engine.data.calendars import add_months, first_open_month, month_start
from planning_engine.data.scope import Scope
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.slices import unit_of
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName
from planning_engine.kpis import demand, demand_compared, inventory, money, plan, service
from planning_engine.kpis.definition import DEFAULT_STREAM, Kpi, KpiQuery, declared

_SUBJECTS = (demand, demand_compared, service, inventory, plan, money)
DEFAULT_MONTHS = 12


@dataclass(frozen=True)
class KpiRow:
    """One row of a split: the group's id or month, its figure if it has one, and extras."""

    group: str
    value: float | None
    extras: Mapping[str, float]


@dataclass(frozen=True)
class KpiResult:
    """A measured KPI.

    Attributes:
        kpi: Its definition.
        query: What was asked.
        unit: Unit of the value: `%`, `days`, `1`, the currency or the product's unit.
        total: The figure for the whole slice; None where the formula has nothing to divide by,
            or, for days of cover, where the stock outlasts the demand planned.
        extras: Further figures of the total by name; those unknown are left out.
        rows: One per group; empty without a split.
        start: First month that counted.
        end: Last month that counted.
        definition: Formula and parameters as used.
    """

    kpi: Kpi
    query: KpiQuery
    unit: str
    total: float | None
    extras: Mapping[str, float]
    rows: tuple[KpiRow, ...]
    start: date
    end: date
    definition: str


def catalogue() -> Mapping[str, Kpi]:
    """Return every KPI by id, in the order of the subjects."""
    order = [module.__name__ for module in _SUBJECTS]
    known = declared()
    return dict(sorted(known.items(), key=lambda entry: order.index(entry[1].compute.__module__)))


def find_kpi(name: str) -> Kpi:
    """Return a KPI by id, name or alias, any case.

    Raises:
        UnknownName: There is no such KPI.
    """
    wanted = name.strip().lower()
    for one in catalogue().values():
        if wanted in (one.id, one.id.replace("_", " "), one.name.lower(), *one.aliases):
            return one
    known = [word for one in catalogue().values() for word in (one.id, one.name, *one.aliases)]
    raise UnknownName("KPI", name, known)


def default_period(as_of: date) -> tuple[date, date]:
    """Return the first and last of the last 12 complete months."""
    last = add_months(first_open_month(as_of), -1)
    return add_months(last, 1 - DEFAULT_MONTHS), last


def measure(snapshot: Snapshot, name: str, query: KpiQuery) -> KpiResult:
    """Measure a KPI.

    Raises:
        UnknownName: There is no such KPI.
        BadRequest: It cannot be narrowed or split as asked, or the period ends before it
            starts.
        DataProblem: A table is missing, or there is nothing in that period.
        NotPermitted: The scope does not reach a table it needs, or what was asked about.
    """
    one = find_kpi(name)
    _check(snapshot, one, query)
    snapshot.require(*one.tables, to=f"measure {one.name}")
    whole = one.compute(snapshot, query, None)
    if whole.empty or _nothing(whole):
        _require_columns(snapshot, one)
        _refuse_what_others_see(snapshot, one, query)
        raise DataProblem(_no_data(snapshot, one, query))
    total = _rows(one, whole)[0]
    if total.value is None:
        _require_columns(snapshot, one)
    first, last = _span(whole, query)
    return KpiResult(
        kpi=one,
        query=query,
        unit=unit_in_words(snapshot, one.unit, query.where),
        total=total.value,
        extras=total.extras,
        rows=_rows(one, one.compute(snapshot, query, query.by)) if query.by else (),
        start=first,
        end=last,
        definition=define(one, query),
    )


def define(one: Kpi, query: KpiQuery) -> str:
    """Return the definition in words, with the parameters as used."""
    used = {**one.parameters, **_used(one, query)}
    listed = "; ".join(f"{name}: {meaning}" for name, meaning in used.items())
    text = f"{one.name} = {one.formula}."
    if listed:
        text = f"{text} {listed}."
    return f"{text} Source: {one.source}. Owner: {one.owner}; version {one.version}."


def _used(one: Kpi, query: KpiQuery) -> dict[str, str]:
    """Return the parameters that the KPI takes, as this query sets them."""
    several = query.stream is None and query.by in ("stream", "author")
    early = "any number of days early counts as on time"
    if query.early_days is not None:
        early = f"at most {query.early_days} days early counts as on time"
    falling = "1 / (1 + months ahead)"
    values = {
        "lag": f"{query.lag}: months between publishing a forecast and the month it is for",
        "stream": "each" if several else (query.stream or DEFAULT_STREAM),
        "level": _LEVEL_WORDS[query.level],
        "weight": _WEIGHT_WORDS[query.weight],
        "basis": f"{query.basis} date",
        "tolerance": f"{query.tolerance_days} days late",
        "early": early,
        "counted": _COUNTED_WORDS[query.counted],
        "partial": _PARTIAL_WORDS[query.partial],
        "decay": falling if query.decay is None else f"{query.decay:g} ^ months ahead",
        "changed": f"by more than {query.changed_percent:g} %",
        "dso": f"{query.dso_days:g} days",
        "dpo": f"{query.dpo_days:g} days",
    }
    return {name: value for name, value in values.items() if name in one.parameters}


_LEVEL_WORDS = {
    "product_site": "errors of product × site × month",
    "product": "errors of product × month",
    "family": "errors of family × month",
    "total": "errors of the month's total",
}
_WEIGHT_WORDS = {"quantity": "pieces", "cost": "standard cost", "price": "list price"}
_COUNTED_WORDS = {
    "lines": "order lines",
    "orders": "whole orders, as good as their worst line",
    "quantity": "pieces",
}
_PARTIAL_WORDS = {
    "nothing": "a partial delivery counts for nothing",
    "its_share": "a partial delivery counts for its share",
}


def unit_in_words(snapshot: Snapshot, unit: str, where: Mapping[str, str]) -> str:
    """Return a KPI's unit for one slice of one company."""
    if unit == "currency":
        return snapshot.company.currency
    return unit_of(snapshot, where) if unit == "product unit" else unit


def _check(snapshot: Snapshot, one: Kpi, query: KpiQuery) -> None:
    if query.end < query.start:
        raise BadRequest(f"The period ends ({query.end:%Y-%m}) before it starts.")
    if query.by and query.by not in one.groupings:
        raise BadRequest(_refusal(one, "split by", query.by, one.groupings))
    for kind in query.where:
        if kind not in one.filters:
            raise BadRequest(_refusal(one, "narrowed to one", kind, one.filters))
    today = snapshot.company.as_of
    if one.timing == "now" and not query.start <= today < add_months(query.end, 1):
        raise BadRequest(
            f"{one.name} looks ahead from the date of the data, {today}; it has no other period."
        )


def _require_columns(snapshot: Snapshot, one: Kpi) -> None:
    """Name the column that is empty in the whole data, if that is why there is no figure."""
    for table, column in one.columns:
        known = snapshot.query(f"SELECT count({column}) AS known FROM {table}")["known"][0]
        if not known:
            raise DataProblem(
                f"The data has no {column} in the table '{table}', which is needed to measure "
                f"{one.name}."
            )


def _refusal(one: Kpi, verb: str, kind: str, known: Sequence[str]) -> str:
    if not known:
        return f"{one.name} is one figure for the whole company and cannot be {verb} {kind}."
    return f"{one.name} cannot be {verb} {kind}; it can be {verb} {_either(known)}."


def _nothing(whole: pd.DataFrame) -> bool:
    return len(whole) == 1 and bool(whole.drop(columns="group").isna().all(axis=None))


def _span(whole: pd.DataFrame, query: KpiQuery) -> tuple[date, date]:
    if "last" not in whole:
        return query.start, query.end
    last = month_start(pd.Timestamp(whole["last"].max()).date())
    if "first" not in whole:
        return last, last
    return month_start(pd.Timestamp(whole["first"].min()).date()), last


def _rows(one: Kpi, frame: pd.DataFrame) -> tuple[KpiRow, ...]:
    return tuple(
        KpiRow(
            group=str(row["group"]),
            value=None if pd.isna(row["value"]) else float(row["value"]),
            extras={name: float(row[name]) for name in one.extras if not pd.isna(row[name])},
        )
        for row in frame.to_dict("records")
    )


def _refuse_what_others_see(snapshot: Snapshot, one: Kpi, query: KpiQuery) -> None:
    """Tell "you may not see this" from "there is none": look whether others have a figure."""
    if snapshot.scope.is_everything:
        return
    everything = one.compute(snapshot.narrowed(Scope()), query, None)
    if not (everything.empty or _nothing(everything)):
        raise NotPermitted(
            f"You may see {snapshot.scope.sentence()}, and {one.name} as asked lies outside it."
        )


def _no_data(snapshot: Snapshot, one: Kpi, query: KpiQuery) -> str:
    asked = f"from {query.start:%B %Y} to {query.end:%B %Y}"
    if query.start == query.end:
        asked = f"in {query.start:%B %Y}"
    if one.id == "decision_execution_rate":
        return f"No decision with a check was due {asked}, so there is no execution rate."
    table, column = one.dated_by
    span = snapshot.query(f"SELECT min({column}) AS first, max({column}) AS last FROM {table}")
    place = ", ".join(f"{kind} {name}" for kind, name in query.where.items())
    of = f" of {place}" if place else ""
    if span["first"].isna().all():
        return f"There is no data for {one.name}: no row of the table '{table}' has a {column}."
    first, last = (pd.Timestamp(span[end][0]) for end in ("first", "last"))
    lag = f" at lag {query.lag}" if "lag" in one.parameters else ""
    scope = snapshot.scope.sentence()
    seen = f" (you see {scope})" if scope else ""
    return (
        f"There is no data for {one.name}{of}{lag} {asked}; "
        f"the data{seen} covers {first:%B %Y} to {last:%B %Y}."
    )


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
