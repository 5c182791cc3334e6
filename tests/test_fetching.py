"""Nothing unsafe is fetched, nothing hangs, nobody is annoyed; whatever a server does ends in a reason."""

import ipaddress
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, strategies as st

from qa_bot.errors import ArticleError
from qa_bot.fetching import Address, Fetched, Fetcher, Manners, is_public
from qa_bot.records import Visit
from tests import site as web
from tests.site import Site

OURS = ipaddress.ip_address("127.0.0.1")  # plays the public internet
PRIVATE = "127.0.0.2"  # plays a machine that must not be reached


def only_ours(address: Address) -> bool:
    return address == OURS


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with web.serving() as found:
        yield found


@pytest.fixture(scope="module")
def secret() -> Iterator[Site]:
    with web.serving(PRIVATE) as found:
        found.put("/", "<p>A secret that nobody may read.</p>")
        yield found


def fetcher(**manners: Any) -> Fetcher:
    return Fetcher(Manners(**{"delay": 0.0, "seconds": 5.0, "may_connect": only_ours, **manners}))


def fetch(address: str, visit: Visit | None = None, **manners: Any) -> Fetched | None:
    with fetcher(**manners) as opened:
        return opened.fetch(address, visit)


def fault(address: str, **manners: Any) -> str:
    with pytest.raises(ArticleError) as caught:
        fetch(address, **manners)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- what works ---------------------------------------------------------------------------------


def test_a_page_is_fetched_with_what_the_server_says_of_it(site: Site) -> None:
    """After redirects, by the address that gave it; the user agent says who asks."""
    site.put("/page", "<p>Größe</p>")
    start = site.put("/old", web.redirect("/page", 301))
    found = fetch(start, user_agent="qa_bot/9 (me@paper.example)")
    assert isinstance(found, Fetched)
    assert (found.address, found.body.decode()) == (f"{site.address}/page", "<p>Größe</p>")
    assert (found.type, found.charset) == ("text/html", "utf-8")
    assert site.headers[-1]["user-agent"] == "qa_bot/9 (me@paper.example)"


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    """None tells so."""
    address = site.put("/same", "<p>One</p>")
    first = fetch(address)
    assert first is not None
    assert fetch(address, Visit(first.etag)) is None
    site.put("/same", "<p>Two</p>")
    again = fetch(address, Visit(first.etag))
    assert again is not None and again.body == b"<p>Two</p>"


def test_packed_pages_are_unpacked(site: Site) -> None:
    """As servers send them."""
    import gzip

    packed = gzip.compress(b"<p>Words</p>")
    address = site.put("/packed", lambda handler: web.send(handler, 200, packed, Content_Encoding="gzip"))
    found = fetch(address)
    assert found is not None and found.body == b"<p>Words</p>"


def test_an_address_with_letters_of_any_kind_goes_over_the_wire(site: Site) -> None:
    """And what stands behind # does not."""
    site.put("/gr%C3%B6%C3%9Fe%20x?q=%C3%A4", "<p>Words</p>")
    assert fetch(f"{site.address}/größe x?q=ä#part")


# --- safety -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "2001:db8::1", "fec0::1"),
    ],
)
def test_addresses_that_are_not_public_are_known(address: str) -> None:
    """Also those that carry another inside."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_known(address: str) -> None:
    """They may be fetched from."""
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_and_its_disguises_are_judged_alike(address: ipaddress.IPv4Address) -> None:
    """What is private stays private in IPv6's clothes."""
    mapped = ipaddress.ip_address(f"::ffff:{address}")
    translated = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address))
    assert is_public(mapped) == is_public(address)
    assert is_public(translated) <= is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "[::1]"]
)
def test_this_machine_is_not_fetched_from_by_any_of_its_names(site: Site, host: str) -> None:
    """Unless a setting allows it. Nothing is sent there, not even a question for robots.txt."""
    before = len(site.asked)
    port = site.address.rpartition(":")[2]
    assert "private" in fault(f"http://{host}:{port}/", may_connect=is_public)
    assert len(site.asked) == before


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_not_followed(site: Site, secret: Site, code: int) -> None:
    """However it is written."""
    address = site.put("/to-secret", web.redirect(f"{secret.address}/", code))
    assert "private" in fault(address)
    assert secret.asked == []


def test_the_address_connected_to_is_the_one_that_was_looked_at(site: Site, secret: Site) -> None:
    """A name that leads to a public address at first and to a private one next is looked up once; of several
    addresses only those allowed are tried."""
    port = int(site.address.rpartition(":")[2])
    answers = iter([[PRIVATE, "127.0.0.1"], [PRIVATE, "127.0.0.1"], [PRIVATE]])  # robots.txt, the page, later

    def resolve(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in next(answers)]

    manners = Manners(delay=0.0, may_connect=only_ours)
    site.put("/rebound", "<p>Words</p>")
    with Fetcher(manners, resolve=resolve) as opened:
        assert opened.fetch(f"http://rebinding.example:{port}/rebound")
        opened.close()
        with pytest.raises(ArticleError, match="private"):
            opened.fetch(f"http://rebinding.example:{port}/rebound")
    assert secret.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://a.example/",
        "gopher://a.example/",
        "data:text/html,x",
        "http://",
        "http://[",
        "http://a:b:c/",
        "javascript:alert(1)",
        "http://x\n.example:99999/",
        "",
    ],
)
def test_only_addresses_of_the_web_are_fetched(address: str) -> None:
    """Others are refused before anything is looked up."""
    assert fault(address)


