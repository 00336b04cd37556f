"""The company's people, found by what they are called."""

from planning_engine.data.company import Company, Person
from planning_engine.errors import BadRequest, UnknownName


def find_person(company: Company, name: str, asker: Person | None = None) -> Person:
    """Return the person of an id, name or first name, any case; `me` is who asks.

    Raises:
        UnknownName: The company lists nobody of that name.
        BadRequest: Several people have that first name.
    """
    wanted = name.strip().casefold()
    if asker and wanted in ("me", "i", "myself"):
        return asker
    for person in company.people:
        if wanted in (person.id.casefold(), person.name.casefold()):
            return person
    parts = [p for p in company.people if wanted in p.name.casefold().split()]
    if len(parts) == 1:
        return parts[0]
    if parts:
        names = " or ".join(person.name for person in parts)
        raise BadRequest(f"Several people are called '{name}'. Do you mean {names}?")
    known = [word for p in company.people for word in (p.id, p.name, *p.name.split())]
    raise UnknownName("person", name, known)


def name_of(company: Company, identity: str | None) -> str | None:
    """Return the name of the person with an id; the id itself if nobody has it."""
    for person in company.people:
        if person.id == identity:
            return person.name
    return identity
