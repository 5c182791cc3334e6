"""Requests for an overview: what to read for them, and what comes of it. Composes stages for `bot`.

request -> topic and days -> passages or articles -> telling sentences, or dated steps -> Brief
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from qa_bot import extractive
from qa_bot.candidates import PASSAGES_READ, Candidate, Embed, judge, rank
from qa_bot.countries import (
    Named,
    WhichCountries,
    asks_for_names,
    countries_in,
    doing,
    fewest,
    which_countries,
)
from qa_bot.expansion import Expanded, spelling_notices, weighted_terms
from qa_bot.listing import by_outlet, reporting, which_outlets
from qa_bot.models import word_vectors
from qa_bot.overview import (
    MOST_STEPS,
    Order,
    Sentence,
    Step,
    about,
    every,
    is_name,
    mentions,
    naming,
    read,
    strict,
    summarise,
    timeline,
    unspoken,
)
from qa_bot.question import Question, parse
from qa_bot.requests import LIGHT, Request, narrowed
from qa_bot.retrieval import PassageRetriever, stale
from qa_bot.store import Store
from qa_bot.types import Article, Citation, Filters, Passage, Reason, Span, TimelineEvent

_OVERVIEW_PASSAGES = 30  # read for an overview of a topic, at most 3 an article: about 100 ms
_OVERVIEW_ARTICLES = 20  # read for an overview of everything, the newest
_MORE_ARTICLES = 10  # read besides for what happened on one day, by the words of its date
_OVERVIEW_SENTENCES = 20  # of each, the first that can be quoted alone
_OVERVIEW_SURE = 0.9
_ALL_TOLD = 10  # articles, of which an overview of everything leaves out others before the newest
_MOST_OUTLETS = 8  # in one list
_MOST_NAMING = 8  # sentences that name countries, in one list
_FEWEST_SENTENCES = 2  # for a list of countries: one is a plain answer
_FEW_STEPS = 2  # fewer of them on a topic, and what speaks of it loosely is read
_Judging = Callable[[Question, Sequence[Expanded], Sequence[tuple[Passage, Article]], Embed], list[Candidate]]
_REPORTED_WITHIN = 7  # days after which articles tell little more of what happened on a day


@dataclass(frozen=True, slots=True)
class Brief:
    """What came of a request: a text with its citations, or with ``reason`` why there is none.

    ``articles`` are those read, whole, by id; ``passages`` the nearest; ``confidence`` is 0.9 times how far
    the best sentence speaks of the topic.
    """

    text: str
    passages: tuple[Passage, ...] = ()
    articles: Mapping[str, Article] = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    timeline: tuple[TimelineEvent, ...] = ()
    confidence: float = 0.0
    notices: tuple[str, ...] = ()
    reason: Reason | None = None


class Desk:
    """Answers requests from one index.

    Args:
        store: the index.
        retriever: finds passages in it.
        expand: a question's units with the forms that the index holds of them.
    """

    def __init__(
        self,
        store: Store,
        retriever: PassageRetriever,
        expand: Callable[[Question], tuple[Expanded, ...]],
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._expand = expand

    def brief(
        self, wanted: Request, standalone: str, filters: Filters, on_found: Callable[[], None]
    ) -> Brief:
        """Telling sentences of articles or on a topic, or what happened when, or why there are none.

        Args:
            wanted: the request, which is not for a fact.
            standalone: the question that stands alone.
            filters: which articles may be used.
            on_found: called when all has been read.
        """
        admitted = [article for article in self._store.articles() if filters.admit(article)]
        wanted, filters = _of_some(wanted, standalone, filters, admitted)
        scope = _scope(wanted, filters, filters.as_of or self._store.coverage().last)
        material = self._on_topic(scope, standalone) if scope.topic.units else self._on_all(scope)
        on_found()
        if not material.sentences:
            if not material.passages and not admitted:
                material = replace(material, reason="out_of_range", missing=())
            elif not any(map(scope.filters.admit, admitted)):
                material = replace(material, none_then=True)
            return _nothing_on(material, scope)
        wants_steps = wanted.kind == "timeline"
        steps = timeline(material.sentences, first=scope.first, last=scope.last) if wants_steps else []
        notices = material.notices
        if wants_steps and len(steps) < _FEW_STEPS and material.around:
            looser = timeline(material.around, first=scope.first, last=scope.last)
            if material.loosened or len(looser) > len(steps):
                steps = looser
                notices += (f"Not every sentence speaks of {_listed(material.beside, 'and')}.",)
        steps = steps or list(material.naming)
        if wanted.language:
            notices += (f"Answers quote the articles in their own language, not in {wanted.language}.",)
        events: tuple[TimelineEvent, ...] = ()
        if steps:
            written, events = extractive.write_timeline(steps)
        else:
            reported = _reported(material.sentences, scope)
            chosen = summarise(reported, order=scope.order, one_each=material.one_each, must=material.must)
            if not chosen:
                return _nothing_on(material, scope)
            written = extractive.write_overview(chosen)
            notices += ("No sentence on this tells on which day it happened.",) * wants_steps
        return Brief(
            written.text,
            material.passages,
            material.articles,
            written.citations,
            events,
            material.confidence,
            notices,
        )

    def _on_topic(self, scope: _Scope, standalone: str) -> _Material:
        """The sentences of the best passages that speak of the topic."""
        expanded = strict(self._expand(scope.topic))
        unknown = tuple(i.unit.text for i in expanded if i.missing and i.unit.kind not in ("date", "number"))
        missing = tuple(i.unit.text for i in expanded if i.unit.kind in ("name", "place") and i.missing)
        passages, whole, judged = self._judged(scope.topic, expanded, standalone, scope.filters)
        if missing:
            return _Material(passages=passages, reason="missing_term", missing=missing)
        absent = unspoken(judged, expanded)
        sentences = [] if absent else about(judged, expanded)
        around = about(judged, expanded, loosely=True) if scope.order == "date" and not unknown else []
        loosened, beside = not sentences, tuple(i.unit.text for i in expanded if not is_name(i))
        if not beside:  # there is nothing to be loose about
            around = []
        sentences = sentences or around or ([] if absent or unknown else mentions(judged, expanded))
        if not sentences:
            words = tuple(item.unit.text for item in expanded)
            return _Material(passages=passages, missing=unknown, not_together=words)
        best = max(item.relevance for item in sentences)
        return _Material(
            tuple(sentences),
            passages,
            whole,
            confidence=round(_OVERVIEW_SURE * best, 4),
            notices=spelling_notices(expanded),
            around=tuple(around),
            beside=beside,
            loosened=loosened,
        )

    def _judged(
        self, topic: Question, expanded: Sequence[Expanded], text: str, filters: Filters, by: _Judging = judge
    ) -> tuple[tuple[Passage, ...], dict[str, Article], list[Candidate]]:
        """The best passages on a topic, their articles whole, and the sentences of them, judged."""
        hits = self._retriever.search(
            text, weighted_terms(expanded), filters=filters, limit=_OVERVIEW_PASSAGES, spread=True
        )
        ids = dict.fromkeys(hit.article.id for hit in hits)
        whole = {article.id: article for article in map(self._store.article, ids) if article is not None}
        kept = [hit for hit in hits if not stale(hit, ids, whole)]
        # By article, so that each is read once; `judge` reads so many passages at a time.
        found = sorted(
            ((hit.passage, whole[hit.article.id]) for hit in kept), key=lambda pair: pair[0].article_id
        )
        judged = [
            candidate
            for start in range(0, len(found), PASSAGES_READ)
            for candidate in by(topic, expanded, found[start : start + PASSAGES_READ], word_vectors)
        ]
        return tuple(hit.passage for hit in kept), whole, judged

    def listed(self, question: str, filters: Filters, on_found: Callable[[], None]) -> Brief | None:
        """The outlets that report something, or countries that did it, each with a sentence that says so.

        None where the question asks for no such list, or where too little clearly fits.
        """
        if asks_for_names(question):
            return self._all_countries(filters, on_found)
        did = which_countries(question)
        if did:
            return self._countries(did, filters, on_found)
        wanted = which_outlets(question)
        topic = _topic(wanted.topic) if wanted else None
        expanded = strict(self._expand(topic)) if topic else ()
        if not wanted or not topic or not expanded or any(item.missing for item in expanded):
            return None
        passages, whole, judged = self._judged(topic, expanded, wanted.topic, filters, rank)
        on_found()
        found = [(passage, whole[passage.article_id]) for passage in passages]
        fitting = reporting(wanted, judged, expanded, found)
        apart = {(item.article.id, item.place): item for item in mentions(fitting, expanded)}
        apart |= {(item.article.id, item.place): item for item in about(fitting, expanded)}
        chosen = by_outlet(apart.values(), articles=wanted.articles)
        if not chosen:
            return None
        by_article = wanted.articles or not all(item.article.publisher for item in chosen)
        written = extractive.write_outlets(chosen[:_MOST_OUTLETS], of_articles=by_article)
        left = len(chosen) - _MOST_OUTLETS
        notices = (f"At least {left} more are left out.",) if left > 0 else _nearest(passages)
        return Brief(
            written.text,
            passages,
            whole,
            written.citations,
            confidence=round(_OVERVIEW_SURE * chosen[0].relevance, 4),
            notices=(*notices, *spelling_notices(expanded)),
        )

    def _countries(
        self, wanted: WhichCountries, filters: Filters, on_found: Callable[[], None]
    ) -> Brief | None:
        """The countries that did something; None where fewer than two sentences clearly say so."""
        topic = _topic(wanted.topic)
        expanded = strict(self._expand(topic))
        if not expanded or any(item.missing for item in expanded):
            return None
        passages, whole, judged = self._judged(topic, expanded, wanted.topic, filters, rank)
        on_found()
        fitting = [(item, named) for item in judged if (named := doing(wanted, item.text))]
        chosen = fewest(
            [(Sentence(item.article, item.span, item.passage_id, 0), named) for item, named in fitting]
        )
        if len(chosen) < _FEWEST_SENTENCES:
            return None
        written = extractive.write_countries(
            "The articles say so of", [(item, _spans(item, named)) for item, named in chosen]
        )
        return Brief(
            written.text,
            passages,
            whole,
            written.citations,
            confidence=_OVERVIEW_SURE,
            notices=(*_nearest(passages), *spelling_notices(expanded)),
        )

    def _all_countries(self, filters: Filters, on_found: Callable[[], None]) -> Brief | None:
        """The countries that articles name, with sentences that name several; None where they name none."""
        everything = self._on_all(_Scope(_topic(""), filters, "newest"))
        on_found()
        pairs = [found for found in map(self._store.whole, everything.articles) if found]
        chosen: list[tuple[Sentence, list[Named]]] = []
        for sentences in (read, every):  # those that can be quoted alone first
            told = {one.country for _, named in chosen for one in named}
            found = [(item, countries_in(item.text)) for pair in pairs for item in sentences(*pair)]
            chosen += fewest(found, told)
        if not chosen:
            return None
        kept = chosen[:_MOST_NAMING]
        written = extractive.write_countries(
            "The articles name", [(item, _spans(item, found)) for item, found in kept]
        )
        left = sum(len(found) for _, found in chosen[_MOST_NAMING:])
        notices = everything.notices + ((f"{left} more countries are left out.",) if left else ())
        return Brief(
            written.text,
            everything.passages,
            everything.articles,
            written.citations,
            confidence=_OVERVIEW_SURE,
            notices=notices,
        )

    def _on_all(self, scope: _Scope) -> _Material:
        """The sentences of the newest articles that pass the filters, or of those around some days."""
        admitted = [article for article in self._store.articles() if scope.filters.admit(article)]
        chosen = _around(admitted, scope.last) if scope.last else admitted[:_OVERVIEW_ARTICLES]
        day = datetime.date.fromisoformat(scope.first) if scope.first and scope.first == scope.last else None
        if day and len(chosen) < len(admitted):
            chosen = [*chosen, *self._naming(day, scope.filters, {article.id for article in chosen})]
        whole = filter(None, (self._store.whole(article.id) for article in chosen))
        pairs = [(article, passages) for article, passages in whole]
        most = _OVERVIEW_SENTENCES if len(pairs) > 1 else None
        if day:
            most = None
        sentences = tuple(item for article, passages in pairs for item in read(article, passages, most))
        by_name = (
            [step for article, passages in pairs for step in naming(article, passages, day)] if day else []
        )
        notices: tuple[str, ...] = ()
        if len(admitted) > len(chosen) and not scope.last:
            notices = (f"Of {len(admitted):,} articles the {len(chosen)} newest were read.",)
        elif len(admitted) > len(chosen):
            notices = (f"Only {len(chosen)} articles were read for this.",)
        return _Material(
            sentences,
            tuple(passages[0] for _, passages in pairs if passages),
            {article.id: article for article, _ in pairs},
            confidence=_OVERVIEW_SURE,
            notices=notices,
            one_each=len(pairs) > 1,
            must=pairs[0][0].id if 1 < len(admitted) <= _ALL_TOLD and not scope.last and pairs else None,
            naming=tuple(by_name[:MOST_STEPS]),
            all_read=len(chosen) == len(admitted),
        )

    def _naming(self, day: datetime.date, filters: Filters, but: set[str]) -> list[Article]:
        """Other articles in which the words of a day are found: those that name it from afar."""
        words = f"{day.day} {day:%B}"
        hits = self._retriever.search(
            words,
            weighted_terms(self._expand(parse(words))),
            filters=filters,
            limit=_OVERVIEW_PASSAGES,
            spread=True,
        )
        found = {hit.article.id: hit.article for hit in hits if hit.article.id not in but}
        return list(found.values())[:_MORE_ARTICLES]


def _nearest(passages: Sequence[Passage]) -> tuple[str, ...]:
    """What a list is made from, where there may be more than was read."""
    if len(passages) < _OVERVIEW_PASSAGES:
        return ()
    return (f"Only the {len(passages)} passages that come nearest were read; the list may not be whole.",)


def _spans(item: Sentence, named: Sequence[Named]) -> list[tuple[str, Span]]:
    """Countries with where the sentence's article names them."""
    return [
        (one.country, Span(item.span.start + one.span.start, item.span.start + one.span.end)) for one in named
    ]


