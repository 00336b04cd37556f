import pytest

from planning_engine.finance.plan_money import deliveries, plan_in_money
from planning_engine.levers import CapacityLever
from planning_engine.scenario import apply
from planning_engine.supply.plan.supply_plan import plan_supply


def test_a_plan_in_money_adds_up(lemonade):
    company = lemonade()
    money = plan_in_money(company, plan_supply(company, 3))
    assert money.revenue == pytest.approx(900 * 10 + 300 * 12)
    assert money.cost_of_goods == pytest.approx(900 * 4 + 300 * 5)
    assert money.margin == pytest.approx(money.revenue - money.cost_of_goods)
    assert money.unpriced == ()


def test_overtime_is_a_premium_on_the_margin(lemonade):
    tight = apply(lemonade(), [CapacityLever(resource="L", percent=-52)])
    plan = plan_supply(tight, 3)
    money = plan_in_money(tight, plan)
    # an overtime hour costs 30 instead of 20
    assert money.premium == pytest.approx(10 * plan.overtime_hours)
    assert money.margin == pytest.approx(money.revenue - money.cost_of_goods - money.premium)


def test_what_is_owed_is_not_delivered(lemonade):
    short = apply(lemonade(), [CapacityLever(resource="L", percent=-80)])
    plan = plan_supply(short, 3)
    delivered = sum(sum(row) for row in deliveries(plan).values())
    owed = sum(row[-1] for row in plan.late.values())
    assert owed > 0
    assert delivered == pytest.approx(plan.demanded - owed)


def test_products_without_a_price_are_named(lemonade, lemonade_tables):
    products = lemonade_tables()["products"]
    products[0]["price"] = None
    company = lemonade(products=products)
    money = plan_in_money(company, plan_supply(company, 1))
    assert money.unpriced == ("X",)
    assert money.revenue == pytest.approx(100 * 12)
