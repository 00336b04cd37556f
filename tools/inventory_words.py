"""What is said of a stock projection."""

from datetime import date

from planning_engine.supply.stock.inventory import EXCESS_MONTHS, StockOutlook
from planning_engine.supply.stock.obsolete import Obsolete
from tools import wording
from tools.inventory_view import SAID_IN_FULL, InventoryView


def summary(view: InventoryView) -> str:
    """Return one to three sentences that answer."""
    ends = view.projection.ends_with_plan
    beyond = (
        f" The published plan ends in {wording.month(ends)}; later is not known." if ends else ""
    )
    return _answer(view) + _overdue(view) + beyond


def _overdue(view: InventoryView) -> str:
    count, quantity = view.overdue
    if not count or not view.is_one_product or view.only in ("excess", "obsolete"):
        return ""
    amount = view.amount(view.asked[0], quantity)
    if count == 1:
        return f" 1 open receipt of {amount} is overdue; it is counted in the first month."
    return f" {count} open receipts of {amount} are overdue; they are counted in the first month."


def _answer(view: InventoryView) -> str:
    if not view.shown:
        return _nothing(view)
    if view.only == "excess":
        return _excess(view)
    if view.only == "obsolete":
        return _obsolete(view)
    if len(view.asked) == 1:
        (outlook,) = view.asked
        return _window(view, outlook) if view.is_window else _single(view, outlook)
    return _several(view)


def _single(view: InventoryView, outlook: StockOutlook) -> str:
    name = view.stock(outlook)
    counted = f"the {view.amount(outlook, outlook.opening)} counted on "
    start = counted + wording.day(outlook.opening_on)
    if outlook.cover_days is None:
        start += " cover all of its demand until then"
    else:
        cover = wording.figure(outlook.cover_days, "days")
        start += f" cover {cover} of demand without further supply"
    if outlook.first_stock_out:
        deepest = min(outlook.months, key=lambda row: row.closing)
        return (
            f"{name} runs out on {wording.day(outlook.first_stock_out)}; {start}. The shortage "
            f"reaches {view.amount(outlook, outlook.shortage)} in {wording.month(deepest.month)}."
        )
    last = outlook.months[-1]
    end = f"closes {wording.month(last.month)} with {view.amount(outlook, last.closing)}"
    said = f"{name} does not run out {view.when} and {end}; {start}."
    if outlook.below_safety_from and outlook.safety_stock is not None:
        said += (
            f" It is under its safety stock of {view.amount(outlook, outlook.safety_stock)} from "
            f"{wording.month(outlook.below_safety_from)} on."
        )
    if outlook.excess >= 1:
        said += f" {view.amount(outlook, outlook.excess)} of it are more than {_need(outlook)}."
    return said


def _need(outlook: StockOutlook) -> str:
    if outlook.end_on:
        return f"what sells until the last day of sale, {wording.day(outlook.end_on)}"
    return f"{EXCESS_MONTHS} months of demand and the safety stock"


def _window(view: InventoryView, outlook: StockOutlook) -> str:
    rows = view.rows(outlook)
    last = rows[-1]
    if last.closing < 0:
        end = f"is short of {view.amount(outlook, -last.closing)}"
    else:
        end = f"has {view.amount(outlook, last.closing)}"
    said = (
        f"{view.stock(outlook)} {end} at the end of {wording.month(last.month)}: "
        f"{_start(view, outlook, rows[0].opening)} at the start, "
        f"{view.amount(outlook, sum(row.supply for row in rows))} of supply and "
        f"{view.amount(outlook, sum(row.demand for row in rows))} of demand."
    )
    if outlook.first_stock_out:
        said += f" It runs out on {wording.day(outlook.first_stock_out)}."
    return said


def _start(view: InventoryView, outlook: StockOutlook, opening: float) -> str:
    if opening < 0:
        return f"{view.amount(outlook, -opening)} short"
    return view.amount(outlook, opening)


def _several(view: InventoryView) -> str:
    outs, total = view.running_out, len(view.asked)
    if outs:
        verb = "runs" if len(outs) == 1 else "run"
        first = [
            f"{view.stock(o)} on {wording.day(o.first_stock_out or date.max)}"
            for o in outs[:SAID_IN_FULL]
        ]
        if len(outs) > SAID_IN_FULL:
            first.append(f"{len(outs) - SAID_IN_FULL} more")
        said = (
            f"{len(outs)} of {total} stocks{view.whose} {verb} out {view.when}: "
            f"{wording.listed(first)}."
        )
    else:
        said = f"None of the {total} stocks{view.whose} runs out {view.when}."
    return said + _low(view) + _held(view)


