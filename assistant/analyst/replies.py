"""Short replies to a question back: "1", "the 0.5 l one", "revenue", "all of them"."""

import re
from collections.abc import Sequence

from assistant.analyst.frame import Choice
from assistant.analyst.text import clean, stem, words

_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6,
}  # fmt: skip
_FILLER = frozenset(
    "the one ones please i mean meant want that this it just of take use with for a an in is "
    "number option choice no nr thanks ok yes let us go show me give product resource line "
    "would like think and".split()
)
_NEVER_MIND = re.compile(
    (
        r"^(never ?mind|forget it|cancel|stop|no( thanks?)?|none( of (them|these|those))?|"
        r"neither|nothing)\W*$"
    ),
    re.I,
)
_ALL = re.compile(r"^(all|both|each|every(thing)?|all of (them|these)|both of them|any)\b", re.I)
_YES = re.compile(
    r"^(yes|yeah|yep|sure|ok(ay)?|please do|go ahead|do (it|that)|fine|correct|right)\b", re.I
)


def is_never_mind(reply: str) -> bool:
    """Tell whether the asker drops the question."""
    return bool(_NEVER_MIND.match(reply.strip()))


def pick(reply: str, choices: Sequence[Choice]) -> Choice | None:
    """Return the choice that a short reply means; None if it is none of them, or several.

    Example:
        >>> choices = [Choice("Stillwater 0.5 L"), Choice("Stillwater 1.5 L")]
        >>> pick("the 1.5 l one", choices).text, pick("2", choices).text, pick("water", choices)
        ('Stillwater 1.5 L', 'Stillwater 1.5 L', None)
    """
    text = clean(reply).lower().strip(" .!?")
    if not text or len(text.split()) > 9 or not choices:
        return None
    if len(choices) == 1 and _YES.match(text):
        return choices[0]
    place = _place(text, len(choices))
    if place is not None:
        return choices[place]
    if _ALL.match(text):
        return next((choice for choice in choices if choice.text.lower().startswith("all")), None)
    return _by_words(text, choices)


def _place(text: str, count: int) -> int | None:
    if re.fullmatch(r"(?:the )?last(?: one)?", text):
        return count - 1
    match = re.fullmatch(
        (
            rf"(?:the |option |number |no\.? |nr\.? |choice |#|take |i mean )*(\d{{1,2}}|"
            rf"{'|'.join(_ORDINALS)})(?:\.|\))?(?: one| option| please)*"
        ),
        text,
    )
    if not match:
        return None
    place = int(match[1]) if match[1].isdigit() else _ORDINALS[match[1]]
    return place - 1 if 1 <= place <= count else None


def _by_words(text: str, choices: Sequence[Choice]) -> Choice | None:
    said = [stem(word) for word in words(text)]
    wanted = {word for word in said if word not in _FILLER}
    if not wanted:
        return None
    forms = [{stem(word) for word in (*words(choice.text), *_ids(choice))} for choice in choices]
    shared = [len(wanted & form) for form in forms]
    most = max(shared)
    best = [choice for choice, count in zip(choices, shared, strict=True) if count == most]
    if most == 0 or most < len(wanted) / 2:
        return None
    if len(best) > 1:  # "revenue" fits "Revenue" better than "Revenue by month"
        whole = [c for c in best if {stem(w) for w in words(c.text)} <= wanted | _FILLER]
        best = whole or best
    return best[0] if len(best) == 1 else None


def _ids(choice: Choice) -> list[str]:
    names = [name for ids in choice.names.values() for name in ids]
    slots = [str(value) for value in choice.slots.values() if isinstance(value, str)]
    return [word for name in (*names, *slots) for word in words(name.replace("_", " "))]
