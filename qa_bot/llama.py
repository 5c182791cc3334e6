"""qa_bot inside other people's LlamaIndex programs.

A CustomQueryEngine, because RetrieverQueryEngine reaches for OpenAI when no model is named.
"""

from __future__ import annotations

from typing import Any

from llama_index.core.base.response.schema import Response
from llama_index.core.bridge.pydantic import Field
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.schema import NodeWithScore, TextNode

from qa_bot.types import Answer, Citation


class AnswerEngine(CustomQueryEngine):
    """A QABot as a query engine.

    The response's text is the answer's; ``source_nodes`` hold the quotes, with ``article_id``, ``start``
    and ``end`` in their metadata; ``metadata["answer"]`` is the answer's JSON form.
    """

    bot: Any
    options: dict[str, Any] = Field(default_factory=dict)

    def custom_query(self, query_str: str) -> Response:
        """Answer a question; raises what `QABot.answer` raises."""
        return _response(self.bot.answer(query_str, **self.options))

    async def acustom_query(self, query_str: str) -> Response:
        """`custom_query`, without blocking the event loop."""
        return _response(await self.bot.aanswer(query_str, **self.options))


def _response(answer: Answer) -> Response:
    nodes = [NodeWithScore(node=_node(citation), score=answer.confidence) for citation in answer.citations]
    return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer.to_dict()})


def _node(citation: Citation) -> TextNode:
    metadata = {
        "number": citation.number,
        "article_id": citation.article.id,
        "start": citation.start,
        "end": citation.end,
        "publisher": citation.article.publisher,
        "published": citation.article.published,
    }
    return TextNode(
        id_=f"{citation.passage_id}@{citation.start}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=["number", "article_id", "start", "end"],
    )
