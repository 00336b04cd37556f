import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, NotPermitted
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(demo):
    def query(**arguments):
        return run("reconcile_forecast", arguments, ToolContext(demo))

    return query


QUESTIONS = [
    {},
    {"level": []},
    {"level": ["family", "site"], "months": 3},
    {"level": ["channel"]},
    {"level": ["family", "site", "channel"], "months": 12},
]


@pytest.mark.parametrize("arguments", QUESTIONS, ids=str)
def test_every_figure_and_name_of_a_summary_is_a_fact(ask, demo, unsupported, arguments):
    evidence = ask(**arguments)
    assert unsupported(evidence, demo) == []
    evidence.to_dict()


def test_each_level_adds_up_to_the_same_total(ask):
    sums = [sum(row[-1] for row in ask(**arguments).table.rows) for arguments in QUESTIONS[:2]]
    assert sums[0] == pytest.approx(sums[1], abs=1e-3)
    assert "add up" in ask().summary


def test_what_the_sales_do_not_tell_apart_is_said(company_of):
    sales = [
        {"date": f"2026-{month:02}-01", "product": "A", "site": "S", "quantity": 9}
        for month in range(1, 11)
    ]
    facts = company_of({"products": [{"product": "A", "family": "F"}], "sales": sales})
    with pytest.raises(BadRequest, match="told apart by family and site only, not by channel"):
        run("reconcile_forecast", {"level": ["channel"]}, ToolContext(facts))


def test_a_regional_person_is_told_that_it_needs_the_whole(demo):
    north = ToolContext(demo.narrowed(Scope(regions=frozenset({"North"}))))
    with pytest.raises(NotPermitted, match="whole company"):
        run("reconcile_forecast", {}, north)
