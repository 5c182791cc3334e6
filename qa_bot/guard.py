"""What stands before the web chat: which requests it takes, and what its pages may do."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

# What the page and API clients ask for; the rest of Gradio's routes do not exist here.
_PATHS = re.compile(
    r"/($|login/?$|logout/?$|config/?$|theme\.css$|favicon\.ico$|manifest\.json$|robots\.txt$"
    r"|(assets|static|svelte)/"
    r"|gradio_api/(login_check|user|token|app_id|info|startup-events|reset|cancel)/?$"
    r"|gradio_api/(run|call|queue|heartbeat)/)"
)
_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        b"script-src 'self' 'unsafe-inline'; font-src 'self' data:; connect-src 'self'; "
        b"form-action 'self'; frame-src 'none'; object-src 'none'; base-uri 'self'; "
        b"frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class Guard:
    """ASGI middleware: serves only what the page needs, under a policy that lets nothing else in.

    Uploads, files, proxies and Gradio's developer routes are not found; ``hosts`` (None: any) are
    the names the server answers to, so that no other web site can reach it through DNS.
    """

    def __init__(self, app: ASGI, hosts: frozenset[str] | None = None) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif not _PATHS.match(scope["path"]):
            await _refuse(send, 404, "Not found.")
        elif self.hosts is not None and _host(scope) not in self.hosts:
            await _refuse(send, 421, "This server answers only to its own address.")
        else:
            await self.app(scope, receive, partial(_send_guarded, send))


async def _send_guarded(send: Send, message: MutableMapping[str, Any]) -> None:
    if message["type"] == "http.response.start":
        message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
    await send(message)


async def _refuse(send: Send, status: int, sentence: str) -> None:
    head = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": sentence.encode()})


def _host(scope: Scope) -> str:
    """The host a request names, without its port."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    return re.sub(r":\d*$", "", host).lower()
