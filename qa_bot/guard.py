"""What stands before the web chat: which requests it takes, and what its pages may do."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

# What the page and API clients ask for; the rest of Gradio's routes do not exist here.
_PATHS = re.compile(
    r"/($|login/?$|logout/?$|config/?$|theme\.css$|favicon\.ico$|manifest\.json$|robots\.txt$"
    r"|(assets|static|svelte|qa)/"
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


# A random number by which a browser is known again; no script can read it.
COOKIE = "qa_bot_reader"
_READER = re.compile(r"[0-9a-f]{32}")
_YEAR_SECONDS = 365 * 24 * 3600
# A file of 20 MB in base64, with room around it.
MAX_BODY_BYTES = 28_000_000
# The page's files have no version in their names: after an upgrade none of them may be an old one.
_ASK_AGAIN = (b"cache-control", b"no-cache")
_OWN_SITE = frozenset({"", "same-origin", "none"})


def reader(cookies: Mapping[str, str]) -> str | None:
    """Whose a request is, by its browser's cookie; None when it has none."""
    number = cookies.get(COOKIE, "")
    return f"browser:{number}" if _READER.fullmatch(number) else None


class Guard:
    """ASGI middleware: serves only what the page needs, under a policy that lets nothing else in.

    Uploads, files, proxies and Gradio's developer routes are not found; ``hosts`` (None: any) are
    the names the server answers to, so that no other web site can reach it through DNS. What a page of
    another site sends is refused. A browser that opens the page gets a number to be known by.
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
        elif scope["method"] != "GET" and _header(scope, b"sec-fetch-site") not in _OWN_SITE:
            await _refuse(send, 403, "Only this chat's own page may send that.")
        elif _header(scope, b"transfer-encoding"):
            await _refuse(send, 411, "Say beforehand how long it is: send a Content-Length.")
        elif _length(scope) > MAX_BODY_BYTES:
            await _refuse(send, 413, "That is too large; index large files with: qa-bot index PATH")
        else:
            more = [_new_reader(scope)] if scope["path"] == "/" and not _reader_of(scope) else []
            if scope["path"].startswith("/qa/"):
                more.append(_ASK_AGAIN)
            await self.app(scope, receive, partial(_send_guarded, send, more))


async def _send_guarded(
    send: Send, more: list[tuple[bytes, bytes]], message: MutableMapping[str, Any]
) -> None:
    if message["type"] == "http.response.start":
        message = {**message, "headers": [*message.get("headers", ()), *_HEADERS, *more]}
    await send(message)


def _new_reader(scope: Scope) -> tuple[bytes, bytes]:
    secure = scope.get("scheme") == "https" or _header(scope, b"x-forwarded-proto") == "https"
    cookie = f"{COOKIE}={secrets.token_hex(16)}; Path=/; Max-Age={_YEAR_SECONDS}; HttpOnly; SameSite=Lax"
    return b"set-cookie", (cookie + "; Secure" * secure).encode()


def _reader_of(scope: Scope) -> str | None:
    try:
        cookies = SimpleCookie(_header(scope, b"cookie"))
    except CookieError:
        return None
    return reader({name: morsel.value for name, morsel in cookies.items()})


def _length(scope: Scope) -> int:
    given = _header(scope, b"content-length")
    return int(given) if given.isdecimal() else 0


async def _refuse(send: Send, status: int, sentence: str) -> None:
    head = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": sentence.encode()})


def _host(scope: Scope) -> str:
    """The host a request names, without its port."""
    return re.sub(r":\d*$", "", _header(scope, b"host")).lower()


def _header(scope: Scope, name: bytes) -> str:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return headers.get(name, b"").decode("latin-1")
