"""Rewriting: what a follow-up leaves unsaid is taken from the turns before it, and nothing else."""

import json
import time

import pytest
from hypothesis import given, strategies as st

from qa_bot.config import bundled
from qa_bot.rewrite import standalone
from qa_bot.types import Article, Citation, Span, Turn

TROOPS = Turn("How many North Korean troops are in Russia?", "About 11,000.")
GOVERNOR = Turn("Did the governor of Rostov resign?", "Yes, Vasily Golubev has resigned suddenly.")


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("Why?", "Who resigned in Lindholm?", "Why (resigned Lindholm)?"),
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
        ("When was that?", "Who joined the Quad?", "When was that (joined Quad)?"),
        (
            "Was that attack deadly?",
            "Did Oreshnik hit Dnipro?",
            "Was that attack deadly (Oreshnik hit Dnipro)?",
        ),
        ("What does he think of Rutte?", "What did Putin say?", "What does Putin think of Rutte?"),
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
