"""A question to ranked passages: words, vectors and time in one score. A LlamaIndex retriever.

    passage p  = BM25 of its text + vector_weight * (best BM25 of all) * cosine
    article a  = article_weight * BM25 of its whole text + title_weight * BM25 of its title
    score      = (a + passage_weight * lead + p - lead) / (best a + passage_weight * lead)
                 + recency_weight * timeliness

``lead`` is the p of the article's best passage. So articles are ranked by all that they say on the question,
their best passage among it, and the passages of an article by their own words. Timeliness is
0.5 ** (days / half_life): days before ``as_of``, or from the time that the question names, as
`_Timeliness` tells. Articles from after ``as_of`` are never used. The weights are settings, measured as
CONTRIBUTING.md tells.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from qa_bot.config import Settings
from qa_bot.dates import MONTHS, TimeExpression, asks_for_newest, time_expressions, times_asked
from qa_bot.lexicon import stop_terms
from qa_bot.models import embed_question, word_rarity
from qa_bot.store import Store
from qa_bot.text import sentences, terms
from qa_bot.types import Article, Filters, Passage
from qa_bot.word_index import WeightedTerm

# Each index is asked for this many passages; past them nothing reached the top 50 on real questions.
_DEPTH = 400
_NEAREST = 100
_ARTICLES = 200
_READ_WHOLE = 50  # of the best articles every passage with a word of the question is ranked
# Without an explicit `as_of` nobody has said that the newest is meant: recency only breaks ties.
_TIE_BREAK = 0.1
_NEWEST = 0.4  # where the question asks for the newest state of things
_FEW_ARTICLES = 10
_SHORTEST_HALF_LIFE_DAYS = 7
_MOST_AN_ARTICLE = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found, its article's facts, and what its score is made of."""

    number: int
    passage: Passage
    article: Article
    words: float
    vector: float
    recency: float


@dataclass(frozen=True, slots=True)
class _Found:
    """What the indexes found: articles' facts, BM25 and cosine by passage number, BM25 by article id."""

    facts: Mapping[int, Article]
    words: Mapping[int, float]
    vectors: Mapping[int, float]
    articles: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Scored:
    number: int
    article: Article
    score: float
    words: float
    vector: float
    recency: float


