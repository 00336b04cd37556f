from datetime import date

import pytest

from assistant.grounding import check
from assistant.viewpoints import vocabulary
from planning_engine import kpis
from planning_engine.data.sample.decision_log import decisions
from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, PlanningError, UnknownName
from tools import wording
from tools.context import ToolContext
from tools.registry import run


class Log:
    def decisions(self):
        return tuple(decisions())


@pytest.fixture(scope="module")
def context(demo):
    return ToolContext(demo, decisions=Log())


@pytest.fixture(scope="module")
def names(demo):
    return vocabulary(demo)


@pytest.fixture
def ask(context):
    def query(**arguments):
        return run("query_kpi", arguments, context)

    return query


def fact(evidence, name, **about):
    return next(f.value for f in evidence.facts if f.name == name and dict(f.about) == about)


EVERY_QUESTION = [
    *({"kpi": one} for one in kpis.catalogue()),
    *({"kpi": one.id, "by": by} for one in kpis.catalogue().values() for by in one.groupings),
    {"kpi": "wmape", "author": "Sam Ortiz", "start": "2026-01", "by": "family"},
    *(
        {"kpi": one, "start": "2026-10", "end": "2026-10", "compare_previous": True}
        for one in kpis.catalogue()
    ),
    *(
        {"kpi": one.id, "by": one.groupings[-1], "order": order, "top": 4}
        for one in kpis.catalogue().values()
        if one.groupings
        for order in ("worst", "best")
    ),
]


@pytest.mark.parametrize("arguments", EVERY_QUESTION, ids=str)
def test_every_figure_and_name_of_a_summary_is_a_fact(ask, names, arguments):
    evidence = ask(**arguments)
    grounded = check(
        evidence.summary,
        evidence=[evidence],
        question="",
        vocabulary=names,
        today=date(2026, 10, 31),
    )
    assert [(c.text, c.problem) for c in grounded.unsupported] == []
    assert evidence.definition
    assert evidence.to_dict()["table"]["rows"]


def test_the_headline_says_figure_period_stream_and_lag(ask):
    summary = ask(kpi="wmape", family="Juice").summary
    assert summary == (
        "WMAPE of Juice from July 2026 to October 2026 was 17.9 % "
        "(consensus forecast; published 2 months ahead)."
    )


def test_a_kpi_may_be_asked_by_the_name_people_use(ask):
    assert ask(kpi="On time in full").facts[0].name == "otif"


def test_worst_and_best_follow_the_direction_of_the_kpi(ask):
    worst = ask(kpi="accuracy", by="family", order="worst")
    assert worst.table.rows[0][0] == "Juice"
    assert worst.summary.split(". ")[1].startswith("Worst first: Juice")
    assert ask(kpi="wmape", by="family", order="worst").table.rows[0][0] == "Juice"
    # a bias of -19 is worse than one of +8
    assert ask(kpi="bias", by="author", order="worst").table.rows[0][0] == "lucia"
    assert ask(kpi="revenue", by="family", order="lowest").table.rows[0][0] == "Tea"


def test_only_the_first_rows_are_given_when_asked(ask):
    evidence = ask(kpi="revenue", by="customer", top=3)
    assert len(evidence.table.rows) == 3
    values = [row[2] for row in evidence.table.rows]
    assert values == sorted(values, reverse=True)


def test_months_stay_in_their_order_and_are_drawn_as_a_line(ask):
    evidence = ask(kpi="otif", by="month")
    months = [row[0] for row in evidence.table.rows]
    assert months == sorted(months)
    assert months[0] == date(2025, 11, 1)
    assert evidence.chart["mark"]["type"] == "line"
    assert evidence.table.columns[0].type == "month"
    assert fact(evidence, "otif", month="2026-10-01") == pytest.approx(90.67, abs=0.01)


def test_other_splits_are_drawn_as_bars_with_the_names_people_use(ask):
    evidence = ask(kpi="otif", by="site")
    assert evidence.chart["layer"][0]["mark"]["type"] == "bar"
    assert evidence.chart["data"]["values"][0]["site"] == "North DC"
    assert [column.name for column in evidence.table.columns[:2]] == ["site", "name"]
    assert ask(kpi="otif").chart is None


