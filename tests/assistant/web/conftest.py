"""A real server on a free loopback port, answering from the demo company."""

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event, Thread

import duckdb
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import expect
from starlette.testclient import TestClient

from assistant.answer import Progress
from assistant.channels.web import app
from assistant.company_home import CompanyHome
from assistant.conversation import Conversation
from assistant.settings import Settings
from assistant.store.conversations import Call, Turn
from assistant.store.state import Store
from assistant.wording import Outcome
from planning_engine.data import sample
from planning_engine.data.archive import freeze
from planning_engine.data.company import parse_company
from planning_engine.data.issue import Issue
from planning_engine.errors import NotPermitted
from tools import charts
from tools.context import NoNotes, ToolContext
from tools.evidence import (
    Evidence,
    EvidenceTable,
    Fact,
    Passage,
    Proposal,
    TableColumn,
    evidence_id,
)

# A busy machine answers late; a page that never does still fails.
expect.set_options(timeout=20_000)

HOSTILE = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
CHROMIUM = Path("/usr/bin/chromium")
NOON = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)


def stamped(evidence: Evidence, tool: str, request: dict[str, object]) -> Evidence:
    """Return evidence as the registry would stamp it."""
    named = replace(evidence, tool=tool, request=request, snapshot="s_recorded")
    return replace(named, id=evidence_id(named))


