"""The rows of the supply plan: one function per constraint."""

from collections import defaultdict
from collections.abc import Sequence

from planning_engine.supply.plan.plan_model import PlanModel
from planning_engine.supply.plan.plan_program import Term
from planning_engine.supply.requirements.requirements import Place

BACK = 1e-6
"""Pieces below this are the solver's rounding."""

Flows = dict[tuple[Place, int], list[Term]]


def add_rows(model: PlanModel) -> None:
    """Add every constraint of the plan to its program."""
    coming, going = arrivals(model), departures(model)
    material_balance(model, coming, going)
    resource_hours(model)
    substitutes(model)
    production_lots(model)
    order_lots(model)
    shelf_life(model, going)
    published_plan(model, coming)
    order_classes(model)


def arrivals(model: PlanModel) -> Flows:
    """Return what is made, bought and moved in, by place and month of arrival."""
    found: Flows = defaultdict(list)
    problem, span = model.problem, model.span
    rows = [
        ((way.product, way.site), row, way.lead_months)
        for way, row in zip(problem.ways, model.make, strict=True)
    ]
    rows += [
        ((source.product, source.site), row, 0)
        for source, row in zip(problem.sources, model.buy, strict=True)
    ]
    rows += [
        ((lane.product, lane.target), row, lane.lead_months)
        for lane, row in zip(problem.lanes, model.move, strict=True)
    ]
    for place, row, lead in rows:
        for t in span[lead:]:
            found[(place, t)].append((row[t - lead], 1.0))
    return found


def departures(model: PlanModel) -> Flows:
    """Return what is moved away and taken by parents, by place and month."""
    found: Flows = defaultdict(list)
    problem, span = model.problem, model.span
    for way, row in zip(problem.ways, model.make, strict=True):
        for part in problem.parts.get(way.product, ()):
            for t in span:
                found[((part.component, way.site), t)].append(
                    (row[t], part.quantity / way.yield_rate)
                )
    for swap, row in zip(problem.swaps, model.swap, strict=True):
        way = problem.ways[swap.way]
        replaced = sum(
            part.quantity
            for part in problem.parts.get(way.product, ())
            if part.component == swap.instead_of
        )
        for t in span:
            new, old = (swap.component, way.site), (swap.instead_of, way.site)
            found[(new, t)].append((row[t], swap.quantity / way.yield_rate))
            found[(old, t)].append((row[t], -replaced / way.yield_rate))
    for lane, row in zip(problem.lanes, model.move, strict=True):
        for t in span:
            found[((lane.product, lane.origin), t)].append((row[t], 1.0))
    return found


def material_balance(model: PlanModel, coming: Flows, going: Flows) -> None:
    """Let each product and site end with what it had, plus what came, less what went."""
    problem = model.problem
    for place in problem.places:
        wanted, receipts = problem.demand.get(place), problem.receipts.get(place)
        for t in model.span:
            terms = [*coming[(place, t)], *_minus(going[(place, t)])]
            left, safety = model.stock(place, t)
            terms += _minus(left)
            known = -safety
            known += (receipts[t] if receipts else 0.0) - (wanted[t] if wanted else 0.0)
            if t:
                before, safety = model.stock(place, t - 1)
                terms += before
                known += safety
            else:
                known += problem.opening.get(place, 0.0)
            if wanted:
                terms += _served(model, place, t, sign=-1.0)
            if place in model.waste:
                terms.append((model.waste[place][t], -1.0))
            model.program.row(("balance", *place, t), terms, "==", -known)


def _served(model: PlanModel, place: Place, t: int, sign: float) -> list[Term]:
    """Return what is delivered beyond the month's demand; the demand itself is a constant."""
    terms = [(model.late[place][t], -sign)]
    if t:
        terms.append((model.late[place][t - 1], sign))
    if place in model.lost:
        terms.append((model.lost[place][t], -sign))
    return terms


