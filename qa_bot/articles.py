"""Files to Articles: find them, decode them, read their facts, clean their text.

Known forms: ``.md`` (front matter, Markdown), ``.txt``, and ``.jsonl`` (one article a line: ``text``
and, as far as known, ``id title date url publisher author``).
"""

from __future__ import annotations

import html
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import yaml

from qa_bot.dates import full_dates, iso_date
from qa_bot.errors import ArticleError
from qa_bot.types import Article, DateSource

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SUFFIXES = (".md", ".txt", ".jsonl")


class EmptyFolderError(ArticleError):
    """A folder that can be looked into and holds no article."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read and the id its article gets when the file itself gives none."""

    path: Path
    id: str
    in_folder: bool


def find(paths: Iterable[str | Path]) -> Iterator[Source | ArticleError]:
    """The article files behind paths: files as given, folders searched in sorted order.

    Hidden files and other suffixes inside folders are passed over; a path that is missing, of another
    suffix, or a folder without articles comes out as an ArticleError in its place.
    """
    for given in paths:
        try:
            yield from _found(Path(given))
        except (OSError, RuntimeError) as error:  # no right to look; "~nobody" is nobody's home
            yield ArticleError(f"{str(given)!r} cannot be read: {_reason(error)}. Check the path.")


def _found(given: Path) -> Iterator[Source | ArticleError]:
    path = given.expanduser()
    if path.is_dir():
        sources = list(_in_folder(path))
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
        yield _source(path, path.name, in_folder=False)


def read(source: Source) -> Iterator[Article | ArticleError]:
    """The articles of one file; what cannot be read comes out as an ArticleError in its place."""
    suffix = source.path.suffix.lower()
    try:
        _check_file(source.path)
        if suffix == ".jsonl":
            yield from _read_jsonl(source)
            return
        text = _decode(source.path)
        yield _read_markdown(text, source) if suffix == ".md" else _read_plain(text, source)
    except OSError as error:
        name = str(source.path)
        yield ArticleError(f"{name!r} cannot be read: {_reason(error)}. Check the file and its permissions.")
    except ArticleError as error:
        yield error


def _check_file(path: Path) -> None:
    name = str(path)
    if not path.is_file() and path.exists():  # reading may never end
        raise ArticleError(f"{name!r} is no file but a device, a pipe or a folder.")
    size = path.stat().st_size
    if size > _MOST_BYTES and path.suffix.lower() != ".jsonl":
        raise ArticleError(f"{name!r} is too large ({size / 1e6:,.0f} MB); split it into smaller files.")


_MOST_BYTES = 500_000_000  # of one article; of a line of JSONL, characters