def _held(view: InventoryView) -> str:
    """Say what is on hand of one product, in all and at each site."""
    held = view.held
    if held is None:
        return ""
    each = [
        f"{o.opening:,.0f} at {view.names.site(o.site)}"
        for o in view.asked[:SAID_IN_FULL]
        if o.site
    ]
    places = f": {wording.listed(each)}" if each and len(view.asked) <= SAID_IN_FULL else ""
    counted = wording.day(view.asked[0].opening_on)
    return f" On hand on {counted} are {view.amount(view.asked[0], held)}{places}."


def _low(view: InventoryView) -> str:
    low = view.running_low
    if not low:
        return ""
    which = "more" if view.running_out else "of them"
    verb = "falls" if len(low) == 1 else "fall"
    first = low[0]
    start = wording.month(first.below_safety_from or view.months[0])
    lead = "" if len(low) == 1 else "first "
    return f" {len(low)} {which} {verb} under safety stock: {lead}{view.stock(first)} in {start}."


def _excess(view: InventoryView) -> str:
    top = view.shown[0]
    many = (
        f"{len(view.shown)} stocks{view.whose} hold"
        if len(view.shown) > 1
        else f"1 stock{view.whose} holds"
    )
    worth = ""
    if view.excess_value is not None:
        value = wording.figure(view.excess_value, view.names.currency)
        worth = f", worth {value} at standard cost"
    each = ""
    if top.excess_value is not None:
        each = f" ({wording.figure(top.excess_value, view.names.currency)})"
    return (
        f"{many} more than {EXCESS_MONTHS} months of demand and the safety stock will use{worth}. "
        f"Most is {view.stock(top)}: {view.amount(top, top.excess)}{each}{_ends(view, top)}."
    )


def _obsolete(view: InventoryView) -> str:
    top = view.shown[0]
    what = top.obsolete
    many = "1 stock" if len(view.shown) == 1 else f"{len(view.shown)} stocks"
    verb = "holds" if len(view.shown) == 1 else "hold"
    worth = each = ""
    if view.obsolete_value is not None:
        value = wording.figure(view.obsolete_value, view.names.currency)
        worth = f", worth {value} at standard cost"
    if top.obsolete_value is not None:
        each = f" ({wording.figure(top.obsolete_value, view.names.currency)})"
    total = view.obsolete_in_all
    in_all = f", {view.amount(top, total)} in all" if total is not None else ""
    said = f"{many}{view.whose} {verb} more than will ever be sold{in_all}{worth}."
    if what is None:
        return said
    amount = view.amount(top, what.quantity)
    lead = "It is" if len(view.shown) == 1 else "Most is"
    return f"{said} {lead} {view.stock(top)}: {amount}{each}, {_why(view, top, what)}."


def _why(view: InventoryView, outlook: StockOutlook, what: Obsolete) -> str:
    if what.reason == "ends":
        return _ends(view, outlook).removeprefix(", ")
    if what.reason == "spoils":
        return "which spoils before it is sold"
    return f"of which nothing is wanted {view.when}"


def _ends(view: InventoryView, outlook: StockOutlook) -> str:
    if outlook.end_on is None:
        return ""
    if outlook.end_on < view.projection.months[0]:
        return f", which was last sold on {wording.day(outlook.end_on)}"
    return f", which is sold until {wording.day(outlook.end_on)}"


def _nothing(view: InventoryView) -> str:
    if view.asked:
        if view.only == "obsolete":
            return (
                f"All of the {len(view.asked)} stocks{view.whose} can be sold, as far as is known."
            )
        if view.only == "excess":
            return (
                f"None of the {len(view.asked)} stocks{view.whose} holds more than {EXCESS_MONTHS} "
                "months of demand and its safety stock."
            )
        return (
            f"None of the {len(view.asked)} stocks{view.whose} runs out or falls under its safety "
            f"stock {view.when}."
        )
    if view.uncounted:
        place = view.names.stock(*view.uncounted[0])
        return f"No stock of {place} was counted, so that it cannot be projected."
    return f"No stock{view.whose} is in the data."
