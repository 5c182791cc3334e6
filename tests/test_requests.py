"""Requests: an overview is told from a question for one fact, and of what it is to be."""

import datetime
import time

import pytest
from hypothesis import given, strategies as st

from qa_bot.requests import Period, narrowed, other_topic, put_to, request

OVERVIEWS = (
    # kind, topic, question
    ("summary", "", "Summarise this article"),
    ("summary", "", "Summarize the articles, please."),
    ("summary", "", "tl;dr"),
    ("summary", "the ferry strike", "TL;DR of the ferry strike"),
    ("summary", "", "Give me an overview"),
    ("summary", "Lindholm", "Can you give me a short summary of the news from Lindholm?"),
    ("summary", "the ferry strike", "Summarise the ferry strike in two sentences"),
    ("summary", "the harbour", "I'd like a summary of the articles about the harbour"),
    ("summary", "the harbour", "Summarise what happened in the harbour"),
    ("summary", "", "What are the main points of this article?"),
    ("summary", "", "What is this article about?"),
    ("summary", "", "What topics do the articles cover?"),
    ("summary", "", "Tell me about the news"),
    ("topic", "the ferry", "What do the articles say about the ferry?"),
    ("topic", "Tomas Berg", "what have the papers reported about Tomas Berg"),
    ("topic", "Elin Storm", "What is known about Elin Storm?"),
    ("topic", "her deputy", "What else is known about her deputy?"),
    ("topic", "the dockers' strike", "Tell me about the dockers’ strike"),
    ("topic", "the tunnel", "I want to know more about the tunnel"),
    ("topic", "the WHO", "What do you know about the WHO?"),
    ("topic", "Berg", "everything about Berg"),
    ("topic", "the ferries", "Is there anything about the ferries?"),
    ("newest", "", "What's new?"),
    ("newest", "the ferry since Monday", "What is new on the ferry since Monday?"),
    ("newest", "the strike", "latest on the strike"),
    ("newest", "the strike", "What are the latest developments in the strike?"),
    ("newest", "the bridge", "Any news on the bridge?"),
    ("newest", "Lindholm", "What is going on in Lindholm?"),
    ("newest", "Lindholm since Monday", "What has happened in Lindholm since Monday?"),
    ("newest", "today", "Give me today's headlines"),
    ("newest", "the strike", "Update me on the strike"),
    ("timeline", "the strike", "timeline of the strike"),
    ("timeline", "Lindholm", "Show me the Lindholm timeline"),
    ("timeline", "", "what happened when?"),
    ("timeline", "Lindholm", "What happened when in Lindholm?"),
    ("timeline", "Lindholm", "In what order did the events in Lindholm happen?"),
    ("timeline", "", "In what order?"),
    ("timeline", "the mayor's resignation", "Chronology of the mayor's resignation"),
    ("timeline", "the strike", "How did the strike unfold?"),
    ("timeline", "the dispute", "What are the key dates in the dispute?"),
    ("timeline", "Lindholm", "List the events in Lindholm in chronological order"),
    ("timeline", "last week", "What happened last week?"),
    ("timeline", "October", "What happened in October?"),
)
FACTS = (
    "Who resigned?",
    "What happened to the ferry?",
    "What happened in Lindholm?",
    "What happened first?",
    "What happened when the bridge collapsed?",
    "What happens if the strike goes on?",
    "What is happening on Monday?",
    "What is the latest death toll?",
    "What are the latest figures on the losses?",
    "Who is the latest minister to resign?",
    "What is new York's population?",
    "What is the current price of petrol?",
    "What is the news agency of Lindholm?",
    "What is the timeline for the withdrawal?",
    "What are the dates of the summit?",
    "What were the key findings of the audit?",
    "What are the main points of the harbour plan?",
    "What was the main message of Berg's speech?",
    "What did the mayor say about the ferry?",
    "What does the union say about pay?",
    "What was said about the ferries at the meeting?",
    "What did the Harbour Daily report about the audit?",
    "What is known about who paid for the ferries?",
    "Tell me who resigned.",
    "Tell me how many ferries there are.",
    "Tell me about the number of ferries.",
    "In which order did the court ban fishing?",
    "What order did the judge issue?",
    "How did the bridge collapse?",
    "How did the mayor describe the strike?",
    "Did the article mention Berg?",
    "Are there reports of casualties?",
    "Which newspaper summarised the report?",
    "Tell me about the strike. How many dockers walked out?",
    "",
    "Summarise " * 400,
)


@pytest.mark.parametrize(("kind", "topic", "question"), OVERVIEWS)
def test_an_overview_is_told_with_its_topic(kind: str, topic: str, question: str) -> None:
    """The question's words without those of the request, in their order and with their capitals."""
    found = request(question)

    assert (found.kind, found.topic) == (kind, topic)


@pytest.mark.parametrize("question", FACTS)
def test_a_question_for_a_fact_stays_one(question: str) -> None:
    """It goes the way that it always went, whatever words it shares with requests."""
    assert request(question).kind == "fact"


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("Tell me about it", True),
        ("Summarise it", True),
        ("Summarise", True),
        ("What else is known about his deputy?", True),
        ("Show me the timeline", True),
        ("Summarise the articles", False),
        ("What's new?", False),
        ("Tell me about Berg", False),
    ],
)
def test_a_request_says_whether_it_leans_on_earlier_ones(question: str, *, leans: bool) -> None:
    """A pronoun, or nothing at all, needs what was spoken of before; "the articles" and a name do not."""
    assert request(question).leans is leans


