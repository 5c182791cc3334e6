"""Bytes to text: the encoding of a file, and its lines, a block at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from qa_bot.errors import ArticleError

MOST_BYTES = 50_000_000  # of one article; of a line of JSONL, characters
_UTF8 = "utf-8-sig"
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


def decode(path: Path) -> str:
    """A file's text.

    Raises:
        ArticleError: it does not look like text.
        OSError: it cannot be read.
    """
    with opened(path) as file:
        return file.read()


def opened(path: Path) -> TextIO:
    """A file as text, in its own encoding, with the line ends that it has.

    It is read twice, a block at a time: first to see what it is, as a file may be larger than memory.
    """
    return path.open("r", encoding=_encoding(path), errors="replace", newline="\n")


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not empty, numbered from 1; one too long for any article is cut."""
    with opened(path) as file:
        number = 0
        while line := file.readline(MOST_BYTES):
            number += 1
            if line.strip():
                yield number, line


def decode_markup(raw: bytes, declared: str | None = None) -> str:
    """The text of HTML or XML: by its byte order mark, as UTF-8, as declared, else by guessing.

    Args:
        raw: the bytes.
        declared: the encoding that whoever sent it gave.
    """
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), _UTF8)
    inside = _DECLARED.search(raw[:4096])
    # What is sound UTF-8 is UTF-8, whatever it says: by chance nothing else is.
    for name in (encoding, declared, inside and inside[1].decode("ascii"), _guess(raw[:_GUESS_BYTES])):
        if name:
            try:
                return raw.decode(_WEB_NAMES.get(name.lower(), name))
            except (UnicodeError, LookupError, ValueError):
                continue
    return raw.decode("utf-8", "replace")


_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z][\w.:-]{1,30})""")
# As browsers read these names: https://encoding.spec.whatwg.org/#names-and-labels
_WEB_NAMES = {
    "iso-8859-1": _WINDOWS,
    "latin1": _WINDOWS,
    "us-ascii": _WINDOWS,
    "ascii": _WINDOWS,
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "iso-8859-9": "cp1254",
}


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
            guessed = _guess(start)
            if guessed is None:
                raise ArticleError(f"{str(path)!r} does not look like text in any known encoding.") from None
            encoding = guessed
            census = _census(path, encoding, "replace")
    if census.controls + census.broken > census.length // 50:
        raise ArticleError(f"{str(path)!r} does not look like text; only text files can be read.")
    return encoding


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


def _guess(start: bytes) -> str | None:
    """An encoding of the years before UTF-8, by how a file begins; None for no text."""
    from charset_normalizer import from_bytes

    found = from_bytes(start)
    best = found.best()
    if best is None:
        return None
    rivals = [match.encoding for match in found if match.chaos <= best.chaos]
    return _WINDOWS if {_WINDOWS, "latin_1"} & set(rivals) else best.encoding
