"""The index on disk: a catalogue in SQLite, which is the truth, and two indexes derived from it.

    FOLDER/catalogue.sqlite   articles, passages, cached vectors; each commit moves the generation on
    FOLDER/vectors/           Chroma  } brought up to the catalogue's generation after each change, and
    FOLDER/words/             Tantivy } rebuilt from cached vectors and texts when they do not fit it
    FOLDER/lock               held by the one process that writes

Readers never wait for the writer: they see what was last finished, and go on without what is not yet in
an index. A reader that finds an index behind or unreadable and nobody writing brings it up to date.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from qa_bot.errors import StoreBusyError, StoreDamagedError, StoreError, StoreMismatchError
from qa_bot.records import ADDED_COLUMNS, SCHEMA, Original, Records, Visit
from qa_bot.text import terms
from qa_bot.types import Article, Coverage, Filters, Passage, Span

if TYPE_CHECKING:
    from qa_bot.vector_index import VectorChange, VectorIndex
    from qa_bot.word_index import WeightedTerm, WordChange, WordEntry, WordIndex

T = TypeVar("T")
CATALOGUE = "catalogue.sqlite"
# Of the files in the folder: 1 had one word index and did not compress texts, 2 knew less about articles.
# Both are brought up to date; a newer one is refused.
FORMAT = "3"
_BATCH = 2000
# Vectors are cached as 16-bit floats: half the disk, and cosines change by less than 0.001.
_CACHED = np.float16
_ARTICLES_KNOWN = 20_000  # about 20 MB of facts
_COMPRESSION = 3  # texts become 45 % of their size; level 6 takes twice as long for 43 %

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, hash TEXT NOT NULL,
  title TEXT, publisher TEXT, author TEXT, published TEXT, date_source TEXT, url TEXT, path TEXT,
  superseded INTEGER NOT NULL DEFAULT 0, text BLOB NOT NULL);
CREATE INDEX article_source ON article (source);
-- AUTOINCREMENT: a number is never used twice, so a stale index entry can never name a wrong passage.
CREATE TABLE passage (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  article INTEGER NOT NULL REFERENCES article (number) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
  vector BLOB NOT NULL, generation INTEGER NOT NULL);
CREATE INDEX passage_article ON passage (article);
CREATE INDEX passage_generation ON passage (generation);
CREATE TABLE gone (passage INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
"""
# In the order of Article's fields; "copies" is its group.
_FACTS = (
    "id, title, publisher, author, published, date_source, url, path, superseded, language, modified,"
    " modified_source, imported, rights, corrections, copies"
)
_COLUMNS = _FACTS.split(", ")
# Facts that other versions knew are in every hash, newer ones only where they are known: then an index that
# an older version made finds its articles unchanged.
_HASHED = "id text title publisher author published date_source url path superseded".split()
_HASHED_IF_KNOWN = "modified modified_source rights corrections".split()
_INDEXES = ("words", "vectors")
_NEVER = -1
_START_SECONDS = 60  # that other processes may take to make the catalogue, or to commit a change


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an index has come: its generation and size then; ``open`` while it is being changed."""

    generation: int = _NEVER
    held: int = 0
    open: bool = False

    @classmethod
    def parse(cls, text: str | None) -> Mark:
        """A mark as the catalogue keeps it; nothing there means never."""
        if not text:
            return cls()
        generation, held, *rest = text.split("/")
        return cls(int(generation), int(held), bool(rest))

    def text(self) -> str:
        """The mark as the catalogue keeps it."""
        return f"{self.generation}/{self.held}" + "/open" * self.open


@dataclass(frozen=True, slots=True)
class Build:
    """What an index was built with: another embedder or passage length makes another index."""

    embedder: str
    passage_words: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An article ready to be stored: its passages' spans and their vectors, a row each.

    ``terms`` are each passage's index terms with spaces between; None where nobody has made them yet.
    ``signature`` is that of `copies.signature`, ``original`` what the article was read from, if it is kept.
    """

    article: Article
    source: str
    spans: Sequence[Span]
    vectors: NDArray[np.float32]
    terms: Sequence[str] | None = None
    signature: bytes | None = None
    original: Original | None = None


@dataclass(slots=True)
class _Known:
    """What was read of one generation of the catalogue."""

    generation: int
    coverage: Coverage | None = None
    counts: tuple[int, int] | None = None
    articles: dict[int, Article] = field(default_factory=dict)


