"""Model names to LlamaIndex models. The only module that knows providers.

An embedder is named `provider:model`. Built in: `wordllama:64`, `wordllama:128`, `wordllama:256`
(numbers a vector), whose weights come in the wordllama wheel, so that nothing is downloaded.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from qa_bot.errors import SettingsError
from qa_bot.static_vectors import SIZES, size_of, text_vectors, token_ids, unit

_BATCH = 256


class WordLlamaEmbedding(BaseEmbedding):
    """Static token vectors, pooled and normalised; see https://github.com/dleemiller/WordLlama.

    ``dimensions`` is 64, 128 or 256 numbers a vector: the weights allow cutting a vector short.
    """

    dimensions: int = 256

    def __init__(self, dimensions: int = 256, **kwargs: Any) -> None:
        kwargs.setdefault("model_name", f"wordllama:{dimensions}")
        kwargs.setdefault("embed_batch_size", _BATCH)
        super().__init__(dimensions=dimensions, **kwargs)
        text_vectors([])  # loads the weights: not at the first question

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self.vectors(texts).tolist()
        return rows

    def vectors(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, (len(texts), dimensions); zeros for a text without a known token."""
        return text_vectors(texts, self.dimensions)


def embedder(name: str) -> BaseEmbedding:
    """The embedding model of a name.

    Raises:
        SettingsError: when the name is not known.
    """
    size = size_of(name)
    if size:
        return WordLlamaEmbedding(dimensions=size)
    known = ", ".join(f"wordllama:{size}" for size in SIZES)
    raise SettingsError(f"There is no embedder {name!r}; the embedders are {known}.")


def embed_texts(model: BaseEmbedding, texts: list[str]) -> NDArray[np.float32]:
    """Unit vectors of passages, (len(texts), numbers a vector)."""
    if isinstance(model, WordLlamaEmbedding):
        return model.vectors(texts)
    return unit(np.asarray(model.get_text_embedding_batch(texts), dtype=np.float32))


def embed_question(model: BaseEmbedding, question: str) -> NDArray[np.float32]:
    """The unit vector of a question, (numbers a vector,)."""
    if isinstance(model, WordLlamaEmbedding):
        rows = model.vectors([question])
    else:
        rows = unit(np.asarray([model.get_query_embedding(question)], dtype=np.float32))
    return rows.reshape(-1)


def word_vectors(texts: list[str]) -> NDArray[np.float32]:
    """Unit vectors of single words or short texts, (len(texts), 256), whatever embedder is set.

    They tell near synonyms ("soldiers", "troops") without a call to any service.
    """
    return text_vectors(texts)


@lru_cache(maxsize=1 << 16)
def word_rarity(word: str) -> float:
    """How much a common English word tells, from 0.3 ("use") to about 1.1 (one that is no single token).

    By Zipf's law a word's frequency falls as its rank. Byte-pair merges are learned most frequent first
    (Sennrich, Haddow and Birch 2016), so a token's number stands in for the rank: no word list is needed,
    and small indexes, whose own counts say little, still tell "still" from "salary".
    """
    tokens = token_ids(word.casefold())
    rank = tokens[0] - _BYTE_TOKENS if len(tokens) == 1 else _UNRANKED
    return max(0.3, (math.log(max(rank, 1)) - 6.0) / 5.0)


_BYTE_TOKENS = 259  # of the Llama 2 vocabulary: bytes and control tokens come first
_UNRANKED = 96_000  # three times the vocabulary
