"""The past months of the S&OP grid: bookings, shipments, backlog, supply and stock as they were."""

from datetime import date

from planning_engine.data.calendars import add_months, month_range
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.history.history import complete_periods

NO_FAMILY = "(no family)"
FAMILY = f"coalesce(p.family, '{NO_FAMILY}')"
KNOWN_SHARE = 0.95
FINISHED = "coalesce(p.stage, 'finished') = 'finished'"
Cells = dict[tuple[str, date], dict[str, float | None]]


def past_cells(snapshot: Snapshot, back: int) -> Cells:
    """Return the lines of the last complete months by family, earliest month first."""
    if back < 1:
        return {}
    known = complete_periods(snapshot)
    months = month_range(max(known[0], add_months(known[-1], 1 - back)), known[-1])
    shipped, tracked = _shipments(snapshot, months), orders_tracked(snapshot)
    booked, owed = _bookings(snapshot, months), _backlog(snapshot, months)
    supplied, kept = _supply(snapshot, months), _inventory(snapshot, months)
    families = {family for layer in (shipped, booked, supplied, kept) for family, _ in layer}
    families |= {family for family, _ in owed}
    cells: Cells = {}
    for family in sorted(families):
        for month in months:
            key, before = (family, month), (family, add_months(month, -1))
            went = shipped.get(key, 0.0)
            cell: dict[str, float | None] = {"shipments": went}
            if tracked:
                start, end, came = owed.get(before, 0.0), owed.get(key, 0.0), booked.get(key, 0.0)
                cell |= _balance("backlog", start, end, came - went) | {"bookings": came}
            if snapshot.has("receipts"):
                cell["supply"] = supplied.get(key, 0.0)
            cell |= _stock(kept.get(before), kept.get(key), cell.get("supply"), went)
            cells[key] = cell
    return cells


def orders_tracked(snapshot: Snapshot) -> bool:
    """Tell whether orders say when they came in and when they went out.

    Nearly every line must know its first day, and some line its last: else bookings are
    those of a part, and nothing ever leaves the backlog.
    """
    if not snapshot.has("orders"):
        return False
    ((lines, dated, delivered),) = snapshot.rows(
        "SELECT count(*), count(ordered_on), count(delivered_on) FROM orders"
    )
    return bool(lines and dated >= KNOWN_SHARE * lines and delivered)


def _balance(name: str, start: float, end: float, flow: float) -> dict[str, float | None]:
    return {
        f"{name}_start": start,
        f"{name}_end": end,
        f"{name}_adjustment": end - (start + flow),
    }


def _stock(
    start: float | None, end: float | None, came: float | None, went: float
) -> dict[str, float | None]:
    if start is None or end is None or came is None:
        return {"inventory_start": start, "inventory_end": end}
    return _balance("inventory", start, end, came - went)


Layer = dict[tuple[str, date], float]


def _layer(snapshot: Snapshot, sql: str, months: tuple[date, ...]) -> Layer:
    parameters = {"first": months[0], "end": add_months(months[-1], 1)}
    return {(family, month): q for family, month, q in snapshot.rows(sql, parameters)}


def _shipments(snapshot: Snapshot, months: tuple[date, ...]) -> Layer:
    return _layer(
        snapshot,
        f"SELECT {FAMILY}, date_trunc('month', t.date)::DATE, sum(t.quantity) "
        "FROM sales t JOIN products p USING (product) "
        "WHERE t.date >= $first AND t.date < $end GROUP BY 1, 2",
        months,
    )


def _bookings(snapshot: Snapshot, months: tuple[date, ...]) -> Layer:
    if not snapshot.has("orders"):
        return {}
    return _layer(
        snapshot,
        f"SELECT {FAMILY}, date_trunc('month', t.ordered_on)::DATE, sum(t.quantity) "
        "FROM orders t JOIN products p USING (product) "
        "WHERE t.ordered_on >= $first AND t.ordered_on < $end GROUP BY 1, 2",
        months,
    )


def _backlog(snapshot: Snapshot, months: tuple[date, ...]) -> Layer:
    """Return what was ordered and not delivered at the end of each month and the one before."""
    if not snapshot.has("orders"):
        return {}
    found: Layer = {}
    for month in (add_months(months[0], -1), *months):
        rows = snapshot.rows(
            f"SELECT {FAMILY}, sum(t.quantity) FROM orders t JOIN products p USING (product) "
            "WHERE t.ordered_on < $next AND (t.delivered_on IS NULL OR t.delivered_on >= $next) "
            "GROUP BY 1",
            {"next": add_months(month, 1)},
        )
        found |= {(family, month): quantity for family, quantity in rows}
    return found


def _supply(snapshot: Snapshot, months: tuple[date, ...]) -> Layer:
    if not snapshot.has("receipts"):
        return {}
    return _layer(
        snapshot,
        f"SELECT {FAMILY}, date_trunc('month', t.received_on)::DATE, "
        "sum(coalesce(t.received_quantity, t.quantity)) "
        f"FROM receipts t JOIN products p USING (product) WHERE {FINISHED} "
        "AND t.received_on >= $first AND t.received_on < $end GROUP BY 1, 2",
        months,
    )


def _inventory(snapshot: Snapshot, months: tuple[date, ...]) -> Layer:
    """Return the last count of each month, the month before the first included."""
    if not snapshot.has("stock"):
        return {}
    return _layer(
        snapshot,
        f"""
        SELECT family, month, sum(quantity) FROM (
            SELECT {FAMILY} AS family, date_trunc('month', t.date)::DATE AS month,
                   arg_max(t.quantity, t.date) AS quantity
            FROM stock t JOIN products p USING (product) WHERE {FINISHED}
                 AND t.date >= $first AND t.date < $end
            GROUP BY {FAMILY}, date_trunc('month', t.date), t.product, t.site
        ) GROUP BY 1, 2
        """,
        (add_months(months[0], -1), *months),
    )
