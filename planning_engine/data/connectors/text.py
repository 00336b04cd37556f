"""Text files before they are parsed: encoding, lines, header, and what is refused."""

import codecs
import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from planning_engine.errors import DataProblem, shortened

LONGEST_LINE = 1_000_000
DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 20
_MARKS = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Scanned:
    """What one pass over a file's bytes tells.

    Attributes:
        lines: Lines in the file, the last one counted even without a line end.
        head: Its first non-blank line, without a byte-order mark.
        head_line: The number of that line, from 1.
    """

    lines: int
    head: str
    head_line: int


@contextmanager
def opened_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, unpacked if it is gzipped."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            yield stream  # type: ignore[misc]  # GzipFile reads bytes as well
    except (gzip.BadGzipFile, EOFError, zlib.error) as problem:
        raise DataProblem(
            f"{path.name} is not a whole gzip file ({problem}). Copy it again."
        ) from problem


def scan(path: Path, name: str) -> Scanned:
    """Read a UTF-8 text file once, byte by byte, and refuse what is not a table of text.

    Args:
        path: Where it lies.
        name: What to call it in messages.

    Raises:
        DataProblem: It is empty, binary, not UTF-8 or has a line without end.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, unfinished = 0, 0
    with opened_bytes(path) as stream:
        for number, chunk in enumerate(iter(lambda: stream.read(_CHUNK), b"")):
            _refuse_binary(chunk, name, lines, first=number == 0)
            _decode(decoder, chunk, name, lines)
            ends = chunk.count(b"\n")
            lines += ends
            unfinished = len(chunk) - chunk.rfind(b"\n") - 1 if ends else unfinished + len(chunk)
            if unfinished > LONGEST_LINE or _longest(chunk) > LONGEST_LINE:
                raise DataProblem(
                    f"{name} line {lines + 1} is longer than {LONGEST_LINE:,} characters, so this "
                    "is not a table with one row a line. Export it as CSV again."
                )
    head, head_line = _head(path)
    if not head:
        raise DataProblem(
            f"{name} is empty: it needs a first line that names its columns and a line for each "
            "row. Remove the file if there is nothing to import."
        )
    return Scanned(lines + (unfinished > 0), head, head_line)


def read_header(name: str, scanned: Scanned, delimiter: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the delimiter and the column names of a file's first line.

    Raises:
        DataProblem: A column is named twice.
    """
    chosen = delimiter or max(
        DELIMITERS, key=lambda mark: len(next(csv.reader([scanned.head], delimiter=mark), []))
    )
    cells = next(csv.reader([scanned.head], delimiter=chosen), [])
    names = tuple(
        cell.strip() or f"column {position}" for position, cell in enumerate(cells, start=1)
    )
    _refuse_twins(names, f"{name} line {scanned.head_line}")
    return chosen, names


def records(path: Path, delimiter: str, quote: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each record starts, and its cells; blank lines are left out."""
    csv.field_size_limit(LONGEST_LINE + 1)
    with opened_bytes(path) as stream:
        text = codecs.getreader("utf-8-sig")(stream, "replace")
        rows = csv.reader(
            text,
            delimiter=delimiter,
            quotechar=quote or None,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        )
        before = 0
        for cells in rows:
            if cells:
                yield before + 1, cells
            before = rows.line_num


def transcoded(path: Path, encoding: str, folder: Path) -> Path:
    """Write a copy of a text file in UTF-8 and return its place."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{hashlib.sha256(str(path).encode()).hexdigest()[:12]}.csv"
    known = _codec(encoding, path.name)
    with opened_bytes(path) as stream, copy.open("w", encoding="utf-8", newline="") as target:
        reader = codecs.getreader(known)(stream)
        try:
            while text := reader.read(_CHUNK):
                target.write(text.lstrip("\ufeff"))
        except UnicodeError as problem:
            raise DataProblem(f"{path.name} is not written in {encoding}: {problem}.") from problem
    return copy


def sha256_of(path: Path) -> str:
    """Return the hash of a file as it lies there."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _codec(encoding: str, name: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as problem:
        raise DataProblem(
            f"There is no text encoding '{encoding}' to read {name} with. "
            "Try utf-8, latin-1, cp1252 or utf-16."
        ) from problem


def _refuse_binary(chunk: bytes, name: str, lines: int, *, first: bool) -> None:
    for mark, encoding in _MARKS.items():
        if first and chunk.startswith(mark):
            raise DataProblem(
                f"{name} line 1 is written in {encoding}, not UTF-8. Save it as UTF-8, or import "
                f"it with --set encoding={encoding}."
            )
    zero = chunk.find(b"\0")
    if zero >= 0:
        line = lines + chunk.count(b"\n", 0, zero) + 1
        raise DataProblem(
            f"{name} line {line} holds a zero byte, so this is a binary file and not text. "
            "Export it as CSV."
        )


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, name: str, lines: int) -> None:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as problem:
        # What the decoder kept of the chunk before holds no line end: no multi-byte character does.
        line = lines + problem.object.count(b"\n", 0, problem.start) + 1
        byte = problem.object[problem.start]
        raise DataProblem(
            f"{name} line {line} is not UTF-8: it holds the byte 0x{byte:02X}. Save the file as "
            "UTF-8, or name its encoding, e.g. --set encoding=latin-1."
        ) from problem


def _longest(chunk: bytes) -> int:
    # A chunk is little longer than the limit, so only one with few line ends can break it.
    if chunk.count(b"\n") > 2 * (_CHUNK // LONGEST_LINE + 1):
        return 0
    return max(len(line) for line in chunk.split(b"\n"))


def _head(path: Path) -> tuple[str, int]:
    """Return the first line with anything in it, and its number; empty if there is none."""
    with opened_bytes(path) as stream:
        for number, line in enumerate(iter(stream.readline, b""), start=1):
            text = line.decode("utf-8").lstrip("\ufeff").rstrip("\r\n")
            if text.strip():
                return text, number
    return "", 1


def _refuse_twins(names: Sequence[str], place: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise DataProblem(
                f"{place} names the column '{shortened(name)}' twice. Rename one of them."
            )
        seen.add(name.casefold())
