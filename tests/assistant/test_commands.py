"""The commands: one JSON object on stdout, a sentence for what goes wrong, the exit code."""

import json
import shutil
import socket
import sqlite3
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from assistant.answer import PendingProposal
from assistant.approvals import with_decision_id
from assistant.commands import app
from assistant.commands.servers import listen
from assistant.company_home import CompanyHome
from assistant.store.decision_log import StoredProposal
from assistant.store.state import Store
from planning_engine.cycles.decisions import Decision
from tools.evidence import Proposal

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def sop(home, monkeypatch):
    """Return the command line, run on the lemonade company."""
    monkeypatch.setenv("SOP_HOME", str(home.folder))
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("SOP_MODEL", "SOP_PERSON", "SOP_DATABASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, code: int = 0):
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code == code, result.output + result.stderr
        return result

    return run


def told(result) -> dict:
    """Return the one JSON object on stdout."""
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


@pytest.fixture
def proposal(store) -> str:
    pending = PendingProposal("p_abc", Proposal("decision", "Shift", {"title": "Shift"}), "ev_1")
    stored = with_decision_id(StoredProposal(pending, "r_1", "sam", NOON, "web"))
    with store.database.writing() as connection:
        store.decisions.propose(connection, stored)
    return "p_abc"


# Tools


def test_a_tool_runs_and_prints_its_evidence(sop):
    evidence = told(sop("tool", "query_kpi", '{"kpi": "sales_quantity"}', "--json"))
    assert evidence["id"].startswith("ev_")
    assert evidence["tool"] == "query_kpi"
    assert evidence["facts"]
    shown = sop("tool", "query_kpi", '{"kpi": "sales_quantity"}')
    assert evidence["summary"].split()[0] in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("query_kpy", "{}"), "No tool named 'query_kpy'. Did you mean 'query_kpi'?"),
        (("query_kpi", '{"kpi": "otif", "moths": 3}'), "no argument 'moths'"),
        (("query_kpi", "{"), "The request is not valid JSON"),
        (("query_kpi", "[1]"), "must be a JSON object"),
        (("query_kpi", "{}"), "kpi: is needed"),
        (("plan_in_money", '{"months": -2}'), "(months: give 1 or more)."),
        (("run_scenario", '{"levers": [{"kind": "x"}]}'), "levers.0: there is no kind 'x'; choose"),
    ],
)
def test_a_wrong_tool_call_is_misuse(sop, arguments, sentence):
    result = sop("tool", *arguments, code=2)
    assert sentence in result.stderr
    error = told(sop("tool", *arguments, "--json", code=2))["error"]
    assert sentence in error["message"]


def test_a_table_the_data_lacks_is_a_failure_not_misuse(sop):
    result = sop("tool", "query_kpi", '{"kpi": "otif"}', code=1)
    assert "no table 'orders'" in result.stderr


def test_the_tools_are_listed(sop):
    assert "query_kpi" in told(sop("tool", "list", "--json"))


def test_somebody_may_be_asked_for_by_name(sop):
    result = sop("tool", "query_kpi", '{"kpi": "sales_quantity"}', "--as", "sam")
    assert "region North only" in result.stdout
    assert "Did you mean 'sam'" in sop("tool", "query_kpi", "{}", "--as", "same", code=2).stderr


# Questions


def test_an_empty_or_endless_question_is_misuse(sop, home):
    assert "The question is empty" in sop("ask", " ", code=2).stderr
    assert "at most 4,000" in sop("ask", "x" * 4001, code=2).stderr
    assert not list(home.folder.glob("state.db")) or _turns(home) == 0


def test_no_data_says_what_to_run(sop, home):
    shutil.rmtree(home.folder)
    assert "sop demo" in sop("ask", "Hello", code=1).stderr


def test_a_deleted_snapshot_says_what_to_run(sop, home):
    shutil.rmtree(home.snapshots)
    assert "sop import" in sop("ask", "Hello", code=1).stderr


