"""One forecast out of several streams, each with its weight; what has expired is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from planning_engine.data.snapshot import Snapshot
from planning_engine.demand.accuracy.overrides import CONSENSUS, DEFAULT_LAG, STAT, STREAMS, cells
from planning_engine.demand.accuracy.value_added import value_added, weights_by_accuracy
from planning_engine.demand.history.slices import Where
from planning_engine.errors import BadRequest, DataProblem

CELL = ["product", "site", "month"]


@dataclass(frozen=True)
class Weighted:
    """A consensus of streams.

    Attributes:
        frame: product, site, month, quantity.
        weights: Stream → its weight; in a cell that lacks a stream the others share it.
        cycle: Cycle whose figures it weighs.
    """

    frame: pd.DataFrame
    weights: Mapping[str, float]
    cycle: date


def weighted(published: pd.DataFrame, weights: Mapping[str, float], today: date) -> pd.DataFrame:
    """Return the weighted mean of the streams of each product, site and month.

    Args:
        published: stream, product, site, month, quantity, expires_on; one cycle's figures.
        weights: Stream → weight, none negative; they need not add up to 1.
        today: An override whose `expires_on` lies before it counts no more.

    Raises:
        BadRequest: A weight is negative, or none is above 0.

    Example:
        Sales says 200 and counts three times as much as the statistical 100; a month later
        what sales said has expired:

        >>> said = pd.DataFrame({"stream": ["stat", "sales"], "product": "A", "site": "S"})
        >>> said["month"], said["quantity"] = pd.Timestamp("2027-01-01"), [100.0, 200.0]
        >>> said["expires_on"] = [pd.NaT, pd.Timestamp("2026-11-30")]
        >>> weights = {"stat": 1, "sales": 3}
        >>> float(weighted(said, weights, date(2026, 11, 1))["quantity"][0])
        175.0
        >>> float(weighted(said, weights, date(2026, 12, 1))["quantity"][0])
        100.0
    """
    if any(weight < 0 for weight in weights.values()) or not any(weights.values()):
        raise BadRequest("The weights of the streams must be 0 or more, one of them above 0.")
    counts = published[published["stream"].map(lambda name: weights.get(name, 0.0)) > 0]
    counts = counts[~(counts["expires_on"] < pd.Timestamp(today))]
    weight = counts["stream"].map(dict(weights)).astype(float)
    sums = counts.assign(weight=weight, worth=weight * counts["quantity"])
    added = sums.groupby(CELL, sort=True)[["weight", "worth"]].sum().reset_index()
    return added.assign(quantity=added["worth"] / added["weight"])[[*CELL, "quantity"]]


def consensus_of_streams(
    snapshot: Snapshot,
    where: Where,
    cycle: date,
    weights: Mapping[str, float] | None = None,
    lag: int = DEFAULT_LAG,
) -> Weighted:
    """Return what the streams of a cycle agree on, weighted.

    Args:
        snapshot: The facts.
        where: Slice by product, family or site.
        cycle: Cycle whose figures to weigh.
        weights: Stream → weight; by their accuracy at the lag (1 / WMAPE) if left out.
        lag: Lag at which the accuracy is taken.

    Raises:
        BadRequest: A stream is unknown or a weight is not one.
        DataProblem: The cycle has no figures to weigh.
    """
    known = (STAT, *STREAMS)
    for stream in weights or ():
        if stream not in known:
            raise BadRequest(f"No stream named '{stream}' to weigh; there are {', '.join(known)}.")
    published = cells(snapshot, where, cycle=cycle)
    published = published[published["stream"] != CONSENSUS]
    if published.empty:
        raise DataProblem(f"The {cycle:%B %Y} cycle has no streams to weigh.")
    if weights is None:
        weights = _by_accuracy(snapshot, where, lag, set(published["stream"]))
    total = sum(weights.values()) or 1.0
    shares = {stream: weight / total for stream, weight in weights.items()}
    return Weighted(weighted(published, weights, snapshot.company.as_of), shares, cycle)


def _by_accuracy(snapshot: Snapshot, where: Where, lag: int, present: set[str]) -> dict[str, float]:
    try:
        measured = value_added(snapshot, where, "step", lag)
    except DataProblem:
        return {stream: 1 / len(present) for stream in sorted(present)}
    errors = [
        (one.name, one.error) for one in measured if one.name in present and one.error is not None
    ]
    if not errors:
        return {stream: 1 / len(present) for stream in sorted(present)}
    return weights_by_accuracy(errors)
