from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from assistant.grounding import check
from assistant.viewpoints import vocabulary
from planning_engine.data.issue import Issue
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem, UnknownName
from tools.context import ToolContext
from tools.data import Topic
from tools.registry import run


@pytest.fixture
def ask(demo):
    def query(**arguments):
        return run("describe_data", arguments, ToolContext(demo))

    return query


QUESTIONS = [
    *({"topic": topic} for topic in get_args(Topic) if topic != "product"),
    {"topic": "product", "name": "COL-033-24"},
    {"topic": "product", "name": "Volt Berry 0.25 L can x24"},
    {"topic": "product", "name": "CMP-CAP"},
    {"topic": "products", "family": "Juice"},
    {"topic": "kpis", "name": "OTIF"},
]


@pytest.mark.parametrize("arguments", QUESTIONS, ids=str)
def test_every_figure_and_name_of_a_summary_is_a_fact(ask, demo, arguments):
    evidence = ask(**arguments)
    grounded = check(
        evidence.summary,
        evidence=[evidence],
        question="",
        vocabulary=vocabulary(demo),
        today=date(2026, 10, 31),
    )
    assert [(c.text, c.problem) for c in grounded.unsupported] == []
    evidence.to_dict()


def test_the_overview_says_what_there_is_and_where_the_plan_begins(ask):
    assert ask().summary == (
        "The data speaks for 31 October 2026 and has 32 finished products, 14 components, 5 "
        "families, 5 sites, 8 resources, 40 customers and 20 events. Sales run from November "
        "2022 to October 2026; the plan begins in November 2026."
    )


def test_tables_are_listed_with_rows_and_period(ask, demo):
    evidence = ask(topic="tables")
    sales = next(row for row in evidence.table.rows if row[0] == "sales")
    assert sales[1] == len(demo.frame("sales"))
    assert sales[2:4] == (date(2022, 11, 1), date(2026, 10, 1))


def test_tables_that_are_missing_are_named(company_of):
    facts = company_of({"products": [{"product": "A"}], "sales": []})
    summary = run("describe_data", {"topic": "tables"}, ToolContext(facts)).summary
    assert summary.startswith("The data has 2 tables: products and sales. Not there: sites, ")


def test_one_product_is_described_with_what_it_is_made_on_and_of(ask):
    evidence = ask(topic="product", name="Kaito Cola 0.33 L can x24")
    assert "standard cost EUR 5.60; price EUR 9.40; lot min 18,000 cases" in evidence.summary
    assert "It is made on Line 3 cans" in evidence.summary
    components = {f.value for f in evidence.facts if f.name == "component"}
    assert "CMP-COLA" in components


def test_a_bare_product_is_described_all_the_same(company_of):
    facts = company_of({"products": [{"product": "A", "launch_on": date(2027, 1, 5)}], "sales": []})
    evidence = run("describe_data", {"topic": "product", "name": "A"}, ToolContext(facts))
    assert evidence.summary == "A: launch on 5 January 2027."


def test_a_kpi_is_described_by_its_formula(ask):
    evidence = ask(topic="kpis", name="otif")
    assert evidence.summary.startswith("OTIF = order lines delivered by their date and in full")
    assert len(evidence.table.rows) == 1
    assert len(ask(topic="kpis").table.rows) == 32


def test_products_can_be_narrowed_to_a_family(ask):
    evidence = ask(topic="products", family="juice")
    assert evidence.summary.startswith("There are 6 finished products in Juice:")
    assert len(evidence.table.rows) == 6


def test_issues_of_the_data_are_counted_by_severity(demo):
    issues = (
        Issue("sales", "negative", "warning", 3, "3 rows are negative", ("sales.csv line 2",)),
        Issue("stock", "assumed", "assumption", 1, "opening stock is assumed"),
        Issue("sales", "note", "note", 1, "one more"),
    )
    facts = Snapshot(
        "s_i",
        demo.company,
        {"products": demo.frame("products"), "sales": demo.frame("sales").head(3)},
        issues=issues,
    )
    evidence = run("describe_data", {"topic": "issues"}, ToolContext(facts))
    assert evidence.summary == "The import found 1 warning, 1 assumption and 1 note."
    assert [issue.rule for issue in evidence.issues] == ["negative", "assumed"]
    assert evidence.table.rows[0][5] == "sales.csv line 2"


def test_the_calendar_tells_cycles_and_fences(demo):
    company = replace(demo.company, demand_fence_days=14, planning_fence_days=30)
    facts = Snapshot(
        "s_c", company, {name: demo.frame(name) for name in ("products", "sales", "forecasts")}
    )
    evidence = run("describe_data", {"topic": "calendar"}, ToolContext(facts))
    assert "S&OP cycles are published from May 2026 to October 2026." in evidence.summary
    fences = {f.name: f.value for f in evidence.facts if f.name.endswith("fence")}
    assert fences == {"demand_fence": 14, "planning_fence": 30}


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"topic": "product"}, BadRequest, "Say which product"),
        ({"topic": "product", "name": "Cola"}, UnknownName, "No product named 'Cola'"),
        ({"topic": "products", "family": "Juce"}, UnknownName, "Did you mean 'Juice'"),
        ({"topic": "weather"}, BadRequest, "topic"),
    ],
)
def test_what_cannot_be_described_says_what_to_change(ask, arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        ask(**arguments)


def test_a_list_that_the_data_lacks_is_said(company_of):
    facts = company_of({"products": [{"product": "A"}], "sales": []})
    with pytest.raises(DataProblem, match="no table 'customers'"):
        run("describe_data", {"topic": "regions"}, ToolContext(facts))
    with pytest.raises(DataProblem, match="names no families"):
        run("describe_data", {"topic": "families"}, ToolContext(facts))
