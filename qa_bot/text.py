"""Reading text closely: folding with an offset map, words and stems, sentences.

Offsets are code points into the text given. Nothing here knows about articles or indexes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from qa_bot.types import Span

# --- folding ------------------------------------------------------------------------------------

_PLAIN = {
    **dict.fromkeys("‘’‚‛`´′", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "\u00a0": " ",
    "\u202f": " ",
    "\u200b": "",
    "\u00ad": "",
}


@dataclass(frozen=True, slots=True)
class Folded:
    """Text folded for comparison; ``offsets[i]`` is where folded character i began.

    ``offsets`` is one longer than ``text``: its last entry is the original's length. `str.lower`
    cannot be used for this: it may change the number of characters ('İ' becomes two).
    """

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The original's span behind ``text[start:end]``, whole characters only."""
        if start >= end:
            return Span(self.offsets[start], self.offsets[start])
        last = self.offsets[end - 1]
        following = end
        while following < len(self.text) and self.offsets[following] == last:
            following += 1
        return Span(self.offsets[start], self.offsets[following])


def fold(text: str) -> Folded:
    """Case, accents, and shapes of quotes, dashes and spaces folded away, with a way back."""
    out: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(text):
        folded = _fold_char(char)
        out.append(folded)
        offsets.extend([index] * len(folded))
    offsets.append(len(text))
    return Folded("".join(out), tuple(offsets))


def plain(text: str) -> str:
    """Text in the form that articles are cleaned to: composed letters, nothing invisible, no surrogates."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text)).strip()


INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u2060\ufeff]")


def fold_text(text: str) -> str:
    """The folded text alone, where no way back is needed."""
    if text.isascii():
        return text.lower().replace("`", "'")
    return "".join(map(_fold_char, text))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in _PLAIN:
        return _PLAIN[char]
    decomposed = unicodedata.normalize("NFKD", char.casefold())
    return "".join(
        _PLAIN.get(part, part) for part in decomposed if not unicodedata.combining(part)
    ).casefold()


# --- words --------------------------------------------------------------------------------------

# Scripts written without spaces, where each letter counts as a word: Thai, Lao, Burmese, Khmer, kana, Han.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
_LETTER = rf"[^\W\d_{UNSPACED}]"
# A number with its separators, an abbreviation with dots (U.S.), a word with inner apostrophes and final
# digits (G7, MI6), or one letter of an unspaced script. "200m" and "1,000km" are a number and a unit.
_WORD = re.compile(rf"\d+(?:[.,]\d+)*|(?:{_LETTER}\.){{2,}}|{_LETTER}+(?:\d+\b|(?:['’]{_LETTER}+)*)|[^\W\d_]")
_AMERICA = re.compile(r"U\.S\.(?:A\.)?|USA?")
_stemmer = Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: as written, its index term, and where it stands."""

    text: str
    term: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of a text in order, each with the term that the word index knows it by."""
    return [Word(match[0], term_of(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]


def terms(text: str) -> list[str]:
    """The index terms of a text, in order: folded, stemmed, number separators dropped."""
    return list(map(term_of, _WORD.findall(text)))


@lru_cache(maxsize=1 << 18)
def term_of(word: str) -> str:
    """The index term of one word: "Ministers'" and "minister" share one, "US" is not "us".

    Stems are Snowball's English ("Porter2"), https://snowballstem.org/algorithms/english/.
    """
    if _AMERICA.fullmatch(word):
        return "usa"
    # Some letters fold to several words (ﷺ), a few to nothing.
    folded = "".join(fold_text(word).split()) or word
    if folded[:1].isdigit():
        return folded.replace(",", "")
    folded = folded.replace(".", "")
    return _stemmer.stemWord(folded) if folded.isascii() else folded


# --- sentences ----------------------------------------------------------------------------------

# A possible end: a mark, closing quotes or brackets, then space; or a mark of unspaced scripts.
# It begins where a run of marks begins, so that a long run is looked at once.
_END = re.compile(r"(?:(?<![.!?…])[.!?…]+[\"'”’»)\]]*(?=\s))|[。！？｡]+[」』”’）]*")
_NOT_SPACE = re.compile(r"\S")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘\[-])"
    r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|Gen|Lt|Col|Maj|Capt|Cmdr|Adm|Sgt|Cpl|Pvt|Brig|Sen|Rep|Gov|Pres|Hon|Rev"
    r"|Fr|St|Ste|Mt|Ft|Jr|Sr|vs|v|cf|e\.g|i\.e|al|approx|est|Inc|Ltd|Co|Corp|Bros|Dept|Univ|No|Nos"
    r"|Fig|Vol|pp|p|Art|Sec|Ave|Blvd|Rd|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Sir)\.$"
)
_INITIAL = re.compile(r"(?:^|[\s(\"'“‘.])[A-Z]\.$")
_DOTTED = re.compile(r"(?:^|[\s(\"'“‘])(?:[A-Za-z]\.){2,}$")
# After "Inc." or "U.S." only a word that rarely goes on with a name begins a new sentence.
_STARTER = re.compile(
    r"[\"'“‘(\[]?(?:The|He|She|It|They|We|I|But|And|In|On|At|A|An|This|That|These|Those|There|However"
    r"|Meanwhile|After|Before|When|While|If|As|For|His|Her|Its|Their|Some|Many|More|Most|Both|Yet|So)\b"
)
_MAY_END = re.compile(r"(?:^|[\s(\"'“‘])(?:Inc|Ltd|Co|Corp|Bros|Jr|Sr|al|etc)\.$")


def sentences(text: str) -> list[Span]:
    """The sentences of a text, without the white space around them; a line never runs on.

    Every character that is not white space belongs to exactly one sentence, so nothing is lost.
    """
    return [
        Span(start, end)
        for line in re.finditer(r"[^\n]+", text)
        for start, end in _in_line(line[0], line.start())
    ]


def _in_line(line: str, base: int) -> list[tuple[int, int]]:
    cuts = [match.end() for match in _END.finditer(line) if _ends_here(line, match)]
    spans = []
    start = 0
    for cut in [*cuts, len(line)]:
        piece = line[start:cut]
        bare = piece.strip()
        if bare:
            left = start + len(piece) - len(piece.lstrip())
            spans.append((base + left, base + left + len(bare)))
        start = cut
    return spans


def _ends_here(line: str, match: re.Match[str]) -> bool:
    following = _NOT_SPACE.search(line, match.end())
    if not following:
        return True
    after = line[following.start() : following.start() + 20]
    if match[0][0] in "。！？｡":
        return True
    if after[0].islower():
        return False
    if match[0][0] == "." and len(match[0]) == 1:
        tail = line[max(0, match.end() - 12) : match.end()]
        if _DOTTED.search(tail) or _MAY_END.search(tail):
            return bool(_STARTER.match(after))
        if _ABBREVIATION.search(tail) or _INITIAL.search(tail):
            # "No. 10" and "Nov. 5", but "She said no. Ten men ..." and "in Nov. The ..." do end.
            return bool(_STARTER.match(after)) and not _INITIAL.search(tail)
    return after[0] not in ",;:-–—"
