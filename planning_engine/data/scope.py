"""What part of a company a person may see, and how it narrows each table."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from planning_engine.data.schema import Table


@dataclass(frozen=True)
class Scope:
    """What part of the company a person may see; an empty set means all of it."""

    families: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Tell whether nothing is held back."""
        return not (self.families or self.sites or self.regions)

    def sentence(self) -> str:
        """Return the scope in words, e.g. `region North only`; empty if it is everything."""
        kinds = (("family", self.families), ("site", self.sites), ("region", self.regions))
        parts = [f"{kind} {', '.join(sorted(names))}" for kind, names in kinds if names]
        return f"{'; '.join(parts)} only" if parts else ""


def conditions(table: Table, scope: Scope, present: Collection[str]) -> list[str]:
    """Return the SQL conditions that keep a scope's rows of a table.

    The unnarrowed tables are the relations `all_<name>`. A region reaches a row through its
    customer, its site or its resource's site, as the schema says; a row that cannot be
    placed is held back.

    Args:
        table: The table to narrow.
        scope: What may be seen.
        present: Names of the tables the snapshot has.
    """
    kept = _by_family(table, scope.families) if scope.families else []
    if scope.sites:
        kept += _by_site(table, scope.sites, present)
    if scope.regions:
        kept += _by_region(table, among("region", scope.regions), present)
    return kept


def among(column: str, names: Iterable[str]) -> str:
    """Return the condition `column IN (…)`; a missing value does not meet it."""
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(names))
    return f"{column} IN ({quoted})"


def _by_family(table: Table, families: frozenset[str]) -> list[str]:
    # Components serve every family; a finished product without a family cannot be placed.
    products = f"({among('family', families)} OR coalesce(stage, 'finished') <> 'finished')"
    listed = f"product IN (SELECT product FROM all_products WHERE {products})"
    match table.name:
        case "products":
            return [products]
        case "events":
            everyone = "(family IS NULL AND product IS NULL)"
            return [f"({among('family', families)} OR {listed} OR {everyone})"]
        case "budget":
            return [among("family", families)]
    return [listed] if "product" in table.names else []


def _by_site(table: Table, sites: frozenset[str], present: Collection[str]) -> list[str]:
    inside = among("site", sites)
    if "site" in table.names:
        return [inside]
    if table.name == "lanes":
        return [f"({among('from_site', sites)} OR {among('to_site', sites)})"]
    if "resource" in table.names and "resources" in present:
        return [f"resource IN (SELECT resource FROM all_resources WHERE {inside})"]
    # Company-wide targets are not split by site.
    return ["false"] if table.regions == "withheld" else []


def _by_region(table: Table, inside: str, present: Collection[str]) -> list[str]:
    sites = f"SELECT site FROM all_sites WHERE {inside}"
    match table.regions:
        case "open":
            return []
        case "region":
            return [f"({inside} OR region IS NULL)" if table.name == "events" else inside]
        case "customer" if "customers" in present:
            return [f"customer IN (SELECT customer FROM all_customers WHERE {inside})"]
        case "site" if "sites" in present:
            return [f"site IN ({sites})"]
        case "resource" if {"sites", "resources"} <= set(present):
            return [f"resource IN (SELECT resource FROM all_resources WHERE site IN ({sites}))"]
    return ["false"]
