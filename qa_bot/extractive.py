"""Evidence to an answer without a language model: the sentences that hold it, each with its source."""

from __future__ import annotations

import datetime
import itertools
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qa_bot.agreement import figure, independent, says_same
from qa_bot.attribution import said_by
from qa_bot.candidates import Candidate
from qa_bot.citations import cite, shown
from qa_bot.dates import long_date
from qa_bot.disagreement import Difference
from qa_bot.evidence import Evidence
from qa_bot.overview import Sentence, Step
from qa_bot.question import Question
from qa_bot.quotable import running
from qa_bot.text import sentences, terms
from qa_bot.types import Article, Citation, Disagreement, Reason, Span, TimelineEvent
from qa_bot.who_when import Other

MAX_WORDS = 120
_LABEL_CHARS = 50  # of a title that stands in for a publisher who is not known
_MOST_SENTENCES = 5
# A further sentence is shown when its score is this near the best one's. Of eval's news questions 59 % got a right
# answer with 3 and 60 % with 4.5, in 88 and 95 words ...
_NEAR = 4.0
# ... and it says something else: fewer than this share of its words stand in one already chosen.
_SAME = 0.7
_OPENS_WITH_PRONOUN = re.compile(
    r"[\"“‘(]*(?:he|she|they|it|his|her|their|its|this|that|these|those|him|them|the (?:two|former|latter|move|deal|plan))\b",
    re.IGNORECASE,
)
_MOST_OTHERS = 4  # articles cited for saying what another one says
_QUOTE_WORDS = 80  # of a quote made of neighbouring sentences


@dataclass(frozen=True, slots=True)
class Written:
    """An answer's text with its citations."""

    text: str
    citations: tuple[Citation, ...]


def write(question: Question, evidence: Evidence, must: Sequence[Candidate] = ()) -> Written:
    """The best sentences, a line each: publisher, date, the article's words, the citation's number.

    Other articles that say the same as a sentence are cited on its line. The sentences of ``must`` are all
    quoted, whatever their number and length.
    """
    lines: list[str] = []
    citations: list[Citation] = []
    room = MAX_WORDS
    needed = [(candidate.article.id, candidate.span) for candidate in must]
    chosen = _chosen(question, evidence, must)
    for quote in _quotes(chosen):
        citation = cite(len(citations) + 1, quote.article, quote.span, quote.passage_id, quote.answers)
        citation = replace(citation, said_by=_source_of(quote))
        line = f"{source(quote.article)}: {shown(citation.quote)} [{citation.number}]"
        room -= len(line.split())
        if citations and room < 0 and not any(quote.holds(*sentence) for sentence in needed):
            continue
        others = [
            replace(
                cite(citation.number + place, other.article, other.span, other.passage_id, other.answers),
                same_as=citation.number,
            )
            for place, other in enumerate(_same_elsewhere(question, quote.best, evidence, chosen), 1)
        ]
        reports = independent([each.article for each in (citation, *others)])
        lines.append(line + days_meant(citation) + _also(others, reports))
        room -= 5 * len(others)
        citations += [replace(citation, reports=reports), *others]
    return Written("\n".join(lines), tuple(citations))


def _same_elsewhere(
    question: Question, best: Candidate, evidence: Evidence, chosen: Sequence[Candidate]
) -> list[Candidate]:
    """The best sentence of each other article that says the same and is not quoted itself; a few of them."""
    found: dict[str, Candidate] = {}
    for item in evidence.candidates:
        if item.article.id in {best.article.id, *found} or any(item is quoted for quoted in chosen):
            continue
        if says_same(question, best, item):
            found[item.article.id] = item
    return list(found.values())[:_MOST_OTHERS]


def _also(others: Sequence[Citation], reports: int) -> str:
    """Where else the same stands: " Also in Harbour Daily, 5 November 2024 [2]: reported by 2 outlets."; or ""."""
    if not others:
        return ""
    named = "; ".join(f"{source(each.article)} [{each.number}]" for each in others)
    return f" Also in {named}" + (f": reported by {reports} outlets." if reports > 1 else ".")


