from datetime import date

import pytest

from planning_engine.data.sample.decision_log import MADE
from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest
from tools.context import ToolContext
from tools.registry import run


class Log:
    def decisions(self):
        return MADE


@pytest.fixture
def exceptions(unsupported):
    """Run rank_exceptions and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("rank_exceptions", request, ToolContext(company, decisions=Log()))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def test_the_biggest_come_first_with_owner_and_where_to_look(exceptions, demo):
    evidence = exceptions(demo)
    assert evidence.summary.startswith(
        "13 exceptions, most money at stake first. Late supplier: S-CITROSA with Citrus "
        "concentrate comes 15.6 days late, 28,208 kg overdue, with EUR 1,604,329 at stake (owner "
        "Bruno Keil)."
    )
    first = evidence.table.rows[0]
    assert first[1] == "late supplier"
    assert first[-1] == "query_kpi"
    assert len(evidence.table.rows) == 10


def test_every_planted_trouble_is_in_the_list(exceptions, demo):
    evidence = exceptions(demo, top=100)
    whole = " ".join(str(row) for row in evidence.table.rows)
    for name in ("S-CITROSA", "Lucia Ferro", "Juice", "D-12", "L3", "Lemonwell", "Leaf Peach"):
        assert name in whole


@pytest.mark.parametrize(
    "kinds",
    [
        ["stock-out"],
        ["overload"],
        ["excess", "obsolete"],
        ["forecast bias"],
        ["budget gap"],
        ["plan change"],
        ["decision not carried out"],
        ["overdue orders"],
    ],
)
def test_one_kind_alone_is_told(exceptions, demo, kinds):
    evidence = exceptions(demo, kinds=kinds)
    assert {row[1] for row in evidence.table.rows} <= set(kinds)
    assert evidence.summary


def test_thresholds_are_stated_and_can_be_moved(exceptions, demo):
    evidence = exceptions(demo, kinds=["forecast bias"], bias_percent=17)
    assert "bias percent 17" in evidence.definition
    assert evidence.summary.startswith("There is 1 exception. Forecast bias: Lucia Ferro")


def test_overdue_orders_are_told(exceptions, lemonade):
    order = {"order": "1", "line": "1", "product": "X", "site": "D1", "customer": "N"}
    orders = [
        order | {"quantity": 30, "requested_on": date(2026, 10, 21)},
        order
        | {"line": "2", "quantity": 5, "requested_on": date(2026, 10, 1)}
        | {"delivered_on": date(2026, 10, 1)},
    ]
    evidence = exceptions(lemonade(orders=orders), kinds=["overdue orders"])
    assert "N waits for 30 cases, the oldest 10 days overdue, with EUR 300" in evidence.summary


def test_what_a_scope_cannot_see_is_said(exceptions, demo):
    evidence = exceptions(demo.narrowed(Scope(families=frozenset({"Tea"}))))
    assert "Not looked for: overload and decision not carried out." in evidence.summary
    assert any("whole company" in issue.message for issue in evidence.issues)


def test_an_unknown_kind_is_refused(exceptions, demo):
    with pytest.raises(BadRequest, match="kinds"):
        exceptions(demo, kinds=["trouble"])
