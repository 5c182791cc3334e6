"""Small real implementations to test with: nothing here pretends, everything is just simpler."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from qa_bot.chunking import passages
from qa_bot.store import Build, Entry, Store
from qa_bot.types import Article

FAKE_BUILD = Build("fake:8", 20)


class FakeEmbedding(BaseEmbedding):
    """Eight numbers a text: each word adds its own, so that texts that share words are near."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"model_name": FAKE_BUILD.embedder, "embed_batch_size": 100, **kwargs})

    def _get_text_embedding(self, text: str) -> list[float]:
        vector = np.zeros(8)
        for word in text.casefold().split():
            digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
            vector += np.frombuffer(digest[:8], dtype=np.uint8) / 255 - 0.5
        return [float(number) for number in vector]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def entry(article: Article, source: str | None = None, words: int = FAKE_BUILD.passage_words) -> Entry:
    """An article cut and embedded as a Store takes it."""
    spans = passages(article.text, words)
    vectors = FakeEmbedding().get_text_embedding_batch([article.text[s.start : s.end] for s in spans])
    table = np.asarray(vectors, dtype=np.float32).reshape(len(spans), 8)
    return Entry(article, source or f"/articles/{article.id}", spans, table)


def fill(store: Store, articles: Sequence[Article]) -> None:
    """Put articles into a store in one change."""
    with store.writing() as writer:
        writer.put([entry(article) for article in articles])


def write_articles(folder: Path, articles: Sequence[Article]) -> Path:
    """Articles as Markdown files with front matter, named by their id; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for article in articles:
        facts = {
            "id": article.id,
            "title": article.title,
            "publisher": article.publisher,
            "author": article.author,
            "date": article.published,
            "url": article.url,
        }
        known = {name: fact for name, fact in facts.items() if fact is not None}
        front = "\n".join(f"{name}: {json.dumps(fact)}" for name, fact in known.items())
        (folder / f"{article.id}.md").write_text(f"---\n{front}\n---\n\n{article.text}\n", "utf-8")
    return folder
