"""Figures that the demo company's meeting notes quote, counted from its tables.

A note's text has placeholders such as `{sold Juice 2026-09}`: a figure's name and its
words. Months are `2026-09`; a thing is a product, a family, a line or `all`; underscores
stand for spaces (`Soft_Drinks`). A place is a DC, and for OTIF also a customer.
"""

import math
from collections.abc import Callable
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from planning_engine.data.sample import cycles, demand, events, flows, network, orders, products
from planning_engine.data.sample.cycles import in_family
from planning_engine.data.sample.materials import ledger, receipts
from planning_engine.data.sample.production import production
from planning_engine.data.sample.timeline import (
    CYCLES,
    PLAN_START,
    STOCK_MONTHS,
    Grid,
    position,
)
from planning_engine.data.sample.working_time import calendars


class Figures:
    """The figures of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sold = demand.demand(seed).sold_by_dc()

    def sold(self, thing: str, month: str, place: str = "") -> float:
        """Return cases sold in a month."""
        return float(_chosen(self._sold[:, :, _at(month)], thing, place).sum())

    def sold_over(self, thing: str, first: str, last: str, place: str = "") -> float:
        """Return cases sold from one month to another."""
        months = self._sold[:, :, _at(first) : _at(last) + 1].sum(axis=2)
        return float(_chosen(months, thing, place).sum())

    def growth(self, thing: str, month: str, place: str = "") -> float:
        """Return the percent by which sales exceed those of the same month a year before."""
        before = self._sold[:, :, _at(month) - 12]
        return 100 * (
            self.sold(thing, month, place) / float(_chosen(before, thing, place).sum()) - 1
        )

    def revenue(self, thing: str, month: str) -> float:
        """Return net revenue in millions of euro."""
        sales = _by_family(self._seed)
        rows = sales if thing == "all" else sales[sales["family"] == thing]
        return float(rows.loc[rows["date"] == _day(month), "revenue"].sum()) / 1e6

    def gap(self, thing: str, month: str) -> float:
        """Return the percent by which revenue exceeds the budget."""
        return 100 * (self.revenue(thing, month) / self._budget(thing, month, month) - 1)

    def gap_year(self, thing: str, month: str) -> float:
        """Return the percent by which revenue exceeds the budget, January to that month."""
        months = [f"2026-{number:02d}" for number in range(1, int(month[-2:]) + 1)]
        came = sum(self.revenue(thing, entry) for entry in months)
        return 100 * (came / self._budget(thing, "2026-01", month) - 1)

    def _budget(self, thing: str, first: str, last: str) -> float:
        frame = _budget(self._seed)
        rows = frame if thing == "all" else frame[frame["family"] == thing]
        return (
            float(rows.loc[rows["month"].between(_day(first), _day(last)), "revenue"].sum()) / 1e6
        )

    def fc(self, stream: str, thing: str, month: str, cycle: str, place: str = "") -> float:
        """Return a stream's forecast of a month, as a cycle published it."""
        return float(_chosen(self._forecast(stream, month, cycle), thing, place).sum())

    def err(self, stream: str, thing: str, month: str, cycle: str, place: str = "") -> float:
        """Return the percent by which a stream's forecast exceeded what was sold."""
        return 100 * (
            self.fc(stream, thing, month, cycle, place) / self.sold(thing, month, place) - 1
        )

    def _forecast(self, stream: str, month: str, cycle: str) -> Grid:
        view: Grid = cycles.forecasts_by_stream(self._seed)[stream][
            CYCLES.index(_day(cycle)), :, :, _at(month) - _at(cycle)
        ]
        return view

    def load(self, line: str, month: str, cycle: str) -> float:
        """Return a line's load in percent of its hours, from a cycle's consensus."""
        cases = self._forecast("consensus", month, cycle).sum(axis=1)
        return 100 * _needed(line, cases) / _available(line, month)

    def load_without(self, line: str, month: str, cycle: str) -> float:
        """Return a line's load without the promotion of spring 2027."""
        cases = self._forecast("consensus", month, cycle).sum(axis=1)
        extra = events.factors()[:, 0, _at(month)]
        kept = events.factors(without=(events.OVERLOADING,))[:, 0, _at(month)]
        return 100 * _needed(line, cases * kept / extra) / _available(line, month)

    def short(self, line: str, month: str, cycle: str) -> float:
        """Return the hours a line lacks."""
        load = self.load(line, month, cycle) / 100 - 1
        return load * _available(line, month)

    def available(self, line: str, month: str) -> float:
        """Return a line's hours after efficiency."""
        return _available(line, month)

    def hours(self, line: str, month: str) -> float:
        """Return the hours a line ran."""
        return float(self._made(line, month)["hours"].sum())

    def made(self, thing: str, month: str) -> float:
        """Return cases made."""
        return float(self._made(thing, month)["actual_quantity"].sum())

    def attained(self, thing: str, month: str) -> float:
        """Return cases made in percent of cases planned."""
        rows = self._made(thing, month)
        return 100 * float(rows["actual_quantity"].sum() / rows["planned_quantity"].sum())

    def used(self, line: str, month: str) -> float:
        """Return hours run in percent of a line's hours after efficiency."""
        return 100 * self.hours(line, month) / _available(line, month)

    def _made(self, thing: str, month: str) -> pd.DataFrame:
        rows = _production(self._seed)
        rows = rows[rows["month"] == _day(month)]
        if thing in network.PLANT_OF_LINE:
            return rows[rows["resource"] == thing]
        return rows[rows["product"].isin(_ids(thing))]

    def otif(self, month: str, place: str = "") -> float:
        """Return the percent of lines requested in a month that came on time and in full."""
        return self.otif_over(month, month, place)

    def otif_over(self, first: str, last: str, place: str = "") -> float:
        """Return the same for the lines requested from one month to another."""
        lines = _lines(self._seed)
        rows = lines[lines["month"].between(_day(first), _day(last))]
        if place:
            rows = rows[rows["customer" if place in network.CUSTOMER_IDS else "site"] == place]
        return 100 * float(rows["kept"].mean())

    def stock(self, thing: str, month: str, place: str = "") -> float:
        """Return cases at the DCs, or units of a component at the plants, at a month's end."""
        step = _at(month) - position(PLAN_START) + STOCK_MONTHS
        if thing in products.COMPONENT_IDS:
            parts = [e for e in ledger(self._seed) if e.product == thing and place in ("", e.site)]
            return float(sum(entry.stock[step] for entry in parts))
        return float(_chosen(flows.flows(self._seed).stock[:, :, step], thing, place).sum())

    def days(self, thing: str, month: str, place: str = "") -> float:
        """Return how many days the stock lasts at the rate of that month's sales."""
        return 30 * self.stock(thing, month, place) / self.sold(thing, month, place)

    def plan(self, thing: str, month: str, cycle: str, place: str = "") -> float:
        """Return the supply a cycle planned for a month."""
        planned = flows.flows(self._seed).plans[CYCLES.index(_day(cycle))]
        return float(_chosen(planned[:, :, _at(month) - _at(cycle)], thing, place).sum())

    def late(self, supplier: str, month: str) -> float:
        """Return the average days late of a supplier's receipts of a month."""
        return float(self._came(supplier, month).mean())

    def late_most(self, supplier: str, month: str) -> float:
        """Return the days late of the latest of them."""
        return float(self._came(supplier, month).max())

    def _came(self, supplier: str, month: str) -> pd.Series:
        rows = _closed(self._seed)
        rows = rows[(rows["supplier"] == supplier) & (rows["month"] == _day(month))]
        days: pd.Series = rows["late"]
        return days

    def overdue(self, supplier: str) -> float:
        """Return the units of a supplier's orders that were due by `as_of` and did not come."""
        rows = receipts(self._seed)
        late = rows["received_on"].isna() & (rows["due_on"] < PLAN_START)
        return float(rows.loc[late & (rows["supplier"] == supplier), "quantity"].sum())


