"""Similar events lend each other strength: shrinkage of noisy effects towards their like.

The effects of one kind of event are taken as mean of the kind + what is particular to the
product (or family) + what is particular to the event. How large the two last ones are is not
known; every size of a grid counts by how likely it makes the measured effects (empirical
Bayes, in full), so that the result stays honest where only a few events were seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GROUP_SIZES = (0.0, 0.05, 0.1, 0.2, 0.4)
# No two promotions are alike: the differences between events are never taken to be nothing.
EVENT_SIZES = (0.06, 0.1, 0.15, 0.25, 0.4)
# How large the differences between events may be before any was seen: half-normal.
USUAL_SIZE = 0.3
# Spread of the mean of a kind before any was seen: wide open.
OPEN = 100.0


@dataclass(frozen=True)
class Pooled:
    """Effects after shrinkage, one per event asked for."""

    mean: Array
    error: Array


def pool(
    seen: Sequence[float],
    noise: Array,
    groups: Sequence[str],
    asked: Sequence[str] = (),
) -> tuple[Pooled, Pooled]:
    """Return the measured effects after shrinkage, and those to expect of events to come.

    Args:
        seen: Measured effects of one kind of event.
        noise: Covariance of their errors: events of one product share its baseline's error.
        groups: What each was held for: its product or family.
        asked: What each event to come is held for.

    Example:
        Two equally sure effects move towards each other, never past each other:

        >>> seen, _ = pool([0.1, 0.5], np.diag([0.04, 0.04]), ["A", "B"])
        >>> bool(0.1 < seen.mean[0] < 0.3 < seen.mean[1] < 0.5)
        True
    """
    effects = np.asarray(seen, dtype=float)
    every = [*groups, *asked]
    same = np.array([[one == other for other in every] for one in every], dtype=float)
    count = len(effects)
    weights, means, variances = [], [], []
    for of_group, of_event in product(GROUP_SIZES, EVENT_SIZES):
        prior = OPEN + of_group**2 * same + of_event**2 * np.eye(len(every))
        inner = prior[:count, :count] + noise
        root = np.linalg.cholesky(inner)
        solved = np.linalg.solve(root, effects)
        weights.append(
            -np.log(np.diag(root)).sum()
            - solved @ solved / 2
            - (of_group**2 + of_event**2) / (2 * USUAL_SIZE**2)
        )
        gain = np.linalg.solve(inner, prior[:count]).T
        means.append(gain @ effects)
        variances.append(np.diag(prior) - np.einsum("ij,ji->i", gain, prior[:count]))
    share = np.exp(np.asarray(weights) - max(weights))
    share /= share.sum()
    mean = share @ np.asarray(means)
    spread = share @ (np.asarray(variances) + np.square(np.asarray(means) - mean))
    error = np.sqrt(np.maximum(spread, 0))
    return Pooled(mean[:count], error[:count]), Pooled(mean[count:], error[count:])
