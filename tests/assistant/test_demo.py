"""The demo company through the whole path: built-in analyst, notes, decisions, receipts."""

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request

import pytest
from typer.testing import CliRunner

from assistant.commands import app
from assistant.grounding import check
from assistant.store.records import read_evidence
from assistant.viewpoints import vocabulary
from assistant.wiring import Workshop, ensure_demo
from tools import registry


@pytest.fixture
def petra(conversation):
    return conversation.person("petra")


def test_a_question_is_answered_from_the_data_with_every_figure_traced(conversation, petra):
    answer = conversation.ask("Is L3 overloaded in March 2027?", petra)
    assert answer.status == "answered"
    assert answer.model == "built-in analyst"
    assert "118" in answer.text
    assert answer.claims
    assert all(claim.source != "none" for claim in answer.claims)
    assert conversation.replay(answer.receipt, petra).same


def test_a_thread_carries_what_was_spoken_of(conversation, petra):
    first = conversation.ask("Is L3 overloaded in March 2027?", petra)
    second = conversation.ask("and in April?", petra, thread=first.thread)
    assert "April 2027" in second.text
    assert second.evidence[0].request["resource"] == "L3"


def test_notes_are_found_and_cited_and_restricted_ones_only_by_executives(conversation):
    texts = {}
    for who in ("elena", "petra"):
        notes = conversation.store.notes.notes(restricted=who == "elena")
        texts[who] = len(notes)
        answer = conversation.run_tool(
            "search_notes", {"query": "promotion on line 3"}, conversation.person(who)
        )
        assert answer.passages
    assert texts["elena"] > texts["petra"]


def test_a_note_found_then_is_found_again_when_notes_were_added_since(workshop, petra, tmp_path):
    conversation = workshop.conversation
    answer = conversation.ask("What was said about line 3 in the supply meeting?", petra)
    assert answer.citations
    later = tmp_path / "later.md"
    later.write_text("---\ndate: 2026-11-01\nmeeting: supply\n---\n\nLine 3 and line 3 again.\n")
    workshop.notes.add([later])
    assert conversation.replay(answer.receipt, petra).same


def test_the_demo_is_made_once(workshop):
    before = (workshop.home.current_id, workshop.store.notes.last_seq())
    ensure_demo(workshop)
    assert (workshop.home.current_id, workshop.store.notes.last_seq()) == before


def test_a_demo_that_was_interrupted_is_made_again(tmp_path, workshop):
    (workshop.home.folder / "current").unlink()
    decisions = len(workshop.store.decisions.decisions(restricted=True))
    again = Workshop(workshop.settings, workshop.now)
    ensure_demo(again)
    assert again.home.current().company.name == "Kaito Beverages"
    assert len(again.store.decisions.decisions(restricted=True)) == decisions


@pytest.fixture
def _here(workshop, monkeypatch):
    monkeypatch.setenv("SOP_HOME", str(workshop.home.folder))


@pytest.mark.usefixtures("_here")
def test_the_demo_answers_its_three_questions_and_offers_three_more():
    result = CliRunner().invoke(app, ["demo", "--no-serve", "--json"])
    assert result.exit_code == 0, result.stderr
    assert [answer["status"] for answer in json.loads(result.stdout)["answers"]] == ["answered"] * 3
    shown = CliRunner().invoke(app, ["demo", "--no-serve"]).stdout
    assert shown.count("sop ask ") == 3


@pytest.mark.usefixtures("_here")
def test_notes_are_added_once_and_found(tmp_path):
    note = tmp_path / "supply.md"
    note.write_text("---\ndate: 2026-11-01\nmeeting: supply\n---\n\nThe zeppelin arrives late.\n")
    added = CliRunner().invoke(app, ["notes", "add", str(note), "--json"])
    assert len(json.loads(added.stdout)["added"]) == 1
    assert "0 notes added" in CliRunner().invoke(app, ["notes", "add", str(note)]).stdout
    found = CliRunner().invoke(app, ["notes", "search", "when does the zeppelin arrive?"])
    assert "zeppelin arrives late" in found.stdout


