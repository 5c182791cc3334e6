"""An index is kept current while files and feeds change, and is patient with what fails."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from qa_bot import QABot
from qa_bot.errors import QABotError, StoreBusyError
from qa_bot.ingestion import Report
from qa_bot.watching import LOOK_SECONDS, Watch


class End(Exception):
    """The watch is over."""


class Clock:
    """Time that passes only by waiting; at given rounds something happens, and at the last the watch ends."""

    def __init__(self, rounds: int, happens: dict[int, Callable[[], object]] | None = None) -> None:
        self.now = 0.0
        self._left = rounds
        self._round = 0
        self._happens = happens or {}

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self._round += 1
        self._happens.get(self._round, lambda: None)()
        if self._round == self._left:
            raise End

    def time(self) -> float:
        return self.now


def run(watch: Watch) -> None:
    with pytest.raises(End):
        watch.run()


def test_a_folder_is_indexed_as_its_files_change(tmp_path: Path) -> None:
    """Once a change is over, and not again while nothing changes."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.txt").write_text("The ferry stops for the winter.", "utf-8")
    (tmp_path / "index").mkdir()
    reports: list[Report | QABotError] = []
    clock = Clock(
        12,
        {
            3: lambda: (news / "b.txt").write_text("The bridge has been closed.", "utf-8"),
            7: lambda: (news / "a.txt").write_text("The ferry stops until April.", "utf-8"),
            8: lambda: (news / "a.txt").write_text("The ferry stops until May, he said.", "utf-8"),
        },
    )
    with QABot(tmp_path / "index") as bot:
        run(Watch(bot.add, [str(news)], 15, reports.append, clock.wait, clock.time))
        assert "until May" in bot.article("a.txt").text
        assert len(bot.versions("a.txt")) == 1
    done = [(report.added, report.changed) for report in reports if isinstance(report, Report)]
    assert done == [(["a.txt"], []), (["b.txt"], []), ([], ["a.txt"])]


def test_a_feed_is_looked_at_at_an_interval_and_less_often_while_it_fails() -> None:
    """Twice as long after each failure; as before when it works again. A busy index is tried again later."""
    clock = Clock(2000)
    looked: list[float] = []
    outcomes: list[Report | QABotError] = [
        Report(),
        Report(failed=["no"]),
        StoreBusyError("busy"),
        Report(failed=["no"]),
        Report(),
        Report(),
    ]

    def add(_: Sequence[str]) -> Report:
        looked.append(clock.now)
        outcome = outcomes[min(len(looked) - 1, len(outcomes) - 1)]
        if isinstance(outcome, QABotError):
            raise outcome
        return outcome

    told: list[Report | QABotError] = []
    run(Watch(add, ["https://paper.example/feed"], 1, told.append, clock.wait, clock.time))
    pauses = [round((later - earlier) / 60, 1) for earlier, later in itertools.pairwise(looked)]
    assert pauses[:6] == [1.0, 2.0, 4.0, 8.0, 1.0, 1.0]
    assert len(told) == len(looked)
    assert LOOK_SECONDS < 60
