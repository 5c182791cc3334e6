"""Passages to evidence: the sentences that bear on the question, and whether one of them answers it.

candidates.py ranks the sentences and has the best read (reader.py). The reader's score and what plain rules
see (doubts.py, and figures of just what is counted) make the confidence that the first answers, by a logistic
model; where nothing is read, another one takes the score's place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from qa_bot.candidates import CANDIDATES_READ, FEATURES, Candidate, Embed, rank, read_best, weights
from qa_bot.doubts import GRANTED, NOT_NEAR, doubt, office_there, other_measure, uncovered
from qa_bot.expansion import Expanded
from qa_bot.figures import NEAR, asked_of, figures, says_whose
from qa_bot.question import Question
from qa_bot.types import Article, Passage, Reason

ANSWER_FEATURES = tuple(
    name for name in FEATURES if name not in ("passage_score", "first", "heading", "length")
)


# What the confidence is made of: the reader's score; a figure of just what is counted; every word of the
# question and the kind of thing asked in the sentence; what happened not near; another doubt; no such office.
Sign = Literal["score", "figure", "literal", "not_near", "doubtful", "no_office"]
SIGNS: tuple[Sign, ...] = get_args(Sign)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found: the sentences best first, or why they are not enough.

    ``confidence`` is the probability that the best sentences answer. ``missing`` names what of the
    question the articles do not have. ``doubt``: what the question takes for granted and is not there.
    """

    candidates: tuple[Candidate, ...]
    confidence: float
    reason: Reason | None = None
    missing: tuple[str, ...] = ()
    doubt: str | None = None


def weigh(
    question: Question,
    expanded: Sequence[Expanded],
    found: Sequence[tuple[Passage, Article]],
    embed: Embed,
    *,
    min_confidence: float,
) -> Evidence:
    """Rank the sentences of passages by how well they answer, and decide whether one does.

    Args:
        question: the question, taken apart.
        expanded: its units with the forms that the index holds of them.
        found: passages, best first, each with its article whole.
        embed: unit vectors of texts, (n, dimensions); used for sentences and for single words.
        min_confidence: below it the evidence is not enough.
    """
    absent = [item.unit.text for item in expanded if item.unit.kind == "name" and item.missing]
    absent += [item.unit.text for item in expanded if item.unit.kind == "place" and item.missing]
    candidates = read_best(question, figures_read(question, expanded, rank(question, expanded, found, embed)))
    if absent:
        return Evidence(tuple(candidates), 0.0, "missing_term", tuple(absent))
    if not candidates or all(unit.text.casefold() in _NOW for unit in question.units):
        return Evidence(tuple(candidates), 0.0, "not_stated")
    candidates, signs, why = read_signs(question, expanded, candidates)
    best = candidates[0]
    confidence = _confidence(signs, best, expanded)
    elsewhere = uncovered(best, expanded)
    if elsewhere:
        return Evidence(tuple(candidates), 0.0, "false_premise", elsewhere)
    if max(best.covered, default=1.0) < GRANTED:  # no word of the question is there, nor one for it
        return Evidence(tuple(candidates), 0.0, "not_stated", _weakest(candidates, expanded))
    if confidence < min_confidence:
        return Evidence(
            tuple(candidates), confidence, "not_stated", _weakest(candidates, expanded), doubt=why
        )
    return Evidence(tuple(candidates), confidence, doubt=why)


_NOW = frozenset("time date day weekday month year".split())  # "What time is it?" asks nothing of articles


def read_signs(
    question: Question, expanded: Sequence[Expanded], candidates: Sequence[Candidate]
) -> tuple[list[Candidate], dict[Sign, float], str | None]:
    """The candidates, the one to quote first; what the confidence in it is made of; what is doubtful.

    Args:
        question: the question, taken apart.
        expanded: its units with the forms that the index holds of them.
        candidates: at least one, best first, as `candidates.judge` gives them.
    """
    ordered = _undoubted_first(question, expanded, candidates)
    told = _with_figure(question, expanded, ordered)
    ordered = [*told, *(item for item in ordered if item not in told)]
    best = ordered[0]
    why = doubt(question, expanded, best)
    signs: dict[Sign, float] = {
        "score": best.score,
        "figure": float(bool(told)),
        "literal": float((bool(told) or not question.counted_of) and _literal(question, best)),
        "not_near": float(why == NOT_NEAR),
        "doubtful": float(why not in (None, NOT_NEAR)),
        "no_office": float(bool(question.office) and not office_there(question, expanded, ordered)),
    }
    if why is None and signs["no_office"]:
        why = "the country and the office asked about stand nowhere together"
    return ordered, signs, why


