"""An Answer as the web chat draws it: pieces of plain text, each with what is to be shown of it.

The page makes text nodes of them, so no character of an article or a model can become markup. Every
citation says by itself what it cites: the article's id, the offsets and a digest of the quote. So a source
opens from any answer, however old.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from qa_bot.citations import shown
from qa_bot.errors import QABotError
from qa_bot.types import Answer, Article, Draft, Span

_MARKER = re.compile(r"\[([0-9]{1,4})\]")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PASSAGES = 5
_PASSAGE_CHARS = 600


def kept(answer: Answer, article: Callable[[str], Article]) -> dict[str, Any]:
    """What is kept of an answer and sent to the page.

    Args:
        answer: the answer.
        article: gives an article by its id.

    Returns:
        ``answer``, as in the contract but without the files' paths; ``pieces``, its text as `pieces`
        gives it; ``digests``, what tells whether a quote still stands in its article, by citation
        number and passage id; and ``titles`` of the articles that passages are of.
    """
    bare = without_paths(answer)
    passages = bare.passages[:_PASSAGES]
    data = replace(bare, passages=()).to_dict()
    data["passages"] = [
        {**passage.to_dict(), "text": passage.text[:_PASSAGE_CHARS]}
        for passage in (() if answer.answered else passages)
    ]
    digests = {str(citation.number): digest_of(citation.quote) for citation in answer.citations}
    digests |= {passage.id: digest_of(passage.text) for passage in passages}
    titles = (
        {} if answer.answered else {each.article_id: _title(article, each.article_id) for each in passages}
    )
    found: dict[str, Any] = sendable(
        {"answer": data, "pieces": pieces(answer), "digests": digests, "titles": titles}
    )
    return found


def _title(article: Callable[[str], Article], article_id: str) -> str:
    try:
        found = article(article_id)
    except QABotError:  # it was removed meanwhile
        return article_id
    return " · ".join(part for part in (found.label, found.publisher) if part)


def without_paths(answer: Answer) -> Answer:
    """The answer for the network: where a file lies is the server's own affair.

    It would also be taken for a file to download by Gradio's client.
    """
    citations = (replace(each, article=replace(each.article, path=None)) for each in answer.citations)
    return replace(answer, citations=tuple(citations))


def pieces(answer: Answer) -> list[dict[str, Any]]:
    """The answer's text in order: ``{"text", "bold", "unsupported"}``, or ``{"cite": number}`` for a marker.

    The texts and markers joined are ``answer.text``, where a character that cannot be shown is U+FFFD.
    """
    known = {citation.number for citation in answer.citations}
    bold = _bold_spans(answer)
    found: list[dict[str, Any]] = []
    at = 0
    for match in _MARKER.finditer(answer.text):
        if int(match[1]) in known:
            found += _marked(answer, at, match.start(), bold)
            found.append({"cite": int(match[1])})
            at = match.end()
    return [*found, *_marked(answer, at, len(answer.text), bold)]


def _marked(answer: Answer, start: int, end: int, bold: Sequence[Span]) -> Iterator[dict[str, Any]]:
    """Pieces of text[start:end], cut wherever boldness or support changes."""
    edges = {start, end}
    for span in (*bold, *answer.unsupported):
        edges |= {edge for edge in (span.start, span.end) if start < edge < end}
    cuts = sorted(edges)
    for left, right in pairwise(cuts):
        yield {
            "text": showable(answer.text[left:right]),
            "bold": _lies_in(left, bold),
            "unsupported": _lies_in(left, answer.unsupported),
        }


def draft_lines(draft: Draft) -> list[list[dict[str, Any]]]:
    """A draft's lines as pieces ``{"text", "unsupported"}``: sentences that nothing supports stand apart."""
    edges = {0, len(draft.text)}
    for span in draft.unsupported:
        edges |= {span.start, span.end}
    lines: list[list[dict[str, Any]]] = [[]]
    for left, right in pairwise(sorted(edges)):
        lacking = _lies_in(left, draft.unsupported)
        first, *others = draft.text[left:right].split("\n")
        lines[-1].append({"text": showable(first), "unsupported": lacking})
        lines += [[{"text": showable(line), "unsupported": lacking}] for line in others]
    return lines


def _lies_in(offset: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= offset < span.end for span in spans)


def _bold_spans(answer: Answer) -> list[Span]:
    """The highlights of every quote that stands in the text."""
    found = []
    for citation in answer.citations:
        base = answer.text.find(shown(citation.quote))
        for span in citation.highlights if base >= 0 else ():
            start, end = (_offset_shown(citation.quote, at) for at in (span.start, span.end))
            found.append(Span(base + start, base + end))
    return found


def _offset_shown(quote: str, offset: int) -> int:
    """Where an offset into a quote lies once the quote is shown on one line."""
    return len(" ".join(f"{quote[:offset]}.".split())) - 1


def sendable(value: Any) -> Any:
    """JSON-ready values in which every text can be encoded: U+FFFD stands for a lone surrogate."""
    if isinstance(value, str):
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {sendable(key): sendable(each) for key, each in value.items()}
    return [sendable(each) for each in value] if isinstance(value, (list, tuple)) else value


def showable(text: str) -> str:
    """The text, with U+FFFD for what no page can show."""
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def facts(article: Article) -> dict[str, Any]:
    """What the page shows of an article beside its text; ``url`` is None when it is no web address."""
    return {
        "id": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "author": article.author,
        "published": article.published,
        "date_source": article.date_source,
        "url": web_address(article.url),
        "superseded": article.superseded,
    }


def web_address(url: str | None) -> str | None:
    """The address, if it is one of the web: http or https."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def digest_of(text: str) -> str:
    """Eight hexadecimal digits that tell whether a text is still the one that was cited."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]
