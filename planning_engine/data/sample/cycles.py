"""Six closed S&OP cycles: the forecasts of five streams, and the budget."""

from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.sample import events, network, products
from planning_engine.data.sample.demand import demand
from planning_engine.data.sample.timeline import (
    CYCLE_MONTHS,
    CYCLES,
    MONTHS,
    SALES_MONTHS,
    Grid,
    draws,
    position,
)

STREAMS = ("stat", "sales", "marketing", "finance", "consensus")
OVER_FORECAST = "Juice"
LOW_FORECASTER, LOW_SITE = "lucia", "DC-SOUTH"
# From which cycle a stream knows the promotion; the statistical one never does.
PROMOTION_KNOWN = {
    "marketing": date(2026, 7, 1),
    "sales": date(2026, 8, 1),
    "consensus": date(2026, 8, 1),
    "finance": date(2026, 9, 1),
}
_SALES_AUTHORS = {"DC-NORTH": "sam", "DC-SOUTH": LOW_FORECASTER, "DC-WEST": "jonas"}
_AUTHORS = {"marketing": "dana", "finance": "ingrid", "consensus": "petra"}
# How far a stream's first look at a month is off, as a share.
_SPREADS = {"stat": 0.055, "sales": 0.030, "marketing": 0.060, "finance": 0.060, "consensus": 0.030}
_BUDGET_OPTIMISM = {"Juice": 1.10, "Tea": 1.02, "Energy": 1.01, "Water": 1.02, "Soft Drinks": 1.02}


@lru_cache(maxsize=4)
def forecasts_by_stream(seed: int) -> dict[str, Grid]:
    """Return stream → cases, `[cycle, product, DC, months ahead]`, 0 the cycle's own month."""
    views = {
        "stat": _view(seed, "stat"),
        "sales": _sales_view(seed),
        "marketing": _marketing_view(seed),
        "finance": _view(seed, "finance") * 1.02,
        "consensus": _anchored(seed, _view(seed, "consensus")),
    }
    return {stream: np.rint(view) for stream, view in views.items()}


def consensus(seed: int, cycle: date) -> Grid:
    """Return the consensus a cycle published, `[product, DC, months ahead]`."""
    view: Grid = forecasts_by_stream(seed)["consensus"][CYCLES.index(cycle)]
    return view


def _view(seed: int, stream: str) -> Grid:
    """Return a stream's forecasts: what is expected, off by an error that shrinks.

    What is learnt in a month leaves the error of all later cycles, so that a forecast of
    the same month moves less the nearer it comes.
    """
    truth = demand(seed)
    ahead = np.arange(CYCLE_MONTHS)
    shape = (len(products.FINISHED), len(network.DCS), len(MONTHS), CYCLE_MONTHS)
    learnt = draws(seed, f"forecast {stream}").normal(0, _SPREADS[stream], shape)
    errors = np.exp(np.cumsum(learnt / np.sqrt(ahead + 1), axis=3))
    views = []
    for cycle in CYCLES:
        known = PROMOTION_KNOWN.get(stream)
        hidden = () if known and cycle >= known else (events.OVERLOADING,)
        base = (
            truth.baseline if stream == "stat" else truth.baseline * events.factors(without=hidden)
        )
        months = position(cycle) + ahead
        views.append(truth.by_dc(base)[:, :, months] * errors[:, :, months, ahead])
    return np.stack(views)


def _sales_view(seed: int) -> Grid:
    view = _view(seed, "sales")
    low = draws(seed, LOW_FORECASTER).uniform(0.77, 0.85, view[:, :, 0].shape)
    view[:, :, network.DCS.index(LOW_SITE)] *= low
    return view


def _marketing_view(seed: int) -> Grid:
    """Return marketing's hopes; the Juice listings that never came are out since October."""
    hopes = np.full((len(CYCLES), len(products.FINISHED)), 1.05)
    hopes[:, in_family(OVER_FORECAST)] = 1.20
    hopes[-1, in_family(OVER_FORECAST)] = 1.14
    view: Grid = _view(seed, "marketing") * hopes[:, :, None, None]
    return view


