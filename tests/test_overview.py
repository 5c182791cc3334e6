"""Overviews: a few telling sentences, each a true quote, and what happened when."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from qa_bot.bot import QABot
from qa_bot.overview import Sentence, read, summarise, timeline
from qa_bot.quotable import running, stands_alone
from qa_bot.types import Answer, Article, Passage, Span
from tests.fakes import write_articles
from tests.test_bot import check_answer

STORM = Article(
    "storm",
    "Mayor resigns\n\n"
    "Mayor Elin Storm of Lindholm resigned on Monday because an audit found that two ferries had been paid"
    " for and never built. She had led the harbour town for nine years.\n\n"
    "READ MORE: All about the harbour\n\n"
    "Photograph: The mayor leaves the town hall of Lindholm on Monday with her deputy. /AFP\n\n"
    "“We are sorry,” she said, without taking questions. Sign up for our newsletter about Lindholm here.\n\n"
    "The audit of the ferries of Lindholm was begun in August after a tip from a shipyard. Tomas Berg,"
    " her deputy,"
    " will lead Lindholm until March.",
    title="Mayor of Lindholm resigns over missing ferries",
    publisher="Harbour Daily",
    published="2024-11-05",
)
WIRE = Article(
    "wire",
    "Elin Storm, the mayor of Lindholm, resigned on Monday because an audit found that two ferries had"
    " been paid"
    " for and never built.",
    title="Lindholm mayor resigns",
    publisher="Coast Wire",
    published="2024-11-05",
)
STRIKE = Article(
    "strike",
    "About 1,200 dockers went on strike in the port of Lindholm on Tuesday, and forty ships had to wait"
    " outside. Their"
    " union, led by Karin Holm, wants nine per cent more pay.\n\nThe strike of the dockers is the first"
    " in Lindholm"
    " since the port was opened in May 1990. A new round of talks about the strike is scheduled for 18"
    " November.",
    title="Dockers walk out at Lindholm port",
    publisher="The Ledger",
    published="2024-11-12",
)
BERG = Article(
    "berg",
    "Tomas Berg has been sworn in as mayor of Lindholm. Berg promised three new ferries by the summer,"
    " which are to"
    " cost 90 million crowns.\n\nThe dockers of Lindholm ended their strike on Wednesday after the port"
    " agreed to"
    " pay six per cent more.",
    title="Berg sworn in as mayor",
    publisher="Harbour Daily",
    published="2024-11-21",
)
BRIDGE = Article(
    "bridge",
    "The old bridge of Lindholm is 412 metres long and is painted green every ten years. It was hit on"
    " Monday by a"
    " ferry.",
    title="A bridge",
)
ARTICLES = (STORM, WIRE, STRIKE, BERG, BRIDGE)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    place = tmp_path_factory.mktemp("overview")
    folder = write_articles(place / "articles", ARTICLES)
    with QABot.from_articles(folder, index_dir=place / "index") as bot:
        yield bot


def cited(answer: Answer) -> list[str]:
    return [citation.article.id for citation in answer.citations]


def asked(bot: QABot, question: str, **options: Any) -> Answer:
    """The answer, held to the contract and to what every overview promises."""
    answer = bot.answer(question, **options)
    check_answer(bot, answer)
    if answer.answered:
        assert answer.method == "extractive"
        assert [event.citation for event in answer.timeline] in (
            [],
            list(range(1, len(answer.citations) + 1)),
        )
        for event in answer.timeline:
            assert answer.citations[event.citation - 1].quote == event.text
            assert datetime.date.fromisoformat(event.date)
        assert [event.date for event in answer.timeline] == sorted(event.date for event in answer.timeline)
    return answer


REQUESTS = (
    "Summarise the articles",
    "What do the articles say about the ferries?",
    "Tell me about Elin Storm",
    "latest on the strike",
    "timeline of the strike",
    "what happened when?",
    "What happened last week?",
    "What has happened since 10 November?",
    "What is known about Angela Merkel?",
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "as_of": st.sampled_from(["2024-11-04", "2024-11-05", "2024-11-13"]),
        "since": st.sampled_from(["2024-11-05", "2024-11-12", "2025-01-01"]),
        "until": st.sampled_from(["2024-11-05", "2024-11-20"]),
        "publisher": st.sampled_from(["harbour daily", "The Ledger"]),
        "articles": st.lists(st.sampled_from([article.id for article in ARTICLES]), min_size=1, unique=True),
    },
)


@settings(max_examples=60)
@given(question=st.sampled_from(REQUESTS), options=FILTERS)
def test_overviews_keep_the_contract_and_the_filters(
    bot: QABot, question: str, options: dict[str, Any]
) -> None:
    """Whatever is asked for with whatever filters: true quotes, markers that match, no article left out"
    " on purpose."""
    answer = asked(bot, question, **options)

    for article in [citation.article for citation in answer.citations]:
        day = article.published
        assert "as_of" not in options or day is None or day <= options["as_of"]
        assert "since" not in options or (day is not None and day >= options["since"])
        assert "until" not in options or (day is not None and day <= options["until"])
        assert options.get("publisher", "").casefold() in ("", (article.publisher or "").casefold())
        assert article.id in options.get("articles", [article.id])


