from datetime import date

import pytest

from planning_engine.data.scope import Scope
from planning_engine.errors import DataProblem, NotPermitted
from planning_engine.finance.budget import budget_bridge
from planning_engine.finance.cash import cash, postponed
from planning_engine.finance.statement import of_actuals, of_demand, of_supply
from planning_engine.finance.worth import COMPONENTS, holding_rates, worths
from planning_engine.levers import CapacityLever
from planning_engine.scenario import apply
from planning_engine.supply.plan.supply_plan import plan_supply

NOV, DEC = date(2026, 11, 1), date(2026, 12, 1)


def test_a_plan_in_money_by_month_by_hand(lemonade):
    company = lemonade()
    one = of_supply(company, plan_supply(company, 3)).of(month=NOV)
    # 300 X at 10 costing 4, 100 Y at 12 costing 5
    assert one.sum("revenue") == pytest.approx(4200)
    assert one.sum("cost_of_goods") == pytest.approx(1700)
    assert one.sum("margin") == pytest.approx(2500)


def test_net_prices_are_what_the_last_year_brought(lemonade, lemonade_tables):
    sales = lemonade_tables()["sales"]
    for row in sales:
        if row["product"] == "X":
            row["revenue"] = 9 * row["quantity"]
    company = lemonade(sales=sales)
    # Y had no revenue: its list price of 12 times the family's nine tenths
    assert worths(company)["X"].price == pytest.approx(9)
    assert worths(company)["Y"].price == pytest.approx(10.8)
    assert worths(company, "list")["X"].price == 10


def test_stock_and_what_it_costs_to_carry(lemonade):
    company = lemonade()
    plan = plan_supply(company, 3)
    made = of_supply(company, plan)
    value = sum(
        row[-1] * {"X": 4, "Y": 5, "C": 1}[product] for (product, _), row in plan.stock.items()
    )
    assert made.closing_value == pytest.approx(value)
    assert made.sum("carrying") == pytest.approx(plan.cost.holding)
    assert of_supply(company, plan, rate=0.0).sum("carrying") == 0
    twelfth = sum(made.of(month=m).sum("inventory_value") for m in made.months) / 12
    assert of_supply(company, plan, rate=1.0).sum("carrying") == pytest.approx(twelfth)
    assert COMPONENTS in made.families


def test_overtime_is_charged_to_the_families_that_use_the_line(lemonade):
    tight = apply(lemonade(), [CapacityLever(resource="L", percent=-52)])
    plan = plan_supply(tight, 3)
    made = of_supply(tight, plan)
    # an overtime hour costs 30 instead of 20
    assert plan.overtime_hours > 0
    assert made.premium("overtime") == pytest.approx(10 * plan.overtime_hours)
    assert made.sum("margin") == pytest.approx(
        made.sum("revenue") - made.sum("cost_of_goods") - made.premium()
    )


def test_a_dearer_supplier_and_bought_finished_goods_are_premiums(lemonade):
    sourcing = [
        {"product": "C", "site": "P", "supplier": "S", "price": 1, "capacity": 10},
        {"product": "C", "site": "P", "supplier": "T", "price": 1.5},
        {"product": "Y", "site": "P", "supplier": "T", "price": 9, "capacity": 30},
    ]
    company = apply(lemonade(sourcing=sourcing), [CapacityLever(resource="L", percent=-80)])
    plan = plan_supply(company, 2)
    bought = {
        (s.product, s.supplier): sum(row)
        for s, row in zip(plan.problem.sources, plan.bought, strict=True)
    }
    made = of_supply(company, plan)
    assert bought["Y", "T"] > 0
    assert made.premium("subcontract") == pytest.approx(4 * bought["Y", "T"])
    assert made.premium("expedite") == pytest.approx(0.5 * bought["C", "T"])


def test_money_that_comes_later():
    month = 365 / 12
    assert postponed([1.0, 2.0, 3.0], 0) == [1, 2, 3]
    assert postponed([1.0, 2.0, 3.0], month) == [None, 1, 2]
    assert postponed([None, 2.0, 4.0], month / 2) == [None, None, 3]


def test_cash_collects_what_was_booked_before_and_pays_for_what_was_ordered(
    lemonade, lemonade_tables
):
    sales = lemonade_tables()["sales"]
    for row in sales:
        row["revenue"] = 10 * row["quantity"]
    receipts = [
        {"receipt": "1", "product": "C", "site": "P", "due_on": NOV, "quantity": 50}
        | {"kind": "purchase", "supplier": "S"},
        {"receipt": "2", "product": "C", "site": "P", "due_on": date(2026, 10, 5), "quantity": 70}
        | {"kind": "purchase", "supplier": "S", "received_on": date(2026, 10, 5)},
    ]
    company = lemonade(sales=sales, receipts=receipts)
    plan = plan_supply(company, 2)
    made = of_supply(company, plan)
    month = 365 / 12
    first, second = cash(company, plan, made, dso_days=month, dpo_days=month)
    # October sold 400 pieces at 10; 70 lemons at 1 came in it
    assert first.receipts == pytest.approx(4000)
    assert first.purchases == pytest.approx(70)
    assert second.receipts == pytest.approx(made.of(month=NOV).sum("revenue"))
    came = sum(row[0] for row in plan.bought)
    assert second.purchases == pytest.approx(50 + came)
    cost = plan.cost
    hours = cost.regular_hours + cost.overtime + cost.setups
    assert first.conversion + second.conversion == pytest.approx(hours)
    assert first.transport + second.transport == pytest.approx(cost.transport)
    assert first.net == pytest.approx(first.receipts - first.payments)


