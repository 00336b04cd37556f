"""What-if questions as typed levers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from assistant.analyst.mentions import Mention
from assistant.analyst.periods import Clock, Period
from assistant.analyst.quantities import Quantity, days
from assistant.analyst.signals import Signals
from assistant.analyst.vocabulary import Event, Thing, Vocabulary
from planning_engine.data.calendars import add_months

# A shift nobody gave hours for: 8 hours on 20 days a month; on Saturdays, 4 times 8.
SHIFT_HOURS, SATURDAY_HOURS = 160.0, 32.0

_LESS = re.compile(
    r"\b(less|fewer|drop\w*|fall\w*|fell|decreas\w*|declin\w*|lower\w*|reduc\w*|minus|cut\w*|"
    r"los(e|es|ing|t)|shrink\w*|weak\w*|below|slump\w*|halv\w*|half|down|soft\w*|collaps\w*|"
    r"slow\w*|shrank|contract\w*|smaller|dip\w*|tak(e|ing) away|without)\b|(?<![\w])-\s?\d"
)
_MORE = re.compile(
    r"\b(more|extra|up|rise\w*|rose|rising|increas\w*|grow\w*|grew|higher|additional|plus|surg\w*|"
    r"doubl\w*|tripl\w*|jump\w*|gain\w*|boost\w*|above|add\w*|bigger|faster|stronger|improv\w*|"
    r"climb\w*|elevat\w*|spike\w*|twice|expand\w*|uplift|exceed\w*|on top)\b|\+\s?\d"
)
_OUT = re.compile(
    r"\b(down|breaks? ?down|broke(n)?( down)?|breakdown|out of (order|action|service)|"
    r"outage|stops?|stopped|"
    r"stopping|fails?|failed|failure|stands? still|standstill|los(e|es|ing)|lost|"
    r"shuts?( down)?|shutdown|closed?|closes|"
    r"offline|unavailable|not (run|running|available)|idle|goes down|crash\w*|taken out|"
    r"does not run|"
    r"maintenance|overhaul|without|out)\b"
)
_LATE = re.compile(
    r"\b(late|later|delay\w*|slip\w*|longer|behind|overdue|postpon\w*|held up|"
    r"lead ?times?|slower)\b"
)
_EARLY = re.compile(r"\b(earlier|faster|shorter|sooner|quicker|early)\b")
_OFF = re.compile(
    r"\b(without|cancel\w*|drop\w*|skip\w*|no|scrap\w*|call\w* off|remov\w*|not (run|do|"
    r"have|happen|take place)|"
    r"stop\w*|leave out|tak(e|ing) .{2,40} out|did not (run|have|do)|do not (run|do|have)|"
    r"didn't|don't|take out|taking out|give up|pull)\b"
)
_EVENT = re.compile(r"\b(promo\w*|campaigns?|deals?|events?|launch\w*|action|activity)\b")
_DEMAND = re.compile(
    r"\b(demand\w*|sales|sells?|selling|sold|orders?|ordering|volumes?|buys?|buying|"
    r"customers?|consumption|market|forecasts?)\b"
)
_CAPACITY = re.compile(
    r"\b(capacity|hours?|shifts?|availab\w*|overtime|speed|throughput|output|faster|efficien\w*)\b"
)
_SPLIT = re.compile(
    (
        r"(?:,|;|&|\band\b|\bbut\b|\bwhile\b|\bplus\b|\btogether with\b|\bas well as\b|"
        r"\bcombined with\b)\s"
    ),
    re.I,
)

_VERSUS = re.compile(
    rf"{_SPLIT.pattern}|\b(?:or|with|versus|against|to|than|compared with|next to|alongside)\s",
    re.I,
)


@dataclass(frozen=True)
class Levers:
    """Levers read from a question, and what is missing if one cannot be completed."""

    levers: tuple[dict[str, Any], ...] = ()
    missing: str | None = None
    note: str = ""
    mention: Mention | None = None


def read_levers(signals: Signals, vocabulary: Vocabulary, *, versus: bool = False) -> Levers:
    """Return the levers of a what-if question, in the order they are said.

    Args:
        signals: The question.
        vocabulary: The company's words.
        versus: Whether alternatives are compared: "… or …", "… against …" begin a new lever.
    """
    clauses = _clauses(signals, _VERSUS if versus else _SPLIT)
    found: list[dict[str, Any]] = []
    note, missing, unclear = "", None, None
    for clause in clauses:
        one = _Clause(clause, signals, vocabulary).read()
        found += one.levers
        note = note or one.note
        missing = missing or one.missing
        unclear = unclear or one.mention
    return Levers(tuple(found), None if found and not unclear else missing, note, unclear)


def _clauses(signals: Signals, split: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return the parts of the question that each pull a lever of their own."""
    spans = signals.spans()
    found = (m.end() for m in split.finditer(signals.text))
    inner = [cut for cut in found if not any(start < cut < end for start, end in spans)]
    cuts = [0, *inner, len(signals.text)]
    parts = [(a, b) for a, b in pairwise(cuts) if b > a]
    merged: list[tuple[int, int]] = []
    for start, end in parts:
        if (merged and not _moves_something(signals, start, end)) or (
            merged and not _moves_something(signals, *merged[-1])
        ):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _moves_something(signals: Signals, start: int, end: int) -> bool:
    text = signals.text[start:end].lower()
    measured = any(
        start <= q.start < end and (q.unit != "units" or _DEMAND.search(text))
        for q in signals.quantities
    )
    named = any(start <= m.start < end for m in signals.mentions)
    events = any(start <= m.start < end and "event" in m.kinds for m in signals.mentions)
    off = bool(_OFF.search(text) and (events or _EVENT.search(text)))
    shift = bool(re.search(r"\bshifts?\b|\bon saturdays?\b", text))
    return (
        (measured and not re.fullmatch(r"\W*", text))
        or off
        or shift
        or bool(named and _OUT.search(text))
    )


