"""Words, quotations and noun phrases of a sentence, as far as it takes to see who is named in it.

Rules over words, without a model of grammar.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from qa_bot.lexicon import places
from qa_bot.speech_words import (
    ADVERBS,
    COORDINATE,
    DETERMINERS,
    DOCUMENTS,
    GROUPS,
    HONORIFICS,
    MEDIA,
    NO_ADVERBS,
    OCCASIONS,
    PHRASE_ENDS,
    PLURAL_GROUPS,
    PREPOSITIONS,
    PRONOUNS,
    ROLES,
    SPEAKERS,
    SPEECH,
    SUBJECTS_UNKNOWN,
    SUBORDINATE,
    TIMES,
    VERBS,
    WORDS_FOR_SOURCES,
)
from qa_bot.text import terms
from qa_bot.types import Span

MAX_WORDS = 12  # of a source with its description; a longer one loses the description
REACH = 24  # words between a verb and where its subject begins
_NICKNAME_CHARS = 14


# --- tokens -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a mark, or a whole quotation, and where it stands in the article."""

    text: str
    start: int
    end: int
    kind: str  # "word", "mark" or "quote"
    lower: str

    @property
    def is_word(self) -> bool:
        """Whether it is neither a mark nor a quotation."""
        return self.kind == "word"

    @property
    def is_name(self) -> bool:
        """Whether it begins with a capital."""
        return self.is_word and self.text[:1].isupper()

    @property
    def is_time(self) -> bool:
        """Whether it is a day: "Monday", "today", but not the newspaper of that name."""
        return self.lower in TIMES and not (self.text.isupper() and len(self.text) > 1)

    @property
    def is_adverb(self) -> bool:
        """Whether it is "also" or "reportedly", but not a name like "Kelly"."""
        return self.lower in ADVERBS or (
            self.lower.endswith("ly") and not self.is_name and self.lower not in NO_ADVERBS
        )

    @property
    def is_possessive(self) -> bool:
        """Whether it ends in a genitive's 's."""
        return self.lower.endswith(("'s", "s'"))

    @property
    def bare(self) -> str:
        """The word without capitals, possessive and full stop."""
        return self.lower.removesuffix("'s").rstrip("'.")


_TOKEN = re.compile(
    r"[^\W_](?:[\w&/-]|['’](?=\w)|\.(?=[\w-]))*(?:\.|(?<=s)['’])?|&|[,;:()\[\]]|[-–—−]+|…|[.!?]+"
)


def read_tokens(text: str, start: int, end: int, quotations: Sequence[Span]) -> list[Token]:
    """The words and marks of a sentence; a quotation is one token, what stands in brackets is left out."""
    out: list[Token] = []
    position = start
    for quotation in quotations:
        if _is_nickname(text, start, end, quotation):
            continue
        out.extend(_plain_tokens(text, position, quotation.start))
        out.append(Token("", quotation.start, quotation.end, "quote", ""))
        position = quotation.end
    out.extend(_plain_tokens(text, position, end))
    return _without_brackets(out)


def _is_nickname(text: str, start: int, end: int, quotation: Span) -> bool:
    """Whether a quotation is a part of a name: Ana "Gull" Reyes."""
    if quotation.end - quotation.start > _NICKNAME_CHARS:
        return False
    before = text[max(start, quotation.start - 30) : quotation.start].split()
    after = text[quotation.end : min(end, quotation.end + 2)].strip()
    inner = text[quotation.start + 1 : quotation.end - 1]
    return bool(before) and all(
        piece[:1].isupper() and piece.isalpha() for piece in (before[-1], inner, after)
    )


def _plain_tokens(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, max(start, end)):
        word = match[0]
        kind = "word" if word[0].isalnum() or word == "&" else "mark"
        yield Token(word, match.start(), match.end(), kind, word.lower().replace("’", "'").rstrip("."))


