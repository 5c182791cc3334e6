"""Citations that are true, or none: quotes by offset, and markers that match them."""

from __future__ import annotations

import datetime
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence

from qa_bot.dates import time_expressions
from qa_bot.types import Answer, Article, Citation, DateMention, Span

_MARKER = re.compile(r"\[(\d+)\]")


def cite(
    number: int, article: Article, span: Span, passage_id: str, highlights: Sequence[Span] = ()
) -> Citation:
    """A citation of ``article.text[span.start:span.end]``.

    Args:
        number: the marker's number, from 1.
        article: the article whole.
        span: what is quoted, in the article's text.
        passage_id: the passage it was found in.
        highlights: spans into the article's text; those inside ``span`` are kept, moved into the quote.

    Raises:
        ValueError: if the span is empty or not inside the text.
    """
    if not 0 <= span.start < span.end <= len(article.text):
        raise ValueError(f"{span} is no part of a text of {len(article.text)} characters")
    inside = sorted(
        {
            (mark.start - span.start, mark.end - span.start)
            for mark in highlights
            if span.start <= mark.start < mark.end <= span.end
        }
    )
    return Citation(
        number=number,
        quote=article.text[span.start : span.end],
        start=span.start,
        end=span.end,
        passage_id=passage_id,
        article=article,
        highlights=_apart(inside),
        dates=_days_meant(article, span),
    )


def _days_meant(article: Article, span: Span) -> tuple[DateMention, ...]:
    """Words of a quote that mean one day only beside the article's own date: "on Monday", "yesterday".

    Not those in quotation marks: they were spoken on some other day.
    """
    if article.published is None:
        return ()
    published = datetime.date.fromisoformat(article.published)
    quote = article.text[span.start : span.end]
    meant = {
        quote[found.start : found.end]: found.first.isoformat()
        for found in time_expressions(quote, published)
        if found.relative
        and found.precision == "day"
        and found.first is not None
        and found.first == found.last
        and not _is_quoted(quote, found.start)
    }
    return tuple(DateMention(text, date) for text, date in meant.items())


def _is_quoted(text: str, at: int) -> bool:
    """Whether a place stands between quotation marks, straight or curly."""
    before = text[:at]
    return before.count('"') % 2 == 1 or before.count("\N{LEFT DOUBLE QUOTATION MARK}") > before.count(
        "\N{RIGHT DOUBLE QUOTATION MARK}"
    )


def shown(quote: str) -> str:
    """A quote on one line; a literal "[1]" in it is set in other brackets, as it is no marker."""
    return _MARKER.sub("\uff3b\\1\uff3d", " ".join(quote.split()))


def markers(text: str) -> list[int]:
    """The numbers of the citation markers in an answer's text, in order."""
    return [int(match[1]) for match in _MARKER.finditer(text)]


def faults(answer: Answer, article: Callable[[str], Article]) -> list[str]:
    """What is untrue about an answer's citations, a sentence each; nothing when all hold.

    ``article`` gives an article whole by its id.
    """
    found = []
    numbers = {citation.number for citation in answer.citations}
    if numbers != set(markers(answer.text)):
        found.append(f"The markers {markers(answer.text)} are not the citations {sorted(numbers)}.")
    if not answer.answered and answer.citations:
        found.append("A declined answer has citations.")
    for citation in answer.citations:
        if article(citation.article.id).text[citation.start : citation.end] != citation.quote:
            found.append(f"Citation {citation.number} is not what its article says there.")
        if any(not 0 <= h.start < h.end <= len(citation.quote) for h in citation.highlights):
            found.append(f"Citation {citation.number} has a highlight outside its quote.")
    return found


def _apart(spans: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """Sorted spans with those that overlap joined."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(Span(start, end) for start, end in joined)


_CORRECTION_CHARS = 240  # of a notice; the whole line stands in the article


def correction_notices(citations: Iterable[Citation]) -> tuple[str, ...]:
    """What the articles cited say was put right in them, a notice for each such article."""
    corrected = {cited.article.id: cited.article for cited in citations if cited.article.corrections}
    return tuple(
        f"{article.publisher or article.label} put this right: "
        f"{textwrap.shorten(article.corrections[-1], _CORRECTION_CHARS, placeholder=' …')}"
        for article in corrected.values()
    )
