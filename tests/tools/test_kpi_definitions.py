import pytest

from planning_engine.errors import BadRequest, UnknownName
from tools.context import ToolContext
from tools.registry import run


@pytest.fixture
def both(unsupported, demo):
    """Run query_kpi and hold every figure of its summary against its facts."""

    def call(**request):
        evidence = run("query_kpi", request, ToolContext(demo))
        assert unsupported(evidence, demo) == []
        return evidence

    return call


def test_otif_by_requested_and_by_promised_date(both):
    evidence = both(kpi="otif", compare_definition={"basis": "promised"})
    assert evidence.summary == (
        "OTIF from November 2025 to October 2026 was 90.2 % by the requested date, and 93.3 % by "
        "the promised date. The second is 3.1 percentage points higher."
    )
    assert evidence.definition.count("OTIF = ") == 2
    assert "basis: requested date" in evidence.definition
    assert "basis: promised date" in evidence.definition
    alone = both(kpi="otif", basis="promised")
    values = {f.about.get("definition"): f.value for f in evidence.facts if f.name == "otif"}
    assert values["by the promised date"] == alone.facts[0].value
    assert len(evidence.table.rows) == 2


@pytest.mark.parametrize(
    "request_",
    [
        {"kpi": "otif", "by": "site", "compare_definition": {"tolerance_days": 1, "early_days": 3}},
        {"kpi": "otif", "family": "Tea", "compare_definition": {"counted": "orders"}},
        {
            "kpi": "otif",
            "compare_definition": {"counted": "quantity", "partial": "its_share"},
        },
        {"kpi": "accuracy", "by": "family", "compare_definition": {"lag": 1}},
        {"kpi": "wmape", "compare_definition": {"level": "family", "weight": "cost"}},
        {"kpi": "bias", "compare_definition": {"stream": "stat"}},
        {"kpi": "cash_to_cash", "compare_definition": {"dso_days": 30, "dpo_days": 60}},
        {"kpi": "plan_nervousness", "compare_definition": {"decay": 0.5}},
        {"kpi": "plan_change_frequency", "compare_definition": {"changed_percent": 10}},
    ],
)
def test_any_parameter_can_differ(both, request_):
    evidence = both(**request_)
    assert "The second is " in evidence.summary
    assert evidence.chart
    assert evidence.definition.startswith("First: ")


def test_the_same_definition_twice_is_said_so(both):
    evidence = both(kpi="otif", compare_definition={"basis": "requested"})
    assert evidence.summary.endswith("both definitions are the same.")


def test_parameters_change_the_one_figure(both):
    orders = both(kpi="otif", parameters={"counted": "orders"})
    assert "of 9,270 orders due missed it" in orders.summary
    pieces = both(kpi="otif", parameters={"counted": "quantity", "partial": "its_share"})
    assert "cases due missed it" in pieces.summary
    assert "counted: pieces" in pieces.definition


def test_a_parameter_the_kpi_lacks_is_refused(both):
    with pytest.raises(BadRequest, match="Revenue has no parameter tolerance_days; it has none"):
        both(kpi="revenue", parameters={"tolerance_days": 1})
    with pytest.raises(BadRequest, match="it has lag, stream, level and weight"):
        both(kpi="accuracy", compare_definition={"basis": "promised"})
    with pytest.raises(UnknownName, match="forecast stream"):
        both(kpi="bias", compare_definition={"stream": "gut"})
