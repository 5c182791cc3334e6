"""Sources to an index: read, cut, embed and store what is new or changed, and leave the rest alone.

What comes is stored in batches, each in one transaction. From the first full batch on the indexes are fed
along the way, and a helper process prepares batches while this one reads the next and stores the last. Pages,
documents and archives are read by processes of their own. Whatever ends a run, what was stored stays, and the
next run goes on from there.
"""

from __future__ import annotations

import contextlib
import datetime
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from qa_bot import articles as reading
from qa_bot.errors import ArticleError
from qa_bot.facts import with_stated
from qa_bot.preparing import Embed, Helper, HelperError, Prepared, prepare
from qa_bot.progress import Progress
from qa_bot.reading import Reading
from qa_bot.records import Original, Visit
from qa_bot.sources import Source, Unchanged
from qa_bot.store import Build, Entry, Writer, content_hash
from qa_bot.types import Article

if TYPE_CHECKING:
    from qa_bot.web import Web


@dataclass(frozen=True, slots=True)
class _Item:
    """An article to be put, with where it came from."""

    article: Article
    file: str
    original: Original | None = None


Batch = list[_Item]
_BATCH_PASSAGES = 2000
_FACTS_BATCH = 200  # articles of which only facts changed
_AHEAD = 2  # batches that the helper has: one in work and one to go on with
# What reads pages and documents; another number has all of them read again, though they did not change.
_READERS = "1"


