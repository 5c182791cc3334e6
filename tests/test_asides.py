"""What is said around a question goes; what could be part of it stays."""

import pytest
from hypothesis import given, strategies as st

from qa_bot.asides import without_asides


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("By the way, who heads the port?", "who heads the port?"),
        ("Oh wow, thanks! And who heads the port?", "who heads the port?"),
        ("So who heads the port?", "who heads the port?"),
        ("Do you know when the ferry stops?", "when the ferry stops?"),
        ("I meant the old ferry.", "the old ferry."),
        ("The ferry stops in May, right?", "The ferry stops in May?"),
        ("Are you saying that the ferry stops?", "Is it so that the ferry stops?"),
        ("Speaking of ferries, how are they paid for?", "how are ferries paid for?"),
        ("Talking about the port, who heads the port?", "who heads the port?"),
        ("Changing the subject a bit, who heads the port?", "who heads the port?"),
        ("That must be hard for people. How many islands have a school?", "How many islands have a school?"),
    ],
)
def test_asides_go(question: str, bare: str) -> None:
    """Exclamations, lead-ins, tags, and statements that the question does not need."""
    assert without_asides(question) == bare


@pytest.mark.parametrize(
    "question",
    [
        "Who heads the port?",
        "And in December?",
        "No. 10 said what about the ferry?",
        "Well-known skippers met where?",
        "Elin Storm sold the ferry. How many islands have a school?",
        "I heard that the ferry stops. Is that true?",
        "The ferry burned for 3 days. How many people were hurt?",
        "Thanks",
        "Right?",
        "What do you mean by a ferry?",
    ],
)
def test_the_rest_stays(question: str) -> None:
    """Names, figures, and what the question points back to."""
    assert without_asides(question) == question


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                "so and , . ? ! ok by the way speaking of it, I mean are you saying who is Per 10".split(" ")
            ),
            max_size=14,
        ).map(" ".join),
    )
)
def test_something_always_stays(question: str) -> None:
    """No text is emptied, and nothing comes of a text without letters."""
    assert bool(without_asides(question).strip()) == bool(question.strip())
