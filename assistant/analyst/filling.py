"""From what a question shows and its intent to a frame: names and months in their slots."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.analyst.frame import Ask, Choice, Frame, Span
from assistant.analyst.levers import read_levers
from assistant.analyst.measures import kpi_label
from assistant.analyst.meetings import MEETINGS, read_meeting
from assistant.analyst.mentions import Mention, Unknown
from assistant.analyst.periods import Direction, Period
from assistant.analyst.quantities import read_day
from assistant.analyst.requests import ACCEPTS
from assistant.analyst.signals import Signals
from assistant.analyst.slots import (
    is_compared_with,
    is_noun,
    measure_of,
    read_group,
    read_kpi_details,
    read_ranking,
    read_stock_scope,
    wants_overtime,
)
from assistant.analyst.text import stem, words
from assistant.analyst.vocabulary import Thing, Vocabulary, label_words

FORWARD = frozenset(("forecast", "capacity", "inventory", "plan", "whatif"))
_PREFERENCE = ("family", "product", "resource", "site", "region", "channel", "customer",
               "supplier", "event", "person")  # fmt: skip
_MOST_CHOICES = 8


@dataclass(frozen=True)
class Filled:
    """A frame, or the question back that completes it."""

    frame: Frame
    ask: Ask | None = None
    note: str = ""


def fill(
    intent: str, signals: Signals, vocabulary: Vocabulary, unknown: tuple[Unknown, ...] = ()
) -> Filled:
    """Return the frame of a question whose intent is known."""
    if intent == "whatif":
        return _whatif(signals, vocabulary, unknown)
    if intent not in ACCEPTS:
        return _READERS[intent](signals, vocabulary)
    frame = Frame(intent, spans=spans_of(intent, signals, vocabulary))
    frame, ask = _with_things(frame, signals, vocabulary)
    for entry in unknown:
        kind = _unknown_kind(intent, entry)
        if kind and not frame.names.get(kind):
            frame = frame.with_names(kind, entry.text)
    return _DETAILS[intent](frame, signals, vocabulary, ask)


def _unknown_kind(intent: str, unknown: Unknown) -> str | None:
    accepted = ACCEPTS[intent]
    if unknown.kind:
        return unknown.kind if unknown.kind in accepted else None
    if intent == "capacity":
        return "resource"
    if unknown.preposition in ("in", "at", "from"):
        return next((kind for kind in ("region", "site") if kind in accepted), None)
    return "product" if "product" in accepted else None


# Names


def _with_things(
    frame: Frame, signals: Signals, vocabulary: Vocabulary
) -> tuple[Frame, Ask | None]:
    """Put names into slots; a name that fits several things becomes a question back."""
    ask: Ask | None = None
    accepted = ACCEPTS[frame.intent]
    for mention in signals.mentions:
        if is_noun(signals, mention):
            continue
        things = _fitting(mention, frame.intent, signals) or site_of(mention, frame, vocabulary)
        if not things:
            continue
        if len(things) == 1:
            kind = things[0].kind
            frame = frame.with_names(
                kind, *dict.fromkeys((*frame.names.get(kind, ()), things[0].id))
            )
        else:
            ask = ask or which_one(mention.text, things)
    return frame, ask or _not_by(frame, signals, vocabulary)


def _fitting(mention: Mention, intent: str, signals: Signals) -> tuple[Thing, ...]:
    accepted = ACCEPTS[intent]
    things = tuple(thing for thing in mention.things if thing.kind in accepted)
    if intent in ("forecast", "capacity", "plan"):
        finished = tuple(t for t in things if t.kind != "product" or t.note in ("finished", ""))
        things = finished or things
    if len({thing.kind for thing in things}) > 1 and mention.whole:
        best = min(_PREFERENCE.index(thing.kind) for thing in things)
        things = tuple(t for t in things if _PREFERENCE.index(t.kind) == best)
    if "supplier" in accepted and _is_their_supplier(mention, signals):
        products = tuple(t for t in mention.things if t.kind == "product")
        return products[:1] if len(products) == 1 else products or things
    return things


def _is_their_supplier(mention: Mention, signals: Signals) -> bool:
    """Tell whether the words are "the cap supplier"."""
    return bool(re.match(r" (supplier|vendor)", signals.text[mention.end :].lower()))


def which_one(said: str, things: tuple[Thing, ...]) -> Ask:
    """Return the question back for a name that fits several things."""
    kinds = {thing.kind for thing in things}
    noun = kinds.pop() if len(kinds) == 1 else "one"
    choices = [
        Choice(_shown(thing, several=noun == "one"), names={thing.kind: (thing.id,)})
        for thing in things[:_MOST_CHOICES]
    ]
    if noun != "one" and 1 < len(things) <= 4:
        every = tuple(thing.id for thing in things)
        choices.append(Choice("All of them", names={noun: every}))
    more = f" ({len(things)} fit; these are the first)" if len(things) > _MOST_CHOICES else ""
    return Ask(f"Which {noun} do you mean by '{said}'?{more}", tuple(choices))


def _shown(thing: Thing, *, several: bool) -> str:
    label = thing.label if thing.label == thing.id else f"{thing.label} ({thing.id})"
    return f"{thing.kind} {label}" if several else label


_SAYS = {
    "capacity": "Capacity is kept by resource and site",
    "inventory": "Stock is kept by product and site",
    "plan": "The supply plan is made for products and families",
    "compare": "Plans are compared by product and family",
    "forecast": "Demand is forecast by product, family, site, region, channel and customer",
}


def site_of(mention: Mention, frame: Frame, vocabulary: Vocabulary) -> tuple[Thing, ...]:
    """Return the one site that bears a region's name: "in the West" is the West DC, for stock."""
    if "region" not in mention.kinds or "site" not in ACCEPTS[frame.intent]:
        return ()
    region = stem(words(mention.of_kind("region")[0].id)[0])
    named = [t for t in vocabulary.of_kind("site") if region in label_words(t)]
    return tuple(named) if len(named) == 1 else ()


