"""A conversation over a small company, with a clock that stands still."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from langchain_core.messages import AIMessage
from pydantic import Field

from assistant.agent import Agent, Brain
from assistant.company_home import CompanyHome
from assistant.conversation import Conversation
from assistant.models import Policy, ScriptedModel
from assistant.store.state import Store
from planning_engine.data.archive import freeze
from planning_engine.data.company import Person, parse_company
from planning_engine.data.issue import Issue
from planning_engine.data.snapshot import Snapshot
from tools import registry
from tools.context import NoNotes, NoteLibrary, ToolContext
from tools.evidence import Evidence, Fact, Proposal
from tools.request import Request

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

COMPANY = """
name = "Lemonade"
currency = "EUR"
as_of = 2026-10-31

[[people]]
id = "elena"
name = "Elena Marsh"
role = "executive"
slack = "U0ELENA"

[[people]]
id = "petra"
name = "Petra Novak"
role = "planner"
email = "petra@example.com"

[[people]]
id = "sam"
name = "Sam Ortiz"
role = "sales"
regions = ["North"]

[[people]]
id = "dana"
name = "Dana Wolff"
role = "viewer"
"""


@pytest.fixture(scope="session")
def lemonade_home(
    lemonade: Callable[..., Snapshot], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a folder with the lemonade company frozen in it; copied by each test."""
    home = CompanyHome(tmp_path_factory.mktemp("lemonade"))
    made = lemonade()
    with duckdb.connect() as connection:
        for name in made.tables:
            connection.register(name, made.frame(name))
        home.use(freeze(connection, made.tables, parse_company(COMPANY), home.snapshots))
    return home.folder


@pytest.fixture
def home(lemonade_home: Path, tmp_path: Path) -> CompanyHome:
    """Return the lemonade company's home, the test's own."""
    return CompanyHome(Path(shutil.copytree(lemonade_home, tmp_path / "home")))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store on SQLite whose clock says noon of 2 November 2026."""
    return Store(f"sqlite:///{tmp_path / 'home' / 'state.db'}", lambda: NOON)


class HoursRequest(Request):
    """Which line's hours to count."""

    resource: str = Field(description="Resource id or name.")


def count_hours(context: ToolContext, request: HoursRequest) -> Evidence:
    """Count the hours of a line in November; a tool of the tests, on the real facts."""
    line = context.snapshot.find("resource", request.resource)
    context.snapshot.require("calendars", to="count hours")
    context.progress("Counting", 0.5)
    hours = float(
        context.snapshot.query(
            "SELECT sum(hours) AS hours FROM calendars WHERE resource = $line "
            "AND month(date) = 11 AND year(date) = 2026",
            {"line": line},
        )["hours"][0]
    )
    decided = len(context.decisions.decisions())
    return Evidence(
        summary=f"Line {line} has {hours:,.0f} hours in November 2026.",
        facts=(
            Fact("hours", hours, "hours", {"resource": line, "month": "2026-11-01"}),
            Fact("decisions", decided, None),
        ),
        definition="sum of regular hours",
        issues=(Issue("calendars", "gap", "warning", 1, "One day is missing."),),
    )


class ShiftRequest(Request):
    """Where to propose a shift."""

    resource: str


def propose_shift(context: ToolContext, request: ShiftRequest) -> Evidence:
    """Propose a shift; a tool of the tests."""
    line = context.snapshot.find("resource", request.resource)
    body = {"title": f"Add a shift on {line}", "owner": "sam", "due_on": "2026-12-01"}
    return Evidence(
        summary=f"Proposed: add a shift on {line}.",
        facts=(Fact("resource", line, None, {"resource": line}),),
        proposal=Proposal("decision", f"Add a shift on {line}", body),
    )


@pytest.fixture
def _own_tools() -> Iterator[None]:
    """Declare the tests' own tools beside the real ones, for one test."""
    declared = dict(registry._declared)
    registry.all_tools.cache_clear()
    registry.tool(count_hours)
    registry.tool(propose_shift)
    yield
    for name in ("count_hours", "propose_shift"):
        registry._declared.pop(name, None)
    registry._declared.update(declared)
    registry.all_tools.cache_clear()


class NoteFolder:
    """Notes for conversations that have none."""

    def library(self, person: Person, *until: int | None) -> NoteLibrary:
        """Return no notes."""
        return NoNotes()


class OneAgent:
    """Answers everybody with the same model, on a loop of their own."""

    def __init__(self, brain: Brain, fallback: Callable[[], Brain] | None = None) -> None:
        """Keep the model."""
        self.brain, self.fallback = brain, fallback

    def agent(self, snapshot: Snapshot, person: Person) -> Agent:
        """Return the loop."""
        return Agent(self.brain, "You answer planners.", self.fallback)


@pytest.fixture
def talk(home: CompanyHome, store: Store, _own_tools: None) -> Callable[..., Conversation]:
    """Return a maker of conversations with a scripted model.

    Give the messages the model says one after the other, or a policy; or a whole brain.
    """

    def build(*script: AIMessage, policy: Policy | None = None, brain: Brain | None = None,
              fallback: Callable[[], Brain] | None = None) -> Conversation:  # fmt: skip
        model = ScriptedModel(answers=script, policy=policy)
        chosen = brain or Brain("scripted", model)
        return Conversation(home, store, NoteFolder(), OneAgent(chosen, fallback))

    return build
