"""The word index: BM25 over index terms, by Tantivy. Derived from the catalogue; store.py owns it.

    FOLDER/passages/   a document each passage: its text
    FOLDER/articles/   a document each article: its title, and its whole text

Two indexes, because BM25 needs the frequencies and the mean length of documents of one kind. Texts go in
as the terms that `qa_bot.text.terms` makes of them, so questions and passages are always analysed alike.
Scores are BM25 with Tantivy's k1 = 1.2 and b = 0.75. An article is known by the number of its first passage.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Index, Occur, Query

from qa_bot.errors import StoreDamagedError
from qa_bot.types import Filters

_ANALYSER = "index_terms"
_HEAP_BYTES = 64_000_000
_WRITER_THREADS = 1  # one segment for a small index; two gain nothing beside the analysis in Python
_PARTS = _PASSAGES, _ARTICLES = "passages", "articles"
UNDATED = 0


@dataclass(frozen=True, slots=True)
class WordEntry:
    """An article as the word index stores it.

    ``passages`` are its passages' numbers and bodies in order, together the whole text; bodies and ``title``
    are index terms with spaces between. ``published`` is YYYYMMDD, 0 when not known.
    """

    passages: Sequence[tuple[int, str]]
    title: str
    published: int
    publisher: str
    article_id: str


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """An index term of a question and what a match of it counts."""

    term: str
    weight: float = 1.0


class WordIndex:
    """Two Tantivy indexes in one folder, made on the first write.

    Raises from every method:
        StoreDamagedError: the folder cannot be read as an index.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: dict[str, Index] = {}

    def _index(self, part: str) -> Index:
        if part not in self._opened:
            with _translated():
                folder = self._folder / part
                folder.mkdir(parents=True, exist_ok=True)
                index = Index(_SCHEMA, path=str(folder))
                analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
                index.register_tokenizer(_ANALYSER, analyser)
                self._opened[part] = index
        return self._opened[part]

    def reload(self) -> None:
        """See what other processes have committed."""
        self._opened = {}

    def refresh(self) -> None:
        """See what this process has committed."""
        with _translated():
            for index in self._opened.values():
                index.reload()

    def count(self) -> int:
        """How many documents are searchable: passages and articles."""
        with _translated():
            return sum(int(self._index(part).searcher().num_docs) for part in _PARTS)

    def numbers(self) -> set[int]:
        """Every passage's number, and every article's as a negative one, read from the disk anew.

        Each file's checksum is compared.
        """
        self.reload()
        return self._numbers(_PASSAGES) | {-number for number in self._numbers(_ARTICLES)}

    def _numbers(self, part: str) -> set[int]:
        with _translated():
            for file in (self._folder / part).iterdir():
                if file.suffix in _CHECKED:
                    _compare_checksum(file)
            searcher = self._index(part).searcher()
            hits = searcher.search(Query.all_query(), limit=max(1, searcher.num_docs), count=False).hits
            return {number for number, _ in _numbered(searcher, hits)}

    def clear(self) -> None:
        """Start again from nothing."""
        self.reload()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._folder.is_file():
            self._folder.unlink()

    def apply(self, removed: Iterable[int], added: Iterable[WordEntry]) -> None:
        """Remove passages and add articles with theirs; each index in one commit."""
        change = self.change()
        change.remove(removed)
        change.add(added)
        change.finish()

    def change(self) -> WordChange:
        """Passages to remove and articles to add, all of them with `WordChange.finish`."""
        with _translated():
            return WordChange(self)

    def search_passages(
        self, question: Sequence[WeightedTerm], *, limit: int, filters: Filters
    ) -> list[tuple[int, float]]:
        """The best passages as (number, BM25 score of the text), best first; none that matches no term."""
        return self._search(_PASSAGES, self._clauses(question, {"body": 1.0}), limit, filters)

    def search_articles(
        self, question: Sequence[WeightedTerm], weights: tuple[float, float], *, limit: int, filters: Filters
    ) -> list[tuple[int, float]]:
        """The best articles as (number of the first passage, score), best first.

        The score is ``weights[0]`` times BM25 of the whole text and ``weights[1]`` times that of the title.
        """
        clauses = self._clauses(question, dict(zip(("body", "title"), weights, strict=True)))
        return self._search(_ARTICLES, clauses, limit, filters)

    def _search(
        self, part: str, clauses: list[tuple[Occur, Query]], limit: int, filters: Filters
    ) -> list[tuple[int, float]]:
        if not clauses or limit < 1:
            return []
        query = Query.boolean_query(clauses)
        narrowing = self._narrowing(filters)
        if narrowing:
            must = [(Occur.Must, query), *((Occur.Must, clause) for clause in narrowing)]
            query = Query.boolean_query(must)
        with _translated():
            searcher = self._index(part).searcher()
            hits = searcher.search(query, limit=limit, count=False).hits
            return _numbered(searcher, hits)

    def frequency(self, term: str) -> int:
        """In how many passages a term stands, or in how many titles where those are more."""
        with _translated():
            passages = self._index(_PASSAGES).searcher().doc_freq("body", term)
            return max(int(passages), int(self._index(_ARTICLES).searcher().doc_freq("title", term)))

    def vocabulary(self, prefix: str) -> list[str]:
        """The index terms of texts that begin with a prefix, most frequent first."""
        with _translated():
            return [term for term, _ in self._index(_PASSAGES).searcher().terms_with_prefix("body", prefix)]

    def _clauses(
        self, question: Sequence[WeightedTerm], weights: Mapping[str, float]
    ) -> list[tuple[Occur, Query]]:
        return [
            (
                Occur.Should,
                Query.boost_query(Query.term_query(_SCHEMA, field, term.term, "freq"), term.weight * weight),
            )
            for field, weight in weights.items()
            for term in question
            if term.weight * weight
        ]

    def _narrowing(self, filters: Filters) -> list[Query]:
        """Filters as queries that must match but add nothing to the score."""
        clauses = []
        if filters.as_of:
            clauses.append(self._days(UNDATED, as_number(filters.as_of)))
        if filters.since or filters.until:
            first = as_number(filters.since) if filters.since else UNDATED + 1
            last = as_number(filters.until) if filters.until else 99991231
            clauses.append(self._days(first, last))
        if filters.publisher:
            publisher = filters.publisher.casefold()
            clauses.append(Query.term_query(_SCHEMA, "publisher", publisher, "basic"))
        if filters.articles is not None:
            clauses.append(Query.term_set_query(_SCHEMA, "article", list(filters.articles)))
        return [Query.const_score_query(clause, 0.0) for clause in clauses]

    def _days(self, first: int, last: int) -> Query:
        return Query.range_query(_SCHEMA, "published", FieldType.Integer, first, last)


