"""Components: what the plants use, order, receive (one supplier ever later) and keep."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.sample import network, products, recipes
from planning_engine.data.sample.flows import flows, month_ends
from planning_engine.data.sample.timeline import (
    AS_OF,
    CYCLE_MONTHS,
    PLAN_START,
    STOCK_MONTHS,
    Grid,
    draws,
)

LATE_SUPPLIER, LATE_COMPONENT, LATE_SINCE = "S-CITROSA", "CMP-CITRUS", date(2026, 6, 1)
_ORDERS_A_MONTH = 3
# Stock aimed at, in months of use.
_COVER = 0.8
_LATE_DAYS = {6: (6, 10), 7: (9, 14), 8: (12, 17), 9: (14, 20), 10: (15, 22)}


@dataclass(frozen=True)
class Component:
    """One component at one plant: use, receipts and stock by month, 0 = 24 months back."""

    product: str
    site: str
    used: Grid
    received: Grid
    stock: Grid


def usage(seed: int) -> Grid:
    """Return component units used or to be used, `[component at plant, month]`, 35 months.

    24 months back follow what was made, the 11 to come the October plan.
    """
    made = flows(seed).received.sum(axis=1)
    to_come = flows(seed).plans[-1].sum(axis=1)[:, 1:]
    cases = np.concatenate([made, to_come], axis=1)
    pairs = network.component_sites()
    used = np.zeros((len(pairs), cases.shape[1]))
    for item in products.FINISHED:
        plant = network.PLANT_OF_LINE[item.line]
        for part, quantity in recipes.recipe(item.id).items():
            share = quantity / (1 - recipes.SCRAP.get(part, 0.0))
            used[pairs.index((part, plant))] += cases[products.PLACE[item.id]] * share
    return np.rint(used)


@lru_cache(maxsize=4)
def ledger(seed: int) -> tuple[Component, ...]:
    """Return each component's balance at its plant."""
    used = usage(seed)
    random = draws(seed, "component receipts")
    entries = []
    for row, (part, plant) in enumerate(network.component_sites()):
        stock = np.rint(_COVER * used[row, 0])
        received, counted = [], []
        for step in range(STOCK_MONTHS):
            target = _COVER * used[row, step + 1] * random.uniform(0.9, 1.1)
            came = max(0.0, used[row, step] + target - stock)
            if part == LATE_COMPONENT and step >= STOCK_MONTHS - 5:
                came *= (0.90, 0.84, 0.84, 0.88, 0.94)[step - STOCK_MONTHS + 5]
            stock = stock + np.rint(came) - used[row, step]
            received.append(np.rint(came))
            counted.append(stock)
        entries.append(Component(part, plant, used[row], np.array(received), np.array(counted)))
    return tuple(entries)


