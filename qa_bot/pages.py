"""Web pages: the article's body by trafilatura, its facts by what the markup states.

Facts are read from JSON-LD, Open Graph and other meta elements, and time elements, in this order. A page
without a stated date is searched for a visible one (htmldate), which counts as read from the text.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qa_bot.cleaning import known
from qa_bot.dates import iso_date
from qa_bot.decoding import decode_markup
from qa_bot.errors import ArticleError
from qa_bot.sources import Source, make_article
from qa_bot.types import Article

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LEAST_CHARS = 12  # of an article: less is a button
_NODES = 2000  # of JSON-LD that are looked through
_DEPTH = 200  # of elements: deeper is no page that anybody reads
_ARTICLE_TYPE = re.compile(r"(?:Article|BlogPosting|Report|SocialMediaPosting)$")
_PUBLISHED = (
    "article:published_time",
    *(
        "og:article:published_time",
        "og:published_time",
        "article:published",
        "datepublished",
        "parsely-pub-date",
    ),
    *("sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dcterms.date", "dc.date"),
    *(
        "pubdate",
        "publishdate",
        "publish-date",
        "publish_date",
        "publication_date",
        "published_time",
        "cxenseparse:recs:publishtime",
    ),
    *(
        "citation_publication_date",
        "date",
        "article.published",
        "article_date_original",
        "originalpublicationdate",
    ),
)
_MODIFIED = (
    "article:modified_time",
    *("og:article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified"),
    *("lastmod", "article:modified", "article.updated", "revised"),
)
_TITLE = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
    "headline",
)
_SITE = ("og:site_name", "article:publisher_name", "application-name", "dc.publisher", "dcterms.publisher")
_AUTHOR = (
    "author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "article:author",
    "byl",
    "og:article:author",
)


def read_page(raw: bytes, source: Source) -> Article:
    """The article of a page.

    Raises:
        ArticleError: the page holds no article, or is no page.
    """
    text = decode_markup(raw, known(source.facts.get("charset")))
    if not text.strip("\ufeff \t\r\n\0"):
        raise ArticleError(f"{source.shown!r} is empty.", "no_article")
    tree = _tree(text)
    if tree is None:
        raise ArticleError(f"{source.shown!r} does not look like a web page.", "no_article")
    facts = page_facts(tree)
    if source.is_web and _host(facts["url"]) != _host(source.shown):
        facts["url"] = None  # a page may not pass for one of another site
    body = _body(tree) or known(facts.pop("body", None)) or ""
    first, _, rest = body.partition("\n")
    if known(first) == facts["title"]:
        body = rest
    if len(body.strip()) < _LEAST_CHARS:
        raise ArticleError(f"{source.shown!r} holds no text that looks like an article.", "no_article")
    if not facts.get("published") and not source.facts.get("published"):
        facts["guessed"] = _visible_date(text)
    return make_article(source, body, facts, date_source="markup")


def _tree(text: str) -> HtmlElement | None:
    import trafilatura
    from lxml.etree import LxmlError

    try:
        tree = trafilatura.load_html(text.replace("\0", ""))
    except (LxmlError, ValueError, RecursionError):
        return None
    if tree is not None and _is_deep(tree):
        return None
    return tree


def _is_deep(tree: HtmlElement) -> bool:
    """Whether elements are nested deeper than what works on them recursively can bear."""
    depth = 0
    for event, _ in _events(tree):
        depth += 1 if event == "start" else -1
        if depth > _DEPTH:
            return True
    return False


def _events(tree: HtmlElement) -> Iterator[tuple[str, Any]]:
    from lxml.etree import iterwalk

    return iter(iterwalk(tree, events=("start", "end")))


def _body(tree: HtmlElement) -> str | None:
    """The article's text, a paragraph a line."""
    import trafilatura

    document = trafilatura.bare_extraction(tree, include_comments=False, with_metadata=False)
    found = getattr(document, "text", None)
    return found if isinstance(found, str) and found.strip() else None


