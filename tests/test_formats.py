"""Each kind of file gives its article, clean and dated, or one sentence that says why not."""

import json
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from qa_bot import articles
from qa_bot.errors import ArticleError
from qa_bot.pages import date_of
from qa_bot.types import Article
from tests import documents
from tests.documents import BODY, TITLE, archive, page


def read(path: Path, **columns: str) -> list[Article | ArticleError]:
    found: list[Article | ArticleError] = []
    for source in articles.find([path], columns):
        found += [source] if isinstance(source, ArticleError) else articles.read(source)
    return found


def one(path: Path, raw: bytes | str | None = None) -> Article:
    if raw is not None:
        path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    (article,) = read(path)
    assert isinstance(article, Article), article
    return article


def fault(path: Path, raw: bytes | str) -> str:
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    (error,) = read(path)
    assert isinstance(error, ArticleError), error
    assert "\n" not in str(error)
    return str(error)


# --- pages --------------------------------------------------------------------------------------


def test_a_page_gives_its_article_and_nothing_else(tmp_path: Path) -> None:
    """Navigation, teasers and footers would be quoted otherwise."""
    article = one(tmp_path / "a.html", page())
    assert article.text.split("\n") == list(BODY)
    assert (article.title, article.id, article.language) == (TITLE, "a.html", "en")


JSON_LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Organization", "@id": "#paper", "name": "Harbour Daily"},
        {"@type": "BreadcrumbList", "datePublished": "2001-01-01"},
        {
            "@type": ["NewsArticle", "Thing"],
            "headline": "Ferry stops",
            "datePublished": "2024-11-12T08:00:00+01:00",
            "dateModified": "2024-11-13",
            "author": [{"@type": "Person", "name": "Ana Ruiz"}, {"name": "Bo Lind"}],
            "publisher": {"@id": "#paper"},
        },
    ],
}


def test_facts_are_read_from_json_ld(tmp_path: Path) -> None:
    """Also from graphs and references; an object that is no article tells nothing."""
    script = f"<script type='application/ld+json'>{json.dumps(JSON_LD)}</script>"
    head = f"{script}<meta property='og:title' content='Other'>"
    article = one(tmp_path / "a.html", page(head=head))
    assert (article.title, article.publisher, article.author) == (
        "Ferry stops",
        "Harbour Daily",
        "Ana Ruiz, Bo Lind",
    )
    assert (article.published, article.date_source, article.date_certainty) == (
        "2024-11-12",
        "markup",
        "stated",
    )
    assert (article.modified, article.modified_source) == ("2024-11-13", "markup")


def test_facts_are_read_from_open_graph_and_meta(tmp_path: Path) -> None:
    """As far as JSON-LD does not state them."""
    head = (
        "<meta property='og:title' content='Ferry stops | Harbour Daily'>"
        "<meta property='og:site_name' content='Harbour Daily'><meta name='author' content='By Ana Ruiz'>"
        "<meta property='article:published_time' content='2024-11-12T08:00:00Z'>"
        "<meta property='article:modified_time' content='2024-11-14'>"
        "<link rel='canonical' href='https://harbour.example/ferry'>"
        "<script type='application/ld+json'>{broken</script>"
    )
    article = one(tmp_path / "a.html", page(head=head))
    assert (article.title, article.publisher, article.author) == ("Ferry stops", "Harbour Daily", "Ana Ruiz")
    assert (article.published, article.modified) == ("2024-11-12", "2024-11-14")
    assert article.id == article.url == "https://harbour.example/ferry"


@pytest.mark.parametrize(
    "body",
    [
        "<time datetime='2024-11-12T08:00'>Tuesday</time>",
        "<time itemprop='dateModified' datetime='2024-11-20'>x</time>"
        "<time class='entry-date published' datetime='2024-11-12'>x</time>",
        "<div class='comment'><time datetime='2024-11-30'>x</time></div><time>12 November 2024</time>",
        "<meta itemprop='datePublished' content='20241112'>",
    ],
)
def test_the_day_is_read_from_time_elements(tmp_path: Path, body: str) -> None:
    """That of publication, not of a change or of a comment."""
    article = one(tmp_path / "a.html", page(body=body))
    assert (article.published, article.date_source) == ("2024-11-12", "markup")


