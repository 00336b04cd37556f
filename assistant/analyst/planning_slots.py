"""Slots of the questions to the planning tools that are not names or months."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from assistant.analyst import demand_slots
from assistant.analyst.demand_slots import Slots, ids_of
from assistant.analyst.frame import Ask, Choice, Filled, Frame
from assistant.analyst.levers import lever_name, read_levers
from assistant.analyst.meetings import cycles_compared
from assistant.analyst.planning_requests import fields_of
from assistant.analyst.quantities import number, read_day
from assistant.analyst.signals import Signals
from assistant.analyst.slots import wants_overtime
from assistant.analyst.supply_levers import NO_OVERTIME
from assistant.analyst.vocabulary import Vocabulary
from planning_engine.data.calendars import add_months, months_between

_BARE = re.compile(r"(?<![\w.,\-])(\d{1,3}(?:[., ]\d{3})+|\d+)(?![\w%\-]|[.,]\d)")


def fill_planning(
    frame: Frame, signals: Signals, vocabulary: Vocabulary, ask: Ask | None
) -> Filled:
    """Return the frame of a question to a planning tool, completed by its own reader."""
    reader = READERS.get(frame.intent)
    slots = reader(signals, vocabulary) if reader else {}
    takes = fields_of(frame.intent)
    frame = frame.with_slots(**{k: v for k, v in slots.items() if k in takes})
    return Filled(frame, ask or _lacking(frame))


def _lacking(frame: Frame) -> Ask | None:
    """Return the question back for what the tool cannot do without."""
    if frame.intent == "promise_order" and not frame.names.get("product"):
        return Ask("For which product? Name it, and how many you want by when.")
    if frame.intent == "promise_order" and "quantity" not in frame.slots:
        return Ask("How many units shall I promise?", _some_quantities())
    if frame.intent == "draft_override":
        return _lacking_of_override(frame)
    if frame.intent == "size_lots" and not (
        frame.names.get("product") or frame.names.get("resource")
    ):
        return Ask("For which product or resource? Name one of them.")
    return None


def _some_quantities() -> tuple[Choice, ...]:
    return tuple(Choice(f"{q:,} units", slots={"quantity": q}) for q in (1, 1_000, 10_000))


def _lacking_of_override(frame: Frame) -> Ask | None:
    if not frame.names.get("product"):
        return Ask("An override changes one product. Which one, in which month, and why?")
    if "start" not in frame.slots or not {"percent", "quantity"} & frame.slots.keys():
        return Ask(
            "By how much, and from which month? For example: 'raise it in March by 10 %, new "
            "listing'."
        )
    if "reason" not in frame.slots:
        return Ask("Why? An override is recorded with its reason.", open_slot="reason")
    return None


def _money(signals: Signals, vocabulary: Vocabulary) -> Slots:
    text = signals.text.lower()
    found: dict[str, Any] = {}
    if re.search(r"\bcash\b|\bliquidity\b", text):
        found["focus"] = "cash"
    elif re.search(r"\bbudget\b|\bprice.{0,4}volume\b|\bmix\b|\bvariance\b", text):
        found["focus"] = "budget"
    if re.search(r"\b(fiscal|full|whole|this|the) ?-?year('s)?\b|\bfy\b|\byear[- ]end\b", text):
        found["period"] = "fiscal_year"
    elif any(period.leans == "past" for period in signals.periods):
        found["period"] = "back"
    months = _months_back(signals, vocabulary)
    if months and found.get("period") != "fiscal_year":
        found |= {"period": "back", "months": min(months, 18)}
    if "focus" in found and re.search(r"\brevenues?\b|\bturnover\b", text):
        found["measure"] = "revenue"
    return found


def _months_back(signals: Signals, vocabulary: Vocabulary) -> int | None:
    """Return how many complete months back from today a past period reaches."""
    for period in signals.periods:
        first, last = period.placed("past", vocabulary.clock)
        is_past = period.leans == "past" or (last and last < vocabulary.clock.plan_start)
        if is_past and not period.months and first and last == vocabulary.clock.last_actual:
            return months_between(first, last) + 1
    return None


_EXCEPTIONS: tuple[tuple[str, str], ...] = (
    ("stock-out", r"\bstock[- ]?outs?\b|\brun out\b"),
    ("overload", r"\boverloads?\b|\boverloaded\b"),
    ("late supplier", r"\b(late )?suppliers?\b"),
    ("obsolete", r"\bobsolete\b|\bobsolescence\b"),
    ("excess", r"\bexcess\b"),
    ("forecast bias", r"\bbias(ed)?\b"),
    ("overdue order", r"\boverdue (customer )?orders?\b"),
    ("budget gap", r"\bbudget\b"),
    ("plan change", r"\bplan changes?\b|\bfence\b"),
)


def _exceptions(signals: Signals, vocabulary: Vocabulary) -> Slots:
    text = signals.text.lower()
    kinds = [kind for kind, pattern in _EXCEPTIONS if re.search(pattern, text)]
    top = re.search(r"\btop (\d{1,2})\b|\b(\d{1,2}) (biggest|worst|most|largest)\b", text)
    found: dict[str, Any] = {"kinds": kinds} if kinds else {}
    return found | ({"top": int(top[1] or top[2])} if top else {})


def _levers(signals: Signals, vocabulary: Vocabulary) -> Slots:
    levers = read_levers(signals, vocabulary).levers
    return {"levers": list(levers)} if levers else {}


def _overtime(signals: Signals, vocabulary: Vocabulary) -> Slots:
    is_banned = wants_overtime(signals.text) is False or NO_OVERTIME.search(signals.text.lower())
    return {"overtime": False} if is_banned else {}


def _relaxations(signals: Signals, vocabulary: Vocabulary) -> Slots:
    keeps = re.search(r"\b(safety stocks?|stock targets?|buffers?)\b", signals.text.lower())
    return {**_overtime(signals, vocabulary), **({"safety_stock": True} if keeps else {})}


def _plan_of_record(signals: Signals, vocabulary: Vocabulary) -> Slots:
    levers = read_levers(signals, vocabulary).levers
    told = [f"{lever_name(lever, vocabulary)}{_when(lever)}" for lever in levers]
    title = f"Plan with {' and '.join(told)}" if told else "The base plan"
    return {"title": title[:120], **_levers(signals, vocabulary)}


def _when(lever: Mapping[str, Any]) -> str:
    """Return a lever's months in words, empty for the whole plan."""
    start, end = (
        f"{date.fromisoformat(lever[name]):%B %Y}" if lever.get(name) else None
        for name in ("start", "end")
    )
    if start and end:
        return f" in {start}" if start == end else f" from {start} to {end}"
    return f" from {start}" if start else f" until {end}" if end else ""


