import pytest

from planning_engine.errors import UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def grid(unsupported):
    """Run show_grid and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("show_grid", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"family": "Juice"},
        {"family": "Tea", "back": 3, "ahead": 12},
        {"back": 0, "ahead": 18},
        {"ahead": 0},
    ],
)
def test_the_demo_grid_is_told_and_shown(grid, demo, request_):
    evidence = grid(demo, **request_)
    assert evidence.chart["data"]["values"]
    assert evidence.table.columns[1].name == "line"


def test_a_family_lies_in_the_planners_layout(grid, demo):
    evidence = grid(demo, family="Juice", back=2, ahead=2)
    assert [column.name for column in evidence.table.columns] == [
        "family",
        "line",
        "Sep 2026",
        "Oct 2026",
        "Nov 2026",
        "Dec 2026",
    ]
    rows = {row[1]: row[2:] for row in evidence.table.rows}
    start, came, went = rows["inventory start"], rows["supply"], rows["shipments"]
    for place, end in enumerate(rows["inventory end"]):
        assert end == pytest.approx(start[place] + came[place] - went[place])
    assert {"bookings", "backlog end", "forecast", "budget", "plan", "last plan"} <= set(rows)


def test_what_the_orders_cannot_account_for_is_said(grid, demo):
    evidence = grid(demo, family="Juice")
    assert "Adjustments of 2,799 cases stand in the backlog" in evidence.summary
    assert any(issue.rule == "backlog identity" for issue in evidence.issues)


def test_where_the_plan_ends_the_grid_ends(grid, demo):
    summary = grid(demo, ahead=18).summary
    assert "The published plan ends in September 2027, and so does the grid." in summary


def test_a_company_of_sales_alone_has_a_grid(grid, company_of, lemonade_tables):
    tables = {name: lemonade_tables()[name] for name in ("products", "sales")}
    assert "cases shipped" in grid(company_of(tables)).summary


def test_an_unknown_family_gets_a_suggestion(grid, demo):
    with pytest.raises(UnknownName, match="Did you mean 'Juice'"):
        grid(demo, family="Juise")
