"""Any file gives clean articles or one sentence that says why not; nothing raises, nothing hangs."""

import gzip
import json
import os
import random
import re
import tracemalloc
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from qa_bot import articles
from qa_bot.articles import clean
from qa_bot.errors import ArticleError
from qa_bot.types import Article

ODD = st.sampled_from(
    "ab  \t\n\r\x0b\x0c\x85\u2028\x00\x07\x1b\u00a0\u200b\u202e\ufeff\ud83d\ude00e\u0301\u0323é😀\U000e0041"
)
any_text = st.text(st.characters(categories=None) | ODD, max_size=60)
lines = st.lists(st.integers(0, 60).map(lambda n: "word " * (n // 5) + "x" * (n % 5)), max_size=25).map(
    "\n".join
)


def read(path: Path) -> list[Article | ArticleError]:
    """Everything that indexing a path would see."""
    found: list[Article | ArticleError] = []
    for source in articles.find([path]):
        found += [source] if isinstance(source, ArticleError) else articles.read(source)
    return found


def one(path: Path) -> Article:
    """The one article of a file."""
    (article,) = read(path)
    assert isinstance(article, Article), article
    return article


def fault(path: Path) -> str:
    """The one message about a file."""
    (error,) = read(path)
    assert isinstance(error, ArticleError), error
    return str(error)


# --- cleaning -----------------------------------------------------------------------------------


@given(any_text | lines)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Offsets count in cleaned text, so cleaning it again must not move them."""
    assert clean(clean(text)) == clean(text)


@given(any_text | lines)
def test_clean_text_has_no_character_that_cannot_be_stored_or_seen(text: str) -> None:
    """SQLite refuses lone surrogates, terminals obey controls, direction marks forge what is read."""
    cleaned = clean(text)
    cleaned.encode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", cleaned)
    assert not re.search(r"  | \n|\n |\n\n\n|\r", cleaned)
    assert cleaned == cleaned.strip()
    assert cleaned == unicodedata.normalize("NFC", cleaned)


@given(
    st.lists(st.sampled_from("a of word longer sentence, wrapped.".split()), min_size=60, max_size=120),
    st.integers(45, 90),
)
def test_lines_wrapped_at_a_width_are_joined(parts: list[str], width: int) -> None:
    """A sentence must not end where a terminal's line did."""
    wrapped, line = [], ""
    for part in parts:
        if len(line) + len(part) + 1 > width:
            wrapped.append(line)
            line = part
        else:
            line = f"{line} {part}".strip()
    text = "\n".join([*wrapped, line])
    if len(wrapped) >= 3 and max(map(len, wrapped)) >= 40:
        assert clean(text) == " ".join(parts)


def test_paragraphs_and_lists_are_not_joined() -> None:
    """Lines of very different lengths are lines for a reason."""
    text = "Shopping list\nmilk\nbread and a dozen of eggs from the farm down the road\ntea\n\nThe end."
    assert clean(text) == text


# --- Markdown -----------------------------------------------------------------------------------


def markdown(folder: Path, text: str, name: str = "a.md") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_front_matter_gives_the_facts(tmp_path: Path) -> None:
    """Each known key is taken as it is written; what is empty is not known."""
    path = markdown(
        tmp_path,
        "---\nid: 007\ntitle: 'No: a story'\npublisher: NO\nauthors: x\nauthor: [Ann Lee, Bo]\n"
        "date: 2024-11-05 10:00:00 +02:00\nurl: https://example.org/a\nextra: {a: 1}\n---\nText.\n",
    )
    article = one(path)
    assert (article.id, article.title, article.publisher) == ("007", "No: a story", "NO")
    assert (article.author, article.published) == ("Ann Lee, Bo", "2024-11-05")
    assert (article.date_source, article.url) == ("front_matter", "https://example.org/a")
    assert article.text == "Text."


@pytest.mark.parametrize("value", ["", "null", "~", "''", "[]", "{}", "' '"])
def test_an_empty_fact_is_not_known(tmp_path: Path, value: str) -> None:
    """Unknown is None, never an empty word."""
    article = one(markdown(tmp_path, f"---\npublisher: {value}\ntitle: {value}\n---\nText."))
    assert article.publisher is None
    assert article.title is None


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_front_matter_is_known_with_any_line_ends(tmp_path: Path, ends: str) -> None:
    """Files come from every system."""
    path = tmp_path / "a.md"
    path.write_bytes("---\ntitle: T\n---\nText.\n".replace("\n", ends).encode())
    assert (one(path).title, one(path).text) == ("T", "Text.")


def test_an_impossible_date_is_no_date(tmp_path: Path) -> None:
    """One bad fact must not cost the article."""
    article = one(markdown(tmp_path, "---\ndate: 2024-13-45\n---\nText."))
    assert article.published is None
    assert article.date_source is None


def test_broken_front_matter_is_told_with_the_file(tmp_path: Path) -> None:
    """The reader can mend what is named."""
    message = fault(markdown(tmp_path, "---\ntitle: 'open\n---\nText."))
    assert "a.md" in message
    assert "front matter" in message


def test_a_rule_of_dashes_is_no_front_matter(tmp_path: Path) -> None:
    """Text between two rules stays text."""
    assert one(markdown(tmp_path, "---\nSome words here\n---\nMore.")).text.startswith("Some words here")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a [link](https://example.org 'title') b", "a link b"),
        ("a [link][1] b\n\n[1]: https://example.org", "a link b"),
        ("a ![picture](x.png) b", "a b"),
        ("*a* **b** _c_ `d` ***e***", "a b c d e"),
        ("# Head #\n\nBody", "Head\n\nBody"),
        ("Head\n====\nBody", "Head\n\nBody"),
        ("```python\nx = 1\n\ny = 2\n```", "x = 1\n\ny = 2"),
        ("> quoted\n> text", "quoted text"),
        ("- one\n- two\n  1. three", "one\n\ntwo\n\nthree"),
        ("| A | B |\n|---|---|\n| 1 | *2* |", "A; B\n\n1; 2"),
        (r"\*not\* AT&amp;T &eacute;", "*not* AT&T é"),
        ("a<br>b <b>c</b>", "a b c"),
        ("<div>\n<p>one &amp; two</p>\n<script>evil()</script>\n<!-- no -->\n</div>", "one & two"),
        ("two  \nlines", "two lines"),
        ("5 < 6 and 7 > 2 * 3 * 1", "5 < 6 and 7 > 2 * 3 * 1"),
        ("<https://example.org>", "https://example.org"),
        ("---\n\nrule", "rule"),
    ],
)
def test_markdown_becomes_the_words_a_reader_sees(tmp_path: Path, source: str, text: str) -> None:
    """A quote must not show markup."""
    assert one(markdown(tmp_path, source)).text == text


def test_a_first_heading_is_the_title_when_nothing_else_is(tmp_path: Path) -> None:
    """Front matter comes first; a heading further down is none."""
    assert one(markdown(tmp_path, "# Head\n\nBody")).title == "Head"
    assert one(markdown(tmp_path, "---\ntitle: T\n---\n# Head\n\nBody")).title == "T"
    assert one(markdown(tmp_path, "Body\n\n# Head\n\nBody")).title is None


# --- plain text ---------------------------------------------------------------------------------


def test_plain_text_tells_title_and_date_in_its_first_lines(tmp_path: Path) -> None:
    """As pages saved as text begin."""
    path = tmp_path / "a.txt"
    path.write_text("Kursk: what we know so far\nSaturday, October 19, 2024\n\nThe text begins.\n", "utf-8")
    article = one(path)
    assert (article.title, article.published) == ("Kursk: what we know so far", "2024-10-19")
    assert article.date_source == "text"


def test_a_date_in_the_file_name_is_used_last(tmp_path: Path) -> None:
    """The name is a weaker witness than the text."""
    path = tmp_path / "2024_11_05-news.txt"
    path.write_text("Just words.", "utf-8")
    assert (one(path).published, one(path).date_source) == ("2024-11-05", "file_name")


# --- encodings ----------------------------------------------------------------------------------

ENGLISH = "“Prices rose 5 %”, said André Müller of the café – on Monday. Naïve façades, señor, cost £20. "
RUSSIAN = "Президент заявил, что переговоры начнутся в понедельник. Войска отошли от границы."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "utf-8"),
        (ENGLISH, "utf-8-sig"),
        (ENGLISH, "utf-16"),
        (ENGLISH, "utf-32"),
        (ENGLISH, "cp1252"),
        ("Un été à Paris, où André dîna.", "latin-1"),
        ("The café was closed.", "latin-1"),
        (RUSSIAN * 4, "cp1251"),
    ],
)
def test_text_is_read_in_the_encoding_it_has(tmp_path: Path, text: str, encoding: str) -> None:
    """Old files are not UTF-8, and a wrong letter is a wrong quote."""
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert one(path).text == clean(text)