def _not_by(frame: Frame, signals: Signals, vocabulary: Vocabulary) -> Ask | None:
    """Return what to say when a name is given that the tool cannot narrow by."""
    accepted = ACCEPTS[frame.intent]
    left = [
        mention
        for mention in signals.mentions
        if not any(kind in accepted for kind in mention.kinds)
        and not site_of(mention, frame, vocabulary)
        and mention.kinds[0] not in ("event", "person")
    ]
    if not left or frame.intent not in _SAYS:
        return None
    if frame.intent == "compare" or _is_their_supplier(left[0], signals):
        return None
    kind = left[0].kinds[0]
    said = f"{_SAYS[frame.intent]}, not by {kind}. Shall I leave out {left[0].things[0].label}?"
    return Ask(said, (Choice("Yes, leave it out"),))


# Months


def spans_of(intent: str, signals: Signals, vocabulary: Vocabulary) -> tuple[Span, ...]:
    """Return the periods asked about, placed in the plan or in the past."""
    direction: Direction = "future" if intent in FORWARD else "past"
    periods = list(signals.periods)
    if intent == "kpi":
        periods = [p for p in periods if not is_compared_with(signals.text, p.start)]
    spans = [_span(period, direction, vocabulary) for period in periods]
    return tuple(dict.fromkeys(span for span in spans if span))


def _span(period: Period, direction: Direction, vocabulary: Vocabulary) -> Span | None:
    first, last = period.placed(direction, vocabulary.clock)
    if first is None and last is None:
        return None
    ahead = period.ahead or period.count
    if ahead and direction == "future":
        return Span(ahead=ahead)
    if first is None and direction == "future" and last and last < vocabulary.clock.plan_start:
        return Span(last, last)
    return Span(first, last)


def fine_period(signals: Signals) -> Period | None:
    """Return a period finer than a month, which no tool reports by."""
    return next((p for p in signals.periods if p.unit in ("day", "week")), None)


# Details by intent


