"""Promotions whose uplift nobody declared: how well it is estimated, and what that is worth.

`python -m evals.uplift [--products N] [--seed S] [--json]` makes a company of its own, with
promotions of hidden uplift, and asks the engine for the uplift of each past promotion and for
the year to come with its promotions. The peer is the same forecaster on the same sales without
being told of the promotions.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evals.bench import Bar, Result, arguments, cpu_seconds, finish
from planning_engine.data.calendars import add_months
from planning_engine.data.columns import conform
from planning_engine.data.company import Company
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.accuracy import accuracy
from planning_engine.demand.events.event import Event
from planning_engine.demand.events.event_uplift import measured_uplifts
from planning_engine.demand.forecasting.forecast import TESTED_ON, forecast
from planning_engine.demand.forecasting.selection import forecast_series

Array = NDArray[np.float64]

FIRST = date(2021, 11, 1)
KNOWN, AHEAD = 60, 12
AS_OF = date(2026, 10, 31)
PROMOTIONS_A_YEAR = 3
LEVEL = 90.0
EVENT_COLUMNS = ("event", "kind", "product", "starts_on", "ends_on")
BARS = {"error_ratio": Bar(0.75), "coverage_90": Bar(0.85, at_most=False)}


@dataclass(frozen=True)
class Hidden:
    """A company, and what only its maker knows.

    Attributes:
        company: Sales, products and events without uplifts.
        uplift: Event → its true uplift.
        to_come: Product → what it will sell in the months after the last known.
    """

    company: Snapshot
    uplift: Mapping[str, float]
    to_come: Mapping[str, Array]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--products", type=int, default=60)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args(argv)
    return finish(bench(hidden(options.products, options.seed)), as_json=options.json)


def bench(made: Hidden) -> Result:
    """Estimate every past promotion and forecast every product, with and without them."""
    started = cpu_seconds()
    measured = [one for one in measured_uplifts(made.company, LEVEL) if one.uplift is not None]
    estimating = cpu_seconds() - started
    past = [one for one in measured if one.alone is not None]
    inside = [_holds(one.low, made.uplift[one.event.id], one.high) for one in past]
    ahead = [
        _holds(one.low, made.uplift[one.event.id], one.high)
        for one in measured
        if one.alone is None
    ]
    misses = [abs((one.uplift or 0) - made.uplift[one.event.id]) for one in past]
    actual = np.concatenate(list(made.to_come.values()))
    ours, alone = [], []
    for product in made.to_come:
        told = forecast(made.company, (("product", product),), AHEAD)
        ours.append(told.mean)
        raw = told.history
        untold = forecast_series(raw.quantity, AHEAD, raw.season, tested_on=TESTED_ON)
        alone.append(untold.mean)
    error = accuracy.wmape(actual, np.concatenate(ours)) or 0.0
    peer = accuracy.wmape(actual, np.concatenate(alone)) or 0.0
    values = {
        "error_ratio": error / peer,
        "wmape": error,
        "coverage_90": float(np.mean(inside)),
        "coverage_90_to_come": float(np.mean(ahead)),
        "uplift_error_points": 100 * float(np.mean(misses)),
        "events": len(past),
        "products": len(made.to_come),
        "cpu_seconds_estimating": estimating,
        "peers": {"univariate": peer},
    }
    return Result(
        values,
        BARS,
        columns=("figure", "value"),
        rows=[
            ("events measured", len(past)),
            ("mean miss of the uplift, points", values["uplift_error_points"]),
            ("90 % interval holds the truth, past events", values["coverage_90"]),
            ("90 % interval holds the truth, events to come", values["coverage_90_to_come"]),
            ("CPU seconds to estimate them all", estimating),
            ("WMAPE of the forecaster not told of events", peer),
            ("WMAPE with events", error),
            ("error ratio", values["error_ratio"]),
        ],
    )


def hidden(products: int, seed: int) -> Hidden:
    """Make a company of seeded sales: level, drift, trend, season, noise and promotions."""
    random = np.random.default_rng(seed)
    months = [add_months(FIRST, at) for at in range(KNOWN + AHEAD)]
    catalogue, sales, events = [], [], []
    uplifts: dict[str, float] = {}
    to_come = {}
    for number in range(products):
        product, family = f"P{number:03}", f"F{number % 5}"
        catalogue.append({"product": product, "family": family, "stage": "finished"})
        usual = random.uniform(0.15, 0.9)
        lift = np.ones(len(months))
        for event in _promotions(product, random):
            uplifts[event.id] = usual * float(random.uniform(0.7, 1.3))
            lift *= [1 + uplifts[event.id] * event.share_of(month) for month in months]
            held = (event.id, event.kind, product, event.starts_on, event.ends_on)
            events.append(dict(zip(EVENT_COLUMNS, held, strict=True)))
        quantity = np.rint(_demand(len(months), random) * lift)
        sales += [
            {"date": month, "product": product, "site": "S", "customer": "K", "quantity": q}
            for month, q in zip(months[:KNOWN], quantity, strict=False)
        ]
        to_come[product] = quantity[KNOWN:]
    tables = {"products": catalogue, "sales": sales, "events": events}
    frames = {name: conform(TABLES[name], pd.DataFrame(rows)) for name, rows in tables.items()}
    company = Company(name="Promotions", currency="EUR", as_of=AS_OF)
    return Hidden(Snapshot(f"s_hidden{seed}_{products}", company, frames), uplifts, to_come)


def _demand(months: int, random: np.random.Generator) -> Array:
    """Return demand without promotions."""
    level = np.exp(random.uniform(5, 9))
    place = np.arange(months)
    season = np.exp(random.normal(0, 0.12, 12))
    drift = np.cumsum(random.normal(0, 0.015, months))
    trend = random.normal(0, 0.04) * place / 12
    noise = random.normal(0, random.uniform(0.03, 0.09), months)
    return np.asarray(level * season[place % 12] * np.exp(trend + drift + noise))


def _promotions(product: str, random: np.random.Generator) -> list[Event]:
    """Return promotions of a product, in months drawn anew every year; some in part of one."""
    found = []
    for year in range((KNOWN + AHEAD) // 12):
        places = random.choice(12, PROMOTIONS_A_YEAR, replace=False)
        for place in sorted(12 * year + int(at) for at in places):
            start = add_months(FIRST, place)
            last = add_months(start, 1) - timedelta(days=1)
            if random.random() < 0.3:
                last = start + timedelta(days=int(random.integers(13, 21)))
            name = f"{product}-{place:02}"
            found.append(Event(name, name, "promotion", 0.0, start, last, product))
    return found


def _holds(low: float | None, truth: float, high: float | None) -> bool:
    return low is not None and high is not None and low <= truth <= high


if __name__ == "__main__":
    sys.exit(main())
