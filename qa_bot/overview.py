"""Sentences to an overview: the few most telling ones of articles or on a topic, and what happened when.

A sentence is telling when it is like many others: LexRank (Erkan and Radev 2004), a random walk over the
cosines of tf-idf vectors, drawn towards the first sentences of articles, as news is written from the most
important to the least; with a topic towards what speaks of it (biased LexRank: Otterbacher, Erkan and Radev
2005). Of the telling ones those are taken that differ from what is taken already (maximal marginal
relevance: Carbonell and Goldstein 1998). Sentences that need their surroundings are left out.
"""

from __future__ import annotations

import datetime
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qa_bot.candidates import Candidate
from qa_bot.dates import MONTHS, WEEKDAYS, TimeExpression, time_expressions
from qa_bot.expansion import Expanded, Part
from qa_bot.lexicon import stop_terms
from qa_bot.quotable import QUOTED, running, stands_alone
from qa_bot.text import terms
from qa_bot.types import Article, Passage, Precision, Span

Order = Literal["date", "newest", "relevance"]
Matrix = NDArray[np.float64]

MOST_SENTENCES = 5
MOST_WORDS = 120
MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article that can be quoted alone.

    ``place`` counts the article's sentences of running text from 0; ``relevance`` says how far it speaks
    of the topic, 1 where there is none.
    """

    article: Article
    span: Span
    passage_id: str
    place: int
    relevance: float = 1.0

    @property
    def text(self) -> str:
        """The article's words."""
        return self.article.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, when, and the words of the quote that say so (none for ``publication``).

    ``date`` is YYYY-MM-DD, of a month its first day; ``words`` is a span into the article's text; ``planned``
    is what was still to come when it was written; ``until`` the last day of several.
    """

    date: str
    precision: Precision
    sentence: Sentence
    words: Span | None
    planned: bool = False
    until: str | None = None


# --- material: sentences that stand on their own --------------------------------------------------


def read(article: Article, passages: Sequence[Passage], most: int | None = None) -> list[Sentence]:
    """The sentences of an article that can be quoted alone, in order; the first ``most`` of them."""
    found = []
    for place, span in enumerate(running(article.text)):
        passage = next((p for p in passages if p.start <= span.start < p.end), None)
        if passage is not None and stands_alone(article.text, span):
            found.append(Sentence(article, span, passage.id, place))
            if len(found) == most:
                break
    return found


def every(article: Article, passages: Sequence[Passage]) -> list[Sentence]:
    """The sentences of an article, also those that lean on others, in order."""
    return [
        Sentence(article, span, passage.id, place)
        for place, span in enumerate(running(article.text))
        if (passage := next((p for p in passages if p.start <= span.start < p.end), None)) is not None
    ]


def strict(expanded: Sequence[Expanded]) -> tuple[Expanded, ...]:
    """A topic's forms without spellings that begin otherwise: a fact bears a look-alike, a topic does not.

    "Zelenskiy" stays with "Zelensky"; "Tehran", which sounds like "Theranos", goes while articles have that.
    """
    return tuple(
        replace(item, parts=tuple(map(_begins_alike, item.parts))) if item.unit.kind == "name" else item
        for item in expanded
    )


def _begins_alike(part: Part) -> Part:
    own = next(iter(part.forms))
    if part.misspelt or len(own) > 1:
        return part
    return replace(
        part, forms={form: credit for form, credit in part.forms.items() if form[0][:3] == own[0][:3]}
    )


def naming(article: Article, passages: Sequence[Passage], day: datetime.date) -> list[Step]:
    """The sentences of an article that name a day, whatever they say of it, also such as lean on others."""
    found = []
    reference = datetime.date.fromisoformat(article.published) if article.published else None
    for place, span in enumerate(running(article.text)):
        passage = next((p for p in passages if p.start <= span.start < p.end), None)
        for one in time_expressions(article.text[span.start : span.end], reference or _SOME_DAY):
            named = one.first == one.last == day and not (one.relative and reference is None)
            if passage is not None and named:
                item = Sentence(article, span, passage.id, place)
                words = Span(span.start + one.start, span.start + one.end)
                found.append(Step(day.isoformat(), "day", item, words))
                break
    return found


def about(
    candidates: Iterable[Candidate], expanded: Sequence[Expanded], *, loosely: bool = False
) -> list[Sentence]:
    """The judged sentences that speak of the topic and can be quoted alone.

    ``loosely``: of a topic with names those that have one, and the others in what is around them.
    """
    speaks = _names if loosely and any(map(is_name, expanded)) else _speaks_of
    own = {phrase[-1] for item in expanded for part in item.parts for phrase in part.forms}
    places: dict[str, dict[Span, int]] = {}
    found: dict[tuple[str, Span], Sentence] = {}
    going_on: list[Sentence] = []
    for item in candidates:
        if item.article.id not in places:
            places[item.article.id] = {span: place for place, span in enumerate(running(item.article.text))}
        place = places[item.article.id].get(item.span)
        relevance = 0.7 * item.features["coverage"] + 0.3 * item.features["context"]
        if place is None:
            continue
        if not speaks(item, expanded) or not stands_alone(item.article.text, item.span):
            if _goes_on(item.text, expanded):
                going_on.append(Sentence(item.article, item.span, item.passage_id, place, relevance))
            continue
        if own.isdisjoint(terms(item.text)[:_EARLY]):
            relevance *= _MENTIONED
        found.setdefault(
            (item.article.id, item.span),
            Sentence(item.article, item.span, item.passage_id, place, relevance),
        )
    first: dict[str, int] = {}
    for each in found.values():
        first[each.article.id] = min(each.place, first.get(each.article.id, each.place))
    after = [each for each in going_on if each.place > first.get(each.article.id, each.place)]
    return [*found.values(), *after]


def _goes_on(text: str, expanded: Sequence[Expanded]) -> bool:
    """Whether a sentence begins with what a topic is: "The plan ..." of "Victory Plan"."""
    topic = " ".join(item.unit.text for item in expanded).split()
    if len(topic) < _LEAST_OF_A_NAME or expanded[-1].unit.kind == "place":
        return False
    other = r"(?! (?:of|by|from|for|to|that|which|who|in|at)\b)"  # "the plan of the opposition" is another
    return bool(re.match(rf"\W*the {re.escape(topic[-1])}\b{other}", text, re.IGNORECASE))


_LEAST_OF_A_NAME = 2  # words: "Victory Plan"


def mentions(candidates: Iterable[Candidate], expanded: Sequence[Expanded]) -> list[Sentence]:
    """The judged sentences that have a topic's names, or of a topic without names all its words, themselves.

    For a topic of which no sentence that can be quoted alone speaks: each comes with those before it in its
    paragraph that it leans on, as far as there is room.
    """
    named = [is_name(item) for item in expanded]
    found: dict[tuple[str, Span], Sentence] = {}
    for item in candidates:
        needed = [own for own, name in zip(item.own, named, strict=True) if name or not any(named)]
        places = {span: place for place, span in enumerate(running(item.article.text))}
        spoken_of = needed and min(needed) >= _OWN_ONE and min(item.covered) >= _PRESENT
        if spoken_of and item.span in places:
            span = _with_support(item.article.text, item.span, list(places))
            relevance = item.features["coverage"]
            found.setdefault(
                (item.article.id, item.span),
                Sentence(item.article, span, item.passage_id, places[item.span], relevance),
            )
    return list(found.values())


def _with_support(text: str, span: Span, sentences: Sequence[Span]) -> Span:
    """A sentence with those before it in its paragraph, back to one that stands alone; or else itself."""
    if stands_alone(text, span):
        return span
    for before in reversed([one for one in sentences if one.end <= span.start]):
        between, whole = text[before.end : span.start], text[before.start : span.end]
        if "\n" in between or len(whole.split()) > _SUPPORT_WORDS:
            break
        if stands_alone(text, before):
            return Span(before.start, span.end)
    return span


_SUPPORT_WORDS = 80  # of a quote that is made of a sentence and those that it leans on


def unspoken(candidates: Iterable[Candidate], expanded: Sequence[Expanded]) -> tuple[str, ...]:
    """The words of a topic that no judged sentence has, nor one for it, where they are much of the topic."""
    best = np.zeros(len(expanded))
    for candidate in candidates:
        best = np.maximum(best, candidate.covered)
    absent = [
        item
        for item, covered in zip(expanded, best, strict=True)
        if covered < _PRESENT and item.unit.kind not in ("date", "number")
    ]
    if sum(item.weight for item in absent) < _MUCH * sum(item.weight for item in expanded):
        return ()
    return tuple(item.unit.text for item in absent)


_PRESENT = 0.3  # as in evidence.py: below it neither a word nor one for it is there
_MUCH = 0.34  # of the topic's weight
_NAMED = 0.36  # a name stands at least in what is around the sentence
_OWN_ONE, _OWN = 0.7, 0.5  # share of the topic's weight that stands in the sentence itself
_AROUND = 0.6  # ... and in it or around it
_FEW = 3  # words of a topic of which none may be missing
_EARLY = 10  # words, among which a sentence that is about the topic names it ...
_MENTIONED = 0.85  # ... and what one counts that does not


def is_name(item: Expanded) -> bool:
    """Whether a part of a topic is a name, of a place or anything else."""
    return item.unit.kind in ("name", "place")


def _names(item: Candidate, expanded: Sequence[Expanded]) -> bool:
    """Whether every name stands in a sentence or around it, and so many of them in itself as of any topic."""
    named = [covered for unit, covered in zip(expanded, item.covered, strict=True) if is_name(unit)]
    names = sum(unit.weight for unit in expanded if is_name(unit))
    own = item.features["coverage"] * sum(unit.weight for unit in expanded)
    return min(named) >= _NAMED and own >= _OWN * names


def _speaks_of(item: Candidate, expanded: Sequence[Expanded]) -> bool:
    named = [covered for unit, covered in zip(expanded, item.covered, strict=True) if is_name(unit)]
    own = _OWN_ONE if len(expanded) == 1 else _OWN
    if len(expanded) <= _FEW and min(item.covered, default=1.0) < _PRESENT:
        return False
    return (
        item.features["coverage"] >= own
        and item.features["context"] >= _AROUND
        and min(named, default=1.0) >= _NAMED
    )


# --- how telling: LexRank -------------------------------------------------------------------------

_JUMP, _JUMP_TO_TOPIC = 0.15, 0.5  # how often the walk begins anew: the authors' 0.15, more for a topic
_STEPS = 60


def _similar(texts: Sequence[str]) -> Matrix:
    """Cosines of the texts' tf-idf vectors, (n, n)."""
    counts = [Counter(term for term in terms(text) if term not in stop_terms()) for text in texts]
    spread = Counter(term for count in counts for term in count)
    column = {term: index for index, term in enumerate(spread)}
    table = np.zeros((len(texts), max(len(column), 1)))
    for row, count in enumerate(counts):
        for term, times in count.items():
            table[row, column[term]] = times * math.log((len(texts) + 1) / spread[term])
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    table /= np.where(norms > 0, norms, 1.0)
    cosines: Matrix = table @ table.T
    return cosines


