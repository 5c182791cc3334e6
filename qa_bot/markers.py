"""What a model writes, piece by piece, as plain text with the keys of the passages that it cites.

Text is let through a word at a time, as soon as nothing that may follow can change what it is. Markup,
addresses and brackets never pass: known keys become citations, everything else of that kind vanishes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from qa_bot.text import INVISIBLE

_KEY = r"src-[0-9a-zA-Z]*"
_LONGEST_OPEN = 400  # characters in which what was opened must be closed, or it is no bracket

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_ADDRESS = re.compile(
    r"<?\b(?:(?:https?|ftp|file|data|javascript|vbscript|mailto|tel)\s?:(?=\S)|www\.)[^\s<>\[\]\"”]*>?",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\([^()\n]*\)|\[[^\[\]]*\])?")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_BRACKETS = re.compile(r"[\[【［〔]([^\[\]【】［］〔〕\n]*)[\]】］〕]")
_IN_ROUND = re.compile(rf"\(\s*((?:{_KEY}[\s,;]*)+)\)")
_BARE = re.compile(rf"({_KEY})")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*$", re.MULTILINE)
_LINE_START = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*•+][ \t]+|\d{1,2}[.)][ \t]+(?=\S)|[-=*_]{3,}[ \t]*$)", re.MULTILINE
)
_EMPHASIS = re.compile(r"\*+|`+|(?<!\w)_+(?=\w)|(?<=[\w.!?,])_+(?!\w)|~~|\$\$|\\[(\[)\]]")
_STRAY = re.compile(r"[\[\]【】［］〔〕]|!(?=\[)")
_CLOSED = (_THOUGHT, _HTML_COMMENT, _TAG, _IMAGE, _LINK, _BRACKETS, _IN_ROUND)
_LAST_SPACE = re.compile(r"\s(?=\S*\Z)")
_ONLY_START = re.compile(r"[\s#>*•+=_\-]*(?:\d{1,2}[.)]?\s*)?")  # of a line: what it begins is not known yet
# What must be seen to its end before it can be told what it is.
_OPEN = re.compile(
    r"!?\[[^\[\]\n]*\]\((?:[^()\n]|\([^()\n]*\))*(?:\([^()\n]*)?$|[\[【［〔][^\]】］〕\n]*$"
    r"|<(?:[a-zA-Z/!?][^<>]*)?$|\(\s*(?:src-[^()\n]*)?$"
)
_OPEN_THOUGHT = re.compile(r"<(think|thinking|reasoning)>(?!.*</\1>)", re.DOTALL | re.IGNORECASE)
_OPEN_COMMENT = re.compile(r"<!--(?!.*-->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some plain text, or the key of a passage that what came before is said to come from."""

    text: str = ""
    key: str | None = None


class MarkerReader:
    """Reads one model's text.

    Args:
        keys: of the passages that the model was given.
    """

    def __init__(self, keys: Collection[str]) -> None:
        self._keys = {key.casefold(): key for key in keys}
        self._line = ""  # what has come of the line that is being written, and what is not yet safe
        self._given: list[Piece] = []  # of that line

    def feed(self, text: str) -> list[Piece]:
        """What can be told now that this text has come."""
        self._line += text
        return self._new(self._safe())

    def close(self) -> list[Piece]:
        """What is left when no more comes: a bracket that was never closed is dropped with what is in it."""
        for pattern in (_OPEN_THOUGHT, _OPEN_COMMENT, _OPEN):
            found = pattern.search(self._line)
            self._line = self._line[: found.start()] if found else self._line
        return self._new(len(self._line))

    def _safe(self) -> int:
        """Where the text ends that nothing to come can change: behind the last space outside what is open."""
        hidden = _OPEN_THOUGHT.search(self._line) or _OPEN_COMMENT.search(self._line)
        limit = hidden.start() if hidden else len(self._line)
        found = _OPEN.search(self._line, 0, limit)
        if found and limit - found.start() <= _LONGEST_OPEN:
            limit = found.start()
        masked = self._line[:limit]
        for pattern in _CLOSED:
            masked = pattern.sub(lambda match: "x" * len(match[0]), masked)
        space = _LAST_SPACE.search(masked)
        safe = space.end() if space else 0
        line = masked[:safe].rpartition("\n")[2]
        return safe - len(line) if _ONLY_START.fullmatch(line) else safe

    def _new(self, safe: int) -> list[Piece]:
        """The pieces of the text up to a place that were not given before."""
        pieces = _joined(self._pieces(self._line[:safe]))
        fresh = list(_beyond(pieces, self._given))
        masked = self._line[:safe]
        for pattern in _CLOSED:
            masked = pattern.sub(lambda match: "x" * len(match[0]), masked)
        start = masked.rfind("\n") + 1
        self._line = self._line[start:]
        self._given = _joined(self._pieces(self._line[: safe - start]))
        return fresh

    def _pieces(self, text: str) -> Iterator[Piece]:
        text = _THOUGHT.sub("", text)
        text = _TAG.sub("", _HTML_COMMENT.sub("", text))
        text = _IMAGE.sub("", text)
        text = _LINK.sub(self._link, text)
        text = _ADDRESS.sub("", text)
        text = _FENCE.sub("", text)
        text = _LINE_START.sub("", text)
        at = 0
        for match in _ANY_MARKER.finditer(text):
            yield Piece(plain_text(text[at : match.start()]))
            at = match.end()
            yield from (Piece(key=key) for key in self._known(match[0]))
        yield Piece(plain_text(text[at:]))

    def _link(self, match: re.Match[str]) -> str:
        """A link's words without its address; one whose words are keys stays a marker."""
        return f"[{match[1]}]" if _BARE.search(match[1]) else match[1]

    def _known(self, marker: str) -> list[str]:
        found = (self._keys.get(key.casefold()) for key in re.findall(_KEY, marker, re.IGNORECASE))
        return [key for key in found if key]


_ANY_MARKER = re.compile(f"{_BRACKETS.pattern}|{_IN_ROUND.pattern}|{_BARE.pattern}", re.IGNORECASE)


def plain_text(text: str) -> str:
    """Text without emphasis, stray brackets and what cannot be seen; white space stays."""
    return INVISIBLE.sub("", _STRAY.sub("", _EMPHASIS.sub("", text)))


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    """The pieces with neighbouring texts made one, and empty ones left out."""
    found: list[Piece] = []
    for piece in pieces:
        if piece.key is None and found and found[-1].key is None:
            found[-1] = Piece(found[-1].text + piece.text)
        elif piece.key is not None or piece.text:
            found.append(piece)
    return found


def _beyond(pieces: list[Piece], given: list[Piece]) -> Iterator[Piece]:
    """What pieces hold beyond those given before, which they begin with."""
    for index, piece in enumerate(pieces):
        if index >= len(given):
            yield piece
        elif piece.key is None and len(piece.text) > len(given[index].text):
            yield Piece(piece.text[len(given[index].text) :])