class _Clause:
    """One part of a question, and the one lever that it pulls."""

    def __init__(self, span: tuple[int, int], signals: Signals, vocabulary: Vocabulary) -> None:
        start, end = span
        self.text = signals.text[start:end].lower()
        self.vocabulary = vocabulary
        self.clock: Clock = vocabulary.clock
        inside = [m for m in signals.mentions if start <= m.start < end]
        self.mentions: Sequence[Mention] = inside
        self.all_mentions = signals.mentions
        self.quantities = [q for q in signals.quantities if start <= q.start < end]
        periods = [p for p in signals.periods if start <= p.start < end]
        self.periods: Sequence[Period] = periods or signals.periods

    def read(self) -> Levers:
        """Return the lever, or what it lacks."""
        for reader in (self._event, self._delay, self._outage, self._capacity, self._demand):
            found = reader()
            if found.levers or found.missing or found.mention:
                return found
        return Levers()

    # One reader per kind of lever

    def _event(self) -> Levers:
        if not _OFF.search(self.text) or not (_EVENT.search(self.text) or self._things("event")):
            return Levers()
        named = self._things("event")
        if not named and not re.search(
            r"\b(promo\w*|campaigns?|deals?|events?|launch\w*)\b", self.text
        ):
            return Levers()
        events = [e for e in self.vocabulary.events if not named or e.id in {t.id for t in named}]
        events = [e for e in events if e.ends_on >= self.clock.as_of]
        dated = [e for e in events if self._touches(e)] if self.periods else events
        promotions = [e for e in dated if e.kind == "promotion"] if not named else dated
        chosen = promotions or dated
        if len(chosen) == 1:
            return Levers(({"kind": "event_off", "event": chosen[0].id},))
        if not chosen:
            known = events or [e for e in self.vocabulary.events if e.ends_on >= self.clock.as_of]
            if not known:
                return Levers(missing="no_event")
            chosen = known
        things = tuple(Thing("event", e.id, e.name, e.kind) for e in chosen)
        return Levers(missing="event", mention=Mention(0, 0, "", things))

    def _delay(self) -> Levers:
        suppliers, products = self._things("supplier"), self._things("product")
        if products and re.search(r"\b(supplier|vendor)\b", self.text):
            suppliers = suppliers or products
        spans = [q for q in self.quantities if q.unit in ("days", "weeks", "months")]
        late, early = _LATE.search(self.text), _EARLY.search(self.text)
        takes_more = (
            spans
            and suppliers
            and re.search(r"\b(more|extra|additional|needs?|takes?)\b", self.text)
        )
        if not (suppliers or products) or not (late or takes_more or (early and spans)):
            return Levers()
        if not spans:
            return Levers(missing="days")
        value = days(spans[0]) * (-1 if early and not (late and "lead" not in late[0]) else 1)
        value = int(value) if float(value).is_integer() else value
        target = suppliers or products
        kind = target[0].kind
        if len(target) > 1:
            return Levers(missing=kind, mention=self._mention_of(kind))
        return Levers(({"kind": "lead_time", kind: target[0].id, "days": value, **self._months()},))

    def _outage(self) -> Levers:
        resources = self._things("resource")
        lasting = any(q.unit in ("days", "weeks") for q in self.quantities)
        if not resources or not (lasting or _OUT.search(self.text)):
            return Levers()
        if any(q.unit in ("hours", "percent") for q in self.quantities):
            return Levers()
        if re.search(r"\bout\b", self.text) and not re.search(
            r"\b(is|was|were|goes|be|taken) out\b|out (of|for|in)\b", self.text
        ):
            return Levers()
        if len(resources) > 1 and len(self._mentions_of("resource")) == 1:
            return Levers(missing="resource", mention=self._mention_of("resource"))
        spans = [q for q in self.quantities if q.unit in ("days", "weeks")]
        months = self._months()
        if spans and days(spans[0]) < 28:
            month = months.get("start") or self.clock.plan_start.isoformat()
            share = -round(100 * days(spans[0]) / _length(date.fromisoformat(month)), 1)
            when = {"start": month, "end": months.get("end", month)}
            return Levers(
                tuple(
                    {"kind": "capacity", "resource": r.id, "percent": share, **when}
                    for r in resources
                )
            )
        return Levers(
            tuple({"kind": "resource_out", "resource": r.id, **months} for r in resources)
        )

    def _capacity(self) -> Levers:
        resources = self._things("resource") or (
            self._things("resource", everywhere=True)
            if re.search(
                r"\b(it|that|there|the line|hours?|shifts?|overtime|capacity)\b", self.text
            )
            else ()
        )
        hours = [q for q in self.quantities if q.unit == "hours"]
        percent = [q for q in self.quantities if q.unit == "percent"]
        shift = re.search(
            r"\bshifts?\b|\b(on|work|run|running|working) (on )?saturdays?\b|\bsaturday\b",
            self.text,
        )
        about = bool(hours or shift or (percent and _CAPACITY.search(self.text)))
        if not about and not (percent and resources and not _DEMAND.search(self.text)):
            return Levers()
        if not resources:
            return Levers(missing="resource")
        if len(resources) > 1 and len(self._mentions_of("resource", everywhere=True)) == 1:
            return Levers(missing="resource", mention=self._mention_of("resource", everywhere=True))
        change, note = self._capacity_change(hours, percent)
        levers = tuple(
            {"kind": "capacity", "resource": r.id, **change, **self._months()} for r in resources
        )
        return Levers(levers, note=note)

    def _capacity_change(
        self, hours: Sequence[Quantity], percent: Sequence[Quantity]
    ) -> tuple[dict[str, float], str]:
        sign = self._sign()
        if hours:
            return {"hours": sign * hours[0].value}, ""
        if percent:
            return {"percent": sign * percent[0].value}, ""
        saturday = "saturday" in self.text
        value = SATURDAY_HOURS if saturday else SHIFT_HOURS
        name = "A Saturday shift" if saturday else "A shift"
        note = f"{name} is taken as {value:.0f} hours a month; give the hours if yours differ."
        return {"hours": sign * value}, note

    def _demand(self) -> Levers:
        amounts = [q for q in self.quantities if q.unit in ("percent", "units")]
        if not amounts:
            return Levers()
        if self._things("channel") or self._things("customer"):
            return Levers(missing="demand_by_customer")
        where: dict[str, Any] = {}
        for kind in ("product", "family", "region"):
            things = self._things(kind) or self._things(kind, everywhere=True)
            if len(things) > 1 and len(self._mentions_of(kind, everywhere=True)) == 1:
                return Levers(missing=kind, mention=self._mention_of(kind, everywhere=True))
            if things:
                where[kind] = things[0].id
        if "product" in where:
            where.pop("family", None)
        amount = amounts[0]
        key = "percent" if amount.unit == "percent" else "quantity"
        change = {key: self._sign() * amount.value}
        if not (
            _DEMAND.search(self.text) or where or _MORE.search(self.text) or _LESS.search(self.text)
        ):
            return Levers()
        return Levers(({"kind": "demand", **where, **change, **self._months()},))

    # Parts

    def _sign(self) -> int:
        less, more = _LESS.search(self.text), _MORE.search(self.text)
        if less and more:
            return -1 if abs(self._gap(less)) < abs(self._gap(more)) else 1
        return -1 if less else 1

    def _gap(self, match: re.Match[str]) -> int:
        """Return how far a word stands from the first quantity of the clause."""
        quantity = next((m.start() for m in re.finditer(r"\d|doubl|halv|half|twice", self.text)), 0)
        return match.start() - quantity

    def _mentions_of(self, kind: str, *, everywhere: bool = False) -> list[Mention]:
        source: Iterable[Mention] = self.all_mentions if everywhere else self.mentions
        return [m for m in source if m.of_kind(kind)]

    def _mention_of(self, kind: str, *, everywhere: bool = False) -> Mention:
        mention = self._mentions_of(kind, everywhere=everywhere)[0]
        return Mention(
            mention.start, mention.end, mention.text, mention.of_kind(kind), mention.whole
        )

    def _things(self, kind: str, *, everywhere: bool = False) -> tuple[Thing, ...]:
        mentions = self._mentions_of(kind, everywhere=everywhere)
        return tuple(dict.fromkeys(t for m in mentions for t in m.of_kind(kind)))

    def _months(self) -> dict[str, str]:
        """Return the lever's months, where the question gives any."""
        found: dict[str, str] = {}
        for period in self.periods[:1]:
            first, last = period.placed("future", self.clock)
            if first:
                found["start"] = max(first, self.clock.plan_start).isoformat()
            if last:
                found["end"] = last.isoformat()
        if found.get("end", "9999") < found.get("start", "0000"):
            return {}
        return found

    def _touches(self, event: Event) -> bool:
        first, last = self.periods[0].placed("future", self.clock)
        first, last = first or self.clock.plan_start, last or date.max.replace(day=1)
        return event.starts_on < add_months(last, 1) and event.ends_on >= first


def _length(month: date) -> int:
    return (add_months(month, 1) - month).days