def _kpi(frame: Frame, signals: Signals, vocabulary: Vocabulary, ask: Ask | None) -> Filled:
    measure = measure_of(signals)
    names = [m.kpis[0] for m in signals.measures if len(m.kpis) == 1]
    kpi = names[0] if names else _implied_kpi(frame, signals)
    if frame.names.get("supplier") and kpi in ("on_time", "otif", "in_full"):
        kpi = "supplier_lateness"
    group = read_group(signals)
    persons = [m for m in signals.mentions if "person" in m.kinds]
    if group is None and persons and kpi in _BY_AUTHOR:
        group = "author"
    if group and len(frame.names.get(group, ())) == 1:
        group = None
    ranking = read_ranking(signals) if group and group != "month" else {}
    if kpi in ("revenue", "sales_quantity", "margin") and "order" in ranking:
        ranking["order"] = {"best": "highest", "worst": "lowest"}.get(
            ranking["order"], ranking["order"]
        )
    frame = frame.with_slots(kpi=kpi, by=group, **ranking)
    if kpi == "supplier_lateness" and not frame.names.get("supplier") and group is None:
        frame = frame.with_slots(by="supplier" if not frame.names.get("product") else None)
    if kpi == "supplier_lateness" and "order" not in frame.slots and frame.slots.get("by"):
        frame = frame.with_slots(order="worst")
    if kpi:
        frame = frame.with_slots(**read_kpi_details(signals, kpi))
        frame = _without_echo(frame, signals)
        return Filled(frame, ask)
    return Filled(
        frame, ask or _which_kpi(measure.kpis if measure else (), measure.asks if measure else "")
    )


def _implied_kpi(frame: Frame, signals: Signals) -> str | None:
    """Return the KPI that a supplier and a word of delay mean together."""
    text = signals.text.lower()
    named = frame.names.get("supplier") or re.search(r"\b(suppliers?|vendors?)\b", text)
    return "supplier_lateness" if named and not signals.measures else None


_BY_AUTHOR = ("wmape", "accuracy", "mape", "smape", "bias", "mase", "fva", "tracking_signal")


def _without_echo(frame: Frame, signals: Signals) -> Frame:
    """Drop `budget_gap` streams and the like that the KPI's own name brought in."""
    if frame.slots.get("kpi") == "fva" or "consensus" not in str(frame.slots.get("stream")):
        return frame
    return frame.with_slots(stream=None) if frame.slots["stream"] == "consensus" else frame


def _which_kpi(kpis: tuple[str, ...], asks: str) -> Ask:
    if not kpis:
        kpis, asks = ("revenue", "sales_quantity", "accuracy", "otif"), "Which figure do you want?"
    choices = [
        Choice(
            kpi_label(kpi).capitalize()
            if kpi[0].islower() and kpi not in ("otif",)
            else kpi_label(kpi),
            slots={"kpi": kpi},
        )
        for kpi in kpis
    ]
    return Ask(asks, tuple(choices))


def _forecast(frame: Frame, signals: Signals, vocabulary: Vocabulary, ask: Ask | None) -> Filled:
    return Filled(frame, ask)


def _capacity(frame: Frame, signals: Signals, vocabulary: Vocabulary, ask: Ask | None) -> Filled:
    overtime = wants_overtime(signals.text)
    note = "The overtime allowed counts as available." if overtime else ""
    return Filled(frame.with_slots(include_overtime=overtime or None), ask, note)


def _inventory(frame: Frame, signals: Signals, vocabulary: Vocabulary, ask: Ask | None) -> Filled:
    named = bool(frame.names.get("product")) or ask is not None
    scope = read_stock_scope(signals, named=named)
    if named:
        scope.pop("stage", None)
    return Filled(frame.with_slots(**scope), ask)


def _plan(frame: Frame, signals: Signals, vocabulary: Vocabulary, ask: Ask | None) -> Filled:
    overtime = wants_overtime(signals.text)
    return Filled(frame.with_slots(overtime=False if overtime is False else None), ask)


