"""Conversations as files: whole, with their citations, and with nothing alive in them."""

import html
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt

from qa_bot.errors import UsageError
from qa_bot.exporting import exported
from qa_bot.journal import Conversation, Exchange
from qa_bot.types import Answer, Article, Citation, Claim, Disagreement

QUOTE = "Tides <script>alert(1)</script> rose 3 metres, see [this](http://evil.example) & www.evil.example."
TEXT = st.text(st.characters(codec=None, categories=("L", "N", "P", "S", "Z", "Cc", "Cs")), min_size=1)


def conversation(
    question: str = "How high?", quote: str = QUOTE, url: str | None = "https://news.example/t?a=1"
):
    article = Article("t", quote, "High *tide*", "Harbour Daily", None, "2024-11-05", url=url)
    citation = Citation(1, quote, 0, len(quote), "t#0", article)
    answer = Answer(
        question,
        f"Harbour Daily: {quote} [1]\nNot a marker: [9]",
        True,
        f"{question} (tides)",
        method="extractive",
        notices=("A notice.",),
        citations=(citation,),
        disagreements=(Disagreement("metres", (Claim("3", "the *mayor*", 1), Claim("4", None, 1))),),
    )
    done = Exchange(
        "ab12", question, {"since": "2024-11-01"}, "done", "", {"answer": answer.to_dict()}, "2026-01-01"
    )
    stopped = Exchange("cd34", "And then?", {}, "stopped", "Half", None, "2026-01-01")
    failed = Exchange("ef56", "Why?", {}, "failed", "The index is busy.", {"error": {}}, "2026-01-01")
    return Conversation("k", "Tides & <b>", "2026-01-01", "2026-01-01", 3, (done, stopped, failed))


class Tags(HTMLParser):
    """The tags, addresses and text of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_json_is_what_programs_read() -> None:
    """The answers as in the contract."""
    data = json.loads(exported(conversation(), "json")["text"])
    answer = data["exchanges"][0]["answer"]
    assert answer["citations"][0]["quote"] == QUOTE
    assert answer["disagreements"][0]["claims"][0]["said_by"] == "the *mayor*"
    assert data["exchanges"][1]["answer"] is None


def test_html_holds_everything_and_nothing_alive() -> None:
    """Questions, notes, quotes, table, sources; the only outside link is the article's own address."""
    file = exported(conversation(), "html")
    assert (file["name"], file["type"]) == ("tides-b.html", "text/html")
    page = Tags(file["text"])
    for shown in (
        "How high?",
        "Understood as: How high? (tides)",
        "since 2024-11-01",
        "A notice.",
        QUOTE,
        "Harbour Daily, 5 November 2024, High *tide*",
        "the *mayor*",
        "(stopped)",
        "The index is busy.",
    ):
        assert shown in page.text, shown
    assert page.tags & {"script", "img", "form", "iframe", "b", "i"} == {"b"}, (
        "the numbers of sources are bold"
    )
    assert page.links == ["#ab12-1", "#ab12-1", "#ab12-1", "https://news.example/t?a=1"]
    assert 'id="ab12-1"' in file["text"] and "default-src 'none'" in file["text"]


def test_markdown_holds_everything_and_nothing_alive() -> None:
    """Read as Markdown it gives the texts letter for letter, with footnotes as its own marks."""
    text = exported(conversation(), "markdown")["text"]
    assert re.findall(r"\[\^ab12-1\](?!:)", text), "a marker"
    assert "[^ab12-1]: “Tides" in text
    page = Tags(MarkdownIt("commonmark", {"linkify": False}).enable("table").render(text))
    assert page.tags <= {"h1", "h2", "p", "em", "br", "table", "thead", "tbody", "tr", "th", "td", "a"}
    assert set(page.links) == {"https://news.example/t?a=1"}
    assert f"Harbour Daily: {QUOTE}" in html.unescape(page.text)
    assert "Not a marker: [9]" in page.text


@given(TEXT, TEXT)
def test_no_text_comes_alive(question: str, quote: str) -> None:
    """Whatever a question or an article holds, no form has a tag or link that is not ours."""
    held = conversation(question, quote, url=None)
    page = Tags(exported(held, "html")["text"])
    assert page.tags & {"script", "img", "form", "iframe", "object", "svg", "input", "button"} == set()
    assert {link for link in page.links if link != "#ab12-1"} == set()
    text = exported(held, "markdown")["text"]
    read = Tags(MarkdownIt("commonmark").enable("table").render(text))
    assert read.links == []
    assert read.tags <= {"h1", "h2", "p", "em", "br", "table", "thead", "tbody", "tr", "th", "td"}
    json.loads(exported(held, "json")["text"])


def test_another_form_is_refused() -> None:
    """The forms there are are named."""
    with pytest.raises(UsageError, match="markdown, html, json, not 'pdf'"):
        exported(conversation(), "pdf")
