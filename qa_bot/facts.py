"""Facts about an article that its reader sets: which there are, and what they may be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qa_bot.cleaning import known
from qa_bot.errors import UsageError
from qa_bot.types import Article

STATED = ("title", "publisher", "author", "published", "modified", "url", "language")


def checked_facts(facts: Mapping[str, str | None]) -> dict[str, str | None]:
    """Facts in the form that articles hold them; None for one that is not known.

    Raises:
        UsageError: there is no such fact, a day is no date, an address is none.
    """
    if not facts:
        raise UsageError(f"Name a fact to set; there are {', '.join(STATED)}.")
    return {name: _checked(name, value) for name, value in facts.items()}


def with_stated(article: Article, facts: Mapping[str, str | None]) -> Article:
    """An article with facts that its reader set in place of those that were read."""
    changed: dict[str, Any] = {name: facts[name] for name in STATED if name in facts}
    if "published" in changed:
        changed["date_source"] = "user" if changed["published"] else None
    if "modified" in changed:
        changed["modified_source"] = "user" if changed["modified"] else None
    return replace(article, **changed)


def _checked(name: str, value: str | None) -> str | None:
    if name not in STATED:
        raise UsageError(f"There is no fact {name!r} to set; there are {', '.join(STATED)}.")
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{name} must be text, not {value!r}.")
    text = known(value)
    if text is None:
        return None
    if name in ("published", "modified") and not _is_day(text):
        raise UsageError(f"{name} must be a date such as 2024-11-05, not {value!r}.")
    if name == "language" and not re.fullmatch("[a-z]{2}", text):
        raise UsageError(f"language must be two letters such as en, not {value!r}.")
    if name == "url" and not text.startswith(("http://", "https://")):
        raise UsageError(f"url must begin with http:// or https://, not {value!r}.")
    return text


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
