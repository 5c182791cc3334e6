"""What readers do with the articles: browse, read, add and remove, in a real index."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from qa_bot.bot import QABot
from qa_bot.catalogue import Wanted, listed, plot
from qa_bot.endpoints import Endpoints
from qa_bot.errors import UsageError
from qa_bot.journal import Journal
from qa_bot.library import Library
from qa_bot.rendering import digest_of
from qa_bot.suggestions import suggestions
from qa_bot.types import Article
from tests.documents import BODY, page
from tests.fakes import write_articles
from tests.site import serving

DAM = "The Orme dam 🌊 holds 40 million tonnes of water, said engineer Rosa Lindt. It was built in 1931."
ARTICLES = [
    Article("dam", DAM, "The dam holds", "Harbour Daily", None, "2024-11-05", url="https://news.example/dam"),
    Article(
        "ferry",
        "The ferry to Skerry stops on 1 December. Ice broke its engine.",
        "Ferry stops",
        "Coast Gazette",
        None,
        "2024-11-12",
    ),
    Article("loose", "A note without a day, by nobody. It speaks of herring."),
]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = write_articles(tmp_path / "articles", ARTICLES)
    with QABot.from_articles(folder, index_dir=tmp_path / "index") as bot:
        yield Library(bot)


def result(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    *_, last = events
    found: dict[str, Any] = last["result"]
    return found


# --- browsing -----------------------------------------------------------------------------------


def ids(library: Library, **wanted: object) -> list[str]:
    return [article["id"] for article in listed(library.bot, Wanted.of(wanted))["articles"]]


def test_articles_are_listed_with_what_is_known_and_what_is_wrong(library: Library) -> None:
    """Newest first, undated last; each with its passages and problems."""
    page = listed(library.bot, Wanted())
    assert [article["id"] for article in page["articles"]] == ["ferry", "dam", "loose"]
    assert page["articles"][0]["passages"] == 1
    assert page["articles"][2]["problems"] == ["undated", "untitled"]
    assert (page["total"], page["all"], page["problems"]) == (3, 3, 1)
    assert page["publishers"] == ["Coast Gazette", "Harbour Daily"]
    assert page["plot"]["undated"] == 1


def test_articles_are_narrowed_and_sorted(library: Library) -> None:
    """By words of their facts and texts, by day, publisher and problem; in every order."""
    assert ids(library, words="ferry") == ["ferry"]
    assert ids(library, words="herring") == ["loose"]
    assert ids(library, words="2024-11-05") == ["dam"]
    assert ids(library, words="[") == []
    assert ids(library, since="2024-11-06") == ["ferry"]
    assert ids(library, until="2024-11-06") == ["dam"]
    assert ids(library, publisher="HARBOUR daily") == ["dam"]
    assert ids(library, problems=True) == ["loose"]
    assert ids(library, order="oldest") == ["dam", "ferry", "loose"]
    assert ids(library, order="title") == ["ferry", "loose", "dam"]
    assert ids(library, start=2) == ["loose"]
    assert ids(library, start="x", words=7, since=None) == ["ferry", "dam", "loose"], (
        "nonsense asks for nothing"
    )
    with pytest.raises(UsageError, match="'colour'"):
        Wanted.of({"order": "colour"})


def test_a_day_that_is_not_shown_keeps_its_bar(library: Library) -> None:
    """The plot tells of all days, so that another can be chosen."""
    bars = listed(library.bot, Wanted(since="2024-11-12", until="2024-11-12"))["plot"]["bars"]
    assert [bar["count"] for bar in bars] == [1, 0, 0, 0, 0, 0, 0, 1]
    assert (bars[0]["since"], bars[0]["until"]) == ("2024-11-05", "2024-11-05")


@given(st.lists(st.dates().map(str) | st.none()))
def test_the_bars_hold_every_dated_article_once(days: list[str | None]) -> None:
    """Days, months or years, without gaps and at most a screen full of days or months."""
    made = plot(Article(str(number), "", published=day) for number, day in enumerate(days))
    dated = sorted(day for day in days if day)
    assert made["undated"] == len(days) - len(dated)
    if len(made["bars"]) < 248:
        assert sum(bar["count"] for bar in made["bars"]) == len(dated)
    for bar in made["bars"]:
        assert bar["since"] <= bar["until"]
        assert bar["since"].startswith(bar["label"][:4])
    if made["unit"] != "year":
        assert len(made["bars"]) <= 62


# --- reading ------------------------------------------------------------------------------------


def test_an_article_is_read_with_its_quotes_marked(library: Library) -> None:
    """Offsets count code points; the pieces are the article; what has changed is not marked."""
    start, end = DAM.index("holds"), DAM.index(", said")
    spans = [
        {"number": 1, "start": start, "end": end, "digest": digest_of(DAM[start:end])},
        {"number": 2, "start": 0, "end": end, "digest": digest_of(DAM[:end])},
        {"number": 3, "start": start + 1, "end": end, "digest": digest_of(DAM[start:end])},
    ]
    read = library.read("dam", spans)
    assert "".join(piece["text"] for piece in read["pieces"]) == DAM
    assert [piece["numbers"] for piece in read["pieces"]] == [[2], [1, 2], []]
    assert read["missing"] == [3]
    assert read["article"]["url"] == "https://news.example/dam"
    assert "path" not in read["article"]


NONSENSE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.none()))


@given(
    NONSENSE,
    st.lists(NONSENSE | st.dictionaries(st.sampled_from(["number", "start", "end", "digest"]), NONSENSE)),
)
def test_nonsense_opens_nothing(article: object, spans: object) -> None:
    """Any client may call with anything: it is told, and nothing else is raised."""

    class Shelf:
        is_demo = False

        def article(self, article_id: str) -> Article:
            if article_id != "dam":
                raise UsageError("none")
            return ARTICLES[0]

    shelf = Library(Shelf())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no longer available"):
        shelf.read(article, spans)
    assert all(piece["numbers"] == [] for piece in shelf.read("dam", spans)["pieces"])


# --- adding and removing --------------------------------------------------------------------------


def test_a_file_is_added_kept_and_removed(library: Library, tmp_path: Path) -> None:
    """It can be asked at once; the copy in the index's folder goes with the article."""
    data = b"Lighthouse sold\nTuesday, November 12, 2024\n\nMaya Brook bought the Skarv lighthouse."
    done = result(library.add_file("../../etc/light house.txt", data))
    assert (done["name"], done["outcome"], done["undated"]) == ("light house.txt", "added", [])
    assert "Maya Brook" in library.bot.answer("Who bought the Skarv lighthouse?").text
    kept = tmp_path / "index" / "added" / "light house.txt"
    assert kept.read_bytes() == data
    assert result(library.add_file("light house.txt", data))["outcome"] == "unchanged"
    other = result(library.add_file("light house.txt", b"Another text about a pier, with no day."))
    assert (other["outcome"], len(other["undated"])) == ("added", 1), "nothing is overwritten"
    assert library.remove([*done["articles"], *other["articles"]]) == 2
    assert list(kept.parent.iterdir()) == []
    assert len(library.bot.articles()) == 3


