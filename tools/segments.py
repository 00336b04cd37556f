"""`segment_products`: ABC by value, XYZ by steadiness, and the policy that suits each segment."""

import re

from pydantic import Field, field_validator

from planning_engine.errors import DataProblem
from planning_engine.supply.stock.segments import Measure, Thresholds, segment
from tools.context import ToolContext
from tools.evidence import Evidence
from tools.names import names_of
from tools.registry import tool
from tools.request import Request
from tools.segments_answer import SegmentsAnswer

DEFINITION = (
    "ABC: finished products by {measure} of the last 12 complete months, largest first; A until "
    "{a:g} % of the total is reached, B until {b:g} %, C the rest. XYZ: coefficient of variation "
    "(sample deviation / mean) of monthly sales since the first sale; X up to {x:g}, Y up to "
    "{y:g}, Z above, or with fewer than 3 months of sales. Suggested service level and review: "
    "a rule of thumb by segment, AX 98 % and 7 days to CZ 88 % and 30 days."
)


class SegmentsRequest(Request):
    """What to rank by, where the segments end, and which to show."""

    measure: Measure = Field("revenue", description="What products are ranked by.")
    family: str | None = Field(None, description="Rank only this family, among itself.")
    site: str | None = Field(None, description="Count only the sales of this site.")
    product: str | None = Field(None, description="Show only this product's segment.")
    segment: str | None = Field(None, description="Show only this segment: AX, A or Z.")
    a_percent: float = Field(80, gt=0, lt=100, description="Share of the total that A reaches, %.")
    b_percent: float = Field(95, gt=0, le=100, description="Share that A and B reach, %.")
    x_most: float = Field(0.25, ge=0, description="Highest coefficient of variation of X.")
    y_most: float = Field(0.50, gt=0, description="Highest coefficient of variation of Y.")

    @field_validator("segment")
    @classmethod
    def _is_segment(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[ABC]?[XYZ]?", value.strip().upper()):
            raise ValueError("a segment is A, B or C, X, Y or Z, or both: AX")
        return value.strip().upper() if value else None


@tool
def segment_products(context: ToolContext, request: SegmentsRequest) -> Evidence:
    """Sort products into ABC/XYZ segments and suggest service level and review for each.

    Use it for "which are our A products?", "ABC analysis", "which products sell erratically?",
    "what service level should C products have?" and "which segment is X in?". For the safety
    stock that a service level takes use size_stock, for excess stock project_inventory.
    """
    snapshot = context.snapshot
    family = snapshot.find("family", request.family) if request.family else None
    site = snapshot.find("site", request.site) if request.site else None
    product = snapshot.find("product", request.product) if request.product else None
    limits = Thresholds(
        request.a_percent / 100, request.b_percent / 100, request.x_most, request.y_most
    )
    found = segment(snapshot, request.measure, limits, family, site)
    names = names_of(snapshot)
    if product and product not in {row.product for row in found.rows}:
        raise DataProblem(f"{names.product(product)} is not among the finished products ranked.")
    where = f" of {family}" if family else ""
    where += f" at {names.site(site)}" if site else ""
    answer = SegmentsAnswer(names, found, product, request.segment, where)
    return Evidence(
        summary=answer.summary(),
        facts=answer.facts(),
        table=answer.table(),
        chart=answer.chart(),
        definition=DEFINITION.format(
            measure=request.measure,
            a=request.a_percent,
            b=request.b_percent,
            x=request.x_most,
            y=request.y_most,
        ),
        issues=snapshot.issues_of(("products", "sales", "policies")),
    )
