"""How well each of a few sentences answers a question, by two small trained models, and whether one does.

The first holds each word of the question against the words of a sentence: their vectors in context
(`contextual`) are aligned by attention, compared, and summed up to one score a sentence. The form is that of
the decomposable attention model (Parikh et al. 2016, https://arxiv.org/abs/1606.01933), with the sentence's
features (`candidates`) beside it. The second, a cross-encoder (Nogueira and Cho 2019,
https://arxiv.org/abs/1901.04085), rereads the best sentences together with the question; their score is the
mean of both. In each a "no sentence" score stands against the sentences, as for the unanswerable questions of
SQuAD 2.0. tools/train_evidence.py fits the weights, assets/reader.npz and assets/cross.onnx.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_bot.contextual import Reading, answering, read

Matrix = NDArray[np.float32]
MATCHES = (
    "cosine_in_context",  # of the means of all tokens
    "matched",  # how near each token of the question has one in the sentence, rare tokens counting more
    "matched_least",
    "unmatched_most",  # the most that one token lacks, of all weight
    "matched_mean",
    "unmatched_share",  # weight of the tokens that have nothing near
    "unmatched_weight",
    "matched_rare_least",  # of the rarer half of tokens
)
REREAD = 4  # sentences that the cross-encoder reads, some 10 ms on two cores: of 12 no other one came first
_FAR = 6.0  # deviations beyond which a feature says nothing more to the cross-encoder
_QUESTION_TOKENS = 40
# The vocabulary is sorted by how common words are, after 996 special tokens and single letters.
_SPECIAL, _COMMON, _SCALE, _LEAST_WEIGHT = 996, 1029, 60.0, 0.05
_NEAR = 0.5  # cosine from which a token counts as matched


def read_all(question: str, sentences: Sequence[str]) -> tuple[Reading, list[Reading]]:
    """A question and sentences in context; an empty question or sentence has one blank token."""
    first, *others = map(_not_empty, read([question, *sentences]))
    first = Reading(first.ids[:_QUESTION_TOKENS], first.vectors[:_QUESTION_TOKENS])
    return first, others


def matches(question: Reading, sentence: Reading) -> list[float]:
    """The values of MATCHES for a sentence."""
    weights = token_weights(question)
    best = (question.vectors @ sentence.vectors.T).max(axis=1)
    one, other = question.vectors.mean(axis=0), sentence.vectors.mean(axis=0)
    lengths = max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9)
    lacking = (1.0 - best) * weights
    total = float(weights.sum())
    rare = weights >= np.median(weights)
    return [
        float(one @ other) / lengths,
        float((best * weights).sum()) / total,
        float(best.min()),
        float(lacking.max()) / total,
        float(best.mean()),
        float(weights[best < _NEAR].sum()) / total,
        float(lacking.max()),
        float((best * weights)[rare].min()) / max(float(weights.max()), 0.1),
    ]


def token_weights(reading: Reading) -> Matrix:
    """How much each token tells, (tokens,): by Zipf's law about the logarithm of its rank."""
    rank = np.maximum(reading.ids - _SPECIAL, 1)
    told = np.log1p(rank / _SCALE) * (reading.ids > _COMMON)
    return (told + _LEAST_WEIGHT).astype(np.float32)


def scores(
    question: str, sentences: Sequence[str], features: Sequence[Mapping[str, float]]
) -> NDArray[np.float64]:
    """The score of each sentence, (n,), above 0 where it is likelier to answer than that none does.

    Args:
        question: its text.
        sentences: n texts, at least one.
        features: for each its features by name (`candidates.RANKED`).
    """
    model = _weights()
    asked, read_sentences = read_all(question, sentences)
    matched = np.array([matches(asked, sentence) for sentence in read_sentences])
    rows = np.array([[row[str(name)] for name in model["features"]] for row in features])
    table = np.hstack([rows, matched, matched - matched.max(axis=0)])
    table = (table - model["mean"]) / model["deviation"]
    found = _head(model, asked, read_sentences, table) - float(model["null"])
    best = np.argsort(-found, kind="stable")[:REREAD]
    told = answering(asked, [read_sentences[place] for place in best])
    return reread(found, told + featured(model, rows[best]), best)


def featured(model: Mapping[str, Any], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the features of sentences add to the cross-encoder's scores, (n,)."""
    table = np.clip((rows - model["cross_mean"]) / model["cross_deviation"], -_FAR, _FAR)
    return np.asarray(table @ model["cross_sum"] + model["cross_bias"], dtype=np.float64)


def reread(
    found: NDArray[np.float64], told: NDArray[np.float64], best: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Scores with those of the best replaced by the mean of both models; the others stay behind them."""
    both = (found[best] + told) / 2
    scored: NDArray[np.float64] = np.minimum(found, both.min())
    scored[best] = both
    return scored


def probability(score: float) -> float:
    """The chance that the sentence of this score, the best one, answers (Platt 1999)."""
    slope, bias = _weights()["calibration"]
    return float(1.0 / (1.0 + np.exp(-np.clip(slope * score + bias, -30.0, 30.0))))


def _head(
    model: Mapping[str, Matrix],
    asked: Reading,
    sentences: Sequence[Reading],
    table: NDArray[np.floating[Any]],
) -> NDArray[np.float64]:
    words, outside = padded(sentences)
    alike = asked.vectors @ words.transpose(0, 2, 1) - outside * 1e4  # (sentences, question, words)
    nearest = alike.max(axis=2)
    attention = _softmax(alike * model["temperature"])
    small = asked.vectors @ model["project"].T + model["project_bias"]
    aligned = attention @ (words @ model["project"].T + model["project_bias"])
    own = np.broadcast_to(small, aligned.shape)
    weights = np.broadcast_to(token_weights(asked), nearest.shape)
    compared = np.concatenate(
        [
            own,
            aligned,
            np.abs(own - aligned),
            own * aligned,
            nearest[..., None],
            (nearest * weights)[..., None],
            weights[..., None],
        ],
        axis=2,
    )
    hidden = np.maximum(compared @ model["compare"].T + model["compare_bias"], 0.0)
    told = hidden @ model["tell"] + model["tell_bias"]
    share = _softmax(hidden @ model["weigh"] + model["weigh_bias"] + np.log(weights))
    summed = np.stack([(told * share).sum(axis=1), told.min(axis=1), told.mean(axis=1)], axis=1)
    scored = np.hstack([summed, table]) @ model["sum"] + model["sum_bias"]
    return np.asarray(scored, dtype=np.float64)


def padded(sentences: Sequence[Reading]) -> tuple[Matrix, Matrix]:
    """Vectors of n sentences as one array, (n, longest, 384), and where it is padding, (n, 1, longest)."""
    longest = max(len(sentence.ids) for sentence in sentences)
    words = np.zeros((len(sentences), longest, sentences[0].vectors.shape[1]), dtype=np.float32)
    outside = np.ones((len(sentences), 1, longest), dtype=np.float32)
    for row, sentence in enumerate(sentences):
        words[row, : len(sentence.ids)] = sentence.vectors
        outside[row, 0, : len(sentence.ids)] = 0.0
    return words, outside


def _softmax(values: Matrix) -> Matrix:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def _not_empty(reading: Reading) -> Reading:
    if len(reading.ids):
        return reading
    return Reading(np.zeros(1, dtype=np.int64), np.zeros((1, reading.vectors.shape[1]), dtype=np.float32))


@lru_cache(maxsize=1)
def _weights() -> dict[str, NDArray[Any]]:
    with np.load(Path(__file__).parent / "assets" / "reader.npz", allow_pickle=False) as file:
        return dict(file)
