"""Names in a question: whole ids and names, parts of names, and names nobody knows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.analyst.spelling import english_words, plain_words
from assistant.analyst.text import Atom, atoms, distance, stem, words
from assistant.analyst.vocabulary import Thing, Vocabulary, label_words

# Nouns that say what kind of thing a name beside them is.
KIND_NOUNS = {
    "product": ("product", "products", "item", "items", "sku", "skus", "article", "articles",
                "component", "components", "material", "materials", "part"),
    "family": ("family", "families", "category", "categories", "product group", "group"),
    "resource": ("resource", "resources", "line", "lines", "machine", "machines", "work center",
                 "work centre", "station", "cell", "labour pool", "labor pool"),
    "site": ("site", "sites", "plant", "plants", "factory", "warehouse", "warehouses", "dc",
             "depot", "distribution centre", "distribution center", "location"),
    "region": ("region", "regions", "area", "territory", "market"),
    "channel": ("channel", "channels"),
    "customer": ("customer", "customers", "client", "clients", "account", "accounts", "cafe"),
    "supplier": ("supplier", "suppliers", "vendor", "vendors"),
    "event": ("promotion", "promo", "event", "campaign", "deal", "launch"),
}  # fmt: skip
_KIND_OF = {noun: kind for kind, nouns in KIND_NOUNS.items() for noun in nouns}
_EVENT_WORDS = re.compile(
    r"\b(promo\w*|campaigns?|events?|deals?|launch\w*|closure|price increase|activity|action)\b"
)
_MANY = 12


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
        return tuple(_told_by_place(text, _told_by_noun(text, m, self._vocabulary)) for m in clear)

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
            form = tuple(stem(_unit(atom.text)) for atom in run)
            things = vocabulary.exact.get(form) or vocabulary.exact.get(
                tuple(atom.text for atom in run), ()
            )
            if things and _stands_alone(text, run, form):
                start, end = run[0].start, run[-1].end
                return Mention(start, end, text[start:end], things), count
        atom = pieces[place]
        for count in (3, 2, 1):  # "still water", "STW05024"
            run = pieces[place : place + count]
            joined = "".join(piece.text for piece in run)
            form = vocabulary.joined.get(joined) or vocabulary.joined.get(stem(joined)) or ()
            plain = len(run) > 1 and all(piece.text in plain_words() for piece in run)
            if len(joined) >= 5 and form and not plain and _stands_alone(text, run, form):
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
        if following.text in _GLUE and last + 2 < len(pieces):  # "labour pool in Northfield"
            after = self._part(pieces[last + 2].text)
            shared = places & self._vocabulary.parts.get(after or "", frozenset())
            return (last + 2, shared) if shared and len(shared) < len(places) else None
        if following.start - pieces[last].end > 1 or _is_quantity(text, following):
            return None
        key = self._part(following.text)
        common = following.text in plain_words() and following.text not in self._vocabulary.parts
        if key is None or common or (following.text in _GLUE):
            return None
        shared = places & self._vocabulary.parts[key]
        return (last + 1, shared) if shared else None

    def _part(self, word: str) -> str | None:
        parts = self._vocabulary.parts
        for form in (stem(_unit(word)), word, stem(word)):
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
            return len(word) >= 4 and not _is_quantity(text, atom) and not _looks_like_year(word)
        if word in plain_words() or stem(word) in plain_words():
            return False
        if len(word) < 3:
            return False
        if len(word) == 3 and word not in self._vocabulary.parts:
            return False
        return not _capital_matters(word) or text[atom.start].isupper()

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

    def unknowns(
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
_UNIT_FORMS = {"litre": "l", "litres": "l", "liter": "l", "liters": "l", "ltr": "l"}
_NUMBERED_NAME = re.compile(
    r"\b(lines?|machines?|plants?|warehouses?|dc|sites?)(?: (?:no\.?|number|nr\.?|#))? ?(\d{1,3})\b(?!\s*(?:%|percent|hours?|h\b))",
    re.I,
)
_CODE = re.compile(
    r"(?<![\w.])(?=[A-Za-z]*\d|\d+[A-Za-z]{2})(?=[\w\-]*[A-Za-z])[A-Za-z0-9]{1,}(?:[-_][A-Za-z0-9]+)*(?![\w])"
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
        kind = _KIND_OF[match[1].lower().removesuffix("s")]
        yield Unknown(match.start(), match.end(), match[0], kind)


def _beside_nouns(text: str, known: frozenset[str]) -> Iterator[Unknown]:
    """Yield names that a noun stands beside: "vendor ACME", "region Centre", "the beer family"."""
    for match in _AFTER_NOUN.finditer(text):
        kind = _KIND_OF.get(match[2].lower()) or _KIND_OF[_singular(match[2])]
        capital = match[3][0].isupper()
        named = capital or (match[1] and not _known_words(match[3], known))
        if named:
            yield Unknown(match.start(3), match.end(3), match[3], kind)
    for match in _BEFORE_NOUN.finditer(text):
        kind = _KIND_OF.get(match[2].lower()) or _KIND_OF[_singular(match[2])]
        capital = match[1][0].isupper() and match.start() > 0
        if not _known_words(match[1], known) and (capital or match[2].lower() in _KIND_OF):
            yield Unknown(match.start(1), match.end(1), match[1], kind)


def _singular(noun: str) -> str:
    return re.sub(r"ies$", "y", noun.lower()).removesuffix("s")


def _in_slots(text: str, known: frozenset[str]) -> Iterator[Unknown]:
    for match in _IN_SLOT.finditer(text):
        if _is_foreign(match[2], match.start(2), match[1].lower(), known):
            yield Unknown(match.start(2), match.end(2), match[2], preposition=match[1].lower())


def _known_words(said: str, known: frozenset[str]) -> bool:
    return any(_is_known(atom.text, known) for atom in atoms(said))


def _is_foreign(said: str, start: int, preposition: str, known: frozenset[str]) -> bool:
    """Tell whether words in a slot are a name, rather than common words in passing."""
    pieces = [atom.text for atom in atoms(said)]
    if not pieces or _is_known(pieces[0], known):
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


def _unit(word: str) -> str:
    return _UNIT_FORMS.get(word, word)


def _looks_like_year(word: str) -> bool:
    return bool(re.fullmatch(r"(19|20)\d\d", word))


def _is_quantity(text: str, atom: Atom) -> bool:
    """Tell whether a number counts something rather than belonging to a name."""
    if atom.text.isalpha():
        return False
    after = text[atom.end : atom.end + 14].lower()
    return bool(
        re.match(
            r"\s*(%|percent|per cent|pct|units?|cases?|pieces?|pcs|hours?|hrs?|h\b|days?|weeks?|"
            r"months?|quarters?|years?|points?|eur|usd|k\b|more|extra|additional|less|fewer)",
            after,
        )
    )


# Plain words that a name must be written with a capital to be meant.
_WORDLIKE = frozenset({"may", "will", "mark", "march", "april", "august", "rose", "bill", "art"})


def _capital_matters(word: str) -> bool:
    return word in _WORDLIKE


def _stands_alone(text: str, run: Sequence[Atom], form: tuple[str, ...]) -> bool:
    """Tell whether a whole form may be read as a name: not inside a word, not a plain word."""
    start, end = run[0].start, run[-1].end
    if re.search(r"[\w]$", text[:start]) or re.match(r"[^\W\d_]", text[end:]):
        if not _is_cjk(text, start, end):
            return False
    if len(form) > 1:
        return not all(word in _FUNCTION_FORMS for word in form)
    word, said = form[0], text[start:end]
    if word.isdigit():
        return _beside_noun(text, start, end) or (len(word) >= 5 and not _is_quantity(text, run[0]))
    if len(word) == 1:
        return _beside_noun(text, start, end) or _is_cjk(text, start, end)
    if word in _FUNCTION_FORMS or _capital_matters(word):
        return said[0].isupper() and start > 0 or _beside_noun(text, start, end)
    return True


_FUNCTION_FORMS = frozenset(
    "a an the it is in on at to of or and so as be we us do go if by up no all any can may will "
    "has had was are not out off for from with what which who how why when where one first last "
    "next new now today month week day year more most less least top best worst plan part us".split()
)


def _is_cjk(text: str, start: int, end: int) -> bool:
    return all(ord(sign) > 0x2E80 for sign in text[start:end])


def _beside_noun(text: str, start: int, end: int) -> bool:
    before = re.search(r"([a-z]+(?: [a-z]+)?)[ #:]*$", text[:start].lower())
    after = re.match(r"[ -]([a-z]+)", text[end:].lower())
    nouns = {after[1]} if after else set()
    if before:
        nouns |= {before[1], before[1].split()[-1]}
    return any(noun in _KIND_OF for noun in nouns)


def _told_by_place(text: str, mention: Mention) -> Mention:
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


def _told_by_noun(text: str, mention: Mention, vocabulary: Vocabulary) -> Mention:
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
        kind = _KIND_OF.get(found[1]) if found else None
        if kind and mention.of_kind(kind):
            return Mention(
                mention.start, mention.end, mention.text, mention.of_kind(kind), mention.whole
            )
    return mention


def narrowed(mention: Mention, words: Iterable[str]) -> tuple[Thing, ...]:
    """Return the things of a mention whose names share the most of some words."""
    wanted = {stem(_unit(word)) for word in words}
    shared = {thing: len(wanted & set(label_words(thing))) for thing in mention.things}
    most = max(shared.values(), default=0)
    return tuple(thing for thing, count in shared.items() if count == most and most)
