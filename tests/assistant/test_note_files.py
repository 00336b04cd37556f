import io
import zipfile
from datetime import date

import pytest

from assistant.front_matter import meeting_name
from assistant.note_files import read_note
from planning_engine.errors import DataProblem

NOTE = """---
date: 2026-08-12
meeting: Supply review
cycle: 2026-08
attendees: [Sven Aalto, Bruno Keil]
access: executives
title: Supply review August
---

# Ignored

L3 is full in March.
"""


def docx(*paragraphs, table="", doctype=""):
    def paragraph(text, style=""):
        kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        return f"<w:p>{kind}<w:r><w:t>{text}</w:t></w:r></w:p>"

    body = "".join(paragraph(*p) if isinstance(p, tuple) else paragraph(p) for p in paragraphs)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = f'{doctype}<w:document xmlns:w="{space}"><w:body>{body}{table}</w:body></w:document>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", xml)
    return file.getvalue()


def test_a_note_is_read_with_its_front_matter():
    file = read_note("any.md", NOTE.encode())
    note = file.note
    assert (note.id, note.title) == ("any.md", "Supply review August")
    assert (note.meeting, note.held_on, note.cycle) == (
        "supply",
        date(2026, 8, 12),
        date(2026, 8, 1),
    )
    assert note.attendees == ("Sven Aalto", "Bruno Keil")
    assert note.restricted
    assert file.front_matter["meeting"] == "Supply review"


def test_words_stand_on_the_lines_where_the_file_has_them():
    lines = read_note("any.md", NOTE.encode()).note.text.split("\n")
    assert lines[11] == NOTE.split("\n")[11] == "L3 is full in March."
    assert lines[:9] == [""] * 9


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_of_other_systems_keep_the_line_numbers(newline):
    text = read_note("any.md", NOTE.replace("\n", newline).encode()).note.text
    assert text == read_note("any.md", NOTE.encode()).note.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings_are_told_apart(encoding):
    note = read_note("any.txt", "Łódź plans: 50 % more tea\n".encode(encoding)).note
    assert note.text == "Łódź plans: 50 % more tea"


def test_what_the_front_matter_leaves_out_comes_from_name_and_heading():
    note = read_note("supply/pre-sop-2026-08.md", b"# August *round*\nL3 is full.").note
    assert (note.title, note.meeting) == ("August *round*", "pre-S&OP")
    assert (note.cycle, note.held_on) == (date(2026, 8, 1), None)
    dated = read_note("2026-05-27-executive.md", b"Fine.").note
    assert (dated.title, dated.meeting) == ("2026-05-27-executive", "executive")
    assert (dated.held_on, dated.cycle) == (date(2026, 5, 27), None)
    assert not dated.restricted


def test_an_impossible_date_in_a_name_is_no_date():
    note = read_note("demand 2026-13-40.txt", b"text").note
    assert (note.meeting, note.held_on, note.cycle) == ("demand", None, None)


@pytest.mark.parametrize(
    ("words", "meeting"),
    [
        ("Pre S&OP meeting", "pre-S&OP"),
        ("executive S&OP", "executive"),
        ("Demand Review", "demand"),
        ("Line 3 stand-up", "Line 3 stand-up"),
    ],
)
def test_meetings_have_one_name(words, meeting):
    assert meeting_name(words) == meeting


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "n.md: the file is empty"),
        (b" \n \n", "n.md: the file is empty"),
        (b"---\ndate: 2026-08-12\n---\n\n", "there is no text after the front matter"),
        (b"a\nb\nplanned caf\xe9\n", "n.md, line 3: not UTF-8 text. Save the file as UTF-8"),
        (b"\xff\xfea", "not UTF-16 text"),
        (b"one\ntwo\x00\x01\x02three", "n.md, line 2: a binary file, not text"),
        (b"---\ndate: 2026-08-12\ntext", "n.md, line 1: the front matter that begins with ---"),
        (b"---\ndate: [\n---\nx", "line 2: the front matter is not YAML"),
        (b"---\ndate: 2026-13-45\n---\nx", "line 2: the front matter is not YAML"),
        (b"---\ndate: august\n---\nx", "date 'august' is not a date; write it as 2026-08-12"),
        (b"---\ncycle: soon\n---\nx", "cycle 'soon' is not a date"),
        (b"---\njust words\n---\nx", "the front matter needs `key: value` lines"),
        (b"---\naccess: public\n---\nx", "access 'public' is not one of everyone, executives"),
        (b"---\nacess: executives\n---\nx", "front matter has 'acess'. Did you mean 'access'"),
        (b"# Note\n\nAccess: executives\n", "line 3: 'Access: executives' counts only in front"),
        (b"x" * 2_000_001, "the file has 2,000,001 bytes; a note may have 2,000,000"),
    ],
)
def test_a_bad_file_is_refused_with_file_line_and_rule(content, sentence):
    with pytest.raises(DataProblem) as refused:
        read_note("n.md", content)
    assert sentence in str(refused.value)


