"""Make docs/chat.png: the web chat on the sample articles, with an answer and its source open.

    python tools/screenshots.py [--all FOLDER]

--all also writes the dark, the declined and the phone-wide views into FOLDER, to look at.
The browser is the one named in CHROMIUM, or chromium on PATH.
"""

import argparse
import os
import queue
import shutil
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from qa_bot import QABot
from qa_bot.ui import serve

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "How many North Korean soldiers are in the Kursk region?"
UNKNOWN = "What did Angela Merkel say?"
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--all", metavar="FOLDER", type=Path)
    folder = parser.parse_args().all
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        parser.error("no chromium: install it, or name it in CHROMIUM")
    # An index of its own: the picture must show the sample articles, whatever else is indexed here.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as index:
        bot = QABot.from_articles(ROOT / "seeds", index_dir=index)
        bot.is_demo = True
        address = start(bot)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
            target = ROOT / "docs" / "chat.png"
            target.parent.mkdir(exist_ok=True)
            shoot(browser, address, target, questions=[QUESTION], source=True)
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
                extra(browser, address, folder)
            browser.close()
        bot.close()
    print(f"{target}: {target.stat().st_size:,} bytes")


def start(bot: QABot) -> str:
    """Serve in the background until this program ends; the address."""
    address: queue.Queue[str] = queue.Queue()
    threading.Thread(
        target=serve, args=(bot, "127.0.0.1", 0), kwargs={"announce": address.put}, daemon=True
    ).start()
    return address.get(timeout=60)


def extra(browser: Browser, address: str, folder: Path) -> None:
    """The other views that a change of the page should be looked at in."""
    phone = (360, 740)
    shoot(browser, address, folder / "start.png")
    shoot(browser, address, folder / "declined.png", questions=[QUESTION, UNKNOWN])
    shoot(browser, address, folder / "dark.png", questions=[QUESTION], source=True, dark=True)
    shoot(browser, address, folder / "dark-declined.png", questions=[QUESTION, UNKNOWN], dark=True)
    shoot(browser, address, folder / "phone-start.png", size=phone)
    shoot(browser, address, folder / "phone.png", questions=[QUESTION], size=phone)
    shoot(browser, address, folder / "phone-source.png", questions=[QUESTION], source=True, size=phone)


def shoot(
    browser: Browser,
    address: str,
    target: Path,
    *,
    questions: list[str] | None = None,
    source: bool = False,
    dark: bool = False,
    size: tuple[int, int] = (1280, 800),
) -> None:
    """Ask the questions, open the first answer's source if wanted, and take the picture."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.goto(address)
    page.locator(".qa-head h1").wait_for()
    for number, question in enumerate(questions or [], 1):
        page.get_by_role("textbox").fill(question)
        page.get_by_role("textbox").press("Enter")
        page.locator(".bot .qa:not(.draft)").nth(number - 1).wait_for()
        page.get_by_role("button", name="Send").wait_for()
    if source:
        page.locator(".chip").first.click()
        page.locator("#source mark").wait_for()
    page.wait_for_timeout(700)  # for fonts and the last scrolling
    page.screenshot(path=target)
    context.close()


if __name__ == "__main__":
    main()
