"""Slots that are not names: split by what, in which order, at which lag, of which stage."""

import re
from typing import Any

from assistant.analyst.mentions import Mention
from assistant.analyst.signals import Signals

_GROUPS: tuple[tuple[str, str], ...] = (
    ("month", r"months?|monthly"),
    ("product", (
        r"products?|items?|skus?|articles?|sellers?|best ?sellers?|materials?|components?|"
        r"packs?|pack sizes?"
)),
    ("family", (
        r"famil(?:y|ies)|categor(?:y|ies)|product (?:groups?|famil(?:y|ies)|lines?)|groups?|"
        r"segments?"
)),
    ("site", (
        r"sites?|plants?|dcs?|warehouses?|depots?|locations?|factor(?:y|ies)|"
        r"distribution cent(?:er|re)s?|stores?"
)),
    ("region", r"regions?|areas?|territor(?:y|ies)|markets?|geograph(?:y|ies)"),
    ("channel", r"channels?|sales channels?"),
    ("customer", r"customers?|clients?|accounts?|buyers?|retailers?"),
    ("resource", r"resources?|lines?|machines?|production lines?|work cent(?:er|re)s?"),
    ("supplier", r"suppliers?|vendors?"),
    ("stream", r"(?:forecast )?streams?|forecast types?|inputs?|forecast sources?"),
    ("author", (
        r"authors?|planners?|persons?|people|forecasters?|sales ?persons?|sales ?(?:reps?|"
        r"managers?|people)|managers?"
)),
)  # fmt: skip
_ANY = "|".join(f"(?P<{name}_{{n}}>{nouns})" for name, nouns in _GROUPS)
_BAD_GROUPS = (
    r"days?|weeks?|daily|weekly|quarters?|quarterly|(?<!turns per )years?|yearly|"
    r"countr(?:y|ies)|colou?rs?|"
    r"brands?|employees?|shifts?|truck|hours?|departments?|cities|city|zip|order size|age"
)


def _group(prefix: str, text: str) -> str | None:
    """Return the group noun that follows a pattern."""
    match = re.search(rf"{prefix}(?:{_ANY.format(n=0).replace('{n}', '0')})\b", text)
    if not match:
        return None
    return next(name for name, _ in _GROUPS if match.groupdict().get(f"{name}_0"))


_SPLIT = (
    r"\b(?:by|per|for each|for every|each|every|split by|split into|broken down (?:by|into)|"
    r"break(?:down)? (?:it |this |that |them )?(?:down )?(?:by|into)|grouped by|"
    r"across(?: all| the| our)?|"
    r"(?:in|of|for) each(?: of)?|(?:in|of) every|for all(?: the| our)?|all(?: the| our)?|"
    r"between(?: the| our)?|among(?: the| our)?|over(?: the| our)) "
    r"(?:the |our |individual |single |different |product )?"
)
_RANKED = (
    r"\b(?:which|what)(?: of (?:the|our))?(?: \d+)? (?:(?:are|is) (?:the|our)(?: \w+)? |"
    r"is the \w+ \w+ )?(?:\w+ )?"
)
_SUPERLATIVE = (
    r"\b(?:top|bottom|worst|best|biggest|largest|smallest|highest|lowest|leading|main|major|"
    r"most (?:important|profitable|valuable|reliable|unreliable|accurate|inaccurate|"
    r"biased)|least \w+|"
    r"best[ -]?selling|top[ -]?selling|worst[ -]?selling|slowest[ -]?(?:moving|selling)|"
    r"fastest[ -]?(?:moving|selling)|late|latest|unreliable|poorest|weakest|strongest)"
    r"(?: (?:performing|planned|forecast|forecasted|served|"
    r"selling))?(?: \d+)?(?: of (?:the|our))? (?:\w+ )?"
)


def read_group(signals: Signals) -> str | None:
    """Return what a result is to be split by: "by family", "which customers", "monthly"."""
    text = signals.text.lower()
    for pattern in (
        _SPLIT,
        _RANKED,
        _SUPERLATIVE,
        r"\b(?:the |give me |list |show me |show )\d{1,2} (?:\w+ )?",
        r"\bare there (?:any |some )?",
        r"\brank (?:all |the |our )*",
        r"\b(?:list|show|compare) (?:all |the |our |me )+",
    ):
        found = _group(pattern, text)
        if found and not (found == "resource" and "line" in text and "order line" in text):
            return found
    if re.search(
        (
            r"\bmonthly\b|month (?:by|on|over|after) month|over time|\btrend\w*|\bdevelop\w*|"
            r"\bevolution\b|\bevolv\w+"
        ),
        text,
    ):
        return "month"
    if re.search(r"\bregional(ly)?\b", text):
        return "region"
    if re.search(r"^(and )?(who|whose)\b", text):
        return "author"
    if any(is_noun(signals, mention) for mention in signals.mentions):
        return "product"
    return (
        "product"
        if re.search(r"\b(what|which \w+) (sells?|does not sell|sold|moves?)\b", text)
        else None
    )


def read_noun(signals: Signals) -> str | None:
    """Return the group noun that a short reply consists of: "and the customers?"."""
    return _group(r"^(?:and |what about |how about |the |for |now |only )*", signals.text.lower())


