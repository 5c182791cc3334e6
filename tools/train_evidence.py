"""Fit the weights that choose sentences: qa_bot/assets/evidence.json and qa_bot/assets/reader.npz.

    pip install torch    # the CPU build will do; only this script needs it
    python tools/train_evidence.py path/to/squad/dev.jsonl [--write] [--report]

Two sources. SQuAD 2.0 (Rajpurkar, Jia and Liang 2018, CC BY-SA 4.0): a question a line with its
paragraph, its answers as (start, text) and whether it is answerable; only numbers fitted on it are kept.
And the project's own questions over the articles of seeds/: tools/evidence_questions.jsonl and
seeds/questions.jsonl. What `qa-bot eval` says of those two files is therefore no measure of
quality; the cross-validated figures of ``--report`` are.

Three models. The ranking (logistic, L2-regularised, fitted by Newton's method) learns from its features which
sentences hold the answer. The answer model (the same) learns whether one of the best two does; it serves
where the reader does not read. The reader learns both at once: over the best sentences and "none of them" its
loss is the negative log probability of what is right, cross-entropy by gradient descent.

Cross-validation is five-fold, SQuAD's questions by topic, the own ones by question.
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
from qa_bot.candidates import CANDIDATES_READ, PASSAGES_READ, RANKED, Candidate, rank
from qa_bot.config import bundled
from qa_bot.evidence import answer_features
from qa_bot.expansion import Expanded, expand, weighted_terms
from qa_bot.models import word_rarity, word_vectors
from qa_bot.question import parse
from qa_bot.reader import matches, padded, read_all, token_weights
from qa_bot.requests import request
from qa_bot.types import Filters

ROOT = Path(__file__).parent.parent
QUESTIONS = (ROOT / "tools" / "evidence_questions.jsonl", ROOT / "seeds" / "questions.jsonl")
ASSETS = ROOT / "qa_bot" / "assets"
L2 = 1.0
FOLDS = 5
OWN_WEIGHT = 3.0  # what a question about news counts beside one of SQuAD's
Matrix = NDArray[np.float64]


@dataclass
class Case:
    """A question with the sentences found for it, best first; ``gold`` says which of them hold the answer.

    ``answerable`` is what the data says, wherever its sentence is; ``named``: the articles have its names.
    """

    question: str
    group: str
    own: bool
    answerable: bool
    named: bool
    candidates: list[Candidate]
    gold: NDArray[np.bool_]
    expanded: tuple[Expanded, ...]
    best_holds: bool = False  # whether the sentence that a model which did not see it puts first is right


def main() -> int:
    """Fit, print the cross-validated figures, and write the weights when asked to."""
    parser = argparse.ArgumentParser(description="Fit the weights that choose sentences.")
    parser.add_argument("squad", type=Path, help="SQuAD 2.0, a question a line")
    parser.add_argument("--write", action="store_true", help="replace the weights in qa_bot/assets")
    parser.add_argument(
        "--report", action="store_true", help="print cross-validated figures: five times as long"
    )
    parser.add_argument("--limit", type=int, default=10**9, help="fit on this many of SQuAD's questions")
    options = parser.parse_args()
    if not options.squad.is_file():
        print(f"There is no file {str(options.squad)!r}; name SQuAD's questions.", file=sys.stderr)
        return 2
    rows = [json.loads(line) for line in options.squad.read_text("utf-8").splitlines()]
    cases = [*squad_cases(rows[: options.limit]), *own_cases()]
    held_out = cross_validated(cases) if options.report else []
    if options.report:
        report(cases, held_out)
    ranking = rank_weights(cases)
    order(cases, ranking)
    weights = {"rank": ranking, "answer": answer_model(cases)}
    reader = train_reader(cases)
    if options.report:
        reader["calibration"] = calibration(cases, held_out)
    if options.write:
        if not options.report:
            with np.load(ASSETS / "reader.npz") as before:
                reader["calibration"] = before["calibration"]
        (ASSETS / "evidence.json").write_text(json.dumps(weights, indent=1) + "\n", "utf-8")
        np.savez_compressed(ASSETS / "reader.npz", **reader)  # type: ignore[arg-type]
    return 0


# --- cases --------------------------------------------------------------------------------------


def own_cases() -> Iterator[Case]:
    """The project's own questions over its sample articles."""
    with (
        tempfile.TemporaryDirectory() as folder,
        QABot.from_articles(bundled("seeds"), index_dir=Path(folder, "index")) as bot,
    ):
        lines = [line for path in QUESTIONS for line in path.read_text("utf-8").splitlines()]
        for row in map(json.loads, lines):
            asks = row["kind"] not in ("greeting", "injection") and not row.get("history")
            if asks and request(row["question"]).kind == "fact":
                case = _asked(bot, row["question"], row["id"], None)
                gold = np.array([_bears_out(item, row) for item in case.candidates], dtype=bool)
                if case.candidates:
                    yield replace(case, own=True, gold=gold, answerable=row.get("answerable", True))


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
    """SQuAD's questions, each to its own paragraph in an index of them all."""
    with tempfile.TemporaryDirectory() as folder:
        paragraphs = {row["context"]: f"{row['article']}/{row['paragraph']}" for row in rows}
        titles = {row["context"]: row["article"].replace("_", " ") for row in rows}
        corpus = Path(folder, "corpus.jsonl")
        with corpus.open("w", encoding="utf-8") as file:
            for text, key in paragraphs.items():
                file.write(json.dumps({"id": key, "title": titles[text], "text": text}) + "\n")
        with QABot.from_articles(corpus, index_dir=Path(folder, "index")) as bot:
            for row in rows:
                question = row["question"].strip() or "?"
                case = _asked(bot, question, row["article"], paragraphs[row["context"]])
                holds = [
                    row["answerable"] and any(text in item.text for _, text in row["answers"])
                    for item in case.candidates
                ]
                if case.candidates:
                    yield replace(case, gold=np.array(holds, dtype=bool), answerable=row["answerable"])


