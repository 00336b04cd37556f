import pytest

from planning_engine.errors import BadRequest, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def ask(unsupported):
    """Run a tool and hold every figure of its summary against its facts."""

    def call(tool, company, **request):
        evidence = run(tool, request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


def fact(evidence, name, **about):
    return next(
        f.value for f in evidence.facts if f.name == name and about.items() <= dict(f.about).items()
    )


def test_one_stock_is_sized_with_its_reason(ask, demo):
    evidence = ask("size_stock", demo, product="COL-033-24", site="DC-NORTH")
    assert evidence.summary == (
        "Hold 4,941 cases of Kaito Cola 0.33 L can x24 at North DC as safety stock (EUR 27,670) "
        "and order up to 14,304 cases at each review: demand over 1 day of lead time and 7 days of "
        "review is 9,363 cases with a deviation of 2,406 cases, covered in 98.0 % of cycles. "
        "Declared are 7,520 cases. The economic lot is 23,049 cases; the declared one 18,000 cases."
    )
    assert evidence.chart
    assert "Poisson" in evidence.definition


def test_all_stocks_are_summed_against_what_is_declared(ask, demo):
    evidence = ask("size_stock", demo)
    assert evidence.summary.startswith("119 stocks need safety stock worth EUR ")
    rows = evidence.table.rows
    assert sum(row[13] for row in rows) == pytest.approx(fact(evidence, "safety_stock_value"))
    more = ask("size_stock", demo, show="above_declared")
    less = ask("size_stock", demo, show="below_declared")
    assert len(more.table.rows) + len(less.table.rows) == len(rows)


def test_a_continuous_review_has_a_reorder_point(ask, demo):
    evidence = ask("size_stock", demo, product="CMP-CITRUS", site="P2", review_days=0)
    assert "and reorder at" in evidence.summary
    assert fact(evidence, "reorder_point") > fact(evidence, "safety_stock")


def test_a_fill_rate_takes_less_stock_than_the_same_service_level(ask, demo):
    fill = ask("size_stock", demo, family="Juice", fill_rate=0.98)
    cycle = ask("size_stock", demo, family="Juice", service_level=0.98)
    assert fact(fill, "safety_stock_value") < fact(cycle, "safety_stock_value")
    assert (
        "98.0 %" in ask("size_stock", demo, product="CMP-COLA", site="P1", fill_rate=0.98).summary
    )


def test_what_fits_nothing_or_is_not_sized_is_said(ask, lemonade, demo):
    assert ask("size_stock", demo, show="slow").summary == "No stock that fits is a slow mover."
    evidence = ask("size_stock", lemonade(), product="Y")
    assert evidence.summary == (
        "No stock that fits can be sized. Not sized is Lemonade Y at Depot 1: no service level is "
        "declared."
    )
    assert evidence.chart is None
    few = ask("size_stock", lemonade())
    assert "stocks are not sized, e.g. " in few.summary


def test_wrong_requests_are_told(demo):
    with pytest.raises(UnknownName, match="No product named"):
        run("size_stock", {"product": "Nothing"}, ToolContext(demo))
    with pytest.raises(BadRequest, match="service_level"):
        run("size_stock", {"service_level": 1.5}, ToolContext(demo))


def test_the_network_holds_stock_where_it_is_worth_least(ask, demo):
    evidence = ask("place_safety_stock", demo)
    value, end = fact(evidence, "placed_value"), fact(evidence, "value_at_the_end")
    assert value < end
    assert fact(evidence, "saving") == pytest.approx(end - value)
    assert "No other placement is" in evidence.summary
    assert sum(row[7] for row in evidence.table.rows) == pytest.approx(value)
    assert "1 where no routing tells" in evidence.definition


def test_patient_customers_need_less_stock(ask, demo):
    now = fact(ask("place_safety_stock", demo, family="Juice"), "placed_value")
    later = ask("place_safety_stock", demo, family="Juice", promise_days=3)
    assert fact(later, "placed_value") < now
    assert "for Juice" in later.summary


def test_the_placement_is_the_same_when_run_again(demo):
    one, two = (run("place_safety_stock", {}, ToolContext(demo)) for _ in range(2))
    assert one.id == two.id


def test_what_is_left_out_and_best_at_the_end_is_said(ask, lemonade, lemonade_tables):
    tables = lemonade_tables()
    for row in tables["sales"]:
        row["quantity"] *= 1 + (row["date"].month % 2) / 10
    policies = [{"product": "X", "site": "D1", "service_level": 0.95}]
    evidence = ask("place_safety_stock", lemonade(sales=tables["sales"], policies=policies))
    assert "best held at the end" in evidence.summary
    assert "Left out, for want of cost, varying sales or service level: " in evidence.summary
    assert "and 1 more" in evidence.summary