def test_the_period_before_is_compared_on_request(ask):
    evidence = ask(kpi="revenue", start="2026-09", end="2026-10", compare_previous=True)
    before = ask(kpi="revenue", start="2026-07", end="2026-08")
    names = {f.name: f.value for f in evidence.facts}
    assert names["previous"] == before.facts[0].value
    assert names["change"] == pytest.approx(evidence.facts[0].value - before.facts[0].value)
    assert "down EUR" in evidence.summary
    first = ask(kpi="wmape", compare_previous=True)
    assert first.summary.endswith("There is no figure for the months before to compare with.")


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({}, date(2025, 11, 1), date(2026, 10, 1)),
        ({"end": "2026-03"}, date(2025, 4, 1), date(2026, 3, 1)),
        ({"start": "2026-03"}, date(2026, 3, 1), date(2026, 10, 1)),
        ({"start": "2026-03-15", "end": "2026-04-02"}, date(2026, 3, 1), date(2026, 4, 1)),
    ],
)
def test_a_period_may_be_given_by_either_end(ask, given, first, last):
    evidence = ask(kpi="revenue", **given)
    assert fact(evidence, "first_month") == first
    assert fact(evidence, "last_month") == last


def test_lag_stream_and_basis_are_passed_on_and_said(ask):
    evidence = ask(kpi="wmape", lag=1, stream="Sales")
    assert "(sales forecast; published 1 month ahead)" in evidence.summary
    assert "lag: 1:" in evidence.definition
    promised = ask(kpi="otif", basis="promised")
    assert "by the promised date" in promised.summary
    assert "promised date" in promised.definition


def test_one_persons_forecasts_can_be_asked_for(ask):
    evidence = ask(kpi="bias", author="Lucia")
    assert evidence.summary.startswith("Forecast bias of Lucia Ferro from July 2026 to October")
    assert "was -18.6 %" in evidence.summary
    assert ask(kpi="bias", author="lucia ferro").facts[0] == evidence.facts[0]
    with pytest.raises(UnknownName, match="Did you mean 'lucia'"):
        ask(kpi="bias", author="Luzia")


def test_months_asked_for_that_have_no_figure_are_told(ask):
    evidence = ask(kpi="wmape", start="2026-01", end="2026-10")
    assert "from July 2026 to October 2026 was" in evidence.summary
    assert "no figure for the other months asked for." in evidence.summary
    assert "other months" not in ask(kpi="wmape").summary


def test_components_without_a_family_are_named_so(ask):
    evidence = ask(kpi="inventory_value", by="family")
    assert "without family EUR" in evidence.summary


def test_decisions_come_from_the_log(ask, demo):
    evidence = ask(kpi="decision_execution_rate")
    assert "(8 of 9 decisions due were carried out)" in evidence.summary
    with pytest.raises(DataProblem, match="No decision with a check"):
        run("query_kpi", {"kpi": "decision_execution_rate"}, ToolContext(demo))


def test_stock_that_outlasts_the_plan_is_said_in_words(ask):
    evidence = ask(kpi="days_of_cover", product="Lemonwell 0.5 L x12")
    assert evidence.summary == (
        "The stock of Lemonwell 0.5 L x12 covers all the demand planned for 24 months."
    )
    assert "on 31 October 2026 was" in ask(kpi="days_of_cover").summary
    assert "at the last count in October 2026" in ask(kpi="inventory_value").summary


