"""ABC/XYZ segments: what matters, how steadily it sells, and the policy that suits it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from types import MappingProxyType
from typing import Literal

from planning_engine.data.calendars import last_year, month_range
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem

Measure = Literal["revenue", "margin", "quantity"]
Abc = Literal["A", "B", "C"]
Xyz = Literal["X", "Y", "Z"]
FEWEST_MONTHS = 3
"""Months of sales below which nobody can say how steadily something sells."""


@dataclass(frozen=True)
class Thresholds:
    """Where the segments end.

    Attributes:
        a_share: A are the largest products up to this share of the total, 0 to 1.
        b_share: B those up to this one; C the rest.
        x_most: X sell with at most this coefficient of variation from month to month.
        y_most: Y with at most this one; Z with more.
    """

    a_share: float = 0.80
    b_share: float = 0.95
    x_most: float = 0.25
    y_most: float = 0.50

    def __post_init__(self) -> None:
        if not 0 < self.a_share < self.b_share <= 1:
            raise BadRequest(
                f"The shares of A and B must rise and lie between 0 and 1, not {self.a_share:g} "
                f"and {self.b_share:g}."
            )
        if not 0 <= self.x_most < self.y_most:
            raise BadRequest(
                f"The limits of X and Y must rise from 0, not {self.x_most:g} and {self.y_most:g}."
            )


@dataclass(frozen=True)
class SegmentPolicy:
    """The policy suggested for a segment: cycle service level, 0 to 1, and days of review."""

    service_level: float
    review_days: int


POLICIES: Mapping[tuple[Abc, Xyz], SegmentPolicy] = MappingProxyType(
    {
        ("A", "X"): SegmentPolicy(0.98, 7),
        ("A", "Y"): SegmentPolicy(0.97, 7),
        ("A", "Z"): SegmentPolicy(0.95, 7),
        ("B", "X"): SegmentPolicy(0.96, 14),
        ("B", "Y"): SegmentPolicy(0.95, 14),
        ("B", "Z"): SegmentPolicy(0.92, 14),
        ("C", "X"): SegmentPolicy(0.94, 30),
        ("C", "Y"): SegmentPolicy(0.92, 30),
        ("C", "Z"): SegmentPolicy(0.88, 30),
    }
)
"""What suits most companies: serve best what matters, and least what nobody can foresee."""


@dataclass(frozen=True)
class Segment:
    """One product and its segment.

    Attributes:
        product: Which one.
        value: Its revenue, margin or quantity of the last 12 complete months.
        share: Its share of the total, 0 to 1.
        cumulative: The share of it and all larger ones.
        variation: Coefficient of variation of its monthly sales; None if it sold in fewer
            than three months since its first sale in that year.
        abc: How much it matters.
        xyz: How steadily it sells; Z where that is not known.
        service_level: The service level its policies declare, averaged over sites; None if
            none do.
    """

    product: str
    value: float
    share: float
    cumulative: float
    variation: float | None
    abc: Abc
    xyz: Xyz
    service_level: float | None = None

    @property
    def name(self) -> str:
        """The segment: `AX`."""
        return self.abc + self.xyz

    @property
    def policy(self) -> SegmentPolicy:
        """The policy suggested for it."""
        return POLICIES[(self.abc, self.xyz)]


@dataclass(frozen=True)
class Segmentation:
    """All segments, largest product first.

    Attributes:
        rows: One per product.
        measure: What products are ranked by.
        thresholds: Where the segments end.
        first: First month of sales looked at.
        last: Last one.
    """

    rows: tuple[Segment, ...]
    measure: Measure
    thresholds: Thresholds
    first: date
    last: date

    @property
    def cells(self) -> Mapping[str, tuple[Segment, ...]]:
        """Segment → its products, largest first."""
        found: dict[str, tuple[Segment, ...]] = {}
        for row in self.rows:
            found[row.name] = (*found.get(row.name, ()), row)
        return dict(sorted(found.items()))

    @property
    def total(self) -> float:
        """The measure of all products together."""
        return sum(row.value for row in self.rows)


def abc_classes(
    values: Mapping[str, float], a_share: float = 0.80, b_share: float = 0.95
) -> dict[str, Abc]:
    """Return the class of each thing: A until its share of the total is reached, then B, then C.

    The one that crosses a limit still belongs above it. What is not above 0 is C.

    Args:
        values: What each is worth.
        a_share: Share of the total that A reaches.
        b_share: Share that A and B reach.

    Example:
        >>> abc_classes({"p": 70, "q": 15, "r": 12, "s": 3})
        {'p': 'A', 'q': 'A', 'r': 'B', 's': 'C'}
    """
    total = sum(max(0.0, value) for value in values.values())
    classes: dict[str, Abc] = {}
    before = 0.0
    for name, value in sorted(values.items(), key=lambda entry: (-entry[1], entry[0])):
        if value <= 0 or before >= b_share * total - 1e-9 * total:
            classes[name] = "C"
        else:
            classes[name] = "A" if before < a_share * total - 1e-9 * total else "B"
        before += max(0.0, value)
    return classes


def variation(quantities: Sequence[float]) -> float | None:
    """Return the coefficient of variation: sample deviation over mean.

    None for fewer than three periods, or where the mean is not above 0.

    Example:
        >>> variation([90, 100, 110])
        0.1
    """
    count = len(quantities)
    mean = sum(quantities) / count if count else 0.0
    if count < FEWEST_MONTHS or mean <= 0:
        return None
    return sqrt(sum((q - mean) ** 2 for q in quantities) / (count - 1)) / mean


def xyz_class(value: float | None, x_most: float = 0.25, y_most: float = 0.50) -> Xyz:
    """Return how steadily something sells; Z where that is not known."""
    if value is None or value > y_most:
        return "Z"
    return "X" if value <= x_most else "Y"


@remember(8)
def segment(
    snapshot: Snapshot,
    measure: Measure = "revenue",
    thresholds: Thresholds | None = None,
    family: str | None = None,
    site: str | None = None,
) -> Segmentation:
    """Return the segments of finished products by the last 12 complete months of sales.

    Args:
        snapshot: The company's facts, not narrowed.
        measure: What products are ranked by; margin is revenue less standard cost.
        thresholds: Where the segments end.
        family: Only this family, ranked among itself.
        site: Only sales of this site.

    Raises:
        DataProblem: Nothing was sold, or the sales lack what the measure needs.
    """
    snapshot.require_everything(to="segment products")
    limits = thresholds or Thresholds()
    first, end = last_year(snapshot.company.as_of)
    monthly = _monthly(snapshot, first, end, family, site)
    if not any(quantity for months in monthly.values() for quantity, _, _ in months.values()):
        raise DataProblem("Nothing was sold in the last 12 complete months, so nothing is ranked.")
    values = {product: _value(product, months, measure) for product, months in monthly.items()}
    total = sum(max(0.0, value) for value in values.values())
    classes = abc_classes(values, limits.a_share, limits.b_share)
    services = _services(snapshot)
    span = month_range(first, end)[:-1]
    rows, before = [], 0.0
    for product, value in sorted(values.items(), key=lambda entry: (-entry[1], entry[0])):
        before += max(0.0, value)
        spread = variation(_since_first(monthly[product], span))
        rows.append(
            Segment(
                product,
                value,
                max(0.0, value) / total if total > 0 else 0.0,
                before / total if total > 0 else 0.0,
                spread,
                classes[product],
                xyz_class(spread, limits.x_most, limits.y_most),
                services.get(product),
            )
        )
    return Segmentation(tuple(rows), measure, limits, span[0], span[-1])


_Months = Mapping[date, tuple[float, float | None, float | None]]


def _monthly(
    snapshot: Snapshot, first: date, end: date, family: str | None, site: str | None
) -> dict[str, _Months]:
    """Return product → month → quantity, revenue, standard cost; also what did not sell."""
    rows = snapshot.rows(
        """
        SELECT p.product, date_trunc('month', t.date)::DATE, sum(t.quantity), sum(t.revenue),
               sum(t.quantity) * any_value(p.standard_cost)
        FROM products p LEFT JOIN sales t
          ON t.product = p.product AND t.date >= $first AND t.date < $end
             AND ($site IS NULL OR t.site = $site)
        WHERE coalesce(p.stage, 'finished') = 'finished'
              AND ($family IS NULL OR p.family = $family)
        GROUP BY ALL ORDER BY 1, 2
        """,
        {"first": first, "end": end, "family": family, "site": site},
    )
    found: dict[str, dict[date, tuple[float, float | None, float | None]]] = {}
    for product, month, *figures in rows:
        months = found.setdefault(product, {})
        if month is not None:
            months[month] = (float(figures[0] or 0), figures[1], figures[2])
    return dict(found)


def _value(product: str, months: _Months, measure: Measure) -> float:
    total = 0.0
    for quantity, revenue, cost in months.values():
        if measure == "quantity":
            total += quantity
            continue
        if revenue is None or (measure == "margin" and cost is None):
            lacks = "revenue" if revenue is None else "a standard cost"
            raise DataProblem(
                f"The sales of {product} lack {lacks}, so products cannot be ranked by {measure}. "
                "Rank by quantity, or add it to the import."
            )
        total += revenue - (cost or 0.0) if measure == "margin" else revenue
    return float(total)


def _since_first(months: _Months, span: Sequence[date]) -> list[float]:
    """Return the quantities of the months from the first sale on; no sale is 0."""
    sold = [month for month in span if month in months]
    if not sold:
        return []
    return [months[month][0] if month in months else 0.0 for month in span if month >= sold[0]]


def _services(snapshot: Snapshot) -> dict[str, float]:
    if not snapshot.has("policies"):
        return {}
    rows = snapshot.rows(
        "SELECT product, round(avg(service_level), 6) FROM policies "
        "WHERE service_level IS NOT NULL GROUP BY 1"
    )
    return {product: float(level) for product, level in rows}
