"""Passages to evidence: the sentences that bear on the question, and whether one of them answers it.

candidates.py ranks the sentences and has the best read (reader.py), which gives the probability that the
first answers; where nothing is read, a logistic model here does. Plain rules say what the question takes
for granted that the articles do not have, and put figures of just what is counted first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qa_bot.candidates import FEATURES, Candidate, Embed, judge, weights
from qa_bot.expansion import Expanded, asked_who
from qa_bot.figures import NEAR, asked_of, figures
from qa_bot.lexicon import Phrase, places, stop_terms
from qa_bot.question import Question, Unit
from qa_bot.reader import probability
from qa_bot.text import terms, words
from qa_bot.types import Article, Passage, Reason

ANSWER_FEATURES = tuple(
    name for name in FEATURES if name not in ("passage_score", "first", "heading", "length")
)


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
    candidates = judge(question, expanded, found, embed)
    if absent:
        return Evidence(tuple(candidates), 0.0, "missing_term", tuple(absent))
    if not candidates or not question.units:
        return Evidence(tuple(candidates), 0.0, "not_stated")
    candidates = _undoubted_first(question, expanded, candidates)
    told = _with_figure(question, expanded, candidates)
    candidates = [*told, *(item for item in candidates if item not in told)]
    best = candidates[0]
    doubt = _doubt(question, expanded, best)
    if doubt is None and question.office and not _office_there(question, expanded, candidates):
        doubt = "the country and the office asked about stand nowhere together"
    confidence = max(
        _probability(best, expanded),
        _FIGURE_FITS if told else 0.0,
        _LITERAL_FITS if _literal(question, best) else 0.0,
    )
    confidence *= 1.0 if doubt is None else _UNGRANTED
    uncovered = _uncovered(best, expanded)
    if uncovered:
        return Evidence(tuple(candidates), 0.0, "false_premise", uncovered)
    if max(best.covered, default=1.0) < _GRANTED:  # no word of the question is there, nor one for it
        return Evidence(tuple(candidates), 0.0, "not_stated", _weakest(candidates, expanded))
    if confidence < min_confidence:
        return Evidence(
            tuple(candidates), confidence, "not_stated", _weakest(candidates, expanded), doubt=doubt
        )
    return Evidence(tuple(candidates), confidence, doubt=doubt)


def _with_figure(
    question: Question, expanded: Sequence[Expanded], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """The sentences, best first, with a figure of just the things, place and state that a question counts."""
    asked = asked_of(question, expanded) if question.kind == "number" else None
    if asked is None or not asked.anchored:
        return []
    found = {id(value.candidate) for value in figures(asked, candidates, NEAR)}
    return [item for item in candidates if id(item) in found]


def _literal(question: Question, best: Candidate) -> bool:
    """Whether a sentence has all words and names of a question as they are, and the kind of thing asked."""
    asked = question.kind in _HELD_KINDS and not best.features[f"no_{question.kind}"]
    return asked and len(best.own) >= _LITERAL_UNITS and min(best.own) >= _AS_IT_IS


_HELD_KINDS = ("number", "date", "person", "place")
_LITERAL_UNITS, _AS_IT_IS = 2, 0.95
_LITERAL_FITS = 0.85  # of 49 such questions over samples and news 46 were answered rightly
_FIGURE_FITS = 0.75  # of 19 questions over samples and news whose figure fits, 18 can be answered


def _undoubted_first(
    question: Question, expanded: Sequence[Expanded], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """The candidates, those near the best first that take for granted nothing that is not there."""
    near = [item for item in candidates if item.score >= candidates[0].score - _NEARLY_BEST]
    sure = [
        item for item in near if _doubt(question, expanded, item) is None and not _uncovered(item, expanded)
    ]
    return [*sure, *(item for item in candidates if item not in sure)]


_NEARLY_BEST = 1.5  # in rank score: beyond it the better sentence is right far more often


def _doubt(question: Question, expanded: Sequence[Expanded], best: Candidate) -> str | None:
    """What a question takes for granted and is not there; it makes the probability smaller.

    "How many hostages ..." takes it that there are hostages, "Why was he dismissed?" that he was, "Who is
    the mayor?" that there is one: when neither that word nor one for it stands near the best sentence, its
    other words prove little. The logistic model cannot tell, as common words are paraphrased so often.
    """
    covered = {item.unit: value for item, value in zip(expanded, best.covered, strict=True)}
    counted = [covered[unit] for unit in question.counted if unit in covered]
    if counted and max(counted) < _GRANTED:
        return "what is to be counted is not near"
    if question.counted_of and _of_another(question.counted_of, best):
        return "the figures are of another country"
    if _A_NAME.search(question.text) and not _named(question, best):
        return "no name stands there"
    asked = asked_who(question, expanded)
    if asked and not set(terms(asked)) <= set(terms(_around(best))):
        return "somebody of another name may be meant"
    if any(unit.kind == "name" and near < _GRANTED for unit, near in covered.items()):
        return "a name that is asked about is not near"
    if _NEXT.search(question.text) and not _NEXT_TOLD.search(_around(best)):
        return "nobody is said to follow"
    if _time_lacks(expanded, best):
        return "what stands there is of another time"
    if question.kind in ("reason", "date", "person"):
        told = [
            covered[item.unit] for item in expanded if item.unit.kind == "word" and item.rarity >= _TELLING
        ]
        if told and min(told) < _GRANTED:
            return "what is said to have happened is not near"
    return None


def _of_another(country: Unit, best: Candidate) -> bool:
    """Whether a sentence's figures are said of other countries, and none of the one asked about."""
    text = best.article.text
    of: list[set[Phrase]] = []
    for figure in best.answers:
        following = terms(text[figure.end : min(figure.end + 60, best.span.end)])[:_FIGURE_WORDS]
        of.append({places()[phrase] for phrase in _phrases(following) if phrase in places()})
    return any(of) and not any(country.terms in named for named in of)


