"""A server on loopback that speaks the protocols of OpenAI and of Ollama, and misbehaves on cue.

The cue is the model's name: `refuse-401`, `busy`, `cut` ... Every other model writes what the script says.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[["Request"], list[str]]
_ENDLESS = "More and more and more. "


@dataclass
class Request:
    """What a model was asked: each passage by its key, in the order given, and the whole request."""

    model: str
    text: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def passages(self) -> dict[str, str]:
        found = re.findall(
            r"^(?:user: )?=== \w+ passage \[(src-\w+)\][^\n]*\n(.*?)\n=== \w+ end ===$",
            self.text,
            re.M | re.S,
        )
        return dict(found)

    def key(self, words: str) -> str:
        """The key of the first passage that has some words."""
        return next(key for key, text in self.passages.items() if words in text)


@dataclass
class ModelServer:
    """Attributes: ``script`` writes the answer in pieces; ``requests`` were made; ``left`` is how many
    clients went before the answer's end; ``pause`` is waited between pieces, in seconds."""

    script: Script
    pause: float = 0.0
    requests: list[Request] = field(default_factory=list)
    left: int = 0
    port: int = 0

    def openai(self, model: str = "fine") -> str:
        return f"openai-like:{model}@http://127.0.0.1:{self.port}/v1"

    def ollama(self, model: str = "fine") -> str:
        return f"ollama:{model}@http://127.0.0.1:{self.port}"


@contextmanager
def serving(script: Script, pause: float = 0.0) -> Iterator[ModelServer]:
    """The server while it runs."""
    state = ModelServer(script, pause)

    class Handler(_Handler):
        server_state = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: ModelServer

    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_POST(self) -> None:
        state = self.server_state
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = "\n".join(str(message["content"]) for message in body["messages"])
        request = Request(str(body["model"]), text, dict(self.headers), body)
        state.requests.append(request)
        try:
            self._respond(request, state)
        except (BrokenPipeError, ConnectionResetError):
            state.left += 1
        self.close_connection = True

    def _respond(self, request: Request, state: ModelServer) -> None:
        model = request.model
        if model in _STATUSES:
            status, headers, message = _STATUSES[model]
            if model == "busy-once" and sum(one.model == model for one in state.requests) > 1:
                return self._stream(request, state)
            return self._send(status, {"error": {"message": message, "type": "error"}}, headers)
        if model == "silent":
            self._wait_for_end(10)
            return None
        if model == "html":
            return self._send(200, "<html>a proxy's page</html>", {"Content-Type": "text/html"})
        return self._stream(request, state)

    def _send(self, status: int, data: Any, headers: dict[str, str]) -> None:
        content = (data if isinstance(data, str) else json.dumps(data)).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, request: Request, state: ModelServer) -> None:
        ollama = self.path.startswith("/api/")
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson" if ollama else "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        frame = _ollama_frame if ollama else _openai_frame
        for number, piece in enumerate(self._pieces(request, state)):
            if request.model in ("cut", "garbage", "dropped") and number == 2:
                if request.model == "garbage":
                    self._chunk(b"data: {not json\n\n" if not ollama else b"{not json\n")
                if request.model == "cut":  # ended as if all were well, but without its last word
                    self._chunk(b"")
                return
            self._chunk(frame(piece, None))
            time.sleep(state.pause)
        self._chunk(frame("", "length" if request.model == "short" else "stop"))
        if not ollama:
            self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _pieces(self, request: Request, state: ModelServer) -> Iterator[str]:
        if request.model == "empty":
            return
        if request.model == "slow":
            while True:
                yield "word "
                self._wait_for_end(0.05)
        if request.model == "endless":
            while True:
                yield _ENDLESS * 20
        yield from state.script(request)

    def _wait_for_end(self, seconds: float) -> None:
        """Wait, but no longer than the client is there."""
        self.connection.settimeout(seconds)
        try:
            if not self.connection.recv(1):
                raise BrokenPipeError
        except TimeoutError:
            pass
        finally:
            self.connection.settimeout(None)

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _openai_frame(text: str, end: str | None) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": end}
    data: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [choice],
    }
    if end:
        data["usage"] = {"prompt_tokens": 321, "completion_tokens": 45, "total_tokens": 366}
    return f"data: {json.dumps(data)}\n\n".encode()


def _ollama_frame(text: str, end: str | None) -> bytes:
    data: dict[str, Any] = {
        "model": "m",
        "created_at": "2024-11-05T00:00:00Z",
        "message": {"role": "assistant", "content": text},
        "done": False,
    }
    if end:
        data |= {"done": True, "done_reason": end, "prompt_eval_count": 321, "eval_count": 45}
    return (json.dumps(data) + "\n").encode()


_STATUSES: dict[str, tuple[int, dict[str, str], str]] = {
    "refuse-401": (401, {}, "Incorrect API key provided: sk-secret-1234"),
    "missing": (404, {}, "model 'missing' not found"),
    "busy": (429, {}, "too many requests"),
    "busy-later": (429, {"Retry-After": "120"}, "too many requests"),
    "busy-once": (429, {"Retry-After": "0.1"}, "too many requests"),
    "broken": (500, {}, "internal error"),
    "overflow": (400, {}, "This model's maximum context length is 512 tokens, however you requested 9000"),
}
FAILURES = {
    "refuse-401": "refused the key",
    "missing": "is not there",
    "busy": "no room for more requests",
    "busy-later": "no room for more requests",
    "broken": "error of its server (500)",
    "overflow": "more text than it can read",
    "silent": "no answer within",
    "slow": "no answer within",
    "html": "",
    "empty": "wrote nothing",
    "endless": "without coming to an end",
    "garbage": "",
    "cut": "broke",
    "dropped": "broke",
}
