"""Plans of record as approved: rows are added, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, insert, select

from assistant.store.database import Database
from assistant.store.decision_log import StoredProposal
from assistant.store.tables import plans_of_record
from planning_engine.levers import Lever
from planning_engine.plan import Figure
from planning_engine.plan_of_record import PlanOfRecord

_LEVERS: TypeAdapter[tuple[Lever, ...]] = TypeAdapter(tuple[Lever, ...])


def read_levers(records: Sequence[Mapping[str, Any]]) -> tuple[Lever, ...]:  # Any: JSON
    """Return the levers of their records."""
    return _LEVERS.validate_python(records)


class PlanRecords:
    """Reads and keeps plans of record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plans(self, until: datetime | None = None) -> tuple[PlanOfRecord, ...]:
        """Return the plans, earliest approved first.

        Args:
            until: Only those approved up to that moment; all if left out.
        """
        query = select(plans_of_record).order_by(plans_of_record.c.seq)
        if until is not None:
            query = query.where(plans_of_record.c.approved_at <= until)
        with self._database.reading() as connection:
            return tuple(_plan(row) for row in connection.execute(query).all())

    def record(
        self,
        connection: Connection,
        plan: PlanOfRecord,
        settled: StoredProposal,
        at: datetime,
    ) -> None:
        """Add an approved plan.

        Args:
            connection: A transaction.
            plan: The plan.
            settled: The proposal it was, as decided.
            at: When it was approved.
        """
        connection.execute(
            insert(plans_of_record).values(
                id=plan.id,
                title=plan.title,
                snapshot=plan.snapshot,
                months=plan.months,
                levers=_LEVERS.dump_python(plan.levers, mode="json", exclude_none=True),
                digest=plan.digest,
                figures=[asdict(figure) for figure in plan.figures],
                approved_by=plan.approved_by,
                approved_at=at,
                channel=settled.channel or "",
                proposal=settled.pending.id,
                receipt=settled.receipt,
                reason=plan.reason,
            )
        )


class VisiblePlans:
    """The plans of record known at one moment: what tools are handed."""

    def __init__(self, records: PlanRecords, until: datetime) -> None:
        self._records = records
        self._until = until

    def plans(self) -> Sequence[PlanOfRecord]:
        """Return them, earliest approved first."""
        return self._records.plans(self._until)


def _plan(row: Row[Any]) -> PlanOfRecord:
    return PlanOfRecord(
        id=row.id,
        title=row.title,
        snapshot=row.snapshot,
        months=row.months,
        levers=read_levers(row.levers),
        digest=row.digest,
        figures=tuple(Figure(**figure) for figure in row.figures),
        approved_by=row.approved_by,
        approved_on=row.approved_at.date(),
        reason=row.reason,
    )
