"""Different figures for the same thing, side by side: which sources give which, and which have changed theirs.

A disagreement that is none misleads more than one that is missed: figures are held against each other only
where both are of what the question asks, of the same place and time.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from qa_bot.candidates import Candidate
from qa_bot.expansion import Expanded
from qa_bot.figures import (
    EVENTS,
    NEAR,
    ROUNDED,
    Asked,
    Stated,
    asked_of,
    figures,
    overlap,
    periods_of,
    same,
)
from qa_bot.lexicon import Phrase
from qa_bot.quantities import Quantity
from qa_bot.question import Question
from qa_bot.sameness import (
    clause_with,
    counted_by,
    holders,
    is_clear,
    is_shared_subject,
    night,
    of_clause,
    sets_apart,
)
from qa_bot.types import Article, Citation, Claim, Disagreement, Span

SaidBy = Callable[[Article, Span], str | None]


# --- what is found ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """One value and all who give it, best sentence first.

    ``replaced``: every outlet that gave it has given another value on a later day.
    """

    values: tuple[Stated, ...]
    replaced: bool = False

    @property
    def best(self) -> Stated:
        """The figure in the sentence that answers best: the one to quote."""
        return self.values[0]

    @property
    def outlets(self) -> tuple[str, ...]:
        """The outlets that give it, once each; an article whose outlet is not known counts as one."""
        return tuple(dict.fromkeys(_outlet(value.article) for value in self.values))


@dataclass(frozen=True, slots=True)
class Difference:
    """Different values for the same thing, the best sentence's first; two sides at least.

    ``contradict``: two of them cannot both be true, as 10,000 and 11,000; not "more than 10,000" and 11,000.
    """

    about: str
    sides: tuple[Side, ...]
    contradict: bool

    @property
    def quotes(self) -> tuple[Candidate, ...]:
        """The sentence to quote for each side."""
        return tuple(side.best.candidate for side in self.sides)

    @property
    def opening(self) -> str:
        """How a reader is told of it, before the values."""
        if len(self.current) == 1:
            return "The figure has changed"
        return "The figures differ" if self.contradict else "The figures differ in how exact they are"

    @property
    def current(self) -> tuple[Side, ...]:
        """The sides that some outlet still stands by; one alone when a single outlet brought its figure up to date."""
        return tuple(side for side in self.sides if not side.replaced)


def disagreements(
    question: Question,
    expanded: Sequence[Expanded],
    candidates: Sequence[Candidate],
    *,
    reach: float = NEAR,
    said_by: SaidBy | None = None,
) -> tuple[Difference, ...]:
    """Where the best sentences give different values for what a question asks; empty for most questions.

    Args:
        question: the question, taken apart.
        expanded: its units with the forms that the index holds of them.
        candidates: the sentences, best first, as `candidates.judge` gives them.
        reach: how far below the best score a sentence counts.
        said_by: who says what stands at a span of an article; an outlet that quotes another speaker on a later
            day has not changed its figure.
    """
    asked = asked_of(question, expanded)
    waiting = list(figures(asked, candidates, reach)) if asked else []
    found = []
    while asked and asked.anchored and waiting:
        group: list[Stated] = []
        for value in waiting:
            if all(_comparable(asked, member, value) for member in group):
                group.append(value)
        waiting = [value for value in waiting if value not in group]
        group = [value for value in group if not _may_be_either(asked, value, group, waiting)]
        sides = _sides(group)
        if len(sides) > 1:
            marked = tuple(replace(side, replaced=_is_replaced(side, sides, said_by)) for side in sides)
            found.append(Difference(about(question), marked, _contradict(sides)))
    return tuple(found)


def as_cited(
    difference: Difference, citations: Sequence[Citation], said_by: SaidBy | None = None
) -> Disagreement | None:
    """The difference as the answer shows it: a claim for each value, outlet and speaker that is cited.

    None when fewer than two of its values stand in the citations.
    """
    claims: list[Claim] = []
    shown = 0
    for side in difference.sides:
        own: dict[tuple[int, str | None], Claim] = {}
        for value in side.values:
            number = _number_of(value, citations)
            if number is not None:
                speaker = _speaker(value, said_by)
                own.setdefault((number, speaker), Claim(value.text, speaker, number))
        shown += bool(own)
        claims += own.values()
    return Disagreement(difference.about, tuple(claims)) if shown > 1 else None


def _speaker(value: Stated, said_by: SaidBy | None) -> str | None:
    """Who gives a figure, where the sentence has one source, or sets one against another; else None."""
    if said_by is None:
        return None
    text, sentence, figure = value.article.text, value.candidate.span, value.quantity.span
    counted = counted_by(text, sentence, figure)
    if counted is not None:
        return counted
    if is_clear(text, sentence, figure) or is_shared_subject(text, sentence, figure):
        named = said_by(value.article, figure)
        return re.sub(r" (?:all|both|each)\Z", "", named) if named else None
    clause = clause_with(text, sentence, figure)
    at = clause.find(value.text)
    own = Span(at, at + len(value.text))
    if at < 0 or not is_clear(clause, Span(0, len(clause)), own):
        return None
    return counted_by(clause, Span(0, len(clause)), own) or said_by(of_clause(value.article, clause), own)


def _number_of(value: Stated, citations: Iterable[Citation]) -> int | None:
    span = value.quantity.span
    for citation in citations:
        if (
            citation.article.id == value.article.id
            and citation.start <= span.start
            and span.end <= citation.end
        ):
            return citation.number
    return None


def about(question: Question) -> str:
    """What a question asks the number of, in its own words: "North Korean soldiers in the Kursk region"."""
    text = _ASIDE.sub("", question.text).strip()
    first = text.partition("? ")[0].rstrip("?!. ")
    match = _ASKS.search(first)
    rest = first[match.end() :].strip() if match else ""
    moved = _HAS.fullmatch(rest)
    if moved and not _VERB.search(moved["what"]) and not _VERB.search(moved["rest"]):
        return f"{moved['what']} {moved['who']} {moved['has']} {moved['rest']}"
    joined = _AUXILIARY.sub(" ", rest, count=1).strip()
    if not joined or _VERB.search(joined) or _OPENS.match(rest):
        return first
    named = match is not None and bool(
        re.search(r"\b(?:the|total) \Z", first[: match.start()], re.IGNORECASE)
    )
    return joined if joined != rest or named else first


_ASKS = re.compile(r"\bhow (?:many|much)\b(?: of the)?|\b(?:number|amount|total|count) of\b", re.IGNORECASE)
# Before what was done to things, or where they are: "soldiers are in", "people were killed".
_AUXILIARY = re.compile(
    r"\s(?:are|were|is|was|have been|has been)(?: there)?\s(?=(?:in|at|on|near|off|inside|aboard|under|from)\b|[a-z]{2,}ed\b"
    r"|(?:lost|hurt|shot|sent|held|found|taken|born|sold|hit|built|caught|stolen|given|paid|made|burn(?:ed|t)|drowned)\b)",
    re.IGNORECASE,
)
_HAS = re.compile(
    r"(?P<what>.+?) (?P<has>has|have|had) (?P<who>(?:the )?[A-Z]\w*(?: [A-Z]\w*)*) (?P<rest>[a-z].*)"
)
_VERB = re.compile(
    r"\b(?:did|does|do|is|are|was|were|will|would|can|could|has|have|had|should|may|might|and (?:when|who|what|why|how|where))\b",
    re.IGNORECASE,
)
_OPENS = re.compile(rf"(?:{_VERB.pattern}|in|at|on|more|it|they|he|she)\b", re.IGNORECASE)
_ASIDE = re.compile(
    r"^(?:please |according to [^,]+, |so |and |but )+|,? (?:according to|do the (?:sources|articles|outlets)).*",
    re.I,
)


# --- same and different -------------------------------------------------------------------------------


def _comparable(asked: Asked, one: Stated, other: Stated) -> bool:
    """Whether two figures that both fit the question are of the same thing at the same time."""
    a, b = one.quantity, other.quantity
    if (a.measure, a.currency) != (b.measure, b.currency):
        return False
    if a.by != b.by and (not asked.tells_whose or (a.by and b.by)):
        return False  # of two who have, send or lose them
    if a.of != b.of and (len(a.of | b.of) != 1 or not asked.tells_whose):
        return False  # of others; or of two countries together; or of some, and nobody asked of whom
    if not asked.places and not _alike(asked.elsewhere(a.places), asked.elsewhere(b.places)):
        return False
    if not _same_size(a, b) or not (one.article.id != other.article.id or asked.may_quote(one, other)):
        return False
    if not _one_thing(asked, one, other) or not _one_time(one, other):
        return False
    event = bool(a.states & EVENTS)
    if _days_between(one.article, other.article) > (_DAYS_OF_EVENT if event else _DAYS_OF_STATE):
        return False
    return overlap(periods_of(one.candidate, coarse=not event), periods_of(other.candidate, coarse=not event))


def _one_thing(asked: Asked, one: Stated, other: Stated) -> bool:
    """Whether nothing tells what figures are of apart: "a sister ship", "repairs of", "Berg's damages"."""
    known = asked.known | asked.named
    measured = one.quantity.measure != "count"
    apart = [sets_apart(value.candidate.text, known, measured=measured) for value in (one, other)]
    if apart[0] != apart[1]:
        return False
    some, others = (
        holders(value.article.text, value.candidate.span, value.quantity.span, known)
        for value in (one, other)
    )
    return not some or not others or bool(some & others)


def _one_time(one: Stated, other: Stated) -> bool:
    """Whether what one tells of may have happened by the time of the other, and on the same night."""
    if not one.quantity.states & EVENTS and not other.quantity.states & EVENTS:
        return True
    nights = [night(value.candidate.text, value.article.published) for value in (one, other)]
    if all(nights) and nights[0] != nights[1]:
        return False
    for value, ended, against in ((one, nights[0], other), (other, nights[1], one)):
        if against.article.published is None:
            continue
        by = datetime.date.fromisoformat(against.article.published)
        told = [item.first for item in periods_of(value.candidate) if item.first]
        if told and min(told) > by:
            return False
        if ended and ended - datetime.timedelta(days=1) > by:
            return False
    return True


def _may_be_either(asked: Asked, value: Stated, group: Sequence[Stated], others: Sequence[Stated]) -> bool:
    """Whether a figure fits those of its group as well as one of another time, which they are not of."""
    return any(
        _comparable(asked, value, other)
        and any(not overlap(periods_of(member.candidate), periods_of(other.candidate)) for member in group)
        for other in others
        if periods_of(other.candidate)
    )


# Days between two articles from which figures are of another event, or of another state of things.
_DAYS_OF_EVENT, _DAYS_OF_STATE = 7, 90


def _same_size(one: Quantity, other: Quantity) -> bool:
    """Whether figures are near enough to be told of one thing: a day's dead are not a war's."""
    small, large = sorted((one.high, other.high))
    return large <= small * _TIMES


_TIMES = 5


def _alike(some: frozenset[Phrase], others: frozenset[Phrase]) -> bool:
    """Whether places are the same, maybe written longer and shorter: "Kursk", "Kursk region"."""
    if not some or not others:
        return some == others
    return _all_in(some, others) and _all_in(others, some)


def _all_in(some: Iterable[Phrase], others: Iterable[Phrase]) -> bool:
    return all(any(a[: len(b)] == b or b[: len(a)] == a for b in others) for a in some)


def _days_between(one: Article, other: Article) -> int:
    if not one.published or not other.published:
        return 0
    first, second = map(datetime.date.fromisoformat, (one.published, other.published))
    return abs((first - second).days)


def _sides(values: Sequence[Stated]) -> list[Side]:
    """Values as sides, those that say the same joined, in the order in which they come."""
    sides: list[list[Stated]] = []
    for value in values:
        side = next((side for side in sides if same(side[0].quantity, value.quantity)), None)
        if side is None:
            sides.append([value])
        else:
            side.append(value)
    return [Side(tuple(side)) for side in sides]


def _bounds(quantity: Quantity) -> tuple[float, float]:
    low, high = quantity.low, quantity.high
    if quantity.comparison == "about":
        return low * (1 - ROUNDED), high * (1 + ROUNDED)
    if quantity.comparison in ("more", "at_least"):
        return low, float("inf")
    if quantity.comparison in ("less", "at_most"):
        return 0.0, high
    return low, high


def _contradict(sides: Sequence[Side]) -> bool:
    bounds = [_bounds(side.best.quantity) for side in sides]
    return any(a[1] < b[0] or b[1] < a[0] for i, a in enumerate(bounds) for b in bounds[:i])


def _outlet(article: Article) -> str:
    return (article.publisher or article.id).casefold()


def _is_replaced(side: Side, sides: Sequence[Side], said_by: SaidBy | None) -> bool:
    """Whether all who gave a value have given another on a later day."""
    others = [value for other in sides if other is not side for value in other.values]
    return all(any(_updates(later, value, said_by) for later in others) for value in side.values)


def _updates(later: Stated, value: Stated, said_by: SaidBy | None) -> bool:
    old, new = value.article, later.article
    if not (old.publisher and old.published and new.published) or _outlet(old) != _outlet(new):
        return False
    if new.published <= old.published:
        return False
    if said_by is None:
        return True
    speakers = _speaker(value, said_by), _speaker(later, said_by)
    return None in speakers or speakers[0] == speakers[1]
