"""What a question takes for granted is looked for near the sentence that is to answer it."""

from pathlib import Path

import pytest

from qa_bot import QABot
from qa_bot.doubts import doubt
from qa_bot.lexicon import verb_forms
from qa_bot.types import Article
from tests.fakes import write_articles
from tests.test_disagreement import ask

DOUBTFUL = [
    ("How much money did thieves steal from the museum?", "Thieves stole 12 paintings from the museum."),
    ("How many miles did the convoy travel to Bergen?", "The convoy travelled for 3 days to Bergen."),
    ("How far is Alder from Saltby?", "The town of Alder lies 10 kilometres from the border."),
    ("What was the first trip of Ida Holm?", "Ida Holm left on Monday for her second trip."),
    ("Who led the union before Ida Holm?", "Ida Holm leads the union of the dockers."),
    ("What does ODK stand for?", "The ODK met in Bryn on Monday."),
    ("Who will succeed Ida Holm?", "Ida Holm has left the union of the dockers."),
]
GRANTED = [
    ("How much money did thieves steal from the museum?", "Thieves stole €12,000 from the museum."),
    ("How many miles did the convoy travel to Bergen?", "The convoy travelled 300 km to Bergen."),
    ("How far is Alder from Saltby?", "The town of Alder lies 10 kilometres from Saltby."),
    (
        "Who first opened the bridge?",
        "Ida Holm opened the bridge when the second road was closed.",
    ),
    ("When did Ida Holm first win?", "Ida Holm won the election in the second half of October."),
    ("What does ODK stand for?", "The Organisation of Dockers (ODK) met in Bryn on Monday."),
    ("Who spoke before Monday?", "Ida Holm spoke on Sunday."),
    ("Who was hurt in the previous attack?", "Ida Holm was hurt in the attack before."),
    ("Who led the union before Ida Holm?", "Ida Holm succeeded Per Aas at the head of the union."),
]


def doubted(question: str, text: str) -> str | None:
    """Why the one sentence there is cannot be trusted."""
    asked = ask(question, ("Harbour Daily", "2024-11-05", text))
    return doubt(asked.question, asked.expanded, asked.candidates[0])


@pytest.mark.parametrize(("question", "text"), DOUBTFUL)
def test_what_is_not_there_is_doubted(question: str, text: str) -> None:
    """Another measure, way or turn; who came before or after somebody."""
    assert doubted(question, text)


@pytest.mark.parametrize(("question", "text"), GRANTED)
def test_what_is_there_in_other_words_is_not(question: str, text: str) -> None:
    """Also where "first" is no turn, and "before" no predecessor."""
    assert doubted(question, text) is None


@pytest.mark.parametrize(
    ("word", "other"),
    [("sank", "sink"), ("sinking", "sank"), ("flies", "flew"), ("catches", "caught"), ("met", "meet")],
)
def test_forms_of_an_irregular_verb_are_one(word: str, other: str) -> None:
    """Whichever of them is asked with."""
    assert verb_forms(word) >= verb_forms(other) != frozenset()


@pytest.mark.parametrize(
    "word", ["betray", "govern", "winners", "payroll", "takeover", "born", "founded", "digital"]
)
def test_other_words_are_no_forms_of_one(word: str) -> None:
    """Whatever they begin or end with."""
    assert verb_forms(word) == frozenset()


def test_a_verb_in_another_form_is_found(tmp_path: Path) -> None:
    """No letters of "sank" are those of "sinking"."""
    ferry = Article(
        "ferry", "The ferry Alder sank on Monday off Orme.", "A ferry", "Quay Post", None, "2024-11-05"
    )
    told = write_articles(tmp_path / "told", [ferry])
    with QABot.from_articles(told, index_dir=tmp_path / "index") as bot:
        answer = bot.answer("When did the ferry Alder sink?")
    assert answer.answered and answer.confidence > 0.5
