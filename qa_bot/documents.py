"""Documents that are neither text nor pages: mail, saved pages, e-books, PDF and office files.

Mail (.eml), saved pages (.mhtml) and e-books (.epub) are read with what the base install has. PDF, Word,
OpenDocument and RTF need the extra ``documents``, one library each.
"""

from __future__ import annotations

import email
import email.policy
import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote

from qa_bot.cleaning import known
from qa_bot.dates import iso_date
from qa_bot.decoding import MOST_BYTES, decode
from qa_bot.errors import ArticleError
from qa_bot.pages import date_of, read_page
from qa_bot.sources import Source, make_article
from qa_bot.types import Article

_INSTALL = "pip install 'qa-bot[documents]'"


def read_document(source: Source) -> Article:
    """The article of a document, by its kind.

    Raises:
        ArticleError: it cannot be read, holds no text, or a library is missing.
        OSError: the file cannot be read.
    """
    return READERS[source.kind](source)


# --- mail and saved pages -----------------------------------------------------------------------


def _read_mail(source: Source) -> Article:
    """A mail's text, or the article of its page where it has no text."""
    message = _message(source)
    facts = {
        "title": _header(message, "subject"),
        "author": parseaddr(_header(message, "from") or "")[0] or None,
        "published": iso_date(_header(message, "date")),
    }
    if (part := message.get_body(("plain",))) is not None and (text := _text_of(part)).strip():
        return make_article(source, text, facts, date_source="field")
    if (part := message.get_body(("html",))) is not None:
        held = {**source.facts, "charset": part.get_content_charset()}
        held |= {name: value for name, value in facts.items() if value} | {"date_source": "field"}
        return read_page(_bytes_of(part), replace(source, facts=held))
    raise ArticleError(f"{source.shown!r} holds no text.")


def _read_saved_page(source: Source) -> Article:
    """The page that a browser saved with all it needs: the first part that is HTML."""
    message = _message(source)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            held = {**source.facts, "charset": part.get_content_charset()}
            address = known(part.get("content-location")) or known(message.get("snapshot-content-location"))
            if address and address.startswith(("http://", "https://")):
                held.setdefault("url", address)
            return read_page(_bytes_of(part), replace(source, facts=held))
    raise ArticleError(f"{source.shown!r} holds no page.")


def _message(source: Source) -> EmailMessage:
    with source.path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    if not message.keys():
        raise ArticleError(f"{source.shown!r} is empty or no mail.")
    assert isinstance(message, EmailMessage)
    return message


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        return known(message.get(name))
    except (ValueError, IndexError, AttributeError, KeyError):  # headers that break the parser's own rules
        return None


def _text_of(part: Any) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, KeyError):  # an encoding that does not exist
        return _bytes_of(part).decode("utf-8", "replace")


def _bytes_of(part: Any) -> bytes:
    raw = part.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""


# --- e-books ------------------------------------------------------------------------------------


