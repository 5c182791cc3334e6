"""How far the support score tells claims that their evidence bears out from those that it does not.

    python tools/claims.py path/to/claims.jsonl

A claim a line: `claim`, `evidence` (texts, each headed by its number and address), `support` (Complete,
Incomplete, Partial, N/A). The support score is the program's own, with nothing fitted. Plain coverage is
the share of a claim's words that are in its evidence. Fitted is a logistic model of both, of rarer words,
vectors, word pairs and lengths, ten-fold cross-validated, for comparison: the program does not use it. The
area under the ROC curve is that of Hanley and McNeil (1982): how often a claim of the first kind scores
above one of the second.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa_bot.chunking import passages
from qa_bot.lexicon import stop_terms
from qa_bot.models import word_rarity, word_vectors
from qa_bot.support import Checker, Source
from qa_bot.text import terms
from qa_bot.types import Article, Passage

_HEAD = re.compile(r"\A\s*\[\d+\]\s+\S+\s*")
_MARKER = re.compile(r"\s*\[\d+\](?:\[\d+\])*")
_PASSAGE_WORDS = 300


def main(arguments: Sequence[str]) -> int:
    """Print the figures; 2 when there are no claims."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print(
            "claims.py: no claims. Name a file: python tools/claims.py path/to/claims.jsonl", file=sys.stderr
        )
        return 2
    rows = [json.loads(line) for line in Path(arguments[0]).read_text("utf-8").splitlines() if line.strip()]
    labels = np.array([row["support"] for row in rows])
    table = np.array([features(row["claim"], row["evidence"]) for row in rows])
    counts = ", ".join(f"{kind} {(labels == kind).sum()}" for kind in dict.fromkeys(labels.tolist()))
    print(f"{len(rows):,} claims: {counts}")
    print(f"{'':28}  support  coverage  fitted")
    for other in ("Incomplete", "N/A"):
        chosen = np.isin(labels, ("Complete", other))
        first = labels[chosen] == "Complete"
        found = table[chosen]
        figures = [auc(column[first], column[~first]) for column in (found[:, 0], found[:, 1])]
        figures.append(cross_validated(found, first))
        print(f"{f'Complete against {other}':28}  " + "  ".join(f"{figure:>7.3f}" for figure in figures))
    return 0


def features(claim: str, evidence: Sequence[str]) -> list[float]:
    """Support score, coverage, coverage by rare words, cosine, shared word pairs, and three lengths."""
    claim = _MARKER.sub("", claim)
    texts = [text for given in evidence if (text := _HEAD.sub("", given).strip())]
    own = [term for term in terms(claim) if term not in stop_terms()]
    held = {term for text in texts for term in terms(text)}
    weights = np.array([word_rarity(term) for term in own] or [1.0])
    there = np.array([term in held for term in own] or [False])
    vectors = word_vectors([claim, *texts])
    joined = [" ".join(term for term in terms(text) if term not in stop_terms()) for text in texts]
    pairs = [any(f"{one} {other}" in text for text in joined) for one, other in pairwise(own)]
    return [
        *measured(claim, texts),
        float((weights * there).sum() / weights.sum()),
        float((vectors[1:] @ vectors[0]).max()) if texts else 0.0,
        float(np.mean(pairs)) if pairs else 0.0,
        float(len(own)),
        float(len(texts)),
        float(np.log1p(sum(map(len, texts)))),
    ]


def cross_validated(table: NDArray[np.float64], first: NDArray[np.bool_], folds: int = 10) -> float:
    """The area under the curve of a logistic model's values for claims that it was not fitted on."""
    columns = np.c_[(table - table.mean(0)) / table.std(0), np.ones(len(table))]
    found = []
    for seed in range(5):
        order, values = np.random.default_rng(seed).permutation(len(table)), np.zeros(len(table))
        for fold in range(folds):
            out = order[fold::folds]
            rest = np.setdiff1d(order, out)
            values[out] = columns[out] @ _fitted(columns[rest], first[rest].astype(float))
        found.append(auc(values[first], values[~first]))
    return float(np.mean(found))


def _fitted(
    columns: NDArray[np.float64], wanted: NDArray[np.float64], penalty: float = 10.0
) -> NDArray[np.float64]:
    """Weights of a logistic model, by Newton's method with an L2 penalty."""
    weights: NDArray[np.float64] = np.zeros(columns.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (chance - wanted) + penalty * weights
        curve = (columns * (chance * (1 - chance))[:, None]).T @ columns + penalty * np.eye(len(weights))
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def measured(claim: str, texts: Sequence[str]) -> tuple[float, float]:
    """The best support score that any passage of the evidence gives a claim, and its plain coverage."""
    sources = [
        Source(
            f"{at}-{number}",
            Passage(f"{at}-{number}", str(at), text[s.start : s.end], s.start, s.end),
            article,
        )
        for at, text in enumerate(texts)
        for article in [Article(str(at), text)]
        for number, s in enumerate(passages(text, _PASSAGE_WORDS))
    ]
    checker = Checker(sources, None, word_vectors, word_rarity)
    own = set(terms(claim)) - stop_terms()
    held = {term for text in texts for term in terms(text)}
    best = max((checker.score(claim, source) for source in sources), default=0.0)
    return best, len(own & held) / max(len(own), 1)


def auc(above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    """How often a score of the first list is above one of the second, ties counted half."""
    high, low = above[:, None], below[None, :]
    return float(((high > low) + 0.5 * (high == low)).mean())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
