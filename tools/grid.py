"""`show_grid`: the S&OP grid of a family or the company, past and planned months."""

from pydantic import Field

from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.errors import DataProblem
from planning_engine.grid.sop_grid import LAG, grids
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.grid_answer import GridAnswer
from tools.names import names_of
from tools.registry import tool
from tools.request import Request

DEFINITION = (
    "backlog_end = backlog_start + bookings - shipments + backlog_adjustment; inventory_end = "
    "inventory_start + supply - shipments + inventory_adjustment, checked in every month; the "
    "adjustments are what the data cannot account for. Past: orders by the day they came, sales, "
    "receipts and counts of finished products; forecast = consensus published {lag} months before. "
    "Ahead: demand plan ({source}) served from stock and the published plan, product by product "
    "and site by site; new bookings = demand not yet ordered. plan = supply last published for a "
    "month, last_plan = by the cycle before."
)
TABLES = ("sales", "orders", "stock", "receipts", "forecasts", "plans", "budget")


class GridRequest(Request):
    """Which family, and how far back and ahead."""

    family: str | None = Field(None, description="Product family; all of them if left out.")
    back: int = Field(6, ge=0, le=24, description="Complete months before today.")
    ahead: int = Field(6, ge=0, le=18, description="Months planned.")
    lag: int = Field(LAG, ge=0, le=12, description="Lag of the forecast shown for past months.")


@tool
def show_grid(context: ToolContext, request: GridRequest) -> Evidence:
    """Show the S&OP grid: bookings, shipments, backlog, supply, stock, forecast, budget, plans.

    Use it for "show me the S&OP grid of Juice", "bookings against shipments", "how big is the
    backlog?" and for plan against actual, old plan against new, by family and month. Stock of one
    product is project_inventory, one measured figure is query_kpi, why a plan moved is
    explain_change.
    """
    snapshot = context.snapshot
    family = snapshot.find("family", request.family) if request.family else None
    found, issues = grids(snapshot, request.back, request.ahead, request.lag)
    grid = next((one for one in found if one.family == family), None)
    if grid is None:
        raise DataProblem(f"Nothing was sold and nothing is planned of {family} in these months.")
    answer = GridAnswer(names_of(snapshot), grid, found, snapshot.company.as_of)
    source = demand_plan(snapshot, request.ahead).source if request.ahead else "none asked for"
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(lag=request.lag, source=source),
        issues=(*snapshot.issues_of(TABLES), *issues),
    )
