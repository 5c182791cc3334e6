"""Asking and checking as a reader meets it: a real browser, a real server, a real index."""

import json
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import BRIDGE, ask, opened, panel

pytestmark = pytest.mark.browser

COST = "How much did the Alder bridge cost?"
KEEPER = "Who is the keeper of the Skarv lighthouse?"
STRIKERS = "How many dockers joined the strike?"
UNKNOWN = "What did Angela Merkel say?"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_an_answer_comes_with_chips_and_its_sources(page: Page) -> None:
    """The page says what is indexed; an answer cites, emboldens, lists, and says how sure it is of what."""
    expect(page).to_have_title("qa_bot")
    expect(page.get_by_role("banner")).to_contain_text("5 articles, 19 October – 8 November 2024")
    answer = ask(page, COST)
    expect(answer).to_contain_text("340 million crowns")
    expect(answer.locator("b").first).to_contain_text("340")
    assert answer.locator(".text .chip").first.inner_text() == "1"
    expect(answer.locator(".sources")).to_contain_text("Harbour *Daily*, 5 November 2024")
    expect(answer.locator(".standing")).to_contain_text("answer")
    expect(answer.locator(".standing")).to_contain_text("5 articles, 19 October – 8 November 2024")
    expect(page.get_by_role("textbox", name="Question")).to_have_value("")


def test_an_answer_is_streamed_and_can_be_stopped(page: Page) -> None:
    """What was written stays, marked as stopped, and the next question is answered."""
    page.get_by_role("textbox", name="Question").fill("Answer slowly")
    page.keyboard.press("Enter")
    expect(page.locator(".draft")).to_contain_text("words so far")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".answer.stopped")).to_contain_text("words so far")
    expect(page.locator(".answer.stopped")).to_contain_text("Stopped.")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(ask(page, COST).locator(".chip").first).to_be_visible()


def test_a_chip_opens_its_quote(page: Page) -> None:
    """The panel marks exactly the quote, in its whole article, in view; links only to the web."""
    ask(page, COST).locator(".chip").first.click()
    mark = panel(page).locator("mark.current")
    expect(mark).to_have_text(BRIDGE)
    expect(mark).to_be_in_viewport()
    expect(panel(page)).to_contain_text("Harbour *Daily*, 5 November 2024")
    expect(panel(page)).to_contain_text("Bridge opens <img src=x onerror='document.title=1'>")
    original = panel(page).get_by_role("link")
    assert original.get_attribute("href") == "https://news.example/bridge?a=1&b=2"
    assert "noopener" in (original.get_attribute("rel") or "")
    assert original.get_attribute("target") == "_blank"


def test_sources_that_differ_stand_in_a_table_and_are_gone_through_by_key(page: Page) -> None:
    """A row each, with its chip; arrows lead from one source to the next, and Escape back to the chip."""
    answer = ask(page, STRIKERS)
    table = answer.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table).to_contain_text("900")
    expect(table).to_contain_text("400")
    table.locator(".chip").first.click()
    expect(panel(page)).to_contain_text("Source 1 of")
    first = panel(page).locator("mark.current").inner_text()
    page.keyboard.press("ArrowRight")
    expect(panel(page)).to_contain_text("Source 2 of")
    assert panel(page).locator("mark.current").inner_text() != first
    page.keyboard.press("ArrowLeft")
    expect(panel(page).locator("mark.current")).to_have_text(first)
    panel(page).get_by_role("button", name="Source 2, ").click()
    expect(panel(page)).to_contain_text("Source 2 of")
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    assert page.evaluate("document.activeElement.className").startswith("chip")


def test_an_address_that_is_not_of_the_web_is_no_link(page: Page) -> None:
    """A javascript: address in an article leads nowhere."""
    ask(page, KEEPER).locator(".chip").first.click()
    expect(panel(page).locator("mark.current")).to_contain_text("Olaf Brandt")
    expect(panel(page).get_by_role("link")).to_have_count(0)