# --- summaries -------------------------------------------------------------------------------------


def test_a_summary_has_a_sentence_of_each_article_once(bot: QABot) -> None:
    """In the order of their days, undated last; of two wire copies one is told."""
    answer = asked(bot, "Summarise the articles")
    days = [citation.article.published or "undated" for citation in answer.citations]

    assert len(set(cited(answer))) == len(cited(answer)) <= 5
    assert days == sorted(days)
    assert len({"storm", "wire"} & set(cited(answer))) == 1
    assert sum(len(citation.quote.split()) for citation in answer.citations) <= 120


def test_one_article_is_summarised_from_itself(bot: QABot) -> None:
    """With its first sentence, and without headings, captions, furniture, and whoever "she" is."""
    answer = asked(bot, "Summarise this article", articles=["storm"])
    quotes = [citation.quote for citation in answer.citations]

    assert set(cited(answer)) == {"storm"}
    assert quotes[0].startswith("Mayor Elin Storm of Lindholm resigned")
    assert not any(word in answer.text for word in ("READ MORE", "AFP", "newsletter", "She had", "sorry"))
    assert answer.text.startswith("Harbour Daily, 5 November 2024: ")
    assert answer.text.count("\n") == 0


def test_more_articles_than_are_read_are_told_of(tmp_path: Path) -> None:
    """Of many articles the newest are read, and the answer says so."""
    many = [
        Article(
            f"n{day:02}", f"Ferry number {day} of the new line reached Lindholm on time that day.", None, None
        )
        for day in range(1, 31)
    ]
    dated = [
        Article(one.id, one.text, published=f"2024-10-{day:02}", publisher="Harbour Daily")
        for day, one in enumerate(many, 1)
    ]
    with QABot.from_articles(write_articles(tmp_path / "many", dated)) as bot:
        answer = asked(bot, "What's new?")

    assert answer.notices == ("Of 30 articles the 20 newest were read.",)
    assert all(
        citation.article.published > "2024-10-10"
        for citation in answer.citations
        if citation.article.published
    )


# --- topics ----------------------------------------------------------------------------------------


def test_a_topic_is_told_by_sentences_that_speak_of_it(bot: QABot) -> None:
    """Each has the topic's word itself."""
    answer = asked(bot, "What do the articles say about the strike?")

    assert len(answer.citations) >= 2
    assert all("strike" in citation.quote or "walked out" in citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    "question", ["What is known about Angela Merkel?", "timeline of Merkel and the ferries"]
)
def test_a_name_that_no_article_has_is_named(bot: QABot, question: str) -> None:
    """An overview of somebody who is not there is none."""
    answer = asked(bot, question)

    assert (answer.answered, answer.reason) == (False, "missing_term")
    assert answer.text.startswith("No article mentions ")