def test_a_text_is_added_as_it_was_pasted(library: Library) -> None:
    """Letter for letter, with what the reader says of it."""
    text = "# Not a heading\n\n* The pier at Orme opened on Monday, said Rosa Lindt. *"
    done = result(
        library.add_text({"title": "Pier / opens", "date": "2024-11-04", "publisher": "Post", "text": text})
    )
    (key,) = done["articles"]
    article = library.bot.article(key)
    assert (article.title, article.published, article.publisher) == ("Pier / opens", "2024-11-04", "Post")
    assert "# Not a heading" in article.text
    assert done["name"] == "Pier / opens"


@pytest.mark.parametrize(
    ("fields", "message"),
    [({}, "no text"), ({"text": "x", "date": "yesterday"}, "'yesterday'"), ({"text": 7}, "no text")],
)
def test_a_text_that_is_none_is_refused_in_a_sentence(
    library: Library, fields: dict[str, Any], message: str
) -> None:
    """And changes nothing."""
    done = result(library.add_text(fields))
    assert done["outcome"] == "failed" and message in done["message"]
    assert len(library.bot.articles()) == 3


@pytest.mark.parametrize("name", ["picture.xyz", "", "..", "/", ".hidden", None, "a" * 300 + ".md"])
def test_a_file_that_cannot_be_read_is_named_and_not_kept(
    library: Library, tmp_path: Path, name: object
) -> None:
    """Its place on the server is not told."""
    done = result(library.add_file(name, b"\x00\x01"))
    assert done["outcome"] == "failed"
    assert done["message"] and str(tmp_path) not in done["message"]
    assert list((tmp_path / "index" / "added").iterdir()) == []


def test_an_address_is_added_with_every_page_told(tmp_path: Path) -> None:
    """Page or feed, told apart by what they are; what fails is counted, and its cause given in a word."""
    (tmp_path / "index").mkdir()
    with (
        serving() as site,
        QABot(tmp_path / "index", allow_private_addresses=True, web_delay_seconds=0) as bot,
    ):
        library = Library(bot)
        pier = site.put("/pier", page(title="Pier"))
        assert result(library.add_address(f" {pier} "))["articles"] == [pier]
        items = "".join(f"<item><link>/{name}</link></item>" for name in ("pier", "mill", "gone"))
        site.put("/mill", page(title="Mill", paragraphs=("Ida Moe sold the mill.", *BODY)))
        feed = site.put(
            "/feed", f"<rss version='2.0'><channel>{items}</channel></rss>", "application/rss+xml"
        )
        *told, last = library.add_address(feed)
        assert [event["read"] for event in told if "read" in event] == [1, 2, 3]
        done = last["result"]
        assert (done["outcome"], done["articles"]) == ("added", [f"{site.address}/mill"])
        assert (done["failures"], done["cause"], "404" in done["message"]) == (1, "missing", True)
        assert not (tmp_path / "index" / "added").exists(), "its text is in the index, and in no file"
        assert library.remove([pier]) == 1
        assert result(library.add_address(pier))["outcome"] == "added", "removed is not kept out for good"


