"""Fetching from the web, politely and safely.

Polite: robots.txt is kept to (RFC 9309), a site is asked one request after another with a delay between them,
what has not changed is not sent again (RFC 9110, conditional requests), and a user agent says who asks.
Safe: only http and https, and no connection to this machine or a private network unless that is allowed. The
very address that is connected to is looked at, after the name look-up and after every redirect, so that no
name and no redirect leads there. Time and size are limited, whatever a server says of either.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import certifi
import httpcore
from protego import Protego

from qa_bot.errors import ArticleError
from qa_bot.records import Visit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_REDIRECTS = 8
_TRIES = 3  # of a site that fails, until it is left alone for the rest of the run
_ROBOTS_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB to be read
_MOST_WAIT = 60.0  # seconds between requests that a robots.txt can ask for
_CHUNK = 1 << 16
_ACCEPT = (
    "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave.

    Attributes:
        address: the one that gave it, after redirects.
        body: its bytes, unpacked.
        type: the content type that the server stated, in lower case, without parameters.
        charset: the encoding that it stated.
        etag: its mark, for the next conditional request.
        modified: when it says that this changed, for the same.
    """

    address: str
    body: bytes
    type: str = ""
    charset: str | None = None
    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Manners:
    """How a `Fetcher` behaves.

    Attributes:
        user_agent: what it calls itself.
        delay: seconds between two requests to one site.
        seconds: that one page may take, redirects and all.
        most_bytes: that one page may have, unpacked.
        may_connect: whether an address on the network may be connected to.
    """

    user_agent: str = "qa_bot"
    delay: float = 1.0
    seconds: float = 30.0
    most_bytes: int = 20_000_000
    may_connect: Callable[[Address], bool] = field(default_factory=lambda: is_public)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, and not one in disguise that is none.

    Of IPv6 forms that carry an IPv4 address (mapped, 6to4, Teredo, NAT64) that one counts as well.
    """
    inner: list[Address | None] = []
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.ipv4_mapped or address.is_site_local:
            return address.ipv4_mapped is not None and is_public(address.ipv4_mapped)
    if not address.is_global or address.is_multicast or (address.is_reserved and address not in _NAT64):
        return False
    return all(is_public(one) for one in inner if one is not None)


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Fetcher:
    """Fetches pages, one at a time. Close it, or use it in a ``with`` block.

    Args:
        manners: how.
        sleep: waits for seconds.
        resolve: looks a name up, as `socket.getaddrinfo` does.
    """

    def __init__(
        self,
        manners: Manners | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Callable[..., Any] = socket.getaddrinfo,
    ) -> None:
        self._manners = manners or Manners()
        self._sleep = sleep
        self._backend = _Guarded(self._manners.may_connect, resolve)
        self._pool: httpcore.ConnectionPool | None = None
        self._robots: dict[str, Protego] = {}
        self._asked: dict[str, float] = {}  # when a site was last asked
        self._resting: dict[str, float] = {}  # until when a site wants to be left alone
        self._failed: dict[str, int] = {}  # how often a site has failed in a row

    def __enter__(self) -> Fetcher:
        """This, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection."""
        self.close()

    def close(self) -> None:
        """Close every connection."""
        if self._pool is not None:
            self._pool.close()

    def fetch(self, address: str, visit: Visit | None = None) -> Fetched | None:
        """What an address gives; None when it has not changed since a visit.

        Raises:
            ArticleError: it gives nothing, or must not be asked.
        """
        deadline = time.monotonic() + self._manners.seconds
        at = _checked(address)
        if self._failed.get(_site(at), 0) >= _TRIES:
            raise ArticleError(
                f"{address!r} was not asked for: its site failed {_TRIES} times in a row.", "unreachable"
            )
        for _ in range(_REDIRECTS + 1):
            deadline += self._wait_for(at)
            status, headers, body = self._get(at, self._conditions(visit), deadline, self._manners.most_bytes)
            if status in (301, 302, 303, 307, 308) and "location" in headers:
                at = _checked(urljoin(at, headers["location"]))
                continue
            return self._taken(address, at, status, headers, body, visit)
        raise ArticleError(f"{address!r} redirects more than {_REDIRECTS} times.", "refused")

    def _taken(
        self, address: str, at: str, status: int, headers: dict[str, str], body: bytes, visit: Visit | None
    ) -> Fetched | None:
        if status == 304 and visit is not None:
            return None
        if status in (429, 503):
            self._resting[_site(at)] = time.monotonic() + _seconds(headers.get("retry-after"))
        if status != 200:
            raise ArticleError(
                f"{address!r} was not given: the server says {status}{_MEANS.get(status, '')}.",
                _CAUSES.get(status, "refused"),
            )
        kind, _, parameters = headers.get("content-type", "").partition(";")
        charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", parameters, re.IGNORECASE)
        return Fetched(
            at,
            body,
            kind.strip().lower(),
            charset[1] if charset else None,
            headers.get("etag"),
            headers.get("last-modified"),
        )

    def _conditions(self, visit: Visit | None) -> dict[str, str]:
        if visit is None:
            return {}
        conditions = {"If-None-Match": visit.etag, "If-Modified-Since": visit.modified}
        return {name: value for name, value in conditions.items() if value}

    # --- manners -----------------------------------------------------------------------------

    def _wait_for(self, at: str) -> float:
        """Keep to robots.txt and to the delay; how many seconds were waited.

        Raises:
            ArticleError: this must not be fetched, or not now.
        """
        site = _site(at)
        if self._resting.get(site, 0) > time.monotonic():
            raise ArticleError(
                f"{at!r} was not asked for: its server wants to be left alone for a while.", "later"
            )
        robots = self._rules(site)
        name = self._manners.user_agent.partition("/")[0].split()[0]
        if not robots.can_fetch(at, name):
            raise ArticleError(f"{at!r} must not be fetched: the site's robots.txt forbids it.", "robots")
        delay = max(self._manners.delay, min(float(robots.crawl_delay(name) or 0), _MOST_WAIT))
        waited = max(0.0, self._asked.get(site, -delay) + delay - time.monotonic())
        if waited:
            self._sleep(waited)
        self._asked[site] = time.monotonic()
        return waited

    def _rules(self, site: str) -> Protego:
        """What a site's robots.txt says; nothing where there is none, no to all where it cannot be had."""
        if site not in self._robots:
            deadline = time.monotonic() + min(10.0, self._manners.seconds)
            at = f"{site}/robots.txt"
            for _ in range(_REDIRECTS + 1):
                status, headers, body = self._get(at, {}, deadline, _ROBOTS_BYTES, cut=True)
                if status not in (301, 302, 303, 307, 308) or "location" not in headers:
                    break
                at = _checked(urljoin(at, headers["location"]))
            if status >= 500:
                raise ArticleError(
                    f"{at!r} cannot be read (the server says {status}), so nothing was fetched.",
                    "unreachable",
                )
            text = body.decode("utf-8", "replace") if status == 200 else ""
            self._robots[site] = Protego.parse(text)
        return self._robots[site]

    # --- one request -------------------------------------------------------------------------

    def _get(
        self, at: str, conditions: dict[str, str], deadline: float, most: int, *, cut: bool = False
    ) -> tuple[int, dict[str, str], bytes]:
        """One request: status, headers with names in lower case, and the body unpacked.

        Args:
            at: the address.
            conditions: headers of a conditional request.
            deadline: on the monotonic clock.
            most: bytes of the body.
            cut: cut what is larger, instead of refusing it.
        """
        self._backend.deadline = deadline
        headers: dict[bytes | str, bytes | str] = {
            "Host": _netloc(at),
            "User-Agent": self._manners.user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, deflate",
        }
        headers.update(conditions.items())
        left = max(0.001, deadline - time.monotonic())
        timeouts = {"connect": left, "read": left, "write": left, "pool": left}
        try:
            with self._connections().stream(
                "GET", at, headers=headers, extensions={"timeout": timeouts}
            ) as response:
                told = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                body = b"" if response.status != 200 else _body(at, response, told, most, cut=cut)
                self._failed.pop(_site(at), None)
                return response.status, told, body
        except httpcore.TimeoutException as error:
            self._note_failure(at)
            raise ArticleError(f"{at!r} took longer than {self._manners.seconds:g} s.", "slow") from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            ssl.SSLError,
        ) as error:
            self._note_failure(at)
            reason = " ".join(str(error).split())[:160].rstrip(".") or type(error).__name__
            raise ArticleError(f"{at!r} cannot be fetched: {reason}.", "unreachable") from error

    def _note_failure(self, at: str) -> None:
        """A site that does not answer must not cost a timeout for each page that a feed lists."""
        self._failed[_site(at)] = self._failed.get(_site(at), 0) + 1

    def _connections(self) -> httpcore.ConnectionPool:
        if self._pool is None:
            context = ssl.create_default_context(cafile=certifi.where())
            self._pool = httpcore.ConnectionPool(
                context, max_connections=4, keepalive_expiry=30.0, network_backend=self._backend
            )
        return self._pool


