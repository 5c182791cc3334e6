"""Vectors of texts by WordLlama: static token vectors, added up. Its weights come in its wheel.

Apart from `models`, so that a process that only embeds need not import LlamaIndex, which takes 2 s.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZES = (64, 128, 256)  # numbers a vector: the weights allow cutting a vector short
_BATCH = 256


def size_of(embedder: str) -> int | None:
    """The numbers a vector of an embedder that is built in, as `wordllama:256`; None for any other."""
    provider, _, size = embedder.partition(":")
    return int(size) if provider == "wordllama" and size in map(str, SIZES) else None


def text_vectors(texts: list[str], size: int = SIZES[-1]) -> NDArray[np.float32]:
    """Unit vectors, (len(texts), size); zeros for a text without a known token."""
    return unit(_summed(texts)[:, :size])


def token_ids(text: str) -> list[int]:
    """The numbers of a text's tokens in the vocabulary of Llama 2."""
    ids: list[int] = _wordllama().tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; rows of zeros, and of what is not a number, become zeros."""
    vectors = np.nan_to_num(np.asarray(vectors, dtype=np.float32))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled


def _summed(texts: list[str]) -> NDArray[np.float32]:
    """Each text's token vectors added up, which points where their mean does.

    Its own `embed` pads a batch to its longest text and multiplies with masks: 2.7 times slower.
    """
    model = _wordllama()
    table = model.embedding
    sums = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
    for first in range(0, len(texts), _BATCH):
        encoded = model.tokenizer.encode_batch_fast(texts[first : first + _BATCH], add_special_tokens=False)
        for row, tokens in enumerate(encoded, first):
            if tokens.ids:
                table.take(tokens.ids, axis=0, mode="clip").sum(axis=0, out=sums[row])
    return sums


@lru_cache(maxsize=1)
def _wordllama() -> Any:
    # It sets logging up for the whole process on import and reports each load at INFO.
    logging.getLogger("wordllama").setLevel(logging.WARNING)
    import wordllama

    # Its own default folder is not where its wheel puts the tokenizer: it would try to download one.
    folder = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    model.tokenizer.no_padding()
    return model
