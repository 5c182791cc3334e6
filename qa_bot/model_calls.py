"""One call of a language model: its text as it comes, within a limit, ended when it is no longer wanted.

The model is read in a thread of its own, so that whoever waits for the text can stop waiting at any moment.
Whatever goes wrong becomes a ModelError with one sentence, which never holds what a provider wrote: that may
repeat the key.
"""

from __future__ import annotations

import contextlib
import json
import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from qa_bot.errors import ModelError
from qa_bot.models import Chunk, on_socket

_CHARS_A_TOKEN = 12  # of any language and more than any; beyond it a model ignores its limit
_LONGEST_WAIT = 5.0  # seconds that a provider may ask to be given before it is asked once more
_PIECES_AHEAD = 256  # that wait to be read: a model that writes without end must not fill the memory


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a model failed, and the seconds after which it asks to be asked again, where it does."""

    text: str
    wait: float | None


_Queue = queue.Queue[Chunk | _Failure | None]


class Stopped(Exception):
    """The call was ended by whoever wanted its text."""


class Call:
    """A call of a model, to be read once.

    Args:
        name: what to call the model in a message.
        chunks: starts the model and gives what it writes; called in a thread.
        seconds: after which the call fails.
        max_tokens: the model was told to write at most so many.
        tells_end: the provider says why the model stopped; a text that ends without it was cut off.

    Attributes:
        usage: tokens read and written, where the provider says it.
        end: why the model stopped, where the provider says it.
    """

    def __init__(
        self,
        name: str,
        chunks: Callable[[], Iterator[Chunk]],
        *,
        seconds: float,
        max_tokens: int,
        tells_end: bool = False,
    ) -> None:
        self.usage: Mapping[str, int] | None = None
        self.end: str | None = None
        self.name = name
        self._chunks = chunks
        self._seconds = seconds
        self._most = max_tokens * _CHARS_A_TOKEN
        self._tells_end = tells_end
        self._stopped = threading.Event()
        self._left = threading.Event()
        self._sockets = _Sockets()
        self._ready: _Queue = queue.Queue(_PIECES_AHEAD)

    def stop(self) -> None:
        """End the call, from any thread; whoever reads it meets `Stopped`."""
        self._stopped.set()
        self._leave()

    def text(self) -> Iterator[str]:
        """The model's text, piece by piece.

        Raises:
            ModelError: the model failed, wrote nothing, or does not come to an end.
            Stopped: the call was ended from outside.
        """
        deadline = time.monotonic() + self._seconds
        try:
            try:
                yield from self._attempt(deadline)
            except _Busy as busy:
                if self._stopped.wait(busy.seconds):
                    raise Stopped from None
                self._left = threading.Event()
                self._ready = queue.Queue(_PIECES_AHEAD)
                yield from self._attempt(deadline, again=True)
        finally:
            self._leave()

    def _attempt(self, deadline: float, *, again: bool = False) -> Iterator[str]:
        threading.Thread(target=self._read, args=(self._ready, self._left), daemon=True).start()
        length = written = 0
        while (item := self._next(deadline)) is not None:
            if isinstance(item, _Failure):
                wait = None if again or length else item.wait
                if wait is not None and time.monotonic() + wait < deadline:
                    raise _Busy(wait)
                raise ModelError(item.text)
            self.usage, self.end = item.usage or self.usage, item.end or self.end
            length, written = length + len(item.text), written + len(item.text.strip())
            if length > self._most:
                raise ModelError(f"The model {self.name!r} wrote without coming to an end.")
            if item.text:
                yield item.text
        if not written:
            raise ModelError(f"The model {self.name!r} wrote nothing.")
        if self._tells_end and self.end is None:
            raise ModelError(f"The connection to the model {self.name!r} broke while it wrote.")

    def _next(self, deadline: float) -> Chunk | _Failure | None:
        while not self._stopped.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                return self._failure(TimeoutError())
            with contextlib.suppress(queue.Empty):
                item = self._ready.get(timeout=min(left, _POLL_SECONDS))
                if not self._stopped.is_set():  # else it tells of the connection that was shut
                    return item
        raise Stopped

    def _read(self, ready: _Queue, left: threading.Event) -> None:
        """Fill the queue until the model ends, fails, or nobody wants to read on."""
        on_socket.set(self._sockets.add)
        last: _Failure | None = None
        try:
            chunks = self._chunks()
            try:
                for chunk in chunks:
                    if left.is_set() or not _put(ready, chunk, left):
                        break
            finally:
                chunks.close()  # type: ignore[attr-defined]  # a generator
        except Exception as error:  # noqa: BLE001 (a provider's package raises what it likes; the reader is told)
            last = self._failure(error)
        self._sockets.close()
        _put(ready, last, left)

    def _failure(self, error: Exception) -> _Failure:
        """What went wrong, in words: an error holds on to its connection."""
        return _Failure(_told(error, self.name, self._seconds), _asked_to_wait(error))

    def _leave(self) -> None:
        """Let go of the model: its connections are shut, which wakes a thread that waits for it."""
        self._left.set()
        self._sockets.shut()


class _Sockets:
    """The sockets of a call; once they are shut, each that is added is shut at once."""

    def __init__(self) -> None:
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._over = False

    def add(self, one: socket.socket) -> None:
        with self._lock:
            self._open.append(one)
            over = self._over
        if over:
            self.shut()

    def shut(self) -> None:
        """Wake whoever waits for them."""
        with self._lock:
            self._over = True
            found = list(self._open)
        for one in found:
            with contextlib.suppress(OSError):  # it may be closed already
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close them, in the thread that used them: a provider's package may leave that to chance."""
        with self._lock:
            found, self._open = self._open, []
        for one in found:
            one.close()


