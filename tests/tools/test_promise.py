from datetime import date

import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, NotPermitted, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def promise(unsupported):
    """Run promise_order and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("promise_order", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


PLENTY = [
    {"date": date(2026, 10, 31), "product": product, "site": site, "quantity": quantity}
    for product, site, quantity in (("X", "D1", 150), ("Y", "D1", 80), ("C", "P", 99_999))
]


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def test_an_order_from_stock_is_promised_for_tomorrow(promise, lemonade):
    evidence = promise(lemonade(), product="Lemonade X", quantity=120, site="Depot 1")
    assert evidence.summary == (
        "120 cases of Lemonade X at Depot 1 can be promised for 1 November 2026, from stock on "
        "hand."
    )
    assert fact(evidence, "free_to_promise") == 150
    assert "Forecasts are not reserved" in evidence.definition


def test_a_late_promise_says_how_late_and_what_it_waits_for(promise, lemonade):
    company = lemonade(stock=PLENTY)
    evidence = promise(company, product="X", quantity=300, wanted_on="2026-11-10", site="D1")
    assert evidence.summary == (
        "300 cases of Lemonade X at Depot 1 cannot be there on 10 November 2026, but on 18 "
        "November 2026, 8 days later, 150 cases of it not yet promised, the rest from a new order "
        "of 150 cases made at Plant. It waits longest for free hours of L (Line L), 16 days. Next "
        "is free hours of LAB (Crew), 2 days. 150 cases are free to promise on 10 November 2026."
    )
    assert fact(evidence, "days_late") == 8


def test_a_customer_is_served_from_their_site(promise, lemonade):
    evidence = promise(lemonade(), product="Y", quantity=10, customer="N", wanted_on="2026-11-20")
    assert "10 cases of Lemonade Y at Depot 1 for N can be promised for 20 November 2026, as" in (
        evidence.summary
    )


def test_material_is_named_with_its_supplier(promise, lemonade):
    evidence = promise(lemonade(), product="Lemons", quantity=5000, site="P")
    assert "a new order of 4,000 kg at S" in evidence.summary
    assert "It waits longest for the lead time of S, 10 days." in evidence.summary


def test_what_cannot_be_promised_is_told_with_the_most_that_can(promise, lemonade):
    evidence = promise(lemonade(), product="X", quantity=99_999, site="D1")
    assert evidence.summary == (
        "99,999 cases of Lemonade X at Depot 1 cannot be promised within the months planned. No "
        "new order for the rest can be ready in time. At most 150 cases can be promised, for 1 "
        "November 2026."
    )


def test_a_product_without_routing_and_supplier_is_said(promise, lemonade):
    evidence = promise(lemonade(routings=None), product="X", quantity=900, site="D1")
    assert evidence.summary.endswith(
        "No routing and no supplier of it is known, so nothing new can be ordered. At most 150 "
        "cases can be promised, for 1 November 2026."
    )


def test_what_is_asked_wrongly_is_said(lemonade):
    def ask(company, **request):
        return run("promise_order", request, ToolContext(company))

    with pytest.raises(UnknownName, match="No product named 'Q'"):
        ask(lemonade(), product="Q", quantity=1)
    with pytest.raises(BadRequest, match="quantity"):
        ask(lemonade(), product="X", quantity=-1)
    with pytest.raises(NotPermitted, match="promise an order"):
        ask(lemonade().narrowed(Scope(sites=frozenset({"D1"}))), product="X", quantity=1)


@pytest.mark.parametrize("quantity", [1_000, 5_000, 30_000, 3_000_000])
def test_the_demo_companys_promises_state_only_their_facts(promise, demo, quantity):
    evidence = promise(
        demo, product="ICP-050-12", quantity=quantity, site="DC-WEST", wanted_on="2026-11-10"
    )
    assert evidence.chart["title"]["text"] == "Free to promise: Leaf Peach 0.5 L x12 at West DC"