def test_an_unknown_receipt_is_misuse(sop):
    assert "No receipt named 'r_none'" in sop("replay", "r_none", code=2).stderr


# Decisions


def test_decisions_and_open_proposals_are_listed(sop, proposal):
    listed = told(sop("decisions", "--json"))
    assert listed["decisions"] == []
    assert [entry["id"] for entry in listed["open_proposals"]] == [proposal]
    assert proposal in sop("decisions", "list").stdout


def test_a_proposal_is_approved_under_a_name_and_shown_with_its_log(sop, proposal):
    assert (
        "Approved by Elena Marsh" in sop("decisions", "approve", proposal, "--as", "elena").stdout
    )
    (decision,) = told(sop("decisions", "list", "--json"))["decisions"]
    shown = told(sop("decisions", "show", decision["id"], "--json"))
    assert [event["person"] for event in shown["events"]] == ["elena"]
    exported = told(sop("decisions", "export"))
    assert exported["decisions"][0]["events"][0]["evidence"] == ["ev_1"]


def test_who_may_not_approve_is_refused(sop, proposal):
    result = sop("decisions", "approve", proposal, "--as", "dana", code=1)
    assert "Dana Wolff may not decide" in result.stderr


def test_a_rejection_needs_a_reason(sop, proposal):
    assert "--reason" in sop("decisions", "reject", proposal, code=2).stderr
    told(sop("decisions", "reject", proposal, "--reason", "Too dear.", "--json"))
    assert "already" not in sop("decisions", "list").stdout


def test_decisions_are_exported_to_a_file(sop, tmp_path, store):
    with store.database.writing() as connection:
        store.decisions.record(
            connection,
            Decision("D-1", "Add a shift", "approved"),
            "recorded",
            person="elena",
            at=NOON,
            channel="web",
        )
    out = tmp_path / "decisions.json"
    assert told(sop("decisions", "export", "--out", str(out), "--json"))["decisions"] == 1
    assert json.loads(out.read_text())["decisions"][0]["title"] == "Add a shift"


# Data


def test_a_template_is_written_filled_in_and_imported(sop, tmp_path, home):
    folder = tmp_path / "own"
    sop("template", str(folder))
    (folder / "company.toml").write_text('name = "Own"\ncurrency = "EUR"\nas_of = 2026-10-31\n')
    (folder / "products.csv").write_text("product,name\nA,Apple\n")
    (folder / "sales.csv").write_text("date,product,quantity\n2026-10-01,A,5\n")
    before = home.current_id
    report = told(sop("import", str(folder), "--json"))
    assert report["tables"]["sales"] == 1
    assert home.current_id == report["snapshot"] != before


def test_data_with_an_error_is_refused_and_what_was_in_use_stays(sop, tmp_path, home):
    before, snapshots = home.current_id, home.ids()
    (tmp_path / "company.toml").write_text('name = "Own"\ncurrency = "EUR"\nas_of = 2026-10-31\n')
    (tmp_path / "products.csv").write_text("product,name\nA,Apple\n")
    (tmp_path / "sales.csv").write_text("date,product,quantity\n2026-10-01,ZZ,5\n")
    result = sop("import", str(tmp_path), code=2)
    assert "Nothing was imported" in result.stdout
    assert (home.current_id, home.ids()) == (before, snapshots)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import", "/nowhere/at/all"), "/nowhere/at/all"),
        (("import", ".", "--set", "as_of"), "--set takes key=value"),
        (("import", ".", "--profile", "supplygraf"), "supplygraph"),
        (("forecast", "--train", "/no.csv", "--horizon", "3", "--freq", "MS", "--out", "/tmp/x"),
         "There is no file /no.csv"),
        (("frobnicate",), "No such command"),
    ],
)  # fmt: skip
def test_misuse_is_a_sentence_and_exit_code_2(sop, arguments, sentence):
    assert sentence in sop(*arguments, code=2).stderr


