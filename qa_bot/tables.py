"""JSON Lines and CSV: an article a row, whatever the usual names of their columns are."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa_bot.decoding import lines, opened
from qa_bot.errors import ArticleError
from qa_bot.sources import Source, make_article
from qa_bot.types import Article

# Names that exports give to columns, the likeliest first; compared without case, spaces, "_" and "-".
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "guid", "uuid", "articleid"),
    "title": ("title", "headline", "head", "heading"),
    # Not "article" or "story": in tables of questions these name one. `--column` says where they hold it.
    "text": ("text", "body", "content", "articlebody", "articletext", "fulltext", "maintext", "bodytext"),
    "published": (
        *(
            "published",
            "date",
            "publishedat",
            "datepublished",
            "publicationdate",
            "publishdate",
            "publishedon",
        ),
        *("pubdate", "publishedtime", "datetime", "timestamp", "createdat"),
    ),
    "modified": ("modified", "updated", "modifiedat", "updatedat", "datemodified", "lastmodified"),
    "url": ("url", "link", "href", "address", "weburl", "permalink"),
    "publisher": (
        "publisher",
        "source",
        "outlet",
        "newspaper",
        "publication",
        "sitename",
        "sourcename",
        "site",
    ),
    "author": ("author", "authors", "byline", "writer", "creator"),
    "language": ("language", "lang"),
}
_FIELD_CHARS = 20_000_000
_NAME_CHARS = 100  # of a column
_DELIMITERS = ",;\t|"


def read_jsonl(source: Source) -> Iterator[Article | ArticleError]:
    """The article of each line; a line that holds none comes out as an ArticleError."""
    if source.in_folder and _other_records(source):
        return
    number = 0
    for number, line in lines(source.path):
        where = f"{source.shown}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield ArticleError(f"{where}: not JSON ({error}).")
            continue
        yield _of_row(row, source, number, where)
    if not number:
        yield ArticleError(f"{source.shown!r} is empty.")


def read_csv(source: Source) -> Iterator[Article | ArticleError]:
    """The article of each row below the row of names.

    Rows are numbered as in a spreadsheet: the names are row 1.
    """
    csv.field_size_limit(_FIELD_CHARS)
    with opened(source.path) as file:
        start = file.readline(_FIELD_CHARS)
        delimiter = max(_DELIMITERS, key=start.count)
        file.seek(0)
        rows = csv.reader(file, delimiter=delimiter, strict=False)
        try:
            names = next(rows, None)
            if not names or not any(name.strip() for name in names):
                yield ArticleError(f"{source.shown!r} is empty.")
                return
            if not _has_text(names, source.columns):
                if not source.in_folder or not _is_table(names):
                    yield ArticleError(_no_text(f"{source.shown!r}", names))
                return  # a folder of articles may hold other tables
            for number, row in enumerate(rows, start=2):
                if any(cell.strip() for cell in row):
                    where = f"{source.shown}, row {number}"
                    yield _of_row(dict(zip(names, row, strict=False)), source, number, where)
        except csv.Error as error:
            yield ArticleError(f"{source.shown!r}, line {rows.line_num}: not CSV ({error}).")


def _is_table(names: list[str]) -> bool:
    """Whether a first row reads like names of columns."""
    return len(names) > 1 and all(len(name) <= _NAME_CHARS and "<" not in name for name in names)


def _of_row(row: object, source: Source, number: int, where: str) -> Article | ArticleError:
    facts = _facts(row, source.columns)
    if not isinstance(row, dict) or not isinstance(facts.get("text"), str):
        return ArticleError(_no_text(where, row if isinstance(row, dict) else ()))
    try:
        one = replace(source, id=f"{source.id}#{number}")
        return make_article(one, facts["text"], facts, date_source="field")
    except ArticleError:
        return ArticleError(f"{where}: the article is empty.")


def _no_text(where: str, names: Mapping[str, Any] | list[str] | tuple[()]) -> str:
    listed = ", ".join(repr(str(name)[:40]) for name in list(names)[:12])
    known = f" (it has {listed}; name one: --column text=NAME)" if listed else ""
    return f"{where}: no article, since it has no 'text'{known}."


def _facts(row: object, columns: Mapping[str, str]) -> dict[str, Any]:
    """What a row tells under our names."""
    if not isinstance(row, dict):
        return {}
    facts = {}
    names = tuple(row)
    # Rows have the same columns most of the time; names made to fill memory are not kept.
    holders = _holders if len(names) < 100 and sum(map(len, names)) < 4000 else _holders.__wrapped__
    for fact, likely in holders(names, tuple(columns.items())):
        value = next((row[name] for name in likely if row[name] not in (None, "")), None)
        if isinstance(value, dict):  # {"source": {"id": null, "name": "..."}}
            value = value.get("name")
        if fact == "publisher" and isinstance(value, str) and value.startswith(("http://", "https://")):
            continue  # a "source" that is the article's address
        if value is not None:
            facts[fact] = value
    return facts


@lru_cache(maxsize=256)
def _holders(names: tuple[str, ...], given: tuple[tuple[str, str], ...]) -> list[tuple[str, list[str]]]:
    """Which of a row's columns may hold each fact, the likeliest first."""
    folded = {str(name).strip().casefold().translate(_NO_MARKS): name for name in names}
    named = dict(given)
    found = []
    for fact, usual in COLUMNS.items():
        holders = [named[fact]] if fact in named else [folded[name] for name in usual if name in folded]
        if holders := [name for name in holders if name in names]:
            found.append((fact, holders))
    return found


_NO_MARKS = str.maketrans("", "", " _-")


def _has_text(names: Iterable[str], columns: Mapping[str, str]) -> bool:
    """Whether one of the columns may hold articles' texts."""
    return any(fact == "text" for fact, _ in _holders(tuple(names), tuple(columns.items())))


def _other_records(source: Source) -> bool:
    """Whether lines are sound JSON objects, and none an article: some other file that lies beside them."""
    found = False
    for _, line in lines(Path(source.path)):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return False
        if not isinstance(row, dict) or _has_text(row, source.columns):
            return False
        found = True
    return found
