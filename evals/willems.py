"""Reads a supply chain of Willems (2008) as a guaranteed-service network."""

from collections.abc import Mapping
from pathlib import Path
from statistics import NormalDist

import pandas as pd

from planning_engine.errors import DataProblem
from planning_engine.supply.placement.guaranteed_service import (
    ServiceNetwork,
    ServiceStage,
    pooled_spreads,
)

SERVICE_LEVEL = 0.95
"""For a stage with demand that states none."""

Row = Mapping[str, object]


def read_chain(path: Path) -> ServiceNetwork:
    """Return the network of one file, plain or gzipped.

    Arcs count one piece each. A stage's holding cost is its cumulated direct cost, so that the
    cost of a placement is the value of its stock. Its demand spread is z(service level) times
    the deviation; further up the spreads pool as squares. Its time is the mean stage time, from
    the distribution where only that is given. A blank is 0, but a blank longest service time of
    a stage without customers is 0 too: it delivers from stock.

    Raises:
        DataProblem: The file holds no stages, or its arcs make no network.
    """
    stages, arcs = _rows(path)
    if not stages:
        raise DataProblem(f"'{path.name}' holds no stages.")
    bare = ServiceNetwork(tuple(ServiceStage(name, 0, 0, 0) for name in stages), arcs)
    own = {name: _spread(row) for name, row in stages.items()}
    spread = pooled_spreads(arcs, bare.order, own)
    cost: dict[str, float] = {}
    for name in bare.order:
        above = sum(cost[supplier] for supplier in bare.suppliers[name])
        cost[name] = _number(stages[name], "stageCost") + above
    return ServiceNetwork(
        tuple(
            ServiceStage(
                name,
                cost[name],
                _time(row),
                spread[name],
                promise=_promise(row, ends=not bare.customers[name]),
            )
            for name, row in stages.items()
        ),
        arcs,
    )


def _rows(path: Path) -> tuple[dict[str, Row], tuple[tuple[str, str], ...]]:
    table = pd.read_csv(path, skiprows=1, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    table.columns = pd.Index([str(name).split("@")[-1].strip() for name in table.columns])
    records = [{key: str(value).strip() for key, value in row.items()} for row in _records(table)]
    stages: dict[str, Row] = {
        row["stageName"]: row for row in records if row.get("stageName") and not row.get("from")
    }
    arcs = tuple(
        dict.fromkeys((row["from"], row["to"]) for row in records if row.get("from") and row["to"])
    )
    return stages, arcs


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _number(row: Row, column: str) -> float:
    return _figure(row, column) or 0.0


def _figure(row: Row, column: str) -> float | None:
    try:
        return float(str(row.get(column, "")))
    except ValueError:
        return None


def _spread(row: Row) -> float:
    level = _figure(row, "serviceLevel") or SERVICE_LEVEL
    level = level / 100 if level > 1 else level
    return NormalDist().inv_cdf(min(level, 1 - 1e-9)) * _number(row, "stDevDemand")


def _time(row: Row) -> float:
    stated = _figure(row, "stageTime")
    if stated is not None:
        return stated
    return sum(
        _number(row, f"StageTime_{k}_p") * _number(row, f"StageTime_{k}_v") for k in range(1, 10)
    )


def _promise(row: Row, *, ends: bool) -> float | None:
    stated = _figure(row, "maxServiceTime")
    return 0.0 if stated is None and ends else stated
