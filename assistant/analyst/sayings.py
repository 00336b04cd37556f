"""What the analyst says when no tool is called: fixed sentences, no figures."""

import re

from assistant.analyst.frame import Frame, Status
from assistant.analyst.measures import kpi_label
from assistant.analyst.mentions import Mention
from assistant.analyst.signals import Signals
from assistant.analyst.vocabulary import Vocabulary

HELP = (
    "I am the built-in analyst: I answer questions on sales and operations planning from your "
    "company's data, without a language model. You can ask me for KPIs (forecast accuracy, bias, "
    "OTIF, revenue, margin, stock, plan attainment), the demand forecast and its layers, capacity "
    "and bottlenecks, projected stock and safety stocks, the supply plan and why it is late, "
    "what to order, promises for orders, the plan in money, the S&OP grid, exceptions, what-if "
    "scenarios and their risk, why a plan changed, what was said and decided in the meetings, and "
    "drafts of decisions, overrides and minutes. Every figure comes from a tool and can be traced."
)
HELLO = "Hello. Ask me about demand, capacity, stock, plans, KPIs or the S&OP meetings."
THANKS = "You are welcome."
NEVER_MIND = "All right. What would you like to know instead?"
WHICH_FIGURE = "What would you like to see?"
NOT_SURE = "I am not sure what you are asking for. Do you mean:"
LANGUAGES = (
    "I understand English best, and common questions in German and Chinese. "
    "Please ask in English. / "
    "Bitte stellen Sie die Frage auf Englisch. / 请用英语提问。"
)
OFF_TOPIC = (
    "I can only answer questions on sales and operations planning from your company's data. "
    "Try, for example: 'Where is the bottleneck?' or 'Which products will stock out?'"
)
ACTION = (
    "I cannot do that: I only read the data and draft proposals; I never send, order, change or "
    "delete anything. I can draft a decision for somebody to approve, or run it as a what-if."
)
APPROVE = (
    "A person approves or rejects a proposal, not I: use the Approve or Reject button beside it, "
    "or `sop decisions` on the command line."
)
MISSING = (
    "That is not in the data. I know what the company's planning data holds: sales, orders, "
    "stock, receipts, resources, plans, forecasts, budget, suppliers, events and the meeting notes."
)
WITH_DEFINITION = "@definition"

_BY_INTENT: dict[str, tuple[Status, str]] = {
    "help": ("answered", HELP),
    "greeting": ("answered", HELLO),
    "offtopic": ("refused", OFF_TOPIC),
    "action": ("refused", ACTION),
    "approve": ("refused", APPROVE),
    "missing": ("not_in_data", MISSING),
}


def without_tool(intent: str, signals: Signals, vocabulary: Vocabulary) -> tuple[Status, str]:
    """Return the status and the words for a question that no tool answers."""
    if intent == "greeting" and re.search(
        r"\bthank|perfect|great|cool|well done", signals.text.lower()
    ):
        return "answered", THANKS
    return _BY_INTENT[intent]


def bad_group(group: str) -> str:
    """Return what to say to a split that no tool can make."""
    return (
        f"I cannot split by {group}. I can split by month, product, family, site, region, channel, "
        "customer, resource or supplier. Which one would you like?"
    )


def what_of(mention: Mention) -> str:
    """Return the question back for a name that stands alone."""
    name = mention.things[0].label if len(mention.things) == 1 else mention.text
    return f"What would you like to know about {name}?"


READINGS = {
    "kpi": "a KPI of the past",
    "forecast": "the demand forecast",
    "capacity": "the load against the available hours",
    "inventory": "the projected stock",
    "plan": "the supply plan",
    "compare": "what changed between the last two cycles",
    "notes": "what was said in the meetings",
    "decisions": "what was decided",
    "describe": "what the data holds",
}


def reading(intent: str, frame: Frame, vocabulary: Vocabulary) -> str:
    """Return one reading of a question in words, for a question back."""
    kpi = frame.slots.get("kpi")
    said = kpi_label(str(kpi)) if kpi else READINGS[intent]
    names = [vocabulary.label(kind, name) for kind, ids in frame.names.items() for name in ids]
    return (
        f"{said} of {', '.join(names)}"
        if names and intent in ("kpi", "forecast", "capacity", "inventory", "plan")
        else said
    )


_GERMAN = re.compile(
    r"\b(wie|welche[rsnm]?|was|wann|wo|wird|werden|wurde|ist|sind|haben|hat|können|kann|"
    r"der|die|das|den|dem|und|oder|nicht|für|mit|über|im|letzten|nächsten|"
    r"zeige|bitte|unser\w*|wir|viel|viele|reicht|gibt|es|warum|bei|auf)\b",
    re.I,
)


def foreign_language(question: str) -> str | None:
    """Return `zh` or `de` for a question in Chinese or German, `other` for other scripts."""
    if re.search(r"[\u4e00-\u9fff]", question) and not re.search(
        r"[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}", question
    ):
        return "zh"
    if re.search(
        r"[\u0400-\u04ff\u0600-\u06ff\u3040-\u30ff\uac00-\ud7af]", question
    ) and not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}", question):
        return "other"
    found = {word.lower() for word in _GERMAN.findall(question)}
    english = re.search(
        r"\b(what|which|how|the|is|are|will|of|for|and|show|can|do|does|did|was|in)\b",
        question,
        re.I,
    )
    shared = {"was", "die", "im", "den", "es", "hat", "wo", "das"}
    if (
        len(found - shared) >= 1
        and len(found) >= 2
        and not re.search(r"\b(the|what|which|how|are|of)\b", question, re.I)
    ):
        return "de"
    return "de" if found - shared and not english else None


def in_english(question: str, language: str) -> tuple[str, bool]:
    """Return the question in English words where its common words are known, and whether it was."""
    from assistant.analyst.languages import translated

    return translated(question, language)
