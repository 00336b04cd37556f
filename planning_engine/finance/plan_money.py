"""A plan in money, in one line: revenue, cost of goods, premium, margin, stock value."""

from dataclasses import dataclass

from planning_engine.data.snapshot import Snapshot
from planning_engine.supply.plan.plan_problem import SupplyPlan


@dataclass(frozen=True)
class PlanMoney:
    """What a plan brings and binds, in the company's currency.

    Attributes:
        revenue: Pieces delivered at list price.
        cost_of_goods: The same pieces at standard cost.
        premium: What overtime costs beyond regular hours.
        inventory_value: Stock at the end, finished and components, at standard cost.
        unpriced: Products delivered without a known price: they bring no revenue here.
    """

    revenue: float
    cost_of_goods: float
    premium: float
    inventory_value: float
    unpriced: tuple[str, ...]

    @property
    def margin(self) -> float:
        """Revenue less cost of goods less premium."""
        return self.revenue - self.cost_of_goods - self.premium


def plan_in_money(snapshot: Snapshot, plan: SupplyPlan) -> PlanMoney:
    """Return a plan's revenue, margin and stock value.

    Delivered in a month is demand plus what was owed before less what is owed after.
    """
    prices = _prices(snapshot)
    revenue = goods = 0.0
    unpriced = set()
    for (product, _), delivered in deliveries(plan).items():
        price, cost = prices.get(product, (None, 0.0))
        if price is None and sum(delivered) > 0:
            unpriced.add(product)
        revenue += sum(delivered) * (price or 0.0)
        goods += sum(delivered) * cost
    wages = plan.problem.wages
    premium = sum(
        sum(row) * (wages[name][1] - wages[name][0]) for name, row in plan.overtime.items()
    )
    value = sum(
        row[-1] * prices.get(product, (None, 0.0))[1] for (product, _), row in plan.stock.items()
    )
    return PlanMoney(revenue, goods, premium, value, tuple(sorted(unpriced)))


def deliveries(plan: SupplyPlan) -> dict[tuple[str, str], tuple[float, ...]]:
    """Return pieces delivered by product and site, month by month."""
    return {place: plan.delivered(place) for place in plan.problem.demand}


def _prices(snapshot: Snapshot) -> dict[str, tuple[float | None, float]]:
    rows = snapshot.rows("SELECT product, price, coalesce(standard_cost, 0) FROM products")
    return {product: (price, cost) for product, price, cost in rows}
