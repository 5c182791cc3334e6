"""The web chat: a thin skin over a QABot.

Nothing that the browser sends is trusted, nothing outside this machine is asked for, and no
exception reaches the page.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

# Read while gradio is imported: without it a start looks up api.gradio.app and huggingface.co.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import click
import fastapi
import gradio as gr
import uvicorn

from qa_bot.config import MAX_QUESTION_CHARS
from qa_bot.errors import QABotError, UsageError
from qa_bot.guard import Guard
from qa_bot.rendering import (
    byline,
    digest_of,
    header_html,
    note_html,
    question_html,
)
from qa_bot.talk import SORRY, Seat, Talk, answering
from qa_bot.types import Answer, Span

if TYPE_CHECKING:
    from qa_bot.bot import QABot

ASSETS = Path(__file__).parent / "assets"
GONE = "This source is no longer available: its article is not in the index."
CHANGED = "This article has changed since the answer was given; the quote is not marked."
EXAMPLES = (
    "How many North Korean troops are in Russia?",
    "What did Rutte say about the deployment?",
    "Who called the soldiers “cannon fodder”?",
    "Who heads MI6?",
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_FONTS = ("system-ui", "sans-serif")
# How the page's own events are bound: programs cannot call them, and no progress bar covers the chat.
_OWN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_MONO = ("ui-monospace", "monospace")
logger = logging.getLogger(__name__)


# --------------------------------------------------------------------------- what the page calls


def source(bot: QABot, article_id: object, start: object, end: object, digest: object) -> dict[str, Any]:
    """What the source panel shows, or ``{"error": sentence}``; any argument may be nonsense."""
    if not isinstance(article_id, str):
        return {"error": GONE}
    try:
        article = bot.article(article_id)
    except UsageError:
        return {"error": GONE}
    except QABotError as error:
        return {"error": str(error)}
    except Exception:
        logger.exception("the source panel failed")
        return {"error": SORRY}
    span = _span(article.text, start, end, digest)
    left, right = (span.start, span.end) if span else (0, 0)
    return {
        "title": article.label,
        "byline": byline(article),
        "url": _web_address(article.url),
        "note": "A later version of this article exists." if article.superseded else None,
        "warning": None if span else CHANGED,
        "before": article.text[:left],
        "quote": article.text[left:right],
        "after": article.text[right:],
    }


def _span(text: str, start: object, end: object, digest: object) -> Span | None:
    """The span, if it lies in the text and holds what the link was made for."""
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        return None
    return Span(start, end) if digest_of(text[start:end]) == digest else None


def _web_address(url: str | None) -> str | None:
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def ask(bot: QABot, question: object) -> dict[str, Any]:
    """The Answer to one question as JSON, or ``{"error": {"type", "message"}}``."""
    try:
        if not isinstance(question, str):
            raise UsageError("The question must be a text.")
        *_, answer = bot.stream(question)
        assert isinstance(answer, Answer)
        return _without_paths(answer).to_dict()
    except QABotError as error:
        return {"error": {"type": type(error).__name__, "message": str(error)}}
    except Exception:
        logger.exception("answering failed")
        return {"error": {"type": "Error", "message": SORRY}}


def _without_paths(answer: Answer) -> Answer:
    """The answer for the network: where a file lies is the server's own affair.

    It would also be taken for a file to download by Gradio's client.
    """
    citations = (replace(each, article=replace(each.article, path=None)) for each in answer.citations)
    return replace(answer, citations=tuple(citations))


# -------------------------------------------------------------------------------------- the page


def build(bot: QABot, *, concurrency: int = 4) -> gr.Blocks:
    """The page as Gradio blocks, to serve or to put into another Gradio program.

    ``concurrency`` is how many questions are answered at once; more wait their turn.
    """
    page = gr.Blocks(title="qa_bot", fill_height=True, analytics_enabled=False)
    with page:
        head = gr.Markdown(elem_id="head", latex_delimiters=[])
        page.load(partial(_header, bot), None, head, queue=False, **_OWN)
        chat = gr.Chatbot(
            label="Conversation",
            show_label=False,
            elem_id="chat",
            scale=1,
            buttons=["copy"],
            latex_delimiters=[],
            group_consecutive_messages=False,
            placeholder="Ask about the articles. Every answer comes with quotes to check.",
            examples=[{"text": example} for example in EXAMPLES] if bot.is_demo else None,
        )
        box = gr.Textbox(
            label="Question",
            show_label=False,
            elem_id="question",
            placeholder="Ask a question",
            # One more than is answered, so that a text that is too long meets the bot's sentence.
            max_length=MAX_QUESTION_CHARS + 1,
            submit_btn=True,
            autofocus=True,
        )
        _wire(bot, chat, box, concurrency)
        _publish(bot, concurrency)
    page.queue(max_size=64)
    return page


def _header(bot: QABot) -> str:
    try:
        return header_html(bot.coverage(), bot.is_demo)
    except QABotError as error:
        return note_html(str(error))


def _wire(bot: QABot, chat: gr.Chatbot, box: gr.Textbox, concurrency: int) -> None:
    """Let the page answer. The talk is kept here, not taken from the browser."""
    seated = gr.State(Seat())

    def respond(question: object, seat: Seat, start: int | None = None) -> Iterator[tuple[Any, ...]]:
        if seat.busy or not isinstance(question, str) or not question.strip():
            yield gr.skip(), gr.skip(), gr.skip()
            return
        yield seat, gr.skip(), _box(busy=True, value="")
        for talk in answering(bot, question, seat, start):
            yield gr.skip(), _messages(talk), gr.skip()
        yield gr.skip(), gr.skip(), _box(busy=False)

    def example(seat: Seat, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        value = _event(event, "value")
        yield from respond(value.get("text") if isinstance(value, dict) else None, seat)

    def retry(seat: Seat, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        place = _place(seat.talk, event)
        yield from respond(None if place is None else seat.talk[place].question, seat, place)

    def undo(seat: Seat, event: gr.EventData) -> tuple[Any, ...]:
        place = None if seat.busy else _place(seat.talk, event)
        if place is None:
            return gr.skip(), gr.skip()
        question, seat.talk = seat.talk[place].question, seat.talk[:place]
        return _messages(seat.talk), question

    def clear(seat: Seat) -> None:
        seat.stopped, seat.talk = True, ()

    def stop(seat: Seat) -> Any:
        seat.stopped = True
        # The server may have been started anew: then nothing is being answered.
        return gr.skip() if seat.busy else _box(busy=False)

    shown = [seated, chat, box]
    slow: dict[str, Any] = {"concurrency_id": "answer", "concurrency_limit": concurrency, **_OWN}
    # "multiple": a question sent the moment an answer ends must not be lost; while busy it is.
    box.submit(respond, [box, seated], shown, trigger_mode="multiple", **slow)
    chat.example_select(example, seated, shown, **slow)
    chat.retry(retry, seated, shown, **slow)
    chat.undo(undo, seated, [chat, box], queue=False, **_OWN)
    chat.clear(clear, seated, None, queue=False, **_OWN)
    box.stop(stop, seated, box, queue=False, **_OWN)


def _publish(bot: QABot, concurrency: int) -> None:
    """The two functions that programs may call; the page itself calls ``source``."""

    def ask_(question: str) -> dict[str, Any]:
        """Answer a question from the indexed articles, with quotes that can be checked.

        Args:
            question: The question, in plain words.
        """
        return ask(bot, question)

    def source_(article: str, start: int, end: int, digest: str) -> dict[str, Any]:
        """The article with the quote ``text[start:end]`` set apart."""
        return source(bot, article, start, end, digest)

    gr.events.api(ask_, api_name="ask", concurrency_id="answer", concurrency_limit=concurrency)
    gr.events.api(source_, api_name="source", queue=False)


def _messages(talk: Talk) -> list[dict[str, str]]:
    messages = []
    for each in talk:
        messages.append({"role": "user", "content": question_html(each.question)})
        messages.append({"role": "assistant", "content": each.shown})
    return messages


def _box(*, busy: bool, **changes: Any) -> Any:
    """The question box with the one button that makes sense: stop while busy, else send."""
    return gr.update(submit_btn=not busy, stop_btn=busy, **changes)


def _event(event: gr.EventData, name: str) -> object:
    """A field of what the browser says happened; None when there is no such field."""
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _place(talk: Talk, event: gr.EventData) -> int | None:
    """Which exchange a message belongs to: two messages make one."""
    index = _event(event, "index")
    place = index // 2 if type(index) is int else -1
    return place if 0 <= place < len(talk) else None


# ------------------------------------------------------------------------------------ the server


class _Server(uvicorn.Server):
    """Ends the open pages' connections before it waits for them: else Ctrl-C ends in a traceback."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        for route in self.config.app.routes:  # type: ignore[union-attr]  # a FastAPI
            route.app.stop_event.set()
        await super().shutdown(sockets)


