"""WebVTT transcripts: who said what, on the line of the file where it stands."""

import re
from html import unescape

from assistant.front_matter import FrontMatter, check_front_matter, read_yaml
from planning_engine.errors import DataProblem

_TIMES = re.compile(r"^\s*(\d+:)?\d{2}:\d{2}\.\d{3}\s+-->\s+(\d+:)?\d{2}:\d{2}\.\d{3}")


def read_transcript(name: str, lines: list[str]) -> tuple[FrontMatter, list[str]]:
    """Return a transcript's front matter and its spoken lines, all others emptied.

    The front matter stands in a `NOTE` block before the first cue, as `key: value` lines.

    Raises:
        DataProblem: The file is no WebVTT, or has no cue.
    """
    if not re.match(r"\ufeff?WEBVTT(\s|$)", lines[0]):
        raise DataProblem(f"{name}, line 1: a .vtt file begins with WEBVTT.")
    values: dict[str, object] = {}
    where = 1
    spoken = [""] * len(lines)
    speaker, in_cue, cues = "", False, 0
    for number, line in enumerate(lines):
        if not line.strip():
            in_cue = False
        elif _TIMES.match(line):
            in_cue, cues, speaker = True, cues + 1, ""
        elif in_cue:
            speaker, spoken[number] = _said(line, speaker)
        elif line.startswith("NOTE") and not cues and not values:
            where = number + 2
            values = _comment(name, lines, number)
    if not cues:
        raise DataProblem(f"{name}: there is no cue (a line of times with -->) in this transcript.")
    return check_front_matter(name, values, where), spoken


def _said(line: str, speaker: str) -> tuple[str, str]:
    """Return who speaks and what the line says; the name stands on the first line of a turn."""
    voice = re.search(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", line)
    words = unescape(re.sub(r"<[^>]*>", "", line)).strip()
    if voice and voice[1].strip() != speaker:
        return voice[1].strip(), f"{voice[1].strip()}: {words}"
    return speaker, words


def _comment(name: str, lines: list[str], number: int) -> dict[str, object]:
    first = lines[number].removeprefix("NOTE").strip()
    block = [first]
    for line in lines[number + 1 :]:
        if not line.strip():
            break
        block.append(line)
    if not any(re.match(r"\s*(date|meeting|cycle|attendees|access|title)\s*:", b) for b in block):
        return {}
    return read_yaml(name, "\n".join(block), first_line=number + 1)