class WordChange:
    """Changes to a word index, made in one commit of each part; without `finish` it stays as it was."""

    def __init__(self, index: WordIndex) -> None:
        self._index = index
        self._writers: list[Any] = [
            index._index(part).writer(heap_size=_HEAP_BYTES, num_threads=_WRITER_THREADS) for part in _PARTS
        ]

    def remove(self, numbers: Iterable[int]) -> None:
        """Take passages out, and articles by their first one's number."""
        with _translated():
            for number in numbers:
                for writer in self._writers:
                    writer.delete_documents_by_term("number", number)

    def add(self, entries: Iterable[WordEntry]) -> None:
        """Put articles in. Those already in would be twice in: remove them first."""
        passages, articles = self._writers
        with _translated():
            for entry in entries:
                for number, body in entry.passages:
                    passages.add_document(_document(number, body, "", entry))
                whole = " ".join([entry.title, *(body for _, body in entry.passages)])
                articles.add_document(_document(entry.passages[0][0], whole, entry.title, entry))

    def finish(self) -> None:
        """Make it so, on disk and for searches of this process."""
        with _translated():
            for writer in self._writers:
                writer.commit()
                writer.wait_merging_threads()
            self._index.refresh()

    def abandon(self) -> None:
        """Leave the index as it was; another change can be begun at once."""
        for writer in self._writers:
            with contextlib.suppress(StoreDamagedError), _translated():
                writer.rollback()
                writer.wait_merging_threads()


def as_number(day: str) -> int:
    """YYYYMMDD of an ISO date, for range filters."""
    return int(day.replace("-", ""))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=False, indexed=True, fast=True)
    builder.add_integer_field("published", stored=False, indexed=True, fast=True)
    for name in ("body", "title"):
        builder.add_text_field(name, stored=False, tokenizer_name=_ANALYSER, index_option="freq")
    for name in ("publisher", "article"):
        builder.add_text_field(name, stored=False, tokenizer_name="raw", index_option="basic")
    return builder.build()


_SCHEMA = _schema()


def _document(number: int, body: str, title: str, entry: WordEntry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer("number", number)
    document.add_integer("published", entry.published)
    document.add_text("body", body)
    document.add_text("title", title)
    document.add_text("publisher", entry.publisher.casefold())
    document.add_text("article", entry.article_id)
    return document


# --- Tantivy's files ----------------------------------------------------------------------------

_CHECKED = {".term", ".idx", ".pos", ".store", ".fast", ".fieldnorm"}


def _compare_checksum(file: Path) -> None:
    """Tantivy ends a file with a footer that holds its CRC-32, and the footer's length."""
    raw = file.read_bytes()
    length, _ = struct.unpack("<II", raw[-8:])
    if zlib.crc32(raw[: -8 - length]) != json.loads(raw[-8 - length : -8])["crc"]:
        raise ValueError(f"the checksum of {file.name} is wrong")


def _numbered(searcher: Any, hits: Sequence[Any]) -> list[tuple[int, float]]:
    numbers = searcher.fast_field_values("number", [address for _, address in hits])
    return [(int(number), float(score)) for (score, _), number in zip(hits, numbers, strict=True)]


class _translated:
    """What Tantivy and the system raise over damaged files, as ours; a panic of Rust's is no Exception."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        failed = isinstance(error, (ValueError, OSError, KeyError, struct.error))
        if failed or type(error).__name__ == "PanicException":
            raise StoreDamagedError(f"The word index cannot be used: {error}") from error
