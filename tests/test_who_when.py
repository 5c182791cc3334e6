"""Persons and days that differ are shown when they are of the same thing, and only then."""

from pathlib import Path

import pytest

from qa_bot import QABot
from qa_bot.candidates import Candidate
from qa_bot.text import sentences
from qa_bot.types import Article
from qa_bot.who_when import others
from tests.fakes import write_articles

WHO, WHEN = "Who ordered the evacuation of Bryn?", "When did the dam at Bryn fail?"


def told(*texts: tuple[str, str, str]) -> list[Candidate]:
    """Each sentence of articles given as outlet, day and text."""
    articles = [
        Article(id=f"a{place}", publisher=outlet, published=day or None, text=text, date_source="field")
        for place, (outlet, day, text) in enumerate(texts)
    ]
    return [
        Candidate(article, span, f"{article.id}#0", 1.0, {}, (), ())
        for article in articles
        for span in sentences(article.text)
    ]


def sides(
    question: str, one: str, other: str, days: tuple[str, str] = ("2024-11-06", "2024-11-07")
) -> list[str]:
    """What two outlets are found to give."""
    found = others(question, told(("Harbour Daily", days[0], one), ("Eastgate Review", days[1], other)))
    return [side[0].value for difference in found for side in difference.sides]


@pytest.mark.parametrize(
    ("question", "one", "other", "expected"),
    [
        (
            WHO,
            "The mayor ordered the evacuation of Bryn.",
            "The governor ordered the evacuation of Bryn.",
            ["The mayor", "The governor"],
        ),
        (
            WHO,
            "People left the town of Bryn. On Monday the mayor ordered the evacuation of Bryn.",
            "People in Bryn left. The evacuation of Bryn was ordered by the governor.",
            ["the mayor", "the governor"],
        ),
        (
            WHO,
            "Mayor Elin Storm ordered the evacuation of Bryn.",
            "Governor Ivan Orlov ordered the evacuation of Bryn on Monday.",
            ["Mayor Elin Storm", "Governor Ivan Orlov"],
        ),
        (
            WHO,
            "The police said that the mayor had ordered the evacuation of Bryn.",
            "Governor Ivan Orlov ordered the evacuation of Bryn.",
            ["the mayor", "Governor Ivan Orlov"],
        ),
        (
            "Who ordered the evacuation?",
            "Water rose in Bryn. The mayor ordered the evacuation.",
            "Rain fell on Bryn. The governor ordered the evacuation.",
            ["The mayor", "The governor"],
        ),
        (
            "Who won the race to Gorm?",
            "Elin Storm won the race to Gorm.",
            "Ada Brink won the race to Gorm on Sunday.",
            ["Elin Storm", "Ada Brink"],
        ),
        (
            WHEN,
            "The dam at Bryn failed on Monday.",
            "The dam at Bryn failed on 5 November.",
            ["Monday, 4 November 2024", "5 November"],
        ),
        (
            WHEN,
            "On Monday the dam at Bryn failed.",
            "The dam at Bryn failed after heavy rain on Tuesday.",
            [],
        ),
        (
            WHEN,
            "On Monday the dam at Bryn failed.",
            "The dam at Bryn failed with a roar on Tuesday.",
            ["Monday, 4 November 2024", "Tuesday, 5 November 2024"],
        ),
        (
            "When was Elin Storm arrested?",
            "Elin Storm was arrested on 3 November in Bryn, the police said.",
            "In Bryn many wept. Elin Storm was arrested on 4 November 2024.",
            ["3 November", "4 November 2024"],
        ),
        (
            "When did Elin Storm resign?",
            "The court in Bryn met. Elin Storm resigned on Monday, a paper said.",
            "There was news in Bryn. Mayor Elin Storm resigned on Sunday.",
            ["Monday, 4 November 2024", "Sunday, 3 November 2024"],
        ),
        (
            "When did the ferry to Gorm capsize?",
            "The ferry to Gorm capsized on Sunday evening.",
            "The ferry to Gorm capsized on Monday.",
            ["Sunday evening, 3 November 2024", "Monday, 4 November 2024"],
        ),
    ],
)
def test_persons_and_days_that_differ_are_found(
    question: str, one: str, other: str, expected: list[str]
) -> None:
    """In one clause each, of one event: active or passive, a weekday or a date."""
    assert sides(question, one, other) == expected


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        # one person under two names, or maybe
        (
            WHO,
            "Mayor Elin Storm ordered the evacuation of Bryn.",
            "Mayor Storm ordered the evacuation of Bryn.",
        ),
        (WHO, "Elin Storm ordered the evacuation of Bryn.", "The mayor ordered the evacuation of Bryn."),
        (
            WHO,
            "Mayor Elin Storm ordered the evacuation of Bryn.",
            "The governor ordered the evacuation of Bryn. Elin Storm became governor in May.",
        ),
        (
            "Who ordered the evacuation of Bryn?",
            "President Olena Zarensky ordered the evacuation of Bryn.",
            "Helena Zarenskiy ordered the evacuation of Bryn.",
        ),
        # no person; two together; not the deed asked of
        (WHO, "The army ordered the evacuation of Bryn.", "The governor ordered the evacuation of Bryn."),
        (
            WHO,
            "The mayor and the governor ordered the evacuation of Bryn.",
            "The mayor ordered the evacuation of Bryn.",
        ),
        (
            WHO,
            "The mayor ordered the evacuation of Bryn.",
            "The governor never ordered the evacuation of Bryn.",
        ),
        (
            WHO,
            "The mayor ordered the evacuation of Bryn.",
            "The governor ordered the end of the evacuation of Bryn.",
        ),
        ("Who visited Bryn?", "The mayor visited Bryn.", "The governor visited Bryn."),
        # another evacuation
        (
            "Who ordered the evacuation?",
            "The mayor ordered the evacuation of Bryn.",
            "The governor ordered the evacuation of Gorm.",
        ),
        (
            "Who won the vote in Tarn?",
            "Elin Storm won the vote in Tarn.",
            "Ivan Orlov won the vote in Tarn in 2020.",
        ),
        ("Who won the match?", "Elin Storm won the match in Gorm.", "Ada Brink won the match in Gorm."),
        (
            "Who wrote the report?",
            "Elin Storm wrote the report on Bryn.",
            "Ivan Orlov wrote the report on Bryn with Elin Storm.",
        ),
        (WHO, "North Tarn ordered the evacuation of Bryn.", "Elin Storm ordered the evacuation of Bryn."),
        # one day in two forms
        (WHEN, "The dam at Bryn failed on Monday.", "The dam at Bryn failed on 4 November 2024."),
        # the day of something else
        (WHEN, "The dam at Bryn failed on Monday.", "The mayor said on Tuesday that the dam at Bryn failed."),
        (
            WHEN,
            "The dam at Bryn failed on Monday.",
            "The dam at Bryn failed and Bryn was emptied on Tuesday.",
        ),
        (WHEN, "The dam at Bryn failed on Monday.", "The dam at Bryn, which opened on Sunday, failed."),
        # unsure, or another time
        (WHEN, "The dam at Bryn failed on Monday.", "The dam at Bryn failed again on Tuesday."),
        (WHEN, "The dam at Bryn failed on Monday.", "The dam at Bryn failed late on Tuesday."),
        (WHEN, "The dam at Bryn failed on Monday.", "The dam at Bryn failed on 5 November 2019."),
        (WHEN, "The dam at Bryn failed on Monday.", "The dam at Bryn failed in November."),
        # part of it, another thing, many things, another office
        (WHEN, "The dam at Bryn failed on Monday.", "A pump of the dam at Bryn failed on Sunday."),
        (WHEN, "The dam at Bryn failed on Monday.", "Talks on the dam at Bryn failed on Sunday."),
        (WHEN, "The dam at Bryn failed on Monday.", "The north dam at Bryn failed on Sunday."),
        ("When did soldiers die?", "Soldiers died on Monday in Bryn.", "Soldiers died on Tuesday in Bryn."),
        (
            "When was the man shot?",
            "The man was shot on Monday in Bryn.",
            "The man was shot on Sunday in Bryn.",
        ),
        (
            "When did Elin Storm resign?",
            "Elin Storm resigned on Monday as mayor of Bryn.",
            "Elin Storm resigned on Tuesday as head of the party in Bryn.",
        ),
        (
            "When was the bridge at Bryn opened?",
            "The bridge at Bryn was opened on Monday.",
            "The bridge at Bryn opened on Sunday to walkers.",
        ),
        # another dam, other talks
        ("When did the dam fail?", "The dam at Bryn failed on Monday.", "The dam at Gorm failed on Tuesday."),
        (
            "When did talks take place?",
            "Talks in Bryn took place on Monday.",
            "Talks in Bryn took place on Tuesday.",
        ),
    ],
)
def test_what_may_be_the_same_or_another_is_no_disagreement(question: str, one: str, other: str) -> None:
    """Better missed than wrong."""
    assert sides(question, one, other) == []
    assert sides(question, other, one) == []


