"""The names and units people use, read once for an answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from planning_engine.data.snapshot import Snapshot


@dataclass(frozen=True)
class Names:
    """Names of products, sites, resources and events; units of products; the currency."""

    products: Mapping[str, str]
    families: Mapping[str, str | None]
    units: Mapping[str, str]
    sites: Mapping[str, str]
    resources: Mapping[str, str]
    events: Mapping[str, tuple[str, str]]
    currency: str

    def product(self, identity: str) -> str:
        """Return the name of a product."""
        return self.products.get(identity, identity)

    def unit(self, product: str) -> str:
        """Return the unit of a product's quantities; `units` if none is declared."""
        return self.units.get(product, "units")

    def site(self, identity: str) -> str:
        """Return the name of a site."""
        return self.sites.get(identity, identity)

    def resource(self, identity: str) -> str:
        """Return a resource's id, with its name beside it where it has another."""
        label = self.resources.get(identity, identity)
        return identity if label == identity else f"{identity} ({label})"

    def event(self, identity: str) -> str:
        """Return an event's kind and name: `promotion 'Spring Deal'`."""
        kind, name = self.events.get(identity, ("event", identity))
        return f"{kind} '{name}'"

    def stock(self, product: str, site: str) -> str:
        """Return a product and the site it lies at."""
        return f"{self.product(product)} at {self.site(site)}" if site else self.product(product)

    def unit_of_all(self, products: set[str]) -> str:
        """Return the one unit of some products; `units` if they have several."""
        found = {self.unit(product) for product in products}
        return found.pop() if len(found) == 1 else "units"


def names_of(snapshot: Snapshot) -> Names:
    """Return the names a person may see."""
    rows = snapshot.rows(
        "SELECT product, coalesce(name, product), family, coalesce(unit, 'units') FROM products"
    )
    return Names(
        products={product: name for product, name, _, _ in rows},
        families={product: family for product, _, family, _ in rows},
        units={product: unit for product, _, _, unit in rows},
        sites=snapshot.labels("site") if snapshot.has("sites") else {},
        resources=snapshot.labels("resource") if snapshot.has("resources") else {},
        events=_events(snapshot),
        currency=snapshot.company.currency,
    )


def _events(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    if not snapshot.has("events"):
        return {}
    rows = snapshot.rows("SELECT event, coalesce(kind, 'event'), coalesce(name, event) FROM events")
    return {event: (kind, name) for event, kind, name in rows}
