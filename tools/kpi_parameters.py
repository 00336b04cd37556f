"""The parameters of a KPI's definition, as a request gives them."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, UnknownName
from planning_engine.kpis import Kpi, KpiQuery
from planning_engine.kpis.definition import Counted, Level, Partial, Weight
from tools import wording
from tools.request import Request

# Argument → the parameter of the definition it sets.
_SETS = {
    "lag": "lag",
    "stream": "stream",
    "level": "level",
    "weight": "weight",
    "basis": "basis",
    "tolerance_days": "tolerance",
    "early_days": "early",
    "counted": "counted",
    "partial": "partial",
    "decay": "decay",
    "changed_percent": "changed",
    "dso_days": "dso",
    "dpo_days": "dpo",
}


class KpiParameters(Request):
    """Parameters of a definition; those left out keep the KPI's default."""

    lag: int | None = Field(None, ge=0, le=12, description="Months ahead; forecast KPIs.")
    stream: str | None = Field(None, description="Forecast stream; forecast KPIs.")
    level: Level | None = Field(None, description="Level of the errors; forecast KPIs.")
    weight: Weight | None = Field(
        None, description="Weigh errors by pieces, standard cost or list price; forecast KPIs."
    )
    basis: Literal["requested", "promised"] | None = Field(
        None, description="Date that on time is judged by; delivery KPIs."
    )
    tolerance_days: int | None = Field(None, ge=0, le=60, description="Days late still on time.")
    early_days: int | None = Field(None, ge=0, le=60, description="Most days early on time.")
    counted: Counted | None = Field(
        None, description="Count order lines, whole orders or pieces; delivery KPIs."
    )
    partial: Partial | None = Field(
        None, description="A partial delivery counts for nothing or for its share."
    )
    decay: float | None = Field(
        None, gt=0, le=1, description="Plan line's weight a month ahead, to the power of months."
    )
    changed_percent: float | None = Field(
        None, ge=0, le=100, description="Plan lines differing by more count as changed."
    )
    dso_days: float | None = Field(None, ge=0, le=365, description="Days until customers pay.")
    dpo_days: float | None = Field(None, ge=0, le=365, description="Days to pay suppliers.")

    @property
    def given(self) -> dict[str, object]:
        """Parameters that are set."""
        return {name: value for name in _SETS if (value := getattr(self, name)) is not None}


def with_parameters(
    snapshot: Snapshot, one: Kpi, query: KpiQuery, parameters: KpiParameters
) -> KpiQuery:
    """Return a query with the parameters of a definition set.

    Raises:
        BadRequest: The KPI has no such parameter; those it has are listed.
        UnknownName: There is no such forecast stream.
    """
    given = parameters.given
    for name in given:
        if _SETS[name] not in one.parameters:
            known = [arg for arg, parameter in _SETS.items() if parameter in one.parameters]
            has = f"it has {wording.listed(known)}" if known else "it has none"
            raise BadRequest(f"{one.name} has no parameter {name}; {has}.")
    if parameters.stream:
        given["stream"] = known_stream(snapshot, parameters.stream)
    return replace(query, **given)  # type: ignore[arg-type]  # names and types are the query's own


def known_stream(snapshot: Snapshot, name: str) -> str:
    """Return a forecast stream of the data, any case.

    Raises:
        UnknownName: There is no such stream.
    """
    snapshot.require("forecasts", to="compare forecast streams")
    known = [stream for (stream,) in snapshot.rows("SELECT DISTINCT stream FROM forecasts")]
    if name.lower() not in known:
        raise UnknownName("forecast stream", name, sorted(known))
    return name.lower()


def in_words(one: Kpi, query: KpiQuery, other: KpiQuery) -> str:
    """Return what tells a query's definition from another's: `by the promised date`."""
    said = {
        "lag": f"{wording.figure(query.lag, 'months')} ahead",
        "stream": f"for the {query.stream or 'consensus'} forecast",
        "level": f"at level {query.level.replace('_', ' × ')}",
        "weight": f"weighted by {query.weight}",
        "basis": f"by the {query.basis} date",
        "tolerance_days": f"with {wording.figure(query.tolerance_days, 'days')} of tolerance",
        "early_days": "with early deliveries on time"
        if query.early_days is None
        else f"with at most {wording.figure(query.early_days, 'days')} early on time",
        "counted": f"counting {query.counted}",
        "partial": "with partial deliveries counting for "
        + ("nothing" if query.partial == "nothing" else "their share"),
        "decay": "with near months weighing most"
        if query.decay is None
        else f"with a decay of {query.decay:g}",
        "changed_percent": f"from changes of {query.changed_percent:g} %",
        "dso_days": f"with {query.dso_days:g} days until customers pay",
        "dpo_days": f"with {query.dpo_days:g} days until suppliers are paid",
    }
    differing = [
        said[name]
        for name, parameter in _SETS.items()
        if parameter in one.parameters and getattr(query, name) != getattr(other, name)
    ]
    return wording.listed(differing)