def _day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _at(month: str) -> int:
    return position(_day(month))


def _ids(thing: str) -> list[str]:
    if thing in products.PLACE:
        return [thing]
    return [p.id for p in products.FINISHED if thing in ("all", p.family)]


def _chosen(values: Grid, thing: str, place: str) -> Grid:
    """Return `[product, DC]` values of a thing at a place."""
    if thing in products.PLACE:
        rows = values[[products.PLACE[thing]]]
    elif thing == "all":
        rows = values
    else:
        rows = values[in_family(thing)]
        if not len(rows):
            raise KeyError(thing)
    return rows[:, [network.DCS.index(place)]] if place else rows


def _needed(line: str, cases: Grid) -> float:
    """Return the run and set-up hours of a month's cases on the line they are made on."""
    by_id = {entry.id: entry for entry in network.LINES}
    hours = 0.0
    for item, quantity in zip(products.FINISHED, cases, strict=True):
        if item.line == line:
            run = quantity * round(1 / (by_id[line].speed * item.pace), 7)
            hours += run + math.ceil(quantity / item.lot) * by_id[line].setup_hours
    return hours


@lru_cache(maxsize=1)
def _hours() -> pd.Series:
    frame = calendars()
    frame["month"] = [day.replace(day=1) for day in frame["date"]]
    efficiency = network.resources().set_index("resource")["efficiency"]
    hours = frame["hours"] * frame["resource"].map(efficiency)
    by_month: pd.Series = hours.groupby([frame["resource"], frame["month"]]).sum()
    return by_month


