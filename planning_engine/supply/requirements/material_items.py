"""What a material plan is made of: items, what they take, needs, orders, substitutions."""

from dataclasses import dataclass, field
from typing import Literal

from planning_engine.supply.requirements.order_rules import LotRule
from planning_engine.supply.requirements.requirements import Place

Source = Literal["make", "buy", "move", "none"]
Row = tuple[float, ...]


@dataclass(frozen=True)
class Take:
    """What one started piece takes of a place below, scrap included."""

    place: Place
    quantity: float


@dataclass(frozen=True)
class Substitute:
    """A place that can stand in for another one: `ratio` of its pieces do for one.

    It does so in what `parent` takes; in everything where that is None.
    """

    place: Place
    ratio: float
    parent: Place | None = None


@dataclass(frozen=True)
class MaterialItem:
    """One place as it is planned.

    Attributes:
        place: Product and site.
        source: How it is replenished; `none` if nothing is known about that.
        origin: Supplier it is bought from, or site it comes from; empty if made.
        lead: Whole periods from release to receipt.
        rule: Lot rule.
        yield_rate: Share of what is started that is good.
        on_hand: Stock at the start.
        safety_stock: Stock to keep.
        scheduled: Open receipts by period; none if empty.
        takes: What a started piece takes.
        substitutes: What can stand in when it runs short, in this order.
    """

    place: Place
    source: Source
    origin: str = ""
    lead: int = 0
    rule: LotRule = field(default_factory=LotRule)
    yield_rate: float = 1.0
    on_hand: float = 0.0
    safety_stock: float = 0.0
    scheduled: Row = ()
    takes: tuple[Take, ...] = ()
    substitutes: tuple[Substitute, ...] = ()


@dataclass(frozen=True)
class Need:
    """A gross requirement: when, how much, and for what; None is customers' demand."""

    period: int
    quantity: float
    parent: Place | None


@dataclass(frozen=True)
class PlannedOrder:
    """An order to release.

    `quantity` is what is released, `good` what arrives of it; a `release` before period 0 is
    past due. `pegs` are the needs it covers, what is left over keeps or builds up stock.
    """

    place: Place
    source: Source
    origin: str
    release: int
    due: int
    quantity: float
    good: float
    pegs: tuple[Need, ...]

    @property
    def is_past_due(self) -> bool:
        """Tell whether it should have been released before the plan starts."""
        return self.release < 0


@dataclass(frozen=True)
class Swap:
    """A need met by a substitute, in pieces of the substitute."""

    place: Place
    substitute: Place
    period: int
    quantity: float
