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
        kept += _by_site(table, among("site", scope.sites), present)
    if scope.regions:
        kept += _by_region(table, among("region", scope.regions), present)
    return kept


def among(column: str, names: Iterable[str], *, missing: bool = False) -> str:
    """Return the condition `column IN (…)`, which a missing value also meets if asked."""
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(names))
    inside = f"{column} IN ({quoted})"
    return f"({inside} OR {column} IS NULL)" if missing else inside


def _by_family(table: Table, families: frozenset[str]) -> list[str]:
    if "family" in table.names:
        return [among("family", families, missing=table.name != "budget")]
    if "product" in table.names:
        inside = among("family", families, missing=True)
        return [
            f"product IN (SELECT product FROM all_products WHERE {inside} OR stage <> 'finished')"
        ]
    return []


def _by_site(table: Table, inside: str, present: Collection[str]) -> list[str]:
    if "site" in table.names:
        return [inside]
    if "resource" in table.names and "resources" in present:
        return [f"resource IN (SELECT resource FROM all_resources WHERE {inside})"]
    return []


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