def resource_hours(model: PlanModel) -> None:
    """Keep what is made, and the set-ups, within regular hours plus overtime."""
    takes: dict[str, list[tuple[list[int], float]]] = defaultdict(list)
    for way, row, switches in zip(model.problem.ways, model.make, model.set_up, strict=True):
        for name, hours in way.hours.items():
            takes[name].append((row, hours))
        if way.setup and switches:
            for name, hours in way.setup.hours.items():
                takes[name].append((switches, hours))
    for name in model.problem.resources:
        for t in model.span:
            terms = [(row[t], hours) for row, hours in takes[name]]
            terms.append((model.extra[name][t], -1.0))
            if name in model.hire:
                terms.append((model.hire[name][t], -1.0))
            there = model.problem.hours[(name, t)].regular
            model.program.row(("hours", name, t), terms, "<=", there)


def substitutes(model: PlanModel) -> None:
    """Let substitutes stand in for a component in no more pieces than are made."""
    stand_ins: dict[tuple[int, str], list[list[int]]] = defaultdict(list)
    for swap, row in zip(model.problem.swaps, model.swap, strict=True):
        stand_ins[(swap.way, swap.instead_of)].append(row)
    for (way, component), rows in stand_ins.items():
        for t in model.span:
            terms = [(row[t], 1.0) for row in rows] + [(model.make[way][t], -1.0)]
            model.program.row(("swap", way, component, t), terms, "<=", 0.0)


def production_lots(model: PlanModel) -> None:
    """Make nothing without a set-up, at least the smallest lot, and whole lots."""
    for index, way in enumerate(model.problem.ways):
        if way.setup is None:
            continue
        most = model.needs[way.product] + way.setup.lot_min + way.setup.lot_multiple
        lots(
            model,
            ("lot", index),
            model.make[index],
            model.set_up[index],
            model.lots[index],
            (way.setup.lot_min, way.setup.lot_multiple, most),
        )


def order_lots(model: PlanModel) -> None:
    """Order nothing below a supplier's smallest order, and whole order lots."""
    for index, source in enumerate(model.problem.sources):
        most = model.needs[source.product] + source.order_min + source.order_multiple
        lots(
            model,
            ("order", index),
            model.buy[index],
            model.order[index],
            model.order_lots[index],
            (source.order_min, source.order_multiple, most),
        )


def lots(
    model: PlanModel,
    key: tuple[str, int],
    row: Sequence[int],
    switches: Sequence[int],
    counts: Sequence[int],
    sizes: tuple[float, float, float],
) -> None:
    """Tie a quantity to its switch and to its number of lots.

    Args:
        model: The plan's model.
        key: What the rows stand for.
        row: The quantity's columns.
        switches: 1 where there is any; empty where nothing hangs on it.
        counts: Number of lots; empty where any quantity will do.
        sizes: Smallest quantity, lot, and the most any plan can use.
    """
    least, multiple, most = sizes
    for t in model.span:
        if switches:
            upper = [(row[t], 1.0), (switches[t], -most)]
            model.program.row((*key, "most", t), upper, "<=", 0.0)
            if least:
                lower = [(row[t], 1.0), (switches[t], -least)]
                model.program.row((*key, "least", t), lower, ">=", 0.0)
        if counts:
            whole = [(row[t], 1.0), (counts[t], -multiple)]
            model.program.row((*key, "lots", t), whole, "==", 0.0)


def shelf_life(model: PlanModel, going: Flows) -> None:
    """Use up what is in stock before it is too old, at each place and in the network.

    What lies at the end of a month must be gone as many months later as it keeps; oldest goes
    first. Opening stock and receipts count as fresh. A piece counts as fresh again where it
    is moved to, so the network as a whole is held to the same rule.
    """
    by_product: dict[str, list[Place]] = defaultdict(list)
    for place in model.waste:
        by_product[place[0]].append(place)
    for product, places in by_product.items():
        for place in places:
            _use_up(model, going, [place], inside=False)
        if len(places) > 1:
            _use_up(model, going, places, inside=True)
        del product


