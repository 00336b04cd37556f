"""What the lines were to make and made, day by day, over the last 24 months."""

from calendar import monthrange
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.sample import network, products
from planning_engine.data.sample.flows import flows
from planning_engine.data.sample.timeline import PLAN_START, STOCK_MONTHS, Grid, draws
from planning_engine.data.sample.working_time import line_hours

COLUMNS = ["date", "product", "resource", "planned_quantity", "actual_quantity", "hours"]


@lru_cache(maxsize=4)
def production(seed: int) -> pd.DataFrame:
    """Return planned and made cases and hours run, by day, product and line.

    What the plant makes in a month is what the DCs receive in it. A line runs its products
    one after the other, each for as many days as its share of the month's hours.
    """
    random = draws(seed, "production")
    rows: list[tuple[object, ...]] = []
    for step in range(STOCK_MONTHS):
        month = add_months(PLAN_START, step - STOCK_MONTHS)
        for line in network.LINES:
            rows += _month_of_line(seed, random, step, month, line)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["date"] = pd.to_datetime(frame["date"])
    return frame.sort_values(["date", "resource", "product"], ignore_index=True)


def _month_of_line(
    seed: int, random: np.random.Generator, step: int, month: date, line: network.Line
) -> list[tuple[object, ...]]:
    made = flows(seed).received[:, :, step].sum(axis=1)
    asked = flows(seed).planned[:, :, step].sum(axis=1)
    items = [item for item in products.FINISHED if item.line == line.id]
    items = [items[place] for place in random.permutation(len(items))]
    items = [item for item in items if made[products.PLACE[item.id]] > 0]
    hours = {item.id: _hours(random, line, item, made[products.PLACE[item.id]]) for item in items}
    days = _working_days(line.id, month)
    shares = np.array([line_hours(line.id, day) for day in days])
    edges = np.concatenate([[0.0], np.cumsum(shares / shares.sum())])
    rows, start = [], 0.0
    for item in items:
        part = hours[item.id] / sum(hours.values())
        inside = np.clip(np.minimum(edges[1:], start + part) - np.maximum(edges[:-1], start), 0, 1)
        place = products.PLACE[item.id]
        rows += _runs(
            random,
            item.id,
            line.id,
            days,
            inside / part,
            (asked[place], made[place], hours[item.id]),
        )
        start += part
    return rows


def _hours(
    random: np.random.Generator, line: network.Line, item: products.Finished, cases: float
) -> float:
    lots = np.ceil(cases / item.lot)
    return float(
        cases / (line.speed * item.pace) * random.uniform(0.99, 1.03) + (lots * line.setup_hours)
    )


def _runs(
    random: np.random.Generator,
    product: str,
    line: str,
    days: list[date],
    shares: Grid,
    totals: tuple[float, float, float],
) -> list[tuple[object, ...]]:
    """Spread planned cases, made cases and hours over the days a product runs."""
    chosen = np.flatnonzero(shares > 0.02)
    weight = shares[chosen] / shares[chosen].sum()
    asked, made, hours = totals
    slips = weight * random.lognormal(0, 0.05, len(chosen))
    planned, actual = _whole(asked, weight), _whole(made, slips / slips.sum())
    return [
        (days[day], product, line, float(p), float(a), round(hours * float(w), 2))
        for day, p, a, w in zip(chosen, planned, actual, weight, strict=True)
    ]


def _whole(total: float, weight: Grid) -> Grid:
    """Return whole numbers in proportion that add up to the total."""
    return np.diff(np.concatenate([[0.0], np.rint(np.cumsum(weight) * total)]))


def _working_days(line: str, month: date) -> list[date]:
    last = monthrange(month.year, month.month)[1]
    days = [month.replace(day=number) for number in range(1, last + 1)]
    return [day for day in days if line_hours(line, day) > 0]
