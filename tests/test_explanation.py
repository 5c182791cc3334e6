"""Why an answer is what it is: what was looked for, found, weighed and decided."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from qa_bot import QABot
from qa_bot.cli import commands
from qa_bot.errors import UsageError
from qa_bot.types import Article
from tests.fakes import write_articles

NEWS = [
    Article(
        id="ferry",
        title="Ferry to Gorm held up",
        published="2024-11-05",
        text="The ferry to Gorm was held up because its engine failed. Harbour master Ada Brink counted 40 "
        "passengers. North Korean sailors were not among them.",
    ),
    Article(id="bakers", published="2024-11-06", text="Bakers in Gorm met in the town hall on Tuesday."),
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    place = tmp_path_factory.mktemp("news")
    with QABot.from_articles(write_articles(place / "articles", NEWS), index_dir=place / "index") as opened:
        yield opened


def test_an_answer_is_explained(bot: QABot) -> None:
    """The words with their forms, the parts of each score, the sentences with their features."""
    reasons = bot.explain("How many passengers did the DPRK ferry to Gorm have?", as_of="2024-11-10")
    assert reasons.kind == "number"
    words = {word.text: word for word in reasons.words}
    assert words["DPRK"].kind == "place"
    assert "north korea" in words["DPRK"].forms
    assert words["ferry"].passages == 1
    best = reasons.passages[0]
    assert best.id == "ferry#0"
    assert best.score == pytest.approx(best.words + bot.settings.recency_weight * best.timeliness, abs=0.001)
    found = bot.search("How many passengers did the DPRK ferry to Gorm have?", as_of="2024-11-10")
    assert best.score == pytest.approx(found[0].score, abs=0.001)
    sentence = reasons.sentences[0]
    assert bot.article(sentence.article_id).text[sentence.start : sentence.end] == sentence.text
    assert sentence.because
    assert set(sentence.covered) <= set(words)


def test_the_decision_is_told(bot: QABot) -> None:
    """What came of it, and what was lacking."""
    told = bot.explain("Why was the ferry to Gorm held up?")
    assert told.confidence >= told.min_confidence
    assert told.decision.startswith("answered")
    absent = bot.explain("Why was Merkel held up?")
    assert "declined (missing_term)" in absent.decision
    assert "Merkel" in absent.decision
    counted = bot.explain("How many bakers did the ferry to Gorm carry in December 2019?")
    assert counted.decision
    courtesy = bot.explain("Hello!")
    assert "courtesy" in courtesy.decision
    assert (courtesy.passages, courtesy.sentences) == ((), ())
    with pytest.raises(UsageError):
        bot.explain(" ")


def test_an_explanation_is_json_and_lines(bot: QABot) -> None:
    """For programs and for readers."""
    reasons = bot.explain("Why was the ferry to Gorm held up?")
    read = json.loads(json.dumps(reasons.to_dict()))
    assert read["sentences"][0]["because"][0].keys() == {"feature", "value"}
    lines = str(reasons).splitlines()
    assert lines[0] == "Kind of question: reason"
    assert any("ferry#0" in line for line in lines)
    assert lines[-1].startswith("Decision: answered")


def test_the_command_line_explains(bot: QABot) -> None:
    """After the answer; as one more key of the JSON."""
    index = ["--index-dir", str(bot._store.folder)]
    shown = CliRunner().invoke(commands, ["ask", "Why was the ferry held up?", "--explain", *index])
    assert "Looked for:" in shown.output
    assert "engine failed" in shown.output
    as_json = CliRunner().invoke(
        commands, ["ask", "Why was the ferry held up?", "--explain", "--json", *index]
    )
    data = json.loads(as_json.output)
    assert data["answered"] is True
    assert data["explanation"]["kind"] == "reason"
