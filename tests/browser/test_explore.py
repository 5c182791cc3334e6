"""Articles, timeline, filters, conversations and the first minute, in a real browser."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import site as web
from tests.browser.conftest import ask, opened, panel
from tests.documents import BODY, page as web_page

pytestmark = pytest.mark.browser

COST = "How much did the Alder bridge cost?"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def to_articles(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Articles").click()
    page.locator(".articles li").first.wait_for()


# --------------------------------------------------------------------------------------- articles


def test_articles_are_browsed_searched_and_narrowed_by_a_bar(page: Page) -> None:
    """With title, publisher, date, passages and problems; a bar of the plot narrows, by mouse and by key."""
    to_articles(page)
    rows = page.locator(".articles li")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("Port strike ends")
    expect(rows.first).to_contain_text("Coast Gazette · 8 Nov 2024 · 1 passage")
    expect(rows.last).to_contain_text("no date found")
    page.get_by_role("button", name="5 November 2024: 1 article").click()
    expect(rows).to_have_count(1)
    expect(page.locator(".articles-view .filter-chip")).to_have_text("5 November 2024")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(5)
    page.get_by_role("searchbox", name="Search titles").fill("lamp")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("take over the lamp")
    page.get_by_role("searchbox", name="Search titles").fill("")
    page.get_by_role("combobox", name="Publisher").select_option("Coast Gazette")
    expect(rows).to_have_count(2)
    page.get_by_role("combobox", name="Publisher").select_option("")
    page.get_by_role("button", name="with a problem").click()
    expect(rows).to_have_count(1)


def test_an_article_is_read_and_asked(page: Page) -> None:
    """Its text letter for letter; the filter that asks it alone stands as a chip until it is removed."""
    to_articles(page)
    page.get_by_role("link", name="Keeper of the Skarv lighthouse retires").click()
    reader = page.locator(".reader")
    expect(reader).to_contain_text("His daughter Marit will take over the lamp.")
    expect(reader.get_by_role("link", name="Original page")).to_have_count(0)
    reader.get_by_role("button", name="Ask this article").click()
    chip = page.locator(".composer .filter-chip")
    expect(chip).to_have_text("Only Keeper of the Skarv lighthouse retires")
    answer = ask(page, "Summarise this article")
    assert set(answer.locator(".sources .title").all_inner_texts()) == {
        "Keeper of the Skarv lighthouse retires"
    }
    chip.get_by_role("button").click()
    expect(chip).to_have_count(0)


def test_a_selection_is_asked(page: Page) -> None:
    """Several articles at once, and none else."""
    to_articles(page)
    for title in ("Port strike ends", "Port strike begins"):
        page.get_by_role("checkbox", name=title).check()
    expect(page.locator(".selection")).to_contain_text("2 chosen")
    page.get_by_role("button", name="Ask these").click()
    expect(page.locator(".composer .filter-chip")).to_have_text("Only 2 articles")
    expect(ask(page, COST)).to_have_class("answer declined")
    expect(page.locator(".narrowed")).to_contain_text("Only 2 articles")


def test_articles_are_added_and_removed(page: Page, tmp_path: Path) -> None:
    """Files with a result each, and a pasted text; they can be asked at once, and go after a question."""
    good, bad = tmp_path / "2024-11-12-ferry.md", tmp_path / "ferry.xyz"
    good.write_text("# Ferry sold <b>\n\nMaya Brook bought the Tern ferry for 9 million crowns.", "utf-8")
    bad.write_bytes(b"\x00\x01")
    to_articles(page)
    page.get_by_role("button", name="Add articles").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files([good, bad])
    expect(dialog.locator(".results .good")).to_contain_text("2024-11-12-ferry.md added.")
    expect(dialog.locator(".results .failed")).to_contain_text("ferry.xyz")
    expect(dialog.get_by_role("progressbar")).to_have_attribute("value", "1")
    expect(dialog).to_contain_text("Done: 2 files.")
    dialog.get_by_text("Paste a text instead").click()
    dialog.get_by_label("Text").fill("The Orme mill burnt down, said Captain Ida Moe.")
    dialog.get_by_label("Title").fill("Mill burns")
    dialog.get_by_role("button", name="Add text").click()
    expect(dialog.locator(".results .good").last).to_contain_text(
        "Mill burns added. no date found", use_inner_text=True
    )
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator(".articles li")).to_have_count(7)
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(ask(page, "Who bought the Tern ferry?")).to_contain_text("Maya Brook")
    to_articles(page)
    page.get_by_role("link", name="Mill burns").click()
    page.locator(".reader").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_contain_text("Mill burns")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.locator(".reader")).to_contain_text("burnt down")
    page.locator(".reader").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator(".articles li")).to_have_count(6)
    page.get_by_role("checkbox", name="Ferry sold").check()
    page.locator(".selection").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator(".articles li")).to_have_count(5)
    expect(page.get_by_role("banner")).to_contain_text("5 articles")


def test_an_address_is_added(page: Page) -> None:
    """A page and a feed, by keyboard alone; what went wrong is said in a sentence, with what it is about."""
    with web.serving() as site:
        site.put("/robots.txt", "User-agent: *\nDisallow: /closed\n", "text/plain")
        pier = site.put("/pier", web_page(title="The pier closes", paragraphs=("Ida Moe shut it.", *BODY)))
        site.put("/two", web_page(title="Second story", paragraphs=("Rosa Lindt came.", *BODY)))
        items = "".join(f"<item><title>{name}</title><link>/{name}</link></item>" for name in ("two", "gone"))
        feed = site.put(
            "/feed", f"<rss version='2.0'><channel>{items}</channel></rss>", "application/rss+xml"
        )
        to_articles(page)
        page.get_by_role("button", name="Add articles").click()
        dialog = page.get_by_role("dialog")
        field = dialog.get_by_role("textbox", name="From the web")
        for address, outcome, sentence in (
            (pier, "good", "added."),
            (feed, "good", "added. 1 could not be added: '%s/gone' was not given: the server says 404"),
            (f"{site.address}/closed", "failed", "robots.txt forbids"),
            (f"{site.address}/nothing", "failed", "There is no page at this address."),
            ("ftp://paper.example/x", "failed", "This is no address of the web"),
        ):
            field.fill(address)
            field.press("Enter")
            row = dialog.locator(f".results .{outcome}", has_text=address).last
            expect(row).to_contain_text(sentence.replace("%s", site.address))
            expect(dialog).to_contain_text("Done.")
            expect(field).to_have_value("" if outcome == "good" else address)
        dialog.get_by_role("button", name="Close").click()
    expect(page.locator(".articles li")).to_have_count(7)
    for title in ("The pier closes", "Second story"):
        page.get_by_role("checkbox", name=title).check()
    page.locator(".selection").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator(".articles li")).to_have_count(5)


def test_articles_and_timeline_fit_a_phone(phone: Page) -> None:
    """At 360 pixels: the list, an article, the dialog, the timeline, the conversations."""
    to_articles(phone)
    assert phone.evaluate(WIDER) == 0
    phone.get_by_role("link", name="Port strike ends").click()
    expect(phone.locator(".reader")).to_contain_text("two million crowns")
    assert phone.evaluate(WIDER) == 0
    phone.get_by_role("navigation").get_by_role("link", name="Timeline").click()
    phone.locator(".events li").first.wait_for()
    assert phone.evaluate(WIDER) == 0
    phone.get_by_role("button", name="Conversations").click()
    expect(phone.get_by_role("searchbox", name="Search conversations")).to_be_in_viewport()
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("searchbox", name="Search conversations")).to_be_hidden()


# --------------------------------------------------------------------------------------- timeline


def test_a_timeline_is_drawn_and_each_event_opens_its_passage(page: Page) -> None:
    """Dots to scale and cards in order; a dot leads to its card, a card to the passage."""
    page.get_by_role("navigation").get_by_role("link", name="Timeline").click()
    page.get_by_role("searchbox", name="Topic").fill("dockers in Lindholm")
    page.keyboard.press("Enter")
    cards = page.locator(".events li")
    expect(cards.nth(1)).to_be_visible()
    dots = page.locator("svg.axis-picture a.dot")
    assert dots.count() == cards.count() >= 2
    days = page.locator(".events time").evaluate_all("times => times.map((time) => time.dateTime)")
    assert days == sorted(days)
    dots.last.click()
    expect(cards.last).to_be_in_viewport()
    quote = cards.last.locator(".quote").inner_text()
    cards.last.get_by_role("link").press("Enter")  # found anew: the picture may be drawn once more meanwhile
    expect(panel(page).locator("mark.current")).to_contain_text(quote[-40:])


def test_a_timeline_in_the_chat_leads_to_its_picture(page: Page) -> None:
    """With the topic that was asked about; a topic that is not there is said."""
    ask(page, "timeline of dockers in Lindholm")
    page.get_by_role("button", name="Draw as a timeline").click()
    expect(page.get_by_role("searchbox", name="Topic")).to_have_value("dockers in Lindholm")
    expect(page.locator(".events li").first).to_be_visible()
    page.get_by_role("searchbox", name="Topic").fill("Angela Merkel")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline-view [role=status]")).to_contain_text("Merkel")
    expect(page.locator(".events")).to_have_count(0)


# ---------------------------------------------------------------------------------------- filters


def test_filters_narrow_and_stand_as_chips(page: Page) -> None:
    """By date, publisher and day of asking; each can be removed by itself."""
    page.get_by_role("button", name="Filters").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Published from").fill("2024-11-02")
    dialog.get_by_label("Publisher").select_option("Coast Gazette")
    dialog.get_by_label("Answer as on this day").fill("2024-12-01")
    dialog.get_by_role("button", name="Apply").click()
    chips = page.locator(".composer .filter-chip")
    assert chips.all_inner_texts() == [
        "From 2 November 2024",
        "Publisher: Coast Gazette",
        "As of 1 December 2024",
    ]
    expect(ask(page, COST)).to_have_class("answer declined")
    page.reload()
    expect(chips).to_have_count(3)
    for _ in range(3):
        chips.first.get_by_role("button").click()
    expect(chips).to_have_count(0)
    expect(ask(page, COST)).to_contain_text("340 million")


# ---------------------------------------------------------------------------------- conversations


def test_conversations_are_kept_listed_searched_renamed_and_deleted(page: Page) -> None:
    """They outlive a reload, and their address opens them; the answers keep their sources."""
    ask(page, COST)
    address = page.url
    page.get_by_role("link", name="New question").click()
    ask(page, "Who is the keeper of the Skarv lighthouse?")
    rows = page.locator("#history li")
    expect(rows).to_have_count(2)
    page.get_by_role("searchbox", name="Search conversations").fill("340 crowns")
    expect(rows).to_have_count(1)
    rows.get_by_role("link").click()
    assert page.url == address
    expect(page.locator(".exchange")).to_contain_text("340 million")
    page.locator(".chip").first.click()
    expect(panel(page).locator("mark.current")).to_contain_text("340 million")
    page.keyboard.press("Escape")
    rows.get_by_role("button").click()
    page.get_by_role("dialog").get_by_label("Title").fill("What it cost")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(rows).to_contain_text("What it cost")
    page.reload()
    expect(page.locator(".exchange")).to_have_count(1)
    expect(rows).to_have_count(2)
    rows.filter(has_text="What it cost").get_by_role("button").click()
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(rows).to_have_count(1)
    expect(page.locator(".welcome")).to_be_visible()


def test_a_conversation_is_exported_with_its_citations(page: Page) -> None:
    """As Markdown, HTML and JSON."""
    ask(page, COST)
    page.get_by_role("button", name="Export this conversation").click()
    for kind, suffix in (("Markdown", "md"), ("HTML", "html"), ("JSON", "json")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=kind).click()
        file = waiting.value.path().read_text("utf-8")
        assert waiting.value.suggested_filename == f"how-much-did-the-alder-bridge-cost.{suffix}"
        assert "340 million crowns" in file and "5 November 2024" in file.replace(
            "2024-11-05", "5 November 2024"
        )
    assert json.loads(file)["exchanges"][0]["answer"]["citations"][0]["article"]["id"] == "harbour/7 ü?#&%"


def test_the_other_views_lead_back_to_the_conversation(page: Page) -> None:
    """A look at the articles ends no conversation; files dropped on the page are offered to be added."""
    ask(page, COST)
    to_articles(page)
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.locator(".exchange .chip").first).to_be_visible()
    page.evaluate(
        """() => { const data = new DataTransfer(); data.items.add(new File(["x"], "note.xyz"));
        const drop = new DragEvent("drop", {dataTransfer: data, bubbles: true});
        document.querySelector("#main").dispatchEvent(drop); }"""
    )
    expect(page.get_by_role("dialog").locator(".results .failed")).to_contain_text("note.xyz")


def test_a_conversation_is_nobody_elses(page: Page, browser: Browser, site: str) -> None:
    """Another browser does not see it, even by its address."""
    ask(page, COST)
    with browser.new_context() as other:
        there = opened(other, page.url)
        expect(there.locator(".toast")).to_contain_text("no such conversation")
        expect(there.locator("#history li")).to_have_count(0)
        expect(there.locator(".welcome")).to_be_visible()


# ------------------------------------------------------------------------------- the first minute


def test_the_first_minute_from_the_samples_to_an_empty_index(
    context: BrowserContext, fresh_site: str, tmp_path: Path
) -> None:
    """Sign in; samples named as such; the first article takes their place; then nothing is left; sign out."""
    page = context.new_page()
    page.goto(fresh_site)
    page.get_by_label("username").fill("reader")
    page.get_by_label("password").fill("secret")
    page.keyboard.press("Enter")
    page.locator("#qa[data-ready]").wait_for()
    expect(page.get_by_role("banner")).to_contain_text("Sample articles · 5 articles")
    expect(page.locator(".welcome")).to_contain_text("These five came with the program.")
    expect(page.locator(".offer")).to_have_count(4)
    page.locator(".offer").first.click()
    expect(page.locator(".figures").first).to_be_visible()
    address = page.url
    page.locator(".welcome").wait_for(state="detached")
    to_articles(page)
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    page.get_by_role("button", name="Add articles").click()
    expect(page.get_by_role("dialog")).to_contain_text("make room for your own")
    page.get_by_role("textbox", name="From the web").fill("http://127.0.0.1:9/")
    page.get_by_role("button", name="Add address").click()
    expect(page.locator(".results .failed")).to_contain_text(
        "Nothing is fetched from this server's own machine"
    )
    file = tmp_path / "mill.md"
    file.write_text(
        "---\ntitle: Mill\ndate: 2024-11-12\n---\nThe Orme mill burnt down, said Ida Moe.", "utf-8"
    )
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(file)
    expect(page.locator(".results .good")).to_contain_text("added")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("banner")).to_contain_text("1 article, 12 November 2024")
    page.goto(address)
    page.locator(".chip").first.click()
    expect(panel(page).locator("mark.current")).to_be_visible()
    page.keyboard.press("Escape")
    to_articles(page)
    page.get_by_role("checkbox").check()
    page.locator(".selection").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("banner")).to_contain_text("No articles yet")
    page.get_by_role("link", name="Ask", exact=True).click()
    page.get_by_role("link", name="New question").click()
    expect(page.locator(".welcome")).to_contain_text("Add articles, and ask about them.")
    expect(page.locator(".welcome")).to_contain_text("qa-bot index PATH")
    expect(ask(page, "Who?")).to_contain_text("There are no articles yet")
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog")).to_contain_text("reader Sign out")
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_label("password")).to_be_visible()
    expect(page.locator("#qa")).to_have_count(0)


def test_indexing_under_way_is_said(page: Page, context: BrowserContext) -> None:
    """With how many there are so far; it goes when it is done."""
    changing = {"on": True}

    def told(route: object) -> None:
        reply = route.fetch()  # type: ignore[attr-defined]
        data = reply.json()
        data["data"][0]["changing"] = changing["on"]
        route.fulfill(response=reply, json=data)  # type: ignore[attr-defined]

    context.route("**/gradio_api/run/state", told)
    page.reload()
    expect(page.locator(".notice")).to_contain_text("Articles are being indexed: 5 articles")
    changing["on"] = False
    expect(page.locator(".notice")).to_be_hidden()
    context.unroute_all()


def test_settings_in_use_are_shown_with_how_to_change_them(page: Page) -> None:
    """Embedder, whether a model writes, and every setting; where the index lies is not told."""
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("wordllama:256")
    expect(dialog).to_contain_text("no language model")
    expect(dialog).to_contain_text("qa_bot.toml")
    expect(dialog.get_by_role("row", name="min_confidence")).to_be_visible()
    expect(dialog).not_to_contain_text("index_dir")


# ------------------------------------------------------------------------------ language and theme


def test_the_browser_s_language_is_spoken(browser: Browser, site: str) -> None:
    """German texts and dates; the articles stay as they are; the reader can choose another."""
    with browser.new_context(locale="de-AT") as context:
        page = opened(context, site)
        assert page.evaluate("document.documentElement.lang") == "de"
        expect(page.get_by_role("banner")).to_contain_text(
            re.compile(r"5 Artikel, 19\. Oktober.+8\. November 2024")
        )
        page.get_by_role("textbox", name="Frage").fill(COST)
        page.keyboard.press("Enter")
        expect(page.locator(".sources h3")).to_have_text("Quellen")
        page.get_by_role("link", name="Artikel", exact=True).click()
        page.get_by_role("button", name="Artikel hinzufügen").click()
        page.get_by_role("textbox", name="Aus dem Netz").fill("ftp://paper.example/")
        page.get_by_role("button", name="Adresse hinzufügen").click()
        expect(page.locator(".results .failed")).to_contain_text("Das ist keine Adresse im Netz")
        page.get_by_role("dialog").get_by_role("button", name="Schließen").click()
        page.get_by_role("button", name="Einstellungen").click()
        page.get_by_label("Sprache").select_option("en")
        expect(page.get_by_role("button", name="Settings")).to_be_visible()


def test_every_text_exists_in_every_language() -> None:
    """With the same values to fill in, and each is used by the page."""
    folder = Path(__file__).parents[2] / "qa_bot" / "assets" / "page"
    texts = json.loads((folder / "texts.json").read_text("utf-8"))
    code = "".join(path.read_text("utf-8") for path in folder.glob("*.js"))
    prefixes = tuple(set(re.findall(r"`(\w+_)\$\{", code)))
    for name, text in texts["en"].items():
        other = texts["de"][name]
        assert type(other) is type(text), name
        assert set(re.findall(r"\{\w+\}", json.dumps(other))) == set(
            re.findall(r"\{\w+\}", json.dumps(text))
        ), name
        assert f'"{name}"' in code or name.startswith(prefixes) or name == "locale" or f".{name}" in code, (
            name
        )
    assert texts["de"].keys() == texts["en"].keys()


def test_a_theme_is_that_of_the_system_until_one_is_chosen(browser: Browser, site: str) -> None:
    """The choice outlives a reload."""
    with browser.new_context(color_scheme="dark") as context:
        page = opened(context, site)
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.get_by_role("button", name="Light or dark").click()
        page.reload()
        page.locator("#qa[data-ready]").wait_for()
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
