"""Everything people make, in one SQL store."""

from collections.abc import Callable
from datetime import datetime

from assistant.store.conversations import Conversations
from assistant.store.database import BUSY_SECONDS, Database
from assistant.store.decision_log import DecisionStore
from assistant.store.journal import Audit, Deliveries
from assistant.store.note_shelf import NoteShelf
from assistant.store.override_records import OverrideRecords
from assistant.store.plan_records import PlanRecords


class Store:
    """The store's parts, on one database and one clock."""

    def __init__(
        self, url: str, now: Callable[[], datetime], *, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        """Open the store, making or upgrading its tables.

        Args:
            url: SQLAlchemy URL.
            now: The clock; gives moments with their zone.
            busy_seconds: How long to wait for another process that is writing.
        """
        self.database = Database(url, busy_seconds=busy_seconds)
        self.now = now
        self.conversations = Conversations(self.database)
        self.decisions = DecisionStore(self.database)
        self.plans = PlanRecords(self.database)
        self.overrides = OverrideRecords(self.database)
        self.notes = NoteShelf(self.database, now)
        self.audit = Audit(self.database, now)
        self.deliveries = Deliveries(self.database, now)
