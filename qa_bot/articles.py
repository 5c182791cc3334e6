"""Files to Articles: find them, and read each by its kind.

Text (``.md .txt``), tables (``.jsonl .csv``), pages (``.html``), documents (``.pdf .docx .eml`` and more)
and ``.zip`` archives of all these. How each is read stands in a module of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from qa_bot.archives import DEPTH, members, unpacking
from qa_bot.cleaning import clean, known
from qa_bot.decoding import MOST_BYTES, decode
from qa_bot.documents import READERS, read_document
from qa_bot.errors import ArticleError
from qa_bot.markdown import read_markdown
from qa_bot.pages import read_page
from qa_bot.sources import Source, make_article
from qa_bot.tables import read_csv, read_jsonl
from qa_bot.types import Article

__all__ = ["SUFFIXES", "EmptyFolderError", "Source", "clean", "find", "is_demanding", "read"]

SUFFIXES = (".md", ".txt", ".jsonl", ".csv", ".html", ".htm", *READERS, ".zip")
_STREAMED = (".jsonl", ".csv", ".zip")  # their size says nothing about that of an article
_PLAIN = (".md", ".txt", ".jsonl", ".csv")
_LARGE = 1_000_000  # bytes of a text from which on somebody may have made it so to keep us busy


class EmptyFolderError(ArticleError):
    """A folder that can be looked into and holds no article."""


def find(
    paths: Iterable[str | Path], columns: Mapping[str, str] | None = None
) -> Iterator[Source | ArticleError]:
    """The article files behind paths: files as given, folders searched in sorted order.

    Hidden files and other suffixes inside folders are passed over; a path that is missing, of another
    suffix, or a folder without articles comes out as an ArticleError in its place.

    Args:
        paths: files and folders.
        columns: which column of JSONL and CSV holds what.
    """
    for given in paths:
        try:
            yield from _found(Path(given), columns or {})
        except (OSError, RuntimeError) as error:  # no right to look; "~nobody" is nobody's home
            yield ArticleError(f"{str(given)!r} cannot be read: {_reason(error)}. Check the path.")


def _found(given: Path, columns: Mapping[str, str]) -> Iterator[Source | ArticleError]:
    path = given.expanduser()
    if path.is_dir():
        sources = list(_in_folder(path, columns))
        if sources:
            yield from sources
        else:
            yield EmptyFolderError(
                f"The folder {str(path)!r} holds no article ({', '.join(SUFFIXES)}); "
                "put some in, or name another."
            )
    elif not os.path.lexists(path):
        yield ArticleError(f"There is no file or folder {str(path)!r}; check the path.")
    elif path.suffix.lower() not in SUFFIXES:
        yield ArticleError(f"{str(path)!r} is not a kind of file that can be read ({', '.join(SUFFIXES)}).")
    else:
        yield _source(path, path.name, columns, in_folder=False)


def is_demanding(source: Source) -> bool:
    """Whether reading a source may take long or much memory, and is better done apart."""
    if source.kind not in _PLAIN:
        return True
    try:
        return source.kind in (".md", ".txt") and source.path.stat().st_size > _LARGE
    except OSError:
        return False


def read(source: Source) -> Iterator[Article | ArticleError]:
    """The articles of one file; what cannot be read comes out as an ArticleError in its place."""
    yield from _read(source, DEPTH)


def _read(source: Source, depth: int) -> Iterator[Article | ArticleError]:
    try:
        _check_file(source)
        if source.kind == ".jsonl":
            yield from read_jsonl(source)
        elif source.kind == ".csv":
            yield from read_csv(source)
        elif source.kind == ".zip":
            yield from _read_zip(source, depth)
        elif source.kind in READERS:
            yield read_document(source)
        elif source.kind in (".html", ".htm"):
            yield read_page(source.path.read_bytes(), source)
        else:
            yield _read_text(source)
    except OSError as error:
        yield ArticleError(
            f"{source.shown!r} cannot be read: {_reason(error)}. Check the file and its permissions."
        )
    except ArticleError as error:
        yield error


def _read_text(source: Source) -> Article:
    text = decode(source.path)
    if text[:200].lstrip("\ufeff \t\r\n").lower().startswith(("<!doctype html", "<html")):
        return read_page(text.encode(), source)  # a page that was saved under another name
    return read_markdown(text, source) if source.kind == ".md" else make_article(source, text, {})


def _read_zip(source: Source, depth: int) -> Iterator[Article | ArticleError]:
    if not depth:
        yield ArticleError(f"{source.shown!r} lies too deep in other archives; unpack it.")
        return
    with unpacking() as folder:
        for member in members(source, folder, SUFFIXES):
            if isinstance(member, ArticleError):
                yield member
            else:
                yield from _read(member, depth - 1)


def _check_file(source: Source) -> None:
    path = source.path
    if not path.is_file() and path.exists():  # reading may never end
        raise ArticleError(f"{source.shown!r} is no file but a device, a pipe or a folder.")
    size = path.stat().st_size
    if not size:
        raise ArticleError(f"{source.shown!r} is empty.")
    if size > MOST_BYTES and source.kind not in _STREAMED:
        raise ArticleError(
            f"{source.shown!r} is too large for an article ({size / 1e6:,.0f} MB, and at most "
            f"{MOST_BYTES / 1e6:,.0f} are read); split it into smaller files."
        )


def _in_folder(folder: Path, columns: Mapping[str, str]) -> Iterator[Source | ArticleError]:
    closed: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=closed.append):
        present = set(files)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not _goes_with(name, present)
        )
        for name in sorted(files):
            path = Path(root, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith("."):
                yield _source(path, path.relative_to(folder).as_posix(), columns, in_folder=True)
    for error in closed:
        yield ArticleError(f"The folder {str(error.filename)!r} cannot be read: {_reason(error)}.")


def _goes_with(folder: str, files: set[str]) -> bool:
    """Whether a folder holds the pictures and frames of a page that a browser saved beside it."""
    stem = folder.removesuffix("_files")
    return stem != folder and not files.isdisjoint((f"{stem}.html", f"{stem}.htm"))


def _source(
    path: Path, article_id: str, columns: Mapping[str, str], *, in_folder: bool
) -> Source | ArticleError:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return ArticleError(f"The name of {str(path)!r} is not text in UTF-8; rename the file.")
    return Source(path, known(article_id) or article_id, in_folder, columns=columns)


def _reason(error: Exception) -> str:
    """Why the system refused, in its own words."""
    told = error.strerror if isinstance(error, OSError) else str(error)
    return (told or type(error).__name__).lower().rstrip(".")