def _promise(signals: Signals, vocabulary: Vocabulary) -> Slots:
    day = read_day(signals.text, vocabulary.clock)
    spoken = (day[1], day[2]) if day else (0, 0)
    found: dict[str, Any] = {}
    amount = _amount(signals, spoken)
    if amount:
        found["quantity"] = amount
    wanted = day[0] if day else _month_end(signals, vocabulary)
    if wanted:
        found |= {"wanted_on": wanted.isoformat(), "by": wanted.isoformat()}
    return found


def _amount(signals: Signals, skipped: tuple[int, int]) -> float | None:
    """Return the pieces asked for: a number of units, or a bare number outside names and dates."""
    units = [q.value for q in signals.quantities if q.unit == "units"]
    if units:
        return units[0]
    taken = [*signals.spans(), skipped]
    for match in _BARE.finditer(signals.text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            return number(match[1].replace(" ", ""))
    return None


def _month_end(signals: Signals, vocabulary: Vocabulary) -> date | None:
    for period in signals.periods:
        _, last = period.placed("future", vocabulary.clock)
        if last:
            return add_months(last, 1) - timedelta(days=1)
    return None


def _requirements(signals: Signals, vocabulary: Vocabulary) -> Slots:
    text = signals.text.lower()
    found: dict[str, Any] = {}
    if re.search(
        r"\b(past[- ]due|past (their|its) release|overdue|already|by now|too late)\b", text
    ):
        found["only"] = "past_due"
    elif re.search(r"\b(buy|purchas\w+|procure\w*|suppliers?|requisitions?|materials?)\b", text):
        found["only"] = "buy"
    elif re.search(r"\b(make|batch\w*|production orders?|produce)\b", text):
        found["only"] = "make"
    if re.search(r"\blot[- ]for[- ]lot\b", text):
        found["lot_rule"] = "lot_for_lot"
    if re.search(r"\bmrp\b|\border and make\b|\bproduction and purchas", text):
        found.pop("only", None)
    if ids_of(signals, "product") and found.get("only") != "past_due":
        found.pop("only", None)
    return found


def _grid(signals: Signals, vocabulary: Vocabulary) -> Slots:
    found: dict[str, Any] = {}
    for period in signals.periods:
        if period.ahead and period.leans == "future":
            found["ahead"] = min(period.ahead, 18)
        elif period.count and period.leans == "past":
            found["back"] = min(period.count, 24)
    return found


def _aggregate(signals: Signals, vocabulary: Vocabulary) -> Slots:
    text = signals.text.lower()
    found: dict[str, Any] = {}
    costs = (
        ("hire_cost", r"hir(?:e|ing)\w*"),
        ("fire_cost", r"(?:fir(?:e|ing)|lay(?:ing)?[ -]?offs?|dismiss\w*)"),
        ("subcontract_cost", r"subcontract\w*"),
    )
    for name, word in costs:
        match = re.search(
            rf"\b{word}(?: costs?| price| at| for| a worker| is)* (\d+(?:\.\d+)?)", text
        )
        if match:
            found[name] = float(match[1])
    workers = re.search(r"\b(\d+) (?:workers|people|operators|employees)\b", text)
    if workers:
        found["workers"] = float(workers[1])
    if re.search(r"\bwhole (workers|people|numbers)\b", text):
        found["whole"] = True
    return found


def _stock(signals: Signals, vocabulary: Vocabulary) -> Slots:
    text = signals.text.lower()
    found: dict[str, Any] = {}
    share = next((q.value for q in signals.quantities if q.unit == "percent"), None)
    if share and 50 <= share < 100:
        name = "fill_rate" if re.search(r"\bfill[- ]?rate|from stock\b", text) else "service_level"
        found[name] = round(share / 100, 6)
    days = next((q for q in signals.quantities if q.unit in ("days", "weeks")), None)
    if re.search(r"\bcontinuous\w*\b|\b0 days\b", text):
        found["review_days"] = 0.0
    elif days and "review" in text:
        found["review_days"] = days.value * (7 if days.unit == "weeks" else 1)
    cost = re.search(r"\border(?:ing)? costs?(?: of| is|:)? (?:\w{3} )?(\d+(?:\.\d+)?)", text)
    if cost:
        found["order_cost"] = float(cost[1])
    if re.search(r"\bslow[- ]?mov\w+|\bslow sellers?\b", text):
        found["show"] = "slow"
    elif re.search(r"\b(too low|not enough|below (what|the need|need)|under-?sized)\b", text):
        found["show"] = "above_declared"
    elif re.search(r"\b(too (high|much)|more than (we )?need|over-?sized)\b", text):
        found["show"] = "below_declared"
    return found


def _placement(signals: Signals, vocabulary: Vocabulary) -> Slots:
    days = next((q for q in signals.quantities if q.unit in ("days", "weeks")), None)
    share = next((q.value for q in signals.quantities if q.unit == "percent"), None)
    found: dict[str, Any] = {}
    if days:
        found["promise_days"] = int(days.value * (7 if days.unit == "weeks" else 1))
    if share and 50 <= share < 100:
        found["service_level"] = round(share / 100, 6)
    return found


def _segments(signals: Signals, vocabulary: Vocabulary) -> Slots:
    text = signals.text
    found: dict[str, Any] = {}
    named = re.search(r"(?<![\w/])([ABC][XYZ]|[ABCXYZ])(?![\w/'])(?! /)", text)
    if named and not (named[1] == "A" and re.match(r" [a-z]+ (of|to)\b", text[named.end() :])):
        found["segment"] = named[1]
    elif re.search(
        r"\b(erratic\w*|hard to (foresee|forecast|predict)|var(y|ies) (the )?most)\b", text
    ):
        found["segment"] = "Z"
    lowered = text.lower()
    measure = next((m for m in ("margin", "quantity") if m in lowered), None)
    measure = "quantity" if re.search(r"\bby (volume|pieces|cases|units)\b", lowered) else measure
    return found | ({"measure": measure} if measure else {})


def _risk(signals: Signals, vocabulary: Vocabulary) -> Slots:
    text = signals.text.lower()
    found: dict[str, Any] = {}
    share = next((q.value for q in signals.quantities if q.unit == "percent"), None)
    strays = r"\b(stray\w*|spread|error|off|uncertain\w*|var(y|ies)|swing\w*|deviat\w*)\b"
    if share and re.search(r"\bdemand\b", text) and re.search(strays, text):
        found["demand_error_percent"] = share
    else:
        found |= _levers(signals, vocabulary)
    seed = re.search(r"\bseed (?:of )?(\d+)\b", text)
    runs = re.search(r"\b(\d{2,4}) (?:runs|futures|simulations|draws)\b", text)
    if seed:
        found["seed"] = int(seed[1])
    if runs:
        found["runs"] = int(runs[1])
    return found


def _change(signals: Signals, vocabulary: Vocabulary) -> Slots:
    text = signals.text.lower()
    found: dict[str, Any] = {}
    pair = cycles_compared(signals, vocabulary.cycles)
    if pair and any(period.span or period.months for period in signals.periods):
        found |= {"cycle": pair[0].isoformat(), "previous": pair[1].isoformat()}
    if re.search(r"\b(consensus|forecasts?|demand( plan)?)\b", text):
        found["what"] = "demand"
    if re.search(r"\b(in (money|euros?|eur|value)|value|worth|cost)\b", text):
        found["measure"] = "value"
    return found


READERS: Mapping[str, Callable[[Signals, Vocabulary], Slots]] = {
    "assess_risk": _risk,
    "draft_override": demand_slots.override,
    "draft_plan_of_record": _plan_of_record,
    "explain_late": _overtime,
    "find_relaxations": _relaxations,
    "explain_change": _change,
    "segment_products": _segments,
    "size_stock": _stock,
    "estimate_uplift": demand_slots.uplift,
    "plan_in_full": _levers,
    "rank_exceptions": _exceptions,
    "reconcile_forecast": demand_slots.levels,
    "review_demand": demand_slots.demand,
    "place_safety_stock": _placement,
    "plan_aggregate": _aggregate,
    "plan_in_money": _money,
    "plan_requirements": _requirements,
    "promise_order": _promise,
    "review_overrides": demand_slots.overrides,
    "show_grid": _grid,
}
