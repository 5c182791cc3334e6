"""The articles that the web chat answers from: which bot, what may be read, added and removed.

The bot changes once in a chat's life at most: when articles of one's own come in place of the demo.
"""

from __future__ import annotations

import datetime
import itertools
import json
import logging
import queue
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_bot.errors import ArticleError, QABotError, UsageError
from qa_bot.rendering import digest_of, facts
from qa_bot.sources import is_of_web
from qa_bot.types import Article, Span

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.ingestion import Report

ADDED = "added"  # the folder in an index for files that came through the page
MAX_FILE_BYTES = 20_000_000
MAX_TEXT_CHARS = 2_000_000
MAX_ADDRESS_CHARS = 2000
GONE = "This source is no longer available: its article is not in the index."
CHANGED = "This article has changed since the answer was given; the quote is not marked."
_UNNAMEABLE = re.compile(r"[^\w .()+,-]+")
_NAME_CHARS = 100
Tell = Callable[[dict[str, Any]], None]
_STOPPED = "The chat was stopped."
_LOOK_SECONDS = 0.5  # between two looks at whether it is to be stopped
_PRIVATE = "Nothing is fetched from this server's own machine or a private network."
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file, text or address.

    Attributes:
        name: what was added.
        outcome: a list of a Report, or "failed".
        articles: their ids.
        undated: of these, which have no day of publication.
        message: why it failed, or the first part of it that did.
        cause: the same in a word, where there is one (`ArticleError.cause`).
        failures: how many parts failed, such as pages that a feed lists.
    """

    name: str
    outcome: str
    articles: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    message: str | None = None
    cause: str | None = None
    failures: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON-ready values."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "articles": list(self.articles),
            "undated": list(self.undated),
            "message": self.message,
            "cause": self.cause,
            "failures": self.failures,
        }


class Library:
    """The bot that answers now, and the changes that its readers make to the articles.

    Args:
        bot: the bot to begin with.
    """

    def __init__(self, bot: QABot) -> None:
        self._bot = bot
        self._before: QABot | None = None  # the demo, once it was left
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.adding = 0  # how many files and addresses are being added through the page

    @property
    def bot(self) -> QABot:
        """The bot to ask: the one over own articles as soon as there are some."""
        if self._bot.is_demo:
            with self._lock:
                now = self._bot.current()
                if now is not self._bot:
                    self._before, self._bot = self._bot, now
        return self._bot

    def close(self) -> None:
        """Close the bots that were opened here."""
        if self._before is not None:
            self._bot.close()

    def stop(self) -> None:
        """Give up what is being fetched, before the program ends: a site may take its time."""
        self._stopping.set()

    def is_changing(self) -> bool:
        """Whether articles are being indexed, by a reader or by another program."""
        return self.adding > 0 or self.bot.is_being_changed()

    # --- reading -----------------------------------------------------------------------------

    def article(self, article_id: object) -> Article:
        """One article whole, also of the demo after it was left, as its citations stay.

        Raises:
            UsageError: there is none of that id.
        """
        if not isinstance(article_id, str):
            raise UsageError(GONE)
        for bot in (self.bot, self._before):
            if bot is not None:
                try:
                    return bot.article(article_id)
                except UsageError:
                    continue
        raise UsageError(GONE)

    def read(self, article_id: object, spans: object) -> dict[str, Any]:
        """An article for the page: its facts, and its text in pieces, those that are cited with their number.

        Args:
            article_id: the article's id.
            spans: ``{"number", "start", "end", "digest"}`` each; what no longer fits is in ``missing``.

        Raises:
            UsageError: there is no such article.
        """
        article = self.article(article_id)
        true, missing = [], []
        for span in spans if isinstance(spans, list) else ():
            number = span.get("number") if isinstance(span, dict) else None
            if not isinstance(span, dict) or not isinstance(number, (int, str)):
                continue
            found = _span(article.text, span.get("start"), span.get("end"), span.get("digest"))
            if found is None:
                missing.append(number)
            else:
                true.append((found, number))
        return {
            "article": facts(article),
            "pieces": list(_pieces(article.text, true)),
            "missing": missing,
            "warning": CHANGED if missing else None,
        }

    # --- changing ----------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether readers may change the articles."""
        return self._bot.settings.allow_changes

    def _refuse_if_closed(self) -> None:
        if not self.is_open:
            raise UsageError("Whoever runs this chat does not allow its readers to change the articles.")

    def add_file(self, name: object, data: bytes) -> Iterator[dict[str, Any]]:
        """Index one file; ``{"progress": line}`` now and then, at last ``{"result": Added}``.

        The file is kept in the index's folder, under a name that no other file there has.

        Raises:
            UsageError: readers may not change the articles.
        """
        self._refuse_if_closed()
        given = _file_name(name)
        if len(data) > MAX_FILE_BYTES:
            megabytes = MAX_FILE_BYTES // 1_000_000
            message = f"{given!r} is larger than {megabytes} MB; index it with: qa-bot index PATH"
            yield {"result": Added(given, "failed", message=message).to_dict()}
            return
        yield from self._adding(given, partial(self._added, given, data))

    def add_text(self, fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Index a text: ``text``, and as far as known ``title``, ``publisher``, ``date`` and ``url``.

        Raises:
            UsageError: readers may not change the articles.
        """
        self._refuse_if_closed()
        known = {
            name: value.strip()
            for name in ("title", "publisher", "date", "url", "text")
            if isinstance(value := fields.get(name), str) and value.strip()
        }
        name = known.get("title") or (known.get("text") or "").partition("\n")[0][:60] or "text"
        try:
            _check_text(known)
        except UsageError as error:
            yield {"result": Added(name, "failed", message=str(error)).to_dict()}
            return
        line = json.dumps(known, ensure_ascii=True)
        file = f"{_file_name(name)[:60].strip('. ')}-{digest_of(line)}.jsonl"
        for event in self._adding(file, partial(self._added, file, line.encode())):
            if "result" in event:
                event["result"]["name"] = name
            yield event

    def add_address(self, address: object) -> Iterator[dict[str, Any]]:
        """Index the page at an address, or the pages that its feed or sitemap lists.

        ``{"read": how many pages}`` and ``{"progress": line}`` now and then, at last ``{"result": Added}``.

        Raises:
            UsageError: readers may not change the articles.
        """
        self._refuse_if_closed()
        given = address.strip() if isinstance(address, str) else ""
        if len(given) > MAX_ADDRESS_CHARS or not is_of_web(given):
            message = f"{given[:80]!r} is not an address of the web (http:// or https://)."
            refused = Added(given[:80], "failed", message=message, cause="address", failures=1)
            yield {"result": refused.to_dict()}
            return
        yield from self._adding(given, partial(self._fetched, given), may_take_long=True)

    def _adding(
        self, name: str, add: Callable[[Tell], Added], *, may_take_long: bool = False
    ) -> Iterator[dict[str, Any]]:
        """What is told while something is added, by ``add`` in a thread of its own.

        The program's end waits for it, unless it may take long: then what was stored until then stays.
        """
        events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

        def work() -> None:
            try:
                added = add(events.put)
            except QABotError as error:
                added = Added(name, "failed", message=str(error))
            except OSError as error:
                added = Added(name, "failed", message=f"It cannot be kept: {error.strerror or error}.")
            except Exception:
                if not self._stopping.is_set():  # else its helpers have ended before it
                    logger.exception("adding failed")
                added = Added(name, "failed", message="Something went wrong. Please try again.")
            events.put({"result": added.to_dict()})

        with self._lock:
            self.adding += 1
        try:
            threading.Thread(target=work, daemon=may_take_long).start()
            event: dict[str, Any] = {}
            while "result" not in event:
                try:
                    event = events.get(timeout=_LOOK_SECONDS)
                except queue.Empty:
                    if not (may_take_long and self._stopping.is_set()):
                        continue
                    event = {"result": Added(name, "failed", message=_STOPPED).to_dict()}
                yield event
        finally:
            with self._lock:
                self.adding -= 1

    def _added(self, name: str, data: bytes, tell: Tell) -> Added:
        folder = self.bot.own_folder / ADDED
        folder.mkdir(parents=True, exist_ok=True)
        file, is_new = _keep(folder, name, data)
        try:
            report = self.bot.add_own([file], progress=lambda line: tell({"progress": line}))
        except BaseException:
            if is_new:
                file.unlink(missing_ok=True)
            raise
        if report.failed and not (report.added or report.changed or report.unchanged) and is_new:
            file.unlink(missing_ok=True)
        return _outcome(name, file, report)

    def _fetched(self, address: str, tell: Tell) -> Added:
        count = itertools.count(1)

        def note(*_: object) -> None:
            if self._stopping.is_set():
                raise UsageError(_STOPPED)
            tell({"read": next(count)})

        report = self.bot.add_own(
            [address],
            progress=lambda line: tell({"progress": line}),
            on_article=note,
        )
        return _outcome(address, None, report)

    def remove(self, article_ids: object) -> int:
        """Take articles out of the index, with the files that came for them through the page; how many.

        Raises:
            UsageError: they are the demo's, or no list of ids, or readers may not change the articles.
        """
        self._refuse_if_closed()
        if not isinstance(article_ids, list) or not all(isinstance(each, str) for each in article_ids):
            raise UsageError("Articles to remove are named by a list of their ids.")
        bot = self.bot
        held = {article.id: article.path for article in bot.articles()}
        count = bot.delete(article_ids)
        left = {path for article_id, path in held.items() if article_id not in set(article_ids)}
        folder = (bot.own_folder / ADDED).resolve()
        for path in {held[each] for each in article_ids if each in held} - left:
            if path and Path(path).resolve().parent == folder:
                Path(path).unlink(missing_ok=True)
        return count


def _span(text: str, start: object, end: object, digest: object) -> Span | None:
    """The span, if it lies in the text and holds what the link was made for."""
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        return None
    return Span(start, end) if digest_of(text[start:end]) == digest else None


def _pieces(text: str, spans: Sequence[tuple[Span, int | str]]) -> Iterator[dict[str, Any]]:
    """The text cut at every edge; each piece with the numbers of what it is part of."""
    cuts = sorted({0, len(text), *(edge for span, _ in spans for edge in (span.start, span.end))})
    for left, right in itertools.pairwise(cuts):
        numbers = [number for span, number in spans if span.start <= left < span.end]
        yield {"text": text[left:right], "numbers": numbers}


def _file_name(name: object) -> str:
    """A name that a file may have in the folder: no path, nothing hidden, nothing unusual."""
    last = re.split(r"[/\\]", name)[-1] if isinstance(name, str) else ""
    clean = _UNNAMEABLE.sub("_", last).lstrip(". ")
    stem, dot, suffix = clean.rpartition(".")
    if not dot:
        return (clean or "article")[:_NAME_CHARS]
    return f"{stem[:_NAME_CHARS] or 'article'}.{suffix[:10]}"


def _keep(folder: Path, name: str, data: bytes) -> tuple[Path, bool]:
    """Write the bytes under the name, or under the next that is free; the file, and whether it is new."""
    stem, suffix = Path(name).stem, Path(name).suffix
    for number in range(1, 10_000):
        file = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
        try:
            with file.open("xb") as new:
                new.write(data)
            return file, True
        except FileExistsError:
            if file.is_file() and file.read_bytes() == data:
                return file, False
    raise ArticleError(f"Too many files are named {name!r}; give it another name.")


def _outcome(name: str, file: Path | None, report: Report) -> Added:
    message = cause = None
    if report.failed:
        cause = report.causes.get(report.failed[0])
        message = _PRIVATE if cause == "private" else _readable(report.failed[0], file, name)
    for outcome in ("added", "changed", "unchanged"):
        if found := getattr(report, outcome):
            undated, failures = tuple(report.undated), len(report.failed)
            return Added(name, outcome, tuple(found), undated, message, cause, failures)
    message = message or f"{name!r} holds no article."
    return Added(name, "failed", message=message, cause=cause, failures=len(report.failed))


def _readable(message: str, file: Path | None, name: str) -> str:
    """A message without the folder that the file lies in, which is the server's own affair."""
    if file is None:
        return message
    for path in (file.resolve(), file):
        message = message.replace(str(path), name)
    return message.replace(f"{file.resolve().parent}/", "").replace(f"{file.parent}/", "")


def _check_text(known: Mapping[str, str]) -> None:
    text = known.get("text")
    if not text:
        raise UsageError("There is no text; paste the article's.")
    if len(text) > MAX_TEXT_CHARS:
        raise UsageError(f"The text is longer than {MAX_TEXT_CHARS:,} characters; add it as files.")
    if "date" in known:
        try:
            datetime.date.fromisoformat(known["date"])
        except ValueError:
            raise UsageError(f"The date must be like 2024-11-05, not {known['date']!r}.") from None
