from datetime import date

import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import BadRequest, DataProblem, NotPermitted
from planning_engine.supply.promise.order_promise import (
    promise_order,
    site_of_customer,
    sites_of,
    timeline,
)

TOMORROW = date(2026, 11, 1)


def counted(product, site, quantity):
    common = {"date": date(2026, 10, 31), "product": product, "site": site}
    return common | {"quantity": quantity}


PLENTY = [counted("X", "D1", 150), counted("C", "P", 99_999)]


@pytest.fixture
def ask(lemonade):
    """Ask the lemonade company, with 150 X at D1 and lemons in plenty."""

    def call(quantity, product="X", sites=("D1",), wanted_on=None, overtime=False, **changes):
        changes = {"stock": PLENTY} | changes
        company = lemonade(**changes)
        return promise_order(
            company, product, quantity, wanted_on=wanted_on, sites=sites, overtime=overtime
        )

    return call


def receipt(day, quantity, site="D1"):
    common = {"receipt": f"R{day}", "product": "X", "site": site, "kind": "transfer"}
    return common | {"due_on": day, "quantity": quantity}


def order(day, quantity, done=None):
    common = {"order": f"O{day}", "line": "1", "product": "X", "site": "D1", "customer": "N"}
    return common | {"quantity": quantity, "promised_on": day, "delivered_on": done}


def test_what_is_on_hand_and_not_promised_can_be_promised_at_once(ask):
    promise = ask(150)
    assert (promise.promised_on, promise.free, promise.order) == (TOMORROW, 150, None)
    assert promise.last.kind == "stock"
    assert promise.is_on_time


def test_open_orders_are_kept_and_delivered_ones_forgotten(ask):
    orders = [order(date(2026, 11, 5), 100), order(date(2026, 10, 1), 90, date(2026, 10, 1))]
    receipts = [receipt(date(2026, 11, 10), 30)]
    promise = ask(80, orders=orders, receipts=receipts, routings=None)
    # 150 - 100 leave 50 now; the 30 of 10 November make 80
    assert (promise.free, promise.promised_on) == (50, date(2026, 11, 10))
    assert promise.last.kind == "receipt"


def test_the_published_plan_counts_beyond_its_receipts_at_the_end_of_the_month(ask):
    plans = [
        {"cycle": date(2026, 10, 1), "month": TOMORROW, "product": "X", "site": "D1"}
        | {"quantity": 100}
    ]
    receipts = [receipt(date(2026, 11, 10), 60)]
    promise = ask(230, plans=plans, receipts=receipts, routings=None)
    # 150 + 60 on the 10th; the plan's other 40 by the 30th
    assert promise.promised_on == date(2026, 11, 30)
    assert promise.last.kind == "plan"


def test_an_overdue_receipt_comes_tomorrow(ask):
    promise = ask(200, receipts=[receipt(date(2026, 10, 3), 50)])
    assert promise.promised_on == TOMORROW


def test_a_new_order_waits_for_the_hours_the_plan_leaves_free(ask):
    # X takes 0.1 h and 1 h of set-up on L, which has 40 effective hours on the 2nd and 16th.
    # The demand plan takes 36 + 20 of 80, so 12 are free on each of the two days.
    promise = ask(150 + 100)
    assert promise.order.quantity == 100
    # 100 * 0.1 + 1 = 11 hours fit the 2nd; two days to the depot
    assert promise.order.starts_on == TOMORROW
    assert promise.promised_on == date(2026, 11, 4)
    assert promise.from_free == 150
    # 150 * 0.1 + 1 = 16 hours take the 16th too
    assert ask(150 + 150).promised_on == date(2026, 11, 18)


def test_overtime_makes_a_new_order_ready_sooner(ask):
    # 4 more effective hours a day: 44 - 28 = 16 free on the 2nd
    assert ask(150 + 150, overtime=True).promised_on == date(2026, 11, 4)


