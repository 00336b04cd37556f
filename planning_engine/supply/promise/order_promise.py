"""When an order can be promised: from what is not yet promised, else from a new order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from planning_engine.data.calendars import add_months, last_year, month_start
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem
from planning_engine.supply.promise.new_order import NewOrder, has_source, new_order
from planning_engine.supply.promise.promise import still_free
from planning_engine.supply.requirements.requirements import plan_months
from planning_engine.supply.stock.flows import (
    open_receipts,
    opening_stock,
    published_supply,
    to_come,
)

HORIZON_MONTHS = 12
Kind = Literal["stock", "receipt", "plan"]


@dataclass(frozen=True)
class Coming:
    """Supply that can be promised: when it is there, how much, and what it is."""

    day: date
    quantity: float
    kind: Kind


@dataclass(frozen=True)
class Timeline:
    """Supply and promises of a product at a site, by day.

    Attributes:
        days: Days on which something comes or is due, in order; the first is tomorrow.
        free: What can still be promised from each of them on.
        coming: Every supply, earliest first.
        promised: What open orders take in all.
    """

    days: tuple[date, ...]
    free: tuple[float, ...]
    coming: tuple[Coming, ...]
    promised: float

    def free_by(self, day: date) -> float:
        """Return what can still be promised for a day."""
        before = [free for at, free in zip(self.days, self.free, strict=True) if at <= day]
        return before[-1] if before else 0.0

    def day_of(self, quantity: float) -> date | None:
        """Return the first day on which a quantity is free; None if it never is."""
        rows = zip(self.days, self.free, strict=True)
        return next((day for day, free in rows if free >= quantity - 1e-6), None)


@dataclass(frozen=True)
class Promise:
    """The answer to one order.

    Attributes:
        product: What is wanted.
        site: Where it is delivered from.
        quantity: How much.
        wanted_on: When; None for as soon as possible.
        promised_on: First day on which all of it can be there; None if not within a year.
        free: What is not yet promised and there by the wanted day (tomorrow without one).
        from_free: How much of it comes from what is not yet promised.
        order: The new order for the rest; None if nothing has to be made or bought.
        last: What of the supply not yet promised comes last; None with a new order.
        ends_on: Last day of sale, where that is what prevents a new order.
        has_source: Whether a routing or a supplier is known, so that it can be ordered anew.
    """

    product: str
    site: str
    quantity: float
    wanted_on: date | None
    promised_on: date | None
    free: float
    from_free: float
    order: NewOrder | None
    last: Coming | None
    ends_on: date | None = None
    has_source: bool = True

    @property
    def is_on_time(self) -> bool:
        """Tell whether all of it is there on the day it is wanted."""
        if self.promised_on is None:
            return False
        return self.wanted_on is None or self.promised_on <= self.wanted_on


def promise_order(
    snapshot: Snapshot,
    product: str,
    quantity: float,
    *,
    wanted_on: date | None = None,
    sites: Sequence[str] = (),
    overtime: bool = False,
) -> Promise:
    """Return the first day on which an order can be promised.

    Available to promise: the latest count, open receipts when due (overdue ones tomorrow) and
    the published plan beyond them at the end of its months, less open orders on their
    promised days; nothing promised before is broken. Capable to promise: a new order for
    what is not free, see `new_order`. The earlier of the two counts.

    Args:
        snapshot: The company's facts, not narrowed.
        product: What is wanted.
        quantity: How much, in the product's unit.
        wanted_on: When; as soon as possible if left out.
        sites: Where it may come from; every site that keeps it if left out. The site with the
            earliest day is taken.
        overtime: Whether a new order may use allowed overtime.

    Raises:
        DataProblem: There is no stock in the data, or the product is kept nowhere.
        BadRequest: The quantity is not above 0, or the day is over.
    """
    snapshot.require("stock", to="promise an order")
    snapshot.require_everything(to="promise an order")
    if quantity <= 0:
        raise BadRequest(f"A quantity of {quantity:g} cannot be promised. Ask for more than 0.")
    if wanted_on is not None and wanted_on <= snapshot.company.as_of:
        today = snapshot.company.as_of
        raise BadRequest(
            f"{wanted_on.day} {wanted_on:%B %Y} is over: the data speaks for {today.day} "
            f"{today:%B %Y}. Ask for a later day."
        )
    places = tuple(sites) or sites_of(snapshot, product)
    if not places:
        raise DataProblem(f"{product} has no stock, no receipts and no plan at any site.")
    found = [
        _promise(snapshot, product, site, quantity, wanted_on, overtime=overtime) for site in places
    ]
    return min(found, key=lambda p: (p.promised_on or date.max, -p.free, p.site))


def sites_of(snapshot: Snapshot, product: str) -> tuple[str, ...]:
    """Return the sites that sell a product; those that keep it if it was never sold."""
    rows = snapshot.rows(
        "SELECT DISTINCT coalesce(site, '') FROM sales WHERE product = $p AND date >= $first "
        "ORDER BY 1",
        {"p": product, "first": last_year(snapshot.company.as_of)[0]},
    )
    if rows:
        return tuple(site for (site,) in rows)
    return tuple(sorted(site for item, site in opening_stock(snapshot) if item == product))


def site_of_customer(snapshot: Snapshot, customer: str, product: str) -> str:
    """Return the site that has served a customer most in the last year.

    Raises:
        DataProblem: The customer bought nothing in that time.
    """
    rows = snapshot.rows(
        "SELECT coalesce(site, '') FROM sales WHERE customer = $c AND date >= $first "
        "GROUP BY 1 ORDER BY sum(CASE WHEN product = $p THEN 1 ELSE 0 END) DESC, count(*) DESC, 1",
        {"c": customer, "p": product, "first": last_year(snapshot.company.as_of)[0]},
    )
    if not rows:
        raise DataProblem(
            f"{customer} bought nothing in the last year, so no site is known to serve it. Say "
            "the site."
        )
    return str(rows[0][0])


def timeline(snapshot: Snapshot, product: str, site: str) -> Timeline:
    """Return the supply, the promises and what is free of a product at a site."""
    tomorrow = snapshot.company.as_of + timedelta(days=1)
    coming = _coming(snapshot, product, site, tomorrow)
    due = _promised(snapshot, product, site, tomorrow)
    days = sorted({tomorrow, *(c.day for c in coming), *due})
    supplies = [sum(c.quantity for c in coming if c.day == day) for day in days]
    free = still_free(0.0, [due.get(day, 0.0) for day in days], supplies)
    return Timeline(tuple(days), tuple(free), coming, sum(due.values()))


def _coming(snapshot: Snapshot, product: str, site: str, tomorrow: date) -> tuple[Coming, ...]:
    months = plan_months(snapshot, HORIZON_MONTHS)
    found = []
    held = opening_stock(snapshot).get((product, site))
    if held:
        found.append(Coming(tomorrow, held[0], "stock"))
    by_month: dict[date, float] = {}
    for item, at, due, quantity in open_receipts(snapshot, months):
        if (item, at) == (product, site):
            found.append(Coming(max(due, tomorrow), quantity, "receipt"))
            month = max(month_start(due), months[0])
            by_month[month] = by_month.get(month, 0.0) + quantity
    published = published_supply(snapshot, months).get((product, site))
    if published is not None:
        for month, planned in zip(months, to_come(snapshot, months, published), strict=True):
            more = planned - by_month.get(month, 0.0)
            if more > 1e-6:  # false for an unknown month, which is NaN
                last = add_months(month, 1) - timedelta(days=1)
                found.append(Coming(last, float(more), "plan"))
    return tuple(sorted(found, key=lambda c: c.day))


def _promised(snapshot: Snapshot, product: str, site: str, tomorrow: date) -> dict[date, float]:
    """Return what open orders still take, by the day they are promised for."""
    if not snapshot.has("orders"):
        return {}
    rows = snapshot.rows(
        """
        SELECT greatest(coalesce(promised_on, requested_on, $tomorrow), $tomorrow)::DATE,
               sum(greatest(quantity - coalesce(delivered_quantity, 0), 0))
        FROM orders
        WHERE product = $product AND coalesce(site, '') = $site AND delivered_on IS NULL
        GROUP BY 1 ORDER BY 1
        """,
        {"tomorrow": tomorrow, "product": product, "site": site},
    )
    return {day: float(quantity) for day, quantity in rows if quantity}


def _promise(
    snapshot: Snapshot,
    product: str,
    site: str,
    quantity: float,
    wanted_on: date | None,
    *,
    overtime: bool,
) -> Promise:
    line = timeline(snapshot, product, site)
    earliest = wanted_on or line.days[0]
    free = line.free_by(earliest)
    by_free = line.day_of(quantity)
    if by_free is not None and by_free <= earliest:
        last = _last(line, by_free)
        return Promise(product, site, quantity, wanted_on, earliest, free, quantity, None, last)
    best, taken, order = by_free, quantity, None
    ends_on = _ends_on(snapshot, product)
    for day, there in zip(line.days, line.free, strict=True):
        if best is not None and day >= best:
            break
        made = new_order(snapshot, product, site, quantity - there, overtime=overtime)
        if made is None:
            continue
        ready = max(day, made.ready_on, earliest)
        if (best is None or ready < best) and (ends_on is None or ready <= ends_on):
            best, taken, order = ready, there, made
    stopped = ends_on if best is None else None
    last = _last(line, best) if best is not None and order is None else None
    return Promise(
        product,
        site,
        quantity,
        wanted_on,
        best,
        free,
        taken if best is not None else free,
        order,
        last,
        stopped,
        has_source(snapshot, product, site),
    )


def _last(line: Timeline, day: date) -> Coming | None:
    return next((c for c in reversed(line.coming) if c.day <= day), None)


def _ends_on(snapshot: Snapshot, product: str) -> date | None:
    rows = snapshot.rows("SELECT end_on::DATE FROM products WHERE product = $p", {"p": product})
    return rows[0][0] if rows else None
