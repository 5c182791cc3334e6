"""The transformer that reads a question and sentences together, and its tokens.

all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020; Apache-2.0, see assets/MINILM-LICENSE.txt)
with its layers fitted by tools/train_evidence.py, which made the files; the weights have eight bits, in
ONNX. Nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH = 384
_ASSETS = Path(__file__).parent / "assets"
_BEGIN, _END = 101, 102  # the vocabulary's marks at the beginning of a text and after each part of it
# Of a question, a sentence and the whole: longer ones are rare, and the time grows with the whole.
_QUESTION_TOKENS, _SENTENCE_TOKENS, _TOKENS = 40, 80, 448
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """A question and n sentences as one text of tokens, a mark after each.

    ``ids``: numbers in the vocabulary, (tokens,); ``types``: 0 in the question, 1 in the sentences;
    ``spans``: for each sentence where its tokens stand, its mark included.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    spans: tuple[tuple[int, int], ...]


def tokens(texts: Sequence[str]) -> list[list[int]]:
    """The numbers of each text's tokens; none for a text without a word."""
    return [
        encoding.ids for encoding in _tokenizer().encode_batch_fast(list(texts), add_special_tokens=False)
    ]


def layout(question: Sequence[int], sentences: Sequence[Sequence[int]]) -> Layout:
    """The tokens of a question and of sentences as one text; the longest are cut where they are too many."""
    ids = [_BEGIN, *question[:_QUESTION_TOKENS], _END]
    asked, most = len(ids), _SENTENCE_TOKENS
    while most > 1 and sum(min(len(sentence), most) + 1 for sentence in sentences) > _TOKENS - asked:
        most -= 1
    spans = []
    for sentence in sentences:
        begin = len(ids)
        ids += [*sentence[:most], _END]
        spans.append((begin, len(ids)))
    types = np.zeros(len(ids), dtype=np.int64)
    types[asked:] = 1
    return Layout(np.array(ids, dtype=np.int64), types, tuple(spans))


def states(laid: Layout) -> NDArray[np.float32]:
    """What the transformer makes of each token in the light of all others: (tokens, WIDTH)."""
    (found,) = _session().run(None, {"ids": laid.ids[None], "types": laid.types[None]})
    return np.asarray(found[0], dtype=np.float32)


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_ASSETS / "reader-tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_SENTENCE_TOKENS)
    return tokenizer


@lru_cache(maxsize=1)
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.log_severity_level = 3  # errors only
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # other work may want the cores
    file = str(_ASSETS / "reader.onnx")
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