def _central(cosines: Matrix, wanted: Matrix, jump: float) -> Matrix:
    """How central each text is, 1 for the most: the walk's share of time at it."""
    links = cosines / np.maximum(cosines.sum(axis=1, keepdims=True), 1e-9)
    start = wanted / max(float(wanted.sum()), 1e-9)
    share: Matrix = np.full(len(start), 1.0 / max(len(start), 1))
    for _ in range(_STEPS):
        moved = jump * start + (1.0 - jump) * (links.T @ share)
        if float(np.abs(moved - share).sum()) < 1e-6:
            break
        share = moved
    return share / max(float(share.max()), 1e-9)


def _form(sentence: Sentence) -> float:
    """A factor for how it is put: leads first, medium length, not mostly somebody's words."""
    text = sentence.text
    count = len(text.split())
    factor = 1.0 + _LEAD / (1 + sentence.place)
    factor *= min(1.0, 0.5 + 0.5 * count / _FULL) if count <= _LONG else 0.8
    if sentence.place and _DEFINITE.match(text):
        factor *= 0.85
    if sentence.place and _SPOKEN_OF.search(text):
        factor *= 0.75
    if sum(len(match[0]) for match in QUOTED.finditer(text)) > len(text) / 2:
        factor *= 0.7
    return factor


