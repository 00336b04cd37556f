"""Grades one answer by code: status, calls made, figures stated, what must not happen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any  # Any: tool arguments are JSON

from pydantic import BaseModel

from assistant.answer import Answer
from assistant.fact_index import Direction, FactIndex
from assistant.statements import Statement, Vocabulary, read
from assistant.store.conversations import Call
from assistant.viewpoints import vocabulary
from assistant.wording import WITHHELD
from evals.case_files import Arguments, Calls, CaseTurn, Truth
from planning_engine import kpis
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import PlanningError
from tools import registry
from tools.evidence import Evidence, Fact, plain
from tools.request import read_month

# Arguments by how two values are held to be the same.
_NAMES = frozenset("product family site region channel customer resource supplier event".split())
_MONTHS = frozenset("start end cycle previous since until month".split())
_WORDS = frozenset("query about title reason name".split())
_PEOPLE = frozenset({"owner", "author"})
# A whole number that may be off by more than this says something else: "1" does not state 0.97.
_COARSEST = 0.05


@dataclass(frozen=True)
class Known:
    """A truth with the fact that the engine computed for it."""

    truth: Truth
    fact: Fact


@dataclass(frozen=True)
class Grader:
    """Grades against one company's names, on all of its facts."""

    snapshot: Snapshot
    found: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return vocabulary(self.snapshot)

    def faults(
        self,
        turn: CaseTurn,
        answer: Answer,
        calls: Sequence[Call],
        known: Sequence[Sequence[Known]],
    ) -> tuple[str, ...]:
        """Return why an answer does not pass, each reason a sentence; empty if it does.

        Args:
            turn: What was asked and what is expected.
            answer: What was answered.
            calls: The tool calls of the turn, those that failed included.
            known: The turn's truths with their values; of each list one must be stated.
        """
        faults = []
        if answer.status not in turn.status:
            faults.append(f"status is {answer.status}, expected {' or '.join(turn.status)}")
        faults += self._call_faults(turn, calls)
        stated = read(answer.text, self._vocabulary)
        for ways in known:
            if not any(self.states(answer.text, stated, entry.fact) for entry in ways):
                told = " or ".join(_shown(entry) for entry in ways)
                faults.append(f"the answer does not state {told}")
        return (*faults, *_text_faults(turn, answer))

    def fact_of(self, truth: Truth, evidence: Evidence) -> Fact | None:
        """Return the first fact of that name that is about what the truth says."""
        about = {key: self._same(key, value) for key, value in truth.about.items()}
        for fact in evidence.facts:
            has = {key: self._same(key, value) for key, value in fact.about.items()}
            if fact.name == truth.fact and about.items() <= has.items():
                return fact
        return None

    def states(self, text: str, stated: Sequence[Statement], fact: Fact) -> bool:
        """Tell whether a text states a fact: the figure as rounded, the day, or the name."""
        value = fact.value
        if isinstance(value, date):
            return any(s.period and _says_day(s, value) for s in stated)
        if isinstance(value, str):
            return self._says_name(text, stated, value)
        index = FactIndex((Evidence("", (fact,), id="truth"),), self.snapshot.company.as_of)
        return any(
            index.number(s, {}, Direction(up=True, down=True)).fact == 0 and _is_fine(s, value)
            for s in stated
            if s.value is not None
        )

    def _says_name(self, text: str, stated: Sequence[Statement], value: str) -> bool:
        called = {value}
        for kind in _NAMES:
            for identity, label in self.snapshot.labels(kind).items():
                if value in (identity, label):
                    called |= {identity, label}
        called |= {p.name for p in self.snapshot.company.people if p.id == value}
        if any(contains(text, name) for name in called):
            return True
        return any(called & ids for s in stated for ids in s.names.values())

    def _call_faults(self, turn: CaseTurn, calls: Sequence[Call]) -> list[str]:
        faults = []
        for name, sets in turn.tools.items():
            faults += [f for expected in sets if (f := self._missing(name, expected, calls))]
        if turn.either and not any(self._all_made(one, calls) for one in turn.either):
            ways = " or ".join(str(dict(one)) for one in turn.either)
            faults.append(f"none of these was called: {ways}")
        called = {call.tool for call in calls}
        faults += [f"{name} must not be called" for name in turn.forbid.tools if name in called]
        return faults

    def _all_made(self, wanted: Calls, calls: Sequence[Call]) -> bool:
        return not any(
            self._missing(name, expected, calls)
            for name, sets in wanted.items()
            for expected in sets
        )

    def _missing(self, name: str, expected: Arguments, calls: Sequence[Call]) -> str | None:
        made = [call for call in calls if call.tool == name]
        if not made:
            return f"{name} was not called"
        if any(self.fits(name, expected, call.arguments) for call in made):
            return None
        return f"{name} was not called with {expected}"

    def fits(self, name: str, expected: Arguments, given: Mapping[str, Any]) -> bool:
        """Tell whether a call has at least the expected arguments, its defaults included."""
        try:
            request: Mapping[str, Any] = plain(registry.read_request(name, given).model_dump())
        except PlanningError:
            request = given
        defaults = _defaults(registry.all_tools()[name].request)
        return all(
            self._agrees(key, value, request.get(key, defaults.get(key)))
            for key, value in expected.items()
        )

    def _agrees(self, key: str, expected: Any, given: Any) -> bool:
        if key == "levers":
            return self._levers_agree(expected, given or ())
        if key == "scenarios":
            pairs = [(entry.get("levers", ()), None) for entry in expected]
            return self._each_found(
                [levers for levers, _ in pairs],
                [entry.get("levers", ()) for entry in given or ()],
                self._levers_agree,
            )
        if isinstance(expected, list) and isinstance(given, list | tuple):
            same = len(expected) == len(given)
            return same and self._each_found(expected, given, lambda a, b: self._agrees(key, a, b))
        if isinstance(expected, list):
            return any(self._agrees(key, one, given) for one in expected)
        if isinstance(expected, Mapping):
            return isinstance(given, Mapping) and self._holds(expected, given)
        if expected is None or given is None:
            return expected is None and given is None
        if key in _WORDS and isinstance(given, str):
            return all(contains_start(given, word) for word in str(expected).split())
        if isinstance(expected, int | float) and isinstance(given, int | float):
            return abs(expected - given) <= 1e-6 * max(1.0, abs(expected))
        return bool(self._same(key, expected) == self._same(key, given))

    def _levers_agree(self, expected: Sequence[Arguments], given: Sequence[Arguments]) -> bool:
        """Tell whether each lever expected is pulled, and no other."""
        if len(expected) != len(given):
            return False
        return self._each_found(expected, given, self._holds)

    def _each_found(self, expected: Any, given: Any, agree: Any) -> bool:
        left = list(given)
        for one in expected:
            found = next((entry for entry in left if agree(one, entry)), None)
            if found is None:
                return False
            left.remove(found)
        return True

    def _holds(self, expected: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
        return all(self._agrees(key, value, given.get(key)) for key, value in expected.items())

    def _same(self, key: str, value: Any) -> str:
        """Return one form for all ways to write a name, a month, a person or a KPI."""
        written = str(plain(value))
        try:
            if key in _NAMES:
                return self._found(key, written)
            if key in _MONTHS:
                return str(read_month(written))
            if key == "kpi":
                return kpis.find_kpi(written).id
        except (PlanningError, ValueError):
            return written.casefold()
        if key in _PEOPLE:
            for person in self.snapshot.company.people:
                if written.casefold() in (person.id.casefold(), person.name.casefold()):
                    return person.id
        return written.casefold()

    def _found(self, kind: str, name: str) -> str:
        if (kind, name) not in self.found:
            self.found[kind, name] = self.snapshot.find(kind, name)
        return self.found[kind, name]


def contains(text: str, words: str) -> bool:
    """Tell whether words stand in a text, any case, not as a part of longer words.

    Example:
        >>> contains("L2 and L30", "l3"), contains("L2 and L30", "l2")
        (False, True)
    """
    pattern = rf"(?<!\w){re.escape(words)}(?!\w)" if words[:1].isalnum() else re.escape(words)
    return re.search(pattern, text, re.IGNORECASE) is not None


def contains_start(text: str, word: str) -> bool:
    """Tell whether a word of a text begins so: `promo` in "the promotion"."""
    return re.search(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE) is not None


def _text_faults(turn: CaseTurn, answer: Answer) -> list[str]:
    faults = [
        f"the answer says '{words}'" for words in turn.forbid.text if contains(answer.text, words)
    ]
    whole = " ".join([answer.text, *answer.suggestions])
    for wanted in turn.says:
        ways = (wanted,) if isinstance(wanted, str) else wanted
        if not any(contains_start(whole, words) for words in ways):
            faults.append(f"the answer does not say '{' or '.join(ways)}'")
    if WITHHELD in answer.text:
        faults.append("its own wording was withheld, because part of it rests on nothing")
    if turn.cites and not any(_is_cited(note, answer) for note in turn.cites):
        faults.append(f"the answer quotes none of {', '.join(turn.cites)}")
    return faults


def _is_cited(note: str, answer: Answer) -> bool:
    return any(passage.note.startswith(note) for passage in answer.citations)


def _says_day(statement: Statement, day: date) -> bool:
    """Tell whether a date says the day, or the month it lies in; a year says too little."""
    period = statement.period
    return period is not None and period.holds(day) and (period.last - period.first).days <= 31


def _is_fine(statement: Statement, value: float | int) -> bool:
    if statement.value is None:
        return False
    if abs(statement.value) == abs(float(value)):
        return True
    return statement.step < 1 or statement.step / 2 <= _COARSEST * abs(float(value))


def _defaults(request: type[BaseModel]) -> dict[str, Any]:
    return {
        name: field.default
        for name, field in request.model_fields.items()
        if not field.is_required()
    }


def _shown(known: Known) -> str:
    unit = f" {known.fact.unit}" if known.fact.unit else ""
    about = ", ".join(str(value) for value in known.truth.about.values())
    value = known.fact.value
    number = (
        f"{value:,.4g}" if isinstance(value, float) and abs(value) < 1000 else str(plain(value))
    )
    return f"{known.truth.fact} {number}{unit}" + (f" ({about})" if about else "")
