"""An answer as HTML: safe, and each figure linked to the row it rests on."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, Claim
from assistant.channels.web.answers import answer_html, choices, plain_text
from assistant.channels.web.exhibits import (
    Places,
    exhibit,
    fact_in_words,
    subject_of,
    table_csv,
    table_json,
)
from tools.evidence import Evidence, EvidenceTable, Fact, TableColumn

TABLE = EvidenceTable(
    (
        TableColumn("resource", "text"),
        TableColumn("month", "month"),
        TableColumn("load", "number", "%"),
    ),
    (("L3", date(2027, 2, 1), 102.7), ("L3", date(2027, 3, 1), 118.2), ("L4", None, 118.2)),
)
LOAD = Fact("load", 118.2, "%", {"resource": "L3", "month": "2027-03-01"})
EVIDENCE = Evidence("L3 is at 118.2 %.", facts=(LOAD,), table=TABLE, id="ev_1", tool="query_kpi")

TAG = re.compile(
    r"</?(p|br|ul|ol|li|strong|em|code|blockquote|a)>|<p class=\"subhead\">"
    r"|<a class=\"fact (fact-figure( short)?|fact-word( short)?)\" href=\"#ev_1\"[^<>]*>"
)


def answer(text: str, *claims: Claim) -> Answer:
    return Answer(text, "answered", evidence=(EVIDENCE,), claims=claims)


def claim(text: str, words: str, **more: object) -> Claim:
    start = text.index(words)
    known = {"kind": "percent", "source": "fact", "evidence": "ev_1", "fact": 0}
    return Claim(start, start + len(words), words, **(known | more))  # type: ignore[arg-type]


def test_a_figure_links_to_the_row_and_column_of_its_fact():
    text = "L3 is at 118.2 % in March."
    html = answer_html(answer(text, claim(text, "118.2 %")))
    assert 'data-evidence="ev_1" data-row="1" data-column="2"' in html
    assert ">118.2 %</a> in March.</p>" in html
    assert 'data-tip="Load: 118.2 % · L3 · March 2027"' in html


def test_a_figure_keeps_its_link_inside_bold_and_lists():
    text = "Loads:\n\n- L3 **118.2 %**\n- L4 fine"
    html = answer_html(answer(text, claim(text, "118.2 %")))
    assert "<ul><li>L3 <strong><a " in html
    assert "</a></strong></li><li>L4 fine</li></ul>" in html


def test_words_from_the_question_or_unknown_evidence_stay_plain():
    text = "You asked about 118.2 %."
    for more in ({"source": "question"}, {"evidence": "ev_other"}, {"fact": 9}):
        assert "<a" not in answer_html(answer(text, claim(text, "118.2 %", **more)))


def test_overlapping_claims_are_linked_once():
    text = "at 118.2 %"
    html = answer_html(answer(text, claim(text, "118.2 %"), claim(text, "118.2")))
    assert html.count("<a ") == 1


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("# Head\ntext", '<p class="subhead">Head</p><p>text</p>'),
        ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
        ("> quoted", "<blockquote>quoted</blockquote>"),
        ("*soft* and `code`", "<p><em>soft</em> and <code>code</code></p>"),
        ("3 * 4 * 5, a_b_c", "<p>3 * 4 * 5, a_b_c</p>"),
        ("[a](http://x.y)", "<p>[a](http://x.y)</p>"),
    ],
)
def test_the_markdown_it_knows(source, html):
    assert answer_html(answer(source)) == html


@given(st.text(alphabet=st.sampled_from(list("<>&\"'*`#- \n1.ab")), max_size=60), st.data())
def test_no_text_becomes_a_tag_of_its_own_and_no_character_is_lost(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    made = Claim(start, end, text[start:end], "number", "fact", "ev_1", 0)
    html = answer_html(answer(text, made))
    tags = set(re.findall(r"<[^>]*>", html))
    assert all(TAG.fullmatch(tag) for tag in tags), tags
    shown = unescape(re.sub(r"<[^>]*>", "", html))
    assert [c for c in shown if c in "ab"] == [c for c in text if c in "ab"]


def test_choices_of_an_answer_that_asks_back_are_buttons():
    asking = Answer("Which?\n\n1. Line **3** <b>\n2. Line 4", "asked_back")
    html = answer_html(asking)
    assert '<button type="button" class="chip" data-ask="Line 3 &lt;b&gt;">' in html
    assert html.count("<button") == 2
    assert choices(asking) == ("Line 3 <b>", "Line 4")
    assert choices(replace(asking, status="answered")) == ()


def test_copied_text_has_no_marks():
    assert plain_text("**L3** is `over` *it*") == "L3 is over it"


def test_a_fact_without_a_row_of_its_own_has_no_place():
    assert Places(TABLE).find(Fact("load", 99.0, "%", {"resource": "L3"})) == (0, -1)
    assert Places(TABLE).find(Fact("load", 99.0, "%", {"resource": "L9"})) is None
    assert Places(TABLE).find(Fact("load", 99.0, "%")) is None
    assert Places(None).find(LOAD) is None


def test_a_date_fact_stands_in_the_row_that_says_it():
    fact = Fact("worst_month", date(2027, 3, 1), None, {"resource": "L3"})
    assert Places(TABLE).find(fact) == (1, 1)


def test_facts_read_as_a_line():
    assert fact_in_words(LOAD) == "Load: 118.2 % · L3 · March 2027"
    assert fact_in_words(Fact("cost", 1234567, "EUR")) == "Cost: 1,234,567 EUR"
    assert fact_in_words(Fact("stock_out", date(2027, 3, 14))) == "Stock out: 14 March 2027"


def test_a_column_shows_as_many_decimals_as_it_needs():
    columns = (TableColumn("share", "number", "1"), TableColumn("hours", "number", "hours"))
    table = EvidenceTable((*columns, TableColumn("cases", "number")), ((0.12, 140.5, 7.0),))
    found = [(c["decimals"], c["unit"]) for c in table_json(table)["columns"]]
    assert found == [(3, None), (1, None), (0, None)]


def test_csv_keeps_all_digits_and_runs_nothing_in_a_spreadsheet():
    columns = (TableColumn("product", "text"), TableColumn("load", "number", "%"))
    table = EvidenceTable(columns, (("=HYPERLINK(1)", 118.25), ("a,b", -3.0), ("x", None)))
    assert table_csv(table) == 'product,load (%)\r\n\'=HYPERLINK(1),118.25\r\n"a,b",-3.0\r\nx,\r\n'


def test_the_title_says_what_a_request_is_about():
    assert subject_of({"kpi": "otif", "region": "North", "family": "tea"}) == "Tea · North"
    assert subject_of({"levers": []}) == ""


def test_an_exhibit_separates_doubts_from_assumptions():
    shown = exhibit(replace(EVIDENCE, request={"include_overtime": True, "start": "2027-03-01"}))
    assert (shown.warnings, shown.assumptions) == ((), ())
    assert shown.request == (("Include overtime", "yes"), ("Start", "March 2027"))
