"""A company's network as a guaranteed-service network: what is bought, made and moved where.

A stage is a product at a site: a component where it is used, a product where it is made, a
product where it is sold. Its time is the supplier's lead time, the making, or the longest lane
to it; its holding cost is its standard cost, so that the cost of a placement is stock value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from planning_engine.data.memory import remember
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem
from planning_engine.supply.capacity.routing import routes
from planning_engine.supply.placement.guaranteed_service import (
    Placement,
    ServiceNetwork,
    ServiceStage,
    placed,
    pooled_spreads,
)
from planning_engine.supply.placement.service_network import place_safety_stock
from planning_engine.supply.policies.policy import DAYS_PER_MONTH, monthly_sales
from planning_engine.supply.requirements.requirements import Place, bill_of_materials

GAP = 1e-3
LONGEST_S = 40.0
SEPARATOR = " @ "


@dataclass(frozen=True)
class PlacementTerms:
    """What a placement is asked for.

    Attributes:
        service_level: z of demand to be covered, as a share; None takes each policy's.
        promise_days: Days customers wait for a delivery.
        making_days: Days to make a lot where no routing says.
        family: Only this family and its components; None for everything.
    """

    service_level: float | None = None
    promise_days: int = 0
    making_days: int = 1
    family: str | None = None


@dataclass(frozen=True)
class HeldStock:
    """Safety stock of one product at one site.

    Attributes:
        kind: bought, made or moved: how it gets there.
        days: Net time that the stock must last, in days.
        quantity: Pieces; 0 where nothing is held.
        value: At standard cost.
        service_days: What the stage promises its customers.
        at_the_end: Value held here when only the last stages hold stock.
    """

    place: Place
    kind: str
    days: float
    quantity: float
    value: float
    service_days: float
    at_the_end: float


@dataclass(frozen=True)
class CompanyPlacement:
    """Where a company's safety stock is best held.

    Attributes:
        stocks: Every stage, the most valuable stock first.
        value: Of all of it.
        at_the_end: Value when every stage waits for its inputs and only the last ones hold stock.
        gap: How far the value may lie above the least one, as a share.
        method: How it was found.
        left_out: Products sold without cost, deviation or service level to place them by.
        assumed_making: Whether a making time was assumed for a product.
    """

    stocks: tuple[HeldStock, ...]
    value: float
    at_the_end: float
    gap: float
    method: str
    left_out: tuple[Place, ...]
    assumed_making: bool

    @property
    def saved(self) -> float:
        """Value less than when everything is held at the end."""
        return self.at_the_end - self.value


@remember()
def place_company_stock(
    snapshot: Snapshot, terms: PlacementTerms | None = None
) -> CompanyPlacement:
    """Return where to hold safety stock so that its value is least.

    Args:
        snapshot: The company's facts, all of them.
        terms: What is asked for.

    Raises:
        NotPermitted: A narrowed scope: components serve every family and site.
        DataProblem: Nothing sold has a cost, sales and a service level.
    """
    terms = terms or PlacementTerms()
    snapshot.require("sales", "products", to="place safety stock")
    snapshot.require_everything(to="place safety stock")
    if terms.service_level is not None and not 0.5 <= terms.service_level < 1:
        raise BadRequest(f"A service level lies between 0.5 and 1, not {terms.service_level:g}.")
    reader = _Reader(snapshot, terms)
    network = reader.network()
    best = place_safety_stock(network, LONGEST_S, GAP)
    late = placed(network, {n: network.most_promised(n) for n in network.order}, 0.0, "")
    stocks = [reader.held(network, best, late, name) for name in network.order]
    return CompanyPlacement(
        stocks=tuple(sorted(stocks, key=lambda held: (-held.value, held.place))),
        value=best.cost,
        at_the_end=late.cost,
        gap=best.gap,
        method=best.method,
        left_out=tuple(sorted(reader.left_out)),
        assumed_making=reader.assumed_making,
    )


class _Reader:
    """Reads the stages and arcs of a company from its end, the places where it sells."""

    def __init__(self, snapshot: Snapshot, terms: PlacementTerms) -> None:
        self.snapshot, self.terms = snapshot, terms
        self.left_out: list[Place] = []
        self.assumed_making = False
        self.products = {
            product: (cost, family)
            for product, cost, family in snapshot.rows(
                "SELECT product, standard_cost, family FROM products"
            )
        }
        self.bom = bill_of_materials(snapshot)
        self.routes = (
            routes(snapshot)
            if snapshot.has(
                "routings",
            )
            and snapshot.has("resources")
            else {}
        )
        self.lanes, self.bought = _lanes(snapshot), _bought(snapshot)
        self.times: dict[str, float] = {}
        self.kinds: dict[str, str] = {}
        self.places: dict[str, Place] = {}
        self.arcs: dict[tuple[str, str], float] = {}
        self.own: dict[str, float] = {}

    def network(self) -> ServiceNetwork:
        """Return the network.

        Raises:
            DataProblem: There is nothing to place.
        """
        levels = _service_levels(self.snapshot)
        for place, (_, deviation) in monthly_sales(self.snapshot).items():
            cost, family = self.products.get(place[0], (None, None))
            if self.terms.family not in (None, family):
                continue
            level = self.terms.service_level or levels.get(place)
            if cost is None or level is None or deviation <= 0:
                self.left_out.append(place)
                continue
            z = NormalDist().inv_cdf(max(level, 0.5))
            self.own[self._stage(place)] = z * deviation / sqrt(DAYS_PER_MONTH)
        if not self.own:
            raise DataProblem(
                "No product that is sold has a standard cost, varying sales and a service level in "
                "'policies'. Add them, or ask for a service level."
            )
        order = ServiceNetwork(
            tuple(ServiceStage(name, 0, 0, 0) for name in self.times), tuple(self.arcs)
        ).order
        spread = pooled_spreads(tuple(self.arcs), order, self.own, self.arcs)
        return ServiceNetwork(
            tuple(
                ServiceStage(
                    name,
                    self.products[self.places[name][0]][0] or 0.0,
                    self.times[name],
                    spread[name],
                    promise=float(self.terms.promise_days) if name in self.own else None,
                )
                for name in order
            ),
            tuple(self.arcs),
        )

    def _stage(self, place: Place) -> str:
        """Return the stage of a product at a site, read with all that feeds it."""
        name = SEPARATOR.join(place) if place[1] else place[0]
        if name in self.times:
            return name
        self.places[name], self.times[name] = place, 0.0
        product, site = place
        ways = [way for way in self.routes.get(product, ()) if way.site == site]
        if place in self.lanes and not ways:
            self.kinds[name], self.times[name] = (
                "moved",
                float(ceil(max(self.lanes[place].values()))),
            )
            feeding = {(product, source): 1.0 for source in self.lanes[place]}
        elif place in self.bought and not ways:
            self.kinds[name], self.times[name] = "bought", float(ceil(self.bought[place]))
            feeding = {}
        else:
            self.kinds[name], self.times[name] = (
                "made",
                self._making(ways[0].lead_time_days if ways else 0),
            )
            feeding = {(part.component, site): part.quantity for part in self.bom.get(product, ())}
        for source, quantity in feeding.items():
            if self._is_known(source):
                self.arcs[(self._stage(source), name)] = quantity
        return name

    def _is_known(self, place: Place) -> bool:
        """Tell whether a feeding place can hold stock: its cost is known."""
        return self.products.get(place[0], (None, None))[0] is not None

    def _making(self, days: float) -> float:
        if days > 0:
            return float(ceil(days))
        self.assumed_making = True
        return float(self.terms.making_days)

    def held(
        self, network: ServiceNetwork, best: Placement, late: Placement, name: str
    ) -> HeldStock:
        """Return what a placement holds at one stage."""
        stage = network.by_name[name]
        days = max(0.0, best.inbound[name] + stage.time - best.service[name])
        waits = max(0.0, late.inbound[name] + stage.time - late.service[name])
        quantity = stage.spread * sqrt(days)
        return HeldStock(
            self.places[name],
            self.kinds[name],
            days,
            quantity,
            quantity * stage.holding_cost,
            best.service[name],
            stage.holding_cost * stage.spread * sqrt(waits),
        )


def _service_levels(snapshot: Snapshot) -> Mapping[Place, float]:
    if not snapshot.has("policies"):
        return {}
    rows = snapshot.rows(
        "SELECT product, coalesce(site, ''), service_level FROM policies "
        "WHERE service_level > 0 AND service_level < 1"
    )
    return {(product, site): level for product, site, level in rows}


def _lanes(snapshot: Snapshot) -> Mapping[Place, Mapping[str, float]]:
    """Return the lead time in days by receiving place and sending site."""
    found: dict[Place, dict[str, float]] = {}
    if snapshot.has("lanes"):
        for product, source, site, days in snapshot.rows(
            "SELECT product, from_site, to_site, max(coalesce(lead_time_days, 0)) FROM lanes "
            "GROUP BY ALL ORDER BY ALL"
        ):
            found.setdefault((product, site), {})[source] = days
    return found


def _bought(snapshot: Snapshot) -> Mapping[Place, float]:
    """Return the lead time in days of the preferred supplier, by place."""
    if not snapshot.has("sourcing"):
        return {}
    rows = snapshot.rows(
        "SELECT product, coalesce(site, ''), arg_min(coalesce(lead_time_days, 0), "
        "(coalesce(preference, 1), supplier)) FROM sourcing GROUP BY ALL ORDER BY ALL"
    )
    return {(product, site): days for product, site, days in rows}