def test_a_table_of_series_is_forecast(sop, tmp_path):
    rows = [f"A,{2020 + m // 12}-{m % 12 + 1:02d}-01,{100 + m % 12}" for m in range(48)]
    train, out = tmp_path / "train.csv", tmp_path / "out.csv"
    train.write_text("unique_id,ds,y\n" + "\n".join(rows) + "\n")
    arguments = ["--train", str(train), "--horizon", "2", "--freq", "MS", "--out", str(out)]
    assert told(sop("forecast", *arguments, "--level", "80", "95", "--json"))["rows"] == 2
    header = out.read_text().splitlines()[0].split(",")
    assert header == ["unique_id", "ds", "mean", "lo-80", "hi-80", "lo-95", "hi-95", "method"]


# Upkeep


def test_the_check_up_lists_settings_and_says_what_is_wrong(sop, home, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("SOP_MODLE", "x")
    report = told(sop("doctor", "--json"))
    assert report["ok"]
    assert "very-secret" not in str(report)
    assert "Did you mean SOP_MODEL?" in str(report["checks"])
    (home.snapshots / str(home.current_id) / "sales.parquet").write_bytes(b"PAR1")
    result = sop("doctor", code=1)
    assert "Import the data again" in result.stdout


def test_a_backup_holds_the_state_and_can_be_unpacked(sop, home, store, tmp_path):
    out = tmp_path / "backup.tar.gz"
    assert told(sop("backup", str(out), "--json"))["bytes"] == out.stat().st_size
    shutil.unpack_archive(out, tmp_path / "back")
    back = CompanyHome(tmp_path / "back")
    assert back.current().id == home.current_id
    assert Store(f"sqlite:///{back.folder / 'state.db'}", lambda: NOON).decisions.last_seq() == 0
    assert "exists already" in sop("backup", str(out), code=2).stderr
    assert not list(tmp_path.glob(".*draft"))


def test_a_locked_database_is_a_sentence(sop, home, store, proposal, monkeypatch):
    monkeypatch.setattr("assistant.store.database.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(home.folder / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    result = sop("decisions", "approve", proposal, "--as", "elena", code=1)
    other.close()
    assert "Another process is writing" in result.stderr
    assert store.decisions.proposal(proposal).pending.status == "open"


def test_a_wrong_setting_is_misuse(sop, monkeypatch):
    monkeypatch.setenv("SOP_PORT", "eighty")
    assert "SOP_PORT cannot be 'eighty'" in sop("decisions", code=2).stderr


def test_the_next_free_port_is_taken():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with listen("127.0.0.1", port) as free:
            assert free.getsockname()[1] > port


def _turns(home) -> int:
    with sqlite3.connect(home.folder / "state.db") as connection:
        return connection.execute("SELECT count(*) FROM turns").fetchone()[0]


# Plans of record


def test_plans_of_record_are_listed_and_shown(sop, home, store):
    lever = {"kind": "capacity", "resource": "L", "hours": 5}
    request = json.dumps({"title": "More hours on L", "levers": [lever], "months": 2})
    drafted = told(sop("tool", "draft_plan_of_record", request, "--json"))["proposal"]
    pending = PendingProposal("p_plan", Proposal(**drafted), "ev_1")
    with store.database.writing() as connection:
        store.decisions.propose(connection, StoredProposal(pending, "r_1", "petra", NOON, "web"))
    assert told(sop("plans", "--json")) == {"plans": []}
    sop("decisions", "approve", "p_plan", "--as", "petra")
    (listed,) = told(sop("plans", "list", "--json"))["plans"]
    assert (listed["title"], listed["approved_by"]) == ("More hours on L", "petra")
    shown = told(sop("plans", "show", "--json"))
    assert shown["levers"] == [{"kind": "capacity", "resource": "L", "hours": 5.0}]
    assert "capacity L (hours 5)" in sop("plans", "show", listed["id"]).stdout
    assert "No plan of record named" in sop("plans", "show", "pl_none", code=2).stderr
