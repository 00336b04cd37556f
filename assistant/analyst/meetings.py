"""The S&OP meetings as people name them."""

import re

MEETINGS = (
    ("pre-S&OP", r"\bpre[ -]?s ?(&|and|n)? ?op\b|\bpre[ -]?meeting\b|\bpre[ -]?exec\w*"),
    ("executive", r"\bexec(utive)?s?\b( (meeting|review|session|committee|round|s&op))?|\bboard\b|\bmanagement (meeting|review)\b"),
    ("demand", r"\bdemand (meeting|review|planning meeting|round|session)s?\b"),
    ("supply", r"\bsupply (meeting|review|planning meeting|round|session)s?\b"),
    ("product", r"\b(product|portfolio|innovation) (meeting|review|round|session)s?\b"),
)  # fmt: skip


def read_meeting(text: str) -> str | None:
    """Return the meeting that a text names."""
    return next((name for name, said in MEETINGS if re.search(said, text.lower())), None)
