import gzip
import json

import pytest

from evals import placement
from evals.exact_placement import in_whole_days, least_cost
from evals.willems import read_chain
from planning_engine.errors import DataProblem

HEAD = (
    "﻿/chain,,,,,,,,,,\n/@company,/arcs/arc/@from,/arcs/arc/@to,/stages/stage/@stageName,"
    "/stages/stage/@stageCost,/stages/stage/@stageTime,/stages/stage/StageTime_1/@StageTime_1_p,"
    "/stages/stage/StageTime_1/@StageTime_1_v,/stages/stage/@stDevDemand,"
    "/stages/stage/@maxServiceTime,/stages/stage/@serviceLevel\n"
)
ARCS = "1,Part,Shop,,,,,,,,\n1,Part,Web,,,,,,,,\n"
STAGES = (
    "1,,,Part,1,4,,,,,\n1,,,Shop,9,1,,,10,0,0.9772498680518208\n"
    "1,,,Web,,,1,1,10,,97.72498680518208\n"
)


def test_a_chain_is_read_with_its_blanks(tmp_path):
    path = tmp_path / "01.csv.gz"
    path.write_bytes(gzip.compress((HEAD + ARCS + STAGES).encode()))
    network = read_chain(path)
    assert [stage.holding_cost for stage in network.stages] == [1, 10, 1]
    assert [stage.time for stage in network.stages] == [4, 1, 1]
    assert [stage.promise for stage in network.stages] == [None, 0, 0]
    assert [stage.spread for stage in network.stages] == pytest.approx([800**0.5, 20, 20])
    assert network.suppliers["Web"] == ("Part",)


def test_a_chain_without_stages_is_refused(tmp_path):
    path = tmp_path / "02.csv"
    path.write_text(HEAD)
    with pytest.raises(DataProblem, match="holds no stages"):
        read_chain(path)


def test_the_bench_tells_cost_gap_and_check(tmp_path, capsys):
    (tmp_path / "01.csv").write_text(HEAD + ARCS + STAGES)
    (tmp_path / "index.csv").write_text("chain,stages\n")
    assert placement.main(["--data", str(tmp_path), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["chains"] == printed["held_chains"] == 1
    assert printed["off_max"] < 1e-6
    # hold at the part: 28.28 * sqrt(4) + 200 * 1 + 20 * 1; or at the ends alone: 220 * sqrt(5)
    assert printed["details"][0]["cost"] == pytest.approx(2 * 800**0.5 + 220)


@pytest.mark.parametrize("name", ["02", "04", "07"])
def test_small_chains_agree_with_another_model(shared_data, name):
    network = read_chain(shared_data / "willems_multiechelon" / f"{name}.csv")
    whole = in_whole_days(network)
    found = placement.place_safety_stock(whole)
    assert found.cost == pytest.approx(least_cost(whole), rel=1e-6)
    assert found.gap <= 1e-4
