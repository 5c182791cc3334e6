"""Text as it is indexed: one form of line end, space and letter; lines wrapped at a width are joined."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Controls, and what a reader cannot see but a model can: soft hyphens, zero width, direction marks, tags.
# The joiners U+200C and U+200D stay: Persian words and emoji are made with them.
NOISE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNEVEN = ("  ", " \n", "\n ")  # spaces that do not stand between two words
_OTHER_SPACES = re.compile(r"[^\S \n]")
_EMPTY_LINES = re.compile(r"\n{3,}")
# A column of text is wrapped when nearly all its lines end near one width: 40-100 columns, as mail,
# terminals and type-writers do it.
_WRAP_RANGE = range(40, 101)
_MOST_PARTS = 50
_FACT_CHARS = 2000  # of a title, a publisher, an address: more is no such thing, and slows every question


def clean(text: str) -> str:
    """A text's characters, spaces and lines in their one form; every line is a paragraph.

    Control characters, invisible characters and lone surrogates go; runs of spaces and of empty lines
    shrink; lines wrapped at a fixed width are joined. Cleaning twice changes nothing.
    """
    characters = "".join(set(text))  # a hundred of them tell what there is to do in a hundred thousand
    if LINE_ENDS.search(characters):
        text = LINE_ENDS.sub("\n", text)
    if NOISE.search(characters):
        text = NOISE.sub("", text)
    if _SURROGATES.search(characters):
        text = _SURROGATES.sub("\ufffd", text)
    text = unicodedata.normalize("NFC", text).strip()
    lines = text.split("\n")
    if _OTHER_SPACES.search(characters) or any(pair in text for pair in _UNEVEN):
        lines = [" ".join(line.split()) for line in lines]
    joined = _unwrap(lines)
    while joined != lines:  # what was joined may look like wrapped lines in its turn
        lines, joined = joined, _unwrap(joined)
    text = "\n".join(lines).strip()
    return _EMPTY_LINES.sub("\n\n", text) if "\n\n\n" in text else text


def known(value: object) -> str | None:
    """A value as one clean line of text, a list's parts joined; None when there is nothing in it."""
    if isinstance(value, list):  # authors; a list in a list (YAML's aliases can make them endless) is none
        return ", ".join(part for item in value[:_MOST_PARTS] if (part := _known_part(item))) or None
    return _known_part(value)


def _known_part(value: object) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    if isinstance(value, str) and value.isascii() and value.isprintable() and "  " not in value:
        return value.strip()[:_FACT_CHARS] or None  # clean already, as most are
    return " ".join(clean(str(value)).split())[:_FACT_CHARS] or None


def _unwrap(lines: list[str]) -> list[str]:
    width = max(map(len, lines))
    if width not in _WRAP_RANGE:
        return lines
    inner = [len(a) for a, b in pairwise(lines) if a and b]
    if len(inner) < 3:
        return lines
    if sum(length >= width - 18 for length in inner) < 0.8 * len(inner):
        return lines
    joined: list[list[str]] = []
    for previous, line in zip(["", *lines], lines, strict=False):
        if previous and line and len(previous) >= width - 18:
            joined[-1].append(line)
        else:
            joined.append([line])
    return [" ".join(parts) for parts in joined]