def test_a_declined_question_looks_declined_and_leads_on(page: Page) -> None:
    """It says why, cites nothing, shows the nearest passages, and offers what can be answered."""
    answer = ask(page, UNKNOWN)
    expect(answer).to_have_class("answer declined")
    expect(answer).to_contain_text("Not in the articles")
    expect(answer).to_contain_text("Merkel")
    expect(answer.locator(".chip")).to_have_count(0)
    answer.locator(".nearest a").first.click()
    expect(panel(page).locator("mark.current")).to_be_visible()
    page.keyboard.press("Escape")
    answer.locator(".offer").first.click()
    expect(page.locator(".exchange .answer").last.locator(".chip").first).to_be_visible()


def test_a_follow_up_says_how_it_was_understood(page: Page) -> None:
    """The question as it was put to the articles stands above the answer."""
    ask(page, KEEPER)
    expect(ask(page, "When did he retire?")).to_contain_text("Understood as: ")


def test_an_older_answer_keeps_its_sources(page: Page, context: BrowserContext, site: str) -> None:
    """Its chips open their own sources after others, and a link opens one in a page that never saw it."""
    first = ask(page, COST).locator(".chip").first.get_attribute("href")
    ask(page, KEEPER)
    page.locator(f'.chip[href="{first}"]').first.click()
    expect(panel(page).locator("mark.current")).to_have_text(BRIDGE)
    other = opened(context, f"{site}/{first}")
    expect(panel(other).locator("mark.current")).to_have_text(BRIDGE)


def test_a_question_is_asked_again_or_edited_in_its_place(page: Page) -> None:
    """What followed an edited question is gone; the chips work as before."""
    ask(page, KEEPER)
    ask(page, COST)
    page.get_by_role("button", name="Ask again").last.click()
    expect(page.locator(".exchange .actions")).to_have_count(2)
    page.get_by_role("button", name="Edit the question").first.click()
    page.get_by_role("textbox", name="Edit the question").fill(COST)
    page.keyboard.press("Enter")
    expect(page.locator(".exchange .actions")).to_have_count(1)
    page.locator(".chip").first.click()
    expect(panel(page).locator("mark.current")).to_have_text(BRIDGE)


def test_a_copy_is_text_with_citations(page: Page, context: BrowserContext) -> None:
    """The question, what is read with its markers, and a line for each source."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, COST)
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.locator(".toast")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{COST}\n\n")
    assert f"{BRIDGE} [1]" in copied
    assert "[1] Harbour *Daily*, 5 November 2024: Bridge opens <img" in copied
    assert "https://news.example/bridge?a=1&b=2" in copied


def test_a_thumb_can_come_with_a_note(page: Page) -> None:
    """It is kept, shown as given after a reload, and can be taken back."""
    ask(page, COST)
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("It is in crowns.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    thumb = page.get_by_role("button", name="Bad answer")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    thumb.click()
    expect(page.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "false")


def test_what_no_article_backs_is_marked(page: Page) -> None:
    """In colour, and in words for those who do not see it."""
    answer = ask(page, f"{COST} make up")
    expect(answer.locator(".unsupported")).to_contain_text("Invented. (no article backs this)")


def test_a_model_that_is_not_reached_is_said_with_the_next_step(page: Page) -> None:
    """The bot's sentence, what to do, and the question can be tried again."""
    answer = ask(page, "Ask the model")
    expect(answer).to_contain_text("The model 'far:away' does not answer.")
    expect(answer).to_contain_text("Check that it is running")
    answer.get_by_role("button", name="Try again").click()
    expect(page.locator(".exchange .actions")).to_have_count(1)


def test_a_server_that_is_gone_is_said_with_the_next_step(page: Page, context: BrowserContext) -> None:
    """The question is not lost: it is asked again when the server is back."""
    context.route("**/gradio_api/call/talk", lambda route: route.fulfill(body="not this program"))
    answer = ask(page, COST)
    expect(answer).to_contain_text("does not answer")
    expect(answer).to_contain_text("qa-bot serve")
    context.unroute("**/gradio_api/call/talk")
    answer.get_by_role("button", name="Try again").click()
    expect(page.locator(".chip").first).to_be_visible()


def test_nobody_waits_for_another(page: Page, browser: Browser, site: str) -> None:
    """A second reader is answered while the first one's answer is still being written."""
    page.get_by_role("textbox", name="Question").fill("Answer slowly")
    page.keyboard.press("Enter")
    expect(page.locator(".draft")).to_contain_text("words so far")
    with browser.new_context() as other:
        ask(opened(other, site), COST)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".answer.stopped")).to_be_visible()


