"""A conversation to keep or to send on: as Markdown, HTML or JSON, with its citations.

In every form the texts of articles stay texts: what Markdown or HTML would read is set so that it does not.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qa_bot.dates import long_date
from qa_bot.errors import UsageError
from qa_bot.journal import Conversation, Exchange
from qa_bot.rendering import showable, web_address

FORMATS = {"markdown": "md", "html": "html", "json": "json"}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~$])")
_STYLE = (
    "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 Georgia,serif;color:#1d2329;"
    "background:#fff}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}p.text{white-space:pre-wrap}"
    "ol{padding:0;list-style:none;font-size:.92rem}li{margin:.6rem 0;padding-left:.8rem;"
    "border-left:3px solid #14555a}blockquote{margin:.2rem 0}.small{color:#566069;font-size:.88rem}"
    "table{border-collapse:collapse}th,td{padding:.2rem .8rem .2rem 0;text-align:left;"
    "border-bottom:1px solid #dcd9d0}"
)


def exported(conversation: Conversation, kind: str) -> dict[str, str]:
    """A conversation as a file: ``{"name", "type", "text"}``.

    Raises:
        UsageError: there is no such form.
    """
    if kind not in FORMATS:
        raise UsageError(f"A conversation is exported as {', '.join(FORMATS)}, not {kind!r}.")
    text, media = {
        "markdown": (_markdown, "text/markdown"),
        "html": (_html, "text/html"),
        "json": (_json, "application/json"),
    }[kind]
    stem = re.sub(r"\W+", "-", conversation.title).strip("-")[:60].lower() or "conversation"
    return {"name": f"{stem}.{FORMATS[kind]}", "type": media, "text": text(conversation)}


def _json(conversation: Conversation) -> str:
    """The answers as in the contract; what only the page needs is left out."""
    data = conversation.to_dict()
    for exchange in data["exchanges"]:
        exchange["answer"] = _answer(exchange["answer"])
        del exchange["id"]
    return json.dumps(data, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode() + "\n"


def _answer(stored: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return stored.get("answer") if stored else None


# --- Markdown -----------------------------------------------------------------------------------


def _markdown(conversation: Conversation) -> str:
    lines = [f"# {_plain(conversation.title).strip()}", ""]
    for exchange in conversation.exchanges:
        lines += [f"## {_plain(exchange.question).strip()}", ""]
        lines += [f"*{_plain(line).strip()}*  " for line in _notes(exchange)]
        answer = _answer(exchange.answer)
        text = answer["text"] if answer else _without_answer(exchange)
        numbers = {citation["number"] for citation in answer["citations"]} if answer else set()
        lines += ["", *(_marked(line, numbers) + "  " for line in text.split("\n")), ""]
        if answer:
            lines += list(_markdown_table(answer))
            for citation in answer["citations"]:
                lines.append(f"[^{exchange.id}-{citation['number']}]: {_markdown_source(citation)}")
            lines = _with_notes(lines, exchange.id)
        lines.append("")
    return "\n".join(lines)


def _with_notes(lines: Sequence[str], key: str) -> list[str]:
    """Markers of this exchange as footnotes of their own: numbers begin anew with every answer."""
    return [re.sub("\0(\\d+)\0", lambda match: f"[^{key}-{match[1]}]", line) for line in lines]


def _marked(line: str, numbers: set[int]) -> str:
    """A line in which markers are kept apart from the text, which is made plain."""
    parts = re.split(r"\[(\d{1,4})\]", line)
    made = []
    for at, part in enumerate(parts):
        if at % 2 == 0:
            made.append(_plain(part))
        else:
            made.append(f"\0{part}\0" if int(part) in numbers else _plain(f"[{part}]"))
    return "".join(made).strip()


def _markdown_table(answer: Mapping[str, Any]) -> Iterator[str]:
    for difference in answer["disagreements"]:
        yield f"{_plain(difference['about'])}:"
        yield from ("", "| value | said by | source |", "| --- | --- | --- |")
        for claim in difference["claims"]:
            said_by = _plain(claim["said_by"] or "–")
            yield f"| {_plain(claim['value'])} | {said_by} | \0{claim['citation']}\0 |"
        yield ""


def _markdown_source(citation: Mapping[str, Any]) -> str:
    url = web_address(citation["article"]["url"])
    link = f" <{_address(url)}>" if url else ""
    return f"“{_plain(citation['quote'])}” {_plain(_source(citation))}{link}"


def _address(url: str) -> str:
    """An address that ends where it should, whatever reads it."""
    return re.sub(r"[\s<>\"'`\\|{}]", lambda match: f"%{ord(match[0]):02X}", url)


def _plain(text: str) -> str:
    """A text on one line, which Markdown shows letter for letter; no address in it becomes a link."""
    line = _MARKDOWN.sub(r"\\\1", re.sub(r"\s+", " ", showable(text)))
    line = line.replace("&", "&amp;").replace("\0", "\N{REPLACEMENT CHARACTER}")
    line = re.sub(r"(?i)(https?|ftp|mailto)(:)", r"\1&#58;", line)
    line = re.sub(r"(?i)\bwww\.", "www&#46;", line).replace("@", "&#64;")
    return re.sub(r"^( *)(\d*)([#+=.)-])", r"\1\2\\\3", line)


# --- HTML ---------------------------------------------------------------------------------------


def _html(conversation: Conversation) -> str:
    title = html.escape(showable(conversation.title))
    body = "".join(map(_html_exchange, conversation.exchanges))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>{body}</main>"
        "</body></html>\n"
    )


def _html_exchange(exchange: Exchange) -> str:
    answer = _answer(exchange.answer)
    text = answer["text"] if answer else _without_answer(exchange)
    notes = "".join(f'<p class="small">{_escaped(line)}</p>' for line in _notes(exchange))
    parts = [f"<section><h2>{_escaped(exchange.question)}</h2>{notes}"]
    numbers = {citation["number"] for citation in answer["citations"]} if answer else set()
    parts.append(f'<p class="text">{_linked(exchange.id, text, numbers)}</p>')
    if answer:
        parts += [_html_table(exchange.id, difference) for difference in answer["disagreements"]]
        sources = "".join(_html_source(exchange.id, citation) for citation in answer["citations"])
        parts.append(f"<ol>{sources}</ol>" if sources else "")
    return "".join([*parts, "</section>"])


def _linked(key: str, text: str, numbers: set[int]) -> str:
    def marker(match: re.Match[str]) -> str:
        number = match[1]
        return f'<a href="#{key}-{number}">[{number}]</a>' if int(number) in numbers else match[0]

    return re.sub(r"\[(\d{1,4})\]", marker, _escaped(text))


def _html_table(key: str, difference: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{_escaped(claim['value'])}</td><td>{_escaped(claim['said_by'] or '–')}</td>"
        f'<td><a href="#{key}-{claim["citation"]}">[{claim["citation"]}]</a></td></tr>'
        for claim in difference["claims"]
    )
    head = "<tr><th>Value</th><th>Said by</th><th>Source</th></tr>"
    return f"<table><caption>{_escaped(difference['about'])}</caption>{head}{rows}</table>"


def _html_source(key: str, citation: Mapping[str, Any]) -> str:
    url = web_address(citation["article"]["url"])
    link = (
        f' <a href="{html.escape(_address(url))}" rel="noopener noreferrer">Original page</a>' if url else ""
    )
    number = citation["number"]
    return (
        f'<li id="{key}-{number}"><b>[{number}]</b><blockquote>“{_escaped(citation["quote"])}”</blockquote>'
        f'<span class="small">{_escaped(_source(citation))}</span>{link}</li>'
    )


def _escaped(text: str) -> str:
    return html.escape(showable(text))


# --- both ---------------------------------------------------------------------------------------


def _source(citation: Mapping[str, Any]) -> str:
    article = citation["article"]
    known = (article["publisher"], long_date(article["published"]), article["title"] or article["id"])
    return ", ".join(part for part in known if part)


def _notes(exchange: Exchange) -> Iterator[str]:
    """How the question was understood and narrowed, and what is to be said about the answer."""
    answer = _answer(exchange.answer)
    if answer and answer["standalone_question"].strip() not in ("", exchange.question.strip()):
        yield f"Understood as: {answer['standalone_question']}"
    if exchange.filters:
        told = (f"{name} {_value(value)}" for name, value in exchange.filters.items())
        yield f"Articles: {'; '.join(told)}"
    yield from answer["notices"] if answer else ()


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _without_answer(exchange: Exchange) -> str:
    return f"{exchange.text}\n(stopped)".strip() if exchange.state != "failed" else exchange.text
