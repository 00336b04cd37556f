"""Meeting notes read from files: Markdown, text, Word documents and WebVTT transcripts.

Whatever the kind of file, the note's text has its words on the lines where a person finds
them in the file; lines that are not part of the note (front matter, time stamps) are empty.
In a Word document a line is a paragraph.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from assistant.front_matter import FrontMatter, Scalar, read_front_matter
from assistant.note_transcripts import read_transcript
from assistant.word_documents import read_paragraphs
from planning_engine.errors import DataProblem
from tools.context import Note

SUFFIXES = (".md", ".markdown", ".txt", ".docx", ".vtt")
_LARGEST_TEXT = 2_000_000
_LARGEST_DOCUMENT = 25_000_000


@dataclass(frozen=True)
class NoteFile:
    """A note as its file has it, with everything its front matter said."""

    note: Note
    front_matter: Mapping[str, Scalar | list[Scalar]]


def read_note(name: str, content: bytes) -> NoteFile:
    """Return the note that a file holds.

    What the front matter leaves out is taken from the file's name (`supply-2026-08.md`) and
    its first heading; a note without a date has none.

    Args:
        name: The note's id: file name, or path within the folder that was added.
        content: The file.

    Raises:
        DataProblem: The file is empty, too big, binary, wrongly encoded, or its front matter
            cannot be read; the sentence names file, line and rule.
    """
    suffix = PurePath(name).suffix.lower()
    _check_kind(name, len(content))
    if not content.strip():
        raise DataProblem(f"{name}: the file is empty.")
    lines = _lines(name, suffix, content)
    if suffix == ".vtt":
        matter, lines = read_transcript(name, lines)
    else:
        matter, lines = read_front_matter(name, lines)
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        raise DataProblem(f"{name}: there is no text after the front matter.")
    return NoteFile(_note(name, matter, lines), matter.everything)


def collect_files(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the content of note files by name; a folder gives all notes in it.

    A file's name is its path within the folder that was given.

    Raises:
        DataProblem: A path cannot be read, holds no notes, or two files have one name.
    """
    contents: dict[str, bytes] = {}
    for path in paths:
        files = {path.name: path} if not path.is_dir() else _files_in(path)
        for name, file in files.items():
            if name in contents:
                raise DataProblem(f"Two files are named {name}. Rename one, or add their folder.")
            try:
                _check_kind(name, file.stat().st_size)
                contents[name] = file.read_bytes()
            except OSError as problem:
                raise DataProblem(f"{file} cannot be read: {problem.strerror}.") from problem
    return contents


def _files_in(folder: Path) -> dict[str, Path]:
    files = {
        file.relative_to(folder).as_posix(): file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in SUFFIXES and not file.name.startswith((".", "~"))
    }
    if not files:
        raise DataProblem(f"There are no notes ({', '.join(SUFFIXES)}) in {folder}.")
    return files


def _check_kind(name: str, size: int) -> None:
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise DataProblem(f"{name}: notes are read from {', '.join(SUFFIXES)} files.")
    largest = _LARGEST_DOCUMENT if suffix == ".docx" else _LARGEST_TEXT
    if size > largest:
        raise DataProblem(
            f"{name}: the file has {size:,} bytes; a note may have {largest:,}. Split it."
        )


def _lines(name: str, suffix: str, content: bytes) -> list[str]:
    text = "\n".join(read_paragraphs(name, content)) if suffix == ".docx" else _text(name, content)
    return [line.rstrip() for line in text.split("\n")]


def _text(name: str, content: bytes) -> str:
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise DataProblem(
            f"{name}, line {line}: not {encoding.removesuffix('-sig').upper()} text. "
            "Save the file as UTF-8."
        ) from problem
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    strange = re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        raise DataProblem(f"{name}, line {line}: a binary file, not text.")
    return text


def _encoding(content: bytes) -> str:
    """Tell UTF-16 from UTF-8 by its mark, or by the empty half of each Latin letter."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = content[:512]
    if len(content) % 2 == 0 and len(start) >= 8:
        if start[1::2].count(0) > len(start) * 0.4 and not start[::2].count(0):
            return "utf-16-le"
        if start[::2].count(0) > len(start) * 0.4 and not start[1::2].count(0):
            return "utf-16-be"
    return "utf-8-sig"


def _note(name: str, matter: FrontMatter, lines: list[str]) -> Note:
    stem = PurePath(name).stem
    title = matter.title or _first_heading(lines) or stem
    return Note(
        id=name,
        title=title,
        meeting=matter.meeting,
        held_on=matter.held_on,
        cycle=matter.cycle,
        attendees=matter.attendees,
        restricted=matter.restricted,
        text="\n".join(lines),
    )


def _first_heading(lines: list[str]) -> str | None:
    for line in lines:
        if match := re.match(r"#{1,6}\s+(.+?)\s*#*$", line):
            return match[1]
    return None
