"""Measure what each part of the ranking is worth: alone, left out, and its weights cross-validated.

Usage: tools/ablation.py NEWS [--index-dir DIR]      (`make ablation NEWS=path/to/eval/news`)

NEWS is a folder with articles.jsonl and questions.jsonl (the form that `qa-bot eval` reads, with the date of
asking). Articles are counted at their first passage. Prints Markdown tables. The cross-validation chooses
the weights with the best mean of both MRRs on one half of the questions, and measures them on the other,
for twenty halvings.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.evaluation import EvalQuestion, first_rank, read_questions
from qa_bot.expansion import Expanded, expand, weighted_terms
from qa_bot.models import embedder, word_rarity
from qa_bot.question import parse
from qa_bot.retrieval import PassageRetriever
from qa_bot.store import Build, Store
from qa_bot.types import Filters

DEPTH = 200
HALVINGS = 20
NONE: dict[str, float] = {
    "article_weight": 0,
    "title_weight": 0,
    "passage_weight": 0,
    "vector_weight": 0,
    "recency_weight": 0,
}
ALONE: dict[str, dict[str, float]] = {
    "words of the passage": NONE | {"passage_weight": 1},
    "words of the title": NONE | {"title_weight": 1},
    "words of the whole text": NONE | {"article_weight": 1},
    "all words": {"vector_weight": 0, "recency_weight": 0},
    "all words and date": {"vector_weight": 0},
}
LEFT_OUT: dict[str, dict[str, float]] = {
    "nothing": {},
    "words of the passage": {"passage_weight": 0},
    "words of the title": {"title_weight": 0},
    "words of the whole text": {"article_weight": 0},
    "vectors": {"vector_weight": 0},
    "date": {"recency_weight": 0},
}
GRID: dict[str, tuple[float, ...]] = {
    "title_weight": (0.5, 1.0, 1.5),
    "passage_weight": (0.25, 0.5, 1.0),
    "vector_weight": (0.0, 0.1, 0.3),
    "recency_weight": (0.6, 0.8, 1.0),
}
Ranks = list[float]  # the reciprocal rank of each question's article; 0 when it was not found


class Trial:
    """One index and its questions, asked with any weights."""

    def __init__(self, store: Store, questions: Sequence[EvalQuestion]) -> None:
        self._store = store
        self._embedder = embedder(Settings().embedder)
        self._questions = questions
        self._expanded = [expand(parse(item.question), store, word_rarity) for item in questions]

    def ranks(
        self, weights: Mapping[str, float], *, dated: bool, words: bool = True, variants: bool = True
    ) -> Ranks:
        """The reciprocal ranks of all questions, with or without their date of asking."""
        retriever = PassageRetriever(self._store, self._embedder, Settings(**weights))  # type: ignore[arg-type]
        found = []
        for item, expanded in zip(self._questions, self._expanded, strict=True):
            terms = weighted_terms(expanded if variants else [_bare(unit) for unit in expanded])
            hits = retriever.search(
                item.question,
                terms if words else {},
                filters=Filters(as_of=item.as_of if dated else None),
                limit=DEPTH,
            )
            ranking = list(dict.fromkeys(hit.article.id for hit in hits))
            rank = first_rank(ranking, {proof.article for proof in item.evidence})
            found.append(1.0 / rank if rank else 0.0)
        return found


def _bare(expanded: Expanded) -> Expanded:
    """A unit as it was written, without other spellings and names."""
    from dataclasses import replace

    parts = tuple(
        replace(part, forms={(term,): 1.0})
        for part, term in zip(expanded.parts, expanded.unit.written, strict=False)
    )
    return replace(expanded, parts=parts)


def row(name: str, ranks: Sequence[Ranks]) -> str:
    """A line of the table: Hits@1, Hits@10 and MRR of each column."""
    cells = []
    for found in ranks:
        first = statistics.mean(value == 1.0 for value in found)
        ten = statistics.mean(value >= 0.1 for value in found)
        cells += [f"{value:.3f}".lstrip("0") for value in (first, ten, statistics.mean(found))]
    return f"| {name} | {' | '.join(cells)} |"


def cross_validated(trial: Trial) -> None:
    """What weights chosen on half of the questions are worth on the other half."""
    grid = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    both = []
    for weights in grid:
        dated, undated = trial.ranks(weights, dated=True), trial.ranks(weights, dated=False)
        both.append(list(zip(dated, undated, strict=True)))
        print(".", end="", file=sys.stderr, flush=True)
    means = [statistics.mean(itertools.chain(*pairs)) for pairs in both]
    default = {name: Settings().model_dump()[name] for name in GRID}
    at_default = both[grid.index(default)]
    draw, chosen, held, gap = random.Random(0), [], [], []
    indices = range(len(at_default))
    for _ in range(HALVINGS):
        half = set(draw.sample(indices, len(indices) // 2))
        best = max(both, key=lambda pairs: statistics.mean(sum(pairs[i]) for i in half))
        rest = [i for i in indices if i not in half]
        chosen.append(statistics.mean(sum(best[i]) / 2 for i in rest))
        held.append(statistics.mean(sum(at_default[i]) / 2 for i in rest))
        gap.append(chosen[-1] - held[-1])
    print(
        f"\nMean of both MRRs over {len(grid)} sets of weights: {min(means):.3f} to {max(means):.3f}, ",
        end="",
    )
    print(f"median {statistics.median(means):.3f}, the defaults {means[grid.index(default)]:.3f}.")
    print(
        f"Chosen on one half, on the other: {statistics.mean(chosen):.3f}; the defaults there "
        f"{statistics.mean(held):.3f} ({HALVINGS} halvings, differences of sd {statistics.stdev(gap):.3f})."
    )


def report(trial: Trial) -> None:
    """The tables of the documentation."""
    head = "Hits@1 | Hits@10 | MRR"
    for title, parts in (("alone", ALONE), ("left out", LEFT_OUT)):
        print(f"\n| {title} | {head} | {head} without a date |\n|{' --- |' * 7}")
        for name, weights in parts.items():
            print(row(name, [trial.ranks(weights, dated=dated) for dated in (True, False)]))
        if title == "alone":
            plain = NONE | {"passage_weight": 1, "vector_weight": 1}
            print(row("vectors", [trial.ranks(plain, dated=dated, words=False) for dated in (True, False)]))
        else:
            bare = [trial.ranks({}, dated=dated, variants=False) for dated in (True, False)]
            print(row("other spellings and names", bare))
    cross_validated(trial)


def main() -> int:
    """Index the articles if need be, measure, print; 2 when there is nothing to measure on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("news", type=Path, help="a folder with articles.jsonl and questions.jsonl")
    parser.add_argument("--index-dir", type=Path, help="where the index is, or is to be kept")
    options = parser.parse_args()
    articles, questions = options.news / "articles.jsonl", options.news / "questions.jsonl"
    if not (articles.is_file() and questions.is_file()):
        print(
            f"make ablation: {str(options.news)!r} lacks articles.jsonl or questions.jsonl; name a folder "
            "that has both: NEWS=path/to/eval/news",
            file=sys.stderr,
        )
        return 2
    with tempfile.TemporaryDirectory(prefix="qa-bot-ablation-") as place:
        folder = options.index_dir or Path(place) / "index"
        with QABot.from_articles(articles, index_dir=folder) as bot:
            build = Build(bot.settings.embedder, bot.settings.passage_words)
            store = Store(folder, build)
            report(Trial(store, read_questions(questions)))
            store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