def test_a_redirect_to_a_file_is_not_followed(site: Site) -> None:
    """Nor to anything else that is no address of the web."""
    assert "not an address" in fault(site.put("/to-file", web.redirect("file:///etc/passwd")))


# --- servers that misbehave ---------------------------------------------------------------------

MISBEHAVIOUR: dict[str, tuple[web.Answer, str]] = {
    "redirects in a circle": (web.redirect("/misbehaves"), "redirects more than"),
    "never ends": (web.endless(b"<p>x</p>" * 5000, 0.0), "larger than"),
    "drips": (web.endless(b"x", 0.05), "took longer"),
    "drips its head": (web.endless(b"x", 0.05, in_head=True), "took longer"),
    "says nothing": (lambda _: time.sleep(1.5), "took longer"),
    "sends less than it says": (
        web.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"),
        "cannot be fetched",
    ),
    "sends no HTTP": (web.raw(b"SSH-2.0-OpenSSH\r\n"), "cannot be fetched"),
    "hangs up": (web.raw(b""), "cannot be fetched"),
    "sends heads without end": (web.raw(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 60_000), "cannot be fetched"),
    "swells": (
        lambda handler: web.send(handler, 200, web.packed_bomb(50_000_000), Content_Encoding="gzip"),
        "larger",
    ),
    "is packed badly": (lambda handler: web.send(handler, 200, b"no", Content_Encoding="gzip"), "unpacked"),
    "is packed oddly": (
        lambda handler: web.send(handler, 200, b"no", Content_Encoding="br"),
        "not asked for",
    ),
    "is not there": (web.status(404), "no such page"),
    "has gone": (web.status(410), "gone"),
    "fails": (web.status(500), "500"),
    "has not changed, unasked": (web.status(304), "304"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_whatever_a_server_does_ends_in_a_reason(site: Site, name: str) -> None:
    """Soon, and without filling memory."""
    answer, told = MISBEHAVIOUR[name]
    began = time.monotonic()
    assert told in fault(site.put("/misbehaves", answer), seconds=1.0, most_bytes=1_000_000)
    assert time.monotonic() - began < 4


# --- manners ------------------------------------------------------------------------------------


def test_robots_txt_is_kept_to() -> None:
    """For our name or for all, with patterns; it is asked for once."""
    with web.serving() as site:
        site.put(
            "/robots.txt",
            "User-agent: qa_bot\nDisallow: /no*.html$\nUser-agent: *\nDisallow: /\n",
            "text/plain",
        )
        site.put("/yes.html", "<p>x</p>")
        with fetcher(user_agent="qa_bot/1") as opened:
            assert opened.fetch(f"{site.address}/yes.html")
            with pytest.raises(ArticleError, match="robots"):
                opened.fetch(f"{site.address}/nothing.html")
        assert site.asked == ["/robots.txt", "/yes.html"]
        assert "robots" in fault(f"{site.address}/yes.html", user_agent="other/1")


def test_a_redirect_is_kept_from_what_robots_txt_forbids() -> None:
    """It is another page."""
    with web.serving() as site:
        site.put("/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain")
        assert "robots" in fault(site.put("/open", web.redirect("/private")))


def test_a_site_whose_robots_txt_fails_is_left_alone() -> None:
    """RFC 9309: what cannot be asked has forbidden everything."""
    with web.serving() as site:
        site.put("/robots.txt", web.status(503))
        site.put("/page", "<p>x</p>")
        assert "robots.txt" in fault(f"{site.address}/page")
        assert "/page" not in site.asked


def test_there_is_a_delay_between_requests_to_one_site() -> None:
    """That of the setting, or what robots.txt asks for if it is longer; none before the first."""
    waits: list[float] = []
    with web.serving() as site, web.serving() as other:
        site.put("/a", "<p>x</p>")
        other.put("/a", "<p>x</p>")
        other.put("/robots.txt", "User-agent: *\nCrawl-delay: 7\n", "text/plain")
        with Fetcher(Manners(delay=3.0, may_connect=only_ours), sleep=waits.append) as opened:
            for address in (site.address, other.address, site.address, other.address):
                opened.fetch(f"{address}/a")
    assert [round(wait) for wait in waits] == [3, 7]


def test_a_site_that_fails_again_and_again_is_left_alone() -> None:
    """Or a feed of two hundred pages on a dead site would take two hundred timeouts."""
    with web.serving() as site:
        for number in range(5):
            site.put(f"/{number}", web.raw(b""))
        with fetcher() as opened:
            for number in range(5):
                with pytest.raises(ArticleError, match="cannot be fetched" if number < 3 else "in a row"):
                    opened.fetch(f"{site.address}/{number}")
        assert site.asked == ["/robots.txt", "/0", "/1", "/2"]


def test_a_site_that_asks_for_rest_gets_it() -> None:
    """Further requests are not sent."""
    with web.serving() as site:
        site.put("/busy", web.status(429, Retry_After="60"))
        site.put("/page", "<p>x</p>")
        with fetcher() as opened:
            for path, told in (("/busy", "429"), ("/page", "left alone")):
                with pytest.raises(ArticleError, match=told):
                    opened.fetch(site.address + path)
        assert "/page" not in site.asked
