"""Conversations over the sample articles: what each follow-up is taken to ask, and what is answered."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_bot.bot import QABot
from qa_bot.config import bundled


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    with QABot.from_articles(bundled("seeds"), index_dir=tmp_path_factory.mktemp("demo") / "index") as bot:
        yield bot


# Turns of (what is asked, what it is taken for or None for as it is, what the answer holds or "").
CONVERSATIONS: tuple[tuple[tuple[str, str | None, str], ...], ...] = (
    (
        ("Who resigned in Rostov?", None, "Golubev"),
        ("Why did he resign?", "Why did Vasily Golubev resign?", "transfer to another job"),
    ),
    (
        ("Did the governor of Rostov resign?", None, "Golubev"),
        ("Why?", "Why did the governor of Rostov resign?", "at his own request"),
        ("When?", "When did the governor of Rostov resign?", "4 November 2024"),
    ),
    (
        ("Who is Annalena Baerbock?", None, "foreign minister"),
        ("What did she promise Ukraine?", "What did Annalena Baerbock promise Ukraine?", "€200m"),
        (
            "How much is that in pounds?",
            "How much is that in pounds (what did Annalena Baerbock promise Ukraine)?",
            "£167m",
        ),
        ("Where was she then?", "Where was Annalena Baerbock on 4 November 2024?", ""),
    ),
    (
        ("How many North Korean troops are in Russia?", None, ""),
        ("And how many are in Kursk?", "How many North Korean troops are in Kursk?", "11,000"),
    ),
    (
        ("How many bombs hit Ukraine in the last week of October?", None, "900"),
        ("And how many drones?", "How many drones hit Ukraine in the last week of October?", "500"),
        ("Thanks!", None, ""),
        ("And missiles?", "How many missiles hit Ukraine in the last week of October?", "30 missiles"),
    ),
    (
        ("Who is president of the UN Security Council in November?", None, "UK"),
        ("And in December?", "Who is president of the UN Security Council in December?", ""),
        ("And in October?", "Who is president of the UN Security Council in October?", ""),
    ),
    (
        ("Which missile did Russia launch at Dnipro?", None, "Oreshnik"),
        ("Why did Russia launch it?", "Why did Russia launch Oreshnik?", ""),
    ),
    (
        ("What new missile did North Korea fire?", None, "Hwasong-19"),
        ("What did Kim Jong Un say about it?", "What did Kim Jong Un say about Hwasong-19?", ""),
    ),
    (
        ("Where did Belousov fly?", None, "Pyongyang"),
        ("Who met him there?", "Who met Belousov in Pyongyang?", "No Kwang Chol"),
        ("What did he say on arrival?", "What did Andrei Belousov say on arrival?", "expanding"),
    ),
    (
        ("Who heads MI6?", None, "Richard Moore"),
        ("What did he say about Russia?", "What did Richard Moore say about Russia?", "reckless"),
        ("Which operations did he mean?", "Which operations did Richard Moore mean?", "did not say"),
    ),
    (
        ("Who won Moldova's presidential election?", None, "Sandu"),
        ("Whom did she beat?", "Whom did Maia Sandu beat?", "Stoianoglo"),
        ("Who congratulated her?", "Who congratulated Maia Sandu?", "Zelensky"),
    ),
    (
        ("When did Putin sign the treaty with North Korea?", None, "9 November 2024"),
        ("What does it commit them to?", "What does the treaty commit them to?", "other's defence"),
    ),
    (
        ("What is the Victory Plan?", None, "Zelensky"),
        ("What does it propose?", "What does the Victory Plan propose?", "stronger Ukrainian defences"),
    ),
    (
        ("Who is Ukraine's commander-in-chief?", None, "Syrskyi"),
        ("What did the general say about Kursk?", "What did General Oleksandr Syrskyi say about Kursk?", ""),
    ),
    (
        ("What did Mark Rutte say about the deployment?", None, "significant escalation"),
        ("And Kurt Campbell?", "What did Kurt Campbell say about the deployment?", ""),
        (
            "What about Zelensky?",
            "What did Zelensky say about the deployment?",
            "first step to the world war",
        ),
    ),
    (
        ("What happened on 16 October?", None, "Khabarovsk"),
        ("What else happened that day?", "What else happened on 16 October?", ""),
    ),
    (
        ("How much did Germany promise Ukraine?", None, "€200m"),
        ("Who heads MI6?", None, "Richard Moore"),
        ("By the way, who is Kurt Campbell?", "Who is Kurt Campbell?", "deputy secretary of state"),
        ("Which missiles may Ukraine now use against targets inside Russia?", None, "Storm Shadow"),
    ),
)


@pytest.mark.parametrize("turns", CONVERSATIONS, ids=lambda turns: turns[0][0])
def test_a_conversation_is_followed(demo: QABot, turns: tuple[tuple[str, str | None, str], ...]) -> None:
    """Each question stands alone as a reader would say it, a new topic as it is; the answer fits it."""
    chat = demo.chat()
    for asked, understood, held in turns:
        answer = chat.answer(asked)

        assert answer.standalone_question == (understood or asked)
        assert held in answer.text
        assert answer.timings_ms.get("rewrite", 0.0) < 100.0


# --- the measure ----------------------------------------------------------------------------------

TOOL = Path(__file__).parents[1] / "tools" / "followups.py"


def measured(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, TOOL, *arguments], capture_output=True, text=True, check=False)


def test_follow_ups_are_measured_against_what_people_wrote(tmp_path: Path) -> None:
    """F1 of content words: of a question made to stand alone, as asked, and with all before it in front."""
    rows = [
        {
            "id": "one<::>2",
            "history": ["What is the Quad?"],
            "question": "What benefits does it offer?",
            "rewrite": "What benefits does the Quad offer?",
        },
        {
            "id": "two<::>1",
            "history": ["Who won?"],
            "question": "Who heads the port?",
            "rewrite": "Who heads the port?",
        },
    ]
    (tmp_path / "asked.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    figures = json.loads(measured(str(tmp_path / "asked.jsonl"), "--json").stdout)

    # "benefits offer" of "benefits Quad offer" is 2 * 2 / 5; "won heads port" of "heads port" likewise.
    assert {name: rate["value"] for name, rate in figures["f1"].items()} == {
        "rewritten": 1.0,
        "as asked": 0.9,
        "with all before it": 0.9,
    }
    assert (figures["changed"], figures["nearer"], figures["farther"]) == (1, 1, 0)
    assert "F1 as asked" in measured(str(tmp_path / "asked.jsonl")).stdout


def test_a_missing_file_of_follow_ups_is_named(tmp_path: Path) -> None:
    """In one sentence, with the exit code of a wrong argument."""
    result = measured(str(tmp_path / "none.jsonl"))

    assert (result.returncode, result.stdout) == (2, "")
    assert "none.jsonl" in result.stderr and result.stderr.count("\n") == 1
