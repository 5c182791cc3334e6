"""qa_bot: ask questions of news articles; get answers whose every quote can be checked.

>>> from qa_bot import answer
>>> print(answer("How many North Korean troops are in Russia?"))  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Each public name and the module that holds it: loaded on first use, so that importing the package
# (and `qa-bot --help`) costs milliseconds, not the seconds that LlamaIndex and Chroma take.
_HOME = {
    "Answer": "types",
    "Article": "types",
    "Chat": "bot",
    "Citation": "types",
    "Draft": "types",
    "Passage": "types",
    "QABot": "bot",
    "QABotError": "errors",
    "Settings": "config",
    "Turn": "types",
    "UsageError": "errors",
    "answer": "bot",
}

__all__ = sorted([*_HOME, "__version__"])

if TYPE_CHECKING:
    from qa_bot.bot import Chat as Chat, QABot as QABot, answer as answer
    from qa_bot.config import Settings as Settings
    from qa_bot.errors import QABotError as QABotError, UsageError as UsageError
    from qa_bot.types import (
        Answer as Answer,
        Article as Article,
        Citation as Citation,
        Draft as Draft,
        Passage as Passage,
        Turn as Turn,
    )


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
