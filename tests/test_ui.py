"""The web chat's server without a browser: what it serves, refuses, and lets programs and pages call."""

import base64
import json
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qa_bot import ui
from qa_bot.bot import QABot
from qa_bot.endpoints import Endpoints
from qa_bot.errors import QABotError, UsageError
from qa_bot.guard import COOKIE
from qa_bot.journal import FILE, Journal
from qa_bot.library import CHANGED, GONE, Library
from qa_bot.rendering import digest_of
from qa_bot.types import Article
from tests.fakes import write_articles

TEXT = "The Orme dam 🌊 holds 40 million tonnes of water, said engineer Rosa Lindt."
DAM = Article(
    "dam?id=7&x=ü#", TEXT, "A <i>dam</i>", "Daily & Sons", None, "2024-11-05", url="https://dam.example"
)
COST = "How much water does the Orme dam hold?"
PROGRAMS = {"/ask", "/source"}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    folder = tmp_path_factory.mktemp("ui")
    (folder / "dam.jsonl").write_text(
        json.dumps(
            {
                "id": DAM.id,
                "title": DAM.title,
                "publisher": DAM.publisher,
                "date": DAM.published,
                "url": DAM.url,
                "text": TEXT,
            }
        ),
        "utf-8",
    )
    with QABot.from_articles(folder / "dam.jsonl", index_dir=folder / "index") as bot:
        yield bot


# ------------------------------------------------------------------------------------ what is called


def test_a_program_gets_the_answer_or_an_error_as_json(bot: QABot) -> None:
    """The keys are those of --json; where files lie is not told."""
    endpoints = Endpoints(Library(bot), Journal(None))
    answer = endpoints.ask(COST)
    assert answer["citations"][0]["quote"] == TEXT
    assert answer["citations"][0]["article"]["path"] is None
    assert endpoints.ask(["no", "text"])["error"]["type"] == "UsageError"
    assert endpoints.ask("why " * 2100)["error"]["message"].startswith("The question has")


def test_a_link_opens_what_it_was_made_for(bot: QABot) -> None:
    """The offsets count code points, and the pieces are the article; a changed one is shown unmarked."""
    endpoints = Endpoints(Library(bot), Journal(None))
    start, end = TEXT.index("holds"), TEXT.index(", said")
    shown = endpoints.source(DAM.id, start, end, digest_of(TEXT[start:end]))
    assert shown["quote"] == "holds 40 million tonnes of water"
    assert shown["before"] + shown["quote"] + shown["after"] == TEXT
    assert (shown["url"], shown["warning"]) == ("https://dam.example", None)
    assert (shown["title"], shown["byline"]) == ("A <i>dam</i>", "Daily & Sons, 5 November 2024")
    changed = endpoints.source(DAM.id, start + 1, end, digest_of(TEXT[start:end]))
    assert (changed["quote"], changed["after"], changed["warning"]) == ("", TEXT, CHANGED)
    assert endpoints.source({"a": 1}, "x", None, []) == {"error": GONE}


@pytest.mark.parametrize("name", [*ui.CALLS, "talk", "add"])
@pytest.mark.parametrize(
    "data", [None, [], "x", {}, {"id": 7, "question": {}, "articles": {}, "data": "&", "filters": []}]
)
def test_nonsense_is_told_and_not_raised(
    bot: QABot, name: str, data: object, caplog: pytest.LogCaptureFixture
) -> None:
    """Any client can call the page's functions with anything; and without a cookie they tell nothing."""
    endpoints = Endpoints(Library(bot), Journal(None))
    with caplog.at_level(logging.ERROR):
        for owner in ("browser:1", None):
            found = getattr(endpoints, name)(owner, data)
            for each in [found] if isinstance(found, dict) else found:
                json.dumps(each)
                if owner is None:
                    assert "needs a cookie" in each["error"]["message"]
    assert caplog.text == ""


def test_the_page_is_told_how_things_stand(bot: QABot) -> None:
    """What is indexed, what answers, what can be set; not where anything lies."""
    endpoints = Endpoints(Library(bot), Journal(None), "Not kept.")
    state = endpoints.state("user:ann", {})
    assert state["coverage"] == {"articles": 1, "from": "2024-11-05", "to": "2024-11-05"}
    assert (state["demo"], state["changing"], state["model"]) == (False, False, None)
    assert state["open"] is True
    assert (state["user"], state["trouble"], state["kept"]) == ("ann", "Not kept.", False)
    names = {each["name"] for each in endpoints.settings("user:ann", {})["settings"]}
    assert {"embedder", "candidates", "keep_conversations"} <= names and "index_dir" not in names
    with bot._store.writing():
        assert endpoints.state("user:ann", {})["changing"] is True


