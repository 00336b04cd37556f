"""Customer order lines of the last 18 months: what was asked, promised and kept.

The quantities delivered in a month are the month's sales, to the case.
"""

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from planning_engine.data.sample import network, products
from planning_engine.data.sample.cycles import consensus
from planning_engine.data.sample.demand import customer_dcs, demand
from planning_engine.data.sample.timeline import (
    CYCLES,
    MONTHS,
    ORDER_MONTHS,
    PLAN_START,
    SALES_MONTHS,
    Grid,
    draws,
)

LATE_DC = "DC-WEST"
_ON_TIME = {"DC-NORTH": 0.945, "DC-SOUTH": 0.935, "DC-WEST": 0.905}
_COMPLAINING_ON_TIME = 0.74
_IN_FULL = 0.968
_OPEN_SHARE = 0.22


def orders(seed: int) -> pd.DataFrame:
    """Return closed lines of 18 months and the lines open for November."""
    closed, waiting = _closed(seed), _open(seed)
    frame = pd.concat([closed, waiting.astype(closed[waiting.columns].dtypes)], ignore_index=True)
    keys = ["ordered_on", "customer", "requested_on", "product"]
    frame = frame.sort_values(keys, ignore_index=True)
    # One order is all that a customer asked for on one day.
    number = frame.groupby(["ordered_on", "customer"], sort=False).ngroup()
    frame["order"] = "SO" + (number + 1).astype(str).str.zfill(6)
    frame["line"] = (frame.groupby("order").cumcount() + 1).astype(str)
    return frame


def _closed(seed: int) -> pd.DataFrame:
    random = draws(seed, "orders")
    sold = demand(seed).sold[:, :, SALES_MONTHS - ORDER_MONTHS :]
    product, customer, step = np.nonzero(sold)
    delivered = sold[product, customer, step]
    # Bigger lines come in two deliveries.
    twice = delivered > 900
    first = np.where(
        twice, np.rint(delivered * random.uniform(0.4, 0.6, delivered.size)), delivered
    )
    place = np.concatenate([np.arange(delivered.size), np.flatnonzero(twice)])
    amount = np.concatenate([first, (delivered - first)[twice]])
    frame = _lines(product[place], customer[place])
    frame["delivered_quantity"] = amount
    frame["delivered_on"] = _days_delivered(random, step[place])
    late = _days_late(random, frame)
    frame["requested_on"] = _weekday(frame["delivered_on"] - pd.to_timedelta(late, unit="D"))
    postponed = (late > 0) & (random.random(len(frame)) < 0.45)
    frame["promised_on"] = frame["requested_on"].where(~postponed, frame["delivered_on"])
    lead = pd.to_timedelta(random.integers(4, 15, len(frame)), unit="D")
    frame["ordered_on"] = frame["requested_on"] - lead
    short = random.random(len(frame)) > _IN_FULL
    asked = np.ceil(frame["delivered_quantity"] / random.uniform(0.72, 0.96, len(frame)))
    frame["quantity"] = np.where(short, asked, frame["delivered_quantity"])
    return frame


def _lines(product: Grid, customer: Grid) -> pd.DataFrame:
    dc = np.argmax(customer_dcs(), axis=1)[customer]
    return pd.DataFrame(
        {
            "product": np.array(products.IDS)[product],
            "site": np.array(network.DCS)[dc],
            "customer": np.array(network.CUSTOMER_IDS)[customer],
        }
    )


def _days_delivered(random: np.random.Generator, step: Grid) -> pd.Series:
    """Return a working day of the month for each line."""
    starts = MONTHS[SALES_MONTHS - ORDER_MONTHS : SALES_MONTHS + 1]
    days = [_weekdays(start, end) for start, end in pairwise(starts)]
    counts = np.array([len(entry) for entry in days])[step]
    chosen = np.floor(random.random(step.size) * counts).astype(int)
    table = np.array([[*entry, *([entry[-1]] * (23 - len(entry)))] for entry in days])
    return pd.Series(table[step, chosen]).astype("datetime64[us]")


def _weekdays(start: date, end: date) -> list[np.datetime64]:
    days = np.arange(np.datetime64(start), np.datetime64(end))
    return list(days[np.is_busday(days)])


def _days_late(random: np.random.Generator, frame: pd.DataFrame) -> Grid:
    on_time = frame["site"].map(_ON_TIME).to_numpy(dtype=float)
    on_time = np.where(frame["customer"] == network.COMPLAINING, _COMPLAINING_ON_TIME, on_time)
    late = random.random(len(frame)) > on_time
    days = 1 + random.poisson(np.where(frame["site"] == LATE_DC, 3.2, 2.2))
    return np.where(late, days, 0)


def _weekday(days: pd.Series) -> pd.Series:
    """Return the days, those on a weekend moved to the Friday before."""
    over = (days.dt.weekday - 4).clip(lower=0)
    moved: pd.Series = days - pd.to_timedelta(over, unit="D")
    return moved


def _open(seed: int) -> pd.DataFrame:
    """Return lines already in for November: part of the month's forecast, not delivered."""
    random = draws(seed, "open orders")
    sold = demand(seed).sold[:, :, -1]
    product, customer = np.nonzero(sold)
    ratio = consensus(seed, CYCLES[-1])[:, :, 1].sum(axis=1) / np.maximum(sold.sum(axis=1), 1)
    quantity = np.rint(sold[product, customer] * ratio[product] * _OPEN_SHARE)
    kept = (quantity > 0) & (random.random(quantity.size) < 0.6)
    frame = _lines(product[kept], customer[kept])
    count = len(frame)
    frame["quantity"] = quantity[kept]
    days = np.array(_weekdays(PLAN_START, date(2026, 11, 21)))
    frame["requested_on"] = pd.Series(random.choice(days, count)).astype("datetime64[us]")
    frame["promised_on"] = frame["requested_on"]
    before = pd.to_timedelta(random.integers(0, 10, count), unit="D")
    frame["ordered_on"] = pd.Timestamp("2026-10-30") - before
    frame["delivered_on"] = pd.NaT
    frame["delivered_quantity"] = np.nan
    return frame