def _without_brackets(found: list[Token]) -> list[Token]:
    out: list[Token] = []
    depth = 0
    for token in found:
        if token.text in ("(", "["):
            depth += 1
        elif token.text in (")", "]"):
            depth = max(depth - 1, 0)
        elif not depth:
            out.append(token)
    return _without_last_stop(out)


def _without_last_stop(found: list[Token]) -> list[Token]:
    """A sentence's words without the full stop at its end, but "U.S." with it."""
    if found and found[-1].is_word and found[-1].text.endswith(".") and "." not in found[-1].text[:-1]:
        last = found[-1]
        found[-1] = Token(last.text[:-1], last.start, last.end - 1, "word", last.lower)
    return found


# --- quotations ---------------------------------------------------------------------------------

_QUOTE_MARK = re.compile(r"[\"“”„«»‘]|['’](?!\w)|(?<!\w)'(?=\w)")
_SURE_CLOSE = re.compile(r"(?<=[.,!?…])['’](?!\w)")
_OPENING, _CLOSING = "“„«", "”»"


@dataclass(slots=True)
class Quotations:
    """Quotations of a line; ``open`` when the last runs on into the next line."""

    spans: list[Span] = field(default_factory=list)
    open: bool = False


def find_quotations(line: str, base: int) -> Quotations:
    """The quotations of a line that begins at ``base``, by the shape and place of their marks."""
    found = Quotations()
    sure = [match.start() for match in _SURE_CLOSE.finditer(line)]
    start, single = -1, False
    for match in _QUOTE_MARK.finditer(line):
        at = match.start()
        turn = _turn(line, at, start >= 0, single, sure)
        if turn == "open" and start < 0:
            start, single = at, match[0] in "‘'"
        elif turn == "close" and start >= 0:
            found.spans.append(Span(base + start, base + at + 1))
            start = -1
    if start >= 0 and not single:
        found.spans.append(Span(base + start, base + len(line)))
        found.open = True
    return found


def _turn(line: str, at: int, inside: bool, single: bool, sure: list[int]) -> str:
    """Whether the mark at a place opens or closes a quotation, or is another thing ("")."""
    mark = line[at]
    if mark in "‘’'":
        return _turn_of_single(line, at, inside, single, sure)
    if inside and single:
        return ""
    if mark in _OPENING:
        return "open"
    if mark in _CLOSING:
        return "close"
    before, after = line[at - 1 : at] if at else "", line[at + 1 : at + 2]
    opens = (not before or before.isspace() or before in "([—–-") and bool(after) and not after.isspace()
    return "open" if opens else "close"


def _turn_of_single(line: str, at: int, inside: bool, single: bool, sure: list[int]) -> str:
    before, after = line[at - 1 : at] if at else "", line[at + 1 : at + 2]
    later = bisect_right(sure, at)
    if not inside:
        opens = not before.isalnum() and after.isalnum() and line[at] in "‘'"
        near = line[at + 1 : at + 60]
        closes = later < len(sure) or re.search(r"\w['’](?!\w)", near)
        return "open" if opens and closes else ""
    if not single or after.isalnum():
        return ""
    # "the ministers' plan" inside a quotation that is closed for sure later on.
    return "" if before == "s" and later < len(sure) and "‘" not in line[at : sure[later]] else "close"