def test_one_broken_byte_does_not_change_the_encoding(tmp_path: Path) -> None:
    """A cut-off file is still UTF-8."""
    path = tmp_path / "a.txt"
    path.write_bytes((ENGLISH * 3).encode() + "é".encode()[:1])
    assert one(path).text.startswith(clean(ENGLISH))


def test_a_bom_before_front_matter_is_passed_over(tmp_path: Path) -> None:
    """Windows editors write one."""
    path = tmp_path / "a.md"
    path.write_bytes("---\ntitle: T\n---\nText".encode("utf-8-sig"))
    assert one(path).title == "T"


BINARY = {
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8,
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF" + random.Random(1).randbytes(5000),
    "gzip": gzip.compress(random.Random(2).randbytes(5000)),
    "elf": b"\x7fELF" + bytes(3000) + random.Random(3).randbytes(500),
    "mp3": b"\xff\xfe" + random.Random(4).randbytes(5001),
    "noise": random.Random(5).randbytes(3000),
    "nul": b"\0" * 100,
}


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("suffix", [".txt", ".md", ".jsonl"])
def test_a_binary_file_with_a_text_name_is_refused(tmp_path: Path, name: str, suffix: str) -> None:
    """Noise in the index would be found for ever after."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(BINARY[name])
    for found in read(path):
        assert isinstance(found, ArticleError), found
        assert f"a{suffix}" in str(found)


@given(st.binary(max_size=300), st.sampled_from([".txt", ".md", ".jsonl"]))
def test_no_bytes_make_reading_raise(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, suffix: str
) -> None:
    """Each file gives articles or messages, whatever is in it."""
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(raw)
    for found in read(path):
        assert isinstance(found, (Article, ArticleError))
        if isinstance(found, Article):
            assert found.text
            assert found.text == clean(found.text)


# --- files and folders --------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".txt", ".md", ".jsonl"])
@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff"])
def test_an_empty_file_is_told(tmp_path: Path, suffix: str, text: str) -> None:
    """An empty article would answer nothing, silently."""
    path = tmp_path / f"a{suffix}"
    path.write_text(text, "utf-8")
    assert "is empty" in fault(path)


def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    """The other files are not affected."""
    path = tmp_path / "a.txt"
    path.write_text("secret", "utf-8")
    (tmp_path / "b.txt").write_text("open", "utf-8")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    first, second = read(tmp_path)
    assert isinstance(first, ArticleError)
    assert "permission" in str(first)
    assert isinstance(second, Article)


def test_hidden_files_other_kinds_and_linked_folders_are_passed_over(tmp_path: Path) -> None:
    """A folder of notes holds more than articles, and a link may lead round in a circle."""
    folder = tmp_path / "news"
    (folder / "sub" / ".git").mkdir(parents=True)
    for name in ("b.txt", "a.MD", ".c.txt", "sub/d.md", "sub/.git/e.txt", "picture.png"):
        (folder / name).write_text("Words.", "utf-8")
    (folder / "sub" / "loop").symlink_to(folder)
    assert [found.id for found in read(folder) if isinstance(found, Article)] == ["a.MD", "b.txt", "sub/d.md"]


def test_a_link_that_leads_nowhere_or_to_itself_is_told(tmp_path: Path) -> None:
    """Broken links are files that cannot be read."""
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "gone.txt")
    found = read(tmp_path)
    assert len(found) == 2
    assert all(isinstance(error, ArticleError) for error in found)
    assert "cannot be read" in fault(tmp_path / "a.txt")


@pytest.mark.timeout(20)
def test_a_pipe_or_a_folder_with_an_article_name_is_told(tmp_path: Path) -> None:
    """Reading from a pipe that nobody writes to would never end."""
    os.mkfifo(tmp_path / "a.txt")
    assert "no file" in fault(tmp_path / "a.txt")
    (tmp_path / "b.txt").mkdir()
    assert "holds no article" in fault(tmp_path / "b.txt")


@pytest.mark.parametrize(
    "name", ["missing", "missing.txt", "~nobody-has-this-name/a.txt", "x" * 400 + ".txt"]
)
def test_a_path_that_is_not_there_is_told(name: str) -> None:
    """Each in its place, so that the others go on."""
    (error,) = articles.find([name])
    assert isinstance(error, ArticleError)


def test_an_unknown_kind_of_file_is_told(tmp_path: Path) -> None:
    """What can be read is named."""
    (tmp_path / "a.xyz").write_text("x", "utf-8")
    assert ".jsonl" in fault(tmp_path / "a.xyz")


def test_a_file_name_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    """Its id could not be stored, printed or typed."""
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text("x", "utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    (error,) = read(tmp_path)
    str(error).encode()
    assert "rename" in str(error)


# --- ids ----------------------------------------------------------------------------------------


def test_ids_come_from_front_matter_then_address_then_path(tmp_path: Path) -> None:
    """An id must be the same on every machine and in every run."""
    (tmp_path / "sub").mkdir()
    markdown(tmp_path, "---\nid: given\nurl: https://example.org/1\n---\nx", "1.md")
    markdown(tmp_path, "---\nurl: https://example.org/2\n---\nx", "2.md")
    markdown(tmp_path, "x", "sub/3.md")
    assert [found.id for found in read(tmp_path) if isinstance(found, Article)] == [
        "given",
        "https://example.org/2",
        "sub/3.md",
    ]
    assert one(tmp_path / "sub" / "3.md").id == "3.md"


# --- JSONL --------------------------------------------------------------------------------------


def test_jsonl_keeps_the_good_lines_and_tells_the_bad(tmp_path: Path) -> None:
    """One bad line in a million must not cost the rest."""
    path = tmp_path / "a.jsonl"
    good = {"id": 5, "text": "One \ud83d\ude00.", "date": "2024-11-05", "title": "T", "author": ["A", "B"]}
    rows = [
        json.dumps(good),
        "not json",
        "[1]",
        '{"title": "no text"}',
        '{"text": ""}',
        '{"text": 5}',
        "",
        "[" * 200_000,
        '{"text": "Two \\ud83d alone."}',
        json.dumps({"text": "Three.", "url": "https://example.org"}),
    ]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    found = read(path)
    kept = [item for item in found if isinstance(item, Article)]
    assert [item.id for item in kept] == ["5", "a.jsonl#9", "https://example.org"]
    assert kept[0] == Article(
        id="5",
        text="One 😀.",
        title="T",
        author="A, B",
        published="2024-11-05",
        date_source="field",
        path=str(path),
    )
    assert kept[1].text == "Two \ufffd alone."
    told = [str(item) for item in found if isinstance(item, ArticleError)]
    assert [int(re.search(r"line (\d+)", line)[1]) for line in told] == [2, 3, 4, 5, 6, 8]  # type: ignore[index]


@pytest.mark.parametrize("title", ["[" * 30_000, "&a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\ntitle2: *b"])
def test_front_matter_made_to_overrun_costs_only_itself(tmp_path: Path, title: str) -> None:
    """Nesting without end and lists of lists end in a reason or are no fact; never in a crash."""
    (tmp_path / "a.md").write_text(f"---\ntitle: {title}\n---\nWords.\n", "utf-8")
    (found,) = read(tmp_path / "a.md")
    assert isinstance(found, ArticleError) or len(found.title or "") < 100


def test_jsonl_is_read_a_line_at_a_time(tmp_path: Path) -> None:
    """However large the file: only an article or so is in memory at once."""
    line = json.dumps({"text": "Ein Satz – noch einer. " * 300}, ensure_ascii=False) + "\n"
    (tmp_path / "large.jsonl").write_text(line * 3000, "utf-8")
    (source,) = articles.find([tmp_path])
    assert isinstance(source, articles.Source)
    tracemalloc.start()
    count = sum(isinstance(item, Article) for item in articles.read(source))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 3000
    assert peak < 12_000_000 < (tmp_path / "large.jsonl").stat().st_size


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_jsonl_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    """As any other file; a line separator of Unicode's is no end of a line."""
    texts = ["Größe und Weite der Straße über München hinaus.", "Fünf Bäume.\u2028Zwölf Äpfel."]
    texts = texts if encoding != "cp1252" else texts[:1] * 2
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
    (tmp_path / "a.jsonl").write_bytes("\r\n".join(lines).encode(encoding))
    (source,) = articles.find([tmp_path / "a.jsonl"])
    assert isinstance(source, articles.Source)
    found = [item.text for item in articles.read(source) if isinstance(item, Article)]
    assert found == [text.replace("\u2028", "\n") for text in texts]


