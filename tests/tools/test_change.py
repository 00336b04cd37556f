import pytest

from planning_engine.errors import UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def change(unsupported):
    """Run explain_change and hold every figure of its summary against its facts."""

    def call(company, **request):
        evidence = run("explain_change", request, ToolContext(company))
        assert unsupported(evidence, company) == []
        return evidence

    return call


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"family": "Juice"},
        {"family": "Tea", "cycle": "2026-09", "previous": "2026-08"},
        {"family": "Soft Drinks", "cycle": "2026-08", "previous": "2026-06", "measure": "value"},
        {"product": "COL-033-24"},
        {"what": "demand"},
        {"what": "demand", "family": "Tea", "measure": "value"},
        {"cycle": "2026-08", "previous": "2026-06"},
        {"cycle": "2026-10", "previous": "2026-05", "family": "Energy"},
    ],
)
def test_the_demo_company_is_explained(change, demo, request_):
    evidence = change(demo, **request_)
    drivers = [row[1] for row in evidence.table.rows[:-1]]
    assert sum(drivers) == pytest.approx(evidence.table.rows[-1][1], rel=1e-9, abs=1e-6)
    assert "Drivers: " in evidence.summary


def test_the_juice_plan_moved_because_less_was_sold(change, demo):
    summary = change(demo, family="Juice").summary
    assert summary.startswith(
        "Against the September 2026 cycle, over the months both have (from October 2026 to August "
        "2027), the supply plan of Juice of the October 2026 cycle is 360 cases lower. Drivers: "
        "sales against forecast -11,900 cases, "
    )


def test_the_waterfall_starts_and_ends_at_the_two_plans(change, demo):
    bars = change(demo, family="Juice").chart["data"]["values"]
    assert (bars[0]["step"], bars[-1]["step"]) == ("September 2026 cycle", "October 2026 cycle")
    assert bars[-1]["value"] == pytest.approx(bars[0]["value"] - 360)


def test_an_unknown_family_gets_a_suggestion(change, demo):
    with pytest.raises(UnknownName, match="Did you mean 'Juice'"):
        change(demo, family="Juise")
