"""The web chat's page and its server: a thin skin over a QABot.

Gradio serves the page, keeps the queue in which questions wait their turn, asks for the password, and takes
the calls; what is drawn in the page is drawn by the scripts in `assets/page`. Nothing that the browser
sends is trusted, nothing outside this machine is asked for, and no exception reaches the page.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Read while gradio is imported: without it a start looks up api.gradio.app and huggingface.co.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import click
import fastapi
import gradio as gr
import uvicorn
from starlette.staticfiles import StaticFiles

from qa_bot.endpoints import Endpoints
from qa_bot.errors import JournalError, QABotError, UsageError
from qa_bot.guard import Guard, reader
from qa_bot.journal import FILE, Journal
from qa_bot.library import Library

if TYPE_CHECKING:
    from qa_bot.bot import QABot

ASSETS = Path(__file__).parent / "assets"
# The page's calls that are answered at once, beside the two that stream: talk and add.
CALLS = (
    *("state", "examples", "settings", "stop", "judge", "timeline", "articles", "read", "remove"),
    *("conversations", "conversation", "rename", "forget", "export"),
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_FONTS = ("system-ui", "sans-serif")
_MONO = ("ui-monospace", "monospace")
_HEAD = (
    '<meta name="color-scheme" content="light dark">'
    '<link rel="stylesheet" href="qa/theme.css"><link rel="stylesheet" href="qa/chat.css">'
    '<link rel="stylesheet" href="qa/views.css"><script src="qa/theme.js"></script>'
    '<script type="module" src="qa/app.js"></script>'
)
logger = logging.getLogger(__name__)


# -------------------------------------------------------------------------------------- the page


def build(
    bot: QABot | Library,
    *,
    journal: Journal | None = None,
    trouble: str | None = None,
    concurrency: int = 4,
) -> gr.Blocks:
    """The page as Gradio blocks, for `application` to serve.

    Args:
        bot: the bot to ask, or its library.
        journal: where conversations are kept; in memory when None.
        trouble: why they are not kept on disk, if that was wanted; a sentence.
        concurrency: how many questions are answered at once; more wait their turn.
    """
    library = bot if isinstance(bot, Library) else Library(bot)
    endpoints = Endpoints(library, journal or Journal(None), trouble)
    page = gr.Blocks(title="qa_bot", fill_width=True, analytics_enabled=False)
    with page:
        with gr.Column(elem_id="qa-place"):
            gr.Markdown("")
        _publish(endpoints, concurrency)
        _serve_page(endpoints, concurrency)
    page.queue(max_size=256)
    return page


def _publish(endpoints: Endpoints, concurrency: int) -> None:
    """The two functions that programs may call."""

    def ask(question: str) -> dict[str, Any]:
        """Answer a question from the indexed articles, with quotes that can be checked.

        Args:
            question: The question, in plain words.
        """
        return endpoints.ask(question)

    def source(article: str, start: int, end: int, digest: str) -> dict[str, Any]:
        """The article with the quote ``text[start:end]`` set apart."""
        return endpoints.source(article, start, end, digest)

    gr.events.api(ask, api_name="ask", concurrency_id="answer", concurrency_limit=concurrency)
    gr.events.api(source, api_name="source", queue=False)


def _serve_page(endpoints: Endpoints, concurrency: int) -> None:
    """The functions that the page itself calls; they stand in no list for programs."""

    def talk(data: dict[str, Any], request: gr.Request) -> Iterator[dict[str, Any]]:
        yield from endpoints.talk(_owner(request), data)

    def add(data: dict[str, Any], request: gr.Request) -> Iterator[dict[str, Any]]:
        yield from endpoints.add(_owner(request), data)

    own: dict[str, Any] = {"api_visibility": "private"}
    gr.events.api(talk, api_name="talk", concurrency_id="answer", concurrency_limit=concurrency, **own)
    gr.events.api(add, api_name="add", concurrency_id="add", concurrency_limit=2, **own)
    for name in CALLS:
        gr.events.api(_called(getattr(endpoints, name)), api_name=name, queue=False, **own)


def _called(method: Callable[[str | None, object], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def call(data: dict[str, Any], request: gr.Request) -> dict[str, Any]:
        return method(_owner(request), data)

    return call


def _owner(request: gr.Request) -> str | None:
    """Whose conversations these are: the user's who gave the password, else the browser's."""
    if request.username:
        return f"user:{request.username}"
    return reader(dict(request.cookies))


# ------------------------------------------------------------------------------------ the server


class _Server(uvicorn.Server):
    """Ends the open pages' connections before it waits for them: else Ctrl-C ends in a traceback."""

    def __init__(self, config: uvicorn.Config, stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop = stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        self._stop()
        for route in self.config.app.routes:  # type: ignore[union-attr]  # a FastAPI
            if isinstance(route.app, gr.routes.App):
                route.app.stop_event.set()
        await super().shutdown(sockets)


def application(
    page: gr.Blocks, *, auth: tuple[str, str] | None = None, hosts: frozenset[str] | None = None
) -> fastapi.FastAPI:
    """The whole chat as an ASGI application; ``hosts`` are the names it answers to (None: any)."""
    app = fastapi.FastAPI(openapi_url=None)
    app.add_middleware(Guard, hosts=hosts)
    app.mount("/qa", StaticFiles(directory=ASSETS / "page"))
    gr.mount_gradio_app(
        app,
        page,
        "/",
        auth=auth,
        auth_message="This chat needs a password." if auth else None,
        theme=_theme(),
        head=_HEAD,
        favicon_path=str(ASSETS / "page" / "mark.svg"),
        allowed_paths=[],
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
    )
    return app


def _theme() -> gr.themes.Base:
    """What Gradio draws itself, the page that asks for the password, in the colours of `theme.css`."""
    return gr.themes.Base(neutral_hue="stone", font=_FONTS, font_mono=_MONO).set(
        body_background_fill="#f6f4ef",
        body_background_fill_dark="#14181b",
        background_fill_primary="#f6f4ef",
        background_fill_primary_dark="#14181b",
        background_fill_secondary="#f6f4ef",
        background_fill_secondary_dark="#14181b",
        body_text_color="#1c2126",
        body_text_color_dark="#e9eaea",
        block_background_fill="#fffefb",
        block_background_fill_dark="#1b2125",
        input_background_fill="#fffefb",
        input_background_fill_dark="#14181b",
        input_border_color="#857f72",
        input_border_color_dark="#7b868e",
        input_border_width="1px",
        block_label_text_color="#515b64",
        block_label_text_color_dark="#a9b3ba",
        block_info_text_color="#515b64",
        block_info_text_color_dark="#a9b3ba",
        button_primary_background_fill="#14555c",
        button_primary_background_fill_dark="#7fd0cb",
        button_primary_background_fill_hover="#0d3f45",
        button_primary_background_fill_hover_dark="#a5e3df",
        button_primary_border_color="#14555c",
        button_primary_border_color_dark="#7fd0cb",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#07292b",
    )


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
        journal, trouble = _journal(bot)
        library = Library(bot)
        app = application(build(library, journal=journal, trouble=trouble), auth=auth, hosts=hosts)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3)
        name = f"[{host}]" if ":" in host else host
        (announce or partial(click.echo, err=True))(f"http://{name}:{listener.getsockname()[1]}")
        _Server(config, library.stop).run(sockets=[listener])


def _journal(bot: QABot) -> tuple[Journal, str | None]:
    """Where conversations are kept; in memory, with the reason, when the disk does not take them."""
    if not bot.settings.keep_conversations:
        return Journal(None), None
    try:
        bot.own_folder.mkdir(parents=True, exist_ok=True)
        return Journal(bot.own_folder / FILE), None
    except (JournalError, OSError) as error:
        logger.warning("Conversations are kept in memory only: %s", error)
        return Journal(None), "Conversations cannot be kept on disk; they are lost when the chat is stopped."


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
