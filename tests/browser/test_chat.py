"""The web chat as a reader meets it: a real browser, a real server, a real index."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import BRIDGE

pytestmark = pytest.mark.browser

COST = "How much did the Alder bridge cost?"
KEEPER = "Who is the keeper of the Skarv lighthouse?"
UNKNOWN = "What did Angela Merkel say?"


def ask(page: Page, question: str) -> Locator:
    """Ask, wait until the answer is done, and return it."""
    before = page.locator(".bot .qa").count()
    page.get_by_role("textbox").fill(question)
    page.get_by_role("textbox").press("Enter")
    expect(page.locator(".bot .qa:not(.draft)")).to_have_count(before + 1)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    return page.locator(".bot .qa").last


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Source")


def test_an_answer_comes_with_chips_and_its_sources(page: Page) -> None:
    """The page says what is indexed; an answer cites, and lists what it cites."""
    expect(page).to_have_title("qa_bot")
    expect(page.locator("header")).to_contain_text("2 articles, 19 October\xa0– 5 November 2024")
    answer = ask(page, COST)
    assert "340 million crowns" in answer.inner_text()
    assert answer.locator(".chip").first.inner_text() == "1"
    assert "Harbour *Daily*, 5 November 2024" in answer.locator(".sources").inner_text()
    expect(page.get_by_role("textbox")).to_have_value("")


def test_an_answer_is_streamed(page: Page) -> None:
    """Something is shown before the answer is there, and it is replaced by the answer."""
    page.evaluate(
        """() => { window.seen = [];
        new MutationObserver(() => { const answer = document.querySelector(".bot .qa");
          if (answer) window.seen.push(answer.className + answer.textContent); })
        .observe(document.body, {childList: true, subtree: true, characterData: true}); }"""
    )
    ask(page, COST)
    assert page.evaluate("seen[0]").startswith("qa draft")
    assert "draft" not in page.evaluate("seen.at(-1)")


def test_a_chip_opens_its_quote(page: Page) -> None:
    """The panel marks exactly the quote, in its article, in view; links only to the web."""
    ask(page, COST).locator(".chip").first.click()
    mark = panel(page).locator("mark")
    expect(mark).to_have_text(BRIDGE)
    expect(mark).to_be_in_viewport()
    expect(panel(page)).to_contain_text("Harbour *Daily*, 5 November 2024")
    expect(panel(page)).to_contain_text("Bridge opens <img src=x onerror='document.title=1'>")
    original = panel(page).get_by_role("link")
    assert original.get_attribute("href") == "https://news.example/bridge?a=1&b=2"
    assert "noopener" in (original.get_attribute("rel") or "")
    assert original.get_attribute("target") == "_blank"


def test_an_address_that_is_not_of_the_web_is_no_link(page: Page) -> None:
    """A javascript: address in an article leads nowhere."""
    ask(page, KEEPER).locator(".chip").first.click()
    expect(panel(page).locator("mark")).to_contain_text("Olaf Brandt")
    expect(panel(page).get_by_role("link")).to_have_count(0)


def test_the_keyboard_is_enough(page: Page) -> None:
    """Enter asks, Tab reaches the chip, Enter opens it, Escape closes it where one was."""
    ask(page, COST)
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.className") == "chip":
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(panel(page).locator("mark")).to_have_text(BRIDGE)
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "chip"


def test_a_declined_question_looks_declined(page: Page) -> None:
    """It is marked as such, cites nothing, and the nearest passages can be read."""
    answer = ask(page, UNKNOWN)
    assert "declined" in (answer.get_attribute("class") or "")
    expect(answer).to_contain_text("Merkel")
    expect(answer.locator(".chip")).to_have_count(0)
    answer.locator(".sources a").first.click()
    expect(panel(page).locator("mark")).to_be_visible()


def test_an_older_answer_keeps_its_sources(page: Page) -> None:
    """The chip of the first answer opens its own source after a second question."""
    first = ask(page, COST).locator(".chip").first.get_attribute("href")
    ask(page, KEEPER)
    page.locator(f'.chip[href="{first}"]').first.click()
    expect(panel(page).locator("mark")).to_have_text(BRIDGE)


def test_a_source_can_be_linked_to(page: Page, context: BrowserContext, site: str) -> None:
    """The link of a chip opens the same source in a page that never saw the answer."""
    href = ask(page, COST).locator(".chip").first.get_attribute("href")
    other = context.new_page()
    other.goto(f"{site}/{href}")
    expect(panel(other).locator("mark")).to_have_text(BRIDGE)


def test_retry_answers_again(page: Page) -> None:
    """The question is asked again in its place, and the chips work as before."""
    ask(page, COST)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".bot .qa:not(.draft) .chip").first).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.locator(".bot .qa")).to_have_count(1)
    page.locator(".chip").first.click()
    expect(panel(page).locator("mark")).to_have_text(BRIDGE)


def test_undo_gives_the_question_back(page: Page) -> None:
    """The last exchange goes, and its question can be put otherwise."""
    ask(page, KEEPER)
    ask(page, COST)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("textbox")).to_have_value(COST)
    expect(page.locator(".bot .qa")).to_have_count(1)


def test_a_copy_is_plain_text(page: Page, context: BrowserContext) -> None:
    """What is copied is what is read, markers as in the answer's text."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, COST)
    page.get_by_role("button", name="Copy message").last.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"{BRIDGE} [1]" in copied
    assert "&#" not in copied and "<div" not in copied


