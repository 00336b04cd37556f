"""Snapshots by id, and the one in use."""

import pytest

from planning_engine.errors import DataProblem, UnknownName


def test_the_snapshot_in_use_is_opened_once(home):
    assert home.current() is home.current()
    assert home.current().id == home.current_id
    assert home.ids() == (home.current_id,)


def test_an_empty_home_says_what_to_run(tmp_path):
    from assistant.company_home import CompanyHome

    empty = CompanyHome(tmp_path / "new")
    assert empty.current_id is None
    with pytest.raises(DataProblem, match="sop demo"):
        empty.current()
    assert not (tmp_path / "new").exists()


def test_a_snapshot_deleted_by_hand_is_noticed_even_while_open(home):
    import shutil

    snapshot = home.current()
    shutil.rmtree(home.snapshots / snapshot.id)
    with pytest.raises(DataProblem, match="deleted or never imported"):
        home.current()


def test_a_table_deleted_by_hand_is_noticed_even_while_open(home):
    snapshot = home.current()
    (home.snapshots / snapshot.id / "sales.parquet").unlink()
    with pytest.raises(DataProblem, match=r"sales\.parquet is missing or was changed"):
        home.current()


@pytest.mark.parametrize("identity", ["../../etc", "s_", "s_a/../b", "nonsense", ""])
def test_an_id_is_never_taken_for_a_path(home, identity):
    with pytest.raises(UnknownName):
        home.open(identity)


def test_a_scenario_of_a_snapshot_opens_the_snapshot_it_stands_on(home):
    assert home.open(f"{home.current_id}+1a2b3c").id == home.current_id