@dataclass(frozen=True, slots=True)
class _Scope:
    """What an overview is of: a topic (no units: all), the articles it may use, the days of its steps."""

    topic: Question
    filters: Filters
    order: Order
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class _Material:
    """What an overview can be made of, or why there is none."""

    sentences: tuple[Sentence, ...] = ()
    passages: tuple[Passage, ...] = ()
    articles: Mapping[str, Article] = field(default_factory=dict)
    confidence: float = 0.0
    notices: tuple[str, ...] = ()
    one_each: bool = False
    reason: Reason = "not_stated"
    missing: tuple[str, ...] = ()  # words that no article has
    not_together: tuple[str, ...] = ()  # a topic's words that stand in no sentence together
    around: tuple[Sentence, ...] = ()  # those that speak of a topic loosely: of its names ...
    beside: tuple[str, ...] = ()  # ... if not of these words
    loosened: bool = False  # whether none speaks of it otherwise
    naming: tuple[Step, ...] = ()  # those that name the one day that is asked about
    must: str | None = None
    all_read: bool = False
    none_then: bool = False


def _of_some(
    wanted: Request, standalone: str, filters: Filters, admitted: Sequence[Article]
) -> tuple[Request, Filters]:
    """A request for the newest articles, or those of a publisher, as one for everything in them."""
    chosen: Sequence[Article] = admitted[: wanted.newest]
    publishers = {_plain(article.publisher): article.publisher for article in admitted if article.publisher}
    publisher = (
        publishers.get(_plain(wanted.topic)) if wanted.topic and _OF_ARTICLE.search(standalone) else None
    )
    if publisher:
        theirs = [article for article in admitted if article.publisher == publisher]
        chosen = theirs[:1] if _ONE_ARTICLE.search(standalone) else theirs
    if not chosen:
        return wanted, filters
    ids = tuple(article.id for article in chosen)
    return replace(wanted, topic="", newest=0), replace(filters, articles=ids)


