"""What an index covers in time, and how a question stands to it."""

from __future__ import annotations

import datetime

from qa_bot.dates import TimeExpression, long_date, times_asked
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
        return f"The question asks about {outside}; the index covers {coverage_line(coverage)}."
    if as_of and coverage.last and _days_between(coverage.last, as_of) > STALE_DAYS:
        return (
            f"The newest article is of {long_date(coverage.last)}, "
            f"{_days_between(coverage.last, as_of)} days before the day of asking."
        )
    return None


def outside_coverage(
    question: str, coverage: Coverage, as_of: str | None, *, after_only: bool = False
) -> str | None:
    """The words of a question that name a time which no article is of; None when there are none.

    A time before the first article counts unless ``after_only``: articles tell of the past, but none of
    what came after them.
    """
    if not coverage.first or not coverage.last:
        return None
    first, last = map(datetime.date.fromisoformat, (coverage.first, coverage.last))
    reference = datetime.date.fromisoformat(as_of) if as_of else last
    for named in times_asked(question, reference):
        if _is_after(named, last) or (not after_only and _is_before(named, first)):
            return question[named.start : named.end]
    return None


def _is_after(named: TimeExpression, last: datetime.date) -> bool:
    return named.first is not None and named.first > last


def _is_before(named: TimeExpression, first: datetime.date) -> bool:
    return named.last is not None and named.last < first


def _days_between(first: str, last: str) -> int:
    return (datetime.date.fromisoformat(last) - datetime.date.fromisoformat(first)).days
