"""A snapshot: one company's facts, frozen and read through DuckDB."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import pandas as pd

from planning_engine.data.columns import conform, stored_columns
from planning_engine.data.company import Company
from planning_engine.data.issue import Issue
from planning_engine.data.schema import TABLES
from planning_engine.data.scope import Scope, conditions
from planning_engine.errors import BadRequest, DataProblem, NotPermitted, UnknownName


@dataclass(frozen=True)
class Source:
    """Where a table came from: file or relation, content hash, and rows read."""

    table: str
    origin: str
    sha256: str
    rows: int


# Which column of which table names the things people ask about.
_KINDS: dict[str, tuple[str, str]] = {
    "product": ("products", "product"),
    "family": ("products", "family"),
    "site": ("sites", "site"),
    "region": ("customers", "region"),
    "customer": ("customers", "customer"),
    "channel": ("customers", "channel"),
    "resource": ("resources", "resource"),
    "supplier": ("sourcing", "supplier"),
    "event": ("events", "event"),
}
# Where else such things are named, when their own table did not come.
_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "site": ("sales", "stock", "orders", "receipts", "routings"),
    "customer": ("sales", "orders"),
    "resource": ("routings", "calendars", "production"),
    "supplier": ("receipts",),
}
_NAMED = {
    "product": "products",
    "site": "sites",
    "customer": "customers",
    "resource": "resources",
    "event": "events",
}


class Snapshot:
    """A company's facts as of one date; every read is narrowed to a scope.

    Reads go through `query`; the tables of `schema.TABLES` are the relations, each with all
    its declared columns (NULL where the source had none). A table the source lacked does
    not exist: ask `has` or `require` first.
    """

    def __init__(
        self,
        identity: str,
        company: Company,
        relations: Mapping[str, str | pd.DataFrame],
        *,
        issues: tuple[Issue, ...] = (),
        sources: tuple[Source, ...] = (),
        scope: Scope | None = None,
    ) -> None:
        """Open facts kept in Parquet files or frames.

        Args:
            identity: The snapshot's id, e.g. `s_91ab…`.
            company: Whose facts they are.
            relations: Table name → path of its Parquet file, or a frame.
            issues: What the quality check found and what was assumed.
            sources: Where each table came from.
            scope: What may be seen; everything by default.
        """
        self.id = identity
        self.company = company
        self.issues = issues
        self.sources = sources
        self.scope = scope or Scope()
        self._relations = dict(relations)
        self.origin: Snapshot | None = None
        """The facts before any lever; None where no lever was pulled."""

    def narrowed(self, scope: Scope) -> "Snapshot":
        """Return the same facts as a person of that scope may see them."""
        return self._copy(scope=scope)

    def with_tables(
        self,
        frames: Mapping[str, pd.DataFrame],
        recipe: str,
        company: Company | None = None,
    ) -> "Snapshot":
        """Return a snapshot in which some tables are replaced, as a scenario does.

        Args:
            frames: Table name → its whole new content, unnarrowed.
            recipe: What was changed; it goes into the new id, so the same recipe on the
                same snapshot has the same id.
            company: The company with other settings, such as fences; as it is if left out.
        """
        digest = hashlib.sha256(f"{self.id}|{recipe}".encode()).hexdigest()[:12]
        relations = {
            **self._relations,
            **{name: conform(TABLES[name], frame) for name, frame in frames.items()},
        }
        changed = self._copy(identity=f"{self.id}+{digest}", relations=relations, company=company)
        changed.origin = self.origin or self
        return changed

    def _copy(
        self,
        *,
        identity: str | None = None,
        relations: Mapping[str, str | pd.DataFrame] | None = None,
        scope: Scope | None = None,
        company: Company | None = None,
    ) -> "Snapshot":
        return Snapshot(
            identity or self.id,
            company or self.company,
            relations or self._relations,
            issues=self.issues,
            sources=self.sources,
            scope=scope or self.scope,
        )

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """What tells these facts, as seen in this scope, from any other, within a process."""
        places = sorted(
            (name, relation if isinstance(relation, str) else str(id(relation)))
            for name, relation in self._relations.items()
        )
        return (self.id, self.scope, tuple(places))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables this snapshot has, in the schema's order."""
        return tuple(name for name in TABLES if name in self._relations)

    def has(self, table: str) -> bool:
        """Tell whether the source had that table and the scope may see it."""
        return table in self._relations and not self._withheld(table)

    def require(self, *tables: str, to: str) -> None:
        """Check that the tables are there, or say what is missing.

        Args:
            tables: Names of tables.
            to: What they are needed for, as the end of a sentence: `check capacity`.

        Raises:
            DataProblem: A table is not in the data.
            NotPermitted: A table cannot be split by the person's scope.
        """
        for table in tables:
            if table not in self._relations:
                raise DataProblem(
                    f"The data has no table '{table}', which is needed to {to}. "
                    f"Add {table} to the import (see `sop template`)."
                )
            if self._withheld(table):
                raise NotPermitted(
                    f"You may see {self.scope.sentence()}, and '{table}', which is needed to "
                    f"{to}, is not kept at that level."
                )

    def require_everything(self, to: str) -> None:
        """Check that the person sees the whole company, for figures wrong in part.

        Args:
            to: What needs it, as the end of a sentence: `check capacity`.

        Raises:
            NotPermitted: The scope holds something back.
        """
        if not self.scope.is_everything:
            raise NotPermitted(
                f"You may see {self.scope.sentence()}; to {to}, the figures of the whole "
                "company are needed. Ask a planner."
            )

    def _withheld(self, table: str) -> bool:
        declared = TABLES[table]
        if declared.regions != "withheld":
            return False
        return bool(self.scope.regions) or (bool(self.scope.sites) and "site" not in declared.names)

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Run one SELECT over the tables, narrowed to the scope, and return its rows.

        Args:
            sql: A statement of the engine's own; `$name` marks a parameter.
            parameters: Values of the parameters.
        """
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, parameters or {}).df()

    def rows(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:  # Any: a column may be text, number or date
        """Run one SELECT as `query` does and return plain tuples; NULL is None."""
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, parameters or {}).fetchall()

    def frame(self, table: str) -> pd.DataFrame:
        """Return a whole table; for small ones. Large ones are aggregated with `query`."""
        keys = ", ".join(f'"{key}"' for key in TABLES[table].key)
        return self.query(f"SELECT * FROM {table} ORDER BY {keys}")

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the visible names of a kind (product, family, site, region, …), sorted."""
        if kind not in _KINDS:
            raise UnknownName("kind of thing", kind, _KINDS)
        return self._listing(kind, self._connection)

    def labels(self, kind: str) -> dict[str, str]:
        """Return id → the name people use, for products, sites, customers, resources, events."""
        if kind not in _NAMED or _NAMED[kind] not in self._relations:
            return {name: name for name in self.names(kind)}
        rows = self.query(
            f"SELECT {kind} AS id, coalesce(name, {kind}) AS label FROM {_NAMED[kind]} ORDER BY 1"
        )
        return dict(zip(rows["id"], rows["label"], strict=True))

    def find(self, kind: str, name: str) -> str:
        """Return the id of a thing named by id or by the name people use, any case.

        Raises:
            UnknownName: The company has no such thing; the nearest names are offered.
            BadRequest: Several things bear that name; their ids are offered.
            NotPermitted: It exists, but outside the scope.
        """
        found = self._words(kind).get(_folded(name), ())
        if len(found) == 1 or name in found:
            return found[0] if len(found) == 1 else name
        if found:
            raise BadRequest(
                f"'{name}' names {len(found)} things: {kind} {_either(found)}. Say which by its id."
            )
        if not self.scope.is_everything and _folded(name) in self._copy(scope=Scope())._words(kind):
            raise NotPermitted(
                f"You may not see {kind} '{name}': your access is {self.scope.sentence()}."
            )
        known = [*self.names(kind), *self.labels(kind).values()]
        raise UnknownName(kind, name, known)

    def label(self, kind: str, identity: str) -> str:
        """Return the name people use for an id."""
        return self.labels(kind).get(identity, identity)

    def issues_of(self, tables: Iterable[str]) -> tuple[Issue, ...]:
        """Return the warnings and assumptions that touch any of the tables."""
        wanted = set(tables)
        shown = ("warning", "assumption")
        return tuple(i for i in self.issues if i.table in wanted and i.severity in shown)

    def _words(self, kind: str) -> dict[str, tuple[str, ...]]:
        """Return folded word → the ids it may mean; an id means itself alone."""
        labels: dict[str, tuple[str, ...]] = {}
        for identity, label in self.labels(kind).items():
            labels[_folded(label)] = (*labels.get(_folded(label), ()), identity)
        ids: dict[str, tuple[str, ...]] = {}
        for identity in self.names(kind):
            ids[_folded(identity)] = (*ids.get(_folded(identity), ()), identity)
        return labels | ids

    def _listing(self, kind: str, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
        table, column = _KINDS[kind]
        places = [(table, column)]
        if kind == "region":
            places.append(("sites", "region"))
        if table not in self._relations:
            places += [(other, column) for other in _ELSEWHERE.get(kind, ())]
        selects = [
            f'SELECT DISTINCT "{col}" AS name FROM {tab} WHERE "{col}" IS NOT NULL'
            for tab, col in places
            if tab in self._relations
        ]
        if not selects:
            return ()
        with connection.cursor() as cursor:
            rows = cursor.execute(f"{' UNION '.join(selects)} ORDER BY 1").fetchall()
        # Sites are open to a regional scope, their regions are not.
        seen = self.scope.regions if kind == "region" else frozenset()
        return tuple(row[0] for row in rows if not seen or row[0] in seen)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        # One thread: sums of fractions taken by several threads differ in their last digits
        # from run to run, and the same question must give the same evidence. Questions of
        # several people still run side by side, each on its own cursor.
        connection = duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": 1})
        for name, relation in self._relations.items():
            if isinstance(relation, str):
                path = relation.replace("'", "''")
                stored = f"read_parquet('{path}')"
                columns = stored_columns(
                    TABLES[name], connection.execute(f"DESCRIBE FROM {stored}")
                )
                connection.execute(f"CREATE VIEW all_{name} AS SELECT {columns} FROM {stored}")
            else:
                # Pandas has no day type: without the cast, `date - date` would be an interval
                # on frames and a number of days on Parquet.
                connection.register(f"frame_{name}", relation)
                days = ", ".join(
                    f"CAST({column.name} AS DATE) AS {column.name}"
                    for column in TABLES[name].columns
                    if column.type == "date"
                )
                replaced = f" REPLACE ({days})" if days else ""
                # A table, not a view: a registered frame is unknown to a connection's cursors.
                connection.execute(
                    f"CREATE TABLE all_{name} AS SELECT *{replaced} FROM frame_{name}"
                )
                connection.unregister(f"frame_{name}")
        for name in self._relations:
            where = " AND ".join(conditions(TABLES[name], self.scope, self._relations)) or "true"
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM all_{name} WHERE {where}")
        return connection


def _folded(name: str) -> str:
    return re.sub(r"[\s_\-]+", " ", name).strip().casefold()


def _either(names: tuple[str, ...]) -> str:
    shown = [f"'{name}'" for name in names[:5]]
    return ", ".join(shown[:-1]) + f" or {shown[-1]}"
