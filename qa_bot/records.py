"""What the catalogue keeps beside articles and passages, as SQL on its connection.

    version    earlier texts of articles that changed, and what was known of them
    original   what was read, as it was read, for articles whose source may not give it again
    copies     the bands of each article's signature, by which near copies find each other
    stated     facts that the user set, which reading again does not undo
    visit      pages and feeds as they were last fetched, and files as they were last read

Nothing here begins a transaction or catches an error; `store` does both.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa_bot.copies import SAME, bands, likeness

if TYPE_CHECKING:
    import sqlite3

SCHEMA = """
CREATE TABLE version (
  number INTEGER PRIMARY KEY, article_id TEXT NOT NULL, facts TEXT NOT NULL, text BLOB NOT NULL);
CREATE INDEX version_article ON version (article_id);
CREATE TABLE original (
  article INTEGER PRIMARY KEY REFERENCES article (number) ON DELETE CASCADE,
  suffix TEXT NOT NULL, facts TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE band (
  band INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (band, article)) WITHOUT ROWID;
CREATE TABLE stated (
  article_id TEXT NOT NULL, fact TEXT NOT NULL, value TEXT, PRIMARY KEY (article_id, fact)) WITHOUT ROWID;
CREATE TABLE visit (
  address TEXT PRIMARY KEY, etag TEXT, modified TEXT, feed TEXT, listing TEXT, stamp TEXT) WITHOUT ROWID;
"""
ADDED_COLUMNS = """
ALTER TABLE article ADD COLUMN language TEXT;
ALTER TABLE article ADD COLUMN modified TEXT;
ALTER TABLE article ADD COLUMN modified_source TEXT;
ALTER TABLE article ADD COLUMN imported TEXT;
ALTER TABLE article ADD COLUMN rights TEXT;
ALTER TABLE article ADD COLUMN corrections TEXT;
ALTER TABLE article ADD COLUMN copies INTEGER;
ALTER TABLE article ADD COLUMN signature BLOB;
CREATE INDEX article_copies ON article (copies);
"""
_CANDIDATES = 50  # to compare a new article with; more share a band only where all are of one group


@dataclass(frozen=True, slots=True)
class Original:
    """What an article was read from: the bytes, of what kind of file, and what was known from elsewhere."""

    suffix: str
    data: bytes
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of an address since it was last fetched, or of a file since it was last read.

    Attributes:
        etag: the server's mark of what it sent.
        modified: when the server says that it changed.
        feed: the address of the feed or sitemap that listed it.
        listing: of a feed, what it listed.
        stamp: of a file, what tells whether it changed.
    """

    etag: str | None = None
    modified: str | None = None
    feed: str | None = None
    listing: str | None = None
    stamp: str | None = None


class Records:
    """The tables above, on a connection whose transactions are somebody else's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    # --- versions ----------------------------------------------------------------------------

    def keep_version(self, article_id: str, facts: Mapping[str, Any], text: bytes) -> None:
        """Keep what an article was, its text as the catalogue stores texts."""
        self._db.execute(
            "INSERT INTO version (article_id, facts, text) VALUES (?, ?, ?)",
            (article_id, json.dumps(dict(facts)), text),
        )

    def versions(self, article_id: str) -> list[tuple[dict[str, Any], bytes]]:
        """What an article was before, oldest first: facts and stored text."""
        rows = self._db.execute(
            "SELECT facts, text FROM version WHERE article_id = ? ORDER BY number", (article_id,)
        )
        return [(json.loads(facts), text) for facts, text in rows]

    def forget(self, article_id: str) -> None:
        """Drop everything kept about an article that is removed for good."""
        for table in ("version", "stated"):
            self._db.execute(f"DELETE FROM {table} WHERE article_id = ?", (article_id,))

    # --- originals ---------------------------------------------------------------------------

    def keep_original(self, article: int, original: Original) -> None:
        """Keep what an article was read from."""
        self._db.execute(
            "INSERT OR REPLACE INTO original VALUES (?, ?, ?, ?)",
            (article, original.suffix, json.dumps(dict(original.facts)), zlib.compress(original.data, 6)),
        )

    def original(self, article_id: str) -> Original | None:
        """What an article was read from; None where it is not kept."""
        row = self._db.execute(
            "SELECT o.suffix, o.data, o.facts FROM original o JOIN article a ON a.number = o.article"
            " WHERE a.id = ?",
            (article_id,),
        ).fetchone()
        return Original(row[0], zlib.decompress(row[1]), json.loads(row[2])) if row else None

    # --- copies ------------------------------------------------------------------------------

    def join_copies(self, article: int, signed: bytes | None) -> None:
        """Put a new article into the group of its copies, if there are any."""
        if signed is None:
            return
        keys = bands(signed)
        marks = ",".join("?" * len(keys))
        rows = self._db.execute(
            "SELECT number, copies, signature FROM article WHERE number IN"
            f" (SELECT article FROM band WHERE band IN ({marks}) ORDER BY article LIMIT {_CANDIDATES})",
            keys,
        ).fetchall()
        alike = [
            (number, group) for number, group, other in rows if other and likeness(signed, other) >= SAME
        ]
        self._db.executemany("INSERT OR IGNORE INTO band VALUES (?, ?)", [(key, article) for key in keys])
        if not alike:
            return
        groups = {group for _, group in alike if group is not None}
        group = min(groups | {number for number, _ in alike})
        self._db.executemany(
            "UPDATE article SET copies = ? WHERE copies = ?", [(group, old) for old in groups]
        )
        self._db.executemany(
            "UPDATE article SET copies = ? WHERE number = ?",
            [(group, number) for number in [article, *(number for number, _ in alike)]],
        )

    def leave_copies(self, article_id: str) -> None:
        """Take an article that is about to be removed out of its group."""
        row = self._db.execute(
            "SELECT number, copies, signature FROM article WHERE id = ?", (article_id,)
        ).fetchone()
        if row is None:
            return
        number, group, signed = row
        if signed:
            self._db.executemany(
                "DELETE FROM band WHERE band = ? AND article = ?", [(key, number) for key in bands(signed)]
            )
        if group is not None:
            self._db.execute("UPDATE article SET copies = NULL WHERE number = ?", (number,))
            left = self._db.execute("SELECT number FROM article WHERE copies = ?", (group,)).fetchall()
            if len(left) == 1:  # one alone is no group
                self._db.execute("UPDATE article SET copies = NULL WHERE copies = ?", (group,))

    # --- what the user stated -----------------------------------------------------------------

    def state(self, article_id: str, facts: Mapping[str, str | None]) -> None:
        """Keep facts that hold whatever reading says; None for one that is not known."""
        self._db.executemany(
            "INSERT OR REPLACE INTO stated VALUES (?, ?, ?)",
            [(article_id, fact, value) for fact, value in facts.items()],
        )

    def stated(self) -> dict[str, dict[str, str | None]]:
        """All facts that were stated, by article id."""
        found: dict[str, dict[str, str | None]] = {}
        for article_id, fact, value in self._db.execute("SELECT article_id, fact, value FROM stated"):
            found.setdefault(article_id, {})[fact] = value
        return found

    # --- visits ------------------------------------------------------------------------------

    def visit(self, address: str) -> Visit | None:
        """What is known of an address or a file."""
        row = self._db.execute(
            "SELECT etag, modified, feed, listing, stamp FROM visit WHERE address = ?", (address,)
        ).fetchone()
        return Visit(*row) if row else None

    def note_visits(self, visits: Mapping[str, Visit]) -> None:
        """Keep what was found on visits."""
        self._db.executemany(
            "INSERT OR REPLACE INTO visit VALUES (?, ?, ?, ?, ?, ?)",
            [(at, v.etag, v.modified, v.feed, v.listing, v.stamp) for at, v in visits.items()],
        )

    def forget_visits(self, addresses: Iterable[str]) -> None:
        """Forget addresses, so that they are fetched anew."""
        self._db.executemany("DELETE FROM visit WHERE address = ?", [(at,) for at in addresses])

    def listed_by(self, feed: str) -> list[str]:
        """The addresses that a feed or sitemap has listed."""
        rows = self._db.execute("SELECT address FROM visit WHERE feed = ? ORDER BY address", (feed,))
        return [address for (address,) in rows]