def test_material_that_the_plan_needs_is_not_taken(ask):
    # the plan uses up the 1,000 lemons within two months; 100 X more take 250
    promise = ask(150 + 100, stock=[counted("X", "D1", 150), counted("C", "P", 1000)])
    # the supplier takes 10 days from tomorrow: then the hours of the 16th
    assert promise.order.starts_on == date(2026, 11, 11)
    assert promise.promised_on == date(2026, 11, 18)
    material = next(limit for limit in promise.order.limits if limit.kind == "material")
    assert (material.name, material.source, material.days) == ("C", "S", 10)


def test_the_lead_time_of_a_routing_counts(ask, lemonade_tables):
    routings = [row | {"lead_time_days": 3} for row in lemonade_tables()["routings"]]
    assert ask(250, routings=routings).promised_on == date(2026, 11, 7)


def test_a_yield_starts_more(ask, lemonade_tables):
    routings = [row | {"yield_rate": 0.8} for row in lemonade_tables()["routings"]]
    # 100 good ones take a start of 125, which is 3 lots of 50
    assert ask(250, routings=routings).order.quantity == 150


def test_what_is_bought_takes_its_suppliers_lead_time(ask):
    promise = ask(5000, product="C", sites=("P",), stock=[counted("C", "P", 1000)])
    assert promise.order.source == "buy"
    # 10 days from tomorrow
    assert promise.promised_on == date(2026, 11, 11)


def test_a_suppliers_capacity_takes_further_months(ask):
    sourcing = [{"product": "C", "site": "P", "supplier": "S", "lead_time_days": 10}]
    capped = [sourcing[0] | {"capacity": 2000}]
    stock = [counted("C", "P", 1000)]
    promise = ask(5000, product="C", sites=("P",), sourcing=capped, stock=stock)
    # 4,000 beyond the 1,000 on hand are two months of capacity: 10 + 30 days
    assert promise.promised_on == date(2026, 12, 11)


def test_too_much_for_a_year_is_not_promised(ask):
    promise = ask(99_999)
    assert promise.promised_on is None
    assert not promise.is_on_time


def test_a_product_that_ends_gets_no_new_order(ask, lemonade_tables):
    products = lemonade_tables()["products"]
    products[0]["end_on"] = date(2026, 11, 2)
    promise = ask(250, products=products)
    assert (promise.promised_on, promise.ends_on) == (None, date(2026, 11, 2))


def test_a_wanted_day_is_kept_even_if_it_could_be_sooner(ask):
    promise = ask(100, wanted_on=date(2026, 12, 24))
    assert promise.promised_on == date(2026, 12, 24)


def test_the_site_that_can_be_soonest_is_taken(lemonade):
    company = lemonade()
    assert sites_of(company, "X") == ("D1", "D2")
    assert promise_order(company, "X", 120).site == "D1"
    assert site_of_customer(company, "N", "Y") == "D1"


def test_a_promise_kept_in_the_data_lowers_what_is_free(lemonade):
    before = timeline(lemonade(), "X", "D1")
    after = timeline(lemonade(orders=[order(date(2026, 11, 5), 60)]), "X", "D1")
    assert after.free_by(TOMORROW) == before.free_by(TOMORROW) - 60


def test_what_makes_no_sense_is_refused(ask, lemonade):
    with pytest.raises(BadRequest, match="quantity of 0"):
        ask(0)
    with pytest.raises(BadRequest, match="1 October 2026 is over"):
        ask(1, wanted_on=date(2026, 10, 1))
    with pytest.raises(DataProblem, match="bought nothing in the last year"):
        site_of_customer(lemonade(), "Z", "X")
    with pytest.raises(NotPermitted, match="promise an order"):
        promise_order(lemonade().narrowed(Scope(sites=frozenset({"D1"}))), "X", 1)


def test_the_demo_companys_scarce_peach_in_the_west_waits_for_line_4(demo):
    promise = promise_order(demo, "ICP-050-12", 30_000, sites=("DC-WEST",))
    assert promise.order.limits[0].name == "L4"
    assert promise.promised_on > date(2026, 11, 20)
