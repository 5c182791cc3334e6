"""One server over a real index, and one browser, for the tests of the web chat."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

import qa_bot

_CHROMIUM_ARGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()
# A bot that takes half a minute when it is asked to answer slowly, whose model cannot be reached when it is
# asked for one, and which writes a sentence that no article backs when it is asked to make something up.
_SERVE = """
import sys, time
from dataclasses import replace
from qa_bot import Draft, QABot, QABotError
from qa_bot.types import Span
from qa_bot.ui import serve

class ModelError(QABotError):
    pass

class Patient(QABot):
    def stream(self, question, **options):
        for count in range(600 if "slowly" in question else 0):
            yield Draft(f"{count} words so far")
            time.sleep(0.05)
        if "model" in question:
            raise ModelError("The model 'far:away' does not answer.")
        for item in super().stream(question, **options):
            if "make up" in question and not isinstance(item, Draft):
                end = len(item.text)
                item = replace(item, text=item.text + " Invented.", unsupported=(Span(end + 1, end + 10),))
            yield item

bot = Patient.from_articles(
    sys.argv[1], index_dir=sys.argv[2], allow_private_addresses=True, web_delay_seconds=0
)
serve(bot, port=0)
"""

# What the quote is made of would come alive in a page that trusts it; what stands before it moves
# offsets that are counted in bytes or in UTF-16.
BRIDGE = (
    "The Alder bridge 🌉 cost 340 million crowns, wrote **Ida Holm** in <i>Bygg</i> & see "
    "[the report](https://evil.example/r) or https://evil.example/x for $$x^2$$ `code`."
)
ARTICLES = [
    {
        "id": "harbour/7 ü?#&%",
        "title": "Bridge opens <img src=x onerror='document.title=1'>",
        "publisher": "Harbour *Daily*",
        "published": "2024-11-05",
        "url": "https://news.example/bridge?a=1&b=2",
        "text": (
            "🚢🚢 <script>document.title = 'hit'</script> 👩‍👩‍👧 Read [more](https://evil.example/a) now.\n\n"
            "![pixel](https://evil.example/p.png) <img src='https://evil.example/q' onerror='alert(1)'>\n\n"
            f"# Not a heading\n\n{BRIDGE}\n\n" + "Ferries still cross the fjord every morning.\n\n" * 40
        ),
    },
    {
        "id": "lighthouse",
        "title": "Keeper of the Skarv lighthouse retires",
        "publisher": "Coast Gazette",
        "published": "2024-10-19",
        "url": "javascript:alert(1)",
        "text": (
            "Olaf Brandt, keeper of the Skarv lighthouse, retired in March after 41 years.\n\n"
            "His daughter Marit will take over the lamp."
        ),
    },
    {
        "id": "strike-1",
        "title": "Port strike begins",
        "publisher": "Harbour *Daily*",
        "published": "2024-11-01",
        "text": (
            "Dockers in Lindholm walked out on 28 October 2024 over pay. The union said 900 dockers had "
            "joined the strike. On 30 October 2024 dockers in Lindholm marched to the town hall. The "
            "dockers will vote on an offer on 7 November 2024."
        ),
    },
    {
        "id": "strike-2",
        "title": "Port strike ends",
        "publisher": "Coast Gazette",
        "published": "2024-11-08",
        "text": (
            "Dockers in Lindholm ended their strike on 7 November 2024, when they took an offer of 4 per "
            "cent. The harbour company said 400 dockers had joined the strike. Mayor Elin Storm said the "
            "strike had cost the town two million crowns."
        ),
    },
    {"id": "undated", "text": "A note about herring barrels, which nobody has dated or signed."},
]


# The chat as it is when it is opened for the first time: the sample articles, in a place of its own. With a
# password, as others may be on the way to it.
_SERVE_FRESH = """
import sys
from pathlib import Path
import qa_bot.bot, qa_bot.config
qa_bot.bot.data_home = qa_bot.config.data_home = lambda: Path(sys.argv[1])
from qa_bot.ui import serve
serve(qa_bot.bot.QABot(), port=0, auth=("reader", "secret"))
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a chat over ARTICLES, served by a process of its own."""
    place = tmp_path_factory.mktemp("chat")
    rows = [json.dumps(article) for article in ARTICLES]
    (place / "articles.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with _served(place, _SERVE, str(place / "articles.jsonl"), str(place / "index")) as address:
        yield address


@pytest.fixture(scope="session")
def fresh_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a chat that nobody has indexed anything for."""
    place = tmp_path_factory.mktemp("fresh")
    with _served(place, _SERVE_FRESH, str(place / "data")) as address:
        yield address


