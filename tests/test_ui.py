"""The web chat without a browser: what it renders, what it refuses, what programs may call."""

import html
import json
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, strategies as st

from qa_bot import rendering, talk, ui
from qa_bot.bot import QABot
from qa_bot.errors import QABotError, StoreBusyError, UsageError
from qa_bot.types import Answer, Article, Citation, Coverage, Draft, Passage, Span, Turn

TEXT = "👋🏽 <b>Hello</b> **world** [1]. The dam 🌊 holds 40 million tonnes [2] of $$water$$.\n\nEnd."
DAM = Article(
    "dam?id=7&x=ü/#",
    TEXT,
    "A <i>dam</i>",
    "Daily & Sons",
    None,
    "2024-11-05",
    "field",
    "https://dam.example",
    "/secret/dam.md",
)
START = TEXT.index("The dam")
END = TEXT.index("\n")
ANY_TEXT = st.text(st.characters(codec=None, categories=("L", "M", "N", "P", "S", "Z", "Cc", "Cs")))
MARKED_TEXT = st.lists(
    st.one_of(
        ANY_TEXT,
        st.integers(0, 12).map(lambda number: f"[{number}]"),
        st.sampled_from(
            [
                "<script>",
                "</p>",
                "<img src=x onerror=y>",
                "](http://x)",
                "**",
                "`",
                "$$",
                "\n# ",
                "&lt;",
                "||",
            ]
        ),
    )
).map("".join)


class Shelf:
    """A bot over one article: it cites the article, repeats the history, or fails as it is told."""

    is_demo = True
    let_go = threading.Event()

    def article(self, article_id: str) -> Article:
        if article_id != DAM.id:
            raise UsageError(f"There is no article {article_id!r}.")
        return DAM

    def coverage(self) -> Coverage:
        return Coverage(1, "2024-11-05", "2024-11-05")

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Draft | Answer]:
        if question == "break":
            raise RuntimeError("/a/secret/path")
        if question == "busy":
            raise StoreBusyError("Another process is writing; try again.")
        yield Draft("The dam")
        if question == "wait":
            self.let_go.wait(30)
        yield Answer(
            question, " ".join(turn.question for turn in history) or "The dam [1]", True, citations=(cite(),)
        )


def cite(number: int = 1, *highlights: Span) -> Citation:
    return Citation(number, TEXT[START:END], START, END, "p", DAM, highlights)


def shelf() -> QABot:
    return cast("QABot", Shelf())


