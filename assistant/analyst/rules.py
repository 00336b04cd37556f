"""Which intent it is: the ranking, put right where the trade's own logic is sure."""

import re

from assistant.analyst.intents import Ranking
from assistant.analyst.levers import read_levers
from assistant.analyst.periods import Period
from assistant.analyst.signals import Signals
from assistant.analyst.slots import measure_of
from assistant.analyst.spelling import lexicon
from assistant.analyst.text import stem, words
from assistant.analyst.vocabulary import Vocabulary
from planning_engine.data.calendars import months_between

_RULE = 0.9
# Words of things that planning data of this kind never holds.
FOREIGN = re.compile(
    r"\b(other (manufacturers|companies|firms|makers|producers|brands)|mechanics|drivers?|workers? (age|pay)|opening hours|visitors?|auditors?|bugs|founded|competit\w+|rivals?|market share|weather|temperatures?|rain\w*|sunny|employees?|headcount|staff(?! plan)|salar\w+|wages?|payroll|sick\w*|"
    r"vacations?|absen\w+|hr|human resources|satisf\w+|complain(t|ts)\b|nps|promoter|carbon|co2|emissions?|footprint|sustainab\w+|electricity|"
    r"energy (use|usage|consumption|bill|costs?)|gas price|share price|stock price of|dividends?|shareholders?|advertis\w+|ad spend|media spend|exchange rates?|currency rates?|"
    r"cash ?flow|liquidity|tax(es)?\b|inflation|interest rates?|gdp|economy|economic|unemployment|invoices?|receivables?|payables?|debts?|loans?|bank|"
    r"websites?|web ?shop visitors|visitors|clicks|social media|twitter|facebook|instagram|linkedin|tiktok|trucks?|vehicles?|drivers? license|fuel|freight|kilomet\w+|mileage|"
    r"accidents?|injur\w+|safety incidents?|scrap rates?|reject rates?|defect\w*|recalls?|downtime|mtbf|warrant\w+|credit ratings?|phone|address(es)?|e-?mail address|birthdays?|"
    r"age of|how old|population|churn|patents?|r&d|research and development|lawsuits?|legal|strikes?|union|covid|pandemic|war|elections?|"
    r"overhead|rent|insurance|password|recipe for|nutrition\w*|calories|sugar content|allergens?|colou?rs?|weight of|market prices?|commodity|raw material prices?|industry|benchmark\w*|"
    r"hire[ds]?|layoffs?|training|office|parking|cafeteria|reviews? (on|by) (amazon|google)|google|amazon ratings?|returns? (rate|because|due)|return rate|customs|tariffs?|waste|water (use|usage|consumption))\b"
)


