"""Texts to what an index keeps of them: passages, their vectors and index terms. Here, or in a helper.

The helper is a second process for the second core: it prepares a batch while this process stores the one
before. It is a plain Python that is handed texts through a pipe and hands back values; it opens no index,
imports nothing of the program that uses qa_bot, and ends when its input does, which is when this process
ends, however that comes.
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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from qa_bot.chunking import passages
from qa_bot.copies import signature
from qa_bot.languages import language_of
from qa_bot.text import terms
from qa_bot.types import Span

_TELLING = 3  # passages that are enough to tell a text's language
Embed = Callable[[list[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an index keeps of one text, passage by passage.

    Attributes:
        spans: where the passages stand.
        vectors: a row each.
        terms: the index terms of each, with spaces between.
        signature: what tells copies of the text; None of a text too short to tell.
        language: its ISO 639-1 code; None of a text too short to tell.
    """

    spans: list[Span]
    vectors: NDArray[np.float32]
    terms: list[str]
    signature: bytes | None = None
    language: str | None = None


def prepare(texts: Sequence[str], passage_words: int, embed: Embed) -> list[Prepared]:
    """Cut, embed and analyse texts; their passages are embedded together."""
    cut = [passages(text, passage_words) for text in texts]
    pieces = [[text[span.start : span.end] for span in spans] for text, spans in zip(texts, cut, strict=True)]
    vectors = embed([piece for of_one in pieces for piece in of_one])
    prepared, row = [], 0
    for spans, of_one in zip(cut, pieces, strict=True):
        analysed = [" ".join(terms(piece)) for piece in of_one]
        signed = signature(" ".join(analysed).split())
        text = " ".join(of_one[:_TELLING])
        prepared.append(Prepared(spans, vectors[row : row + len(spans)], analysed, signed, language_of(text)))
        row += len(spans)
    return prepared


class HelperError(Exception):
    """The helper cannot be started, or has ended; `prepare` does the same here."""


class Helper:
    """A process that runs `prepare` with an embedder that is built in.

    Args:
        size: numbers a vector, of the built-in embedder.
        passage_words: words a passage aims at.

    Raises:
        HelperError: from every method but `close`.
    """

    def __init__(self, size: int, passage_words: int) -> None:
        if not sys.executable or getattr(sys, "frozen", False):
            raise HelperError("there is no Python to start")  # a program packed into one file
        # Not multiprocessing, which would run a script without an "if __name__" again. What is imported
        # is what is imported here, and nothing that happens to lie in the working directory.
        code = "import sys; sys.path[:] = sys.argv[3:]; from qa_bot.preparing import serve; serve()"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code, str(size), str(passage_words), *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise HelperError(str(error)) from error

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def submit(self, texts: Sequence[str]) -> None:
        """Hand over a batch; it is read at once, whatever the helper is doing."""
        assert self._process.stdin is not None
        try:
            pickle.dump(list(texts), self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise HelperError(str(error)) from error

    def take(self) -> list[Prepared]:
        """What became of the batch submitted longest ago; waits for it."""
        assert self._process.stdout is not None
        try:
            reply = pickle.load(self._process.stdout)
        except (OSError, ValueError, EOFError, pickle.UnpicklingError) as error:
            raise HelperError(str(error)) from error
        return [Prepared([Span(start, end) for start, end in bounds], *rest) for bounds, *rest in reply]

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        with contextlib.suppress(OSError):  # what was not yet handed over cannot be any more
            self._process.communicate()


def serve() -> None:
    """The helper's side: prepare batches from standard input until it ends."""
    from qa_bot.static_vectors import text_vectors

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks, which then ends this
    size, passage_words = int(sys.argv[1]), int(sys.argv[2])
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no reply
    batches: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, batches), daemon=True).start()
    embed = partial(text_vectors, size=size)
    while True:
        # Pairs, as pickling a Span takes ten times as long.
        reply = [
            (
                [(span.start, span.end) for span in made.spans],
                made.vectors,
                made.terms,
                made.signature,
                made.language,
            )
            for made in prepare(batches.get(), passage_words, embed)
        ]
        pickle.dump(reply, replies, pickle.HIGHEST_PROTOCOL)
        replies.flush()


def _read(requests: BinaryIO, batches: queue.SimpleQueue[list[str]]) -> None:
    """Read ahead, so that nobody waits for the other to read; the end of input ends the process."""
    try:
        while True:
            batches.put(pickle.load(requests))
    finally:
        os._exit(0)