# --- phrases ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of a sentence that name a source: tokens from ``first`` up to ``last``."""

    tokens: tuple[Token, ...]
    core: int  # how many of the tokens are the name itself, without its description

    @property
    def words(self) -> list[Token]:
        """The words of the name itself."""
        return [token for token in self.tokens[: self.core] if token.is_word]

    @property
    def head(self) -> Token:
        """The word that the phrase is about: "spokesman" in "a spokesman for the port"."""
        words = self.words
        for position, token in enumerate(words):
            if position and token.lower in PREPOSITIONS and words[position - 1].lower not in DETERMINERS:
                return words[position - 1]
        return words[-1]

    @property
    def pronoun(self) -> str | None:
        """He, she, they or it, when that is all."""
        words = self.words
        return words[0].lower if len(words) == 1 and words[0].lower in PRONOUNS else None

    @property
    def surname(self) -> str | None:
        """The last name of a person; None for what does not look like one."""
        if self.pronoun or not is_person_name(self.words):
            return None
        return self.head.bare

    @property
    def is_plural(self) -> bool:
        """Whether it means several."""
        head = self.head
        return (
            "and" in [token.lower for token in self.words]
            or head.bare in PLURAL_GROUPS
            or (not head.is_name and head.bare.endswith("s") and not head.bare.endswith("ss"))
            or (_singular(head.bare) != head.bare and _singular(head.bare) in ROLES)
        )

    @property
    def is_role(self) -> bool:
        """Whether it means one person by what they do: "the captain"."""
        return _is_role(self.head.bare) and not self.is_plural

    @property
    def is_source(self) -> bool:
        """Whether it is a name or a word for someone or something that speaks."""
        head = self.head
        if len(self.words) > 1 and _is_role(self.words[-2].bare) and self.words[-1] is head:
            return True  # "the user lofthavn99"
        if head.is_name and (len(self.words) > 1 or not _is_common(head)):
            return True
        return (
            head.bare in WORDS_FOR_SOURCES or _singular(head.bare) in WORDS_FOR_SOURCES or _is_role(head.bare)
        )

    @property
    def can_speak(self) -> bool:
        """Whether it is a name, a pronoun or a word for people, a body or a paper: not "the bridge"."""
        head = self.head
        known = head.bare in SPEAKERS or _singular(head.bare) in SPEAKERS
        return self.pronoun is not None or self.is_source or known or head.bare.endswith(_PERSONS)

    @property
    def is_document(self) -> bool:
        """Whether it is a report, a letter, a survey ..."""
        return self.head.bare in DOCUMENTS

    @property
    def is_media(self) -> bool:
        """Whether it is a newspaper, an agency, a broadcaster ..."""
        return self.head.bare in MEDIA


_PERSONS = ("man", "men", "woman", "women", "person", "people", "maker", "makers")


def _singular(word: str) -> str:
    word = word.rpartition("-")[2]
    if word.endswith("men"):
        return word[:-3] + "man"
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")


def _is_role(word: str) -> bool:
    """Whether a word means a person by what they do: "captain", "economists"."""
    return (
        word in ROLES or _singular(word) in ROLES or _singular(word).endswith(("ologist", "woman", "person"))
    )


def _is_common(token: Token) -> bool:
    """Whether a lone word with a capital, at a sentence's beginning, is an everyday plural or the like."""
    return token.bare in ADVERBS | SUBJECTS_UNKNOWN | DETERMINERS or token.bare.endswith(("ing", "ly"))


def is_person_name(words: Sequence[Token]) -> bool:
    """Whether words end in what may be a person's name: capitals that are no place, people or body."""
    run: list[Token] = []
    for token in reversed(words):
        if not token.is_name:
            break
        run.append(token)
        if token.is_possessive:
            break
    run = [token for token in reversed(run) if not token.is_possessive]
    titles = [at for at, token in enumerate(run[:-1]) if _is_role(token.bare) or token.bare in HONORIFICS]
    run = run[titles[-1] + 1 :] if titles else run
    if not run or (run[-1].text.isupper() and len(run[-1].text) > 1):
        return False
    if words[0].lower in ("the", "a", "an") and len(run) == len(words) - 1 and run[0].bare not in ROLES:
        return False
    if any(token.lower in PREPOSITIONS for token in words):
        return False
    bodies = GROUPS | DOCUMENTS | MEDIA | TIMES
    return not any(token.bare in bodies for token in run) and not _is_place(run)


def _is_place(run: Sequence[Token]) -> bool:
    known = places()
    return tuple(terms(" ".join(token.bare if token.is_possessive else token.text for token in run))) in known