def _asked(bot: QABot, question: str, group: str, article: str | None) -> Case:
    parsed = parse(question)
    expanded = expand(parsed, bot._store, word_rarity)
    filters = Filters(articles=(article,) if article else None)
    terms = weighted_terms(expanded)
    hits = bot._retriever.search(question, terms, filters=filters, limit=bot.settings.candidates)
    found = [(hit.passage, bot.article(hit.article.id)) for hit in hits[:PASSAGES_READ]]
    named = not any(item.missing for item in expanded if item.unit.kind in ("name", "place"))
    candidates = rank(parsed, expanded, found, word_vectors)
    return Case(question, group, False, True, named, candidates, np.zeros(0, dtype=bool), expanded)


# --- the logistic models ------------------------------------------------------------------------


def fit(features: Matrix, labels: Matrix, weights: Matrix) -> tuple[Matrix, float]:
    """Coefficients and intercept of a weighted, L2-regularised logistic model (Newton's method)."""
    design = np.hstack([features, np.ones((len(features), 1))])
    penalty = np.diag([L2] * features.shape[1] + [1e-6])
    theta = np.zeros(design.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(design @ theta, -30, 30)))
        gradient = design.T @ (weights * (p - labels)) + penalty @ theta
        step = np.linalg.solve((design.T * (weights * p * (1 - p))) @ design + penalty, gradient)
        theta -= step
        if np.abs(step).max() < 1e-8:
            break
    return theta[:-1], float(theta[-1])


def rank_weights(cases: Sequence[Case]) -> dict[str, float]:
    """Weights of RANKED under which sentences that hold the answer come first."""
    rows, labels, weights = [], [], []
    for case in cases:
        if not case.gold.any() or case.gold.all():
            continue
        for item, gold in zip(case.candidates, case.gold, strict=True):
            rows.append([item.features[name] for name in RANKED])
            labels.append(float(gold))
            # Each question counts once on either side, however many sentences it has.
            share = OWN_WEIGHT if case.own else 1.0
            weights.append(share / (case.gold.sum() if gold else (~case.gold).sum()))
    coefficients, _ = fit(np.array(rows), np.array(labels), np.array(weights))
    return {name: round(float(value), 4) for name, value in zip(RANKED, coefficients, strict=True)}


def order(cases: Sequence[Case], ranking: dict[str, float]) -> None:
    """Sort each case's sentences by a ranking."""
    for case in cases:
        scored = [
            replace(item, score=sum(weight * item.features[name] for name, weight in ranking.items()))
            for item in case.candidates
        ]
        places = np.argsort([-item.score for item in scored], kind="stable")
        case.candidates, case.gold = [scored[place] for place in places], case.gold[places]


_BEST = 2  # an answer shows at least the two best sentences
MASS = 1000.0  # the answer model's total weight, against which L2 stands


