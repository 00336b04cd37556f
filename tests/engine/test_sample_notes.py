"""Decisions and meeting notes of the demo company agree with its tables."""

import math
import re
from datetime import date

import pandas as pd
import pytest
import yaml

from planning_engine.cycles.decisions import Check, Decision
from planning_engine.data import sample
from planning_engine.data.sample import planted

Frames = dict[str, pd.DataFrame]
AS_OF = date(2026, 10, 31)


@pytest.fixture(scope="module")
def tables() -> Frames:
    return sample.tables()


def _rows(frame: pd.DataFrame) -> list:
    return list(frame.itertuples(index=False))


def _measured(tables: Frames, check: Check) -> float:
    """Return what the actuals say about a check, by a plain loop."""
    family = {r.product: str(r.family) for r in _rows(tables["products"])}
    table = "production" if check.measure == "hours" else check.measure
    when, what = {
        "sales": ("date", "quantity"), "production": ("date", "actual_quantity"),
        "hours": ("date", "hours"), "stock": ("date", "quantity"),
        "receipts": ("received_on", "received_quantity"),
    }[check.measure]  # fmt: skip
    total = 0.0
    for row in _rows(tables[table]):
        day = getattr(row, when)
        first = check.end if check.measure == "stock" else check.start
        fits = not pd.isna(day) and first <= day.date() <= check.end
        fits &= check.product in (None, row.product)
        fits &= check.family in (None, family[row.product])
        fits &= check.site is None or check.site == row.site
        fits &= check.resource is None or check.resource == row.resource
        total += getattr(row, what) if fits else 0.0
    return total


def _done(tables: Frames, decision: Decision) -> bool:
    check = decision.check
    value = _measured(tables, check)
    low = -math.inf if check.at_least is None else check.at_least
    high = math.inf if check.at_most is None else check.at_most
    return low <= value <= high


def test_all_decisions_due_were_carried_out_but_one(tables):
    known = planted.NOT_CARRIED_OUT
    due = [d for d in sample.decisions() if d.check and d.due_on <= AS_OF]
    assert len(due) >= 8
    assert [d.id for d in due if not _done(tables, d)] == [known.decision]
    failed = next(d for d in due if d.id == known.decision)
    assert _measured(tables, failed.check) == pytest.approx(known.hours_run, abs=0.01)
    assert failed.check.at_least == known.wanted_hours
    assert failed.check.resource == known.resource


def test_decisions_are_superseded_by_later_ones_and_some_are_not_yet_due():
    by_id = {decision.id: decision for decision in sample.decisions()}
    superseded = [d for d in by_id.values() if d.status == "superseded"]
    assert superseded
    for decision in superseded:
        assert by_id[decision.superseded_by].decided_on > decision.decided_on
    assert [d.id for d in by_id.values() if d.due_on and d.due_on > AS_OF and d.check]
    assert [d.id for d in by_id.values() if d.restricted] == ["D-19"]


def test_each_decision_stands_in_the_note_of_its_meeting():
    notes = {note.file_name: note.text.split("\n") for note in sample.notes()}
    for decision in sample.decisions():
        first, last = decision.lines
        said = " ".join(notes[decision.note][first - 1 : last])
        assert decision.id in said
        assert len(said) > 60
        assert f"meeting: {decision.meeting}" in notes[decision.note]
        assert notes[decision.note][1] == f"date: {decision.decided_on}"


def _front_matter(text: str) -> dict:
    return yaml.safe_load(text.split("---")[1])


def test_five_meetings_a_cycle_have_notes_of_a_readable_length():
    matters = [_front_matter(note.text) for note in sample.notes()]
    assert len({(m["cycle"], m["meeting"]) for m in matters}) == 30
    assert {m["meeting"] for m in matters} == {
        "product", "demand", "supply", "pre-S&OP", "executive",
    }  # fmt: skip
    for note, matter in zip(sample.notes(), matters, strict=True):
        assert 250 <= len(note.text.split("---", 2)[2].split()) <= 900, note.file_name
        assert not re.search(r"[{}]|\bnan\b|\binf\b", note.text), note.file_name
        assert note.file_name.startswith(str(matter["date"]))
        assert matter["date"] <= AS_OF
        assert len(matter["attendees"]) >= 3


def test_one_note_is_for_executives_and_one_carries_a_planted_instruction():
    matters = {note.file_name: _front_matter(note.text) for note in sample.notes()}
    closed = [name for name, matter in matters.items() if matter["access"] == "executives"]
    assert closed == ["2026-09-28-executive.md"]
    planted_in = [n.file_name for n in sample.notes() if "ignore previous instructions" in n.text]
    assert planted_in == ["2026-08-14-supply.md"]


def test_figures_in_the_notes_are_those_of_the_tables(tables):
    texts = {note.file_name: note.text for note in sample.notes()}
    load = planted.OVERLOAD.load_percent[date(2027, 3, 1)]
    assert f"mar {load:.0f}**" in texts["2026-10-14-supply.md"]
    family = {r.product: r.family for r in _rows(tables["products"])}
    july = tables["sales"][tables["sales"]["date"] == "2026-07-01"]
    juice = sum(r.quantity for r in _rows(july) if family[r.product] == "Juice")
    assert f"| {juice:,.0f} |" in texts["2026-08-10-demand.md"]
    revenue = tables["sales"].loc[tables["sales"]["date"] == "2026-09-01", "revenue"].sum()
    assert f"EUR {revenue / 1e6:.2f} million" in texts["2026-10-20-pre-sop.md"]
    orders = tables["orders"]
    due = orders[
        orders["requested_on"].between("2025-08-01", "2026-07-31") & (orders["customer"] == "C36")
    ]
    kept = (due["delivered_on"] <= due["requested_on"]) & (
        due["delivered_quantity"] >= due["quantity"]
    )
    assert f"OTIF for Marlow was {100 * kept.mean():.1f} %" in texts["2026-08-10-demand.md"]
    stock = tables["stock"]
    left = stock[(stock["product"] == "FLW-050-12") & (stock["date"] == "2026-09-30")]
    assert f"{left['quantity'].sum():,.0f} cases" in texts["2026-10-27-executive.md"]
    hours = tables["production"]
    hours = hours[(hours["resource"] == "L5") & hours["date"].between("2026-09-01", "2026-09-30")]
    assert f"**L5** ran {hours['hours'].sum():.0f} hrs" in texts["2026-10-14-supply.md"]
