"""The master schedule's arithmetic: projected stock, and what of it can still be promised."""

from collections.abc import Sequence

from planning_engine.errors import BadRequest

Row = Sequence[float]


def projected_available(
    on_hand: float, forecast: Row, orders: Row, scheduled: Row, *, fence: int = 1
) -> list[float]:
    """Return the projected available balance at the end of each period.

    `PAB_t = PAB_(t-1) + MPS_t - orders_t` in the first period and before the demand fence,
    after it less `max(forecast_t, orders_t)`.

    Args:
        on_hand: Stock at the start.
        forecast: Forecast by period.
        orders: Customer orders by period they are due.
        scheduled: Master schedule (MPS) by period.
        fence: Periods in which the orders count alone; the first always does.

    Example:
        Stevenson's pumps: weeks 1 and 3 sell what is forecast or ordered, whichever is more:

        >>> projected_available(64, [30, 30, 30], [33, 20, 10], [0, 0, 70])
        [31, 1, 41]
    """
    _same_length(forecast, orders, scheduled)
    balances, balance = [], on_hand
    for t, (expected, ordered, made) in enumerate(zip(forecast, orders, scheduled, strict=True)):
        balance += made - (ordered if t < max(1, fence) else max(expected, ordered))
        balances.append(balance)
    return balances


def available_to_promise(on_hand: float, orders: Row, scheduled: Row) -> list[float]:
    """Return the discrete ATP: what each master schedule receipt has left to promise.

    The first period has the stock on hand too. Each receipt serves the orders up to the next
    one; periods without a receipt have 0. It may be below 0: then more is promised until the
    next receipt than there is, and earlier receipts have to make up for it.

    Args:
        on_hand: Stock at the start.
        orders: Customer orders by period they are due.
        scheduled: Master schedule (MPS) by period.

    Example:
        64 pumps less the 33 and 20 due before the 70 of week 3, which serve 10 and 4:

        >>> available_to_promise(64, [33, 20, 10, 4], [0, 0, 70, 0])
        [11, 0, 56, 0]
    """
    _same_length(orders, scheduled)
    found: list[float] = []
    receipt = 0
    for t, (ordered, made) in enumerate(zip(orders, scheduled, strict=True)):
        if t == 0 or made > 0:
            receipt = t
            found.append(made + (on_hand if t == 0 else 0))
        else:
            found.append(0)
        found[receipt] -= ordered
    return found


def cumulative_available(on_hand: float, orders: Row, scheduled: Row) -> list[float]:
    """Return the cumulative ATP with look-ahead: what can be promised up to each period.

    What is on hand and scheduled up to the period, less the orders up to it, less what later
    orders take beyond the schedule of their own periods, up to but excluding the first period
    whose schedule exceeds its orders.

    Example:
        The 11 pumps of week 1 are still there in week 2; week 3 adds its 56:

        >>> cumulative_available(64, [33, 20, 10, 4], [0, 0, 70, 0])
        [11, 11, 67, 67]
    """
    _same_length(orders, scheduled)
    gaps = [ordered - made for ordered, made in zip(orders, scheduled, strict=True)]
    found, balance = [], on_hand
    for t, gap in enumerate(gaps):
        balance -= gap
        ahead: float = 0
        for later in gaps[t + 1 :]:
            if later < 0:
                break
            ahead += later
        found.append(balance - ahead)
    return found


def still_free(on_hand: float, orders: Row, scheduled: Row) -> list[float]:
    """Return what can be promised in each period without breaking any promise ever after.

    The lowest of the balances from the period on, never below 0. It is the cumulative ATP
    unless a late schedule is itself too small for its orders; promises are made from this one.

    Example:
        The 20 of week 2 do not cover its 25, and week 1 has to lend 5:

        >>> still_free(10, [0, 25, 0], [0, 20, 30])
        [5, 5, 35]
    """
    _same_length(orders, scheduled)
    balances, balance = [], on_hand
    for ordered, made in zip(orders, scheduled, strict=True):
        balance += made - ordered
        balances.append(balance)
    lowest: list[float] = []
    for balance in reversed(balances):
        lowest.append(min(balance, lowest[-1]) if lowest else balance)
    return [max(0, free) for free in reversed(lowest)]


def _same_length(*rows: Row) -> None:
    lengths = {len(row) for row in rows}
    if len(lengths) != 1:
        counts = " and ".join(str(length) for length in sorted(lengths))
        raise BadRequest(f"Give every row the same number of periods, not {counts}.")
