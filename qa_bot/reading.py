"""Sources to articles, with every core: what may take long is read in processes apart.

A text is read here, while an embedder works elsewhere. A page, a document or an archive is handed to one of
a few readers: plain Pythons that are given a Source through a pipe and give back its articles. A reader that
takes too long or too much memory is ended, which costs that one source and nothing else.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

from qa_bot.articles import is_demanding, read
from qa_bot.errors import ArticleError
from qa_bot.sources import Source
from qa_bot.types import Article

Found = Iterable[Article | ArticleError]


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one source may cost.

    Attributes:
        seconds: until its reader is ended; an archive may take ten times as long.
        bytes: of memory that a reader may use, where the system can hold it to that.
    """

    seconds: float = 60.0
    bytes: int = 3_000_000_000


class Reading:
    """Reads sources in their order, several at once. Close it, or use it in a ``with`` block.

    Args:
        limits: what one source may cost.
        readers: how many processes; one for each core, by default.
    """

    def __init__(self, limits: Limits | None = None, readers: int | None = None) -> None:
        self._limits = limits or Limits()
        self._count = readers or min(8, _cores())
        self._pool: ThreadPoolExecutor | None = None
        self._idle: queue.SimpleQueue[_Reader] = queue.SimpleQueue()
        self._all: list[_Reader] = []
        self._closed = False

    def __enter__(self) -> Reading:
        """This, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every reader."""
        self.close()

    def read(self, sources: Iterable[Source | ArticleError]) -> Iterator[tuple[Source | ArticleError, Found]]:
        """Each source with what it holds, in order; an ArticleError comes through as it is.

        A few sources are asked for ahead, so that readers have work.
        """
        ahead: deque[tuple[Source | ArticleError, Future[list[Article | ArticleError]] | None]] = deque()
        for source in sources:
            apart = isinstance(source, Source) and is_demanding(source)
            ahead.append((source, self._submit(source) if apart and isinstance(source, Source) else None))
            while len(ahead) > 2 * self._count or (ahead and ahead[0][1] is None):
                yield self._due(*ahead.popleft())
        while ahead:
            yield self._due(*ahead.popleft())

    def again(self, source: Source) -> Found:
        """What one source holds, read once more."""
        return self._submit(source).result() if is_demanding(source) else read(source)

    def close(self) -> None:
        """End every reader, whatever it is doing."""
        self._closed = True
        for reader in self._all:
            reader.close()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _due(
        self, source: Source | ArticleError, coming: Future[list[Article | ArticleError]] | None
    ) -> tuple[Source | ArticleError, Found]:
        if isinstance(source, ArticleError):
            return source, ()
        return source, coming.result() if coming is not None else read(source)

    def _submit(self, source: Source) -> Future[list[Article | ArticleError]]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="reading")
        return self._pool.submit(self._apart, source)

    def _apart(self, source: Source) -> list[Article | ArticleError]:
        if not sys.executable or getattr(sys, "frozen", False):
            return list(read(source))  # a program packed into one file has no Python to start
        try:
            reader = self._idle.get_nowait()
        except queue.Empty:
            reader = _Reader(self._limits)
            self._all.append(reader)
        try:
            return reader.read(source)
        finally:
            if not self._closed:
                self._idle.put(reader)


class _Reader:
    """One process that reads; started when needed, and again after it had to be ended."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._late = False

    def read(self, source: Source) -> list[Article | ArticleError]:
        seconds = self._limits.seconds * (10 if source.kind == ".zip" else 1)
        process = self._process or self._start()
        self._late = False
        timer = threading.Timer(seconds, self._end_late, (process,))
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            pickle.dump(source, process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            found: list[Article | ArticleError] = pickle.load(process.stdout)
            return found
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            self.close()
            reason = (
                f"took longer than {seconds:,.0f} s to read" if self._late else "made its reader break off"
            )
            return [ArticleError(f"{source.shown!r} {reason}; nothing of it was indexed.")]
        finally:
            timer.cancel()

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError, ValueError):
                process.communicate()

    def _end_late(self, process: subprocess.Popen[bytes]) -> None:
        self._late = True
        process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        code = "import sys; sys.path[:] = sys.argv[2:]; from qa_bot.reading import serve; serve()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, str(self._limits.bytes), *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return self._process


def serve() -> None:
    """A reader's side: read sources from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks, which then ends this
    _hold_memory(int(sys.argv[1]))
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no reply
    while True:
        try:
            source = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        _reply(source, replies)


def _reply(source: Source, replies: BinaryIO) -> None:
    try:
        found = list(read(source))
        reply = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        found = [ArticleError(f"{source.shown!r} needs more memory than may be used to read it.")]
        reply = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    except RecursionError:
        found = [ArticleError(f"{source.shown!r} is nested too deeply to be read.")]
        reply = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    replies.write(reply)
    replies.flush()


def _hold_memory(most: int) -> None:
    """Where the system can: more memory is refused, and that source with it, instead of taken from all."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
