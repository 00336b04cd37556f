"""What `sop doctor` looks at: settings, disk, data, state, notes, model, Slack."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.settings import unknown_variables
from assistant.wiring import Workshop
from planning_engine.errors import PlanningError

_LITTLE_SPACE = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do about it."""

    name: str
    state: Literal["good", "warning", "failed"]
    found: str
    advice: str = ""


Check = Callable[[Workshop], Iterator[Finding]]


def checkup(parts: Workshop) -> Iterator[Finding]:
    """Run every check; one that fails does not keep the others from running."""
    checks: dict[str, Check] = {
        "settings": _settings,
        "disk": _disk,
        "data": _data,
        "state": _state,
        "notes": _notes,
        "embedding": _embedding,
        "model": _model,
        "slack": _slack,
    }
    for name, check in checks.items():
        try:
            yield from check(parts)
        except (PlanningError, OSError) as problem:
            yield Finding(name, "failed", str(problem))


def _settings(parts: Workshop) -> Iterator[Finding]:
    problems = unknown_variables()
    for sentence in problems:
        yield Finding("settings", "warning", sentence)
    if not problems:
        yield Finding("settings", "good", "all variables are known")
    if parts.settings.host not in ("127.0.0.1", "localhost", "::1"):
        yield Finding(
            "settings",
            "warning",
            f"the page is served on {parts.settings.host}, where others can reach it",
            "It has no login of its own: put one in front of it, or set SOP_HOST=127.0.0.1.",
        )


def _disk(parts: Workshop) -> Iterator[Finding]:
    folder = parts.home.folder.absolute()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free / 1e9:,.1f} GB free for {folder}"
    if free < _LITTLE_SPACE:
        yield Finding("disk", "warning", text, "Free some space before the next import.")
    else:
        yield Finding("disk", "good", text)


def _data(parts: Workshop) -> Iterator[Finding]:
    from planning_engine.data.archive import verify

    identity = parts.home.current_id
    if identity is None:
        yield Finding("data", "failed", "nothing was imported", "Run `sop demo` or `sop import`.")
        return
    snapshot = parts.home.current()
    damage = verify(parts.home.snapshots / identity)
    for sentence in damage:
        yield Finding("data", "failed", sentence, "Import the data again with `sop import`.")
    if not damage:
        tables = len(snapshot.tables)
        found = f"{snapshot.company.name}, {identity}, {tables} tables, as of"
        yield Finding("data", "good", f"{found} {snapshot.company.as_of.isoformat()}")
    if not snapshot.company.people:
        yield Finding(
            "data",
            "warning",
            "company.toml names no people, so whoever asks sees and approves everything",
            "Add [[people]] with id, name, role and, if needed, regions or families.",
        )


def _state(parts: Workshop) -> Iterator[Finding]:
    store = parts.store
    count = len(store.decisions.decisions(restricted=True))
    yield Finding("state", "good", f"{store.database.place}, {count} decisions")


def _notes(parts: Workshop) -> Iterator[Finding]:
    stored = parts.store.notes.notes(restricted=True)
    if not stored:
        yield Finding("notes", "warning", "there are no notes", "Add some: `sop notes add FOLDER`.")
        return
    status = parts.notes.status()
    found = f"{status.notes} notes, {status.passages} passages, {status.chroma}"
    if status.in_step:
        yield Finding("notes", "good", found)
    else:
        yield Finding("notes", "warning", found, "It is brought in step by the next `sop serve`.")


def _embedding(parts: Workshop) -> Iterator[Finding]:
    from assistant.embedding import load_encoder

    encoder = load_encoder(parts.settings.embedding)
    width = encoder.encode(["Will we run out of stock?"]).shape[1]
    yield Finding("embedding", "good", f"{encoder.name}, {width} dimensions, on this machine")


def _model(parts: Workshop) -> Iterator[Finding]:
    settings = parts.settings
    if not settings.uses_language_model:
        yield Finding(
            "model",
            "good",
            "built-in analyst; nothing leaves this machine",
            "For free conversation: SOP_MODEL=openai:NAME and OPENAI_API_KEY.",
        )
        return
    from assistant.models import reachable

    advice = "The built-in analyst answers meanwhile." if settings.allow_fallback else ""
    try:
        found = reachable(settings)
    except PlanningError as problem:
        yield Finding("model", "failed", str(problem), advice)
        return
    yield Finding("model", "good" if found else "warning", _model_found(settings.model, found))


def _model_found(model: str, found: bool) -> str:
    if found:
        return f"{model} answers; it is sent questions, summaries and facts, never tables"
    return f"the server answers, but does not list {model}"


def _slack(parts: Workshop) -> Iterator[Finding]:
    settings = parts.settings
    if not settings.slack_bot_token:
        return
    needed, variable = (
        (settings.slack_app_token, "SOP_SLACK_APP_TOKEN")
        if settings.slack_mode == "socket"
        else (settings.slack_signing_secret, "SOP_SLACK_SIGNING_SECRET")
    )
    if needed:
        yield Finding("slack", "good", f"{settings.slack_mode} mode is set up")
    else:
        yield Finding("slack", "failed", f"{variable} is not set", "Set it, then `sop slack`.")