def _compare(frame: Frame, signals: Signals, vocabulary: Vocabulary, ask: Ask | None) -> Filled:
    levers = read_levers(signals, vocabulary, versus=True).levers
    if len(levers) > 1:
        scenarios = [
            {"name": _scenario_name(lever, vocabulary), "levers": [lever]} for lever in levers
        ]
        return Filled(frame.with_slots(scenarios=scenarios), ask)
    cycles = vocabulary.cycles
    named = [cycle for period in signals.periods if (cycle := _cycle_of(period, signals, cycles))]
    named = sorted(dict.fromkeys(named))
    if len(named) >= 2:
        frame = frame.with_slots(cycle=named[-1].isoformat(), previous=named[0].isoformat())
    elif len(named) == 1:
        before = [cycle for cycle in cycles if cycle < named[0]]
        since = any(_is_base(signals.text, period) for period in signals.periods)
        if since and cycles and named[0] != cycles[-1]:
            frame = frame.with_slots(cycle=cycles[-1].isoformat(), previous=named[0].isoformat())
        elif before:
            frame = frame.with_slots(cycle=named[0].isoformat(), previous=before[-1].isoformat())
    elif len(cycles) >= 2:
        frame = frame.with_slots(cycle=cycles[-1].isoformat(), previous=cycles[-2].isoformat())
    return Filled(Frame(frame.intent, frame.names, (), frame.slots), ask)


def _cycle_of(period: Period, signals: Signals, cycles: tuple[date, ...]) -> date | None:
    """Return the latest cycle of the month that a period begins with, as people name cycles."""
    said = signals.text[period.start : period.end].lower()
    if re.search(r"\b(last|previous|this) (cycle|month)\b", said):
        return None
    if period.span and period.span[0] in cycles:
        return period.span[0]
    start = period.span[0] if period.span else None
    number = period.months[0] if period.months else start.month if start else None
    return next((cycle for cycle in reversed(cycles) if cycle.month == number), None)


def _is_base(text: str, period: Period) -> bool:
    """Tell whether a cycle is what the newest is compared with: "since August"."""
    before, said = text[: period.start].lower(), text[period.start : period.end].lower()
    return said.startswith(("since", "from")) or bool(
        re.search(r"\b(since|with|to|against|versus|from|than)( the)?( last)? $", before)
    )


def _scenario_name(lever: dict[str, Any], vocabulary: Vocabulary) -> str:
    change = f"{lever['percent']:+g} %" if "percent" in lever else ""
    if "hours" in lever:
        change = f"{lever['hours']:+g} hours"
    if "days" in lever:
        change = f"{lever['days']:+g} days"
    named = next(
        (
            vocabulary.label(kind, lever[kind])
            for kind in (*ACCEPTS["kpi"], "event")
            if kind in lever
        ),
        "all demand",
    )
    words = {
        "demand": "demand",
        "lead_time": "lead time",
        "event_off": "without",
        "resource_out": "out",
    }
    return " ".join(part for part in (words.get(lever["kind"], ""), named, change) if part)[:60]


def _whatif(signals: Signals, vocabulary: Vocabulary, unknown: tuple[Unknown, ...] = ()) -> Filled:
    read = read_levers(signals, vocabulary)
    levers = [_naming(lever, unknown) for lever in read.levers]
    frame = Frame("whatif", slots={"levers": levers} if levers else {})
    frame = frame.with_slots(_text=signals.text, focus=_focus(signals))
    if read.mention:
        ask = which_one(read.mention.text or "the promotion", read.mention.things)
        keys = {kind for c in ask.choices for kind in c.names}
        return Filled(frame.with_slots(_missing=sorted(keys)[0]), ask)
    if read.missing or not read.levers:
        broken = "outage" in signals.cues and not signals.mentions
        missing = read.missing or ("resource" if broken else None)
        return Filled(frame, _missing_lever(missing, vocabulary))
    return Filled(frame, note=read.note)


def _naming(lever: dict[str, Any], unknown: tuple[Unknown, ...]) -> dict[str, Any]:
    """Put a name nobody knows into a lever on all demand, so that the tool says so."""
    kinds = ("product", "family", "region")
    if lever["kind"] != "demand" or not unknown or any(kind in lever for kind in kinds):
        return lever
    kind = unknown[0].kind if unknown[0].kind in kinds else "product"
    return {**lever, kind: unknown[0].text}


def _focus(signals: Signals) -> str | None:
    text = signals.text.lower()
    if re.search(r"\b(cost|costs|money|expensive)\b", text):
        return "cost"
    if re.search(r"\b(run out|stock|inventory|short(age)?s?)\b", text):
        return "inventory"
    if re.search(r"\b(capacity|overload\w*|hours (be|suffice)|bottleneck|load)\b", text):
        return "capacity"
    return None