def test_a_visible_date_is_less_sure_and_todays_is_never_made_up(tmp_path: Path) -> None:
    """A page that states no date may show one; one that does neither is undated."""
    shown = one(tmp_path / "a.html", page(body="<p class='date'>Published on November 12, 2024</p>"))
    assert (shown.published, shown.date_source, shown.date_certainty) == ("2024-11-12", "text", "read")
    assert one(tmp_path / "b.html", page()).published is None


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2024-11-12T08:00:00.000+05:30", "2024-11-12"),
        ("Tue, 12 Nov 2024 08:00:00 GMT", "2024-11-12"),
        ("2024/11/12 08:00", "2024-11-12"),
        ("1731398400", "2024-11-12"),
        ("1731398400000", "2024-11-12"),
        ("November 12, 2024", "2024-11-12"),
        ("2999-01-01", None),
        ("soon", None),
        ("", None),
    ],
)
def test_time_stamps_of_pages_are_read(stamp: str, day: str | None) -> None:
    """In the forms that pages use; what is to come is no date of publication."""
    assert date_of(stamp) == day


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16", "iso-8859-1"])
def test_a_page_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    """As declared, or marked."""
    text = page(
        head=f"<meta charset='{encoding}'>", paragraphs=("Größe und Weite – „Straße“ über München.", *BODY)
    )
    text = text if encoding != "iso-8859-1" else text.replace("–", "-").replace("„", "'").replace("“", "'")
    assert one(tmp_path / "a.html", text.encode(encoding)).text.startswith("Größe und Weite")


def test_a_page_saved_as_text_is_read_as_a_page(tmp_path: Path) -> None:
    """Its markup would be quoted otherwise."""
    assert one(tmp_path / "a.txt", page()).text.split("\n") == list(BODY)


@pytest.mark.parametrize(
    "raw",
    [
        "<html></html>",
        "<html><body><nav><a href='/'>Home</a></nav></body></html>",
        "<div>" * 30_000 + "x",
        "\0" * 50,
        "%PDF-1.4",
    ],
)
def test_a_page_without_an_article_is_told(tmp_path: Path, raw: str) -> None:
    """One sentence, whatever is in it."""
    assert "a.html" in fault(tmp_path / "a.html", raw)


def test_two_pages_of_one_address_are_both_kept(tmp_path: Path) -> None:
    """A site that gives every page one address must not cost articles; see also test_ingestion."""
    head = "<link rel='canonical' href='https://harbour.example/'>"
    assert one(tmp_path / "a.html", page(head=head)).id == "a.html"


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(sorted(set(articles.SUFFIXES) - {".md", ".txt", ".jsonl"})))
def test_no_bytes_make_reading_raise(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, suffix: str
) -> None:
    """Each file gives articles or messages, whatever is in it."""
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(raw)
    for found in read(path):
        assert isinstance(found, (Article, ArticleError))
        assert isinstance(found, ArticleError) or found.text


# --- documents ----------------------------------------------------------------------------------

MADE = {
    ".eml": documents.mail(),
    ".mhtml": documents.saved_page(),
    ".epub": documents.epub(),
    ".pdf": documents.pdf(),
    ".rtf": documents.rtf(),
    ".html": page().encode(),
}


def made(folder: Path, suffix: str) -> Path:
    path = folder / f"a{suffix}"
    if suffix == ".docx":
        documents.word(path)
    elif suffix == ".odt":
        documents.open_document(path)
    else:
        path.write_bytes(MADE[suffix])
    return path


@pytest.mark.parametrize("suffix", [*MADE, ".docx", ".odt"])
def test_a_document_gives_its_words(tmp_path: Path, suffix: str) -> None:
    """Whole, in order, a paragraph a line."""
    article = one(made(tmp_path, suffix))
    places = [article.text.find(line) for line in (BODY if suffix != ".docx" else BODY[:2])]
    assert -1 not in places
    assert places == sorted(places)
    if suffix != ".rtf":
        assert article.title == TITLE


