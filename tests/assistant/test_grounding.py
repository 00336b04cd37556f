"""The number firewall: planted wrong answers are stopped, right ones in other words pass."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.grounding import check
from assistant.statements import Vocabulary, read
from tools.evidence import Evidence, Fact, Passage, evidence_id

TODAY = date(2026, 10, 31)
VOCABULARY = Vocabulary(
    {
        "product": {
            "FIZ-033-24": "Fizz Cola 0.33 L x24",
            "STW-050-24": "Stillwater 0.5 L x24",
            "ORA-100-12": "Orange Juice 1 L x12",
        },
        "family": {"Water": "Water", "Soft Drinks": "Soft Drinks", "Juice": "Juice"},
        "resource": {"L3": "Line 3", "L4": "Line 4", "LAB-P1": "Labour pool P1"},
        "site": {"DC-NORTH": "North warehouse", "DC-SOUTH": "South warehouse", "P1": "Plant 1"},
        "region": {"North": "North", "South": "South"},
        "customer": {"C01": "Freshmart", "C02": "Corner & Co"},
        "supplier": {"CAPCO": "CapCo Closures"},
        "person": {"petra": "Petra Novak", "lucia": "Lucia Ferro"},
        "event": {"E7": "Spring Fizz"},
    }
)


def stamped(evidence: Evidence) -> Evidence:
    return replace(evidence, id=evidence_id(evidence))


def load(month: str, value: float) -> Fact:
    return Fact("load", value, "%", {"resource": "L3", "month": month})


CAPACITY = stamped(
    Evidence(
        tool="check_capacity",
        request={"resource": "L3"},
        summary="",
        facts=(
            load("2026-11-01", 81.04),
            load("2026-12-01", 77.9),
            load("2027-01-01", 84.6),
            load("2027-02-01", 108.21),
            load("2027-03-01", 118.26),
            load("2027-04-01", 92.5),
            Fact("overflow", 61.2, "hours", {"resource": "L3", "month": "2027-03-01"}),
            Fact("overflow", 27.4, "hours", {"resource": "L3", "month": "2027-02-01"}),
            Fact("months_over", 2, "months", {"resource": "L3"}),
            Fact("month_over", date(2027, 2, 1), None, {"resource": "L3"}),
            Fact("month_over", date(2027, 3, 1), None, {"resource": "L3"}),
            Fact("horizon_start", date(2026, 11, 1)),
            Fact("horizon_end", date(2027, 4, 1)),
            Fact("load", 70.1, "%", {"resource": "L4", "month": "2027-03-01"}),
            Fact("top_cause", "FIZ-033-24", None, {"resource": "L3", "month": "2027-03-01"}),
            Fact("top_cause_event", "E7", None, {"resource": "L3", "month": "2027-03-01"}),
            Fact("share", 64.0, "%", {"product": "FIZ-033-24", "resource": "L3"}),
        ),
    )
)
KPI = stamped(
    Evidence(
        tool="query_kpi",
        request={"kpi": "revenue", "by": "family", "start": "2025-11-01", "end": "2026-10-01"},
        summary="",
        facts=(
            Fact("revenue", 48_213_567.4, "EUR"),
            Fact("revenue", 12_345_678.9, "EUR", {"family": "Water"}),
            Fact("revenue", 9_876_543.2, "EUR", {"family": "Juice"}),
            Fact("revenue_change", -5.23, "%", {"family": "Juice"}),
            Fact("revenue_change", 3.4, "%", {"family": "Water"}),
            Fact("rank", 2, "rank", {"family": "Water"}),
            Fact("otif", 88.51, "%", {"customer": "C01"}),
            Fact("accuracy", 0.766, "1", {"family": "Water"}),
            Fact("families", 5, "count"),
        ),
    )
)
STOCK = stamped(
    Evidence(
        tool="project_inventory",
        request={"product": "STW-050-24"},
        summary="",
        facts=(
            Fact("opening_stock", 12_480, "case", {"product": "STW-050-24", "site": "DC-NORTH"}),
            Fact(
                "first_stock_out",
                date(2027, 1, 14),
                None,
                {"product": "STW-050-24", "site": "DC-NORTH"},
            ),
            Fact("days_of_cover", 75.0, "days", {"product": "STW-050-24", "site": "DC-NORTH"}),
            Fact("days_of_cover", 41.0, "days", {"product": "STW-050-24", "site": "DC-SOUTH"}),
            Fact(
                "closing_stock",
                -3_210,
                "case",
                {"product": "STW-050-24", "site": "DC-NORTH", "month": "2027-01-01"},
            ),
            Fact("products_at_risk", 1, "products"),
        ),
    )
)
SCENARIO = stamped(
    Evidence(
        tool="run_scenario",
        request={"levers": [{"kind": "demand", "family": "Juice", "percent": 10.0}]},
        summary="",
        facts=(
            Fact("total_cost", 1_250_000, "EUR", {"scenario": "base"}),
            Fact("total_cost", 1_318_400, "EUR", {"scenario": "scenario"}),
            Fact("cost_change", 68_400, "EUR", {"scenario": "scenario"}),
            Fact("late_quantity", 0, "case", {"scenario": "base"}),
            Fact("late_quantity", 940, "case", {"scenario": "scenario"}),
        ),
    )
)
NOTES = stamped(
    Evidence(
        tool="search_notes",
        request={"query": "late supplier"},
        summary="",
        passages=(
            Passage(
                "supply-2026-08.md",
                "Supply review",
                "supply",
                date(2026, 8, 12),
                14,
                17,
                "Bruno: CapCo is now 21 days late on caps. We agreed to order 40,000 more by "
                "15 September. Petra Novak owns it.",
            ),
        ),
    )
)
ALL = (CAPACITY, KPI, STOCK, SCENARIO, NOTES)

RIGHT = [
    "L3 is over its hours in 2 of 6 months, worst in March 2027 at 118.3 %.",
    "Line 3 is overloaded in February and March 2027.",
    "In March 2027 L3 runs at 118 %; in February 2027 it runs at 108 %.",
    "L3: February 2027 at 108.2 % and March 2027 at 118.3 %.",
    "118.3 % in March and 108.2 % in February: that is the load of Line 3.",
    "The overflow in March 2027 is 61.2 hours and in February 27.4 hours.",
    "You lack 61 hours on L3 in March.",
    "Fizz Cola 0.33 L x24 causes most of it, because of 'Spring Fizz'.",
    "Two of the six months are over.",
    "From November 2026 to April 2027, L3 is over in two months.",
    "Between November 2026 and April 2027 the load stays under 100 % except in two months.",
    "Line 4 is fine: 70.1 % in March 2027.",
    "L3 stands at 118.3 % and L4 at 70.1 % in March 2027.",
    "L3 and L4 are at 118.3 % and 70.1 % in March 2027, respectively.",
    "Fizz Cola takes 64 % of Line 3.",
    "January is at 84.6 %.",
    "Nov: 81.0 %, Dec: 77.9 %, Jan: 84.6 %.",
    "No. L3 would need 61.2 h more in March 2027.",
    "Revenue was EUR 48,213,567 over the last year.",
    "Revenue came to €48.2 million.",
    "Revenue came to 48.2 million EUR.",
    "Water brought in EUR 12,345,679, Juice EUR 9,876,543.",
    "Water: EUR 12.3 million (up 3.4 %).",
    "Juice fell by 5.2 %.",
    "Juice is down 5.23 %.",
    "Juice changed by -5.2 %.",
    "Juice changed by −5 %.",
    "Water grew 3.4 %, while Juice declined 5.2 %.",
    "Water is the second-largest family.",
    "Water ranks 2nd highest of five families.",
    "Freshmart's OTIF is 88.5 %.",
    "OTIF of Freshmart stands at 88.51 percent.",
    "Forecast accuracy of Water is 76.6 %.",
    "Accuracy for Water: 0.77.",
    "From November 2025 to October 2026 revenue was EUR 48.21 million.",
    "Stillwater 0.5 L runs out at the North warehouse on 14 January 2027.",
    "First stock-out: 14 January 2027.",
    "The first stock-out is in January 2027.",
    "Stillwater stocks out in January.",
    "You hold 12,480 cases of Stillwater in DC-NORTH.",
    "You hold 12.5 k cases of Stillwater in DC-NORTH.",
    "Stock lasts 75 days in DC-NORTH but only 41 days in DC-SOUTH.",
    "By the end of January 2027, DC-NORTH is short of 3,210 cases.",
    "The shortage is 3,210 cases in January 2027.",
    "Closing stock at the North warehouse in January 2027 is -3,210 cases.",
    "One product is at risk.",
    "With 10 % more demand for Juice, cost rises by EUR 68,400.",
    "Cost goes from EUR 1,250,000 to EUR 1,318,400.",
    "940 cases would be late; in the base none are.",
    "The scenario is EUR 68,400 dearer and leaves 940 cases late.",
    "If Juice demand grows by 10 %, total cost becomes EUR 1.32 million.",
    'The note says: "CapCo is now 21 days late on caps."',
    "In the supply review it was said that CapCo is 21 days late.",
    "They agreed to order 40,000 more by 15 September.",
    "According to the supply meeting of 12 August 2026, Petra Novak owns it.",
    "1. L3 is over in March 2027.\n2. Water grew 3.4 %.",
    "- L3: 118.3 % in March 2027\n- Juice: down 5.2 %",
    "The data speaks for 31 October 2026.",
    "Nothing to report.",
    "You asked about Line 3: it is at 118.3 % in March 2027.",
    "**118.3 %** in March 2027 on **L3**.",
    "At 118.3 %, March 2027 is the worst month on Line 3.",
]
WRONG = [
    "L3 is over its hours in 2 of 6 months, worst in March 2027 at 181.3 %.",
    "L3 is over its hours in 3 of 6 months.",
    "L3 is over its hours in 2 of 7 months.",
    "Three of the six months are over.",
    "L3 is at 118.3 % in February 2027.",
    "In April 2027 L3 runs at 118 %.",
    "118.3 % in February and 108.2 % in March: that is the load of Line 3.",
    "L3: February 2027 at 118.3 % and March 2027 at 108.2 %.",
    "L4 is at 118.3 % in March 2027.",
    "L3 stands at 70.1 % and L4 at 118.3 % in March 2027.",
    "The overflow in March 2027 is 61.2 days.",
    "The overflow in March 2027 is 61.2 %.",
    "The overflow in March 2027 is EUR 61.2.",
    "The overflow in March 2027 is 62.2 hours.",
    "The overflow in February 2027 is 61.2 hours.",
    "Stillwater 0.5 L x24 takes 64 % of Line 3.",
    "Orange Juice 1 L x12 causes most of it.",
    "Line 3 is overloaded in February and April 2027.",
    "Line 3 is overloaded in March 2028.",
    "L3 runs at 118.4 % in March 2027.",
    "L3 runs at 117 % in March 2027.",
    "L3 runs at 1.183 % in March 2027.",
    "L3 is at 100 % in March 2027.",
    "Labour pool P1 is the bottleneck.",
    "Revenue was EUR 48,213,576 over the last year.",
    "Revenue was USD 48,213,567 over the last year.",
    "Revenue was 48,213,567 cases.",
    "Revenue came to €48.3 million.",
    "Revenue came to €48.2 billion.",
    "Juice brought in EUR 12,345,679.",
    "Water brought in EUR 9.9 million.",
    "Water: EUR 12.3 million (up 5.2 %).",
    "Juice grew by 5.2 %.",
    "Juice is up 5.2 %.",
    "Water fell by 3.4 %.",
    "Juice changed by 5.2 %.",
    "Water is the third-largest family.",
    "Water ranks 4th highest.",
    "There are six families.",
    "Freshmart's OTIF is 85.5 %.",
    "Corner & Co's OTIF is 88.5 %.",
    "Forecast accuracy of Juice is 76.6 %.",
    "Forecast accuracy of Water is 77.6 %.",
    "Revenue from November 2024 to October 2025 was EUR 48.21 million.",
    "Stillwater 0.5 L runs out at the North warehouse on 15 January 2027.",
    "First stock-out: 14 February 2027.",
    "The first stock-out is in December 2026.",
    "Stillwater stocks out in March 2028.",
    "Orange Juice 1 L x12 stocks out on 14 January 2027.",
    "You hold 12,840 cases of Stillwater in DC-NORTH.",
    "You hold 12,480 pallets of Stillwater in DC-NORTH.",
    "You hold 12,480 cases of Stillwater in DC-SOUTH.",
    "Stock lasts 75 weeks in DC-NORTH.",
    "Stock lasts 41 days in DC-NORTH but 75 days in DC-SOUTH.",
    "Closing stock at the North warehouse in January 2027 is 3,210 cases.",
    "Five products are at risk.",
    "With 12 % more demand for Juice, cost rises by EUR 68,400.",
    "With 10 % more demand for Juice, cost falls by EUR 68,400.",
    "Cost goes from EUR 1,250,000 to EUR 1,381,400.",
    "490 cases would be late.",
    'The note says: "CapCo is now 12 days late on caps."',
    "In the supply review it was said that CapCo is 31 days late.",
    "They agreed to order 40,000 more by 25 September.",
    "Lucia Ferro owns it.",
    "According to the supply meeting of 12 July 2026, Petra Novak owns it.",
    "Cost doubled.",
    "Use resource LINE-99 instead.",
    "Order 5,000 cases more.",
    "OTIF is 95 %.",
]
QUESTION = "Is Line 3 overloaded, and is OTIF 95 %?"


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_answer_in_other_words_passes(text):
    grounding = check(text, evidence=ALL, question=QUESTION, vocabulary=VOCABULARY, today=TODAY)
    assert grounding.unsupported == ()


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_digit_unit_month_or_product_is_stopped(text):
    grounding = check(text, evidence=ALL, question=QUESTION, vocabulary=VOCABULARY, today=TODAY)
    assert grounding.unsupported != ()


def test_at_least_sixty_of_each_are_held():
    assert len(RIGHT) >= 60
    assert len(WRONG) >= 60


def test_each_claim_points_to_its_fact():
    text = "L3 is at 118.3 % in March 2027."
    grounding = check(text, evidence=ALL, question="", vocabulary=VOCABULARY, today=TODAY)
    claim = next(claim for claim in grounding.claims if claim.kind == "percent")
    assert text[claim.start : claim.end] == "118.3 %"
    assert claim.evidence == CAPACITY.id
    assert CAPACITY.facts[claim.fact].value == 118.26


def test_an_answer_without_evidence_may_state_no_number():
    grounding = check(
        "Sales were 500 cases.", evidence=(), question="", vocabulary=VOCABULARY, today=TODAY
    )
    assert [claim.text for claim in grounding.unsupported] == ["500"]


def test_digits_inside_a_product_name_are_not_numbers():
    statements = read("Fizz Cola 0.33 L x24", VOCABULARY)
    assert [statement.kind for statement in statements] == ["name"]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("EUR 1,234,567", 1_234_567.0, "EUR"),
        ("€1.2 million", 1_200_000.0, "EUR"),
        ("-5.2 %", -5.2, "%"),
        ("3 percentage points", 3.0, "pp"),
        ("61.2 h", 61.2, "hour"),
        ("12 k cases", 12_000.0, "case"),
        ("14 working days", 14.0, "day"),
    ],
)
def test_numbers_are_read_with_scale_and_unit(text, value, unit):
    (statement,) = read(text, VOCABULARY)
    assert (statement.value, statement.unit) == (pytest.approx(value), unit)
