import multiprocessing
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assistant.settings import Settings, read_settings
from assistant.wiring import Workshop
from assistant.workers import LocalWorkers, workers
from planning_engine.demand.forecasting.table import CHUNK, forecast_table
from planning_engine.errors import BadRequest

ROOT = Path(__file__).parents[2]
CHUNKS = 6


@pytest.fixture(scope="module")
def train():
    random = np.random.default_rng(5)
    months = pd.date_range("2024-01-01", periods=30, freq="MS")
    season = 20 * np.sin(2 * np.pi * np.arange(30) / 12)
    return pd.concat(
        pd.DataFrame({"unique_id": f"s{at:03}", "ds": months, "y": 100 + season + noise})
        for at, noise in enumerate(random.normal(0, 5, (CHUNKS * CHUNK, 30)))
    )


@pytest.fixture(scope="module")
def expected(train):
    return forecast_table(train, 3, "MS", tier="interactive")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Start a Dask scheduler and two worker processes; return its address and the workers."""
    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    where = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = subprocess.Popen(
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *where], **quiet
    )
    one = [*dask, "worker", "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", *where]
    hands = [subprocess.Popen(one, **quiet) for _ in range(2)]
    from distributed import Client

    waited = time.monotonic() + 120
    while not file.exists() and time.monotonic() < waited:
        time.sleep(0.1)
    with Client(scheduler_file=str(file), set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
        address = client.scheduler.address
    yield address, hands
    for process in (*hands, scheduler):
        process.kill()
        process.wait()


def test_local_workers_give_the_same_numbers(train, expected):
    with workers(None, 2) as local:
        made = forecast_table(train, 3, "MS", tier="interactive", executor=local)
    pd.testing.assert_frame_equal(made, expected, check_exact=True)


def test_a_killed_local_worker_does_not_stop_the_run(train, expected):
    killed = []

    def kill_one(text, share):
        if not killed:
            killed.append(multiprocessing.active_children()[0])
            killed[0].kill()

    with LocalWorkers(2) as local:
        made = forecast_table(train, 3, "MS", tier="interactive", executor=local, progress=kill_one)
    assert killed
    pd.testing.assert_frame_equal(made, expected, check_exact=True)


def test_work_whose_worker_dies_twice_fails():
    with LocalWorkers(1) as local, pytest.raises(BrokenProcessPool):
        local.submit(sys.modules["os"]._exit, 1).result(timeout=120)


def test_a_problem_of_the_work_itself_is_handed_on():
    with LocalWorkers(1) as local:
        assert local.submit(divmod, 7, 2).result(timeout=120) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            local.submit(divmod, 7, 0).result(timeout=120)


def test_two_dask_workers_give_the_same_numbers(train, expected, cluster):
    address, _ = cluster
    with workers(address) as dask:
        made = forecast_table(train, 3, "MS", tier="interactive", executor=dask)
    pd.testing.assert_frame_equal(made, expected, check_exact=True)


def test_a_killed_dask_worker_does_not_stop_the_run(train, expected, cluster):
    address, hands = cluster

    def kill_one(text, share):
        hands[0].kill()

    with workers(address) as dask:
        made = forecast_table(train, 3, "MS", tier="interactive", executor=dask, progress=kill_one)
    assert hands[0].wait(10) != 0
    pd.testing.assert_frame_equal(made, expected, check_exact=True)


def test_a_cluster_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr("assistant.workers.CLUSTER_ANSWERS_WITHIN", 0.5)
    with pytest.raises(BadRequest, match=r"No Dask scheduler answers at tcp://127.0.0.1:1"):
        Workshop(Settings(cluster="tcp://127.0.0.1:1")).workers().__enter__()


def test_a_cluster_is_an_address(monkeypatch):
    monkeypatch.setenv("SOP_CLUSTER", "somewhere")
    with pytest.raises(BadRequest, match="SOP_CLUSTER cannot be 'somewhere'"):
        read_settings()
