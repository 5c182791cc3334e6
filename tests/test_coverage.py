"""What an index covers in time: told when a question reaches outside it, or when it has grown old."""

from collections.abc import Iterator

import pytest

from qa_bot import QABot
from qa_bot.coverage import after_coverage, coverage_line, coverage_notice, tells_of_outside
from qa_bot.types import Article, Coverage
from tests.fakes import write_articles

COVERED = Coverage(5, "2024-10-19", "2024-11-29")
NEWS = [
    Article(
        id="one",
        title="Ferry delayed",
        publisher="Harbour Daily",
        published="2024-11-06",
        text="The ferry to Gorm was delayed on Monday because its engine failed. "
        "The harbour master Ada Brink said that the line will open again on 3 February 2025.",
    ),
    Article(
        id="two", publisher="Quay Post", published="2024-11-29", text="Bakers in Gorm met on 1 May 1999."
    ),
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    place = tmp_path_factory.mktemp("news")
    with QABot.from_articles(write_articles(place / "articles", NEWS), index_dir=place / "index") as opened:
        yield opened


@pytest.mark.parametrize(
    ("coverage", "line"),
    [
        (COVERED, "5 articles, 19 October\u00a0– 29 November 2024"),
        (Coverage(1, "2024-10-19", "2024-10-19"), "1 article, 19 October 2024"),
        (
            Coverage(2000, "2023-10-19", "2024-10-19"),
            "2,000 articles, 19 October 2023\u00a0– 19 October 2024",
        ),
        (Coverage(3), "3 articles, undated"),
        (Coverage(), "No articles yet"),
    ],
)
def test_coverage_is_told_in_a_line(coverage: Coverage, line: str) -> None:
    """How many articles, of which days."""
    assert coverage_line(coverage) == line


@pytest.mark.parametrize(
    ("question", "as_of", "told"),
    [
        ("What happened in December 2025?", None, "December 2025"),
        ("What happened on 3 October 2024?", None, "3 October 2024"),
        ("What happened last week?", "2025-03-01", "last week"),
        ("What happened in November 2024?", None, None),
        ("What happened last week?", None, None),
        ("Who won the 2020 election?", None, None),
        ("Who resigned?", "2024-12-05", None),
        ("Who resigned?", "2025-03-01", "92 days"),
    ],
)
def test_a_question_that_reaches_outside_is_told_what_is_covered(
    question: str, as_of: str | None, told: str | None
) -> None:
    """And one that is asked long after the newest article."""
    notice = coverage_notice(question, COVERED, as_of)
    assert (notice is None) == (told is None)
    if notice and told:
        assert told in notice
        assert "29 November 2024" in notice


def test_a_time_after_the_last_article_is_out_of_range(bot: QABot) -> None:
    """No article can know it, but for what was planned."""
    reply = bot.answer("Why was the ferry to Gorm delayed in March 2025?")
    assert (reply.answered, reply.reason) == (False, "out_of_range")
    assert "March 2025" in reply.text
    assert "2 articles, 6" in reply.notices[0]
    assert reply.passages
    assert bot.answer("Is the ferry to Gorm delayed next year?").reason != "out_of_range"
    planned = bot.answer("Will the ferry to Gorm open again on 3 February 2025?")
    assert planned.answered
    assert "3 February 2025" in planned.text
    told = bot.answer("Where did bakers meet on 1 May 1999?")
    assert told.answered, "articles tell of what was before them"


def test_the_day_that_words_mean_is_shown_beside_the_quote(bot: QABot) -> None:
    """From the article's own date; the quote stays as it was written."""
    reply = bot.answer("Why was the ferry to Gorm delayed?")
    (mention,) = reply.citations[0].dates
    assert (mention.text, mention.date) == ("Monday", "2024-11-04")
    assert "[1] (Monday: 4 November 2024)" in reply.text
    assert "on Monday because" in reply.citations[0].quote
    assert reply.to_dict()["citations"][0]["dates"] == [{"text": "Monday", "date": "2024-11-04"}]


def test_no_day_is_given_to_spoken_words_or_ranges(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Who said "today" may have said it on another day; "8 to 13 October" is no single one."""
    place = tmp_path_factory.mktemp("news")
    text = (
        'The mayor of Gorm said in his speech: "The ferry sails today." He has repeated it since.\n\n'
        "Bakers of Gorm met from 8 to 13 October in the town hall, and again on 15 October."
    )
    news = [Article(id="one", published="2024-11-06", text=text)]
    with QABot.from_articles(write_articles(place / "articles", news), index_dir=place / "index") as bot:
        spoken = bot.answer("What did the mayor of Gorm say in his speech of the ferry that sails today?")
        quote = next(item for item in spoken.citations if "The ferry sails today" in item.quote)
        assert "today" not in [mention.text for mention in quote.dates]
        met = bot.answer("When did bakers meet in the town hall of Gorm?")
        assert [mention.date for mention in met.citations[0].dates] == ["2024-10-15"]
        assert met.text.endswith("[1]"), "a day and month are plain enough"


@pytest.mark.parametrize(
    ("question", "as_of", "beyond"),
    [
        ("Who runs the ferry to Gorm today?", "2024-11-30", None),
        ("Who runs the ferry to Gorm this month?", "2026-03-30", None),
        ("Who sold the ferry to Gorm yesterday?", "2024-12-05", None),
        ("Who sold the ferry to Gorm yesterday?", "2024-12-09", "yesterday"),
        ("Why was the ferry sold in March 2025?", None, "March 2025"),
        ("Where will the ferry be sold in March 2025?", None, None),
    ],
)
def test_only_what_happened_well_after_the_last_article_is_beyond_it(
    question: str, as_of: str | None, beyond: str | None
) -> None:
    """What lasts may have been told before, and what was just after is told in a notice."""
    assert after_coverage(question, COVERED, as_of) == beyond


def test_a_notice_puts_the_words_in_quotation_marks() -> None:
    """They stand in the sentence as they do in the question."""
    notice = coverage_notice("What has changed since 2025?", COVERED, None)

    assert notice
    assert notice.startswith("The question names “since 2025”; the index covers 5 articles")


def test_a_month_that_articles_told_of_beforehand_needs_no_notice() -> None:
    """The quote holds it."""
    notice = coverage_notice("Who chairs the harbour board in December?", COVERED, "2024-11-30")

    assert notice
    assert tells_of_outside(notice, ["In December the board passes to Ada Brink."])
    assert not tells_of_outside(notice, ["The board passes to Ada Brink."])
    assert not tells_of_outside(None, ["In December the board passes to Ada Brink."])
