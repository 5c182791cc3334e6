"""What can go wrong, as one tree.

QABotError                 anything below; its message is one sentence fit for a reader
├── UsageError             a wrong argument: an empty question, a date that is none     exit code 2
│   └── SettingsError      a setting that does not exist or is out of its range         exit code 2
├── ArticleError           a file that cannot be read as an article                     exit code 1
├── ModelError             a language model that cannot be used, or failed              exit code 1
├── JournalError           the file of conversations cannot be read or written          exit code 1
└── StoreError             the index cannot be used as it is                            exit code 1
    ├── StoreMismatchError built by another embedder or other settings, or another version
    ├── StoreBusyError     another process is writing
    └── StoreDamagedError  its parts do not agree
"""

from __future__ import annotations


class QABotError(Exception):
    """The root: its message says what is wrong, with which value, and what to do about it."""

    exit_code = 1


class UsageError(QABotError, ValueError):
    """A wrong argument from the person or the program that called."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting that does not exist, cannot be read, or is out of its range."""


class ArticleError(QABotError):
    """A file or page that cannot be read as an article; the others are not affected.

    Args:
        message: the sentence.
        cause: the same in one word, for who says it in another language: ``address``, ``private``,
            ``robots``, ``slow``, ``missing``, ``refused``, ``unreachable``, ``later``, ``too_large``,
            ``no_article``, ``no_pages``; None for anything else.
    """

    def __init__(self, message: str = "", cause: str | None = None) -> None:
        super().__init__(message)
        self.cause = cause


class ModelError(QABotError):
    """A language model cannot be reached, refused, or wrote nothing that can be used."""


class JournalError(QABotError):
    """The file that keeps the web chat's conversations cannot be read or written."""


class StoreError(QABotError):
    """The index cannot be used as it is."""


class StoreMismatchError(StoreError):
    """The index was built with another embedder, other settings, or another version."""


class StoreBusyError(StoreError):
    """Another process holds the index's lock."""


class StoreDamagedError(StoreError):
    """The parts of the index do not agree, or one of them cannot be read."""