_POLL_SECONDS = 0.05


def _put(ready: _Queue, item: Chunk | _Failure | None, left: threading.Event) -> bool:
    while not left.is_set():
        with contextlib.suppress(queue.Full):
            ready.put(item, timeout=_POLL_SECONDS)
            return True
    return False


class _Busy(Exception):
    """The provider asks to be given some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


# --- what went wrong ----------------------------------------------------------------------------


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and those that led to it, the last raised first."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _asked_to_wait(error: Exception) -> float | None:
    """Seconds after which a busy provider wants to be asked again, where it says so and they are few."""
    if _status(error) != 429:
        return None
    for one in _chain(error):
        headers = getattr(getattr(one, "response", None), "headers", None)
        value = headers.get("retry-after", "") if headers is not None else ""
        if re.fullmatch(r"\d{1,4}(?:\.\d+)?", value) and float(value) <= _LONGEST_WAIT:
            return float(value)
    return None


def _status(error: BaseException) -> int | None:
    for one in _chain(error):
        status = getattr(one, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return None


_OVERFLOW = re.compile(
    r"context|too (?:long|large|many tokens)|maximum.{0,20}(?:length|tokens)|num_ctx", re.IGNORECASE
)
_STATUSES = {
    401: "refused the key (401); check the key that it is given",
    403: "refused the key (403); check the key that it is given",
    404: "is not there (404); check its name and address",
    408: "took too long (408)",
    413: "was given more text than it can read; lower llm_context_window",
    429: "has no room for more requests at the moment (429)",
}


def _told(error: Exception, name: str, seconds: float) -> str:
    """What went wrong, as one sentence."""
    kinds = {kind.__name__ for one in _chain(error) for kind in type(one).__mro__}
    status = _status(error)
    said = " ".join(str(one)[:2000] for one in _chain(error))
    model = f"The model {name!r}"
    if status in (400, 413, 422, 500) and _OVERFLOW.search(said):
        return f"{model} {_STATUSES[413]}."
    if status is not None:
        return f"{model} {_STATUSES.get(status, f'failed with an error of its server ({status})')}."
    if "ConnectTimeout" in kinds:
        return f"{model} cannot be reached: its server does not answer."
    if kinds & {"TimeoutError", "TimeoutException", "APITimeoutError"}:
        return f"{model} gave no answer within {seconds:g} seconds."
    if kinds & {"ConnectError", "ConnectionRefusedError"} or _is_unreached(error):
        return f"{model} cannot be reached: nothing answers at its address. Is its server running?"
    if kinds & {"NetworkError", "ProtocolError", "ConnectionError", "APIConnectionError", "IncompleteRead"}:
        return f"The connection to the model {name!r} broke while it wrote."
    if isinstance(error, json.JSONDecodeError) or kinds & {
        "JSONDecodeError",
        "ValidationError",
        "APIResponseValidationError",
    }:
        return f"{model} sent what cannot be read."
    if "APIError" in kinds or "ResponseError" in kinds:
        return f"{model} {_STATUSES[413]}." if _OVERFLOW.search(said) else f"{model} failed while it wrote."
    return f"{model} failed ({type(error).__name__})."


def _is_unreached(error: Exception) -> bool:
    """Whether it is Ollama's own way to say that nobody answers."""
    return type(error) is ConnectionError and "Failed to connect" in str(error)
