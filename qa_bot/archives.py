"""Zip archives: their members, one after another, as files for a moment. Nothing is unpacked unbounded."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from qa_bot.decoding import MOST_BYTES
from qa_bot.errors import ArticleError
from qa_bot.sources import Source

MOST_MEMBERS = 20_000
MOST_UNPACKED = 1_000_000_000  # bytes of all members
DEPTH = 2  # archives in archives
_BLOCK = 1 << 20


@contextmanager
def unpacking() -> Iterator[Path]:
    """A folder for members, which goes with them at the end."""
    with TemporaryDirectory(prefix="qa-bot-") as folder:
        yield Path(folder)


def members(source: Source, folder: Path, suffixes: tuple[str, ...]) -> Iterator[Source | ArticleError]:
    """The readable members of an archive as Sources; each lies in the folder until the next is asked for.

    What cannot be unpacked comes out as an ArticleError in its place. Hidden members and other kinds are
    passed over, as in folders.
    """
    try:
        archive = zipfile.ZipFile(source.path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        yield ArticleError(f"{source.shown!r} is no zip archive that can be read ({error}).")
        return
    with archive:
        listed = sorted(archive.infolist(), key=lambda info: info.filename)
        if len(listed) > MOST_MEMBERS:
            yield ArticleError(f"{source.shown!r} holds more than {MOST_MEMBERS:,} files; split it.")
            return
        budget, found = MOST_UNPACKED, False
        for number, info in enumerate(listed):
            inside = _name(info, suffixes)
            if inside is None:
                continue
            found = True
            path = folder / f"{number}{PurePosixPath(inside).suffix.lower()}"
            shown = f"{source.shown}/{inside}"
            try:
                budget -= _unpack(archive, info, path, min(budget, MOST_BYTES), shown)
                yield replace(
                    source, path=path, id=f"{source.id}/{inside}", name=shown, suffix=None, in_folder=True
                )
            except ArticleError as error:
                yield error
                if budget <= 0:
                    return
            finally:
                path.unlink(missing_ok=True)
        if not found:
            yield ArticleError(f"{source.shown!r} holds no article.")


def _name(info: zipfile.ZipInfo, suffixes: tuple[str, ...]) -> str | None:
    """A member's name as part of an id; None for one that is passed over."""
    parts = [part for part in info.filename.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if info.is_dir() or not parts or any(part.startswith((".", "__MACOSX")) for part in parts):
        return None
    name = "/".join(parts)
    return name if PurePosixPath(name).suffix.lower() in suffixes else None


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, most: int, shown: str) -> int:
    """Write a member to a file; how many bytes it has. What its header says of its size is not believed."""
    size = 0
    try:
        with archive.open(info) as member, path.open("wb") as file:
            while block := member.read(_BLOCK):
                size += len(block)
                if size > most:
                    raise ArticleError(f"{shown!r} is too large when unpacked; nothing of it was read.")
                file.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ArticleError(f"{shown!r} cannot be unpacked ({error}).") from error
    return size
