import pytest

from planning_engine.errors import BadRequest, DataProblem, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(unsupported):
    """Run segment_products and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("segment_products", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def test_segments_are_counted_with_their_shares(ask, lemonade):
    # 3,600 X and 1,200 Y: 75 % and 25 %, both sold alike every month
    evidence = ask(lemonade(), measure="quantity")
    assert evidence.summary == (
        "Of 2 products, by quantity, 2 are A with 100.0 %, 0 are B with 0.0 % and 0 are C with "
        "0.0 %. 2 sell steadily (X), 0 less so (Y) and 0 erratically (Z). Most, 2 products, are "
        "AX. AX suits a service level of 98.0 % and a review every 7 days."
    )
    assert fact(evidence, "share", product="X") == 75
    assert "A until 80 % of the total is reached" in evidence.definition


def test_one_product_is_told_with_its_place_and_policy(ask, lemonade):
    evidence = ask(lemonade(), measure="quantity", product="Lemonade Y", a_percent=70)
    assert evidence.summary == (
        "Lemonade Y is BX: it brings 25.0 % of quantity, number 2 of 2 products, and its monthly "
        "sales have a coefficient of variation of 0.00. BX suits a service level of 96.0 % and a "
        "review every 14 days. No policy sets its service level."
    )


def test_a_segment_is_listed(ask, demo):
    evidence = ask(demo, segment="cx")
    assert evidence.summary.startswith("4 of 32 products are CX and bring 3.3 % of revenue: ")
    assert {row[2] for row in evidence.table.rows} == {"CX"}
    assert ask(demo, segment="A", family="Juice").summary.startswith("4 of 6 products of Juice are")
    assert ask(demo, segment="BZ").summary == "No product is BZ."


def test_targets_below_the_suggestion_are_told(ask, demo):
    evidence = ask(demo)
    assert "11 products have a lower target than their segment suggests, the largest Volt" in (
        evidence.summary
    )
    assert fact(evidence, "below_suggested_target") == 11
    assert "Its target is 98.0 %." in ask(demo, product="ICP-050-12").summary


def test_what_is_asked_wrongly_is_said(lemonade):
    def call(**request):
        return run("segment_products", {"measure": "quantity"} | request, ToolContext(lemonade()))

    with pytest.raises(BadRequest, match="a segment is A, B or C"):
        call(segment="Q")
    with pytest.raises(BadRequest, match="must rise"):
        call(a_percent=96)
    with pytest.raises(DataProblem, match="Lemons is not among the finished products"):
        call(product="Lemons")
    with pytest.raises(UnknownName, match="No family named"):
        call(family="Beer")
