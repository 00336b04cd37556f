"""Where and on what a product is made: routings, preferred and alternate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning_engine.data.calendars import add_months
from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import DataProblem


@dataclass(frozen=True)
class Step:
    """What one routing takes of one resource: hours a piece, and hours and cost a set-up.

    `yield_rate` is the share of good output; hours and components are spent on all of it.
    `lead_time_days` pass from the start of a lot until it can be used.
    """

    resource: str
    hours_per_unit: float
    setup_hours: float
    setup_cost: float
    yield_rate: float = 1.0
    lead_time_days: float = 0.0


@dataclass(frozen=True)
class Route:
    """One way to make a product at a site. All its steps are needed (line and labour)."""

    product: str
    site: str
    preference: float
    steps: tuple[Step, ...]

    @property
    def yield_rate(self) -> float:
        """Share of good output: the lowest of its steps, which run together, not in a row."""
        return min(step.yield_rate for step in self.steps)

    @property
    def lead_time_days(self) -> float:
        """Days from the start of a lot until it can be used: the longest of its steps."""
        return max(step.lead_time_days for step in self.steps)


@dataclass(frozen=True)
class Lot:
    """Production lot of a product, in pieces; None where none is declared."""

    minimum: float | None
    multiple: float | None

    @property
    def size(self) -> float | None:
        """Pieces of one lot; None where no lot is declared."""
        if self.minimum is None and self.multiple is None:
            return None
        return max(self.minimum or 1.0, self.multiple or 1.0, 1.0)


@dataclass(frozen=True)
class Hours:
    """Effective hours of a resource in a month: calendar hours times efficiency."""

    regular: float
    overtime: float


@remember()
def routes(snapshot: Snapshot) -> Mapping[str, tuple[Route, ...]]:
    """Return the routes of each product, preferred one first.

    Rows of a product with the same site and preference form one route. A missing preference
    counts as 1; a missing site is the resource's.

    Raises:
        DataProblem: A yield is not above 0 and at most 1, or a lead time is negative.
    """
    rows = snapshot.rows(
        """
        SELECT t.product, coalesce(t.site, r.site, ''), coalesce(t.preference, 1), t.resource,
               t.hours_per_unit, coalesce(t.setup_hours, 0), coalesce(t.setup_cost, 0),
               coalesce(t.yield_rate, 1), coalesce(t.lead_time_days, 0)
        FROM routings t LEFT JOIN resources r USING (resource)
        ORDER BY 1, 3, 2, 4
        """
    )
    steps: dict[tuple[str, float, str], list[Step]] = {}
    for product, site, preference, *step in rows:
        steps.setdefault((product, preference, site), []).append(_checked(product, Step(*step)))
    found: dict[str, list[Route]] = {}
    for (product, preference, site), entries in steps.items():
        found.setdefault(product, []).append(Route(product, site, preference, tuple(entries)))
    return {product: tuple(ways) for product, ways in found.items()}


def _checked(product: str, step: Step) -> Step:
    where = f"of {product} on {step.resource} in 'routings'"
    if not 0 < step.yield_rate <= 1:
        raise DataProblem(
            f"The yield {where} is {step.yield_rate:g}. Give it as a share above 0, at most 1."
        )
    if step.lead_time_days < 0:
        raise DataProblem(
            f"The lead time {where} is {step.lead_time_days:g} days. It cannot be negative."
        )
    return step


def yields(snapshot: Snapshot) -> Mapping[str, float]:
    """Return the share of good output of each product on its preferred route.

    Empty without routings and resources.
    """
    if not (snapshot.has("routings") and snapshot.has("resources")):
        return {}
    return {product: ways[0].yield_rate for product, ways in routes(snapshot).items()}


@remember()
def lots(snapshot: Snapshot) -> Mapping[str, Lot]:
    """Return the production lot of each product."""
    rows = snapshot.rows("SELECT product, lot_min, lot_multiple FROM products")
    return {product: Lot(minimum, multiple) for product, minimum, multiple in rows}


@remember()
def available_hours(
    snapshot: Snapshot, months: tuple[date, ...], after: date | None = None
) -> Mapping[tuple[str, date], Hours]:
    """Return the effective hours by resource and month.

    With `after`, days up to that one count as over: they have no hours left.

    A month for which the calendar has no day of the resource is left out: unknown, not 0.
    """
    rows = snapshot.rows(
        """
        SELECT c.resource, date_trunc('month', c.date)::DATE,
               sum(CASE WHEN c.date > $after THEN c.hours ELSE 0 END
                   * coalesce(r.efficiency, 1)),
               sum(CASE WHEN c.date > $after THEN coalesce(c.overtime_hours, 0) ELSE 0 END
                   * coalesce(r.efficiency, 1))
        FROM calendars c LEFT JOIN resources r USING (resource)
        WHERE c.date >= $first AND c.date < $end
        GROUP BY ALL ORDER BY 1, 2
        """,
        {
            "first": months[0],
            "end": add_months(months[-1], 1),
            "after": after or months[0] - timedelta(days=1),
        },
    )
    return {(resource, month): Hours(*hours) for resource, month, *hours in rows}


def require_calendar(
    hours: Mapping[tuple[str, date], Hours], resources: Sequence[str], months: Sequence[date]
) -> None:
    """Check that every resource has a calendar in every month.

    Raises:
        DataProblem: A calendar ends too early; the message says which one and where.
    """
    for resource in resources:
        for month in months:
            if (resource, month) not in hours:
                raise DataProblem(
                    f"The calendar of {resource} has no days in {month:%B %Y}. Add them to "
                    "'calendars', or ask for fewer months."
                )


def resources_of(
    snapshot: Snapshot,
    *,
    site: str | None = None,
    family: str | None = None,
    product: str | None = None,
) -> tuple[str, ...]:
    """Return the resources at a site, or on the preferred route of a product or family.

    Raises:
        DataProblem: The product or family has no routing.
    """
    snapshot.require("routings", "resources", to="check capacity")
    where = _site_filter(snapshot, site)
    if product is None and family is None:
        return tuple(name for name in snapshot.names("resource") if where(name))
    made = [product] if product else _products_of(snapshot, family or "")
    ways = routes(snapshot)
    used = {step.resource for name in made if name in ways for step in ways[name][0].steps}
    if not used:
        raise DataProblem(
            f"No routing is known for {product or family}: add it to 'routings' to check capacity."
        )
    return tuple(sorted(name for name in used if where(name)))


def _site_filter(snapshot: Snapshot, site: str | None) -> Callable[[str], bool]:
    if site is None:
        return lambda _: True
    rows = snapshot.rows("SELECT resource FROM resources WHERE site = $site", {"site": site})
    inside = {resource for (resource,) in rows}
    return lambda name: name in inside


def _products_of(snapshot: Snapshot, family: str) -> list[str]:
    rows = snapshot.rows(
        "SELECT product FROM products WHERE family = $family ORDER BY 1", {"family": family}
    )
    return [product for (product,) in rows]
