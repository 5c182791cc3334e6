"""A site on loopback that speaks real HTTP, and behaves as the web does at its worst."""

import contextlib
import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """One that says nothing when who asked has hung up."""

    def handle_error(self, *_: object) -> None:
        """Nothing."""


class Site:
    """Answers paths with what was put there; remembers who asked for what, and with which headers."""

    def __init__(self, host: str) -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._answers: dict[str, Answer] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.headers.append({name.lower(): value for name, value in self.headers.items()})
                with contextlib.suppress(OSError):  # who asked has hung up
                    site._answers.get(self.path, status(404))(self)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = Server((host, 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://{host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def put(self, path: str, answer: Answer | str | bytes, kind: str = "text/html; charset=utf-8") -> str:
        """What a path answers from now on; its address."""
        if isinstance(answer, str):
            answer = answer.encode()
        self._answers[path] = content(answer, kind) if isinstance(answer, bytes) else answer
        return self.address + path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextlib.contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Site]:
    site = Site(host)
    try:
        yield site
    finally:
        site.close()


def send(handler: BaseHTTPRequestHandler, code: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(code)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    if "Content_Length" not in headers:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def content(body: bytes, kind: str) -> Answer:
    """A page with a mark; not sent again to who has it."""
    mark = f'"{hash(body)}"'

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("If-None-Match") == mark:
            send(handler, 304, ETag=mark)
        else:
            send(handler, 200, body, Content_Type=kind, ETag=mark)

    return answer


def status(code: int, **headers: str) -> Answer:
    return lambda handler: send(handler, code, b"" if code == 304 else b"no", **headers)


def redirect(to: str, code: int = 302) -> Answer:
    return lambda handler: send(handler, code, Location=to)


def endless(chunk: bytes, pause: float, *, in_head: bool = False) -> Answer:
    """Bytes without end: a page's, or those of one header."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        start = (
            b"HTTP/1.1 200 OK\r\nX-Long: "
            if in_head
            else b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        )
        handler.wfile.write(start)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            handler.wfile.write(chunk)
            handler.wfile.flush()
            time.sleep(pause)

    return answer


def raw(sent: bytes) -> Answer:
    """These bytes and no others."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(sent)

    return answer


def packed_bomb(size: int) -> bytes:
    """As many bytes, packed into a thousandth."""
    return gzip.compress(b"<p>" + b"\0" * size, 9)
