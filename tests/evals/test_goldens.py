import json

import pytest

from evals import goldens
from evals.golden_checks import off

# stockpyl's instances, and the answers its own tests and the book print
PUBLISHED = [
    ("problem_3_1", "EOQ", {"order_quantity": 1728.109845, "cost": 475230.207373}),
    ("problem_3_2b", "EOQ with backorders", {"Q": 83.235448, "stockout_fraction": 0.4003}),
    ("problem_3_22", "EPQ", {"order_quantity": 171.269768, "cost": 3.736795}),
    ("problem_3_27", "Wagner-Whitin", {"cost": 424}),
    ("problem_3_29", "Wagner-Whitin", {"cost": 423, "quantities": [1310, 0, 1095, 0, 880]}),
    ("scmo_ww_hw_c", "Wagner-Whitin, nonstationary purchase cost", {"cost": 4940}),
    ("scmo_jrp_ex", "joint replenishment", {"cost": 837.854403, "multiples": [1, 3, 1]}),
    ("silver_jrp", "joint replenishment, Silver", {"base_cycle_time": 0.281377}),
    ("example_4_4", "base-stock, normal demand", {"base_stock": 264.766894, "cost": 4.466781}),
    ("problem_4_3b", "newsvendor, profit form", {"base_stock": 59.084579}),
    ("problem_4_7b", "newsvendor, discrete demand", {"base_stock": 5, "cost": 1225000}),
    ("problem_4_8a", "newsvendor, Poisson demand", {"base_stock": 19, "cost": 786.088441}),
    ("problem_4_8b", "newsvendor, lognormal demand", {"base_stock_level": 295.626645}),
    ("problem_4_31", "(s,S), Poisson demand, exact", {"s": 2, "S": 7}),
    ("problem_4_30", "finite horizon, dynamic programming", {"cost": 519.355789}),
    ("problem_5_2", "(r,Q), Poisson demand, exact", {"r": 6, "Q": 7, "cost": 28.241312}),
    ("example_5_1", "(r,Q), loss-function approximation", {"r": 126.867, "Q": 328.449}),
    ("example_5_1", "(r,Q), EOQB approximation", {"r": 128.637814, "Q": 308.573780}),
    ("problem_6_2b", "serial system, stochastic service", {"S_star": {"1": 41, "5": 174}}),
    ("shang_song_1", "serial system", {"echelon_base_stock": {"1": 8, "2": 13, "3": 18, "4": 22}}),
    ("example_6_3", "guaranteed-service model, serial", {"cost": 2.828427}),
    ("problem_6_7", "guaranteed-service model, serial", {"cst": {"1": 0, "2": 3, "3": 2}}),
    ("problem_6_8", "guaranteed-service model, serial", {"cost": 1378.3}),
    ("problem_6_9", "guaranteed-service model, tree", {"cost": 15.6495}),
    ("example_9_1", "EOQ with disruptions", {"order_quantity": 772.811063, "cost": 173.950003}),
    ("example_9_1", "EOQ with disruptions, approximation", {"order_quantity": 773.143242}),
    ("example_9_3", "base-stock with disruptions", {"base_stock": 8000, "cost": 2737.068965}),
    ("example_9_4", "EOQ, additive yield uncertainty", {"order_quantity": 230246.370469}),
    ("example_9_5", "EOQ, multiplicative yield uncertainty", {"cost": 13086.525240}),
    ("example_9_6", "newsvendor, additive yield uncertainty", {"base_stock": 1.833333}),
    ("example_3_5", "EOQ, all-units discounts", {"order_quantity": 800, "region": 2}),
    ("problem_3_12", "EOQ, incremental discounts", {"cost": 208678591.679928}),
]


def solved(folder, problems):
    (folder / "answers.json").write_text(json.dumps(problems))
    return [entry.problem() for entry in goldens.textbook(folder)]


@pytest.mark.parametrize(("name", "kind", "answer"), PUBLISHED)
def test_every_kind_of_the_instances_is_solved_as_published(tmp_path, name, kind, answer):
    problem = {"id": name, "kind": kind, "parameters": {}, "answer": answer}
    assert solved(tmp_path, [problem]) == [None]


def test_all_of_the_book_is_solved(shared_data, capsys):
    folder = shared_data / "inventory_textbook"
    assert goldens.main(["--data", str(folder), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["failed"] == []
    assert printed["passed"] == printed["total"] >= 30


def test_what_cannot_be_solved_is_listed_with_a_sentence(tmp_path):
    problems = [
        {"id": "a", "kind": "queueing network", "parameters": {}, "answer": {"cost": 1}},
        {"id": "b", "kind": "EOQ", "parameters": {"fixed_cost": 8}, "answer": {"cost": 1}},
        {"id": "c", "kind": "EOQ", "parameters": {"fixed_cost": 8, "demand_rate": 2}},
        {
            "id": "d",
            "kind": "EOQ",
            "parameters": {"fixed_cost": 8, "holding_cost": 1, "demand_rate": 4},
            "answer": {"service_level": 0.9, "cost": 9},
        },
        {"id": "e", "kind": "guaranteed-service model", "answer": {"cost": 1}},
        {"id": "f", "kind": "newsvendor, lognormal", "parameters": {"mu": "x", "sigma": 1}},
    ]
    said = solved(tmp_path, problems)
    assert said[0] == goldens.NOT_YET
    assert said[1] == "The problem gives no demand as one number."
    assert "no holding" in said[2]
    assert said[3] == "service level nan, not 0.9; cost 8, not 9"
    assert "local holding cost" in said[4]
    assert "cannot be read" in said[5]


NORMAL = {"holding_cost": 0.18, "stockout_cost": 0.7, "mean": 50, "sd": 8}


def test_a_policy_that_is_given_is_weighed_not_chosen(tmp_path):
    poisson = {"holding_cost": 1, "stockout_cost": 4, "fixed_cost": 5, "mean": 6}
    retailer = {"service_level": 0.9, "mean": 2500, "sd": 500, "lead_time": 2}
    problems = [
        {"id": "a", "kind": "newsvendor", "parameters": NORMAL | {"base_stock": 40}},
        {"id": "b", "kind": "(s,S), Poisson demand", "parameters": poisson | {"s": 3, "S": 9}},
        {"id": "c", "kind": "safety stock, continuous review", "parameters": retailer},
    ]
    answers = ({"cost": 7.356132}, {"s": 3, "S": 9}, {"safety_stock": 906.19})
    told = [{**p, "answer": a} for p, a in zip(problems, answers, strict=True)]
    assert solved(tmp_path, told) == [None] * 3


def test_a_figure_may_be_off_by_a_ten_thousandth_or_half_its_last_decimal():
    assert off(1380.0) == pytest.approx(0.138)
    assert off(18.824) == pytest.approx(18.824e-4)
    assert off(0.68) == 0.005
