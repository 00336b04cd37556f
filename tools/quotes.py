"""Excerpts of notes as they are quoted in an answer, cited by note and lines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from tools import wording
from tools.evidence import Fact, Passage
from tools.note_blocks import word_count
from tools.word_match import match_words

_ENOUGH = 25  # words after which an excerpt needs no further sentence
_MOST = 60  # words an excerpt may have
_INNER = re.compile('["“”]')
_SINGLE = "'"


def quoted(text: str, question: str) -> str:
    """Return the sentences of a passage nearest to a question, in quotation marks.

    Words are the note's own; line breaks and list marks are left out, quotation marks inside
    become single ones, and … stands for words left out.
    """
    sentences = [sentence for sentence in _sentences(text) if sentence]
    if not sentences:
        return "“”"
    wanted = set(match_words(question))
    shares = [len(wanted & set(match_words(sentence))) for sentence in sentences]
    first = last = max(range(len(sentences)), key=lambda at: (shares[at], -at))
    while _words(sentences[first : last + 1]) < _ENOUGH and last + 1 < len(sentences):
        last += 1
    while _words(sentences[first : last + 1]) > _MOST and last > first:
        last -= 1
    words = " ".join(sentences[first : last + 1]).split()
    excerpt = " ".join(words[:_MOST]) + (" …" if len(words) > _MOST else "")
    return f"“{_INNER.sub(_SINGLE, excerpt)}”"


def where_said(passage: Passage) -> str:
    """Return what to cite: `Supply review August, 12 August 2026 (supply.md, lines 14–17)`."""
    held = f", {wording.day(passage.held_on)}" if passage.held_on else ""
    return f"{passage.title}{held} ({passage.note}, {lines(passage)})"


def lines(passage: Passage) -> str:
    """Return the lines of a passage in words."""
    if passage.first_line == passage.last_line:
        return f"line {passage.first_line}"
    return f"lines {passage.first_line}–{passage.last_line}"


def facts_of(passages: Sequence[Passage]) -> tuple[Fact, ...]:
    """Return where and when the passages stand, for an answer to cite."""
    facts: list[Fact] = []
    for passage in passages:
        about = {"note": passage.note}
        if passage.meeting:
            about["meeting"] = passage.meeting
        if passage.held_on:
            facts.append(Fact("held_on", passage.held_on, None, about))
        facts.append(Fact("first_line", passage.first_line, "1", about))
        facts.append(Fact("last_line", passage.last_line, "1", about))
    return tuple(facts)


def told_of(facts: Iterable[Fact], cycle: date | None) -> tuple[Fact, ...]:
    """Return the facts with the S&OP cycle that was asked for.

    Written as `2026-08`, which is no day: a fact about a cycle may state any day in it.
    """
    about = {"cycle": f"{cycle:%Y-%m}"} if cycle else {}
    return tuple(replace(fact, about=about | dict(fact.about)) for fact in facts)


def _sentences(text: str) -> list[str]:
    flat = re.sub(r"(?m)^\s*(?:[-*+•>]|\d{1,2}[.)]|#{1,6})\s+", "", text)
    return re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ*“\"(])|\n\s*\n", flat.strip())


def _words(sentences: Sequence[str]) -> int:
    return word_count(" ".join(sentences))
