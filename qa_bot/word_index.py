"""The word index: BM25 over index terms, by Tantivy. Derived from the catalogue; store.py owns it.

Texts go in as the terms that `qa_bot.text.terms` makes of them, so questions and passages are always
analysed alike. Scores are BM25 with Tantivy's k1 = 1.2 and b = 0.75.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Index, Occur, Query

from qa_bot.errors import StoreDamagedError
from qa_bot.text import terms
from qa_bot.types import Filters

_ANALYSER = "index_terms"
_HEAP_BYTES = 64_000_000
_WRITER_THREADS = 1  # one segment for a small index; two gain nothing beside the analysis in Python
UNDATED = 0


@dataclass(frozen=True, slots=True)
class WordEntry:
    """A passage as the word index stores it.

    ``body`` are the text's index terms with spaces between; ``published`` is YYYYMMDD, 0 when not known.
    """

    number: int
    body: str
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
    """One Tantivy index in one folder, made on the first write.

    Raises from every method:
        StoreDamagedError: the folder cannot be read as an index.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = _schema()
        self._opened: Index | None = None

    @property
    def _index(self) -> Index:
        if self._opened is None:
            with _translated():
                self._folder.mkdir(parents=True, exist_ok=True)
                index = Index(self._schema, path=str(self._folder))
                analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
                index.register_tokenizer(_ANALYSER, analyser)
                self._opened = index
        return self._opened

    def reload(self) -> None:
        """See what other processes have committed."""
        self._opened = None

    def count(self) -> int:
        """How many passages are searchable."""
        with _translated():
            return int(self._index.searcher().num_docs)

    def numbers(self) -> set[int]:
        """Every passage's number, read from the disk anew; each file's checksum is compared."""
        self.reload()
        with _translated():
            for file in self._folder.iterdir():
                if file.suffix in _CHECKED:
                    _compare_checksum(file)
            searcher = self._index.searcher()
            hits = searcher.search(Query.all_query(), limit=max(1, searcher.num_docs), count=False).hits
            return {number for number, _ in _numbered(searcher, hits)}

    def clear(self) -> None:
        """Start again from nothing."""
        self._opened = None
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._folder.is_file():
            self._folder.unlink()

    def apply(self, removed: Iterable[int], added: Iterable[WordEntry]) -> None:
        """Remove and add passages in one commit: a crash leaves the index as it was."""
        change = self.change()
        change.remove(removed)
        change.add(added)
        change.finish()

    def change(self) -> WordChange:
        """Passages to remove and add, all of them with `WordChange.finish`."""
        with _translated():
            return WordChange(self)

    def search(
        self,
        question: Sequence[WeightedTerm],
        *,
        title_weight: float,
        limit: int,
        filters: Filters,
    ) -> list[tuple[int, float]]:
        """The best passages as (number, BM25 score), best first; none that matches no term."""
        if not question or limit < 1:
            return []
        clauses = []
        for term in question:
            clauses.append((Occur.Should, self._term("body", term.term, term.weight)))
            if title_weight:
                clauses.append((Occur.Should, self._term("title", term.term, term.weight * title_weight)))
        query = Query.boolean_query(clauses)
        narrowing = self._narrowing(filters)
        if narrowing:
            must = [(Occur.Must, query), *((Occur.Must, clause) for clause in narrowing)]
            query = Query.boolean_query(must)
        with _translated():
            searcher = self._index.searcher()
            hits = searcher.search(query, limit=limit, count=False).hits
            return _numbered(searcher, hits)

    def frequency(self, term: str) -> int:
        """In how many passages a term stands, in the text or the title of their article."""
        with _translated():
            searcher = self._index.searcher()
            return max(searcher.doc_freq("body", term), searcher.doc_freq("title", term))

    def vocabulary(self, prefix: str) -> list[str]:
        """The index terms of texts that begin with a prefix, most frequent first."""
        with _translated():
            return [term for term, _ in self._index.searcher().terms_with_prefix("body", prefix)]

    def _term(self, field: str, term: str, weight: float) -> Query:
        query = Query.term_query(self._schema, field, term, "freq")
        return query if weight == 1.0 else Query.boost_query(query, weight)

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
            clauses.append(Query.term_query(self._schema, "publisher", publisher, "basic"))
        if filters.articles is not None:
            clauses.append(Query.term_set_query(self._schema, "article", list(filters.articles)))
        return [Query.const_score_query(clause, 0.0) for clause in clauses]

    def _days(self, first: int, last: int) -> Query:
        return Query.range_query(self._schema, "published", FieldType.Integer, first, last)


class WordChange:
    """Changes to a word index, made in one commit; without `finish` it stays as it was."""

    def __init__(self, index: WordIndex) -> None:
        self._index = index
        self._writer: Any = index._index.writer(heap_size=_HEAP_BYTES, num_threads=_WRITER_THREADS)

    def remove(self, numbers: Iterable[int]) -> None:
        """Take passages out."""
        with _translated():
            for number in numbers:
                self._writer.delete_documents_by_term("number", number)

    def add(self, entries: Iterable[WordEntry]) -> None:
        """Put passages in. Those already in would be twice in: remove them first."""
        with _translated():
            for entry in entries:
                self._writer.add_document(_document(entry))

    def finish(self) -> None:
        """Make it so, on disk and for searches of this process."""
        with _translated():
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._index.reload()

    def abandon(self) -> None:
        """Leave the index as it was; another change can be begun at once."""
        with contextlib.suppress(StoreDamagedError), _translated():
            self._writer.rollback()
            self._writer.wait_merging_threads()


def as_number(day: str) -> int:
    """YYYYMMDD of an ISO date, for range filters."""
    return int(day.replace("-", ""))


@lru_cache(maxsize=256)  # the passages of an article, which come together, share its title
def _title_terms(title: str) -> str:
    return " ".join(terms(title))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=False, indexed=True, fast=True)
    builder.add_integer_field("published", stored=False, indexed=True, fast=True)
    for name in ("body", "title"):
        builder.add_text_field(name, stored=False, tokenizer_name=_ANALYSER, index_option="freq")
    for name in ("publisher", "article"):
        builder.add_text_field(name, stored=False, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _document(entry: WordEntry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer("number", entry.number)
    document.add_integer("published", entry.published)
    document.add_text("body", entry.body)
    document.add_text("title", _title_terms(entry.title))
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
