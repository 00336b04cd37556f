"""KPIs as people name them: which one a question means, or which ones it might mean."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from assistant.analyst.spelling import plain_words

# Aliases of the catalogue that say another tool's subject as well.
_VAGUE = frozenset({"plan changes", "how busy", "how much did we sell", "load of the lines"})


@dataclass(frozen=True)
class Measure:
    """A KPI named in the question; several ids when the word fits several, with what to ask."""

    start: int
    end: int
    kpis: tuple[str, ...]
    asks: str = ""


@cache
def _wording() -> Mapping[str, object]:
    text = (files("assistant.analyst") / "measures.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, object] = yaml.safe_load(text)
    return loaded


def kpi_label(kpi: str) -> str:
    """Return what a KPI is called in a sentence."""
    labels = _wording()["labels"]
    assert isinstance(labels, dict)
    return str(labels.get(kpi, kpi.replace("_", " ")))


class MeasureReader:
    """Finds KPIs in questions: by our own wordings, and by the catalogue's names and aliases."""

    def __init__(self, catalogue: Mapping[str, Sequence[str]]) -> None:
        """Take the catalogue: KPI id → its name and aliases."""
        self._patterns: list[tuple[re.Pattern[str], tuple[str, ...], str]] = []
        wording = _wording()
        for kpi, said in wording.items():
            if kpi in ("either", "labels") or (catalogue and kpi not in catalogue):
                continue
            assert isinstance(said, list)
            self._patterns += [(_pattern(entry), (kpi,), "") for entry in said]
        for choice in wording["either"]:  # type: ignore[attr-defined]  # a list, as written
            names = tuple(n for n in choice["names"] if not catalogue or n in catalogue)
            asks = choice["asks"] if len(names) > 1 else ""
            self._patterns += [(_pattern(entry), names, asks) for entry in choice["said"] if names]
        ours = {pattern.pattern for pattern, _, _ in self._patterns}
        for kpi, aliases in catalogue.items():
            for alias in (*aliases, kpi.replace("_", " ")):
                pattern = _pattern(re.escape(alias.lower()).replace(r"\ ", " "))
                # A single word of the trade ("demand", "cover") says too little by itself.
                if alias.lower() in plain_words() | _VAGUE or pattern.pattern in ours:
                    continue
                if len(alias) > 2 and not self.read(alias):
                    self._patterns.append((pattern, (kpi,), ""))

    def read(self, text: str) -> tuple[Measure, ...]:
        """Return the KPIs named in a cleaned question, in order, none overlapping."""
        lowered = text.lower()
        found = [
            Measure(match.start(), match.end(), kpis, asks)
            for pattern, kpis, asks in self._patterns
            for match in pattern.finditer(lowered)
        ]
        # A sure name beats one that fits several; then the longer one.
        found.sort(key=lambda m: (len(m.kpis) > 1, m.start - m.end, m.start))
        kept: list[Measure] = []
        for measure in found:
            if not any(measure.start < k.end and k.start < measure.end for k in kept):
                kept.append(measure)
        return tuple(sorted(kept, key=lambda measure: measure.start))


def _pattern(said: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w\-])(?:{said})(?![\w])")