_LEAD = 0.4
_FULL, _LONG = 18, 40  # words
_DEFINITE = re.compile(r"[\"“‘']?(?:The [a-z]|[A-Z][a-z]+day['’]s )")  # "The professor wants": which?
_SPOKEN_OF = re.compile(
    r"\b(?:the|that|this|a related|a similar) (?:incident|episode|move|decision|announcement|charges?"
    r"|claims?|comments?|remarks?"
    r"|two|pair|agency|body|group|meeting|statement|report|allegation|accusation|same (?:day|time"
    r"|thing))\b",
    re.IGNORECASE,
)


def _telling(chosen: Sequence[Sentence], cosines: Matrix) -> Matrix:
    form = np.array([_form(item) for item in chosen])
    relevance = np.array([item.relevance for item in chosen])
    topical = bool((relevance < 1.0).any())
    central = _central(cosines, form * relevance, _JUMP_TO_TOPIC if topical else _JUMP)
    scores: Matrix = central * form * (0.4 + 0.6 * relevance)
    return scores


# --- which: maximal marginal relevance ------------------------------------------------------------

_TRADE = 0.7  # what being telling counts against being new
_SAME = 0.5  # cosine from which two sentences say the same: wire copies, rewrites
_SAME_WORDS = 0.7  # ... or this share of the shorter one's words stands in the other
_FLOOR = 0.35  # of the best one's score: below it a sentence is no more telling
_AGAIN = 0.85  # for each sentence of the same article that is taken already