def _body(at: str, response: httpcore.Response, told: dict[str, str], most: int, *, cut: bool) -> bytes:
    packed = told.get("content-encoding", "identity").strip().lower()
    if packed not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise ArticleError(f"{at!r} comes packed as {packed!r}, which was not asked for.")
    unpack = None if packed in ("identity", "") else zlib.decompressobj(47 if "gzip" in packed else 15)
    parts: list[bytes] = []
    size = 0
    for chunk in response.iter_stream():
        try:
            part = chunk if unpack is None else unpack.decompress(chunk, most - size + 1)
        except zlib.error as error:
            raise ArticleError(f"{at!r} cannot be unpacked ({error}).") from error
        parts.append(part)
        size += len(part)
        if size > most:
            if cut:
                break
            raise ArticleError(f"{at!r} is larger than {most / 1e6:g} MB.", "too_large")
    return b"".join(parts)[:most]


class _Guarded(httpcore.NetworkBackend):
    """Connections to addresses that may be connected to, and to nothing else, until a deadline."""

    def __init__(self, may_connect: Callable[[Address], bool], resolve: Callable[..., Any]) -> None:
        self._may_connect = may_connect
        self._resolve = resolve
        self._real = httpcore.SyncBackend()
        self.deadline = 0.0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Look the name up once, and connect to an address that was looked at."""
        try:
            found = self._resolve(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"there is no host {host!r}") from error
        addresses = [ipaddress.ip_address(entry[4][0].partition("%")[0]) for entry in found]
        allowed = [address for address in dict.fromkeys(addresses) if self._may_connect(address)]
        if not allowed:
            raise ArticleError(
                f"{host!r} is {addresses[0] if addresses else 'nowhere'}: nothing is fetched from this "
                "machine or a private network unless QA_BOT_ALLOW_PRIVATE_ADDRESSES=true allows it.",
                "private",
            )
        failed: Exception | None = None
        for address in allowed[:4]:
            try:
                left = max(0.001, self.deadline - time.monotonic())
                stream = self._real.connect_tcp(str(address), port, left, local_address, socket_options)
                return _Timed(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        assert failed is not None
        raise failed

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never."""
        raise httpcore.ConnectError("sockets of this machine are not fetched from")


