"""Overrides of demand as approved: rows are added, never changed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from assistant.store.conversations import new_code
from assistant.store.database import Database
from assistant.store.decision_log import StoredProposal
from assistant.store.tables import demand_overrides
from planning_engine.demand.plan.adjustment import Adjustment

KIND = "override"


class OverrideRecords:
    """Reads and keeps approved overrides."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def overrides(self, until: datetime | None = None) -> tuple[Adjustment, ...]:
        """Return the overrides, earliest approved first.

        Args:
            until: Only those approved up to that moment; all if left out.
        """
        query = select(demand_overrides).order_by(demand_overrides.c.seq)
        if until is not None:
            query = query.where(demand_overrides.c.approved_at <= until)
        with self._database.reading() as connection:
            return tuple(_adjustment(row) for row in connection.execute(query).all())

    def record(
        self, connection: Connection, settled: StoredProposal, person: str, at: datetime
    ) -> None:
        """Add the override that an approved proposal is.

        Args:
            connection: A transaction.
            settled: The proposal, as decided.
            person: Who approved it.
            at: When.
        """
        body = settled.pending.proposal.body
        connection.execute(
            insert(demand_overrides).values(
                id=new_code("o"),
                product=body["product"],
                site=body["site"],
                start=date.fromisoformat(body["start"]),
                end=date.fromisoformat(body["end"]),
                quantity=body["quantity"],
                percent=body["percent"],
                author=body["author"],
                reason=body["reason"],
                expires_on=date.fromisoformat(body["expires_on"]) if body["expires_on"] else None,
                approved_by=person,
                approved_at=at,
                channel=settled.channel or "",
                proposal=settled.pending.id,
            )
        )


class VisibleOverrides:
    """The overrides approved by one moment: what tools are handed."""

    def __init__(self, records: OverrideRecords, until: datetime) -> None:
        self._records = records
        self._until = until

    def overrides(self) -> Sequence[Adjustment]:
        """Return them, earliest approved first."""
        return self._records.overrides(self._until)


def _adjustment(row: Row[Any]) -> Adjustment:
    return Adjustment(
        id=row.id,
        product=row.product,
        site=row.site,
        start=row.start,
        end=row.end,
        quantity=row.quantity,
        percent=row.percent,
        author=row.author,
        reason=row.reason,
        expires_on=row.expires_on,
        approved_by=row.approved_by,
        approved_on=row.approved_at.date(),
    )