def in_family(family: str) -> Grid:
    """Return which products belong to a family."""
    return np.array([item.family == family for item in products.FINISHED])


def _anchored(seed: int, view: Grid) -> Grid:
    """Hold each family's total near what came; above it for the over-forecast family."""
    random = draws(seed, "family bias")
    sold = demand(seed).sold_by_dc()
    for family in products.FAMILIES:
        low, high = (0.13, 0.20) if family == OVER_FORECAST else (-0.022, 0.022)
        drift = 1 + random.uniform(low, high, len(MONTHS))
        rows = in_family(family)
        for c, cycle in enumerate(CYCLES):
            months = position(cycle) + np.arange(CYCLE_MONTHS)
            scale = drift[months]
            closed = months < SALES_MONTHS
            came = sold[rows][:, :, months[closed]].sum(axis=(0, 1))
            scale[closed] *= came / view[c, rows][:, :, closed].sum(axis=(0, 1))
            view[c, rows] *= scale
    return view


def forecasts(seed: int) -> pd.DataFrame:
    """Return what each stream published in each cycle, for 12 months from the cycle's own.

    A product not yet launched has no rows; one whose last day of sale is past has 0.
    """
    frames = [
        _published(cycle, stream, views[c])
        for stream, views in forecasts_by_stream(seed).items()
        for c, cycle in enumerate(CYCLES)
    ]
    frame = pd.concat(frames, ignore_index=True)
    keys = ["cycle", "stream", "month", "product", "site"]
    return frame.sort_values(keys, ignore_index=True)


def _published(cycle: date, stream: str, view: Grid) -> pd.DataFrame:
    frame = long_frame(view, cycle, products.LAUNCH_ON)
    author = _AUTHORS.get(stream)
    frame["author"] = frame["site"].map(_SALES_AUTHORS) if stream == "sales" else author
    frame["stream"], frame["cycle"] = stream, pd.Timestamp(cycle)
    frame["reason"] = None
    if stream == "consensus":
        frame.loc[frame["site"] == LOW_SITE, "reason"] = "South lifted to the statistical level"
        if cycle >= PROMOTION_KNOWN["consensus"]:
            promoted = frame["month"].isin(pd.to_datetime(["2027-02-01", "2027-03-01"]))
            frame.loc[promoted & (frame["product"] == "COL-033-24"), "reason"] = "Kaito Spring Cup"
    return frame


def long_frame(values: Grid, first: date, since: date) -> pd.DataFrame:
    """Return `[product, DC, months ahead]` as rows of month, product, site and quantity.

    Months of the launched product before `since` are left out.
    """
    months = [add_months(first, step) for step in range(values.shape[2])]
    index = pd.MultiIndex.from_product(
        [products.IDS, network.DCS, pd.to_datetime(months)], names=["product", "site", "month"]
    )
    frame = pd.DataFrame({"quantity": values.reshape(-1)}, index=index).reset_index()
    early = (frame["product"] == products.LAUNCHED) & (frame["month"] < pd.Timestamp(since))
    return frame[~early].reset_index(drop=True)


def budget(seed: int) -> pd.DataFrame:
    """Return the budget of 2026 and 2027 by month and family."""
    expected = demand(seed).expected.sum(axis=1)
    price = np.array([item.price for item in products.FINISHED]) * 0.90
    cost = np.array([item.cost for item in products.FINISHED])
    rows = []
    for year in (2026, 2027):
        for month in (date(year, number, 1) for number in range(1, 13)):
            for family in products.FAMILIES:
                cases = expected[:, position(month)] * in_family(family)
                cases = np.rint(cases * _BUDGET_OPTIMISM[family] * (1.01 if year == 2027 else 1.0))
                revenue, spent = float(cases @ price), float(cases @ cost)
                rows.append(
                    (month, family, float(cases.sum()), round(revenue), round(revenue - spent))
                )
    return pd.DataFrame(rows, columns=["month", "family", "quantity", "revenue", "margin"])