def summarise(
    found: Sequence[Sentence],
    *,
    order: Order,
    one_each: bool = False,
    must: str | None = None,
    most: int = MOST_SENTENCES,
    words: int = MOST_WORDS,
) -> list[Sentence]:
    """The most telling sentences that differ from one another.

    Args:
        found: what there is to choose from.
        order: ``date``: by the article's date, then as they stand; ``newest``: the other way round;
            ``relevance``: the best one's article first.
        one_each: at most one sentence an article.
        must: the id of an article of which there is to be a sentence, if there is any.
        most: how many sentences.
        words: how many words of quotes; the first sentence is taken whatever its length.
    """
    if not found:
        return []
    cosines = _similar([item.text for item in found])
    scores = _telling(found, cosines)
    if order == "newest":
        scores *= _freshness(found)
    own = [set(terms(item.text)) for item in found]
    length = [len(item.text.split()) for item in found]
    taken: list[int] = []
    room = words

    def worth(index: int) -> float:
        near = max((float(cosines[index, other]) for other in taken), default=0.0)
        again = sum(found[other].article.id == found[index].article.id for other in taken)
        gain = _TRADE * scores[index] - (1.0 - _TRADE) * near
        return float(gain * _AGAIN**again if gain > 0 else gain)

    def repeats(index: int, other: int) -> bool:
        shared = len(own[index] & own[other])
        shorter = max(min(len(own[index]), len(own[other])), 1)
        return index == other or cosines[index, other] >= _SAME or shared >= _SAME_WORDS * shorter

    left = _best_of_each(found, scores) if one_each else list(range(len(found)))
    wanted = max(
        (index for index in left if found[index].article.id == must), key=lambda i: scores[i], default=None
    )
    left = [index for index in left if scores[index] >= _FLOOR * scores.max() or index == wanted]
    while left and len(taken) < most:
        best = max(left, key=lambda index: (worth(index), -index))
        if wanted is not None and not taken:
            best = wanted
        room -= length[best]
        taken.append(best)
        left = [index for index in left if length[index] <= room and not repeats(index, best)]
    return _ordered([found[index] for index in taken], order)