# -------------------------------------------------------------------------------------- the server


def shelf() -> QABot:
    return QABot.__new__(QABot)  # what is refused is refused before it is asked


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


def test_conversations_are_kept_beside_the_articles_or_not_at_all(tmp_path: Path) -> None:
    """As the setting says; where the disk does not take them they are kept in memory, which is told."""
    folder = write_articles(tmp_path / "articles", [Article("a", "A text of the sea.")])
    with QABot.from_articles(folder, index_dir=tmp_path / "one") as bot:
        journal, trouble = ui._journal(bot)
        assert (journal.path, trouble) == (tmp_path / "one" / FILE, None)
        journal.close()
        (tmp_path / "one" / FILE).write_bytes(b"no database" * 100)
        journal, trouble = ui._journal(bot)
        assert journal.path is None and trouble and "lost when the chat is stopped" in trouble
    with QABot.from_articles(folder, index_dir=tmp_path / "two", keep_conversations=False) as bot:
        assert ui._journal(bot)[0].path is None
        assert not (tmp_path / "two" / FILE).exists()


@pytest.fixture
def http(bot: QABot) -> Iterator[TestClient]:
    app = ui.application(ui.build(bot), hosts=frozenset({"127.0.0.1"}))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def call(http: TestClient, name: str, data: object, **headers: str) -> Any:
    reply = http.post(f"/gradio_api/run/{name}", json={"data": [data]}, headers=headers)
    return reply.json()["data"][0] if reply.status_code == 200 else reply.status_code


def stream(http: TestClient, name: str, data: object) -> list[Any]:
    event = http.post(f"/gradio_api/call/{name}", json={"data": [data]}).json()["event_id"]
    body = http.get(f"/gradio_api/call/{name}/{event}").text
    return [json.loads(each)[0] for each in re.findall(r"event: generating\ndata: (.*)", body)]


def test_only_what_the_page_needs_is_served(http: TestClient) -> None:
    """No uploads, files, proxy or developer routes; a policy on every response; one host name."""
    page = http.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe-eval" not in policy
    for path in ("upload", "file=/etc/passwd", "proxy=http://x", "runs", "vibe-code/", "openapi.json"):
        assert http.get(f"/gradio_api/{path}").status_code == 404
    assert http.post("/gradio_api/upload", files={"files": b"x"}).status_code == 404
    assert http.get("/monitoring/summary").status_code == 404
    assert http.get("/qa/../ui.py").status_code == 404
    assert http.get("/", headers={"host": "evil.example"}).status_code == 421


def test_what_the_page_is_made_of_is_served(http: TestClient) -> None:
    """Each file that the page or one of its scripts names, with its type; none of them names another host."""
    names = set(re.findall(r'(?:href|src)=\\"(qa/[\w.]+)\\"', http.get("/").text))
    assert {"qa/theme.css", "qa/app.js"} <= names
    seen: set[str] = set()
    while names - seen:
        name = (names - seen).pop()
        seen.add(name)
        got = http.get(f"/{name}")
        assert (got.status_code, got.headers["cache-control"]) == (200, "no-cache"), name
        names |= {f"qa/{other}" for other in re.findall(r'["\']\.?/?([\w]+\.(?:js|json|svg))["\']', got.text)}
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)(?!\"|\s)", got.text), name
        if name.endswith(".js"):
            assert "javascript" in got.headers["content-type"]
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", got.text
            )
    assert {"qa/texts.json", "qa/plot.js", "qa/mark.svg"} <= seen
    assert seen == {f"qa/{path.name}" for path in (ui.ASSETS / "page").iterdir()}


def test_programs_see_ask_and_source(http: TestClient) -> None:
    """The two names in the API, and nothing of the page's own wiring."""
    assert set(http.get("/gradio_api/info").json()["named_endpoints"]) == PROGRAMS
    answer = http.post("/gradio_api/run/ask", json={"data": [COST]}).json()["data"][0]
    assert answer["answered"] is True
    wrong = http.post("/gradio_api/run/source", json={"data": [{"a": 1}, "x", None, []]})
    assert wrong.json()["data"] == [{"error": GONE}]