def phrase_end(tokens: Sequence[Token], start: int, stop: int) -> int:
    """Where the noun phrase that begins at a token ends, at most at ``stop``."""
    at = start
    while at < stop and at - start < REACH and _goes_on(tokens, start, at, stop):
        at += 1
    while at > start and (tokens[at - 1].lower in PREPOSITIONS | DETERMINERS | {"and"}):
        at -= 1
    return at


def _goes_on(tokens: Sequence[Token], start: int, at: int, stop: int) -> bool:
    token = tokens[at]
    if not token.is_word:
        return False
    if at == start:
        return True
    if token.is_time or is_period(tokens, at) or (token.lower in PHRASE_ENDS and not _is_named_so(token)):
        return False
    if token.lower in SPEECH and not token.is_name:
        return is_noun(tokens, at) and tokens[at - 1].lower in DETERMINERS
    if token.lower == "and":
        return at + 1 < stop and may_begin(tokens[at + 1])
    if token.lower in PREPOSITIONS:
        return _keeps_preposition(tokens, start, at, stop)
    if at + 1 < stop and tokens[at + 1].lower == "by" and tokens[at - 1].bare in DOCUMENTS:
        return True  # "a report published by the port"
    return not _is_participle(tokens, start, at)


def is_noun(tokens: Sequence[Token], at: int) -> bool:
    """Whether "report", "claims" ... is a noun here: "a report said", "media reports said"."""
    return tokens[at].lower in DOCUMENTS | {"claims", "claim"}


def is_period(tokens: Sequence[Token], at: int) -> bool:
    """Whether "last week", "this year" ... begins here."""
    return (
        tokens[at].lower in ("last", "this", "earlier")
        and at + 1 < len(tokens)
        and tokens[at + 1].lower
        in ("week", "month", "year", "night", "spring", "summer", "autumn", "winter", "fall")
    )


def _is_named_so(token: Token) -> bool:
    """Whether a word that ends phrases is a part of a name: "May", "USA Today"."""
    return token.is_name and not token.is_time and len(token.text) > 1


def may_begin(token: Token) -> bool:
    """Whether a word may be the first of a further name: "the navy and the port"."""
    return token.is_word and (
        token.is_name
        or token.lower in DETERMINERS
        or _singular(token.bare) in WORDS_FOR_SOURCES
        or token.lower.endswith("s")
    )


def _keeps_preposition(tokens: Sequence[Token], start: int, at: int, stop: int) -> bool:
    """Whether "in", "for" ... belong to the source's name: "officials in Lima", not "Reyes in Lima"."""
    token = tokens[at]
    following = [word.lower for word in tokens[at + 1 : min(at + 5, stop)]]
    if token.lower == "of" or (token.lower == "for" and tokens[at - 1].bare in GROUPS):
        return True
    if token.lower in ("in", "at", "to", "with") and any(word in OCCASIONS for word in following):
        return False
    if following and (following[0].isdigit() or following[0] in ("recent", "order", "response", "part")):
        return False
    if token.lower == "by":
        return any(word.bare in DOCUMENTS for word in tokens[max(at - 2, start) : at])
    opens = at - 1 == start and (_is_role(tokens[start].bare) or tokens[start].bare in PLURAL_GROUPS)
    if tokens[at - 1].is_name and tokens[start].lower != "the" and not opens:
        return False
    return token.lower in ("in", "at", "from", "for", "with", "close", "familiar", "to", "near", "inside")


def _is_participle(tokens: Sequence[Token], start: int, at: int) -> bool:
    """Whether a word goes back to what the phrase names: "a report | published on Monday"."""
    token, before = tokens[at], tokens[at - 1]
    if token.is_name or not token.lower.endswith(("ed", "ing", "seen", "given")) or len(token.lower) < 4:
        return False
    if before.is_possessive or before.lower in DETERMINERS:
        return False
    return before.is_name or _singular(before.bare) in WORDS_FOR_SOURCES or before.bare in WORDS_FOR_SOURCES


