"""Where long computations run: worker processes of this machine, or a Dask cluster.

Both are a `concurrent.futures.Executor`, the one seam: what runs on it is a plain function
of plain values, and gives the same numbers on either.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Lock
from typing import Any, ParamSpec, TypeVar  # Any: futures of jobs of every kind

from planning_engine.errors import BadRequest

P = ParamSpec("P")
T = TypeVar("T")

CLUSTER_ANSWERS_WITHIN = 10
# Imported once by the server that workers are forked from.
PRELOADED = ["planning_engine.demand.forecasting.warm"]


class LocalWorkers(Executor):
    """Worker processes that outlive the death of one of them.

    When a worker dies (out of memory, killed), Python gives up the whole pool and all it had
    not finished. Here a new pool takes its place and the unfinished jobs are handed to it,
    once each: a job whose worker dies twice fails.
    """

    def __init__(self, count: int | None = None) -> None:
        """Start nothing yet: processes come with the first job.

        Args:
            count: Worker processes; one per core if left out.
        """
        self._count = count or os.cpu_count() or 1
        self._lock = Lock()
        self._pool = self._new_pool()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand a job to a worker; see `Executor.submit`."""
        promised: Future[T] = Future()
        self._hand_over(promised, lambda pool: pool.submit(fn, *args, **kwargs), last=False)
        return promised

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers go; see `Executor.shutdown`."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        return ProcessPoolExecutor(self._count, mp_context=context)

    def _hand_over(
        self,
        promised: "Future[T]",
        start: Callable[[ProcessPoolExecutor], "Future[T]"],
        *,
        last: bool,
    ) -> None:
        pool = self._pool
        try:
            running = start(pool)
        except BrokenProcessPool:
            running = start(self._instead_of(pool))

        def settle(done: "Future[T]") -> None:
            if done.cancelled():
                promised.cancel()
                return
            problem = done.exception()
            if isinstance(problem, BrokenProcessPool) and not last:
                self._instead_of(pool)
                self._hand_over(promised, start, last=True)
            elif problem is not None:
                promised.set_exception(problem)
            else:
                promised.set_result(done.result())

        running.add_done_callback(settle)

    def _instead_of(self, broken: ProcessPoolExecutor) -> ProcessPoolExecutor:
        """Return the pool that took the place of a broken one; jobs of one pool share it."""
        with self._lock:
            if self._pool is broken:
                broken.shutdown(wait=False)
                self._pool = self._new_pool()
            return self._pool


@contextmanager
def workers(cluster: str | None, count: int | None = None) -> Iterator[Executor]:
    """Return where to run: a Dask cluster by its scheduler's address, or this machine.

    Args:
        cluster: `tcp://host:port` of a Dask scheduler; None for this machine.
        count: Worker processes of this machine; one per core if left out.

    Raises:
        BadRequest: No scheduler answers there, or Dask is not installed.
    """
    if cluster is None:
        with LocalWorkers(count) as local:
            yield local
        return
    client = _client(cluster)
    try:
        # A pure function's result would be taken from the scheduler's memory: ask for a run.
        yield client.get_executor(pure=False)
    finally:
        client.close()


def _client(cluster: str) -> Any:
    try:
        from distributed import Client
    except ImportError as problem:
        raise BadRequest(
            "SOP_CLUSTER is set, but Dask is not installed: pip install 'sop-assistant[dask]', "
            "here and on the workers."
        ) from problem
    try:
        client: Any = Client  # a class without types
        return client(cluster, timeout=CLUSTER_ANSWERS_WITHIN, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise BadRequest(
            f"No Dask scheduler answers at {cluster}: start one with `dask scheduler`, or unset "
            "SOP_CLUSTER to use this machine."
        ) from problem