def _use_up(model: PlanModel, going: Flows, places: Sequence[Place], *, inside: bool) -> None:
    """Hold the stock of some places to what leaves them while it keeps.

    Args:
        model: The plan's model.
        going: What leaves each place.
        places: Places of one product.
        inside: Whether moves between the places stay inside, with what is under way.
    """
    product = places[0][0]
    keeps = model.problem.shelf[product]
    lanes = [
        (lane, row)
        for lane, row in zip(model.problem.lanes, model.move, strict=True)
        if lane.product == product
    ]
    for t in range(-1, len(model.span) - keeps):
        terms: list[Term] = []
        known = 0.0
        for place in places:
            if t < 0:
                known -= model.problem.opening.get(place, 0.0)
            else:
                lying, safety = model.stock(place, t)
                terms += lying
                known -= safety
        if inside:
            terms += [
                (row[s], 1.0)
                for lane, row in lanes
                for s in range(max(0, t - lane.lead_months + 1), t + 1)
            ]
        for s in range(t + 1, t + keeps + 1):
            for place in places:
                terms += _minus(going[(place, s)])
                terms.append((model.waste[place][s], -1.0))
                if place in model.problem.demand:
                    terms += _minus(_served(model, place, s, sign=1.0))
                    known += model.problem.demand[place][s]
            if inside:
                terms += [(row[s], 1.0) for _, row in lanes]
        key = ("shelf", product, "" if inside else places[0][1], inside, t)
        model.program.row(key, terms, "<=", known)


def published_plan(model: PlanModel, coming: Flows) -> None:
    """Count what arrives more or less than published, and keep to the budget of changes."""
    published = model.problem.published
    if published is None:
        return
    changes: list[Term] = []
    for place, row in published.supply.items():
        receipts = model.problem.receipts.get(place)
        for t, up in model.up[place].items():
            down = model.down[place][t]
            terms = [*coming[(place, t)], (up, -1.0), (down, 1.0)]
            right = (row[t] or 0.0) - (receipts[t] if receipts else 0.0)
            model.program.row(("published", *place, t), terms, "==", right)
            changes += [(up, 1.0), (down, 1.0)]
    if published.budget is not None:
        terms = changes + [(x, -1.0) for x in model.over]
        model.program.row(("change budget",), terms, "<=", published.budget)


def order_classes(model: PlanModel) -> None:
    """Split what is late over the classes of demand; what is delivered stays delivered."""
    if not model.problem.orders:
        return
    shares: Flows = defaultdict(list)
    for index, by_place in enumerate(model.owed):
        for place, columns in by_place.items():
            for t, column in columns.items():
                shares[(place, t)].append((column, -1.0))
                if t - 1 in columns:
                    terms = [(column, 1.0), (columns[t - 1], -1.0)]
                    model.program.row(("stays", index, *place, t), terms, "<=", 0.0)
    for place in model.problem.demand:
        for t in model.span:
            terms = [(model.late[place][t], 1.0), *shares[(place, t)]]
            model.program.row(("owed", *place, t), terms, "==", 0.0)


def taken_back(model: PlanModel, values: Sequence[float]) -> list[tuple[Place, int]]:
    """Return where a solution takes back what was delivered, to use it elsewhere.

    Hardly any solution does, so these rows are added only where one has done it. Order classes
    rule it out themselves.
    """
    if model.problem.orders:
        return []
    return [
        (place, t)
        for place, wanted in model.problem.demand.items()
        for t, quantity in enumerate(wanted)
        if ("delivered", *place, t) not in model.program.rows
        and sum(each * values[x] for x, each in _owed_anew(model, place, t)) > quantity + BACK
    ]


def keep_delivered(model: PlanModel, place: Place) -> None:
    """Owe no more at the end of a month than was owed before and is asked for in it."""
    for t, quantity in enumerate(model.problem.demand[place]):
        key = ("delivered", *place, t)
        if key not in model.program.rows:
            model.program.tighten(key, _owed_anew(model, place, t), quantity)


def _owed_anew(model: PlanModel, place: Place, t: int) -> list[Term]:
    return _served(model, place, t, sign=-1.0)


def _minus(terms: Sequence[Term]) -> list[Term]:
    return [(number, -coefficient) for number, coefficient in terms]
