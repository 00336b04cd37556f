"""The unconstrained material plan: gross to net through all levels, with offset releases.

Every place (a product at a site) has one source: it is made there, bought, or moved in from
another site. Places are netted in the order of their low-level code, each after everything
that takes from it; what an order takes falls due when the order is released.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning_engine.errors import DataProblem
from planning_engine.supply.requirements.material_items import (
    MaterialItem,
    Need,
    PlannedOrder,
    Row,
    Substitute,
    Swap,
)
from planning_engine.supply.requirements.order_rules import SMALL, NetLine, net_line
from planning_engine.supply.requirements.requirements import Place


@dataclass(frozen=True)
class MaterialLine:
    """One place's netting: needs, gross requirement by period, and what came of them."""

    item: MaterialItem
    level: int
    needs: tuple[Need, ...]
    gross: Row
    line: NetLine
    orders: tuple[PlannedOrder, ...]


@dataclass(frozen=True)
class MaterialPlan:
    """Every place's netting, highest level first, and where substitutes stand in.

    What lacks a source is netted but not ordered.
    """

    periods: int
    lines: Mapping[Place, MaterialLine]
    swaps: tuple[Swap, ...]

    @property
    def orders(self) -> tuple[PlannedOrder, ...]:
        """All orders to release, earliest first."""
        found = [order for line in self.lines.values() for order in line.orders]
        return tuple(sorted(found, key=lambda o: (o.release, o.due, o.place)))

    @property
    def past_due(self) -> tuple[PlannedOrder, ...]:
        """Orders that should have been released before the plan starts, earliest first."""
        return tuple(order for order in self.orders if order.is_past_due)

    def ends(self, order: PlannedOrder) -> tuple[Place, ...]:
        """Return the places whose demand an order serves, through all levels, sorted."""
        found: set[Place] = set()
        seen: set[tuple[Place, int]] = set()
        waiting = [(order, peg) for peg in order.pegs]
        while waiting:
            below, peg = waiting.pop()
            if peg.parent is None:
                found.add(below.place)
                continue
            for above in self.lines[peg.parent].orders:
                if max(0, above.release) == peg.period and (peg.parent, above.due) not in seen:
                    seen.add((peg.parent, above.due))
                    waiting += [(above, further) for further in above.pegs]
        return tuple(sorted(found))


def plan_material(
    items: Mapping[Place, MaterialItem], demand: Mapping[Place, Sequence[float]], periods: int
) -> MaterialPlan:
    """Net all places and plan their orders, without regard to capacity.

    A release before period 0 is flagged, and what it takes falls due in period 0. A substitute
    stands in where a place would run below 0 before an order could arrive, as far as its own
    stock and open receipts have anything left.

    Args:
        items: Every place that is planned; those it takes from are among them.
        demand: Customers' demand by place and period.
        periods: Length of the horizon.

    Raises:
        DataProblem: Places supply each other in a circle; the message shows it.
    """
    needs: dict[Place, list[Need]] = {place: [] for place in items}
    for place, row in demand.items():
        needs[place] += [Need(t, float(q), None) for t, q in enumerate(row) if q > SMALL]
    levels = low_level_codes(items)
    lines: dict[Place, MaterialLine] = {}
    swaps: list[Swap] = []
    for place in sorted(items, key=lambda p: (levels[p], p)):
        item = items[place]
        swapped = _stand_in(item, items, needs, periods)
        swaps += swapped
        own = sorted(needs[place], key=lambda n: (n.period, n.parent or ("", "")))
        gross = _gross(own, periods)
        line = net_line(
            gross,
            item.on_hand,
            item.scheduled or (0.0,) * periods,
            safety_stock=item.safety_stock,
            rule=item.rule,
            yield_rate=item.yield_rate,
        )
        orders = () if item.source == "none" else _orders(item, line, own)
        lines[place] = MaterialLine(item, levels[place], tuple(own), gross, line, orders)
        for order in orders:
            for take in item.takes:
                need = Need(max(0, order.release), order.quantity * take.quantity, place)
                needs[take.place].append(need)
    return MaterialPlan(periods, lines, tuple(swaps))


def low_level_codes(items: Mapping[Place, MaterialItem]) -> dict[Place, int]:
    """Return how deep each place lies: 0 for what nothing is made from, else below all users.

    A substitute lies below what it stands in for.

    Raises:
        DataProblem: Places supply each other in a circle.
    """
    below = {
        place: (*(t.place for t in item.takes), *(s.place for s in item.substitutes))
        for place, item in items.items()
    }
    users = dict.fromkeys(items, 0)
    for entries in below.values():
        for place in entries:
            users[place] += 1
    codes = {place: 0 for place, count in users.items() if not count}
    ready = sorted(codes)
    while ready:
        place = ready.pop()
        for taken in below[place]:
            codes[taken] = max(codes.get(taken, 0), codes[place] + 1)
            users[taken] -= 1
            if not users[taken]:
                ready.append(taken)
    stuck = sorted(place for place, count in users.items() if count)
    if stuck:
        raise DataProblem(_circle(stuck, below))
    return codes


