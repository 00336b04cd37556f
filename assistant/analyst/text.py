"""A question as clean text and as atoms: the smallest pieces that names are matched on."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_CJK = "぀-ヿ㐀-鿿가-힯"
_ATOM = re.compile(rf"[{_CJK}]|[^\W\d_{_CJK}]+|\d+(?:[.,]\d+)*|%")
_SHORT_FORMS = (
    (r"\bwhat'?s\b", "what is"),
    (r"\b(how|where|who|when|why|that|there|it|here)'s\b", r"\1 is"),
    (r"\b(how|where|who|when)s\b", r"\1 is"),
    (r"\b(let)'?s\b(?= )", r"\1 us"),
    (r"\b(ca|wo|sha)n'?t\b", r"\1n not"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should)n'?t\b", r"\1 not"),
    (r"\b(we|you|they|i)'(re|ve|ll|d)\b", r"\1 \2"),
    (r"\bwe'll\b", "we will"),
    (r"\b(gonna)\b", "going to"),
    (r"\b(wanna)\b", "want to"),
    (r"\b(gimme)\b", "give me"),
    (r"\b(pls|plz)\b", "please"),
    (r"\b(w/o)(?=\s)", "without"),
    (r"\b(vs\.?|versus)(?=\s|$)", "versus"),
    (r"\bhalf[ -](?:a )?(?:litre|liter)s?\b", "0.5 l"),
    (r"\bbreak (it|that|this|them|these|those) down\b", r"split \1"),
    (r"\b(mths?|mos)\b", "months"),
    (r"(?<=\d )mo\b", "months"),
    (r"\blag ?(?=\d)", "lag "),
    (r"\b(yrs?)\b", "year"),
    (r"\b(qtrs?)\b", "quarter"),
    (r"\b(wks)\b", "weeks"),
    (r"\b(wk)\b", "week"),
    (r"\b(f'?cst|fcast)s?\b", "forecast"),
    (r"\b(qty|qtys)\b", "quantity"),
    (r"\brev\b", "revenue"),
    (r"\butil\b", "utilisation"),
    (r"\binv\b", "inventory"),
    (r"\bdmd\b", "demand"),
    (r"\bacc\b", "accuracy"),
    (r"\bcusts?\b", "customers"),
    (r"\b(?-i:OT)\b", "overtime"),
    (r"\bu\b(?= )", "you"),
    (r"\br\b(?= (we|you|they)\b)", "are"),
)
NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"fifteen": "15", "eighteen": "18", "twenty": "20", "thirty": "30", "fifty": "50"}
_COUNTED = (
    r"lines?|machines?|plants?|sites?|warehouses?|dcs?|resources?|cells?|stations?|press|presses|"
    r"percent|per cent|pct|days?|weeks?|months?|quarters?|years?|hours?|shifts?|points?|"
    r"products?|items?|skus?|customers?|sellers?|accounts?|suppliers?|families|regions?|worst|best|biggest|largest|"
    r"lowest|highest|most|least|top|units?|cases?|pieces?|saturdays?"
)


@dataclass(frozen=True)
class Atom:
    """A run of letters, a number or one CJK sign: folded text and its place in the question."""

    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Tell whether it consists of letters."""
        return self.text.isalpha()


def clean(question: str) -> str:
    """Return the question in plain signs: straight quotes, single blanks, short forms spelled.

    Example:
        >>> clean("What’s line three’s load?")
        "what is line 3 load?"
    """
    text = unicodedata.normalize("NFKC", question)
    text = re.sub(r"[‘’ʼ`´]", "'", text)
    text = re.sub(r"[“”„«»]", '"', text)
    text = re.sub(r"[‐‑‒–—−]", "-", text)
    text = re.sub(r"\s+", " ", text).strip()
    for pattern, full in _SHORT_FORMS:
        text = re.sub(pattern, full, text, flags=re.I)
    text = re.sub(r"(?<=\w)'s\b", "", text)
    text = re.sub(r"(?<=s)'(?=\s)", "", text)
    return _digits(text)


def _digits(text: str) -> str:
    """Write number words as digits where something is counted or numbered."""
    words = "|".join(NUMBER_WORDS)
    before = rf"\b({words})(?=[ -](?:[a-z]+ )?(?:{_COUNTED})\b)"
    after = rf"\b({_COUNTED}|next|last|past|top|number|no) ({words})\b"
    text = re.sub(before, lambda m: NUMBER_WORDS[m[1].lower()], text, flags=re.I)
    text = re.sub(after, lambda m: f"{m[1]} {NUMBER_WORDS[m[2].lower()]}", text, flags=re.I)
    return re.sub(r"\b(\d+)-(?=(?:day|week|month|hour)s?\b)", r"\1 ", text, flags=re.I)


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return a word without case and accents; decimal commas become points."""
    if word[0].isdigit():
        if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", word):
            return word.replace(",", "")
        return word.replace(",", ".")
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def atoms(text: str) -> tuple[Atom, ...]:
    """Return the atoms of a text in order."""
    return tuple(Atom(fold(m[0]), m.start(), m.end()) for m in _ATOM.finditer(text))


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[str, ...]:
    """Return the folded atoms of a name.

    Example:
        >>> words("STW-050-24")
        ('stw', '050', '24')
    """
    return tuple(atom.text for atom in atoms(text))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return a word without its plural ending: good enough to match names, not a linguist's.

    Example:
        >>> stem("bodies"), stem("boxes"), stem("lines"), stem("glass")
        ('body', 'box', 'line', 'glass')
    """
    if len(word) < 4 or not word.isalpha() or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if re.search(r"(x|ch|sh|ss|z)es$", word):
        return word[:-2]
    return word.removesuffix("s")


def masked(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Return the text with spans replaced, the later ones first."""
    for start, end, replacement in sorted(spans, reverse=True):
        text = f"{text[:start]}{replacement}{text[end:]}"
    return re.sub(r"\s+", " ", text).strip()


def distance(one: str, other: str, limit: int) -> int:
    """Return how many letters must change, swap, come or go; more than `limit` is limit + 1."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, previous = row, before
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
