"""Article text to passages: whole sentences, exact offsets, about as many words as asked for."""

from __future__ import annotations

import re

from qa_bot.text import UNSPACED, sentences
from qa_bot.types import Span

# A passage is closed at a paragraph's end once it has this share of the words aimed at, so that
# paragraphs stay together more often than not.
_ENOUGH = 0.7
# A "sentence" longer than this many times the aim (tables, lists, texts without marks) is cut.
_LONGEST = 2
# More than any language's mean word and space; what is longer is no prose, and counts by its length.
_WORD_CHARS = 12
_LETTER = re.compile(f"[{UNSPACED}]")
_LETTERS_A_WORD = 2  # of scripts written without spaces


def passages(text: str, target_words: int) -> list[Span]:
    """Cut a text into passages of about ``target_words`` words at sentence and paragraph borders.

    The spans are in order, do not overlap, and hold every character that is not white space.
    A sentence is only cut when it is longer than twice the target.

    Raises:
        ValueError: if ``target_words`` is below 1.
    """
    if target_words < 1:
        raise ValueError(f"target_words must be at least 1, not {target_words}")
    spans: list[Span] = []
    start, end, count = 0, 0, 0
    for sentence in sentences(text):
        for piece in _pieces(text, sentence, target_words):
            size = _size(text[piece.start : piece.end])
            new_paragraph = "\n" in text[end : piece.start]
            full = count + size > target_words or (new_paragraph and count >= _ENOUGH * target_words)
            if count and full:
                spans.append(Span(start, end))
                count = 0
            if not count:
                start = piece.start
            end = piece.end
            count += size
    if count:
        spans.append(Span(start, end))
    return spans


def _size(text: str) -> int:
    """How many words a text is worth."""
    count = max(len(text.split()), len(text) // _WORD_CHARS)
    return count if text.isascii() else count + len(_LETTER.findall(text)) // _LETTERS_A_WORD


def _pieces(text: str, sentence: Span, target_words: int) -> list[Span]:
    """A sentence whole, or cut between words (anywhere, for want of spaces) when it is too long."""
    most_words, start = _LONGEST * target_words, sentence.start
    # Nearly always: so many characters cannot be too many words.
    if sentence.end - start < 2 * most_words and text[start : sentence.end].isascii():
        return [sentence]
    pieces: list[Span] = []
    while start < sentence.end:
        window = text[start : min(sentence.end, start + _WORD_CHARS * most_words)]
        kept = _head(window, most_words, whole=start + len(window) == sentence.end)
        pieces.append(Span(start, start + len(kept)))
        start += len(kept)
        while start < sentence.end and text[start].isspace():
            start += 1
    return pieces


def _head(window: str, most_words: int, *, whole: bool) -> str:
    """As much of a window as makes one piece, ending where a word ends if one does."""
    if _size(window) > most_words:
        most = window.split(maxsplit=most_words)
        if len(most) > most_words:
            window = window[: len(window) - len(most[-1])]
        while _size(window) > most_words:
            window = window[: max(1, len(window) // 2)]
    elif whole:
        return window
    space = window.rstrip().rfind(" ", len(window) // 2)
    return (window[:space] if space > 0 and not window[-1:].isspace() else window).rstrip()
