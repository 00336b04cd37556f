"""What every page works with: the conversation, who visits, and the templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any  # Any: what templates are given

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assistant import access
from assistant.channels.web import exhibits, library, wording
from assistant.channels.web.live import LiveTurns
from assistant.conversation import Conversation
from assistant.settings import Settings
from planning_engine.data.company import Company, Person
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import UnknownName

COOKIE = "sop_person"
HEADER = "X-Person"


@dataclass(frozen=True)
class Desk:
    """The parts behind the page, made once when the server starts."""

    conversation: Conversation
    settings: Settings
    live: LiveTurns = field(default_factory=LiveTurns)
    templates: Environment = field(default_factory=lambda: _templates())

    @property
    def company(self) -> Company:
        """Whose data is in use."""
        return self.conversation.company

    def snapshot(self, person: Person) -> Snapshot:
        """Return the facts in use, narrowed to the person."""
        return self.conversation.snapshot(person)

    @property
    def snapshot_id(self) -> str:
        """The snapshot in use."""
        return self.conversation.snapshot(access.OWNER).id

    def now(self) -> datetime:
        """Return the moment, on the store's clock."""
        return self.conversation.store.now().astimezone()

    def visitor(self, request: Request) -> Person:
        """Return who asks: the one chosen on the page or named in a header, else the default.

        There is no login: the server listens on this machine only, and choosing a person is
        choosing whose eyes to see the data with.

        Raises:
            UnknownName: The header names nobody of the company.
        """
        named = request.headers.get(HEADER)
        if named:
            return access.find_person(self.company, named)
        chosen = request.cookies.get(COOKIE)
        if chosen:
            try:
                return access.find_person(self.company, chosen)
            except UnknownName:
                pass  # a cookie of another company's data: the default holds
        return self._default_person()

    def _default_person(self) -> Person:
        if self.settings.person:
            return access.find_person(self.company, self.settings.person)
        people = self.company.people
        planners = [person for person in people if person.role == "planner"]
        return next(iter([*planners, *people]), access.OWNER)

    def render(self, template: str, **values: Any) -> str:
        """Return a template filled in."""
        return self.templates.get_template(template).render(**values)

    def frame(self, request: Request, person: Person, room: str) -> Mapping[str, Any]:
        """Return what the frame around every page shows."""
        company = self.company
        return {
            "company": company,
            "as_of": wording.day(company.as_of),
            "snapshot_id": self.snapshot_id,
            "people": company.people,
            "person": person,
            "initials": wording.initials(person.name),
            "scope_sentence": person.scope.sentence(),
            "room": room,
            "here": request.url.path,
            "model_name": self.model_name,
            "is_built_in": not self.settings.uses_language_model,
        }

    @property
    def model_name(self) -> str:
        """The model that answers, as shown to people."""
        if self.settings.uses_language_model:
            return self.settings.model.removeprefix("openai:")
        return "Built-in analyst"

    def person_name(self, identity: str) -> str:
        """Return the name of a person of the company, or the id."""
        names = {person.id: person.name for person in (*self.company.people, access.OWNER)}
        return names.get(identity, identity)


def greeting(person: Person, now: datetime) -> str:
    """Return a greeting for the time of day."""
    part = "morning" if now.hour < 12 else "afternoon" if now.hour < 18 else "evening"
    first = "" if person.id == access.OWNER.id else f", {person.name.split()[0]}"
    return f"Good {part}{first}"


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = library.address
    environment.filters.update(
        day=wording.day,
        moment=wording.moment,
        short_month=wording.short_month,
        label=exhibits.label,
        lines=wording.lines,
        chart_title=wording.chart_title,
    )
    return environment