def test_articles_far_apart_tell_of_other_events() -> None:
    """Who ordered it a month later ordered another one; an undated article's weekday is no day."""
    one, other = "The mayor ordered the evacuation of Bryn.", "The governor ordered the evacuation of Bryn."
    assert sides(WHO, one, other, ("2024-11-06", "2024-12-06")) == []
    monday, tuesday = "The dam at Bryn failed on Monday.", "The dam at Bryn failed on Tuesday."
    assert sides(WHEN, monday, tuesday, ("2024-11-06", "2024-11-07"))
    assert sides(WHEN, monday, tuesday, ("2024-11-06", "2024-11-14")) == []
    assert sides(WHEN, monday, tuesday, ("2024-11-06", "")) == []


def test_they_stand_side_by_side_in_the_answer(tmp_path: Path) -> None:
    """In the first line and in `disagreements`; what one outlet gives later is told as a change."""
    news = [
        Article(id="one", publisher="Harbour Daily", published="2024-11-06",
                text="The dam at Bryn failed on Monday. The mayor ordered the evacuation of Bryn."),
        Article(id="two", publisher="Eastgate Review", published="2024-11-07",
                text="Bryn is under water. The dam at Bryn failed on 5 November. "
                "The evacuation of Bryn was ordered by the governor."),
        Article(id="three", publisher="Eastgate Review", published="2024-11-05",
                text="The ferry to Gorm capsized on Sunday off the cape."),
        Article(id="four", publisher="Eastgate Review", published="2024-11-06",
                text="The ferry to Gorm capsized on Monday off the cape."),
    ]  # fmt: skip
    with QABot.from_articles(write_articles(tmp_path / "news", news), index_dir=tmp_path / "index") as bot:
        when, who = bot.answer(WHEN), bot.answer(WHO)
        changed = bot.answer("When did the ferry to Gorm capsize?")
    assert when.text.startswith("The dates differ: ")
    assert {claim.value for claim in when.disagreements[0].claims} == {
        "Monday, 4 November 2024",
        "5 November",
    }
    assert when.disagreements[0].about == "When did the dam at Bryn fail"
    assert who.text.startswith("The articles name different people: ")
    for claim in who.disagreements[0].claims:
        assert claim.value in who.citations[claim.citation - 1].quote
    assert changed.text.startswith(
        "What the outlet says has changed: Sunday, 3 November 2024 [1]; Monday, 4 November 2024 [2]."
    )
