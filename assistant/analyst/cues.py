"""Signs of what a question is after, besides its meaning as a whole: verbs of the trade."""

import re

CUES: dict[str, str] = {
    "whatif": r"what (happens )?then|what if|what happens? if|what would happen|what happens? (when|with|to)|suppose|supposing|imagine|assum(e|ing) (that |we |the |a |\w+ (sales|demand))|simulat\w+|scenario|if we|if (the )?(demand|sales|supplier)|(could|can|would|do|does) (we|it|this) .{2,60} if\b|play through|let us (test|try|say)|stress[ -]?test|sensitivity|in case (of|that)|what does (that|this|it) do|do(es)? (that|this|it) (do|fix|help|solve)|hurt us|(can|could) we (cope|absorb|still)|how would (things|it|we)|how do we look if|consequences|\bsay \w+ |play the case",
    "if": r"\bif\b",
    "lever_more": r"\b(\d+ ?(%|percent) (more|less|higher|lower|fewer|up|down|increase|decrease|drop|growth|rise)|(rise|rises|drop|drops|fall|falls|grow|grows|increase|increases|go up|goes up|decrease|decreases|decline|declines|grew|rose|fell|dropped|increased) (by )?\d+|extra shift|additional shift|extra hours|more hours|doubles?|halves)\b",
    "outage": r"\b(down|breaks? ?down|broke down|out of order|outage|stops|stopped|fails|stands still|losing|lose|loses|shut ?down|offline|unavailable)\b",
    "delay": r"\b(days?|weeks?|months?|fortnight) (late|later|longer|slower|behind|delayed)|delay(ed|s)? (by|of)|slips?\b|lead[ -]?times?",
    "without_event": r"\b(without|cancel|drop|skip|no|scrap|call off|remove) (the |a |our )?(\w+ ){0,3}(promo\w*|campaign|deal|launch|event)",
    "forecast": r"\bforecast(ed)?\b(?! (accuracy|error|bias|value|quality|kpi|precision))|\bpredict\w*|\bprojection of (sales|demand)|\boutlook\b|demand plan|expected (demand|sales|volumes?)|(demand|sales|volumes?) (do|should|can|will|are) we (expect|see|sell)|will we sell|going to sell|will (customers|\w+) (want|order|buy|need)|future demand|baseline",
    "demand": r"\bdemands?\b|customers want",
    "capacity": r"\bcapacit\w+|overload\w*|over ?booked|bottlenecks?|\bload(s|ed|ing)?\b|enough (hours|time|people|staff|labou?r)|spare|headroom|short of hours|overtime|can we (make|produce|build|manufacture|run)|make (it|the (plan|numbers?|volume\w*|\w+ plan))|cope|\bhours\b|constraint|at (its|their|the) limit|how (full|busy|tight)|swamped|stretched|maxed|feasible|room (for|on)|keep up",
    "inventory": r"\bstock\w*|inventor\w+|run(s|ning)? (out|dry|short)|stock[ -]?outs?|shortages?|shortfalls?|go(es)? short|be short|out of stock|safety stock|days of cover|cover\b|on hand|in the warehouse|(will|do|does|is|are) .{0,40}(last|left|enough)\b|excess|too much of|overstock\w*|availab\w+|obsolete|slow movers?|at risk|missing (components|material)",
    "plan": r"\b(supply|production|optimal|best|feasible|cheapest|constrained|build|least[ -]cost) (plan|schedule)|plan (the )?(supply|production)|replan|optimi[sz]e|(should|do) we (produce|make|build|plan)|what (will|would) be (late|delivered late)|cannot be (met|made|delivered)|prebuild|pre-build|solve|run the plan",
    "compare": r"\bcompar\w+|differ\w*|chang(e|ed|es)\b|versus|moved|old plan|new plan|previous (cycle|plan|version)|last cycle|cycle to cycle|between the (cycles|plans)|which is better|waterfall",
    "versions": r"\b(cycles?|plan versions?|versions?|(last|previous|old|new|this) plan|(\w+) plan (and|with|against|versus|to) (the )?\w+( plan)?|since last (month|cycle|time)|last month plan|consensus)\b",
    "notes": r"\b(said|say|says|saying|told|mention\w*|discuss\w*|talk\w*|argu\w+|object\w*|oppos\w+|disagree\w*|dissent|concern\w*|worr(y|ied|ies)|raised|notes?|meetings?|quot\w+|comment\w*|opinion|think|thought|against|reason(s|ing)?|background|complain\w*|came up|bring up|brought up|report(ed)?)\b",
    "decisions": r"\b(decid\w+|decisions?|agreed|agreements?|action (items?|points?)|actions|to-?dos?|resolutions?|settled? on|concluded|next steps|open points|tasks|overdue|commitments?|promised|owns?|owned|responsible|follow(ed)? up|approved)\b",
    "draft": r"\b(draft\w*|write( up)?|prepare|propose|proposal|record|log|document|create|note down|put forward|set up|new)\b",
    "a_decision": r"\b(decisions?|(?<!of )action( item)?)\b",
    "minutes": r"\b(minutes|protocol|meeting report|write up the meeting)\b",
    "describe": r"\b(list|which .{1,40} (do we have|are there|exist|have we)|what .{1,30} (do we have|are there|exist|do we (make|sell|buy|produce))|how many (products|customers|lines|suppliers|sites|families|resources|plants|warehouses|skus|items)|tell me about|details|who are (our|the)|data|tables?|master data|holidays?|calendar)\b",
    "define": r"\b(defin\w+|formula|calculated?|calculation|computed?|what does .{1,40} mean|meaning of|explain|how (is|are|was) .{1,40} measured|how do (you|we) (calculate|compute|measure)|worked out|what counts as|stands? for)\b",
    "events": r"\b(promotions?|promos?|events?|campaigns?|launches)\b",
    "help": r"\b(what can (you|i)|help( me)?$|^help|how do i use|who are you|your capabilities|how does this work|what .{0,20}can i ask)\b",
    "thanks": r"^(hi|hello|hey|thanks?|thank you|good (morning|afternoon|evening)|ok|okay|great|perfect|bye|cheers|cool)\b",
    "do": r"^(please |can you |could you |pls )*(send|e-?mail|mail|delete|remove|update|edit|overwrite|override|place|order|book|release|cancel|call|phone|post|publish|export|upload|reschedule|hire|fire|buy|pay|set|change|increase|reduce|lower|raise|fix|grant|add|move|shift|remind|notify|schedule)\b",
    "approve": r"\b(approve|reject|sign( it)? off|decline|accept (the|it|this)|confirm (the|it|this)|go ahead)\b",
    "who": r"\bwho\b",
    "which": r"\b(which|what are the|top|worst|best|rank\w*|highest|lowest|biggest|largest|smallest)\b",
    "by": r"\b(by|per|split|broken down|break(down)?)\b",
    "how_much": r"\bhow (much|many)\b",
    "future": r"\b(will|going to|upcoming|coming|next|future|ahead|expected?|expect|plan to|shall|soon)\b",
    "past": r"\b(was|were|did|had|has been|have been|sold|last|past|previous|so far|since|history|historical|ago|used to|delivered|shipped)\b",
    "can_we": r"\b(can|could|are we able|is it possible|able to|manage|handle)\b",
    "why": r"\bwhy\b|reasons?\b|how come",
    "trend": r"\b(trend\w*|over time|develop\w*|evolution|month by month|monthly|getting (better|worse))\b",
    "persons": r"\b(employees?|staff|people|workers?|headcount|colleagues?)\b",
}  # fmt: skip
_COMPILED = {name: re.compile(pattern) for name, pattern in CUES.items()}
NAMES = tuple(CUES)


def read_cues(text: str) -> frozenset[str]:
    """Return the names of the cues in a cleaned question."""
    lowered = text.lower()
    return frozenset(name for name, pattern in _COMPILED.items() if pattern.search(lowered))