def _missing_lever(missing: str | None, vocabulary: Vocabulary) -> Ask:
    if missing == "resource":
        choices = tuple(
            Choice(_shown(t, several=False), names={"resource": (t.id,)})
            for t in vocabulary.of_kind("resource")[:_MOST_CHOICES]
        )
        return Ask("On which resource?", choices)
    if missing == "days":
        return Ask("By how many days?", open_slot="_more")
    if missing == "demand_by_customer":
        return Ask(
            "A demand change can be set for a product, a family or a region, not for a customer "
            "or a channel. For which of these shall I run it?",
            open_slot="_more",
        )
    if missing == "no_event":
        return Ask("There is no promotion ahead in the data. What else shall I change?")
    return Ask(
        "What shall I change? I can run: more or less demand (by product, family or region), more "
        "or fewer hours on a resource, a resource that is down, a supplier that is late, or a "
        "promotion left out. For example: 'What if demand rises 10 %?'",
        open_slot="_more",
    )


# Notes, decisions, minutes, data

def read_cycle(signals: Signals, vocabulary: Vocabulary) -> date | None:
    """Return the S&OP cycle that a text names: "the October meeting", "last cycle"."""
    text, cycles = signals.text.lower(), vocabulary.cycles
    if (
        re.search(
            r"\b(this|current|latest|last|most recent|newest) (cycle|(\w+ )?(meeting|review|s&op))",
            text,
        )
        and cycles
    ):
        return cycles[-1]
    if (
        re.search(
            r"\b(previous|prior|second last|one before) (cycle|(\w+ )?(meeting|review))", text
        )
        and len(cycles) > 1
    ):
        return cycles[-2]
    for period in signals.periods:
        first, last = period.placed("past", vocabulary.clock)
        if (
            first
            and first == last
            and re.search(
                r"\b(cycle|meetings?|reviews?|minutes|s&op|round|session|executives?|exec)\b", text
            )
        ):
            return first
    return None


def _day_bounds(signals: Signals, vocabulary: Vocabulary) -> dict[str, str]:
    """Return since and until of a period said without a meeting: "since July"."""
    for period in signals.periods:
        if period.leans == "future" and "due" in signals.text.lower():
            continue
        first, last = period.placed("past", vocabulary.clock)
        found = {"since": first.isoformat()} if first else {}
        if last:
            end = last.replace(day=28).toordinal() + 4
            following = date.fromordinal(end).replace(day=1)
            found["until"] = date.fromordinal(following.toordinal() - 1).isoformat()
        return found
    return {}


_ASKED = re.compile(
    r"^(please |can you |could you |do you know |tell me |show me |give me |find |search (the )?(notes|minutes) (for|on|about) |"
    r"look up |summari[sz]e |remind me )*"
    r"(what (was|were|has been|is|did|do|does|have|had) |what's |how did |why (did|was|were|is|do|does|are) |who (was|were|is|said|raised|has|had|thinks) |"
    r"which |where |when |was there |were there |is there |did |does |has |have |any |anyone )?"
)
_TALK = re.compile(
    r"\b(we|said|told|discussed|mentioned|talk(ed)? about|noted|meetings?|in the notes|the notes|notes on|minutes|"
    r"in the|about|regarding|decided?|decisions?|agreed|on the topic of|what|anything)\b"
)


def _topic(signals: Signals, vocabulary: Vocabulary) -> str:
    """Return the words a question about notes or decisions is about."""
    text = signals.text
    for period in sorted(signals.periods, key=lambda p: p.start, reverse=True):
        text = text[: period.start] + text[period.end :]
    for _, said in MEETINGS:
        text = re.sub(
            rf"(?i)\b(in|at|during|from|of) (the |our )?(last |latest )?({said})( (meeting|review))?",
            " ",
            text,
        )
    text = re.sub(
        r"(?i)\b(in|at|during|from) (the |our )?(last |latest |this )?(cycle|meetings?|reviews?)\b",
        " ",
        text,
    )
    text = _ASKED.sub("", text.strip(), count=1) if len(text.split()) > 2 else text
    text = re.sub(r"\s+", " ", re.sub(r"[?!.,;:]+(\s|$)", " ", text)).strip()
    return _SAID_ABOUT.sub("", text)


