"""Evidence to an answer that a language model writes, streamed; every sentence is held to a passage.

passages -> packed to the model's window -> prompt -> model -> markers -> sentences -> support -> text
"""

from __future__ import annotations

import datetime
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from llama_index.core.llms import LLM

from qa_bot.citations import cite
from qa_bot.dates import long_date
from qa_bot.errors import ModelError
from qa_bot.markers import MarkerReader, Piece
from qa_bot.model_calls import Call
from qa_bot.models import chat, word_rarity, word_vectors
from qa_bot.prompts import fill
from qa_bot.static_vectors import token_ids
from qa_bot.support import Checker, Source, Support
from qa_bot.text import sentences
from qa_bot.types import Article, Citation, Draft, Passage, Span

DECLINE = "NOT_IN_PASSAGES"
MARK = "[unsupported]"
_SAFETY = 1.2  # other models' tokens against those that are counted here
_LABEL_CHARS = 80  # of a publisher's name, which comes with the article


@dataclass(frozen=True, slots=True)
class Model:
    """A language model with what it may do.

    Attributes:
        name: what it is called.
        llm: the LlamaIndex model.
        window: tokens that it reads and writes together.
        max_tokens: tokens that it may write.
        seconds: for one answer.
        tells_end: it says why it stopped, when it does.
    """

    name: str
    llm: LLM
    window: int
    max_tokens: int
    seconds: float
    tells_end: bool = False

    def call(self, rules: str, request: str) -> Call:
        """A call that hands it rules and a request."""
        return Call(
            self.name,
            lambda: chat(self.llm, rules, request),
            seconds=self.seconds,
            max_tokens=self.max_tokens,
            tells_end=self.tells_end,
        )


