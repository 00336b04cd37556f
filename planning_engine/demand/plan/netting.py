"""Orders consume the forecast: what is left of it is demand still to come.

Convention (frePPLe's): orders are taken month by month, earliest first. A month's orders use
up the forecast of their own month, then what is left in earlier months, the nearest first,
then in later ones, as far as the windows reach. What finds no forecast comes on top of it.
Total demand of a month is its orders plus its forecast left.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from planning_engine.errors import BadRequest

LONGEST_WINDOW = 12


@dataclass(frozen=True)
class Consumption:
    """Orders of one month that used up forecast of another, or of the same."""

    ordered_in: int
    forecast_of: int
    quantity: float


@dataclass(frozen=True)
class Netted:
    """A forecast after its orders.

    Attributes:
        left: Forecast left by month, in the product's unit, none negative.
        beyond: Orders by month that no forecast had foreseen.
        consumptions: Who used up what; months are places in the lists, from 0.
    """

    left: tuple[float, ...]
    beyond: tuple[float, ...]
    consumptions: tuple[Consumption, ...]


def net(
    forecast: Sequence[float], orders: Sequence[float], earlier: int = 1, later: int = 1
) -> Netted:
    """Return the forecast that is left when its orders have used it up.

    Args:
        forecast: Forecast by month, earliest first. Below 0 counts as 0.
        orders: Ordered quantity by month asked for. A cancellation (below 0) frees nothing.
        earlier: Months before its own whose forecast an order may use up.
        later: Months after its own.

    Raises:
        BadRequest: A window is negative or too long, or the lists differ in length.

    Example:
        Orders inside the forecast just lower it:

        >>> net([350, 350, 350], [130, 100, 80]).left
        (220.0, 250.0, 270.0)

        With one month both ways, the 150 too many of the second month use up 50 left in the
        first and 100 of the third, whose own orders then lack 30 and take them from the last:

        >>> net([350, 350, 350, 350], [300, 500, 280, 0], earlier=1, later=1).left
        (0.0, 0.0, 0.0, 320.0)
    """
    _check(forecast, orders, earlier, later)
    left = [max(0.0, float(quantity)) for quantity in forecast]
    beyond, taken = [], []
    for month, ordered in enumerate(orders):
        open_quantity = max(0.0, float(ordered))
        for place in _reach(month, len(left), earlier, later):
            quantity = min(open_quantity, left[place])
            if quantity > 0:
                left[place] -= quantity
                open_quantity -= quantity
                taken.append(Consumption(month, place, quantity))
        beyond.append(open_quantity)
    return Netted(tuple(left), tuple(beyond), tuple(taken))


def _reach(month: int, count: int, earlier: int, later: int) -> list[int]:
    """Return the months whose forecast an order may use up, in the order it does so."""
    before = range(month - 1, max(-1, month - 1 - earlier), -1)
    after = range(month + 1, min(count, month + 1 + later))
    return [month, *before, *after]


def _check(forecast: Sequence[float], orders: Sequence[float], earlier: int, later: int) -> None:
    if len(forecast) != len(orders):
        raise BadRequest(
            f"Orders of {len(orders)} months cannot use up a forecast of {len(forecast)}: give "
            "both for the same months."
        )
    for name, window in (("earlier", earlier), ("later", later)):
        if not 0 <= window <= LONGEST_WINDOW:
            raise BadRequest(
                f"The netting window to {name} months must be 0 to {LONGEST_WINDOW} months, not "
                f"{window}."
            )