_SAID_ABOUT = re.compile(
    r"(?i)^(the )?(said|discussed|mentioned|talked|noted|say|discussion|notes?|comments?|news|told)( (about|on|of|regarding|concerning|to))? (the |our |us about )?(?=\w)"
)


def _notes(signals: Signals, vocabulary: Vocabulary) -> Filled:
    slots: dict[str, Any] = {"query": signals.said[:400].strip()}
    topic = _topic(signals, vocabulary)
    if len(topic) >= 4:
        slots["query"] = topic[:400]
    meeting, cycle = read_meeting(signals.text), read_cycle(signals, vocabulary)
    if meeting:
        slots["meeting"] = meeting
    if cycle:
        slots["cycle"] = cycle.isoformat()
    elif signals.periods and any(p.leans == "past" for p in signals.periods):
        slots |= _day_bounds(signals, vocabulary)
    if re.search(
        r"\b(superseded|overruled|earlier versions?|history|originally|at first)\b",
        signals.text.lower(),
    ):
        slots["include_superseded"] = True
    return Filled(Frame("notes", _names(signals), slots=slots))


def _names(signals: Signals) -> dict[str, tuple[str, ...]]:
    """Return the sure names of a question, to be carried to the next one."""
    found: dict[str, tuple[str, ...]] = {}
    for mention in signals.mentions:
        if len(mention.things) == 1 and mention.things[0].kind not in ("person", "event"):
            thing = mention.things[0]
            found[thing.kind] = (*found.get(thing.kind, ()), thing.id)
    return found


_STATES = (
    ("overdue", r"\b(overdue|past (due|(their|its|the) (due )?(date|deadline)s?)|late|behind schedule|missed (the |their )?(deadline|due date)s?|not done in time|should have been done)\b"),
    ("open", r"\b(not (yet )?(done|due)( yet)?|still (open|outstanding|pending|to do))\b.{0,12}(due|open|$)"),
    ("failed", r"\b((then|but) (not|never) (do|did|done)|failed|never (carried out|done|executed|implemented|happened|followed)|not (been )?(carried out|executed|implemented|done|happened?)|did not happen|have not happened|were not done|ignored|forgotten)\b"),
    ("draft", r"\b(drafts?|proposed|waiting for approval|pending approval|to be approved|not (yet )?approved|proposals?)\b"),
    ("open", r"\b(open|outstanding|pending|unfinished|still (have )?to (do|be done)|remaining|not finished|in progress|due|must|has to|have to|supposed to|to-?dos?|to do)\b"),
    ("carried_out", r"\b(carried out|executed|implemented|completed|finished|done|followed through)\b"),
)  # fmt: skip


def _decisions(signals: Signals, vocabulary: Vocabulary) -> Filled:
    text = signals.text.lower()
    owner = next((m.things[0].id for m in signals.mentions if m.kinds[0] == "person"), None)
    about = _about(signals, owner)
    slots: dict[str, Any] = {}
    if about:
        slots["about"] = about[:200]
    if owner and not re.search(r"\b(say|said|object|against)\b", text):
        slots["owner"] = owner
    state = next((name for name, said in _STATES if re.search(said, text)), None)
    is_question_on_one = re.match(r"^(was|is|has|did|were|have) ", text) and about
    if state and not is_question_on_one:
        slots["state"] = state
    cycle = read_cycle(signals, vocabulary)
    if cycle:
        slots["cycle"] = cycle.isoformat()
    elif signals.periods:
        slots |= _day_bounds(signals, vocabulary) if state not in ("overdue", "open") else {}
    if re.search(
        r"\b(superseded|overruled|replaced|withdrawn|all decisions ever|including old)\b", text
    ):
        slots["include_superseded"] = True
    return Filled(Frame("decisions", _names(signals), slots=slots))


_ABOUT = re.compile(
    r"\b(?:about|on|regarding|concerning|for|around|with|related to|to do with) (?:the |our |a )?(.+?)\s*"
    r"(?:\b(?:carried out|executed|implemented|done|completed|followed up|yet|in time)\b.*)?[?!.]*$",
    re.I,
)