def test_an_empty_or_endless_question_is_not_sent(page: Page) -> None:
    """It says how much is too much, and the next question is answered."""
    field = page.get_by_role("textbox", name="Question")
    field.fill("   \n ")
    page.keyboard.press("Enter")
    field.fill("why " * 2100)
    expect(page.locator(".over")).to_have_text("400 characters too many")
    page.keyboard.press("Enter")
    expect(page.locator(".exchange")).to_have_count(0)
    ask(page, COST)


def test_article_text_stays_text(page: Page) -> None:
    """Markup, Markdown and LaTeX of an article are shown letter for letter, and nothing runs."""
    answer = ask(page, COST)
    assert BRIDGE in answer.inner_text().replace("\xa0", " ")
    answer.locator(".chip").first.click()
    body = panel(page).get_by_role("region")
    expect(body).to_contain_text("<script>document.title = 'hit'</script>")
    expect(body).to_contain_text("![pixel](https://evil.example/p.png)")
    alive = "script, img, iframe, form, h1, code, pre, em, i, .katex, a[href*=evil]"
    expect(answer.locator(alive)).to_have_count(0)
    expect(body.locator(f"{alive}, a, b")).to_have_count(0)
    expect(page).to_have_title("qa_bot")


def test_a_long_answer_is_read_from_its_beginning(page: Page) -> None:
    """The question comes to the top, also when it is asked from further up; no button lies over a line."""
    page.set_viewport_size({"width": 900, "height": 420})
    for _ in range(2):
        ask(page, COST)
    page.locator(".scroller").first.evaluate("element => element.scrollTo(0, 0)")
    ask(page, "What do the articles say about Lindholm?")
    asked = page.locator(".exchange .asked").last
    expect(asked).to_be_in_viewport()
    top = asked.bounding_box()
    assert top is not None and top["y"] < 120
    edges = page.evaluate(
        """() => [...document.querySelectorAll(".exchange:last-child .icon-button")].some((button) => {
        const b = button.getBoundingClientRect();
        const t = document.querySelector(".exchange:last-child .text").getBoundingClientRect();
        return b.left < t.right && b.right > t.left && b.top < t.bottom && b.bottom > t.top; })"""
    )
    assert edges is False


def test_on_a_phone_everything_fits(phone: Page) -> None:
    """At 360 pixels: the start, an answer with a table, and the panel over it, which leads back."""
    assert phone.evaluate(WIDER) == 0
    answer = ask(phone, STRIKERS)
    assert phone.evaluate(WIDER) == 0
    answer.locator(".chip").first.click()
    expect(panel(phone).locator("mark.current")).to_be_in_viewport()
    assert phone.evaluate(WIDER) == 0
    box = panel(phone).bounding_box()
    assert box and (box["width"], box["height"]) == (360, 740)
    assert phone.locator("#main").evaluate("element => element.inert") is True
    panel(phone).get_by_role("button", name="Close").click()
    expect(panel(phone)).to_be_hidden()
    assert phone.locator("#main").evaluate("element => element.inert") is False


def test_twenty_people_ask_at_once(site: str) -> None:
    """Everybody is answered, in turn, and nobody gets an error or somebody else's answer."""

    def person(question: str) -> tuple[str, str]:
        jar = urllib.request.HTTPCookieProcessor()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        opener.open(f"{site}/", timeout=30).read()
        body = json.dumps({"data": [{"question": question}]}).encode()
        call = urllib.request.Request(
            f"{site}/gradio_api/call/talk", body, {"Content-Type": "application/json"}
        )
        event = json.loads(opener.open(call, timeout=30).read())["event_id"]
        told = opener.open(f"{site}/gradio_api/call/talk/{event}", timeout=60).read().decode()
        done = json.loads(re.findall(r"data: (.+)", told)[-1])[0]["done"]
        return done["state"], done["answer"]["answer"]["text"]

    asked = [(COST, "340 million"), (KEEPER, "Olaf Brandt")] * 10
    with ThreadPoolExecutor(len(asked)) as people:
        told = list(people.map(lambda each: person(each[0]), asked))
    assert {state for state, _ in told} == {"done"}
    assert all(words in text for (_, words), (_, text) in zip(asked, told, strict=True))
