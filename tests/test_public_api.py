"""The public names and their signatures: programs outside this repository call them."""

import importlib
import inspect
from dataclasses import fields
from typing import Any

import pytest

import qa_bot
from qa_bot import (
    Answer,
    Article,
    Chat,
    Citation,
    Draft,
    Passage,
    QABot,
    QABotError,
    Turn,
    UsageError,
    answer,
)

FILTERS = ["as_of", "since", "until", "publisher", "articles"]


def parameters(function: Any) -> list[str]:
    """A function's parameters as they are written: `*` before those that are keywords only."""
    shown, star = [], False
    for name, parameter in inspect.signature(function).parameters.items():
        if name in ("self", "cls") or name.startswith("_"):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            shown.append("*")
            star = True
        prefix = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        shown.append(f"{prefix}{name}{default}")
    return shown


def test_the_public_names_are_these() -> None:
    """Names are added, never renamed or removed."""
    assert qa_bot.__all__ == [
        "Answer",
        "Article",
        "Chat",
        "Citation",
        "Draft",
        "Passage",
        "QABot",
        "QABotError",
        "Settings",
        "Turn",
        "UsageError",
        "__version__",
        "answer",
    ]
    assert dir(qa_bot) == qa_bot.__all__
    assert all(getattr(qa_bot, name) is not None for name in qa_bot.__all__)


def test_answer_is_one_import_away() -> None:
    """`from qa_bot import answer`, and no other name is there."""
    assert answer is importlib.import_module("qa_bot.bot").answer
    with pytest.raises(AttributeError, match="nonsense"):
        qa_bot.nonsense  # noqa: B018 (that it raises is the point)


KEYWORDS = [f"{name}=None" for name in FILTERS]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (QABot, ["index_dir=None", "*", "embedder=None", "llm=None", "**settings"]),
        (QABot.from_articles, ["path", "**settings"]),
        (QABot.answer, ["question", "*", "history=()", *KEYWORDS]),
        (QABot.aanswer, ["question", "**options"]),
        (QABot.stream, ["question", "**options"]),
        (QABot.astream, ["question", "**options"]),
        (QABot.search, ["words", "*", "limit=10", *KEYWORDS]),
        (QABot.article, ["article_id"]),
        (QABot.articles, []),
        (QABot.chat, []),
        (QABot.coverage, []),
        (QABot.close, []),
        (QABot.as_retriever, ["**filters"]),
        (QABot.as_query_engine, ["**filters"]),
        (Chat.answer, ["question", "**options"]),
        (answer, ["question", "**options"]),
    ],
)
def test_signatures_are_these(function: Any, expected: list[str]) -> None:
    """Parameters are added at the end or as keywords, never renamed, moved or removed."""
    assert parameters(function) == expected


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (
            Article,
            "id text title publisher author published date_source url path superseded"
            " language modified modified_source imported rights corrections group",
        ),
        (Passage, "id article_id text start end score"),
        (Citation, "number quote start end passage_id article highlights said_by dates same_as reports"),
        (Draft, "text unsupported checked"),
        (Turn, "question answer citations"),
        (
            Answer,
            "question text answered standalone_question reason method confidence notices citations"
            " unsupported disagreements timeline coverage passages model usage config_hash timings_ms",
        ),
    ],
)
def test_values_have_these_fields(value: Any, names: str) -> None:
    """Fields are added at the end, with a default."""
    assert [field.name for field in fields(value)] == names.split()


def test_settings_are_these() -> None:
    """Each is a keyword of QABot, a line of qa_bot.toml and an environment variable."""
    assert set(qa_bot.Settings.model_fields) >= {
        "index_dir",
        "embedder",
        "passage_words",
        "candidates",
        "title_weight",
        "vector_weight",
        "recency_weight",
        "recency_half_life_days",
        "min_confidence",
    }


def test_mistakes_are_usage_errors_and_all_errors_are_ours() -> None:
    """A program may catch ValueError for its own mistakes, and QABotError for everything."""
    assert issubclass(UsageError, QABotError)
    assert issubclass(UsageError, ValueError)
    assert (QABotError.exit_code, UsageError.exit_code) == (1, 2)
