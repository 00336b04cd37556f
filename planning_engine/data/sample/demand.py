"""Demand of the demo company: what is expected, and what its customers bought."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from planning_engine.data.sample import events, network, products
from planning_engine.data.sample.timeline import MONTHS, SALES_MONTHS, Grid, draws, position

# Share of an average month, January to December.
_SEASONS = {
    "Water": (0.80, 0.81, 0.88, 0.96, 1.07, 1.20, 1.28, 1.24, 1.04, 0.94, 0.88, 0.90),
    "Soft Drinks": (0.86, 0.88, 0.97, 1.00, 1.05, 1.12, 1.17, 1.14, 1.00, 0.95, 0.91, 0.95),
    "Juice": (1.06, 1.05, 1.04, 1.00, 0.97, 0.94, 0.92, 0.91, 0.98, 1.02, 1.04, 1.07),
    "Energy": (0.93, 0.93, 0.97, 0.99, 1.02, 1.06, 1.08, 1.06, 1.00, 0.98, 0.97, 1.01),
    "Tea": (0.74, 0.76, 0.86, 0.97, 1.12, 1.28, 1.36, 1.30, 1.04, 0.92, 0.83, 0.82),
}
_REGION_SHARES = {
    "Water": (0.28, 0.32, 0.17, 0.23),
    "Soft Drinks": (0.30, 0.27, 0.18, 0.25),
    "Juice": (0.29, 0.29, 0.16, 0.26),
    "Energy": (0.33, 0.24, 0.20, 0.23),
    "Tea": (0.24, 0.34, 0.16, 0.26),
}
_PRICE_LEVEL = {2022: 0.90, 2023: 0.93, 2024: 0.95, 2025: 0.98, 2026: 1.0}
_DISCOUNT = {"Retail": 0.12, "Wholesale": 0.09, "Online": 0.04}
_RAMP = (0.62, 0.85, 0.96)


@dataclass(frozen=True)
class Demand:
    """Cases by product, customer and month; expectations by product, region and month.

    Attributes:
        baseline: What is expected without events, `[product, region, month]`.
        expected: The same with events.
        sold: What customers bought, `[product, customer, month]`, whole cases.
    """

    baseline: Grid
    expected: Grid
    sold: Grid

    def sold_by_dc(self) -> Grid:
        """Return cases sold, `[product, DC, month]`."""
        by_month: Grid = self.sold.transpose(0, 2, 1) @ customer_dcs()
        return by_month.transpose(0, 2, 1)

    def by_dc(self, values: Grid) -> Grid:
        """Return values by region added up by the DC that serves it, `[product, DC, month]`."""
        result: Grid = np.einsum("prt,rd->pdt", values, region_dcs())
        return result


def region_dcs() -> Grid:
    """Return 1 where a DC serves a region, `[region, DC]`."""
    return np.array(
        [[float(network.DC_OF_REGION[r] == dc) for dc in network.DCS] for r in network.REGIONS]
    )


def customer_dcs() -> Grid:
    """Return 1 where a DC serves a customer, `[customer, DC]`."""
    rows = [network.REGIONS.index(region) for region in network.CUSTOMER_REGIONS]
    return region_dcs()[rows]


@lru_cache(maxsize=4)
def demand(seed: int) -> Demand:
    """Return expected and actual demand."""
    baseline = _baseline(seed)
    expected = baseline * events.factors()
    sold = _sold(seed, expected[:, :, :SALES_MONTHS])
    for values in (baseline, expected, sold):
        values.setflags(write=False)
    return Demand(baseline, expected, sold)


def _baseline(seed: int) -> Grid:
    tilt = draws(seed, "region tilt").lognormal(0, 0.10, (len(products.FINISHED), 4))
    years = np.array([(position(m) - 42) / 12 for m in MONTHS])
    calendar_month = [month.month - 1 for month in MONTHS]
    result = np.empty((len(products.FINISHED), 4, len(MONTHS)))
    for place, item in enumerate(products.FINISHED):
        season = np.array(_SEASONS[item.family])[calendar_month]
        shares = np.array(_REGION_SHARES[item.family]) * tilt[place]
        level = item.base * season * (1 + item.growth) ** years * _life(item.id)
        result[place] = np.outer(shares / shares.sum(), level)
    return result


def _life(product: str) -> Grid:
    """Return what launch and end of life leave of a product's demand, by month."""
    steps = np.arange(len(MONTHS), dtype=float)
    launch, end = products.DATES.get(product, (None, None))
    share = np.ones(len(MONTHS))
    if launch and position(launch) > 0:
        age = steps - position(launch)
        share = np.where(age < 0, 0.0, 1.0)
        for month, part in enumerate(_RAMP):
            share[position(launch) + month] = part
    if end:
        # Sales fade from a year and a half before the last day of sale.
        left = position(end) - steps
        share = np.clip(0.30 + left / 18 * 0.70, 0.0, 1.0) * (left >= 0)
    return share


