"""How far the support score tells claims that their evidence bears out from those that it does not.

    python tools/claims.py path/to/claims.jsonl

A claim a line: `claim`, `evidence` (texts, each headed by its number and address), `support` (Complete,
Incomplete, Partial, N/A). Nothing is fitted on them, so no cross-validation is needed. The area under the ROC
curve is that of Hanley and McNeil (1982): how often a claim of the first kind scores above one of the second.
Plain coverage is the share of a claim's words that are in its evidence.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

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
    scores: dict[str, list[tuple[float, float, bool]]] = {}
    for row in rows:
        claim = _MARKER.sub("", row["claim"])
        texts = [_HEAD.sub("", text) for text in row["evidence"] if _HEAD.sub("", text).strip()]
        scores.setdefault(row["support"], []).append((*measured(claim, texts), bool(texts)))
    print(f"{len(rows):,} claims: " + ", ".join(f"{kind} {len(found)}" for kind, found in scores.items()))
    print(f"{'':28}  support  coverage")
    for other in ("Incomplete", "N/A"):
        pairs = [
            auc([row[at] for row in scores["Complete"]], [row[at] for row in scores[other]]) for at in (0, 1)
        ]
        print(f"{f'Complete against {other}':28}  {pairs[0]:>7.3f}  {pairs[1]:>8.3f}")
    return 0


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


def auc(above: Sequence[float], below: Sequence[float]) -> float:
    """How often a score of the first list is above one of the second, ties counted half."""
    high, low = np.asarray(above)[:, None], np.asarray(below)[None, :]
    return float(((high > low) + 0.5 * (high == low)).mean())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