@pytest.mark.parametrize("suffix", [".eml", ".epub", ".pdf"])
def test_a_document_tells_its_day_and_author(tmp_path: Path, suffix: str) -> None:
    """What its own fields state."""
    article = one(made(tmp_path, suffix))
    assert (article.published, article.date_source, article.author) == ("2024-11-12", "field", "Ana Ruiz")


def test_a_table_in_a_document_is_a_line_a_row(tmp_path: Path) -> None:
    """Where it stands among the paragraphs."""
    assert "\n\nIsland; 212 people\n\n" in one(made(tmp_path, ".docx")).text


def test_a_mail_that_is_a_page_and_a_saved_page_have_an_address(tmp_path: Path) -> None:
    """The page's own facts are read; the mail's subject stands for a title."""
    assert one(tmp_path / "a.eml", documents.mail(html=True)).text.split("\n") == list(BODY)
    saved = one(tmp_path / "a.mhtml", documents.saved_page())
    assert saved.id == saved.url == "https://harbour.example/ferry"
    assert saved.path == str(tmp_path / "a.mhtml")


@pytest.mark.parametrize("suffix", [*MADE, ".docx", ".odt"])
def test_a_document_cut_short_ends_in_an_article_or_a_reason(tmp_path: Path, suffix: str) -> None:
    """At any place."""
    whole = made(tmp_path, suffix).read_bytes()
    for share in (0, 0.02, 0.3, 0.6, 0.95):
        path = tmp_path / f"cut{suffix}"
        path.write_bytes(whole[: int(len(whole) * share)])
        (found,) = read(path)
        assert isinstance(found, Article) or f"cut{suffix}" in str(found)