def test_stop_ends_an_answer(page: Page) -> None:
    """What was written stays, marked as stopped, and the next question is answered."""
    page.get_by_role("textbox").fill("Answer slowly")
    page.get_by_role("textbox").press("Enter")
    expect(page.locator(".bot")).to_contain_text("words so far")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".bot .qa.note")).to_have_text("Stopped.")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    page.get_by_role("textbox").fill(COST)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".chip").first).to_be_visible()


def test_nobody_waits_for_another(page: Page, browser: Browser, site: str) -> None:
    """A second reader is answered while the first one's answer is still being written."""
    page.get_by_role("textbox").fill("Answer slowly")
    page.get_by_role("textbox").press("Enter")
    expect(page.locator(".bot")).to_contain_text("words so far")
    with browser.new_context() as other:
        second = other.new_page()
        second.goto(site)
        ask(second, COST)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()


def test_an_empty_question_does_nothing(page: Page) -> None:
    """Neither a message nor an error comes of it, and the next question is answered."""
    for question in ("", "   \n "):
        page.get_by_role("textbox").fill(question)
        page.get_by_role("textbox").press("Enter")
    page.wait_for_timeout(300)
    expect(page.locator(".qa")).to_have_count(0)
    ask(page, COST)


def test_a_question_that_is_too_long_is_refused_in_a_sentence(page: Page) -> None:
    """The bot's own sentence is shown as a note."""
    answer = ask(page, "why " * 2100)
    assert "note" in (answer.get_attribute("class") or "")
    expect(answer).to_contain_text("8,000")


def test_article_text_stays_text(page: Page) -> None:
    """Markup, Markdown and LaTeX of an article are shown letter for letter, and nothing runs."""
    answer = ask(page, COST)
    assert BRIDGE in answer.inner_text().replace("\xa0", " ")
    answer.locator(".chip").first.click()
    body = panel(page).get_by_role("region")
    expect(body).to_contain_text("<script>document.title = 'hit'</script>")
    expect(body).to_contain_text("![pixel](https://evil.example/p.png)")
    alive = "script, img, iframe, h1, h2, code, pre, table, em, i:not(.gap), .katex, a[href*=evil]"
    expect(answer.locator(alive)).to_have_count(0)
    expect(body.locator(f"{alive}, a")).to_have_count(0)
    expect(page).to_have_title("qa_bot")


def test_a_phone_needs_no_sideways_scrolling(page: Page) -> None:
    """At 360 pixels everything fits: the chat, an answer, and the panel over it."""
    page.set_viewport_size({"width": 360, "height": 740})
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) == 0
    ask(page, COST)
    assert page.evaluate(wider) == 0
    page.locator(".chip").first.click()
    expect(panel(page).locator("mark")).to_be_in_viewport()
    assert page.evaluate(wider) == 0
    panel(page).get_by_role("button", name="Close").click()
    expect(panel(page)).to_be_hidden()


def test_a_question_asked_from_further_up_comes_into_view(page: Page) -> None:
    """A reader who has scrolled back sees the next question and its answer all the same."""
    page.set_viewport_size({"width": 900, "height": 500})
    for _ in range(3):
        ask(page, COST)
    log = page.get_by_role("log")
    log.hover()
    page.mouse.wheel(0, -5000)
    expect(page.locator(".bot .qa").first).to_be_in_viewport()
    page.locator(".bot .qa").first.locator(".chip").first.click()
    page.get_by_role("button", name="Close").click()
    answer = ask(page, UNKNOWN)
    expect(answer).to_be_in_viewport()