def _phrases(found: Sequence[str]) -> Iterator[Phrase]:
    for start in range(len(found)):
        for size in (3, 2, 1):
            yield tuple(found[start : start + size])


_FIGURE_WORDS = 4  # after a figure, in which it says what it counts: "10,000 or so North Korean"


def _office_there(question: Question, expanded: Sequence[Expanded], candidates: Sequence[Candidate]) -> bool:
    """Whether an article, near one of the best sentences, joins the country with the office asked about."""
    forms = [
        [phrase for part in item.parts for phrase in part.forms]
        for unit in question.office
        for item in expanded
        if item.unit.terms == unit.terms
    ]
    for candidate in candidates[:_NEAREST_READ]:
        text = candidate.article.text
        first, last = max(candidate.span.start - 300, 0), candidate.span.end + 300
        terms = [word.term for word in words(text[first:last])]
        for start in range(len(terms)):
            window = " " + " ".join(terms[start : start + _OFFICE_WORDS]) + " "
            if all(any(f" {' '.join(form)} " in window for form in group) for group in forms):
                return True
    return False


def _named(question: Question, best: Candidate) -> bool:
    """Whether the best sentence, or the words around it, has a name that the question does not."""
    if question.kind == "person":
        return bool(best.answers)
    own = {term for unit in question.units for term in unit.written}
    found = words(best.text)
    return any(
        word.text[0].isupper() and word.term not in own and word.term not in stop_terms() and position
        for position, word in enumerate(found)
        if (word.term,) not in places()
    )


def _around(best: Candidate) -> str:
    return best.article.text[max(best.span.start - 200, 0) : best.span.end + 200]


def _time_lacks(expanded: Sequence[Expanded], best: Candidate) -> bool:
    """Whether the question names a year that neither the sentence nor its article's date has."""
    return any(
        item.unit.kind == "date" and item.unit.text[:1].isdigit() and covered < _GRANTED
        for item, covered in zip(expanded, best.covered, strict=True)
    )


_NEAREST_READ = 5
_OFFICE_WORDS = 5  # "the defence minister of South Korea"
_TELLING = 0.6  # rarity from which a word is not just any verb: "dismissed", "cancel", not "give"
_A_NAME = re.compile(
    r"\bnames? of\b|^\W*what(?:'s|’s| is| are)\b.*\bcalled\W*$|^\W*what(?:'s|’s| is) .*\bname\W*$",
    re.IGNORECASE,
)
# Who comes after somebody: that somebody has left does not tell.
_NEXT = re.compile(
    r"\bwho(?:'ll|’ll| will| is going to| is to| would)? (?:replaces?|succeeds?|takes? over|follows?)\b"
    r"|\bsuccessor\b",
    re.IGNORECASE,
)
_NEXT_TOLD = re.compile(
    r"\b(?:replac|succe(?:ed|ss)|tak\w+ over|took over|takeover|appoint|nominat|acting|interim|new\b)",
    re.IGNORECASE,
)
_GRANTED = 0.3
_UNGRANTED = 0.3


def _uncovered(best: Candidate, expanded: Sequence[Expanded]) -> tuple[str, ...]:
    """Places of the question that neither the sentence nor what stands around it has, where it has another.

    A sentence that names none may well be of it: news from the United States seldom says so.
    """
    lacking = [
        item.unit
        for item, covered in zip(expanded, best.covered, strict=True)
        if item.unit.kind == "place" and covered < _NAME_COVERED
    ]
    asked = {item.unit.terms for item in expanded}
    told = {places()[phrase] for phrase in _phrases(terms(best.text)) if phrase in places()}
    return tuple(unit.text for unit in lacking) if told - asked else ()


_NAME_COVERED = 0.36


def _weakest(candidates: Sequence[Candidate], expanded: Sequence[Expanded]) -> tuple[str, ...]:
    """The most telling words of the question that no sentence near has, three at most."""
    nearest = [max(shares) for shares in zip(*(item.covered for item in candidates), strict=True)]
    lacking = [
        item
        for item, covered in zip(expanded, nearest, strict=True)
        if covered < _GRANTED and item.unit.kind != "date" and item.rarity >= _SAID
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


def _probability(best: Candidate, expanded: Sequence[Expanded]) -> float:
    if best.read:
        return probability(best.score)
    model = weights()["answer"]
    features = answer_features(best, expanded)
    logit = model["bias"] + sum(weight * features[name] for name, weight in model["weights"].items())
    return 1.0 / (1.0 + math.exp(-logit))
