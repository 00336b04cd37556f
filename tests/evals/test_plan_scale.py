"""The bench of the large plan runs whole at a small size."""

import json

from evals import plan_scale


def test_the_bench_plans_twice_and_prints_the_keys_it_should(capsys):
    arguments = ["--products", "40", "--weeks", "12", "--levers", "0", "--json"]
    assert plan_scale.main(arguments) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["plan_cpu_seconds"] > 0
    assert said["warm_iterations"] < said["cold_iterations"]
    assert said["bar"]["plan_cpu_seconds"] == {"at_most": 15.0}
    assert "whatif_cpu_seconds_p95" not in said["bar"]


def test_the_same_size_is_the_same_company():
    assert plan_scale.problem_of(12, 4, 5) == plan_scale.problem_of(12, 4, 5)


def test_what_if_questions_differ():
    asked = plan_scale.whatif_levers(20)
    assert len({json.dumps(levers) for levers in asked}) == 20