def _about(signals: Signals, owner: str | None) -> str:
    """Return the words after "about": what the decisions are about, names as people say them."""
    text = signals.text
    for period in sorted(signals.periods, key=lambda p: p.start, reverse=True):
        before = re.sub(
            r"\b(in|of|since|during|from|for|until|by)( the)?\s*$", "", text[: period.start]
        )
        text = before + text[period.end :]
    for _, said in MEETINGS:
        text = re.sub(
            rf"(?i)\b(in|at|by|from|of) (the |our )?(last |latest )?({said})( (meeting|review))?",
            "",
            text,
        )
    text = re.sub(
        r"(?i)\b(in|of|from|during) (the |our )?(last |latest |this )?(cycle|meetings?|reviews?)\b",
        "",
        text,
    ).strip()
    match = _ABOUT.search(text)
    words = match[1].strip(" ?.!") if match else ""
    named = [m for m in signals.mentions if m.kinds[0] != "person"]
    if not words and named:
        words = named[0].text
    if named and len(named[0].things) == 1 and words.lower() == named[0].text.lower():
        return named[0].things[0].label
    person = next((m.text.lower() for m in signals.mentions if m.kinds[0] == "person"), None)
    if words.lower() in (
        person,
        f"{person} list",
        "time",
        "track",
        "hold",
        "it",
        "me",
        "us",
        "approval",
    ):
        return ""
    return words


def _minutes(signals: Signals, vocabulary: Vocabulary) -> Filled:
    slots: dict[str, Any] = {}
    meeting, cycle = read_meeting(signals.text), read_cycle(signals, vocabulary)
    if meeting:
        slots["meeting"] = meeting
    if cycle is None and signals.periods:
        cycle = signals.periods[0].placed("past", vocabulary.clock)[0]
    if cycle and not re.search(r"\b(last|latest)\b", signals.text.lower()):
        slots["cycle"] = cycle.isoformat()
    return Filled(Frame("draft_minutes", slots=slots))


_TITLE = re.compile(
    r"(?i)^.*?\b(?:decision|action item|action|proposal)\b(?: proposal)?"
    r"(?:,? (?:to|that says|saying|about|on|for|that|of))?\s*[:\-]?\s*(?P<title>.*)$"
)
_PROPOSE = re.compile(
    r"(?i)^.*?\b(?:propose|note down|record|document|log|suggest|put forward)(?: that| to)?(?: we agreed)?(?: that| to)?\s+(?P<title>.*)$"
)
_TAIL = re.compile(
    r"(?i)[,;.]?\s*\b(?:and )?(?:(?:make|set|with|put|assign(?:ed)? to)\s+)?(?:the )?(?:owned by|owner(?: is| shall be| should be|:)?|responsible(?: is| person)?:?|due(?: on| by| date)?(?: is|:)?|by the end of|deadline:?|because|reason:?|as the reason|assigned to|no later than|until)\b.*$"
)
_BY_DAY = re.compile(
    r"(?i)[,;]?\s*\bby (?=(?:the )?(?:\d|end|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|next|tomorrow)).*$"
)


_AFTER_COLON = re.compile(r"^[^:]{5,60}:\s*(?P<title>.{5,})$")


