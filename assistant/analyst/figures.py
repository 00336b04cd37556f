"""Slots of the questions for figures: KPI and its split, stock scope, overtime, months."""

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.analyst.frame import Ask, Choice, Filled, Frame, Span
from assistant.analyst.kpi_parameters import FORECAST_KPIS
from assistant.analyst.kpi_words import (
    is_compared_with,
    measure_of,
    read_kpi_details,
    several_streams,
    sure_first,
)
from assistant.analyst.measures import kpi_label
from assistant.analyst.periods import Direction, Period
from assistant.analyst.phrases import says
from assistant.analyst.planning_requests import BACKWARD, UNSPANNED
from assistant.analyst.planning_rules import PLANNING
from assistant.analyst.signals import Signals
from assistant.analyst.slots import read_group, read_ranking, read_stock_scope, wants_overtime
from assistant.analyst.vocabulary import Vocabulary

FORWARD = frozenset(("forecast", "capacity", "inventory", "plan", "whatif"))
_SERVICE = ("on_time", "otif", "in_full")
_SALES = ("revenue", "sales_quantity", "margin")
_METHODS = (
    ("overall_factors", r"\boverall factors?\b"),
    ("bill_of_resources", r"\bbills? of resources\b"),
    ("resource_profile", r"\b(resource|load) profiles?\b|\blead[- ]time offsets?\b"),
)
_USUAL = ("revenue", "sales_quantity", "accuracy", "otif")


def spans_of(intent: str, signals: Signals, vocabulary: Vocabulary) -> tuple[Span, ...]:
    """Return the periods asked about, placed in the plan or in the past."""
    if intent in UNSPANNED:
        return ()
    is_ahead = intent in FORWARD or (intent in PLANNING and intent not in BACKWARD)
    direction: Direction = "future" if is_ahead else "past"
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


def fill_kpi(frame: Frame, signals: Signals, ask: Ask | None) -> Filled:
    """Return a KPI question with its KPI, split, order and parameters."""
    measure = measure_of(signals)
    kpi = _kpi(frame, signals)
    group = _group(frame, signals, kpi)
    ranking = read_ranking(signals) if group and group != "month" else {}
    if kpi in _SALES and "order" in ranking:
        plain = {"best": "highest", "worst": "lowest"}
        ranking["order"] = plain.get(ranking["order"], ranking["order"])
    frame = frame.with_slots(kpi=kpi, by=group, **ranking)
    if kpi is None:
        asks = measure.asks if measure else ""
        return Filled(frame, ask or _which_kpi(measure.kpis if measure else (), asks))
    if kpi == "supplier_lateness":
        frame = _by_supplier(frame)
    frame = frame.with_slots(**read_kpi_details(signals, kpi))
    if kpi in FORECAST_KPIS:  # "one month ahead" is a lag, not months to come
        frame = replace(
            frame, spans=tuple(span for span in frame.spans if not _is_lag(span, signals))
        )
    if frame.slots.get("stream") == "consensus" or frame.slots.get("by") == "stream":
        frame = frame.with_slots(stream=None)
    return Filled(frame, ask)


def _is_lag(span: Span, signals: Signals) -> bool:
    return any(p.ahead and p.span == (span.start, span.end) for p in signals.periods)


def _kpi(frame: Frame, signals: Signals) -> str | None:
    named = [m.kpis[0] for m in sure_first(signals) if len(m.kpis) == 1]
    supplier = frame.names.get("supplier") or says("a_supplier", signals.text)
    if not named:
        return "supplier_lateness" if supplier and not signals.measures else None
    if frame.names.get("supplier") and named[0] in _SERVICE:
        return "supplier_lateness"
    return named[0]


def _group(frame: Frame, signals: Signals, kpi: str | None) -> str | None:
    group = read_group(signals)
    if kpi in FORECAST_KPIS and several_streams(signals.text):
        return "stream"
    if kpi == "supplier_lateness" and group == "author":
        return "supplier"
    if kpi == "utilisation" and group is None and says("lines", signals.text):
        return None if frame.names.get("resource") else "resource"
    persons = any("person" in mention.kinds for mention in signals.mentions)
    if group is None and persons and kpi in FORECAST_KPIS:
        return "author"
    if group and len(frame.names.get(group, ())) == 1:
        return None
    return group


def _by_supplier(frame: Frame) -> Frame:
    named = frame.names.get("supplier") or frame.names.get("product")
    if not named and not frame.slots.get("by"):
        frame = frame.with_slots(by="supplier")
    if frame.slots.get("by") and "order" not in frame.slots:
        frame = frame.with_slots(order="worst")
    return frame


def _which_kpi(kpis: tuple[str, ...], asks: str) -> Ask:
    if not kpis:
        kpis, asks = _USUAL, "Which figure do you want?"
    labels = [(kpi, kpi_label(kpi)) for kpi in kpis]
    choices = [Choice(label[0].upper() + label[1:], slots={"kpi": kpi}) for kpi, label in labels]
    return Ask(asks, tuple(choices))


def _fill_forecast(frame: Frame, signals: Signals, ask: Ask | None) -> Filled:
    return Filled(frame, ask)


def _fill_capacity(frame: Frame, signals: Signals, ask: Ask | None) -> Filled:
    overtime = wants_overtime(signals.text)
    note = "The overtime allowed counts as available." if overtime else ""
    method = next((name for name, said in _METHODS if re.search(said, signals.text.lower())), None)
    return Filled(frame.with_slots(include_overtime=overtime or None, method=method), ask, note)


def _fill_inventory(frame: Frame, signals: Signals, ask: Ask | None) -> Filled:
    named = bool(frame.names.get("product")) or ask is not None
    scope = read_stock_scope(signals, named=named)
    if named:
        scope.pop("stage", None)
    return Filled(frame.with_slots(**scope), ask)


def _fill_plan(frame: Frame, signals: Signals, ask: Ask | None) -> Filled:
    text = signals.text.lower()
    overtime = wants_overtime(text)
    limit = next((q.value for q in signals.quantities if q.unit == "percent"), None)
    frame = frame.with_slots(
        overtime=False if overtime is False else None,
        mode="priority" if says("by_priority", text) else None,
        whole_lots=says("in_whole_lots", text) or None,
        keep_fence=says("keeps_fence", text) or None,
        change_percent=limit if says("limits_change", text) else None,
    )
    return Filled(frame, ask)


FILLERS: dict[str, Callable[[Frame, Signals, Ask | None], Filled]] = {
    "kpi": fill_kpi,
    "forecast": _fill_forecast,
    "capacity": _fill_capacity,
    "inventory": _fill_inventory,
    "plan": _fill_plan,
}