def read_phrase(tokens: Sequence[Token], start: int, stop: int) -> Phrase | None:
    """The noun phrase from a token on, if it can name a source."""
    end = phrase_end(tokens, start, stop)
    if end <= start:
        return None
    found = Phrase(tuple(tokens[start:end]), end - start)
    return found if _may_name(found) else None


def _may_name(phrase: Phrase) -> bool:
    words = phrase.words
    if phrase.pronoun:
        return True
    if len(words) == 1 and words[0].lower in SUBJECTS_UNKNOWN | DETERMINERS | ADVERBS | TIMES:
        return False
    if (words[-1].is_possessive and not words[-1].is_name) or words[
        0
    ].lower in PREPOSITIONS | VERBS | COORDINATE | SUBORDINATE:
        return False
    if words[0].lower in ("my", "our", "your", "no") or _has_relative_clause(words):
        return False
    if words[0].text[0].isdigit() and len(words) > 1 and words[1].is_name:
        return False
    named = len(words) > 1 and (words[1].is_name or words[1].lower in DETERMINERS)
    if named and words[0].lower.endswith("ing") and not words[0].is_name:
        return False
    head = phrase.head.lower
    return any(c.isalpha() for c in head) and head not in DETERMINERS | TIMES and not phrase.head.is_adverb


# "The captain Reyes", "the newspaper Gull", "the late Reyes"; but "the report Reyes (has called rash)".
_TITLES = SPEAKERS - (DOCUMENTS - MEDIA) | frozenset(
    "acting elder former incoming late new outgoing then younger".split()
)


def _has_relative_clause(words: Sequence[Token]) -> bool:
    """Whether a thing stands before a name: "a move Reyes" (has called rash), not "the captain Reyes"."""
    if words[0].lower not in ("a", "an", "the", "this", "that", "these", "those") or not words[-1].is_name:
        return False
    for before, token in pairwise(words):
        if before.lower in PREPOSITIONS:
            return False
        thing = not (before.is_name or before.is_possessive or before.lower in DETERMINERS | {"and", "&"})
        if thing and token.is_name and not before.text[0].isdigit():
            known = before.bare in _TITLES or _singular(before.bare) in _TITLES or _is_role(before.bare)
            if words[0].lower != "the" or not (known or before.bare.endswith(_PERSONS)):
                return True
    return False


def described(tokens: Sequence[Token], phrase: Phrase, at: int, *, closed: bool) -> Phrase:
    """A phrase with the description behind its comma: "Ana Reyes, head of the port"."""
    if at >= len(tokens) or tokens[at].text != ",":
        return phrase
    end = at + 1
    while end < len(tokens) and tokens[end].is_word and end - at <= MAX_WORDS:
        end += 1
    if not is_description(tokens, at + 1, end):
        return phrase
    ends_there = end >= len(tokens) or tokens[end].kind == "mark"
    if (closed or tokens[at + 1].lower == "the") and not (end < len(tokens) and tokens[end].text == ","):
        return phrase
    total = len(phrase.words) + end - at - 1
    if not ends_there or total > MAX_WORDS:
        return phrase
    return Phrase((*phrase.tokens, *tokens[at:end]), phrase.core)


def is_description(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a run of words is who somebody is: "head of the port", "a nurse from Lima"."""
    if start >= end or tokens[start].lower in SUBJECTS_UNKNOWN | PREPOSITIONS | ADVERBS:
        return False
    if phrase_end(tokens, start, end) != end:
        return False
    described = Phrase(tuple(tokens[start:end]), end - start)
    head = described.head
    return _is_role(head.bare) or _role_inside(described)


def _role_inside(phrase: Phrase) -> bool:
    return any(_is_role(token.bare) for token in phrase.words[:6])