def receipts(seed: int) -> pd.DataFrame:
    """Return all receipts: purchases of components, transfers of finished goods."""
    rows = _purchases(seed) + _calloffs(seed) + _transfers(seed)
    columns = [
        "product",
        "site",
        "due_on",
        "quantity",
        "kind",
        "supplier",
        "received_on",
        "received_quantity",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.sort_values(["due_on", "product", "site", "quantity"], ignore_index=True)
    frame.insert(0, "receipt", [f"R{number:06d}" for number in range(1, len(frame) + 1)])
    return frame


def _purchases(seed: int) -> list[tuple[object, ...]]:
    """Return closed purchases: three a month, due some days before or on the day received."""
    random = draws(seed, "purchases")
    suppliers = {item.id: item.supplier for item in products.COMPONENTS}
    rows: list[tuple[object, ...]] = []
    for entry in ledger(seed):
        for step, total in enumerate(entry.received):
            month = add_months(PLAN_START, step - STOCK_MONTHS)
            for quantity in _split(random, total, _ORDERS_A_MONTH):
                came = month + timedelta(days=int(random.integers(0, 28)))
                late = _late_days(random, entry.product, came)
                rows.append(
                    (
                        entry.product,
                        entry.site,
                        came - timedelta(days=late),
                        quantity,
                        "purchase",
                        suppliers[entry.product],
                        came,
                        quantity,
                    )
                )
    return rows


def _late_days(random: np.random.Generator, component: str, came: date) -> int:
    usual = int(random.choice([0, 0, 0, 0, 0, 1, 1, 2]))
    if component == LATE_COMPONENT and came >= LATE_SINCE:
        low, high = _LATE_DAYS[came.month]
        return int(random.integers(low, high + 1))
    return usual


def _calloffs(seed: int) -> list[tuple[object, ...]]:
    """Return open purchases: call-offs that cover the plan, two of them overdue."""
    random = draws(seed, "call-offs")
    suppliers = {item.id: item.supplier for item in products.COMPONENTS}
    rows: list[tuple[object, ...]] = []
    for entry in ledger(seed):
        stock = float(entry.stock[-1])
        for step in range(CYCLE_MONTHS - 1):
            used = entry.used[STOCK_MONTHS + step]
            following = entry.used[min(STOCK_MONTHS + step + 1, entry.used.size - 1)]
            total = np.rint(max(0.0, used + _COVER * following - stock))
            stock += total - used
            month = add_months(PLAN_START, step)
            for place, quantity in enumerate(_split(random, total, 2)):
                due = month + timedelta(days=(4, 18)[place] + int(random.integers(0, 5)))
                if entry.product == LATE_COMPONENT and step == 0 and place == 0:
                    due = AS_OF - timedelta(days=int(random.integers(9, 16)))
                rows.append(
                    (
                        entry.product,
                        entry.site,
                        due,
                        quantity,
                        "purchase",
                        suppliers[entry.product],
                        None,
                        None,
                    )
                )
    return rows


def _transfers(seed: int) -> list[tuple[object, ...]]:
    """Return what the DCs got, twice a month, and what is on its way for November.

    The DC beside the plant is fed straight from production.
    """
    random = draws(seed, "transfers")
    played = flows(seed)
    rows: list[tuple[object, ...]] = []
    for item in products.FINISHED:
        plant = network.PLANT_OF_LINE[item.line]
        for d, dc in enumerate(network.DCS):
            beside = (plant, dc) in (("P1", "DC-NORTH"), ("P2", "DC-SOUTH"))
            kind = "production" if beside else "transfer"
            for step, total in enumerate(played.received[products.PLACE[item.id], d]):
                month = add_months(PLAN_START, step - STOCK_MONTHS)
                for quantity in _split(random, total, 2):
                    came = month + timedelta(days=int(random.integers(2, 28)))
                    late = int(random.choice([0, 0, 0, 0, 1, 1, 2]))
                    rows.append(
                        (
                            item.id,
                            dc,
                            came - timedelta(days=late),
                            quantity,
                            kind,
                            None,
                            came,
                            quantity,
                        )
                    )
            first = played.plans[-1][products.PLACE[item.id], d, 1]
            for place, quantity in enumerate(_split(random, first, 2)):
                due = PLAN_START + timedelta(days=(5, 19)[place])
                rows.append((item.id, dc, due, quantity, kind, None, None, None))
    return rows


def _split(random: np.random.Generator, total: float, parts: int) -> list[float]:
    """Return whole quantities that add up to the total; none is 0."""
    weight = np.cumsum(random.dirichlet(np.full(parts, 12.0)))
    cut = np.diff(np.concatenate([[0.0], np.rint(weight * total)]))
    return [float(quantity) for quantity in cut if quantity > 0]


def stock(seed: int) -> pd.DataFrame:
    """Return the counts of components at the plants at the last 24 month ends."""
    frames = [
        pd.DataFrame(
            {
                "date": month_ends(),
                "product": entry.product,
                "site": entry.site,
                "quantity": entry.stock,
            }
        )
        for entry in ledger(seed)
    ]
    return pd.concat(frames, ignore_index=True)


def policies(seed: int) -> pd.DataFrame:
    """Return service levels and safety stocks of finished goods and components."""
    mean = flows(seed).plans[-1].mean(axis=2)
    biggest = sorted(item.base for item in products.FINISHED)[-10]
    rows: list[tuple[object, ...]] = []
    for item in products.FINISHED:
        service = 0.98 if item.base > 20_000 else 0.95
        for d, dc in enumerate(network.DCS):
            share = 0.32 if item.family == "Juice" else 0.20
            # Two days more for the ten biggest products in the West, decided in July.
            share += 2 / 30 if dc == "DC-WEST" and item.base >= biggest else 0.0
            safety = float(np.rint(mean[products.PLACE[item.id], d] * share / 10) * 10)
            rows.append((item.id, dc, service, safety, 7.0, 0.18, round(item.price * 0.10, 2)))
    for entry in ledger(seed):
        safety = float(np.rint(entry.used[STOCK_MONTHS:].mean() * 0.30))
        rows.append((entry.product, entry.site, 0.97, safety, 7.0, 0.12, None))
    columns = [
        "product",
        "site",
        "service_level",
        "safety_stock",
        "review_days",
        "holding_rate",
        "backlog_cost",
    ]
    return pd.DataFrame(rows, columns=columns)
