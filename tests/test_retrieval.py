"""The ranking: words, whole articles, vectors and time; what it keeps to, and on what it stays sane."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from qa_bot import QABot
from qa_bot.types import Article
from tests.fakes import write_articles

FILLING = "The council met in the old town hall and spoke of the budget for the coming season. "


def news(name: str, text: str, day: str | None = None, **facts: str) -> Article:
    return replace(Article(id=name, text=text, published=day), **facts)  # type: ignore[arg-type]


def bot_of(folder: Path, articles: list[Article]) -> QABot:
    return QABot.from_articles(write_articles(folder / "articles", articles), index_dir=folder / "index")


def order(bot: QABot, question: str, **options: str) -> list[str]:
    """The articles in the order of their first passages."""
    return list(dict.fromkeys(found.article_id for found in bot.search(question, limit=100, **options)))


# --- words --------------------------------------------------------------------------------------


def test_an_article_is_ranked_by_all_that_it_says(tmp_path: Path) -> None:
    """One whose words are spread over its passages comes before one that has some of them in one place."""
    spread = "The ferry left at dawn. " + FILLING * 9 + "\n\nThe mayor waited. " + FILLING * 9
    spread += "\n\nThe strike of the pilots went on. " + FILLING * 9
    dense = "The mayor saw a ferry. " + FILLING * 27
    others = [news(f"other{n}", FILLING * 20 + f"Item {n} was put off.") for n in range(8)]
    with bot_of(tmp_path, [news("spread", spread), news("dense", dense), *others]) as bot:
        assert order(bot, "the strike of the pilots, the ferry and the mayor")[:2] == ["spread", "dense"]
        found = bot.search("strike of the pilots", limit=1)[0]
        assert "pilots" in found.text


def test_the_title_counts(tmp_path: Path) -> None:
    """What an article is about stands in its title."""
    texts = [
        news("titled", "It was seen at noon. " + FILLING, title="Lighthouse at Gorm goes dark"),
        news("plain", "A lighthouse was seen at noon. " + FILLING, title="Notes of the week"),
        *(news(f"other{n}", FILLING, title="Notes") for n in range(5)),
    ]
    with bot_of(tmp_path, texts) as bot:
        assert order(bot, "lighthouse at Gorm")[0] == "titled"
    with QABot.from_articles(tmp_path / "articles", index_dir=tmp_path / "index", title_weight=0) as bot:
        assert "titled" in order(bot, "lighthouse at Gorm")


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Zelenskiy", "Zelensky"),
        ("Sergey Lavrof", "Sergei Lavrov"),
        ("the lighhouse", "lighthouse"),
        ("North Koreans", "DPRK"),
        ("the UK", "Britain"),
        ("drones", "UAVs"),
        ("defense", "defence"),
        ("Café Müller", "Cafe Muller"),
    ],
)
def test_other_spellings_and_names_are_found(tmp_path: Path, asked: str, written: str) -> None:
    """Typos, transliterations, short forms, demonyms and accents."""
    texts = [news("wanted", f"On that day {written} stood in the report. " + FILLING)]
    texts += [news(f"other{n}", f"Item {n}. " + FILLING) for n in range(12)]
    with bot_of(tmp_path, texts) as bot:
        assert order(bot, asked)[0] == "wanted"


def test_a_rare_misspelling_does_not_lead(tmp_path: Path) -> None:
    """The word itself comes before what merely sounds like it, however rare that is."""
    texts = [news(f"court{n}", f"The Supreme Court ruled on item {n}. " + FILLING) for n in range(8)]
    texts += [news("cort", "A suprem cort for tennis was laid out by the club, item by item. " + FILLING)]
    with bot_of(tmp_path, texts) as bot:
        assert order(bot, "What did the Supreme Court rule?")[0].startswith("court")


# --- time ---------------------------------------------------------------------------------------


def test_what_is_newer_comes_first_and_what_is_later_never(tmp_path: Path) -> None:
    """Of articles that say the same; the day asked about is the last that counts."""
    days = ["2024-03-01", "2024-06-01", "2024-09-01", "2024-12-01"]
    texts = [news(day, "The ferry to Gorm was late. " + FILLING, day) for day in days]
    texts.append(news("undated", "The ferry to Gorm was late. " + FILLING))
    with bot_of(tmp_path, texts) as bot:
        assert order(bot, "ferry to Gorm", as_of="2024-09-02")[:3] == days[2::-1]
        assert order(bot, "ferry to Gorm")[:4] == days[::-1]
        assert set(order(bot, "ferry to Gorm", as_of="2024-05-31")) == {"2024-03-01", "undated"}
        assert order(bot, "ferry to Gorm", as_of="2020-01-01") == ["undated"]


DIARY = [
    news(f"{day}", f"The ferry to Gorm was delayed. {FILLING}", str(day))
    for day in (datetime.date(2023, 10, 2) + datetime.timedelta(days=7 * week) for week in range(62))
]


@pytest.fixture(scope="module")
def diary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    """One report each Monday, from 2 October 2023 to 2 December 2024."""
    with bot_of(tmp_path_factory.mktemp("diary"), DIARY) as bot:
        yield bot


@pytest.mark.parametrize(
    ("question", "as_of", "first"),
    [
        ("Why was the ferry to Gorm delayed last week?", "2024-11-15", "2024-11-04"),
        ("Why was the ferry to Gorm delayed this week?", "2024-11-15", "2024-11-11"),
        ("Was the ferry to Gorm delayed yesterday?", "2024-11-05", "2024-11-04"),
        ("Why was the ferry to Gorm delayed on 8 April?", "2024-11-15", "2024-04-08"),
        ("Why was the ferry to Gorm delayed in the week of 8 April 2024?", None, "2024-04-08"),
        ("Why was the ferry to Gorm delayed on 12 February 2024?", None, "2024-02-12"),
        ("What is the latest on the ferry to Gorm?", None, "2024-12-02"),
        ("Is the ferry to Gorm delayed?", "2024-06-12", "2024-06-10"),
    ],
)
def test_the_time_that_a_question_names_comes_first(
    diary: QABot, question: str, as_of: str | None, first: str
) -> None:
    """Whether it is a date, or words that mean one on the day of asking."""
    options = {"as_of": as_of} if as_of else {}
    assert order(diary, question, **options)[0] == first


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("Was the ferry to Gorm delayed in March 2024?", ("2024-03-01", "2024-03-31")),
        ("Was the ferry to Gorm delayed in 2023?", ("2023-01-01", "2023-12-31")),
        ("Was the ferry to Gorm delayed since 11 November 2024?", ("2024-11-11", "2024-12-02")),
        ("Was the ferry to Gorm delayed before 1 November 2023?", ("2023-10-01", "2023-10-31")),
        ("Was the ferry to Gorm delayed between 5 and 20 May 2024?", ("2024-05-05", "2024-05-20")),
    ],
)
def test_a_span_that_a_question_names_leads(diary: QABot, question: str, days: tuple[str, str]) -> None:
    """All that was published in it comes before the rest."""
    inside = [item.id for item in DIARY if item.published and days[0] <= item.published <= days[1]]
    assert inside
    assert set(order(diary, question)[: len(inside)]) == set(inside)


def test_before_an_event_is_before_its_day(tmp_path: Path) -> None:
    """The day is the one that articles give the event; without one nothing changes."""
    texts = [
        news(day, f"The mayor of Gorm spoke of the ferry. {FILLING}", day)
        for day in ("2024-03-01", "2024-09-01")
    ]
    texts.append(news("vote", f"The election in Gorm was held on 5 June 2024. {FILLING}", "2024-06-06"))
    with bot_of(tmp_path, texts) as bot:
        asked = "What did the mayor of Gorm say of the ferry {} the election?"
        found = {side: order(bot, asked.format(side)) for side in ("before", "after")}
        for side, first in (("before", "2024-03-01"), ("after", "2024-09-01")):
            assert next(name for name in found[side] if name != "vote") == first
        assert order(bot, "What did the mayor of Gorm say of the ferry before the eclipse?")


def test_a_year_in_a_name_is_no_time(diary: QABot, tmp_path: Path) -> None:
    """Of "the 2020 election" was written in other years too."""
    texts = [
        news("then", "Of the election much was said. " + FILLING, "2020-11-05"),
        news(
            "later", "Of the 2020 election the court spoke, and of the vote count. " + FILLING, "2024-11-05"
        ),
    ]
    with bot_of(tmp_path, texts) as bot:
        assert order(bot, "What did the court say of the vote count of the 2020 election?")[0] == "later"


SHELF = [
    news(f"{day or 'undated'} {publisher}", f"The ferry was late. {FILLING}", day, publisher=publisher)
    for day in (None, "2024-10-31", "2024-11-01", "2024-11-02", "2024-11-30")
    for publisher in ("Harbour Daily", "Die Straße")
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    with bot_of(tmp_path_factory.mktemp("shelf"), SHELF) as bot:
        yield bot


days = st.none() | st.dates(datetime.date(2024, 10, 30), datetime.date(2024, 12, 1)).map(str)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=st.sampled_from(["ferry", "the late ferry", "budget of the council", "zebra", "Was it late?"]),
    as_of=days,
    since=days,
    until=days,
    publisher=st.none() | st.sampled_from(["harbour daily", "DIE STRASSE", "Nobody"]),
    articles=st.none() | st.lists(st.sampled_from([item.id for item in SHELF]), max_size=4),
)
def test_filters_are_exact(
    shelf: QABot,
    question: str,
    as_of: str | None,
    since: str | None,
    until: str | None,
    publisher: str | None,
    articles: list[str] | None,
) -> None:
    """Whatever index found a passage: words, whole texts or vectors."""
    found = shelf.search(
        question, limit=50, as_of=as_of, since=since, until=until, publisher=publisher, articles=articles
    )
    for passage in found:
        article = shelf.article(passage.article_id)
        assert article.text[passage.start : passage.end] == passage.text
        day = article.published
        assert not (as_of and day and day > as_of)
        assert not since or (day and day >= since)
        assert not until or (day and day <= until)
        assert not publisher or (article.publisher or "").casefold() == publisher.casefold()
        assert articles is None or article.id in articles
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


# --- staying sane -------------------------------------------------------------------------------


def test_no_article_and_one_article(tmp_path: Path) -> None:
    """An empty index finds nothing; a single article is found by any of its words."""
    (tmp_path / "empty").mkdir()
    with QABot(index_dir=tmp_path / "empty") as bot:
        assert bot.search("ferry") == []
        assert not bot.answer("Who is late?").answered
    with bot_of(tmp_path, [news("only", "The ferry was late.")]) as bot:
        assert order(bot, "ferry") == order(bot, "Why was the ferry late?") == ["only"]


@pytest.mark.parametrize("question", ["the", "who", "?", "2024", "Is it?", "a b c", "§ 12", "x" * 5000])
def test_questions_that_say_little_are_met(shelf: QABot, question: str) -> None:
    """One word, stop words, marks: whatever comes is a list, and an answer or none."""
    assert isinstance(shelf.search(question), list)
    assert shelf.answer(question).text


def test_a_question_of_a_thousand_words_finds_what_it_is_about(tmp_path: Path) -> None:
    """Its first words count; the rest may be whatever they are."""
    texts = [news("wanted", "The lighthouse of Gorm was sold to a baker. " + FILLING)]
    texts += [news(f"other{n}", f"Item {n}. " + FILLING) for n in range(12)]
    question = "Who bought the lighthouse of Gorm? " + "And so it went on for a while, they say. " * 110
    assert len(question.split()) > 1000
    with bot_of(tmp_path, texts) as bot:
        assert order(bot, question[:8000])[0] == "wanted"


# Articles and questions that are not English: words are matched as they are written, whatever the script,
# without word forms; nothing is translated.
FOREIGN = {
    "ukrainian": ("Порт Горм закрили через шторм. Пором стоїть у гавані.", "Чому порт Горм закрили?"),
    "german": ("Der Hafen von Gorm wurde wegen des Sturms geschlossen.", "Wurde der Hafen geschlossen?"),
    "arabic": ("أغلق ميناء غورم بسبب العاصفة وبقيت العبارة في الميناء.", "لماذا أغلق ميناء غورم؟"),
    "chinese": ("戈姆港因风暴关闭。渡轮停在港内。", "戈姆港为什么关闭？"),
    "korean": ("고름 항구가 폭풍으로 문을 닫았다.", "고름 항구가 닫았다?"),
    "greek": ("Το λιμάνι του Γκορμ έκλεισε λόγω καταιγίδας.", "Γιατί έκλεισε το λιμάνι;"),
    "hindi": ("तूफान के कारण गोर्म बंदरगाह बंद कर दिया गया।", "गोर्म बंदरगाह क्यों बंद है?"),
}


@pytest.fixture(scope="module")
def babel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    texts = [news(name, text, "2024-11-05") for name, (text, _) in FOREIGN.items()]
    texts += [news(f"english{n}", f"Item {n}. " + FILLING, "2024-11-05") for n in range(12)]
    with bot_of(tmp_path_factory.mktemp("babel"), texts) as bot:
        yield bot


@pytest.mark.parametrize("language", FOREIGN)
def test_a_question_finds_articles_in_its_own_language(babel: QABot, language: str) -> None:
    """By the words that both have."""
    assert order(babel, FOREIGN[language][1])[0] == language


def test_a_question_in_another_language_is_declined_and_not_guessed(babel: QABot) -> None:
    """Nothing is translated."""
    for question in ("Хто купив маяк?", "谁买了灯塔？", "Qui a acheté le phare d'Ys?"):
        assert not babel.answer(question).answered