class PassageRetriever(BaseRetriever):
    """Ranked passages of a Store.

    ``retrieve`` gives LlamaIndex nodes whose metadata holds ``article_id``, ``start`` and ``end``
    (offsets into the article's text), ``title``, ``publisher``, ``published`` and ``url``.
    """

    def __init__(
        self,
        store: Store,
        embedder: BaseEmbedding,
        settings: Settings,
        *,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        limit: int | None = None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings
        self._filters = filters
        self._limit = limit or settings.candidates
        super().__init__()

    def search(
        self,
        question: str,
        terms: Mapping[str, float],
        *,
        filters: Filters,
        limit: int,
        spread: bool = False,
    ) -> list[Hit]:
        """The best passages for a question, best first.

        Args:
            question: the text whose vector is looked up.
            terms: index terms to search words with, and what each counts.
            filters: which articles may be used.
            limit: how many passages at most.
            spread: at most 3 passages an article, unless fewer than 10 articles match.
        """
        found = self._look_up(question, terms, filters)
        scored = _ranked(self._scored(found, self._timeliness(question, filters)))
        event = self._event(question, scored)
        if event is not None:
            scored = _ranked(self._scored(found, event))
        if spread:
            scored = _spread(scored)
        return self._with_texts(scored[:limit])

    def _look_up(self, question: str, terms: Mapping[str, float], filters: Filters) -> _Found:
        settings, store = self._settings, self._store
        wanted = [WeightedTerm(term, weight) for term, weight in terms.items()]
        articles = dict(
            store.search_articles(
                wanted,
                article_weight=settings.article_weight,
                title_weight=settings.title_weight,
                limit=_ARTICLES,
                filters=filters,
            )
        )
        words = dict(store.search_passages(wanted, limit=_DEPTH, filters=filters))
        best = [article.id for article in store.articles_of(list(articles)[:_READ_WHOLE]).values()]
        narrowed = replace(filters, articles=tuple(best))
        words |= dict(store.search_passages(wanted, limit=_DEPTH, filters=narrowed))
        vectors: dict[int, float] = {}
        if settings.vector_weight:
            vectors = dict(store.search_vectors(embed_question(self._embedder, question), _NEAREST))
        facts = store.articles_of(dict.fromkeys([*words, *vectors, *articles]))
        by_article = {facts[n].id: score for n, score in articles.items() if n in facts}
        admitted = {n: article for n, article in facts.items() if filters.admit(article)}
        return _Found(admitted, words, vectors, by_article)

    def _with_texts(self, scored: Sequence[_Scored]) -> list[Hit]:
        """The passages that are kept, with their texts; those whose article has gone meanwhile are not."""
        found = self._store.passages([item.number for item in scored])
        hits = []
        for item in scored:
            if item.number in found:
                passage, article = found[item.number]
                passage = replace(passage, score=item.score)
                hits.append(Hit(item.number, passage, article, item.words, item.vector, item.recency))
        return hits

    def _scored(self, found: _Found, timeliness: _Timeliness) -> list[_Scored]:
        settings = self._settings
        top = max(found.words.values(), default=0.0) or 1.0
        # What was not among the nearest is no nearer than the last of them.
        unseen = min(found.vectors.values(), default=0.0)
        cosines = {n: found.vectors.get(n, unseen) for n in found.facts}
        own = {n: found.words.get(n, 0.0) + settings.vector_weight * top * cosines[n] for n in found.facts}
        leads: dict[str, float] = {}
        for number, article in found.facts.items():
            leads[article.id] = max(leads.get(article.id, own[number]), own[number])
        # An article past the end of the list matches no better than the last in it.
        past = min(found.articles.values(), default=0.0) if len(found.articles) >= _ARTICLES else 0.0
        whole = {
            article_id: found.articles.get(article_id, past) + settings.passage_weight * lead
            for article_id, lead in leads.items()
        }
        best = max(whole.values(), default=0.0) or 1.0
        gains = {day: timeliness.of(day) for day in {article.published for article in found.facts.values()}}
        scored = []
        for number, article in found.facts.items():
            words = (whole[article.id] + own[number] - leads[article.id]) / best
            recency = gains[article.published]
            score = words + settings.recency_weight * recency
            scored.append(_Scored(number, article, score, words, cosines[number], recency))
        return scored

    def _timeliness(self, question: str, filters: Filters) -> _Timeliness:
        as_of = filters.as_of or self._store.coverage().last
        if not as_of:
            return _Timeliness(None, 1.0, 0.0, (), exclusive=False)
        day = datetime.date.fromisoformat(as_of)
        half_life = self._settings.recency_half_life_days
        sure = 1.0 if filters.as_of else _TIE_BREAK
        named = times_asked(question, day)
        periods = tuple(_period(item, day, half_life, sure if item.relative else 1.0) for item in named)
        trust = max(sure, _NEWEST) if asks_for_newest(question) else sure
        return _Timeliness(
            day, half_life, trust, periods, exclusive=any(_spoken_now(question, item) for item in named)
        )

    def _event(self, question: str, scored: Sequence[_Scored]) -> _Timeliness | None:
        """The time of "before the election", from the day that the best passages give the event.

        None when the question names no event so, or they give it no day.
        """
        named = _EVENT.search(question)
        wanted = set(terms(named["event"])) - stop_terms() if named else set()
        if named is None or not wanted or times_asked(question, _ANY_DAY):
            return None
        days: Counter[datetime.date] = Counter()
        for passage, article in self._store.passages([item.number for item in scored[:_EVENT_READ]]).values():
            if article.published:
                days.update(_days_of(wanted, passage.text, datetime.date.fromisoformat(article.published)))
        if not days:
            return None
        day = min(days, key=lambda known: (-days[known], known))
        one = datetime.timedelta(days=1)
        before = named["side"].casefold() in ("before", "until", "ahead of")
        first, last = (datetime.date.min, day - one) if before else (day, datetime.date.max)
        period = _Period(first, last, _SHORTEST_HALF_LIFE_DAYS, _EVENT_TRUST)
        return _Timeliness(day, 1.0, 0.0, (period,), exclusive=True)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        from qa_bot.expansion import expand, weighted_terms
        from qa_bot.question import checked, parse

        text = checked(query_bundle.query_str)
        terms = weighted_terms(expand(parse(text), self._store, word_rarity))
        hits = self.search(text, terms, filters=self._filters, limit=self._limit)
        return [NodeWithScore(node=_node(hit), score=hit.passage.score) for hit in hits]


@dataclass(frozen=True, slots=True)
class _Period:
    first: datetime.date
    last: datetime.date
    half_life: float
    trust: float

    def of(self, day: datetime.date) -> float:
        outside = max((self.first - day).days, (day - self.last).days, 0)
        return float(self.trust * 0.5 ** (outside / self.half_life))


@dataclass(frozen=True, slots=True)
class _Timeliness:
    """What an article gains by the day of its publication, from 0 to 1.

    It halves with each ``half_life`` days before ``as_of``, times ``trust``. A time that the question names
    counts as well, the best of all: "in October 2024", "on 6 January". Where it is spoken from the day of
    asking ("yesterday", "last week"), it alone counts: that is when the report was published.
    """

    as_of: datetime.date | None
    half_life: float
    trust: float
    periods: tuple[_Period, ...]
    exclusive: bool

    def of(self, published: str | None) -> float:
        if published is None or self.as_of is None:
            return 0.0
        day = datetime.date.fromisoformat(published)
        gains = [period.of(day) for period in self.periods]
        if not self.exclusive:
            gains.append(self.trust * 0.5 ** (max((self.as_of - day).days, 0) / self.half_life))
        return float(max(gains))


def _period(named: TimeExpression, as_of: datetime.date, half_life: float, trust: float) -> _Period:
    """A time that a question names; the shorter it is, the steeper its sides: a week's halve in a week."""
    first, last = named.first or datetime.date.min, named.last or as_of
    days = max((last - first).days + 1, _SHORTEST_HALF_LIFE_DAYS)
    return _Period(first, last, min(half_life, days), trust)


_MONTH_NAME = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b", re.IGNORECASE)


def _spoken_now(question: str, named: TimeExpression) -> bool:
    """Whether words mean a time only from the day they are spoken on: "yesterday", not "6 January"."""
    return named.relative and not _MONTH_NAME.search(question, named.start, named.end)


_EVENT = re.compile(
    r"\b(?P<side>before|until|ahead of|after|since|following)\s+(?:(?:the|his|her|their|its|last)\s+)*"
    r"(?P<event>(?:[a-z][\w'’-]*)(?:\s+(?:of|in|on|at)?\s*[a-z][\w'’-]*){0,2})",
    re.IGNORECASE,
)
_EVENT_READ = 20  # passages
_ANY_DAY = datetime.date(2000, 1, 1)  # whether a question names a time does not hang on the day
_EVENT_TRUST = 0.5  # the day is read from sentences, and may be another one's


def _days_of(event: Collection[str], text: str, published: datetime.date) -> set[datetime.date]:
    """The days that sentences give an event whose words they all have."""
    return {
        named.first
        for span in sentences(text)
        if set(event) <= set(terms(text[span.start : span.end]))
        for named in time_expressions(text[span.start : span.end], published)
        if named.first is not None and named.first == named.last
    }


def _ranked(scored: list[_Scored]) -> list[_Scored]:
    return sorted(scored, key=lambda item: (-item.score, item.article.id, item.number))


def _spread(scored: list[_Scored]) -> list[_Scored]:
    if len({item.article.id for item in scored}) < _FEW_ARTICLES:
        return scored
    taken: Counter[str] = Counter()
    kept = []
    for item in scored:
        taken[item.article.id] += 1
        if taken[item.article.id] <= _MOST_AN_ARTICLE:
            kept.append(item)
    return kept


def _node(hit: Hit) -> TextNode:
    metadata: dict[str, Any] = {
        "article_id": hit.article.id,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "title": hit.article.title,
        "publisher": hit.article.publisher,
        "published": hit.article.published,
        "url": hit.article.url,
    }
    return TextNode(
        id_=hit.passage.id,
        text=hit.passage.text,
        metadata=metadata,
        start_char_idx=hit.passage.start,
        end_char_idx=hit.passage.end,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=["article_id", "start", "end"],
    )


def stale(hit: Hit, read: Collection[str], whole: Mapping[str, Article]) -> bool:
    """Whether a passage of an article that is read is no more what the article says there.

    Args:
        hit: the passage as it was found.
        read: ids of the articles that are read; passages of others are never stale.
        whole: those of them that are still there, by id.
    """
    if hit.article.id not in read:
        return False
    article, passage = whole.get(hit.article.id), hit.passage
    return article is None or article.text[passage.start : passage.end] != passage.text
