"""The plan of record: a scenario that a person approved, as a recipe that can be computed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest
from planning_engine.levers import Lever
from planning_engine.plan import Figure, Plan, build


@dataclass(frozen=True)
class PlanOfRecord:
    """A plan that counts: the facts and levers it follows from, and the figures approved.

    `digest` is the plan's, over all quantities and figures; the same facts and levers give it
    again. `levers` are in the order pulled, with ids in place of names.
    """

    id: str
    title: str
    snapshot: str
    months: int
    levers: tuple[Lever, ...]
    digest: str
    figures: tuple[Figure, ...]
    approved_by: str
    approved_on: date
    reason: str = ""

    def figure(self, name: str) -> Figure | None:
        """Return a figure by name; None if it was not recorded."""
        return next((figure for figure in self.figures if figure.name == name), None)


def recomputed(snapshot: Snapshot, levers: Sequence[Lever], months: int, digest: str) -> Plan:
    """Return the plan computed again, which must be the one that was seen.

    Args:
        snapshot: The facts it was drafted on, not narrowed.
        levers: What it changes.
        months: Months it reaches.
        digest: The digest of the plan that was seen.

    Raises:
        BadRequest: The plan is another one today.
    """
    plan = build(snapshot, months, levers)
    if plan.digest != digest:
        raise BadRequest(
            f"The plan computed again is not the one drafted ({plan.digest} instead of {digest}), "
            "so it cannot become the plan of record. Draft it again and look at its figures."
        )
    return plan