def application(
    page: gr.Blocks, *, auth: tuple[str, str] | None = None, hosts: frozenset[str] | None = None
) -> fastapi.FastAPI:
    """The whole chat as an ASGI application; ``hosts`` are the names it answers to (None: any)."""
    app = fastapi.FastAPI(openapi_url=None)
    app.add_middleware(Guard, hosts=hosts)
    accent = gr.themes.colors.teal
    gr.mount_gradio_app(
        app,
        page,
        "/",
        auth=auth,
        auth_message="This chat needs a password." if auth else None,
        theme=gr.themes.Base(primary_hue=accent, neutral_hue="slate", font=_FONTS, font_mono=_MONO),
        css_paths=[ASSETS / "chat.css"],
        head=f"<script>{(ASSETS / 'chat.js').read_text('utf-8')}</script>",
        favicon_path=str(ASSETS / "favicon.svg"),
        allowed_paths=[],
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
    )
    return app


def serve(
    bot: QABot,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: tuple[str, str] | None = None,
    *,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Serve the chat until interrupted; ``announce`` is handed its address (unset: stderr).

    Raises:
        UsageError: for an address beyond this machine without a user and password.
        QABotError: when the address cannot be had, for one because its port is in use.
    """
    if auth is None and not _is_loopback(host):
        raise UsageError("Beyond this machine the chat needs a password: add --auth USER:PASSWORD.")
    if auth is not None and not all(auth):
        raise UsageError("The user and the password cannot be empty: --auth USER:PASSWORD.")
    hosts = _LOOPBACK | {host.lower()} if auth is None else None
    with _listen(host, port) as listener:
        app = application(build(bot), auth=auth, hosts=hosts)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3)
        name = f"[{host}]" if ":" in host else host
        (announce or partial(click.echo, err=True))(f"http://{name}:{listener.getsockname()[1]}")
        _Server(config).run(sockets=[listener])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens there, or one sentence that says why not."""
    if not 0 <= port <= 65535:
        raise UsageError(f"The port must be from 0 to 65535, not {port}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} is in use: stop what uses it, or take another with --port."
        else:
            message = f"The chat cannot listen on {host!r} port {port}: {error.strerror}."
        raise QABotError(message) from error