@contextlib.contextmanager
def _served(place: Path, code: str, *arguments: str) -> Iterator[str]:
    log = place / "log"
    env = {**os.environ, "HOME": str(place), "PYTHONPATH": str(Path(qa_bot.__file__).parents[1])}
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(
            [sys.executable, "-c", code, *arguments], env=env, cwd=place, stdout=output, stderr=output
        ) as server,
    ):
        try:
            yield _address(log, server)
        finally:
            server.terminate()
            server.wait(timeout=20)
    assert "Traceback" not in log.read_text(encoding="utf-8")


def _address(log: Path, server: "subprocess.Popen[bytes]") -> str:
    for _ in range(600):
        found = re.search(r"http://\S+", log.read_text(encoding="utf-8"))
        if found:
            return found[0]
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text(encoding='utf-8')}")


# Not for the session: while Playwright is there, no other test can run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A chromium; without one the tests are skipped, but not on CI."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not (chromium and Path(chromium).exists()):
        reason = "no chromium: install it, or name it in CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def _shared(browser: Browser) -> Iterator[tuple[BrowserContext, list[str]]]:
    """One browser profile, whose cache makes every page but the first fast; and what went wrong in it."""
    shared = browser.new_context(viewport={"width": 1280, "height": 800})
    shared.set_default_timeout(15_000)
    faults: list[str] = []
    shared.on("request", lambda request: faults.append(request.url) if _leaves(request.url) else None)
    shared.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    shared.on("weberror", lambda error: faults.append(str(error.error)))
    shared.on("dialog", lambda dialog: faults.append(dialog.message))
    yield shared, faults
    shared.close()


@pytest.fixture
def context(_shared: tuple[BrowserContext, list[str]]) -> Iterator[BrowserContext]:
    """A browser that nobody knows, in which nothing may ask for another host, open a dialog or fail.

    What a test would leave in the browser's own storage needs a context of its own.
    """
    context, faults = _shared
    context.clear_cookies()
    context.clear_permissions()
    faults.clear()
    yield context
    for page in context.pages:
        page.close()
    assert faults == []


@pytest.fixture
def page(context: BrowserContext, site: str) -> Page:
    """The chat, ready for a question."""
    return opened(context, site)


@pytest.fixture
def phone(context: BrowserContext, site: str) -> Page:
    """The chat on a small phone."""
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site)
    page.locator("#qa[data-ready]").wait_for()
    return page


def opened(context: BrowserContext, address: str) -> Page:
    """A page of the chat, once it is ready."""
    page = context.new_page()
    page.goto(address)
    page.locator("#qa[data-ready]").wait_for()
    return page


def ask(page: Page, question: str) -> Locator:
    """Ask, wait until the answer is done, and return it."""
    before = page.locator(".exchange").count()
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".exchange .actions")).to_have_count(before + 1)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    return page.locator(".exchange .answer").last


def panel(page: Page) -> Locator:
    """The panel with the sources."""
    return page.get_by_role("complementary", name="Source")


def _leaves(url: str) -> bool:
    return not re.match(r"http://127\.0\.0\.1[:/]|data:|blob:", url)
