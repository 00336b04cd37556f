"""Signs of what a question is after, besides its meaning as a whole: verbs of the trade."""

import re

CUES: dict[str, str] = {
    "whatif": (
        r"what (happens )?then|what if|what happens? if|what would happen|what happens? (when|"
        r"with|to)|suppose|supposing|imagine|assum(e|ing) (that |we |the |a |\w+ (sales|"
        r"demand))|simulat\w+|scenario|if we|if (the )?(demand|sales|supplier)|(could|can|"
        r"would|do|does) (we|it|this) .{2,60} if\b|play through|let us (test|try|say)|"
        r"stress[ -]?test|sensitivity|in case (of|that)|what does (that|this|it) do|"
        r"do(es)? (that|this|it) (do|fix|help|solve)|hurt us|(can|could) we (cope|absorb|"
        r"still)|how would (things|it|we)|how do we look if|consequences|\bsay \w+ |"
        r"play the case"
),
    "if": r"\bif\b",
    "lever_more": (
        r"\b(\d+ ?(%|percent) (more|less|higher|lower|fewer|up|down|increase|decrease|drop|"
        r"growth|rise)|(rise|rises|drop|drops|fall|falls|grow|grows|increase|increases|go up|"
        r"goes up|decrease|decreases|decline|declines|grew|rose|fell|dropped|"
        r"increased) (by )?\d+|extra shift|additional shift|extra hours|more hours|doubles?|"
        r"halves)\b"
),
    "outage": (
        r"\b(down|breaks? ?down|broke down|out of order|outage|stops|stopped|fails|"
        r"stands still|losing|lose|loses|shut ?down|offline|unavailable)\b"
),
    "delay": (
        r"\b(days?|weeks?|months?|fortnight) (late|later|longer|slower|behind|delayed)|"
        r"delay(ed|s)? (by|of)|slips?\b|lead[ -]?times?"
),
    "without_event": (
        r"\b(without|cancel|drop|skip|no|scrap|call off|remove) (the |a |"
        r"our )?(\w+ ){0,3}(promo\w*|campaign|deal|launch|event)"
),
    "forecast": (
        r"\bforecast(ed)?\b(?! (accuracy|error|bias|value|quality|kpi|precision))|"
        r"\bpredict\w*|\bprojection of (sales|demand)|\boutlook\b|anticipat\w+|"
        r"likely to (order|buy|sell|want|need)|demand plan|expected (demand|sales|volumes?)|"
        r"(demand|sales|volumes?) (do|should|can|will|are) we (expect|see|sell)|will we sell|"
        r"going to sell|will (customers|\w+) (want|order|buy|need)|future demand|baseline"
),
    "demand": r"\bdemands?\b|customers want",
    "capacity": (
        r"\bcapacit\w+|overload\w*|over ?booked|bottlenecks?|\bload(s|ed|ing)?\b|"
        r"enough (hours|time|people|staff|labou?r)|spare|headroom|short of hours|overtime|"
        r"can we (make|produce|build|manufacture|run)|make (it|the (plan|numbers?|volume\w*|"
        r"\w+ plan))|cope|\bhours\b|constraint|at (its|their|the) limit|how (full|busy|tight)|"
        r"swamped|stretched|maxed|(over|above|beyond) \d+ ?%|ceiling|headache|choke ?point|"
        r"feasible|room (for|on)|keep up"
),
    "inventory": (
        r"\bstock\w*|inventor\w+|run(s|ning)? (out|dry|short)|stock[ -]?outs?|shortages?|"
        r"shortfalls?|go(es)? short|be short|out of stock|sell(s|ing)? out|sold out|pil(e|es|"
        r"ing) up|safety stock|days of cover|cover\b|on hand|in the warehouse|(will|do|does|"
        r"is|are) .{0,40}(last|left|enough)\b|excess|too much of|overstock\w*|availab\w+|"
        r"obsolete|slow movers?|at risk|missing (components|material)"
),
    "plan": (
        r"\b(supply|production|optimal|best|feasible|cheapest|constrained|build|"
        r"least[ -]cost) (plan|schedule)|plan (the )?(supply|production)|replan|optimi[sz]e|"
        r"(should|do) we (produce|make|build|plan)|what (will|would) be (late|delivered late)|"
        r"cannot be (met|made|delivered)|prebuild|pre-build|solve|run the plan"
),
    "compare": (
        r"\bcompar\w+|differ\w*|chang(e|ed|es)\b|versus|moved|old plan|new plan|"
        r"previous (cycle|plan|version)|last cycle|cycle to cycle|between the (cycles|plans)|"
        r"which is better|waterfall"
),
    "versions": (
        r"\b(cycles?|plan versions?|versions?|(last|previous|old|new|this) plan|"
        r"(\w+) plan (and|with|against|versus|to) (the )?\w+( plan)?|since last (month|cycle|"
        r"time)|last month plan|consensus)\b"
),
    "notes": (
        r"\b(said|say|says|saying|told|mention\w*|discuss\w*|talk\w*|argu\w+|object\w*|"
        r"oppos\w+|disagree\w*|dissent|concern\w*|worr(y|ied|ies)|raised|notes?|meetings?|"
        r"quot\w+|comment\w*|opinion|think|thought|against|reason(s|ing)?|background|"
        r"complain\w*|came up|bring up|brought up|report(ed)?)\b"
),
    "decisions": (
        r"\b(decid\w+|decisions?|agreed|agreements?|action (items?|points?)|actions|to-?dos?|"
        r"resolutions?|settled? on|concluded|next steps|open points|tasks|overdue|"
        r"commitments?|promised|owns?|owned|responsible|follow(ed)? up|approved)\b"
),
    "draft": (
        r"\b(draft\w*|write( up)?|prepare|propose|proposal|record|log|document|create|"
        r"note down|put forward|set up|new)\b"
),
    "a_decision": r"\b(decisions?|(?<!of )action( item)?)\b",
    "minutes": r"\b(minutes|protocol|meeting report|write up the meeting)\b",
    "describe": (
        r"\b(list|which .{1,40} (do we have|are there|exist|have we)|what .{1,30} (do we have|"
        r"are there|exist|do we (make|sell|buy|produce))|how many (products|customers|lines|"
        r"suppliers|sites|families|resources|plants|warehouses|skus|items)|tell me about|"
        r"details|who are (our|the)|data|tables?|master data|holidays?|calendar)\b"
),
    "define": (
        r"\b(defin\w+|formula|calculated?|calculation|computed?|what does .{1,40} mean|"
        r"meaning of|mean by|work(ed)? out|arrive at|come up with|explain|how (is|are|"
        r"was) .{1,40} measured|how do (you|we) (calculate|compute|measure)|worked out|"
        r"what counts as|stands? for)\b"
),
    "events": r"\b(promotions?|promos?|events?|campaigns?|launches)\b",
    "help": (
        r"\b(what can (you|i)|help( me)?$|^help|how do i use|who are you|your capabilities|"
        r"how does this work|what .{0,20}can i ask)\b"
),
    "thanks": (
        r"^(hi|hello|hey|thanks?|thank you|good (morning|afternoon|evening)|ok|okay|great|"
        r"perfect|bye|cheers|cool)\b"
),
    "do": (
        r"^(please |can you |could you |pls )*(send|e-?mail|mail|delete|remove|update|edit|"
        r"overwrite|override|place|order|book|release|cancel|call|phone|post|publish|export|"
        r"upload|reschedule|hire|fire|buy|pay|set|change|increase|reduce|lower|raise|fix|"
        r"grant|add|move|shift|remind|notify|schedule)\b"
),
    "approve": (
        r"\b(approve|reject|sign( it)? off|decline|accept (the|it|this)|confirm (the|it|this)|"
        r"go ahead)\b"
),
    "who": r"\bwho\b",
    "which": (
        r"\b(which|what are the|top|worst|best|rank\w*|highest|lowest|biggest|largest|"
        r"smallest)\b"
),
    "by": r"\b(by|per|split|broken down|break(down)?)\b",
    "how_much": r"\bhow (much|many)\b",
    "future": (
        r"\b(will|going to|upcoming|coming|next|future|ahead|expected?|expect|plan to|shall|"
        r"soon)\b"
),
    "past": (
        r"\b(was|were|did|had|has been|have been|sold|last|past|previous|so far|since|history|"
        r"historical|ago|used to|delivered|shipped)\b"
),
    "can_we": r"\b(can|could|are we able|is it possible|able to|manage|handle)\b",
    "why": r"\bwhy\b|reasons?\b|how come",
    "trend": (
        r"\b(trend\w*|over time|develop\w*|evolution|month by month|monthly|getting (better|"
        r"worse))\b"
),
    "persons": r"\b(employees?|staff|people|workers?|headcount|colleagues?)\b",
}  # fmt: skip
_COMPILED = {name: re.compile(pattern) for name, pattern in CUES.items()}
NAMES = tuple(CUES)


def read_cues(text: str) -> frozenset[str]:
    """Return the names of the cues in a cleaned question."""
    lowered = text.lower()
    return frozenset(name for name, pattern in _COMPILED.items() if pattern.search(lowered))
