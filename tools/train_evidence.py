"""Fit qa_bot/assets/evidence.json: the weights that rank sentences and tell whether one answers.

    python tools/train_evidence.py path/to/squad/dev.jsonl [--write]

Two sources. SQuAD 2.0 (Rajpurkar, Jia and Liang 2018, CC BY-SA 4.0): a question a line with its
paragraph, its answers as (start, text) and whether it is answerable; every paragraph becomes an article
of one index, so that sentences compete as they do in use; only numbers fitted on it are kept. And the
project's own questions over the articles of seeds/: tools/evidence_questions.jsonl, mostly hard ones,
and seeds/questions.jsonl. What `qa-bot eval` says of those two files is therefore no measure of
quality; the cross-validated figures that this script prints are.

The ranker learns which sentences hold the answer. The answer model learns whether one of the best two
does. SQuAD gives it four kinds of question: answerable; answerable with the paragraph taken away (the
topic is there, the fact is not); answerable with one name or word swapped for that of another question
(a near miss, a false premise); and its own unanswerable ones. Both models are logistic,
L2-regularised, fitted by Newton's method. SQuAD's figures are five-fold cross-validated by topic, those
of the news questions ten-fold by question.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_bot import QABot
from qa_bot.candidates import FEATURES, PASSAGES_READ, Candidate, judge
from qa_bot.config import bundled
from qa_bot.evidence import answer_features
from qa_bot.expansion import Expanded, expand, weighted_terms
from qa_bot.models import word_rarity, word_vectors
from qa_bot.question import Question, Unit, parse
from qa_bot.text import terms
from qa_bot.types import Filters

ROOT = Path(__file__).parent.parent
QUESTIONS = (ROOT / "tools" / "evidence_questions.jsonl", ROOT / "seeds" / "questions.jsonl")
WEIGHTS = ROOT / "qa_bot" / "assets" / "evidence.json"
L2 = 1.0
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A question with the sentences found for it; ``gold`` says which of them hold the answer."""

    group: str
    kind: str
    candidates: tuple[Candidate, ...]
    gold: NDArray[np.bool_]
    expanded: tuple[Expanded, ...]


def main() -> int:
    """Fit, print the cross-validated figures, and write the weights when asked to."""
    parser = argparse.ArgumentParser(description="Fit the weights of qa_bot/evidence.py.")
    parser.add_argument("squad", type=Path, help="SQuAD 2.0, a question a line")
    parser.add_argument("--write", action="store_true", help="replace the weights in qa_bot/assets")
    parser.add_argument("--limit", type=int, default=10**9, help="use this many of SQuAD's questions")
    options = parser.parse_args()
    if not options.squad.is_file():
        print(f"There is no file {str(options.squad)!r}; name SQuAD's questions.", file=sys.stderr)
        return 2
    rows = [json.loads(line) for line in options.squad.read_text("utf-8").splitlines()]
    cases = [*squad_cases(rows[: options.limit]), *news_cases()]
    report(cases)
    rank = rank_weights(cases)
    weights = {"rank": rank, "answer": answer_model(cases, rank)}
    print(json.dumps(weights, indent=1))
    if options.write:
        WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")
    return 0


def news_cases() -> Iterator[Case]:
    """The project's own questions over its sample articles."""
    with (
        tempfile.TemporaryDirectory() as folder,
        QABot.from_articles(bundled("seeds"), index_dir=Path(folder, "index")) as bot,
    ):
        lines = [line for path in QUESTIONS for line in path.read_text("utf-8").splitlines()]
        for row in map(json.loads, lines):
            if row["kind"] in ("greeting", "injection") or row.get("history"):
                continue
            parsed = parse(row["question"])
            candidates, expanded = _candidates(bot, parsed, None)
            gold = np.array([_bears_out(item, row) for item in candidates], dtype=bool)
            kind = "news_answerable" if row.get("answerable", True) else "news_unanswerable"
            if candidates:
                yield Case(row["id"], kind, candidates, gold, expanded)


def _bears_out(item: Candidate, row: dict[str, Any]) -> bool:
    """Whether a sentence has words of an evidence phrase that hold a wording of the answer."""
    wordings = [wording for group in row["answers"] for wording in group]
    return any(
        item.article.id == evidence["article"]
        and (
            item.text in evidence["phrase"]
            or evidence["phrase"] in item.text
            or any(w in item.text and w in evidence["phrase"] for w in wordings)
        )
        for evidence in row["evidence"]
    )


