"""Two questions in one: both are answered, each under its own words."""

import json
from collections.abc import Iterator

import pytest

from qa_bot import QABot
from qa_bot.citations import markers
from qa_bot.parts import MAX_WORDS, second, split
from qa_bot.types import Answer, Article, Draft, Turn
from tests.fakes import write_articles

NEWS = [
    Article(
        id="resigned",
        title="Governor of Tarn steps down",
        publisher="Harbour Daily",
        published="2024-11-05",
        text="Governor Elin Storm of Tarn resigned on Monday after eleven years in office.\n\n"
        "Storm resigned because the dam at Bryn had burst on her watch, she wrote to the court.\n\n"
        "Her deputy, Ivan Orlov, takes over until the spring.",
    ),
    Article(
        id="dam",
        title="Dam bursts at Bryn",
        publisher="Eastgate Review",
        published="2024-10-21",
        text="The dam at Bryn burst on 19 October, and the lower town lay under water by the evening.\n\n"
        "The flood killed 14 people in Bryn. The army sent 300 soldiers to the town.\n\n"
        "“We warned of the cracks for years,” said Ivan Orlov, the deputy governor of Tarn.",
    ),
    Article(
        id="talks",
        title="Talks on the river",
        publisher="Civic Observer",
        published="2024-11-12",
        text="Talks on the river treaty took place in the port of Gorm on 10 November.\n\n"
        "Bakers in Gorm held their fair on the same day.",
    ),
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    place = tmp_path_factory.mktemp("news")
    with QABot.from_articles(write_articles(place / "articles", NEWS), index_dir=place / "index") as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who resigned, and why?", ("Who resigned?", "Why?")),
        ("Who resigned? And why?", ("Who resigned?", "Why?")),
        ("Did Storm resign and, if so, when?", ("Did Storm resign?", "When?")),
        (
            "When and where did the talks take place?",
            ("When did the talks take place?", "Where did the talks take place?"),
        ),
        (
            "Why and by whom was the dam closed?",
            ("Why was the dam closed?", "By whom was the dam closed?"),
        ),
        (
            "How many soldiers were sent and how many died?",
            ("How many soldiers were sent?", "How many died?"),
        ),
        ("Who is Ivan Orlov and what did he say?", ("Who is Ivan Orlov?", "What did he say?")),
        ("Was the dam closed and was anyone hurt?", ("Was the dam closed?", "Was anyone hurt?")),
        (
            "Who met the Russian and French envoys, and where?",
            ("Who met the Russian and French envoys?", "Where?"),
        ),
    ],
)
def test_two_questions_are_told_apart(question: str, parts: tuple[str, str]) -> None:
    """By their question words: at the front, at the end, or each with a clause of its own."""
    assert split(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "How many Russian and North Korean soldiers died?",
        "What did the US and South Korea say about the missile?",
        "Who said that and when he would leave?",
        "Who said that the dam and the bridge were closed?",
        "What is the difference between what was said and what was done?",
        "What lies between Bryn and Gorm?",
        "Who knows what happened, and why?",
        "Do we know who resigned and who took over?",
        "What did he say about who resigned and why the dam failed?",
        "What did Orlov say when he resigned, and why?",
        'Who wrote "When and where did they go"?',
        "Who wrote “Who resigned, and why?”",
        "Who directed When and Where?",
        "Who resigned and was arrested?",
        "Who was born in Bryn and is now mayor?",
        "Who is and who was the minister?",
        "How many died, and who says so?",
        "How many died? Do the sources agree?",
        "Who resigned, and who took over, and when?",
        "And why?",
        "Summarise the article and say why it matters",
        "Who resigned, and why? " + "x" * 700,
    ],
)
def test_one_question_is_left_whole(question: str) -> None:
    """Names that are joined, clauses of one verb, titles and quotations."""
    assert split(question) is None


