"""Notes cut into passages that can be found, quoted and cited.

A passage has about 120 to 200 words, so that it can be quoted and its vector means one thing.
A decision with a label (`- D-07 …`) and the items of a list of decisions or actions stand
alone: each is cited by its own lines, and one that is overruled later can be hidden without
its neighbours.
"""

import re
from itertools import pairwise

from tools.note_blocks import ITEM, LABELLED, LONGEST, Span, blocks_of, word_count

ENOUGH = 120  # words after which a passage may end
MOST = LONGEST  # words a passage may have, its repeated start aside
_TOPIC = re.compile(r"\s*\*\*[^*\n]{2,60}\*\*")  # a paragraph that begins with a bold title
_REPEATED = 40  # a last paragraph up to this long begins the next passage too

_LISTED_APART = re.compile(
    r"\b(decisions?|decided|actions?|next steps|open (points?|issues?|questions?)|to[- ]?do)\b",
    re.I,
)


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
        if group and (block.heading != group[0].heading or _TOPIC.match(block.text)):
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


def _stands_alone(block: Span) -> bool:
    item = ITEM.match(block.text)
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
