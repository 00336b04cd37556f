"""Words that stand where a name should, and that the company's data does not have."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.analyst.name_signs import KIND_OF
from assistant.analyst.spelling import english_words
from assistant.analyst.text import atoms, distance, stem
from assistant.analyst.vocabulary import Vocabulary


@dataclass(frozen=True)
class Unknown:
    """A word where a name should stand that the company's data does not have.

    `kind` is set when a noun beside it says it ("line 9"), else None.
    """

    start: int
    end: int
    text: str
    kind: str | None = None
    is_code: bool = False
    preposition: str = ""


class UnknownFinder:
    """Finds names in questions that are none of the company's."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def find(
        self, text: str, taken: Sequence[tuple[int, int]], known: frozenset[str]
    ) -> tuple[Unknown, ...]:
        """Return words that stand where a name should and that nothing explains.

        Args:
            text: The question, cleaned and spelled.
            taken: Places read as names, months or quantities.
            known: Words with a meaning of their own.
        """
        found: list[Unknown] = []
        for entry in (
            *_numbered(text),
            *self._codes(text),
            *_beside_nouns(text, known),
            *_in_slots(text, known),
        ):
            if not _overlaps((entry.start, entry.end), [*taken, *_spans(found)]):
                found.append(entry)
        return tuple(sorted(found, key=lambda entry: entry.start))

    def _codes(self, text: str) -> Iterator[Unknown]:
        for match in _CODE.finditer(text):
            if not _NOT_CODE.fullmatch(match[0]):
                alike = self._kind_of_code(match[0])
                yield Unknown(match.start(), match.end(), match[0], alike, is_code=True)

    def _kind_of_code(self, code: str) -> str | None:
        """Return the kind whose ids look most alike: same letters, nearest spelling."""
        shape = re.sub(r"\d+", "0", code.casefold())
        best: tuple[int, str] | None = None
        for thing in self._vocabulary.things:
            if thing.kind == "person":
                continue
            if re.sub(r"\d+", "0", thing.id.casefold()) == shape:
                return thing.kind
            apart = distance(thing.id.casefold(), code.casefold(), 2)
            if apart <= 2 and (best is None or apart < best[0]):
                best = (apart, thing.kind)
        return best[1] if best else None


_NUMBERED_NAME = re.compile(
    (
        r"\b(lines?|machines?|plants?|warehouses?|dc|sites?)(?: (?:no\.?|number|nr\.?|"
        r"#))? ?(\d{1,3})\b(?!\s*(?:%|percent|hours?|h\b))"
    ),
    re.I,
)
_CODE = re.compile(
    r"(?<![\w.])(?=[A-Za-z]*\d|"
    r"\d+[A-Za-z]{2})(?=[\w\-]*[A-Za-z])[A-Za-z0-9]{1,}(?:[-_][A-Za-z0-9]+)*(?![\w])"
)
_NOT_CODE = re.compile(
    r"(?i)q[1-4]|h[12]|\d+(?:h|hrs?|d|k|m|l|ml|kg|st|nd|rd|th|x|pcs?|days?|w|pm|am|q|%)|x\d+|"
    r"fy\d+|p\d\d|s\d?op|(?:[a-z]{3,9})[-_]\d\d(?:\d\d)?|\d+q\d*|covid-?\d+|\d+-[a-z]+"
)
_WORD = r"[^\W\d_][^\W_]*(?:[\-&'][^\W_]+)*"
_NAME = rf"{_WORD}(?: (?:& )?[A-Z][^\W_]*)*"
_IN_SLOT = re.compile(
    rf"\b(for|of|at|in|from|about|on|with|to|by|per) (?:the |our |a |an |all )?({_NAME})"
)
_KINDED = (
    r"families|family|categor(?:y|ies)|regions?|suppliers?|vendors?|customers?|clients?|accounts?|"
    r"channels?|products?|sites?|plants?"
)
_AFTER_NOUN = re.compile(
    rf"\b(?:(of|in|for|from|with|by|about|to|at|is) )?(?:the )?({_KINDED}) ({_NAME})"
)
_BEFORE_NOUN = re.compile(rf"\b({_NAME}) ({_KINDED})\b")


def _numbered(text: str) -> Iterator[Unknown]:
    for match in _NUMBERED_NAME.finditer(text):
        kind = KIND_OF[match[1].lower().removesuffix("s")]
        yield Unknown(match.start(), match.end(), match[0], kind)


def _beside_nouns(text: str, known: frozenset[str]) -> Iterator[Unknown]:
    """Yield names that a noun stands beside: "vendor ACME", "region Centre", "the beer family"."""
    for match in _AFTER_NOUN.finditer(text):
        kind = KIND_OF.get(match[2].lower()) or KIND_OF[_singular(match[2])]
        capital = match[3][0].isupper()
        named = capital or (match[1] and not _known_words(match[3], known))
        if named:
            yield Unknown(match.start(3), match.end(3), match[3], kind)
    for match in _BEFORE_NOUN.finditer(text):
        kind = KIND_OF.get(match[2].lower()) or KIND_OF[_singular(match[2])]
        capital = match[1][0].isupper() and match.start() > 0
        if not _known_words(match[1], known) and (capital or match[2].lower() in KIND_OF):
            yield Unknown(match.start(1), match.end(1), match[1], kind)


def _singular(noun: str) -> str:
    return re.sub(r"ies$", "y", noun.lower()).removesuffix("s")


def _in_slots(text: str, known: frozenset[str]) -> Iterator[Unknown]:
    for match in _IN_SLOT.finditer(text):
        if _is_foreign(match[2], match.start(2), match[1].lower(), known):
            end = match.end(2)
            while further := re.match(r" ([^\W\d_]{3,})", text[end:]):  # "ginger ale"
                if _known_words(further[1], known):
                    break
                end += further.end()
            said = text[match.start(2) : end]
            yield Unknown(match.start(2), end, said, preposition=match[1].lower())


def _known_words(said: str, known: frozenset[str]) -> bool:
    return any(_is_known(atom.text, known) for atom in atoms(said))


def _is_foreign(said: str, start: int, preposition: str, known: frozenset[str]) -> bool:
    """Tell whether words in a slot are a name, rather than common words in passing."""
    pieces = [atom.text for atom in atoms(said)]
    if not pieces or _is_known(pieces[0], known) or said.endswith("ing"):
        return False
    if said[0].isupper() and start > 0:
        return True
    if any(_is_known(piece, known) for piece in pieces):
        return False
    # "forecast for beer": after "for" and "of" a plain noun is what is asked about, too.
    return preposition in ("for", "of") or any(not _is_english(piece) for piece in pieces)


def _is_english(word: str) -> bool:
    endings = ("s", "es", "ed", "d", "ing", "ly", "er", "est")
    bases = [word, *(word.removesuffix(ending) for ending in endings)]
    return any(base in english_words() or f"{base}e" in english_words() for base in bases)


def _is_known(word: str, known: frozenset[str]) -> bool:
    return word in known or stem(word) in known or len(word) < 3


def _spans(found: Iterable[Unknown]) -> list[tuple[int, int]]:
    return [(entry.start, entry.end) for entry in found]


def _overlaps(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)
