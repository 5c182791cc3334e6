"""qa_bot's retriever and engine inside LlamaIndex programs: no OpenAI, exact offsets."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import MetadataMode, NodeWithScore, TextNode
from llama_index.core.tools import QueryEngineTool, RetrieverTool

from qa_bot.bot import QABot
from qa_bot.errors import UsageError
from qa_bot.types import Article
from tests.fakes import FakeEmbedding, write_articles

ARTICLES = [
    Article(
        "mayor",
        "Mayor Elin Storm of Lindholm resigned on Monday. Yes. Yes. An audit had found 🚢 two missing"
        " ferries.\n\nHer deputy will lead the city. Yes. Yes.",
        title="Mayor resigns",
        publisher="Harbour Daily",
        published="2024-11-05",
        url="https://example.org/mayor",
    ),
    Article("strike", "About 1,200 dockers walked out of the port of Lindholm.", published="2024-11-12"),
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    root = tmp_path_factory.mktemp("llama")
    folder = write_articles(root / "articles", ARTICLES)
    with QABot.from_articles(folder, index_dir=root / "index", passage_words=20) as bot:
        yield bot


def check_nodes(bot: QABot, nodes: list[NodeWithScore]) -> None:
    assert nodes
    for scored in nodes:
        node = scored.node
        assert isinstance(node, TextNode)
        text = bot.article(node.metadata["article_id"]).text
        start, end = node.metadata["start"], node.metadata["end"]
        assert text[start:end] == node.text
        assert (node.start_char_idx, node.end_char_idx) == (start, end)
        assert scored.score is not None


def test_the_retriever_gives_nodes_with_exact_offsets(bot: QABot) -> None:
    """Also where a sentence stands twice, and behind characters of several bytes."""
    retriever = bot.as_retriever()
    nodes = retriever.retrieve("Who resigned in Lindholm?")

    assert isinstance(retriever, BaseRetriever)
    check_nodes(bot, nodes)
    assert nodes[0].node.metadata["article_id"] == "mayor"
    assert nodes[0].node.metadata["publisher"] == "Harbour Daily"
    assert nodes[0].node.metadata["url"] == "https://example.org/mayor"
    assert len({node.node.node_id for node in nodes}) == len(nodes)
    assert [node.node.node_id for node in asyncio.run(retriever.aretrieve("Who resigned in Lindholm?"))] == [
        node.node.node_id for node in nodes
    ]


def test_offsets_are_not_shown_to_a_model(bot: QABot) -> None:
    """What a model or an embedder reads of a node is text and facts, no bookkeeping."""
    node = bot.as_retriever(limit=1).retrieve("Who resigned?")[0].node

    assert "article_id" not in node.get_content(MetadataMode.LLM)
    assert node.get_content(MetadataMode.EMBED) == node.get_content(MetadataMode.NONE)


def test_the_retriever_takes_limit_and_filters(bot: QABot) -> None:
    """`limit` bounds the nodes; the filters of `answer` hold for them; others are refused."""
    assert len(bot.as_retriever(limit=1).retrieve("Lindholm")) == 1
    since = bot.as_retriever(since="2024-11-12").retrieve("Who resigned in Lindholm?")
    assert {node.node.metadata["article_id"] for node in since} == {"strike"}
    with pytest.raises(UsageError, match="'sinc'"):
        bot.as_retriever(sinc="2024-11-12")
    with pytest.raises(UsageError, match="empty"):
        bot.as_retriever().retrieve(" ")


def test_the_engine_answers_with_its_quotes_as_nodes(bot: QABot) -> None:
    """The response's text is the answer's, its nodes are the citations, the JSON form is beside it."""
    question = "Who resigned in Lindholm?"
    expected = bot.answer(question)
    engine = bot.as_query_engine()
    for response in (engine.query(question), asyncio.run(engine.aquery(question))):
        assert str(response) == expected.text
        assert response.metadata is not None
        assert response.metadata["answer"]["text"] == expected.text
        check_nodes(bot, response.source_nodes)
        assert [node.node.metadata["number"] for node in response.source_nodes] == [1]


def test_the_engine_declines_without_nodes(bot: QABot) -> None:
    """An answer that there is none has no sources; filters of the engine hold."""
    response = bot.as_query_engine().query("What did Angela Merkel say?")
    filtered = bot.as_query_engine(since="2030-01-01").query("Who resigned?")

    assert "Merkel" in str(response)
    assert response.source_nodes == []
    assert filtered.metadata is not None
    assert filtered.metadata["answer"]["reason"] == "out_of_range"
    with pytest.raises(UsageError, match="'limit'"):
        bot.as_query_engine(limit=5)


def test_both_are_parts_for_llamaindex(bot: QABot) -> None:
    """Tools can be made of them, and the retriever serves LlamaIndex's own engine with any model."""
    tool = QueryEngineTool.from_defaults(bot.as_query_engine(), name="news", description="The news.")
    finder = RetrieverTool.from_defaults(bot.as_retriever(), description="Passages of the news.")
    engine = RetrieverQueryEngine.from_args(bot.as_retriever(limit=2), llm=MockLLM(max_tokens=5))

    assert "Storm" in tool.call("Who resigned in Lindholm?").content
    assert "Storm" in finder.call("Who resigned in Lindholm?").content
    check_nodes(bot, engine.query("Who resigned in Lindholm?").source_nodes)


def test_any_llamaindex_embedding_can_be_used(tmp_path: Path) -> None:
    """An object given as `embedder` embeds passages and questions, and the index remembers its name."""
    embedded: list[str] = []

    class Counting(FakeEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            embedded.append(text)
            return super()._get_text_embedding(text)

    folder = write_articles(tmp_path / "articles", ARTICLES)
    with QABot.from_articles(folder, index_dir=tmp_path / "index", embedder=Counting()) as bot:
        passages = list(embedded)
        nodes = bot.as_retriever().retrieve("Who resigned?")

    assert sum(map(len, passages)) >= sum(len(article.text.replace("\n\n", "")) for article in ARTICLES)
    assert embedded[len(passages) :] == ["Who resigned?"]
    assert nodes
    with QABot(tmp_path / "index", embedder=Counting()) as again:
        assert again.settings.embedder == "fake:8"
        assert again.check() == []
