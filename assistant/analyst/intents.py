"""What a question is after: meaning as a whole and signs in the words, weighed together.

A multinomial logistic model over the sentence embedding of the masked question and the
features that `signals` sees. It is fitted on the example questions. A second model of the same
kind tells the planning tools apart, and from everything else. Both fits ship in `intents.npz`
(made by `python -m assistant.analyst.intents`) for the default encoder, and are made at first
use and kept in a cache folder for any other: a few seconds, most of it embedding.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import yaml

from assistant.analyst.cues import CUES, NAMES
from assistant.analyst.measures import MeasureReader
from assistant.analyst.mentions import Mention
from assistant.analyst.period_words import read_periods
from assistant.analyst.periods import Clock
from assistant.analyst.quantities import read_quantities
from assistant.analyst.signals import FEATURES, MASKS, Signals
from assistant.analyst.text import clean
from assistant.analyst.vocabulary import Thing

Vectors = npt.NDArray[np.float32]
_COLUMNS = (*FEATURES, *(f"cue:{name}" for name in NAMES))
_KPIS = ("forecast accuracy", "OTIF", "revenue", "stock turns", "forecast bias", "utilisation",
         "margin", "plan attainment", "units sold", "days of cover",
         "supplier lateness")  # fmt: skip
_GROUPS = ("family", "product", "customer", "region", "channel", "supplier")
_VERSION = "5"
OTHER = "other"
_FEATURE_WEIGHT = 1.2
_EMBEDDING_WEIGHT = 4.0
_PENALTY = 4e-3
_STEPS = 300
_WHOLE = 127  # embeddings are kept as whole numbers up to this
SHIPPED = "intents.npz"
_NO_CLOCK = Clock(date(2026, 10, 31))


class Encoder(Protocol):
    """Sentence embeddings of unit length; see `assistant.embedding`."""

    @property
    def name(self) -> str:
        """Tells one model's vectors from another's."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text."""
        ...


@dataclass(frozen=True)
class Ranking:
    """Intents by probability, best first.

    `nearest` is the closest example's cosine; `planning` ranks the planning tools and `OTHER`.
    """

    scores: tuple[tuple[str, float], ...]
    nearest: float = 1.0
    planning: tuple[tuple[str, float], ...] = ((OTHER, 1.0),)

    @property
    def best(self) -> str:
        """The likeliest intent."""
        return self.scores[0][0]

    def of(self, intent: str) -> float:
        """Return the probability of an intent."""
        return dict(self.scores).get(intent, 0.0)


@cache
def _examples(name: str) -> Mapping[str, Sequence[str]]:
    loaded: Mapping[str, Sequence[str]] = yaml.safe_load(_data(name))
    return loaded


def _data(name: str) -> str:
    return (files("assistant.analyst") / name).read_text(encoding="utf-8")


def _prior(intents: Sequence[str], rows: int) -> Vectors:
    """Return the weights that signs have by themselves; the fit is pulled towards them."""
    weights = np.zeros((rows, len(intents)), dtype=np.float32)
    first = rows - 1 - len(_COLUMNS)
    for intent, signs in yaml.safe_load(_data("priors.yaml")).items():
        for sign, weight in signs.items():
            row = first + _COLUMNS.index(sign)
            weights[row, intents.index(intent)] = weight / _FEATURE_WEIGHT
    return weights


def example_signals(name: str = "examples.yaml") -> list[tuple[str, Signals]]:
    """Return every example question with its intent, taken apart as a real one would be."""
    reader = MeasureReader({})
    found: list[tuple[str, Signals]] = []
    for intent, texts in _examples(name).items():
        for place, text in enumerate(texts):
            variants = 3 if "{kpi}" in text else 1
            for turn in range(variants):
                kpi = _KPIS[(place * 3 + turn) % len(_KPIS)]
                group = _GROUPS[(place + turn) % len(_GROUPS)]
                filled = text.replace("{kpi}", kpi).replace("{group}", group)
                found.append((intent, _taken_apart(filled.replace("{month}", "March"), reader)))
    return found


def _taken_apart(template: str, reader: MeasureReader) -> Signals:
    text, mentions = "", []
    for piece in re.split(r"(\{\w+\})", clean(template)):
        kind = piece.strip("{}")
        if piece.startswith("{") and kind in MASKS:
            name = MASKS[kind].removeprefix("the ")
            thing = Thing(kind, kind, kind)
            mentions.append(Mention(len(text), len(text) + len(name), name, (thing,)))
            text += name
        else:
            text += piece
    spans = [(m.start, m.end) for m in mentions]
    measures = tuple(m for m in reader.read(text) if not _touches(m.start, m.end, spans))
    return Signals(
        text, tuple(mentions), measures, read_periods(text, _NO_CLOCK), read_quantities(text)
    )


