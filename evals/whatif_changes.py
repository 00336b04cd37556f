"""The what-if benchmark's changes, read from its own notation and put into our levers.

A scenario's change is text: assignments to the benchmark's tables (`data_edit`) and rules on
its flows (`constraint`). The few forms that occur are read by pattern, with their arithmetic
worked out here; nothing is run, and a form that is not known is an error.
"""

import ast
import re
from collections.abc import Mapping
from typing import Any

from evals.whatif_company import BEANS, KINDS
from planning_engine.levers import (
    DemandLever,
    ExclusiveSourceLever,
    LaneClosedLever,
    LaneCostLever,
    Lever,
    SupplierCapacityLever,
)

Base = Mapping[str, Any]  # Any: the benchmark's JSON
_EDIT = re.compile(r"^(\w+)\[(.+?)\]\s*=\s*(.+)$")
_CLOSED = re.compile(
    r'm\.addConstr\(\s*(x|y_light|y_dark)\[\s*"(\w+)"\s*,\s*"(\w+)"\s*\]\s*==\s*0\b'
)
_LOOP = re.compile(r'^for (\w) in (\w+):\s*if \1 != "(\w+)":')
_FLOW = re.compile(
    r'm\.addConstr\(\s*(?:x|y_light|y_dark)\[\s*("?\w+"?)\s*,\s*("?\w+"?)\s*\]\s*==\s*0'
)


def levers_of(base: Base, scenario: Mapping[str, Any]) -> list[Lever]:  # Any: JSON
    """Return the levers that make a scenario's change.

    Raises:
        ValueError: The change is written in a form that is not known.
    """
    edits = [_edited(base, line) for line in _lines(scenario["data_edit"])]
    return [*_merged(edits), *_rules(scenario["constraint"])]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\n;]", text) if line.strip()]


# --- edits of data


def _edited(base: Base, line: str) -> Lever:
    found = _EDIT.match(line)
    if not found:
        raise ValueError(f"cannot read the edit: {line}")
    table, keys = found[1], re.findall(r'"([^"]+)"', found[2])
    value = _number(base, found[3])
    old = _looked_up(base, table, keys)
    if table.endswith("_coffee_needed_for_cafe"):
        kind = table.split("_")[0]
        return DemandLever(product=kind, site=keys[0], percent=100 * (value / old - 1))
    if table == "capacity_in_supplier":
        return SupplierCapacityLever(supplier=keys[0], quantity=value)
    if table == "shipping_cost_from_supplier_to_roastery":
        return LaneCostLever(from_site=keys[0], to_site=keys[1], cost=value)
    if table == "shipping_cost_from_roastery_to_cafe":
        return LaneCostLever(from_site=keys[0], to_site=keys[1], cost=value)
    raise ValueError(f"cannot change {table}")


def _merged(levers: list[Lever]) -> list[Lever]:
    """Return one lever where light and dark demand of a cafe change alike."""
    kept: list[Lever] = []
    for lever in levers:
        twin = next((e for e in kept if _is_twin(e, lever)), None)
        if twin is None:
            kept.append(lever)
        else:
            kept[kept.index(twin)] = twin.model_copy(update={"product": None})
    return kept


def _is_twin(one: Lever, two: Lever) -> bool:
    if not (isinstance(one, DemandLever) and isinstance(two, DemandLever)):
        return False
    return (one.site, one.percent) == (two.site, two.percent) and {one.product, two.product} == set(
        KINDS
    )


def _number(base: Base, text: str) -> float:
    """Return the value of an arithmetic expression over numbers and the benchmark's tables."""
    return _worked(base, ast.parse(text.strip(), mode="eval").body)


def _worked(base: Base, node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_worked(base, operand)
        case ast.BinOp(left=left, op=op, right=right):
            one, two = _worked(base, left), _worked(base, right)
            return _applied(op, one, two)
        case ast.Subscript(value=ast.Name(id=table), slice=where):
            return _looked_up(base, table, _keys(where))
    raise ValueError(f"cannot work out {ast.unparse(node)}")


def _applied(op: ast.operator, one: float, two: float) -> float:
    match op:
        case ast.Add():
            return one + two
        case ast.Sub():
            return one - two
        case ast.Mult():
            return one * two
        case ast.Div():
            return one / two
    raise ValueError(f"cannot work out {type(op).__name__}")


def _keys(where: ast.expr) -> list[str]:
    parts = where.elts if isinstance(where, ast.Tuple) else [where]
    return [str(part.value) for part in parts if isinstance(part, ast.Constant)]


def _looked_up(base: Base, table: str, keys: list[str]) -> float:
    value: Any = base[table]  # Any: nested JSON
    for key in keys:
        value = value[key]
    return float(value)


# --- rules on flows


def _rules(text: str) -> list[Lever]:
    levers: list[Lever] = []
    ties: list[tuple[str, str, str]] = []
    for block in _blocks(text):
        loop = _LOOP.match(block)
        flows = _FLOW.findall(block)
        if loop:
            ties += [_tie(loop[1], loop[3], origin, target) for origin, target in flows[:1]]
        else:
            levers += [_closed(*found) for found in _CLOSED.findall(block)]
        if not flows:
            raise ValueError(f"cannot read the rule: {block}")
    return [*levers, *_tied(ties)]


def _blocks(text: str) -> list[str]:
    """Return the statements of a rule: a loop with its body, or a line."""
    blocks: list[str] = []
    for line in text.replace("\t", "    ").splitlines():
        if line.startswith(" ") and blocks:
            blocks[-1] += f"\n{line}"
        elif line.strip():
            blocks.append(line.strip())
    return blocks


def _closed(flow: str, origin: str, target: str) -> Lever:
    product = {"x": BEANS, "y_light": "light", "y_dark": "dark"}[flow]
    return LaneClosedLever(from_site=origin, to_site=target, product=product)


def _tie(variable: str, kept: str, origin: str, target: str) -> tuple[str, str, str]:
    """Return source, target and which of them a loop over the others binds."""
    source, reached = origin.strip('"'), target.strip('"')
    if reached == variable:  # every target but one gets nothing from the source
        return source, kept, "source"
    if source == variable:  # every source but one gives nothing to the target
        return kept, reached, "target"
    raise ValueError(f"cannot read the rule on {origin} and {target}")


def _tied(ties: list[tuple[str, str, str]]) -> list[Lever]:
    pairs: dict[tuple[str, str], set[str]] = {}
    for source, target, binds in ties:
        pairs.setdefault((source, target), set()).add(binds)
    return [
        ExclusiveSourceLever(
            source=source,
            target=target,
            binds="both" if len(binds) == 2 else ("target" if "target" in binds else "source"),
        )
        for (source, target), binds in pairs.items()
    ]