def _plain(publisher: str) -> str:
    """A publisher's name, or a topic of its articles, to be compared."""
    return _AROUND_NAME.sub("", publisher.casefold().replace("’", "'")).strip()


_AROUND_NAME = re.compile(
    r"^(?:the|of|by|from|in) (?:the )?|(?:'s?)?(?: (?:newest|latest|most recent|last))?"
    r"(?: (?:articles?|stor(?:y|ies)|reports?|reporting|coverage|pieces?|news))?$"
)
_OF_ARTICLE = re.compile(
    r"\b(?:articles?|stor(?:y|ies)|reports?|reporting|coverage|pieces?|news|summar\w+|sum up|recap)\b",
    re.IGNORECASE,
)
_ONE_ARTICLE = re.compile(r"\b(?:article|story|report|piece)\b", re.IGNORECASE)


def _scope(wanted: Request, filters: Filters, as_of: str | None) -> _Scope:
    """What a request is of. Days seen from the day of asking narrow the articles, of a timeline its steps."""
    day = datetime.date.fromisoformat(as_of) if as_of else None
    rest, period, named = narrowed(wanted.topic, day)
    first, last = (period.first, period.last) if period else (None, None)
    order: Order = {"topic": "relevance", "newest": "newest"}.get(wanted.kind, "date")  # type: ignore[assignment]
    if wanted.kind == "timeline":
        last = last or (as_of if first else None)
        return _Scope(_topic(rest), _since(filters, first, None), order, first, last)
    if wanted.kind == "newest":  # with a day of asking the ranking prefers what was published just before it
        filters = replace(filters, as_of=as_of)
    if named and (named.relative or named.precision == "open" or not rest):
        return _Scope(_topic(rest), _since(filters, first, last), order)
    return _Scope(_topic(wanted.topic if named else rest), filters, order)


