"""Markdown: the words of each block, a line each, and what front matter tells."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from qa_bot.cleaning import LINE_ENDS, NOISE, known
from qa_bot.errors import ArticleError
from qa_bot.sources import Source, make_article
from qa_bot.types import Article

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Every value as it is written: "NO" is a word and 007 keeps its zeros.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_FRONT_MATTER_CHARS = 50_000
_DEEP = re.compile(r"(?:[\[{?-]\s*){200}")
_NOTHING = ("", "~", "null", "Null", "NULL")


def read_markdown(text: str, source: Source) -> Article:
    """The article of a Markdown text.

    Raises:
        ArticleError: it is empty, or its front matter cannot be read.
    """
    facts, body = _front_matter(text, source)
    heading, plain = _markdown_to_text(body)
    facts["title"] = known(facts.get("title")) or heading
    return make_article(source, plain, facts, date_source="front_matter")


def _front_matter(text: str, source: Source) -> tuple[dict[str, Any], str]:
    text = LINE_ENDS.sub("\n", text)
    match = re.match(r"\ufeff?---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", text, re.DOTALL)
    if not match:
        return {}, text
    if len(match[1]) > _FRONT_MATTER_CHARS or _DEEP.search(match[1]):  # the parser would run out of stack
        raise ArticleError(f"{source.shown!r}: its front matter is too long or too deep to be one.")
    try:
        facts = yaml.load(NOISE.sub("", match[1]), Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ArticleError(f"{source.shown!r}: its front matter is not YAML ({reason}).") from error
    if not isinstance(facts, dict):
        return {}, text
    return {name: fact for name, fact in facts.items() if fact not in _NOTHING}, text[match.end() :]


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _markdown_to_text(body: str) -> tuple[str | None, str]:
    """The words of a Markdown text, a block a line, and its first-level heading if it begins with one.

    A table's row is a line, its cells parted by semicolons. Pictures, their captions, and HTML tags go.
    """
    blocks: list[str] = []
    cells: list[str] = []
    heading: str | None = None
    before = ""
    for token in _markdown().parse(body):
        if token.type == "inline" and before in ("td", "th"):
            cells.append(_inline_text(token))
        elif token.type == "inline":
            line = _inline_text(token)
            if not blocks and before == "h1":
                heading = line
            blocks.append(line)
        elif token.type == "tr_close":
            blocks.append("; ".join(filter(None, cells)))
            cells = []
        elif token.type in ("fence", "code_block"):
            blocks += token.content.split("\n")
        elif token.type == "html_block":
            blocks += _html_text(token.content).split("\n")
        before = token.tag
    return heading, "\n\n".join(line for line in blocks if line.strip())


def _inline_text(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak") or _BREAK.match(child.content):
            parts.append(" ")
    return " ".join("".join(parts).split())


_BREAK = re.compile(r"<br\b", re.IGNORECASE)
# One pass: where a tag opens and never closes, the rest is looked through once and not once a tag.
_OPENING = re.compile(r"<(?:!--|(?P<raw>script|style)\b|(?=[!?/a-z]))", re.IGNORECASE)


def _html_text(markup: str) -> str:
    """The words between tags, without comments, scripts and styles."""
    parts: list[str] = []
    lowered = markup.lower() if markup.isascii() else markup
    absent: set[str] = set()  # closings that do not come any more
    at = 0
    while match := _OPENING.search(markup, at):
        parts.append(markup[at : match.start()])
        end = _closing(match, markup, lowered, absent)
        if end < 0:
            parts.append(markup[match.start() : match.start() + 1])
            at = match.start() + 1
        else:
            parts.append(" ")
            at = end
    parts.append(markup[at:])
    return html.unescape("".join(parts))


def _closing(match: re.Match[str], markup: str, lowered: str, absent: set[str]) -> int:
    """Where what opens there is over; -1 when it never is, and the sign is one of text."""
    raw = match["raw"]
    closings = ["-->"] if match[0] == "<!--" else [f"</{raw.lower()}"] if raw else []
    for closing in [*closings, ">"]:
        if closing in absent:
            continue
        end = lowered.find(closing, match.end())
        if end < 0:
            absent.add(closing)
        elif closing.startswith("</"):
            end = markup.find(">", end)
            return end + 1 if end >= 0 else len(markup)
        else:
            return end + len(closing)
    return -1
