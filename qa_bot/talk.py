"""One reader's conversation with the bot, as the web chat shows it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from qa_bot.errors import QABotError
from qa_bot.rendering import answer_html, draft_html, note_html
from qa_bot.types import Answer, Draft, Turn
from qa_bot.writing import Writing

if TYPE_CHECKING:
    from qa_bot.bot import QABot

SORRY = "Something went wrong. Please try again."
_POLL_SECONDS = 0.05
_Item = TypeVar("_Item")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, what the page shows below it, and the answer once there is one."""

    question: str
    shown: str
    answer: Answer | None = None


Talk = tuple[Exchange, ...]


def reply(
    bot: QABot, question: str, past: Talk, opened: Callable[[object], object] | None = None
) -> Iterator[Exchange]:
    """The exchange as it grows. Whatever goes wrong is shown in it; nothing is raised.

    ``opened`` is handed the bot's stream, whose ``close`` ends a language model's work.
    """
    exchange = Exchange(question, draft_html("Reading the articles…"))
    yield exchange
    # What the bot says of itself when it declines names nobody that a follow-up could mean.
    turns = [
        Turn(old.question, old.answer.text if old.answer.citations else "", old.answer.citations)
        for old in past
        if old.answer
    ]
    try:
        items = bot.stream(question, history=turns)
        if opened is not None:
            opened(items)
        for item in items:
            if isinstance(item, Draft):
                yield replace(exchange, shown=draft_html(item.text, item.unsupported, item.checked))
            else:
                yield replace(exchange, shown=answer_html(item, partial(_label, bot)), answer=item)
    except QABotError as error:
        yield replace(exchange, shown=note_html(str(error)))
    except Exception:
        logger.exception("answering failed")
        yield replace(exchange, shown=note_html(SORRY))


def _label(bot: QABot, article_id: str) -> str:
    try:
        return bot.article(article_id).label
    except QABotError:
        return article_id


@dataclass(slots=True)
class Seat:
    """A reader's place: what was said, whether an answer is being written, whether to stop it."""

    talk: Talk = ()
    busy: bool = False
    stopped: bool = False


def answering(bot: QABot, question: str, seat: Seat, start: int | None = None) -> Iterator[Talk]:
    """The talk as the answer to a question grows in it; it ends soon after the seat is stopped.

    ``start`` is how many exchanges are kept; by default all.
    """
    past = seat.talk[:start]
    seat.busy, seat.stopped = True, False
    streams: list[object] = []
    try:
        for exchange in _until(lambda: seat.stopped, reply(bot, question, past, streams.append)):
            seat.talk = (*past, exchange)
            yield seat.talk
        if seat.stopped and seat.talk and seat.talk[-1].answer is None:
            last = replace(seat.talk[-1], shown=seat.talk[-1].shown + note_html("Stopped."))
            seat.talk = (*past, last)
            yield seat.talk
    finally:
        seat.busy = False
        for stream in streams:
            if isinstance(stream, Writing):  # nobody reads what its model writes any more
                stream.close()


def _until(stopped: Callable[[], bool], items: Iterator[_Item]) -> Iterator[_Item]:
    """The items until it is stopped, which the wait for the next item does not hold up."""
    ready: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
    left = threading.Event()

    def fetch() -> None:
        for item in items:
            if left.is_set():
                return
            ready.put(item)
        ready.put(None)

    threading.Thread(target=fetch, daemon=True).start()
    try:
        while not stopped():
            try:
                item = ready.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
            if item is None:
                return
            yield item
    finally:
        left.set()
