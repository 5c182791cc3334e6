"""One question of the web chat: answered piece by piece, written down, stopped when the reader says so."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from qa_bot.errors import QABotError
from qa_bot.journal import Exchange, Journal
from qa_bot.rendering import draft_lines, kept, showable
from qa_bot.types import Answer, Article, Citation, Draft, Span, Turn
from qa_bot.writing import Writing

if TYPE_CHECKING:
    from qa_bot.bot import QABot

SORRY = "Something went wrong. Please try again."
_POLL_SECONDS = 0.05
_MOST_RUNS = 1000
_Item = TypeVar("_Item")
Event = dict[str, Any]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page sends it: whose, in which conversation, in place of which exchange.

    ``filters`` are the options of `QABot.answer` that narrow the articles.
    """

    owner: str
    question: str
    filters: Mapping[str, Any]
    conversation: str | None = None
    replacing: str | None = None


def answering(bot: QABot, journal: Journal, asked: Asked, stopped: Callable[[], bool]) -> Iterator[Event]:
    """What the page is told while a question is answered.

    First ``{"conversation", "title", "exchange"}``, then ``{"draft": the text so far}`` as often as there is
    more, at last ``{"done": the exchange}``. What goes wrong is written into the exchange and not raised; it
    ends soon after ``stopped`` says so, and what was written until then is kept.

    Raises:
        QABotError: the question could not be written down.
    """
    said, exchange = journal.begin(
        asked.owner,
        asked.question,
        asked.filters,
        conversation=asked.conversation,
        replacing=asked.replacing,
    )
    yield {"conversation": said.id, "title": said.title, "exchange": exchange.to_dict()}
    text, ended = "", False
    streams: list[object] = []
    try:
        turns = turns_of(said.exchanges)
        for item in until(stopped, _items(bot, asked, turns, streams.append)):
            if isinstance(item, Draft):
                text = showable(item.text)
                yield {"draft": text, "lines": draft_lines(item)} if item.unsupported else {"draft": text}
            else:
                ended = True
                if isinstance(item, Answer):
                    journal.finish(exchange.id, "done", answer=kept(item, bot.article))
                else:
                    journal.finish(exchange.id, "failed", text=item["message"], answer={"error": item})
    finally:
        for stream in streams:
            if isinstance(stream, Writing):  # nobody reads what its model writes any more
                stream.close()
        if not ended:
            journal.finish(exchange.id, "stopped", text=text)
    yield {"done": _exchange(journal, asked.owner, said.id, exchange)}


def _items(
    bot: QABot, asked: Asked, turns: Sequence[Turn], opened: Callable[[object], object]
) -> Iterator[Draft | Answer | Event]:
    """What the bot gives, and as the last item an error where there is one.

    ``opened`` is handed the bot's stream, whose ``close`` ends a language model's work.
    """
    try:
        stream = bot.stream(asked.question, history=turns, **asked.filters)
        opened(stream)
        yield from stream
    except QABotError as error:
        yield error_of(error)
    except Exception:
        logger.exception("answering failed")
        yield error_of(None)


def _exchange(journal: Journal, owner: str, conversation: str, exchange: Exchange) -> Event:
    said = journal.conversation(owner, conversation)
    return next((each.to_dict() for each in said.exchanges if each.id == exchange.id), exchange.to_dict())


def error_of(error: QABotError | None) -> Event:
    """An error as the page is told it: its type, a sentence, and nothing of what is not meant for readers."""
    return {"type": type(error).__name__ if error else "Error", "message": str(error) if error else SORRY}


def turns_of(exchanges: Sequence[Exchange]) -> list[Turn]:
    """What was said before, as the bot takes it.

    What the bot says of itself when it declines names nobody that a follow-up could mean.
    """
    turns = []
    for exchange in exchanges:
        answer = (exchange.answer or {}).get("answer")
        if answer is not None:
            citations = tuple(map(_citation, answer["citations"]))
            turns.append(Turn(exchange.question, answer["text"] if citations else "", citations))
    return turns


def _citation(data: Mapping[str, Any]) -> Citation:
    article = data["article"]
    return Citation(
        data["number"],
        data["quote"],
        data["start"],
        data["end"],
        data["passage_id"],
        Article(article["id"], "", article["title"], article["publisher"], None, article["published"]),
        tuple(Span(span["start"], span["end"]) for span in data["highlights"]),
        data["said_by"],
    )


class Stops:
    """Who wants which answer stopped. A run is named by the page that started it."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[str, str], threading.Event] = {}

    def begin(self, owner: str, run: str) -> threading.Event:
        """The event that is set when the run is to stop; set already when it was stopped in the queue."""
        return self._wanted.setdefault((owner, run), threading.Event())

    def stop(self, owner: str, run: str) -> None:
        """Stop a run, also one that has not begun."""
        while len(self._wanted) >= _MOST_RUNS:  # made up by somebody: a run that has begun is ended by `end`
            self._wanted.pop(next(iter(self._wanted)))
        self.begin(owner, run).set()

    def end(self, owner: str, run: str) -> None:
        """Forget a run."""
        self._wanted.pop((owner, run), None)


def until(stopped: Callable[[], bool], items: Iterator[_Item]) -> Iterator[_Item]:
    """The items until it is stopped, which the wait for the next item does not hold up.

    Of Drafts that come faster than they are taken only the newest is given.
    """
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
                while isinstance(item, Draft) and not ready.empty():
                    item = ready.get()
            except queue.Empty:
                continue
            if item is None:
                return
            yield item
    finally:
        left.set()
