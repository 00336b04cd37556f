"""What is said of each kind of lever, every figure of it held against the facts."""

from datetime import date

import pytest

from tools.context import ToolContext
from tools.registry import run

DEAL = {
    "event": "E1",
    "name": "Lemon Days",
    "kind": "promotion",
    "product": "X",
    "starts_on": date(2026, 11, 1),
    "ends_on": date(2026, 11, 30),
    "uplift": 0.25,
}
ORDER = {
    "receipt": "1",
    "product": "C",
    "site": "P",
    "supplier": "S",
    "due_on": date(2026, 11, 20),
    "quantity": 50,
}
SAID = [
    (
        {"kind": "demand", "product": "X", "site": "Depot 1", "percent": 10},
        "Demand of Lemonade X at Depot 1 rises by 120 cases (10.0 %) from November 2026 to "
        "April 2027.",
    ),
    (
        {"kind": "event_change", "event": "E1", "uplift_percent": 50, "shift_days": 61},
        "The promotion 'Lemon Days' has an uplift of 50.0 % and is held 61 days later: demand",
    ),
    (
        {
            "kind": "event_new",
            "name": "Sherbet Week",
            "starts_on": "2026-12-01",
            "ends_on": "2026-12-31",
            "uplift_percent": 20,
        },
        "The new event 'Sherbet Week' from 1 December 2026 to 31 December 2026 has an uplift of "
        "20.0 %: demand rises by 80 cases (20.0 %).",
    ),
    (
        {"kind": "price", "product": "X", "percent": 5, "elasticity": -2},
        "The price of Lemonade X goes from EUR 10.00 to EUR 10.50; demand falls by 167 cases "
        "(9.3 %).",
    ),
    ({"kind": "price", "percent": 5}, "The price goes from EUR 11.00 to EUR 11.55 on average."),
    (
        {"kind": "launch", "product": "Zest", "like": "X", "on": "2026-12-01", "taken_percent": 20},
        "Zest is launched on 1 December 2026: its demand is 1,500 cases; demand of Lemonade X "
        "falls by 300 cases (16.7 %).",
    ),
    (
        {
            "kind": "discontinuation",
            "product": "Y",
            "on": "2026-11-30",
            "successor": "X",
            "moves_percent": 40,
        },
        "Lemonade Y is last sold on 30 November 2026: demand falls by 500 cases (83.3 %); demand "
        "of Lemonade X rises by 200 cases (11.1 %).",
    ),
    (
        {"kind": "unit_cost", "product": "C", "percent": 10},
        "The unit cost of Lemons goes from EUR 1.00 to EUR 1.10",
    ),
    (
        {"kind": "overtime", "resource": "L", "hours": 4, "end": "2026-11"},
        "L (Line L) may have 4 hours of overtime in November 2026, 10 hours before.",
    ),
    (
        {"kind": "calendar", "first_day": "2026-11-02", "last_day": "2026-11-02", "hours": 0},
        "The working days of all resources have 100 hours fewer on 2 November 2026.",
    ),
    (
        {"kind": "yield", "product": "X", "percent": 90},
        "The yield of Lemonade X goes from 100.0 % to 90.0 %.",
    ),
    (
        {"kind": "supplier_out", "supplier": "S"},
        "Supplier S delivers nothing from November 2026 to April 2027; 1 order that was open does",
    ),
    (
        {"kind": "supplier_out", "supplier": "S", "start": "2026-11", "end": "2026-11"},
        "Supplier S delivers nothing in November 2026; 1 order waits until December 2026.",
    ),
    (
        {"kind": "supplier_capacity", "supplier": "S", "quantity": 100},
        "The capacity of supplier S is 100 units a month.",
    ),
    (
        {"kind": "lane_closed", "from_site": "Plant", "to_site": "D2"},
        "Nothing moves from Plant to Depot 2 from November 2026 to April 2027 (1 lane closed).",
    ),
    (
        {"kind": "lane_cost", "to_site": "D1", "cost": 0.75},
        "The cost of moving to Depot 1 goes from EUR 0.50 to EUR 0.75 on average.",
    ),
    (
        {"kind": "exclusive_source", "source": "P", "target": "D1", "binds": "both"},
        "Depot 1 and Plant deal only with each other (1 lane closed).",
    ),
    (
        {"kind": "safety_stock", "product": "X", "percent": 50},
        "The safety stock of Lemonade X goes from 40 cases to 60 cases.",
    ),
    (
        {"kind": "safety_stock", "percent": 50},
        "The safety stock goes from 40 units to 60 units.",
    ),
    (
        {"kind": "fence", "planning_days": 0},
        "The planning fence changes nothing, because the fence is the same.",
    ),
    (
        {"kind": "service_level", "product": "X", "percent": 98},
        "The target service level of Lemonade X becomes 98.0 %",
    ),
    ({"kind": "fence", "planning_days": 28}, "The planning fence goes from 0 days to 28 days."),
    (
        {"kind": "lane_cost", "from_site": "D2", "percent": 5},
        "The cost of moving from Depot 2 changes nothing, because no cost is known there.",
    ),
]


@pytest.mark.parametrize(("lever", "said"), SAID)
def test_each_lever_is_told_in_words_whose_figures_are_facts(lemonade, unsupported, lever, said):
    company = lemonade(events=[DEAL], receipts=[ORDER])
    evidence = run("run_scenario", {"levers": [lever]}, ToolContext(company))
    assert said in evidence.summary
    assert unsupported(evidence, company) == []
