"""The demo company's meeting notes: five meetings a cycle, with figures from its tables.

The prose stands in Markdown files beside this one, with placeholders for its figures (see
`planning_engine.data.sample.figures`). One supply note quotes a supplier's message that
tries to give orders to whoever reads it, and one executive note is for executives only.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from planning_engine.data.sample.figures import Figures, word
from planning_engine.data.sample.timeline import SEED

_PLACEHOLDER = re.compile(r"\{([^{}\n]+)\}")


@dataclass(frozen=True)
class SampleNote:
    """A note as a file: its name, and its front matter and Markdown."""

    file_name: str
    text: str


@lru_cache(maxsize=2)
def notes(seed: int = SEED) -> tuple[SampleNote, ...]:
    """Return the notes, earliest first, with every placeholder filled."""
    figures = Figures(seed)
    return tuple(
        SampleNote(path.name, _filled(path.read_text(encoding="utf-8"), figures))
        for path in sorted(Path(__file__).parent.glob("*.md"))
    )


def write_notes(folder: Path, seed: int = SEED) -> None:
    """Write the notes as Markdown files."""
    folder.mkdir(parents=True, exist_ok=True)
    for note in notes(seed):
        (folder / note.file_name).write_text(note.text, encoding="utf-8")


def _filled(text: str, figures: Figures) -> str:
    return _PLACEHOLDER.sub(lambda found: word(figures, found[1]), text)