def _best_of_each(found: Sequence[Sentence], scores: Matrix) -> list[int]:
    best: dict[str, int] = {}
    for index in np.argsort(-scores, kind="stable"):
        best.setdefault(found[index].article.id, int(index))
    return list(best.values())


def _freshness(found: Sequence[Sentence]) -> Matrix:
    """What a sentence counts by its article's day: less for each month before the newest there is."""
    days = [datetime.date.fromisoformat(item.article.published or "0001-01-01").toordinal() for item in found]
    ages = (max(days) - np.array(days, dtype=np.float64)) / _MONTH
    return np.asarray(0.4 + 0.6 * 0.5**ages)


def _ordered(taken: Sequence[Sentence], order: Order) -> list[Sentence]:
    rank = {item.article.id: place for place, item in reversed(list(enumerate(taken)))}

    def key(item: Sentence) -> tuple[float, str, int]:
        published = item.article.published
        day = datetime.date.fromisoformat(published).toordinal() if published else None
        if order == "relevance":
            first: float = rank[item.article.id]
        elif order == "newest":
            first = -day if day else math.inf
        else:
            first = day if day else math.inf
        return (first, item.article.id, item.span.start)

    return sorted(taken, key=key)


# --- what happened when ---------------------------------------------------------------------------

_SCHEDULED = re.compile(
    r"\b(?:(?:is|are|was|were) due|due (?:on|to|in)|scheduled|slated|planned (?:for|to)|set (?:to|for)"
    r"|takes (?:effect|place)|comes into"
    r" force|begins?|starts?|opens?|will (?:(?:re)?(?:begin|start|open)|close|end|resume|return|meet|vote"
    r"|visit|host|hold"
    r"|take (?:effect|place|over|office)|be (?:held"
    r"|sworn in|inaugurated|opened|closed|launched|released|published|sentenced|buried)))\b"
)
_HAPPENED = re.compile(
    r"\b(?:was|were|had|came|became|went|got|took|made|met|held|left|began|won|lost|fell|rose|grew|saw"
    r"|fled|found|struck|broke|brought"
    r"|sent|gave|spoke|wrote|led|ran|built|bought|sold|stood|flew|shot|hit|cut|set|quit|sank|said|told"
    r"|died|has (?:\w+ )?[a-z]+(?:ed|en|n)"
    r"|have (?:\w+ )?[a-z]+(?:ed|en|n)|(?!united|hundred|need|indeed|armed)[a-z]{2,}ed)\b"
)
# A first sentence that looks back further than its day, or ahead of it, tells no event of the day.
_NO_EVENT = re.compile(
    r"\b(?:for (?:years|decades|months|weeks|centuries|generations|more than|nearly|almost|the (?:past"
    r"|last))|once|always|never|often"
    r"|used to|ever since|since|ago|decades?|centur(?:y|ies)|years|history|will|would|could|may|might"
    r"|should)\b",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"\b(?:said|says|told|added|wrote|noted|stated|reported|according to)\b[^,.;]{0,30}$", re.IGNORECASE
)
_SAID = re.compile(r"\b(?:said|says|told|added|according to)\b")
_ITS_OWN = re.compile(r"['’]s?\b")
_DURING = re.compile(r"\b(?:in|at|during|after|on)\s*$", re.IGNORECASE)
# "the first since Moscow invaded in February 2022", "Wagner, which mutinied in June 2023, ..."
_BESIDE_THE_POINT = re.compile(
    r"\b(?:since|before|until|than|unlike|despite|who|whose|whom|which|where)\b[^,;:]*$", re.IGNORECASE
)
# "the January 6 attack", "an April 2015 ceremony": what is told may have been on another day.
_DETERMINER = re.compile(r"\b(?:the|an?|its|his|her|their|our|this|that|every|each)\s*$", re.IGNORECASE)
_FOLLOWED = re.compile(r"\s*,?\s+[A-Za-z]")
_STRETCH = re.compile(r"\b(?:last|past|next|coming|recent)\b.*\bdays\b", re.IGNORECASE)
_ABOUT_TO = re.compile(
    r"\b(?:ahead of|before|by|until|up to|no later than|deadline of|as of|fourth of)\s*$"
    r"|\b(?:originally|initially|previously) (?:slated|scheduled|planned|set|due"
    r"|expected)\b.*$",
    re.IGNORECASE,
)
_CLEAR: Mapping[Precision, float] = {"day": 1.0, "month": 0.75, "publication": 0.5}
_SAME_EVENT, _SAME_EVENT_NEAR = 0.3, 0.45  # cosines: of the same day; of a day beside it or its month
_CROWDED = 0.6  # for each step of the same day that is taken already
_FAR_FLOOR = 0.2  # of the best step's score


