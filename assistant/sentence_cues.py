"""What the words around a figure say: up or down, a limit, a range, a report, an echo."""

import re
from itertools import pairwise

from assistant.fact_index import Direction

_DOWN = re.compile(
    r"\b(?:down|fell|falls?|drop\w*|declin\w*|decreas\w*|less|lower|reduc\w*|short\w*|below|"
    r"minus|negative|under|lost|los[es]s?|worse\w*|behind|fewer|missing|cut\w*|sav\w*|earlier|"
    r"backlog|deficit|shrink\w*|improv\w*)\b",
    re.I,
)
_UP = re.compile(
    r"\b(?:up|rose|ris\w*|increas\w*|grew|grow\w*|more|higher|gain\w*|added|above|over|extra)\b",
    re.I,
)
_ECHO = re.compile(
    r"\b(?:if|with|what-if|asked|your|target\w*|threshold|instead|rather than|assum\w*|scenario|"
    r"you (?:said|wrote|named|gave)|than the)\b|'",
    re.I,
)
_REPORTED = re.compile(
    r"\b(?:said|says|not(?:e|es|ed)|agreed|decid\w*|decision\w*|meeting\w*|minutes|review\w*|"
    r"reported|argu\w*|propos\w*|rais\w*|according|object\w*|warn\w*|lines?|asked|confirm\w*|"
    r"mention\w*|promis\w*|wrote|due|owner|passages?|dissent\w*|action\w*)\b",
    re.I,
)
_BOUND = re.compile(
    r"(?:over|above|under|below|beyond|exceed\w*|than|at least|at most|past)\s+(?:the\s+)?$", re.I
)
_NEAR_FOLLOWING = re.compile(
    r"^\s*(?:[a-z]+\s+){0,2}(?:\([^)]*\)\s*)?(?:in|for|of|on|at|by|from|to|during|\()\s", re.I
)


_CLAUSE = re.compile(r"[,;:(]\s|\s(?:while|but|whereas|and)\s")
_RANGE_BEFORE = re.compile(
    r"(?:\bfrom|since|until|till|through|between|ending|starting|\bto|end of|by|after|before|[–—-])"
    r"\s*(?:the\s+)?$",
    re.I,
)
_RANGE_AFTER = re.compile(r"\s*(?:[–—-]|to\b|until\b|through\b)\s*\w", re.I)
_BETWEEN = re.compile(r"\bbetween\s+(?:[\w ]+\sand\s+)?$", re.I)


def direction(text: str, sentence: tuple[int, int], place: int) -> Direction:
    """Read up or down from the figure's own clause, else from its sentence."""
    start, end = sentence
    cuts = [start, *(match.end() for match in _CLAUSE.finditer(text, start, end)), end]
    clause = next(text[left:right] for left, right in pairwise(cuts) if left <= place < right)
    for words in (clause, text[start:end]):
        says = Direction(_UP.search(words) is not None, _DOWN.search(words) is not None)
        if says.up or says.down:
            return says
    return Direction(up=False, down=False)


def ends_a_stretch(text: str, start: int, end: int) -> bool:
    """Tell whether the date at that place begins or ends a stretch: "from … to …"."""
    before, after = text[max(0, start - 40) : start], text[end : end + 14]
    return any((_RANGE_BEFORE.search(before), _RANGE_AFTER.match(after), _BETWEEN.search(before)))


def names_a_limit(text: str, place: int) -> bool:
    """Tell whether the figure is a limit, as in "over 100 %", which no tool computes."""
    return _BOUND.search(text[max(0, place - 20) : place]) is not None


def is_reported(sentence: str) -> bool:
    """Tell whether a sentence reports what a note says."""
    return _REPORTED.search(sentence) is not None


def repeats_the_asker(sentence: str) -> bool:
    """Tell whether a sentence takes up what the asker supposed."""
    return _ECHO.search(sentence) is not None


def attaches(gap: str) -> bool:
    """Tell whether the words between a figure and a later name tie them: "118 % in March"."""
    return (
        len(gap) < 60
        and _NEAR_FOLLOWING.search(gap + " ") is not None
        and not re.search(r"[,;]|\band\b", gap)
    )
