"""Words of notes and questions as they are matched: folded, without endings or small words."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_SMALL = frozenset(
    "a about after again all also am an and any are as at be because been before being between "
    "both but by can could did do does doing done down during each few for from further get give "
    "had has have having he her here hers him his how i if in into is it its just let like me "
    "more most much my no nor not of off on once one only or other our out over own per please "
    "said same say says she should show so some such tell than that the their them then there "
    "these they think this those through to too under until up us very was we were what when "
    "where which while who whom why will with would you your".split()
)


def match_words(text: str) -> list[str]:
    """Return the words that count when texts are matched, in order.

    `STW-050-24` counts whole and in its parts; Chinese and Japanese in pairs of characters.

    Example:
        >>> match_words("Why were the promotions of STW-050 discussed?")
        ['promotion', 'stw-050', 'stw', '050', 'discuss']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    found: list[str] = []
    for word in _WORD.findall(folded):
        for run in _CJK.findall(word):
            found.extend(run[at : at + 2] for at in range(max(len(run) - 1, 1)))
        rest = _CJK.sub("", word)
        if rest and rest not in _SMALL:
            found.append(_stem(rest))
            parts = re.split(r"[-.]", rest)
            found.extend(_stem(part) for part in parts if len(parts) > 1 and part)
    return found


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """Return a word without the endings of plural, past and -ing; short words stay."""
    if not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 3 and re.search("[aeiouy]", stem):
            doubled = stem[-1] == stem[-2] and stem[-1] not in "lsz"
            return stem[:-1] if doubled else stem
    return word.removesuffix("e") if len(word) > 4 else word