def _sold(seed: int, expected: Grid) -> Grid:
    count, _, months = expected.shape
    noise = draws(seed, "sales noise")
    expected = expected * noise.lognormal(-0.0012, 0.05, (count, 1, months))
    expected = expected * noise.lognormal(-0.0018, 0.06, (count, 4, months))
    regions = [network.REGIONS.index(region) for region in network.CUSTOMER_REGIONS]
    mean = expected[:, regions, :] * _customer_shares(seed)[:, :, None]
    mean *= noise.lognormal(-0.0045, 0.095, mean.shape)
    for product in products.INTERMITTENT:
        row = products.PLACE[product]
        active = draws(seed, product).random(mean.shape[1:]) < 0.12
        mean[row] = np.where(active, mean[row] / 0.12, 0.0)
    result: Grid = np.rint(mean)
    return result


def _customer_shares(seed: int) -> Grid:
    """Return each customer's part of its region's demand, `[product, customer]`."""
    random = draws(seed, "customer shares")
    shape = (len(products.FINISHED), len(network.CUSTOMER_IDS))
    # Big customers list nearly everything, small ones about two thirds.
    listed = random.random(shape) < np.clip(0.62 + 0.05 * network.CUSTOMER_SIZES, 0, 1)[None, :]
    weight = network.CUSTOMER_SIZES[None, :] * random.lognormal(0, 0.25, shape) * listed
    for region in network.REGIONS:
        inside = [r == region for r in network.CUSTOMER_REGIONS]
        weight[:, inside] /= weight[:, inside].sum(axis=1, keepdims=True)
    return weight


def sales(seed: int) -> pd.DataFrame:
    """Return monthly sales by product, DC and customer; months without a sale have no row."""
    sold = demand(seed).sold
    product, customer, month = np.nonzero(sold)
    quantity = sold[product, customer, month].astype(float)
    dc = np.argmax(customer_dcs(), axis=1)[customer]
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(pd.Series(MONTHS))[month].to_numpy(),
            "product": np.array(products.IDS)[product],
            "site": np.array(network.DCS)[dc],
            "customer": np.array(network.CUSTOMER_IDS)[customer],
            "quantity": quantity,
            "revenue": np.round(quantity * _net_price(seed)[product, customer, month], 2),
        }
    )
    return frame.sort_values(["date", "product", "site", "customer"], ignore_index=True)


def _net_price(seed: int) -> Grid:
    """Return the price a customer paid, `[product, customer, month]`."""
    level = np.array([_PRICE_LEVEL[month.year] for month in MONTHS[:SALES_MONTHS]])
    listed = np.array([item.price for item in products.FINISHED])
    discount = np.array([_DISCOUNT[channel] for channel in network.CUSTOMER_CHANNELS])
    discount = discount + draws(seed, "discounts").uniform(-0.015, 0.015, discount.size)
    regions = [network.REGIONS.index(region) for region in network.CUSTOMER_REGIONS]
    promoted = events.factors()[:, regions, :SALES_MONTHS] > 1
    price = listed[:, None, None] * (1 - discount)[None, :, None] * level[None, None, :]
    result: Grid = np.where(promoted, price * 0.90, price)
    return result