def _circle(stuck: Sequence[Place], below: Mapping[Place, Sequence[Place]]) -> str:
    path = [stuck[0]]
    while path[-1] not in path[:-1]:
        path.append(next(place for place in below[path[-1]] if place in stuck))
    shown = [f"{p} at {s}" if s else p for p, s in path[path.index(path[-1]) :]]
    return (
        f"Supply goes in a circle: {' → '.join(shown)}. Remove one of these lanes, parts or "
        "substitutes."
    )


def _gross(needs: Sequence[Need], periods: int) -> Row:
    gross = [0.0] * periods
    for need in needs:
        gross[need.period] += need.quantity
    return tuple(gross)


def _stand_in(
    item: MaterialItem,
    items: Mapping[Place, MaterialItem],
    needs: dict[Place, list[Need]],
    periods: int,
) -> list[Swap]:
    """Move what cannot be there in time to substitutes, and return what was moved."""
    swaps: list[Swap] = []
    for substitute in item.substitutes:
        balance = item.on_hand
        scheduled = item.scheduled or (0.0,) * periods
        for t in range(min(item.lead, periods)):
            due = [need for need in needs[item.place] if need.period == t]
            balance += scheduled[t] - sum(need.quantity for need in due)
            now = [need for need in due if substitute.parent in (None, need.parent)]
            free = _free(items[substitute.place], needs[substitute.place], periods)[t]
            wanted = min(max(0.0, -balance), sum(need.quantity for need in now))
            moved = min(wanted, free / substitute.ratio)
            if moved > SMALL:
                _move(needs, item.place, substitute, now, moved)
                swaps.append(Swap(item.place, substitute.place, t, moved * substitute.ratio))
                balance += moved
    return swaps


def _free(item: MaterialItem, needs: Sequence[Need], periods: int) -> Row:
    """Return what a place has left from each period on, without any new order."""
    scheduled, gross = item.scheduled or (0.0,) * periods, _gross(needs, periods)
    balance, balances = item.on_hand - item.safety_stock, []
    for t in range(periods):
        balance += scheduled[t] - gross[t]
        balances.append(balance)
    return tuple(max(0.0, min(balances[t:])) for t in range(periods))


def _move(
    needs: dict[Place, list[Need]],
    place: Place,
    substitute: Substitute,
    now: Sequence[Need],
    moved: float,
) -> None:
    for need in now:
        part = min(moved, need.quantity)
        moved -= part
        needs[place].remove(need)
        if need.quantity - part > SMALL:
            needs[place].append(Need(need.period, need.quantity - part, need.parent))
        if part > SMALL:
            there = Need(need.period, part * substitute.ratio, need.parent)
            needs[substitute.place].append(there)


def _orders(item: MaterialItem, line: NetLine, needs: Sequence[Need]) -> tuple[PlannedOrder, ...]:
    """Return the orders of a netting, each with the needs it covers, first come first served.

    The safety stock is set aside first: what fills it up is pegged to no need.
    """
    supplies = [(-1, item.on_hand, False)]
    supplies += [(t, quantity, False) for t, quantity in enumerate(item.scheduled)]
    supplies += [(t, quantity, True) for t, quantity in enumerate(line.arriving)]
    waiting = deque(needs)
    owed = item.safety_stock
    orders = []
    for due, quantity, is_order in sorted(supplies, key=lambda entry: entry[0]):
        if quantity <= SMALL:
            continue
        kept = min(owed, quantity)
        owed -= kept
        pegs = _cover(waiting, quantity - kept)
        if is_order:
            started = line.started[due]
            release = due - item.lead
            orders.append(
                PlannedOrder(
                    item.place, item.source, item.origin, release, due, started, quantity, pegs
                )
            )
    return tuple(orders)


def _cover(waiting: deque[Need], supply: float) -> tuple[Need, ...]:
    """Take what a supply covers off the needs that wait, earliest first."""
    covered = []
    while waiting and supply > SMALL:
        need = waiting.popleft()
        part = min(supply, need.quantity)
        covered.append(Need(need.period, part, need.parent))
        supply -= part
        if need.quantity - part > SMALL:
            waiting.appendleft(Need(need.period, need.quantity - part, need.parent))
    return tuple(covered)