def _available(line: str, month: str) -> float:
    return float(_hours()[line, _day(month)])


@lru_cache(maxsize=2)
def _by_family(seed: int) -> pd.DataFrame:
    frame = demand.sales(seed)
    frame["family"] = frame["product"].map({p.id: p.family for p in products.FINISHED})
    sums = frame.groupby(["date", "family"])["revenue"].sum().reset_index()
    return sums.assign(date=sums["date"].dt.date)


@lru_cache(maxsize=2)
def _budget(seed: int) -> pd.DataFrame:
    return cycles.budget(seed)


@lru_cache(maxsize=2)
def _production(seed: int) -> pd.DataFrame:
    frame = production(seed)
    return frame.assign(month=_month_of(frame["date"]))


@lru_cache(maxsize=2)
def _lines(seed: int) -> pd.DataFrame:
    frame = orders.orders(seed)
    frame = frame[frame["delivered_on"].notna()]
    kept = (frame["delivered_on"] <= frame["requested_on"]) & (
        frame["delivered_quantity"] >= frame["quantity"]
    )
    return frame.assign(kept=kept, month=_month_of(frame["requested_on"]))


@lru_cache(maxsize=2)
def _closed(seed: int) -> pd.DataFrame:
    frame = receipts(seed)
    frame = frame[(frame["kind"] == "purchase") & frame["received_on"].notna()]
    came = pd.to_datetime(frame["received_on"])
    days = (came - pd.to_datetime(frame["due_on"])).dt.days
    return frame.assign(late=days, month=_month_of(came))


def _month_of(days: pd.Series) -> pd.Series:
    months: pd.Series = days.dt.to_period("M").dt.start_time.dt.date
    return months


_WORDS: dict[str, str] = {
    "sold": ",.0f", "sold_over": ",.0f", "growth": "+.1f", "revenue": ".2f", "gap": "+.1f",
    "gap_year": "+.1f", "fc": ",.0f", "err": "+.1f", "load": ".0f", "load_without": ".0f",
    "short": ".0f", "available": ".0f", "hours": ".0f", "made": ",.0f", "attained": ".1f",
    "used": ".0f", "otif": ".1f", "otif_over": ".1f", "stock": ",.0f", "days": ".0f",
    "plan": ",.0f", "late": ".1f", "late_most": ".0f", "overdue": ",.0f",
}  # fmt: skip


def word(figures: Figures, placeholder: str) -> str:
    """Return a figure as a note writes it.

    The words before the figure's name change how it is written: `k` gives thousands with one
    decimal, `t` tonnes of kilograms, `abs` drops the sign.

    Args:
        figures: Where to count.
        placeholder: Its name and words, e.g. `sold Juice 2026-09`.
    """
    parts = placeholder.split()
    style = parts.pop(0) if parts[0] in ("k", "t", "abs") else ""
    name, *words = parts
    count: Callable[..., float] = getattr(figures, name)
    value = count(*(entry.replace("_", " ") for entry in words))
    if style in ("k", "t"):
        return f"{value / 1000:,.1f}" if style == "k" else f"{value / 1000:,.0f}"
    form = _WORDS[name]
    if style == "abs":
        value, form = abs(value), form.replace("+", "")
    return format(np.round(value, 6), form)
