"""Addresses come into an index and stay current: pages, feeds, sitemaps, on a real site on loopback."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_bot import QABot
from qa_bot.errors import ArticleError, UsageError
from qa_bot.feeds import read_feed, read_sitemap
from qa_bot.ingestion import Report
from tests import documents, site as web
from tests.documents import BODY, page
from tests.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with web.serving() as found:
        yield found


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[QABot]:
    (tmp_path / "index").mkdir()
    with QABot(
        tmp_path / "index", allow_private_addresses=True, web_delay_seconds=0, web_timeout_seconds=3
    ) as opened:
        yield opened


def story(number: int, text: str = "") -> str:
    words = (
        f"Story {number} of the harbour: the pier was closed on Monday for repairs. {text}".strip(),
        *BODY,
    )
    return page(title=f"Harbour story number {number}", paragraphs=words)


def rss(site: Site, *numbers: int) -> str:
    items = "".join(
        f"<item><title>Harbour story {number}</title><link>/story/{number}</link>"
        f"<pubDate>Tue, {number:02} Nov 2024 23:30:00 -0500</pubDate><author>Ana Ruiz</author></item>"
        for number in numbers
    )
    return f"<rss version='2.0'><channel><title>Harbour Daily</title>{items}</channel></rss>"


def outcomes(report: Report) -> dict[str, int]:
    return {name: len(ids) for name, ids in report.to_dict().items() if ids and name != "undated"}


def test_a_page_is_indexed_by_its_address(bot: QABot, site: Site) -> None:
    """With its facts; it can be asked like any other article, and what was read is kept."""
    head = "<meta property='article:published_time' content='2024-11-12'>"
    address = site.put("/ferry", page(head=head))
    assert outcomes(bot.add([address])) == {"added": 1}
    article = bot.article(address)
    assert (article.text, article.url, article.path) == ("\n".join(BODY), address, None)
    assert (article.published, article.date_source) == ("2024-11-12", "markup")
    assert bot.answer("What did repairs cost?").citations[0].article.id == address
    assert outcomes(bot.add(address)) == {"unchanged": 1}


def test_a_feeds_entries_are_fetched_in_full(bot: QABot, site: Site) -> None:
    """What the feed says fills in what a page does not; each entry fails alone."""
    for number in (12, 13):
        site.put(f"/story/{number}", story(number))
    site.put("/story/15", documents.pdf(), "application/pdf")
    feed = site.put("/feed", rss(site, 15, 14, 13, 12), "application/rss+xml")
    report = bot.add([feed])
    assert outcomes(report) == {"added": 3, "failed": 1}
    assert "/story/14" in report.failed[0]
    article = bot.article(f"{site.address}/story/12")
    assert (article.publisher, article.author) == ("Harbour Daily", "Ana Ruiz")
    assert article.title == "Harbour story number 12"
    assert (article.published, article.date_source, article.date_certainty) == (
        "2024-11-12",
        "feed",
        "stated",
    )


def test_a_bot_is_made_of_an_address(site: Site) -> None:
    """Like one of a folder, but what a feed has dropped stays; what is no article is an error."""
    settings = {"allow_private_addresses": True, "web_delay_seconds": 0}
    for number in (12, 13):
        site.put(f"/story/{number}", story(number))
    feed = site.put("/feed", rss(site, 12), "application/rss+xml")
    QABot.from_articles(feed, **settings).close()
    site.put("/feed", rss(site, 13), "application/rss+xml")
    with QABot.from_articles(feed, **settings) as bot:
        assert bot.coverage().articles == 2
    with pytest.raises(ArticleError, match="404"):
        QABot.from_articles(f"{site.address}/nothing", **settings)
    with pytest.raises(ArticleError, match="private network"):
        QABot.from_articles(f"{site.address}/story/12")


def test_a_feed_is_followed(bot: QABot, site: Site) -> None:
    """What is new is added, what changed replaced, the same not sent again; --prune removes the rest."""
    for number in (12, 13, 14):
        site.put(f"/story/{number}", story(number))
    feed = site.put("/feed", rss(site, 13, 12), "application/rss+xml")
    bot.add([feed])
    first = bot.article(f"{site.address}/story/12")
    site.put("/story/12", story(12, "Correction: The pier was closed on Sunday."))
    site.put("/feed", rss(site, 14, 13, 12), "application/rss+xml")
    assert outcomes(bot.add([feed])) == {"added": 1, "changed": 1, "unchanged": 1}
    changed = bot.article(f"{site.address}/story/12")
    assert "closed on Sunday" in changed.text
    assert (changed.superseded, first.imported is not None) == (False, True)
    (before,) = bot.versions(changed.id)
    assert (before.text, before.superseded, before.imported) == (first.text, True, first.imported)
    site.put("/feed", rss(site, 14, 13), "application/rss+xml")
    assert outcomes(bot.add([feed])) == {"unchanged": 2}
    assert outcomes(bot.add([feed], prune=True)) == {"unchanged": 2, "removed": 1}
    assert bot.check() == []


def test_the_pages_of_a_feed_that_has_not_changed_are_looked_at_again(bot: QABot, site: Site) -> None:
    """A page may change without its feed."""
    site.put("/story/12", story(12))
    feed = site.put("/feed", rss(site, 12), "application/rss+xml")
    bot.add([feed])
    assert outcomes(bot.add([feed], prune=True)) == {"unchanged": 1}
    site.put("/story/12", story(12, "The mayor came too."))
    assert outcomes(bot.add([feed], prune=True)) == {"changed": 1}


def test_a_sitemap_and_an_index_of_sitemaps_list_pages(bot: QABot, site: Site) -> None:
    """Packed or not; those changed last come first, and no more than the setting allows."""
    for number in (12, 13, 14):
        site.put(f"/story/{number}", story(number))
    urls = "".join(
        f"<url><loc>{site.address}/story/{number}</loc><lastmod>2024-11-{number}</lastmod></url>"
        for number in (12, 14, 13)
    )
    urlset = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"
    inner = site.put("/inner.xml.gz", gzip.compress(urlset.encode()), "application/gzip")
    index = f"<sitemapindex><sitemap><loc>{inner}</loc></sitemap></sitemapindex>"
    outer = site.put("/sitemap.xml", index, "application/xml")
    assert outcomes(bot.add([outer])) == {"added": 3}
    listed = read_sitemap(urlset.encode(), outer).entries
    assert [entry.address[-2:] for entry in listed] == ["14", "13", "12"]


def test_atom_feeds_and_broken_ones_are_read() -> None:
    """Relative links, dates in any form, markup that is not well formed."""
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Daily</title><entry><title>A &amp; B</title>"
        "<link href='a?x=1&y=2'/><published>2024-11-12T23:30:00-05:00</published></entry>"
        "<entry><link href='b'/>"
    )
    listing = read_feed(atom.encode(), "https://a.example/news/feed")
    first, second = listing.entries
    assert (first.address, second.address) == ("https://a.example/news/a?x=1&y=2", "https://a.example/news/b")
    assert (first.title, first.published, listing.publisher) == ("A & B", "2024-11-12", "Daily")


def test_what_a_page_claims_to_be_is_believed_for_its_own_site_alone(bot: QABot, site: Site) -> None:
    """Or any page could take the place of another paper's article."""
    other = site.put("/forged", page(head="<link rel='canonical' href='https://real.example/story'>"))
    bot.add([other])
    assert [article.id for article in bot.articles()] == [other]
    tracked = site.put("/story?from=mail", page(head=f"<link rel='canonical' href='{site.address}/story'>"))
    bot.add([tracked])
    assert bot.article(f"{site.address}/story").url == f"{site.address}/story"


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "image/png", "is no page (image/png)"),
        (b"\x89PNG\r\n\x1a\n\0\0", "text/html", "is no page"),
        (b"{}", "application/json", "is no page"),
        (b"", "text/html", "is no page"),
        (b"<html><body></body></html>", "text/html", "no text that looks like an article"),
        (b"<rss><channel></channel></rss>", "text/html", "lists no pages"),
        (b"<!DOCTYPE a [<!ENTITY a 'aa'>]><urlset><url><loc>&a;</loc></url></urlset>", "", "lists no pages"),
    ],
)
def test_what_is_no_page_is_told(bot: QABot, site: Site, body: bytes, kind: str, told: str) -> None:
    """Whatever the server says that it is."""
    report = bot.add([site.put("/odd", body, kind)])
    assert len(report.failed) == 1
    assert told in report.failed[0]


