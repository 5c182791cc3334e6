"""One question of the web chat, from being asked to being written down."""

import logging
import threading
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest

from qa_bot import talk
from qa_bot.bot import QABot
from qa_bot.errors import StoreBusyError, UsageError
from qa_bot.journal import Journal
from qa_bot.types import Answer, Article, Citation, Draft, Span, Turn

DAM = Article("dam", "The dam holds.", "Dam", "Daily", None, "2024-11-05")
OWNER = "browser:1"


class Shelf:
    """A bot that cites one article and repeats the history, or fails as it is told."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.options: dict[str, Any] = {}

    def article(self, _: str) -> Article:
        return DAM

    def stream(self, question: str, history: Sequence[Turn] = (), **options: Any) -> Iterator[Draft | Answer]:
        self.options = options
        if question == "break":
            raise RuntimeError("/a/secret/path")
        if question == "busy":
            raise StoreBusyError("Another process is writing; try again.")
        yield Draft("The dam")
        if question == "wait":
            self.let_go.wait(30)
        said = " ".join(f"{turn.question}={turn.answer}" for turn in history)
        cited = Citation(1, DAM.text, 0, 14, "dam#0", DAM, (Span(0, 3),))
        if question == "unknown":
            yield Answer(question, "Nobody says.", False, reason="not_stated")
        else:
            yield Answer(question, f"{said}[1]", True, citations=(cited,))


def ask(
    journal: Journal,
    question: str,
    conversation: str | None = None,
    *,
    shelf: Shelf | None = None,
    replacing: str | None = None,
    **filters: Any,
) -> list[dict[str, Any]]:
    asked = talk.Asked(OWNER, question, filters, conversation, replacing)
    return list(talk.answering(cast("QABot", shelf or Shelf()), journal, asked, lambda: False))


def test_an_answer_is_begun_drafted_done_and_written_down() -> None:
    """In this order; what the page is told at last is what it will be told when it is opened again."""
    journal, shelf = Journal(None), Shelf()
    begun, *drafts, done = ask(journal, "How?", shelf=shelf, since="2024-11-01")
    assert begun["exchange"]["state"] == "writing"
    assert {"draft": "The dam"} in drafts or not drafts
    assert shelf.options == {"since": "2024-11-01"}
    (kept,) = journal.conversation(OWNER, begun["conversation"]).exchanges
    assert done == {"done": kept.to_dict()}
    assert kept.answer and kept.answer["pieces"] == [{"cite": 1}]


def test_follow_ups_know_what_was_answered() -> None:
    """Declined and failed answers name nobody; an answer's quotes are known with their highlights."""
    journal = Journal(None)
    key = ask(journal, "one")[0]["conversation"]
    for question in ("unknown", "busy"):
        ask(journal, question, key)
    *_, done = ask(journal, "two", key)
    assert done["done"]["answer"]["answer"]["text"] == "one=[1] unknown=[1]", "the failed one is no turn"
    turn = talk.turns_of(journal.conversation(OWNER, key).exchanges)[0]
    assert (turn.citations[0].quote, turn.citations[0].highlights) == (DAM.text, (Span(0, 3),))


def test_a_question_is_asked_again_in_its_place() -> None:
    """What followed it is forgotten, and is no history."""
    journal = Journal(None)
    key = ask(journal, "one")[0]["conversation"]
    second = ask(journal, "two", key)[0]["exchange"]["id"]
    ask(journal, "three", key)
    *_, done = ask(journal, "again", key, replacing=second)
    assert done["done"]["answer"]["answer"]["text"] == "one=[1][1]"
    assert [each.question for each in journal.conversation(OWNER, key).exchanges] == ["one", "again"]


def test_whatever_fails_is_told_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    """A QABotError's sentence, else an apology and a log entry; it stays in the conversation."""
    journal = Journal(None)
    *_, busy = ask(journal, "busy")
    assert busy["done"]["state"] == "failed"
    assert busy["done"]["answer"]["error"] == {
        "type": "StoreBusyError",
        "message": "Another process is writing; try again.",
    }
    *_, broken = ask(journal, "break")
    assert broken["done"]["text"] == talk.SORRY
    assert "/a/secret/path" in caplog.text
    with pytest.raises(UsageError, match="no such conversation"):
        ask(journal, "x", "unknown")


def test_stop_does_not_wait_for_the_next_word() -> None:
    """What was written stays, marked as stopped, and is no turn of the history."""
    journal, shelf, stop = Journal(None), Shelf(), threading.Event()
    events = talk.answering(cast("QABot", shelf), journal, talk.Asked(OWNER, "wait", {}), stop.is_set)
    key = next(events)["conversation"]
    assert next(events) == {"draft": "The dam"}
    stop.set()
    last = list(events)[-1]["done"]
    shelf.let_go.set()
    assert (last["state"], last["text"], last["answer"]) == ("stopped", "The dam", None)
    *_, done = ask(journal, "next", key)
    assert done["done"]["answer"]["answer"]["text"] == "[1]"


def test_who_leaves_the_page_stops_the_answer() -> None:
    """What was written until then is found again."""
    journal, shelf = Journal(None), Shelf()
    events = talk.answering(cast("QABot", shelf), journal, talk.Asked(OWNER, "wait", {}), lambda: False)
    key = next(events)["conversation"]
    next(events)
    cast("Any", events).close()
    shelf.let_go.set()
    (kept,) = journal.conversation(OWNER, key).exchanges
    assert (kept.state, kept.text) == ("stopped", "The dam")


def test_a_run_is_stopped_by_its_owner_alone() -> None:
    """Also one that still waits in the queue; made-up names do not pile up."""
    stops = talk.Stops()
    run = stops.begin("ann", "1")
    stops.stop("ben", "1")
    assert not run.is_set()
    stops.stop("ann", "1")
    assert run.is_set()
    stops.end("ann", "1")
    assert not stops.begin("ann", "1").is_set()
    stops.stop("ann", "waiting")
    assert stops.begin("ann", "waiting").is_set()
    for number in range(5000):
        stops.stop("eve", str(number))
    assert len(stops._wanted) <= 1000


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
