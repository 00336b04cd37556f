"""What two lists of levers differ in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from planning_engine.levers import Lever
from planning_engine.levers.phrases import phrase, subject


@dataclass(frozen=True)
class LeverChange:
    """One difference: a lever added, removed, changed, or pulled at another place in the order."""

    kind: Literal["added", "removed", "changed", "moved"]
    before: Lever | None
    after: Lever | None

    def sentence(self) -> str:
        """Return the difference in words, without a full stop."""
        if self.kind == "changed" and self.before and self.after:
            return f"changed: {phrase(self.before)} became {phrase(self.after)}"
        lever = self.after or self.before
        return f"{self.kind}: {phrase(lever)}" if lever else self.kind


def difference(before: Sequence[Lever], after: Sequence[Lever]) -> tuple[LeverChange, ...]:
    """Return what turns one list of levers into another.

    A lever that is about the same thing in both lists but does something else is changed; one
    that stands in both at another place among those that stay is moved. Equal lists have no
    difference.

    Example:
        >>> from planning_engine.levers import CapacityLever
        >>> ten, twenty = (CapacityLever(resource="L3", hours=h) for h in (10, 20))
        >>> [change.sentence() for change in difference([ten], [twenty])]
        ['changed: capacity L3 (hours 10) became capacity L3 (hours 20)']
    """
    gone, come = list(before), list(after)
    kept_before: list[Lever] = []
    for lever in before:
        if lever in come:
            come.remove(lever)
            gone.remove(lever)
            kept_before.append(lever)
    changes = []
    for lever in tuple(gone):
        heir = next((entry for entry in come if subject(entry) == subject(lever)), None)
        if heir is not None:
            gone.remove(lever)
            come.remove(heir)
            changes.append(LeverChange("changed", lever, heir))
    kept_after = list(after)
    for lever in come:
        kept_after.remove(lever)
    for change in changes:
        if change.after is not None:
            kept_after.remove(change.after)
    return (
        *changes,
        *(LeverChange("removed", lever, None) for lever in gone),
        *(LeverChange("added", None, lever) for lever in come),
        *_moved(kept_before, kept_after),
    )


def _moved(before: Sequence[Lever], after: Sequence[Lever]) -> tuple[LeverChange, ...]:
    """Return the fewest levers that, taken out, leave both lists in the same order."""
    staying = _longest_common(before, after)
    moved = list(after)
    for lever in staying:
        moved.remove(lever)
    return tuple(LeverChange("moved", lever, lever) for lever in moved)


def _longest_common(one: Sequence[Lever], two: Sequence[Lever]) -> tuple[Lever, ...]:
    best: dict[tuple[int, int], tuple[Lever, ...]] = {}
    for i in range(len(one) + 1):
        for j in range(len(two) + 1):
            if i == 0 or j == 0:
                best[(i, j)] = ()
            elif one[i - 1] == two[j - 1]:
                best[(i, j)] = (*best[(i - 1, j - 1)], one[i - 1])
            else:
                best[(i, j)] = max(best[(i - 1, j)], best[(i, j - 1)], key=len)
    return best[(len(one), len(two))]