@dataclass(frozen=True, slots=True)
class Composed:
    """What a model wrote, checked.

    ``declined``: it says that the passages do not answer. ``unsupported`` are the sentences of the text that
    nothing supports, ``removed`` how many such were left out, ``supported`` how many are supported.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    unsupported: tuple[Span, ...] = ()
    supported: int = 0
    removed: int = 0
    declined: bool = False
    cut: bool = False
    usage: Mapping[str, int] | None = None


def compose(call: Call, page: Page) -> Iterator[Draft | Composed]:
    """A model's text as it grows, each sentence with its verdict once it is finished; then the whole.

    Raises:
        ModelError: the model failed, or wrote nothing that can be used.
        Stopped: the call was ended from outside.
    """
    shown = ""
    for text in call.text():
        page.add(text)
        draft = page.draft()
        if draft.text and draft.text != shown:
            shown = draft.text
            yield draft
    yield page.composed(call)


def call_of(model: Model, question: str, as_of: str | None, sources: Sequence[Source]) -> Call:
    """A call that asks a model to answer a question from sources.

    Args:
        model: which is asked.
        question: the question that stands alone.
        as_of: the day that it is asked on, as YYYY-MM-DD.
        sources: what the model is given.
    """
    return model.call(*_prompts(question, as_of, sources))


def _prompts(question: str, as_of: str | None, sources: Sequence[Source]) -> tuple[str, str]:
    passages = [
        {
            "key": source.key,
            "publisher": _one_line(source.article.publisher or source.article.label),
            "published": long_date(source.article.published),
            "text": source.passage.text,
        }
        for source in sources
    ]
    boundary = _unused([question, *(source.passage.text for source in sources)])
    request = fill(
        "answer",
        boundary=boundary,
        passages=passages,
        as_of=long_date(as_of) if as_of else "not known",
        question=question,
    )
    return fill("rules", decline=DECLINE), request


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"[\[\]=<>]", " ", text).split())[:_LABEL_CHARS]


def _unused(texts: Sequence[str]) -> str:
    """A word that nobody can guess and no text has: what stands between two of it cannot end it."""
    while any((word := f"B{secrets.token_hex(6)}") in text for text in texts):
        pass
    return word


# --- what is given to the model -----------------------------------------------------------------


def packed(found: Sequence[tuple[Passage, Article]], question: str, model: Model) -> list[Source]:
    """The passages that fit the model's window, best first; one that fits in part is cut behind a sentence.

    Args:
        found: passages with their articles, those worth most first.
        question: which takes room as well.
        model: whose window is to be filled.

    Raises:
        ModelError: not even one sentence fits.
    """
    room = model.window - model.max_tokens - _tokens("\n".join(_prompts(question, "2000-01-01", ())))
    sources: list[Source] = []
    for passage, article in dict.fromkeys(found):
        room -= _FRAME
        kept = _fitting(passage, room)
        if kept is None:
            break
        room -= _tokens(kept.text)
        sources.append(Source(_key(sources, found), kept, article))
        if kept is not passage:
            break
    if not sources:
        raise ModelError(
            f"The model {model.name!r} reads {model.window:,} tokens, too few for a passage; "
            "raise llm_context_window."
        )
    return sources


_FRAME = 60  # tokens around a passage


def _tokens(text: str) -> int:
    return int(len(token_ids(text)) * _SAFETY) + 1


def _fitting(passage: Passage, room: int) -> Passage | None:
    """The passage, or its first sentences that fit into so many tokens, or None."""
    if _tokens(passage.text) <= room:
        return passage
    ends = [span.end for span in sentences(passage.text)]
    for end in reversed(ends[:-1]):
        if _tokens(passage.text[:end]) <= room:
            return Passage(
                passage.id,
                passage.article_id,
                passage.text[:end],
                passage.start,
                passage.start + end,
                passage.score,
            )
    return None


def _key(taken: Sequence[Source], found: Sequence[tuple[Passage, Article]]) -> str:
    """A key that no other source has and no passage holds: an article can name none."""
    used = {source.key for source in taken} | {"src-0000"}
    while (key := f"src-{secrets.token_hex(2)}") in used or any(key in passage.text for passage, _ in found):
        pass
    return key


# --- what it writes -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """The text that no verdict is given on yet, and the keys in it by where they stand."""

    text: str = ""
    keys: list[tuple[int, str]] = field(default_factory=list)


class Page:
    """A model's text, sentence after sentence.

    Args:
        sources: what the model was given.
        as_of: the day that the reader asks from.
        remove: leave out sentences that nothing supports, instead of marking them.
    """

    def __init__(self, sources: Sequence[Source], as_of: str | None, *, remove: bool) -> None:
        day = datetime.date.fromisoformat(as_of) if as_of else None
        self._checker = Checker(sources, day, word_vectors, word_rarity)
        self._reader = MarkerReader([source.key for source in sources])
        self._open = _Open()
        self._remove = remove
        self._text = ""
        self._break = ""  # what separates the next sentence from the text
        self._citations: dict[tuple[str, int, int], Citation] = {}
        self._unsupported: list[Span] = []
        self._supported = self._removed = 0
        self._plain: list[str] = []

    def add(self, text: str) -> None:
        """Take what the model has just written."""
        self._take(self._reader.feed(text))

    def draft(self) -> Draft:
        """The text so far: finished sentences with their verdicts, and the unfinished one, unchecked."""
        rest = _tidy(self._open.text)
        if not self._plain and DECLINE.startswith(rest.rstrip(".")[: len(DECLINE)]):
            rest = ""
        separator = self._break if self._text and rest else ""
        return Draft(self._text + separator + rest, tuple(self._unsupported), len(self._text))

    def composed(self, call: Call) -> Composed:
        """All that the model wrote, now that it has ended.

        Raises:
            ModelError: nothing of it can be shown.
        """
        self._take(self._reader.close())
        cut = call.end == "length"
        whole = _tidy(" ".join([*self._plain, self._open.text]))
        if not (cut and not _ENDED.search(_tidy(self._open.text))):
            self._finish(len(self._open.text))
        if not any(map(str.isalnum, whole)):
            raise ModelError(f"The model {call.name!r} wrote nothing that can be shown.")
        declined = self._supported == 0 and (DECLINE in whole.upper() or _declines(whole, len(self._plain)))
        return Composed(
            self._text,
            tuple(self._citations.values()),
            tuple(self._unsupported),
            supported=self._supported,
            removed=self._removed,
            declined=declined,
            cut=cut,
            usage=call.usage,
        )

    def _take(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            if piece.key is not None:
                self._open.keys.append((len(self._open.text), piece.key))
            else:
                self._open.text += piece.text
                found = sentences(self._open.text)
                # A sentence has ended when a whole word of the next is there.
                if len(found) > 1 and self._open.text[-1:].isspace():
                    self._finish(found[-1].start)

    def _finish(self, end: int) -> None:
        """Give a verdict on each sentence up to a place."""
        text = self._open.text
        found = [span for span in sentences(text) if span.start < end]
        for at, span in enumerate(found):
            last = found[at + 1].start if at + 1 < len(found) else end
            keys = [key for place, key in self._open.keys if (span.start < place or not at) and place <= last]
            self._judge(text[span.start : span.end], keys)
            self._break = "\n" if "\n" in text[span.end : last] else " "
        self._open.keys = [(place - end, key) for place, key in self._open.keys if place > end]
        self._open.text = text[end:]

    def _judge(self, sentence: str, keys: Sequence[str]) -> None:
        sentence = _tidy(sentence)
        if not any(map(str.isalnum, sentence)) or _PREAMBLE.fullmatch(sentence):
            return
        self._plain.append(sentence)
        # What a model says of the passages as a whole, no passage can bear out.
        found = [] if _OF_PASSAGES.search(sentence) else self._checker.find(sentence, keys)
        if not found and self._remove:
            self._removed += 1
            return
        start = len(self._text) + len(self._break if self._text else "")
        self._text += (self._break if self._text else "") + sentence
        if found:
            self._supported += 1
            self._text += " " + "".join(f"[{number}]" for number in self._numbers(found))
        else:
            self._unsupported.append(Span(start, len(self._text)))
            self._text += f" {MARK}"

    def _numbers(self, found: Sequence[Support]) -> list[int]:
        """The numbers of the quotes that support a sentence."""
        numbers = []
        for support in found:
            for span in support.spans:
                place = (support.source.article.id, span.start, span.end)
                if place not in self._citations:
                    source = support.source
                    number = len(self._citations) + 1
                    self._citations[place] = cite(number, source.article, span, source.passage.id)
                numbers.append(self._citations[place].number)
        return list(dict.fromkeys(numbers))


_ENDED = re.compile(r"[.!?…。！？][\"'”’»)]*\Z")
_SPOILT = re.compile(r"\s+(?=[.,;:!?](?:\s|\Z))")
_EMPTY = re.compile(r"\(\s*[,;]*\s*\)|(?<=[,;])\s*[,;]+")
_PREAMBLE = re.compile(
    r"(?:sure|certainly|of course|here (?:is|are)|based on|answer)\b[^.]{0,80}[:!]", re.IGNORECASE
)
_OF_PASSAGES = re.compile(
    r"\b(?:passages?|sources?|articles?|texts?|context)\b.{0,30}\b(?:do|does|did|is|are) ?n[o'’]t\b"
    r"|\bn[o'’]t?\b.{0,30}\b(?:in|by|from) (?:the|these|any) (?:passages?|sources?|articles?|context)\b",
    re.IGNORECASE,
)
_DECLINES = re.compile(
    r"\b(?:(?:do|does|did) ?n[o'’]t|not|no|cannot|can['’]t|unable|none)\b.{0,80}\b(?:passages?|sources?"
    r"|articles?|texts?|context|information|documents?|answer|mention|state|say|specif\w+|provided?|determine|know)\b"
    r"|\b(?:passages?|sources?|articles?|context)\b.{0,40}\b(?:do|does|did) ?n[o'’]t\b",
    re.IGNORECASE,
)


def _declines(text: str, count: int) -> bool:
    """Whether a short text without support says in words of its own that there is no answer."""
    return count <= 2 and bool(_DECLINES.search(text))


def _tidy(text: str) -> str:
    """A sentence on one line, without the holes that vanished markers leave."""
    return _SPOILT.sub("", _EMPTY.sub("", " ".join(text.split()))).strip()
