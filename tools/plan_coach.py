"""`explain_late` and `find_relaxations`: why the plan is late, and what would make it on time."""

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.plan.demand_plan import demand_plan
from planning_engine.supply.plan.supply_plan import plan_supply
from planning_engine.supply.shortfalls.lateness import lateness
from planning_engine.supply.shortfalls.plan_relaxation import (
    FREIGHT_FACTOR,
    HOUR_FACTOR,
    MATERIAL_FACTOR,
    relaxations,
)
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.late_answer import LateAnswer
from tools.names import names_of
from tools.registry import tool
from tools.relaxation_answer import RelaxationAnswer
from tools.request import Request
from tools.supply_plan import TABLES

LATE_DEFINITION = (
    "Least-cost plan (as plan_supply). A demand is bound by what blocks every road to it in its "
    "month: hours used up with overtime, a component out of stock that neither comes nor has a "
    "substitute, a full lane, or a lead time. Missing hours or pieces = late pieces x what one "
    "takes. Pegging: first in, first out at each product and site. Worth of one more unit = "
    "dual of its material balance. Demand: {source}."
)
RELAX_DEFINITION = (
    "Cheapest bending of limits with which {goal}: an hour beyond the limits costs {hour:g} "
    "overtime hours, a piece beyond a supplier's limit or lead time {material:g} times its price, "
    "a piece beyond a lane's limit or at once {freight:g} times its freight plus a twentieth of a "
    "month's lateness. Limits are bent only for the goal, never to save money{safety}. Demand: "
    "{source}."
)


class LateRequest(Request):
    """Which late demand to explain."""

    product: str | None = Field(None, description="Product id or name; all if left out.")
    family: str | None = Field(None, description="Product family.")
    site: str | None = Field(None, description="Site id or name where it is asked for.")
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")
    overtime: bool = Field(True, description="May the plan use allowed overtime?")


class RelaxationRequest(Request):
    """What must be met."""

    product: str | None = Field(None, description="Only this product must be on time.")
    family: str | None = Field(None, description="Only this family must be on time.")
    safety_stock: bool = Field(False, description="Must safety stocks be kept too?")
    overtime: bool = Field(
        True, description="Is allowed overtime free to use? If not, it counts as a relaxation."
    )
    months: int = Field(6, ge=1, le=18, description="Months ahead of the plan start.")


@tool
def explain_late(context: ToolContext, request: LateRequest) -> Evidence:
    """Say why a product is late or short in the plan, what binds, and what serves it.

    Use it for "why is X late?", "what is holding up X at West?", "how many hours are missing?"
    and "where does the supply of X come from?". For the whole plan use plan_supply, for what
    would make it on time find_relaxations.
    """
    snapshot = context.snapshot
    _require(snapshot, "explain what is late")
    products, whose = _products(snapshot, request.product, request.family)
    site = snapshot.find("site", request.site) if request.site else None
    context.progress("Planning supply", 0.1)
    plan = plan_supply(snapshot, request.months, overtime=request.overtime)
    late = lateness(snapshot, request.months, overtime=request.overtime)
    answer = LateAnswer(names_of(snapshot), plan, late, products, whose, site)
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        definition=LATE_DEFINITION.format(source=demand_plan(snapshot, request.months).source),
        issues=snapshot.issues_of(TABLES),
    )


@tool
def find_relaxations(context: ToolContext, request: RelaxationRequest) -> Evidence:
    """Say what it would take to deliver everything on time, and what that costs.

    Use it for "what would it take to be on time?", "how do we get to 100 % service?", "can we
    do it without overtime, and if not, what is missing?" and "what would it cost to keep every
    safety stock?". It names the cheapest hours, materials and freight beyond today's limits.
    For the effect of one measure use run_scenario.
    """
    snapshot = context.snapshot
    _require(snapshot, "find what would make the plan feasible")
    products, whose = _products(snapshot, request.product, request.family)
    context.progress("Planning supply with limits bent", 0.1)
    advice = relaxations(
        snapshot,
        request.months,
        overtime=request.overtime,
        stock=request.safety_stock,
        products=products,
    )
    answer = RelaxationAnswer(
        names_of(snapshot), advice, whose, request.overtime, request.safety_stock
    )
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        definition=RELAX_DEFINITION.format(
            goal=answer.goal(),
            hour=HOUR_FACTOR if request.overtime else 1.0,
            material=MATERIAL_FACTOR,
            freight=FREIGHT_FACTOR,
            safety="" if request.safety_stock else "; safety stocks may be used up",
            source=demand_plan(snapshot, request.months).source,
        ),
        issues=snapshot.issues_of(TABLES),
    )


def _require(snapshot: Snapshot, to: str) -> None:
    snapshot.require("stock", "routings", "resources", "calendars", to=to)
    snapshot.require_everything(to=to)


def _products(
    snapshot: Snapshot, product: str | None, family: str | None
) -> tuple[frozenset[str] | None, str]:
    """Return the products meant, None for all, and how to call them."""
    if product:
        found = snapshot.find("product", product)
        return frozenset({found}), snapshot.label("product", found)
    if family:
        name = snapshot.find("family", family)
        rows = snapshot.rows("SELECT product FROM products WHERE family = $f", {"f": name})
        return frozenset(found for (found,) in rows), name
    return None, ""
