"""What is read: a Source, and the Article that is made of its text and of what is known about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from qa_bot.cleaning import clean, known
from qa_bot.dates import iso_date
from qa_bot.errors import ArticleError
from qa_bot.furniture import Tidied, tidy
from qa_bot.types import Article, DateSource


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, and what its article is to be called when the file itself does not tell.

    Attributes:
        path: the file that holds it now; of a page or of an archive's member a temporary one.
        id: the article's id when the file gives none.
        in_folder: whether it was found in a folder, and not named itself.
        name: what to call it in messages; None for its path.
        suffix: what kind it is; None for the path's suffix.
        facts: known from elsewhere, such as a page's address or what a feed says; what the file says
            goes before it. ``charset`` is the encoding that a server gave.
        columns: which column holds what, for JSONL and CSV: {"text": "body"}.
    """

    path: Path
    id: str
    in_folder: bool = False
    name: str | None = None
    suffix: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """Its name in messages."""
        return self.name or str(self.path)

    @property
    def is_web(self) -> bool:
        """Whether it was fetched from an address."""
        return self.shown.startswith(("http://", "https://"))

    @property
    def kind(self) -> str:
        """Its suffix, in lower case."""
        return self.suffix or self.path.suffix.lower()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """An address whose page is as it was when it was last fetched."""

    address: str


def make_article(
    source: Source, text: str, facts: Mapping[str, Any], *, date_source: DateSource | None = None
) -> Article:
    """An Article of a text as it was read and the facts that came with it.

    Args:
        source: where it was read; what it knows fills in what ``facts`` lack.
        text: the text, not yet cleaned.
        facts: ``id``, ``title``, ``publisher``, ``author``, ``published`` (or ``date``), ``modified``,
            ``url``, ``language``, as far as known.
        date_source: where dates among the facts stood.

    Raises:
        ArticleError: nothing is left of the text.
    """
    tidied = tidy(clean(text))
    if not tidied.text:
        raise ArticleError(f"{source.shown!r} is empty.", "no_article")
    published, published_source = _published(source, facts, tidied, date_source)
    modified, modified_source = _modified(source, facts, tidied, date_source)
    url = _fact("url", facts, source)
    return Article(
        id=known(facts.get("id")) or url or source.id,
        text=tidied.text,
        title=_fact("title", facts, source) or tidied.title,
        publisher=_fact("publisher", facts, source) or tidied.publisher,
        author=_fact("author", facts, source) or tidied.author,
        published=published,
        date_source=published_source,
        url=url,
        path=None if source.is_web else source.shown,
        language=_language(_fact("language", facts, source)),
        modified=modified,
        modified_source=modified_source,
        rights=tidied.rights,
        corrections=tuple(tidied.corrections),
    )


def _fact(name: str, facts: Mapping[str, Any], source: Source) -> str | None:
    return known(facts.get(name)) or known(source.facts.get(name))


def is_address(text: str) -> bool:
    """Whether something to index is an address and no path: ``https://``, but also what is refused later."""
    return bool(re.match(r"\s*[a-z][a-z0-9+.-]+://", text, re.IGNORECASE))


def is_of_web(text: str) -> bool:
    """Whether a text is an address that could be fetched, whether or not it may be."""
    return bool(re.match(r"https?://[^\s/?#]", text, re.IGNORECASE))


_Dated = tuple[str | None, DateSource | None]


def _published(
    source: Source, facts: Mapping[str, Any], tidied: Tidied, date_source: DateSource | None
) -> _Dated:
    if day := iso_date(facts.get("published")) or iso_date(facts.get("date")):
        return day, date_source
    if day := iso_date(source.facts.get("published")):
        return day, source.facts.get("date_source")
    if day := tidied.published or iso_date(facts.get("guessed")):
        return day, "text"
    url = _fact("url", facts, source)
    if url and (day := address_date(url)):
        return day, "address"
    if not source.is_web and (day := iso_date(PurePath(source.shown).stem.replace("_", "-"))):
        return day, "file_name"
    return None, None


def _modified(
    source: Source, facts: Mapping[str, Any], tidied: Tidied, date_source: DateSource | None
) -> _Dated:
    if day := iso_date(facts.get("modified")):
        return day, date_source
    if day := iso_date(source.facts.get("modified")):
        return day, source.facts.get("date_source")
    return (tidied.modified, "text") if tidied.modified else (None, None)


_ADDRESS_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-]|$)")


def address_date(url: str) -> str | None:
    """The day that an address names, as newspapers do: ``/2024/11/05/``."""
    match = _ADDRESS_DATE.search(url)
    return iso_date(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}") if match else None


_LANGUAGE = re.compile(r"[A-Za-z]{2}(?=[-_]|$)")


def _language(tag: str | None) -> str | None:
    """The language of a tag: "en" of "en-GB"."""
    match = _LANGUAGE.match(tag) if tag else None
    return match[0].lower() if match else None