def test_deeply_nested_front_matter_is_refused():
    with pytest.raises(DataProblem, match="not YAML"):
        read_note("n.md", b"---\nx: " + b"[" * 5000 + b"\n---\nx")


def test_other_keys_of_front_matter_are_kept_as_plain_values():
    content = b"---\ntags: [a, 2026-08-12]\nowner: {a: 1}\ndate: 2026-08-12 10:00:00\n---\nx"
    file = read_note("n.md", content)
    assert file.front_matter["tags"] == ["a", "2026-08-12"]
    assert file.front_matter["owner"] == "…"
    assert file.note.held_on == date(2026, 8, 12)


def test_empty_front_matter_and_a_list_of_names_in_one_text_are_fine():
    assert read_note("n.md", b"---\n---\nx").note.held_on is None
    content = b"---\nattendees: Sven Aalto; Bruno Keil, \naccess:\ncycle: 2026-08-09\n---\nx"
    note = read_note("n.md", content).note
    assert note.attendees == ("Sven Aalto", "Bruno Keil")
    assert (note.cycle, note.restricted) == (date(2026, 8, 1), False)


def test_empty_lines_before_the_front_matter_do_not_publish_a_restricted_note():
    note = read_note("n.md", b"\n \n---\naccess: executives\n---\nx").note
    assert note.restricted
    assert note.text == "\n" * 5 + "x"


def test_other_kinds_of_file_are_refused():
    with pytest.raises(DataProblem, match=r"notes are read from \.md"):
        read_note("plan.pdf", b"%PDF")


def test_a_word_document_becomes_lines_of_markdown():
    table = (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>L3</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>118 %</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    content = docx(
        "---",
        "meeting: demand",
        "---",
        ("August", "Heading2"),
        ("Demand", "Title"),
        ("Cut tea", "ListBullet"),
        table=table,
    )
    note = read_note("n.docx", content).note
    assert note.meeting == "demand"
    assert note.text.split("\n")[3:] == [
        "## August",
        "# Demand",
        "- Cut tea",
        "| L3 | 118 % |",
        "a\tb",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not a zip", "not a Word document"),
        (docx("x")[:-30], "not a Word document"),
        (docx("x", doctype="<!DOCTYPE w [<!ENTITY a 'b'>]>"), "declares a DOCTYPE"),
        (docx(), "there is no text"),
    ],
)
def test_a_bad_word_document_is_refused(content, sentence):
    with pytest.raises(DataProblem, match=sentence):
        read_note("n.docx", content)


def test_a_word_document_that_unpacks_to_too_much_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 50_000_001)
    with pytest.raises(DataProblem, match="unpacks to 50,000,001 bytes"):
        read_note("n.docx", file.getvalue())


TRANSCRIPT = """WEBVTT

NOTE
date: 2026-08-12
meeting: supply
access: executives

1
00:00:01.000 --> 00:00:04.000
<v Sven Aalto>L3 &amp; L4 are full.

00:00:04.000 --> 00:00:06.000 align:start
<v Sven Aalto>In March
<i>and April</i>.
"""


def test_a_transcript_says_who_spoke_on_the_lines_of_the_file():
    note = read_note("call.vtt", TRANSCRIPT.encode()).note
    assert (note.held_on, note.meeting, note.restricted) == (date(2026, 8, 12), "supply", True)
    lines = dict(enumerate(note.text.split("\n"), 1))
    spoken = {number: line for number, line in lines.items() if line}
    assert spoken == {
        10: "Sven Aalto: L3 & L4 are full.",
        13: "Sven Aalto: In March",
        14: "and April.",
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"hello", "line 1: a .vtt file begins with WEBVTT"),
        (b"WEBVTT\n\nhello", "there is no cue"),
        (TRANSCRIPT.replace("2026-08-12", "[").encode(), "not YAML"),
    ],
)
def test_a_bad_transcript_is_refused(content, sentence):
    with pytest.raises(DataProblem) as refused:
        read_note("call.vtt", content)
    assert sentence in str(refused.value)


def test_a_comment_in_a_transcript_is_no_front_matter():
    content = b"WEBVTT\n\nNOTE made by a machine\n\n00:01.000 --> 00:02.000\nHello.\n"
    assert read_note("call.vtt", content).note.text.split("\n")[-1] == "Hello."