def test_words_in_brackets_are_what_a_follow_up_is_about() -> None:
    """`rewrite.standalone` puts them there."""
    assert request("Tell me about it (ferries Lindholm)?").topic == "ferries Lindholm"
    assert request("timeline (Tomas Berg)?").topic == "Tomas Berg"


def test_a_request_is_put_to_another_topic() -> None:
    """ "And Berg?" after an overview asks for the same of Berg; after a question for a fact it does not."""
    assert other_topic("And Berg?") == other_topic("What about Berg?") == "Berg"
    assert other_topic("And why?") is None
    assert other_topic("Who is Berg?") is None
    assert put_to("Tell me about Elin Storm", "Berg") == "Tell me about Berg"
    assert put_to("Who resigned?", "Berg") is None


WEDNESDAY = datetime.date(2024, 11, 20)


@pytest.mark.parametrize(
    ("topic", "rest", "first", "last"),
    [
        ("the ferry since Monday", "the ferry", "2024-11-18", None),
        ("the ferry last week", "the ferry", "2024-11-11", "2024-11-17"),
        ("the ferry in October", "the ferry", "2024-10-01", "2024-10-31"),
        ("since 5 November", "", "2024-11-05", None),
        ("October", "", "2024-10-01", "2024-10-31"),
        ("this week in Lindholm", "Lindholm", "2024-11-18", "2024-11-24"),
    ],
)
def test_a_time_at_its_end_narrows_a_topic(topic: str, rest: str, first: str, last: str | None) -> None:
    """Seen from the day of asking."""
    assert narrowed(topic, WEDNESDAY)[:2] == (rest, Period(first, last))


@pytest.mark.parametrize(
    "topic", ["the October treaty", "the vote 2020", "Monday's attack on the harbour", "Berg"]
)
def test_a_time_inside_a_topic_is_a_part_of_it(topic: str) -> None:
    """It says which treaty or attack, not when it was written of."""
    assert narrowed(topic, WEDNESDAY) == (topic, None, None)


def test_without_a_day_of_asking_no_time_is_read() -> None:
    """Nobody knows which Monday is meant."""
    assert narrowed("the ferry since Monday", None)[0] == "the ferry since Monday"


@given(st.text(max_size=80))
def test_any_text_is_taken(text: str) -> None:
    """Requests are told of every text; a topic has no space around it, and a fact has no topic."""
    found = request(text)

    assert found.topic == found.topic.strip()
    assert found.kind != "fact" or not found.topic


@pytest.mark.parametrize(
    "again_and_again", ["all the main ", "so please ", "what happened in ", "in 5 words ", "(a "]
)
def test_long_runs_of_words_are_read_quickly(again_and_again: str) -> None:
    """No pattern goes back over what it has read again and again."""
    started = time.perf_counter()
    for start in ("show me ", "timeline of ", "what is "):
        request((start + again_and_again * 200)[:300])

    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("question", "kind", "topic"),
    [
        ("Skerray summary", "summary", "Skerray"),
        ("Summary: the Skerray lifeboat", "summary", "the Skerray lifeboat"),
        ("Skerray latest", "newest", "Skerray"),
        ("Timeline: Skerray", "timeline", "Skerray"),
        ("What did I miss since Monday?", "newest", "since Monday"),
        ("What did I miss about Skerray?", "newest", "Skerray"),
        ("What is happening in Skerray this week?", "newest", "Skerray this week"),
        ("What is happening with the next budget?", "newest", "the next budget"),
        ("Who wrote the summary", "fact", ""),
    ],
)
def test_a_topic_may_be_named_first(question: str, kind: str, topic: str) -> None:
    """As people type it into a search box."""
    found = request(question)

    assert (found.kind, found.topic) == (kind, topic)


@pytest.mark.parametrize(
    "question",
    [
        "What is happening in Skerray on Sunday?",
        "What is going on in Skerray next week?",
        "What's new in Skerray tomorrow?",
        "What is happening in Skerray over the next three days?",
    ],
)
def test_what_is_planned_for_a_day_is_a_fact(question: str) -> None:
    """It is not what is newest."""
    assert request(question).kind == "fact"


@pytest.mark.parametrize(
    ("question", "newest"),
    [
        ("Summarise the newest article", 1),
        ("Summarise the latest story", 1),
        ("Summarise the last three articles", 3),
        ("Give me a summary of the 2 latest reports", 2),
        ("Summarise the latest articles", 0),
    ],
)
def test_the_newest_articles_are_counted(question: str, newest: int) -> None:
    """They are all that is wanted, and lean on nothing."""
    found = request(question)

    assert (found.kind, found.topic, found.newest, found.leans) == ("summary", "", newest, False)


@pytest.mark.parametrize(
    ("question", "topic", "language"),
    [
        ("Summarise in French", "", "French"),
        ("Summarise the lifeboat row into German, please", "the lifeboat row", "German"),
        ("Summarise the lifeboat row in plain English", "the lifeboat row", ""),
        ("Tell me about the elections in French Polynesia", "the elections in French Polynesia", ""),
    ],
)
def test_a_language_is_no_topic(question: str, topic: str, language: str) -> None:
    """Nothing is translated; the answer says so."""
    found = request(question)

    assert (found.topic, found.language) == (topic, language)
