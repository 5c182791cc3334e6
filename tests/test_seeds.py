"""The samples: their questions are well-formed, and the demo answers them well enough."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from qa_bot.bot import QABot
from qa_bot.config import bundled
from qa_bot.evaluation import EvalQuestion, evaluate, missing_groups, read_questions

FILE = bundled("seeds") / "questions.jsonl"
QUESTIONS = read_questions(FILE)
KEYS = {
    "id",
    "question",
    "history",
    "as_of",
    "asked_on",
    "answers",
    "evidence",
    "articles",
    "answerable",
    "kind",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    with QABot.from_articles(bundled("seeds"), index_dir=tmp_path_factory.mktemp("demo") / "index") as bot:
        yield bot


@pytest.fixture(scope="module")
def result(demo: QABot) -> dict[str, Any]:
    return evaluate(demo, QUESTIONS, use_as_of=True, options={})


def test_the_file_holds_what_is_documented() -> None:
    """One JSON object a line, each id once, no key that nobody reads."""
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]

    assert len({row["id"] for row in rows}) == len(rows) == len(QUESTIONS) > 100
    assert {key for row in rows for key in row} <= KEYS
    assert all(row["question"].strip() and row["kind"] for row in rows)


def test_the_samples_hold_nothing_but_articles_and_questions(demo: QABot) -> None:
    """Each file of the folder is read; each article has title, publisher and date."""
    files = sorted(path.name for path in bundled("seeds").iterdir())
    listed = demo.articles()

    assert sorted(article.path.rpartition("/")[2] for article in listed if article.path) == [
        name for name in files if name.endswith(".md")
    ]
    assert all(article.title and article.publisher and article.published for article in listed)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_evidence_is_in_the_articles_and_holds_the_answer(demo: QABot, question: EvalQuestion) -> None:
    """Phrases are exact substrings of the text as indexed; each group has a wording in one of them."""
    for proof in question.evidence:
        assert proof.phrase
        assert proof.phrase in demo.article(proof.article).text
    if question.role == "answerable":
        assert question.answers
        assert question.evidence
        phrases = [proof.phrase or "" for proof in question.evidence]
        assert [
            group for group in question.answers if all(missing_groups(text, [group]) for text in phrases)
        ] == []
    else:
        assert (question.answers, question.evidence) == ((), ())


def failed(result: dict[str, Any], role: str) -> list[str]:
    roles = {row["id"]: row["role"] for row in result["results"]}
    return [f"{row['id']}: {row['wrong']}" for row in result["failures"] if roles[row["id"]] == role]


def test_the_demo_answers_what_the_samples_tell(result: dict[str, Any]) -> None:
    """At least 85 % of the answerable questions are right and cite the evidence."""
    assert result["answers"]["right_and_cited"]["value"] >= 0.85, failed(result, "answerable")


def test_the_demo_declines_what_the_samples_do_not_tell(result: dict[str, Any]) -> None:
    """At least 85 % of the others are declined."""
    assert result["declining"]["recall"]["value"] >= 0.85, failed(result, "unanswerable")


def test_no_citation_of_the_demo_is_false(result: dict[str, Any]) -> None:
    """Every quote is what its article says; every greeting is met."""
    assert result["citations"]["false"] == 0
    assert result["greetings"]["right"]["value"] == 1.0
    assert result["unknown_evidence"] == []


@pytest.mark.parametrize(
    "question",
    [
        "When did Rutte resign?",
        "Who is the mayor of Paris?",
        "Who is the mayor of London?",
        "Who resigned from the Pentagon?",
        "Who invented the telephone?",
        "Is it raining in Moscow?",
        "What time is it?",
        "When did NATO send soldiers to Kursk?",
        "How many drones did North Korea send?",
    ],
)
def test_what_happened_to_another_is_not_told(demo: QABot, question: str) -> None:
    """Somebody resigned, a minister is named, soldiers were sent: not these."""
    answer = demo.answer(question)
    assert not answer.answered and not answer.citations


@pytest.mark.parametrize(
    "question",
    [
        "How many North Korean soldiers are in Kursk?",
        "Do the articles agree on how many North Korean soldiers are in Kursk?",
        "Where do the papers differ about how many North Korean soldiers are in Kursk?",
    ],
)
def test_whether_sources_agree_is_told_by_what_they_say(demo: QABot, question: str) -> None:
    """Asked for the number or for agreement on it: each source's figure, side by side."""
    (difference,) = demo.answer(question).disagreements
    values = " ".join(claim.value for claim in difference.claims)
    assert all(figure in values for figure in ("8,000", "10,000", "11,000"))


@pytest.mark.parametrize(
    ("told", "turned"),
    [
        ("How far is Rostov from Moscow?", "How far is Kursk from Moscow?"),
        (
            "How many soldiers did North Korea send to Russia?",
            "How many soldiers did South Korea send to Russia?",
        ),
        ("How many North Korean soldiers are in Kursk?", "How many Ukrainian soldiers are in Kursk?"),
    ],
)
def test_a_figure_of_another_pair_or_country_is_no_answer(demo: QABot, told: str, turned: str) -> None:
    """The words are the same; who sends, whose soldiers and how far from where are not."""
    assert demo.answer(told).confidence > 2 * demo.answer(turned).confidence
