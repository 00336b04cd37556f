"""What people see in Slack, held as a golden file, and Slack's limits."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from assistant.answer import Answer, Claim, PendingProposal
from assistant.channels.slack.blocks import answer_blocks, decided_blocks, mrkdwn, proposal_blocks
from tools.evidence import Evidence, EvidenceTable, Fact, Passage, Proposal, TableColumn

GOLDEN = Path(__file__).parent / "answer_blocks.json"
LOAD = Evidence(
    id="ev_5f2c9a0000",
    tool="check_capacity",
    summary="L3 is at 118.3 % in March 2027.",
    facts=(Fact("load", 118.26, "%", {"resource": "L3", "month": "2027-03-01"}),),
    table=EvidenceTable(
        (TableColumn("month", "month"), TableColumn("load", "number", "%")),
        ((date(2027, 2, 1), 108.21), (date(2027, 3, 1), 118.26)),
    ),
    definition="load = required hours / available hours",
)
PROPOSAL = PendingProposal(
    "p_1",
    Proposal("decision", "Add a shift on L3", {"title": "Add a shift on L3", "owner": "sven"}),
    LOAD.id,
)
ANSWER = Answer(
    text="**L3** is at 118.3 % in March 2027.\n- tell <!channel> & all",
    status="answered",
    evidence=(LOAD,),
    citations=(
        Passage("supply.md", "Supply review", "supply", date(2026, 8, 12), 14, 17, "Bruno: late"),
    ),
    proposals=(PROPOSAL,),
    suggestions=("What if we add 40 hours?",),
    claims=(Claim(14, 21, "118.3 %", "percent", "fact", LOAD.id, 0),),
    footnotes=("Data as of 31 October 2026.", "Warning: One day is missing."),
    model="built-in analyst",
    receipt="r_7k2m9q",
)


def test_an_answer_looks_as_reviewed():
    assert answer_blocks(ANSWER) == json.loads(GOLDEN.read_text())


def test_a_note_can_neither_mention_nor_link_anybody():
    assert mrkdwn("<!channel> <https://x|y>") == "&lt;!channel&gt; &lt;https://x|y&gt;"


def test_a_long_answer_keeps_within_the_limits_of_slack():
    blocks = answer_blocks(Answer(text="word " * 4000, status="answered"))
    sections = [block for block in blocks if block["type"] == "section"]
    assert len(blocks) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in sections)
    assert "".join(block["text"]["text"] for block in sections).count("word") == 4000


def test_a_long_table_says_how_many_rows_are_left():
    rows = tuple((date(2027, 1, 1), float(i)) for i in range(20))
    columns = LOAD.table.columns if LOAD.table else ()
    long = Answer(
        text="x", status="answered", evidence=(Evidence("x", table=EvidenceTable(columns, rows)),)
    )
    assert "12 more rows" in json.dumps(answer_blocks(long), ensure_ascii=False)


def test_a_decided_proposal_has_no_buttons():
    decided = PendingProposal(
        "p_1", PROPOSAL.proposal, LOAD.id, "approved", "elena", datetime(2026, 11, 2, tzinfo=UTC)
    )
    blocks = proposal_blocks(decided)
    assert [block["type"] for block in blocks] == ["section", "context"]
    assert blocks[-1]["elements"][0]["text"] == "Approved by elena on 2 November 2026"


def test_pressing_a_button_puts_the_verdict_in_its_place():
    changed = decided_blocks(answer_blocks(ANSWER), "p_1", "Approved by Elena Marsh")
    assert "approve_proposal" not in json.dumps(changed)
    assert {"type": "mrkdwn", "text": "Approved by Elena Marsh"} in [
        element for block in changed for element in block.get("elements", [])
    ]
