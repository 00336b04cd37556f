"""Word documents as lines of text: one a paragraph, headings and lists as in Markdown.

A .docx is a zip with one XML file that matters here; reading it takes these few lines and
spares a dependency. Pictures, comments and deleted text are left out.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from planning_engine.errors import DataProblem

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LARGEST = 50_000_000
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}


def read_paragraphs(name: str, content: bytes) -> list[str]:
    """Return the document's lines.

    Raises:
        DataProblem: The file is no Word document, or unpacks to more than it should.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entry = archive.getinfo("word/document.xml")
            if entry.file_size > _LARGEST:
                raise DataProblem(f"{name}: the document unpacks to {entry.file_size:,} bytes.")
            xml = archive.read(entry)
        if b"<!DOCTYPE" in xml[:2000]:
            raise DataProblem(f"{name}: the document declares a DOCTYPE, which Word never does.")
        body = ElementTree.fromstring(xml).find(f"{_W}body")
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, EOFError, OSError) as problem:
        raise DataProblem(f"{name}: not a Word document, or a damaged one.") from problem
    except (RuntimeError, NotImplementedError) as problem:  # encrypted, or an unknown method
        raise DataProblem(f"{name}: the document is locked by a password.") from problem
    return list(_lines(body)) if body is not None else []


def _lines(body: ElementTree.Element) -> Iterator[str]:
    for element in body:
        if element.tag == f"{_W}p":
            yield _paragraph(element)
        elif element.tag == f"{_W}tbl":
            for row in element.iter(f"{_W}tr"):
                cells = (
                    " ".join(_text(paragraph) for paragraph in cell.iter(f"{_W}p"))
                    for cell in row.findall(f"{_W}tc")
                )
                yield "| " + " | ".join(cell.strip() for cell in cells) + " |"
        elif element.tag == f"{_W}sdt":
            content = element.find(f"{_W}sdtContent")
            if content is not None:
                yield from _lines(content)


def _paragraph(paragraph: ElementTree.Element) -> str:
    text = _text(paragraph).strip()
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    kind = style.get(f"{_W}val", "") if style is not None else ""
    if text and (level := re.fullmatch(r"[Hh]eading ?([1-6])", kind)):
        return f"{'#' * int(level[1])} {text}"
    if text and kind == "Title":
        return f"# {text}"
    listed = paragraph.find(f"{_W}pPr/{_W}numPr") is not None or kind.startswith("List")
    return f"- {text}" if text and listed else text


def _text(paragraph: ElementTree.Element) -> str:
    parts = (
        (node.text or "") if node.tag == f"{_W}t" else _BREAKS.get(node.tag, "")
        for node in paragraph.iter()
    )
    return re.sub(r"\s*\n\s*", " ", "".join(parts))