def test_the_page_is_served_on_the_next_free_port(workshop):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        served = subprocess.Popen(
            [sys.executable, "-m", "assistant", "serve", "--port", str(taken)],
            env={**os.environ, "SOP_HOME": str(workshop.home.folder)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            said = [served.stdout.readline(), served.stdout.readline()]
            address = re.search(r"http://\S+", said[1]).group()
            with urllib.request.urlopen(address, timeout=60) as page:
                text = page.read().decode()
        finally:
            served.terminate()
            served.communicate()
    assert f"Port {taken} is taken" in said[0]
    assert "Kaito Beverages" in text


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(
    ("variables", "found", "code"),
    [
        ({}, "built-in analyst; nothing leaves this machine", 0),
        ({"SOP_HOST": "0.0.0.0"}, "where others can reach it", 0),
        ({"SOP_SLACK_BOT_TOKEN": "xoxb-1"}, "SOP_SLACK_SIGNING_SECRET is not set", 1),
        ({"SOP_SLACK_BOT_TOKEN": "xoxb-1", "SOP_SLACK_SIGNING_SECRET": "s"}, "http mode is set", 0),
        ({"SOP_MODEL": "openai:x", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"},
         "x cannot be reached at http://127.0.0.1:1/v1", 1),
        ({"SOP_DATABASE_URL": "nonsense"}, "not a database address", 1),
        ({"SOP_EMBEDDING": "minilm2"}, "Did you mean 'minilm'", 1),
    ],
)  # fmt: skip
def test_the_check_up_finds_what_is_wrong(variables, found, code, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == code, result.output
    assert found in result.stdout


@pytest.mark.usefixtures("_here")
def test_the_command_asks_and_replays():
    asked = CliRunner().invoke(
        app, ["ask", "Is L3 overloaded in March 2027?", "--as", "petra", "--json"]
    )
    assert asked.exit_code == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["status"] == "answered"
    shown = CliRunner().invoke(app, ["replay", answer["receipt"], "--as", "petra"])
    assert shown.exit_code == 0
    assert "Same evidence as then: 1 of 1 calls." in shown.stdout
    again = CliRunner().invoke(app, ["replay", answer["receipt"], "--as", "petra", "--json"])
    assert json.loads(again.stdout)["same"]


def test_a_drafted_decision_is_approved_and_then_found(conversation, petra):
    draft = "Draft a decision to add a Saturday shift on L3, owner Sven, due 15 December 2026"
    answer = conversation.ask(draft, petra)
    (pending,) = answer.proposals
    assert pending.proposal.body["owner"] == "sven"
    conversation.approve(pending.id, petra, "terminal")
    found = conversation.run_tool("find_decisions", {"owner": "sven"}, petra)
    assert pending.proposal.title in str(found.table)


REQUESTS = [
    ("describe_data", {}),
    ("query_kpi", {"kpi": "wmape", "by": "family"}),
    ("forecast_demand", {"family": "Juice", "months": 3}),
    ("check_capacity", {"resource": "L3"}),
    ("project_inventory", {"only": "at_risk"}),
    ("plan_supply", {"months": 3}),
    ("plan_aggregate", {"family": "Juice"}),
    ("plan_requirements", {"product": "CMP-CITRUS"}),
    ("segment_products", {}),
    ("promise_order", {"product": "ICP-050-12", "quantity": 5000, "site": "DC-WEST"}),
    ("run_scenario", {"levers": [{"kind": "demand", "percent": 10}], "months": 3}),
    ("compare_plans", {}),
    ("review_demand", {}),
    ("reconcile_forecast", {}),
    ("estimate_uplift", {}),
    ("review_overrides", {}),
    ("size_stock", {}),
    ("place_safety_stock", {}),
    ("size_lots", {"product": "COL-033-24"}),
    ("plan_in_full", {"months": 3}),
    ("explain_late", {"product": "COL-033-24"}),
    ("find_relaxations", {"overtime": False, "months": 4}),
    (
        "draft_override",
        {"product": "COL-033-24", "start": "2027-03", "percent": 10, "reason": "new listing"},
    ),
    ("draft_plan_of_record", {"title": "November plan"}),
    ("find_plans_of_record", {}),
    ("explain_change", {}),
    ("assess_risk", {"months": 2, "runs": 50}),
    ("plan_in_money", {}),
    ("show_grid", {}),
    ("rank_exceptions", {}),
    ("search_notes", {"query": "promotion on line 3"}),
    ("find_decisions", {}),
    ("draft_decision", {"title": "Add a shift on L3", "owner": "sven"}),
    ("draft_minutes", {}),
]


def test_the_evidence_of_every_tool_survives_being_kept_and_states_only_its_facts(conversation):
    elena = conversation.person("elena")
    names = vocabulary(conversation.snapshot(elena))
    assert set(registry.all_tools()) <= {tool for tool, _ in REQUESTS}
    for tool, request in REQUESTS:
        if tool not in registry.all_tools():
            continue
        evidence = conversation.run_tool(tool, request, elena)
        record = json.loads(json.dumps(evidence.to_dict()))
        assert read_evidence(record).to_dict() == evidence.to_dict(), tool
        checked = check(
            evidence.summary,
            evidence=[evidence],
            question="",
            vocabulary=names,
            today=conversation.company.as_of,
        )
        assert checked.ok, (tool, checked.unsupported)