def test_a_topic_that_nothing_speaks_of_is_declined(bot: QABot) -> None:
    """Though passages come near in some way."""
    answer = asked(bot, "Tell me about volcanoes")

    assert (answer.answered, answer.reason) == (False, "not_stated")
    assert "volcanoes" in answer.text


def test_the_newest_comes_first(bot: QABot) -> None:
    """And only what was published since then, where the question says since when."""
    days = [citation.article.published or "" for citation in asked(bot, "latest on Lindholm").citations]
    since = asked(bot, "What is new on the strike since 20 November?")

    assert days == sorted(days, reverse=True)
    assert cited(since) == ["berg"]


# --- timelines -------------------------------------------------------------------------------------


def test_a_timeline_tells_what_happened_when(bot: QABot) -> None:
    """Days from the words of each sentence, seen from its article; each step on a line with its source."""
    answer = asked(bot, "timeline of the strike")
    steps = [(event.date, event.precision) for event in answer.timeline]

    assert steps == [("2024-11-12", "day"), ("2024-11-18", "day"), ("2024-11-20", "day")]
    assert answer.text.split("\n")[0].startswith(
        "12 November 2024 - The Ledger: About 1,200 dockers went on strike"
    )
    assert answer.text.split("\n")[1].startswith(
        "planned for 18 November 2024 - The Ledger: A new round of talks"
    )
    assert answer.to_dict()["timeline"][2]["date"] == "2024-11-20"


def test_what_was_planned_has_not_happened(bot: QABot) -> None:
    """Asked what happened, only what was reported afterwards is told."""
    answer = asked(bot, "What happened on 18 November 2024?")

    assert "2024-11-18" not in [event.date for event in answer.timeline]


def test_an_event_is_told_once(bot: QABot) -> None:
    """Two outlets report the resignation; one step tells it."""
    answer = asked(bot, "What happened when?")

    assert [event.date for event in answer.timeline].count("2024-11-04") == 1


def test_a_month_is_said_to_be_one(bot: QABot) -> None:
    """An article that names the month alone gives no day to a reader."""
    answer = asked(bot, "What happened in August 2024?")

    assert [(event.date, event.precision) for event in answer.timeline] == [("2024-08-01", "month")]
    assert answer.text.startswith("August 2024 - Harbour Daily: The audit")


def test_news_without_a_day_has_that_of_its_report(bot: QABot) -> None:
    """And the line says that it was reported then, not that it happened then."""
    answer = asked(bot, "timeline of Tomas Berg")
    reported = [event for event in answer.timeline if event.precision == "publication"]

    assert [event.date for event in reported] == ["2024-11-21"]
    assert "reported 21 November 2024 - Harbour Daily: Tomas Berg has been sworn in" in answer.text


def test_without_a_date_there_is_no_step(bot: QABot) -> None:
    """Nobody knows which Monday an undated article means: its sentences are told without a day."""
    answer = asked(bot, "timeline of the bridge", articles=["bridge"])

    assert answer.answered
    assert answer.timeline == ()
    assert answer.notices == ("No sentence on this tells on which day it happened.",)


def test_a_time_that_no_article_tells_of_is_declined(bot: QABot) -> None:
    """With the days that were understood."""
    answer = asked(bot, "What happened in May 2024?")

    assert (answer.answered, answer.reason) == (False, "not_stated")
    assert answer.text == "The articles tell of nothing that happened from 1 May 2024 to 31 May 2024."


# --- conversations ---------------------------------------------------------------------------------


def test_an_overview_follows_on_what_was_spoken_of(bot: QABot) -> None:
    """A pronoun, "And the strike?" and a bare "tl;dr" lean on the last topic; "the articles" do not."""
    chat = bot.chat()
    chat.answer("Tell me about Elin Storm")

    assert chat.answer("timeline of it").standalone_question == "timeline of it (Elin Storm)?"
    assert chat.answer("And Tomas Berg?").standalone_question == "timeline of it (Tomas Berg)?"
    assert "Tomas Berg" in chat.answer("tl;dr").standalone_question
    assert chat.answer("Summarise the articles").standalone_question == "Summarise the articles"