def is_noun(signals: Signals, mention: Mention) -> bool:
    """Tell whether a name that many share is a noun here: "which bikes", not one bike."""
    several = len(mention.things) > 1 and not mention.whole
    kinds = set(mention.kinds) <= {"product", "family"}
    return (
        several
        and kinds
        and bool(
            re.search(r"\b(which|what)( of (our|the))? $", signals.text[: mention.start].lower())
        )
    )


def read_bad_group(text: str) -> str | None:
    """Return a split that no tool can make: "by week", "per employee"."""
    match = re.search(
        rf"\b(?:by|per|for each|broken down by|split by) (?:the )?({_BAD_GROUPS})\b", text.lower()
    )
    return match[1] if match else None


_COUNT = re.compile(
    r"\b(?:top|bottom|worst|best|biggest|largest|lowest|highest|first|the|which|"
    r"what) (\d{1,2})\b(?! ?(?:%|months?|quarters?|weeks?|days?|years?|percent|hours?|"
    r"cycles?|l\b))"
    r"|\b(\d{1,2}) (?:worst|best|biggest|largest|smallest|lowest|highest|top|most|least|"
    r"slowest|fastest)\b"
)


def read_ranking(signals: Signals) -> dict[str, Any]:
    """Return `top` and `order` for a ranked result; empty if none is asked for."""
    text = signals.text.lower()
    match = _COUNT.search(text)
    ranking: dict[str, Any] = {"top": int(match[1] or match[2])} if match else {}
    order = _order(text)
    if order:
        ranking["order"] = order
    return ranking


def _order(text: str) -> str | None:
    if re.search(r"\bunder-? ?(forecast|plan|estimat)\w*|too low|pessimis|low-?ball|sandbag", text):
        return "lowest"
    if re.search(r"\bover-? ?(forecast|plan|estimat)\w*|too high|optimis", text):
        return "highest"
    if re.search(
        (
            r"\b(worst|poorest|weakest|wrong|problem|trouble|struggl\w+|most (late|unreliable|"
            r"inaccurate|delayed|behind)|least (reliable|accurate|stable|punctual)|late(st)?|"
            r"unreliable|behind)\b(?!.{0,12}sell)"
        ),
        text,
    ):
        return "worst"
    if re.search(r"\b(worst|least|slowest|lowest|smallest|shortest|bottom|fewest|minimum)\b", text):
        return "lowest"
    if re.search(
        (
            r"\b(best[ -]sell\w*|top|most|highest|longest|biggest|largest|greatest|maximum|main|"
            r"leading|best seller\w*|fastest)\b"
        ),
        text,
    ):
        return "highest"
    if re.search(r"\b(best|strongest|most (reliable|accurate|stable|punctual))\b", text):
        return "best"
    return "worst" if re.search(r"\brank\w*\b", text) else None


def read_stock_scope(signals: Signals, *, named: bool) -> dict[str, Any]:
    """Return `only` and `stage` for a stock question.

    Args:
        signals: The question.
        named: Whether one product is named: then all of its months are wanted, not only the
            ones at risk.
    """
    text = signals.text.lower()
    found: dict[str, Any] = {}
    if re.search(
        r"\b(obsolete\w*|obsolescence|dead stock|writ(e|ten|ing)[- ]?offs?|written off|"
        r"never be sold|never sell|spoils?|expires? before)\b",
        text,
    ):
        found["only"] = "obsolete"
    elif re.search(
        (
            r"\b(excess\w*|over-?stock\w*|too much|surplus|obsolete\w*|slow[ -]?mov\w*|dead stock|"
            r"overhang|sitting on|stuck with|(never|not) (be able to )?sell|cannot sell|"
            r"not selling|get rid of|lying around|pil(e|es|ing) up|accumulat\w+)\b"
        ),
        text,
    ):
        found["only"] = "excess"
    elif not named and re.search(
        r"\b(run(s|ning)? (out|dry|short|low)|stock[ -]?outs?|stocked out|short(age|ages|fall|"
        r"falls)?|(at|in) risk|risks?|"
        r"safety stock|be missing|missing|critical|empty|sell out|sold out|not enough|"
        r"problems?|gaps?|endangered|threaten\w*|"
        r"insufficient|out of stock|oos|go(es|ing)? short|cannot supply|enough)\b",
        text,
    ):
        found["only"] = "at_risk"
    if re.search(
        (
            r"\b(components?|raw materials?|materials?|packaging|ingredients?|purchased (parts|"
            r"items)|parts)\b"
        ),
        text,
    ):
        found["stage"] = "raw"
    elif re.search(r"\bfinished (goods|products?)\b|\bend products?\b", text):
        found["stage"] = "finished"
    elif re.search(r"\b(semi[ -]?finished|wip|work in (progress|process)|intermediates?)\b", text):
        found["stage"] = "wip"
    return found


def wants_overtime(text: str) -> bool | None:
    """Return whether overtime may count: True with it, False without, None if unsaid."""
    lowered = text.lower()
    if re.search(
        (
            r"\b(without|no|excluding|excl\.?|not (count|use|allow|using|counting)|forbid|"
            r"forbidding|ban|avoid|exclude|zero) (any |the |all )?overtime"
        ),
        lowered,
    ):
        return False
    if re.search(
        (
            r"\b(with|including|incl\.?|count|counting|use|using|allow|allowing|plus|work|"
            r"working)( in)?( the| all| allowed)? overtime"
        ),
        lowered,
    ):
        return True
    return None