def _source_of(quote: _Quote) -> str | None:
    """Who says what a quote says: of all of it, or else of the sentence that answers."""
    return said_by(quote.article.text, quote.span, quote.best.span)


def with_differences(
    written: Written, differences: Sequence[tuple[Difference | Other, Disagreement]]
) -> Written:
    """The text with a line before it for each set of figures, persons or days that quotes give for one thing."""
    lines = [_difference_line(*difference) for difference in differences]
    return replace(written, text="\n".join([*lines, written.text]))


def _difference_line(difference: Difference | Other, cited: Disagreement) -> str:
    values = []
    for value, claims in itertools.groupby(cited.claims, key=lambda claim: claim.value):
        held = list(claims)
        speakers = ", ".join(dict.fromkeys(shown(claim.said_by) for claim in held if claim.said_by))
        marks = "".join(f"[{number}]" for number in sorted({claim.citation for claim in held}))
        values.append(f"{shown(value)}{f' ({speakers})' if speakers else ''} {marks}")
    return f"{difference.opening}: {'; '.join(values)}."


def write_overview(chosen: Sequence[Sentence]) -> Written:
    """Sentences as they are given, those of one article behind one another on its line."""
    lines: list[str] = []
    citations: list[Citation] = []
    for item in chosen:
        citation = cite(len(citations) + 1, item.article, item.span, item.passage_id)
        citation = replace(citation, said_by=said_by(item.article.text, item.span))
        quote = f"{shown(citation.quote)} [{citation.number}]{days_meant(citation)}"
        if citations and citations[-1].article.id == item.article.id:
            lines[-1] += f" {quote}"
        else:
            lines.append(f"{source(item.article)}: {quote}")
        citations.append(citation)
    return Written("\n".join(lines), tuple(citations))


def write_outlets(chosen: Sequence[Sentence], *, of_articles: bool) -> Written:
    """How many outlets (or articles) there are, then a line each with its sentence.

    Those for whose sentence there is no room stand on a last line, cited without their words.
    """
    room = MAX_WORDS
    lines: list[str] = []
    named: list[str] = []
    citations: list[Citation] = []
    for number, item in enumerate(chosen, 1):
        citation = cite(number, item.article, item.span, item.passage_id)
        citations.append(replace(citation, said_by=said_by(item.article.text, item.span)))
        room -= len(item.text.split())
        if lines and room < 0:
            named.append(f"{source(item.article)} [{number}]")
        else:
            lines.append(f"{source(item.article)}: {shown(citation.quote)} [{number}]{days_meant(citation)}")
    if named:
        lines.append(f"Also {'; '.join(named)}.")
    if len(chosen) > 1:
        reports = independent([item.article for item in chosen])
        copied = f", {reports} of them independent" if reports < len(chosen) and not of_articles else ""
        lines.insert(0, f"Found in {len(chosen)} {'articles' if of_articles else 'outlets'}{copied}:")
    return Written("\n".join(lines), tuple(citations))


def write_countries(say: str, chosen: Sequence[tuple[Sentence, Sequence[tuple[str, Span]]]]) -> Written:
    """A line that names the countries, each with its citation, then the sentences as far as there is room.

    Args:
        say: what the first line begins with: "The articles name".
        chosen: sentences, each with the countries it says something of and where its article names them.
    """
    room = MAX_WORDS
    lines: list[str] = []
    names: list[str] = []
    citations: list[Citation] = []
    for number, (item, named) in enumerate(chosen, 1):
        marks = [span for _, span in named]
        citation = cite(number, item.article, item.span, item.passage_id, marks)
        citations.append(replace(citation, said_by=said_by(item.article.text, item.span)))
        names += [f"{name} [{number}]" for name, _ in named]
        room -= len(item.text.split())
        if number == 1 or room >= 0:
            lines.append(f"{source(item.article)}: {shown(citation.quote)} [{number}]{days_meant(citation)}")
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]
    first = f"{say} {listed}."
    return Written("\n".join([first, *lines]), tuple(citations))