def _around(articles: Sequence[Article], day: str) -> list[Article]:
    """Of articles, newest first, which to read for what happened up to a day: soon after it, then later."""
    end = (datetime.date.fromisoformat(day) + datetime.timedelta(days=_REPORTED_WITHIN)).isoformat()
    soon = [article for article in articles if article.published and article.published <= end]
    later = [article for article in reversed(articles) if article.published and article.published > end]
    most = min(len(soon), _OVERVIEW_ARTICLES)
    spread = [soon[index * len(soon) // most] for index in range(most)]
    return [*spread, *later[: _OVERVIEW_ARTICLES - most]]


def _topic(text: str) -> Question:
    """A topic as a question for nothing in particular, its first word not taken for a sentence's."""
    units = parse(f"about {text}").units if text else ()
    return Question(text, "other", tuple(unit for unit in units if unit.terms[-1] not in LIGHT) or units)


def _since(filters: Filters, first: str | None, last: str | None) -> Filters:
    """Filters narrowed to some days; what they say already holds."""
    return replace(
        filters,
        since=max(filter(None, (filters.since, first)), default=None),
        until=min(filter(None, (filters.until, last)), default=None),
    )


def _reported(found: Sequence[Sentence], scope: _Scope) -> list[Sentence]:
    """Sentences of articles that were published on the days that a timeline is of."""
    first, last = scope.first or "", scope.last or "9999"
    bounded = scope.first or scope.last
    return [item for item in found if not bounded or first <= (item.article.published or "") <= last]


def _nothing_on(material: _Material, scope: _Scope) -> Brief:
    text = extractive.decline(material.reason, material.missing)
    first, last = scope.first or scope.filters.since, scope.last or scope.filters.until
    then = extractive.days(first, last) if first or last else ""
    if material.reason != "not_stated":
        pass
    elif material.none_then and then:
        chosen = " that may be used" if scope.filters.publisher or scope.filters.articles is not None else ""
        text = f"None of the articles{chosen} was published {then}."
    elif material.missing:
        text = f"The articles do not tell: no article mentions {_listed(material.missing, 'or')}."
    elif material.not_together:
        all_of = ("", "both ", "all of ")[min(len(material.not_together), 3) - 1]
        among = f" in what was published {then}" if then else ""
        text = f"No sentence found{among} that speaks of {all_of}{_listed(material.not_together, 'and')}."
    elif then and material.all_read:
        text = f"The articles tell of nothing that happened {then}."
    elif then:
        text = f"No sentence found that tells of what happened {then}."
    return Brief(text, material.passages, reason=material.reason)


def _listed(words: Sequence[str], last: str) -> str:
    quoted = [f"“{word}”" for word in words]
    return f" {last} ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))
