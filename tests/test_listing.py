"""Names that articles only mention, and lists: which outlets report something, which countries did it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_bot import Answer, QABot
from qa_bot.types import Article
from tests.fakes import write_articles
from tests.test_bot import check_answer

ARTICLES = (
    Article(
        "dam",
        "Norway answered at once on Monday. It closed the dam at Varle, which feeds the plant of the firm"
        " Hydrax, and called in divers. The water fell by two metres within a day.",
        "Dam closed",
        "Harbour Daily",
        None,
        "2024-11-05",
    ),
    Article(
        "quay",
        "The quay of Orme was rebuilt in spring by masons of the town. A ship of the line Kestrel lay there"
        " on Monday with 300 tonnes of salt.",
        "Quay rebuilt",
        "Coast Wire",
        None,
        "2024-11-06",
    ),
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    place = tmp_path_factory.mktemp("listing")
    folder = write_articles(place / "articles", ARTICLES)
    with QABot.from_articles(folder, index_dir=place / "index") as bot:
        yield bot


def asked(bot: QABot, question: str) -> Answer:
    """The answer, held to the contract."""
    answer = bot.answer(question)
    check_answer(bot, answer)
    return answer


@pytest.mark.parametrize(
    "question", ["Tell me about Hydrax", "tell me about hydrax", "What is new on Varle?"]
)
def test_a_name_that_only_leaning_sentences_have_is_told_of_with_what_they_lean_on(
    bot: QABot, question: str
) -> None:
    """The one sentence that names it begins with "It": the quote begins with whom that means."""
    answer = asked(bot, question)
    assert answer.answered
    (citation,) = answer.citations
    assert citation.quote.startswith("Norway answered at once on Monday. It closed the dam at Varle")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Tell me about Merkel", "missing_term"),
        ("Tell me about the Hydrax strike", "not_stated"),
        ("Who is Merkel?", "missing_term"),
    ],
)
def test_what_no_article_has_is_declined_still(bot: QABot, question: str, reason: str) -> None:
    """A name that is nowhere, and a topic of which only the name is there."""
    answer = asked(bot, question)
    assert not answer.answered and answer.reason == reason


def test_a_name_without_a_definition_is_told_of_and_a_notice_says_so(tmp_path: Path) -> None:
    """Where none is likely to say what it is, the sentences that name it are shown, no surer than that."""
    folder = write_articles(tmp_path / "a", ARTICLES)
    with QABot.from_articles(folder, index_dir=tmp_path / "index", min_confidence=0.95) as bot:
        answer = asked(bot, "What is Kestrel?")
        assert answer.answered and answer.confidence < 0.95
        assert "line Kestrel" in answer.text
        assert any("who or what “Kestrel” is" in notice for notice in answer.notices)
        assert asked(bot, "How many tonnes of salt did the Kestrel carry?").reason == "not_stated"


def test_another_of_the_same_name_is_not_told_of() -> None:
    """The samples have a Kim, but not this one."""
    with QABot() as bot:
        answer = bot.answer("Who is Kim Yo Jong?")
    assert not answer.answered and not answer.citations
