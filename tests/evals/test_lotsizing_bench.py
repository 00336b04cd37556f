import json
from dataclasses import replace

import pytest

from evals import lotsizing
from evals.lotsizing import Instance
from evals.lotsizing_peers import PEERS

FILE = """   2   3
    1
   60
 1.00 2.00  5. 30.
 2.00 1.00  3. 40.
   10   5
    0  10
   20   5
  Bi  hi  su  su
"""
KEYS = {
    "mean_gap", "mean_gap_signed", "proven", "instances", "cpu_seconds", "cpu_seconds_max",
    "faults", "wrong", "seconds", "peers", "cores", "bar",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """One instance that can be worked by hand.

    Item 1: 10 and 20 pieces, lots apart cost 60 (held two periods: 30 + 80). Item 2: 20 pieces
    over three periods at 1 a piece and period: one lot holds 10 + 5·2 = 20, with 40 makes 60.
    """
    (tmp_path / "hand").write_text(FILE)
    (tmp_path / "bounds.csv").write_text(
        "file,items,periods,capacity,best_cost,lower_bound,status,seconds\n"
        "hand,2,3,60,120,120,optimal,0.1\n"
    )
    return tmp_path


def test_the_bench_prints_the_figures_the_design_fixes(folder, capsys):
    assert lotsizing.main(["--data", str(folder), "--seconds", "2", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == KEYS
    assert printed["mean_gap"] == pytest.approx(0, abs=1e-6)
    assert (printed["proven"], printed["instances"], printed["faults"]) == (1, 1, [])
    assert set(printed["peers"]) == {"engine", *PEERS}
    for figures in printed["peers"].values():
        assert figures["mean_gap"] == pytest.approx(0, abs=1e-6)
        assert figures["proven"] == 1


def test_a_file_is_read_as_its_readme_says(folder):
    (instance,) = lotsizing.read(folder)
    first, second = instance.problem.items
    assert (first.demand, second.demand) == ((10, 0, 20), (5, 10, 5))
    assert (first.hours_per_unit, first.holding_cost) == ({"machine": 1}, 2)
    assert (second.setup_hours, second.setup_cost) == ({"machine": 3}, 40)
    assert instance.problem.capacity == {"machine": (60, 60, 60)}


def test_a_claim_that_known_results_contradict_is_a_fault(folder):
    (instance,) = lotsizing.read(folder)
    assert lotsizing.check(instance, 2).faults == ()
    too_cheap = lotsizing.check(replace(instance, best=150, lower=150), 2)
    assert too_cheap.faults == ("costs 120, below the lower bound 150",)
    too_dear = lotsizing.check(replace(instance, best=90, lower=90), 2)
    assert len(too_dear.faults) == 2


def test_a_wrong_plan_fails_the_bench(folder, capsys):
    bounds = folder / "bounds.csv"
    bounds.write_text(bounds.read_text().replace(",120,120,", ",150,150,"))
    command = ["--data", str(folder), "--seconds", "2", "--peers", "0"]
    assert lotsizing.main([*command, "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["faults"] == ["hand: costs 120, below the lower bound 150"]
    assert lotsizing.main(command) == 1
    assert "short of the bar" in capsys.readouterr().out


def test_instances_are_spread_over_the_set():
    def named(number):
        return Instance(str(number), None, 1, 1, True)

    few = lotsizing.spread([named(n) for n in range(10)], 3)
    assert [entry.name for entry in few] == ["0", "3", "6"]


def test_the_real_set_is_read_in_place(shared_data):
    instances = {entry.name: entry for entry in lotsizing.read(shared_data / "lotsizing")}
    assert len(instances) == 51
    g57 = instances["trigeiro_G/G57.DAT"]
    assert (len(g57.problem.items), g57.problem.periods, g57.best) == (24, 15, 136509)


def test_an_easy_instance_of_the_set_is_solved(shared_data):
    wanted = "trigeiro_X/X11117A"
    instance = next(e for e in lotsizing.read(shared_data / "lotsizing") if e.name == wanted)
    run = lotsizing.check(instance, 10)
    assert run.proven
    assert run.faults == ()
    assert run.cost == pytest.approx(8375.8, abs=0.1)


def test_a_peers_plan_that_breaks_a_rule_is_none(folder):
    (instance,) = lotsizing.read(folder)

    def lazy(problem, seconds):
        return {item.name: (0.0,) * problem.periods for item in problem.items}, True

    assert lotsizing.plan_of_peer(lazy, instance, 1).cost == float("inf")
