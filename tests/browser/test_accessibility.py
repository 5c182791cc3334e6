"""Nobody is kept out: axe-core, the keyboard alone, magnification, reduced motion."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ask, opened, panel

pytestmark = pytest.mark.browser

STRIKERS = "How many dockers joined the strike?"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(page: Page) -> list[str]:
    """What axe-core finds, a line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


def answered(page: Page) -> None:
    ask(page, STRIKERS).locator(".chip").first.click()
    panel(page).locator("mark.current").wait_for()


def declined(page: Page) -> None:
    ask(page, "What did Angela Merkel say?")
    page.locator(".offer").first.wait_for()


def dialogs(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("row").last.wait_for()


def editing(page: Page) -> None:
    ask(page, "Ask the model")
    page.get_by_role("button", name="Edit the question").click()


def filtering(page: Page) -> None:
    ask(page, STRIKERS)
    page.get_by_role("button", name="Good answer").click()
    page.get_by_role("button", name="No note").click()
    page.get_by_role("button", name="Filters").click()


def articles(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Articles").click()
    page.get_by_role("checkbox").first.check()


def adding(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Articles").click()
    page.get_by_role("button", name="Add articles").click()
    page.get_by_text("Paste a text instead").click()


def timeline(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Timeline").click()
    page.locator(".events li").first.wait_for()


@pytest.mark.parametrize(("scheme", "width", "height"), [("light", 1280, 800), ("dark", 360, 740)])
def test_axe_finds_nothing(
    browser: Browser, site: str, scheme: Literal["light", "dark"], width: int, height: int
) -> None:
    """In every view, in both themes, wide and on a phone; also the contrast of all texts."""
    steps: list[Callable[[Page], None]] = [
        *(answered, declined, editing, filtering),
        *(articles, timeline, adding, dialogs),
    ]
    with browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce"
    ) as context:
        page = opened(context, site)
        page.locator(".offer").first.wait_for()
        assert violations(page) == []
        for step in steps:
            page.goto(f"{site}/?{step.__name__}")
            page.locator("#qa[data-ready]").wait_for()
            step(page)
            assert violations(page) == [], step.__name__


def test_the_keyboard_is_enough(page: Page) -> None:
    """Ask, open a source, go on, come back, reach the other views: every stop is seen and named."""
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    page.keyboard.type(STRIKERS)
    page.keyboard.press("Enter")
    page.locator(".standing").wait_for()
    stops = []
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        stop = page.evaluate(
            """() => { const now = document.activeElement, style = getComputedStyle(now);
            return [now.className, now.tagName, style.outlineStyle,
              now.getAttribute("aria-label") || now.textContent || now.labels?.[0]?.textContent || ""]; }"""
        )
        stops.append(stop)
        if stop[0] == "chip" and stop[3].startswith("Source 1"):
            break
    assert stops[-1][0] == "chip"
    assert {stop[2] for stop in stops} == {"solid"}, "focus is seen"
    assert all(stop[3].strip() for stop in stops), "each has a name"
    page.keyboard.press("Enter")
    expect(panel(page).locator("mark.current")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(panel(page)).to_contain_text("Source 2 of")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className").startswith("chip")
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    page.reload()
    page.locator("#qa[data-ready]").wait_for()
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()


def test_what_happens_is_told_to_those_who_do_not_see_it(page: Page) -> None:
    """That it reads, and then the answer."""
    ask(page, STRIKERS)
    expect(page.locator("#qa-status")).to_contain_text("Answer: ")


def test_at_twice_the_size_nothing_is_lost(browser: Browser, site: str) -> None:
    """What a page of 1280 pixels becomes at 200 %: no sideways scrolling, everything in reach."""
    with browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2) as context:
        page = opened(context, site)
        answer = ask(page, STRIKERS)
        assert page.evaluate(WIDER) == 0
        answer.locator(".chip").first.click()
        expect(panel(page).locator("mark.current")).to_be_in_viewport()
        page.keyboard.press("Escape")
        page.get_by_role("navigation").get_by_role("link", name="Timeline").click()
        page.locator(".events li").first.wait_for()
        assert page.evaluate(WIDER) == 0


def test_nothing_moves_for_those_who_do_not_want_it(browser: Browser, site: str) -> None:
    """No animation and no transition runs."""
    with browser.new_context(reduced_motion="reduce") as context:
        page = opened(context, site)
        ask(page, STRIKERS)
        moving = page.evaluate(
            "document.getAnimations().filter((each) => each.playState === 'running').length"
        )
        assert moving == 0
