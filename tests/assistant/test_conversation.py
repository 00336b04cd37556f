"""A question becomes a checked answer that is kept whole, and can be answered again."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from assistant.agent import Brain
from assistant.models import ScriptedModel, calls, says
from assistant.store.database import StoreUnavailable
from assistant.store.state import Store
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
RIGHT = "Line L has 100 hours in November 2026."
WRONG = "Line L has 110 hours in November 2026."


@pytest.fixture
def people(home):
    return {person.id: person for person in home.current().company.people}


def brain_of(conversation) -> ScriptedModel:
    return conversation._agents.brain.chat


# Asking


def test_an_answer_carries_evidence_claims_footnotes_and_a_receipt(talk, people):
    conversation = talk(calls("count_hours", {"resource": "L"}), says(RIGHT))
    answer = conversation.ask("How many hours has L in November?", people["petra"])
    assert (answer.text, answer.status, answer.model) == (RIGHT, "answered", "scripted")
    assert [entry.tool for entry in answer.evidence] == ["count_hours"]
    hours = next(claim for claim in answer.claims if claim.text.startswith("100"))
    assert (hours.source, hours.evidence, hours.fact) == ("fact", answer.evidence[0].id, 0)
    assert answer.footnotes == (
        f"Data as of 31 October 2026 (snapshot {answer.snapshot}).",
        "Caution: One day is missing.",
    )
    assert conversation.replay(answer.receipt, people["petra"]).same


def test_the_turn_is_kept_as_it_was_answered(talk, people):
    conversation = talk(calls("count_hours", {"resource": "L"}), says(RIGHT, month="2026-11"))
    answer = conversation.ask("Hours of L?", people["petra"], thread="mine", channel="web")
    (turn,) = conversation.history("mine", people["petra"])
    assert turn.answer == answer
    assert (turn.question, turn.channel, turn.memory) == (
        "Hours of L?",
        "web",
        {"month": "2026-11"},
    )
    assert turn.calls[0].arguments == {"resource": "L"}
    assert [thread.id for thread in conversation.threads(people["petra"])] == ["mine"]


def test_what_happens_is_told_while_it_happens(talk, people):
    conversation = talk(calls("count_hours", {"resource": "L"}), says(RIGHT))
    told = []
    conversation.ask("Hours of L?", people["petra"], progress=told.append)
    assert [step.kind for step in told] == [
        "started",
        "thinking",
        "tool_started",
        "tool_progress",
        "tool_finished",
        "thinking",
        "checking",
    ]
    assert told[2].tool == "count_hours"
    assert told[2].request == {"resource": "L"}


def test_the_next_turn_hears_the_earlier_ones_with_short_results_and_memory(talk, people):
    conversation = talk(
        calls("count_hours", {"resource": "L"}), says(RIGHT, resource="L"), says("Of L?")
    )
    first = conversation.ask("Hours of L?", people["petra"])
    conversation.ask("and in April?", people["petra"], thread=first.thread)
    heard = brain_of(conversation).seen[-1][1:]
    assert [type(message) for message in heard] == [
        HumanMessage,
        AIMessage,
        ToolMessage,
        AIMessage,
        HumanMessage,
    ]
    assert heard[1].tool_calls[0]["args"] == {"resource": "L"}
    assert heard[1].tool_calls[0]["id"] == heard[2].tool_call_id
    assert "facts" not in heard[2].content
    assert heard[3].additional_kwargs["memory"] == {"resource": "L"}
    assert heard[3].text == RIGHT


@pytest.mark.parametrize("question", ["", "  \n", "\x00"])
def test_an_empty_question_is_refused(talk, people, question):
    with pytest.raises(BadRequest, match="The question is empty"):
        talk(says("Hello.")).ask(question, people["petra"])


def test_a_question_of_4000_characters_is_read_and_a_longer_one_refused(talk, people):
    conversation = talk(says("That is long."))
    assert conversation.ask("x" * 4000, people["petra"]).status == "answered"
    with pytest.raises(BadRequest, match=r"4,001 characters; at most 4,000"):
        conversation.ask("x" * 4001, people["petra"])
    assert len(conversation.store.audit.entries()) == 1


def test_without_data_nothing_is_asked_and_nothing_kept(talk, people, home):
    conversation = talk(says("Hello."))
    (home.folder / "current").unlink()
    with pytest.raises(DataProblem, match="sop demo"):
        conversation.ask("Hours of L?", people["petra"])
    assert conversation.store.audit.entries() == ()


def test_many_may_ask_at_once_also_in_one_thread(talk, people):
    def policy(messages, tools):
        told = messages[-1].type == "tool"
        return says(RIGHT) if told else calls("count_hours", {"resource": "L"})

    conversation = talk(policy=policy)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda number: conversation.ask("Hours of L?", people["petra"], f"t{number % 2}"),
                range(16),
            )
        )
    assert {answer.text for answer in answers} == {RIGHT}
    assert len({answer.receipt for answer in answers}) == 16
    assert sum(len(conversation.history(f"t{n}", people["petra"])) for n in (0, 1)) == 16


def test_a_turn_that_cannot_be_kept_is_told_and_leaves_nothing(talk, people, home):
    conversation = talk(calls("propose_shift", {"resource": "L"}), says("Proposed: a shift on L."))
    conversation.store = Store(
        f"sqlite:///{home.folder / 'state.db'}", lambda: NOON, busy_seconds=0.05
    )
    other = sqlite3.connect(home.folder / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="Another process is writing"):
        conversation.ask("Propose a shift", people["petra"], thread="mine")
    other.close()
    assert not conversation.has_thread("mine")
    assert conversation.open_proposals(people["petra"]) == ()
    assert conversation.decisions(people["petra"]) == ()


# The firewall


def test_a_wrong_number_is_worded_again_and_only_the_right_one_is_sent(talk, people):
    conversation = talk(calls("count_hours", {"resource": "L"}), says(WRONG), says(RIGHT))
    answer = conversation.ask("Hours of L?", people["petra"])
    assert answer.text == RIGHT
    feedback = brain_of(conversation).seen[-1][-1]
    assert "110" in feedback.content


def test_a_wrong_number_that_stays_wrong_is_not_sent(talk, people):
    conversation = talk(calls("count_hours", {"resource": "L"}), says(WRONG))
    answer = conversation.ask("Hours of L?", people["petra"])
    assert "110" not in answer.text
    assert RIGHT in answer.text
    assert "withheld" in answer.text
    assert answer.status == "answered"
    assert "110" not in str(conversation.history(answer.thread, people["petra"])[0].answer)


def test_a_number_without_any_evidence_is_not_sent(talk, people):
    answer = talk(says(WRONG)).ask("Hours of L?", people["petra"])
    assert "110" not in answer.text
    assert answer.status == "failed"
    assert answer.evidence == ()


def test_a_question_back_may_name_the_choices_but_no_figure(talk, people):
    asked = "Do you mean Line L or Crew, in March 2027?"
    answer = talk(says(asked)).ask("Is it full?", people["petra"])
    assert (answer.text, answer.status) == (asked, "asked_back")
    answer = talk(says("Do you mean Line L at 118 %?")).ask("Is it full?", people["petra"])
    assert "118" not in answer.text
    answer = talk(says("Line L is full. Shall I go on?")).ask("Is it full?", people["petra"])
    assert "Line L" not in answer.text


def test_a_model_that_calls_a_tool_when_corrected_is_heard(talk, people):
    conversation = talk(says(WRONG), calls("count_hours", {"resource": "L"}), says(RIGHT))
    answer = conversation.ask("Hours of L?", people["petra"])
    assert answer.text == RIGHT
    assert len(answer.evidence) == 1


def test_the_built_in_analyst_is_not_asked_to_word_again(talk, people):
    model = ScriptedModel(answers=(calls("count_hours", {"resource": "L"}), says(WRONG)))
    conversation = talk(brain=Brain("built-in analyst", model, is_language_model=False))
    answer = conversation.ask("Hours of L?", people["petra"])
    assert len(model.seen) == 2
    assert "110" not in answer.text


def test_a_model_that_says_nothing_leaves_the_tools_words(talk, people):
    answer = talk(calls("count_hours", {"resource": "L"}), says("")).ask("?", people["petra"])
    assert (answer.text, answer.status) == (RIGHT, "answered")


def test_what_the_tools_refused_is_said_when_the_models_own_words_fail(talk, people):
    answer = talk(calls("count_hours", {"resource": "LL"}), says(WRONG)).ask("?", people["petra"])
    assert answer.text == "No resource named 'LL'. Did you mean 'L'?"
    assert answer.status == "asked_back"


def test_a_regional_person_is_told_what_they_see_whoever_words_it(talk, people):
    conversation = talk(calls("query_kpi", {"kpi": "sales_quantity"}), says(WRONG))
    assert "region North only" in conversation.ask("Sales?", people["sam"]).text


# Status


def declared(text: str, status: str, *suggestions: str) -> AIMessage:
    metadata = {"status": status, "suggestions": list(suggestions)}
    return AIMessage(text, response_metadata=metadata)


def test_the_status_a_model_declares_is_kept_with_its_suggestions(talk, people):
    script = declared("Which line?", "asked_back", "Line L", "Crew")
    answer = talk(script).ask("Is it full?", people["petra"])
    assert (answer.status, answer.suggestions) == ("asked_back", ("Line L", "Crew"))


@pytest.mark.parametrize(
    ("person", "call", "said", "status"),
    [
        ("petra", ("count_hours", {"resource": "LL"}), "Did you mean L?", "asked_back"),
        ("petra", ("count_hours", {"resource": "Zeppelin"}), "There is none.", "not_in_data"),
        ("sam", ("query_regions", {}), "That tool does not exist.", "answered"),
        ("petra", None, "Which line do you mean?", "asked_back"),
        ("petra", None, "Hello.", "answered"),
    ],
)
def test_the_status_is_told_from_what_the_tools_said(talk, people, person, call, said, status):
    script = [calls(*call)] if call else []
    assert talk(*script, says(said)).ask("Is it full?", people[person]).status == status


def test_what_a_person_may_not_see_is_not_permitted_rather_than_absent(talk, people):
    # The region South has a depot; Sam sees the region North only.
    south = replace(people["sam"], scope=replace(people["sam"].scope, sites=frozenset({"D2"})))
    conversation = talk(calls("count_hours", {"resource": "L"}), says("That is not permitted."))
    assert conversation.ask("Hours of L?", south).status == "not_permitted"


# Threads


def test_another_persons_thread_is_closed(talk, people):
    conversation = talk(says("Hello."))
    conversation.ask("Hello", people["petra"], thread="mine")
    with pytest.raises(NotPermitted, match="another person's"):
        conversation.ask("Hello", people["sam"], thread="mine")
    with pytest.raises(NotPermitted, match="another person's"):
        conversation.history("mine", people["sam"])


def test_in_a_shared_slack_thread_each_is_answered_from_their_own_turns(talk, people):
    conversation = talk(says("Hello."))
    conversation.ask("A secret of Petra", people["petra"], thread="C1", channel="slack")
    conversation.ask("Hello", people["sam"], thread="C1", channel="slack")
    assert "secret" not in str(brain_of(conversation).seen[-1])
    assert len(conversation.history("C1", people["sam"])) == 1


def test_an_unknown_thread_gets_the_nearest(talk, people):
    conversation = talk(says("Hello."))
    conversation.ask("Hello", people["petra"], thread="t_abc")
    with pytest.raises(UnknownName, match="Did you mean 't_abc'"):
        conversation.history("t_abd", people["petra"])
