"""What an index covers in time, and how a question stands to it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from qa_bot.dates import MONTHS, TimeExpression, long_date, times_asked
from qa_bot.types import Coverage

# An index whose newest article is older than this beside the day of asking may have missed something.
STALE_DAYS = 30


def coverage_line(coverage: Coverage) -> str:
    """How many articles, of which days: "5 articles, 19 October \N{EN DASH} 29 November 2024"."""
    if not coverage.articles:
        return "No articles yet"
    count = f"{coverage.articles:,} article" + ("" if coverage.articles == 1 else "s")
    first, last = long_date(coverage.first), long_date(coverage.last)
    if not coverage.first or first == last:
        return f"{count}, {last}"
    if (coverage.first or "")[:4] == (coverage.last or "")[:4]:
        first = first.rpartition(" ")[0]
    return f"{count}, {first}\N{NO-BREAK SPACE}\N{EN DASH} {last}"


def coverage_notice(question: str, coverage: Coverage, as_of: str | None) -> str | None:
    """The sentence to show when a question reaches outside what is covered, or that is old; else None.

    Args:
        question: the stand-alone question.
        coverage: of the articles that may be used.
        as_of: the day of asking, when it was given.
    """
    outside = outside_coverage(question, coverage, as_of)
    if outside is not None:
        return f"The question names “{outside}”; the index covers {coverage_line(coverage)}."
    if as_of and coverage.last and _days_between(coverage.last, as_of) > STALE_DAYS:
        return (
            f"The newest article is of {long_date(coverage.last)}, "
            f"{_days_between(coverage.last, as_of)} days before the day of asking."
        )
    return None


def outside_coverage(question: str, coverage: Coverage, as_of: str | None) -> str | None:
    """The words of a question that name a time which no article is of; None when there are none."""
    if not coverage.first or not coverage.last:
        return None
    first, last = map(datetime.date.fromisoformat, (coverage.first, coverage.last))
    for named in times_asked(question, _seen_from(coverage.last, as_of)):
        if _is_after(named, last) or (named.last is not None and named.last < first):
            return question[named.start : named.end]
    return None


def after_coverage(question: str, coverage: Coverage, as_of: str | None) -> str | None:
    """The words of a question that ask what happened well after the last article; None when there are none.

    What is asked about as still to come ("next year", "on 3 February 2025" with "will") may have been told,
    and so may what lasts ("Who heads the port today?"), or what was within days of the last article.
    """
    if not coverage.last or _PLANNED.search(question) or not _PAST.search(question):
        return None
    last = datetime.date.fromisoformat(coverage.last) + datetime.timedelta(days=_SOON)
    for named in times_asked(question, _seen_from(coverage.last, as_of)):
        if _is_after(named, last):
            return question[named.start : named.end]
    return None


def tells_of_outside(notice: str | None, quotes: Iterable[str]) -> bool:
    """Whether quotes hold the month that a notice says no article is of: it was told of beforehand."""
    named = _NAMED.search(notice or "")
    months = {word.casefold() for word in _WORD.findall(named[1])} & set(MONTHS) if named else set()
    said = {word.casefold() for quote in quotes for word in _WORD.findall(quote)} if months else set()
    return bool(months) and months <= said


_SOON = 7  # days
_NAMED = re.compile(
    r"“((?:in |by |for )?[A-Z][a-z]+)”"
)  # a month alone: with its year it is one day's article's
_WORD = re.compile(r"[^\W\d_]+")
_PAST = re.compile(
    r"\b(?:did|was|were|had|happened|came|became|went|got|took|made|met|held|left|began|won|lost|fell|rose|grew"
    r"|saw|fled|found|struck|broke|brought|sent|gave|spoke|wrote|led|ran|built|bought|sold|stood|flew|shot|hit"
    r"|quit|sank|said|told|paid|stole|drove|chose|beat|(?<!is )(?<!are )[a-z]{2,24}ed)\b",
    re.IGNORECASE,
)


_PLANNED = re.compile(
    r"\b(?:will|won't|shall|would|going to|next|upcoming|coming|future|due|plan(?:s|ned|ning)?|by"
    r"|expect(?:s|ed)?"
    r"|schedul\w+|set to|propos\w+|forecast\w*|predict\w*|intend\w*|want\w*|hop(?:e|es|ing)|aim\w*|target\w*"
    r"|until|deadline)\b",
    re.IGNORECASE,
)


def _seen_from(last: str, as_of: str | None) -> datetime.date:
    return datetime.date.fromisoformat(as_of or last)


def _is_after(named: TimeExpression, last: datetime.date) -> bool:
    return named.first is not None and named.first > last


def _days_between(first: str, last: str) -> int:
    return (datetime.date.fromisoformat(last) - datetime.date.fromisoformat(first)).days
