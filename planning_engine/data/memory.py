"""Keeps results that follow from a frozen snapshot, so that the next question is fast."""

import atexit
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar

from planning_engine.data.snapshot import Snapshot

P = ParamSpec("P")
R = TypeVar("R")


def remember(
    size: int = 16,
) -> Callable[[Callable[Concatenate[Snapshot, P], R]], Callable[Concatenate[Snapshot, P], R]]:
    """Keep the last results of a function of a snapshot and hashable arguments.

    The facts are frozen and the scope is part of the key, so a kept result is the one that
    would be computed again. Callers must not change what they get.

    Args:
        size: How many results are kept; the longest unused one goes first.
    """

    def decorate(
        function: Callable[Concatenate[Snapshot, P], R],
    ) -> Callable[Concatenate[Snapshot, P], R]:
        # The snapshot is kept with its result: a key that holds the address of a frame is
        # only good while that frame lives.
        kept: OrderedDict[object, tuple[Snapshot, R]] = OrderedDict()
        lock = Lock()
        # DuckDB complains at the end of the process about connections that are still kept.
        atexit.register(kept.clear)

        @wraps(function)
        def remembered(snapshot: Snapshot, /, *args: P.args, **kwargs: P.kwargs) -> R:
            key = (snapshot.fingerprint, args, tuple(sorted(kwargs.items())))
            with lock:
                if key in kept:
                    kept.move_to_end(key)
                    return kept[key][1]
            result = function(snapshot, *args, **kwargs)
            with lock:
                kept[key] = (snapshot, result)
                while len(kept) > size:
                    kept.popitem(last=False)
            return result

        return remembered

    return decorate