class Store:
    """An index folder, open for reading; `writing` gives the right to change it.

    Args:
        folder: the index folder.
        build: what the index is, or is to be, built with.
        create: make the index when the folder has none.
        adopt: open an index of another build too, to give it this one by `Writer.restart`.

    Raises:
        StoreError: no index there, or no right to use the folder.
        StoreMismatchError: it was built with something else than ``build``.
        StoreDamagedError: the catalogue cannot be read.
    """

    def __init__(self, folder: Path, build: Build, *, create: bool = False, adopt: bool = False) -> None:
        self.folder = folder
        self.build = build
        self._lock = threading.RLock()  # the connection's
        self._refreshing = threading.Lock()
        self._here = threading.local()
        self._changing = threading.Lock()  # with the file's lock: between threads
        self._mapped = _NEVER  # the generation that this holds: articles by passage number, 0 for none
        self._article_of: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._seen = _NEVER
        self._words_at = self._vectors_at = Mark()
        self._known = _Known(_NEVER)
        self._is_checked = not adopt
        if not create and not exists(folder):
            raise StoreError(
                f"There is no index at {str(folder)!r}; build one: qa-bot index PATH --index-dir {folder}"
            )
        try:
            if create:
                folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                folder / CATALOGUE, timeout=_START_SECONDS, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"The index folder {str(folder)!r} cannot be used: {error}.") from error
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        with self._told():
            self._db.execute("PRAGMA foreign_keys = ON")
            self._wal()
            self._db.execute("PRAGMA synchronous = NORMAL")
            made = self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
        if not made:
            with self._transaction():
                self._create()
        self._migrate()
        if self._is_checked:
            self._check_build()

    def _migrate(self) -> None:
        """Bring an index that an older version made up to this one's format."""
        if self._get("format") not in ("1", "2"):
            return
        with self._transaction():
            if (found := self._get("format")) not in ("1", "2"):
                return  # another process was first
            if found == "1":  # the word indexes are made from the catalogue; texts are read as they are
                self._db.execute("DELETE FROM meta WHERE key = 'words'")
            self._run(ADDED_COLUMNS + SCHEMA)
            self._set("format", FORMAT)

    def _wal(self) -> None:
        """SQLite does not wait for its time-out when two processes change the journal's mode at once."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _create(self) -> None:
        if self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            return  # another process was first
        self._run(_SCHEMA + ADDED_COLUMNS + SCHEMA)
        for key, value in (
            ("format", FORMAT),
            ("embedder", self.build.embedder),
            ("passage_words", str(self.build.passage_words)),
            ("generation", "0"),
        ):
            self._set(key, value)

    def _run(self, statements: str) -> None:
        for statement in statements.split(";\n"):
            self._db.execute(statement)

    def _check_build(self) -> None:
        if self._get("format") != FORMAT:
            raise StoreMismatchError(
                f"The index at {str(self.folder)!r} has format {self._get('format')!r}, and this version "
                f"reads up to {FORMAT!r}; install a newer qa_bot, or remove the folder and index again."
            )
        for name, wanted in (
            ("embedder", self.build.embedder),
            ("passage_words", str(self.build.passage_words)),
        ):
            built = self._get(name)
            if built != wanted:
                raise StoreMismatchError(
                    f"The index at {str(self.folder)!r} was built with {name} {built!r}, not {wanted!r}: "
                    f"set QA_BOT_{name.upper()}={built}, or rebuild it: "
                    f"qa-bot index --rebuild --index-dir {self.folder}"
                )

    def close(self) -> None:
        """Close every file; the Store cannot be used afterwards."""
        with self._lock:
            self._db.close()
            if "_vectors" in self.__dict__:
                self._vectors.close()
            self.__dict__.pop("_words", None)

    # --- reading -----------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """How often the catalogue was changed since it was made."""
        return int(self._get("generation") or 0)

    def coverage(self) -> Coverage:
        """How many articles there are, and the first and last day they were published."""
        with self._snapshot() as known:
            if known.coverage is None:
                row = self._one("SELECT count(*), min(published), max(published) FROM article")
                known.coverage = Coverage(*row)
            return known.coverage

    def counts(self) -> tuple[int, int]:
        """How many articles and passages there are."""
        with self._snapshot() as known:
            if known.counts is None:  # it takes 10 ms with 300,000 passages
                articles, passages = self._one(
                    "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM passage)"
                )
                known.counts = articles, passages
            return known.counts

    def articles(self) -> list[Article]:
        """The facts of all articles, newest first, undated last; their ``text`` is left empty."""
        rows = self._all(f"SELECT {_FACTS}, '' FROM article ORDER BY published IS NULL, published DESC, id")
        return [_article(row) for row in rows]

    def passage_counts(self) -> dict[str, int]:
        """How many passages each article has, by its id."""
        rows = self._all(
            "SELECT a.id, count(*) FROM passage p JOIN article a ON a.number = p.article GROUP BY 1"
        )
        return dict(rows)

    def is_being_changed(self) -> bool:
        """Whether a thread or another process holds the right to write."""
        if self._changing.locked():
            return True
        lock = FileLock(self.folder / "lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:  # nobody may write here
            return False
        lock.release()
        return False

    def article(self, article_id: str) -> Article | None:
        """One article whole, or None when there is none of that id."""
        row = self._all(f"SELECT {_FACTS}, text FROM article WHERE id = ?", (article_id,))
        return _article(row[0]) if row else None

    def versions(self, article_id: str) -> list[Article]:
        """What an article was before it changed, oldest first, each marked as superseded."""
        with self._lock, self._told():
            rows = Records(self._db).versions(article_id)
        return [
            replace(_article([facts.get(name) for name in _COLUMNS] + [text]), superseded=True)
            for facts, text in rows
        ]

    def group(self, article_id: str) -> list[str]:
        """The ids of an article and its copies and near copies, in the order in which they came."""
        rows = self._all(
            "SELECT b.id FROM article a JOIN article b ON b.copies = a.copies WHERE a.id = ?"
            " ORDER BY b.number",
            (article_id,),
        )
        return [found for (found,) in rows] or [article_id]

    def whole(self, article_id: str) -> tuple[Article, list[Passage]] | None:
        """One article whole with its passages in order, or None when there is none of that id."""
        with self._snapshot():
            article = self.article(article_id)
            if article is None:
                return None
            rows = self._all(
                'SELECT p.ordinal, p.start, p."end" FROM passage p JOIN article a ON a.number = p.article'
                " WHERE a.id = ? ORDER BY p.ordinal",
                (article_id,),
            )
        return article, [
            _passage(article, ordinal, start, end, article.text[start:end]) for ordinal, start, end in rows
        ]

    def passages(self, numbers: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Passages by number with their article's facts (no text); numbers that are gone are left out."""
        with self._snapshot() as known:
            rows = self._placed(numbers)
            articles = self._article_facts(known, {row[1] for row in rows})
            texts = dict(self._of_articles("number, text", articles))
        read = {number: _text(stored) for number, stored in texts.items()}
        return {
            number: (_passage(articles[of], ordinal, start, end, read[of][start:end]), articles[of])
            for number, of, ordinal, start, end in rows
        }

    def _placed(self, numbers: Sequence[int]) -> list[tuple[int, int, int, int, int]]:
        return self._all(
            'SELECT p.number, p.article, p.ordinal, p.start, p."end"'
            " FROM json_each(?) asked JOIN passage p ON p.number = asked.value",
            (json.dumps([int(number) for number in numbers]),),
        )

    def articles_of(self, numbers: Iterable[int]) -> dict[int, Article]:
        """The facts (no text) of the articles that passages are of, by passage number.

        From memory but for what is new: a question ranks a thousand passages. One that was removed a
        moment ago may still be there; `passages` knows.
        """
        with self._snapshot() as known:
            self._map_passages(known.generation)
            size = len(self._article_of)
            owner = {n: int(self._article_of[n]) for n in numbers if 0 <= n < size and self._article_of[n]}
            articles = self._article_facts(known, set(owner.values()))
        return {number: articles[of] for number, of in owner.items() if of in articles}

    def _map_passages(self, generation: int) -> None:
        if generation == self._mapped:
            return
        rows = self._all("SELECT number, article FROM passage WHERE generation > ?", (self._mapped,))
        if rows:
            pairs = np.array(rows, dtype=np.int64)
            longer = np.zeros(max(int(pairs[:, 0].max()) + 1, len(self._article_of)), dtype=np.int32)
            longer[: len(self._article_of)] = self._article_of
            longer[pairs[:, 0]] = pairs[:, 1]
            self._article_of = longer
        self._mapped = generation

    def _article_facts(self, known: _Known, numbers: set[int]) -> dict[int, Article]:
        """Articles without their text; those asked for before come from memory: most of the time."""
        if len(known.articles) > _ARTICLES_KNOWN:
            known.articles.clear()
        missing = [number for number in numbers if number not in known.articles]
        for number, *facts in self._of_articles(f"number, {_FACTS}, ''", missing) if missing else ():
            known.articles[number] = _article(facts)
        return {number: known.articles[number] for number in numbers if number in known.articles}

    def _of_articles(self, columns: str, numbers: Iterable[int]) -> list[tuple[Any, ...]]:
        return self._all(
            f"SELECT {columns} FROM article WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        )

    def search_passages(
        self, question: Sequence[WeightedTerm], *, limit: int, filters: Filters
    ) -> list[tuple[int, float]]:
        """The best passages by words as (number, BM25 score)."""

        def search() -> list[tuple[int, float]]:
            return self._words.search_passages(question, limit=limit, filters=filters)

        return self._asked("words", search, [])

    def search_articles(
        self,
        question: Sequence[WeightedTerm],
        *,
        article_weight: float,
        title_weight: float,
        limit: int,
        filters: Filters,
    ) -> list[tuple[int, float]]:
        """The best articles by words as (number of the first passage, BM25 score of whole text and title)."""

        def search() -> list[tuple[int, float]]:
            return self._words.search_articles(
                question, (article_weight, title_weight), limit=limit, filters=filters
            )

        return self._asked("words", search, [])

    def search_vectors(self, vector: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
        """The nearest passages by vector as (number, cosine). No filters: Chroma's are slow."""
        return self._asked("vectors", lambda: self._vectors.search(vector, limit), [])

    def frequency(self, term: str) -> int:
        """In how many passages an index term stands."""
        return self._asked("words", lambda: self._words.frequency(term), 0)

    def vocabulary(self, prefix: str) -> list[str]:
        """The index terms that begin with a prefix, most frequent first."""
        return self._asked("words", lambda: self._words.vocabulary(prefix), [])

    @contextlib.contextmanager
    def steady(self) -> Iterator[None]:
        """Look once for what other processes wrote, and not again in this block and thread.

        A question asks for dozens of frequencies; to look each time takes longer than to answer.
        """
        self._refresh()
        outer = getattr(self._here, "steady", False)
        self._here.steady = True
        try:
            yield
        finally:
            self._here.steady = outer

    def _asked(self, index: str, ask: Callable[[], T], nothing: T) -> T:
        """What an index answers; nothing while another process makes it, made anew if it fails."""
        if not getattr(self._here, "steady", False):
            self._refresh()
        at = self._words_at if index == "words" else self._vectors_at
        if at.generation == _NEVER:
            return nothing
        try:
            return ask()
        except StoreDamagedError:
            with self._exclusive(0) as mine:
                if not mine:
                    return nothing
                self.rebuild()
            return ask()

    # --- writing -----------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(
        self, *, wait_seconds: float = 600, on_wait: Callable[[str], None] | None = None
    ) -> Iterator[Writer]:
        """The right to change the index, for one process at a time; indexes are synced at the end.

        Args:
            wait_seconds: how long to wait for another writer.
            on_wait: called once with who holds the lock, when there is waiting to do.

        Raises:
            StoreBusyError: another process held the lock all that time.
        """
        with contextlib.ExitStack() as stack:
            if not stack.enter_context(self._exclusive(0)):
                holder = self._holder()
                if on_wait:
                    on_wait(holder)
                if not stack.enter_context(self._exclusive(wait_seconds)):
                    raise StoreBusyError(
                        f"The index at {str(self.folder)!r} is being changed by {holder}; try again later."
                    )
            writer = Writer(self)
            try:
                yield writer
            except BaseException:
                writer.abandon()
                raise
            writer.finish()

    def sync(self) -> None:
        """Bring both indexes up to the catalogue. Only for who holds the lock."""
        at = [Mark.parse(self._get(name)) for name in _INDEXES]
        if any(mark.open or mark.generation != self.generation for mark in at):
            self._catch_up()

    def _catch_up(self) -> None:
        goal = self.generation
        self._sync_words(goal)
        self._sync_vectors(goal)
        with self._transaction():
            self._db.execute("DELETE FROM gone WHERE generation <= ?", (goal,))

    def rebuild(self) -> None:
        """Make both indexes anew from the catalogue, without embedding. Only for who holds the lock."""
        with self._transaction():
            self._forget_marks()
        self._catch_up()

    def check(self, *, wait_seconds: float = 60) -> list[str]:
        """What does not fit together, a sentence each; nothing when all is well.

        Raises:
            StoreBusyError: another process kept changing the index all that time.
        """
        with self._exclusive(wait_seconds) as mine:
            if not mine:
                raise StoreBusyError(
                    f"The index at {str(self.folder)!r} is being changed by {self._holder()}; check it later."
                )
            try:
                problems = self._check_catalogue()
                # An index that is behind after a crash is no damage: it is about to catch up.
                self.sync()
                rows = self._all("SELECT number, ordinal FROM passage")
                numbers = {number for number, _ in rows}
                firsts = {-number for number, ordinal in rows if ordinal == 0}
            except StoreDamagedError as error:
                return [str(error)]
            if not self.generation:
                return problems
            return (
                problems
                + _compare("word", self._words, numbers | firsts)
                + _compare("vector", self._vectors, numbers)
            )

    def _check_catalogue(self) -> list[str]:
        problems = []
        integrity = self._one("PRAGMA quick_check(1)")[0]
        if integrity != "ok":
            problems.append(f"The catalogue is damaged: {integrity}.")
        if self._all("PRAGMA foreign_key_check"):
            problems.append("The catalogue holds passages of articles that are gone.")
        with self._lock, self._told():
            extents = self._db.execute(
                "SELECT p.first, p.last, a.text FROM article a JOIN (SELECT article, min(start) AS first,"
                ' max("end") AS last FROM passage GROUP BY article) p ON p.article = a.number'
            )
            bad = sum(first < 0 or last > len(_text(stored)) for first, last, stored in extents)
        if bad:
            problems.append(f"Passages of {bad} articles lie outside their article's text.")
        (waiting,) = self._one("SELECT count(*) FROM article WHERE hash = ''")
        if waiting:
            problems.append(f"{waiting} articles wait to be cut and embedded again: qa-bot index --rebuild.")
        return problems

    def _sync_words(self, goal: int) -> None:
        index, mark = self._words, Mark.parse(self._get("words"))
        if mark.generation == _NEVER or _count(index) != mark.held:  # or a crash came before the mark
            index.clear()
            mark = Mark(0)
        if mark.generation < goal:
            self._mark("words", replace(mark, open=True))
            with contextlib.suppress(StoreDamagedError):  # it is counted next
                index.apply(self._gone_since(mark.generation), self._word_entries(mark.generation))
                mark = Mark(goal)
        if mark.generation < goal or _count(index) != self._documents():
            self._mark("words", Mark(0, open=True))
            index.clear()
            index.apply([], self._word_entries(0))
        self._words_at = self._mark("words", Mark(goal, index.count()))

    def _documents(self) -> int:
        """How many documents the word indexes are to hold: passages, and articles that have some."""
        (documents,) = self._one("SELECT count(*) + count(CASE WHEN ordinal = 0 THEN 1 END) FROM passage")
        return int(documents)

    def _sync_vectors(self, goal: int) -> None:
        index, mark = self._vectors, Mark.parse(self._get("vectors"))
        if mark.generation == _NEVER or not _is_sound(index, mark):
            index.clear()
            mark = Mark(0)
        if mark.generation < goal or mark.open:
            self._mark("vectors", replace(mark, open=True))
            with contextlib.suppress(StoreDamagedError):  # it is counted next
                self._apply_vectors(mark.generation)
        if _count(index) != self.counts()[1]:
            self._mark("vectors", Mark(0, open=True))
            index.clear()
            self._apply_vectors(0)
        self._vectors_at = self._mark("vectors", Mark(goal, index.count()))

    def _apply_vectors(self, since: int) -> None:
        (expected,) = self._one("SELECT count(*) FROM passage WHERE generation > ?", (since,))
        self._vectors.apply(self._gone_since(since), self._vector_batches(since), expected)

    def _refresh(self) -> None:
        """Before a search: open what other processes wrote, and catch up if nobody is at it."""
        with self._refreshing:
            goal = self.generation
            if goal == self._seen:
                return
            if self._is_checked:
                self._check_build()
            self._look()
            if not self._fits(goal):
                with self._exclusive(0) as mine:
                    if not mine:
                        return  # the writer is at it; what it has finished can be searched
                    self._catch_up()
            self._seen = goal

    def _look(self) -> None:
        """Open an index again when it has moved. Until what replaces it is done, what is open serves on."""
        words, vectors = (Mark.parse(self._get(name)) for name in _INDEXES)
        is_first = self._words_at.generation == _NEVER and words.generation > 0
        if words != self._words_at and (is_first or not words.open) and words.generation != _NEVER:
            self._words.reload()
            self._words_at = words
        if vectors != self._vectors_at and not vectors.open and vectors.generation != _NEVER:
            self._vectors.reopen()
            self._vectors_at = vectors

    def _fits(self, goal: int) -> bool:
        """Whether both indexes are where the catalogue is."""
        if goal == 0:
            return True
        if any(
            at.generation != goal or at != Mark.parse(self._get(name))
            for name, at in zip(_INDEXES, (self._words_at, self._vectors_at), strict=True)
        ):
            return False
        return _count(self._words) == self._words_at.held and _count(self._vectors) == self._vectors_at.held

    @contextlib.contextmanager
    def _exclusive(self, wait_seconds: float) -> Iterator[bool]:
        """The lock against threads and processes; whether it was to be had in that time."""
        mine = self._acquire(wait_seconds)
        try:
            yield mine
        finally:
            if mine:
                self._file_lock.release()
                self._changing.release()

    def _acquire(self, wait_seconds: float) -> bool:
        started = time.monotonic()
        if not self._changing.acquire(timeout=wait_seconds):
            return False
        try:
            self._file_lock.acquire(timeout=max(0.0, wait_seconds - (time.monotonic() - started)))
            self._holder_file.write_text(json.dumps({"pid": os.getpid()}), "utf-8")
            return True
        except Timeout:
            self._changing.release()
            return False
        except OSError as error:
            self._file_lock.release()
            self._changing.release()
            raise StoreError(f"The index at {str(self.folder)!r} cannot be changed: {error}.") from error

    # --- the parts ---------------------------------------------------------------------------

    @cached_property
    def _words(self) -> WordIndex:
        from qa_bot.word_index import WordIndex

        return WordIndex(self.folder / "words")

    @cached_property
    def _vectors(self) -> VectorIndex:
        from qa_bot.vector_index import VectorIndex

        return VectorIndex(self.folder / "vectors")

    @cached_property
    def _file_lock(self) -> FileLock:
        return FileLock(self.folder / "lock", thread_local=False)

    @property
    def _holder_file(self) -> Path:
        return self.folder / "lock.json"

    def _holder(self) -> str:
        try:
            return f"process {json.loads(self._holder_file.read_text('utf-8'))['pid']}"
        except (OSError, ValueError, KeyError):
            return "another process"

    def _mark(self, index: str, mark: Mark) -> Mark:
        with self._transaction():
            self._set(index, mark.text())
        return mark

    def _forget_marks(self) -> None:
        for name in _INDEXES:
            self._db.execute("DELETE FROM meta WHERE key = ?", (name,))

    def _gone_since(self, generation: int) -> list[int]:
        rows = self._all("SELECT passage FROM gone WHERE generation > ?", (generation,))
        return [number for (number,) in rows]

    def _word_entries(self, since: int) -> Iterator[WordEntry]:
        added = (
            entry
            for batch in self._added_since(since)
            for entry in sorted(self.passages(batch).items(), key=itemgetter(0))
        )
        # An article's passages were numbered in one go.
        for _, group in itertools.groupby(added, key=lambda entry: entry[1][1].id):
            found = list(group)
            bodies = [(number, " ".join(terms(passage.text))) for number, (passage, _) in found]
            yield _word_entry(bodies, found[0][1][1])

    def _vector_batches(self, since: int) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        for batch in self._added_since(since):
            marks = ",".join("?" * len(batch))
            rows = self._all(f"SELECT number, vector FROM passage WHERE number IN ({marks})", tuple(batch))
            vectors = [np.frombuffer(blob, dtype=_CACHED) for _, blob in rows]
            yield [number for number, _ in rows], np.stack(vectors).astype(np.float32)

    def _added_since(self, generation: int) -> Iterator[list[int]]:
        last = 0
        while True:
            rows = self._all(
                "SELECT number FROM passage WHERE generation > ? AND number > ? ORDER BY number LIMIT ?",
                (generation, last, _BATCH),
            )
            if not rows:
                return
            batch = [number for (number,) in rows]
            yield batch
            last = batch[-1]

    # --- SQLite ------------------------------------------------------------------------------

    def _get(self, key: str) -> str | None:
        rows = self._all("SELECT value FROM meta WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def _set(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _one(self, sql: str, values: tuple[object, ...] = ()) -> tuple[Any, ...]:
        return self._all(sql, values)[0]

    def _all(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock, self._told():
            return self._db.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def _snapshot(self) -> Iterator[_Known]:
        """The catalogue as it is at one moment, with what is known of it from earlier looks."""
        with self._lock, self._told():
            begun = not self._db.in_transaction
            if begun:
                self._db.execute("BEGIN")
            try:
                generation = self.generation
                if not begun:  # a change is under way, and what is read now may not last
                    yield _Known(generation)
                else:
                    if self._known.generation != generation:
                        self._known = _Known(generation)
                    yield self._known
            finally:
                if begun and self._db.in_transaction:
                    self._db.execute("ROLLBACK")  # nothing was written

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:  # a full disk has ended it already
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors as ours: damage apart from a full disk, a lock, or a right that is missing."""
        try:
            yield
        except (sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
            if not str(error).startswith(("no such", "Could not decode")):
                raise StoreError(f"The index at {str(self.folder)!r} cannot be used: {error}.") from error
            raise self._damaged(error) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> StoreDamagedError:
        return StoreDamagedError(
            f"The catalogue in {str(self.folder)!r} cannot be read ({error}); "
            "remove the folder and index again."
        )


class Writer:
    """Changes to the catalogue, a transaction each. Made by `Store.writing`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._db = store._db
        self.records = Records(store._db)
        self._feed: _Feed | None = None

    def feed(self) -> None:
        """From now on give the indexes what is put while it is at hand: for a bulk.

        Otherwise, and after a crash, they are given it from the catalogue at the end, and go on
        until then without it.
        """
        if self._feed is None:
            self._store.sync()
            self._feed = _Feed(self._store)

    def finish(self) -> None:
        """Bring both indexes up to the catalogue; `Store.writing` does it at the end."""
        feed, self._feed = self._feed, None
        if feed is None:
            self._store.sync()
        else:
            feed.finish()
            self._store._catch_up()

    def abandon(self) -> None:
        """Leave the indexes behind: whoever comes next brings them up to the catalogue."""
        feed, self._feed = self._feed, None
        if feed is not None:
            feed.abandon()

    def known(self, article_id: str) -> tuple[str, str] | None:
        """The source and the content hash stored for an article id; None for a new one."""
        rows = self._store._all("SELECT source, hash FROM article WHERE id = ?", (article_id,))
        return (rows[0][0], rows[0][1]) if rows else None

    def ids_of(self, source: str) -> list[str]:
        """The ids of the articles of a source."""
        rows = self._store._all("SELECT id FROM article WHERE source = ? ORDER BY number", (source,))
        return [article_id for (article_id,) in rows]

    def stored(self, article_id: str) -> Entry | None:
        """An article as it was put, with what embedding and cutting it gave; None when there is none."""
        article = self._store.article(article_id)
        if article is None:
            return None
        (number, source, signature), *_ = self._store._all(
            "SELECT number, source, signature FROM article WHERE id = ?", (article_id,)
        )
        rows = self._store._all(
            'SELECT start, "end", vector FROM passage WHERE article = ? ORDER BY ordinal', (number,)
        )
        if not rows:
            return None
        vectors = np.stack([np.frombuffer(blob, dtype=_CACHED) for *_, blob in rows]).astype(np.float32)
        spans = [Span(start, end) for start, end, _ in rows]
        return Entry(article, source, spans, vectors, None, signature, self.records.original(article_id))

    def note_visits(self, visits: Mapping[str, Visit]) -> None:
        """Keep what was found on visits, so that the next can ask whether anything changed."""
        with self._store._transaction():
            self.records.note_visits(visits)

    def forget_visits(self, addresses: Iterable[str]) -> None:
        """Forget addresses, so that they are fetched anew."""
        with self._store._transaction():
            self.records.forget_visits(addresses)

    def state(self, article_id: str, facts: Mapping[str, str | None]) -> None:
        """Keep facts about an article that hold whatever its source says."""
        with self._store._transaction():
            self.records.state(article_id, facts)

    def sources(self) -> list[tuple[str, str]]:
        """Every article's id and source."""
        rows = self._store._all("SELECT id, source FROM article ORDER BY number")
        return [(article_id, source) for article_id, source in rows]

    def put(self, entries: Sequence[Entry]) -> None:
        """Store articles with their passages, each replacing the one of the same id, all or none.

        What had another text before is kept as an earlier version.
        """
        with self._store._transaction():
            generation = self._next_generation()
            for entry in entries:
                if self._keep_version(entry.article):
                    self._remove(entry.article.id, generation)
                self._insert(entry, generation)
        if self._feed is not None:
            self._feed.give(generation, entries)

    def delete(self, article_ids: Iterable[str]) -> int:
        """Remove articles; the number of those that were there."""
        with self._store._transaction():
            generation = self._next_generation()
            count = 0
            for article_id in article_ids:
                count += self._remove(article_id, generation)
                self.records.forget(article_id)
        if self._feed is not None:
            self._feed.give(generation, ())
        return count

    def restart(self, build: Build) -> None:
        """Take on another build: drop every passage. The articles stay, and must be put again."""
        store = self._store
        with store._transaction():
            for table in ("passage", "gone"):
                self._db.execute(f"DELETE FROM {table}")
            self._db.execute("UPDATE article SET hash = ''")
            store._set("embedder", build.embedder)
            store._set("passage_words", str(build.passage_words))
            store._forget_marks()
            self._next_generation()
        store.build = build

    def _next_generation(self) -> int:
        generation = self._store.generation + 1
        self._store._set("generation", str(generation))
        return generation

    def _insert(self, entry: Entry, generation: int) -> None:
        article = entry.article
        marks = ",".join("?" * (len(_COLUMNS) + 4))
        number = self._db.execute(
            f"INSERT INTO article ({_FACTS}, text, source, hash, signature) VALUES ({marks})",
            (*_row(article), _stored(article.text), entry.source, content_hash(article), entry.signature),
        ).lastrowid
        assert number is not None
        self.records.join_copies(number, entry.signature)
        if entry.original is not None:
            self.records.keep_original(number, entry.original)
        self._db.executemany(
            'INSERT INTO passage (article, ordinal, start, "end", vector, generation)'
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    ordinal,
                    span.start,
                    span.end,
                    vector.astype(_CACHED).tobytes(),
                    generation,
                )
                for ordinal, (span, vector) in enumerate(zip(entry.spans, entry.vectors, strict=True))
            ],
        )

    def _keep_version(self, article: Article) -> bool:
        """Keep what an article was, if its text changes; whether it was there at all."""
        rows = self._store._all(f"SELECT {_FACTS}, text FROM article WHERE id = ?", (article.id,))
        if rows and _text(rows[0][-1]) != article.text:
            self.records.keep_version(article.id, dict(zip(_COLUMNS, rows[0], strict=False)), rows[0][-1])
        return bool(rows)

    def _remove(self, article_id: str, generation: int) -> int:
        self.records.leave_copies(article_id)
        self._db.execute(
            "INSERT INTO gone SELECT p.number, ? FROM passage p JOIN article a ON a.number = p.article"
            " WHERE a.id = ?",
            (generation, article_id),
        )
        return self._db.execute("DELETE FROM article WHERE id = ?", (article_id,)).rowcount


class _Feed:
    """Both indexes, open for what is put into the catalogue meanwhile.

    Their marks stay open and behind until `finish`, so that whatever ends this before, the next to catch
    up gives them all of it again. So it is when an index fails here: it is let go of, the other goes on.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._words: WordChange | None = None
        self._vectors: VectorChange | None = None
        for name in _INDEXES:
            store._mark(name, replace(Mark.parse(store._get(name)), open=True))
        with self._letting_go("words"):
            self._words = store._words.change()
        with self._letting_go("vectors"):
            self._vectors = store._vectors.change()

    def give(self, generation: int, entries: Sequence[Entry]) -> None:
        """What one change of the catalogue took out, and put in: its entries, in the order of numbers."""
        gone = self._numbers("SELECT passage FROM gone WHERE generation = ?", generation)
        numbers = self._numbers("SELECT number FROM passage WHERE generation = ? ORDER BY number", generation)
        if self._words is not None:
            with self._letting_go("words"):
                self._words.remove(gone)
                self._words.add(_word_entries(numbers, entries))
        if self._vectors is not None:
            with self._letting_go("vectors"):
                self._vectors.remove(gone)
                if numbers:
                    self._vectors.add(numbers, _as_cached(np.concatenate([e.vectors for e in entries])))

    def finish(self) -> None:
        """Make it so on disk, and mark each index that has come all the way."""
        store = self._store
        generation = store.generation
        if self._words is not None:
            with self._letting_go("words"):
                self._words.finish()
                if _count(store._words) == store._documents():
                    store._words_at = store._mark("words", Mark(generation, store._documents()))
        if self._vectors is not None:
            with self._letting_go("vectors"):
                self._vectors.finish()
                passages = store.counts()[1]
                if _count(store._vectors) == passages:
                    store._vectors_at = store._mark("vectors", Mark(generation, passages))

    def abandon(self) -> None:
        """Let go of both as they are."""
        for change in (self._words, self._vectors):
            if change is not None:
                change.abandon()
        self._words = self._vectors = None

    @contextlib.contextmanager
    def _letting_go(self, name: str) -> Iterator[None]:
        try:
            yield
        except StoreDamagedError:
            change = self._words if name == "words" else self._vectors
            if change is not None:
                change.abandon()
            if name == "words":
                self._words = None
            else:
                self._vectors = None

    def _numbers(self, sql: str, generation: int) -> list[int]:
        return [number for (number,) in self._store._all(sql, (generation,))]


def _word_entries(numbers: Sequence[int], entries: Sequence[Entry]) -> Iterator[WordEntry]:
    """Entries for the word index of passages that were just stored."""
    following = iter(numbers)
    for entry in entries:
        text = entry.article.text
        bodies = entry.terms or [" ".join(terms(text[span.start : span.end])) for span in entry.spans]
        if bodies:
            yield _word_entry([(next(following), body) for body in bodies], entry.article)


def _as_cached(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors as the catalogue would give them back: an index is the same, however it is fed."""
    return vectors.astype(_CACHED).astype(np.float32)


def exists(folder: Path) -> bool:
    """Whether a folder holds an index."""
    return (folder / CATALOGUE).is_file()


def content_hash(article: Article) -> str:
    """Changes when anything of an article changes but where and when it was read."""
    facts = {name: getattr(article, name) for name in _HASHED}
    facts |= {name: value for name in _HASHED_IF_KNOWN if (value := getattr(article, name))}
    return hashlib.sha256(json.dumps(facts | {"path": None}, sort_keys=True).encode()).hexdigest()


def _article(row: Sequence[Any]) -> Article:
    """An article of its columns and its stored text."""
    facts = dict(zip(_COLUMNS, row, strict=False))
    corrections, group = facts.pop("corrections"), facts.pop("copies")
    facts["superseded"] = bool(facts["superseded"])
    return Article(
        **facts,
        text=_text(row[-1]),
        corrections=tuple(json.loads(corrections)) if corrections else (),
        group=group,
    )


def _row(article: Article) -> list[Any]:
    """An article's columns but the text. Its group is found when it is put."""
    facts = [getattr(article, name) for name in _COLUMNS[:-2]]
    return [*facts, json.dumps(article.corrections) if article.corrections else None, None]


def _stored(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _COMPRESSION)


def _text(stored: bytes | str) -> str:
    """A text as it was before `_stored`; in an index of format 1 it was not compressed."""
    if isinstance(stored, str):
        return stored
    return zlib.decompress(stored).decode("utf-8", "surrogatepass")


def _passage(article: Article, ordinal: int, start: int, end: int, text: str) -> Passage:
    return Passage(f"{article.id}#{ordinal}", article.id, text, start, end)


def _word_entry(passages: Sequence[tuple[int, str]], article: Article) -> WordEntry:
    from qa_bot.word_index import UNDATED, WordEntry, as_number

    return WordEntry(
        passages=passages,
        title=" ".join(terms(article.title or "")),
        published=as_number(article.published) if article.published else UNDATED,
        publisher=article.publisher or "",
        article_id=article.id,
    )


def _count(index: WordIndex | VectorIndex) -> int:
    """How many passages an index holds; -1 when it cannot be read."""
    try:
        return index.count()
    except StoreDamagedError:
        return -1


def _is_sound(index: VectorIndex, mark: Mark) -> bool:
    """Whether an index can be gone on with: after a crash, when every vector in it can be read."""
    try:
        return bool(index.numbers()) if mark.open else index.count() == mark.held
    except StoreDamagedError:
        return False


def _compare(name: str, index: WordIndex | VectorIndex, numbers: set[int]) -> list[str]:
    """Where an index differs from the passages there are, as sentences."""
    try:
        held = index.numbers()
        count = index.count()
    except StoreDamagedError as error:
        return [str(error)]
    if held == numbers and count == len(held):
        return []
    return [
        f"The {name} index lacks {len(numbers - held)} of {len(numbers)} entries, "
        f"and holds {count - len(held & numbers)} that it should not."
    ]