@dataclass
class Report:
    """What an indexing run did: article ids by outcome, and what could not be read."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    undated: list[str] = field(default_factory=list)  # of those added or changed
    # By message of ``failed``, in a word (`ArticleError.cause`); it repeats the message, so no JSON has it.
    causes: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        return {name: list(getattr(self, name)) for name in self.__dataclass_fields__ if name != "causes"}


@dataclass(frozen=True)
class Options:
    """How a run goes.

    Attributes:
        prune: also remove articles that have gone from the folders and feeds given.
        columns: which column of JSONL and CSV holds what.
        keep_originals: "web", "all" or "none": for which articles to keep what was read.
        web: fetches addresses; None where none may be given.
        on_article: called with the outcome ("added", "changed", "unchanged", "removed", "failed") and what it
            is about: an article's facts, its id, or a message.
    """

    prune: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    keep_originals: str = "web"
    web: Web | None = None
    on_article: Callable[[str, Article | str], None] | None = None


class Indexing:
    """One run over sources: reads, cuts, embeds and stores in batches.

    Args:
        writer: the right to change the index.
        passage_words: words a passage aims at.
        embed: texts to vectors.
        helper: starts a helper that embeds as ``embed`` does; None where there can be none.
        progress: called with a line of text now and then.
    """

    def __init__(
        self,
        writer: Writer,
        passage_words: int,
        embed: Embed,
        helper: Callable[[], Helper] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._writer = writer
        self._passage_words = passage_words
        self._embed = embed
        self._start_helper = helper
        self._helper: Helper | None = None
        self._is_bulk = False
        self._say = progress
        self._progress = Progress(progress)
        self._report = Report()
        self._options = Options()
        self._batch: Batch = []
        self._facts_only: list[Entry] = []
        self._awaited: deque[Batch] = deque()  # what the helper has, oldest first
        self._passages = 0
        self._seen: dict[str, str] = {}
        self._read: dict[str, Source] = {}
        self._taken_ids: dict[str, dict[str, str]] = {}
        self._stated = writer.records.stated()
        self._visits: dict[str, Visit] = {}  # of files and pages that are settled, to be noted
        self._due: dict[str, tuple[str, Visit]] = {}  # by the last article of each that is not yet stored
        self._done = 0.0

    def run(
        self,
        paths: Sequence[Path],
        *,
        addresses: Sequence[str] = (),
        prune: bool = False,
        options: Options | None = None,
    ) -> Report:
        """Index files, folders and addresses; what cannot be read is in the report, and stops nothing."""
        self._options = options or Options(prune=prune)
        try:
            with Reading() as readers, TemporaryDirectory(prefix="qa-bot-") as folder:
                sources = list(reading.find(paths, self._options.columns))
                self._progress = Progress(self._say, sum(map(_size, sources)))
                unread, whole = self._read_all(readers, sources)
                self._read_all(readers, self._fetched(addresses, Path(folder)))
                self._settle(readers, unread)
            self._finish()
        except KeyboardInterrupt:
            self._progress.say("Stopped. What was stored stays; run the same command again to go on.")
            raise
        finally:
            self._do_without_helper()
        if self._options.prune and whole:
            # What could not be looked into (a drive that is not mounted, a folder without permission) has
            # not lost its files: then nothing is pruned.
            self._prune([path.resolve() for path in paths if path.exists()], unread)
        self._settle_feeds()
        return self._report

    def _settle_feeds(self) -> None:
        """Remember what feeds listed, now that it is stored; remove what they list no more, if asked to."""
        web = self._options.web
        if web is None:
            return
        if self._options.prune:
            gone = {
                address
                for feed, listed in web.listed.items()
                for address in self._writer.records.listed_by(feed)
                if address not in listed
            }
            ids = [article_id for address in sorted(gone) for article_id in self._writer.ids_of(address)]
            self._remove([article_id for article_id in ids if article_id not in self._seen])
            self._writer.forget_visits(gone)
        self._writer.note_visits(web.feeds)

    def _read_all(self, readers: Reading, sources: Iterable[Source | ArticleError]) -> tuple[set[str], bool]:
        """Take every article; the files that hold what cannot be read, and whether all was seen."""
        unread: set[str] = set()
        whole = True
        for source, found in readers.read(self._wanted(sources)):
            if isinstance(source, ArticleError):
                self._fail(str(source), source.cause)
                whole = whole and isinstance(source, reading.EmptyFolderError)
                continue
            file = _file(source)
            done, size, last, failed = self._done, _size(source), None, False
            for article in found:
                if isinstance(article, ArticleError):
                    self._fail(str(article), article.cause)
                    unread.add(file)
                    failed = True
                else:
                    last = article.id
                    self._done = min(done + size, self._done + len(article.text))
                    self._take(article, file, source)
            self._done = done + size
            if last is not None and not failed:
                self._note(file, last, self._visit(source))
            if source.is_web:
                source.path.unlink(missing_ok=True)
        return unread, whole

    def _visit(self, source: Source) -> Visit | None:
        """What to remember of a source, so that it need not be read again as long as it is the same."""
        if source.is_web:
            return self._options.web.visits.get(source.shown) if self._options.web else None
        return Visit(stamp=_stamp(source)) if reading.is_demanding(source) else None

    def _fetched(self, addresses: Sequence[str], folder: Path) -> Iterator[Source | ArticleError]:
        """Pages that are new or may have changed; those that have not are settled here."""
        if self._options.web is None or not addresses:
            return
        for found in self._options.web.sources(addresses, folder, self._last_visit):
            if not isinstance(found, Unchanged):
                yield found
                continue
            for article_id in self._writer.ids_of(found.address):
                if article_id not in self._seen:
                    self._seen[article_id] = found.address
                    self._unchanged(article_id)

    def _last_visit(self, address: str) -> Visit | None:
        """What is known of an address; nothing of a page whose article is not there any more."""
        visit = self._writer.records.visit(address)
        return visit if visit and (visit.listing or self._writer.ids_of(address)) else None

    def _wanted(self, sources: Iterable[Source | ArticleError]) -> Iterator[Source | ArticleError]:
        """The sources that are to be read: no file twice, and none that is as it was when last read."""
        for source in sources:
            if isinstance(source, ArticleError):
                yield source
                continue
            try:
                file = _file(source)
            except (OSError, RuntimeError):  # a link that leads to itself
                yield ArticleError(f"{str(source.path)!r} is a link that leads nowhere.")
                continue
            if file in self._read:
                continue  # named twice: by itself and with its folder
            self._read[file] = source
            if not self._is_as_it_was(source, file):
                yield source

    def _is_as_it_was(self, source: Source, file: str) -> bool:
        if source.is_web or not reading.is_demanding(source):
            return False
        visit = self._writer.records.visit(file)
        if visit is None or visit.stamp is None or visit.stamp != _stamp(source):
            return False
        ids = self._writer.ids_of(file)
        for article_id in ids:
            self._seen[article_id] = file
            self._unchanged(article_id)
        self._done += _size(source)
        return bool(ids)

    def again(self, build: Build, article: Callable[[str], Article], options: Options | None = None) -> int:
        """Give the index another build: cut and embed every stored article anew; how many there are.

        Where what was read is kept, it is read again, by the rules of now.
        """
        self._options = options or Options()
        sources = self._writer.sources()
        originals = {at: kept for at, _ in sources if (kept := self._writer.records.original(at))}
        self._writer.restart(build)
        try:
            with Reading() as readers, TemporaryDirectory(prefix="qa-bot-") as folder:
                for article_id, file in sources:
                    stored, kept = article(article_id), originals.get(article_id)
                    if kept is not None:
                        stored = self._reread(readers, stored, kept, file, Path(folder))
                    self._queue(_Item(stored, file, kept))
            self._finish()
        finally:
            self._do_without_helper()
        return len(sources)

    def _reread(self, readers: Reading, stored: Article, kept: Original, file: str, folder: Path) -> Article:
        """What reading an original gives now; the stored article where it gives none of that id."""
        path = folder / f"original{kept.suffix}"
        path.write_bytes(kept.data)
        source = Source(path, stored.id, name=stored.path or file, facts=kept.facts)
        for found in readers.again(source):
            if isinstance(found, Article) and found.id == stored.id:
                return self._as_stated(replace(found, imported=stored.imported))
        return stored

    # --- what is new, changed or as it was ------------------------------------------------------

    def _take(self, article: Article, file: str, source: Source) -> None:
        article = self._under_a_free_id(article, file, source)
        if article.id in self._seen:
            if not source.is_web:  # one page may have several addresses
                self._refuse(article, file, self._seen[article.id])
            return
        known = self._writer.known(article.id)
        if known and known[0] != file and Path(known[0]).exists():
            if source.is_web:
                self._refuse(article, file, known[0])
                return
            self._taken_ids.setdefault(file, {})[article.id] = known[0]
            return
        self._keep(article, file, source, known[1] if known else None)

    def _under_a_free_id(self, article: Article, file: str, source: Source) -> Article:
        """A page whose address another file's page has as well goes by its path: both are kept."""
        if article.id != article.url or article.id == source.id or source.kind in (".md", ".jsonl", ".csv"):
            return article
        known = self._writer.known(article.id)
        holder = self._seen.get(article.id) or (known[0] if known else file)
        taken = holder != file and (article.id in self._seen or Path(holder).exists())
        return replace(article, id=source.id) if taken else article

    def _settle(self, readers: Reading, unread: set[str]) -> None:
        """Ids that another file held: free when this run read that file and it holds them no more.

        Their files are read again, as articles are too large to be kept.
        """
        for file, holders in self._taken_ids.items():
            source = self._read[file]
            for article in readers.again(source):
                if isinstance(article, ArticleError) or article.id not in holders:
                    continue
                holder = holders[article.id]
                if holder in self._read and holder not in unread and article.id not in self._seen:
                    self._keep(article, file, source, "")
                else:
                    self._refuse(article, file, self._seen.get(article.id, holder))

    def _refuse(self, article: Article, file: str, holder: str) -> None:
        other = f"a line before in {file!r}" if holder == file else repr(holder)
        self._fail(f"{file!r}: the id {article.id!r} is already that of {other}; give it another id.")

    def _keep(self, article: Article, file: str, source: Source, known_hash: str | None) -> None:
        article = self._as_stated(article)
        self._seen[article.id] = file
        if known_hash == content_hash(article):
            self._unchanged(article.id)
            return
        outcome = "added" if known_hash is None else "changed"
        getattr(self._report, outcome).append(article.id)
        if article.published is None:
            self._report.undated.append(article.id)
        self._tell(outcome, article)
        item = _Item(article, file, self._original(source))
        stored = self._writer.stored(article.id) if known_hash else None
        if stored is not None and stored.article.text == article.text:
            self._put_again(item, stored)
        else:
            self._queue(item)

    def _put_again(self, item: _Item, stored: Entry) -> None:
        """Only facts have changed: what cutting and embedding gave is as it was."""
        self._facts_only.append(renewed(stored, item.article, item.file, item.original))
        if len(self._facts_only) >= _FACTS_BATCH:
            self._put_facts()

    def _put_facts(self) -> None:
        if self._facts_only:
            self._writer.put(self._facts_only)
            self._facts_only = []

    def _as_stated(self, article: Article) -> Article:
        """An article with the facts that the user set."""
        return with_stated(article, self._stated.get(article.id, {}))

    def _original(self, source: Source) -> Original | None:
        kept = self._options.keep_originals
        if (
            kept == "none"
            or (kept == "web" and not source.is_web)
            or source.kind in (".jsonl", ".csv", ".zip")
        ):
            return None
        return Original(source.kind, source.path.read_bytes(), source.facts)

    def _unchanged(self, article_id: str) -> None:
        self._report.unchanged.append(article_id)
        self._tell("unchanged", article_id)

    def _fail(self, message: str, cause: str | None = None) -> None:
        self._report.failed.append(message)
        if cause is not None:
            self._report.causes[message] = cause
        self._tell("failed", message)

    def _tell(self, outcome: str, about: Article | str) -> None:
        if self._options.on_article is not None:
            self._options.on_article(outcome, about)

    def _note(self, place: str, last: str, visit: Visit | None) -> None:
        """Remember a visit once everything that it gave is stored: when its last article is."""
        if visit is None:
            return
        waiting = {item.article.id for batch in (self._batch, *self._awaited) for item in batch}
        waiting |= {entry.article.id for entry in self._facts_only}
        if last in waiting:
            self._due[last] = (place, visit)
        else:
            self._visits[place] = visit

    def _queue(self, item: _Item) -> None:
        self._batch.append(item)
        self._passages += len(item.article.text) // 600 + 1
        if self._passages >= _BATCH_PASSAGES:
            self._flush()

    # --- batches -----------------------------------------------------------------------------

    def _flush(self) -> None:
        """Pass a full batch on. The first is prepared here, while the helper starts."""
        batch, self._batch, self._passages = self._batch, [], 0
        if self._helper is not None:
            self._hand_over(batch)
            return
        if not self._is_bulk:
            self._is_bulk = True
            self._writer.feed()
            self._begin_helper()
        self._put(batch, self._prepared(batch))

    def _finish(self) -> None:
        """Pass on what is left, and wait for what the helper has."""
        batch, self._batch, self._passages = self._batch, [], 0
        if batch and self._helper is not None:
            self._hand_over(batch)
        elif batch:
            self._put(batch, self._prepared(batch))
        while self._awaited:
            self._collect()
        self._put_facts()
        self._note_visits()

    def _put(self, batch: Batch, prepared: Sequence[Prepared]) -> None:
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        self._writer.put([_entry(item, made, now) for item, made in zip(batch, prepared, strict=True)])
        for item in batch:
            if item.article.id in self._due:
                place, visit = self._due.pop(item.article.id)
                self._visits[place] = visit
        self._note_visits()
        done = len(self._report.added) + len(self._report.changed)
        self._progress.tell(done, len(self._report.unchanged), self._done)

    def _note_visits(self) -> None:
        if self._visits:
            self._writer.note_visits(self._visits)
            self._visits = {}

    def _prepared(self, batch: Batch) -> list[Prepared]:
        return prepare([item.article.text for item in batch], self._passage_words, self._embed)

    # --- the helper: without it all is the same, but takes longer ----------------------------

    def _begin_helper(self) -> None:
        if self._start_helper is not None:
            with contextlib.suppress(HelperError):
                self._helper = self._start_helper()

    def _hand_over(self, batch: Batch) -> None:
        assert self._helper is not None
        self._awaited.append(batch)
        try:
            self._helper.submit([item.article.text for item in batch])
        except HelperError:
            self._do_its_work()
        while len(self._awaited) > _AHEAD:
            self._collect()

    def _collect(self) -> None:
        assert self._helper is not None
        try:
            prepared = self._helper.take()
        except HelperError:
            self._do_its_work()
        else:
            self._put(self._awaited.popleft(), prepared)

    def _do_its_work(self) -> None:
        """The helper has ended before its time."""
        self._do_without_helper()
        while self._awaited:
            batch = self._awaited.popleft()
            self._put(batch, self._prepared(batch))

    def _do_without_helper(self) -> None:
        helper, self._helper = self._helper, None
        if helper is not None:
            helper.close()

    def _prune(self, roots: Sequence[Path], unread: set[str]) -> None:
        gone = [
            article_id
            for article_id, file in self._writer.sources()
            if article_id not in self._seen
            and file not in unread
            and any(root == Path(file) or root in Path(file).parents for root in roots)
        ]
        self._remove(gone)

    def _remove(self, gone: Sequence[str]) -> None:
        if gone:
            self._writer.delete(gone)
            self._report.removed.extend(gone)
            for article_id in gone:
                self._tell("removed", article_id)


def renewed(stored: Entry, article: Article, source: str, original: Original | None) -> Entry:
    """A stored entry with other facts about the same text."""
    was = stored.article
    article = replace(article, language=article.language or was.language, imported=was.imported)
    return replace(stored, article=article, source=source, original=original or stored.original)


def _entry(item: _Item, made: Prepared, now: str) -> Entry:
    article = item.article
    article = replace(
        article,
        language=article.language if made.language is None else made.language,
        imported=article.imported or now,
    )
    return Entry(article, item.file, made.spans, made.vectors, made.terms, made.signature, item.original)


def _file(source: Source) -> str:
    """What the catalogue calls the place of a source."""
    return source.shown if source.is_web else str(source.path.resolve())


def _size(source: Source | ArticleError) -> int:
    if isinstance(source, ArticleError):
        return 0
    with contextlib.suppress(OSError):
        return source.path.stat().st_size
    return 0


def _stamp(source: Source) -> str | None:
    """What changes when a file does."""
    with contextlib.suppress(OSError):
        status = source.path.stat()
        return f"{_READERS}/{status.st_mtime_ns}/{status.st_size}"
    return None