def test_a_request_that_leans_on_nothing_is_for_everything_or_declined(bot: QABot) -> None:
    """ "Summarise it" may well mean all there is; "Tell me about it" can't be answered."""
    assert asked(bot, "Summarise it").answered
    assert not asked(bot, "Tell me about it").answered


# --- choosing --------------------------------------------------------------------------------------


def material(article: Article) -> list[Sentence]:
    return read(article, [Passage(f"{article.id}#0", article.id, article.text, 0, len(article.text))])


def test_nothing_comes_of_nothing() -> None:
    """No sentences, no overview."""
    assert summarise([], order="date") == []
    assert timeline([]) == []


TEXTS = st.lists(
    st.sampled_from(
        [
            "The ferry Nord left Lindholm on Monday with 200 people on board.",
            "The ferry Nord left Lindholm on Monday with some 200 people on board.",
            "Karin Holm has led the union of the dockers for eleven years.",
            "She said nothing more about it.",
            "Prices at the harbour rose by a third in June, the port authority said.",
            "READ MORE",
            "船は毎日出ます。港は大きいです。",
            "“We will not pay,” said Per Lund, the director of the port of Lindholm.",
            "Will the bridge be opened in time for the summer at all?",
        ]
    ),
    max_size=12,
)


@given(st.lists(TEXTS, max_size=4), st.integers(1, 6), st.integers(5, 60))
def test_what_is_chosen_is_an_exact_part_of_what_there_is(
    texts: list[list[str]], most: int, room: int
) -> None:
    """Few, short, no two alike, each a span of its article that can stand alone."""
    articles = [
        Article(f"a{number}", "\n".join(lines), published=f"2024-11-{number + 1:02}")
        for number, lines in enumerate(texts)
    ]
    found = [sentence for article in articles for sentence in material(article)]
    chosen = summarise(found, order="newest", most=most, words=room)
    steps = timeline(found)

    assert set(map(id, chosen)) <= set(map(id, found))
    assert len(chosen) <= most
    assert sum(len(one.text.split()) for one in chosen) <= room or len(chosen) == 1
    assert len({one.text for one in chosen}) == len(chosen)
    assert bool(chosen) == bool(found)
    for step in steps:
        assert step.sentence in found
        assert step.words is None or step.words.start >= step.sentence.span.start


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("On Thursday the port of Lindholm was closed by a storm.", ["2024-11-07"]),
        ("The port of Lindholm was closed on 8 October by a storm.", ["2024-10-08"]),
        ("The strike is the first since the port of Lindholm closed on 8 October.", []),
        ("Karin Holm, who was elected on 8 October, spoke to the dockers.", []),
        ("The 8 October storm cost the port of Lindholm forty million crowns.", []),
        ("The port of Lindholm will be opened by the king on 20 November.", ["2024-11-20"]),
        ("Karin Holm hopes to be at home in Lindholm on 20 November.", []),
        ("Tomas Berg said on Monday that the port was closed on 8 October.", ["2024-10-08"]),
        ("Elin Storm grew up beside the harbour and loved its ferries.", []),
        ("The port of Lindholm has lost a third of its dockers in recent years.", []),
        ("The port of Lindholm has been sold to a shipyard from the south.", ["2024-11-12"]),
        ("The harbour wall of Lindholm was built in 1820.", []),
        ("The quay of Lindholm was sold for 1500 crowns in those years.", []),
        ("The harbour of Lindholm was closed to 1,500 dockers.", ["2024-11-12"]),
        ("The port of Lindholm will reopen on 3 December, the mayor said on Tuesday.", ["2024-12-03"]),
    ],
)
def test_days_are_those_of_the_event(text: str, dates: list[str]) -> None:
    """Not those of what it is compared with, of who somebody is, or of what may come."""
    steps = timeline(material(Article("one", text, published="2024-11-12")))

    assert [step.date for step in steps] == dates