def test_a_browser_is_known_again_by_a_cookie_that_no_script_reads(http: TestClient) -> None:
    """It gets one with the page and keeps it; a made-up one is replaced; without one nothing is told."""
    assert "needs a cookie" in call(http, "state", {})["error"]["message"]
    cookie = http.get("/").headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=[0-9a-f]{{32}}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax", cookie)
    assert "set-cookie" not in http.get("/").headers
    assert call(http, "state", {})["coverage"]["articles"] == 1
    http.cookies.clear()
    http.cookies.set(COOKIE, "admin")
    assert COOKIE in http.get("/").headers["set-cookie"]


def test_a_talk_over_http(http: TestClient) -> None:
    """Asked, judged, listed, renamed, exported and deleted; another browser sees nothing of it."""
    http.get("/")
    *_, last = stream(
        http, "talk", {"question": COST, "run": "r1", "filters": {"until": "2024-12-01", "x": 1}}
    )
    key = call(http, "conversations", {"words": "orme"})["conversations"][0]["id"]
    assert last["done"]["answer"]["answer"]["answered"] is True
    assert last["done"]["filters"] == {"until": "2024-12-01"}
    assert call(http, "judge", {"exchange": last["done"]["id"], "verdict": "down", "note": "No."}) == {}
    assert call(http, "rename", {"id": key, "title": "Water"}) == {"title": "Water"}
    assert call(http, "export", {"id": key, "kind": "markdown"})["name"] == "water.md"
    mine = http.cookies[COOKIE]
    http.cookies.clear()
    http.get("/")
    assert call(http, "conversation", {"id": key})["error"]["type"] == "UsageError"
    assert call(http, "conversations", {})["conversations"] == []
    http.cookies.clear()
    http.cookies.set(COOKIE, mine)
    assert call(http, "conversation", {"id": key})["exchanges"][0]["note"] == "No."
    assert call(http, "forget", {"id": key}) == {}
    assert call(http, "conversations", {})["conversations"] == []


def test_a_wrong_filter_is_told_in_the_conversation(http: TestClient) -> None:
    """As the bot's own sentence."""
    http.get("/")
    *_, last = stream(http, "talk", {"question": COST, "filters": {"since": "yesterday"}})
    assert last["done"]["state"] == "failed" and "must be a date" in last["done"]["text"]


def test_other_sites_cannot_send_anything(http: TestClient) -> None:
    """What a browser says comes from another page is refused, and so is what is too large."""
    http.get("/")
    for site in ("cross-site", "same-site"):
        assert call(http, "state", {}, **{"sec-fetch-site": site}) == 403
    assert "coverage" in call(http, "state", {}, **{"sec-fetch-site": "same-origin"})
    assert http.post("/gradio_api/run/add", content=iter([b"{}"])).status_code == 411
    assert call(http, "add", {"data": base64.b64encode(b"x" * 22_000_000).decode()}) == 413


def test_with_a_password_nothing_is_told_without_it(bot: QABot) -> None:
    """Neither the answers nor the articles; conversations are the user's, whatever the browser."""
    journal = Journal(None)
    app = ui.application(ui.build(bot, journal=journal), auth=("reader", "secret"))
    with TestClient(app, base_url="http://127.0.0.1:7860") as http:
        for name, data in (
            ("ask", ["x"]),
            ("source", [DAM.id, 0, 1, ""]),
            *((name, [{}]) for name in ui.CALLS),
        ):
            assert http.post(f"/gradio_api/run/{name}", json={"data": data}).status_code == 401
        for name in ("talk", "add"):
            assert http.post(f"/gradio_api/call/{name}", json={"data": [{}]}).status_code == 401
        assert "1 article" not in http.get("/").text
        wrong = http.post("/login", data={"username": "reader", "password": "no"})
        assert wrong.status_code == 400
        http.post("/login", data={"username": "reader", "password": "secret"})
        assert http.post("/gradio_api/run/ask", json={"data": ["x"]}).status_code == 200
        stream(http, "talk", {"question": COST})
        assert len(journal.conversations("user:reader")) == 1