def decide(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> tuple[str, float]:
    """Return the intent and how sure it is."""
    for rule in (
        _of_actions,
        _of_talk,
        _of_levers,
        _of_suppliers,
        _of_definitions,
        _of_figures,
        _of_events,
    ):
        found = rule(signals, ranking, vocabulary)
        if found:
            return found, max(_RULE, ranking.of(found))
    best, confidence = ranking.scores[0]
    if best == "capacity" and _is_past(signals, vocabulary) and "kpi" not in signals.features:
        return best, confidence
    return best, confidence


_DOING = re.compile(
    r"^(please |pls |can you |could you |would you |will you |kindly |just |now |hey |hi )*(send|e-?mail|mail|delete|erase|wipe|overwrite|override|book|call|phone|ring|post|publish|export|upload|hire|fire|pay|reschedule|remind|notify|grant|release|forward|message|place (an?|the) (\w+ )?order|order \d+|buy \d+|change the|update the|edit the|modify the|set the|adjust the)\b"
)


def _of_actions(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> str | None:
    """Doing things in the world or in the data: never the analyst's."""
    text = signals.text.lower()
    if _DOING.match(text) and not re.search(
        r"\b(what if|what happens|what would|simulate|scenario)\b", text
    ):
        return "action"
    return None


def _of_suppliers(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> str | None:
    """How late a supplier is, said with its name."""
    text = signals.text.lower()
    named = any("supplier" in m.kinds for m in signals.mentions) or re.search(
        r"\b(supplier|vendor)\b", text
    )
    late = re.search(
        r"\b(late|lateness|delay\w*|on time|reliable|unreliable|punctual\w*|behind|lead time|deliver(s|ed|y|ies)?|perform\w*)\b",
        text,
    )
    if (
        named
        and late
        and ranking.best
        in ("kpi", "plan", "describe", "inventory", "missing", "forecast", "capacity")
        and not signals.cues & {"whatif", "if"}
    ):
        return "kpi"
    return None


def _of_talk(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> str | None:
    """Drafting, minutes, approvals, decisions: said by their own words."""
    text, cues = signals.text.lower(), signals.cues
    if "minutes" in cues:
        if re.search(
            r"\b(what|who|which|why|did)\b.{0,30}\b(minutes|protocol)\b.{0,12}\b(say|said|mention|contain|record)",
            text,
        ) or re.search(r"\b(in|search) the minutes\b", text):
            return "notes"
        if not re.search(r"\d+ minutes|minutes? (ago|late)", text):
            return "draft_minutes"
    if re.search(r"\bsummari[sz]e\b.{0,30}\b(meeting|review)\b", text) and not re.search(
        r"\b(said|about|on) ", text
    ):
        return "draft_minutes"
    if (
        "a_decision" in cues
        and re.search(
            r"\b(draft|propose|prepare|record|log|document|create|write( up)?|put forward|new|set up|note down|make)\b.{0,40}\b(decision|action item|action)\b",
            text,
        )
        and not re.search(r"^(show|list|which|what|open|find)\b|decision log", text)
    ):
        return "draft_decision"
    if re.search(
        r"^(please |can you |could you |i want to |let us )*(propose|note down|record|document) (that|to)\b",
        text,
    ):
        return "draft_decision"
    if (
        "approve" in cues
        and not signals.measures
        and re.match(
            r"^(please |can you |ok,? |yes,? |i |we |go ahead and |let us )*(approve|reject|sign|decline|accept|confirm|go ahead)\b",
            text,
        )
    ):
        return "approve"
    measure = measure_of(signals)
    if measure and measure.kpis[0] == "decision_execution_rate" and "define" not in cues:
        return "kpi"
    if (
        re.search(
            r"\b(who said|object|objected|objection\w*|disagree\w*|dissent\w*|was against|were against|opposed|concerns?|worried|argu\w+|said|say about|mention(ed)?|told|discuss\w*|talk(ed)? about|came up|raised|complain(ed|ing)?|opinion|in the notes|the notes)\b",
            text,
        )
        and not signals.cues & {"whatif"}
        and ranking.best != "decisions"
    ):
        return "notes"
    if re.search(
        r"\b(decisions?|decided?|action items?|to-?dos|agreed on)\b", text
    ) and ranking.best in (
        "notes",
        "plan",
        "capacity",
        "inventory",
        "forecast",
        "describe",
        "compare",
        "missing",
        "approve",
    ):
        return "decisions" if not re.search(r"\bwhy\b|\bagainst\b|\breason", text) else "notes"
    return None


def _of_levers(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> str | None:
    """A what-if says a change that can be made."""
    text, cues = signals.text.lower(), signals.cues
    if ranking.best in (
        "draft_decision",
        "draft_minutes",
        "notes",
        "decisions",
        "action",
        "approve",
    ):
        if not re.search(
            r"\b(what if|what happens|what would|suppose|simulate|scenario|impact|effect)\b", text
        ):
            return None
    if (
        re.search(r"\b(compare|which is better|better:)\b", text)
        and len(read_levers(signals, vocabulary).levers) > 1
    ):
        return "compare"
    asks = bool(cues & {"whatif", "if"}) or re.search(
        r"\b(effect|impact|consequences?|implications?|influence|affect\w*|would|could|what does (that|this|it) do|do(es)? (that|this|it) (do|fix|help|solve)|hurt|cope|absorb|test|imagine|say)\b",
        text,
    )
    changes = (
        signals.features & {"percent", "hours", "units", "duration"}
        or cues & {"outage", "delay", "without_event"}
        or re.search(r"\bshifts?\b|\bsaturdays?\b", text)
    )
    if asks and changes and not signals.measures and read_levers(signals, vocabulary).levers:
        return "whatif"
    if cues & {"whatif", "if"} and changes and read_levers(signals, vocabulary).levers:
        return "whatif"
    if "whatif" in cues and re.search(
        r"\b(what if|what happens if|suppose|simulate|scenario|imagine)\b", text
    ):
        return "whatif"
    if (
        "without_event" in cues
        and re.search(r"\bwithout\b", text)
        and ranking.best in ("capacity", "whatif", "inventory", "forecast")
    ):
        return "whatif" if read_levers(signals, vocabulary).levers else None
    bare = (
        re.match(r"^[+\-]?\s?\d+ ?(%|percent|hours)", text)
        and read_levers(signals, vocabulary).levers
    )
    return "whatif" if bare and cues & {"lever_more"} else None


def _of_definitions(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> str | None:
    measure = measure_of(signals)
    if measure is None or len(measure.kpis) > 1:
        return None
    plain = not signals.periods and not signals.mentions and "by" not in signals.cues
    if (
        plain
        and "define" in signals.cues
        and not re.search(
            r"\bexplain\b.*\b(drop|rise|fall|change|why|increase|decrease)", signals.text.lower()
        )
    ):
        return "describe"
    return None


def _of_figures(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> str | None:
    """A KPI is named: measured if it lies behind, forecast or checked if it lies ahead."""
    measure = measure_of(signals)
    text = signals.text.lower()
    if measure is None or ranking.best in (
        "draft_decision",
        "draft_minutes",
        "notes",
        "decisions",
        "action",
        "approve",
    ):
        return None
    if "whatif" in signals.cues and ranking.best == "whatif":
        return None
    ahead = _is_ahead(signals, vocabulary)
    said = signals.text[measure.start : measure.end].lower()
    if said in ("volume", "volumes", "turns", "service") and ranking.best != "kpi":
        return None
    if "utilisation" in measure.kpis:
        return "capacity" if ahead or _nearer_ahead(signals, vocabulary) else "kpi"
    if {"sales_quantity", "revenue"} & set(measure.kpis):
        if ranking.best == "forecast" and "forecast" in signals.cues:
            return "forecast"
        if ahead and not _is_past(signals, vocabulary):
            return "forecast"
        if (
            measure.kpis == ("sales_quantity",)
            and signals.cues & {"inventory", "capacity"}
            and not _is_past(signals, vocabulary)
            and ranking.best != "kpi"
        ):
            return None
        return "kpi"
    if "days_of_cover" in measure.kpis and re.search(r"\b(will|when|until|run out)\b", text):
        return "inventory"
    if (
        measure.kpis[0] in ("on_time", "in_full", "otif")
        and ahead
        and ranking.best in ("plan", "inventory", "capacity")
    ):
        return ranking.best
    if (
        "bias" in measure.kpis
        and re.search(r"\bover-?plan|under-?plan", text)
        and ranking.best == "capacity"
    ):
        return "capacity"
    return "kpi"


def _of_events(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> str | None:
    text = signals.text.lower()
    asks = re.search(r"^(which|what|are there|is there|when|list|show|any|how many)\b", text)
    about = re.search(
        r"\b(promotions?|promos?|campaigns?|events?|launches|price (changes?|increases?))\b", text
    )
    if (
        asks
        and about
        and ranking.best in ("describe", "forecast", "plan", "missing", "capacity", "kpi")
        and not signals.measures
    ):
        planned = re.search(
            r"\b(planned|coming|upcoming|scheduled|ahead|next|are there|do we have|in the (data|plan|calendar)|running|take place|list)\b",
            text,
        )
        return "describe" if planned and not signals.cues & {"capacity", "inventory"} else None
    return None


# Where in time


def _placed(signals: Signals, vocabulary: Vocabulary) -> list[Period]:
    return [p for p in signals.periods if p.span and not p.whole_year]


def _is_ahead(signals: Signals, vocabulary: Vocabulary) -> bool:
    """Tell whether the question is about months to come."""
    if any(p.leans == "future" for p in signals.periods):
        return True
    starts = [p.span[0] or p.span[1] for p in _placed(signals, vocabulary) if p.span]
    if any(start and start >= vocabulary.clock.plan_start for start in starts):
        return True
    return bool(
        re.search(
            r"\b(will|going to|expected|expect|upcoming|coming|shall)\b", signals.text.lower()
        )
    ) and not any(p.leans == "past" for p in signals.periods)


def _is_past(signals: Signals, vocabulary: Vocabulary) -> bool:
    if any(p.leans == "past" for p in signals.periods):
        return True
    ends = [p.span[1] or p.span[0] for p in _placed(signals, vocabulary) if p.span]
    if any(end and end < vocabulary.clock.plan_start for end in ends):
        return True
    return bool(
        re.search(r"\b(was|were|did|had|has been|have been|so far)\b", signals.text.lower())
    )


def _nearer_ahead(signals: Signals, vocabulary: Vocabulary) -> bool:
    """Tell whether a month without a year is nearer in the plan than in the past."""
    if _is_past(signals, vocabulary):
        return False
    clock = vocabulary.clock
    for period in signals.periods:
        if period.months:
            back, _ = period.placed("past", clock)
            ahead, _ = period.placed("future", clock)
            if back and ahead:
                return months_between(clock.plan_start, ahead) <= months_between(
                    back, clock.last_actual
                )
    return False


# Several figures in one question, and figures nobody has

_HEADS = (
    ("forecast", r"(?:demand |sales )?(?:forecast|outlook)s?|demand"),
    ("capacity", r"capacit(?:y|ies)(?: check| load)?|load|line loading"),
    ("inventory", r"(?:projected |closing )?(?:stock|inventory|inventories)(?: levels?| projection| position)?|stock-?outs?"),
    ("plan", r"(?:supply|production) plan"),
)  # fmt: skip
_COORDINATED = re.compile(
    rf"\b({'|'.join(p for _, p in _HEADS)})(?:,? (?:and|&|plus|as well as) |, )(?:the |our )?({'|'.join(p for _, p in _HEADS)})\b"
)


def heads(signals: Signals, intent: str) -> list[tuple[str, str | None]]:
    """Return the intents of "forecast and capacity of …", "OTIF and revenue …"; empty for one.

    Each comes with its KPI, where it is one.
    """
    if intent not in ("kpi", "forecast", "capacity", "inventory", "plan"):
        return []
    sure = [m for m in signals.measures if len(m.kpis) == 1]
    if intent == "kpi" and len({m.kpis[0] for m in sure}) > 1:
        gaps = [signals.text[a.end : b.start].lower() for a, b in zip(sure, sure[1:], strict=False)]
        if all(
            re.fullmatch(r"\W*(,|and|&|as well as|plus|or|versus|\W)*( the| our)?\W*", gap)
            for gap in gaps
        ):
            return [("kpi", kpi) for kpi in dict.fromkeys(m.kpis[0] for m in sure)]
    match = _COORDINATED.search(signals.text.lower())
    if not match:
        return []
    named = [next(n for n, p in _HEADS if re.fullmatch(p, said)) for said in (match[1], match[2])]
    return [(name, None) for name in dict.fromkeys(named)]


def is_missing(signals: Signals, ranking: Ranking, intent: str) -> bool:
    """Tell whether a question is about something that the data never holds."""
    text = signals.text.lower()
    for mention in sorted(signals.mentions, key=lambda m: m.start, reverse=True):
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    if intent in ("notes", "decisions", "draft_decision", "draft_minutes", "whatif"):
        return False
    return bool(FOREIGN.search(text)) or ranking.of("missing") > 0.45


_ALIEN, _FAR, _DISTANT, _OUTSIDE = 0.45, 0.5, 0.62, 0.2


def is_strange(signals: Signals, ranking: Ranking) -> bool:
    """Tell whether a question is like none that planning asks, and names nothing we know."""
    if signals.mentions or signals.measures or signals.quantities:
        return False
    outside = sum(ranking.of(intent) for intent in ("offtopic", "missing", "action"))
    return ranking.nearest < _FAR and (outside > _OUTSIDE or ranking.nearest < _ALIEN)


def is_doubtful(signals: Signals, ranking: Ranking) -> bool:
    """Tell whether more of a question is unknown than known, and no example is near."""
    if ranking.nearest >= _DISTANT or signals.mentions or signals.measures or signals.quantities:
        return False
    content = content_words(signals)
    known = [
        word for word in content if word in lexicon()["trade"] or stem(word) in lexicon()["trade"]
    ]
    return len(content) - len(known) >= len(known)


def content_words(signals: Signals) -> list[str]:
    """Return the words outside of names, months, numbers and grammar."""
    text, grammar = signals.text, lexicon()["function"]
    for start, end in sorted(signals.spans(), reverse=True):
        text = text[:start] + " " * (end - start) + text[end:]
    found = [word for word in words(text) if word.isalpha() and len(word) > 2]
    return [word for word in found if word not in grammar and stem(word) not in grammar]
