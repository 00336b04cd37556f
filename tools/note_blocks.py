"""The blocks of a note: paragraphs, list items and speakers' turns, with their lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

LONGEST = 200  # words a block may have

_HEADING = re.compile(r"#{1,6}\s+(?P<words>.+?)\s*#*$")
ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s+\S")
_TURN = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z(][\w.'’)-]*){0,3}: \S")
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
            if ITEM.match(line) or _TURN.match(line):
                close()
            if not lines:
                start = number
            lines.append(line)
    close()
    return tuple(blocks)


def _cut(block: Span) -> Iterator[Span]:
    if word_count(block.text) <= LONGEST:
        yield block
        return
    pieces = [
        (block.first_line + offset, sentence)
        for offset, line in enumerate(block.text.split("\n"))
        for sentence in _sentences(line)
    ]
    taken: list[tuple[int, str]] = []
    for number, words in pieces:
        if taken and sum(word_count(entry) for _, entry in taken) + word_count(words) > LONGEST:
            yield _piece(block, taken)
            taken = []
        taken.append((number, words))
    yield _piece(block, taken)


def _sentences(line: str) -> Iterator[str]:
    """Yield a line whole, or its sentences if it is longer than a passage may be."""
    if word_count(line) <= LONGEST:
        yield line
        return
    for sentence in re.split(r"(?<=[.!?。！？])\s*(?=\S)", line):
        words = sentence.split()
        if len(words) <= 1:  # no spaces to cut at
            yield from (sentence[at : at + LONGEST] for at in range(0, len(sentence), LONGEST))
        else:
            yield from (" ".join(words[at : at + LONGEST]) for at in range(0, len(words), LONGEST))


def _piece(block: Span, taken: list[tuple[int, str]]) -> Span:
    text = taken[0][1]
    for (before, _), (number, words) in pairwise(taken):
        text += (" " if number == before else "\n") + words
    return Span(taken[0][0], taken[-1][0], text, block.heading)
