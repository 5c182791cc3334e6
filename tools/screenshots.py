"""Make the README's pictures in docs/: the web chat on the sample articles, light, dark and on a phone.

    python tools/screenshots.py [--all FOLDER]

--all also writes every other view into FOLDER, in both themes and sizes, to look at.
The browser is the one named in CHROMIUM, or chromium on PATH.
"""

import argparse
import os
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from qa_bot import QABot
from qa_bot.ui import serve

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
QUESTION = "How many North Korean soldiers are in the Kursk region?"
TOPIC = "North Korean troops in Russia"
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
WIDE, PHONE = (1280, 800), (390, 800)
Step = Callable[[Page], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--all", metavar="FOLDER", type=Path)
    folder = parser.parse_args().all
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        parser.error("no chromium: install it, or name it in CHROMIUM")
    # An index of its own: the picture must show the sample articles, whatever else is indexed here.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as index:
        bot = QABot.from_articles(ROOT / "seeds", index_dir=index, keep_conversations=False)
        address = start(bot)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
            DOCS.mkdir(exist_ok=True)
            shoot(browser, address, DOCS / "chat.png", source)
            shoot(browser, address, DOCS / "timeline-dark.png", timeline, dark=True)
            shoot(browser, address, DOCS / "phone.png", answer, size=PHONE)
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
                everything(browser, address, folder)
            browser.close()
        bot.close()
    for picture in sorted(DOCS.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size:,} bytes")


def start(bot: QABot) -> str:
    """Serve in the background until this program ends; the address."""
    address: queue.Queue[str] = queue.Queue()
    threading.Thread(
        target=serve, args=(bot, "127.0.0.1", 0), kwargs={"announce": address.put}, daemon=True
    ).start()
    return address.get(timeout=60)


# --- what is to be seen ---------------------------------------------------------------------------


def ask(page: Page, question: str) -> None:
    done = page.locator(".exchange .actions").count()
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".exchange .actions").nth(done).wait_for()


def welcome(page: Page) -> None:
    page.locator(".offer").first.wait_for()


def answer(page: Page) -> None:
    ask(page, QUESTION)


def source(page: Page) -> None:
    answer(page)
    page.locator(".chip").first.click()
    page.locator("mark.current").wait_for()


def follow_up(page: Page) -> None:
    ask(page, "Who is Annalena Baerbock?")
    ask(page, "What did she promise Ukraine?")


def declined(page: Page) -> None:
    ask(page, "What did Angela Merkel say?")
    page.locator(".offer").first.wait_for()


def long_answer(page: Page) -> None:
    ask(page, "What do the articles say about Kursk?")


def filtered(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    page.locator("input[name=since]").fill("2024-11-01")
    page.locator("select[name=publisher]").select_option("Harbour Daily")
    page.get_by_role("button", name="Apply").click()
    answer(page)


def view(page: Page, name: str) -> None:
    page.evaluate("name => { location.hash = name; }", name)


def articles(page: Page) -> None:
    view(page, "#/articles")
    page.locator(".articles input").first.check()


def reading(page: Page) -> None:
    articles(page)
    page.locator(".articles a.title").first.click()
    page.locator(".reader .body").wait_for()


def adding(page: Page) -> None:
    articles(page)
    page.get_by_role("button", name="Add articles").click()
    page.locator("summary").click()


def timeline(page: Page) -> None:
    view(page, f"#/timeline/{TOPIC}")
    page.locator(".events li").first.wait_for()


def settings(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    page.locator("table.settings").wait_for()


def everything(browser: Browser, address: str, folder: Path) -> None:
    """Every view, light and wide, and dark on a phone."""
    steps: tuple[Step, ...] = (
        *(welcome, answer, source, follow_up, declined, long_answer, filtered),
        *(articles, reading, adding, timeline, settings),
    )
    for step in steps:
        shoot(browser, address, folder / f"{step.__name__}.png", step)
        shoot(browser, address, folder / f"{step.__name__}-phone-dark.png", step, dark=True, size=PHONE)


def shoot(
    browser: Browser,
    address: str,
    target: Path,
    step: Step,
    *,
    dark: bool = False,
    size: tuple[int, int] = WIDE,
) -> None:
    """Do the steps in a browser of its own, and take the picture."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.goto(address)
    page.locator("#qa[data-ready]").wait_for()
    step(page)
    page.wait_for_timeout(500)  # for the last scrolling
    page.screenshot(path=target)
    context.close()


if __name__ == "__main__":
    main()