def test_a_page_deleted_here_comes_back_when_asked_for(bot: QABot, site: Site) -> None:
    """That it has not changed there is no reason to do without."""
    address = site.put("/ferry", page())
    bot.add([address])
    bot.delete([address])
    assert outcomes(bot.add([address])) == {"added": 1}


def test_a_better_reader_needs_no_new_download(bot: QABot, site: Site, tmp_path: Path) -> None:
    """`--rebuild` reads what was kept, by the rules of now."""
    from qa_bot.bot import rebuild_index

    address = site.put("/ferry", page())
    bot.add([address])
    asked = len(site.asked)
    assert rebuild_index(tmp_path / "index") == 1
    assert (len(site.asked), bot.article(address).text) == (asked, "\n".join(BODY))


def test_facts_that_were_set_outlast_the_page(bot: QABot, site: Site) -> None:
    """As they outlast a file; a fact can be set to nothing."""
    address = site.put("/ferry", page())
    bot.add([address])
    assert bot.article(address).published is None
    changed = bot.set_facts(address, published="2024-11-12", publisher="Harbour Daily")
    assert (changed.published, changed.date_source) == ("2024-11-12", "user")
    site.put("/ferry", page(paragraphs=(*BODY, "More words came later on.")))
    assert outcomes(bot.add([address])) == {"changed": 1}
    assert (bot.article(address).published, bot.article(address).publisher) == ("2024-11-12", "Harbour Daily")
    assert bot.search("ferry", since="2024-11-12", publisher="harbour daily")
    assert bot.set_facts(address, published="").published is None
    assert not bot.search("ferry", since="2024-11-12")
    for facts in ({}, {"text": "x"}, {"published": "2024-13-01"}, {"language": "English"}, {"url": "x"}):
        with pytest.raises(UsageError):
            bot.set_facts(address, **facts)
    with pytest.raises(UsageError):
        bot.set_facts("nowhere", title="x")


def test_without_leave_nothing_is_fetched_from_this_machine(tmp_path: Path, site: Site) -> None:
    """The setting that allows it is off unless somebody turns it on."""
    address = site.put("/ferry", page())
    (tmp_path / "index").mkdir()
    with QABot(tmp_path / "index") as plain:
        report = plain.add([address, "file:///etc/passwd"])
    assert (len(report.failed), site.asked) == (2, [])
    assert json.dumps(report.failed).count("not an address of the web") == 1
