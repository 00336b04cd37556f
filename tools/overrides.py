"""`review_overrides`: who changed the forecast, by how much, and did it help."""

from typing import Literal

from pydantic import Field

from planning_engine.demand.accuracy.overrides import (
    CONSENSUS,
    DEFAULT_LAG,
    STAT,
    latest_cycle,
    ledger,
)
from planning_engine.demand.accuracy.value_added import NAIVE, Added, By, value_added
from planning_engine.demand.history.slices import unit_of
from planning_engine.errors import DataProblem
from tools import charts
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.override_answer import Looked, OverrideAnswer
from tools.people import find_person
from tools.registry import tool
from tools.request import Month, Request

DEFINITION = (
    "An override is a figure of a stream or of the consensus that differs from the statistical "
    "forecast of the same cycle, month, product and site; after its expiry the statistical one "
    "holds again. Value added = WMAPE of the step before - WMAPE of the step, in points, over the "
    "same product x site x month cells of complete months, published {lag} months ahead. Steps: "
    "naive (same month a year before), stat, each stream (against stat), consensus (against stat)."
)


class OverridesRequest(Request):
    """Whose changes to look at, and how to tell them apart."""

    by: Literal["person", "reason", "step", "override"] = Field(
        "person", description="Rows: people, reasons, process steps, or the single overrides."
    )
    product: str | None = Field(None, description="Product id or name.")
    family: str | None = Field(None, description="Product family.")
    site: str | None = Field(None, description="Site id or name.")
    person: str | None = Field(None, description="Only what this person entered.")
    stream: Literal["sales", "marketing", "finance", "consensus"] | None = Field(
        None, description="Only this stream."
    )
    lag: int = Field(
        DEFAULT_LAG, ge=0, le=12, description="Months between publishing and the month forecast."
    )
    cycle: Month | None = Field(
        None, description="Cycle whose overrides are listed; the latest if left out."
    )


@tool
def review_overrides(context: ToolContext, request: OverridesRequest) -> Evidence:
    """Show who overrode the forecast, by how much, what has expired, and what value it added.

    Use it for "do our overrides help?", "who makes the forecast worse?", "forecast value added
    by step, person or reason", "what did sales change this cycle and why?". For one accuracy
    figure use query_kpi; for the layers of one product's demand review_demand.
    """
    snapshot = context.snapshot
    snapshot.require("forecasts", "sales", to="look at overrides")
    where = {
        kind: snapshot.find(kind, name)
        for kind in ("product", "family", "site")
        if (name := getattr(request, kind))
    }
    slice_of_product = dict(where)
    if request.person:
        where["author"] = find_person(snapshot.company, request.person, context.person).id
    steps: tuple[Added, ...] = ()
    rows: tuple[Added, ...] = ()
    if request.by != "override":
        steps = value_added(snapshot, where, "step", request.lag)
    if request.stream:
        where["stream"] = request.stream
        steps = tuple(one for one in steps if one.name in (NAIVE, STAT, request.stream))
    if request.by != "override":
        told_apart: By = "person" if request.by == "step" else request.by
        rows = value_added(snapshot, where, told_apart, request.lag)
    cycle = request.cycle or latest_cycle(snapshot)
    looked = Looked(
        by=request.by,
        lag=request.lag,
        steps=steps,
        rows=rows,
        overrides=ledger(snapshot, where, cycle=cycle),
        cycle=cycle,
        unit=unit_of(snapshot, slice_of_product),
        where=where,
    )
    if not looked.overrides and not rows:
        raise DataProblem("Nothing was overridden there: every figure is the statistical one.")
    answer = OverrideAnswer(snapshot, looked)
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=charts.bars("Value added to the forecast", answer.bars(), answer.kind, "pp"),
        definition=DEFINITION.format(lag=request.lag, consensus=CONSENSUS),
        issues=snapshot.issues_of(("forecasts", "sales")),
    )