class _Timed(httpcore.NetworkStream):
    """A connection that is given up at the deadline, though a byte may come now and then."""

    def __init__(self, stream: httpcore.NetworkStream, backend: _Guarded) -> None:
        self._stream = stream
        self._backend = backend

    def _left(self) -> float:
        left = self._backend.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes."""
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All the bytes."""
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same, encrypted."""
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, self._left()), self._backend)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)


# --- addresses ----------------------------------------------------------------------------------

_MEANS = {
    401: " (a password is needed)",
    403: " (forbidden)",
    404: " (there is no such page)",
    410: " (the page has gone)",
    429: " (too many requests)",
    503: " (it is overloaded)",
}
_CAUSES = {404: "missing", 410: "missing", 429: "later", 503: "later"}


def _checked(address: str) -> str:
    """An address in the form that goes over the wire.

    Raises:
        ArticleError: it is none of the web.
    """
    try:
        parts = urlsplit(re.sub(r"[\x00-\x20\x7f]", lambda found: quote(found[0]), address.strip()))
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise ArticleError(f"{address!r} is not an address that can be fetched.", "address") from error
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise ArticleError(f"{address!r} is not an address of the web (http:// or https://).", "address")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme.lower()]:
        netloc += f":{port}"
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*-._")
    query = quote(parts.query, safe="/%:=&~+!$,;'@()*-._?[]")
    return urlunsplit((parts.scheme.lower(), netloc, path, query, ""))


def _site(at: str) -> str:
    parts = urlsplit(at)
    return f"{parts.scheme}://{parts.netloc}"


def _netloc(at: str) -> str:
    return urlsplit(at).netloc


def _seconds(text: str | None) -> float:
    """Of a Retry-After header: a number; a date counts as a minute."""
    with contextlib.suppress(ValueError):
        return min(3600.0, max(1.0, float(text or 60)))
    return 60.0