def answer_model(cases: Sequence[Case]) -> dict[str, Any]:
    """Bias and weights of the probability that one of the best sentences holds the answer."""
    rows = [answer_features(case.candidates[0], case.expanded) for case in cases]
    labels = np.array([float(case.gold[:_BEST].any()) for case in cases])
    weights = np.array([OWN_WEIGHT if case.own else 1.0 for case in cases])
    matrix = np.array([list(row.values()) for row in rows])
    coefficients, bias = fit(matrix, labels, weights * min(MASS, len(cases)) / weights.sum())
    named = {name: round(float(value), 4) for name, value in zip(rows[0], coefficients, strict=True)}
    return {"bias": round(bias, 4), "weights": named}


# --- the reader ---------------------------------------------------------------------------------

HIDDEN, COMPARED = 64, 48
EPOCHS, RATE, DECAY, DROPOUT, BATCH = 4, 2e-3, 2e-2, 0.2, 16
READER_FEATURES = tuple(RANKED)


@dataclass(frozen=True)
class Read:
    """What the reader is given of a case: its sentences' features, and the tokens of both sides."""

    table: NDArray[np.float64]
    tensors: tuple[
        NDArray[np.float32], ...
    ]  # the question's tokens, their weights, sentences, what is padding


def as_read(case: Case) -> Read:
    """The best sentences as the reader reads them."""
    best = case.candidates[:CANDIDATES_READ]
    asked, sentences = read_all(case.question, [item.text for item in best])
    matched = np.array([matches(asked, sentence) for sentence in sentences])
    rows = np.array([[item.features[name] for name in READER_FEATURES] for item in best])
    words, outside = padded(sentences)
    table = np.hstack([rows, matched, matched - matched.max(axis=0)])
    return Read(table, (asked.vectors, token_weights(asked), words, outside))


def train_reader(cases: Sequence[Case]) -> dict[str, NDArray[Any]]:
    """The weights of `qa_bot.reader`, by name, calibration left as it is."""
    model, mean, deviation = _trained(cases)
    state = {name: tensor.detach().numpy() for name, tensor in model.named_parameters()}
    return {
        "features": np.array(READER_FEATURES),
        "mean": mean,
        "deviation": deviation,
        "temperature": state["temperature"],
        "project": state["project.weight"],
        "project_bias": state["project.bias"],
        "compare": state["compare.weight"],
        "compare_bias": state["compare.bias"],
        "tell": state["tell.weight"][0],
        "tell_bias": state["tell.bias"],
        "weigh": state["weigh.weight"][0],
        "weigh_bias": state["weigh.bias"],
        "sum": state["sum.weight"][0],
        "sum_bias": state["sum.bias"],
        "null": state["null"],
        "calibration": np.array([1.0, 0.0]),
    }


def _trained(cases: Sequence[Case]) -> tuple[Any, Matrix, Matrix]:
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)  # the tensors are small
    reads = [as_read(case) for case in cases]
    table = np.vstack([read.table for read in reads])
    mean, deviation = table.mean(axis=0), table.std(axis=0) + 1e-6
    model = _network(table.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    chance = random.Random(0)
    places = list(range(len(cases)))
    for epoch in range(EPOCHS):
        chance.shuffle(places)
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - epoch / EPOCHS)
        for step, place in enumerate(places, 1):
            loss = _loss(model, cases[place], _scored(model, reads[place], mean, deviation))
            if loss is not None:
                (loss * (OWN_WEIGHT if cases[place].own else 1.0) / BATCH).backward()
            if step % BATCH == 0:
                optimizer.step()
                optimizer.zero_grad()
    return model.eval(), mean, deviation


def _loss(model: Any, case: Case, scored: Any) -> Any:
    """Cross-entropy over the sentences and "none of them"; None where the answer was not found."""
    import torch

    whole = torch.logsumexp(torch.cat([model.null[None], scored]), 0)
    gold = torch.tensor(case.gold[:CANDIDATES_READ])
    if not case.answerable:
        return whole - model.null
    return whole - torch.logsumexp(scored[gold], 0) if gold.any() else None


def _network(features: int) -> Any:
    import torch
    from torch import nn

    model = nn.Module()
    model.project = nn.Linear(384, HIDDEN)
    model.compare = nn.Linear(4 * HIDDEN + 3, COMPARED)
    model.tell, model.weigh = nn.Linear(COMPARED, 1), nn.Linear(COMPARED, 1)
    model.sum = nn.Linear(features + 3, 1)
    model.temperature = nn.Parameter(torch.tensor(8.0))
    model.null = nn.Parameter(torch.tensor(0.0))
    return model