def test_a_missing_library_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has the base install learns how to read the file; pages need no more than that."""
    for name in ("pypdfium2", "docx", "odfdo", "striprtf", "striprtf.striprtf"):
        monkeypatch.setitem(sys.modules, name, None)
    for suffix, package in (
        (".pdf", "pypdfium2"),
        (".docx", "python-docx"),
        (".odt", "odfdo"),
        (".rtf", "striprtf"),
    ):
        message = fault(tmp_path / f"a{suffix}", b"x")
        assert package in message
        assert "pip install 'qa-bot[documents]'" in message
    assert one(made(tmp_path, ".epub"))


def test_a_pdf_of_pictures_is_told(tmp_path: Path) -> None:
    """An empty article would answer nothing, silently."""
    assert "no text" in fault(tmp_path / "a.pdf", documents.pdf(()))


# --- tables -------------------------------------------------------------------------------------


def test_the_usual_names_of_columns_are_known(tmp_path: Path) -> None:
    """As exports of other programs call them."""
    (tmp_path / "a.csv").write_text(
        "Headline;Article Body;Pub_Date;Link;Source;byline\n"
        'Ferry stops;"It stops; ""soon"".\nIn winter.";12 November 2024;'
        "https://harbour.example/f;Harbour Daily;Ana Ruiz\n\n;;;;;\n",
        "utf-8",
    )
    article, error = read(tmp_path / "a.csv")[0], read(tmp_path / "a.csv")[1:]
    assert isinstance(article, Article)
    assert (article.text, article.title) == ('It stops; "soon".\nIn winter.', "Ferry stops")
    assert (article.published, article.date_source, article.publisher) == (
        "2024-11-12",
        "field",
        "Harbour Daily",
    )
    assert (article.id, article.author, error) == ("https://harbour.example/f", "Ana Ruiz", [])
    row = {
        "headline": "Ferry stops",
        "content": "It stops.",
        "source": {"id": None, "name": "Harbour Daily"},
        "publishedAt": "2024-11-12T08:00:00Z",
    }
    found = one(tmp_path / "b.jsonl", json.dumps(row))
    assert (found.title, found.text, found.publisher, found.published) == (
        "Ferry stops",
        "It stops.",
        "Harbour Daily",
        "2024-11-12",
    )


def test_a_column_that_may_mean_something_else_is_not_taken_for_a_text(tmp_path: Path) -> None:
    """Questions name the article that they are about; a source may be an address."""
    (tmp_path / "questions.jsonl").write_text('{"question": "Who?", "article": "a.txt"}\n', "utf-8")
    (tmp_path / "a.jsonl").write_text(
        '{"text": "It stops.", "source": "https://harbour.example/f"}\n', "utf-8"
    )
    (found,) = read(tmp_path)
    assert isinstance(found, Article)
    assert (found.text, found.publisher) == ("It stops.", None)


def test_columns_can_be_named(tmp_path: Path) -> None:
    """What is named goes before what is guessed."""
    (tmp_path / "a.csv").write_text("text,words,day\nno,Yes it is.,2024-11-12\n", "utf-8")
    (found,) = read(tmp_path / "a.csv", text="words", published="day")
    assert isinstance(found, Article)
    assert (found.text, found.published, found.id) == ("Yes it is.", "2024-11-12", "a.csv#2")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("a,b\n1,2\n", "--column"),
        ("", "empty"),
        ("\n\n", "empty"),
        ('text\n"' + "x" * 21_000_000, "not CSV"),
    ],
)
def test_a_table_without_articles_is_told(tmp_path: Path, raw: str, told: str) -> None:
    """With the columns that it has."""
    assert told in fault(tmp_path / "a.csv", raw)


def test_other_tables_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    """They lie beside articles."""
    (tmp_path / "prices.csv").write_text("fuel,price\ndiesel,1.70\n", "utf-8")
    (tmp_path / "a.txt").write_text("Words.", "utf-8")
    assert [type(found) for found in read(tmp_path)] == [Article]


# --- archives -----------------------------------------------------------------------------------


def test_an_archive_gives_the_articles_of_its_files(tmp_path: Path) -> None:
    """Of every kind, archives in it too; each is called by its place in the archive."""
    inner = archive({"deep.txt": b"Deep words."})
    members = {
        "news/a.html": page().encode(),
        "news/b.eml": documents.mail(),
        "c.jsonl": b'{"text": "One."}\n{"text": "Two."}\n',
        "inner.zip": inner,
        "../../evil.txt": b"Evil words.",
        ".hidden/x.txt": b"No.",
        "__MACOSX/a.txt": b"No.",
        "picture.png": b"\x89PNG",
    }
    (tmp_path / "all.zip").write_bytes(archive(members))
    found = [item for item in read(tmp_path / "all.zip") if isinstance(item, Article)]
    assert sorted(item.id for item in found) == [
        "all.zip/c.jsonl#1",
        "all.zip/c.jsonl#2",
        "all.zip/evil.txt",
        "all.zip/inner.zip/deep.txt",
        "all.zip/news/a.html",
        "all.zip/news/b.eml",
    ]
    assert {item.path for item in found if "deep" in item.id} == {
        str(tmp_path / "all.zip/inner.zip/deep.txt")
    }


def test_what_cannot_be_unpacked_costs_only_itself(tmp_path: Path) -> None:
    """Broken, locked, or more than it says."""
    words = " ".join(str(number**3) for number in range(200))
    raw = bytearray(archive({"a.txt": words.encode(), "b.txt": b"Sound words."}))
    raw[100:160] = b"\0" * 60
    (tmp_path / "a.zip").write_bytes(bytes(raw))
    broken, sound = read(tmp_path / "a.zip")
    assert "a.zip/a.txt" in str(broken)
    assert isinstance(sound, Article)
    nested = archive({"a.txt": b"Words."})
    for _ in range(4):
        nested = archive({"a.zip": nested})
    assert "too deep" in fault(tmp_path / "b.zip", nested)
    assert "no zip" in fault(tmp_path / "c.zip", b"PK\x03\x04")
    assert "no article" in fault(tmp_path / "d.zip", archive({"a.png": b"x"}))


def test_an_archive_that_swells_is_not_unpacked(tmp_path: Path) -> None:
    """A hundred kilobytes may hold gigabytes; the file beside it is read."""
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a.txt", b"\0" * 60_000_000)
        bomb.writestr("b.txt", "Sound words.")
    swollen, sound = read(tmp_path / "bomb.zip")
    assert "too large when unpacked" in str(swollen)
    assert isinstance(sound, Article)
