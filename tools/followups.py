"""Measure how well follow-up questions are made to stand alone.

    python tools/followups.py QUESTIONS.jsonl [--json]

A line holds ``history`` (earlier questions, oldest first), ``question``, and ``rewrite``, the question as a
person wrote it to stand alone. The measure is the F1 of content words (stems, without stop words, each as
often as it stands there) against that, a mean over questions, beside two baselines: the question as asked,
and all the questions before it put in front. Intervals are 95 % percentile bootstraps over conversations
(a question's id without what follows "<::>"), as questions of one conversation resemble each other.
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

from qa_bot.leaning import content
from qa_bot.rewrite import standalone
from qa_bot.types import Turn

RESAMPLES = 2000
SEED = 20241105
Numbers = NDArray[np.float64]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure qa_bot/rewrite.py on follow-up questions.")
    parser.add_argument("questions", type=Path, help="a line each: history, question, rewrite")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    if not options.questions.is_file():
        print(f"There is no file {str(options.questions)!r}; name follow-up questions.", file=sys.stderr)
        return 2
    rows = [json.loads(line) for line in options.questions.read_text("utf-8").split("\n") if line.strip()]
    figures = measure(rows, rewritten(rows))
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


def rewritten(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Each question as qa_bot makes it stand alone."""
    return [standalone(row["question"], [Turn(text) for text in row["history"]]) for row in rows]


def _conversation(row: dict[str, Any]) -> str:
    return str(row["id"]).split("<::>")[0]


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


if __name__ == "__main__":
    sys.exit(main())