def timeline(
    found: Sequence[Sentence],
    *,
    first: str | None = None,
    last: str | None = None,
    most: int = MOST_STEPS,
) -> list[Step]:
    """What happened when, oldest first: sentences that say when, each event once.

    A step's day is the one that the sentence names, by a date or seen from the article's own ("on Monday"),
    or its month where it names no day; for an article's first sentence that tells of an event and names no
    time it is the day of publication. Days to come count where the sentence says that they are fixed, and
    nobody asks what happened in some days. Weeks, years and spans of time are no days and are left out.

    Args:
        found: what there is to choose from.
        first: leave out what was before this day.
        last: leave out what was after this day.
        most: how many steps.
    """
    dated = [(item, step) for item in found for step in [_dated(item)] if step is not None]
    if first or last:
        dated = [pair for pair in dated if _within(pair[1], first, last) and not pair[1].planned]
    if not dated:
        return []
    cosines = _similar([item.text for item, _ in dated])
    scores = _telling([item for item, _ in dated], cosines)
    scores = scores * np.array([_clarity(step) for _, step in dated])
    steps = [step for _, step in dated]
    taken: list[int] = []
    left = [i for i in range(len(steps)) if scores[i] >= _FAR_FLOOR * scores.max()]
    while left and len(taken) < most:
        days = Counter(steps[index].date for index in taken)
        articles = Counter(steps[index].sentence.article.id for index in taken)

        def worth(
            index: int, days: Counter[str] = days, articles: Counter[str] = articles
        ) -> tuple[float, int]:
            step = steps[index]
            crowd = _CROWDED ** days[step.date] * _AGAIN ** articles[step.sentence.article.id]
            return float(scores[index] * crowd), -index

        best = max(left, key=worth)
        taken.append(best)
        left = [i for i in left if i != best and not _same_event(steps[i], steps[best], cosines[i, best])]
    chosen = [steps[index] for index in taken]
    return sorted(chosen, key=lambda step: (step.date, step.precision == "day", step.sentence.article.id))


def _within(step: Step, first: str | None, last: str | None) -> bool:
    return (first is None or step.date >= first) and (last is None or step.date <= last)


def _clarity(step: Step) -> float:
    factor = _CLEAR[step.precision]
    if step.words is not None and _SAID.search(step.sentence.text):
        factor *= 0.85
    return factor


def _same_event(step: Step, other: Step, cosine: float) -> bool:
    days = [datetime.date.fromisoformat(one.date) for one in (step, other)]
    if step.date == other.date:
        return cosine >= _SAME_EVENT
    in_month = "month" in (step.precision, other.precision) and step.date[:7] == other.date[:7]
    beside = abs((days[0] - days[1]).days) <= _BESIDE
    return cosine >= (_SAME_EVENT_NEAR if in_month or beside else _SAME)


_BESIDE = 2  # days: an evening's event is dated by one outlet on that day, by another on the next


