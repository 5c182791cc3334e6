"""Words read in context, by two small transformers that come with the program.

One gives vectors of words in their sentence: all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020;
Apache-2.0, see assets/MINILM-LICENSE.txt). The other, fitted from it, reads a question and a sentence as one
text and says how well the one answers the other. Weights have eight bits, in ONNX. Nothing is downloaded.
tools/export_minilm.py and tools/train_evidence.py made the files.
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
_QUESTION_TOKENS, _PAIR_TOKENS = 40, 90  # of a question, and of both together, their three marks included
_BEGIN, _END = 101, 102  # the marks of the vocabulary at the ends of a text
_BATCH = 6  # texts of like length that are read together: more would mostly pad
_THREADS = 2  # the whole question takes 19 ms with two, 31 with one


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's tokens: their numbers in the vocabulary, (tokens,), and unit vectors, (tokens, 384)."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


def read(texts: Sequence[str]) -> list[Reading]:
    """The tokens of each text, without the marks at its ends; none for a text without a word."""
    session = _session("minilm.onnx")
    encoded = [encoding.ids for encoding in _tokenizer().encode_batch_fast(list(texts))]
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


def answering(question: Reading, sentences: Sequence[Reading]) -> NDArray[np.float32]:
    """How well each of n sentences answers a question, read together with it: (n,), larger is better."""
    tokens = [pair(question.ids, sentence.ids) for sentence in sentences]
    order = sorted(range(len(tokens)), key=lambda index: len(tokens[index][0]))
    found = np.zeros(len(tokens), dtype=np.float32)
    for first in range(0, len(order), _BATCH):
        batch = order[first : first + _BATCH]
        ids, types, mask = paired([tokens[index] for index in batch])
        (found[batch],) = _session("cross.onnx").run(None, {"ids": ids, "types": types, "mask": mask})
    return found


def pair(question: NDArray[np.int64], sentence: NDArray[np.int64]) -> tuple[list[int], int]:
    """The tokens of both as one text, with the marks between and around, and where the sentence begins."""
    asked = [_BEGIN, *question.tolist()[:_QUESTION_TOKENS], _END]
    return [*asked, *sentence.tolist()[: _PAIR_TOKENS - len(asked) - 1], _END], len(asked)


def paired(
    tokens: Sequence[tuple[list[int], int]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Pairs as arrays (pairs, longest): token numbers, 1 where the sentence stands, 0 where padding does."""
    ids = np.zeros((len(tokens), max(len(numbers) for numbers, _ in tokens)), dtype=np.int64)
    types, mask = np.zeros_like(ids), np.zeros(ids.shape, dtype=np.float32)
    for row, (numbers, begin) in enumerate(tokens):
        ids[row, : len(numbers)] = numbers
        types[row, begin : len(numbers)] = 1
        mask[row, : len(numbers)] = 1.0
    return ids, types, mask


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_ASSETS / "minilm-tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_TOKENS)
    return tokenizer


@lru_cache(maxsize=2)
def _session(file: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.log_severity_level = 3  # errors only
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # other work may want the cores
    return onnxruntime.InferenceSession(str(_ASSETS / file), options, providers=["CPUExecutionProvider"])