def write_timeline(steps: Sequence[Step]) -> tuple[Written, tuple[TimelineEvent, ...]]:
    """Dated steps, a line each: when, publisher, the article's words, the citation's number."""
    lines: list[str] = []
    citations: list[Citation] = []
    events: list[TimelineEvent] = []
    for number, step in enumerate(steps, 1):
        article, span = step.sentence.article, step.sentence.span
        marks = [step.words] if step.words else []
        citation = cite(number, article, span, step.sentence.passage_id, marks)
        citation = replace(citation, said_by=said_by(article.text, span))
        lines.append(f"{_when(step)} - {outlet(article)}: {shown(citation.quote)} [{number}]")
        citations.append(citation)
        events.append(TimelineEvent(step.date, citation.quote, number, step.precision))
    return Written("\n".join(lines), tuple(citations)), tuple(events)


def _when(step: Step) -> str:
    """A step's date as a reader is shown it: "5 November 2024", "November 2024", "reported 5 November 2024"."""
    month = step.precision == "month"
    day = f"{datetime.date.fromisoformat(step.date):%B %Y}" if month else long_date(step.date)
    if step.until:
        day = f"{day} to {long_date(step.until)}"
    if step.precision == "publication":
        return f"reported {day}"
    return f"planned for {day}" if step.planned else day


def days(first: str | None, last: str | None) -> str:
    """Days as a reader is shown them: "on 5 November 2024", "since ...", "until ...", "from ... to ..."."""
    if first and last:
        return f"on {long_date(first)}" if first == last else f"from {long_date(first)} to {long_date(last)}"
    return f"since {long_date(first)}" if first else f"until {long_date(last)}"


def drafts(text: str) -> Iterator[str]:
    """A text as it grows, a line at a time."""
    lines = text.split("\n")
    for count in range(1, len(lines) + 1):
        yield "\n".join(lines[:count])


def source(article: Article) -> str:
    """Publisher and date as a reader is shown them: "Harbour Daily, 5 November 2024"."""
    return f"{outlet(article)}, {long_date(article.published)}"


def outlet(article: Article) -> str:
    """Whom a reader is told that an article is of: its publisher, else its title."""
    return shown(article.publisher or textwrap.shorten(article.label, _LABEL_CHARS, placeholder="…"))


def days_meant(citation: Citation) -> str:
    """The days that a quote's words mean, as a reader is shown them: " (Monday: 4 November 2024)"; or "".

    Of a day and month ("3 December") the year goes without saying.
    """
    days = [
        f"{shown(mention.text)}: {long_date(mention.date)}"
        for mention in citation.dates
        if not any(letter.isdigit() for letter in mention.text)
    ]
    return f" ({'; '.join(days)})" if days else ""


def decline(reason: Reason, missing: Sequence[str]) -> str:
    """The sentence that says why there is no answer."""
    names = dict.fromkeys(re.sub(r"['’]s?$", "", name) for name in missing)
    named = " or ".join(f"“{shown(name)}”" for name in names)
    if reason == "missing_term":
        return f"No article mentions {named}."
    if reason == "false_premise":
        return f"The articles do not say this of {named}."
    if reason == "empty_index":
        return "The index holds no articles yet. Add some: qa-bot index PATH"
    if reason == "out_of_range":
        if missing:
            return f"The articles end before the time that the question asks about: {named}."
        return "No article passes the filters on date, publisher and article."
    if missing:
        return f"The articles do not tell: no passage that comes near speaks of {named}."
    return "The articles do not tell."


@dataclass(frozen=True, slots=True)
class _Quote:
    """One or more neighbouring sentences of an article that are cited together."""

    article: Article
    span: Span
    passage_id: str
    answers: tuple[Span, ...]
    best: Candidate  # the best sentence of it

    def holds(self, article_id: str, span: Span) -> bool:
        """Whether a sentence is part of it."""
        return self.article.id == article_id and self.span.start <= span.start and span.end <= self.span.end