class Page(HTMLParser):
    """What a browser makes of HTML: its tags, its links, and its text with chips as [n]."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.chips: list[str] = []
        self.shown = ""
        self._in_text = self._in_chip = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        kinds = dict(attrs).get("class") or ""
        self._in_text = self._in_text or (tag == "p" and kinds == "text")
        self._in_chip = kinds == "chip"

    def handle_endtag(self, tag: str) -> None:
        self._in_text = self._in_text and tag != "p"
        self._in_chip = self._in_chip and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._in_chip:
            self.chips.append(data)
        if self._in_text:
            self.shown += f"[{data}]" if self._in_chip else data


# --------------------------------------------------------------------------------------- rendering


@given(ANY_TEXT)
def test_inert_text_holds_nothing_that_could_come_alive(text: str) -> None:
    """No character that HTML, Markdown or LaTeX reads is left, and a browser shows the same text."""
    made = rendering.inert(text)
    assert not set(made) & set("<>\"'`*_[]()!|~$\\/:.@^{}-+=\n\r\t")
    assert all(part[:1] == "#" for part in made.split("&")[1:])
    assert html.unescape(made) == rendering._UNSHOWABLE.sub("\ufffd", text)


@given(MARKED_TEXT, st.sets(st.integers(1, 10)), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_only_cited_numbers_become_chips(text: str, numbers: set[int], spans: list[tuple[int, int]]) -> None:
    """Whatever an answer says, only our tags are in the page, chips are citations, no letter is lost."""
    highlights = tuple(Span(*sorted(span)) for span in spans)
    citations = tuple(cite(number, *highlights) for number in sorted(numbers))
    page = Page(rendering.answer_html(Answer("q", text, True, citations=citations), lambda _: ""))
    assert page.tags <= {"div", "p", "a", "b", "i", "ul", "li", "span"}
    assert {int(chip) for chip in page.chips} <= numbers
    expected = rendering._UNSHOWABLE.sub("\ufffd", text)
    assert page.shown.replace("\xa0", " ") == expected.replace("\xa0", " ")


def test_a_highlight_is_bold_where_the_quote_is_shown() -> None:
    """Also behind a literal marker, which the bot shows in other brackets."""
    at = cite().quote.index("of")
    answer = Answer("q", "Daily: The dam 🌊 holds 40 million tonnes ［2］ of $$water$$. [1]", True)
    citation = cite(1, Span(at, at + 2), Span(4, 7))
    made = rendering.answer_html(replace(answer, citations=(citation,)), lambda _: "")
    assert "<b>of</b>" in made
    assert "<b>dam</b>" in made


def test_a_declined_answer_lists_the_nearest_passages() -> None:
    """Three at most, each a link to where it stands; a long one is cut; no chip."""
    passage = Passage("p", DAM.id, TEXT[START:END] * 9, START, END)
    answer = Answer("q", "The articles do not tell.", False, reason="not_stated", passages=(passage,) * 5)
    made = rendering.answer_html(answer, lambda article_id: f"<{article_id}>")
    assert made.startswith('<div class="qa declined">')
    assert made.count('<a class="source"') == 3
    assert Page(made).chips == []
    assert "…" in html.unescape(made)


def test_notices_and_the_rewritten_question_are_shown() -> None:
    """What the bot understood is shown when it is not what was asked."""
    answer = Answer("Why?", "Because.", True, standalone_question="Why did it <b>?", notices=("Note *1*",))
    made = html.unescape(rendering.answer_html(answer, lambda _: ""))
    assert "Understood as: Why did it <b>?" in made
    assert "Note *1*" in made
    same = Answer("Why?", "Because.", True, standalone_question="Why? ")
    assert "Understood" not in rendering.answer_html(same, lambda _: "")


@pytest.mark.parametrize(
    ("coverage", "text"),
    [
        (Coverage(), "No articles yet"),
        (Coverage(1, "2024-11-05", "2024-11-05"), "1 article, 5 November 2024"),
        (Coverage(1200), "1,200 articles, undated"),
        (Coverage(5, "2024-10-19", "2024-11-29"), "5 articles, 19 October\xa0– 29 November 2024"),
        (Coverage(2, "2023-12-31", "2024-01-01"), "2 articles, 31 December 2023\xa0– 1 January 2024"),
    ],
)
def test_the_header_says_what_is_indexed(coverage: Coverage, text: str) -> None:
    """And names the sample articles as such, with the next step."""
    assert text in html.unescape(rendering.header_html(coverage, is_demo=True))
    assert "qa-bot index PATH" in rendering.header_html(coverage, is_demo=True)
    assert "qa-bot index PATH" not in rendering.header_html(coverage, is_demo=False)


# -------------------------------------------------------------------------- what the page can call


def test_a_link_opens_what_it_was_made_for() -> None:
    """The offsets count code points, and the pieces are the article."""
    digest = rendering.digest_of(TEXT[START:END])
    shown = ui.source(shelf(), DAM.id, START, END, digest)
    assert shown["quote"] == "The dam 🌊 holds 40 million tonnes [2] of $$water$$."
    assert shown["before"] + shown["quote"] + shown["after"] == TEXT
    assert shown["url"] == "https://dam.example"
    assert shown["warning"] is None


def test_a_changed_article_is_shown_without_a_mark() -> None:
    """The reader is told, and nothing else is passed off as the quote."""
    shown = ui.source(shelf(), DAM.id, START + 1, END, rendering.digest_of(TEXT[START:END]))
    assert shown["quote"] == ""
    assert shown["before"] + shown["after"] == TEXT
    assert shown["warning"] == ui.CHANGED


@given(*[st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ANY_TEXT, st.lists(st.none()))] * 4)
def test_nonsense_opens_nothing(article: object, start: object, end: object, digest: object) -> None:
    """Any client may call the function with anything: it is told, and nothing is raised."""
    assert ui.source(shelf(), article, start, end, digest) == {"error": ui.GONE}
    shown = ui.source(shelf(), DAM.id, start, end, digest)
    assert (shown["quote"], shown["warning"]) == ("", ui.CHANGED)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "http://[", "", None])
def test_only_web_addresses_are_linked(url: str | None) -> None:
    """Anything else that an article calls its address is left out."""
    assert ui._web_address(url) is None


def test_a_program_gets_the_answer_or_an_error_as_json(caplog: pytest.LogCaptureFixture) -> None:
    """The keys are those of --json; neither what broke nor where files lie is told."""
    answer = ui.ask(shelf(), "How much?")
    assert answer["citations"][0]["quote"] == TEXT[START:END]
    assert "secret" not in json.dumps(answer)
    assert ui.ask(shelf(), ["no", "text"])["error"]["type"] == "UsageError"
    assert ui.ask(shelf(), "busy")["error"]["message"] == "Another process is writing; try again."
    with caplog.at_level(logging.CRITICAL):
        assert ui.ask(shelf(), "break") == {"error": {"type": "Error", "message": talk.SORRY}}


def test_whatever_fails_is_shown_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    """A QABotError's sentence, else an apology and a log entry; a failed turn is no history."""
    busy = list(talk.reply(shelf(), "busy", ()))[-1]
    assert "Another process is writing" in html.unescape(busy.shown)
    broken = list(talk.reply(shelf(), "break", (busy,)))[-1]
    assert talk.SORRY in html.unescape(broken.shown)
    assert "/a/secret/path" in caplog.text
    assert "secret" not in html.unescape(broken.shown)
    first = list(talk.reply(shelf(), "first", (busy, broken)))[-1]
    second = list(talk.reply(shelf(), "second", (broken, first)))[-1]
    assert second.answer is not None and second.answer.text == "first"


