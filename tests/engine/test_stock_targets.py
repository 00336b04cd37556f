from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted
from planning_engine.supply.placement.stock_network import PlacementTerms, place_company_stock
from planning_engine.supply.policies.demand_laws import Poisson
from planning_engine.supply.stock.stock_targets import TargetTerms, stock_targets

SOLD = [180, 220] * 6  # mean 200, deviation sqrt(12 * 400 / 11) = 20.889
SD = sqrt(12 * 400 / 11)
Z95 = 1.6448536


@pytest.fixture
def varying(lemonade, lemonade_tables):
    """Return the lemonade company whose X at D1 varies and has a service level."""

    def build(quantities=SOLD, **policy):
        tables = lemonade_tables()
        sales = [
            row
            for row in tables["sales"]
            if (row["product"], row["site"]) != ("X", "D1") and row["customer"] == "N"
        ]
        months = sorted({row["date"] for row in sales})
        sales += [
            {"date": month, "product": "X", "site": "D1", "customer": "N", "quantity": quantity}
            for month, quantity in zip(months, quantities, strict=True)
        ]
        declared = {"product": "X", "site": "D1", "service_level": 0.95, "review_days": 7} | policy
        component = {"product": "C", "site": "P", "service_level": 0.9}
        return lemonade(sales=sales, policies=[declared, component])

    return build


def of(found, product, site):
    return next(target for target in found.targets if target.place == (product, site))


def test_a_periodic_review_covers_review_and_lead_time(varying):
    # lane of 2 days + review of 7 = 0.3 months: 60 pieces ± 20.889 * sqrt(0.3) = 11.441
    found = of(stock_targets(varying()), "X", "D1")
    assert found.protected.mean == pytest.approx(60)
    assert found.protected.sd == pytest.approx(SD * sqrt(0.3))
    assert found.safety == pytest.approx(Z95 * SD * sqrt(0.3), rel=1e-6)
    assert found.level == pytest.approx(60 + found.safety)
    assert found.is_periodic
    assert found.value == pytest.approx(4 * found.safety)
    # lots between two reviews: 200 * 7 / 30 = 46.67 pieces
    assert found.fill_rate == pytest.approx(1 - 11.441 * 0.02089 / 46.67, abs=1e-3)


def test_continuous_review_reorders_at_the_lead_time(varying):
    found = of(stock_targets(varying(), TargetTerms(review_days=0, order_cost=100)), "X", "D1")
    assert not found.is_periodic
    assert found.level == pytest.approx(200 * 2 / 30 + Z95 * SD * sqrt(2 / 30), rel=1e-6)


def test_a_slow_mover_counts_in_pieces(varying):
    # 10 a month: 3 in 0.3 months
    found = of(stock_targets(varying([10, 9, 11, 10, 9, 11] * 2)), "X", "D1")
    assert found.law == "Poisson"
    assert found.level == Poisson(3).quantile(0.95) == 6
    bursts = of(stock_targets(varying([0, 20, 0, 0, 40, 0, 0, 30, 0, 30, 0, 0])), "X", "D1")
    assert bursts.law == "negative binomial"
    assert bursts.level > 6


def test_a_component_is_sized_by_what_its_parents_take(varying):
    # X takes 2 C and loses a fifth: 2.5 each; D2 sells 75 through N: 200 + 75
    found = of(stock_targets(varying()), "C", "P")
    assert found.usage.mean == pytest.approx(2.5 * 275)
    assert found.usage.sd == pytest.approx(2.5 * SD)
    assert found.refill.days == 10


def test_a_lot_of_made_goods_is_economic_over_all_sites(varying, lemonade_tables):
    routings = lemonade_tables()["routings"]
    routings[0] |= {"setup_cost": 90}
    base = varying(holding_rate=0.2)
    frames = {"routings": base.frame("routings").assign(setup_cost=[90.0, 0.0, 0.0])}
    found = of(stock_targets(base.with_tables(frames, "set-up")), "X", "D1")
    assert found.economic_lot == pytest.approx(sqrt(2 * 12 * 275 * 90 / (0.2 * 4)))
    assert found.lot == 50


def test_what_cannot_be_sized_says_why(varying):
    found = stock_targets(varying(service_level=None))
    assert found.unsized[("X", "D1")] == "no service level is declared"
    assert found.unsized[("Y", "D1")] == "no service level is declared"


def test_impossible_targets_are_refused(varying, lemonade):
    with pytest.raises(BadRequest, match="not for both"):
        stock_targets(varying(), TargetTerms(service_level=0.9, fill_rate=0.9))
    with pytest.raises(BadRequest, match="between 0 and 1"):
        stock_targets(varying(), TargetTerms(service_level=1.2))
    with pytest.raises(NotPermitted, match="size stock"):
        stock_targets(varying().narrowed(Scope(regions=frozenset({"North"}))))


@settings(max_examples=20, deadline=None)
@given(level=st.floats(0.55, 0.98))
def test_more_service_never_needs_less_stock(demo, level):
    less = stock_targets(demo, TargetTerms(service_level=round(level, 2)))
    more = stock_targets(demo, TargetTerms(service_level=round(level, 2) + 0.01))
    by_place = {target.place: target.safety for target in less.targets}
    assert all(target.safety >= by_place[target.place] - 1e-9 for target in more.targets)


def test_safety_stock_is_placed_where_it_is_cheapest(varying):
    # D1's deviation 20.889 a month: z * 20.889 / sqrt(30) a day, 6.273. X costs 4, C 1 (x 2.5).
    # C waits 10 days, making 1, lane 2. Held at C and D1 (net 3 days): 2.5 * 6.273 * sqrt(10)
    # + 4 * 6.273 * sqrt(3) = 93.06; all at D1: 4 * 6.273 * sqrt(13) = 90.47: the end it is.
    found = place_company_stock(varying())
    spread = Z95 * SD / sqrt(30)
    assert found.at_the_end == pytest.approx(4 * spread * sqrt(13), rel=1e-6)
    assert found.value == pytest.approx(found.at_the_end)
    assert [stock.place for stock in found.stocks if stock.quantity > 0] == [("X", "D1")]
    assert found.assumed_making
    patient = place_company_stock(varying(), PlacementTerms(promise_days=3))
    # customers wait for making and moving: 2.5 * 6.273 * sqrt(10) = 49.59
    assert patient.value == pytest.approx(2.5 * spread * sqrt(10), rel=1e-6)


def test_what_has_no_service_level_or_variation_is_left_out(varying):
    found = place_company_stock(varying())
    assert ("Y", "D1") in found.left_out
    with pytest.raises(DataProblem, match="service level"):
        place_company_stock(varying(service_level=None))
    with pytest.raises(NotPermitted, match="whole company"):
        place_company_stock(varying().narrowed(Scope(families=frozenset({"Soda"}))))
    with pytest.raises(BadRequest, match=r"between 0\.5 and 1"):
        place_company_stock(varying(), PlacementTerms(service_level=0.2))
