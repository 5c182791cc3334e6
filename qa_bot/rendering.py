"""An Answer as HTML for the web chat, in which every character of a text is inert.

Every citation becomes a link that says by itself what it cites: the article's id, the offsets and
a digest of the quote. So a source opens from any answer, however old, and nothing is remembered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote as url_quoted

from qa_bot.citations import shown
from qa_bot.coverage import coverage_line
from qa_bot.dates import long_date
from qa_bot.types import Answer, Article, Citation, Coverage, Disagreement, Passage, Span

_MARKER = re.compile(r"\[([0-9]{1,4})\]")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NEAREST = 3
_SNIPPET = 160


def inert(text: str) -> str:
    """The text as HTML that nothing can come alive in: neither markup, Markdown, LaTeX nor a link.

    All but letters, digits and spaces become character references, which no Markdown reads.
    """
    text = _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return re.sub(r"[^\w ]|_", lambda match: f"&#{ord(match[0])};", text)


def source_href(article_id: str, start: int, end: int, text: str) -> str:
    """The link that opens ``text`` where it stands in its article."""
    return f"#source-{start}-{end}-{digest_of(text)}-{url_quoted(article_id, safe='', errors='replace')}"


def answer_html(answer: Answer, label: Callable[[str], str]) -> str:
    """A finished answer: text with chips, then the sources, or why there is no answer.

    ``label`` names the article with an id.
    """
    if answer.answered:
        below = "".join(_source_line(citation) for citation in answer.citations)
    else:
        below = "".join(_nearest_line(passage, label) for passage in answer.passages[:_NEAREST])
    parts = [_small(notice) for notice in _notes(answer)]
    parts.append(_paragraph(_marked_text(answer)))
    parts += [_difference_table(item, answer.citations) for item in answer.disagreements]
    if below and not answer.answered:
        parts.append('<p class="small">The nearest passages:</p>')
    if below:
        parts.append(f'<ul class="sources">{below}</ul>')
    return _message("".join(parts), "" if answer.answered else "declined")


def _difference_table(difference: Disagreement, citations: Sequence[Citation]) -> str:
    """The values that the sources give, a row each: value, who says it, outlet, day."""
    cited = {citation.number: citation for citation in citations}
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("Value", "Said by", "Outlet", "Date", "Source")
    )
    rows = [
        "".join(
            f"<td>{cell}</td>"
            for cell in (
                inert(claim.value),
                inert(claim.said_by or "\N{EN DASH}"),
                inert(cited[claim.citation].article.publisher or cited[claim.citation].article.label),
                inert(long_date(cited[claim.citation].article.published)),
                _chip(cited[claim.citation]),
            )
        )
        for claim in difference.claims
        if claim.citation in cited
    ]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<table class="figures"><caption>{inert(difference.about)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def draft_html(text: str, unsupported: Sequence[Span] = (), checked: int = 0) -> str:
    """An answer that is still being written: what is finished with its verdict, then what is not.

    Its citations cannot be opened yet.
    """
    done = _emboldened(text, 0, checked, (), unsupported)
    return _message(_paragraph(done + inert(text[checked:])), "draft")


def note_html(sentence: str) -> str:
    """A sentence about the chat itself, such as a refused question."""
    return _message(_paragraph(inert(sentence)), "note")


def header_html(coverage: Coverage, is_demo: bool) -> str:
    """The head of the page: what is indexed, and that it is the demo while it is."""
    lines = [f'<h1>qa_bot</h1><p class="coverage">{inert(coverage_line(coverage))}</p>']
    if is_demo:
        lines.append(
            '<p class="demo"><b>Sample articles.</b> To ask about your own: '
            "<code>qa-bot index PATH</code>, then start the chat again.</p>"
        )
    return f'<header class="qa-head">{"".join(lines)}</header>'


def _message(inner: str, kind: str) -> str:
    return f'<div class="qa {kind}">{inner}</div>'


def question_html(question: str) -> str:
    """What the reader asked."""
    return _message(_paragraph(inert(question)), "asked")


def _paragraph(inner: str) -> str:
    """Text that keeps its lines, a little apart from each other."""
    return '<p class="text">{}</p>'.format(inner.replace("&#10;", '&#10;<i class="gap"></i>'))


def _small(text: str) -> str:
    return f'<p class="small">{inert(text)}</p>'


def _notes(answer: Answer) -> Iterator[str]:
    asked = answer.standalone_question
    if asked and asked.strip() != answer.question.strip():
        yield f"Understood as: {asked}"
    yield from answer.notices


def _marked_text(answer: Answer) -> str:
    """The answer's text with its markers as chips, and what answers in bold."""
    chips = {citation.number: citation for citation in answer.citations}
    bold = _bold_spans(answer)
    pieces, at = [], 0
    for match in _MARKER.finditer(answer.text):
        citation = chips.get(int(match[1]))
        if citation is not None:
            before = _emboldened(answer.text, at, match.start(), bold, answer.unsupported)
            # A chip stays on the line of the word before it.
            pieces += [re.sub(" $", "&#160;", before), _chip(citation)]
            at = match.end()
    pieces.append(_emboldened(answer.text, at, len(answer.text), bold, answer.unsupported))
    return "".join(pieces)


