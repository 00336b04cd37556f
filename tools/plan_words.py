"""What is said of a supply plan: what is late, why, and where an hour would help."""

from planning_engine.supply.shortfalls.lateness import Bind, Late
from tools import wording
from tools.evidence import Fact
from tools.names import Names

MOST_LATE = 12
MOST_BINDS = 2


def because(names: Names, binds: tuple[Bind, ...]) -> str:
    """Return why something is late, as a clause: `because the hours of L3 are used up …`."""
    return "because " + wording.listed([_bind(names, bind) for bind in binds[:MOST_BINDS]])


def _bind(names: Names, bind: Bind) -> str:
    when = wording.month(bind.month)
    match bind.kind:
        case "hours":
            return f"the hours of {names.resource(bind.name)} are used up in {when}"
        case "component":
            return f"{names.product(bind.name)} runs short in {when}"
        case "lane":
            return f"the lane from {names.site(bind.name)} is full in {when}"
        case "lead time":
            return f"supply from {names.site(bind.name)} cannot arrive before the end of {when}"
        case "fence":
            return f"the published plan is frozen in {when}"
        case "changes":
            return "the plan may not change more"
        case "no supply":
            return "no routing, supplier or lane in the data supplies it"
        case "cost":
            return "being late costs less than overtime or another way to make it"


def late_words(names: Names, late: Late) -> str:
    """Return one late delivery: `X at West in March 2027 (800 cases)`."""
    amount = wording.figure(late.quantity, names.unit(late.product))
    return f"{names.stock(late.product, late.site)} in {wording.month(late.month)} ({amount})"


def late_facts(names: Names, late: tuple[Late, ...]) -> list[Fact]:
    """Return each late delivery and what binds it, largest first."""
    facts = []
    for entry in late[:MOST_LATE]:
        about = {"product": entry.product, "month": entry.month.isoformat()}
        if entry.site:
            about["site"] = entry.site
        facts.append(Fact("late", entry.quantity, names.unit(entry.product), about))
        facts.append(Fact("late_product", entry.product, None, about))
        if entry.site:
            facts.append(Fact("late_site", entry.site, None, about))
        for bind in entry.binds[:MOST_BINDS]:
            facts.append(Fact("cause_month", bind.month, None, about))
            if bind.name:
                cause = f"cause_{bind.kind.replace(' ', '_')}"
                facts.append(Fact(cause, bind.name, None, about))
    return facts
