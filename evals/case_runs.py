"""Asks the cases: one company's conversation each, a fresh thread per trial, truths beside."""

import json
import logging
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from evals.case_files import Case, CaseProblem, CaseTurn, Split, Truth
from evals.grading import Grader, Known
from planning_engine.errors import PlanningError
from tools import registry
from tools.evidence import Evidence

if TYPE_CHECKING:
    from assistant.conversation import Conversation
    from assistant.wiring import Workshop
    from planning_engine.data.company import Person

log = logging.getLogger(__name__)
_GROWING = frozenset({"find_decisions", "draft_decision", "draft_minutes", "query_kpi"})


@dataclass(frozen=True)
class Trial:
    """One way to ask a case: a wording for each of its turns."""

    case: Case
    number: int
    wordings: tuple[str, ...]

    @property
    def thread(self) -> str:
        """The thread it is asked in."""
        return f"{self.case.id}-{self.number}"


@dataclass(frozen=True)
class Outcome:
    """What came of a trial; it passes when nothing is wrong in any of its turns.

    `said` are the calls and the text of each turn that has a fault.
    """

    trial: Trial
    faults: tuple[str, ...]
    said: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Tell whether every turn was answered as expected."""
        return not self.faults


def drawn(cases: Sequence[Case], runs: int, split: Split, seed: int) -> tuple[Trial, ...]:
    """Return trials with one wording per turn drawn for each run, the same for a seed."""
    trials = []
    for case in cases:
        pools = _pools(case, split)
        for number in range(runs if pools else 0):
            draw = random.Random(f"{seed} {case.id} {number}")
            trials.append(Trial(case, number, tuple(draw.choice(pool) for pool in pools)))
    return tuple(trials)


def exhaustive(cases: Sequence[Case], split: Split) -> tuple[Trial, ...]:
    """Return trials that use every wording of a split at least once."""
    return tuple(
        Trial(case, number, tuple(pool[number % len(pool)] for pool in pools))
        for case in cases
        if (pools := _pools(case, split))
        for number in range(max(len(pool) for pool in pools))
    )


def _pools(case: Case, split: Split) -> list[tuple[str, ...]]:
    """Return the wordings of each turn; a turn with none in the split lends all of its own."""
    chosen = [turn.wordings(split) for turn in case.turns]
    if not any(chosen):
        return []
    return [pool or turn.ask for pool, turn in zip(chosen, case.turns, strict=True)]


@dataclass(frozen=True)
class Examiner:
    """Asks one company's conversation and grades what it says."""

    conversation: "Conversation"
    kept: dict[str, Evidence] = field(default_factory=dict, repr=False)

    @cached_property
    def grader(self) -> Grader:
        """Knows the names of the company."""
        return Grader(self.conversation.home.current())

    def examine(self, trial: Trial) -> Outcome:
        """Ask every turn of a trial in a fresh thread."""
        faults: list[str] = []
        said: list[str] = []
        person = self.conversation.person(trial.case.person)
        for number, (turn, wording) in enumerate(
            zip(trial.case.turns, trial.wordings, strict=True), 1
        ):
            place = f"turn {number}: " if len(trial.case.turns) > 1 else ""
            found = self._ask(trial, turn, wording, person)
            faults += [f"{place}{fault}" for fault in found]
            if found:
                said.append(f"{place}{self._said(trial.thread, person)}")
        return Outcome(trial, tuple(faults), tuple(said))

    def known(self, case: Case, truth: Truth, person: "Person") -> Known:
        """Compute a truth, as the person may see it.

        Raises:
            CaseProblem: The engine gives no such fact.
        """
        try:
            evidence = self._evidence(truth, person)
        except PlanningError as problem:
            raise CaseProblem(f"{case.group}, case '{case.id}': no truth: {problem}") from problem
        fact = self.grader.fact_of(truth, evidence)
        if fact is None:
            raise CaseProblem(
                f"{case.group}, case '{case.id}': {truth.tool} {truth.request} has no fact "
                f"'{truth.fact}' about {truth.about or 'everything'}."
            )
        return Known(truth, fact)

    def _evidence(self, truth: Truth, person: "Person") -> Evidence:
        request = registry.read_request(truth.tool, truth.request).model_dump(
            mode="json", exclude_none=True, exclude_defaults=True
        )
        key = _key(person, truth.tool, request)
        # Decisions and minutes grow with what earlier cases drafted; figures are frozen.
        if key not in self.kept or truth.tool in _GROWING:
            self.kept[key] = self.conversation.run_tool(truth.tool, truth.request, person)
        return self.kept[key]

    def _ask(self, trial: Trial, turn: CaseTurn, wording: str, person: "Person") -> tuple[str, ...]:
        talk = self.conversation
        try:
            answer = talk.ask(wording, person, trial.thread, "bench")
        except PlanningError as problem:
            return (f"no answer: {problem}",)
        except Exception as problem:
            log.exception("asked %r", wording)
            return (f"broke with {type(problem).__name__}: {problem}",)
        # Same tool, same request, same snapshot: what the answer ran needs no second run.
        self.kept.update({_key(person, e.tool, e.request): e for e in answer.evidence})
        try:
            known = [[self.known(trial.case, truth, person) for truth in ws] for ws in turn.truth]
        except CaseProblem as problem:
            return (f"the case is wrong: {problem}",)
        calls = talk.history(trial.thread, person)[-1].calls
        return self.grader.faults(turn, answer, calls, known)

    def _said(self, thread: str, person: "Person") -> str:
        if not self.conversation.has_thread(thread):
            return "nothing"
        last = self.conversation.history(thread, person)[-1]
        made = "; ".join(f"{call.tool} {dict(call.arguments)}" for call in last.calls)
        return f"{made or 'no tool'} → {' '.join(last.answer.text.split())[:300]}"


def _key(person: "Person", tool: str, request: Mapping[str, object]) -> str:
    return json.dumps([person.id, tool, request], sort_keys=True, default=str)


@contextmanager
def examiners(
    cases: Sequence[Case], model: str | None, data: Path | None
) -> Iterator[Mapping[Path | None, Examiner]]:
    """Give an examiner for each company that the cases ask about, in a folder of its own.

    Args:
        cases: What will be asked.
        model: Value of SOP_MODEL; None keeps the setting.
        data: Company folder to take for the demo company.
    """
    with tempfile.TemporaryDirectory(prefix="sop-cases-") as scratch:
        made: dict[Path | None, Examiner] = {}
        for number, source in enumerate(sorted({case.source for case in cases}, key=str)):
            home = Path(scratch) / str(number)
            made[source] = Examiner(_workshop(home, model, source or data).conversation)
        yield made


def _workshop(home: Path, model: str | None, source: Path | None) -> "Workshop":
    from assistant.settings import Settings, read_settings
    from assistant.wiring import Workshop, ensure_demo
    from planning_engine.data.importing import import_source

    # A store of its own, wherever the environment says that people's work is kept.
    change: dict[str, object] = {"home": home, "database_url": None, "chroma_url": None}
    settings = read_settings().model_copy(update=change | ({"model": model} if model else {}))
    workshop = Workshop(Settings.model_validate(settings.model_dump()))
    if source is None:
        ensure_demo(workshop)
        return workshop
    report = import_source(str(source), store=workshop.home.snapshots)
    if report.snapshot is None:
        raise CaseProblem(f"{source}: {report.sentence()}")
    workshop.home.use(report.snapshot)
    return workshop