def _visible_date(text: str) -> str | None:
    """A date that a reader would find on the page; None rather than a wild guess."""
    from htmldate import find_date

    return find_date(text, original_date=True, extensive_search=False, outputformat="%Y-%m-%d")


# --- what markup states -------------------------------------------------------------------------


def page_facts(tree: HtmlElement) -> dict[str, Any]:
    """The facts that a page's markup states, under the names that `make_article` takes; ``body`` too."""
    stated = _json_ld(tree)
    meta = _meta(tree)

    def first(*names: str) -> str | None:
        return next((value for name in names if (value := meta.get(name))), None)

    def day(*names: str) -> str | None:
        return next((found for name in names if (found := date_of(meta.get(name)))), None)

    publisher = stated.get("publisher") or first(*_SITE)
    return {
        "title": _without_site(stated.get("title") or first(*_TITLE) or _heading(tree), publisher),
        "publisher": publisher,
        "author": _author(stated.get("author") or _no_address(first(*_AUTHOR))),
        "published": date_of(stated.get("published")) or day(*_PUBLISHED) or _time(tree, "published"),
        "modified": date_of(stated.get("modified")) or day(*_MODIFIED) or _time(tree, "modified"),
        "url": _address(_canonical(tree)) or _address(first("og:url")) or _address(stated.get("url")),
        "language": known(tree.get("lang")) or stated.get("language"),
        "body": stated.get("body"),
    }


def date_of(value: object) -> str | None:
    """The day of a time stamp as pages write it; None for none, and for one that is to come."""
    text = known(value)
    if not text:
        return None
    if re.fullmatch(r"(?:19|20)\d{6}(?:T?\d{4,6}Z?)?", text):  # 20241105, 20241105T101500
        text = f"{text[:4]}-{text[4:6]}-{text[6:8]}"
    elif re.fullmatch(r"1\d{9}(?:\d{3})?", text):  # seconds, or milliseconds, since 1970
        seconds = int(text[:10])
        text = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).date().isoformat()
    found = iso_date(re.sub(r"^(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3", text))
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)
    return found if found and found <= tomorrow.isoformat() else None


def _meta(tree: HtmlElement) -> dict[str, str]:
    """The first content of each meta element, by its name in lower case."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = known(element.get("content"))
        for attribute in ("property", "name", "itemprop"):
            name = element.get(attribute)
            if name and content:
                found.setdefault(name.strip().lower(), content)
    return found


def _json_ld(tree: HtmlElement) -> dict[str, Any]:
    """What the first article among a page's JSON-LD states."""
    nodes = [node for script in tree.iter("script") if _is_json_ld(script) for node in _nodes(script.text)]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    articles = [node for node in nodes if any(_ARTICLE_TYPE.search(kind) for kind in _types(node))]
    pages = [node for node in nodes if "WebPage" in _types(node) and node.get("datePublished")]
    stated: dict[str, Any] = {}
    for node in [*articles, *pages]:
        for fact, value in _article_facts(node, by_id).items():
            if value and not stated.get(fact):
                stated[fact] = value
    return stated


def _article_facts(node: dict[str, Any], by_id: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": known(node.get("headline")) or known(node.get("name")),
        "published": node.get("datePublished") or node.get("dateCreated"),
        "modified": node.get("dateModified"),
        "author": _named(node.get("author"), by_id) or _named(node.get("creator"), by_id),
        "publisher": _named(node.get("publisher"), by_id) or _named(node.get("sourceOrganization"), by_id),
        "language": known(node.get("inLanguage")),
        "url": known(node.get("url")),
        "body": node.get("articleBody"),
    }


def _is_json_ld(script: HtmlElement) -> bool:
    return "ld+json" in (script.get("type") or "").lower() and bool(script.text)


