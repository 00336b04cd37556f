"""What is ordered when something is missing: lot rules and the netting of one item."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from planning_engine.errors import BadRequest

SMALL = 1e-9


@dataclass(frozen=True)
class LotRule:
    """How a net requirement becomes an order.

    Without anything set it is lot for lot: what is missing is ordered.

    Attributes:
        minimum: Smallest order; 0 for none.
        multiple: Orders are multiples of this; 0 for any quantity.
        fixed: Orders are this size, as many as are needed; 0 for no fixed size.
        periods: An order covers the net requirements of so many periods (POQ).
    """

    minimum: float = 0.0
    multiple: float = 0.0
    fixed: float = 0.0
    periods: int = 1

    def __post_init__(self) -> None:
        if min(self.minimum, self.multiple, self.fixed) < 0 or self.periods < 1:
            raise BadRequest(
                "A lot rule needs quantities of 0 or more and at least 1 period to cover."
            )

    def size(self, missing: float) -> float:
        """Return the order for a quantity that is missing, in pieces.

        Example:
            >>> LotRule(minimum=100, multiple=60).size(70), LotRule(fixed=50).size(70)
            (120.0, 100.0)
        """
        if missing <= SMALL:
            return 0.0
        if self.fixed > 0:
            return float(ceil(missing / self.fixed - SMALL) * self.fixed)
        size = max(missing, self.minimum)
        if self.multiple > 0:
            size = ceil(size / self.multiple - SMALL) * self.multiple
        return float(size)


@dataclass(frozen=True)
class NetLine:
    """One item's netting, by period: the rows of an MRP table.

    `net` is what is missing, `started` what has to be ordered or started for it (lot rule and
    yield), `arriving` the good pieces of that; `projected` is the stock at the end.
    """

    net: tuple[float, ...]
    started: tuple[float, ...]
    arriving: tuple[float, ...]
    projected: tuple[float, ...]


def net_line(
    gross: Sequence[float],
    on_hand: float,
    scheduled: Sequence[float],
    *,
    safety_stock: float = 0.0,
    rule: LotRule | None = None,
    yield_rate: float = 1.0,
) -> NetLine:
    """Net one item's requirements against stock and receipts, and order what is missing.

    `net = max(0, gross + safety stock - on hand - scheduled - planned before)`. Lots are lots
    as started: with a yield of 0.8, 80 good pieces take a start of 100.

    Args:
        gross: Requirement by period, in pieces.
        on_hand: Stock at the start.
        scheduled: Open receipts by period.
        safety_stock: Stock to keep.
        rule: How much to order; lot for lot if left out.
        yield_rate: Share of what is started that is good.

    Example:
        >>> net_line([50, 60, 0], 70, [0, 20, 0], safety_stock=10).arriving
        (0.0, 30.0, 0.0)
    """
    rule = rule or LotRule()
    net, started, arriving, projected = [], [], [], []
    stock = on_hand
    for t, (need, receipt) in enumerate(zip(gross, scheduled, strict=True)):
        stock += receipt - need
        missing = safety_stock - stock
        net.append(missing if missing > SMALL else 0.0)
        if missing > SMALL:
            ahead = _ahead(gross, scheduled, t, rule.periods)
            missing = max(missing, safety_stock - stock + ahead)
        started.append(rule.size(missing / yield_rate))
        arriving.append(started[-1] * yield_rate)
        stock += arriving[-1]
        projected.append(stock)
    return NetLine(tuple(net), tuple(started), tuple(arriving), tuple(projected))


def _ahead(gross: Sequence[float], scheduled: Sequence[float], t: int, periods: int) -> float:
    """Return what the later periods that an order covers need beyond their receipts."""
    most = total = 0.0
    for later in range(t + 1, min(t + periods, len(gross))):
        total += gross[later] - scheduled[later]
        most = max(most, total)
    return most
