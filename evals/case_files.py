"""Conversation cases as they are written down, read and checked.

A case file is a YAML list in the format of the design (section 7). Besides its keys a turn
may have more than one `status`, truths in a list of their own (one of them is enough),
`either` (calls of which one is enough), `says` (words that must stand in the answer or its
suggestions; of a list among them, one) and `cites` (beginnings of notes' names, one of which
must be quoted). An argument whose expected value is a list may have any of its values; `null`
means left out.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args  # Any: tool arguments are JSON

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.answer import Status
from planning_engine.errors import PlanningError
from tools import registry

CASES = Path(__file__).parent / "cases"
DEMO = "demo"

Split = Literal["all", "tuning", "test"]
Arguments = dict[str, Any]  # Any: JSON


def _several(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _empty_or(value: object) -> object:
    return {} if value is None else value


def _one_set_or_more(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {tool: [_empty_or(entry) for entry in _sets(given)] for tool, given in value.items()}


def _sets(given: object) -> Iterable[object]:
    return given if isinstance(given, list) else [given]


Calls = Annotated[dict[str, tuple[Arguments, ...]], BeforeValidator(_one_set_or_more)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Truth(_Written):
    """A fact that the engine computes and the answer must state, as rounded."""

    tool: str
    request: Annotated[Arguments, BeforeValidator(_empty_or)] = Field(default_factory=dict)
    fact: str
    about: Arguments = Field(default_factory=dict)


class Forbidden(_Written):
    """What must not happen: tools called, words in the answer."""

    tools: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


class CaseTurn(_Written):
    """One question in several wordings, and what its answer is held to."""

    ask: tuple[str, ...] = Field(min_length=1)
    status: Annotated[tuple[Status, ...], BeforeValidator(_several)]
    tools: Calls = Field(default_factory=dict)
    either: tuple[Calls, ...] = ()
    truth: tuple[Annotated[tuple[Truth, ...], BeforeValidator(_several)], ...] = ()
    says: tuple[str | tuple[str, ...], ...] = ()
    cites: tuple[str, ...] = ()
    forbid: Forbidden = Forbidden()

    def wordings(self, split: Split) -> tuple[str, ...]:
        """Return the wordings of a split."""
        return tuple(text for text in self.ask if split in ("all", split_of(text)))

    def names_of_tools(self) -> set[str]:
        """Return every tool the turn names."""
        named = (
            {entry.tool for ways in self.truth for entry in ways}
            | set(self.tools)
            | set(self.forbid.tools)
        )
        return named | {tool for calls in self.either for tool in calls}


class Case(_Written):
    """A conversation of one or more turns, asked in a thread of its own."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    company: str = DEMO
    person: str = "planner"
    turns: tuple[CaseTurn, ...] = Field(min_length=1)
    group: str = ""
    folder: Path = CASES

    @property
    def source(self) -> Path | None:
        """The folder of the company asked about; None for the demo company."""
        return None if self.company == DEMO else (self.folder / self.company).resolve()


class CaseProblem(Exception):
    """A case file that cannot be used; the sentence names the file and the case."""


def split_of(text: str) -> Split:
    """Return the half a wording belongs to, by a rule that nobody chose for it.

    Example:
        >>> split_of("Can L3 make the March plan?")
        'tuning'
    """
    return "test" if hashlib.sha256(text.encode()).digest()[-1] % 2 else "tuning"


def read_cases(place: Path = CASES) -> tuple[Case, ...]:
    """Return the cases of a file, or of every file of a folder.

    Raises:
        CaseProblem: A file is missing or cannot be read, or a case in it is not valid.
    """
    files = sorted(place.glob("*.yaml")) if place.is_dir() else [place]
    if not files:
        raise CaseProblem(f"{place} has no case files (*.yaml).")
    cases = [case for file in files for case in _cases_of(file)]
    seen: dict[str, str] = {}
    for case in cases:
        if case.id in seen:
            raise CaseProblem(f"Case '{case.id}' stands in {seen[case.id]} and {case.group}.")
        seen[case.id] = case.group
    return tuple(cases)


def _cases_of(file: Path) -> Iterable[Case]:
    try:
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise CaseProblem(f"{file} cannot be read: {problem}.") from problem
    except yaml.YAMLError as problem:
        raise CaseProblem(f"{file} is not YAML: {' '.join(str(problem).split())}.") from problem
    if not isinstance(written, list):
        raise CaseProblem(f"{file} must be a list of cases.")
    for number, entry in enumerate(written, 1):
        yield _case(entry, number, file)


def _case(entry: object, number: int, file: Path) -> Case:
    named = entry.get("id") if isinstance(entry, Mapping) else None
    place = f"{file.name}, case {repr(named) if named else number}"
    if not isinstance(entry, Mapping):
        raise CaseProblem(f"{place}: a case is a mapping with id, person and turns.")
    try:
        case = Case.model_validate({"group": file.stem, "folder": file.parent, **entry})
    except ValidationError as problem:
        raise CaseProblem(f"{place}: {_sentence(problem)}.") from problem
    for turn, written in enumerate(case.turns, 1):
        fault = _fault(written)
        if fault:
            raise CaseProblem(f"{place}, turn {turn}: {fault}")
    if case.source and not case.source.is_dir():
        raise CaseProblem(f"{place}: there is no company folder {case.source}.")
    return case


def _sentence(problem: ValidationError) -> str:
    error = problem.errors()[0]
    where = " of ".join(str(part) for part in reversed(error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"'{error['loc'][-1]}' is not a key ({where})"
    if error["loc"] and "status" in error["loc"]:
        return f"status '{error['input']}' is not one of {', '.join(get_args(Status))}"
    return f"{where}: {error['msg'].lower()}"


def _fault(turn: CaseTurn) -> str | None:
    """Return what is wrong with the tools that a turn names, or None."""
    tools = registry.all_tools()
    unknown = sorted(turn.names_of_tools() - set(tools))
    if unknown:
        return f"there is no tool '{unknown[0]}'."
    for calls in (turn.tools, *turn.either):
        for name, sets in calls.items():
            known = tools[name].request.model_fields
            for argument in (key for entry in sets for key in entry):
                if argument not in known:
                    return f"{name} has no argument '{argument}'."
    try:
        for truth in (truth for ways in turn.truth for truth in ways):
            registry.read_request(truth.tool, truth.request)
    except PlanningError as problem:
        return f"the truth cannot be asked for: {problem}"
    return None