def _nodes(text: str) -> Iterator[dict[str, Any]]:
    """Every object of a JSON-LD script, also those inside others, the outer first."""
    try:
        waiting: list[Any] = [json.loads(_COMMENTS.sub("", text).strip().rstrip(";"), strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, dict):
            yield node
            waiting += [value for value in node.values() if isinstance(value, (dict, list))]
        elif isinstance(node, list):
            waiting += node[:_NODES]


_COMMENTS = re.compile(
    r"^\s*(?:<!--|/\*<!\[CDATA\[\*/|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|/\*\]\]>\*/|//\]\]>|\]\]>)\s*$"
)


def _types(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _named(value: Any, by_id: dict[str, Any]) -> str | None:
    """The names of persons or organisations: texts, objects with a name, or references to such."""
    names = []
    for item in value[:20] if isinstance(value, list) else [value]:
        node = (
            by_id.get(item["@id"], item)
            if isinstance(item, dict) and isinstance(item.get("@id"), str)
            else item
        )
        name = known(node.get("name")) if isinstance(node, dict) else _no_address(known(node))
        if name and name not in names:
            names.append(name)
    return ", ".join(names) or None


def _no_address(name: str | None) -> str | None:
    return None if name and re.match(r"https?:|www\.|/|@", name) else name


_TIME_OF = {
    "published": re.compile(r"publish|created|pubdate|posted|entry-date|dateline|date-?time", re.IGNORECASE),
    "modified": re.compile(r"modif|updat", re.IGNORECASE),
}


def _time(tree: HtmlElement, fact: str) -> str | None:
    """A day that time elements state: one marked for it, else for publication the first in the article."""
    plain = None
    for element in tree.iter("time"):
        day = date_of(element.get("datetime")) or date_of(element.text_content())
        if not day:
            continue
        marks = " ".join(str(element.get(name) or "") for name in ("itemprop", "class", "id", "property"))
        marks += " pubdate" * (element.get("pubdate") is not None)
        is_modified = bool(_TIME_OF["modified"].search(marks))
        if _TIME_OF[fact].search(marks) and (fact == "modified") == is_modified:
            return day
        if plain is None and not is_modified and not _is_aside(element):
            plain = day
    return plain if fact == "published" else None


def _is_aside(element: HtmlElement) -> bool:
    """Whether an element belongs to something else than the article: a comment, a list of others."""
    return any(
        parent.tag in ("aside", "nav", "footer", "li")
        or re.search(r"comment|related|sidebar|widget|promo|latest|trending", str(parent.get("class") or ""))
        for parent in element.iterancestors()
    )


def _heading(tree: HtmlElement) -> str | None:
    headings = [text for element in tree.iter("h1") if (text := known(element.text_content()))]
    title = known(tree.findtext(".//title"))
    if not title:
        return headings[0] if headings else None
    # "Headline - Site", "Headline | Site": the longest part is the headline.
    stated = next((heading for heading in headings if heading in title), None)
    return stated or max(_PARTS.split(title), key=len)


def _address(text: str | None) -> str | None:
    """An address of one page; None for a site's own, which broken templates give to every page."""
    if not text or not re.match("https?://", text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.hostname and (parts.path.strip("/") or parts.query) else None


def _host(address: str | None) -> str | None:
    host = urlsplit(address).hostname if address else None
    return host.removeprefix("www.") if host else None


_PARTS = re.compile(r"\s+[|–—-]\s+")


def _without_site(title: str | None, site: str | None) -> str | None:
    """A title without the site's name at its end."""
    parts = _PARTS.split(title) if title and site else []
    if len(parts) < 2 or _letters(parts[-1]) != _letters(site or ""):
        return title
    assert title is not None
    return title[: title.rindex(parts[-1])].rstrip(" |–—-")


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


_BY = re.compile(r"by:?\s+(?=\S)", re.IGNORECASE)


def _author(name: str | None) -> str | None:
    return _BY.sub("", name, count=1) if name and _BY.match(name) else name


def _canonical(tree: HtmlElement) -> str | None:
    for element in tree.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            return known(element.get("href"))
    return None
