"""Sets of real series to forecast: the long tables of M1 and M3, the wide files of M4."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning_engine.demand.forecasting.table import FREQUENCIES

Array = NDArray[np.float64]
Means = Mapping[str, Array]

SHARED = Path(os.environ.get("SOP_SHARED", Path(__file__).parents[2] / "shared"))
DEFAULT = SHARED / "data" / "m3_monthly"


@dataclass(frozen=True)
class Series:
    """The series of a set: what to learn from, and what came.

    `scale_season` is the season by which MASE is scaled and Naive2 adjusted: the M4
    competition used 1 for weeks. `whole` tells whether no series of the set was left out.
    """

    train: pd.DataFrame
    test: dict[str, Array]
    freq: str
    scale_season: int
    published: dict[str, dict[str, Array]]
    whole: bool

    @property
    def season(self) -> int:
        """Periods in a season."""
        return FREQUENCIES[self.freq]

    @property
    def horizon(self) -> int:
        """Periods to forecast."""
        return len(next(iter(self.test.values())))

    def histories(self) -> dict[str, Array]:
        """Return the values to learn from, by series."""
        groups = self.train.groupby("unique_id")["y"]
        return {str(name): values.to_numpy(dtype=float) for name, values in groups}


def read(folder: Path, limit: int | None = None, freq: str | None = None) -> Series:
    """Read a set of series, or `limit` of them spread over the set.

    A folder holds train.csv(.gz) and test.csv(.gz) (unique_id, ds, y), or the wide files of
    the M4 competition (Weekly-train.csv.gz, Weekly-test.csv).
    """
    if (folder / "Weekly-train.csv.gz").exists():
        train, test = _wide(folder / "Weekly-train.csv.gz"), _wide(folder / "Weekly-test.csv")
        rule, scale_season = freq or "W", 1
    else:
        train, test = _long(folder, "train"), _long(folder, "test")
        rule = freq or "MS"
        scale_season = FREQUENCIES[rule]
    names = sorted(test["unique_id"].unique())
    kept = names if not limit else [names[at] for at in _spread(len(names), limit)]
    test = test[test["unique_id"].isin(kept)]
    return Series(
        train[train["unique_id"].isin(kept)].reset_index(drop=True),
        {str(name): rows["y"].to_numpy(dtype=float) for name, rows in test.groupby("unique_id")},
        rule,
        scale_season,
        _entrants(folder / "published_forecasts.csv.gz", set(kept)),
        whole=len(kept) == len(names),
    )


def _long(folder: Path, part: str) -> pd.DataFrame:
    path = next(path for path in sorted(folder.glob(f"{part}.csv*")))
    return pd.read_csv(path, parse_dates=["ds"], dtype={"unique_id": str})


def _wide(path: Path) -> pd.DataFrame:
    """Return a wide M4 file as a long table; the dates are made up, only the order counts."""
    frames = []
    for name, row in pd.read_csv(path, index_col=0).iterrows():
        values = row.dropna().to_numpy(dtype=float)
        days = pd.date_range("1970-01-05", periods=len(values), freq="7D")
        frames.append(pd.DataFrame({"unique_id": str(name), "ds": days, "y": values}))
    return pd.concat(frames, ignore_index=True)


def _entrants(path: Path, kept: set[str]) -> dict[str, dict[str, Array]]:
    if not path.exists():
        return {}
    table = pd.read_csv(path, dtype={"unique_id": str})
    table = table[table["unique_id"].isin(kept)]
    steps = [column for column in table if str(column).startswith("h")]
    return {
        str(method): dict(zip(rows["unique_id"], rows[steps].to_numpy(dtype=float), strict=True))
        for method, rows in table.groupby("method")
    }


def _spread(count: int, limit: int) -> list[int]:
    return sorted({int(at) for at in np.linspace(0, count - 1, min(limit, count))})
