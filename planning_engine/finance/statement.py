"""A plan in money by month and family: revenue, cost of goods, premiums, stock, carrying cost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import fsum

from planning_engine.data.calendars import add_months
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.history import complete_periods
from planning_engine.finance.plan_money import deliveries
from planning_engine.finance.premium import Premium, premiums
from planning_engine.finance.worth import (
    COMPONENTS,
    NO_FAMILY,
    Pricing,
    Worth,
    holding_rates,
    worths,
)
from planning_engine.supply.plan.plan_problem import SupplyPlan
from planning_engine.supply.requirements.requirements import independent_demand, plan_months


@dataclass(frozen=True)
class MoneyMonth:
    """One family in one month, in the company's currency; None is not known.

    Attributes:
        month: Month start.
        family: Family; `(components)` for stock that is not sold as such.
        quantity: Pieces delivered.
        revenue: Pieces delivered × price, of products that have one.
        cost_of_goods: Pieces delivered × standard cost, of products that have a price too.
        uncosted: Revenue of products without a standard cost, which is not in the margin.
        premium: What overtime, subcontracting and dearer sources cost on top of standard.
        inventory_value: Stock at the end of the month × standard cost.
        carrying: Its carrying cost for the month: value × rate / 12.
        actual: Whether it is past: booked, not planned.
    """

    month: date
    family: str
    quantity: float
    revenue: float
    cost_of_goods: float
    uncosted: float = 0.0
    premium: Premium | None = None
    inventory_value: float | None = None
    carrying: float | None = None
    actual: bool = False

    @property
    def margin(self) -> float:
        """Revenue less cost of goods less premiums, of products with a price and a cost."""
        premium = self.premium.total if self.premium else 0.0
        return self.revenue - self.uncosted - self.cost_of_goods - premium


@dataclass(frozen=True)
class Statement:
    """A plan in money.

    Attributes:
        rows: By month and family, in order.
        unpriced: Products delivered without a known price: left out of revenue and margin.
        uncosted: Products delivered without a standard cost: left out of the margin.
    """

    rows: tuple[MoneyMonth, ...]
    unpriced: tuple[str, ...] = ()
    uncosted: tuple[str, ...] = ()

    @property
    def has_revenue(self) -> bool:
        """Tell whether anything delivered has a known price."""
        return any(row.revenue for row in self.rows) or not self.unpriced

    @property
    def has_margin(self) -> bool:
        """Tell whether anything delivered has a known price and cost."""
        return any(row.cost_of_goods for row in self.rows) or not self.uncosted

    @property
    def months(self) -> tuple[date, ...]:
        """Months it has, earliest first."""
        return tuple(sorted({row.month for row in self.rows}))

    @property
    def families(self) -> tuple[str, ...]:
        """Families it has, those that sell first."""
        names = {row.family for row in self.rows}
        return tuple(sorted(names - {COMPONENTS, NO_FAMILY})) + tuple(
            sorted(names & {COMPONENTS, NO_FAMILY})
        )

    def of(self, *, family: str | None = None, month: date | None = None) -> "Statement":
        """Return the rows of a family or month."""
        kept = [r for r in self.rows if family in (None, r.family) and month in (None, r.month)]
        return Statement(tuple(kept), self.unpriced, self.uncosted)

    def sum(self, name: str) -> float | None:
        """Return the sum of a money column; None where no row knows it."""
        values = [value for row in self.rows if (value := getattr(row, name)) is not None]
        return fsum(values) if values else None

    def premium(self, name: str = "total") -> float | None:
        """Return the sum of one kind of premium, or of all; None where none is known."""
        values = [getattr(row.premium, name) for row in self.rows if row.premium]
        return fsum(values) if values else None

    @property
    def closing_value(self) -> float | None:
        """Stock value at the end of the last month; None where it is not known."""
        return self.of(month=self.months[-1]).sum("inventory_value") if self.rows else None


def of_supply(
    snapshot: Snapshot, plan: SupplyPlan, pricing: Pricing = "net", rate: float | None = None
) -> Statement:
    """Return a constrained plan in money: what it delivers, pays on top and keeps in stock.

    Args:
        snapshot: The company's facts, not narrowed.
        plan: The plan.
        pricing: Net or list prices.
        rate: Yearly carrying cost as a share of value; the policies' rates by default.
    """
    known, months = worths(snapshot, pricing), plan.problem.months
    sold: dict[tuple[date, str], dict[str, float]] = defaultdict(dict)
    for (product, _), row in deliveries(plan).items():
        for month, quantity in zip(months, row, strict=True):
            cell = sold[month, _family(known, product)]
            cell[product] = cell.get(product, 0.0) + quantity
    stock, carrying = _stock(plan, known, rate)
    extra = premiums(plan, {p: w.cost for p, w in known.items()}, lambda p: _family(known, p))
    families = {family for _, family in [*sold, *stock, *extra]}
    rows = [
        replace(
            _row(month, family, sold.get((month, family), {}), known),
            premium=extra.get((month, family), Premium()),
            inventory_value=stock.get((month, family), 0.0) if stock else None,
            carrying=carrying.get((month, family), 0.0) if stock else None,
        )
        for month in months
        for family in sorted(families)
    ]
    return _statement(rows, known, sold.values())


def of_demand(snapshot: Snapshot, months: int, pricing: Pricing = "net") -> Statement:
    """Return the demand plan in money, as if all of it were delivered in its month.

    It needs no capacity and no stock, so it holds for narrowed facts too; premiums and stock
    are not known.
    """
    known, span = worths(snapshot, pricing), plan_months(snapshot, months)
    sold: dict[tuple[date, str], dict[str, float]] = defaultdict(dict)
    for (product, _), row in independent_demand(snapshot, span).items():
        for month, quantity in zip(span, row, strict=True):
            cell = sold[month, _family(known, product)]
            cell[product] = cell.get(product, 0.0) + float(quantity)
    rows = [_row(*key, sold[key], known) for key in sorted(sold)]
    return _statement(rows, known, sold.values())


def of_actuals(snapshot: Snapshot, months: int, rate: float | None = None) -> Statement:
    """Return the last complete months in money as they were booked: sales and stock counts.

    Stock is not known under a scope of regions: it is kept by site.

    Args:
        snapshot: The company's facts.
        months: How many months back.
        rate: Yearly carrying cost as a share of value; the policies' rates by default.
    """
    last = complete_periods(snapshot)[-1]
    span = (add_months(last, 1 - months), add_months(last, 1))
    known = worths(snapshot, "list")
    sold: dict[tuple[date, str], dict[str, tuple[float, float | None]]] = defaultdict(dict)
    for month, product, quantity, revenue in snapshot.rows(
        """
        SELECT date_trunc('month', date)::DATE, product, sum(quantity), sum(revenue)
        FROM sales WHERE date >= $first AND date < $end GROUP BY 1, 2 ORDER BY 1, 2
        """,
        {"first": span[0], "end": span[1]},
    ):
        sold[month, _family(known, product)][product] = (quantity, revenue)
    stock, carrying = _counted(snapshot, known, span, rate)
    rows = [
        replace(
            _booked(key, sold[key], known),
            inventory_value=stock.get(key),
            carrying=carrying.get(key),
            actual=True,
        )
        for key in sorted({*sold, *stock})
    ]
    booked = [(p, revenue) for cell in sold.values() for p, (_, revenue) in cell.items()]
    return Statement(
        tuple(rows),
        tuple(sorted({p for p, revenue in booked if revenue is None})),
        tuple(sorted({p for p, _ in booked if known[p].cost is None})),
    )


def _booked(
    key: tuple[date, str],
    cell: Mapping[str, tuple[float, float | None]],
    known: Mapping[str, Worth],
) -> MoneyMonth:
    pieces = {product: quantity for product, (quantity, _) in cell.items()}
    revenue = {product: money for product, (_, money) in cell.items() if money is not None}
    return _money_month(*key, fsum(pieces.values()), revenue, pieces, known)


Money = dict[tuple[date, str], float]


def _counted(
    snapshot: Snapshot,
    known: Mapping[str, Worth],
    span: tuple[date, date],
    rate: float | None,
) -> tuple[Money, Money]:
    """Return stock value and its carrying cost, from the last count of each month."""
    value: Money = defaultdict(float)
    carrying: Money = defaultdict(float)
    if not snapshot.has("stock") or snapshot.scope.regions:
        return value, carrying
    rates = holding_rates(snapshot)
    for month, product, quantity in snapshot.rows(
        """
        SELECT month, product, sum(quantity) FROM (
            SELECT date_trunc('month', date)::DATE AS month, product,
                   arg_max(quantity, date) AS quantity
            FROM stock WHERE date >= $first AND date < $end AND date <= $as_of
            GROUP BY date_trunc('month', date), product, site
        ) GROUP BY 1, 2
        """,
        {"first": span[0], "end": span[1], "as_of": snapshot.company.as_of},
    ):
        cost = known[product].cost
        if cost is not None:
            value[month, _family(known, product)] += quantity * cost
            yearly = rates[product] if rate is None else rate
            carrying[month, _family(known, product)] += quantity * cost * yearly / 12
    return value, carrying


def _row(
    month: date, family: str, pieces: Mapping[str, float], known: Mapping[str, Worth]
) -> MoneyMonth:
    revenue = {p: q * price for p, q in pieces.items() if (price := known[p].price) is not None}
    return _money_month(month, family, fsum(pieces.values()), revenue, pieces, known)


def _money_month(
    month: date,
    family: str,
    quantity: float,
    revenue: Mapping[str, float],
    pieces: Mapping[str, float],
    known: Mapping[str, Worth],
) -> MoneyMonth:
    """Return a month of a family from what each of its products with a price brings."""
    cost = {p: pieces[p] * each for p in revenue if (each := known[p].cost) is not None}
    return MoneyMonth(
        month,
        family,
        quantity=quantity,
        revenue=fsum(revenue.values()),
        cost_of_goods=fsum(cost.values()),
        uncosted=fsum(value for p, value in revenue.items() if p not in cost),
    )


def _statement(
    rows: Iterable[MoneyMonth], known: Mapping[str, Worth], sold: Iterable[Mapping[str, float]]
) -> Statement:
    delivered = {p for cell in sold for p, quantity in cell.items() if quantity > 0}
    return Statement(
        tuple(rows),
        tuple(sorted(p for p in delivered if known[p].price is None)),
        tuple(sorted(p for p in delivered if known[p].cost is None)),
    )


def _stock(plan: SupplyPlan, known: Mapping[str, Worth], rate: float | None) -> tuple[Money, Money]:
    value: Money = defaultdict(float)
    carrying: Money = defaultdict(float)
    for (product, _), row in plan.stock.items():
        worth = known[product].cost
        if worth is None:
            continue
        month_rate = plan.problem.costs[product].holding if rate is None else rate / 12 * worth
        for month, quantity in zip(plan.problem.months, row, strict=True):
            key = (month, _family(known, product))
            value[key] += quantity * worth
            carrying[key] += quantity * month_rate
    return value, carrying


def _family(known: Mapping[str, Worth], product: str) -> str:
    return known[product].family if product in known else NO_FAMILY
