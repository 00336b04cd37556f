"""Checks a supply plan against its problem, without the model that made it.

It recomputes every balance, limit and cost from the plan's quantities alone and shares no
code with the model, so that a mistake there cannot hide here.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from planning_engine.supply.plan.plan_problem import SupplyPlan
from planning_engine.supply.requirements.requirements import Place

TOLERANCE = 1e-4


def verify(plan: SupplyPlan) -> tuple[str, ...]:
    """Return a sentence for every rule the plan breaks; empty if it keeps them all."""
    ledger = Ledger(plan)
    found = [*_negatives(plan), *_balances(plan, ledger), *_deliveries(plan), *_hours(plan)]
    found += [*_limits(plan), *_lead_times(plan), *_safety(plan), *_lots(plan), *_swaps(plan)]
    found += [*_shelf_life(plan, ledger), *_classes(plan), *_costs(plan, ledger)]
    return tuple(found)


class Ledger:
    """What came to and went from each place, month by month, one entry after the other."""

    def __init__(self, plan: SupplyPlan) -> None:
        problem = plan.problem
        self.count = len(problem.months)
        self.came: dict[Place, list[float]] = defaultdict(lambda: [0.0] * self.count)
        self.sent: dict[Place, list[float]] = defaultdict(lambda: [0.0] * self.count)
        self.used: dict[Place, list[float]] = defaultdict(lambda: [0.0] * self.count)
        for place, row in problem.receipts.items():
            self._enter(place, row, 0)
        for source, row in zip(problem.sources, plan.bought, strict=True):
            self._enter((source.product, source.site), row, 0)
        for index, (way, row) in enumerate(zip(problem.ways, plan.made, strict=True)):
            self._enter((way.product, way.site), row, way.lead_months)
            self._use_parts(plan, index, row)
        for lane, row in zip(problem.lanes, plan.moved, strict=True):
            self._enter((lane.product, lane.target), row, lane.lead_months)
            for t, quantity in enumerate(row):
                self.sent[(lane.product, lane.origin)][t] += quantity

    def _enter(self, place: Place, row: Sequence[float], lead: int) -> None:
        for t, quantity in enumerate(row):
            if t + lead < self.count:
                self.came[place][t + lead] += quantity

    def _use_parts(self, plan: SupplyPlan, index: int, row: Sequence[float]) -> None:
        way = plan.problem.ways[index]
        parts = plan.problem.parts.get(way.product, ())
        for t, good in enumerate(row):
            started = good / way.yield_rate
            for part in parts:
                self.used[(part.component, way.site)][t] += started * part.quantity
        for swap, pieces in zip(plan.problem.swaps, plan.swapped, strict=True):
            if swap.way != index:
                continue
            spared = sum(p.quantity for p in parts if p.component == swap.instead_of)
            for t, good in enumerate(pieces):
                started = good / way.yield_rate
                self.used[(swap.component, way.site)][t] += started * swap.quantity
                self.used[(swap.instead_of, way.site)][t] -= started * spared


def _off(one: float, other: float) -> bool:
    return abs(one - other) > TOLERANCE * max(1.0, abs(one), abs(other))


def _above(one: float, limit: float) -> bool:
    return one > limit + TOLERANCE * max(1.0, abs(limit))


def _negatives(plan: SupplyPlan) -> Iterable[str]:
    rows = {
        "made": plan.made,
        "moved": plan.moved,
        "bought": plan.bought,
        "stock": plan.stock.values(),
        "late": plan.late.values(),
        "overtime": plan.overtime.values(),
        "lost": plan.lost.values(),
        "wasted": plan.wasted.values(),
        "swapped": plan.swapped,
        "hired": plan.hired.values(),
    }
    for name, quantities in rows.items():
        if any(value < -TOLERANCE for row in quantities for value in row):
            yield f"A quantity {name} is negative."


def _balances(plan: SupplyPlan, ledger: Ledger) -> Iterable[str]:
    problem, nothing = plan.problem, [0.0] * ledger.count
    for place in problem.places:
        stock, owed = problem.opening.get(place, 0.0), 0.0
        for t, month in enumerate(problem.months):
            gone = ledger.sent[place][t] + ledger.used[place][t]
            gone += plan.wasted.get(place, nothing)[t] + problem.demand.get(place, nothing)[t]
            owes = plan.late.get(place, nothing)[t]
            kept = owes - owed + plan.lost.get(place, nothing)[t]
            if _off(stock + ledger.came[place][t] + kept, plan.stock[place][t] + gone):
                yield f"The stock of {place[0]} at {place[1]} does not add up in {month:%B %Y}."
            stock, owed = plan.stock[place][t], owes


def _deliveries(plan: SupplyPlan) -> Iterable[str]:
    for (product, site), wanted in plan.problem.demand.items():
        owed = 0.0
        lost = plan.lost.get((product, site), (0.0,) * len(wanted))
        for t, month in enumerate(plan.problem.months):
            owes = plan.late[(product, site)][t]
            if _above(owes + lost[t], wanted[t] + owed):
                yield f"More {product} is owed at {site} than was asked for by {month:%B %Y}."
            owed = owes


def _hours(plan: SupplyPlan) -> Iterable[str]:
    problem = plan.problem
    run: dict[tuple[str, int], float] = defaultdict(float)
    for index, (way, made) in enumerate(zip(problem.ways, plan.made, strict=True)):
        for t, quantity in enumerate(made):
            for name, hours in way.hours.items():
                run[(name, t)] += hours * quantity
            if way.setup and plan.setups[index]:
                for name, hours in way.setup.hours.items():
                    run[(name, t)] += hours * plan.setups[index][t]
    for (resource, t), there in problem.hours.items():
        month = problem.months[t]
        extra = plan.overtime.get(resource, (0.0,) * len(problem.months))[t]
        if extra > there.overtime + TOLERANCE:
            yield f"{resource} works more overtime than allowed in {month:%B %Y}."
        hired = plan.hired[resource][t] if resource in plan.hired else 0.0
        if _above(run[(resource, t)], there.regular + extra + hired):
            yield f"{resource} runs longer than it can in {month:%B %Y}."


def _limits(plan: SupplyPlan) -> Iterable[str]:
    for source, bought in zip(plan.problem.sources, plan.bought, strict=True):
        if source.capacity is not None and _above(max(bought), source.capacity):
            yield f"{source.supplier} delivers more {source.product} than it can."
    for lane, moved in zip(plan.problem.lanes, plan.moved, strict=True):
        if lane.capacity is not None and _above(max(moved), lane.capacity):
            yield f"{lane.origin} sends more {lane.product} to {lane.target} than the lane carries."


def _lead_times(plan: SupplyPlan) -> Iterable[str]:
    for source, bought in zip(plan.problem.sources, plan.bought, strict=True):
        if any(quantity > TOLERANCE for quantity in bought[: source.lead_months]):
            yield f"{source.product} of {source.supplier} comes before it could be ordered."
        if any(bought[t] > TOLERANCE for t in source.closed if t < len(bought)):
            yield f"{source.product} of {source.supplier} comes while the supplier is out."
    for lane, moved in zip(plan.problem.lanes, plan.moved, strict=True):
        if any(moved[t] > TOLERANCE for t in lane.closed if t < len(moved)):
            yield f"{lane.product} leaves {lane.origin} while the lane to {lane.target} is closed."


def _safety(plan: SupplyPlan) -> Iterable[str]:
    for place, wanted in plan.problem.safety.items():
        for kept, missing in zip(plan.stock[place], plan.below[place], strict=True):
            if kept + missing < wanted - TOLERANCE * max(1.0, wanted):
                yield f"What is missing from the safety stock of {place[0]} is not counted."


def _lots(plan: SupplyPlan) -> Iterable[str]:
    for index, (way, made) in enumerate(zip(plan.problem.ways, plan.made, strict=True)):
        if way.setup is None:
            continue
        for t, quantity in enumerate(made):
            once = plan.setups[index][t] if plan.setups[index] else None
            if once is not None and min(abs(once), abs(once - 1)) > TOLERANCE:
                yield f"A part of a set-up of {way.product} at {way.site} is counted."
            if once is not None and quantity > TOLERANCE and once < 1 - TOLERANCE:
                yield f"{way.product} is made at {way.site} without a set-up."
            if quantity > TOLERANCE and quantity < way.setup.lot_min * (1 - TOLERANCE):
                yield f"A lot of {way.product} at {way.site} is too small."
            if not _is_multiple(quantity, way.setup.lot_multiple):
                yield f"{way.product} is not made in whole lots at {way.site}."
    for source, bought in zip(plan.problem.sources, plan.bought, strict=True):
        for quantity in bought:
            if quantity > TOLERANCE and quantity < source.order_min * (1 - TOLERANCE):
                yield f"An order of {source.product} at {source.supplier} is too small."
            if not _is_multiple(quantity, source.order_multiple):
                yield f"{source.product} is not ordered in whole lots at {source.supplier}."


def _is_multiple(quantity: float, lot: float) -> bool:
    return lot == 0 or not _off(quantity, round(quantity / lot) * lot)


def _swaps(plan: SupplyPlan) -> Iterable[str]:
    replaced: dict[tuple[int, str, int], float] = defaultdict(float)
    for swap, row in zip(plan.problem.swaps, plan.swapped, strict=True):
        for t, pieces in enumerate(row):
            replaced[(swap.way, swap.instead_of, t)] += pieces
    for (way, component, t), pieces in replaced.items():
        if _above(pieces, plan.made[way][t]):
            yield f"More {component} is replaced than the pieces made would take."


def _shelf_life(plan: SupplyPlan, ledger: Ledger) -> Iterable[str]:
    """Follow the pieces of each month, oldest out first, and find any that are too old."""
    networks: dict[str, list[Place]] = defaultdict(list)
    for place in plan.problem.places:
        keeps = plan.problem.shelf.get(place[0], ledger.count + 1)
        if keeps <= ledger.count:
            networks[place[0]].append(place)
            came, gone = ledger.came[place], _gone(plan, ledger, place)
            went = [a + b for a, b in zip(gone, ledger.sent[place], strict=True)]
            if _outlives(plan.problem.opening.get(place, 0.0), came, went, keeps):
                yield f"{place[0]} is kept at {place[1]} longer than it lasts."
    for product, places in networks.items():
        opening = sum(plan.problem.opening.get(place, 0.0) for place in places)
        came, went = [0.0] * ledger.count, [0.0] * ledger.count
        for place in places:
            for t in range(ledger.count):
                came[t] += ledger.came[place][t]
                went[t] += _gone(plan, ledger, place)[t]
        for lane, moved in zip(plan.problem.lanes, plan.moved, strict=True):
            if lane.product == product:
                for t, quantity in enumerate(moved):
                    # It entered when it left the last site: what arrives is no fresh piece.
                    if t + lane.lead_months < ledger.count:
                        came[t + lane.lead_months] -= quantity
        if _outlives(opening, came, went, plan.problem.shelf[product]):
            yield f"{product} is kept in the network longer than it lasts."


def _gone(plan: SupplyPlan, ledger: Ledger, place: Place) -> list[float]:
    """Return what leaves a place for good: delivered, used, thrown away."""
    nothing = (0.0,) * ledger.count
    delivered = plan.delivered(place) if place in plan.problem.demand else nothing
    wasted = plan.wasted.get(place, nothing)
    return [ledger.used[place][t] + delivered[t] + wasted[t] for t in range(ledger.count)]


def _outlives(opening: float, came: Sequence[float], went: Sequence[float], keeps: int) -> bool:
    shelf = [(-1, opening)]
    for t, (arrived, gone) in enumerate(zip(came, went, strict=True)):
        shelf.append((t, arrived))
        while shelf and gone > 0:
            since, pieces = shelf.pop(0)
            if pieces > gone:
                shelf.insert(0, (since, pieces - gone))
            gone = max(0.0, gone - pieces)
        old = sum(pieces for since, pieces in shelf if since + keeps <= t)
        if old > TOLERANCE * max(1.0, opening, *came):
            return True
    return False


def _classes(plan: SupplyPlan) -> Iterable[str]:
    shared: dict[Place, list[float]] = defaultdict(lambda: [0.0] * len(plan.problem.months))
    for entry, by_place in zip(plan.problem.orders, plan.owed, strict=True):
        for place, row in by_place.items():
            left = entry.wanted[place]
            for t, owed in enumerate(row):
                shared[place][t] += owed
                if t >= entry.due and _above(owed, left):
                    yield f"What was delivered of {place[0]} at {place[1]} is owed again."
                left = owed if t >= entry.due else left
    for place, row in plan.late.items() if plan.problem.orders else ():
        if any(_off(one, other) for one, other in zip(row, shared[place], strict=True)):
            yield f"The orders of {place[0]} at {place[1]} do not add up to what is late."


def _costs(plan: SupplyPlan, ledger: Ledger) -> Iterable[str]:
    problem = plan.problem
    total = 0.0
    for index, (way, made) in enumerate(zip(problem.ways, plan.made, strict=True)):
        hourly = sum(problem.wages[name][0] * hours for name, hours in way.hours.items())
        total += sum(made) * (hourly + way.setup_cost)
        if way.setup:
            once = sum(problem.wages[name][0] * hours for name, hours in way.setup.hours.items())
            total += sum(plan.setups[index]) * (once + way.setup.cost)
    for name, row in plan.overtime.items():
        total += sum(row) * (problem.wages[name][1] - problem.wages[name][0])
    for name, row in plan.hired.items():
        total += sum(row) * (problem.hire[name] - problem.wages[name][0])
    total += sum(s.price * sum(q) for s, q in zip(problem.sources, plan.bought, strict=True))
    total += sum(lane.cost * sum(q) for lane, q in zip(problem.lanes, plan.moved, strict=True))
    total += sum(problem.costs[place[0]].holding * sum(row) for place, row in plan.stock.items())
    total += sum(problem.costs[place[0]].waste * sum(row) for place, row in plan.wasted.items())
    for place, row in plan.late.items():
        total += problem.costs[place[0]].late * sum(row) + problem.costs[place[0]].lost * row[-1]
    for place, row in plan.lost.items():
        total += (problem.costs[place[0]].lost_sale or 0.0) * sum(row)
    for place, row in plan.below.items():
        rate = problem.costs[place[0]]
        total += rate.below_safety * sum(row) + rate.refill * row[-1]
    total += _changes(plan, ledger)
    if _off(total, plan.objective):
        yield f"The parts cost {total:.2f}, the solver says {plan.objective:.2f}."
    if _off(total, plan.cost.total):
        yield f"The parts cost {total:.2f}, the plan says {plan.cost.total:.2f}."


def _changes(plan: SupplyPlan, ledger: Ledger) -> float:
    """Return what leaving the published plan costs: where it is frozen, and over the budget."""
    published = plan.problem.published
    if published is None:
        return 0.0
    frozen = total = 0.0
    for place, row in published.supply.items():
        for t, quantity in enumerate(row):
            if quantity is not None:
                change = abs(ledger.came[place][t] - quantity)
                total += change
                frozen += change if t < published.frozen else 0.0
    over = 0.0 if published.budget is None else max(0.0, total - published.budget)
    return published.penalty * (frozen + over)
