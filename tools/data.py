"""`describe_data`: what the company's data holds, and the names to ask about."""

from collections.abc import Callable
from datetime import date
from typing import Literal

from pydantic import Field

from planning_engine import kpis
from planning_engine.data.calendars import add_months, first_open_month
from planning_engine.data.issue import Issue
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from tools import data_lists, wording
from tools.context import ToolContext
from tools.evidence import Evidence, EvidenceTable, Fact, TableColumn, Value
from tools.registry import tool
from tools.request import Request

Topic = Literal[
    "overview",
    "tables",
    "products",
    "families",
    "sites",
    "resources",
    "customers",
    "regions",
    "channels",
    "suppliers",
    "events",
    "kpis",
    "issues",
    "product",
    "calendar",
]
_DATES = {
    "sales": "date",
    "orders": "requested_on",
    "stock": "date",
    "receipts": "due_on",
    "production": "date",
    "forecasts": "cycle",
    "plans": "cycle",
    "budget": "month",
    "calendars": "date",
    "events": "starts_on",
}


class DescribeRequest(Request):
    """What to describe."""

    topic: Topic = Field("overview", description="What to list; overview says what there is.")
    name: str | None = Field(None, description="For topic product: its id or name.")
    family: str | None = Field(None, description="Only products of this family.")


@tool
def describe_data(context: ToolContext, request: DescribeRequest) -> Evidence:
    """List what the data holds: tables, periods, names of things, KPIs, data issues, one product.

    Use it for "what can I ask", "which products / lines / sites / KPIs are there", "how is X
    defined", "is the data good" and for the master data of a product. It gives no KPI values:
    for those use query_kpi.
    """
    describe = _TOPICS.get(request.topic)
    if describe is None:
        return data_lists.things(context.snapshot, request.topic)
    return describe(context.snapshot, request)


def _overview(snapshot: Snapshot, request: DescribeRequest) -> Evidence:
    company = snapshot.company
    counts = [
        (kind, len(snapshot.names(kind)))
        for kind in ("family", "site", "resource", "customer", "event")
    ]
    finished, others = data_lists.count_products(snapshot)
    kept = [("finished product", finished), ("component", others), *counts]
    kept = [(kind, count) for kind, count in kept if count]
    first = first_open_month(company.as_of)
    listed = wording.listed([f"{count} {wording.plural(kind, count)}" for kind, count in kept])
    facts = [Fact(f"{kind} count", count, f"{kind.split()[-1]}") for kind, count in kept]
    facts += [Fact("as_of", company.as_of), Fact("first_plan_month", first)]
    said = [f"The data speaks for {wording.day(company.as_of)} and has {listed}."]
    span = _span(snapshot, "sales")
    if span:
        said.append(
            f"Sales run {wording.period(*span)}; the plan begins in {wording.month(first)}."
        )
        facts += [Fact("first_month_of_sales", span[0]), Fact("last_month_of_sales", span[1])]
    table = _tables(snapshot, request).table
    return Evidence(" ".join(said), tuple(facts), table, issues=_shown_issues(snapshot))


def _tables(snapshot: Snapshot, request: DescribeRequest) -> Evidence:
    rows: list[tuple[Value, ...]] = []
    facts = []
    missing = [name for name in TABLES if not snapshot.has(name)]
    for name in snapshot.tables:
        if not snapshot.has(name):
            continue
        count = int(snapshot.query(f"SELECT count(*) AS count FROM {name}")["count"][0])
        span = _span(snapshot, name)
        rows.append((name, count, *(span or (None, None)), TABLES[name].opens))
        facts.append(Fact("rows", count, "rows", {"table": name}))
    lacking = f" Not there: {wording.listed(missing)}." if missing else ""
    columns = (
        TableColumn("table", "text"),
        TableColumn("rows", "number"),
        TableColumn("from", "month"),
        TableColumn("to", "month"),
        TableColumn("opens", "text"),
    )
    return Evidence(
        f"The data has {len(rows)} tables: {wording.listed([str(row[0]) for row in rows])}."
        f"{lacking}",
        (Fact("tables", len(rows), "tables"), *facts),
        EvidenceTable(columns, tuple(rows)),
    )


