"""The company's own words: ids, names, parts of names, and how people shorten them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from assistant.analyst.periods import Clock
from assistant.analyst.text import stem, words
from planning_engine.data.company import Person
from planning_engine.data.snapshot import Snapshot

KINDS = (
    "family",
    "product",
    "resource",
    "site",
    "region",
    "channel",
    "customer",
    "supplier",
    "event",
    "person",
)
_NUMBERED = re.compile(r"^.*?[\s_\-.]*0*(\d{1,3})$")
_NUMBERED_NAME = re.compile(r"^[^\W\d]+[\s\-]+0*(\d{1,3})\b")


@dataclass(frozen=True)
class Thing:
    """Something with an id and the name people use.

    `note` tells things of one kind apart: the stage of a product, the kind of a resource.
    """

    kind: str
    id: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class Event:
    """A dated event, as far as a question can refer to it."""

    id: str
    name: str
    kind: str
    starts_on: date
    ends_on: date
    product: str | None = None
    family: str | None = None


@dataclass(frozen=True)
class Vocabulary:
    """All names a question may use, and the date it is asked at.

    Attributes:
        things: Everything that has a name.
        clock: Where "today" is.
        kpis: KPI id → its name and aliases, as the catalogue has them.
        tables: Tables that the data has.
        events: Dated events, for "the promotion in March".
        supplied: Product id → ids of its suppliers, for "the cap supplier".
        sold_in: Currency and units that quantities come in.
        cycles: Published S&OP cycles, earliest first.
    """

    things: tuple[Thing, ...]
    clock: Clock
    kpis: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: frozenset[str] = frozenset()
    events: tuple[Event, ...] = ()
    supplied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    currency: str = ""
    units: tuple[str, ...] = ()
    cycles: tuple[date, ...] = ()

    @classmethod
    def from_snapshot(
        cls,
        snapshot: Snapshot,
        people: Sequence[Person] = (),
        kpis: Mapping[str, tuple[str, ...]] | None = None,
    ) -> "Vocabulary":
        """Return the vocabulary of a company.

        Args:
            snapshot: The whole snapshot, not narrowed: a name outside the asker's scope must
                be understood, so that the tool can say that it may not be seen.
            people: Who may own decisions; the company's people by default.
            kpis: KPI id → aliases; the catalogue's by default.
        """
        company = snapshot.company
        return cls(
            things=tuple(_things(snapshot, people or company.people)),
            clock=Clock(company.as_of, company.fiscal_start),
            kpis=_catalogue() if kpis is None else kpis,
            tables=frozenset(snapshot.tables),
            events=tuple(_events(snapshot)),
            supplied=_supplied(snapshot),
            currency=company.currency,
            units=_units(snapshot),
            cycles=_cycles(snapshot),
        )

    @cached_property
    def by_id(self) -> dict[tuple[str, str], Thing]:
        """Kind and id → thing."""
        return {(thing.kind, thing.id): thing for thing in self.things}

    @cached_property
    def exact(self) -> dict[tuple[str, ...], tuple[Thing, ...]]:
        """Whole forms, as stemmed atoms → the things that they name."""
        found: dict[tuple[str, ...], dict[Thing, None]] = {}
        for thing in self.things:
            for form in _forms(thing):
                if form:
                    found.setdefault(form, {})[thing] = None
        return {form: tuple(things) for form, things in found.items()}

    @cached_property
    def longest(self) -> int:
        """Most atoms in a whole form."""
        return max((len(form) for form in self.exact), default=1)

    @cached_property
    def joined(self) -> dict[str, tuple[str, ...]]:
        """Ids and one-word names written without gaps → their atoms, for `STW05024`."""
        return {"".join(form): form for form in self.exact if len("".join(form)) >= 3}

    @cached_property
    def parts(self) -> dict[str, frozenset[int]]:
        """Stemmed word of a name → the places of the things that have it."""
        found: dict[str, set[int]] = {}
        for place, thing in enumerate(self.things):
            for word in label_words(thing):
                found.setdefault(word, set()).add(place)
        return {word: frozenset(places) for word, places in found.items()}

    @cached_property
    def name_words(self) -> frozenset[str]:
        """Every word of letters in any name or id, for spelling."""
        plain = {word for thing in self.things for word in (*words(thing.label), *words(thing.id))}
        return frozenset(word for word in plain if word.isalpha())

    def of_kind(self, kind: str) -> tuple[Thing, ...]:
        """Return the things of one kind."""
        return tuple(thing for thing in self.things if thing.kind == kind)

    def label(self, kind: str, identity: str) -> str:
        """Return the name people use, or the id itself."""
        thing = self.by_id.get((kind, identity))
        return thing.label if thing else identity


def label_words(thing: Thing) -> tuple[str, ...]:
    """Return the stemmed words of a thing's name and id that a part of the name may use."""
    found = dict.fromkeys(stem(word) for word in words(thing.label))
    if thing.label != thing.id:
        found |= dict.fromkeys(stem(word) for word in words(thing.id))
    return tuple(found)