def test_a_figure_that_cannot_be_formed_is_not_zero(company_of):
    day = date(2026, 9, 1)
    facts = company_of(
        {
            "products": [{"product": "A"}, {"product": "B"}],
            "sales": [{"date": day, "product": "B", "site": "S", "customer": "K", "quantity": 1}],
            "forecasts": [
                {
                    "cycle": date(2026, 7, 1),
                    "stream": "consensus",
                    "month": day,
                    "product": "A",
                    "site": "S",
                    "quantity": 5,
                }
            ],
        }
    )
    evidence = run("query_kpi", {"kpi": "wmape", "by": "product"}, ToolContext(facts))
    assert "is not defined: there is nothing to divide by" in evidence.summary
    assert "No row has a figure." in evidence.summary
    assert all(fact.name != "wmape" for fact in evidence.facts)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"kpi": "otiff"}, UnknownName, "No KPI named 'otiff'. Did you mean 'OTIF'"),
        ({"kpi": "revenue", "family": "Juce"}, UnknownName, "Did you mean 'Juice'"),
        ({"kpi": "wmape", "stream": "sale"}, UnknownName, "Did you mean 'sales'"),
        ({"kpi": "wmape", "customer": "C01"}, BadRequest, "cannot be narrowed to one customer"),
        ({"kpi": "otif", "by": "resource"}, BadRequest, "cannot be split by resource"),
        ({"kpi": "revenue", "start": "2027-03"}, DataProblem, "no data for Revenue in March 2027"),
        ({"kpi": "revenue", "month": "2026-03"}, BadRequest, "has no argument 'month'"),
        ({"kpi": "utilisation", "resource": "L9"}, UnknownName, "No resource named 'L9'"),
        ({"kpi": "days_of_cover", "end": "2026-03"}, BadRequest, "looks ahead"),
    ],
)
def test_what_cannot_be_answered_says_what_to_change(ask, arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        ask(**arguments)


def test_a_stream_needs_published_forecasts(company_of):
    facts = company_of({"products": [{"product": "A"}], "sales": []})
    with pytest.raises(PlanningError, match="no table 'forecasts'"):
        run("query_kpi", {"kpi": "wmape", "stream": "sales"}, ToolContext(facts))


def test_a_regional_person_is_told_the_limit_not_that_there_is_nothing(demo):
    north = ToolContext(demo.narrowed(Scope(regions=frozenset({"North"}))))
    evidence = run("query_kpi", {"kpi": "revenue"}, north)
    assert evidence.summary.endswith("(You see region North only.)")
    with pytest.raises(NotPermitted, match="not kept at that level"):
        run("query_kpi", {"kpi": "wmape"}, north)
    with pytest.raises(NotPermitted, match="You may not see region 'South'"):
        run("query_kpi", {"kpi": "revenue", "region": "South"}, north)


def test_the_same_question_gives_the_same_evidence(ask):
    assert ask(kpi="otif", by="month").id == ask(kpi="otif", by="month").id


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (-8.15, "%", "-8.2 %"),
        (-0.04, "%", "0.0 %"),
        (1.25, "pp", "1.2 percentage points"),
        (1234567.8, "EUR", "EUR 1,234,568"),
        (1.0, "case", "1 case"),
        (2400.4, "case", "2,400 cases"),
        (3, "box", "3 boxes"),
        (12.5, "days", "12.5 days"),
        (12.0, "days", "12 days"),
        (1, "months", "1 month"),
        (0.967, "1", "0.97"),
        (7, None, "7.00"),
        (5.6, "kg", "6 kg"),
    ],
)
def test_figures_are_written_as_a_planner_reads_them(value, unit, words):
    assert wording.figure(value, unit) == words


def test_stretches_and_lists_are_written_in_words():
    march, may = date(2027, 3, 1), date(2027, 5, 1)
    assert wording.period(march, march) == "in March 2027"
    assert wording.period(march, may) == "from March 2027 to May 2027"
    assert wording.day(date(2027, 3, 4)) == "4 March 2027"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed([]) == ""
    assert [wording.plural(n, 2) for n in ("day", "family", "box")] == ["days", "families", "boxes"]


def test_what_others_may_see_is_not_said_to_be_missing(demo):
    north = demo.narrowed(Scope(regions=frozenset({"North"})))
    with pytest.raises(NotPermitted, match="region North only"):
        run("query_kpi", {"kpi": "inventory_value", "site": "DC-SOUTH"}, ToolContext(north))


def test_the_scope_an_answer_states_is_a_fact_of_it(demo, unsupported):
    north = demo.narrowed(Scope(regions=frozenset({"North"})))
    evidence = run("query_kpi", {"kpi": "revenue"}, ToolContext(north))
    assert "region North only" in evidence.summary
    assert unsupported(evidence, demo) == []