def figures_read(
    question: Question, expanded: Sequence[Expanded], ranked: list[Candidate]
) -> list[Candidate]:
    """Ranked candidates, those with a figure of what is counted moved up among those that are read."""
    told = _with_figure(question, expanded, ranked)[: CANDIDATES_READ // 2]
    others = [item for item in ranked if item not in told]
    return [*others[: CANDIDATES_READ - len(told)], *told, *others[CANDIDATES_READ - len(told) :]]


def _with_figure(
    question: Question, expanded: Sequence[Expanded], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """The sentences, best first, with a figure of just the things, place and state that a question counts."""
    asked = asked_of(question, expanded) if question.kind == "number" else None
    if asked is None or not asked.anchored:
        return []
    if asked.owned and not says_whose(asked, candidates, NEAR):
        return []
    found = {id(value.candidate) for value in figures(asked, candidates, NEAR)}
    return [item for item in candidates if id(item) in found]


def _literal(question: Question, best: Candidate) -> bool:
    """Whether a sentence has all words and names of a question as they are, and the kind of thing asked."""
    asked = question.kind in _HELD_KINDS and not best.features[f"no_{question.kind}"]
    asked = asked and not other_measure(question, best)
    return asked and len(best.own) >= _LITERAL_UNITS and min(best.own) >= _AS_IT_IS


_HELD_KINDS = ("number", "date", "person", "place")
_LITERAL_UNITS, _AS_IT_IS = 2, 0.95


def _undoubted_first(
    question: Question, expanded: Sequence[Expanded], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """The candidates, those near the best first that take for granted nothing that is not there."""
    near = [item for item in candidates if item.score >= candidates[0].score - _NEARLY_BEST]
    sure = [
        item for item in near if doubt(question, expanded, item) is None and not uncovered(item, expanded)
    ]
    return [*sure, *(item for item in candidates if item not in sure)]


_NEARLY_BEST = 1.5  # in rank score: beyond it the better sentence is right far more often


def _weakest(candidates: Sequence[Candidate], expanded: Sequence[Expanded]) -> tuple[str, ...]:
    """The most telling words of the question that no sentence near has, three at most."""
    nearest = [max(shares) for shares in zip(*(item.covered for item in candidates), strict=True)]
    lacking = [
        item
        for item, covered in zip(expanded, nearest, strict=True)
        if covered < GRANTED and item.unit.kind != "date" and item.rarity >= _SAID
    ]
    lacking.sort(key=lambda item: -item.weight)
    return tuple(item.unit.text for item in lacking[:3])


_SAID = 0.45  # rarity from which a word is worth naming to the reader


# --- the answer model ---------------------------------------------------------------------------


def answer_features(best: Candidate, expanded: Sequence[Expanded]) -> dict[str, float]:
    """What the probability that the best sentence answers is made of.

    How the others scored is left out: where several outlets tell one fact they are all near the best.
    """
    weights = np.array([item.weight for item in expanded] or [1.0])
    covered = np.array(best.covered or (0.0,))
    return {
        **{name: best.features[name] for name in ANSWER_FEATURES},
        "score": best.score,
        "least": float(covered.min()),
        "worst_share": float((weights * (1 - covered)).max() / max(weights.sum(), 1e-9)),
        "worst": float((weights * (1 - covered)).max()),
    }


def _confidence(signs: Mapping[Sign, float], best: Candidate, expanded: Sequence[Expanded]) -> float:
    """The chance that the best sentence answers: logistic in the signs (after Platt 1999)."""
    told = dict(signs)
    fitted = weights()["confidence"]
    logit = float(fitted["bias"])
    if not best.read:
        model = weights()["answer"]
        features = answer_features(best, expanded)
        logit = model["bias"] + sum(weight * features[name] for name, weight in model["weights"].items())
        del told["score"]
    logit += sum(fitted["weights"][name] * value for name, value in told.items())
    return float(1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0))))
