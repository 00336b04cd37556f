"""Levers on how things move: lanes closed or dearer, and who may serve whom."""

from typing import Literal

from pydantic import Field, model_validator

from planning_engine.levers.window import Typed, Windowed


class LaneClosedLever(Windowed):
    """Nothing moves on the lanes named; one place alone closes all its lanes on that side."""

    kind: Literal["lane_closed"] = "lane_closed"
    from_site: str | None = None
    to_site: str | None = None
    product: str | None = Field(None, description="Only this product.")

    @model_validator(mode="after")
    def _names_something(self) -> "LaneClosedLever":
        if not (self.from_site or self.to_site):
            raise ValueError("name the site it leaves or the site it reaches")
        return self


class LaneCostLever(Typed):
    """Another cost to move one unit."""

    kind: Literal["lane_cost"] = "lane_cost"
    from_site: str | None = None
    to_site: str | None = None
    product: str | None = Field(None, description="Only this product.")
    percent: float | None = Field(None, ge=-100, le=1000)
    cost: float | None = Field(None, ge=0, description="New cost of one unit.")

    @model_validator(mode="after")
    def _one_change(self) -> "LaneCostLever":
        self.exactly_one("percent", "cost")
        return self


class ExclusiveSourceLever(Typed):
    """Who may serve whom: ties a target to one source, a source to one target, or both.

    `source` is a site that lanes leave, or a supplier; `target` is the site served. With
    `binds` target, the target takes from nobody else; with source, the source serves nobody
    else; with both, each has only the other.
    """

    kind: Literal["exclusive_source"] = "exclusive_source"
    source: str
    target: str | None = Field(None, description="Site; every site if left out.")
    product: str | None = Field(None, description="Only this product.")
    binds: Literal["target", "source", "both"] = "target"

    @model_validator(mode="after")
    def _has_a_target(self) -> "ExclusiveSourceLever":
        if self.binds != "target" and not self.target:
            raise ValueError("a source that serves one place only needs that target")
        return self