def _read_epub(source: Source) -> Article:
    """The chapters of an EPUB in reading order (https://www.w3.org/TR/epub-33/)."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        with zipfile.ZipFile(source.path) as book:
            container = etree.fromstring(_member(book, "META-INF/container.xml", source), parser)
            package_name = unquote(_attribute(container, "rootfile", "full-path", source))
            package = etree.fromstring(_member(book, package_name, source), parser)
            texts, size = [], 0
            for name in _spine(package, package_name):
                raw = _member(book, name, source)
                size += len(raw)
                if size > MOST_BYTES:
                    raise ArticleError(f"{source.shown!r} is too large.")
                texts.append(_chapter(raw))
    except (zipfile.BadZipFile, etree.LxmlError, ValueError, NotImplementedError, RuntimeError) as error:
        raise ArticleError(f"{source.shown!r} is no EPUB that can be read ({_brief(error)}).") from error
    facts = {
        "title": _dublin(package, "title"),
        "author": _dublin(package, "creator"),
        "publisher": _dublin(package, "publisher"),
        "published": date_of(_dublin(package, "date")),
        "language": _dublin(package, "language"),
    }
    return make_article(source, "\n\n".join(texts), facts, date_source="field")


def _member(book: zipfile.ZipFile, name: str, source: Source) -> bytes:
    try:
        with book.open(name) as file:
            raw = file.read(MOST_BYTES + 1)
    except KeyError as error:
        raise ArticleError(f"{source.shown!r} lacks its part {name!r}.") from error
    if len(raw) > MOST_BYTES:
        raise ArticleError(f"{source.shown!r} is too large.")
    return raw


def _attribute(tree: Any, tag: str, name: str, source: Source) -> str:
    for element in tree.iter("{*}" + tag) if tree is not None else ():
        if element.get(name):
            return str(element.get(name))
    raise ArticleError(f"{source.shown!r} is no EPUB: it does not say where its package is.")


def _spine(package: Any, package_name: str) -> Iterator[str]:
    items = {item.get("id"): item.get("href") for item in package.iter("{*}item")}
    for reference in package.iter("{*}itemref"):
        href = items.get(reference.get("idref"))
        if href:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(package_name), unquote(href)))


def _chapter(raw: bytes) -> str:
    """A chapter's words, a block a line: a book's page holds nothing else."""
    from lxml import etree

    tree = etree.fromstring(raw, etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True))
    if tree is None:
        return ""
    etree.strip_elements(tree, "script", "style", "head", with_tail=False)
    blocks = {
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "tr",
        "br",
        "blockquote",
        "section",
        "dd",
        "dt",
    }
    parts: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag in blocks:
            parts.append("\n\n")
        if event == "start":
            parts.append(_spaces(element.text))
        else:
            parts.append(_spaces(element.tail))
    return "".join(parts)


def _spaces(text: str | None) -> str:
    return (text or "").replace("\r", " ").replace("\n", " ")


def _dublin(package: Any, name: str) -> str | None:
    elements = package.iter("{http://purl.org/dc/elements/1.1/}" + name)
    return known([element.text for element in elements][:10])


# --- PDF and office files -----------------------------------------------------------------------


def _read_pdf(source: Source) -> Article:
    pdfium = _library("pypdfium2", source)
    try:
        document = pdfium.PdfDocument(source.path)
    except pdfium.PdfiumError as error:
        raise ArticleError(f"{source.shown!r} is no PDF that can be read ({_brief(error)}).") from error
    with document:
        texts, size = [], 0
        for number in range(len(document)):
            try:
                page = document[number]
                text = page.get_textpage().get_text_bounded()
            except pdfium.PdfiumError as error:
                raise ArticleError(f"{source.shown!r}, page {number + 1}: {_brief(error)}.") from error
            size += len(text)
            if size > MOST_BYTES:
                raise ArticleError(f"{source.shown!r} is too large.")
            texts.append(text.replace("\ufffe", "").replace("\x02", ""))  # PDFium's marks for hyphens
        facts = {name.lower(): value for name, value in document.get_metadata_dict().items() if value}
    if not any(text.strip() for text in texts):
        raise ArticleError(
            f"{source.shown!r} holds pictures of pages and no text; run text recognition on it."
        )
    made = facts.get("creationdate", "").removeprefix("D:")[:8]
    told = {"title": facts.get("title"), "author": facts.get("author"), "published": date_of(made)}
    return make_article(source, "\n\n".join(texts), told, date_source="field")


def _read_word(source: Source) -> Article:
    docx = _library("docx", source)
    try:
        document = docx.Document(str(source.path))
        parts = [
            "; ".join(filter(None, (" ".join(cell.text.split()) for cell in row.cells)))
            if kind == "row"
            else block.text
            for kind, block, row in _word_blocks(document)
        ]
        properties = document.core_properties
        facts = {
            "title": properties.title,
            "author": properties.author,
            "published": iso_date(properties.created),
            "modified": iso_date(properties.modified),
        }
    except Exception as error:  # whatever its parts' parsers make of a file that is none
        raise ArticleError(
            f"{source.shown!r} is no Word document that can be read ({_brief(error)})."
        ) from error
    return make_article(source, "\n\n".join(parts), facts, date_source="field")


def _word_blocks(document: Any) -> Iterator[tuple[str, Any, Any]]:
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield "row", block, row
        else:
            yield "paragraph", block, None


def _read_odt(source: Source) -> Article:
    odfdo = _library("odfdo", source)
    try:
        document = odfdo.Document(str(source.path))
        body = document.body
        parts = [element.inner_text for element in body.get_elements("//text:p|//text:h")]
        meta = document.meta
        facts = {
            "title": meta.title,
            "author": meta.initial_creator or meta.creator,
            "published": iso_date(meta.creation_date),
            "modified": iso_date(meta.date),
        }
    except Exception as error:  # as above
        raise ArticleError(f"{source.shown!r} is no OpenDocument text ({_brief(error)}).") from error
    return make_article(source, "\n\n".join(parts), facts, date_source="field")


def _read_rtf(source: Source) -> Article:
    striprtf = _library("striprtf.striprtf", source)
    raw = decode(source.path)
    if not raw.lstrip().startswith("{\\rtf"):
        raise ArticleError(f"{source.shown!r} is no RTF document.")
    try:
        text = striprtf.rtf_to_text(raw, errors="ignore")
    except (ValueError, IndexError, LookupError, UnicodeError, RecursionError) as error:
        raise ArticleError(
            f"{source.shown!r} is no RTF document that can be read ({_brief(error)})."
        ) from error
    return make_article(source, text, {})


def _library(name: str, source: Source) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = {"docx": "python-docx"}.get(name, name.partition(".")[0])
        raise ArticleError(f"{source.shown!r} needs {package}, which is not installed: {_INSTALL}") from error


def _brief(error: Exception) -> str:
    """The first line of what a library says, short."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:160].rstrip(".")


READERS: dict[str, Callable[[Source], Article]] = {
    ".eml": _read_mail,
    ".mhtml": _read_saved_page,
    ".mht": _read_saved_page,
    ".epub": _read_epub,
    ".pdf": _read_pdf,
    ".docx": _read_word,
    ".odt": _read_odt,
    ".rtf": _read_rtf,
}