def test_a_broken_jsonl_in_a_folder_is_told(tmp_path: Path) -> None:
    """What is no JSON is no other record either: it is named, not passed over."""
    (tmp_path / "broken.jsonl").write_text("{oops\n", "utf-8")
    (source,) = articles.find([tmp_path])
    assert not isinstance(source, ArticleError)
    (found,) = articles.read(source)
    assert isinstance(found, ArticleError)
    assert "not JSON" in str(found)


def test_jsonl_of_other_records_beside_articles_is_passed_over(tmp_path: Path) -> None:
    """Questions lie beside the articles they are about."""
    (tmp_path / "questions.jsonl").write_text('{"question": "Who?"}\n', "utf-8")
    (tmp_path / "a.txt").write_text("Words.", "utf-8")
    assert [type(found) for found in read(tmp_path)] == [Article]
    assert "no 'text'" in fault(tmp_path / "questions.jsonl")


@given(
    st.dictionaries(
        st.sampled_from(["id", "title", "date", "url", "publisher", "author", "published"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | any_text,
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
    )
)
def test_no_value_of_a_fact_makes_reading_raise(
    tmp_path_factory: pytest.TempPathFactory, facts: dict[str, object]
) -> None:
    """JSON holds any type where a word is meant."""
    path = tmp_path_factory.getbasetemp() / "facts.jsonl"
    path.write_text(json.dumps({"text": "Words.", **facts}), "utf-8")
    article = one(path)
    for value in (article.id, article.title, article.publisher, article.author, article.url):
        assert value is None or (value == clean(value) and value)
