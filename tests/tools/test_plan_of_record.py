from dataclasses import replace
from datetime import date

import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, NotPermitted, UnknownName
from planning_engine.levers import CapacityLever, OvertimeLever
from planning_engine.plan import build
from planning_engine.plan_of_record import PlanOfRecord, recomputed
from tools.context import ToolContext
from tools.registry import run

HOURS = CapacityLever(resource="L", hours=10)


class Log:
    def __init__(self, *plans):
        self._plans = plans

    def plans(self):
        return self._plans


@pytest.fixture
def record(lemonade):
    company = lemonade()
    plan = build(company, 2, [HOURS])
    return company, PlanOfRecord(
        "pl_1",
        "More hours",
        company.id,
        2,
        (HOURS,),
        plan.digest,
        plan.figures,
        "petra",
        date(2026, 11, 2),
    )


def test_a_draft_tells_what_an_approver_looks_at_first(lemonade, unsupported):
    company = lemonade()
    lever = {"kind": "lane_cost", "cost": 1}
    request = {"title": "Dearer lanes", "levers": [lever], "months": 2}
    evidence = run("draft_plan_of_record", request, ToolContext(company))
    assert evidence.summary.startswith(
        "Drafted for approval as the plan of record, with 1 lever: “Dearer lanes”. Service "
        "100.0 %, plan cost EUR "
    )
    assert unsupported(evidence, company) == []
    assert evidence.proposal.kind == "plan_of_record"
    assert [row[0] for row in evidence.table.rows][-2:] == [
        "Stock value at the end",
        "Carrying cost",
    ]


def test_the_base_plan_may_be_the_plan_of_record(lemonade, unsupported):
    company = lemonade()
    evidence = run("draft_plan_of_record", {"title": "As it is", "months": 2}, ToolContext(company))
    assert "without any lever" in evidence.summary
    assert unsupported(evidence, company) == []


def test_a_recipe_gives_the_same_plan_or_is_refused(record):
    company, plan = record
    assert recomputed(company, plan.levers, plan.months, plan.digest).digest == plan.digest
    with pytest.raises(BadRequest, match="Draft it again"):
        recomputed(company, (), plan.months, plan.digest)


def test_the_latest_plan_counts_and_says_what_changed(record, unsupported):
    company, first = record
    second = replace(
        first, id="pl_2", title="No overtime", levers=(HOURS, OvertimeLever(resource="L", hours=0))
    )
    context = ToolContext(company, plans=Log(first, second))
    evidence = run("find_plans_of_record", {}, context)
    assert "The plan of record is “No overtime”" in evidence.summary
    assert evidence.summary.endswith("Against the plan before, “More hours”, 1 lever differs.")
    assert unsupported(evidence, company) == []
    assert [row[0] for row in evidence.table.rows] == ["pl_2", "pl_1"]
    earlier = run("find_plans_of_record", {"plan": "pl_1"}, context)
    assert "“More hours”" in earlier.summary
    with pytest.raises(UnknownName, match="No plan of record named 'pl_3'"):
        run("find_plans_of_record", {"plan": "pl_3"}, context)


def test_a_narrowed_person_neither_drafts_nor_reads_plans(record):
    company, plan = record
    narrow = ToolContext(company.narrowed(Scope(families=frozenset({"Soda"}))), plans=Log(plan))
    with pytest.raises(NotPermitted, match="draft a plan of record"):
        run("draft_plan_of_record", {"title": "Mine alone"}, narrow)
    with pytest.raises(NotPermitted, match="read the plan of record"):
        run("find_plans_of_record", {}, narrow)
