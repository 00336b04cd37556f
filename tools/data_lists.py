"""Lists of the company's things, and the master data of one product."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem
from tools import wording
from tools.evidence import Evidence, EvidenceTable, Fact, TableColumn, Value

MOST_FACTS = 60
SAID_IN_FULL = 12


@dataclass(frozen=True)
class _Listing:
    """How one kind of thing is listed: the statement, its first column the id."""

    kind: str
    table: str
    sql: str


_LISTINGS = {
    "families": _Listing(
        "family",
        "products",
        "SELECT family, count(*) AS products FROM products WHERE family IS NOT NULL "
        "AND coalesce(stage, 'finished') = 'finished' GROUP BY 1 ORDER BY 1",
    ),
    "sites": _Listing("site", "sites", "SELECT * FROM sites ORDER BY kind, site"),
    "resources": _Listing("resource", "resources", "SELECT * FROM resources ORDER BY site, 1"),
    "customers": _Listing("customer", "customers", "SELECT * FROM customers ORDER BY 1"),
    "regions": _Listing(
        "region",
        "customers",
        "SELECT region, count(*) AS customers FROM customers WHERE region IS NOT NULL "
        "GROUP BY 1 ORDER BY 1",
    ),
    "channels": _Listing(
        "channel",
        "customers",
        "SELECT channel, count(*) AS customers FROM customers WHERE channel IS NOT NULL "
        "GROUP BY 1 ORDER BY 1",
    ),
    "suppliers": _Listing(
        "supplier",
        "sourcing",
        "SELECT supplier, count(DISTINCT product) AS products, "
        "avg(lead_time_days) AS lead_time_days FROM sourcing GROUP BY 1 ORDER BY 1",
    ),
    "events": _Listing(
        "event",
        "events",
        "SELECT event, name, kind, product, family, region, starts_on, ends_on, "
        "100 * uplift AS uplift FROM events ORDER BY starts_on DESC, event",
    ),
}


def things(snapshot: Snapshot, topic: str) -> Evidence:
    """List one kind of thing: families, sites, resources, customers and so on.

    Raises:
        DataProblem: The table that names them is missing or empty.
    """
    listing = _LISTINGS[topic]
    snapshot.require(listing.table, to=f"list {topic}")
    frame = snapshot.query(listing.sql)
    if frame.empty:
        raise DataProblem(f"The data names no {topic}.")
    count = len(frame)
    be = "is" if count == 1 else "are"
    word = wording.plural(listing.kind, count)
    facts = (Fact(f"{listing.kind} count", count, topic),)
    return _listed(frame, listing.kind, f"There {be} {count} {word}", facts)


def products(snapshot: Snapshot, family: str | None = None) -> Evidence:
    """List finished products and components, of one family or all."""
    where, parameters, of = "true", dict[str, object](), ""
    if family:
        found = snapshot.find("family", family)
        where, parameters, of = "family = $family", {"family": found}, f" in {found}"
    frame = snapshot.query(
        "SELECT product, name, family, coalesce(stage, 'finished') AS stage, unit, price, "
        "standard_cost, launch_on, end_on FROM products "
        f"WHERE {where} ORDER BY stage, family, product",
        parameters,
    )
    finished = int((frame["stage"] == "finished").sum())
    others = len(frame) - finished
    also = f" and {others} {wording.plural('component', others)}" if others else ""
    return _listed(
        frame,
        "product",
        f"There are {finished} finished {wording.plural('product', finished)}{also}{of}",
        (Fact("finished products", finished, "products"), Fact("components", others, "components")),
    )


def count_products(snapshot: Snapshot) -> tuple[int, int]:
    """Return how many finished products there are, and how many components."""
    row = snapshot.query(
        "SELECT count(*) FILTER (coalesce(stage, 'finished') = 'finished') AS finished, "
        "count(*) AS all_of_them FROM products"
    )
    finished = int(row["finished"][0])
    return finished, int(row["all_of_them"][0]) - finished


def _listed(frame: pd.DataFrame, kind: str, head: str, facts: tuple[Fact, ...]) -> Evidence:
    ids = [str(value) for value in frame[kind]]
    labels = frame["name"].fillna(frame[kind]) if "name" in frame else frame[kind]
    names = [str(value) for value in labels]
    shown = wording.listed(names) if len(names) <= SAID_IN_FULL else None
    text = (
        f"{head}: {shown}."
        if shown
        else (f"{head}; the first are {', '.join(names[:SAID_IN_FULL])}.")
    )
    named = tuple(Fact(kind, identity, None, {kind: identity}) for identity in ids[:MOST_FACTS])
    return Evidence(text, facts + named, _as_table(frame))


def _as_table(frame: pd.DataFrame) -> EvidenceTable:
    columns = []
    for name in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[name])
        dated = pd.api.types.is_datetime64_any_dtype(frame[name])
        columns.append(TableColumn(str(name), "number" if numeric else "date" if dated else "text"))
    rows = tuple(
        tuple(_plain(value) for value in row) for row in frame.itertuples(index=False, name=None)
    )
    return EvidenceTable(tuple(columns), rows)


def _plain(value: object) -> Value:
    if isinstance(value, pd.Timestamp):
        return value.date()
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    return value if isinstance(value, str | int | float | date) else str(value)


def product(snapshot: Snapshot, name: str | None) -> Evidence:
    """Describe one product: master data, what it is made on and of.

    Raises:
        BadRequest: No product is named.
        UnknownName: There is no such product.
    """
    if not name:
        raise BadRequest("Say which product: topic product needs a name.")
    identity = snapshot.find("product", name)
    frame = snapshot.query("SELECT * FROM products WHERE product = $product", {"product": identity})
    about = {"product": identity}
    master = [
        _fact(snapshot, str(column), value, str(frame["unit"][0] or "units"), about)
        for column, value in frame.iloc[0].items()
        if column not in ("product", "name") and _plain(value) is not None
    ]
    routes = _column(snapshot, "routings", "resource", identity)
    parts = _column(snapshot, "bom", "component", identity)
    said = "; ".join(
        f"{fact.name.removesuffix('_days').replace('_', ' ')} {_in_words(fact)}"
        for fact in sorted(master, key=lambda fact: isinstance(fact.value, str))
        if fact.name != "like_product"
    )
    sentences = [f"{snapshot.label('product', identity)}: {said}."]
    if routes:
        made = wording.listed([snapshot.label("resource", entry) for entry in routes])
        sentences.append(f"It is made on {made}.")
    facts = [Fact("product", identity), *master]
    facts += [Fact("resource", entry, None, about) for entry in routes]
    facts += [Fact("component", entry, None, about) for entry in parts]
    likes = [str(fact.value) for fact in master if fact.name == "like_product"]
    if likes:
        like = snapshot.label("product", likes[0])
        sentences.append(f"The history of {like} stands in for the time before its launch.")
    rows = tuple((fact.name, str(fact.value), fact.unit) for fact in facts)
    columns = tuple(TableColumn(name, "text") for name in ("attribute", "value", "unit"))
    return Evidence(" ".join(sentences), tuple(facts), EvidenceTable(columns, rows))


def _fact(snapshot: Snapshot, column: str, value: object, unit: str, about: dict[str, str]) -> Fact:
    money = snapshot.company.currency
    units = {
        "price": money,
        "standard_cost": money,
        "lot_min": unit,
        "lot_multiple": unit,
        "shelf_life_days": "days",
    }
    plain = _plain(value)
    known = plain if isinstance(plain, str | int | float | date) else str(plain)
    return Fact(column, known, units.get(column), about)


def _in_words(fact: Fact) -> str:
    if isinstance(fact.value, date):
        return wording.day(fact.value)
    if isinstance(fact.value, str):
        return fact.value
    if fact.name in ("price", "standard_cost"):
        return f"{fact.unit} {fact.value:,.2f}"
    return wording.figure(fact.value, fact.unit)


def _column(snapshot: Snapshot, table: str, column: str, product: str) -> list[str]:
    if not snapshot.has(table):
        return []
    rows = snapshot.query(
        f"SELECT DISTINCT {column} FROM {table} WHERE product = $product ORDER BY 1",
        {"product": product},
    )
    return [str(value) for value in rows[column]]
