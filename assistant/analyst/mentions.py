"""Names in a question: whole ids and names, parts of names, and names nobody knows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.analyst.name_signs import (
    KIND_OF,
    capital_matters,
    is_quantity,
    looks_like_year,
    stands_alone,
    unit_form,
)
from assistant.analyst.spelling import english_words, plain_words
from assistant.analyst.text import Atom, atoms, distance, stem, words
from assistant.analyst.vocabulary import Thing, Vocabulary, label_words

_EVENT_WORDS = re.compile(
    r"\b(promo\w*|campaigns?|events?|deals?|launch\w*|closure|price increase|activity|action)\b"
)


@dataclass(frozen=True)
class Mention:
    """A name in the question and what it may stand for; several things if it fits several.

    `whole` tells that an id or a whole name was said rather than a part.
    """

    start: int
    end: int
    text: str
    things: tuple[Thing, ...]
    whole: bool = True

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of things it may stand for."""
        return tuple(dict.fromkeys(thing.kind for thing in self.things))

    def of_kind(self, kind: str) -> tuple[Thing, ...]:
        """Return the things of a kind it may stand for."""
        return tuple(thing for thing in self.things if thing.kind == kind)


class Matcher:
    """Finds the company's names in questions."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._by_length: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
        for key, form in vocabulary.joined.items():
            if len(form) > 1 and len(key) >= 7 and key.isalpha():
                self._by_length.setdefault(len(key), []).append((key, form))

    def find(self, text: str, taken: Sequence[tuple[int, int]] = ()) -> tuple[Mention, ...]:
        """Return the names in a cleaned question, in order, none overlapping.

        Args:
            text: The question, cleaned and spelled.
            taken: Places already read as something else (months, KPIs); no name starts there.
        """
        pieces = tuple(
            atom
            for atom in atoms(text)
            if not any(start <= atom.start < end for start, end in taken)
        )
        whole = list(self._whole(text, pieces))
        whole += self._misspelt(text, pieces, whole)
        parts = list(self._parts(text, pieces, whole))
        kept = [m for m in whole if not any(p.start <= m.start and m.end <= p.end for p in parts)]
        found = sorted([*kept, *parts], key=lambda mention: mention.start)
        found = [m for m in found if not _is_told_elsewhere(m, found)]
        clear = [m for m in found if not _is_noun_beside(m, found)]
        return tuple(told_by_place(text, told_by_noun(text, m, self._vocabulary)) for m in clear)

    def _whole(self, text: str, pieces: Sequence[Atom]) -> Iterator[Mention]:
        place = 0
        while place < len(pieces):
            mention, used = self._whole_at(text, pieces, place)
            if mention:
                yield mention
            place += used

    def _whole_at(
        self, text: str, pieces: Sequence[Atom], place: int
    ) -> tuple[Mention | None, int]:
        vocabulary = self._vocabulary
        for count in range(min(vocabulary.longest, len(pieces) - place), 0, -1):
            run = pieces[place : place + count]
            if run[-1].end - run[0].start > sum(len(atom.text) + 3 for atom in run):
                continue
            form = tuple(stem(unit_form(atom.text)) for atom in run)
            things = vocabulary.exact.get(form) or vocabulary.exact.get(
                tuple(atom.text for atom in run), ()
            )
            if things and stands_alone(text, run, form):
                start, end = run[0].start, run[-1].end
                return Mention(start, end, text[start:end], things), count
        atom = pieces[place]
        for count in (3, 2, 1):  # "still water", "STW05024"
            run = pieces[place : place + count]
            joined = "".join(piece.text for piece in run)
            form = vocabulary.joined.get(joined) or vocabulary.joined.get(stem(joined)) or ()
            plain = len(run) > 1 and all(piece.text in plain_words() for piece in run)
            if len(joined) >= 5 and form and not plain and stands_alone(text, run, form):
                things = vocabulary.exact[form]
                return Mention(
                    atom.start, run[-1].end, text[atom.start : run[-1].end], things
                ), len(run)
        return None, 1

    def _misspelt(
        self, text: str, pieces: Sequence[Atom], found: Sequence[Mention]
    ) -> Iterator[Mention]:
        """Yield names of several words with one letter wrong: "Adler Markets"."""
        for place in range(len(pieces) - 1):
            for count in (3, 2):
                run = pieces[place : place + count]
                start, end = run[0].start, run[-1].end
                taken = any(m.start < end and start < m.end and m.whole for m in found)
                joined = "".join(stem(atom.text) for atom in run)
                if taken or len(run) < count or len(joined) < 8:
                    continue
                form = self._near(joined)
                if form:
                    yield Mention(start, end, text[start:end], self._vocabulary.exact[form])
                    return

    def _near(self, joined: str) -> tuple[str, ...] | None:
        lengths = range(len(joined) - 1, len(joined) + 2)
        near = [
            form
            for length in lengths
            for key, form in self._by_length.get(length, ())
            if key[0] == joined[0] and distance(joined, key, 1) <= 1
        ]
        return near[0] if len(near) == 1 else None

    def _parts(
        self, text: str, pieces: Sequence[Atom], whole: Sequence[Mention]
    ) -> Iterator[Mention]:
        place = 0
        while place < len(pieces):
            run = self._run_from(text, pieces, place, whole)
            if run is None:
                place += 1
                continue
            first, last, places = run
            start, end = pieces[first].start, pieces[last].end
            things = self._choose(
                text, text[start:end], [self._vocabulary.things[index] for index in places]
            )
            if things:
                yield Mention(start, end, text[start:end], things, whole=False)
            place = last + 1

    def _run_from(
        self, text: str, pieces: Sequence[Atom], place: int, whole: Sequence[Mention]
    ) -> tuple[int, int, list[int]] | None:
        """Return the longest run around an anchor word whose words share a name."""
        parts = self._vocabulary.parts
        key = self._part(pieces[place].text)
        if key is None or not self._is_anchor(text, pieces[place]):
            return None
        if any(
            m.start <= pieces[place].start < m.end
            and (m.end > pieces[place].end or m.start < pieces[place].start)
            for m in whole
        ):
            return None
        alone = next((m for m in whole if m.start == pieces[place].start), None)
        places, last = parts[key], place
        while last + 1 < len(pieces):
            extended = self._extend(text, pieces, last, places)
            if extended is None:
                break
            last, places = extended
        first = place
        while first > 0 and pieces[first].start - pieces[first - 1].end <= 1:
            before = self._part(pieces[first - 1].text)
            if before is None or pieces[first - 1].text in plain_words():
                break
            if not places & parts[before]:
                break
            first, places = first - 1, places & parts[before]
        if alone is not None and (
            first == last or not self._adds_anchor(text, pieces, first, last, place)
        ):
            return None
        return first, last, sorted(places)

    def _adds_anchor(
        self, text: str, pieces: Sequence[Atom], first: int, last: int, place: int
    ) -> bool:
        others = (pieces[i] for i in range(first, last + 1) if i != place)
        return any(self._is_anchor(text, atom) or atom.text[0].isdigit() for atom in others)

    def _extend(
        self, text: str, pieces: Sequence[Atom], last: int, places: frozenset[int]
    ) -> tuple[int, frozenset[int]] | None:
        following = pieces[last + 1]
        if following.text in _GLUE - {"a"} and last + 2 < len(
            pieces
        ):  # "labour pool in Northfield"
            after = self._part(pieces[last + 2].text)
            shared = places & self._vocabulary.parts.get(after or "", frozenset())
            return (last + 2, shared) if shared and len(shared) < len(places) else None
        if following.start - pieces[last].end > 1 or is_quantity(text, following):
            return None
        key = self._part(following.text)
        common = following.text in plain_words() and following.text not in self._vocabulary.parts
        if following.text == "a" and "a" in self._vocabulary.parts:  # "Grade A"
            key = "a"
        if key is None or common or following.text in _GLUE - {"a"}:
            return None
        shared = places & self._vocabulary.parts[key]
        return (last + 1, shared) if shared else None

    def _part(self, word: str) -> str | None:
        parts = self._vocabulary.parts
        for form in (stem(unit_form(word)), word, stem(word)):
            if form in parts:
                return form
        return None

    def _is_anchor(self, text: str, atom: Atom) -> bool:
        """Tell whether a word alone can point to a name: rare, or clearly a piece of a code."""
        word = atom.text
        if (
            re.search(r"[^\W\d_]-$", text[: atom.start])
            and text[: atom.start - 1].split()[-1].casefold() not in self._vocabulary.name_words
        ):
            return False  # the second half of a name we do not have: "Coca-Cola"
        if not word.isalpha():
            return len(word) >= 4 and not is_quantity(text, atom) and not looks_like_year(word)
        if word in plain_words() or stem(word) in plain_words():
            return False
        if len(word) < 3:
            return False
        if len(word) == 3 and word not in self._vocabulary.parts:
            return False
        return not capital_matters(word) or text[atom.start].isupper()

    def _choose(self, text: str, said: str, things: Sequence[Thing]) -> tuple[Thing, ...]:
        """Drop events and people that merely share a word with what is meant."""
        has_event_word = bool(_EVENT_WORDS.search(text.lower()))
        wanted = [thing for thing in things if (thing.kind == "event") == has_event_word]
        if has_event_word and not wanted:
            wanted = [thing for thing in things if thing.kind != "event"]
        plain = [thing for thing in wanted or things if thing.kind != "person"]
        chosen = tuple(plain or things)
        # A common word that several customers bear ("drinks", "stores") points to none of them.
        vague = len(chosen) > 1 and all(t.kind in ("customer", "supplier") for t in chosen)
        vague = vague or (not has_event_word and all(t.kind == "event" for t in chosen))
        vague = vague and said.islower() and len(words(said)) == 1
        return () if vague and all(w in english_words() for w in words(said)) else chosen


def _is_told_elsewhere(mention: Mention, found: Sequence[Mention]) -> bool:
    """Tell whether an unclear name is one that stands clearly elsewhere in the question."""
    clear = {other.things[0] for other in found if len(other.things) == 1}
    return len(mention.things) > 1 and bool(clear & set(mention.things))


def _is_noun_beside(mention: Mention, found: Sequence[Mention]) -> bool:
    """Tell whether a word is only the noun of the name beside it: "Energy drinks"."""
    pieces = words(mention.text)
    if mention.whole or len(mention.things) < 2 or len(pieces) > 1:
        return False
    beside = any(other is not mention and 0 <= mention.start - other.end <= 1 for other in found)
    return beside and pieces[0] in english_words()


_GLUE = {"for", "of", "in", "the", "and", "by", "at", "to", "on", "with", "a"}


def told_by_place(text: str, mention: Mention) -> Mention:
    """Keep the places of a name that "in" or "at" stands before."""
    if re.search(r"\b(labou?r|crews?|people|staff|pools?|workers|operators)\b", text.lower()):
        return mention
    before = re.search(r"\b(in|at|from|into) (the )?$", text[: mention.start].lower())
    for kind in ("site", "region"):
        if before and mention.of_kind(kind) and len(mention.kinds) > 1:
            return Mention(
                mention.start, mention.end, mention.text, mention.of_kind(kind), mention.whole
            )
    return mention


def told_by_noun(text: str, mention: Mention, vocabulary: Vocabulary) -> Mention:
    """Keep the things of the kind that the noun right beside the name says."""
    place = re.match(r" (dc|warehouse|depot|plant|factory)\b", text[mention.end :].lower())
    if place and mention.kinds == ("region",):  # "the west warehouse"
        word = stem(atoms(mention.text)[0].text)
        sites = tuple(t for t in vocabulary.of_kind("site") if word in label_words(t))
        if len(sites) == 1:
            return Mention(mention.start, mention.end + place.end(), mention.text, sites)
    if len(mention.kinds) < 2:
        return mention
    before = re.search(r"([a-z]+)(?: of| called| named)?[ ]$", text[: mention.start].lower())
    after = re.match(r"[ -]([a-z]+)", text[mention.end :].lower())
    for found in (after, before):
        kind = KIND_OF.get(found[1]) if found else None
        if kind and mention.of_kind(kind):
            return Mention(
                mention.start, mention.end, mention.text, mention.of_kind(kind), mention.whole
            )
    return mention