def _months(count: int) -> list[date]:
    return [date(2026 + (10 + n) // 12, (10 + n) % 12 + 1, 1) for n in range(count)]


def capacity() -> Evidence:
    """Return a recorded capacity check of L3: over its hours in March at 118.2 %."""
    months = _months(6)
    required = [402.0, 388.5, 411.25, 472.5, 567.36, 430.0]
    available = [480.0, 440.0, 460.0, 460.0, 480.0, 470.0]
    rows = [
        {"month": m, "required": r, "available": a}
        for m, r, a in zip(months, required, available, strict=True)
    ]
    load = [100 * r / a for r, a in zip(required, available, strict=True)]
    return stamped(
        Evidence(
            summary="L3 is over its hours in 2 of 6 months, worst in March 2027 at 118.2 %.",
            facts=(
                Fact("months_over", 2, "months", {"resource": "L3"}),
                Fact("months", 6, "months", {"resource": "L3"}),
                *(
                    Fact("load", value, "%", {"resource": "L3", "month": m.isoformat()})
                    for m, value in zip(months, load, strict=True)
                ),
                Fact("worst_month", months[4], None, {"resource": "L3"}),
            ),
            table=EvidenceTable(
                (
                    TableColumn("resource", "text"),
                    TableColumn("month", "month"),
                    TableColumn("required_hours", "number", "hours"),
                    TableColumn("available_hours", "number", "hours"),
                    TableColumn("load", "number", "%"),
                    TableColumn("worst_product", "text"),
                ),
                tuple(
                    ("L3", m, r, a, p, "STW-050-24")
                    for m, r, a, p in zip(months, required, available, load, strict=True)
                ),
            ),
            chart=charts.load_against_hours("Hours on L3", rows),
            definition="load = required hours / available hours",
            issues=(
                Issue("calendars", "calendar_gap", "warning", 2, "L3 has no calendar on 2 days."),
                Issue("routings", "declared", "assumption", 1, "Set-up of 1 hour a lot."),
            ),
        ),
        "check_capacity",
        {"resource": "L3", "months": 6},
    )


def long_table() -> Evidence:
    """Return a recorded projection of 600 rows."""
    rows = tuple(
        (f"P-{n:03d}", "DC-NORTH", date(2026, 11, 1), 1000.5 - 3 * n, None if n % 7 else 40.0)
        for n in range(600)
    )
    return stamped(
        Evidence(
            summary="P-599 runs out first.",
            facts=(Fact("first_stock_out", "P-599", None, {"product": "P-599"}),),
            table=EvidenceTable(
                (
                    TableColumn("product", "text"),
                    TableColumn("site", "text"),
                    TableColumn("month", "month"),
                    TableColumn("closing", "number", "case"),
                    TableColumn("safety_stock", "number", "case"),
                ),
                rows,
            ),
            definition="closing = opening + supply − demand",
        ),
        "project_inventory",
        {"months": 1},
    )


def note() -> Evidence:
    """Return a recorded note search whose passages carry markup."""
    passages = (
        Passage(
            "n1", "Supply review October", "supply", date(2026, 10, 14), 12, 15,
            f"We add a Saturday shift on L3. {HOSTILE}",
        ),
        Passage(
            "n0", "Supply review September", "supply", date(2026, 9, 15), 4, 6,
            "No overtime on L3.", superseded=True,
        ),
    )  # fmt: skip
    summary = "The supply review of 14 October 2026 says: We add a Saturday shift on L3."
    facts = (Fact("held_on", date(2026, 10, 14), None, {"note": "n1"}),)
    return stamped(
        Evidence(summary=summary, facts=facts, passages=passages),
        "search_notes",
        {"query": "Saturday shift L3"},
    )


def draft() -> Evidence:
    """Return a recorded decision draft."""
    body = {
        "title": "Add a Saturday shift on L3 in March 2027",
        "owner": "sven",
        "due_on": "2027-02-15",
        "reason": "L3 is over its hours.",
        "check": {
            "measure": "hours",
            "start": "2027-03-01",
            "end": "2027-03-31",
            "resource": "L3",
            "at_least": 500,
        },
    }
    return stamped(
        Evidence(
            summary="Drafted: Add a Saturday shift on L3 in March 2027.",
            facts=(Fact("month", date(2027, 3, 1), None, {"resource": "L3"}),),
            proposal=Proposal("decision", body["title"], body),  # type: ignore[arg-type]
        ),
        "draft_decision",
        {"title": body["title"], "owner": "sven"},
    )


def hostile() -> Evidence:
    """Return evidence whose names try to become markup."""
    rows = [{"product": HOSTILE, "value": 12.0}, {"product": "=1+1", "value": 3.0}]
    return stamped(
        Evidence(
            summary=f"{HOSTILE} sold most.",
            facts=(Fact("best", HOSTILE, None, {"product": HOSTILE}),),
            table=EvidenceTable(
                (TableColumn("product", "text"), TableColumn("value", "number", HOSTILE)),
                ((HOSTILE, 12.0), ("=1+1", 3.0)),
            ),
            chart=charts.bars(HOSTILE, rows, "product", "case"),
            definition=HOSTILE,
            issues=(Issue("sales", "odd", "warning", 1, HOSTILE, (HOSTILE,)),),
        ),
        "query_kpi",
        {"kpi": "sales_quantity", "product": HOSTILE},
    )


def outcome(text: str, *evidence: Evidence, **more: object) -> Outcome:
    """Return what a loop came to, with a call for each evidence."""
    calls = tuple(
        Call(f"c{n}", e.tool, dict(e.request), e.id, e.summary) for n, e in enumerate(evidence)
    )
    return Outcome(text, evidence, calls, (), {}, **more)  # type: ignore[arg-type]


def recorded(question: str) -> Outcome:
    """Return the recorded outcome for a question, by a word in it."""
    if "both" in question:
        both = (capacity(), long_table())
        return outcome(f"{both[0].summary} **P-599** runs out first.", *both)
    if "stock" in question:
        return outcome(long_table().summary, long_table())
    if "note" in question:
        return outcome(note().summary, note())
    if "draft" in question:
        return outcome(draft().summary, draft())
    if "hostile" in question:
        return outcome(hostile().summary, hostile())
    if "which" in question:
        return outcome(
            "Which line do you mean?",
            status="asked_back",
            suggestions=("Capacity of L3", "Capacity of L4"),
        )
    if "crash" in question:
        raise RuntimeError("a bug of ours")
    if "forbidden" in question:
        raise NotPermitted("You may not see region South: your access is region North only.")
    return outcome(capacity().summary, capacity())


@dataclass
class RecordedAgent:
    """Answers with what was recorded, waiting at a gate if the question says `hold`."""

    gate: Event
    brain: object = field(default=None)

    def run(
        self,
        question: str,
        history: Sequence[Turn],
        context: ToolContext,
        listener: Callable[[Progress], None],
    ) -> tuple[Outcome, object]:
        listener(Progress("thinking", "Reading the question"))
        request = {"resource": "L3", "months": 6}
        listener(Progress("tool_started", "Checking capacity", "check_capacity", request=request))
        if "hold" in question:
            assert self.gate.wait(30)
            listener(Progress("tool_progress", "Half of it", "check_capacity", done=0.5))
        found = recorded(question)
        listener(Progress("tool_finished", "Done with capacity", "check_capacity"))
        return found, None

    def name_shown(self, found: Outcome) -> str:
        return "built-in analyst"


@dataclass
class _Brain:
    is_language_model: bool = False


class _Agents:
    def __init__(self, gate: Event) -> None:
        self._agent = RecordedAgent(gate, _Brain())

    def agent(self, snapshot: object, person: object) -> RecordedAgent:
        return self._agent


class _Silence:
    def library(self, person: object, *until: int | None) -> NoNotes:
        return NoNotes()


@pytest.fixture(scope="session")
def company_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the demo company's frozen facts."""
    home = CompanyHome(tmp_path_factory.mktemp("company"))
    tables = dict(sample.tables())
    products = tables["products"].copy()
    products.loc[products.index[-1], "name"] = HOSTILE
    tables["products"] = products
    company = parse_company(sample.company_toml())
    issues = (
        Issue("sales", "negative", "warning", 3, HOSTILE, ("sales.csv line 14: quantity = -3",)),
        Issue("stock", "stale", "note", 1, "A stock count is old."),
    )
    with duckdb.connect() as connection:
        for name, frame in tables.items():
            connection.register(name, frame)
        home.use(freeze(connection, tables, company, home.snapshots, issues=issues))
    return home.folder


@pytest.fixture
def gate() -> Iterator[Event]:
    """Return the gate at which a question that says `hold` waits; opened at the end."""
    event = Event()
    yield event
    event.set()


@pytest.fixture
def web(company_folder: Path, tmp_path: Path, gate: Event) -> FastAPI:
    """Return the application on a store of its own."""
    store = Store(f"sqlite:///{tmp_path / 'state.db'}", lambda: NOON)
    conversation = Conversation(CompanyHome(company_folder), store, _Silence(), _Agents(gate))
    return app(conversation, Settings(home=tmp_path))


@pytest.fixture
def client(web: FastAPI) -> Iterator[TestClient]:
    """Return a program on the machine, talking to the API."""
    with TestClient(web, base_url="http://127.0.0.1:8000") as found:
        yield found


@pytest.fixture
def address(web: FastAPI) -> Iterator[str]:
    """Return the address of a real server."""
    with serving(web) as found:
        yield found


@pytest.fixture
def serve() -> Callable[[FastAPI], "serving"]:
    """Return a server for an application of the test's own."""
    return serving


class serving:
    """A real uvicorn server in a thread, on a free loopback port."""

    def __init__(self, application: FastAPI) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(application, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self._listener],))

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()
