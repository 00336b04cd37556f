"""What a textbook problem is held to: figures as printed, beside what the engine computes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from planning_engine.errors import PlanningError

RELATIVE = 1e-4
"""Share of a printed figure that the computed one may be off."""
_UNREADABLE = (ArithmeticError, LookupError, StopIteration, TypeError, ValueError)
NOT_YET = "no function for it in this version"


@dataclass(frozen=True)
class Check:
    """One figure of an answer: what the book prints and what the engine computes.

    `half` is half of the last digit printed.
    """

    what: str
    printed: float
    computed: float
    half: float

    @property
    def holds(self) -> bool:
        """Tell whether the two agree to the digits printed."""
        return isclose(self.computed, self.printed, abs_tol=self.half, rel_tol=1e-9)


@dataclass(frozen=True)
class Golden:
    """A problem with a known answer; `solve` is None while the engine cannot."""

    name: str
    solve: Callable[[], Sequence[Check]] | None = None

    def problem(self) -> str | None:
        """Return what is wrong with the engine's answer, None if nothing is."""
        if self.solve is None:
            return NOT_YET
        try:
            wrong = [check for check in self.solve() if not check.holds]
        except PlanningError as error:
            return str(error)
        except _UNREADABLE as error:
            return f"its parameters cannot be read: {error!r}"
        return "; ".join(f"{c.what} {c.computed:g}, not {c.printed:g}" for c in wrong) or None


Figures = Mapping[str, Any]  # Any: numbers, lists of them, or mappings of them

_SAME: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "order_quantity quantity lot lot_size q Q optimal_order_quantity",
        "cost total_cost expected_cost optimal_cost average_cost C_star g",
        "base_stock base_stock_level stock order_quantity S base_stocks newsvendor_quantity",
        "echelon_base_stock echelon_base_stock_level echelon_base_stock_levels S_star",
        "profit expected_profit optimal_profit",
        "stockout_fraction x backorder_fraction",
        "region price_break break",
        "quantities order_quantities orders Q",
        "order_multiples multiples m",
        "base_cycle_time cycle_time cycle T",
        "r reorder_point",
        "s reorder_point reorder_points",
        "S order_up_to order_up_to_level order_up_to_levels",
        "committed_service_time committed_service_times cst service_time service_times",
    )
)


def compare(printed: Figures, computed: Figures) -> list[Check]:
    """Return a check for each printed figure against the computed one of the same meaning.

    A figure that was not computed counts as wrong.
    """
    checks: list[Check] = []
    for name, value in printed.items():
        found = _named(name, computed)
        for label, figure in _flat(name, value):
            match = dict(_flat(name, found)).get(label) if found is not None else None
            checks.append(
                Check(label, figure, float("nan") if match is None else match, off(figure))
            )
    return checks


def off(printed: float) -> float:
    """Return how far a computed figure may be off: 1e-4 of it, or half its last decimal."""
    decimals = repr(float(printed)).partition(".")[2]
    plain = decimals not in ("", "0") and "e" not in decimals
    return max(abs(printed) * RELATIVE, 0.5 * 10 ** -len(decimals) if plain else 0.0)


def _named(name: str, computed: Figures) -> Any:  # Any: a figure, or several
    if name in computed:
        return computed[name]
    for group in _SAME:
        if name in group:
            for other in computed:
                if other in group:
                    return computed[other]
    return None


def _flat(name: str, value: Any) -> list[tuple[str, float]]:  # Any: JSON of an answer
    if isinstance(value, Mapping):
        return [pair for key, entry in value.items() for pair in _flat(f"{name} of {key}", entry)]
    if isinstance(value, list | tuple):
        return [
            pair
            for place, entry in enumerate(value, start=1)
            for pair in _flat(f"{name} {place}", entry)
        ]
    return [(name.replace("_", " "), float(value))]