def clean(text: str) -> str:
    """Text as it is indexed: one form of line end, space and letter; every line is a paragraph.

    Control characters, invisible characters and lone surrogates go; runs of spaces and of empty lines
    shrink; lines wrapped at a fixed width are joined. Cleaning twice changes nothing.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _NOISE.sub("", text)
    text = _SURROGATES.sub("\ufffd", text)
    text = unicodedata.normalize("NFC", text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    joined = _unwrap(lines)
    while joined != lines:  # what was joined may look like wrapped lines in its turn
        lines, joined = joined, _unwrap(joined)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Controls, and what a reader cannot see but a model can: soft hyphens, zero width, direction marks, tags.
# The joiners U+200C and U+200D stay: Persian words and emoji are made with them.
_NOISE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
# A column of text is wrapped when nearly all its lines end near one width: 40-100 columns, as mail,
# terminals and type-writers do it.
_WRAP_RANGE = range(40, 101)


def _unwrap(lines: list[str]) -> list[str]:
    inner = [len(a) for a, b in pairwise(lines) if a and b]
    if len(inner) < 3 or max(map(len, lines)) not in _WRAP_RANGE:
        return lines
    width = max(map(len, lines))
    if sum(length >= width - 18 for length in inner) < 0.8 * len(inner):
        return lines
    joined: list[str] = []
    for previous, line in zip(["", *lines], lines, strict=False):
        if previous and line and len(previous) >= width - 18:
            joined[-1] += " " + line
        else:
            joined.append(line)
    return joined


def _in_folder(folder: Path) -> Iterator[Source | ArticleError]:
    closed: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith("."):
                yield _source(path, path.relative_to(folder).as_posix(), in_folder=True)
    for error in closed:
        yield ArticleError(f"The folder {str(error.filename)!r} cannot be read: {_reason(error)}.")


def _source(path: Path, article_id: str, *, in_folder: bool) -> Source | ArticleError:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return ArticleError(f"The name of {str(path)!r} is not text in UTF-8; rename the file.")
    return Source(path, _known(article_id) or article_id, in_folder)


def _reason(error: Exception) -> str:
    """Why the system refused, in its own words."""
    known = error.strerror if isinstance(error, OSError) else str(error)
    return (known or type(error).__name__).lower().rstrip(".")


def _decode(path: Path) -> str:
    with _opened(path) as file:
        return file.read()


def _opened(path: Path) -> TextIO:
    """A file as text, in its own encoding, with the line ends that it has.

    It is read twice, a block at a time: first to see what it is, as a file may be larger than memory.
    """
    return path.open("r", encoding=_encoding(path), errors="replace", newline="\n")


def _encoding(path: Path) -> str:
    """The encoding of a file of text.

    Raises:
        ArticleError: it does not look like text.
    """
    with path.open("rb") as file:
        start = file.read(_GUESS_BYTES)
    encoding = next((name for mark, name in _MARKS if start.startswith(mark)), _UTF8)
    try:
        census = _census(path, encoding, "strict")
    except UnicodeError:
        census = _census(path, encoding, "replace")
        if encoding == _UTF8 and census.foreign <= 4 * census.broken:  # more than a broken spot in UTF-8
            encoding = _guess(start, path)
            census = _census(path, encoding, "replace")
    if census.controls + census.broken > census.length // 50:
        raise ArticleError(f"{str(path)!r} does not look like text; only text files can be read.")
    return encoding


_UTF8 = "utf-8-sig"


@dataclass(slots=True)
class _Census:
    """How many characters a text has; those not ASCII, those in place of broken bytes, and controls."""

    length: int = 0
    foreign: int = 0
    broken: int = 0
    controls: int = 0


def _census(path: Path, encoding: str, errors: str) -> _Census:
    counts = _Census()
    with path.open("r", encoding=encoding, errors=errors, newline="") as file:
        while block := file.read(_GUESS_BYTES):
            counts.length += len(block)
            counts.broken += block.count("\ufffd")
            counts.foreign += len(block) - len(block.encode("ascii", "ignore"))
            counts.controls += len(_CONTROLS.findall(block))
    return counts


# The longer mark first: UTF-32's begins with UTF-16's.
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# charset-normalizer needs some text to tell the encodings of different alphabets apart.
_GUESS_BYTES = 1_000_000
_WINDOWS = "cp1252"


def _guess(start: bytes, path: Path) -> str:
    """An encoding of the years before UTF-8, by how a file begins."""
    from charset_normalizer import from_bytes

    found = from_bytes(start)
    best = found.best()
    if best is None:
        raise ArticleError(f"{str(path)!r} does not look like text in any known encoding.")
    rivals = [match.encoding for match in found if match.chaos <= best.chaos]
    return _WINDOWS if {_WINDOWS, "latin_1"} & set(rivals) else best.encoding


# --- the three forms ----------------------------------------------------------------------------


def _read_markdown(text: str, source: Source) -> Article:
    facts, body = _front_matter(text, source)
    heading, plain = _markdown_to_text(body)
    published = iso_date(facts.get("published")) or iso_date(facts.get("date"))
    return _article(
        source,
        plain,
        facts,
        title=_known(facts.get("title")) or heading,
        published=published,
        date_source="front_matter" if published else None,
    )


def _read_plain(text: str, source: Source) -> Article:
    text = clean(text)
    published: str | None = None
    glued = _GLUED_DATE.match(text)
    if glued:
        published, text = glued[1], text[glued.end() :]
    head = [line for line in text.split("\n") if line][:_HEAD_LINES]
    if published is None:
        published = next((day for line in head if (day := _date_line(line))), None)
    date_source: DateSource | None = "text" if published else None
    return _article(source, text, {}, title=_title_line(head), published=published, date_source=date_source)


def _other_records(path: Path) -> bool:
    """Whether lines are sound JSON objects, and none an article: some other file that lies beside them."""
    found = False
    for _, line in _lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return False
        if not isinstance(row, dict) or "text" in row:
            return False
        found = True
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not empty, numbered from 1; one too long for any article is cut."""
    with _opened(path) as file:
        number = 0
        while line := file.readline(_MOST_BYTES):
            number += 1
            if line.strip():
                yield number, line


def _read_jsonl(source: Source) -> Iterator[Article | ArticleError]:
    if source.in_folder and _other_records(source.path):
        return
    number = 0
    for number, line in _lines(source.path):
        where = f"{source.path}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield ArticleError(f"{where}: not JSON ({error}).")
            continue
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            yield ArticleError(f"{where}: no article, since it has no 'text'.")
            continue
        fallback = Source(source.path, f"{source.id}#{number}", source.in_folder)
        published = iso_date(row.get("published")) or iso_date(row.get("date"))
        try:
            yield _article(
                fallback,
                row["text"],
                row,
                title=_known(row.get("title")),
                published=published,
                date_source="field" if published else None,
            )
        except ArticleError:
            yield ArticleError(f"{where}: the article is empty.")
    if not number:
        yield ArticleError(f"{str(source.path)!r} is empty.")


