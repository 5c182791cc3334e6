"""How far long work has come: counts, rate and time left, in a line a second."""

from __future__ import annotations

import time
from collections.abc import Callable

_EVERY = 1.0  # seconds
_SURE = 3.0  # seconds after which a rate tells something


class Progress:
    """Says now and then how much is done, and how long the rest will take.

    Args:
        say: called with a line of text; None for silence.
        total: of what ``done`` counts, such as bytes; 0 where it is not known.
    """

    def __init__(self, say: Callable[[str], None] | None, total: int = 0) -> None:
        self._say = say
        self._total = total
        self._began = self._spoken = time.monotonic()

    def tell(self, articles: int, unchanged: int, done: float) -> None:
        """Say it, if it is time.

        Args:
            articles: how many were indexed.
            unchanged: how many were found as they were.
            done: how much of the total is behind.
        """
        now = time.monotonic()
        if self._say is None or now - self._spoken < _EVERY:
            return
        self._spoken = now
        passed = now - self._began
        parts = [
            f"{articles:,} articles indexed",
            f"{unchanged:,} unchanged",
            f"{(articles + unchanged) / passed:,.0f} a second",
        ]
        share = min(1.0, done / self._total) if self._total else 0.0
        if share and passed >= _SURE:
            parts.append(f"{share:.0%}, {_duration(passed / share - passed)} left")
        self._say(", ".join(parts) + " ...")

    def say(self, line: str) -> None:
        """Say something else, at once."""
        if self._say is not None:
            self._say(line)


def _duration(seconds: float) -> str:
    """A time to wait, as people say it: "40 s", "5 min"."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
