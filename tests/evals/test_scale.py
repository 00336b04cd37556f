"""The bench over many rows runs whole at a small size."""

import json

from evals import scale


def test_the_bench_imports_and_answers_and_prints_the_keys_it_should(capsys):
    assert scale.main(["--rows", "20000", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    keys = {"rows", "cpu_seconds_max", "cpu_seconds_p95", "rss_mb", "import_cpu_seconds"}
    assert keys <= said.keys()
    assert said["rows"] == 20_000
    assert said["import_cpu_seconds"] > 0
    assert said["bar"]["import_cpu_seconds"] == {"at_most": 60.0}


def test_the_same_number_of_rows_is_the_same_company(tmp_path):
    for name in ("one", "two"):
        scale.write_source(tmp_path / name, 5_000)
    one, two = ((tmp_path / name / "sales.csv").read_bytes() for name in ("one", "two"))
    assert one == two
    assert one.count(b"\n") == 5_001
