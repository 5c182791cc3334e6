"""Measure how well follow-up questions are made to stand alone, and fit the weights that help with it.

    python tools/followups.py QUESTIONS.jsonl [--cross-validate] [--write]

A line holds ``history`` (earlier questions, oldest first), ``question``, and ``rewrite``, the question as a
person wrote it to stand alone. The measure is the F1 of content words (stems, without stop words, each as
often as it stands there) against that, a mean over questions, beside two baselines: the question as asked,
and all the questions before it put in front. Intervals are 95 % percentile bootstraps over conversations
(a question's id without what follows "<::>"), as questions of one conversation resemble each other.

The weights of qa_bot/assets/followups.json were fitted on questions of MT-RAG (Katsis et al. 2025,
Apache-2.0), of which only numbers are kept. Figures of the shipped weights on the questions they were fitted
on say little; --cross-validate gives those of weights fitted on nine tenths of the conversations and tried
on the rest. --write fits on all and replaces the weights.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_bot.asides import without_asides
from qa_bot.carrying import WEIGHTS, candidates, content, window
from qa_bot.rewrite import standalone
from qa_bot.types import Turn

FOLDS = 10
RESAMPLES = 2000
SEED = 20241105
# Chosen by cross-validation.
TREES, DEPTH, RATE, LEAF, L2, ROWS, COLUMNS = 200, 2, 0.06, 15, 10.0, 0.6, 0.4
BINS = 16
Numbers = NDArray[np.float64]
Model = dict[str, Any]


def main() -> int:
    """Print the table; fit and write the weights when asked to."""
    parser = argparse.ArgumentParser(description="Measure qa_bot/rewrite.py on follow-up questions.")
    parser.add_argument("questions", type=Path, help="a line each: history, question, rewrite")
    parser.add_argument("--cross-validate", action="store_true", help="fit on other conversations each time")
    parser.add_argument("--write", action="store_true", help="fit on all and replace the weights")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    if not options.questions.is_file():
        print(f"There is no file {str(options.questions)!r}; name follow-up questions.", file=sys.stderr)
        return 2
    rows = [json.loads(line) for line in options.questions.read_text("utf-8").split("\n") if line.strip()]
    if options.write:
        model = fit(rows)
        WEIGHTS.write_text(json.dumps(model, separators=(",", ":")) + "\n", "utf-8")
    figures = measure(rows, cross_validated(rows) if options.cross_validate else rewritten(rows))
    print(json.dumps(figures, indent=2) if options.json else table(figures))
    return 0


# --- the measure --------------------------------------------------------------------------------


def f1(text: str, wanted: str) -> float:
    """F1 of the content words of a text against those of another; 1 when neither has any."""
    ours, theirs = _counted(text), _counted(wanted)
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0


def _counted(text: str) -> Counter[str]:
    return Counter(word.term for word in content(text))


def rewritten(rows: Sequence[dict[str, Any]], weights: Model | None = None) -> list[str]:
    """Each question as qa_bot makes it stand alone."""
    return [
        standalone(row["question"], [Turn(text) for text in row["history"]], weights=weights) for row in rows
    ]


def cross_validated(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Each question as it is made to stand alone with weights fitted on other conversations."""
    folds = _folds(rows)
    texts = [""] * len(rows)
    for fold in range(FOLDS):
        weights = fit([row for row, its in zip(rows, folds, strict=True) if its != fold])
        held = [index for index, its in enumerate(folds) if its == fold]
        for index, text in zip(held, rewritten([rows[index] for index in held], weights), strict=True):
            texts[index] = text
    return texts


def _conversation(row: dict[str, Any]) -> str:
    return str(row["id"]).split("<::>")[0]


def _folds(rows: Sequence[dict[str, Any]]) -> list[int]:
    names = sorted({_conversation(row) for row in rows})
    order = np.random.default_rng(SEED).permutation(len(names))
    fold = {name: int(place) % FOLDS for name, place in zip(names, order, strict=True)}
    return [fold[_conversation(row)] for row in rows]


def measure(rows: Sequence[dict[str, Any]], texts: Sequence[str]) -> dict[str, Any]:
    """The figures: F1 of the rewritten question and the baselines, the gains over them, and the time."""
    ways = {
        "rewritten": list(texts),
        "as asked": [row["question"] for row in rows],
        "with all before it": [" ".join([*row["history"], row["question"]]) for row in rows],
    }
    scores = {
        name: np.array([f1(text, row["rewrite"]) for text, row in zip(made, rows, strict=True)])
        for name, made in ways.items()
    }
    groups = [_conversation(row) for row in rows]
    asked, ours = scores["as asked"], scores["rewritten"]
    started = time.perf_counter()
    rewritten(rows)
    return {
        "questions": len(rows),
        "changed": int(sum(a != b for a, b in zip(ways["rewritten"], ways["as asked"], strict=True))),
        "nearer": int((ours > asked + 1e-9).sum()),
        "farther": int((ours < asked - 1e-9).sum()),
        "f1": {name: _interval(values, groups) for name, values in scores.items()},
        "gain": {
            name: _interval(ours - values, groups) for name, values in scores.items() if values is not ours
        },
        "ms": round(1000 * (time.perf_counter() - started) / len(rows), 2),
    }


