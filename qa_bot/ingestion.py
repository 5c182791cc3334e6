"""Files to an index: read, cut, embed and store what is new or changed, and leave the rest alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_bot import articles as reading
from qa_bot.chunking import passages
from qa_bot.errors import ArticleError
from qa_bot.store import Build, Entry, Writer, content_hash
from qa_bot.types import Article

Embed = Callable[[list[str]], NDArray[np.float32]]
_BATCH_PASSAGES = 2000


@dataclass
class Report:
    """What an indexing run did: article ids by outcome, and what could not be read."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        return {name: list(getattr(self, name)) for name in self.__dataclass_fields__}


class Indexing:
    """One run over files: reads, cuts, embeds and stores in batches."""

    def __init__(
        self,
        writer: Writer,
        passage_words: int,
        embed: Embed,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._writer = writer
        self._passage_words = passage_words
        self._embed = embed
        self._progress = progress
        self._report = Report()
        self._batch: list[tuple[Article, str]] = []
        self._passages = 0
        self._seen: dict[str, str] = {}
        self._read: set[str] = set()
        self._taken_ids: list[tuple[Article, str, str]] = []
        self._spoken = time.monotonic()

    def run(self, paths: Sequence[Path], *, prune: bool) -> Report:
        """Index files and folders; what cannot be read is in the report, and stops nothing."""
        unread: set[str] = set()
        whole = True  # everything that the paths hold was seen
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
            self._read.add(file)
            for article in reading.read(source):
                if isinstance(article, ArticleError):
                    self._report.failed.append(str(article))
                    unread.add(file)
                else:
                    self._take(article, file)
        self._settle(unread)
        self._flush()
        if prune and whole:
            # What could not be looked into (a drive that is not mounted, a folder without permission) has
            # not lost its files: then nothing is pruned.
            self._prune([path.resolve() for path in paths if path.exists()], unread)
        return self._report

    def again(self, build: Build, article: Callable[[str], Article]) -> int:
        """Give the index another build: cut and embed every stored article anew; how many there are."""
        sources = self._writer.sources()
        self._writer.restart(build)
        for article_id, file in sources:
            self._queue(article(article_id), file)
        self._flush()
        return len(sources)

    def _take(self, article: Article, file: str) -> None:
        if article.id in self._seen:
            self._refuse(article, file, self._seen[article.id])
            return
        known = self._writer.known(article.id)
        if known and known[0] != file and Path(known[0]).exists():
            self._taken_ids.append((article, file, known[0]))
            return
        self._keep(article, file, known[1] if known else None)

    def _settle(self, unread: set[str]) -> None:
        """Ids that another file held: free when this run read that file and it holds them no more."""
        for article, file, holder in self._taken_ids:
            moved = holder in self._read and holder not in unread and article.id not in self._seen
            if moved:
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
        self._queue(article, file)

    def _queue(self, article: Article, file: str) -> None:
        self._batch.append((article, file))
        self._passages += len(article.text) // 600 + 1
        if self._passages >= _BATCH_PASSAGES:
            self._flush()

    def _flush(self) -> None:
        if not self._batch:
            return
        cut = [passages(article.text, self._passage_words) for article, _ in self._batch]
        texts = [
            article.text[span.start : span.end]
            for (article, _), spans in zip(self._batch, cut, strict=True)
            for span in spans
        ]
        vectors = self._embed(texts)
        entries, row = [], 0
        for (article, file), spans in zip(self._batch, cut, strict=True):
            entries.append(Entry(article, file, spans, vectors[row : row + len(spans)]))
            row += len(spans)
        self._writer.put(entries)
        self._batch, self._passages = [], 0
        self._say()

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
