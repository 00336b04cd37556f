"""Levers on suppliers, lanes, prices, costs, yields, stock rules and the range of products."""

import re
from datetime import date, timedelta
from typing import Any

from assistant.analyst.clause import Clause, Levers
from assistant.analyst.lever_readers import OUT
from assistant.analyst.quantities import Quantity, read_day
from planning_engine.data.calendars import add_months

_GONE = re.compile(
    r"\b(insolven\w*|bankrupt\w*|bust|los(e|es|ing)|lost|strik(e|es|ing)|drop(s|ped)? out|"
    r"(deliver|suppl|ship)\w* "
    r"(nothing|no more)|(can ?not|can.t|does not|won.t|no longer|stops?) "
    r"(deliver|supply|ship)\w*)\b"
)
_TO = re.compile(r"\b(to|at|of|is|=|only)\W*$")
_PRICE = re.compile(r"\b(list |sales |selling )?(prices?|pricing|dearer)\b")
_COST = re.compile(r"\b((unit|standard|purchase|buying|material) )?(costs?|purchase prices?)\b")
_LANE = re.compile(r"\b(lanes?|routes?|road|rail|transport\w*|shipping|shipments?|moves?|flows?)\b")
_SAFETY = re.compile(r"\b(safety|buffer) ?stocks?\b|\bbuffers?\b|\bss\b")
_SERVICE = re.compile(r"\bservice levels?\b|\bcycle service\b")
_FENCE = re.compile(r"\b(fences?|freez\w+|frozen)\b")
_END = re.compile(r"\b(discontinu\w*|delist\w*|phas\w+ out|stop(s|ped)? selling|axe)\b")
_LAUNCH = re.compile(r"\blaunch\w*\b")
_ONLY = re.compile(r"\b(only|exclusive(ly)?|sole|solely|nobody else|no one else)\b")
_OVERTIME = re.compile(r"\b(overtime|ot)\b")
NO_OVERTIME = re.compile(
    r"\b(no|without|w/?o|zero|forbid\w*|ban\w*|drop) (any |all |more |the )?(overtime|ot)\b"
    r"|\b(overtime|ot) (is )?(forbidden|banned|not allowed)\b"
)
_ELASTICITY = re.compile(r"\belasticity\D{0,12}(-? ?\d+(?:\.\d+)?)")
_OWN_COST = re.compile(r"\b(unit|standard|production|purchase|buying|material|making) costs?\b")
_CAP = re.compile(r"\b(cap(ped)?|limit(ed)?|at most|maximum|max|no more than|up to|ceiling|no)\b")
_YIELD = re.compile(r"\b(yields?|good output|scrap)\b")


def supplier_out(clause: Clause) -> Levers:
    """Return the lever of a supplier that delivers nothing."""
    suppliers = clause.things("supplier")
    timed = any(q.unit in ("days", "weeks", "percent", "units") for q in clause.quantities)
    if not suppliers or timed or not (OUT.search(clause.text) or _GONE.search(clause.text)):
        return Levers()
    if len(suppliers) > 1 and len(clause.mentions_of("supplier")) == 1:
        return Levers(missing="supplier", mention=clause.mention_of("supplier"))
    months = clause.months()
    return Levers(tuple({"kind": "supplier_out", "supplier": s.id, **months} for s in suppliers))


def supplier_capacity(clause: Clause) -> Levers:
    """Return the lever of what a supplier can deliver in a month, at most."""
    suppliers = clause.things("supplier")
    amount = _first(clause, "percent", "units")
    if len(suppliers) != 1 or amount is None or _COST.search(clause.text):
        return Levers()
    change: dict[str, Any] = {"quantity": amount.value}
    if amount.unit == "percent":
        change = {"percent": _change_in_percent(clause, amount)}
    named = _one(clause, "product")
    return Levers(({"kind": "supplier_capacity", "supplier": suppliers[0].id, **named, **change},))


def lane(clause: Clause) -> Levers:
    """Return the lever of a lane that is closed, or of one that costs more or less."""
    sites = clause.things("site")
    if not sites or not (_LANE.search(clause.text) or len(sites) == 2):
        return Levers()
    ends = _ends(clause)
    if not ends:
        return Levers()
    named = _one(clause, "product")
    percent = _first(clause, "percent")
    if percent and re.search(r"\b(costs?|dear\w*|expensive|cheap\w*|rates?)\b", clause.text):
        change = clause.sign() * percent.value
        return Levers(({"kind": "lane_cost", **ends, **named, "percent": change},))
    if not (OUT.search(clause.text) or re.search(r"\bnothing (moves|goes|flows)\b", clause.text)):
        return Levers()
    return Levers(({"kind": "lane_closed", **ends, **named, **clause.months()},))


