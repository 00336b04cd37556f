"""The demo company's months, and the random draws that depend on nothing but a seed."""

from datetime import date
from zlib import crc32

import numpy as np
import numpy.typing as npt

from planning_engine.data.calendars import add_months, months_between

SEED = 7
Grid = npt.NDArray[np.float64]

AS_OF = date(2026, 10, 31)
FIRST_MONTH = date(2022, 11, 1)
PLAN_START = date(2026, 11, 1)
SALES_MONTHS = 48
HORIZON_MONTHS = 18
STOCK_MONTHS = 24
ORDER_MONTHS = 18
CYCLE_MONTHS = 12
MONTHS = tuple(add_months(FIRST_MONTH, step) for step in range(SALES_MONTHS + HORIZON_MONTHS))
CYCLES = tuple(add_months(PLAN_START, step) for step in range(-6, 0))


def position(month: date) -> int:
    """Return the place of a month in `MONTHS`, 0 for November 2022."""
    return months_between(FIRST_MONTH, month)


def draws(seed: int, topic: str) -> np.random.Generator:
    """Return random draws of their own for each topic, so that topics do not disturb others."""
    return np.random.default_rng([seed, crc32(topic.encode())])
