"""Notes cut into passages: by headings, then paragraphs, list items and speakers' turns.

A passage has about 120 to 200 words, so that it can be quoted and its vector means one thing.
A decision with a label (`- D-07 …`) and the items of a list of decisions or actions stand
alone: each is cited by its own lines, and one that is overruled later can be hidden without
its neighbours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

ENOUGH = 120  # words after which a passage may end
MOST = 200  # words a passage may have, its repeated start aside
_REPEATED = 40  # a last paragraph up to this long begins the next passage too

_HEADING = re.compile(r"#{1,6}\s+(?P<words>.+?)\s*#*$")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s+\S")
_TURN = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z(][\w.'’)-]*){0,3}: \S")
_LISTED_APART = re.compile(
    r"\b(decisions?|decided|actions?|next steps|open (points?|issues?|questions?)|to[- ]?do)\b",
    re.I,
)
# How meetings number what they decide: D-07, D7, DEC-2026-14.
DECISION_LABEL = r"(?P<label>D(?:EC)?-?\d[\w-]*)\b"
LABELLED = re.compile(rf"\s*(?:[-*+•]|\d{{1,2}}[.)])?\s*[*_\[(~]*{DECISION_LABEL}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True)
class Span:
    """Some lines of a note, counted from 1, both ends included, under a heading."""

    first_line: int
    last_line: int
    text: str
    heading: str = ""


def word_count(text: str) -> int:
    """Return the number of words; two characters of Chinese, Japanese or Korean count as one.

    Text with hardly a space in it counts as one word in 12 characters.
    """
    return max(len(text.split()) + len(_CJK.findall(text)) // 2, len(text) // 12)


def passages_of(text: str) -> tuple[Span, ...]:
    """Return the passages of a note's text, in its order.

    Every line of text that is no heading is in at least one passage, as it stands.
    """
    passages: list[Span] = []
    group: list[Span] = []

    def close() -> None:
        if group:
            passages.append(_joined(group))
            group.clear()

    for block in blocks_of(text):
        if _stands_alone(block):
            close()
            passages.append(block)
            continue
        if group and block.heading != group[0].heading:
            close()
        if group and _words(group) + word_count(block.text) > MOST:
            carried = _carried(group)
            close()
            group.extend(carried)
        group.append(block)
        if _words(group) >= ENOUGH:
            close()
    close()
    return tuple(passages)


def blocks_of(text: str) -> tuple[Span, ...]:
    """Return paragraphs, list items and speakers' turns, each with its heading.

    A block longer than a passage may be is cut between lines, or, within one long line,
    between sentences.
    """
    blocks: list[Span] = []
    heading, start, lines = "", 1, list[str]()

    def close() -> None:
        if lines:
            blocks.extend(_cut(Span(start, start + len(lines) - 1, "\n".join(lines), heading)))
            lines.clear()

    for number, line in enumerate(text.split("\n"), 1):
        if match := _HEADING.match(line):
            close()
            heading = match["words"].strip("*_ ")
        elif not line.strip() or re.fullmatch(r"\s*([-*_=]\s*){3,}", line):
            close()
        else:
            if _ITEM.match(line) or _TURN.match(line):
                close()
            if not lines:
                start = number
            lines.append(line)
    close()
    return tuple(blocks)


def _stands_alone(block: Span) -> bool:
    item = _ITEM.match(block.text)
    return bool(item and (LABELLED.match(block.text) or _LISTED_APART.search(block.heading)))


def _words(group: list[Span]) -> int:
    return sum(word_count(block.text) for block in group)


def _joined(group: list[Span]) -> Span:
    text = group[0].text
    for before, block in pairwise(group):
        gap = block.first_line - before.last_line
        text += ("\n\n" if gap > 1 else "\n" if gap == 1 else " ") + block.text
    return Span(group[0].first_line, group[-1].last_line, text, group[0].heading)


def _carried(group: list[Span]) -> list[Span]:
    return group[-1:] if len(group) > 1 and word_count(group[-1].text) <= _REPEATED else []


def _cut(block: Span) -> Iterator[Span]:
    if word_count(block.text) <= MOST:
        yield block
        return
    pieces = [
        (block.first_line + offset, sentence)
        for offset, line in enumerate(block.text.split("\n"))
        for sentence in _sentences(line)
    ]
    taken: list[tuple[int, str]] = []
    for number, words in pieces:
        if taken and sum(word_count(entry) for _, entry in taken) + word_count(words) > MOST:
            yield _piece(block, taken)
            taken = []
        taken.append((number, words))
    yield _piece(block, taken)


def _sentences(line: str) -> Iterator[str]:
    """Yield a line whole, or its sentences if it is longer than a passage may be."""
    if word_count(line) <= MOST:
        yield line
        return
    for sentence in re.split(r"(?<=[.!?。！？])\s*(?=\S)", line):
        words = sentence.split()
        if len(words) <= 1:  # no spaces to cut at
            yield from (sentence[at : at + MOST] for at in range(0, len(sentence), MOST))
        else:
            yield from (" ".join(words[at : at + MOST]) for at in range(0, len(words), MOST))


def _piece(block: Span, taken: list[tuple[int, str]]) -> Span:
    text = taken[0][1]
    for (before, _), (number, words) in pairwise(taken):
        text += (" " if number == before else "\n") + words
    return Span(taken[0][0], taken[-1][0], text, block.heading)