def _touches(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(left < end and start < right for left, right in spans)


class IntentModel:
    """Ranks intents for a question."""

    def __init__(self, encoder: Encoder, cache_folder: Path | None = None) -> None:
        """Take the encoder, and a folder that what was fitted is kept in."""
        self._encoder = encoder
        self._folder = cache_folder

    def rank(self, questions: Sequence[Signals]) -> list[Ranking]:
        """Return the ranking of each question."""
        fitted = self._fitted
        embedded = self._encoder.encode([signals.masked.lower() for signals in questions])
        inputs = _inputs(embedded, questions)
        nearest = (embedded @ fitted.embedded.T.astype(np.float32)).max(axis=1) / _WHOLE
        talk, tools = fitted.main.scores(inputs), fitted.planning.scores(inputs)
        return [
            Ranking(ranked, float(close), planning)
            for ranked, close, planning in zip(talk, nearest, tools, strict=True)
        ]

    @cached_property
    def _fitted(self) -> "Fitted":
        key = _key(self._encoder.name)
        with as_file(files("assistant.analyst") / SHIPPED) as shipped:
            found = _read(shipped, key)
        path = self._folder / f"intents-{key}.npz" if self._folder else None
        if found is None and path:
            found = _read(path, key)
        if found is None:
            found = self.fit()
            if path:
                keep(path, found, key)
        return found

    def fit(self) -> "Fitted":
        """Fit both models on the example questions."""
        talk = example_signals()
        tools = example_signals("planning_examples.yaml")
        signals = [entry for _, entry in (*talk, *tools)]
        embedded = self._encoder.encode([entry.masked.lower() for entry in signals])
        inputs = _inputs(embedded, signals)
        names = [intent for intent, _ in talk]
        main = _weighed(inputs[: len(talk)], names, with_prior=True)
        planning = _weighed(
            inputs, [OTHER] * len(talk) + [intent for intent, _ in tools], with_prior=False
        )
        whole = np.round(embedded[: len(talk)] * _WHOLE).astype(np.int8)
        return Fitted(main, planning, whole)


@dataclass(frozen=True)
class Weighed:
    """A fitted model: its intents, and a column of weights for each."""

    intents: tuple[str, ...]
    weights: Vectors

    def scores(self, inputs: Vectors) -> list[tuple[tuple[str, float], ...]]:
        """Return the intents of each row by probability, best first."""
        return [
            tuple(
                (self.intents[place], float(row[place]))
                for place in np.argsort(-row, kind="stable")
            )
            for row in _softmax(inputs @ self.weights)
        ]


@dataclass(frozen=True)
class Fitted:
    """Both models, and the embeddings of the main one's examples as whole numbers."""

    main: Weighed
    planning: Weighed
    embedded: npt.NDArray[np.int8]


def _weighed(inputs: Vectors, names: Sequence[str], *, with_prior: bool) -> Weighed:
    intents = tuple(dict.fromkeys(names))
    wanted = np.array([intents.index(name) for name in names])
    rows = inputs.shape[1]
    prior = (
        _prior(intents, rows) if with_prior else np.zeros((rows, len(intents)), dtype=np.float32)
    )
    return Weighed(intents, _logistic(inputs, wanted, prior))


def _key(encoder: str) -> str:
    """Return the hash of everything that the fit comes from."""
    digest = hashlib.sha256(f"{_VERSION}|{encoder}|{_COLUMNS}|{CUES}|{MASKS}".encode())
    for name in ("examples.yaml", "planning_examples.yaml", "priors.yaml", "measures.yaml"):
        digest.update(_data(name).encode())
    return digest.hexdigest()[:16]


def _read(path: Path, key: str) -> Fitted | None:
    """Return a kept fit, if it is of the same examples and encoder."""
    if not path.is_file():
        return None
    with np.load(path) as kept:
        if str(kept["key"]) != key:
            return None
        main, planning = (
            Weighed(tuple(kept[f"{name}_intents"].tolist()), kept[name].astype(np.float32))
            for name in ("main", "planning")
        )
        return Fitted(main, planning, kept["embedded"])


def _inputs(embedded: Vectors, questions: Sequence[Signals]) -> Vectors:
    seen = np.array(
        [[name in signals.features for name in _COLUMNS] for signals in questions],
        dtype=np.float32,
    )
    ones = np.ones((len(questions), 1), dtype=np.float32)
    parts = [embedded * _EMBEDDING_WEIGHT, seen * _FEATURE_WEIGHT, ones]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _softmax(scores: Vectors) -> Vectors:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Vectors = raised / raised.sum(axis=1, keepdims=True)
    return result


def _logistic(inputs: Vectors, wanted: npt.NDArray[np.int64], prior: Vectors) -> Vectors:
    """Return weights of a multinomial logistic model, rare intents counting a little more.

    Accelerated gradient steps: the problem is small and smooth, and needs no library.
    """
    count = prior.shape[1]
    target = np.eye(count, dtype=np.float32)[wanted]
    share = (len(wanted) / count / np.bincount(wanted, minlength=count))[wanted]
    share = np.sqrt(share).astype(np.float32)[:, None]
    weights, ahead = prior.copy(), prior.copy()
    step = 2.0 / float((inputs**2).sum(axis=1).mean())
    for turn in range(_STEPS):
        error = (_softmax(inputs @ ahead) - target) * share
        slope = inputs.T @ error / len(wanted) + _PENALTY * (ahead - prior)
        following = (ahead - step * slope).astype(np.float32)
        ahead = following + (turn / (turn + 3)) * (following - weights)
        weights = following
    return weights


def keep(path: Path, fitted: Fitted, key: str) -> None:
    """Write a fit beside its final place first, so that no reader meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.{id(fitted)}.part.npz")
    np.savez_compressed(
        part,
        key=np.array(key),
        main_intents=np.array(fitted.main.intents),
        main=fitted.main.weights.astype(np.float16),
        planning_intents=np.array(fitted.planning.intents),
        planning=fitted.planning.weights.astype(np.float16),
        embedded=fitted.embedded,
    )
    part.replace(path)


def main() -> None:
    """Fit on the example questions and write the file that ships: `python -m …intents`."""
    from assistant.embedding import load_encoder

    encoder = load_encoder()
    keep(Path(__file__).with_name(SHIPPED), IntentModel(encoder).fit(), _key(encoder.name))


if __name__ == "__main__":
    main()
