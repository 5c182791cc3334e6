"""A question to ranked passages: words, vectors and time in one score. A LlamaIndex retriever.

    score = bm25 / best bm25  +  vector_weight * cosine  +  recency_weight * 0.5 ** (age / half_life)

Age is the number of days between an article's publication and ``as_of``. The weights are settings,
measured as CONTRIBUTING.md tells. Articles from after ``as_of`` are never used.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from qa_bot.config import Settings
from qa_bot.models import embed_question, word_rarity
from qa_bot.store import Store
from qa_bot.types import Article, Filters, Passage
from qa_bot.word_index import WeightedTerm

# Each index is asked for this many passages; past them nothing reached the top 50 on real questions.
_DEPTH = 400
# Without an explicit `as_of` nobody has said that the newest is meant: recency only breaks ties.
_TIE_BREAK = 0.1
# A passage that only the word index found is not far from the question either.
_UNSEEN_COSINE = 0.2


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found, its article's facts, and what its score is made of."""

    number: int
    passage: Passage
    article: Article
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
        most_an_article: int | None = None,
    ) -> list[Hit]:
        """The best passages for a question, best first.

        Args:
            question: the text whose vector is looked up.
            terms: index terms to search words with, and what each counts.
            filters: which articles may be used.
            limit: how many passages at most.
            most_an_article: how many passages one article may give; None for no bound.
        """
        wanted = [WeightedTerm(term, weight) for term, weight in terms.items()]
        title_weight = self._settings.title_weight
        words = dict(
            self._store.search_words(wanted, title_weight=title_weight, limit=_DEPTH, filters=filters)
        )
        vectors: dict[int, float] = {}
        if self._settings.vector_weight:
            vector = embed_question(self._embedder, question)
            vectors = dict(self._store.search_vectors(vector, _DEPTH))
        hits = self._scored(words, vectors, filters)
        hits.sort(key=lambda hit: (-hit.passage.score, hit.passage.id))
        return self._with_texts(_spread(hits, limit, most_an_article))

    def _with_texts(self, hits: Sequence[Hit]) -> list[Hit]:
        """The hits that are kept, with their texts; those whose article has gone meanwhile are not."""
        found = self._store.passages([hit.number for hit in hits])
        return [
            replace(hit, passage=replace(found[hit.number][0], score=hit.passage.score))
            for hit in hits
            if hit.number in found
        ]

    def _scored(
        self, words: Mapping[int, float], vectors: Mapping[int, float], filters: Filters
    ) -> list[Hit]:
        found = self._store.facts([*words, *(n for n in vectors if n not in words)])
        admitted = {n: pair for n, pair in found.items() if filters.admit(pair[1])}
        best = max(words.values(), default=0.0) or 1.0
        settings = self._settings
        as_of = filters.as_of or self._store.coverage().last
        recency_weight = settings.recency_weight * (1.0 if filters.as_of else _TIE_BREAK)
        hits = []
        for number, (passage, article) in admitted.items():
            word = words.get(number, 0.0) / best
            vector = vectors.get(number, _UNSEEN_COSINE)
            recency = _recency(article.published, as_of, settings.recency_half_life_days)
            score = word + settings.vector_weight * vector + recency_weight * recency
            hits.append(Hit(number, replace(passage, score=score), article, word, vector, recency))
        return hits

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        from qa_bot.expansion import expand, weighted_terms
        from qa_bot.question import checked, parse

        text = checked(query_bundle.query_str)
        terms = weighted_terms(expand(parse(text), self._store, word_rarity))
        hits = self.search(text, terms, filters=self._filters, limit=self._limit)
        return [NodeWithScore(node=_node(hit), score=hit.passage.score) for hit in hits]


def _recency(published: str | None, as_of: str | None, half_life_days: float) -> float:
    if not published or not as_of:
        return 0.0
    age = (datetime.date.fromisoformat(as_of) - datetime.date.fromisoformat(published)).days
    return float(0.5 ** (max(age, 0) / half_life_days))


def _spread(hits: Sequence[Hit], limit: int, most_an_article: int | None) -> list[Hit]:
    if most_an_article is None:
        return list(hits[:limit])
    taken: Counter[str] = Counter()
    kept = []
    for hit in hits:
        if taken[hit.article.id] < most_an_article:
            taken[hit.article.id] += 1
            kept.append(hit)
    return kept[:limit]


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
