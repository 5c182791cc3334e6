"""Reports that say the same are cited together and counted; copies count once, what differs is left alone."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from qa_bot import Answer, QABot
from qa_bot.agreement import independent
from qa_bot.types import Article
from tests.fakes import write_articles

QUESTION = "Who is the governor of Orme?"
SAID = (
    "Ida Moe, the governor of Orme, opened the new harbour on Monday.",
    "The governor of Orme, Ida Moe, called the flood the worst in living memory.",
    "Farmers met Ida Moe, governor of Orme, to ask for seed and fodder.",
)


def asked(folder: Path, texts: Sequence[str], question: str = QUESTION) -> Answer:
    """The answer over one article a text, each of an outlet of its own."""
    articles = [
        Article(f"a{place}", text, f"Report {place}", f"Paper {place}", None, f"2024-11-0{place}")
        for place, text in enumerate(texts, 1)
    ]
    with QABot.from_articles(write_articles(folder / "a", articles), index_dir=folder / "index") as bot:
        return bot.answer(question)


def test_outlets_that_say_the_same_stand_on_one_line_and_are_counted(tmp_path: Path) -> None:
    """Each with its number; the one that is quoted says how many there are, the others whom they repeat."""
    answer = asked(tmp_path, SAID)
    assert answer.text.count("\n") == 0
    assert answer.text.endswith(": reported by 3 outlets.")
    first, *others = answer.citations
    assert first.reports == 3 and first.same_as is None
    assert [(each.same_as, each.reports) for each in others] == [(1, 1), (1, 1)]
    assert {each.quote for each in answer.citations} == set(SAID)
    assert answer.to_dict()["citations"][1]["same_as"] == 1


def test_one_outlet_counts_once(tmp_path: Path) -> None:
    """Two articles of one paper are no two reports; both are cited."""
    articles = [
        Article(f"a{place}", text, None, "Harbour Daily", None, f"2024-11-0{place}")
        for place, text in enumerate(SAID[:2], 1)
    ]
    with QABot.from_articles(write_articles(tmp_path / "a", articles), index_dir=tmp_path / "index") as bot:
        answer = bot.answer(QUESTION)
    assert len(answer.citations) == 2 and answer.citations[0].reports == 1
    assert "reported by" not in answer.text and "Also in Harbour Daily" in answer.text


@pytest.mark.parametrize(
    "other",
    [
        "The governor of Orme, Olaf Brandt, called the flood the worst in living memory.",  # another person
        "Ida Moe is not the governor of Orme, said the court, and must leave the house.",  # denied
        "Ida Moe, the mayor of Lindholm, called the flood the worst in living memory.",  # of something else
    ],
)
def test_what_does_not_say_the_same_is_not_counted(tmp_path: Path, other: str) -> None:
    """Whatever words it shares."""
    answer = asked(tmp_path, (SAID[0], other))
    assert all(each.reports == 1 and each.same_as is None for each in answer.citations)
    assert "Also in" not in answer.text


def test_figures_agree_only_with_what_qualifies_them(tmp_path: Path) -> None:
    """About 900 and more than 900 are not one figure; 900 and 900 are."""
    said = ("Some 900 dockers joined the strike in Lindholm, said the union.",)
    same = asked(
        tmp_path / "1",
        (*said, "In Lindholm some 900 dockers joined the strike, police said."),
        "How many dockers joined the strike in Lindholm?",
    )
    assert same.citations[0].reports == 2
    other = asked(
        tmp_path / "2",
        (*said, "In Lindholm more than 900 dockers joined the strike, police said."),
        "How many dockers joined the strike in Lindholm?",
    )
    assert all(each.reports == 1 for each in other.citations)


ARTICLES = st.builds(
    lambda number, publisher, group: Article(f"a{number}", "Text.", None, publisher, group=group),
    st.integers(),
    st.sampled_from([None, "Harbour Daily", "HARBOUR DAILY", "Coast Gazette", "Post"]),
    st.sampled_from([None, 1, 2]),
)


@given(st.lists(ARTICLES, max_size=8, unique_by=lambda article: article.id))
def test_reports_are_counted_whatever_their_order(articles: list[Article]) -> None:
    """Never more than outlets, stories or articles; one more article adds at most one."""
    count = independent(articles)
    outlets = {(article.publisher or article.id).casefold() for article in articles}
    assert count == independent(articles[::-1]) <= len(outlets)
    assert count <= len({article.group or article.id for article in articles})
    if articles:
        assert 1 <= count <= independent(articles[1:]) + 1


def test_copies_of_one_story_count_once(tmp_path: Path) -> None:
    """The wire's story in two papers, and a third that has its own: two reports."""
    wire = " ".join(
        f"{SAID[0]} The quay is {number} metres long, and its cranes came from Lindholm in week {number}."
        for number in range(40, 60)
    )
    answer = asked(tmp_path, (wire, wire.replace("Monday", "Monday morning"), SAID[2]))
    assert answer.citations[0].reports == 2
    assert "reported by 2 outlets" in answer.text