def squad_cases(rows: Sequence[dict[str, Any]]) -> Iterator[Case]:
    """SQuAD's questions over an index of its paragraphs."""
    with tempfile.TemporaryDirectory() as folder:
        paragraphs = {row["context"]: f"{row['article']}/{row['paragraph']}" for row in rows}
        titles = {row["context"]: row["article"].replace("_", " ") for row in rows}
        corpus = Path(folder, "corpus.jsonl")
        with corpus.open("w", encoding="utf-8") as file:
            for text, key in paragraphs.items():
                file.write(json.dumps({"id": key, "title": titles[text], "text": text}) + "\n")
        pool = [unit for row in rows for unit in parse(row["question"].strip() or "?").units]
        chance = random.Random(0)
        with QABot.from_articles(corpus, index_dir=Path(folder, "index")) as bot:
            for row in rows:
                paragraph = paragraphs[row["context"]]
                if not row["answerable"]:
                    yield from _asked(bot, row, paragraph, [("unanswerable", None)])
                    continue
                yield from _asked(bot, row, paragraph, [("answerable", None), ("taken_away", paragraph)])
                swapped = _swapped(row, pool, chance)
                if swapped:
                    yield from _asked(bot, swapped, paragraph, [("swapped", None)])


def _swapped(row: dict[str, Any], pool: Sequence[Unit], chance: random.Random) -> dict[str, Any] | None:
    """The question with one unit replaced by one of the same kind that its paragraph does not have."""
    units = [unit for unit in parse(row["question"]).units if unit.kind in ("name", "place", "word")]
    chance.shuffle(units)
    context = set(terms(row["context"]))
    for unit in units:
        others = [other for other in chance.sample(pool, 40) if other.kind == unit.kind]
        for other in others:
            if not set(other.written) & context and unit.text in row["question"]:
                question = row["question"].replace(unit.text, other.text, 1)
                return {**row, "question": question, "answerable": False}
    return None


def _asked(
    bot: QABot, row: dict[str, Any], paragraph: str, kinds: Sequence[tuple[str, str | None]]
) -> Iterator[Case]:
    parsed = parse(row["question"].strip() or "?")
    for kind, without in kinds:
        candidates, expanded = _candidates(bot, parsed, without)
        gold = np.array([_holds(item, row, paragraph) for item in candidates], dtype=bool)
        if candidates:
            yield Case(row["article"], kind, candidates, gold, expanded)


def _candidates(
    bot: QABot, parsed: Question, without: str | None
) -> tuple[tuple[Candidate, ...], tuple[Expanded, ...]]:
    """The judged sentences that the bot finds for a question, as if an article were not there."""
    expanded = expand(parsed, bot._store, word_rarity)
    hits = bot._retriever.search(
        parsed.text, weighted_terms(expanded), filters=Filters(), limit=bot.settings.candidates
    )
    found = [(hit.passage, bot.article(hit.article.id)) for hit in hits if hit.article.id != without]
    return tuple(judge(parsed, expanded, found[:PASSAGES_READ], word_vectors)), expanded


def _holds(item: Candidate, row: dict[str, Any], paragraph: str) -> bool:
    if item.article.id != paragraph or not row["answerable"]:
        return False
    return any(text in item.text for _, text in row["answers"])


# --- fitting ------------------------------------------------------------------------------------


def fit(
    features: Matrix, labels: NDArray[np.float64], weights: Matrix, offset: Matrix | float = 0.0
) -> tuple[Matrix, float]:
    """Coefficients and intercept of a weighted, L2-regularised logistic model (Newton's method).

    ``offset`` is the part of each row's logit that is given.
    """
    design = np.hstack([features, np.ones((len(features), 1))])
    penalty = np.diag([L2] * features.shape[1] + [1e-6])
    theta = np.zeros(design.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(design @ theta + offset, -30, 30)))
        gradient = design.T @ (weights * (p - labels)) + penalty @ theta
        hessian = (design.T * (weights * p * (1 - p))) @ design + penalty
        step = np.linalg.solve(hessian, gradient)
        theta -= step
        if np.abs(step).max() < 1e-8:
            break
    return theta[:-1], float(theta[-1])


def rank_weights(cases: Sequence[Case]) -> dict[str, float]:
    """Weights of FEATURES under which sentences that hold the answer come first."""
    rows, labels, weights = [], [], []
    for case in cases:
        if not case.gold.any() or case.gold.all():
            continue
        for item, gold in zip(case.candidates, case.gold, strict=True):
            rows.append([item.features[name] for name in FEATURES])
            labels.append(float(gold))
            # Each question counts once on either side, however many sentences it has.
            share = NEWS_WEIGHT if case.kind.startswith("news") else 1.0
            weights.append(share / (case.gold.sum() if gold else (~case.gold).sum()))
    matrix = np.array(rows)
    fixed = np.array([FIXED.get(name, 0.0) for name in FEATURES])
    free = [index for index, name in enumerate(FEATURES) if name not in FIXED]
    coefficients = fixed.copy()
    coefficients[free], _ = fit(matrix[:, free], np.array(labels), np.array(weights), matrix @ fixed)
    return {name: round(float(value), 4) for name, value in zip(FEATURES, coefficients, strict=True)}


