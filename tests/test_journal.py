"""Conversations and feedback: kept, private, searched, and gone when they are deleted."""

import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from qa_bot.errors import JournalError, UsageError
from qa_bot.journal import Journal

ANN, BEN = "browser:" + "a" * 32, "user:ben"


def said(journal: Journal, owner: str, *questions: str) -> str:
    """A conversation in which these were asked and answered with "Yes."; its id."""
    conversation = None
    for question in questions:
        held, exchange = journal.begin(owner, question, {}, conversation=conversation)
        journal.finish(exchange.id, "done", answer={"answer": {"text": "Yes, Ölberg."}})
        conversation = held.id
    assert conversation
    return conversation


def test_a_conversation_outlives_the_program(tmp_path: Path) -> None:
    """Questions, filters, answers and order are there again when the file is opened anew."""
    file = tmp_path / "conversations.sqlite3"
    journal = Journal(file)
    key = said(journal, ANN, "First?", "Second?")
    held, exchange = journal.begin(ANN, "Third?", {"since": "2024-11-01"}, conversation=key)
    assert [each.question for each in held.exchanges] == ["First?", "Second?"]
    journal.finish(exchange.id, "stopped", text="Half an")
    journal.close()

    again = Journal(file).conversation(ANN, key)
    assert [each.question for each in again.exchanges] == ["First?", "Second?", "Third?"]
    assert again.title == "First?"
    last = again.exchanges[-1]
    assert (last.state, last.text, last.filters) == ("stopped", "Half an", {"since": "2024-11-01"})
    assert again.exchanges[0].answer == {"answer": {"text": "Yes, Ölberg."}}


def test_nobody_else_can_see_or_change_a_conversation() -> None:
    """Another owner is told that there is none, whatever is tried, and nothing changes."""
    journal = Journal(None)
    key = said(journal, ANN, "Mine?")
    exchange = journal.conversation(ANN, key).exchanges[0].id
    for attempt in (
        lambda: journal.conversation(BEN, key),
        lambda: journal.rename(BEN, key, "x"),
        lambda: journal.delete(BEN, key),
        lambda: journal.begin(BEN, "And?", {}, conversation=key),
        lambda: journal.judge(BEN, exchange, "down"),
    ):
        with pytest.raises(UsageError):
            attempt()
    assert journal.conversations(BEN) == []
    (mine,) = journal.conversations(ANN)
    assert (mine.title, mine.count) == ("Mine?", 1)
    assert journal.feedback() == []


def test_a_question_is_asked_again_in_its_place() -> None:
    """What followed it is forgotten; one that is gone cannot be replaced."""
    journal = Journal(None)
    key = said(journal, ANN, "One?", "Two?", "Three?")
    second = journal.conversation(ANN, key).exchanges[1].id
    held, _ = journal.begin(ANN, "Two again?", {}, conversation=key, replacing=second)
    assert [each.question for each in held.exchanges] == ["One?"]
    now = journal.conversation(ANN, key).exchanges
    assert [each.question for each in now] == ["One?", "Two again?"]
    with pytest.raises(UsageError, match="no longer in the conversation"):
        journal.begin(ANN, "x", {}, conversation=key, replacing=second)
    assert len(journal.conversation(ANN, key).exchanges) == 2


def test_conversations_are_found_by_their_words() -> None:
    """Of the title, of questions and of answers, whatever their capitals; all words must be there."""
    journal = Journal(None)
    first = said(journal, ANN, "Who heads MI6?", "Since when?")
    second = said(journal, ANN, "What does 100 % mean?")
    assert [each.id for each in journal.conversations(ANN)] == [second, first]
    assert [each.id for each in journal.conversations(ANN, "mi6 WHEN")] == [first]
    assert len(journal.conversations(ANN, "ölberg")) == 2
    assert journal.conversations(ANN, "MI6 mean") == []
    assert [each.id for each in journal.conversations(ANN, "100 %")] == [second]


def test_a_title_can_be_changed_and_stays_on_one_line() -> None:
    """It is cut where it is too long; an empty one is refused."""
    journal = Journal(None)
    key = said(journal, ANN, "word " * 100)
    assert len(journal.conversation(ANN, key).title) <= 120
    assert journal.rename(ANN, key, " Two\n lines ") == "Two lines"
    assert journal.conversations(ANN)[0].title == "Two lines"
    with pytest.raises(UsageError, match="cannot be empty"):
        journal.rename(ANN, key, " \n")


def test_feedback_is_kept_after_a_retry_and_goes_with_its_conversation(tmp_path: Path) -> None:
    """What was thought of an answer is of use when the answer was bad enough to ask again."""
    journal = Journal(tmp_path / "c.sqlite3")
    key = said(journal, ANN, "How many?")
    exchange = journal.conversation(ANN, key).exchanges[0].id
    journal.judge(ANN, exchange, "up")
    journal.judge(ANN, exchange, "down", " Wrong figure. ")
    assert journal.conversation(ANN, key).exchanges[0].verdict == "down"
    journal.begin(ANN, "How many?", {}, conversation=key, replacing=exchange)
    (given_,) = journal.feedback()
    assert (given_.verdict, given_.note, given_.question) == ("down", "Wrong figure.", "How many?")
    assert given_.answer == {"answer": {"text": "Yes, Ölberg."}}
    assert "owner" not in given_.to_dict()
    journal.delete(ANN, key)
    assert journal.feedback() == []
    journal.close()
    assert b"Wrong figure" not in (tmp_path / "c.sqlite3").read_bytes()


def test_a_verdict_can_be_taken_back() -> None:
    """And nothing but up and down is one."""
    journal = Journal(None)
    key = said(journal, ANN, "Who?")
    exchange = journal.conversation(ANN, key).exchanges[0].id
    journal.judge(ANN, exchange, "up")
    journal.judge(ANN, exchange, None)
    assert journal.feedback() == []
    with pytest.raises(UsageError, match="'sideways'"):
        journal.judge(ANN, exchange, "sideways")  # type: ignore[arg-type]


def test_what_is_finished_after_it_was_deleted_is_no_error() -> None:
    """A conversation can be deleted while its last answer is being written."""
    journal = Journal(None)
    held, exchange = journal.begin(ANN, "Who?", {})
    journal.delete(ANN, held.id)
    journal.finish(exchange.id, "done", answer={})
    assert journal.conversations(ANN) == []


def test_a_file_that_is_none_is_said_in_a_sentence(tmp_path: Path) -> None:
    """Which file, and what is wrong with it."""
    file = tmp_path / "conversations.sqlite3"
    file.write_bytes(b"no database" * 100)
    with pytest.raises(JournalError, match=r"conversations\.sqlite3' cannot be used: .*not a database"):
        Journal(file)


def test_many_write_at_once(tmp_path: Path) -> None:
    """From threads of two openings of one file, as of two servers: nothing is lost, nothing fails."""
    journals = [Journal(tmp_path / "c.sqlite3") for _ in range(2)]
    failed: list[Exception] = []

    def write(journal: Journal) -> None:
        try:
            said(journal, ANN, *(f"Question {number}?" for number in range(10)))
        except JournalError as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(journals[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [each.count for each in journals[0].conversations(ANN)] == [10] * 8


@given(st.text(), st.text())
def test_any_text_can_be_asked_and_searched(question: str, words: str) -> None:
    """What SQLite cannot hold is a sentence, anything else comes back as it was."""
    journal = Journal(None)
    held, _ = journal.begin(ANN, question, {})
    assert journal.conversation(ANN, held.id).exchanges[0].question == question
    assert isinstance(journal.conversations(ANN, words), list)
    journal.close()
