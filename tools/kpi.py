"""`query_kpi`: one KPI for a slice of the business and a period, with its definition."""

from dataclasses import replace
from datetime import date
from typing import Literal

from pydantic import Field

from planning_engine import kpis
from planning_engine.data.calendars import add_months, month_start, months_between
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem, UnknownName
from planning_engine.kpis import Kpi, KpiQuery, KpiResult, KpiRow
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.kpi_answer import KpiAnswer
from tools.kpi_definitions import SideBySide
from tools.kpi_parameters import KpiParameters, known_stream, with_parameters
from tools.registry import tool
from tools.request import Month, Slice, resolve_slice

Grouping = Literal[
    "month",
    "product",
    "family",
    "site",
    "region",
    "channel",
    "customer",
    "resource",
    "supplier",
    "stream",
    "author",
]
MOST_ROWS = 500


class KpiRequest(Slice):
    """Which KPI, for what, when, and split by what."""

    kpi: str = Field(description="KPI id, as listed by describe_data topic kpis.")
    resource: str | None = Field(None, description="Resource, for utilisation.")
    supplier: str | None = Field(None, description="Supplier, for supplier lateness.")
    author: str | None = Field(None, description="Person whose forecasts; forecast KPIs only.")
    start: Month | None = Field(None, description="First month; default: 12 months back.")
    end: Month | None = Field(None, description="Last month; default: the last complete one.")
    by: Grouping | None = Field(None, description="Split the result by this.")
    top: int | None = Field(None, ge=1, le=100, description="Only the first so many rows.")
    order: Literal["highest", "lowest", "worst", "best"] | None = Field(
        None, description="Order of the rows; worst and best follow the KPI's direction."
    )
    lag: int | None = Field(None, ge=0, le=12, description="Months ahead; forecast KPIs only.")
    stream: str | None = Field(None, description="Forecast stream; default consensus.")
    basis: Literal["requested", "promised"] | None = Field(
        None, description="Date that on-time is judged by; default requested."
    )
    parameters: KpiParameters = Field(
        KpiParameters(), description="Other parameters of the definition, as describe_data lists."
    )
    compare_definition: KpiParameters | None = Field(
        None,
        description="Measure it by a second definition too, side by side: its parameters, e.g. "
        "{basis: promised}; those left out are as in the first.",
    )
    compare_previous: bool = Field(
        False, description="Also give the period of the same length just before."
    )


@tool
def query_kpi(context: ToolContext, request: KpiRequest) -> Evidence:
    """Measure one KPI of what happened: forecast accuracy, OTIF, stock, sales, plan, margin.

    Use it for "how good was", "how much did we sell", "which family is worst" and any KPI
    by name, split by month, product, family, site, region, customer and so on; also for two
    definitions of one KPI side by side (OTIF by requested or promised date). For the demand
    to come use forecast_demand, for load to come check_capacity, for stock to come
    project_inventory.
    """
    one = kpis.find_kpi(request.kpi)
    query = _query(context, request, one)
    result = kpis.measure(context.snapshot, one.id, query)
    answer = KpiAnswer(
        context.snapshot,
        result,
        rows=_ordered(result, request),
        previous=_previous(context.snapshot, result) if request.compare_previous else None,
        compared=request.compare_previous,
        is_cut=bool(request.start or request.end),
        ranking=request.order or ("highest" if request.top else None),
    )
    if request.compare_definition:
        other = with_parameters(context.snapshot, one, query, request.compare_definition)
        second = kpis.measure(context.snapshot, one.id, other)
        return SideBySide(context.snapshot, answer, second).evidence(
            context.snapshot.issues_of(one.tables)
        )
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=result.definition,
        issues=context.snapshot.issues_of(one.tables),
    )


def _query(context: ToolContext, request: KpiRequest, one: Kpi) -> KpiQuery:
    snapshot = context.snapshot
    where = resolve_slice(snapshot, request)
    for kind in ("resource", "supplier"):
        if name := getattr(request, kind):
            where[kind] = snapshot.find(kind, name)
    if request.author:
        where["author"] = _author(snapshot, request.author)
    start, end = _period(snapshot, request, one)
    query = KpiQuery(
        start=start,
        end=end,
        where=where,
        by=request.by,
        stream=known_stream(snapshot, request.stream) if request.stream else None,
        decisions=tuple(context.decisions.decisions()),
    )
    if request.lag is not None:
        query = replace(query, lag=request.lag)
    if request.basis:
        query = replace(query, basis=request.basis)
    return with_parameters(snapshot, one, query, request.parameters)


def _author(snapshot: Snapshot, name: str) -> str:
    """Return the id of a person who enters forecasts, named by id, name or first name."""
    snapshot.require("forecasts", to="look at one person's forecasts")
    rows = snapshot.query("SELECT DISTINCT author FROM forecasts WHERE author IS NOT NULL")
    names = {person.id: person.name for person in snapshot.company.people}
    words: dict[str, str] = {
        word.casefold(): author
        for author in sorted(rows["author"])
        for word in (names.get(author, author).split()[0], names.get(author, author), author)
    }
    if name.casefold() not in words:
        raise UnknownName("forecaster", name, words)
    return words[name.casefold()]


def _period(snapshot: Snapshot, request: KpiRequest, one: Kpi) -> tuple[date, date]:
    start, end = kpis.default_period(snapshot.company.as_of)
    if one.timing != "flow":
        end = month_start(snapshot.company.as_of)
    if request.end:
        end = request.end
        start = add_months(end, 1 - kpis.DEFAULT_MONTHS)
    if request.start:
        start = request.start
        end = request.end or max(start, end)
    return start, end


def _previous(snapshot: Snapshot, result: KpiResult) -> KpiResult | None:
    """Return the same KPI for as many months just before; None without data there."""
    start, end = result.start, result.end
    length = months_between(start, end) + 1
    query = replace(
        result.query, start=add_months(start, -length), end=add_months(end, -length), by=None
    )
    try:
        return kpis.measure(snapshot, result.kpi.id, query)
    except (DataProblem, BadRequest):
        return None


def _ordered(result: KpiResult, request: KpiRequest) -> tuple[KpiRow, ...]:
    """Return the rows in the order asked for, `best` and `worst` by the KPI's direction.

    Months stay in their order unless an order or the first few are asked for; rows without a
    figure come last.
    """
    if request.order is None and request.top is None and request.by == "month":
        return tuple(sorted(result.rows, key=lambda row: row.group))
    known = [(row.value, row) for row in result.rows if row.value is not None]
    order = request.order or "highest"
    if order in ("highest", "lowest"):
        known.sort(key=lambda pair: pair[0], reverse=order == "highest")
    else:
        known.sort(key=lambda pair: _badness(result.kpi, pair[0]), reverse=order == "worst")
    unknown = [row for row in result.rows if row.value is None]
    ordered = [*(row for _, row in known), *unknown]
    return tuple(ordered[: request.top or MOST_ROWS])


def _badness(one: Kpi, value: float) -> float:
    """Return how bad a value is: for a neutral KPI such as bias, its distance from 0."""
    if one.direction == "higher":
        return -value
    return value if one.direction == "lower" else abs(value)
