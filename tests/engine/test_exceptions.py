from datetime import date

import pytest

from planning_engine.cycles.decisions import Check, Decision
from planning_engine.data.sample.decision_log import MADE
from planning_engine.data.sample.planted import (
    END_OF_LIFE,
    LATE_SUPPLIER,
    NOT_CARRIED_OUT,
    OVER_FORECAST,
    OVERLOAD,
    STOCK_OUT,
    UNDER_FORECASTER,
)
from planning_engine.data.scope import Scope
from planning_engine.exceptions.exception import KINDS, Thresholds
from planning_engine.exceptions.ranked import rank
from planning_engine.supply.stock.inventory import project


@pytest.fixture(scope="module")
def demo_ranking(demo):
    return rank(demo, decisions=MADE)


def of(ranking, kind, **about):
    return next(
        alert
        for alert in ranking.alerts
        if alert.kind == kind and about.items() <= dict(alert.about).items()
    )


def test_exceptions_come_with_most_money_first(demo_ranking):
    money = [alert.money for alert in demo_ranking.alerts]
    assert money == sorted(money, reverse=True)
    assert demo_ranking.unchecked == ()


def test_the_planted_overload_surfaces(demo_ranking, demo):
    alert = of(demo_ranking, "overload", resource=OVERLOAD.resource)
    assert alert.quantity == pytest.approx(sum(OVERLOAD.short_hours.values()), abs=0.02)
    assert alert.measured == pytest.approx(max(OVERLOAD.load_percent.values()), abs=0.01)
    assert alert.when == date(2027, 3, 1)


def test_the_planted_late_supplier_surfaces_with_what_it_owes(demo_ranking, demo):
    alert = of(demo_ranking, "late supplier")
    assert alert.about == {"supplier": LATE_SUPPLIER.supplier, "product": LATE_SUPPLIER.component}
    assert alert.quantity == LATE_SUPPLIER.overdue_quantity
    receipts = demo.frame("receipts")
    mine = receipts[receipts["supplier"] == LATE_SUPPLIER.supplier]
    owed = mine[mine["received_on"].isna() & (mine["due_on"] < "2027-05-01")]["quantity"].sum()
    sourcing = demo.frame("sourcing")
    price = sourcing[sourcing["supplier"] == LATE_SUPPLIER.supplier]["price"].min()
    assert alert.money == pytest.approx(owed * price)


def test_the_planted_stock_out_surfaces(demo_ranking, demo):
    alert = of(demo_ranking, "stock-out", product=STOCK_OUT.product, site=STOCK_OUT.site)
    assert alert.when == STOCK_OUT.day
    deepest = -min(
        row.closing
        for outlook in project(demo, 6).outlooks
        if (outlook.product, outlook.site) == (STOCK_OUT.product, STOCK_OUT.site)
        for row in outlook.months
    )
    assert alert.quantity == pytest.approx(deepest)
    sales = demo.frame("sales")
    year = sales[(sales["product"] == STOCK_OUT.product) & (sales["date"] >= "2025-11-01")]
    net = year["revenue"].sum() / year["quantity"].sum()
    assert alert.money == pytest.approx(deepest * net)


def test_the_planted_biases_surface_with_their_owners(demo_ranking):
    juice = of(demo_ranking, "forecast bias", family=OVER_FORECAST.family)
    assert juice.measured == pytest.approx(OVER_FORECAST.bias_percent, abs=0.01)
    assert juice.owner == "petra"
    lucia = of(demo_ranking, "forecast bias", author=UNDER_FORECASTER.person)
    assert lucia.measured == pytest.approx(UNDER_FORECASTER.bias_percent, abs=0.01)
    assert lucia.owner == UNDER_FORECASTER.person
    assert len([alert for alert in demo_ranking.alerts if alert.kind == "forecast bias"]) == 2


def test_the_planted_end_of_life_surfaces_at_cost(demo_ranking):
    alert = of(demo_ranking, "obsolete")
    assert alert.about == {"product": END_OF_LIFE.product}
    assert alert.quantity == pytest.approx(END_OF_LIFE.excess)
    assert alert.money == pytest.approx(END_OF_LIFE.excess * 3.10)
    assert alert.when == END_OF_LIFE.end_on


def test_the_planted_decision_that_nobody_carried_out_surfaces(demo_ranking):
    alert = of(demo_ranking, "decision not carried out")
    assert alert.about == {"decision": NOT_CARRIED_OUT.decision}
    assert alert.measured == pytest.approx(NOT_CARRIED_OUT.hours_run, abs=0.1)
    assert alert.threshold == NOT_CARRIED_OUT.wanted_hours
    assert alert.owner


def test_thresholds_decide_what_is_an_exception(demo):
    strict = rank(demo, Thresholds(bias_percent=17, overload_percent=120, budget_percent=4))
    kinds = [alert.kind for alert in strict.alerts]
    assert kinds.count("forecast bias") == 1  # Lucia's 18.6 %, not Juice's 16.5 %
    assert "overload" not in kinds
    assert [a.about["family"] for a in strict.alerts if a.kind == "budget gap"] == ["Tea"]


