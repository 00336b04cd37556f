import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import NotPermitted, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(unsupported):
    """Run a tool and hold every figure of its summary against its facts."""

    def call(tool, company, **request):
        evidence = run(tool, request, ToolContext(company))
        assert unsupported(evidence, company) == [], evidence.summary
        return evidence

    return call


@pytest.fixture
def tight(lemonade, lemonade_tables):
    """Return a maker of the lemonade company with so many hours a day."""

    def build(hours, **changes):
        days = [d | {"hours": hours} for d in lemonade_tables()["calendars"]]
        return lemonade(calendars=days, **changes)

    return build


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def test_why_a_product_is_late_names_the_hours_and_how_many_are_missing(ask, tight):
    evidence = ask("explain_late", tight(10), months=3)
    assert "is owed because the hours of L (Line L) are used up in" in evidence.summary
    assert "It would take" in evidence.summary
    assert "One more unit there would save EUR" in evidence.summary
    assert fact(evidence, "missing", of="L") > 0


def test_why_one_product_is_late_keeps_to_it(ask, tight):
    evidence = ask("explain_late", tight(10), months=3, product="Lemonade Y", site="Depot 1")
    assert {row[0] for row in evidence.table.rows} == {"Y"}
    assert {row[1] for row in evidence.table.rows} == {"D1"}


def test_a_product_on_time_says_where_it_comes_from(ask, lemonade):
    evidence = ask("explain_late", lemonade(), months=3, product="X")
    assert "Nothing of Lemonade X is late or short" in evidence.summary
    assert "brought from P" in evidence.summary
    # every piece of demand is pegged
    assert sum(row[4] for row in evidence.table.rows) == pytest.approx(900)


def test_a_missing_component_names_its_supplier(ask, lemonade, lemonade_tables):
    stock = [s for s in lemonade_tables()["stock"] if s["product"] != "C"]
    sourcing = [{"product": "C", "site": "P", "supplier": "S", "lead_time_days": 65}]
    evidence = ask("explain_late", lemonade(stock=stock, sourcing=sourcing), months=2)
    assert "Lemons runs short" in evidence.summary
    assert "more of Lemons from S" in evidence.summary
    assert fact(evidence, "missing_from") == "S"


def test_demand_that_is_not_there_is_said(ask, lemonade):
    assert ask("explain_late", lemonade(), product="C").summary.startswith(
        "There is no demand of Lemons from November 2026"
    )


def test_what_it_takes_to_be_on_time_is_named_and_priced(ask, tight):
    evidence = ask("find_relaxations", tight(10), months=3)
    assert evidence.summary.startswith(
        "So that all demand is delivered in its month from November 2026 to January 2027, it takes "
    )
    assert "more of L (Line L) in" in evidence.summary
    total = fact(evidence, "relaxation_cost")
    assert total == pytest.approx(sum(row[6] for row in evidence.table.rows))
    assert fact(evidence, "more_hours", of="L") > 0


def test_nothing_more_is_needed_where_all_is_on_time(ask, lemonade):
    assert ask("find_relaxations", lemonade(), months=3).summary == (
        "Nothing more is needed: all demand is delivered in its month from November 2026 to "
        "January 2027."
    )


def test_without_overtime_its_hours_are_what_is_missing(ask, tight):
    free, without = (
        ask("find_relaxations", tight(20), months=3, overtime=overtime, safety_stock=True)
        for overtime in (True, False)
    )
    assert " without overtime" in without.summary
    assert fact(without, "relaxations") >= fact(free, "relaxations")


def test_what_nothing_can_help_is_said(ask, lemonade, lemonade_tables):
    lanes = [lane for lane in lemonade_tables()["lanes"] if lane["product"] == "X"]
    lanes.append({"product": "Y", "from_site": "P", "to_site": "D2"})
    evidence = ask("find_relaxations", lemonade(lanes=lanes), months=3, family="Soda")
    assert "still misses" in evidence.summary
    assert fact(evidence, "unmet_product") == "Y"


def test_the_demo_company_is_explained(ask, demo):
    assert "Nothing is late or short" in ask("explain_late", demo).summary
    assert "Nothing more is needed" in ask("find_relaxations", demo).summary


@pytest.mark.parametrize("tool", ["explain_late", "find_relaxations"])
def test_what_is_asked_wrongly_is_said(tool, lemonade):
    with pytest.raises(UnknownName, match="No product named 'Beer'"):
        run(tool, {"product": "Beer"}, ToolContext(lemonade()))
    narrow = lemonade().narrowed(Scope(families=frozenset({"Soda"})))
    with pytest.raises(NotPermitted):
        run(tool, {}, ToolContext(narrow))
