"""The cases are well written, and the grader passes right answers and stops wrong ones."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from langchain_core.messages import AIMessage, BaseMessage

from assistant.agent import Agent, Brain
from assistant.answer import Answer
from assistant.conversation import Conversation
from assistant.models import ScriptedModel, calls, says
from assistant.settings import Settings
from assistant.store.conversations import Call
from assistant.wiring import Workshop
from assistant.wording import WITHHELD
from evals import cases as bench
from evals.case_files import CASES, Case, CaseProblem, CaseTurn, Truth, read_cases, split_of
from evals.case_runs import Examiner, Outcome, Trial, drawn, exhaustive
from evals.grading import Grader, Known, contains
from planning_engine.data import sample
from planning_engine.data.importing import import_source
from tools import registry
from tools.context import ToolContext
from tools.evidence import Evidence, Fact, Passage

MARCH = {"resource": "L3", "month": date(2027, 3, 1)}
LOAD = Truth(tool="check_capacity", request={"resource": "L3"}, fact="load", about=MARCH)
TEXT = "L3 (Line 3 cans) is over its hours in March 2027: 118.0 %."


@pytest.fixture(scope="module")
def grader(demo) -> Grader:
    return Grader(demo)


def turn(**changes: object) -> CaseTurn:
    return CaseTurn.model_validate(
        {"ask": ["l3?"], "status": "answered", "tools": {"check_capacity": {"resource": "L3"}}}
        | changes
    )


def made(tool: str = "check_capacity", **arguments: object) -> Call:
    return Call("c1", tool, arguments or {"resource": "L3"}, evidence="ev_1")


def known() -> list[list[Known]]:
    about = {"resource": "L3", "month": "2027-03-01"}
    return [[Known(LOAD, Fact("load", 117.973, "%", about))]]


def faults(grader: Grader, written: CaseTurn, answer: Answer, *given: Call) -> tuple[str, ...]:
    return grader.faults(written, answer, given or (made(),), known())


# The grader


def test_a_right_answer_passes(grader):
    assert faults(grader, turn(), Answer(TEXT, "answered")) == ()


def test_a_wrong_status_is_told(grader):
    (fault,) = faults(grader, turn(), Answer(TEXT, "failed"))
    assert fault == "status is failed, expected answered"


def test_a_missing_tool_is_told(grader):
    (fault,) = faults(grader, turn(), Answer(TEXT, "answered"), made("plan_supply", months=6))
    assert fault == "check_capacity was not called"


def test_a_wrong_argument_is_told(grader):
    (fault,) = faults(grader, turn(), Answer(TEXT, "answered"), made(resource="L4"))
    assert fault == "check_capacity was not called with {'resource': 'L3'}"


@pytest.mark.parametrize(
    "text",
    [
        "L3 is over its hours in March 2027.",
        "L3 is at 117.0 % in March 2027.",
        "L3 needs 118.0 hours in March 2027.",
        "L3 is at 18.0 % in March 2027.",
        "L3 is at 1180 % in March 2027.",
    ],
)
def test_a_figure_that_is_missing_or_another_is_told(grader, text):
    (fault,) = faults(grader, turn(), Answer(text, "answered"))
    assert fault == "the answer does not state load 118 % (L3, 2027-03-01)"


@pytest.mark.parametrize("text", ["L3 is at 118 % in March.", "In March 2027: 117.97 % on L3."])
def test_a_figure_counts_at_any_rounding_that_still_says_it(grader, text):
    assert faults(grader, turn(), Answer(text, "answered")) == ()


def test_one_of_several_truths_is_enough(grader):
    ways = [[*known()[0], Known(LOAD, Fact("overflow", 51.3, "hours"))]]
    for text in (TEXT, "L3 lacks 51.3 hours."):
        assert grader.faults(turn(), Answer(text, "answered"), [made()], ways) == ()
    (fault,) = grader.faults(turn(), Answer("L3 lacks hours.", "answered"), [made()], ways)
    assert fault.endswith("load 118 % (L3, 2027-03-01) or load 51.3 hours (L3, 2027-03-01)")


def test_a_figure_rounded_to_nothing_does_not_count(grader):
    text = "MASE was 1 in 1 of 8 families."
    assert not grader.states(text, _read(grader, text), Fact("mase", 0.97, "1"))
    text = "MASE was 1.0, the value added 0.7 percentage points."
    assert grader.states(text, _read(grader, text), Fact("mase", 0.97, "1"))
    assert grader.states(text, _read(grader, text), Fact("fva", 0.6677, "pp"))


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("It runs out on 13 January 2027.", True),
        ("It runs out in January 2027.", True),
        ("It runs out on 14 January 2027.", False),
        ("It runs out in 2027.", False),
        ("It runs out in February 2027.", False),
    ],
)
def test_a_day_is_stated_by_itself_or_its_month(grader, text, stated):
    fact = Fact("first_stock_out", date(2027, 1, 13))
    assert grader.states(text, _read(grader, text), fact) is stated


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Leaf Peach 0.5 L x12 runs out first.", True),
        ("ICP-050-12 runs out first.", True),
        ("Leaf Green 0.5 L x12 runs out first.", False),
    ],
)
def test_a_thing_is_stated_by_its_id_or_the_name_people_use(grader, text, stated):
    assert grader.states(text, _read(grader, text), Fact("product", "ICP-050-12")) is stated


def _read(grader, text):
    from assistant.statements import read
    from assistant.viewpoints import vocabulary

    return read(text, vocabulary(grader.snapshot))


def test_forbidden_words_and_tools_are_told(grader):
    written = turn(forbid={"text": ["L2"], "tools": ["draft_decision"]})
    answer = Answer(f"{TEXT} So is L2.", "answered")
    found = faults(grader, written, answer, made(), made("draft_decision", title="Add a shift"))
    assert found == ("draft_decision must not be called", "the answer says 'L2'")
    assert faults(grader, written, Answer(f"{TEXT} L20 is not.", "answered")) == ()


def test_words_that_must_be_said_may_stand_in_the_suggestions(grader):
    written = turn(says=[["0.33", "the can"], "1.5 L"])
    answer = Answer(TEXT, "answered", suggestions=("Kaito Cola 0.33 L can", "Kaito Cola 1.5 L"))
    assert faults(grader, written, answer) == ()
    (fault,) = faults(grader, written, replace(answer, suggestions=("Kaito Cola 1.5 L",)))
    assert fault == "the answer does not say '0.33 or the can'"


def test_one_of_the_notes_must_be_quoted(grader):
    quoted = Passage("2026-07-15-supply.md", "Supply review", "supply", None, 1, 2, "text")
    written = turn(cites=["2026-06-16-supply", "2026-07-15-supply"])
    assert faults(grader, written, Answer(TEXT, "answered", citations=(quoted,))) == ()
    (fault,) = faults(grader, written, Answer(TEXT, "answered"))
    assert fault == "the answer quotes none of 2026-06-16-supply, 2026-07-15-supply"


def test_an_answer_whose_own_words_were_withheld_does_not_pass(grader):
    (fault,) = faults(grader, turn(), Answer(f"{TEXT}\n\n{WITHHELD}", "answered"))
    assert fault == "its own wording was withheld, because part of it rests on nothing"


@pytest.mark.parametrize(
    ("tool", "expected", "given", "fits"),
    [
        ("check_capacity", {"resource": "L3"}, {"resource": "line 3 cans"}, True),
        ("check_capacity", {"months": 6}, {"resource": "L3"}, True),
        ("check_capacity", {"months": 6}, {"months": 12}, False),
        ("check_capacity", {"start": "2027-03"}, {"start": "2027-03-15"}, True),
        ("check_capacity", {"start": date(2027, 3, 1)}, {"start": "2027-03"}, True),
        ("check_capacity", {"resource": ["L3", None]}, {}, True),
        ("check_capacity", {"resource": None}, {"resource": "L3"}, False),
        ("query_kpi", {"kpi": "fva"}, {"kpi": "forecast value added"}, True),
        ("query_kpi", {"kpi": ["wmape", "bias"]}, {"kpi": "otif"}, False),
        (
            "query_kpi",
            {"product": "Kaito Cola 1.5 L x6"},
            {"kpi": "otif", "product": "col-150-06"},
            True,
        ),
        ("find_decisions", {"owner": "bruno"}, {"owner": "Bruno Keil"}, True),
        ("search_notes", {"query": "citrus supplier"}, {"query": "Supplier of citrus"}, True),
        ("search_notes", {"query": "citrus supplier"}, {"query": "late supplier"}, False),
        ("reconcile_forecast", {"level": ["family", "site"]}, {"level": ["family", "site"]}, True),
        ("reconcile_forecast", {"level": ["family", "site"]}, {"level": ["family"]}, False),
        ("check_capacity", {"resource": "L3"}, {"resource": "L3", "colour": "red"}, True),
    ],
)
def test_arguments_agree_by_what_they_name(grader, tool, expected, given, fits):
    assert grader.fits(tool, expected, given) is fits


UP = {"kind": "demand", "family": "Juice", "percent": 10}
OUT = {"kind": "resource_out", "resource": "L3", "start": "2027-03", "end": "2027-03"}


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ([UP, OUT], True),
        ([{**OUT, "resource": "Line 3 cans"}, {**UP, "percent": 10.0}], True),
        ([UP], False),
        ([UP, OUT, UP], False),
        ([{**UP, "percent": 20}, OUT], False),
        ([UP, {**OUT, "end": "2027-04"}], False),
    ],
)
def test_exactly_the_expected_levers_must_be_pulled(grader, given, fits):
    assert grader.fits("run_scenario", {"levers": [UP, OUT]}, {"levers": given}) is fits


def test_scenarios_agree_by_their_levers_whatever_they_are_called(grader):
    expected = {"scenarios": [{"levers": [UP]}, {"levers": [OUT]}]}
    given = [{"name": "x", "levers": [OUT]}, {"name": "y", "levers": [UP]}]
    assert grader.fits("compare_plans", expected, {"scenarios": given})
    assert not grader.fits("compare_plans", expected, {"scenarios": given[:1]})


def test_a_truth_is_the_first_fact_about_what_it_says(grader, demo):
    evidence = registry.run("check_capacity", {"resource": "L3"}, ToolContext(demo))
    fact = grader.fact_of(LOAD, evidence)
    assert fact
    assert fact.value == pytest.approx(118.0, abs=0.05)
    assert grader.fact_of(LOAD.model_copy(update={"about": {"resource": "L4"}}), evidence) is None
    assert grader.fact_of(LOAD, Evidence("")) is None


def test_words_are_found_whole_and_in_any_case():
    assert contains("see l2.", "L2")
    assert not contains("see L20", "L2")
    assert contains("5 % of it", "%")


# The files


@pytest.fixture(scope="module")
def written() -> tuple[Case, ...]:
    return read_cases()


def test_there_are_enough_cases_in_enough_wordings(written):
    assert len(written) >= 80
    assert all(len(turn.ask) >= 4 for case in written for turn in case.turns)
    groups = Counter(case.group for case in written)
    assert groups["multiturn"] >= 8
    assert sum(groups[name] for name in ("askback", "notindata", "notpermitted")) >= 18
    assert all(groups[name] >= 6 for name in ("askback", "notindata", "notpermitted"))


def test_every_kpi_is_asked_for(written):
    from planning_engine import kpis

    asked = {
        kpi
        for case in written
        for turn in case.turns
        for arguments in turn.tools.get("query_kpi", ())
        for kpi in ([arguments["kpi"]] if isinstance(arguments["kpi"], str) else arguments["kpi"])
    }
    assert set(kpis.catalogue()) <= asked


def test_no_wording_stands_in_two_cases_unless_another_person_asks(written):
    seen: Counter[tuple[str, str, str]] = Counter()
    for case in (case for case in written if len(case.turns) == 1):
        for wording in case.turns[0].ask:
            seen[wording.casefold(), case.person, case.company] += 1
    assert [entry for entry, count in seen.items() if count > 1] == []


def test_both_halves_of_the_wordings_are_large(written):
    halves = Counter(split_of(text) for case in written for turn in case.turns for text in turn.ask)
    assert min(halves.values()) > 0.4 * sum(halves.values())


class Decided:
    def decisions(self):
        return sample.decisions()


def test_every_truth_of_the_figures_is_a_fact_the_engine_gives(written, demo):
    quick = ("query_kpi", "check_capacity", "project_inventory", "describe_data")
    grader, context = Grader(demo), ToolContext(demo, decisions=Decided())
    for case in written:
        if case.source or case.person not in ("planner", "elena"):
            continue
        for truth in (truth for turn in case.turns for ways in turn.truth for truth in ways):
            if truth.tool in quick:
                evidence = registry.run(truth.tool, truth.request, context)
                assert grader.fact_of(truth, evidence), (case.id, truth)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("id: [", "is not YAML"),
        ("id: x", "must be a list of cases"),
        ("- 3", "case 1: a case is a mapping"),
        ("- {id: a, turns: []}", "case 'a': turns: tuple should have at least 1 item"),
        ("- {id: A b, turns: [{ask: [x], status: answered}]}", "case 'A b': id"),
        ("- {id: a, turns: [{ask: [x], status: sure}]}", "status 'sure' is not one of answered"),
        ("- {id: a, turns: [{ask: [x], status: answered, tols: {}}]}", "'tols' is not a key"),
        (
            "- {id: a, turns: [{ask: [x], status: answered, tools: {query_kpis: {}}}]}",
            "case 'a', turn 1: there is no tool 'query_kpis'",
        ),
        (
            "- {id: a, turns: [{ask: [x], status: answered, tools: {query_kpi: {kpis: otif}}}]}",
            "query_kpi has no argument 'kpis'",
        ),
        (
            "- {id: a, turns: [{ask: [x], status: answered, truth: [{tool: query_kpi, fact: a}]}]}",
            "the truth cannot be asked for",
        ),
        (
            "- {id: a, company: nowhere, turns: [{ask: [x], status: answered}]}",
            "there is no company folder",
        ),
        (
            "- {id: a, turns: [{ask: [x], status: answered}]}\n"
            "- {id: a, turns: [{ask: [x], status: answered}]}",
            "Case 'a' stands in bad and bad",
        ),
    ],
)
def test_a_bad_case_file_is_told_by_file_and_case(tmp_path, content, sentence):
    file = tmp_path / "bad.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CaseProblem) as problem:
        read_cases(file)
    assert "bad" in str(problem.value)
    assert sentence in str(problem.value)


def test_a_missing_case_file_is_wrong_usage(tmp_path, capsys):
    assert bench.main(["--cases", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml cannot be read" in capsys.readouterr().err


# The runs


REVENUE = {"kpi": "revenue"}


@pytest.fixture
def examiner(tmp_path) -> Examiner:
    """A conversation on the small company, with a model that always asks for the revenue."""
    parts = Workshop(Settings(home=tmp_path / "home"))
    report = import_source(str(CASES / "two_tables"), store=parts.home.snapshots)
    assert report.snapshot
    parts.home.use(report.snapshot)

    def policy(messages: list[BaseMessage], tools: tuple[str, ...]) -> AIMessage:
        if messages[-1].type != "tool":
            return calls("query_kpi", REVENUE)
        return says(json.loads(str(messages[-1].content))["summary"])

    agent = Agent(Brain("scripted", ScriptedModel(policy=policy)), "You answer planners.")

    class Agents:
        def agent(self, *_: object) -> Agent:
            return agent

    return Examiner(Conversation(parts.home, parts.store, parts.note_source, Agents()))


def case(**changes: object) -> Case:
    truth = {"tool": "query_kpi", "request": REVENUE, "fact": "revenue"}
    first = {
        "ask": ["revenue?", "sales value?"],
        "status": "answered",
        "tools": {"query_kpi": REVENUE},
        "truth": [truth],
    }
    return Case.model_validate({"id": "a", "group": "g", "turns": [first | changes]})


def test_a_right_conversation_passes_and_a_wrong_one_says_why(examiner):
    right = examiner.examine(Trial(case(), 0, ("revenue?",)))
    assert right.passed
    wrong = examiner.examine(Trial(case(tools={"query_kpi": {"kpi": "margin"}}), 1, ("x",)))
    assert wrong.faults[0] == "query_kpi was not called with {'kpi': 'margin'}"
    assert wrong.said[0].startswith("query_kpi {'kpi': 'revenue'} → Revenue")


def test_each_turn_is_graded_and_named(examiner):
    (first,) = case().turns
    two = Case(id="b", turns=(first, first.model_copy(update={"status": ("refused",)})))
    outcome = examiner.examine(Trial(two, 0, ("revenue?", "and now?")))
    assert outcome.faults == ("turn 2: status is answered, expected refused",)


def test_a_truth_that_the_engine_does_not_give_fails_the_case_and_says_so(examiner):
    nothing = Truth(tool="query_kpi", request=REVENUE, fact="profit")
    (fault,) = examiner.examine(Trial(case(truth=[nothing.model_dump()]), 0, ("x",))).faults
    assert fault.startswith("the case is wrong: g, case 'a': query_kpi")
    assert fault.endswith("has no fact 'profit' about everything.")
    refused = Truth(tool="check_capacity", fact="load")
    (fault,) = examiner.examine(Trial(case(truth=[refused.model_dump()]), 0, ("x",))).faults
    assert fault.startswith("the case is wrong: g, case 'a': no truth: ")


def test_draws_are_the_same_for_a_seed_and_all_uses_every_wording():
    cases = [case(ask=[f"wording {number}" for number in range(12)])]
    assert drawn(cases, 5, "all", 1) == drawn(cases, 5, "all", 1)
    assert drawn(cases, 5, "all", 1) != drawn(cases, 5, "all", 2)
    assert {trial.wordings[0] for trial in exhaustive(cases, "all")} == set(cases[0].turns[0].ask)


def test_the_two_splits_share_no_wording_and_leave_none_out():
    cases = [case(ask=[f"wording {number}" for number in range(12)])]
    halves = [
        {trial.wordings[0] for trial in exhaustive(cases, split)} for split in ("tuning", "test")
    ]
    assert halves[0] & halves[1] == set()
    assert halves[0] | halves[1] == set(cases[0].turns[0].ask)


def outcomes(*passed: str) -> list[Outcome]:
    """Give outcomes by a letter for the case, small when it failed."""
    return [
        Outcome(
            Trial(case().model_copy(update={"id": letter.lower()}), number, ("x",)),
            () if letter.isupper() else ("wrong",),
        )
        for number, letter in enumerate(passed)
    ]


def test_pass_one_counts_trials_and_pass_k_counts_cases():
    result = bench.summed(outcomes("A", "A", "B", "b"), runs=2, split="all")
    assert result.values["pass1"] == 0.75
    assert result.values["passk"] == 0.5
    assert result.values["cases"] == 2
    assert result.values["groups"]["g"]["trials"] == 4
    assert [entry["case"] for entry in result.values["failed"]] == ["b"]
    assert result.rows[-1][0] == "all"


def test_the_interval_is_wilsons():
    # Worked in Newcombe (1998), table I: 81 of 263 is 0.2553 to 0.3662.
    assert bench.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert bench.wilson(0, 20)[0] == 0.0
    assert bench.wilson(20, 20)[1] == 1.0


def test_the_bench_runs_whole_on_a_company_folder(tmp_path, capsys):
    file = tmp_path / "small.yaml"
    entry = {
        "id": "small-revenue",
        "company": str(CASES / "two_tables"),
        "turns": [{"ask": ["What was our revenue?"], "status": "answered"}],
    }
    file.write_text(yaml.safe_dump([entry]), encoding="utf-8")
    code = bench.main(["--cases", str(file), "--model", "analyst", "--runs", "2", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert {"pass1", "passk", "runs", "cases", "groups", "failed", "cores", "bar"} <= said.keys()
    assert said["runs"] == 2
    assert said["bar"] == {"pass1": {"at_least": 0.95}}
    assert code == (0 if said["pass1"] >= 0.95 else 1)


def test_the_folder_of_cases_is_where_the_bench_looks():
    assert Path(bench.__file__).parent / "cases" == CASES