def test_stop_does_not_wait_for_the_next_word() -> None:
    """What was written stays, marked as stopped; it is no turn of the history; the seat is free."""
    seat = talk.Seat()
    for shown in talk.answering(shelf(), "wait", seat):
        assert seat.busy
        seat.stopped = "The dam" in html.unescape(shown[-1].shown)
    Shelf.let_go.set()
    assert "The dam" in html.unescape(seat.talk[-1].shown)
    assert "Stopped" in seat.talk[-1].shown
    assert not seat.busy
    *_, last = talk.answering(shelf(), "next", seat)
    assert last[-1].answer is not None and last[-1].answer.text == "The dam [1]"


def test_a_question_is_asked_again_in_its_place() -> None:
    """What followed it is forgotten, and is no history."""
    seat = talk.Seat()
    for question in ("one", "two", "three"):
        list(talk.answering(shelf(), question, seat))
    list(talk.answering(shelf(), "two", seat, 1))
    assert [exchange.question for exchange in seat.talk] == ["one", "two"]
    answer = seat.talk[-1].answer
    assert answer is not None and answer.text == "one"


# -------------------------------------------------------------------------------------- the server


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.7", "example.org", "127.0.0.1.example.org"])
def test_beyond_this_machine_a_password_is_needed(host: str) -> None:
    """The refusal comes before anything listens."""
    with pytest.raises(UsageError, match="needs a password: add --auth USER:PASSWORD"):
        ui.serve(shelf(), host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LocalHost"])
def test_this_machine_needs_no_password(host: str) -> None:
    """Every loopback address counts as this machine."""
    assert ui._is_loopback(host)


@pytest.mark.parametrize("auth", [("", "secret"), ("reader", "")])
def test_a_password_is_not_empty(auth: tuple[str, str]) -> None:
    """Neither is the user."""
    with pytest.raises(UsageError, match="cannot be empty"):
        ui.serve(shelf(), "0.0.0.0", 0, auth)


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    """With the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(QABotError, match=f"Port {port} is in use: .* --port"):
            ui.serve(shelf(), "127.0.0.1", port)
    with pytest.raises(UsageError, match="from 0 to 65535"):
        ui.serve(shelf(), "127.0.0.1", 70000)


def client(**options: Any) -> TestClient:
    return TestClient(ui.application(ui.build(shelf()), **options), base_url="http://127.0.0.1:7860")


def test_only_what_the_page_needs_is_served() -> None:
    """No uploads, files, proxy or developer routes; a policy on every response; one host name."""
    with client(hosts=frozenset({"127.0.0.1"})) as http:
        page = http.get("/")
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "unsafe-eval" not in policy
        for path in ("upload", "file=/etc/passwd", "proxy=http://x", "runs", "vibe-code/", "openapi.json"):
            assert http.get(f"/gradio_api/{path}").status_code == 404
        assert http.post("/gradio_api/upload", files={"files": b"x"}).status_code == 404
        assert http.get("/monitoring/summary").status_code == 404
        assert http.get("/", headers={"host": "evil.example"}).status_code == 421


def test_programs_call_ask_and_source() -> None:
    """The two names in the API, and nothing of the page's own wiring."""
    with client() as http:
        names = http.get("/gradio_api/info").json()["named_endpoints"]
        assert set(names) == {"/ask", "/source"}
        answer = http.post("/gradio_api/run/ask", json={"data": ["How much?"]}).json()["data"][0]
        assert answer["answered"] is True
        wrong = http.post("/gradio_api/run/source", json={"data": [{"a": 1}, "x", None, []]})
        assert wrong.json()["data"] == [{"error": ui.GONE}]


def test_with_a_password_nothing_is_told_without_it() -> None:
    """Neither the answers nor the articles."""
    with client(auth=("reader", "secret")) as http:
        for name, data in (("ask", ["x"]), ("source", [DAM.id, START, END, ""])):
            assert http.post(f"/gradio_api/run/{name}", json={"data": data}).status_code == 401
        assert "1 article" not in http.get("/").text
        wrong = http.post("/login", data={"username": "reader", "password": "no"})
        assert wrong.status_code == 400
        http.post("/login", data={"username": "reader", "password": "secret"})
        assert http.post("/gradio_api/run/ask", json={"data": ["x"]}).status_code == 200