def test_what_is_being_fetched_is_given_up_when_the_chat_ends(tmp_path: Path) -> None:
    """A feed may take minutes; nobody waits for it, and the index stays whole."""
    (tmp_path / "index").mkdir()
    with (
        serving() as site,
        QABot(tmp_path / "index", allow_private_addresses=True, web_delay_seconds=0.4) as bot,
    ):
        library = Library(bot)
        items = "".join(f"<item><link>/{number}</link></item>" for number in range(50))
        for number in range(50):
            site.put(f"/{number}", page(title=f"Story {number} of the harbour"))
        feed = site.put(
            "/feed", f"<rss version='2.0'><channel>{items}</channel></rss>", "application/rss+xml"
        )
        for event in library.add_address(feed):
            if "read" in event:
                library.stop()
        assert event["result"]["message"] == "The chat was stopped."
        while bot.is_being_changed():
            time.sleep(0.05)
        assert len(site.asked) < 10
        assert bot.check() == []


@pytest.mark.parametrize(
    "address", ["/etc/hostname", "file:///etc/hostname", "https://", "x" * 3000, None, 7]
)
def test_what_is_no_address_of_the_web_is_refused(library: Library, address: object) -> None:
    """A path of the server's own disk above all."""
    done = result(library.add_address(address))
    assert (done["outcome"], done["cause"]) == ("failed", "address")
    assert len(library.bot.articles()) == 3


def test_nothing_is_fetched_from_the_servers_own_network(library: Library) -> None:
    """Unless the setting allows it; where a name leads is not told."""
    with serving() as site:
        site.put("/", page())
        address = site.address.replace("127.0.0.1", "localhost")
        done = result(library.add_address(address))
        assert (done["outcome"], done["cause"], site.asked) == ("failed", "private", [])
        assert "127.0.0.1" not in json.dumps(done)


def test_who_runs_the_chat_can_close_the_articles(tmp_path: Path) -> None:
    """One setting for files, texts, addresses and removing; they are still read."""
    folder = write_articles(tmp_path / "articles", ARTICLES)
    with QABot.from_articles(folder, index_dir=tmp_path / "index", allow_changes=False) as bot:
        library = Library(bot)
        for add in (
            lambda: next(library.add_file("a.txt", b"A text.")),
            lambda: next(library.add_text({"text": "A text."})),
            lambda: next(library.add_address("https://paper.example/")),
            lambda: library.remove(["dam"]),
        ):
            with pytest.raises(UsageError, match="does not allow"):
                add()
        assert (library.is_open, library.article("dam").text) == (False, DAM)
        endpoints = Endpoints(library, Journal(None))
        assert endpoints.state("user:ann", {})["open"] is False
        (told,) = endpoints.add("user:ann", {"address": "https://paper.example/"})
        assert "does not allow" in told["error"]["message"]


def test_an_id_that_is_taken_is_not_taken_over(library: Library) -> None:
    """The message names what has it."""
    done = result(library.add_file("new.jsonl", json.dumps({"id": "dam", "text": "Other."}).encode()))
    assert done["outcome"] == "failed" and "already" in done["message"]
    assert library.bot.article("dam").text == DAM


def test_only_ids_are_removed(library: Library) -> None:
    """Files that came from elsewhere stay where they are."""
    with pytest.raises(UsageError, match="list of their ids"):
        library.remove("dam")
    path = library.bot.article("dam").path
    assert library.remove(["dam", "nothing"]) == 1
    assert path and Path(path).exists()


def test_the_first_article_takes_the_place_of_the_demo(tmp_path: Path) -> None:
    """The samples are asked until then; their citations can still be opened after it."""
    bot = QABot()
    library = Library(bot)
    assert library.bot.is_demo
    sample = bot.articles()[0].id
    with pytest.raises(UsageError, match="demo cannot be changed"):
        library.remove([sample])
    done = result(library.add_file("dam.md", DAM.encode()))
    assert done["outcome"] == "added", done
    assert not library.bot.is_demo
    assert [article.id for article in library.bot.articles()] == done["articles"]
    assert library.article(sample).id == sample
    library.close()
    bot.close()


def test_suggestions_are_answered(library: Library) -> None:
    """Each is asked before it is offered; of an article when one is named; of nothing there are none."""
    found = suggestions(library.bot, [library.article("dam")])
    assert found
    assert all(library.bot.answer(question).answered for question in [*found, *suggestions(library.bot)])
    folder = Path("empty")
    folder.mkdir()
    with QABot(folder) as empty:
        assert suggestions(empty) == []
