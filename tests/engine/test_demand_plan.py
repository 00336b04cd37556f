from datetime import date

import pandas as pd
import pytest

from planning_engine.data.calendars import add_months, horizon
from planning_engine.data.sample import planted
from planning_engine.data.scope import Scope
from planning_engine.demand.plan.demand_plan import demand_plan, statistical
from planning_engine.errors import DataProblem

AS_OF = date(2026, 10, 31)
PLAN = horizon(AS_OF, 12)


def sold(product, quantity, *, months=24, site="S", customer="K"):
    return [
        {
            "date": add_months(date(2026, 10, 1), -at),
            "product": product,
            "site": site,
            "customer": customer,
            "quantity": quantity,
        }
        for at in range(months)
    ]


def agreed(product, quantity, months, *, cycle=date(2026, 10, 1), stream="consensus"):
    return [
        {
            "cycle": cycle,
            "stream": stream,
            "month": month,
            "product": product,
            "site": "S",
            "quantity": quantity,
        }
        for month in months
    ]


def by_month(plan, product):
    rows = plan.frame[plan.frame["product"] == product]
    return {month.date(): q for month, q in zip(rows["month"], rows["quantity"], strict=True)}


def test_the_latest_consensus_counts_and_the_forecast_takes_over_after_it(company_of):
    facts = company_of(
        {
            "products": [{"product": "A"}],
            "sales": sold("A", 100),
            "forecasts": [
                *agreed("A", 80, PLAN, cycle=date(2026, 9, 1)),
                *agreed("A", 120, PLAN[:3]),
                *agreed("A", 999, PLAN, stream="sales"),
                *agreed("A", 555, PLAN, cycle=date(2026, 11, 1)),  # not published yet
            ],
        }
    )
    plan = demand_plan(facts, 6)
    assert list(by_month(plan, "A").values()) == pytest.approx([120] * 3 + [100] * 3)
    assert list(plan.frame["origin"]) == ["consensus"] * 3 + ["forecast"] * 3
    assert plan.cycle == date(2026, 10, 1)
    assert "consensus of the October 2026 cycle to January 2027, then statistical" in plan.source


def test_a_product_that_the_consensus_forgot_is_not_planned_at_nothing(company_of):
    facts = company_of(
        {
            "products": [{"product": "A"}, {"product": "B"}],
            "sales": [*sold("A", 100), *sold("B", 30)],
            "forecasts": agreed("A", 120, PLAN),
        }
    )
    plan = demand_plan(facts, 3)
    assert list(by_month(plan, "B").values()) == pytest.approx([30] * 3)
    assert plan.source.endswith("for products it lacks")


def test_without_forecasts_the_plan_is_statistical(company_of):
    facts = company_of({"products": [{"product": "A"}], "sales": sold("A", 100)})
    plan = demand_plan(facts, 2)
    assert plan.cycle is None
    assert plan.source.startswith("statistical forecast")
    assert list(by_month(plan, "A").values()) == pytest.approx([100, 100])


def test_what_is_not_sold_any_more_is_not_planned(company_of):
    old = [
        {
            "date": add_months(date(2024, 6, 1), at),
            "product": "B",
            "site": "S",
            "customer": "K",
            "quantity": 50,
        }
        for at in range(12)
    ]
    facts = company_of(
        {"products": [{"product": "A"}, {"product": "B"}], "sales": [*sold("A", 10), *old]}
    )
    assert set(by_month(demand_plan(facts, 3), "B").values()) == {0}


def test_rare_sales_are_planned_at_their_mean(company_of):
    rare = [row for at, row in enumerate(sold("B", 60)) if at % 3 == 0]
    facts = company_of(
        {"products": [{"product": "A"}, {"product": "B"}], "sales": [*sold("A", 10), *rare]}
    )
    assert list(by_month(demand_plan(facts, 2), "B").values()) == pytest.approx([20, 20])


