"""Rewriting: what a follow-up leaves unsaid is taken from the turns before it, and nothing else."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, strategies as st

from qa_bot.config import bundled
from qa_bot.rewrite import standalone, understood
from qa_bot.types import Article, Citation, DateMention, Span, Turn

TROOPS = Turn("How many North Korean troops are in Russia?", "About 11,000.")
GOVERNOR = Turn("Did the governor of Rostov resign?", "Yes, Vasily Golubev has resigned suddenly.")


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("Why?", "Who resigned in Lindholm?", "Why (who resigned in Lindholm)?"),
        ("Why did he resign?", "What did Vasily Golubev do?", "Why did Vasily Golubev resign?"),
        ("What is his salary?", "What did Vasily Golubev do?", "What is Vasily Golubev's salary?"),
        (
            "What about Germany?",
            "How much winter aid did France give to Ukraine?",
            "How much winter aid did Germany give to Ukraine?",
        ),
        ("And in December?", "Who led the council in November?", "Who led the council in December?"),
        ("And the UK?", "What did France promise?", "What did the UK promise?"),
        ("What about her?", "Who is Annalena Baerbock?", "What about Annalena Baerbock?"),
        ("When was that?", "Who joined the Quad?", "When was that (who joined the Quad)?"),
        (
            "Was that attack deadly?",
            "Did Oreshnik hit Dnipro?",
            "Was that attack deadly (did Oreshnik hit Dnipro)?",
        ),
        ("What does he think of Rutte?", "What did Putin say?", "What does Putin think of Rutte?"),
        ("And how many drones?", "How many bombs hit Lindholm?", "How many drones hit Lindholm?"),
        ("And to Seoul?", "How many North Koreans went to Russia?", "How many North Koreans went to Seoul?"),
        ("And Hungary?", "Does the US support Ukraine?", "Does Hungary support Ukraine?"),
        ("And in Kharkiv?", "How many fell in the Kursk region?", "How many fell in the Kharkiv region?"),
        ("What about Germany?", "Who is the French minister?", "Who is the German minister?"),
        ("And Chancellor Scholz?", "What did Macron say?", "What did Chancellor Scholz say?"),
        ("And Putin resigned?", "What did Macron say?", "And Putin resigned?"),
        ("What about Macron?", "What did the German chancellor say?", "What did Macron say?"),
        (
            "And according to the Pentagon?",
            "How many fell in Kursk, according to Kyiv?",
            "How many fell in Kursk according to the Pentagon?",
        ),
        ("And missiles?", "How many bombs hit Lindholm?", "How many missiles hit Lindholm?"),
        ("And in December?", "Who led the council?", "Who led the council in December?"),
        ("And on Sunday?", "What did Per Lund say on Friday?", "What did Per Lund say on Sunday?"),
        ("And in Kursk?", "How many soldiers fell?", "How many soldiers fell in Kursk?"),
        ("Why?", "Did the governor of Rostov resign?", "Why did the governor of Rostov resign?"),
        ("When?", "Why did the mayor resign?", "When did the mayor resign?"),
        ("With whom?", "Where did the bomber fly?", "With whom did the bomber fly?"),
        ("When?", "What sanctions did the US announce?", "When did the US announce sanctions?"),
        ("What benefits does it offer?", "What is the Quad?", "What benefits does the Quad offer?"),
        ("Who presented it?", "What is the Victory Plan?", "Who presented the Victory Plan?"),
        ("Is it free?", "What are the rules of the ferry?", "Is the ferry free?"),
        ("Where are they based?", "How many firms did the US penalise?", "Where are firms based?"),
        (
            "And how many are in Kursk?",
            "How many North Korean troops are in Russia?",
            "How many North Korean troops are in Kursk?",
        ),
        (
            "When did they meet?",
            "Did Putin meet the minister?",
            "When did they meet (did Putin meet the minister)?",
        ),
        ("What did he say then?", "What did Per Lund do in May 2024?", "What did Per Lund say in May 2024?"),
        (
            "How much is that in pounds?",
            "How much aid did Germany promise?",
            "How much is that in pounds (how much aid did Germany promise)?",
        ),
    ],
)
def test_follow_ups_become_questions_of_their_own(question: str, before: str, expected: str) -> None:
    """Ellipsis, pronouns and "what about" are filled in from the last question."""
    assert standalone(question, [Turn(before)]) == expected


@pytest.mark.parametrize(
    ("question", "turn", "held"),
    [
        ("Where are they?", TROOPS, ["troops", "Korea"]),
        ("Why?", GOVERNOR, ["resign", "governor"]),
        ("When did he leave?", GOVERNOR, ["Golubev", "leave"]),
        ("And how many of them fight in Kursk?", TROOPS, ["troops", "Kursk"]),
    ],
)
def test_what_a_follow_up_leans_on_is_in_it(question: str, turn: Turn, held: list[str]) -> None:
    """The words that the question needs stand in the one that is asked instead."""
    rewritten = standalone(question, [turn])

    assert all(word in rewritten for word in held), rewritten


@pytest.mark.parametrize(
    "question",
    [
        "How long is the old bridge in Lindholm?",
        "Why did Putin say that Russia will answer the attack?",
        "Who is the man that resigned as governor of Texas?",
        "What did Mark Rutte say in Brussels?",
        "Who is Kurt Campbell?",
        "When did Ukraine launch its incursion into Kursk?",
        "Why did the governor of Texas say he was leaving?",
        "What did Angela Merkel say this month?",
        "Is it true that Elin Storm sold the ferry?",
        "How long does it take to reach Skerry island?",
        "If Per Lund sells the ferry, who will buy it?",
        "Are there soldiers of North Korea in Kursk?",
        "What is the capital of Australia?",
    ],
)
def test_a_new_topic_is_not_dragged_back(question: str) -> None:
    """A question that stands alone is left as it is, whatever was asked before."""
    assert standalone(question, [TROOPS, GOVERNOR]) == question


def test_a_person_is_taken_from_what_was_cited() -> None:
    """The answer to "who" names the person of the next question: its highlighted words."""
    article = Article("one", "Richard Moore heads MI6.")
    citation = Citation(1, article.text, 0, 24, "one#0", article, (Span(0, 13),))
    turn = Turn("Who heads MI6?", f"Paper: {article.text} [1]", (citation,))

    assert standalone("What did he warn of?", [turn]) == "What did Richard Moore warn of?"


def test_a_person_may_have_been_named_some_turns_ago() -> None:
    """Turns without a person between are passed over."""
    turns = [Turn("What did Vasily Golubev do?"), Turn("When was it?")]

    assert "Golubev" in standalone("Why did he resign?", turns)


def test_the_referent_may_be_handed_on_from_turn_to_turn() -> None:
    """Each question is understood from those before it, which may be follow-ups themselves."""
    turns = [Turn("Who led the council in May?"), Turn("And in June?"), Turn("Thanks!")]

    assert standalone("And in July?", turns) == "Who led the council in July?"
    council = [Turn("How much did France give?"), Turn("Who is Per Lund?")]
    assert standalone("What about Spain?", council) == "How much did Spain give?"


def cited(question: str, quote: str, text: str | None = None, **more: Any) -> Turn:
    """A turn of a chat whose answer is one quote of an article."""
    article = Article("one", text or quote)
    return Turn(
        question, f"Paper: {quote} [1]", (Citation(1, quote, 0, len(quote), "one#0", article, **more),)
    )


def test_he_and_she_are_told_apart_by_the_articles() -> None:
    """Of two people in an answer the one whose pronoun the article uses is meant."""
    text = "Ebba Quist met Nilo Arden. Quist said that she was glad. Arden said he was not."
    turn = cited("Who met at the harbour?", "Ebba Quist met Nilo Arden.", text)

    assert standalone("What did she say?", [turn]) == "What did Ebba Quist say?"
    assert standalone("What did he say?", [turn]) == "What did Nilo Arden say?"


def test_it_is_the_thing_that_the_answer_names() -> None:
    """After "Which missile ...?" that is its name, and not the place or the person of the question."""
    turn = cited(
        "Which missile did Moscow launch at Dnipro?",
        "Moscow launched a missile known as Oreshnik at Dnipro.",
    )

    assert standalone("How fast is it?", [turn]) == "How fast is Oreshnik?"
    assert standalone("How fast is it?", [Turn(turn.question)]) == "How fast is the missile?"


def test_there_and_that_day_are_those_of_the_answer() -> None:
    """Places from the quote, days from what its words mean."""
    turn = cited(
        "Where did Per Lund speak?",
        "Per Lund spoke in Berlin on Monday.",
        dates=(DateMention("on Monday", "2024-11-04"),),
    )

    assert standalone("Who met him there?", [turn]) == "Who met Per Lund in Berlin?"
    assert standalone("What else happened that day?", [turn]) == "What else happened on 4 November 2024?"
    assert standalone("Is there a bridge in Lindholm?", [turn]) == "Is there a bridge in Lindholm?"


def test_a_thing_is_called_what_the_answer_called_it() -> None:
    """ "The general" has a name, "the ships" are of somebody."""
    general = cited("Who leads the army?", "The army is led by General Oleksandr Syrskyi.")
    ships = cited("What was seen?", "Several Russian navy ships were seen.")

    assert standalone("What did the general say?", [general]) == "What did General Oleksandr Syrskyi say?"
    assert standalone("Where did the ships go?", [ships]) == "Where did the Russian navy ships go?"


@pytest.mark.parametrize("history", [[], [Turn("")], [Turn("  ", "answer")]])
def test_without_a_question_before_nothing_is_changed(history: list[Turn]) -> None:
    """There is nothing to lean on."""
    assert standalone("Why did he resign?", history) == "Why did he resign?"


def test_only_follow_ups_of_the_samples_are_rewritten() -> None:
    """After a question about something else, at least 19 in 20 of the sample questions stay as they are."""
    asked = [
        json.loads(line)["question"]
        for line in (bundled("seeds") / "questions.jsonl").read_text("utf-8").splitlines()
        if not json.loads(line).get("history")
        and json.loads(line).get("kind") not in ("greeting", "injection")
    ]
    kept = [question for question in asked if standalone(question, [Turn("Who won in Moldova?")]) == question]

    assert len(kept) >= 0.95 * len(asked), sorted(set(asked) - set(kept))


PIECES = st.sampled_from(
    "why he she his her it they that what about and in December Germany Kursk Putin's Rutte 11,000 how many"
    " ? ' ’s . ( [1] İstanbul 船 🚢 \n the".split(" ")
)
TEXTS = st.one_of(st.lists(PIECES, max_size=8).map(" ".join), st.text(max_size=30))


@given(TEXTS, st.lists(st.builds(Turn, TEXTS, TEXTS), max_size=3))
def test_any_text_can_follow_any_text(question: str, history: list[Turn]) -> None:
    """No question and no history breaks the rewriting, and what it gives holds on to the question."""
    rewritten = standalone(question, history)

    assert isinstance(rewritten, str)
    assert bool(rewritten.strip()) >= bool(question.strip())
    assert len(rewritten) <= len(question) + sum(len(t.question) + len(t.answer) for t in history) + 99


def test_a_follow_up_full_of_space_takes_no_time() -> None:
    """Runs of space, which would make the patterns slow, are one space before they are looked at."""
    question = "and" + " " * 4000 + "x\nx"
    started = time.perf_counter()
    standalone(question, [Turn("Who is Annalena Baerbock?", "A minister.")])
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(
    "words", ["what did ", "it ", "and ", "the ", "so, ", "is that true? ", "A B ", "there "]
)
def test_long_conversations_take_no_time(words: str) -> None:
    """Whatever is repeated in them."""
    long = words * (7990 // len(words))
    started = time.perf_counter()
    standalone("Why did she say that there then?", [Turn(long[:590], long)] * 40)
    understood(long, [Turn(long, long)] * 6)
    assert time.perf_counter() - started < 1.0
