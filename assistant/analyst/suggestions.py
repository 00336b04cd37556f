"""What may be asked next: questions that the analyst itself can answer."""

from collections.abc import Sequence

from assistant.analyst.frame import Call
from assistant.analyst.measures import kpi_label
from assistant.analyst.planning_suggestions import AFTER
from assistant.analyst.vocabulary import Vocabulary

START = (
    "Where is the bottleneck in the next six months?",
    "Which products will stock out?",
    "How accurate was our forecast by family?",
)
_MONTH = "%B %Y"


def after(calls: Sequence[Call], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return up to three questions that follow from the calls made."""
    if not calls:
        return START
    call = calls[0]
    place = _place(call, vocabulary)
    if call.tool in AFTER:
        of = f" of {place}" if place else ""
        return tuple(question.format(of=of) for question in AFTER[call.tool])
    asked = _NEXT.get(call.tool, lambda c, p, v: START)(call, place, vocabulary)
    return tuple(asked[:3])


def _place(call: Call, vocabulary: Vocabulary) -> str:
    """Return the name of what a call is about."""
    for kind in (
        "product",
        "resource",
        "family",
        "supplier",
        "customer",
        "region",
        "site",
        "channel",
    ):
        if name := call.arguments.get(kind):
            return vocabulary.label(kind, str(name))
    return ""


def _kpi(call: Call, place: str, vocabulary: Vocabulary) -> list[str]:
    label = kpi_label(str(call.arguments["kpi"]))
    of = f" of {place}" if place else ""
    group = {"supplier_lateness": "supplier", "utilisation": "resource"}.get(
        str(call.arguments["kpi"]), "family"
    )
    other = "month" if call.arguments.get("by") else group
    return [
        f"Show {label}{of} by {other}",
        f"How is {label} defined?",
        f"How is {label}{of} compared with the previous period?",
    ]


def _forecast(call: Call, place: str, vocabulary: Vocabulary) -> list[str]:
    of = f" of {place}" if place else ""
    by = "" if place else " by family"
    return [
        f"How accurate was the forecast{of}{by}?",
        f"When will {place} run out?"
        if call.arguments.get("product")
        else "Which products will stock out?",
        "What if demand rises 10 %?"
        if not (call.arguments.get("product") or call.arguments.get("family"))
        else f"What if demand for {place} rises 10 %?",
    ]


def _capacity(call: Call, place: str, vocabulary: Vocabulary) -> list[str]:
    if not call.arguments.get("resource"):
        return [
            "What should we produce in the next six months?",
            "What if demand rises 10 %?",
            "Which decisions are overdue?",
        ]
    return [
        f"What if we add 40 hours a month on {place}?",
        f"What was said about {place} in the supply meeting?",
        f"How was the utilisation of {place} in the last six months?",
    ]


def _inventory(call: Call, place: str, vocabulary: Vocabulary) -> list[str]:
    if call.arguments.get("product"):
        return [
            f"What is the forecast for {place}?",
            f"What was said about {place}?",
            "Which products have excess stock?",
        ]
    return [
        "Which products have excess stock?",
        "What will be late in the supply plan?",
        "Which suppliers deliver late?",
    ]


def _whatif(call: Call, place: str, vocabulary: Vocabulary) -> list[str]:
    return [
        "Where is the bottleneck in the next six months?",
        "What changed since the last cycle?",
        "Which decisions are open?",
    ]


_NEXT = {
    "query_kpi": _kpi,
    "forecast_demand": _forecast,
    "check_capacity": _capacity,
    "project_inventory": _inventory,
    "run_scenario": _whatif,
    "plan_supply": lambda c, p, v: [
        "Where is the bottleneck in the next six months?",
        "What if demand rises 10 %?",
        "Which products will stock out?",
    ],
    "compare_plans": lambda c, p, v: [
        "Which decisions are open?",
        "How stable is our plan?",
        "Where is the bottleneck in the next six months?",
    ],
    "search_notes": lambda c, p, v: [
        "Which decisions are open?",
        "Which decisions are overdue?",
        "Draft the minutes of the last executive meeting",
    ],
    "find_decisions": lambda c, p, v: [
        "Which decisions are overdue?",
        "What share of our decisions was carried out?",
        "Draft the minutes of the last executive meeting",
    ],
    "draft_decision": lambda c, p, v: ["Which decisions are open?", "Which decisions are overdue?"],
    "draft_minutes": lambda c, p, v: [
        "Which decisions are open?",
        "Which decisions were never carried out?",
    ],
    "describe_data": lambda c, p, v: list(START),
}