def test_last_and_first_days_of_sale_cut_the_months(company_of):
    products = [
        {"product": "OLD", "end_on": date(2026, 12, 10)},
        {"product": "NEW", "launch_on": date(2026, 12, 11), "like_product": "OLD"},
    ]
    facts = company_of({"products": products, "sales": sold("OLD", 310)})
    plan = demand_plan(facts, 3)
    # fades over the last 60 days: 40, 39, … 11 of 60 in November, 10, 9, … 1 in December
    fading = [310 * sum(range(11, 41)) / 60 / 30, 310 * sum(range(1, 11)) / 60 / 31, 0]
    assert list(by_month(plan, "OLD").values()) == pytest.approx(fading)
    assert list(by_month(plan, "NEW").values()) == pytest.approx([0, 210, 310])


def test_a_launch_sells_as_its_like_does_at_its_own_scale(company_of):
    products = [{"product": "OLD"}, {"product": "NEW", "like_product": "OLD"}]
    sales = [*sold("OLD", 100), *sold("NEW", 40, months=4)]
    facts = company_of({"products": products, "sales": sales})
    assert list(by_month(demand_plan(facts, 3), "NEW").values()) == pytest.approx([40] * 3)


def test_events_lift_the_region_they_are_for(company_of):
    facts = company_of(
        {
            "products": [{"product": "A", "family": "F"}],
            "customers": [
                {"customer": "N", "region": "North"},
                {"customer": "S", "region": "South"},
            ],
            "sales": [*sold("A", 75, customer="N"), *sold("A", 25, customer="S")],
            "events": [
                {
                    "event": "E",
                    "product": "A",
                    "region": "North",
                    "starts_on": PLAN[1],
                    "ends_on": date(2026, 12, 31),
                    "uplift": 0.4,
                }
            ],
        }
    )
    assert list(by_month(demand_plan(facts, 3), "A").values()) == pytest.approx([100, 130, 100])


def test_nothing_to_plan_from_is_said(company_of):
    later = sold("A", 1, months=1)[0] | {"date": date(2026, 12, 1)}
    facts = company_of({"products": [{"product": "A"}], "sales": [later]})
    with pytest.raises(DataProblem, match="no sales up to the date"):
        demand_plan(facts, 3)


def test_nothing_asked_for_is_nothing_planned(demo):
    assert statistical(demo, PLAN, []).empty
    assert statistical(demo, PLAN, ["CMP-CAP"]).empty


def test_the_demo_plan_is_whole_and_never_negative(demo):
    plan = demand_plan(demo, 12)
    assert plan.frame.columns.to_list() == ["product", "site", "month", "quantity", "origin"]
    assert not plan.frame.isna().any(axis=None)
    assert (plan.frame["quantity"] >= 0).all()
    assert not plan.frame.duplicated(["product", "site", "month"]).any()
    assert plan.frame["month"].nunique() == 12
    assert plan.frame["product"].nunique() == 32


def test_the_statistical_plan_stays_near_what_people_agreed(demo):
    plan = demand_plan(demo, 11).frame
    products = sorted(plan["product"].unique())
    alone = statistical(demo, horizon(AS_OF, 11), products)
    both = plan.merge(alone, on=["product", "site", "month"], suffixes=("", "_alone"))
    off = (both["quantity"] - both["quantity_alone"]).abs().sum() / both["quantity"].sum()
    assert off < 0.12


def test_the_promotion_that_overloads_the_line_is_in_both(demo):
    overload = planted.OVERLOAD
    alone = statistical(demo, PLAN, [overload.product])
    totals = alone.groupby("month")["quantity"].sum()
    usual = totals[pd.Timestamp(2027, 1, 1)]
    for month in overload.months:
        assert totals[pd.Timestamp(month)] > 1.4 * usual


def test_a_regional_person_plans_with_their_own_sales(demo):
    north = demo.narrowed(Scope(regions=frozenset({"North"})))
    plan = demand_plan(north, 3)
    assert plan.cycle is None  # the consensus is not kept by region
    assert plan.frame["quantity"].sum() < 0.5 * demand_plan(demo, 3).frame["quantity"].sum()
