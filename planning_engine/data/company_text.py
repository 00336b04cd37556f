"""company.toml as text: read as plain values, and written with some of them replaced."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date

from planning_engine.errors import DataProblem


def read_values(text: str | None) -> dict[str, object]:
    """Return the settings of a company.toml, unchecked; none if there is no text."""
    if text is None:
        return {}
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise DataProblem(f"company.toml is not valid TOML: {problem}.") from problem


def company_toml(values: Mapping[str, object]) -> str:
    """Write settings as TOML: plain ones first, then tables, then lists of tables.

    Example:
        >>> print(company_toml({"name": "Mill", "fences": {"demand_days": 30}}))
        name = "Mill"
        <BLANKLINE>
        [fences]
        demand_days = 30
        <BLANKLINE>
    """
    plain = {k: v for k, v in values.items() if not _is_table(v) and not _is_tables(v)}
    blocks = [_lines(plain)]
    for key, value in values.items():
        if isinstance(value, dict):
            blocks.append(f"[{key}]\n{_lines(value)}")
        elif isinstance(value, list) and _is_tables(value):
            blocks += [f"[[{key}]]\n{_lines(entry)}" for entry in value]
    return "\n".join(blocks)


def _lines(values: Mapping[str, object]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_value(entry) for entry in value)}]"
    # TOML strings are written as JSON's, which alone of the two allow a bare DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)
