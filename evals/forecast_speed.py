"""How long forecasting takes: many generated series, and one product asked in chat."""

from collections.abc import Mapping
from time import process_time

import numpy as np
import pandas as pd

from evals.bench import Bar, Result
from planning_engine.demand.forecasting.pool import Tier
from planning_engine.demand.forecasting.table import forecast_table

SERIES, MONTHS, HORIZON = 5000, 60, 18
CHAT_SECONDS = 0.4


def bench(tier: Tier, limit: int | None, allowed: Mapping[str, float]) -> Result:
    """Time a tier on generated series, and the forecast tool on products of the demo company."""
    count = min(limit or SERIES, SERIES)
    train = generated(count)
    forecast_table(generated(1), HORIZON, "MS", tier=tier)  # loads the model library
    started = process_time()
    forecast_table(train, HORIZON, "MS", tier=tier)
    spent = (process_time() - started) / count
    asked = chat_seconds()
    values = {
        "cpu_seconds_per_series": spent,
        "series": count,
        "chat_cpu_seconds_p95": float(np.quantile(asked, 0.95)),
    }
    return Result(
        values,
        {"cpu_seconds_per_series": Bar(allowed[tier]), "chat_cpu_seconds_p95": Bar(CHAT_SECONDS)},
        columns=("what", "CPU seconds"),
        rows=[
            (f"one product asked in chat, p95 of {len(asked)}", values["chat_cpu_seconds_p95"]),
            (f"a series of {MONTHS} months, {tier}, mean of {count:,}", spent),
        ],
    )


def generated(count: int) -> pd.DataFrame:
    """Return series like demand: level, trend, season and noise, each its own, seeded."""
    random = np.random.default_rng(60)
    at = np.arange(MONTHS)
    months = pd.date_range("2021-11-01", periods=MONTHS, freq="MS")
    level = random.lognormal(5, 1, (count, 1))
    trend = 1 + random.normal(0, 0.004, (count, 1)) * at
    phase = random.uniform(0, 2 * np.pi, (count, 1))
    wave = 1 + random.uniform(0, 0.4, (count, 1)) * np.sin(2 * np.pi * at / 12 + phase)
    noise = random.lognormal(0, 0.15, (count, MONTHS))
    values = level * np.maximum(trend, 0.1) * wave * noise
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{number:05}" for number in range(count)], MONTHS),
            "ds": np.tile(months, count),
            "y": values.ravel(),
        }
    )


def chat_seconds() -> list[float]:
    """Return the CPU seconds of a first question about each product of the demo company.

    The process is warm (models loaded, snapshot open); no product was asked about before.
    """
    from planning_engine.data import sample
    from tools.context import ToolContext
    from tools.registry import run

    facts = sample.snapshot()
    context = ToolContext(facts)
    products = facts.query("SELECT product FROM products WHERE stage = 'finished' ORDER BY 1")
    run("forecast_demand", {"family": "Juice"}, context)
    spent = []
    for product in products["product"]:
        started = process_time()
        run("forecast_demand", {"product": str(product)}, context)
        spent.append(process_time() - started)
    return spent
