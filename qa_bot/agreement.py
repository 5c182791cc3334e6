"""Which sentences give the same answer, and how many independent reports of it that makes.

Whoever counts reports wants no false one among them: where it is not clear that a sentence says the same, it
does not.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence

from qa_bot.candidates import Candidate
from qa_bot.dates import time_expressions
from qa_bot.lexicon import stop_terms
from qa_bot.question import Kind, Question
from qa_bot.text import terms
from qa_bot.types import Article, Span

# Answers of these kinds are words that can be compared; of others, whole sentences are.
_COMPARABLE = frozenset({"person", "number", "date"})
_NEAR = 5.0  # in reader score: a sentence further below the best one has the words, but not as an answer
_COVERED = 0.6  # of what the better sentence has of the question, on the whole; its names must all be there
_SHARED = 0.75  # of the words of the shorter one of two whole sentences
_LEAST_WORDS = 5  # shorter ones are alike by chance
_POSSESSIVE = re.compile(r"['’]s?$")
_NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")
_QUALIFIER = re.compile(
    r"(more than|over|about|around|nearly|almost|at least|up to|as many as|some|fewer than)\s*\W?$", re.I
)
# What turns a sentence round, or makes less than a report of it.
_TURNS = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|cannot|\w+n['’]t|den(?:y|ies|ied|ying|ials?)|refus\w+"
    r"|reject\w*|dismiss\w*|false|untrue|if|unless|may|might|could|would|plan\w*|expect\w*)\b",
    re.IGNORECASE,
)


def says_same(question: Question, one: Candidate, other: Candidate) -> bool:
    """Whether a sentence gives the same answer to a question as a better one.

    Args:
        question: what both were judged for.
        one: the better sentence.
        other: the one that may say the same.

    Returns:
        True when both have a name, figure or day in common that answers (of other questions: nearly all their
        words and numbers), the other has of the question what the first has, and neither denies or only
        expects what the other tells.
    """
    if other.score < one.score - _NEAR or len(_TURNS.findall(one.text)) != len(_TURNS.findall(other.text)):
        return False
    kind = question.kind
    if kind in _COMPARABLE:
        return bool(_values(kind, one) & _values(kind, other)) and _covers(question, one, other)
    own, theirs = (set(terms(item.text)) - stop_terms() for item in (one, other))
    shorter = min(len(own), len(theirs))
    numbers, others = (set(_NUMERAL.findall(item.text)) for item in (one, other))
    return shorter >= _LEAST_WORDS and len(own & theirs) >= _SHARED * shorter and numbers == others


def independent(articles: Sequence[Article]) -> int:
    """How many independent reports articles are: an outlet counts once, and so do copies of one story."""
    voices: list[set[object]] = []
    for article in articles:
        own: set[object] = {("id", article.id)}
        if article.group is not None:
            own.add(("group", article.group))
        if article.publisher:
            own.add(("outlet", article.publisher.casefold()))
        joined = [voice for voice in voices if voice & own]
        voices = [voice for voice in voices if not voice & own] + [own.union(*joined)]
    return len(voices)


def figure(text: str, span: Span) -> str:
    """A number with the words that qualify it ("more than 10,000"); "" for what is no number."""
    number = text[span.start : span.end]
    if not number[:1].isdigit():
        return ""
    before = _QUALIFIER.search(text[max(span.start - 14, 0) : span.start])
    return f"{before[1].lower() if before else ''} {number}".strip()


def _values(kind: Kind, item: Candidate) -> set[str]:
    """The words that may answer, in one form: figures with qualifiers, days as dates, a name's last word."""
    return {value for span in item.answers for value in _forms(kind, item.article, span)}


def _forms(kind: Kind, article: Article, span: Span) -> Iterable[str]:
    written = article.text[span.start : span.end]
    if kind == "number":
        return [figure(article.text, span) or written.casefold()]
    if _POSSESSIVE.search(written):
        return []  # "Johnson's adviser" is somebody else
    if article.published:
        days = time_expressions(written, datetime.date.fromisoformat(article.published))
        if days:
            return [f"{day.first}" for day in days]
    names = [term for term in terms(written) if term not in stop_terms()]
    return names[-1:]


def _covers(question: Question, one: Candidate, other: Candidate) -> bool:
    pairs = list(zip(question.units, one.covered, other.covered, strict=True))
    named = all(theirs >= own for unit, own, theirs in pairs if unit.kind in ("name", "place"))
    return named and sum(other.covered) >= _COVERED * sum(one.covered)