def _kpis(snapshot: Snapshot, request: DescribeRequest) -> Evidence:
    known = list(kpis.catalogue().values())
    if request.name:
        one = kpis.find_kpi(request.name)
        known = [one]
    rows: list[tuple[Value, ...]] = [
        (
            one.id,
            one.name,
            one.unit,
            f"{one.direction} is better" if one.direction != "neutral" else "neutral",
            one.formula,
            "; ".join(f"{name}: {meaning}" for name, meaning in one.parameters.items()),
            wording.listed(one.groupings, "or"),
            one.source,
            one.owner,
            one.version,
            "yes" if all(snapshot.has(table) for table in one.tables) else "no",
        )
        for one in known
    ]
    names = (
        "kpi",
        "name",
        "unit",
        "direction",
        "formula",
        "parameters",
        "split by",
        "source",
        "owner",
        "version",
        "in this data",
    )
    head = f"There are {len(known)} KPIs: {wording.listed([one.name for one in known])}."
    if request.name:
        head = f"{known[0].name} = {known[0].formula} (unit {known[0].unit})."
    facts = (Fact("kpi count", len(known), "KPIs"), *(Fact("kpi", one.id) for one in known))
    return Evidence(
        head,
        facts,
        EvidenceTable(tuple(TableColumn(name, "text") for name in names), tuple(rows)),
        definition=head if request.name else "",
    )


def _issues(snapshot: Snapshot, request: DescribeRequest) -> Evidence:
    issues = snapshot.issues
    rows: list[tuple[Value, ...]] = [
        (i.table, i.rule, i.severity, i.rows, i.message, " | ".join(i.examples)) for i in issues
    ]
    columns = tuple(
        TableColumn(name, "number" if name == "rows" else "text")
        for name in ("table", "rule", "severity", "rows", "message", "examples")
    )
    table = EvidenceTable(columns, tuple(rows))
    if not issues:
        return Evidence(
            "The import found no issue in the data.", (Fact("issues", 0, "issues"),), table
        )
    severities = ("error", "warning", "assumption", "note")
    counts = {kind: sum(1 for i in issues if i.severity == kind) for kind in severities}
    said = wording.listed(
        [f"{count} {wording.plural(k, count)}" for k, count in counts.items() if count]
    )
    facts = tuple(Fact(kind, count, f"{kind}s") for kind, count in counts.items() if count)
    return Evidence(f"The import found {said}.", facts, table, issues=_shown_issues(snapshot))


def _calendar(snapshot: Snapshot, request: DescribeRequest) -> Evidence:
    company = snapshot.company
    first = first_open_month(company.as_of)
    last = add_months(first, -1)
    facts = [
        Fact("as_of", company.as_of),
        Fact("first_plan_month", first),
        Fact("last_complete_month", last),
    ]
    said = [
        f"The data speaks for {wording.day(company.as_of)}: the last complete month is "
        f"{wording.month(last)}, the plan begins in {wording.month(first)}."
    ]
    rows: list[tuple[Value, ...]] = [(fact.name, str(fact.value)) for fact in facts]
    cycles = _span(snapshot, "forecasts") if snapshot.has("forecasts") else None
    if cycles:
        said.append(f"S&OP cycles are published {wording.period(*cycles)}.")
        facts += [Fact("first_cycle", cycles[0]), Fact("last_cycle", cycles[1])]
        rows += [("first_cycle", str(cycles[0])), ("last_cycle", str(cycles[1]))]
    for name, days in (
        ("demand_fence", company.demand_fence_days),
        ("planning_fence", company.planning_fence_days),
    ):
        if days:
            facts.append(Fact(name, days, "days"))
            rows.append((name, f"{days} days"))
    columns = (TableColumn("what", "text"), TableColumn("when", "text"))
    return Evidence(" ".join(said), tuple(facts), EvidenceTable(columns, tuple(rows)))


def _span(snapshot: Snapshot, table: str) -> tuple[date, date] | None:
    """Return the first and last month that a table has rows for."""
    if table not in _DATES or not snapshot.has(table):
        return None
    column = _DATES[table]
    row = snapshot.query(
        f"SELECT date_trunc('month', min({column})) AS first, "
        f"date_trunc('month', max({column})) AS last FROM {table}"
    )
    if row.isna().any(axis=None):
        return None
    return row["first"][0].date(), row["last"][0].date()


def _shown_issues(snapshot: Snapshot) -> tuple[Issue, ...]:
    return tuple(i for i in snapshot.issues if i.severity in ("warning", "assumption"))


_TOPICS: dict[str, Callable[[Snapshot, DescribeRequest], Evidence]] = {
    "overview": _overview,
    "tables": _tables,
    "kpis": _kpis,
    "issues": _issues,
    "calendar": _calendar,
    "products": lambda snapshot, request: data_lists.products(snapshot, request.family),
    "product": lambda snapshot, request: data_lists.product(snapshot, request.name),
}