def _bold_spans(answer: Answer) -> list[Span]:
    """The highlights of every quote that stands in the text, in order and apart."""
    found = []
    for citation in answer.citations:
        base = answer.text.find(shown(citation.quote))
        for span in citation.highlights if base >= 0 else ():
            start, end = (_offset_shown(citation.quote, at) for at in (span.start, span.end))
            found.append((base + start, base + end))
    spans: list[Span] = []
    for start, end in sorted(found):
        start = max(start, spans[-1].end) if spans else start
        if start < end:
            spans.append(Span(start, end))
    return spans


def _offset_shown(quote: str, offset: int) -> int:
    """Where an offset into a quote lies once the quote is shown on one line."""
    return len(" ".join(f"{quote[:offset]}.".split())) - 1


def _emboldened(
    text: str, start: int, end: int, bold: Sequence[Span], unsupported: Sequence[Span] = ()
) -> str:
    """A part of a text with what answers in bold, and what nothing supports set apart."""
    marks = [(span, "b", "") for span in bold]
    marks += [(span, "span", f' class="unsupported" title="{_UNSUPPORTED}"') for span in unsupported]
    pieces, at = [], start
    for span, tag, attributes in sorted(marks, key=lambda mark: mark[0].start):
        left, right = max(span.start, at), min(span.end, end)
        if left < right:
            pieces += [inert(text[at:left]), f"<{tag}{attributes}>{inert(text[left:right])}</{tag}>"]
            at = right
    return "".join([*pieces, inert(text[at:end])])


_UNSUPPORTED = "No passage says this"


def _chip(citation: Citation) -> str:
    title = f"Source {citation.number}: {byline(citation.article)}"
    return f'<a class="chip" href="{_href(citation)}" title="{inert(title)}">{citation.number}</a>'


def _source_line(citation: Citation) -> str:
    article = citation.article
    facts = [byline(article)]
    facts += [f"said by {citation.said_by}"] if citation.said_by else []
    facts += [f"“{date.text}” is {long_date(date.date)}" for date in citation.dates]
    facts += ["a later version exists"] if article.superseded else []
    return (
        f'<li><a class="source" href="{_href(citation)}"><b>{citation.number}</b> '
        f"{inert(article.label)}</a> <span>{inert('; '.join(facts))}</span></li>"
    )


def _nearest_line(passage: Passage, label: Callable[[str], str]) -> str:
    href = source_href(passage.article_id, passage.start, passage.end, passage.text)
    text = " ".join(passage.text.split())
    words, _, _ = text[:_SNIPPET].rpartition(" ")
    cut = text if len(text) <= _SNIPPET else f"{words or text[:_SNIPPET]} …"
    return (
        f'<li><a class="source" href="{href}">{inert(label(passage.article_id))}</a> '
        f"<span>{inert(cut)}</span></li>"
    )


def _href(citation: Citation) -> str:
    return source_href(citation.article.id, citation.start, citation.end, citation.quote)


def byline(article: Article) -> str:
    """Who published the article and when: "Harbour Daily, 5 November 2024"."""
    return ", ".join(part for part in (article.publisher, long_date(article.published)) if part)


def digest_of(text: str) -> str:
    """Eight hexadecimal digits that tell whether a text is still the one that was cited."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]