# Not fitted, as the data cannot tell. Headings are never candidates beside sentences; a passage's score
# beside the best one's means less among a few articles on one event than among paragraphs on hundreds
# of things; a question for a number has no answer without one.
FIXED = {"passage_score": 2.0, "heading": -1.5, "first": 0.0, "no_number": -6.0}
# What a question about news counts beside one of SQuAD's in ranking.
NEWS_WEIGHT = 3.0
# What share of its weight the answer model gives to each kind of question. SQuAD's unanswerable ones are
# made to trap readers and count least.
KIND_SHARE = {
    "answerable": 0.175,
    "taken_away": 0.07,
    "swapped": 0.07,
    "unanswerable": 0.035,
    "news_answerable": 0.39,
    "news_unanswerable": 0.26,
}
_BEST = 2  # an answer shows at least the two best sentences


def _ranked(case: Case, rank: dict[str, float]) -> tuple[list[Candidate], NDArray[np.bool_]]:
    scored = [
        replace(item, score=sum(weight * item.features[name] for name, weight in rank.items()))
        for item in case.candidates
    ]
    order = np.argsort([-item.score for item in scored], kind="stable")
    return [scored[i] for i in order], case.gold[order]


def answer_model(cases: Sequence[Case], rank: dict[str, float]) -> dict[str, Any]:
    """Bias and weights of the probability that one of the best sentences holds the answer."""
    rows, labels, weights = [], [], []
    names: list[str] = []
    count = {kind: sum(case.kind == kind for case in cases) for kind in KIND_SHARE}
    for case in cases:
        best, gold = _ranked(case, rank)
        features = answer_features(best[0], case.expanded)
        names = list(features)
        rows.append(list(features.values()))
        labels.append(float(gold[:_BEST].any()))
        weights.append(min(len(cases), MASS) * KIND_SHARE[case.kind] / count[case.kind])
    coefficients, bias = fit(np.array(rows), np.array(labels), np.array(weights))
    return {
        "bias": round(bias, 4),
        "weights": {name: round(float(value), 4) for name, value in zip(names, coefficients, strict=True)},
    }


MASS = 1000.0  # the fit's total weight, against which L2 stands


def report(cases: Sequence[Case]) -> None:
    """Print cross-validated figures."""
    scores: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KIND_SHARE}
    first: dict[str, list[bool]] = {kind: [] for kind in KIND_SHARE}
    squad = [case for case in cases if not case.kind.startswith("news")]
    news = [case for case in cases if case.kind.startswith("news")]
    for tested, others, folds in ((squad, news, 5), (news, squad, 10)):
        groups = sorted({case.group for case in tested})
        fold_of = {group: index % folds for index, group in enumerate(groups)}
        for fold in range(folds):
            train = [*others, *(case for case in tested if fold_of[case.group] != fold)]
            rank = rank_weights(train)
            model = answer_model(train, rank)
            for case in tested:
                if fold_of[case.group] == fold:
                    best, gold = _ranked(case, rank)
                    scores[case.kind].append((_probability(model, best[0], case), float(gold[:_BEST].any())))
                    first[case.kind].append(bool(gold[0]))
    for kind in ("answerable", "news_answerable"):
        share = np.mean(first[kind])
        print(f"{kind}: {len(first[kind])} questions; the best sentence holds the answer of {share:.3f}")
    for right, wrong in (
        ("answerable", "taken_away"),
        ("answerable", "swapped"),
        ("answerable", "unanswerable"),
        ("news_answerable", "news_unanswerable"),
    ):
        area = auc([p for p, _ in scores[right]], [p for p, _ in scores[wrong]])
        print(f"AUC {right} against {wrong}: {area:.3f}")
    pairs = scores["news_answerable"] + scores["news_unanswerable"]
    for low in np.arange(0, 1, 0.1):
        inside = [y for p, y in pairs if low <= p < low + 0.1]
        if inside:
            print(f"news, confidence {low:.1f}-{low + 0.1:.1f}: {np.mean(inside):.2f} right of {len(inside)}")


def _probability(model: dict[str, Any], best: Candidate, case: Case) -> float:
    features = answer_features(best, case.expanded)
    logit = model["bias"] + sum(model["weights"][name] * value for name, value in features.items())
    return float(1 / (1 + np.exp(-logit)))


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Area under the ROC curve: the chance that a positive outranks a negative (Mann-Whitney U)."""
    values = np.concatenate([positive, negative])
    order = values.argsort(kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values):
        same = values == value
        ranks[same] = ranks[same].mean()
    total = ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2
    return float(total / (len(positive) * len(negative)))


if __name__ == "__main__":
    sys.exit(main())
