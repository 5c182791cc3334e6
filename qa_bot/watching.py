"""Keeping an index current: folders as their files change, addresses at an interval, until interrupted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_bot.errors import QABotError, UsageError
from qa_bot.ingestion import Report
from qa_bot.sources import is_address

LOOK_SECONDS = 2.0  # between two looks at folders
_LONGEST = 24 * 3600.0  # seconds that a failing feed is left alone, at most

Snapshot = frozenset[tuple[str, int, int]]


@dataclass
class _Feed:
    """When an address is due again, on the monotonic clock, and how long it is left alone until then."""

    due: float
    pause: float


class Watch:
    """Indexes again what has changed.

    Args:
        add: indexes paths and addresses, as `QABot.add` does.
        paths: files, folders and addresses to keep current.
        minutes: between two looks at an address; twice as long after each failure, up to a day.
        tell: called with the report of each run, and with what stopped one.
        wait: waits for seconds; what it raises ends the watch.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        add: Callable[[Sequence[str]], Report],
        paths: Sequence[str],
        minutes: float,
        tell: Callable[[Report | QABotError], None],
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._add = add
        self._tell = tell
        self._wait = wait
        self._clock = clock
        self._pause = minutes * 60
        self._local = [path for path in paths if not is_address(path)]
        self._feeds = {path: _Feed(clock(), self._pause) for path in paths if is_address(path)}
        self._indexed: Snapshot | None = None

    def run(self) -> None:
        """Index everything, and then what changes, until interrupted."""
        previous: Snapshot | None = None
        while True:
            found = snapshot(self._local)
            # A file that is still being written changes from one look to the next.
            if self._local and found != self._indexed and (self._indexed is None or found == previous):
                self._index(self._local)
                self._indexed = found
            previous = found
            for address, feed in self._feeds.items():
                if feed.due <= self._clock():
                    self._look_at(address, feed)
            self._wait(LOOK_SECONDS)

    def _look_at(self, address: str, feed: _Feed) -> None:
        went_well = self._index([address])
        feed.pause = self._pause if went_well else min(2 * feed.pause, max(_LONGEST, self._pause))
        feed.due = self._clock() + feed.pause

    def _index(self, paths: Sequence[str]) -> bool:
        """Index paths; whether all went well."""
        try:
            report = self._add(paths)
        except UsageError:
            raise
        except QABotError as error:  # another process is writing; it will not for ever
            self._tell(error)
            return False
        self._tell(report)
        return not report.failed


def snapshot(paths: Sequence[str]) -> Snapshot:
    """What changes when a file below some paths is written, added or removed."""
    found: set[tuple[str, int, int]] = set()
    for path in paths:
        place = os.path.expanduser(path)  # noqa: PTH111 (Path.expanduser raises for "~nobody")
        files = [place]
        for root, folders, names in os.walk(place):
            folders[:] = [name for name in folders if not name.startswith(".")]
            files += [os.path.join(root, name) for name in names]  # noqa: PTH118 (no Path for each of 100,000)
        for file in files:
            try:
                status = Path(file).stat()
            except OSError:
                continue  # gone, or a link that leads nowhere
            found.add((file, status.st_mtime_ns, status.st_size if not os.path.isdir(file) else 0))  # noqa: PTH112
    return frozenset(found)
