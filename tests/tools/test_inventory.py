from datetime import date

import pytest

from planning_engine.errors import BadRequest, DataProblem, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def project(unsupported):
    """Run project_inventory and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("project_inventory", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


@pytest.fixture
def supplied(lemonade, lemonade_tables):
    """Return the lemonade company with a published plan that covers most of the demand."""

    def build(**changes):
        plans = [
            {"cycle": date(2026, 10, 1), "month": row["month"], "product": p, "site": s}
            | {"quantity": q}
            for row in lemonade_tables()["forecasts"][::3]
            for p, s, q in (("X", "D1", 190), ("X", "D2", 100), ("Y", "D1", 60))
        ]
        return lemonade(**({"plans": plans} | changes))

    return build


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def test_the_stock_out_of_one_stock_is_dated(project, supplied):
    evidence = project(supplied(), product="Lemonade Y", site="Depot 1")
    # 80 + 60 a month of supply - 100 of demand: -40 at the end of January, from 0
    assert evidence.summary == (
        "Lemonade Y at Depot 1 runs out on 1 January 2027; the 80 cases counted on 31 October 2026 "
        "cover 24 days of demand without further supply. The shortage reaches 160 cases in April "
        "2027."
    )
    assert fact(evidence, "first_stock_out", product="Y") == date(2027, 1, 1)
    assert fact(evidence, "closing_stock", month="2026-12-01") == 0
    assert len(evidence.table.rows) == 6
    assert evidence.chart["title"]["text"] == "Stock of Lemonade Y at Depot 1"


def test_a_stock_that_lasts_says_so_and_how_low_it_gets(project, supplied):
    evidence = project(supplied(), product="X", site="D1", months=12)
    # 150 - 10 a month; under 40 of safety stock after 12 months
    assert evidence.summary == (
        "Lemonade X at Depot 1 does not run out from November 2026 to October 2027 and closes "
        "October 2027 with 30 cases; the 150 cases counted on 31 October 2026 cover 22.5 days of "
        "demand without further supply. It is under its safety stock of 40 cases from October 2027 "
        "on."
    )


def test_one_month_is_told_as_a_balance(project, supplied):
    evidence = project(supplied(), product="X", site="D1", start="2026-12", end="2026-12")
    assert evidence.summary == (
        "Lemonade X at Depot 1 has 130 cases at the end of December 2026: 140 cases at the start, "
        "190 cases of supply and 200 cases of demand."
    )
    short = project(supplied(), product="Y", site="D1", start="2027-03", end="2027-04")
    assert short.summary == (
        "Lemonade Y at Depot 1 is short of 160 cases at the end of April 2027: 80 cases short at "
        "the start, 120 cases of supply and 200 cases of demand. It runs out on 1 January 2027."
    )


def test_stock_that_covers_everything_says_how_much_is_too_much(project, supplied, lemonade_tables):
    stock = lemonade_tables()["stock"]
    stock[2]["quantity"] = 1000
    evidence = project(supplied(stock=stock), product="X", site="D2")
    assert "the 1,000 cases counted on 31 October 2026 cover all of its demand" in evidence.summary
    assert evidence.summary.endswith(
        "700 cases of it are more than 3 months of demand and the safety stock."
    )


def test_a_list_names_the_first_to_run_out_and_what_runs_low(project, supplied):
    evidence = project(supplied(receipts=None, bom=None), months=12)
    assert evidence.summary == (
        "1 of 4 stocks runs out from November 2026 to October 2027: Lemonade Y at Depot 1 on "
        "1 January 2027. 1 more falls under safety stock: Lemonade X at Depot 1 in October 2027."
    )
    assert fact(evidence, "stocks_running_out") == 1
    assert [row[0] for row in project(supplied(bom=None), only="at_risk").table.rows] == ["Y"]


def test_a_long_list_is_cut_with_a_count(project, lemonade):
    evidence = project(lemonade())
    assert evidence.summary.startswith(
        "4 of 4 stocks run out from November 2026 to April 2027: Lemonade X at Depot 1 on "
        "23 November 2026, Lemonade Y at Depot 1 on 25 November 2026, "
    )
    assert "and 1 more" in evidence.summary


def test_the_end_of_the_published_plan_is_said(project, supplied):
    evidence = project(supplied(), product="X", site="D1", months=14)
    assert evidence.summary.endswith("The published plan ends in October 2027; later is not known.")
    with pytest.raises(DataProblem, match="ends in October 2027"):
        project(supplied(), start="2027-11")


def test_families_sites_and_stages_narrow_the_list(project, supplied):
    assert fact(project(supplied(), family="Soda"), "stocks_checked") == 3
    assert fact(project(supplied(), stage="raw"), "stocks_checked") == 1
    both = project(supplied(), family="Soda", site="Depot 1")
    assert "stocks of Soda at Depot 1" in both.summary
    assert "of 3 stocks of" not in both.summary


def test_nothing_to_tell_is_told(project, supplied, lemonade_tables):
    assert project(supplied(), product="X", site="D2", only="at_risk").summary == (
        "None of the 1 stocks of Lemonade X at Depot 2 runs out or falls under its safety stock "
        "from November 2026 to April 2027."
    )
    assert project(supplied(), family="Soda", only="excess").summary == (
        "None of the 3 stocks of Soda holds more than 3 months of demand and its safety stock."
    )
    stock = [s for s in lemonade_tables()["stock"] if s["product"] != "Y"]
    uncounted = project(supplied(stock=stock), product="Y", site="D1")
    assert "No stock of Lemonade Y at Depot 1 was counted" in uncounted.summary
    assert uncounted.chart is None
    assert project(supplied(), product="Y", site="D2").summary == (
        "No stock of Lemonade Y at Depot 2 is in the data."
    )


def test_excess_is_ranked_by_value(project, supplied, lemonade_tables):
    tables = lemonade_tables()
    tables["stock"][1]["quantity"] = tables["stock"][3]["quantity"] = 5000
    tables["products"][1]["end_on"] = date(2026, 12, 31)
    company = supplied(stock=tables["stock"], products=tables["products"])
    evidence = project(company, only="excess")
    # Y: 5000 - 200 until it ends, at 5; X: 5000 - 600 - 40, at 4
    assert evidence.summary == (
        "2 stocks hold more than 3 months of demand and the safety stock will use, worth "
        "EUR 41,440 at standard cost. Most is Lemonade Y at Depot 1: 4,800 cases (EUR 24,000), "
        "which is sold until 31 December 2026."
    )
    assert [row[0] for row in evidence.table.rows] == ["Y", "X"]
    one = project(company, product="X", only="excess")
    assert one.summary.startswith("1 stock of Lemonade X holds")


def test_excess_of_what_is_no_longer_sold_or_has_no_cost(project, supplied, lemonade_tables):
    tables = lemonade_tables()
    tables["stock"][3]["quantity"] = 5000
    tables["products"][1] |= {"end_on": date(2026, 8, 31), "standard_cost": None}
    company = supplied(stock=tables["stock"], products=tables["products"])
    evidence = project(company, product="Y", only="excess")
    assert evidence.summary == (
        "1 stock of Lemonade Y holds more than 3 months of demand and the safety stock will use. "
        "Most is Lemonade Y at Depot 1: 5,000 cases, which was last sold on 31 August 2026."
    )
    assert evidence.chart["title"]["text"].startswith("Stock of")


def test_stocks_that_run_out_on_one_day_are_all_named(project, lemonade, lemonade_tables):
    stock = [s | {"quantity": 0} for s in lemonade_tables()["stock"]]
    evidence = project(lemonade(stock=stock))
    assert "on 1 November 2026, " in evidence.summary


def test_what_is_asked_wrongly_is_said(lemonade):
    def ask(company, **request):
        return run("project_inventory", request, ToolContext(company))

    with pytest.raises(UnknownName, match="No product named 'Lemonade Z'"):
        ask(lemonade(), product="Lemonade Z")
    with pytest.raises(BadRequest, match="plan starts"):
        ask(lemonade(), end="2026-08")
    with pytest.raises(DataProblem, match="no table 'stock'"):
        ask(lemonade(stock=None))


def test_the_demo_companys_risks_are_told(project, demo):
    risk = project(demo, only="at_risk")
    assert risk.summary.startswith("1 of 119 stocks runs out from November 2026 to April 2027: ")
    assert fact(risk, "first_stock_out", product="ICP-050-12", site="DC-WEST").year == 2027
    assert "which is sold until 31 December 2026" in project(demo, only="excess").summary
    citrus = project(demo, product="CMP-CITRUS")
    assert citrus.summary.endswith(
        "2 open receipts of 28,208 kg are overdue; they are counted in the first month."
    )


def test_what_is_on_hand_of_one_product_is_said_in_all_and_by_site(demo, project):
    evidence = project(demo, product="NRB-025-24")
    counts = demo.query(
        "SELECT quantity FROM stock WHERE product = 'NRB-025-24' AND date = DATE '2026-10-31'"
    )
    assert f"{counts['quantity'].sum():,.0f} cases" in evidence.summary
    assert all(f"{quantity:,.0f} at" in evidence.summary for quantity in counts["quantity"])


def test_what_will_never_be_sold_is_told_with_its_reason(project, demo, lemonade):
    evidence = project(demo, only="obsolete", product="FLW-050-12")
    assert evidence.summary.startswith(
        "3 stocks of Lemonwell 0.5 L x12 hold more than will ever be sold, 22,606 cases in all, "
        "worth EUR 70,079 at standard cost. Most is Lemonwell 0.5 L x12 at West DC: 10,411 cases"
    )
    assert evidence.summary.endswith("which is sold until 31 December 2026.")
    assert project(lemonade(), only="obsolete").summary == (
        "All of the 4 stocks can be sold, as far as is known."
    )


def test_stock_that_spoils_or_is_not_wanted_is_told(project, lemonade, lemonade_tables):
    products = lemonade_tables()["products"]
    products[1]["shelf_life_days"] = 61
    stock = [{"date": date(2026, 10, 31), "product": "Y", "site": "D1", "quantity": 350}]
    evidence = project(lemonade(products=products, stock=stock), only="obsolete")
    assert evidence.summary == (
        "1 stock holds more than will ever be sold, 150 cases in all, worth EUR 750 at standard "
        "cost. It is Lemonade Y at Depot 1: 150 cases (EUR 750), which spoils before it is sold."
    )
    left = [{"date": date(2026, 10, 31), "product": "Y", "site": "P", "quantity": 10}]
    assert project(lemonade(stock=left), only="obsolete").summary.endswith(
        "of which nothing is wanted from November 2026 to April 2027."
    )
