"""Who is named or quoted as the source of what an article says, for a quote of one or more sentences.

A sentence's own words come first (`speech`); a quotation takes its speaker from the sentences around it,
and "he" or "they" the name that it stands for, where only one can be meant.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_bot.phrases import (
    MAX_WORDS,
    Phrase,
    Quotations,
    Token,
    find_quotations,
    is_person_name,
    read_tokens,
)
from qa_bot.speech import Found, attribution_of, shared_subject
from qa_bot.speech_words import (
    ADVERBS,
    HONORIFICS,
    MEN,
    PREPOSITIONS,
    ROLES,
    TIMES,
    WOMEN,
)
from qa_bot.text import sentences
from qa_bot.types import Span

_SILENT = 3  # sentences without a source between "he said" and the name
_LINES_BEFORE = 6  # lines that a quotation without a speaker, or a pronoun, may reach back over
_LINES_AFTER = 3  # ... and that a quotation of several paragraphs may reach on
_LONG_QUOTATION = 40  # sentences
_TAG_WORDS = 12  # of a sentence that only says who spoke: "Reyes asked on Monday."
_TITLE_CHARS = 150


def said_by(text: str, span: Span, core: Span | None = None) -> str | None:
    """The source of a quote, in the article's own words.

    Args:
        text: The whole article.
        span: One sentence of it, or several neighbouring ones, that are shown as a quote.
        core: The sentences of the quote that count. Others in it may be the article's own words, but where
            they have another source, or one that is not plain, the quote has none.

    Returns:
        "the harbour ministry", "Ana Reyes, head of the port": at most about a dozen words, each of which
        stands in the article, on one line. None when the article states the quote in its own voice, when
        it is a title, and when it is not sure who speaks.

    Rules: whoever said, wrote, confirmed, denied ... in a main clause; behind "according to"; whom a news
    agency cites or quotes, rather than the agency; a quotation's speaker, from the sentences that it is
    part of, the tag after it or the speaker before it. "He" and "they" become the name or the office
    that they stand for, or None. Of several sentences all must have the same source.
    """
    page = _Page.around(text, span)
    phrases = []
    for index in page.chosen:
        phrase = page.source(index)
        if phrase is not None:
            phrases.append(phrase)
        elif core is None or page.within(index, core) or page.has_speaker(index):
            return None
    if not phrases:
        return None
    if any(not _same(phrases[0], other) for other in phrases[1:]):
        return None
    return max(phrases, key=len) or None


# --- around the sentence ------------------------------------------------------------------------


@dataclass(slots=True)
class _Sentence:
    """A sentence with its words."""

    start: int
    end: int
    line: int
    tokens: list[Token]
    unclosed: bool  # a quotation goes on after its end
    title: bool
    found: Found | None = None
    read: bool = False

    @property
    def all_quoted(self) -> bool:
        return bool(self.tokens) and not any(token.is_word for token in self.tokens)

    @property
    def begins_quoted(self) -> bool:
        return bool(self.tokens) and self.tokens[0].kind == "quote"

    @property
    def quotes(self) -> bool:
        return any(token.kind == "quote" for token in self.tokens)

    def attribution(self) -> Found | None:
        """The source that its own words name."""
        if not self.read:
            self.read = True
            self.found = None if self.title else attribution_of(self.tokens)
        return self.found


@dataclass(slots=True)
class _Page:
    """The lines of an article around a quote."""

    text: str
    sentences: list[_Sentence]
    chosen: list[int]
    known: set[str] | None = None
    titles: dict[str, set[str]] | None = None  # the words before each name

    @classmethod
    def around(cls, text: str, span: Span) -> _Page:
        """The lines that a span lies on, with some before them."""
        start, end = max(span.start, 0), min(span.end, len(text))
        if start >= end:
            return cls(text, [], [])
        found: list[_Sentence] = []
        for number, (first, last) in enumerate(_lines(text, start, end)):
            quotations = find_quotations(text[first:last], first)
            found.extend(_read_line(text, first, last, number, quotations))
        chosen = [index for index, item in enumerate(found) if item.start < end and item.end > start]
        return cls(text, found, chosen)

    def within(self, index: int, span: Span) -> bool:
        """Whether a sentence lies on a span."""
        return self.sentences[index].start < span.end and self.sentences[index].end > span.start

    def has_speaker(self, index: int) -> bool:
        """Whether a sentence is somebody's words, known or not."""
        return self.sentences[index].all_quoted or self.sentences[index].attribution() is not None

    def source(self, index: int) -> str | None:
        """The source of one sentence."""
        sentence = self.sentences[index]
        if sentence.title:
            return None
        if sentence.all_quoted:
            index = self._speaker(index)
            if index < 0:
                return None
        phrase = self._resolved(index)
        return self._shown(phrase) if phrase else None

    def _speaker(self, index: int) -> int:
        """The sentence that says whose words a quotation is; -1 when none does."""
        tagged = self._ahead(index)
        if tagged >= 0:
            return tagged
        at = index
        for _ in range(_LINES_BEFORE * 4):
            at -= 1
            if at < 0 or self.sentences[at].title:
                return -1
            if self.sentences[at].all_quoted:
                continue
            return at if self.sentences[at].attribution() is not None else -1
        return -1

    def _ahead(self, index: int) -> int:
        """The sentence in which the same quotation is closed and given a speaker, or the tag after it."""
        at = index
        while self.sentences[at].unclosed and at + 1 < len(self.sentences) and at - index < _LONG_QUOTATION:
            at += 1
            sentence = self.sentences[at]
            if sentence.line != self.sentences[at - 1].line and not sentence.begins_quoted:
                return -1
            if not self.sentences[at].all_quoted:
                return at if self.sentences[at].attribution() else -1
        following = at + 1
        if following < len(self.sentences) and self.sentences[following].line == self.sentences[at].line:
            return following if _is_tag(self.sentences[following]) else -1
        return -1

    # --- he, she, they ---

    def _resolved(self, index: int) -> Phrase | None:
        """A sentence's source, with the name that a pronoun stands for."""
        found = self.sentences[index].attribution()
        if found is None or found.phrase.pronoun is None:
            return found.phrase if found else None
        pronoun = found.phrase.pronoun
        rivals = self._people(index, found.phrase.tokens[0].start)
        silent = 0  # sentences gone back over that have no source
        for at in range(index - 1, max(index - 12, -1), -1):
            sentence = self.sentences[at]
            if sentence.title or silent > _SILENT or self.sentences[index].line - sentence.line > 3:
                return None
            if sentence.all_quoted:
                continue
            earlier = sentence.attribution()
            phrase = earlier.phrase if earlier else None
            if phrase is None:
                rivals |= self._people(at, sentence.end)
                silent += 1
                phrase = _opening_person(sentence.tokens)
                if phrase is not None and (silent > 1 or phrase.core == 1):
                    rivals.add(phrase.surname or "")
                    phrase = None
            elif phrase.pronoun is not None:
                if phrase.pronoun != pronoun:
                    return None
                continue
            if phrase is not None:
                return phrase if self._stands_for(pronoun, phrase, rivals) else None
        return None

    def _stands_for(self, pronoun: str, phrase: Phrase, rivals: set[str]) -> bool:
        if pronoun == "they" or phrase.is_plural:
            return pronoun == "they" and phrase.is_plural
        surname = phrase.surname
        is_person = surname is not None or phrase.is_role
        if pronoun not in ("he", "she") or not is_person:
            return pronoun == "it" and not is_person
        others = MEN if pronoun == "she" else WOMEN
        if others & {token.bare for token in phrase.tokens}:
            return False
        return rivals <= {surname} and not (surname and self._addressed(surname, others))

    def _addressed(self, surname: str, titles: frozenset[str]) -> bool:
        """Whether the article calls a person by one of these titles."""
        if self.titles is None:
            self.titles = {}
            for sentence in self.sentences:
                for before, token in pairwise(sentence.tokens):
                    if token.is_name:
                        self.titles.setdefault(token.bare, set()).add(before.bare)
        return bool(self.titles.get(surname, set()) & titles)

    def _people(self, index: int, end: int) -> set[str]:
        """The last names of people in the unquoted words of a sentence, up to a place."""
        known = self._known()
        names = set()
        for run in _runs(self.sentences[index].tokens):
            name = [token for token in run if token.bare not in HONORIFICS]
            if name and name[-1].end <= end and name[-1].bare in known:
                names.add(name[-1].bare)
        return names

    def _known(self) -> set[str]:
        """The last names of all who are named in full, by a title or as speakers."""
        if self.known is None:
            self.known = set()
            for sentence in self.sentences:
                found = sentence.attribution()
                if found and found.phrase.surname:
                    self.known.add(found.phrase.surname)
                runs = [run for run in _runs(sentence.tokens) if len(run) > 1 and is_person_name(run)]
                self.known.update(run[-1].bare for run in runs)
        return self.known

    def _shown(self, phrase: Phrase) -> str | None:
        tokens = phrase.tokens
        if sum(token.is_word for token in tokens) > MAX_WORDS:
            tokens = tokens[: phrase.core]
        if sum(token.is_word for token in tokens) > MAX_WORDS:
            return None
        shown, last = "", tokens[0].start
        for token in tokens:
            between = self.text[last : token.start]
            shown += between if not between.strip(' “”"') else " "  # without what stood in brackets
            shown += self.text[token.start : token.end]
            last = token.end
        return " ".join(shown.split()) or None