def _forms(thing: Thing) -> Iterable[tuple[str, ...]]:
    """Return the whole forms of a thing: id, name, "line 3", a person's first name."""
    for name in dict.fromkeys((thing.id, thing.label)):
        yield tuple(stem(word) for word in words(name))
    if thing.kind in ("resource", "site"):
        yield from _numbered(thing)
    if thing.kind == "person":
        yield from ((part,) for part in words(thing.label) if len(part) > 2)
    if thing.kind == "region":
        yield (f"{thing.id.casefold()}ern",)
    if thing.kind == "event":
        undated = re.sub(r"\s*\b(19|20)\d{2}\b", "", thing.label)
        yield tuple(stem(word) for word in words(undated))


def _numbered(thing: Thing) -> Iterable[tuple[str, ...]]:
    """Return "line 3", "line number 3" for a resource whose id or name has a number."""
    found = (_NUMBERED.match(thing.id), _NUMBERED_NAME.match(thing.label))
    numbers = [match[1] for match in found if match]
    nouns = {
        "line": ("line", "l"),
        "machine": ("machine", "line"),
        "plant": ("plant", "factory"),
        "warehouse": ("warehouse", "dc"),
        "store": ("store",),
    }.get(thing.note, ())
    for noun in nouns:
        for number in dict.fromkeys(numbers):
            yield (noun, number)
            yield (noun, "no", number)
            yield (noun, "number", number)
            yield (noun, "nr", number)


def _things(snapshot: Snapshot, people: Iterable[Person]) -> Iterable[Thing]:
    notes = {
        "product": _column(snapshot, "products", "product", "stage"),
        "resource": _column(snapshot, "resources", "resource", "kind"),
        "site": _column(snapshot, "sites", "site", "kind"),
    }
    site_names = snapshot.labels("site") if snapshot.has("sites") else {}
    for kind in ("family", "product", "resource", "site", "region", "channel", "customer"):
        labels = snapshot.labels(kind) if _has(snapshot, kind) else {}
        for identity, label in labels.items():
            yield Thing(kind, identity, label, notes.get(kind, {}).get(identity, ""))
    for identity in _suppliers(snapshot):
        yield Thing("supplier", identity, site_names.get(identity, identity))
    for event in _events(snapshot):
        yield Thing("event", event.id, event.name, event.kind)
    for person in people:
        yield Thing("person", person.id, person.name, person.role)


_TABLE_OF = {
    "family": "products",
    "product": "products",
    "resource": "resources",
    "site": "sites",
    "region": "customers",
    "channel": "customers",
    "customer": "customers",
}


def _has(snapshot: Snapshot, kind: str) -> bool:
    return snapshot.has(_TABLE_OF[kind]) or (kind == "region" and snapshot.has("sites"))


def _column(snapshot: Snapshot, table: str, key: str, column: str) -> dict[str, str]:
    if not snapshot.has(table):
        return {}
    rows = snapshot.query(f"SELECT {key} AS id, coalesce({column}, '') AS note FROM {table}")
    return dict(zip(rows["id"], rows["note"], strict=True))


def _suppliers(snapshot: Snapshot) -> list[str]:
    places = [table for table in ("sourcing", "receipts") if snapshot.has(table)]
    if not places:
        return []
    selects = (f"SELECT supplier FROM {t} WHERE supplier IS NOT NULL" for t in places)
    rows = snapshot.query(f"{' UNION '.join(selects)} ORDER BY 1")
    return [str(name) for name in rows["supplier"]]


def _events(snapshot: Snapshot) -> list[Event]:
    if not snapshot.has("events"):
        return []
    rows = snapshot.query(
        "SELECT event, coalesce(name, event) AS name, coalesce(kind, '') AS kind, "
        "CAST(starts_on AS DATE) AS starts_on, "
        "CAST(coalesce(ends_on, starts_on) AS DATE) AS ends_on, product, family "
        "FROM events WHERE starts_on IS NOT NULL ORDER BY starts_on, event"
    )
    return [
        Event(
            str(row.event),
            str(row.name),
            str(row.kind),
            _day(row.starts_on),
            _day(row.ends_on),
            _text(row.product),
            _text(row.family),
        )
        for row in rows.rename(columns={"name": "label"}).assign(name=rows["name"]).itertuples()
    ]


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _supplied(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    if not snapshot.has("sourcing"):
        return {}
    rows = snapshot.query(
        "SELECT product, supplier FROM sourcing WHERE supplier IS NOT NULL "
        "GROUP BY ALL ORDER BY product, min(preference), supplier"
    )
    found: dict[str, list[str]] = {}
    for product, supplier in zip(rows["product"], rows["supplier"], strict=True):
        found.setdefault(str(product), []).append(str(supplier))
    return {product: tuple(names) for product, names in found.items()}


def _units(snapshot: Snapshot) -> tuple[str, ...]:
    rows = snapshot.query("SELECT DISTINCT unit FROM products WHERE unit IS NOT NULL ORDER BY 1")
    return tuple(str(unit) for unit in rows["unit"])


def _cycles(snapshot: Snapshot) -> tuple[date, ...]:
    for table in ("forecasts", "plans"):
        if snapshot.has(table):
            rows = snapshot.query(
                f"SELECT DISTINCT CAST(cycle AS DATE) AS cycle FROM {table} ORDER BY 1"
            )
            return tuple(_day(value) for value in rows["cycle"])
    return ()


def _catalogue() -> dict[str, tuple[str, ...]]:
    """Return each KPI's name and aliases as the engine declares them."""
    from planning_engine.kpis import catalogue

    return {
        identity: (kpi.name, *getattr(kpi, "aliases", ())) for identity, kpi in catalogue().items()
    }
