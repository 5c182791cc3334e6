"""Files to an index: read, cut, embed and store what is new or changed, and leave the rest alone.

What comes is stored in batches, each in one transaction. From the first full batch on the indexes are fed
along the way, and a helper process prepares batches while this one reads the next and stores the last.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa_bot import articles as reading
from qa_bot.errors import ArticleError
from qa_bot.preparing import Embed, Helper, HelperError, Prepared, prepare
from qa_bot.store import Build, Entry, Writer, content_hash
from qa_bot.types import Article

Batch = list[tuple[Article, str]]  # articles with the file of each
_BATCH_PASSAGES = 2000
_AHEAD = 2  # batches that the helper has: one in work and one to go on with


@dataclass
class Report:
    """What an indexing run did: article ids by outcome, and what could not be read."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    undated: list[str] = field(default_factory=list)  # of those added or changed

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        return {name: list(getattr(self, name)) for name in self.__dataclass_fields__}


class Indexing:
    """One run over files: reads, cuts, embeds and stores in batches.

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
        self._progress = progress
        self._report = Report()
        self._batch: Batch = []
        self._awaited: deque[Batch] = deque()  # what the helper has, oldest first
        self._passages = 0
        self._seen: dict[str, str] = {}
        self._read: dict[str, reading.Source] = {}
        self._taken_ids: dict[str, dict[str, str]] = {}
        self._spoken = time.monotonic()

    def run(self, paths: Sequence[Path], *, prune: bool) -> Report:
        """Index files and folders; what cannot be read is in the report, and stops nothing."""
        try:
            unread, whole = self._read_all(paths)
            self._settle(unread)
            self._finish()
        finally:
            self._do_without_helper()
        if prune and whole:
            # What could not be looked into (a drive that is not mounted, a folder without permission) has
            # not lost its files: then nothing is pruned.
            self._prune([path.resolve() for path in paths if path.exists()], unread)
        return self._report

    def _read_all(self, paths: Sequence[Path]) -> tuple[set[str], bool]:
        """Take every article; the files that hold what cannot be read, and whether all was seen."""
        unread: set[str] = set()
        whole = True
        for source in reading.find(paths):
            if isinstance(source, ArticleError):
                self._report.failed.append(str(source))
                whole = whole and isinstance(source, reading.EmptyFolderError)
                continue
            try:
                file = str(source.path.resolve())
            except (OSError, RuntimeError):  # a link that leads to itself
                self._report.failed.append(f"{str(source.path)!r} is a link that leads nowhere.")
                whole = False
                continue
            if file in self._read:
                continue  # named twice: by itself and with its folder
            self._read[file] = source
            for article in reading.read(source):
                if isinstance(article, ArticleError):
                    self._report.failed.append(str(article))
                    unread.add(file)
                else:
                    self._take(article, file)
        return unread, whole

    def again(self, build: Build, article: Callable[[str], Article]) -> int:
        """Give the index another build: cut and embed every stored article anew; how many there are."""
        sources = self._writer.sources()
        self._writer.restart(build)
        try:
            for article_id, file in sources:
                self._queue(article(article_id), file)
            self._finish()
        finally:
            self._do_without_helper()
        return len(sources)

    def _take(self, article: Article, file: str) -> None:
        if article.id in self._seen:
            self._refuse(article, file, self._seen[article.id])
            return
        known = self._writer.known(article.id)
        if known and known[0] != file and Path(known[0]).exists():
            self._taken_ids.setdefault(file, {})[article.id] = known[0]
            return
        self._keep(article, file, known[1] if known else None)

    def _settle(self, unread: set[str]) -> None:
        """Ids that another file held: free when this run read that file and it holds them no more.

        Their files are read again, as articles are too large to be kept.
        """
        for file, holders in self._taken_ids.items():
            for article in reading.read(self._read[file]):
                if isinstance(article, ArticleError) or article.id not in holders:
                    continue
                holder = holders[article.id]
                if holder in self._read and holder not in unread and article.id not in self._seen:
                    self._keep(article, file, "")
                else:
                    self._refuse(article, file, self._seen.get(article.id, holder))

    def _refuse(self, article: Article, file: str, holder: str) -> None:
        other = f"a line before in {file!r}" if holder == file else repr(holder)
        self._report.failed.append(
            f"{file!r}: the id {article.id!r} is already that of {other}; give it another id."
        )

    def _keep(self, article: Article, file: str, known_hash: str | None) -> None:
        self._seen[article.id] = file
        if known_hash == content_hash(article):
            self._report.unchanged.append(article.id)
            return
        (self._report.added if known_hash is None else self._report.changed).append(article.id)
        if article.published is None:
            self._report.undated.append(article.id)
        self._queue(article, file)

    def _queue(self, article: Article, file: str) -> None:
        self._batch.append((article, file))
        self._passages += len(article.text) // 600 + 1
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

    def _put(self, batch: Batch, prepared: Sequence[Prepared]) -> None:
        self._writer.put(
            [
                Entry(article, file, made.spans, made.vectors, made.terms)
                for (article, file), made in zip(batch, prepared, strict=True)
            ]
        )
        self._say()

    def _prepared(self, batch: Batch) -> list[Prepared]:
        return prepare([article.text for article, _ in batch], self._passage_words, self._embed)

    # --- the helper: without it all is the same, but takes longer ----------------------------

    def _begin_helper(self) -> None:
        if self._start_helper is not None:
            with contextlib.suppress(HelperError):
                self._helper = self._start_helper()

    def _hand_over(self, batch: Batch) -> None:
        assert self._helper is not None
        self._awaited.append(batch)
        try:
            self._helper.submit([article.text for article, _ in batch])
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
        if gone:
            self._writer.delete(gone)
            self._report.removed.extend(gone)

    def _say(self) -> None:
        if self._progress and time.monotonic() - self._spoken >= 1.0:
            self._spoken = time.monotonic()
            done = len(self._report.added) + len(self._report.changed)
            self._progress(f"{done:,} articles indexed, {len(self._report.unchanged):,} unchanged ...")