def _ends(clause: Clause) -> dict[str, str]:
    """Return the sites a lane leaves and reaches: "from P1 to the West DC", "between … and …"."""
    found: dict[str, str] = {}
    for mention in clause.mentions_of("site"):
        things = mention.of_kind("site")
        said, after = clause.before(mention), clause.behind(mention)
        if len(things) != 1:
            continue
        is_first = "from_site" not in found and re.match(r" ?(to|->|→|-)", after)
        leaves = is_first or re.search(r"\b(from|between|out of|leaving)( the)? $", said)
        if re.search(r"(\b(to|into|towards|reaching|and)( the)?|->|→) ?$", said):
            found["to_site"] = things[0].id
        elif leaves:
            found["from_site"] = things[0].id
    return found


def exclusive_source(clause: Clause) -> Levers:
    """Return the lever of a supplier that alone may deliver: "only buy from …"."""
    suppliers = clause.things("supplier")
    buys = re.search(
        r"\b(buy|source|order|supply|supplies|supplied|from|deliver\w*)\b", clause.text
    )
    if len(suppliers) != 1 or not _ONLY.search(clause.text) or not buys or clause.quantities:
        return Levers()
    named = _one(clause, "product")
    return Levers(({"kind": "exclusive_source", "source": suppliers[0].id, **named},))


def cost(clause: Clause) -> Levers:
    """Return the lever of what a unit costs, made or bought."""
    percent = _first(clause, "percent")
    if percent is None or not _COST.search(clause.text):
        return Levers()
    if _is_sold(clause) and not _OWN_COST.search(clause.text):
        return Levers()
    where = _one(clause, "supplier") | _one(clause, "product") or _one(clause, "family")
    if not where:
        return Levers()
    return Levers(({"kind": "unit_cost", **where, "percent": clause.sign() * percent.value},))


def price(clause: Clause) -> Levers:
    """Return the lever of a list price."""
    percent = _first(clause, "percent")
    is_priced = _PRICE.search(clause.text) or (_COST.search(clause.text) and _is_sold(clause))
    if percent is None or not is_priced or clause.things("supplier"):
        return Levers()
    where: dict[str, Any] = _one(clause, "product") or _one(clause, "family")
    elasticity = _ELASTICITY.search(clause.whole)
    if elasticity:
        where = {**where, "elasticity": -abs(float(elasticity[1].replace(" ", "")))}
    sign = -1 if re.search(r"\b(lower|cut|reduc\w*|less|cheaper|down|drop)\b", clause.text) else 1
    return Levers(({"kind": "price", **where, "percent": sign * percent.value},))


def _is_sold(clause: Clause) -> bool:
    """Tell whether the product named is sold: "costs more" is then its price."""
    things = clause.things("product") or clause.things("product", everywhere=True)
    return len(things) == 1 and things[0].note in ("finished", "")


def overtime(clause: Clause) -> Levers:
    """Return the lever that caps overtime on a resource: "at most 20 hours", "no overtime"."""
    forbids = NO_OVERTIME.search(clause.text)
    if not forbids and not (_OVERTIME.search(clause.text) and _CAP.search(clause.text)):
        return Levers()
    resources = clause.things("resource") or clause.things("resource", everywhere=True)
    hours = _first(clause, "hours")
    if hours is None and not forbids:
        return Levers()
    if not resources:
        return Levers(missing="resource")
    most = hours.value if hours else 0.0
    months = clause.months()
    return Levers(
        tuple({"kind": "overtime", "resource": r.id, "hours": most, **months} for r in resources)
    )


def yields(clause: Clause) -> Levers:
    """Return the lever of a yield: "yield of … falls to 92 %"; scrap of 8 % is a yield of 92 %."""
    percent = _first(clause, "percent")
    if percent is None or not _YIELD.search(clause.text):
        return Levers()
    where = _one(clause, "product") or _one(clause, "resource")
    if not where:
        return Levers()
    is_level = bool(_TO.search(clause.text[: clause.place(percent)]))
    share = percent.value if is_level else 100 - percent.value
    if "scrap" in clause.text:
        share = 100 - percent.value
    note = "" if is_level or "scrap" in clause.text else f"The yield is taken as {share:g} %."
    return Levers(({"kind": "yield", **where, "percent": share},), note=note)