def test_only_the_kinds_asked_for_are_looked_for(demo):
    found = rank(demo, kinds=("obsolete",))
    assert {alert.kind for alert in found.alerts} == {"obsolete"}


@pytest.fixture
def troubled(lemonade, lemonade_tables):
    """The lemonade company, where an order is overdue and the plan moved inside the fence."""

    def build(**changes):
        order = {"order": "1", "line": "1", "product": "X", "site": "D1", "customer": "N"}
        plan = {"product": "X", "site": "D1", "month": date(2026, 11, 1)}
        tables = {
            "orders": [
                order | {"quantity": 30, "requested_on": date(2026, 10, 21)},
                order
                | {"line": "2", "quantity": 10, "delivered_quantity": 4}
                | {"requested_on": date(2026, 10, 26)},
                order | {"line": "3", "quantity": 99, "requested_on": date(2026, 11, 5)},
                order
                | {"line": "4", "quantity": 5, "requested_on": date(2026, 10, 1)}
                | {"delivered_on": date(2026, 10, 9), "delivered_quantity": 5},
            ],
            "plans": [
                plan | {"cycle": date(2026, 9, 1), "quantity": 200},
                plan | {"cycle": date(2026, 10, 1), "quantity": 260},
            ],
        }
        return lemonade(**(tables | changes))

    return build


def test_overdue_orders_by_hand(troubled):
    alert = of(rank(troubled()), "overdue orders")
    # 30 and the 6 left of 10, at 10 each; the older one is 10 days late
    assert (alert.quantity, alert.money, alert.measured) == (36, 360, 10)
    assert alert.when == date(2026, 10, 21)
    later = rank(troubled(), Thresholds(order_days_overdue=7))
    assert of(later, "overdue orders").quantity == 30


def test_plan_changes_inside_the_fence_by_hand(troubled):
    # no fence is declared: a month that begins after today lies outside
    assert not [alert for alert in rank(troubled()).alerts if alert.kind == "plan change"]


def test_the_demo_fence_holds_november(demo, demo_ranking):
    plans = demo.frame("plans")
    november = plans[plans["month"] == "2026-11-01"]
    new = november[november["cycle"] == "2026-10-01"].set_index(["product", "site"])["quantity"]
    old = november[november["cycle"] == "2026-09-01"].set_index(["product", "site"])["quantity"]
    moved = (new - old).abs()
    moved = moved[moved > 0.1 * old.abs()].groupby("product").sum()
    found = {
        alert.about["product"]: alert.quantity
        for alert in demo_ranking.alerts
        if alert.kind == "plan change"
    }
    assert found == moved.to_dict()


def test_the_owner_is_who_decided_about_the_same_thing(lemonade):
    decision = Decision(
        "D",
        "Run more",
        "approved",
        owner="sven",
        check=Check("hours", date(2026, 9, 1), date(2026, 9, 30), resource="L", at_least=1),
    )
    days = [
        {"resource": r, "date": date(2026, month, 2), "hours": 5}
        for month in (11, 12)
        for r in ("L", "LAB")
    ]
    company = lemonade(calendars=days)
    found = rank(company, Thresholds(months=2), (decision,), ("overload",))
    assert of(found, "overload", resource="L").owner == "sven"


def test_what_cannot_be_looked_for_is_said_with_its_reason(company_of):
    tables = {
        "products": [{"product": "X", "family": "Soda"}],
        "sales": [{"date": date(2026, 9, 1), "product": "X", "quantity": 5}],
    }
    found = rank(company_of(tables))
    assert found.alerts == ()
    unchecked = {kind for gap in found.unchecked for kind in gap.kinds}
    assert unchecked == set(KINDS) - {"decision not carried out"}
    assert all("The data has no table" in gap.reason for gap in found.unchecked)


def test_a_scope_is_told_what_it_cannot_see(demo):
    north = rank(demo.narrowed(Scope(regions=frozenset({"North"}))), decisions=MADE)
    unchecked = {kind for gap in north.unchecked for kind in gap.kinds}
    assert {"stock-out", "overload", "forecast bias", "budget gap"} <= unchecked
    assert "decision not carried out" in unchecked


def test_components_are_not_judged_by_a_part_of_their_demand(demo):
    tea = rank(demo.narrowed(Scope(families=frozenset({"Tea"}))))
    assert not [
        a
        for a in tea.alerts
        if a.about.get("product", "").startswith("CMP-")
        and a.kind in ("excess", "obsolete", "stock-out")
    ]
    assert of(tea, "stock-out", product=STOCK_OUT.product)


def test_orders_that_never_say_when_they_went_out_are_not_overdue(troubled):
    order = {"order": "1", "line": "1", "product": "X", "site": "D1", "quantity": 9}
    found = rank(troubled(orders=[order | {"requested_on": date(2026, 1, 1)}]))
    reason = next(gap.reason for gap in found.unchecked if gap.kinds == ("overdue orders",))
    assert "delivered_on" in reason