def _scored(model: Any, read: Read, mean: Matrix, deviation: Matrix) -> Any:
    """The reader's scores in torch: what `qa_bot.reader` computes, with dropout while it trains."""
    import torch
    from torch.nn import functional

    def drop(values: Any) -> Any:
        return functional.dropout(values, DROPOUT, model.training)

    asked, weights, words, outside = map(torch.from_numpy, read.tensors)
    alike = torch.einsum("qd,nwd->nqw", asked, words) - outside * 1e4
    nearest = alike.max(-1).values
    aligned = torch.softmax(alike * model.temperature, -1) @ model.project(words)
    own = drop(model.project(asked)).expand(len(words), -1, -1)
    beside = [nearest[..., None], (nearest * weights)[..., None], weights.expand_as(nearest)[..., None]]
    compared = torch.cat([own, aligned, (own - aligned).abs(), own * aligned, *beside], -1)
    hidden = drop(torch.relu(model.compare(compared)))
    told = model.tell(hidden)[..., 0]
    share = torch.softmax(model.weigh(hidden)[..., 0] + weights.log(), -1)
    summed = torch.stack([(told * share).sum(-1), told.min(-1).values, told.mean(-1)], -1)
    table = torch.tensor((read.table - mean) / deviation, dtype=torch.float32)
    return model.sum(torch.cat([summed, table], -1))[:, 0]


# --- cross-validation ---------------------------------------------------------------------------


def cross_validated(cases: Sequence[Case]) -> list[NDArray[np.float64]]:
    """For each case the scores of its best sentences by a model that saw nothing of its group."""
    import torch

    topics = sorted({case.group for case in cases if not case.own})
    fold_of = {topic: place % FOLDS for place, topic in enumerate(topics)}
    chance = random.Random(0)
    folds = [chance.randrange(FOLDS) if case.own else fold_of[case.group] for case in cases]
    held_out: list[NDArray[np.float64]] = [np.zeros(0)] * len(cases)
    for fold in range(FOLDS):
        train = [case for case, own_fold in zip(cases, folds, strict=True) if own_fold != fold]
        order(cases, rank_weights(train))
        model, mean, deviation = _trained(train)
        with torch.no_grad():
            for place, case in enumerate(cases):
                if folds[place] == fold:
                    scored = _scored(model, as_read(case), mean, deviation) - model.null
                    held_out[place] = scored.numpy().astype(float)
                    best = int(held_out[place].argmax())
                    case.best_holds = bool(case.gold[best])
    return held_out


def calibration(cases: Sequence[Case], held_out: Sequence[NDArray[np.float64]]) -> Matrix:
    """Slope and bias that make the best score a probability, on the own questions (Platt 1999)."""
    own = [
        (scored.max(), case) for scored, case in zip(held_out, cases, strict=True) if case.own and case.named
    ]
    score = np.array([[best] for best, _ in own])
    right = np.array([float(case.best_holds) for _, case in own])
    slope, bias = fit(score, right, np.ones(len(own)))
    return np.array([float(slope[0]), bias])


def report(cases: Sequence[Case], held_out: Sequence[NDArray[np.float64]]) -> None:
    """Print cross-validated figures."""
    slope, bias = calibration(cases, held_out)
    for name, own in (("SQuAD, within the paragraph", False), ("own questions", True)):
        chosen = [(s, c) for s, c in zip(held_out, cases, strict=True) if c.own == own]
        answerable = [c for _, c in chosen if c.answerable]
        share = np.mean([c.best_holds for c in answerable])
        print(f"{name}: the best sentence holds the answer of {share:.3f} of {len(answerable)}")
        yes = [s.max() for s, c in chosen if c.answerable and c.named]
        no = [s.max() for s, c in chosen if not c.answerable and c.named]
        print(f"{name}: AUC of {len(yes)} answerable against {len(no)} unanswerable {auc(yes, no):.3f}")
    pairs = [
        (1 / (1 + np.exp(-(slope * s.max() + bias))), c.best_holds)
        for s, c in zip(held_out, cases, strict=True)
        if c.own and c.named
    ]
    for low in np.arange(0, 1, 0.1):
        inside = [right for p, right in pairs if low <= p < low + 0.1]
        if inside:
            print(f"own, confidence {low:.1f}-{low + 0.1:.1f}: {np.mean(inside):.2f} right of {len(inside)}")


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Area under the ROC curve: the chance that a positive outranks a negative (Mann-Whitney U)."""
    values = np.concatenate([positive, negative])
    ranks = np.empty(len(values))
    ranks[values.argsort(kind="stable")] = np.arange(1, len(values) + 1)
    for value in np.unique(values):
        same = values == value
        ranks[same] = ranks[same].mean()
    total = ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2
    return float(total / (len(positive) * len(negative)))


if __name__ == "__main__":
    sys.exit(main())
