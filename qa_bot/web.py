"""Addresses to Sources: pages, and the pages that feeds and sitemaps list, each fetched into a file."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from qa_bot.config import Settings
from qa_bot.errors import ArticleError
from qa_bot.feeds import FEED, SITEMAP, Entry, Listing, kind_of, read_feed, read_sitemap, unpacked
from qa_bot.fetching import Fetched, Fetcher, Manners, is_public
from qa_bot.records import Visit
from qa_bot.sources import Source, Unchanged

_SITEMAPS = 50  # of an index of sitemaps


class Web:
    """The articles behind addresses, as files for a moment.

    Args:
        fetcher: fetches.
        most_pages: of one feed or sitemap.
        most_bytes: of one page.
    """

    def __init__(self, fetcher: Fetcher, most_pages: int, most_bytes: int) -> None:
        self._fetcher = fetcher
        self._most_pages = most_pages
        self._most_bytes = most_bytes
        self._known: Callable[[str], Visit | None] = lambda _: None
        self._folder = Path()
        self._met: set[str] = set()
        self.visits: dict[str, Visit] = {}  # what to remember of each page once its article is stored
        self.feeds: dict[str, Visit] = {}  # and of each feed, once all that it lists is
        self.listed: dict[str, set[str]] = {}  # every address that a feed lists now, if it could be read

    def sources(
        self, addresses: Iterable[str], folder: Path, known: Callable[[str], Visit | None]
    ) -> Iterator[Source | ArticleError | Unchanged]:
        """What each address gives: Sources, what has not changed, and why the rest gives nothing.

        Args:
            addresses: of pages, feeds and sitemaps.
            folder: for the files; who reads one may remove it.
            known: what is known of an address from the last visit.
        """
        self._known, self._folder = known, folder
        for address in addresses:
            yield from self._at(address.strip())

    def _at(self, address: str) -> Iterator[Source | ArticleError | Unchanged]:
        visit = self._known(address)
        try:
            fetched = self._fetcher.fetch(address, visit)
            if fetched is None:
                assert visit is not None
                if visit.listing is None:
                    yield Unchanged(address)
                else:  # the list is as it was; the pages on it may not be
                    yield from self._listed(address, _listing(visit.listing), visit)
                return
            kind = self._kind(fetched)
            if kind in (FEED, SITEMAP):
                listing = self._listing(fetched, kind)
                noted = Visit(fetched.etag, fetched.modified, listing=_as_text(listing))
                yield from self._listed(address, listing, noted)
            else:
                yield self._source(address, fetched, kind, None, None)
        except ArticleError as error:
            yield error

    def _kind(self, fetched: Fetched) -> str:
        try:
            return kind_of(unpacked(fetched.body, self._most_bytes), fetched.type)
        except ArticleError as error:
            raise ArticleError(f"{fetched.address!r} {error}.", error.cause) from error

    def _listing(self, fetched: Fetched, kind: str) -> Listing:
        """What a feed lists; of an index of sitemaps what they list, the first of them."""
        try:
            body = unpacked(fetched.body, self._most_bytes)
            if kind == FEED:
                return read_feed(body, fetched.address)
            listing = read_sitemap(body, fetched.address)
        except ArticleError as error:
            raise ArticleError(f"{fetched.address!r} {error}.", error.cause) from error
        entries = list(listing.entries)
        for address in listing.sitemaps[:_SITEMAPS]:
            if len(entries) >= self._most_pages:
                break
            inner = self._fetcher.fetch(address)
            if inner is not None and self._kind(inner) == SITEMAP:
                entries += read_sitemap(unpacked(inner.body, self._most_bytes), inner.address).entries
        return Listing(entries, listing.publisher)

    def _listed(
        self, feed: str, listing: Listing, visit: Visit
    ) -> Iterator[Source | ArticleError | Unchanged]:
        if not listing.entries:
            yield ArticleError(f"{feed!r} lists no pages.", "no_pages")
            return
        self.feeds[feed] = visit
        self.listed[feed] = {entry.address for entry in listing.entries}
        for entry in listing.entries[: self._most_pages]:
            if entry.address not in self._met:
                yield from self._page(entry, feed, listing.publisher)

    def _page(
        self, entry: Entry, feed: str, publisher: str | None
    ) -> Iterator[Source | ArticleError | Unchanged]:
        try:
            fetched = self._fetcher.fetch(entry.address, self._known(entry.address))
            if fetched is None:
                self._met.add(entry.address)
                yield Unchanged(entry.address)
                return
            kind = self._kind(fetched)
            if kind in (FEED, SITEMAP):
                raise ArticleError(f"{entry.address!r} is a {kind} and no page.")
            yield self._source(entry.address, fetched, kind, entry, (feed, publisher))
        except ArticleError as error:
            yield error

    def _source(
        self,
        address: str,
        fetched: Fetched,
        kind: str,
        entry: Entry | None,
        feed: tuple[str, str | None] | None,
    ) -> Source:
        path = self._folder / f"{len(self._met)}{kind}"
        path.write_bytes(fetched.body)
        self._met.add(address)
        self.visits[address] = Visit(fetched.etag, fetched.modified, feed[0] if feed else None)
        facts = {"url": fetched.address, "charset": fetched.charset}
        if entry is not None and feed is not None:
            facts |= {
                "title": entry.title,
                "author": entry.author,
                "publisher": feed[1],
                "date_source": "feed",
            }
            facts |= {"published": entry.published, "modified": entry.modified}
        known = {name: value for name, value in facts.items() if value}
        return Source(path, fetched.address, name=address, suffix=kind, facts=known)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Web]:
    """The web, with the manners that settings name; connections are closed at the end."""
    most = int(settings.web_max_mb * 1_000_000)
    manners = Manners(
        settings.user_agent,
        settings.web_delay_seconds,
        settings.web_timeout_seconds,
        most,
        (lambda _: True) if settings.allow_private_addresses else is_public,
    )
    with Fetcher(manners) as fetcher:
        yield Web(fetcher, settings.web_max_pages, most)


def _as_text(listing: Listing) -> str:
    return json.dumps([listing.publisher, [entry.to_dict() for entry in listing.entries]])


def _listing(text: str) -> Listing:
    publisher, entries = json.loads(text)
    return Listing([Entry(**entry) for entry in entries], publisher)