def _article(
    source: Source,
    text: str,
    facts: dict[str, Any],
    *,
    title: str | None,
    published: str | None,
    date_source: DateSource | None,
) -> Article:
    text = clean(text)
    if not text:
        raise ArticleError(f"{str(source.path)!r} is empty.")
    if published is None:
        published = iso_date(source.path.stem.replace("_", "-"))
        date_source = "file_name" if published else None
    url = _known(facts.get("url"))
    return Article(
        id=_known(facts.get("id")) or url or source.id,
        text=text,
        title=title,
        publisher=_known(facts.get("publisher")),
        author=_known(facts.get("author")),
        published=published,
        date_source=date_source,
        url=url,
        path=str(source.path),
    )


def _known(value: object) -> str | None:
    """A value as one clean line of text, a list's parts joined; None when there is nothing in it."""
    if isinstance(value, list):  # authors; a list in a list (YAML's aliases can make them endless) is none
        return ", ".join(part for item in value[:_MOST_PARTS] if (part := _known_part(item))) or None
    return _known_part(value)


_MOST_PARTS = 50


def _known_part(value: object) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    return " ".join(clean(str(value)).split())[:_FACT_CHARS] or None


_FACT_CHARS = 2000  # of a title, a publisher, an address: more is no such thing, and slows every question


# Every value as it is written: "NO" is a word and 007 keeps its zeros.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_FRONT_MATTER_CHARS = 50_000
_DEEP = re.compile(r"(?:[\[{?-]\s*){200}")
_NOTHING = ("", "~", "null", "Null", "NULL")


def _front_matter(text: str, source: Source) -> tuple[dict[str, Any], str]:
    text = _LINE_ENDS.sub("\n", text)
    match = re.match(r"\ufeff?---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", text, re.DOTALL)
    if not match:
        return {}, text
    if len(match[1]) > _FRONT_MATTER_CHARS or _DEEP.search(match[1]):  # the parser would run out of stack
        raise ArticleError(f"{str(source.path)!r}: its front matter is too long or too deep to be one.")
    try:
        facts = yaml.load(_NOISE.sub("", match[1]), Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ArticleError(f"{str(source.path)!r}: its front matter is not YAML ({reason}).") from error
    if not isinstance(facts, dict):
        return {}, text
    return {name: fact for name, fact in facts.items() if fact not in _NOTHING}, text[match.end() :]


# --- plain text: which lines are title and date -------------------------------------------------

_HEAD_LINES = 6
_GLUED_DATE = re.compile(r"date ((?:19|20)\d\d-[01]\d-[0-3]\d)[ \n]+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")


def _date_line(line: str) -> str | None:
    """The date of a line that says little but a date: "Saturday, October 19, 2024"."""
    dates = full_dates(line)
    return dates[0][1].isoformat() if dates and len(line) <= 60 else None


def _title_line(head: list[str]) -> str | None:
    """The first line that reads like a headline, unless running text comes first."""
    for line in head[:-1]:
        if _SENTENCE_END.search(line):
            return None
        if len(line.split()) >= 4 and len(line) <= 200 and not _date_line(line):
            return line
    return None


# --- Markdown -----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _markdown_to_text(body: str) -> tuple[str | None, str]:
    """The words of a Markdown text, a block a line, and its first-level heading if it begins with one.

    A table's row is a line, its cells parted by semicolons. Pictures, their captions, and HTML tags go.
    """
    blocks: list[str] = []
    cells: list[str] = []
    heading: str | None = None
    before = ""
    for token in _markdown().parse(body):
        if token.type == "inline" and before in ("td", "th"):
            cells.append(_inline_text(token))
        elif token.type == "inline":
            line = _inline_text(token)
            if not blocks and before == "h1":
                heading = line
            blocks.append(line)
        elif token.type == "tr_close":
            blocks.append("; ".join(filter(None, cells)))
            cells = []
        elif token.type in ("fence", "code_block"):
            blocks += token.content.split("\n")
        elif token.type == "html_block":
            blocks += _html_text(token.content).split("\n")
        before = token.tag
    return heading, "\n\n".join(line for line in blocks if line.strip())


def _inline_text(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak") or _BREAK.match(child.content):
            parts.append(" ")
    return " ".join("".join(parts).split())


_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_UNREAD = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<[!?][^>]*>")


def _html_text(markup: str) -> str:
    return html.unescape(_TAG.sub(" ", _UNREAD.sub(" ", markup)))