@pytest.mark.parametrize(
    "sentence",
    [
        "But the port of Lindholm stayed closed until the evening.",
        "For Storm, he said, the ferries were the end of it.",
        "On Monday she went back to her house by the harbour.",
        "“We have never seen a queue like this in the harbour.",
        "Nobody told us in Lindholm that the ferries were late.",
        "Coastfax, another agency, wrote that they met on the quay.",
        "Tomas Berg, her deputy in Lindholm, spoke to the dockers.",
        "Tomas Berg, he pointed out, had never seen the ferries.",
        "Why was the ferry from Lindholm late on a day like that?",
        "Too short.",
    ],
)
def test_a_sentence_that_needs_its_surroundings_is_not_quoted(sentence: str) -> None:
    """Whoever reads it alone does not know who "she" is or what the "but" is against."""
    assert not stands_alone(sentence, Span(0, len(sentence)))


def test_headings_captions_and_furniture_are_no_running_text() -> None:
    """A page is more than its story."""
    text = (
        "Mayor resigns\n\nThe mayor of Lindholm resigned on Monday.\n\nThe mayor leaves. Photograph: Zoë"
        " Lind/Reuters\n\n"
        "Read more about Lindholm here.\n\n© 2024 Harbour Daily. All rights reserved.\n\nThe mayor of"
        " Lindholm resigned on"
        " Monday."
    )

    assert [text[span.start : span.end] for span in running(text)] == [
        "The mayor of Lindholm resigned on Monday."
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Karin Holm said on the quay that her dockers had won.",
        "The dockers of Lindholm said on Tuesday that they had won.",
        "Karin Holm and Tomas Berg said on Tuesday that they had met.",
    ],
)
def test_a_pronoun_after_whom_it_means_stands_alone(sentence: str) -> None:
    """The sentence names whom it speaks of."""
    assert stands_alone(sentence, Span(0, len(sentence)))


def test_the_days_of_a_span_are_both_shown(tmp_path: Path) -> None:
    """Not the first alone."""
    text = "The port of Lindholm was closed from 8 to 13 October by a storm."
    folder = write_articles(tmp_path / "articles", [Article("one", text, published="2024-11-12")])
    with QABot.from_articles(folder, index_dir=tmp_path / "index") as bot:
        answer = asked(bot, "Give me a timeline")

    assert answer.text.startswith("8 October 2024 to 13 October 2024")


def test_a_topic_whose_words_never_meet_is_not_said_to_be_unknown(bot: QABot) -> None:
    """Both stand in the articles, only not together; a word that no article has is named alone."""
    apart = asked(bot, "Tell me about Karin Holm and Elin Storm")
    unknown = asked(bot, "Tell me about lighthouses")

    assert apart.text == "No sentence found that speaks of both “Karin Holm” and “Elin Storm”."
    assert unknown.text == "The articles do not tell: no article mentions “lighthouses”."


def test_days_without_an_article_are_said_to_be_so(bot: QABot) -> None:
    """The topic is not said to be missing."""
    answer = asked(bot, "What is happening in Lindholm today?", as_of="2024-11-25")

    assert answer.text == "None of the articles was published on 25 November 2024."


def test_a_sentence_that_names_the_day_is_found_wherever_it_stands(tmp_path: Path) -> None:
    """Also where the day is beside the point, or the sentence leans on another."""
    text = "It shows a yard where the dockers of Lindholm were said to have met on 8 October."
    folder = write_articles(tmp_path / "articles", [Article("one", text, published="2024-10-12"), STRIKE])
    with QABot.from_articles(folder, index_dir=tmp_path / "index") as bot:
        answer = asked(bot, "What happened on 8 October 2024?")

    assert answer.answered
    assert text in answer.text