def _runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The runs of words with capitals; a possessive ends one."""
    run: list[Token] = []
    for token in tokens:
        if token.is_name:
            run.append(token)
        if run and (not token.is_name or token.is_possessive):
            yield run
            run = []
    if run:
        yield run


def _opening_person(tokens: Sequence[Token]) -> Phrase | None:
    """The person who is the subject of a sentence's beginning: "Ana Reyes opened the port"."""
    found = shared_subject(tokens, len(tokens))
    return found.phrase if found and found.phrase.surname else None


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The lines that a span lies on, some before them and some after, without empty ones."""
    after: list[tuple[int, int]] = []
    first = _line_end(text, end - 1) + 1
    while first < len(text) and len(after) < _LINES_AFTER:
        stop = _line_end(text, first)
        if text[first:stop].strip():
            after.append((first, stop))
        first = stop + 1
    bounds = []
    stop = _line_end(text, end - 1)
    before = 0
    while stop >= 0:
        first = text.rfind("\n", 0, stop) + 1
        if text[first:stop].strip():
            bounds.append((first, stop))
            before += stop <= start
        if before > _LINES_BEFORE or not first:
            break
        stop = first - 1
    return [*bounds[::-1], *after]


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _read_line(text: str, first: int, last: int, number: int, quotations: Quotations) -> Iterator[_Sentence]:
    spans = sentences(text[first:last])
    title = len(spans) == 1 and last - first <= _TITLE_CHARS and not _STOPPED.search(text[first:last])
    ends = [span.end for span in quotations.spans]
    for span in spans:
        start, end = first + span.start, first + span.end
        near = quotations.spans[bisect_right(ends, start) :]
        inner: list[Span] = []
        for quotation in near:
            if quotation.start >= end:
                break
            inner.append(Span(max(quotation.start, start), min(quotation.end, end)))
        last_one = near[len(inner) - 1] if inner else None
        unclosed = last_one is not None and last_one.end > end
        unclosed = unclosed or (quotations.open and last_one is quotations.spans[-1])
        yield _Sentence(start, end, number, read_tokens(text, start, end, inner), unclosed, title)


_STOPPED = re.compile(r"[.!?…:;,]\W*\Z")


def _is_tag(sentence: _Sentence) -> bool:
    """Whether a sentence does no more than name a speaker, as "Reyes asked on Monday" does."""
    found = sentence.attribution()
    words = [token for token in sentence.tokens if token.is_word]
    if found is None or len(words) > _TAG_WORDS or sentence.quotes:
        return False
    rest = sentence.tokens[found.verb + 1 :]
    return not rest or not rest[0].is_word or rest[0].lower in PREPOSITIONS | TIMES | ADVERBS | {"reporters"}


def _same(left: str, right: str) -> bool:
    """Whether two sources are one: the same words, or names with the same last word."""
    if left.casefold() == right.casefold():
        return True
    words = [set(side.casefold().split()) for side in (left, right)]
    if any("and" in side for side in words):
        return False
    if any(words[one] & MEN and words[1 - one] & WOMEN for one in (0, 1)):
        return False
    return bool(_names(left) & _names(right))


def _names(source: str) -> set[str]:
    """The last word of each name: of "Ana Reyes, head of the Port", Reyes; of "men in Lima", none."""
    found = set()
    for part in _ASIDE.split(source):
        words = part.split()
        inside = (at for at, word in enumerate(words) if at and word in PREPOSITIONS)
        # "men | in Lima", but "Secretary of State Per Holm"
        end = next((at for at in inside if not _is_title(words[at - 1])), len(words))
        if words and words[end - 1][:1].isupper():
            found.add(words[end - 1])
    return found


def _is_title(word: str) -> bool:
    return word[:1].isupper() and word.lower() in ROLES


_ASIDE = re.compile(r",\s|\s[-–—−]\s")
