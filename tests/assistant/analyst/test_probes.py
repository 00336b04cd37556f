"""Questions on companies whose names have nothing in common, understood as a colleague would."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.analyst.frame import Reading

HERE = Path(__file__).parent
# Shares of the wordings that must be understood: of those the analyst was tuned on, and of those
# written afterwards.
BARS = {"probes.yaml": 0.95, "held_back.yaml": 0.85, "planning.yaml": 0.90}


def is_understood(reading: Reading, probe: Mapping[str, Any]) -> bool:
    """Tell whether a probe was understood; `asked_or` takes a question back as well."""
    wanted = probe["tool"]
    if not reading.calls:
        status = "asked_back" if wanted == "asked_or" else wanted
        return reading.status in status.split("_or_")
    return any(
        wanted in ("asked_or", call.tool) and _holds(call.arguments, probe.get("args") or {})
        for call in reading.calls
    )


def _holds(arguments: Any, wanted: Any) -> bool:
    """Tell whether arguments hold at least what is wanted of them."""
    if isinstance(wanted, Mapping):
        return isinstance(arguments, Mapping) and all(
            name in arguments and _holds(arguments[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        pairs = zip(arguments, wanted, strict=False)
        return len(arguments) == len(wanted) and all(_holds(one, two) for one, two in pairs)
    return bool(arguments == wanted)


@pytest.mark.parametrize("name", sorted(BARS))
def test_questions_worded_unlike_the_examples_reach_their_tool(analysts, name):
    probes = [
        (company, probe)
        for company, listed in yaml.safe_load((HERE / name).read_text()).items()
        for probe in listed
    ]
    missed = [
        (
            company,
            probe["ask"],
            reading.status,
            [(c.tool, dict(c.arguments)) for c in reading.calls],
        )
        for company, probe in probes
        if not is_understood(reading := analysts(company).understand(probe["ask"]), probe)
    ]
    share = 1 - len(missed) / len(probes)
    listed = "\n".join(map(str, missed))
    assert share >= BARS[name], f"{share:.3f} of {len(probes)} understood; missed:\n{listed}"
