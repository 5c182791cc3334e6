"""The values that travel between the stages: frozen, and built from the standard library alone.

Every offset is a count of Unicode code points, and every span is half-open: ``text[start:end]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

DateSource = Literal["front_matter", "field", "markup", "text", "file_name", "address", "feed", "user"]
Certainty = Literal["stated", "read", "guessed"]
Reason = Literal["missing_term", "not_stated", "out_of_range", "false_premise", "empty_index"]
Precision = Literal["day", "month", "publication"]
Method = Literal["extractive", "llm", "none"]


# How sure a date is: somebody stated it as the article's date, it was read out of the text, or it was
# guessed from a file's name or an address.
CERTAINTY: Mapping[str, Certainty] = {
    "front_matter": "stated",
    "field": "stated",
    "markup": "stated",
    "feed": "stated",
    "user": "stated",
    "text": "read",
    "file_name": "guessed",
    "address": "guessed",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points: ``text[start:end]``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it is indexed.

    ``text`` is the cleaned text that every offset counts in. What is not known is None, never "".
    ``published`` is an ISO date (YYYY-MM-DD) and ``date_source`` says where it was read.

    Attributes:
        language: ISO 639-1 code of the text's language.
        modified: the ISO date on which the article says it was last changed; ``modified_source`` as above.
        imported: when this text was taken into the index, ISO 8601 in UTC.
        rights: who holds the copyright, and the year, as the article's copyright line has it.
        corrections: the lines of the text that say what was put right.
        superseded: whether it is an earlier version of an article that has changed since.
        group: articles of one number are copies or near copies of each other; None for one that has none.
    """

    id: str
    text: str
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: str | None = None
    date_source: DateSource | None = None
    url: str | None = None
    path: str | None = None
    superseded: bool = False
    language: str | None = None
    modified: str | None = None
    modified_source: DateSource | None = None
    imported: str | None = None
    rights: str | None = None
    corrections: tuple[str, ...] = ()
    group: int | None = None

    @property
    def date_certainty(self) -> Certainty | None:
        """How sure the day of publication is: "stated", "read" from the text, or "guessed"."""
        return CERTAINTY[self.date_source] if self.date_source else None

    @property
    def modified_certainty(self) -> Certainty | None:
        """How sure the day of the last change is, in the same words."""
        return CERTAINTY[self.modified_source] if self.modified_source else None

    @property
    def label(self) -> str:
        """What to call the article where a reader sees it: its title, else its id."""
        return self.title or self.id

    def to_dict(self, *, text: bool = True) -> dict[str, Any]:
        """The article as JSON-ready values; without its text on ``text=False``."""
        data = asdict(self)
        data["corrections"] = list(self.corrections)
        data["date_certainty"] = self.date_certainty
        data["modified_certainty"] = self.modified_certainty
        if not text:
            del data["text"]
        return data


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: ``article.text[start:end] == text``.

    ``score`` is the ranking score of the search that found it, 0.0 outside a search. Scores order
    the passages of one search; they are not comparable between searches.
    """

    id: str
    article_id: str
    text: str
    start: int
    end: int
    score: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """The passage as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DateMention:
    """Words of a quote that name a day relative to the article's own date, and that day."""

    text: str
    date: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands: ``article.text[start:end] == quote``, always.

    ``article`` holds the article's facts; its ``text`` is left out of the JSON form.
    ``highlights`` are the words that answer, as spans into ``quote``. ``same_as`` is the number of the
    citation that says the same and is quoted in the answer, where this one is only named beside it;
    ``reports`` counts on that one how many independent reports say it: an outlet counts once, and so do
    copies of one story.
    """

    number: int
    quote: str
    start: int
    end: int
    passage_id: str
    article: Article
    highlights: tuple[Span, ...] = ()
    said_by: str | None = None
    dates: tuple[DateMention, ...] = ()
    same_as: int | None = None
    reports: int = 1

    def to_dict(self) -> dict[str, Any]:
        """The citation as JSON-ready values, the article without its text."""
        return {
            "number": self.number,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "passage_id": self.passage_id,
            "highlights": [asdict(span) for span in self.highlights],
            "said_by": self.said_by,
            "dates": [asdict(mention) for mention in self.dates],
            "same_as": self.same_as,
            "reports": self.reports,
            "article": self.article.to_dict(text=False),
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """One source's value in a disagreement; ``citation`` is the citation's number."""

    value: str
    said_by: str | None
    citation: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Different values that the sources give for the same thing."""

    about: str
    claims: tuple[Claim, ...]

    def to_dict(self) -> dict[str, Any]:
        """The disagreement as JSON-ready values."""
        return {"about": self.about, "claims": [asdict(claim) for claim in self.claims]}


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """A dated step; ``citation`` is the citation's number.

    ``date`` is YYYY-MM-DD. ``precision`` says how it is known: "day" where the quote names the day, "month"
    where it names the month alone (``date`` is then its first day), "publication" where it names none and
    ``date`` is the day on which the article reported it.
    """

    date: str
    text: str
    citation: int
    precision: Precision = "day"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many articles the index holds, and the first and last day they were published."""

    articles: int = 0
    first: str | None = None
    last: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The coverage under the JSON names ``articles``, ``from`` and ``to``."""
        return {"articles": self.articles, "from": self.first, "to": self.last}


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question with its answer; a Turn of a chat also knows what was cited."""

    question: str
    answer: str = ""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer while it is being written: the whole text so far, replacing the last Draft.

    ``text[:checked]`` is finished: its citations are true and ``unsupported`` are its sentences that nothing
    supports. What follows is not checked yet. Where nothing is checked on the way, ``checked`` is 0.
    """

    text: str
    unsupported: tuple[Span, ...] = ()
    checked: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or the reason why there is none.

    Every ``[n]`` in ``text`` has the citation with that number and the reverse. A declined answer
    (``answered`` false) has no citations, confidence 0, the ``reason``, and the nearest
    ``passages``. ``text`` is plain text. ``confidence`` is a probability from 0 to 1.
    """

    question: str
    text: str
    answered: bool
    standalone_question: str = ""
    reason: Reason | None = None
    method: Method = "none"
    confidence: float = 0.0
    notices: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    unsupported: tuple[Span, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    timeline: tuple[TimelineEvent, ...] = ()
    coverage: Coverage = Coverage()
    passages: tuple[Passage, ...] = ()
    model: str | None = None
    usage: Mapping[str, int] | None = None
    config_hash: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """The text, then one line for each source: what a terminal or a print shows."""
        lines = [self.text]
        if self.citations:
            lines.append("")
        for citation in self.citations:
            article = citation.article
            known = [article.publisher, article.published or "undated", article.label]
            lines.append(f"[{citation.number}] " + ", ".join(part for part in known if part))
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values, with every key of the contract."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answered": self.answered,
            "text": self.text,
            "reason": self.reason,
            "method": self.method,
            "confidence": self.confidence,
            "notices": list(self.notices),
            "citations": [citation.to_dict() for citation in self.citations],
            "unsupported": [asdict(span) for span in self.unsupported],
            "disagreements": [disagreement.to_dict() for disagreement in self.disagreements],
            "timeline": [asdict(event) for event in self.timeline],
            "coverage": self.coverage.to_dict(),
            "passages": [passage.to_dict() for passage in self.passages],
            "model": self.model,
            "usage": dict(self.usage) if self.usage is not None else None,
            "config_hash": self.config_hash,
            "timings_ms": dict(self.timings_ms),
        }


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a search may use. Days are ISO dates and include themselves.

    Undated articles fail ``since`` and ``until`` and pass ``as_of``; ``publisher`` is compared after
    case folding; ``articles`` are ids.
    """

    as_of: str | None = None
    since: str | None = None
    until: str | None = None
    publisher: str | None = None
    articles: tuple[str, ...] | None = None

    def admit(self, article: Article) -> bool:
        """Whether an article passes every filter."""
        day = article.published
        if self.as_of and day and day > self.as_of:
            return False
        if self.since and not (day and day >= self.since):
            return False
        if self.until and not (day and day <= self.until):
            return False
        if self.publisher and (article.publisher or "").casefold() != self.publisher.casefold():
            return False
        return self.articles is None or article.id in self.articles
