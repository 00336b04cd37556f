"""Exceptions of supply: stock-outs, overloads, late suppliers, excess and obsolete stock."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from planning_engine.data.calendars import add_months, first_open_month, last_year
from planning_engine.data.snapshot import Snapshot
from planning_engine.exceptions.exception import Alert, Thresholds
from planning_engine.finance.worth import worths
from planning_engine.supply.capacity import capacity
from planning_engine.supply.requirements.requirements import independent_demand
from planning_engine.supply.stock.inventory import StockOutlook, project

SUPPLIER_MONTHS = 3


def stock_outs(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """Yield what runs out under the published plan; at stake is the shortage at its price.

    A component has no price: its shortage counts at cost. Without a published plan what will be
    supplied is not known, and nothing is said to run out for lack of it.
    """
    snapshot.require("plans", to="look for stock-outs under the published plan")
    known = worths(snapshot)
    for outlook in _judged(snapshot, project(snapshot, thresholds.months).stock_outs):
        if outlook.shortage > thresholds.stock_out_quantity:
            worth = known.get(outlook.product)
            each = (worth.cost if worth.price is None else worth.price) if worth else None
            yield Alert(
                "stock-out",
                {"product": outlook.product, "site": outlook.site},
                outlook.shortage,
                "product unit",
                outlook.shortage,
                thresholds.stock_out_quantity,
                "product unit",
                None if each is None else outlook.shortage * each,
                outlook.first_stock_out,
                tool="project_inventory",
            )


def _judged(snapshot: Snapshot, outlooks: tuple[StockOutlook, ...]) -> Iterator[StockOutlook]:
    """Yield the outlooks that the facts can judge.

    A component serves families and sites that a scope may not see, so that what is taken of it
    is not known then.
    """
    for outlook in outlooks:
        if outlook.stage == "finished" or snapshot.scope.is_everything:
            yield outlook


def overloads(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """Yield resources over their hours; at stake is the margin of what does not fit.

    Of what a month's demand earns on the resource, the share that its hours do not reach.
    """
    snapshot.require("routings", "resources", "calendars", to="look for overloads")
    snapshot.require_everything(to="look for overloads")
    check = capacity.check(snapshot, thresholds.months)
    earned = _margins(snapshot, check.months)
    for resource in check.resources:
        over = [
            row
            for row in check.of(resource)
            if row.is_over and (row.percent or 0.0) > thresholds.overload_percent
        ]
        if not over:
            continue
        worst = max(over, key=lambda row: row.percent or 0.0)
        made = {
            (cause.product, cause.month) for cause in check.causes if cause.resource == resource
        }
        money = sum(
            row.overflow / row.required * earned[product, month]
            for row in over
            for product, month in made
            if month == row.month
        )
        yield Alert(
            "overload",
            {"resource": resource},
            sum(row.overflow for row in over),
            "hours",
            worst.percent or 0.0,
            thresholds.overload_percent,
            "%",
            money or None,
            worst.month,
            tool="check_capacity",
        )


def _margins(snapshot: Snapshot, months: tuple[date, ...]) -> dict[tuple[str, date], float]:
    """Return what the demand of each product earns by month; 0 where prices are not known."""
    known = worths(snapshot)
    found: dict[tuple[str, date], float] = defaultdict(float)
    for (product, _), row in independent_demand(snapshot, months).items():
        worth = known.get(product)
        if worth and worth.price is not None and worth.cost is not None:
            for month, quantity in zip(months, row, strict=True):
                found[product, month] += float(quantity) * (worth.price - worth.cost)
    return found


def late_suppliers(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """Yield suppliers that come late with a product; at stake is what they still have to bring.

    Days late are those of the purchases due in the last three months, early ones 0, open ones
    to today. At stake is what is overdue or due in the months looked at, at the agreed price
    (standard cost without one).
    """
    snapshot.require("receipts", to="look for late suppliers")
    today = snapshot.company.as_of
    opening = first_open_month(today)
    price = "NULL::DOUBLE"
    if snapshot.has("sourcing"):
        price = (
            "(SELECT min(s.price) FROM sourcing s WHERE s.product = r.product "
            "AND s.supplier = r.supplier)"
        )
    rows = snapshot.rows(
        f"""
        SELECT r.supplier, r.product,
               avg(greatest(0, date_diff('day', CAST(r.due_on AS DATE),
                   CAST(coalesce(r.received_on, $today) AS DATE))))
                   FILTER (r.due_on >= $since AND r.due_on <= $today) AS late,
               coalesce(sum(r.quantity - coalesce(r.received_quantity, 0))
                   FILTER (r.received_on IS NULL AND r.due_on <= $today), 0) AS overdue,
               coalesce(sum(r.quantity - coalesce(r.received_quantity, 0))
                   FILTER (r.received_on IS NULL AND r.due_on < $end), 0) AS owed,
               coalesce(max({price}), max(p.standard_cost)) AS price,
               min(r.due_on) FILTER (r.received_on IS NULL)::DATE AS next
        FROM receipts r LEFT JOIN products p USING (product)
        WHERE r.supplier IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
        """,
        {
            "today": today,
            "since": add_months(opening, -SUPPLIER_MONTHS),
            "end": add_months(opening, thresholds.months),
        },
    )
    for supplier, product, late, overdue, owed, each, due in rows:
        if late is not None and late > thresholds.supplier_days_late:
            yield Alert(
                "late supplier",
                {"supplier": supplier, "product": product},
                overdue,
                "product unit",
                late,
                thresholds.supplier_days_late,
                "days",
                None if each is None else owed * each,
                due,
                tool="query_kpi",
            )


def too_much_stock(snapshot: Snapshot, thresholds: Thresholds) -> Iterator[Alert]:
    """Yield products with more stock than can be used, sites together, at standard cost.

    Excess is beyond three months of demand and safety stock; obsolete is beyond the demand
    left until a product's last day of sale, or all stock of one that has had no demand.
    """
    found: dict[str, list[StockOutlook]] = defaultdict(list)
    for outlook in _judged(snapshot, project(snapshot, thresholds.months).excess):
        found[outlook.product].append(outlook)
    sold = _sold_of_late(snapshot)
    for product, outlooks in sorted(found.items()):
        worth = [outlook.excess_value for outlook in outlooks]
        money = None if None in worth else sum(value or 0.0 for value in worth)
        if money is not None and money <= thresholds.excess_value:
            continue
        first = outlooks[0]
        finished = first.stage == "finished"
        ended = first.end_on is not None or (finished and product not in sold)
        yield Alert(
            "obsolete" if ended else "excess",
            {"product": product},
            sum(outlook.excess for outlook in outlooks),
            "product unit",
            money or 0.0,
            thresholds.excess_value,
            "currency",
            money,
            first.end_on,
            tool="project_inventory",
        )


def _sold_of_late(snapshot: Snapshot) -> set[str]:
    """Return the products sold in the last 12 months."""
    first, _ = last_year(snapshot.company.as_of)
    rows = snapshot.rows(
        "SELECT DISTINCT product FROM sales WHERE date >= $first AND quantity > 0",
        {"first": first},
    )
    return {product for (product,) in rows}