def _draft(signals: Signals, vocabulary: Vocabulary) -> Filled:
    said = signals.text.strip(" ?!.")
    match = _AFTER_COLON.match(said) or _TITLE.match(said) or _PROPOSE.match(said)
    title = (match["title"] if match else "").strip()
    title = _BY_DAY.sub("", _TAIL.sub("", title)).strip(" ,.;")
    title = re.sub(r"(?i)^(to|that|we should|we|please)\s+", "", title)
    slots: dict[str, Any] = {}
    if len(title) >= 5 and len(title.split()) > 1:
        slots["title"] = (title[0].upper() + title[1:])[:160]
    owner = re.search(
        r"(?i)\b(?:owner|owned by|responsible|assign(?:ed)? to|for|owner is)\b:?(?: is| shall be| person)?",
        said,
    )
    persons = [m for m in signals.mentions if "person" in m.kinds]
    if persons:
        after = [m for m in persons if owner and m.start >= owner.end()]
        slots["owner"] = (after or persons)[0].of_kind("person")[0].id
    tail = said[match.start("title") :] if match else said
    due = re.search(r"(?i)\b(due|by|until|deadline|no later than|before)\b.*$", tail)
    day = read_day(due[0], vocabulary.clock) if due else None
    if day:
        slots["due_on"] = day[0].isoformat()
    reason = re.search(
        r"(?i)\b(?:because|reason(?: is|:)?)\s+(.+?)(?:,? (?:owner|due)\b.*)?$", said
    )
    if reason:
        slots["reason"] = reason[1].strip()[:600]
    frame = Frame("draft_decision", slots=slots)
    if "title" not in slots:
        return Filled(
            frame, Ask("What is to be decided? Say it in one sentence.", open_slot="title")
        )
    return Filled(frame)


_TOPICS = (
    ("issues", r"\b(data )?(quality|issues?|problems?|errors?|defects?|gaps|wrong|fishy|suspicious|strange|odd|trust\w*|cleanliness|trust the data|assumed|assumptions?|warnings?)\b"),
    ("calendar", r"\b(calendars?|holidays?|shut ?downs?|working (days?|hours|time)|closing days|non-working)\b"),
    ("events", r"\b(promotions?|promos?|events?|campaigns?|launches|launch dates?|price (increases?|changes?)|activities|deals?)\b"),
    ("kpis", r"\b(kpis?|metrics|measures|key figures|indicators|figures can)\b"),
    ("tables", r"\b(tables?)\b"),
    ("suppliers", r"\b(suppliers?|vendors?|buy from)\b"),
    ("customers", r"\b(customers?|clients?|accounts?|sell to|retailers)\b"),
    ("channels", r"\b(channels?)\b"),
    ("resources", r"\b(lines?|machines?|resources?|labou?r pools?|equipment|production lines?|capacity groups?)\b"),
    ("sites", r"\b(sites?|plants?|factor(y|ies)|warehouses?|dcs?|distribution centers?|distribution centres?|depots?|locations?)\b"),
    ("regions", r"\b(regions?|territor(y|ies)|markets?|areas?)\b"),
    ("families", r"\b(famil(y|ies)|categor(y|ies)|product groups?|brands?)\b"),
    ("products", r"\b(products?|items?|skus?|articles?|assortment|portfolio|range|components?|materials?|what do we (make|sell|produce|buy))\b"),
)  # fmt: skip


def _describe(signals: Signals, vocabulary: Vocabulary) -> Filled:
    text = signals.text.lower()
    measure = measure_of(signals)
    if measure and not re.search(r"\bkpis\b", text):
        return Filled(Frame("describe", slots={"topic": "kpis", "name": measure.kpis[0]}))
    products = [m for m in signals.mentions if "product" in m.kinds]
    if products:
        things = products[0].of_kind("product")
        frame = Frame("describe", slots={"topic": "product", "name": things[0].id})
        if len(things) == 1:
            return Filled(frame)
        ask = which_one(products[0].text, things)
        choices = tuple(
            Choice(c.text, slots={"name": c.names["product"][0]})
            for c in ask.choices
            if len(c.names["product"]) == 1
        )
        return Filled(frame, Ask(ask.text, choices))
    slots: dict[str, Any] = {}
    topic = next((name for name, said in _TOPICS if re.search(said, text)), "overview")
    if topic in ("issues", "tables") and "data" not in text and topic == "issues":
        topic = "overview"
    slots["topic"] = topic
    families = [t.id for m in signals.mentions for t in m.of_kind("family")]
    if families and topic in ("products", "overview", "families"):
        slots |= {"topic": "products", "family": families[0]}
    return Filled(Frame("describe", _names(signals), slots=slots))


_DETAILS = {
    "kpi": _kpi,
    "forecast": _forecast,
    "capacity": _capacity,
    "inventory": _inventory,
    "plan": _plan,
    "compare": _compare,
}
_READERS = {
    "notes": _notes,
    "decisions": _decisions,
    "draft_minutes": _minutes,
    "draft_decision": _draft,
    "describe": _describe,
}
