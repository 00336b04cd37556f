"""An answer's text as HTML: a small safe Markdown, each checked figure linked to its evidence."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup, escape

from assistant.answer import Answer, Claim
from assistant.channels.web.exhibits import Places, fact_in_words, tool_title
from tools.evidence import Evidence

_INLINE = re.compile(
    r"\*\*(?=\S)(?P<strong>.+?)(?<=\S)\*\*"
    r"|(?<![\w*])\*(?=\S)(?P<em>[^*\n]+?)(?<=\S)\*(?!\w)"
    r"|`(?P<code>[^`\n]+)`"
)
_HEADING = re.compile(r"#{1,6}\s+")
_BULLET = re.compile(r"\s*[-*•]\s+")
_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s+")
_QUOTED = re.compile(r"\s*>\s?")


@dataclass(frozen=True)
class _Line:
    """One line of the source: its kind, and where its content starts and ends."""

    kind: str
    start: int
    end: int


class _Shown:
    """An evidence beside the finder of its cells, made when the first figure rests on it."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    @cached_property
    def places(self) -> Places:
        return Places(self.evidence.table)


def answer_html(answer: Answer) -> Markup:
    """Return the answer's text as safe HTML with its claims linked."""
    claims = _apart(answer.claims)
    exhibited = {entry.id: _Shown(entry) for entry in answer.evidence}
    parts: list[Markup] = []
    for kind, lines in _blocks(answer.text):
        if kind in ("ul", "ol") and answer.status == "asked_back":
            parts.append(_buttons(answer.text[line.start : line.end] for line in lines))
            continue
        contents = [_inline(answer.text, line, claims, exhibited) for line in lines]
        parts.append(_block(kind, contents))
    return Markup("").join(parts)


def choices(answer: Answer) -> tuple[str, ...]:
    """Return the choices an answer lists when it asks back; they are shown as buttons."""
    if answer.status != "asked_back":
        return ()
    listed = (lines for kind, lines in _blocks(answer.text) if kind in ("ul", "ol"))
    return tuple(plain_text(answer.text[line.start : line.end]) for run in listed for line in run)


def _buttons(texts: Iterable[str]) -> Markup:
    button = Markup('<button type="button" class="chip" data-ask="{0}">{0}</button>')
    items = Markup("").join(button.format(plain_text(text)) for text in texts)
    return Markup('<div class="choices" role="group" aria-label="Choices">{}</div>').format(items)


def plain_text(markdown: str) -> str:
    """Return the text without Markdown's marks, for copying and titles."""
    return _INLINE.sub(lambda found: next(group for group in found.groups() if group), markdown)


def _apart(claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims in order, leaving out any that overlaps one before it."""
    kept: list[Claim] = []
    for claim in sorted(claims, key=lambda entry: (entry.start, -entry.end)):
        if not kept or claim.start >= kept[-1].end:
            kept.append(claim)
    return kept


def _lines(text: str) -> Iterator[_Line]:
    """Yield each line with the marks in front of its content cut off."""
    place = 0
    for line in text.splitlines(keepends=True):
        start, end = place, place + len(line.rstrip())
        place += len(line)
        kinds = (("h", _HEADING), ("ul", _BULLET), ("ol", _NUMBERED), ("blockquote", _QUOTED))
        kind = "p" if end > start else ""
        for name, pattern in kinds:
            found = pattern.match(text, start, end)
            if found:
                kind, start = name, found.end()
                break
        yield _Line(kind, start, end)


def _blocks(text: str) -> Iterator[tuple[str, list[_Line]]]:
    """Yield runs of lines of one kind; an empty line ends a run."""
    run: list[_Line] = []
    for line in _lines(text):
        if run and (line.kind != run[0].kind or line.kind == "h"):
            yield run[0].kind, run
            run = []
        if line.kind:
            run.append(line)
    if run:
        yield run[0].kind, run


def _block(kind: str, contents: Sequence[Markup]) -> Markup:
    if kind in ("ul", "ol"):
        items = Markup("").join(Markup("<li>{}</li>").format(entry) for entry in contents)
        return Markup(f"<{kind}>{{}}</{kind}>").format(items)
    if kind == "h":
        return Markup('<p class="subhead">{}</p>').format(contents[0])
    joined = Markup("<br>").join(contents)
    return Markup(f"<{kind}>{{}}</{kind}>").format(joined)


def _inline(
    text: str, line: _Line, claims: Sequence[Claim], evidence: Mapping[str, _Shown]
) -> Markup:
    parts: list[Markup] = []
    place = line.start
    for found in _INLINE.finditer(text, line.start, line.end):
        parts.append(_linked(text, place, found.start(), claims, evidence))
        tag = str(found.lastgroup)
        inner = _linked(text, found.start(tag), found.end(tag), claims, evidence)
        parts.append(Markup(f"<{tag}>{{}}</{tag}>").format(inner))
        place = found.end()
    parts.append(_linked(text, place, line.end, claims, evidence))
    return Markup("").join(parts)


def _linked(
    text: str, start: int, end: int, claims: Sequence[Claim], evidence: Mapping[str, _Shown]
) -> Markup:
    """Return the source from `start` to `end`, escaped, with the claims inside it linked."""
    parts: list[Markup] = []
    place = start
    for claim in claims:
        first, last = max(claim.start, place), min(claim.end, end)
        if first >= last:
            continue
        parts.append(escape(text[place:first]))
        parts.append(_link(claim, text[first:last], evidence))
        place = last
    parts.append(escape(text[place:end]))
    return Markup("").join(parts)


def _style(claim: Claim, words: str) -> str:
    is_word = claim.kind in ("name", "date")
    kind = "fact-word" if is_word else "fact-figure"
    # A figure stays with its unit on one line, an id in one piece; names may break.
    keeps = len(words) <= 20 and (not is_word or " " not in words)
    return f"{kind} short" if keeps else kind


def _link(claim: Claim, words: str, evidence: Mapping[str, _Shown]) -> Markup:
    """Return a claim as a link to the row it rests on; as plain words if it rests on none."""
    found = evidence.get(claim.evidence or "")
    if claim.source == "note":
        return Markup(
            '<span class="fact-word" tabindex="0" data-tip="Said in a meeting note.">{}</span>'
        ).format(words)
    if claim.source != "fact" or found is None or claim.fact is None:
        return escape(words)
    rests_on = found.evidence
    if not 0 <= claim.fact < len(rests_on.facts):
        return escape(words)
    fact = rests_on.facts[claim.fact]
    place = found.places.find(fact)
    row, column = place if place else (-1, -1)
    return Markup(
        '<a class="fact {}" href="#{}" data-evidence="{}" data-row="{}" data-column="{}" '
        'data-tip="{}" data-from="{}">{}</a>'
    ).format(
        _style(claim, words),
        rests_on.id,
        rests_on.id,
        row,
        column,
        fact_in_words(fact),
        tool_title(rests_on.tool),
        words,
    )
