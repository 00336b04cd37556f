"""`size_stock` and `place_safety_stock`: how much to hold, and where."""

from typing import Literal

from pydantic import Field

from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.placement.stock_network import PlacementTerms, place_company_stock
from planning_engine.supply.stock.stock_targets import StockTarget, TargetTerms, stock_targets
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.names import names_of
from tools.placement_answer import PlacementAnswer
from tools.registry import tool
from tools.request import Request
from tools.stock_policy_answer import StockPolicyAnswer

TARGET_TABLES = ("sales", "policies", "sourcing", "lanes", "routings", "bom", "products")
NETWORK_TABLES = TARGET_TABLES
TARGETS = (
    "Demand over lead time L and review R (0: continuous): mean D(R + L), deviation "
    "sqrt((R + L) sD^2 + D^2 sLT^2); D and sD from the last 12 complete months of sales, for "
    "components the sales of their parents x BOM; 30 days a month. {rule} Mean under 9 pieces: "
    "Poisson, negative binomial where the variance is larger; else normal. Reorder point "
    "(continuous) D x L + safety stock, order-up-to level (periodic) D(R + L) + safety stock. "
    "Expected fill rate 1 - shortage / demand between orders. Economic lot sqrt(2 D K / h): K "
    "{order_cost}, D a year (all sites for what is made), h = holding rate x standard cost."
)
PLACEMENT = (
    "Guaranteed service (Graves and Willems): least sum of standard cost x z x deviation x "
    "sqrt(SI + T - S) over products at sites; SI = longest promise of the suppliers, T = lead "
    "time of supplier, lane or making ({making}), S = promised days; customers wait {promise} "
    "days. z from {level}; deviations from 12 months of sales per day, pooled as squares up the "
    "bill of materials, independent between sites. At the end: every stage but the last passes "
    "its wait on. Solved by {method}."
)


class SizeStockRequest(Request):
    """Whose stock to size, and by which policy; the company's policies if left out."""

    product: str | None = Field(None, description="Product id or name, component or finished.")
    family: str | None = Field(None, description="Product family.")
    site: str | None = Field(None, description="Site id or name.")
    service_level: float | None = Field(
        None, gt=0, lt=1, description="Share of cycles without a stock-out, 0.98 for 98 %."
    )
    fill_rate: float | None = Field(
        None, gt=0, lt=1, description="Share of demand met from stock, instead of a service level."
    )
    review_days: float | None = Field(
        None, ge=0, le=366, description="Days between reviews; 0 for continuous review."
    )
    order_cost: float | None = Field(
        None, ge=0, description="Cost of one order, for the economic lot of what is bought."
    )
    show: Literal["all", "slow", "above_declared", "below_declared"] = Field(
        "all", description="slow: slow movers; above/below_declared: more/less than is declared."
    )


@tool
def size_stock(context: ToolContext, request: SizeStockRequest) -> Evidence:
    """Size safety stock, reorder point, order-up-to level and economic lot, and say why.

    Use it for "how much safety stock do we need of …?", "at which stock must we reorder?",
    "what does 99 % service cost in stock?", "are our safety stocks right?" and "what is the
    economic order quantity?". For where in the network to hold stock use place_safety_stock, for
    stock month by month project_inventory.
    """
    snapshot = context.snapshot
    terms = TargetTerms(
        request.service_level, request.fill_rate, request.review_days, request.order_cost
    )
    product = snapshot.find("product", request.product) if request.product else None
    family = snapshot.find("family", request.family) if request.family else None
    site = snapshot.find("site", request.site) if request.site else None
    names = names_of(snapshot)

    def fits(place: tuple[str, str]) -> bool:
        return (
            product in (None, place[0])
            and site in (None, place[1])
            and family in (None, names.families.get(place[0]))
        )

    found = stock_targets(snapshot, terms)
    answer = StockPolicyAnswer(
        names=names,
        targets=tuple(t for t in found.targets if fits(t.place) and _shown(t, request.show)),
        unsized={place: why for place, why in found.unsized.items() if fits(place)},
        fill_rate=request.fill_rate,
        show=request.show,
    )
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=_rule(request),
        issues=snapshot.issues_of(TARGET_TABLES),
    )


class PlaceStockRequest(Request):
    """What the network must deliver; the company's service levels if left out."""

    family: str | None = Field(None, description="Product family; all products if left out.")
    service_level: float | None = Field(
        None, ge=0.5, lt=1, description="Share of demand peaks to cover, 0.95 for 95 %."
    )
    promise_days: int = Field(0, ge=0, le=365, description="Days customers wait for delivery.")
    making_days: int = Field(
        1, ge=0, le=365, description="Days to make a lot where the routing tells none."
    )


@tool
def place_safety_stock(context: ToolContext, request: PlaceStockRequest) -> Evidence:
    """Say where in the network to hold safety stock, and what that saves.

    Use it for "where should we hold safety stock?", "components or finished goods?", "what
    does it save to hold stock at the plants?" and "what if customers wait three days?". For how
    much one site needs by its own policy use size_stock.
    """
    snapshot: Snapshot = context.snapshot
    family = snapshot.find("family", request.family) if request.family else None
    terms = PlacementTerms(request.service_level, request.promise_days, request.making_days, family)
    found = place_company_stock(snapshot, terms)
    answer = PlacementAnswer(names_of(snapshot), found, family)
    making = f"{request.making_days} where no routing tells" if found.assumed_making else "routing"
    level = (
        f"{request.service_level:.1%}" if request.service_level else "each place's service level"
    )
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=PLACEMENT.format(
            making=making, promise=request.promise_days, level=level, method=found.method
        ),
        issues=snapshot.issues_of(NETWORK_TABLES),
    )


def _shown(target: StockTarget, show: str) -> bool:
    declared = target.declared
    if show == "slow":
        return target.law != "normal"
    if show == "above_declared":
        return declared is not None and target.safety > declared
    if show == "below_declared":
        return declared is not None and target.safety < declared
    return True


def _rule(request: SizeStockRequest) -> str:
    if request.fill_rate:
        rule = f"Safety stock: the least with a fill rate of {request.fill_rate:.1%}."
    elif request.service_level:
        rule = f"Safety stock: quantile at {request.service_level:.1%} less the mean."
    else:
        rule = "Safety stock: quantile at the policy's service level less the mean."
    cost = f"{request.order_cost:g}" if request.order_cost is not None else "the set-up of a lot"
    return TARGETS.format(rule=rule, order_cost=cost)
