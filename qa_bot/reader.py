"""How well each of a few sentences answers a question, and whether one does, by a small trained reader.

Question and sentences stand in one text, so that the transformer (`contextual`) reads every word in the
light of the question and of the other sentences. A small network makes a score of each sentence's states;
another one makes a score of "none of them" out of the whole's, as for the unanswerable questions of SQuAD
2.0 (Devlin et al. 2019, https://arxiv.org/abs/1810.04805, section 4.3; here sentences take the place of
spans). The sentence's features (`candidates`) add to its score. tools/train_evidence.py fits the weights,
assets/reader.npz and assets/reader.onnx.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_bot.contextual import Layout, layout, states, tokens

_FAR = 6.0  # deviations beyond which a feature says nothing more


def scores(
    question: str, sentences: Sequence[str], features: Sequence[Mapping[str, float]]
) -> NDArray[np.float64]:
    """The score of each sentence, (n,), above 0 where it is likelier to answer than that none does.

    Args:
        question: its text.
        sentences: n texts, at least one, those of an article together in their order.
        features: for each its features by name (`candidates.RANKED`).
    """
    model = _weights()
    asked, *told = tokens([question, *sentences])
    laid = layout(asked, told)
    rows = np.array([[row[str(name)] for name in model["features"]] for row in features])
    return told_apart(model, states(laid), laid) + featured(model, rows)


def told_apart(
    model: Mapping[str, NDArray[Any]], read: NDArray[np.float32], laid: Layout
) -> NDArray[np.float64]:
    """What the transformer's states say for each sentence against none: (n,)."""
    means = np.array([read[begin:end].mean(axis=0) for begin, end in laid.spans])
    ends = read[[end - 1 for _, end in laid.spans]]
    hidden = np.tanh(np.hstack([means, ends]) @ model["hide"].T + model["hide_bias"])
    none = np.tanh(read[0] @ model["none_hide"].T + model["none_hide_bias"])
    told = hidden @ model["tell"] + model["tell_bias"] - (none @ model["none_tell"] + model["none_tell_bias"])
    return np.asarray(told, dtype=np.float64)


def featured(model: Mapping[str, NDArray[Any]], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the features of sentences, (n, features), add to their scores: (n,)."""
    table = np.clip((rows - model["mean"]) / model["deviation"], -_FAR, _FAR)
    return np.asarray(table @ model["sum"] + model["sum_bias"], dtype=np.float64)


@lru_cache(maxsize=1)
def _weights() -> dict[str, NDArray[Any]]:
    with np.load(Path(__file__).parent / "assets" / "reader.npz", allow_pickle=False) as file:
        return dict(file)