def test_cash_that_rests_on_unknown_revenue_is_unknown(lemonade):
    company = lemonade()
    plan = plan_supply(company, 3)
    flows = cash(company, plan, of_supply(company, plan), dso_days=365 / 12)
    assert [row.net is None for row in flows] == [True, False, False] or flows[0].net is None


def test_the_demo_months_are_booked_as_pandas_counts_them(demo):
    booked = of_actuals(demo, 3)
    sales = demo.frame("sales").merge(demo.frame("products"), on="product")
    recent = sales[sales["date"] >= "2026-08-01"]
    assert booked.sum("revenue") == pytest.approx(recent["revenue"].sum())
    cost = (recent["quantity"] * recent["standard_cost"]).sum()
    assert booked.sum("cost_of_goods") == pytest.approx(cost)
    stock = demo.frame("stock").merge(demo.frame("products"), on="product")
    last = stock[stock["date"] == "2026-10-31"]
    assert booked.closing_value == pytest.approx((last["quantity"] * last["standard_cost"]).sum())
    rates = last["product"].map(holding_rates(demo))
    carried = (last["quantity"] * last["standard_cost"] * rates / 12).sum()
    assert booked.of(month=date(2026, 10, 1)).sum("carrying") == pytest.approx(carried)


def test_the_demo_gap_to_budget_is_what_pandas_finds(demo):
    plan = plan_supply(demo, 6)
    found = budget_bridge(demo, of_supply(demo, plan), "margin")
    budget = demo.frame("budget")
    budget = budget[(budget["month"] >= "2026-11-01") & (budget["month"] <= "2027-04-01")]
    assert found.total("budget") == pytest.approx(budget["margin"].sum())
    sales = demo.frame("sales")
    year = sales[sales["date"] >= "2025-11-01"].groupby("product")[["quantity", "revenue"]].sum()
    master = demo.frame("products").set_index("product")
    # nothing is late, so what is wanted is delivered
    wanted = demo.frame("forecasts")
    wanted = wanted[(wanted["stream"] == "consensus") & (wanted["cycle"] == "2026-10-01")]
    wanted = wanted[(wanted["month"] >= "2026-11-01") & (wanted["month"] <= "2027-04-01")]
    pieces = wanted.groupby("product")["quantity"].sum()
    each = (year["revenue"] / year["quantity"]) - master["standard_cost"]
    assert plan.late_new == 0
    assert found.total("plan") == pytest.approx((pieces * each).dropna().sum())
    parts = sum(found.total(name) for name in ("volume", "mix", "price", "cost"))
    assert parts == pytest.approx(found.total("gap"), rel=1e-9)


def test_one_family_alone_has_no_mix(demo):
    statement = of_demand(demo, 6)
    assert budget_bridge(demo, statement, "revenue", "Juice").total("mix") == pytest.approx(
        0, abs=1e-6
    )


def test_narrowed_facts_are_valued_or_refused(demo):
    tea = demo.narrowed(Scope(families=frozenset({"Tea"})))
    own, whole = of_demand(tea, 6), of_demand(demo, 6).of(family="Tea")
    assert own.sum("revenue") == pytest.approx(whole.sum("revenue"))
    assert own.closing_value is None
    north = demo.narrowed(Scope(regions=frozenset({"North"})))
    with pytest.raises(NotPermitted, match="'budget'"):
        budget_bridge(north, of_actuals(north, 3))
    assert of_actuals(north, 3).closing_value is None


def test_months_without_a_budget_are_refused(lemonade):
    company = lemonade(budget=[{"month": date(2029, 1, 1), "family": "Soda", "revenue": 5}])
    with pytest.raises(DataProblem, match="it covers January 2029 to January 2029"):
        budget_bridge(company, of_demand(company, 2), "revenue")
    with pytest.raises(DataProblem, match="no margins"):
        budget_bridge(company, of_demand(company, 2))


def test_what_has_no_price_or_cost_is_left_out_of_the_margin(lemonade, lemonade_tables):
    products = lemonade_tables()["products"]
    products[0]["standard_cost"] = None
    company = lemonade(products=products)
    made = of_supply(company, plan_supply(company, 1), "list")
    # X brings 3,000 of revenue; the margin is that of Y, 100 at 12 costing 5
    assert (made.sum("revenue"), made.sum("margin")) == (4200, 700)
    assert (made.unpriced, made.uncosted) == ((), ("X",))
    products[0] |= {"standard_cost": 4, "price": None}
    company = lemonade(products=products)
    made = of_supply(company, plan_supply(company, 1), "list")
    assert (made.sum("revenue"), made.sum("margin")) == (1200, 700)