def test_the_newest_articles_or_those_of_a_publisher_are_summarised(bot: QABot) -> None:
    """Nothing else is read for it."""
    assert set(cited(asked(bot, "Summarise the newest article"))) == {"berg"}
    assert set(cited(asked(bot, "Summarise the last two articles"))) == {"berg", "strike"}
    assert set(cited(asked(bot, "Summarise the article by Coast Wire"))) == {"wire"}
    assert set(cited(asked(bot, "Summarise the Harbour Daily article"))) == {"berg"}
    assert set(cited(asked(bot, "Summarise the Harbour Daily articles"))) <= {"berg", "storm"}
    assert "berg" in cited(asked(bot, "Summarise"))


def test_a_summary_in_another_language_says_that_nothing_is_translated(bot: QABot) -> None:
    """The language is no topic."""
    answer = asked(bot, "Summarise in French")

    assert answer.answered
    assert answer.notices == ("Answers quote the articles in their own language, not in French.",)


def test_a_timeline_of_a_loose_topic_is_told_by_its_names(bot: QABot) -> None:
    """No sentence need have its other words."""
    answer = asked(bot, "Timeline of Elin Storm and the crowns")

    assert [event.date for event in answer.timeline] == ["2024-11-04"]
    assert answer.notices == ("Not every sentence speaks of “crowns”.",)


def test_a_coming_day_that_an_article_tells_of_is_found(tmp_path: Path) -> None:
    """It is no question for what is newest."""
    text = "The herring fair of Skerray opens on Sunday beside the old lighthouse."
    folder = write_articles(tmp_path / "articles", [Article("one", text, published="2024-11-20"), STRIKE])
    with QABot.from_articles(folder, index_dir=tmp_path / "index") as bot:
        answer = bot.answer("What is happening in Skerray on Sunday?")

    assert "herring fair" in answer.text


def test_a_day_is_looked_up_by_its_words_where_not_all_is_read(tmp_path: Path) -> None:
    """An article of long after may name it; and nothing is said of articles that were not read."""
    words = "ferry herring lantern quay rope sail tar anchor buoy net".split()
    many = [
        Article(
            f"n{day:02}",
            f"The {words[day % 10]} was sold to a shipyard of the south.",
            published=f"2024-10-{day:02}",
        )
        for day in range(1, 31)
    ]
    late = [
        Article(
            f"l{day:02}",
            f"The {words[day % 10]} was brought back to the shipyard.",
            published=f"2024-12-{day:02}",
        )
        for day in range(1, 29)
    ]
    told = "Dockers of Lindholm said that a crane had fallen into the harbour on 3 September."
    late[20] = Article("crane", told, published="2024-12-21")
    with QABot.from_articles(write_articles(tmp_path / "many", [*many, *late])) as bot:
        found = asked(bot, "What happened on 3 September 2024?")
        nothing = asked(bot, "What happened on 4 September 2024?")

    assert told in found.text
    assert nothing.text == "No sentence found that tells of what happened on 4 September 2024."


def test_sentences_that_go_on_about_the_topic_by_its_noun_are_shown(tmp_path: Path) -> None:
    """After "the Harbour Plan" it is "the plan": of that article, and of none that has not named it."""
    ferry = Article(
        "ferry",
        "The mayor of Lindholm presented her Harbour Plan to the council on Monday.\n\n"
        "The plan provides for three ferries and a quay for cruise ships.\n\n"
        "Her rival wants to cut taxes in May. His plan would end free meals. The plan of the council is new.",
    )
    other = Article(
        "other", "The plan provides for a school in the north of Lindholm, which costs 12 million crowns."
    )
    kremlin = Article(
        "kremlin",
        "The Kremlin rejected peace talks on Monday.\n\nThe Kremlin has turned down every offer of the year.",
    )
    told = write_articles(tmp_path / "told", [ferry, other, kremlin])
    with QABot.from_articles(told, index_dir=tmp_path / "index") as bot:
        text = bot.answer("What do the articles say about the Harbour Plan?").text
        kept = bot.answer("What do the articles say about the Kremlin?").text
    assert "presented her Harbour Plan" in text and "three ferries" in text
    assert "school" not in text and "free meals" not in text and "of the council" not in text
    assert "rejected peace talks" in kept and "every offer" in kept
