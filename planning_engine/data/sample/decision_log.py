"""The decision log of the demo company: what its meetings decided, and how to check it.

All but one of the decisions that are due and can be checked were carried out. `D-12`, a
Saturday shift on line 5 in September, never was.
"""

import re
from dataclasses import replace
from datetime import date
from functools import lru_cache

from planning_engine.cycles.decisions import Check, Decision
from planning_engine.data.sample.meetings import SampleNote, notes
from planning_engine.data.sample.timeline import SEED

_MAY, _JUN, _JUL, _AUG, _SEP, _OCT = (date(2026, month, 1) for month in range(5, 11))

MADE = (
    Decision(
        "D-01",
        "Launch Volt Berry on 1 July with Volt Mango as like product",
        "superseded",
        "dana",
        date(2026, 5, 5),
        date(2026, 7, 1),
        _MAY,
        "product",
        superseded_by="D-06",
    ),
    Decision(
        "D-02",
        "Make no more Lemonwell; last day of sale 31 December 2026",
        "approved",
        "sven",
        date(2026, 5, 5),
        date(2026, 10, 31),
        _MAY,
        "product",
        value=38_000,
        check=Check("production", _MAY, date(2026, 10, 31), product="FLW-050-12", at_most=0),
    ),
    Decision(
        "D-03",
        "Run a third crew on line 4 in August around the shutdown",
        "approved",
        "sven",
        date(2026, 5, 15),
        date(2026, 8, 31),
        _MAY,
        "supply",
        value=120_000,
        check=Check("hours", _AUG, date(2026, 8, 31), resource="L4", at_least=290),
    ),
    Decision(
        "D-04",
        "Back Southern Sparkle: sell 18,000 cases of Sparkwell 0.5 L from South in June",
        "approved",
        "lucia",
        date(2026, 5, 27),
        date(2026, 6, 30),
        _MAY,
        "executive",
        value=85_000,
        check=Check(
            "sales", _JUN, date(2026, 6, 30), product="SPW-050-24", site="DC-SOUTH", at_least=18_000
        ),
    ),
    Decision(
        "D-05",
        "Use the statistical forecast for South until the sales input is repaired",
        "approved",
        "petra",
        date(2026, 6, 10),
        date(2026, 7, 10),
        _JUN,
        "demand",
    ),
    Decision(
        "D-06",
        "Move the Volt Berry launch to 1 August",
        "approved",
        "dana",
        date(2026, 6, 4),
        date(2026, 8, 31),
        _JUN,
        "product",
        value=110_000,
        check=Check("sales", _AUG, date(2026, 8, 31), product="NRB-025-24", at_least=6_500),
    ),
    Decision(
        "D-07",
        "Pull 0.33 L can call-offs forward: 7.5 million at Northfield by the end of July",
        "approved",
        "bruno",
        date(2026, 6, 16),
        date(2026, 7, 31),
        _JUN,
        "supply",
        value=60_000,
        check=Check(
            "receipts",
            date(2026, 6, 16),
            date(2026, 7, 31),
            product="CMP-CAN33",
            site="P1",
            at_least=7_500_000,
        ),
    ),
    Decision(
        "D-08",
        "Build Energy stock before the shutdown: 105,000 cases in July",
        "approved",
        "sven",
        date(2026, 6, 26),
        date(2026, 7, 31),
        _JUN,
        "executive",
        value=95_000,
        check=Check("production", _JUL, date(2026, 7, 31), family="Energy", at_least=105_000),
    ),
    Decision(
        "D-09",
        "Put the Kaito Spring Cup into the marketing forecast at +60 %",
        "approved",
        "dana",
        date(2026, 7, 3),
        date(2026, 7, 10),
        _JUL,
        "product",
    ),
    Decision(
        "D-10",
        "Visit Citrosa and come back with a written recovery plan",
        "approved",
        "bruno",
        date(2026, 7, 15),
        date(2026, 7, 31),
        _JUL,
        "supply",
    ),
    Decision(
        "D-11",
        "Bring Juice stock at the DCs to 87,000 cases or less by 30 September",
        "approved",
        "sven",
        date(2026, 7, 28),
        date(2026, 9, 30),
        _JUL,
        "executive",
        value=55_000,
        check=Check("stock", _JUL, date(2026, 9, 30), family="Juice", at_most=87_000),
    ),
    Decision(
        "D-12",
        "Add a Saturday shift on line 5 in September",
        "approved",
        "tomas",
        date(2026, 8, 27),
        date(2026, 9, 30),
        _AUG,
        "executive",
        value=140_000,
        check=Check("hours", _SEP, date(2026, 9, 30), resource="L5", at_least=240),
    ),
    Decision(
        "D-13",
        "Cap the Kaito Spring Cup at +40 % until the line 3 hours are found",
        "superseded",
        "dana",
        date(2026, 8, 27),
        date(2026, 10, 15),
        _AUG,
        "executive",
        superseded_by="D-20",
    ),
    Decision(
        "D-14",
        "Give Marlow Markets a fixed morning slot at the West DC",
        "approved",
        "tomas",
        date(2026, 8, 10),
        date(2026, 9, 1),
        _AUG,
        "demand",
    ),
    Decision(
        "D-15",
        "Make 17,000 cases of Volt Berry in August and September",
        "approved",
        "sven",
        date(2026, 8, 14),
        date(2026, 9, 30),
        _AUG,
        "supply",
        value=70_000,
        check=Check("production", _AUG, date(2026, 9, 30), product="NRB-025-24", at_least=17_000),
    ),
    Decision(
        "D-16",
        "Use the new tea allocation key from the November plans on",
        "approved",
        "sven",
        date(2026, 9, 15),
        date(2026, 9, 30),
        _SEP,
        "supply",
    ),
    Decision(
        "D-17",
        "Place a trial order of 10 tonnes of citrus concentrate with Agrumi",
        "approved",
        "bruno",
        date(2026, 9, 15),
        date(2026, 12, 15),
        _SEP,
        "supply",
        value=49_000,
        check=Check(
            "receipts",
            date(2026, 12, 1),
            date(2026, 12, 15),
            product="CMP-CITRUS",
            site="P2",
            at_least=10_000,
        ),
    ),
    Decision(
        "D-18",
        "Open every demand review with the bias by author",
        "approved",
        "petra",
        date(2026, 9, 21),
        date(2026, 10, 8),
        _SEP,
        "pre-S&OP",
    ),
    Decision(
        "D-19",
        "Talk to the co-packer about moving Cranberry and the small cartons",
        "approved",
        "tomas",
        date(2026, 9, 28),
        date(2026, 11, 30),
        _SEP,
        "executive",
        restricted=True,
    ),
    Decision(
        "D-20",
        "Run the Kaito Spring Cup at +60 % and bring a costed plan for the line 3 hours",
        "approved",
        "sven",
        date(2026, 10, 27),
        date(2026, 11, 24),
        _OCT,
        "executive",
        value=310_000,
    ),
    Decision(
        "D-21",
        "Clear 10,000 cases of Lemonwell through the discounters by year end",
        "approved",
        "sam",
        date(2026, 10, 27),
        date(2026, 12, 31),
        _OCT,
        "executive",
        value=30_000,
        check=Check(
            "sales", date(2026, 11, 1), date(2026, 12, 31), product="FLW-050-12", at_least=10_000
        ),
    ),
    Decision(
        "D-22",
        "Take 12 % off the Juice consensus in the November cycle",
        "approved",
        "petra",
        date(2026, 10, 8),
        date(2026, 11, 12),
        _OCT,
        "demand",
    ),
    Decision(
        "D-23",
        "Hold 45 tonnes of citrus concentrate at Southbrook by the end of January",
        "approved",
        "bruno",
        date(2026, 10, 14),
        date(2027, 1, 31),
        _OCT,
        "supply",
        value=42_000,
        check=Check(
            "stock", _OCT, date(2027, 1, 31), product="CMP-CITRUS", site="P2", at_least=45_000
        ),
    ),
    Decision(
        "D-24",
        "Rent outside storage for Juice from November",
        "rejected",
        "sven",
        date(2026, 10, 20),
        None,
        _OCT,
        "pre-S&OP",
    ),
)


@lru_cache(maxsize=2)
def decisions(seed: int = SEED) -> tuple[Decision, ...]:
    """Return the decision log, each with the lines of the note that records it."""
    return tuple(_located(decision, notes(seed)) for decision in MADE)


def _located(decision: Decision, kept: tuple[SampleNote, ...]) -> Decision:
    """Return the decision with the note of its day and the paragraph that names it first."""
    note = next(n for n in kept if n.file_name.startswith(f"{decision.decided_on}-"))
    lines = note.text.split("\n")
    first = next(
        i for i, line in enumerate(lines) if f"{decision.id} " in line or f"{decision.id}:" in line
    )
    last = first
    while last + 1 < len(lines) and lines[last + 1].startswith("  "):
        last += 1
    return replace(
        decision,
        note=note.file_name,
        lines=(first + 1, last + 1),
        text=re.sub(r"^- D-\d\d:? ", "", " ".join(map(str.strip, lines[first : last + 1]))),
    )
