"""Which intent it is: the ranking, put right where the trade's own logic is sure."""

import re

from assistant.analyst.case import Case
from assistant.analyst.intents import Ranking
from assistant.analyst.kpi_parameters import FORECAST_KPIS
from assistant.analyst.meetings import read_meeting
from assistant.analyst.phrases import begins
from assistant.analyst.planning_rules import DRAFTS, SURELY, WITH_LEVERS, planning_intent
from assistant.analyst.requests import TOOLS
from assistant.analyst.signals import Signals
from assistant.analyst.slots import wants_overtime
from assistant.analyst.supply_levers import NEW_KINDS
from assistant.analyst.vocabulary import Vocabulary

RULE = 0.9
_OF_PLANS = frozenset(
    ("plan_attainment", "plan_adherence", "plan_stability", "plan_change_frequency", "budget_gap")
)
TALKING = frozenset(
    ("draft_decision", "draft_minutes", "notes", "decisions", "action", "approve", *DRAFTS)
)


def decide(signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> tuple[str, float]:
    """Return the intent and how sure it is."""
    case = Case(signals, ranking, vocabulary)
    for rule in _RULES:
        intent = rule(case)
        if intent:
            return intent, max(RULE, ranking.of(intent))
    return ranking.scores[0]


def _planning(case: Case) -> str | None:
    """Ask a planning tool: its words are said, no change is supposed, no meeting is quoted."""
    is_quoting = case.best == "notes" and ("notes" in case.cues or case.says("asks_reason"))
    if is_quoting and (case.says("of_meetings") or case.ranking.planning[0][1] < SURELY):
        return None
    if "define" in case.cues and case.measure:
        return None
    if case.says("capacity_method"):
        return "capacity"
    if case.says("plan_rules"):
        return "plan"
    of_plan = case.is_ahead or re.search(r"\bplan\b", case.text)
    if "budget_gap" in case.kpis and of_plan and not case.is_past:
        return "plan_in_money"
    if "fva" in case.kpis:
        is_ledger = case.says("fva_rows") or "overrid" in case.text
        return "review_overrides" if is_ledger else None
    if "cash_to_cash" in case.kpis:
        return None
    of_one = case.names("event") and case.names("product") and case.says("takes_out")
    if of_one and not case.says("asks_effect") and "review_demand" in TOOLS:
        return "review_demand"
    intent = planning_intent(
        case.text,
        case.ranking,
        TOOLS,
        is_measured=bool(case.measure),
        has_event=case.names("event"),
    )
    if intent == "review_demand" and FORECAST_KPIS & set(case.kpis):
        return None
    if intent == "estimate_uplift" and case.names("event") and case.says("takes_out"):
        return None
    if intent is None and case.says("never_sold") and case.best not in TALKING:
        return "inventory"
    supposes = "whatif" in case.cues or case.says("says_change")
    return None if intent not in WITH_LEVERS and supposes and case.levers() else intent


def _pulled(case: Case) -> str | None:
    """Pull a lever told as an order: "raise the price of … by 5 %" changes nothing, but is run."""
    return "whatif" if begins("pulls", case.text) and case.lever_kinds & NEW_KINDS else None


# Doing, approving, drafting, quoting


def _actions(case: Case) -> str | None:
    """Doing things in the world or in the data: never the analyst's."""
    if case.says("ignores_rules"):
        return "offtopic"
    if case.says("writes_code"):
        return "offtopic"
    if case.says("marks_done"):
        return "approve"
    if begins("does", case.text) and not case.says("asks_scenario"):
        return "action"
    return None


def _drafts(case: Case) -> str | None:
    if "minutes" in case.cues:
        if case.says("minutes_speak") or case.says("minutes_topic"):
            return "notes"
        if not case.says("not_minutes"):
            return "draft_minutes"
    if case.says("sums_up_meeting") and not case.says("of_a_topic"):
        return "draft_minutes"
    if case.says("drafts_decision") and not case.says("shows_decisions"):
        return "draft_decision"
    return "draft_decision" if case.says("proposes") else None


def _approvals(case: Case) -> str | None:
    is_asked = "approve" in case.cues and not case.measure and case.says("approves")
    return "approve" if is_asked else None


def _talk(case: Case) -> str | None:
    if "decision_execution_rate" in case.kpis:
        return None
    if read_meeting(case.text) and not case.cues & {"decisions", "draft", "compare"}:
        return "notes" if case.best not in ("decisions", "draft_minutes", "help") else None
    if case.says("talks") and "whatif" not in case.cues and case.best != "decisions":
        return "notes"
    if case.says("shows_decisions") and case.says("decides") and case.best == "draft_decision":
        return "decisions"
    if case.says("decides") and not case.measure and not case.says("asks_suppose"):
        return "notes" if case.says("asks_reason") else "decisions"
    return None


# Scenarios


def _scenarios(case: Case) -> str | None:
    """A what-if says a change that can be made."""
    if case.says("plan_worth") and not case.says("asks_suppose"):
        return "plan"
    if case.best in TALKING and not case.says("asks_scenario") and not case.says("says_change"):
        return None
    if case.says("asks_which_is_better") and case.levers(versus=True) > 1:
        return "compare"
    if case.lever_kinds & NEW_KINDS and (
        case.cues & {"whatif", "if"} or case.says("asks_effect") or case.says("can_still")
        or begins("pulls", case.text)
    ):  # fmt: skip
        return "whatif"
    if wants_overtime(case.text) and not case.signals.quantities and case.best == "whatif":
        return "capacity"
    takes_out = case.names("event") and case.says("takes_out")
    changes = bool(
        takes_out
        or case.signals.features & {"percent", "hours", "units", "duration"}
        or case.cues & {"outage", "delay", "without_event"}
        or case.says("shifts")
    )
    supposes = bool(case.cues & {"whatif", "if"})
    of_sales = not set(case.kpis) - {"sales_quantity", "revenue"}
    asks = supposes or (case.says("asks_effect") and of_sales)
    if asks and changes and case.levers():
        return "whatif"
    if "whatif" in case.cues and case.says("asks_suppose"):
        return "whatif"
    broken = supposes and bool(case.cues & {"outage", "delay", "lever_more"})
    if broken and case.best not in TALKING and not case.measure:
        return "whatif"
    lost = "duration" in case.signals.features and case.names("resource") and case.says("loses")
    stated = (
        lost
        or begins("tries", case.text)
        or case.says("says_change")
        or "without_event" in case.cues
        or takes_out
    )
    if stated and case.best not in TALKING and not case.measure and case.levers():
        return "whatif"
    return None


# What there is


_NOUN = (
    r"(?:products?|items?|skus?|articles?|assortment|range|portfolio|famil(?:y|ies)|categories|"
    r"sites?|locations?|plants?|factories|warehouses?|dcs?|depots?|regions?|channels?|customers?|"
    r"clients?|accounts?|lines?|machines?|resources?|labou?r pools?|suppliers?|vendors?|kpis?|"
    r"metrics?|measures?|indicators|key figures|tables?|promotions?|promos?|campaigns?|events?|"
    r"launches|components?|materials?)"
)
_ASKED = (
    r"(?:please |can you |could you |hi |hello )*"
    r"(?:(?:which|what)(?: are)?|list|show(?: me)?|give me|names? of|what are the names of|tell me|"
    r"our|all|the)(?: all| the| our| of| a list of| list of| names of| overview of| different)*"
)
_HAVING = (
    r"(?: do you know| can i ask(?: for)?| do we have| have we(?: got)?| are there| exist| we have|"
    r" do we (?:sell|make|buy|run|operate|serve|offer|carry|use|work with)| catalogue| list| names|"
    r" pls| please| in (?:the|our) (?:data|calendar|system|company|range|family|portfolio))*"
)
_LISTING = re.compile(rf"^{_ASKED} (?:\w+ )?{_NOUN}(?: and (?:the )?{_NOUN})?{_HAVING}\W*$")


def _lists(case: Case) -> str | None:
    """What there is: "which sites do we have", "the Tea assortment", "price of …"."""
    if case.cues & {"whatif", "if"} or case.signals.quantities:
        return None
    if case.says("kpi_word") and case.signals.mentions and not case.measure:
        return "kpi"
    if case.measure:
        return None
    if not case.signals.periods and _LISTING.match(_nameless(case.signals)):
        return "describe"
    if case.names("family") and (case.says("range_of") or case.says("makes")):
        return "describe"
    talking = case.best in (*TALKING, "whatif", "compare")
    if case.names("product") and case.says("master_data") and not talking:
        return "describe"
    if case.says("data_quality") and not case.signals.mentions:
        return "describe"
    return None


def _nameless(signals: Signals) -> str:
    """Return a question without the places that it is narrowed to: "… in the West"."""
    text = signals.text.lower()
    for mention in sorted(signals.mentions, key=lambda m: m.start, reverse=True):
        before = re.sub(r"\b(in|of|from|at|for)( the)? $", "", text[: mention.start])
        text = before + text[mention.end :]
    return re.sub(r"\s+", " ", text).strip()


def _definitions(case: Case) -> str | None:
    if len(case.kpis) != 1 or "define" not in case.cues or case.says("explains_change"):
        return None
    split = "by" in case.cues and "mean by" not in case.text
    plain = not (case.signals.periods or case.signals.mentions or split)
    return "describe" if plain else None


def _events(case: Case) -> str | None:
    asks = begins("asks_events", case.text) and case.says("events") and not case.measure
    others = ("describe", "forecast", "plan", "missing", "capacity", "kpi")
    if asks and case.best in others and case.says("planned"):
        return None if case.cues & {"capacity", "inventory"} else "describe"
    return None


# Figures


def _plans(case: Case) -> str | None:
    """What the supply plan delivers, needs and costs."""
    if "versions" in case.cues:
        return None
    if case.says("plan_does") and not set(case.kpis) & _OF_PLANS:
        return "plan"
    everything = case.says("delivers_everything") and not case.names("resource")
    return "plan" if everything and not case.is_past and "whatif" not in case.cues else None


def _suppliers(case: Case) -> str | None:
    """How late a supplier is, said with its name."""
    named = case.names("supplier") or case.says("a_supplier")
    others = ("kpi", "plan", "describe", "inventory", "missing", "forecast", "capacity")
    if named and case.says("late") and case.best in others and not case.cues & {"whatif", "if"}:
        return "kpi"
    return None


def _figures(case: Case) -> str | None:
    """A KPI is named: measured if it lies behind, forecast or checked if it lies ahead."""
    if case.says("backtests") and "forecast" in case.text and not case.is_past:
        return "forecast"
    if case.measure is None or case.best in ("draft_decision", "draft_minutes", "notes"):
        return None
    if case.best in ("decisions", "approve") and "decision_execution_rate" not in case.kpis:
        promised = set(case.kpis) & {"otif", "on_time", "in_full"}
        return "kpi" if promised else None
    if "whatif" in case.cues and case.best == "whatif":
        return None
    said = case.text[case.measure.start : case.measure.end]
    if said in ("volume", "volumes", "turns", "service") and case.best != "kpi":
        return None
    if "utilisation" in case.kpis:
        return "capacity" if case.is_ahead or case.is_nearer_ahead else "kpi"
    if {"sales_quantity", "revenue"} & set(case.kpis):
        return _sales(case)
    if "days_of_cover" in case.kpis and case.says("will_last"):
        return "inventory"
    ahead = case.is_ahead and case.best in ("plan", "inventory", "capacity")
    return case.best if ahead and set(case.kpis) & {"on_time", "in_full", "otif"} else "kpi"


def _sales(case: Case) -> str | None:
    if case.best == "forecast" and "forecast" in case.cues and not case.is_past:
        return "forecast"
    if case.is_ahead and not case.is_past:
        return "forecast"
    stock = case.cues & {"inventory", "capacity"}
    if case.kpis == ("sales_quantity",) and stock and not case.is_past and case.best != "kpi":
        return None
    return "kpi"


_SUBJECTS = (("forecast", "forecast"), ("capacity", "capacity"), ("inventory", "inventory"))


def _subjects(case: Case) -> str | None:
    """A word of the trade outweighs a likeness to talk about something else."""
    if case.best not in ("offtopic", "missing", "greeting") or case.measure or case.says("foreign"):
        return None
    return next((intent for intent, cue in _SUBJECTS if cue in case.cues), None)


def _owing(case: Case) -> str | None:
    """What a person still has to do."""
    return "decisions" if case.names("person") and case.says("owes") else None


_RULES = (
    _planning, _pulled, _actions, _drafts, _approvals, _talk, _scenarios, _lists, _plans,
    _suppliers, _definitions, _figures, _events, _owing, _subjects,
)  # fmt: skip
