from datetime import date

import pytest

from planning_engine.errors import DataProblem
from planning_engine.supply.capacity import capacity
from planning_engine.supply.capacity.load import to_make
from planning_engine.supply.capacity.rough_load import hour_shares, resource_bill
from planning_engine.supply.requirements.requirements import independent_demand, plan_months


def required(company, method, resource="L", months=2):
    check = capacity.check(company, months, method=method)
    return [row.required for row in check.of(resource)]


def doubled(tables, month):
    rows = tables["forecasts"]
    for row in rows:
        if row["product"] == "X" and row["month"] == month:
            row["quantity"] *= 2
    return rows


RUN = [
    {"date": date(2026, 3, 1), "product": "X", "resource": "L", "hours": 60},
    {"date": date(2026, 4, 1), "product": "X", "resource": "LAB", "hours": 40},
    {"date": date(2024, 4, 1), "product": "X", "resource": "LAB", "hours": 999},
]


def test_a_bill_of_resources_spreads_the_set_up_over_the_lot(lemonade):
    # X: 0.1 h + 1 h of set-up on a lot of 50 = 0.12; Y: 0.2. 300 X and 100 Y a month
    bill = {("X", "L"): 0.12, ("X", "LAB"): 0.05, ("Y", "L"): 0.2}
    assert resource_bill(lemonade()) == pytest.approx(bill)
    assert required(lemonade(), "bill_of_resources") == pytest.approx([56, 56])


def test_whole_lots_stay_the_default(lemonade, lemonade_tables):
    rows = lemonade_tables()["forecasts"]
    for row in rows:
        if row["product"] == "X":
            row["quantity"] = 5
    # 10 X a month: one lot with its hour of set-up against a fifth of it; 20 h for Y
    company = lemonade(forecasts=rows)
    assert [row.required for row in capacity.check(company, 1).of("L")] == [22]
    assert required(company, "bill_of_resources", months=1) == pytest.approx([21.2])


def test_a_resource_profile_works_ahead_of_demand(lemonade, lemonade_tables):
    routings = [row | {"lead_time_days": 13} for row in lemonade_tables()["routings"]]
    peak = doubled(lemonade_tables(), date(2026, 12, 1))
    company = lemonade(routings=routings, forecasts=peak)
    # 13 days of routing and 2 of lane: half of December's 36 h more are worked in November
    assert required(company, "resource_profile") == pytest.approx([56 + 18, 56 + 18])
    assert required(company, "bill_of_resources") == pytest.approx([56, 92])


def test_a_profile_counts_what_components_take_through_their_parents_lead(company_of, lemonade):
    company = company_of(
        {
            "products": [{"product": "X"}, {"product": "A"}],
            "sales": [{"date": date(2026, 9, 1), "product": "X", "site": "P", "quantity": 1}],
            "forecasts": [
                {"cycle": date(2026, 10, 1), "stream": "consensus", "product": "X", "site": "P"}
                | {"month": month, "quantity": 100 if month == date(2026, 12, 1) else 0}
                for month in plan_months(lemonade(), 8)
            ],
            "resources": [{"resource": "R", "site": "P"}],
            "calendars": [
                {"resource": "R", "date": date(2026, month, 2), "hours": 500} for month in (11, 12)
            ],
            "routings": [
                {"product": "X", "resource": "R", "hours_per_unit": 1, "lead_time_days": 15},
                {"product": "A", "resource": "R", "hours_per_unit": 2, "lead_time_days": 15},
            ],
            "bom": [{"product": "X", "component": "A", "quantity": 1}],
        }
    )
    # X is started 15 days ahead: half of its 100 h in each month. A is started 30 days ahead:
    # all of its 200 h in November.
    assert required(company, "resource_profile", "R") == pytest.approx([250, 50])


def test_overall_factors_go_by_the_shares_of_the_last_year(lemonade):
    company = lemonade(production=RUN)
    assert hour_shares(company) == {"L": 0.6, "LAB": 0.4}
    # X takes 0.17 h in all, Y 0.2: 300 * 0.17 + 100 * 0.2 = 71 h
    assert required(company, "overall_factors") == pytest.approx([42.6, 42.6])
    assert required(company, "overall_factors", "LAB") == pytest.approx([28.4, 28.4])


def test_overall_factors_need_a_past(lemonade):
    with pytest.raises(DataProblem, match="no table 'production'"):
        capacity.check(lemonade(), 2, method="overall_factors")
    with pytest.raises(DataProblem, match="have no shares to go by"):
        capacity.check(lemonade(production=RUN[2:]), 2, method="overall_factors")


def test_a_yield_takes_more_hours_and_more_components(lemonade, lemonade_tables):
    routings = [row | {"yield_rate": 0.8} for row in lemonade_tables()["routings"]]
    company = lemonade(routings=routings)
    # X: 375 started, 8 lots: 37.5 + 8; Y: 125 * 0.2
    assert required(company, "lots", months=1) == pytest.approx([45.5 + 25])
    made = to_make(company, independent_demand(company, plan_months(company, 1)))
    assert made["C"].tolist() == pytest.approx([300 / 0.8 * 2.5])


@pytest.mark.parametrize("method", ["lots", "bill_of_resources", "resource_profile"])
def test_the_demo_companys_overload_is_found_by_every_method_with_routings(demo, method):
    over = capacity.check(demo, 6, method=method).over
    assert {row.resource for row in over} == {"L3"}
    assert {row.month for row in over} == {date(2027, 2, 1), date(2027, 3, 1)}
