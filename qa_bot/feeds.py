"""What an address gave: a page, a document, or a list of pages (RSS, Atom, sitemap); and what lists list."""

from __future__ import annotations

import datetime
import re
import zlib
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urljoin

from qa_bot.cleaning import known
from qa_bot.dates import iso_date
from qa_bot.errors import ArticleError

FEED, SITEMAP = "feed", "sitemap"
_ROOT = re.compile(rb"<(?:[\w.-]+:)?(rss|feed|rdf|urlset|sitemapindex|html)[\s>]", re.IGNORECASE)
_TEXT_TYPES = {"text/plain": ".txt", "text/markdown": ".md", "application/pdf": ".pdf"}
_PAGE_TYPES = ("text/html", "application/xhtml+xml", "")
_MOST_ENTRIES = 50_000  # sitemaps.org allows as many a file


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that a feed or sitemap lists, and what it says of it."""

    address: str
    title: str | None = None
    author: str | None = None
    published: str | None = None
    modified: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The entry as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed or sitemap lists: pages, newest first where it says when, and further sitemaps."""

    entries: list[Entry]
    publisher: str | None = None
    sitemaps: tuple[str, ...] = ()


def kind_of(body: bytes, stated: str) -> str:
    """What bytes are, by what they begin with more than by what the server states.

    Returns:
        "feed", "sitemap", or the suffix of a kind of file that is read.

    Raises:
        ArticleError: nothing that is read. Its message is the rest of a sentence.
    """
    start = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"%PDF-"):
        return ".pdf"
    root = _ROOT.search(start)
    if root and (start.startswith(b"<") or stated in _PAGE_TYPES):
        name = root[1].lower()
        if name in (b"rss", b"feed", b"rdf"):
            return FEED
        return SITEMAP if name in (b"urlset", b"sitemapindex") else ".html"
    if b"\0" in start:
        raise ArticleError(f"is no page ({stated or 'of no stated type'})", "no_article")
    if stated in _PAGE_TYPES and (start.startswith(b"<") or b"<p" in start.lower()):
        return ".html"
    if stated in _TEXT_TYPES and stated != "application/pdf":
        return _TEXT_TYPES[stated]
    raise ArticleError(f"is no page ({stated or 'of no stated type'})", "no_article")


def unpacked(body: bytes, most: int) -> bytes:
    """The bytes of a packed sitemap; other bytes as they are.

    Raises:
        ArticleError: it cannot be unpacked, or is too large then. Its message is the rest of a sentence.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        unpack = zlib.decompressobj(47)
        found = unpack.decompress(body, most + 1)
    except zlib.error as error:
        raise ArticleError(f"cannot be unpacked ({error})") from error
    if len(found) > most:
        raise ArticleError(f"is larger than {most / 1e6:g} MB when unpacked", "too_large")
    return found


def read_feed(body: bytes, address: str) -> Listing:
    """The entries of an RSS or Atom feed, as it lists them."""
    import feedparser

    parsed = feedparser.parse(
        body, response_headers={"content-location": address}, sanitize_html=False, resolve_relative_uris=False
    )
    entries = []
    for entry in parsed.entries[:_MOST_ENTRIES]:
        link = known(entry.get("link")) or known(entry.get("id"))
        if link:
            entries.append(
                Entry(
                    urljoin(address, link),
                    known(entry.get("title")),
                    known(entry.get("author")),
                    _day(entry, "published"),
                    _day(entry, "updated"),
                )
            )
    return Listing(_once(entries), known(parsed.feed.get("title")))


def _day(entry: Any, name: str) -> str | None:
    """The day as the feed writes it, in its own time zone; else as it was understood."""
    # Of the mapping as it is: feedparser's own `get` takes the one day for the other.
    stated = iso_date(known(dict.get(entry, name)))
    parsed = dict.get(entry, f"{name}_parsed")
    if stated or not parsed:
        return stated
    try:
        return datetime.date(parsed.tm_year, parsed.tm_mon, parsed.tm_mday).isoformat()
    except ValueError:
        return None


def read_sitemap(body: bytes, address: str) -> Listing:
    """The pages of a sitemap, those changed last first; or the sitemaps of an index of them.

    Raises:
        ArticleError: it is no XML. Its message is the rest of a sentence.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        tree = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ArticleError(f"is no sitemap that can be read ({error})") from error
    if tree is None:
        raise ArticleError("is no sitemap that can be read")
    found: list[tuple[bool, Entry]] = []
    for item in tree.iterchildren("{*}url", "{*}sitemap"):
        if len(found) == _MOST_ENTRIES:
            break
        place = known(item.findtext("{*}loc"))
        if place:
            news = "{*}news/{*}"
            found.append(
                (
                    item.tag.endswith("sitemap"),
                    Entry(
                        urljoin(address, place),
                        known(item.findtext(f"{news}title")),
                        None,
                        iso_date(known(item.findtext(f"{news}publication_date"))),
                        iso_date(known(item.findtext("{*}lastmod"))),
                    ),
                )
            )
    found.sort(key=lambda pair: pair[1].modified or pair[1].published or "", reverse=True)
    pages = _once([entry for is_map, entry in found if not is_map])
    return Listing(pages, sitemaps=tuple(entry.address for is_map, entry in found if is_map))


def _once(entries: list[Entry]) -> list[Entry]:
    return list({entry.address: entry for entry in reversed(entries)}.values())[::-1]
