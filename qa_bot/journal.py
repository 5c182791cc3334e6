"""What readers of the web chat asked, what they were answered, and what they thought of it.

A SQLite file of its own, as it must not wait for indexing. Every conversation has an owner, and nobody else
can list, open, change or delete it.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from qa_bot.errors import JournalError, UsageError

FILE = "conversations.sqlite3"
TITLE_CHARS = 120
NOTE_CHARS = 2000
State = Literal["writing", "done", "stopped", "failed"]
Verdict = Literal["up", "down"]
_WAIT_SECONDS = 10
_LISTED = 200  # conversations of one owner in a list
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversation (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL,
  started TEXT NOT NULL, changed TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS conversation_owner ON conversation (owner, changed);
CREATE TABLE IF NOT EXISTS exchange (
  id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  place INTEGER NOT NULL, question TEXT NOT NULL, filters TEXT NOT NULL, state TEXT NOT NULL,
  text TEXT NOT NULL DEFAULT '', answer TEXT, asked TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS exchange_place ON exchange (conversation, place);
CREATE TABLE IF NOT EXISTS feedback (
  exchange TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  verdict TEXT NOT NULL, note TEXT NOT NULL, question TEXT NOT NULL, filters TEXT NOT NULL, answer TEXT,
  given TEXT NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it.

    ``answer`` is what was kept of the answer, JSON-ready, once there is one; ``text`` is what was written
    until it was stopped, or why it failed. ``asked`` is a time in UTC.
    """

    id: str
    question: str
    filters: dict[str, Any]
    state: State
    text: str
    answer: dict[str, Any] | None
    asked: str
    verdict: Verdict | None = None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The exchange as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; in a list its exchanges are left out and ``count`` tells how many there are."""

    id: str
    title: str
    started: str
    changed: str
    count: int
    exchanges: tuple[Exchange, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The conversation as JSON-ready values."""
        return {
            **{name: getattr(self, name) for name in ("id", "title", "started", "changed", "count")},
            "exchanges": [exchange.to_dict() for exchange in self.exchanges],
        }


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of an answer; the owner is not told."""

    verdict: Verdict
    note: str
    question: str
    filters: dict[str, Any]
    answer: dict[str, Any] | None
    given: str

    def to_dict(self) -> dict[str, Any]:
        """The feedback as JSON-ready values."""
        return asdict(self)


class Journal:
    """The conversations of one index.

    Args:
        path: the SQLite file, made when it is not there; None keeps everything in memory until it is closed.

    Raises:
        JournalError: from every method, when the file cannot be read or written.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = threading.RLock()
        with self._told():
            self._db = sqlite3.connect(
                path or ":memory:", timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._db.execute("PRAGMA foreign_keys = ON")
                self._db.execute("PRAGMA secure_delete = ON")  # what is deleted is gone from the disk
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.create_function("holds", 2, _holds, deterministic=True)
                for statement in _SCHEMA.split(";\n"):
                    self._db.execute(statement)
            except sqlite3.Error:
                self._db.close()
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def __del__(self) -> None:
        """Close the file also where nobody did."""
        if database := getattr(self, "_db", None):
            database.close()

    # --- asking ------------------------------------------------------------------------------

    def begin(
        self,
        owner: str,
        question: str,
        filters: Mapping[str, Any],
        *,
        conversation: str | None = None,
        replacing: str | None = None,
    ) -> tuple[Conversation, Exchange]:
        """Write down a question before it is answered.

        Args:
            owner: whose conversation it is.
            question: as it was asked.
            filters: options of the answer, JSON-ready.
            conversation: the one it belongs to; a new one is begun when None.
            replacing: the exchange in whose place it is asked; that one and what followed are forgotten.

        Returns:
            The conversation with what was said before, and the new exchange.

        Raises:
            UsageError: the owner has no such conversation or exchange.
        """
        now = _now()
        fresh = Exchange(secrets.token_hex(8), question, dict(filters), "writing", "", None, now)
        with self._transaction():
            if conversation is None:
                conversation = secrets.token_hex(8)
                title = _line(question, TITLE_CHARS)
                self._db.execute(
                    "INSERT INTO conversation VALUES (?, ?, ?, ?, ?)", (conversation, owner, title, now, now)
                )
            held = self.conversation(owner, conversation)
            kept = held.exchanges
            if replacing is not None:
                place = next((at for at, one in enumerate(kept) if one.id == replacing), None)
                if place is None:
                    raise UsageError("That question is no longer in the conversation; reload the page.")
                kept = kept[:place]
                self._db.execute(
                    "DELETE FROM exchange WHERE conversation = ? AND place >= ?", (conversation, place)
                )
            self._db.execute(
                "INSERT INTO exchange (id, conversation, place, question, filters, state, asked)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (fresh.id, conversation, len(kept), question, json.dumps(dict(filters)), "writing", now),
            )
            self._db.execute("UPDATE conversation SET changed = ? WHERE id = ?", (now, conversation))
        said = Conversation(held.id, held.title, held.started, now, len(kept) + 1, kept)
        return said, fresh

    def finish(
        self, exchange: str, state: State, *, text: str = "", answer: Mapping[str, Any] | None = None
    ) -> None:
        """Write down what came of a question; nothing when it was deleted meanwhile."""
        stored = None if answer is None else json.dumps(answer, ensure_ascii=True)
        with self._transaction():
            self._db.execute(
                "UPDATE exchange SET state = ?, text = ?, answer = ? WHERE id = ?",
                (state, text, stored, exchange),
            )

    # --- conversations -----------------------------------------------------------------------

    def conversations(self, owner: str, words: str = "") -> list[Conversation]:
        """The owner's conversations, newest first; with ``words``, those that have them all somewhere."""
        rows = self._rows(
            "SELECT id, title, started, changed, (SELECT count(*) FROM exchange WHERE conversation = c.id)"
            " FROM conversation c WHERE owner = ? AND (? = '' OR holds(title || ' ' || coalesce((SELECT"
            " group_concat(question || ' ' || text || ' '"
            " || coalesce(json_extract(answer, '$.answer.text'), ''))"
            " FROM exchange WHERE conversation = c.id), ''), ?)) ORDER BY changed DESC, id LIMIT ?",
            (owner, words.strip(), words, _LISTED),
        )
        return [Conversation(*row) for row in rows]

    def conversation(self, owner: str, conversation: str) -> Conversation:
        """One conversation whole.

        Raises:
            UsageError: the owner has none of that id.
        """
        head = self._rows(
            "SELECT id, title, started, changed FROM conversation WHERE id = ? AND owner = ?",
            (conversation, owner),
        )
        if not head:
            raise UsageError("There is no such conversation here; it was deleted, or is someone else's.")
        rows = self._rows(
            "SELECT e.id, e.question, e.filters, e.state, e.text, e.answer, e.asked, f.verdict, f.note"
            " FROM exchange e LEFT JOIN feedback f ON f.exchange = e.id"
            " WHERE e.conversation = ? ORDER BY e.place",
            (conversation,),
        )
        exchanges = tuple(
            Exchange(
                key, question, json.loads(filters), state, text, _json(answer), asked, verdict, note or ""
            )
            for key, question, filters, state, text, answer, asked, verdict, note in rows
        )
        key, title, started, changed = head[0]
        return Conversation(key, title, started, changed, len(exchanges), exchanges)

    def rename(self, owner: str, conversation: str, title: str) -> str:
        """Give a conversation another title, and return it as it is kept.

        Raises:
            UsageError: the title is empty, or the owner has no such conversation.
        """
        line = _line(title, TITLE_CHARS)
        if not line:
            raise UsageError("A title cannot be empty.")
        self.conversation(owner, conversation)
        with self._transaction():
            self._db.execute("UPDATE conversation SET title = ? WHERE id = ?", (line, conversation))
        return line

    def delete(self, owner: str, conversation: str) -> None:
        """Forget a conversation, its answers and what was thought of them.

        Raises:
            UsageError: the owner has no such conversation.
        """
        self.conversation(owner, conversation)
        with self._transaction():
            self._db.execute("DELETE FROM conversation WHERE id = ?", (conversation,))

    # --- feedback ----------------------------------------------------------------------------

    def judge(self, owner: str, exchange: str, verdict: Verdict | None, note: str = "") -> None:
        """Keep what the owner thinks of an answer; None takes it back.

        Raises:
            UsageError: the owner was given no such answer, or there is no such verdict.
        """
        if verdict not in ("up", "down", None):
            raise UsageError(f"A verdict is 'up' or 'down', not {verdict!r}.")
        found = self._rows(
            "SELECT e.conversation, e.question, e.filters, e.answer FROM exchange e"
            " JOIN conversation c ON c.id = e.conversation WHERE e.id = ? AND c.owner = ?",
            (exchange, owner),
        )
        if not found:
            raise UsageError("That answer is no longer in the conversation; reload the page.")
        conversation, question, filters, answer = found[0]
        with self._transaction():
            self._db.execute("DELETE FROM feedback WHERE exchange = ?", (exchange,))
            if verdict is not None:
                self._db.execute(
                    "INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(exchange, conversation, verdict, note.strip()[:NOTE_CHARS]),
                        *(question, filters, answer, _now()),
                    ),
                )

    def feedback(self) -> list[Feedback]:
        """What all readers thought, newest first."""
        rows = self._rows(
            "SELECT verdict, note, question, filters, answer, given FROM feedback"
            " ORDER BY given DESC, exchange",
            (),
        )
        return [
            Feedback(verdict, note, question, json.loads(filters), _json(answer), given)
            for verdict, note, question, filters, answer, given in rows
        ]

    # --- the file ----------------------------------------------------------------------------

    def _rows(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._told(), self._lock:
            return self._db.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told(), self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeEncodeError) as error:
            where = str(self.path) if self.path else "memory"
            raise JournalError(f"The conversations in {where!r} cannot be used: {error}.") from error


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")


def _json(stored: str | None) -> dict[str, Any] | None:
    return None if stored is None else json.loads(stored)


def _holds(text: str, words: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())


def _line(text: str, chars: int) -> str:
    """A text on one line of at most so many characters."""
    line = " ".join(text.split())
    if len(line) <= chars:
        return line
    cut = line[: chars - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"