def _interval(values: Numbers, groups: Sequence[str]) -> dict[str, float]:
    names, which = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(which, values), np.bincount(which)
    drawn = np.random.default_rng(SEED).integers(len(names), size=(RESAMPLES, len(names)))
    low, high = np.percentile(sums[drawn].sum(1) / sizes[drawn].sum(1), [2.5, 97.5])
    return {
        "value": round(float(values.mean()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def table(figures: dict[str, Any]) -> str:
    """The figures as lines for a terminal."""
    lines = [f"{figures['questions']} questions; {figures['changed']} changed: {figures['nearer']} nearer, "
             f"{figures['farther']} farther; {figures['ms']} ms each", ""]  # fmt: skip
    for name, rate in figures["f1"].items():
        lines.append(f"F1 {name:20} {rate['value']:.4f}   {rate['low']:.4f} - {rate['high']:.4f}")
    for name, rate in figures["gain"].items():
        lines.append(f"gain over {name:20} {rate['value']:+.4f}   {rate['low']:+.4f} - {rate['high']:+.4f}")
    return "\n".join(lines)


# --- the weights --------------------------------------------------------------------------------


def fit(rows: Sequence[dict[str, Any]]) -> Model:
    """Boosted regression trees for the gain in F1 of adding one phrase; see qa_bot/carrying.py."""
    features, gains = [], []
    for row in [*rows, *other_topics(rows)]:
        question = without_asides(row["question"])
        earlier = window([without_asides(text) for text in row["history"]])
        own, wanted = _counted(question), _counted(row["rewrite"])
        before = _f1(own, wanted)
        for phrase, _, its in candidates(question, earlier):
            added = Counter(dict.fromkeys(set(phrase.terms) - set(own), 1))
            features.append(its)
            gains.append(_f1(own + added, wanted) - before)
    names = list(features[0])
    trees = boost(np.array([[its[name] for name in names] for its in features]), np.array(gains))
    return {"base": round(float(np.mean(gains)), 5), "trees": [_named(tree, names) for tree in trees]}


def other_topics(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Changes of topic: questions that stand alone, after the questions of another conversation."""
    rng = np.random.default_rng(SEED)
    made = []
    for row in rows:
        other = rows[int(rng.integers(len(rows)))]
        if other["history"] and _conversation(other) != _conversation(row):
            made.append({**row, "history": other["history"], "question": row["rewrite"]})
    return made


def _f1(ours: Counter[str], theirs: Counter[str]) -> float:
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0


def _named(tree: Any, names: Sequence[str]) -> Any:
    if isinstance(tree, float):
        return round(tree, 5)
    column, threshold, low, high = tree
    return [names[column], round(threshold, 4), _named(low, names), _named(high, names)]


def boost(table: Numbers, wanted: Numbers) -> list[Any]:
    """Trees of depth DEPTH, each fitted to what the ones before it leave, on a part of rows and columns.

    A tree is a number, or [column, threshold, tree up to the threshold, tree above it].
    """
    rng = np.random.default_rng(SEED)
    edges = [np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1])) for column in table.T]
    bins = np.stack([np.searchsorted(edge, column) for edge, column in zip(edges, table.T, strict=True)], 1)
    left = wanted - wanted.mean()
    trees: list[Any] = []
    for _ in range(TREES):
        rows = np.flatnonzero(rng.random(len(left)) < ROWS)
        columns = rng.permutation(table.shape[1])[: int(table.shape[1] * COLUMNS)]
        tree = _grown(bins, edges, left, rows, columns, DEPTH)
        if isinstance(tree, float):
            continue
        trees.append(tree)
        left = left - np.array([_value(tree, row) for row in table])
    return trees


def _value(tree: Any, row: Numbers) -> float:
    while not isinstance(tree, float):
        tree = tree[2] if row[tree[0]] <= tree[1] else tree[3]
    return tree


def _grown(bins: Any, edges: Any, left: Numbers, rows: Any, columns: Any, depth: int) -> Any:
    value = RATE * float(left[rows].sum()) / (len(rows) + L2)
    if not depth or len(rows) < 2 * LEAF:
        return value
    best: tuple[float, int, int] = (1e-6, -1, 0)
    for column in columns:
        gains = _gains(bins[rows, column], left[rows], len(edges[column]) + 1)
        if len(gains) and gains.max() > best[0]:
            best = (float(gains.max()), int(column), int(gains.argmax()))
    _, column, cut = best
    if column < 0:
        return value
    below = bins[rows, column] <= cut
    halves = [_grown(bins, edges, left, part, columns, depth - 1) for part in (rows[below], rows[~below])]
    return [column, float(edges[column][cut]), *halves]


def _gains(bins: Any, left: Numbers, count: int) -> Numbers:
    """How much the squared error falls by cutting after each bin."""
    below, sizes = (
        np.cumsum(np.bincount(bins, left, count))[:-1],
        np.cumsum(np.bincount(bins, minlength=count))[:-1],
    )
    total, size = left.sum(), len(left)
    gains = below**2 / (sizes + L2) + (total - below) ** 2 / (size - sizes + L2) - total**2 / (size + L2)
    return np.where((sizes < LEAF) | (size - sizes < LEAF), -1.0, gains)


if __name__ == "__main__":
    sys.exit(main())
