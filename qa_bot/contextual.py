"""Vectors of words in their sentences, by a small transformer that comes with the program.

The model is all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020; Apache-2.0, see
assets/MINILM-LICENSE.txt) with weights of eight bits, as ONNX. Nothing is downloaded. tools/export_minilm.py
made the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
_ASSETS = Path(__file__).parent / "assets"
_TOKENS = 96  # read of a text, its two marks included: longer sentences are rare
_BATCH = 6  # texts of like length that are read together: more would mostly pad
_THREADS = 2  # the whole question takes 19 ms with two, 31 with one


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's tokens: their numbers in the vocabulary, (tokens,), and unit vectors, (tokens, 384)."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


def read(texts: Sequence[str]) -> list[Reading]:
    """The tokens of each text, without the marks at its ends; none for a text without a word."""
    tokenizer, session = _model()
    encoded = [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts))]
    order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
    done: dict[int, Reading] = {}
    for first in range(0, len(order), _BATCH):
        batch = order[first : first + _BATCH]
        ids = np.zeros((len(batch), len(encoded[batch[-1]])), dtype=np.int64)
        mask = np.zeros(ids.shape, dtype=np.float32)
        for row, index in enumerate(batch):
            ids[row, : len(encoded[index])] = encoded[index]
            mask[row, : len(encoded[index])] = 1.0
        (vectors,) = session.run(None, {"ids": ids, "mask": mask})
        for row, index in enumerate(batch):
            inside = slice(1, len(encoded[index]) - 1)
            done[index] = Reading(ids[row, inside], vectors[row, inside])
    return [done[index] for index in range(len(texts))]


@lru_cache(maxsize=1)
def _model() -> tuple[Any, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_ASSETS / "minilm-tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.log_severity_level = 3  # errors only
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # other work may want the cores
    session = onnxruntime.InferenceSession(
        str(_ASSETS / "minilm.onnx"), options, providers=["CPUExecutionProvider"]
    )
    return tokenizer, session
