"""Questions to begin with, made of the company's own names and the tables it has."""

from dataclasses import dataclass

from planning_engine.data.calendars import horizon
from planning_engine.data.snapshot import Snapshot


@dataclass(frozen=True)
class Example:
    """A question one could ask, and what it is about."""

    topic: str
    question: str


def examples(snapshot: Snapshot, limit: int = 6) -> tuple[Example, ...]:
    """Return questions that this snapshot can answer for this person, most telling first."""
    family = _first(snapshot, "family")
    some = f" for {family}" if family else ""
    next_quarter = horizon(snapshot.company.as_of, 3)[-1]
    found = []
    if snapshot.has("routings") and snapshot.has("calendars"):
        found.append(
            Example("Capacity", "Which lines are over their hours in the next six months?")
        )
    if snapshot.has("stock"):
        found.append(Example("Stock", "Which products will run out of stock first?"))
    if snapshot.has("forecasts"):
        found.append(Example("Accuracy", "Where is our forecast bias worst, by family?"))
    elif snapshot.has("orders"):
        found.append(Example("Service", "What was our OTIF over the last year?"))
    found.append(Example("Demand", f"What is the demand forecast{some} for the next six months?"))
    if snapshot.has("routings") and family:
        found.append(
            Example("What if", f"What if {family} demand rises 10 % until {next_quarter:%B %Y}?")
        )
    if snapshot.has("budget"):
        found.append(Example("Money", "How far is revenue from budget this year?"))
    found.append(Example("Decisions", "Which decisions are overdue?"))
    found.append(Example("Revenue", "Which customers bring the most revenue?"))
    return tuple(found[:limit])


def _first(snapshot: Snapshot, kind: str) -> str | None:
    names = snapshot.names(kind)
    return names[0] if names else None