def stock_rule(clause: Clause) -> Levers:
    """Return the lever of a safety stock, a service level or a fence."""
    percent = _first(clause, "percent")
    if _SERVICE.search(clause.text) and percent and percent.value >= 50:
        where = _one(clause, "product") or _one(clause, "family")
        kind = {"kind": "service_level", **where, **_one(clause, "site")}
        return Levers(({**kind, "percent": percent.value},))
    amount = _first(clause, "percent", "units")
    if _SAFETY.search(clause.text) and amount:
        where = (_one(clause, "product") or _one(clause, "family")) | _one(clause, "site")
        change = (
            {"percent": _change_in_percent(clause, amount)}
            if amount.unit == "percent"
            else {"quantity": amount.value}
        )
        return Levers(({"kind": "safety_stock", **where, **change},))
    days = next((q for q in clause.quantities if q.unit in ("days", "weeks", "months")), None)
    if _FENCE.search(clause.text) and days:
        length = int(days.value * {"days": 1, "weeks": 7, "months": 30}[days.unit])
        kind_of = "demand_days" if "demand" in clause.text else "planning_days"
        return Levers(({"kind": "fence", kind_of: length},))
    return Levers()


def product_range(clause: Clause) -> Levers:
    """Return the lever that ends a product, or moves its launch."""
    products = clause.things("product")
    if len(products) != 1:
        return Levers()
    if _END.search(clause.text):
        day = _day(clause, last=not re.search(r"\b(from|as of|starting|before)\b", clause.text))
        found = {"kind": "discontinuation", "product": products[0].id}
        return Levers(({**found, "on": day.isoformat()},)) if day else Levers(missing="last_day")
    if _LAUNCH.search(clause.text) and not clause.things("event"):
        day = _day(clause, last=False)
        found = {"kind": "launch", "product": products[0].id}
        return Levers(({**found, "on": day.isoformat()},)) if day else Levers(missing="first_day")
    return Levers()


def event_change(clause: Clause) -> Levers:
    """Return the lever of an event at another strength or time."""
    events = clause.things("event")
    if len(events) != 1:
        return Levers()
    percent = _first(clause, "percent")
    if percent and re.search(r"\b(uplift|brings?|lifts?|effect|adds?)\b", clause.text):
        found: dict[str, Any] = {"uplift_percent": percent.value}
    else:
        days = next((q for q in clause.quantities if q.unit in ("days", "weeks")), None)
        moves = re.search(
            r"\b(later|earlier|postpon\w*|mov\w*|shift\w*|delay\w*|slip\w*)\b", clause.text
        )
        if not (days and moves):
            return Levers()
        sooner = re.search(r"\b(earlier|sooner|forward)\b", clause.text)
        length = int(days.value * (7 if days.unit == "weeks" else 1))
        found = {"shift_days": -length if sooner else length}
    return Levers(({"kind": "event_change", "event": events[0].id, **found},))


NEW_KINDS = frozenset(
    ("supplier_out", "supplier_capacity", "lane_closed", "lane_cost", "exclusive_source",
     "unit_cost", "price", "overtime", "yield", "safety_stock", "service_level", "fence",
     "discontinuation", "launch", "event_change", "calendar")
)  # fmt: skip
READERS = (
    event_change,
    supplier_out,
    exclusive_source,
    cost,
    price,
    supplier_capacity,
    lane,
    overtime,
    yields,
    stock_rule,
    product_range,
)


def _first(clause: Clause, *units: str) -> Quantity | None:
    return next((q for q in clause.quantities if q.unit in units), None)


def _one(clause: Clause, kind: str) -> dict[str, str]:
    """Return the one thing of a kind that is named, in the part or else in the question."""
    things = clause.things(kind) or clause.things(kind, everywhere=True)
    return {kind: things[0].id} if len(things) == 1 else {}


def _change_in_percent(clause: Clause, amount: Quantity) -> float:
    """Return a change: "to 60 %" and "60 % of it" are 40 less, "60 % less" is 60 less."""
    is_share = re.match(r" of (what|its|the|their|normal|it)\b", clause.after(amount))
    if is_share or _TO.search(clause.text[: clause.place(amount)]):
        return amount.value - 100
    return clause.sign() * amount.value


def _day(clause: Clause, *, last: bool) -> date | None:
    """Return the day named; of a month its last day, or the one before it if not `last`."""
    day = read_day(clause.text, clause.clock)
    if day and not re.fullmatch(r"\D*", clause.text[day[1] : day[2]]):
        return day[0]
    months = clause.months()
    month = months.get("end" if last else "start") or months.get("start")
    if month is None:
        return None
    first = date.fromisoformat(month)
    if _LAUNCH.search(clause.text):
        return first
    return add_months(first, 1) - timedelta(days=1) if last else first - timedelta(days=1)
