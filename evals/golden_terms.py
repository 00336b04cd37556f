"""The terms of a textbook problem, whatever it calls them, and its distribution of demand."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from planning_engine.errors import BadRequest
from planning_engine.supply.policies.demand_laws import (
    DemandLaw,
    Discrete,
    Lognormal,
    NegativeBinomial,
    Normal,
    Poisson,
    Uniform,
)

Json = Mapping[str, Any]  # Any: JSON

_NAMES = {
    "order_cost": "fixed_cost order_cost setup_cost K ordering_cost",
    "holding": "holding_cost h holding over_cost overage_cost",
    "stockout": "stockout_cost p backorder_cost penalty_cost shortage_cost under_cost "
    "underage_cost",
    "demand": "demand_rate demand mean_per_year demand_mean mean lambda annual_demand",
    "mean": "mean demand_mean mean_per_year mu_demand demand_rate demand",
    "sd": "sd demand_sd standard_deviation demand_standard_deviation sd_per_year sigma",
    "lead_time": "lead_time lead_time_years lead_time_periods L",
    "rate": "holding_cost_rate holding_rate i",
    "production": "production_rate P",
    "breakpoints": "breakpoints breaks",
    "unit_costs": "unit_costs prices",
    "periods": "periods num_periods horizon T",
    "revenue": "selling_revenue revenue selling_price price r",
    "purchase": "purchase_cost c unit_cost",
    "salvage": "salvage_value v salvage",
    "failures": "disruption_rate disruption_prob disruption_probability lambda alpha",
    "recoveries": "recovery_rate recovery_prob recovery_probability mu beta",
}


@dataclass(frozen=True)
class Terms:
    """The parameters of a problem, read by meaning.

    Attributes:
        given: The parameters as they stand.
        folder: Where the problem and the instances lie.
    """

    given: Json
    folder: Path

    def find(self, meaning: str) -> Any:  # Any: JSON
        """Return a parameter, None if it is not given."""
        for name in _NAMES.get(meaning, meaning).split():
            if self.given.get(name) is not None:
                return self.given[name]
        return None

    def number(self, meaning: str, default: float | None = None) -> float:
        """Return a parameter that is one number.

        Raises:
            BadRequest: It is not given, and there is no default.
        """
        value = self.find(meaning)
        if isinstance(value, int | float):
            return float(value)
        if value is None and default is not None:
            return default
        raise BadRequest(f"The problem gives no {meaning.replace('_', ' ')} as one number.")

    def row(self, meaning: str, count: int | None = None) -> list[float]:
        """Return a parameter by period; one number stands for each of `count` periods."""
        value = self.find(meaning)
        if isinstance(value, int | float) and count is not None:
            return [float(value)] * count
        if isinstance(value, list):
            return (
                [float(entry) for entry in value[-count:] if entry is not None]
                if count
                else [float(entry) for entry in value if entry is not None]
            )
        raise BadRequest(f"The problem gives no {meaning.replace('_', ' ')} as a list.")

    def law(self, kind: str) -> DemandLaw:
        """Return the law of one period's demand that the kind and the parameters speak of."""
        chances = (
            self.given.get("demand_pmf") or self.given.get("pmf") or self.given.get("probabilities")
        )
        if isinstance(chances, Mapping):
            return Discrete({float(value): float(chance) for value, chance in chances.items()})
        if isinstance(chances, list):
            values = self.given.get("demand_values") or self.given.get("demand_list")
            values = values or range(len(chances))
            return Discrete(dict(zip(map(float, values), map(float, chances), strict=True)))
        if "lognormal" in kind or ("mu" in self.given and "sigma" in self.given):
            return Lognormal(float(self.given["mu"]), float(self.given["sigma"]))
        if "uniform" in kind and ("lo" in self.given or "low" in self.given):
            return Uniform(
                float(self.given.get("lo", self.given.get("low"))),
                float(self.given.get("hi", self.given.get("high"))),
            )
        if "binomial" in kind:
            return NegativeBinomial(self.number("mean"), self.number("sd") ** 2)
        if "poisson" in kind or self.find("sd") is None:
            return Poisson(self.number("mean"))
        return Normal(self.number("mean"), self.number("sd"))


def terms_of(problem: Json, folder: Path) -> Terms:
    """Return the terms of a problem; what it leaves out comes from its instance, if any."""
    given = problem.get("parameters") or {}
    stored = instances(folder).get(str(given.get("instance") or problem.get("id")), {})
    content = stored if "_nodes" not in stored else {}
    return Terms({**content, **given}, folder)


def instance_of(problem: Json, folder: Path) -> Json | None:
    """Return the network that a problem names, None if it names none."""
    given = problem.get("parameters") or {}
    for name in (given.get("instance"), given.get("instance_name"), problem.get("id")):
        found = instances(folder).get(str(name), {})
        if "_nodes" in found:
            return found
    return None


@cache
def instances(folder: Path) -> Mapping[str, Json]:
    """Return the data of every instance of stockpyl's file, by name; none where it is missing."""
    for path in sorted(folder.glob("*instances*.json*")):
        raw = path.read_bytes()
        content = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
        return {str(entry["name"]): entry["data"] for entry in content["instances"]}
    return {}
