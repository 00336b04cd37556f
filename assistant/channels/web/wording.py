"""How moments, people and proposals are written on the page."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any  # Any: JSON bodies of proposals

from assistant.answer import Status
from assistant.channels.web.exhibits import day_in_words, label
from tools.evidence import Passage, Proposal


def day(value: date | str | None) -> str:
    """Return a date as `14 March 2027`."""
    if value is None:
        return ""
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{found.day} {found:%B %Y}"


def short_month(value: str) -> str:
    """Return an ISO date as `Mar 2027`."""
    return f"{date.fromisoformat(value):%b %Y}"


def moment(value: datetime | date | None) -> str:
    """Return a moment as `14 March 2027, 09:30` in the time of this machine."""
    if not isinstance(value, datetime):
        return day(value)
    local = value.astimezone()
    return f"{day(local.date())}, {local:%H:%M}"


def lines(passage: Passage) -> str:
    """Return where a passage stands in its note: `line 26`, `lines 24–25`."""
    if passage.first_line == passage.last_line:
        return f"line {passage.first_line}"
    return f"lines {passage.first_line}–{passage.last_line}"


def initials(name: str) -> str:
    """Return the first letters of first and last name."""
    words = name.split()
    return "".join(
        word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
    ).upper()


def fields(proposal: Proposal, person_name: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield a proposal's typed object as labelled lines, what is missing left out."""
    body = proposal.body
    # The levers as the machine keeps them only repeat the changes that are said in words.
    hidden = {"levers"} if body.get("changes") else set()
    last = [key for key in ("snapshot", "digest") if key in body]
    for key in (*(key for key in body if key not in last), *last):
        value = body[key]
        if key in hidden or value is None or value in ("", [], {}) or value == proposal.title:
            continue
        if key.endswith("_name") and key.removesuffix("_name") in proposal.body:
            continue  # the id is shown by its name already
        if isinstance(value, Mapping):
            lines = (f"{label(k)}: {_plain(k, v)}" for k, v in value.items() if v is not None)
            yield label(key), "\n".join(lines)
        elif key == "owner":
            yield label(key), person_name(str(value))
        else:
            yield label(key), _plain(key, value)


def _plain(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        filled = ((k, v) for k, v in value.items() if v not in (None, "", [], {}))
        return ", ".join(f"{label(k).lower()} {_plain(k, v)}" for k, v in filled)
    if isinstance(value, list | tuple):
        return "\n".join(_plain(key, entry) for entry in value)
    if isinstance(value, float | int):
        return f"{value:,}"
    try:
        return day_in_words(value) if key in ("month", "cycle") else day(value)
    except ValueError:
        return str(value)


def badge(status: Status) -> tuple[str, str] | None:
    """Return icon and words for an answer that is not a plain answer."""
    return {
        "asked_back": ("question", "I need one more thing"),
        "not_in_data": ("none", "Not in the data"),
        "not_permitted": ("lock", "Not permitted"),
        "refused": ("warn", "Not done"),
        "failed": ("warn", "Could not be answered"),
    }.get(status)


def chart_title(spec: Mapping[str, Any]) -> str:
    """Return a chart's title, wherever its spec keeps it."""
    title = spec.get("title") or spec.get("description") or "Chart"
    if isinstance(title, Mapping):
        title = title.get("text", "Chart")
    return " ".join(title) if isinstance(title, list) else str(title)