def held(answer: Answer) -> list[int]:
    """The citations' numbers, when each is of the text and the reverse, and counted on from 1."""
    numbers = [cited.number for cited in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(markers(answer.text)) == set(numbers)
    for cited in answer.citations:
        assert cited.article.text[cited.start : cited.end] == cited.quote
    return numbers


def test_each_is_answered_under_its_own_words(bot: QABot) -> None:
    """The second with what it leaves unsaid: the person whom the first came to."""
    answer = bot.answer("Who resigned, and why?")
    assert answer.question == "Who resigned, and why?"
    assert answer.standalone_question == "Who resigned? Why did Governor Elin Storm of Tarn resign?"
    first, second = answer.text.split("\nWhy did Governor Elin Storm of Tarn resign?\n")
    assert first.startswith("Who resigned?\nHarbour Daily, 5 November 2024: Governor Elin Storm")
    assert "because the dam at Bryn had burst" in answer.text
    assert markers(second)
    assert held(answer)
    assert len(answer.text.split()) <= MAX_WORDS
    assert not answer.notices
    alone = [
        bot.answer(part).confidence
        for part in ("Who resigned?", "Why did Governor Elin Storm of Tarn resign?")
    ]
    assert answer.confidence == min(alone)


@pytest.mark.parametrize(
    ("question", "alone", "told"),
    [
        (
            "When and where did the talks take place?",
            "When did the talks take place? Where did the talks take place?",
            ["10 November", "Gorm"],
        ),
        (
            "How many soldiers were sent to Bryn and how many people were killed?",
            "How many soldiers were sent to Bryn? How many people were killed (Bryn)?",
            ["300", "14"],
        ),
        (
            "Who is Ivan Orlov and what did he say?",
            "Who is Ivan Orlov? What did Ivan Orlov say?",
            ["deputy governor", "cracks"],
        ),
        (
            "When did the dam burst, and where?",
            "When did the dam burst? Where did the dam burst?",
            ["19 October"],
        ),
    ],
)
def test_words_come_from_the_other_part(bot: QABot, question: str, alone: str, told: list[str]) -> None:
    """A noun that is counted, a clause, a pronoun's person, the place."""
    answer = bot.answer(question)
    assert answer.standalone_question == alone
    assert [words for words in told if words not in answer.text] == []
    assert held(answer)


def test_what_another_says_is_of_the_same() -> None:
    """Said of what the first question asks about."""
    first = Turn("What does NATO say about the soldiers?", "The articles do not tell.")
    assert second("What does Seoul say?", first) == ("What does Seoul say about the soldiers?", False)


def test_a_quote_that_answers_both_is_quoted_once(bot: QABot) -> None:
    """The second part points to it."""
    answer = bot.answer("When and where did the talks take place?")
    assert answer.text.count("took place in the port of Gorm") == 1
    assert "See [1] above." in answer.text


def test_a_part_without_an_answer_says_so(bot: QABot) -> None:
    """A notice too; where neither has one the whole is declined."""
    answer = bot.answer("Who resigned, and how many bakers held the talks?")
    assert answer.answered
    assert "How many bakers held the talks?\nThe articles do not say how many." in answer.text
    assert answer.notices == ("One of the two questions is answered, not “How many bakers held the talks?”",)
    assert answer.reason is None
    other = bot.answer("Who is Angela Merkel and when did the dam burst?")
    assert other.text.startswith("Who is Angela Merkel?\nNo article mentions “Angela Merkel”.\n")
    assert "19 October" in other.text
    assert held(other)
    neither = bot.answer("Who is Angela Merkel and what did she say?")
    assert (neither.answered, neither.reason, neither.confidence) == (False, "missing_term", 0.0)
    assert neither.text == "No article mentions “Angela Merkel”."
    assert neither.citations == ()


def test_it_streams_and_is_json(bot: QABot) -> None:
    """Line by line; every key of the contract."""
    *drafts, answer = bot.stream("Who resigned, and why?")
    assert all(isinstance(draft, Draft) and answer.text.startswith(draft.text) for draft in drafts)
    assert isinstance(answer, Answer)
    assert answer.to_dict().keys() == bot.answer("Who resigned?").to_dict().keys()
    assert set(answer.timings_ms) == {"rewrite", "retrieve", "evidence", "answer"}
    json.dumps(answer.to_dict())


def test_a_follow_up_leans_on_the_parts(bot: QABot) -> None:
    """In a conversation: a pronoun of both parts, and a question word put to the second."""
    chat = bot.chat()
    chat.answer("Who is Ivan Orlov?")
    answer = chat.answer("What did he say, and when?")
    assert answer.standalone_question == "What did Ivan Orlov say? When did Ivan Orlov say that?"
    assert "cracks" in answer.text
    chat = bot.chat()
    chat.answer("Did Elin Storm resign, and why?")
    assert chat.answer("And when?").standalone_question == "When did Elin Storm resign?"


def test_both_are_explained(bot: QABot) -> None:
    """One after the other, for readers and for programs."""
    reasons = bot.explain("Who resigned, and why?")
    assert "The second question:\nKind of question: reason" in str(reasons)
    assert reasons.second is not None
    assert reasons.to_dict()["second"]["kind"] == "reason"
    assert reasons.second.to_dict()["second"] is None