def _dated(item: Sentence) -> Step | None:
    """A sentence with the day or month that it says something happened on; None when it says none."""
    text, published = item.text, item.article.published
    reference = datetime.date.fromisoformat(published) if published else None
    named = time_expressions(text, reference or _SOME_DAY)
    usable = [one for one in named if _names_a_day(one, text, reference)]
    if usable:
        one = min(usable, key=lambda one: _aside(one, text, reference))
        words = Span(item.span.start + one.start, item.span.start + one.end)
        until = (
            one.last.isoformat() if one.precision == "day" and one.last and one.first != one.last else None
        )
        return Step(*_date_of(one), item, words, planned=_to_come(one, reference), until=until)
    if reference and not named and not _SOME_TIME.search(text) and _is_news(item, reference):
        return Step(reference.isoformat(), "publication", item, None)
    return None


def _is_news(item: Sentence, day: datetime.date) -> bool:
    """Whether an article's first sentence tells of something that has just happened.

    It says so ("has resigned", "was sold"), or the sentences after it speak of the days just before. The
    first sentence of a feature ("Storm grew up by the harbour") does neither.
    """
    text = item.text
    if item.place or _NO_EVENT.search(text) or not _HAPPENED.search(text):
        return False
    if _JUST.search(text):
        return True
    article = item.article
    early = " ".join(
        article.text[span.start : span.end] for span in running(article.text)[1:_EARLY_SENTENCES]
    )
    return any(
        one.precision == "day" and one.first and 0 <= (day - one.first).days <= _JUST_BEFORE
        for one in time_expressions(early, day)
    )


# A time that has no day, or whose day can't be told: what is told was not on the day of the report.
_SOME_TIME = re.compile(
    r"(?<![\d.,])(?:1[0-9]|20)\d\d(?!\S?\d)|\b(?:earlier|recently|previously|(?:last|previous|following) \w+"
    rf"|{'|'.join(WEEKDAYS)}|(?-i:{'|'.join(month.title() for month in MONTHS if month != 'may')}))\b",
    re.IGNORECASE,
)
_JUST = re.compile(
    r"\b(?:(?:has|have) (?:been )?|(?:was|were) )(?:\w+ly )?(?:[a-z]+ed|[a-z]+en|won|lost|left|quit|shot"
    r"|hit|sunk|sold|told|found|held)\b"
)
_EARLY_SENTENCES = 6
_JUST_BEFORE = 3  # days


def _aside(one: TimeExpression, text: str, reference: datetime.date | None) -> tuple[bool, bool, int]:
    """How far a time is from being what a sentence is about: a report's news is what is newest in it."""
    far = abs((reference - one.first).days) if reference and one.first else 0
    return one.precision == "month", bool(_SPOKEN.search(text[: one.start])), far


def _date_of(one: TimeExpression) -> tuple[str, Precision]:
    assert one.first is not None
    if one.precision == "month":
        return one.first.replace(day=1).isoformat(), "month"
    return one.first.isoformat(), "day"


_SOME_DAY = datetime.date(2000, 1, 1)  # for what needs no reference


def _names_a_day(one: TimeExpression, text: str, reference: datetime.date | None) -> bool:
    """Whether words of time say on which day or in which month something happened, or is fixed to."""
    if one.first is None or one.last is None or (reference is None and one.relative):
        return False
    if one.precision != "day" and (one.precision != "month" or (one.last - one.first).days > _MONTH):
        return False
    if one.first != one.last and _STRETCH.search(text, one.start, one.end):
        return False
    before, after = text[: one.start], text[one.end :]
    if _DETERMINER.search(before) and _FOLLOWED.match(after) and not text[one.start :].startswith("last"):
        return False
    if (
        _BESIDE_THE_POINT.search(before)
        or _ABOUT_TO.search(before)
        or (_ITS_OWN.match(after) and not _DURING.search(before))
    ):
        return False
    return not _to_come(one, reference) or bool(_SCHEDULED.search(text))


def _to_come(one: TimeExpression, reference: datetime.date | None) -> bool:
    """Whether what is named was still to come when it was written: "later this month" begins on that day."""
    if reference is None or one.first is None:
        return False
    return one.first > reference or (one.precision == "month" and one.first == reference)


_MONTH = 31  # days; "from March to June" is no month
