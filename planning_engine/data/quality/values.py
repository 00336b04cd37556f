"""Values that cannot be, or can hardly be, what is meant."""

from collections.abc import Iterator

from planning_engine.data.connectors.registry import literal, quoted
from planning_engine.data.issue import Issue, Severity
from planning_engine.data.quality.registry import Inspection, check
from planning_engine.data.schema import TABLES
from planning_engine.data.staging import plausible

# Where a minus sign means something: returns and credits, a stock that was counted below
# zero, an event that lowers demand, a budgeted loss.
_SIGNED: dict[tuple[str, str], tuple[Severity, str]] = {
    ("sales", "quantity"): ("note", "taken as returns"),
    ("sales", "revenue"): ("note", "taken as credits"),
    ("orders", "quantity"): ("warning", "orders of less than nothing"),
    ("orders", "delivered_quantity"): ("warning", "taken as returns"),
    ("stock", "quantity"): ("warning", "stock cannot be below zero, so a booking is missing"),
    ("receipts", "quantity"): ("warning", "taken as returns to the supplier"),
    ("receipts", "received_quantity"): ("warning", "taken as returns to the supplier"),
    ("production", "actual_quantity"): ("warning", "taken as corrections"),
}
_FREE = {("events", "uplift"), ("budget", "margin"), ("budget", "revenue")}
_SHARES = ("scrap", "service_level", "efficiency", "holding_rate")
_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("products", "stage"): ("raw", "wip", "finished"),
    ("sites", "kind"): ("plant", "warehouse", "store", "supplier"),
    ("receipts", "kind"): ("purchase", "production", "transfer"),
    ("resources", "kind"): ("machine", "line", "labour"),
    ("forecasts", "stream"): ("stat", "sales", "marketing", "finance", "consensus"),
    ("events", "kind"): ("promotion", "price", "launch", "outage"),
}
_MONTHS = {"forecasts": ("cycle", "month"), "plans": ("cycle", "month"), "budget": ("month",)}
_ORDER = (
    ("orders", "ordered_on", "delivered_on"),
    ("events", "starts_on", "ends_on"),
    ("products", "launch_on", "end_on"),
)


@check
def negatives(data: Inspection) -> Iterator[Issue | None]:
    """Report numbers below zero, with what they are taken for; elsewhere they are errors."""
    for name in data.tables:
        for column in TABLES[name].columns:
            if column.type != "number" or (name, column.name) in _FREE:
                continue
            usual: tuple[Severity, str] = ("error", "correct them, or leave the cells empty")
            severity, meaning = _SIGNED.get((name, column.name), usual)
            yield data.finding(
                name,
                "negative",
                severity,
                f"{quoted(column.name)} < 0",
                f"{{rows}} of {name} with {column.name} below 0: {meaning}.",
                (*_named(name), column.name),
            )


@check
def impossible_numbers(data: Inspection) -> Iterator[Issue | None]:
    """Report infinite numbers, and shares that are not between 0 and 1."""
    for name in data.tables:
        for column in TABLES[name].columns:
            if column.type != "number":
                continue
            yield data.finding(
                name,
                "infinite",
                "error",
                f"{quoted(column.name)} IS NOT NULL AND NOT isfinite({quoted(column.name)})",
                f"{{rows}} of {name} with a {column.name} that is no finite number: leave the "
                "cell empty if it is unknown.",
                (*_named(name), column.name),
            )
            if column.name in _SHARES:
                yield data.finding(
                    name,
                    "range",
                    "error" if column.name != "efficiency" else "warning",
                    f"{quoted(column.name)} > 1 AND isfinite({quoted(column.name)})",
                    f"{{rows}} of {name} with {column.name} above 1: it is a share, write 0.95 "
                    "for 95 %.",
                    (*_named(name), column.name),
                )


@check
def unknown_words(data: Inspection) -> Iterator[Issue | None]:
    """Report words outside the few that a column knows."""
    for (name, column), words in _WORDS.items():
        if name not in data.tables:
            continue
        inside = ", ".join(literal(word) for word in words)
        severity: Severity = "warning" if name == "sites" else "error"
        yield data.finding(
            name,
            "word",
            severity,
            f"{quoted(column)} NOT IN ({inside})",
            f"{{rows}} of {name} with a {column} that is none of {', '.join(words)}.",
            (*_named(name), column),
        )


@check
def months_begin_on_the_first(data: Inspection) -> Iterator[Issue | None]:
    """Report months that are not written as their first day."""
    for name, columns in _MONTHS.items():
        for column in columns if name in data.tables else ():
            yield data.finding(
                name,
                "month-start",
                "error",
                f"day({quoted(column)}) <> 1",
                f"{{rows}} of {name} with a {column} that is not the first day of a month.",
                (*_named(name), column),
            )


@check
def dates_in_order(data: Inspection) -> Iterator[Issue | None]:
    """Report an end before its beginning, and years that cannot be meant."""
    for name, first, last in _ORDER:
        if name in data.tables:
            yield data.finding(
                name,
                "date-order",
                "warning",
                f"{last} < {first}",
                f"{{rows}} of {name} with {last} before {first}.",
                (*_named(name), first, last),
            )
    for name in data.tables:
        for column in TABLES[name].columns:
            if column.type == "date":
                yield data.finding(
                    name,
                    "year",
                    "error",
                    f"NOT {plausible(quoted(column.name))}",
                    f"{{rows}} of {name} with {column.name} in a year that cannot be meant.",
                    (*_named(name), column.name),
                )


def _named(name: str) -> tuple[str, ...]:
    """Return the key columns that name a row, dates aside."""
    table = TABLES[name]
    kinds = {column.name: column.type for column in table.columns}
    return tuple(key for key in table.key if kinds[key] == "text")[:2]