def _chosen(question: Question, evidence: Evidence, must: Sequence[Candidate]) -> list[Candidate]:
    candidates = evidence.candidates
    if must:  # each side of a disagreement; what else is near says the same again
        return list({(item.article.id, item.span): item for item in must}.values())
    near = [item for item in candidates if item.score >= candidates[0].score - _NEAR]
    chosen: list[Candidate] = []
    for candidate in _new_figures_first(near):
        if len(chosen) == _MOST_SENTENCES:
            break
        if not any(
            _overlap(candidate, other) >= _SAME
            or (candidate.article.id != other.article.id and says_same(question, other, candidate))
            for other in chosen
        ):
            chosen.append(candidate)
    return chosen


def _new_figures_first(near: Sequence[Candidate]) -> list[Candidate]:
    """Sentences that add a figure before those that repeat one, so that differing ones are all seen."""
    seen: set[str] = set()
    new: list[Candidate] = []
    repeated: list[Candidate] = []
    for candidate in near:
        figures = {figure(candidate.article.text, span) for span in candidate.answers}
        figures.discard("")
        (repeated if figures and figures <= seen else new).append(candidate)
        seen |= figures
    return [*new, *repeated]


def _quotes(chosen: Sequence[Candidate]) -> list[_Quote]:
    """Chosen sentences as quotes: those that stand side by side in an article become one."""
    quotes: list[_Quote] = []
    for position, candidate in enumerate(chosen):
        span = _with_antecedent(candidate)
        if position == 0 and not candidate.answers:
            span = _with_next(candidate.article.text, span)
        new = _Quote(candidate.article, span, candidate.passage_id, candidate.answers, candidate)
        joined = next((i for i, quote in enumerate(quotes) if _side_by_side(quote, new)), None)
        if joined is None:
            quotes.append(new)
        else:
            quotes[joined] = _joined(quotes[joined], new)
    return quotes


def _side_by_side(quote: _Quote, other: _Quote) -> bool:
    """Whether nothing but white space stands between two quotes of an article, and both are short."""
    if quote.article.id != other.article.id:
        return False
    first, second = sorted((quote.span, other.span), key=lambda span: span.start)
    between = quote.article.text[first.end : second.start]
    whole = quote.article.text[first.start : max(first.end, second.end)]
    return not between.strip() and (second.start < first.end or len(whole.split()) <= _QUOTE_WORDS)


def _joined(quote: _Quote, other: _Quote) -> _Quote:
    span = Span(min(quote.span.start, other.span.start), max(quote.span.end, other.span.end))
    return replace(quote, span=span, answers=quote.answers + other.answers)


def _overlap(candidate: Candidate, other: Candidate) -> float:
    own, theirs = set(terms(candidate.text)), set(terms(other.text))
    return len(own & theirs) / max(min(len(own), len(theirs)), 1)


def _with_next(text: str, span: Span) -> Span:
    """A quote with the sentence after it in its paragraph, where the reason or the words often stand."""
    following = next((after for after in sentences(text) if after.start >= span.end), None)
    if following is None or "\n" in text[span.end : following.start]:
        return span
    whole = Span(span.start, following.end)
    return whole if len(text[whole.start : whole.end].split()) <= _QUOTE_WORDS else span


def _with_antecedent(candidate: Candidate) -> Span:
    """The sentence, with the one before it when it opens with a pronoun and both are short."""
    text = candidate.article.text
    if not _OPENS_WITH_PRONOUN.match(candidate.text):
        return candidate.span
    before = [span for span in sentences(text) if span.end <= candidate.span.start]
    if not before or before[-1] not in running(text):  # a caption or heading stands between
        return candidate.span
    span = Span(before[-1].start, candidate.span.end)
    return span if len(text[span.start : span.end].split()) <= _QUOTE_WORDS else candidate.span
