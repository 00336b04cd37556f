"""Persons, decisions and answers as JSON and back."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any  # Any: JSON objects as the database gives them

from assistant.answer import Answer, Claim, PendingProposal
from planning_engine.cycles.decisions import Check, Decision
from planning_engine.data.company import Person
from planning_engine.data.issue import Issue
from planning_engine.data.scope import Scope
from tools.evidence import (
    Evidence,
    EvidenceTable,
    Fact,
    Passage,
    Proposal,
    TableColumn,
    Value,
    plain,
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def person_record(person: Person) -> dict[str, Any]:
    """Return who asked, with role and scope as they were."""
    scope = {kind: sorted(getattr(person.scope, kind)) for kind in ("families", "sites", "regions")}
    return {"id": person.id, "name": person.name, "role": person.role, **scope}


def read_person(record: Mapping[str, Any]) -> Person:
    """Return the person of a record."""
    scope = Scope(**{kind: frozenset(record[kind]) for kind in ("families", "sites", "regions")})
    return Person(record["id"], record["name"], record["role"], scope)


def decision_record(decision: Decision) -> dict[str, Any]:
    """Return a decision as JSON values."""
    record: dict[str, Any] = plain(asdict(decision))
    return record


def read_decision(record: Mapping[str, Any]) -> Decision:
    """Return the decision of a record."""
    check = record.get("check")
    days = {name: _day(record.get(name)) for name in ("decided_on", "due_on", "cycle")}
    lines = record.get("lines")
    return Decision(
        **{
            **record,
            **days,
            "lines": (lines[0], lines[1]) if lines else None,
            "check": read_check(check) if check else None,
        }
    )


def read_check(record: Mapping[str, Any]) -> Check:
    """Return the measurable check of a record."""
    start, end = date.fromisoformat(record["start"]), date.fromisoformat(record["end"])
    return Check(**{**record, "start": start, "end": end})


def read_answer(record: Mapping[str, Any]) -> Answer:
    """Return the answer that `Answer.to_dict` wrote."""
    return Answer(
        text=record["text"],
        status=record["status"],
        evidence=tuple(read_evidence(entry) for entry in record["evidence"]),
        citations=tuple(_passage(entry) for entry in record["citations"]),
        proposals=tuple(_pending(entry) for entry in record["proposals"]),
        suggestions=tuple(record["suggestions"]),
        claims=tuple(Claim(**entry) for entry in record["claims"]),
        footnotes=tuple(record["footnotes"]),
        snapshot=record["snapshot"],
        model=record["model"],
        receipt=record["receipt"],
        thread=record["thread"],
    )


def read_evidence(record: Mapping[str, Any]) -> Evidence:
    """Return the evidence that `Evidence.to_dict` wrote."""
    proposal = record.get("proposal")
    return Evidence(
        summary=record["summary"],
        facts=tuple(
            Fact(**{**entry, "value": _value(entry["value"], entry["unit"])})
            for entry in record["facts"]
        ),
        table=_table(record["table"]),
        chart=record["chart"],
        definition=record["definition"],
        issues=tuple(
            Issue(**{**entry, "examples": tuple(entry["examples"])}) for entry in record["issues"]
        ),
        passages=tuple(_passage(entry) for entry in record.get("passages", ())),
        proposal=Proposal(**proposal) if proposal else None,
        id=record["id"],
        tool=record["tool"],
        request=record["request"],
        snapshot=record["snapshot"],
    )


def _table(record: Mapping[str, Any] | None) -> EvidenceTable | None:
    if record is None:
        return None
    columns = tuple(TableColumn(**column) for column in record["columns"])
    dated = [column.type in ("date", "month") for column in columns]
    rows = tuple(
        tuple(_cell(cell, is_day) for cell, is_day in zip(row, dated, strict=True))
        for row in record["rows"]
    )
    return EvidenceTable(columns, rows)


def _cell(value: Value, is_day: bool) -> Value:
    return _day(value) if is_day and isinstance(value, str) and _DAY.fullmatch(value) else value


def _value(value: float | str, unit: str | None) -> float | str | date:
    is_day = unit is None and isinstance(value, str) and _DAY.fullmatch(value)
    return date.fromisoformat(str(value)) if is_day else value


def _passage(record: Mapping[str, Any]) -> Passage:
    return Passage(**{**record, "held_on": _day(record["held_on"])})


def _pending(record: Mapping[str, Any]) -> PendingProposal:
    decided = record["decided_at"]
    return PendingProposal(
        **{
            **record,
            "proposal": Proposal(**record["proposal"]),
            "decided_at": datetime.fromisoformat(decided) if decided else None,
        }
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
