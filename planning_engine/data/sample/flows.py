"""Finished goods month by month: plans published, cases received, stock left at the DCs."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.sample import network, products
from planning_engine.data.sample.cycles import consensus, long_frame
from planning_engine.data.sample.demand import demand
from planning_engine.data.sample.timeline import (
    CYCLE_MONTHS,
    CYCLES,
    MONTHS,
    PLAN_START,
    SALES_MONTHS,
    STOCK_MONTHS,
    Grid,
    draws,
    position,
)

PALLET = 60
# Cover aimed at, in months of the next month's forecast.
_COVER = {"Water": 0.45, "Soft Drinks": 0.45, "Juice": 0.70, "Energy": 0.55, "Tea": 0.55}
# The allocation key that applies from November gives the West DC too little peach tea; it
# is in the plans since the September cycle.
SHORT_PRODUCT, SHORT_SITE, SHORT_SHARE = "ICP-050-12", "DC-WEST", 0.77
SHORT_CYCLE, SHORT_MONTH = date(2026, 9, 1), date(2026, 11, 1)
# The last big lots of the product that ends, at each DC.
LAST_LOTS = {date(2026, 1, 1): 5_400, date(2026, 2, 1): 5_400, date(2026, 3, 1): 6_000}


@dataclass(frozen=True)
class Flows:
    """Cases at the DCs over the last 24 months and the plans of the six cycles.

    Attributes:
        planned: Supply planned for the month, `[product, DC, month]`, 0 = 24 months back.
        received: Supply that came, same shape.
        stock: On hand at the end of the month, same shape.
        plans: What each cycle published, `[cycle, product, DC, months ahead]`.
    """

    planned: Grid
    received: Grid
    stock: Grid
    plans: Grid


@lru_cache(maxsize=4)
def flows(seed: int) -> Flows:
    """Play the last 24 months: plan to the cover aimed at, receive, sell, count."""
    sold = demand(seed).sold_by_dc()
    mean = demand(seed).by_dc(demand(seed).expected)
    first = SALES_MONTHS - STOCK_MONTHS
    attained = _attainment(seed)
    stock = _target(mean[:, :, first])
    planned, received, counted, plans = [], [], [], []
    for step in range(STOCK_MONTHS):
        t = first + step
        ahead = _outlook(seed, mean, t)
        plan = _plan(ahead, stock, t)
        if t >= position(CYCLES[0]):
            plans.append(plan)
        came = np.rint(plan[:, :, 0] * attained[:, None, step])
        # Nothing sold was not there: a short month is filled by a late extra pallet.
        came = np.maximum(came, sold[:, :, t] - stock + 10 * (sold[:, :, t] > 0)).clip(min=0)
        stock = stock + came - sold[:, :, t]
        planned.append(plan[:, :, 0])
        received.append(came)
        counted.append(stock)
    return Flows(
        np.stack(planned, axis=2),
        np.stack(received, axis=2),
        np.stack(counted, axis=2),
        np.stack(plans),
    )


def _attainment(seed: int) -> Grid:
    shape = (len(products.FINISHED), STOCK_MONTHS)
    return np.clip(draws(seed, "attainment").normal(0.972, 0.030, shape), 0.86, 1.03)


def _outlook(seed: int, mean: Grid, t: int) -> Grid:
    """Return the forecast that the plan of month t is made from, 13 months from t."""
    if t < position(CYCLES[0]):
        return mean[:, :, t : t + CYCLE_MONTHS + 1]
    published = consensus(seed, CYCLES[t - position(CYCLES[0])])
    return np.concatenate([published, mean[:, :, [t + CYCLE_MONTHS]]], axis=2)


def _target(forecast: Grid) -> Grid:
    """Return the stock aimed at before a month of that forecast."""
    cover = np.array(
        [
            2.5 if item.id in products.INTERMITTENT else _COVER[item.family]
            for item in products.FINISHED
        ]
    )
    target: Grid = np.rint(forecast * cover[:, None])
    return target


def _plan(ahead: Grid, stock: Grid, t: int) -> Grid:
    """Return the plan of 12 months that covers the forecast and keeps the cover aimed at."""
    months, opening = [], stock
    short = (products.PLACE[SHORT_PRODUCT], network.DCS.index(SHORT_SITE))
    ending = products.PLACE[products.ENDING]
    for step in range(CYCLE_MONTHS):
        need = ahead[:, :, step] + _target(ahead[:, :, step + 1]) - opening
        plan = np.ceil(np.maximum(need, 0) / PALLET) * PALLET
        if t >= position(SHORT_CYCLE) and t + step >= position(SHORT_MONTH):
            plan[short] = np.ceil(SHORT_SHARE * ahead[*short, step] / PALLET) * PALLET
        if t + step >= position(min(LAST_LOTS)):
            plan[ending] = LAST_LOTS.get(MONTHS[t + step], 0)
        opening = opening + plan - ahead[:, :, step]
        months.append(plan)
    return np.stack(months, axis=2)


def plans(seed: int) -> pd.DataFrame:
    """Return the supply plan each cycle published, for 12 months from its own."""
    frames = []
    for c, cycle in enumerate(CYCLES):
        frame = long_frame(flows(seed).plans[c], cycle, products.FILL_ON)
        frame["cycle"] = pd.Timestamp(cycle)
        frames.append(frame)
    frame = pd.concat(frames, ignore_index=True)
    return frame.sort_values(["cycle", "month", "product", "site"], ignore_index=True)


def month_ends() -> pd.DatetimeIndex:
    """Return the last days of the 24 months of stock counts."""
    first = add_months(PLAN_START, 1 - STOCK_MONTHS)
    return pd.to_datetime([add_months(first, step) for step in range(STOCK_MONTHS)]) - (
        pd.Timedelta(days=1)
    )


def stock(seed: int) -> pd.DataFrame:
    """Return the counts of finished goods at the DCs at the last 24 month ends."""
    counted = flows(seed).stock
    index = pd.MultiIndex.from_product(
        [products.IDS, network.DCS, month_ends()], names=["product", "site", "date"]
    )
    frame = pd.DataFrame({"quantity": counted.reshape(-1)}, index=index).reset_index()
    filled = pd.Timestamp(products.FILL_ON)
    early = (frame["product"] == products.LAUNCHED) & (frame["date"] < filled)
    return frame[~early].reset_index(drop=True)
