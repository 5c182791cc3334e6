"""What a model writes becomes plain text and keys, however it is cut into pieces."""

import random
import re

import pytest
from hypothesis import given, strategies as st

from qa_bot.markers import MarkerReader

KEYS = ("src-4f7a", "src-99cc")


def read(text: str, cuts: list[int] | None = None) -> str:
    """What is let through, each key as {key}."""
    reader = MarkerReader(KEYS)
    pieces, at = [], 0
    for cut in [*(cuts or []), len(text)]:
        pieces += reader.feed(text[at:cut])
        at = cut
    pieces += reader.close()
    return "".join(piece.text if piece.key is None else f"{{{piece.key}}}" for piece in pieces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Prices rose 5.1 % [src-4f7a][src-99cc].", "Prices rose 5.1 % {src-4f7a}{src-99cc}."),
        ("One [src-4f7a, src-99cc] two [SRC-4F7A; src-dead].", "One {src-4f7a}{src-99cc} two {src-4f7a}."),
        ("A (src-4f7a) b src-99cc c.", "A {src-4f7a} b {src-99cc} c."),
        ("A 【src-4f7a】 b.", "A {src-4f7a} b."),
        ("A [1] b [src-dead] c [^2] d [citation needed].", "A  b  c  d ."),
        ("A src-dead b src- c.", "A  b  c."),
        ("A [src-4f", "A "),
        ("A [src-4f7a", "A "),
        ("See [the report](https://evil.example/r?q=1) now", "See the report now"),
        ("See [src-4f7a](https://evil.example/r) now", "See {src-4f7a} now"),
        ("![x](https://evil.example/p.png) a <img src=x onerror=alert(1)> b", " a  b"),
        ("<script>alert(1)</script> a <!-- b --> c", "alert(1) a  c"),
        ("a https://evil.example/x, b www.evil.example c javascript:alert(1) d", "a  b  c  d"),
        ("<think>It is [src-4f7a]\n\nsurely.</think>Yes [src-99cc].", "Yes {src-99cc}."),
        ("a <think>never closed [src-4f7a]", "a "),
        ("# Title\n- **one** [src-4f7a]\n2. `two`\n> three", "Title\none {src-4f7a}\ntwo\nthree"),
        ("3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
        ("It fell 10. Then 12. March came", "It fell 10. Then 12. March came"),
        ("snake_case and 2 * 3", "snake_case and 2  3"),
        ("a\u200bb\u202e", "ab\u202e"),
    ],
)
def test_markup_vanishes_and_known_keys_are_cited(text: str, expected: str) -> None:
    """In one piece and letter by letter."""
    assert read(text) == expected
    assert read(text, list(range(1, len(text)))) == expected


BITS = (
    "[src-4f7a]", "[src-dead]", " src-99cc ", "(src-4f7a)", "[", "]", "<b>", "</b>", "<img src=x>", "![a](b)",
    "[a b](http://c.example/d)", " http://x.example/y ", "**", "`", "\n", "\n- ", " ", "word", "two words. ",
    "3.5 %", "src-", "-4f7a]", "[src", "<scr", "ipt>", "](", ")", "<!--", "-->", "【src-99cc】",
)  # fmt: skip


@given(st.lists(st.sampled_from(BITS), max_size=14), st.integers(0, 10**6))
def test_no_key_markup_or_address_passes(bits: list[str], seed: int) -> None:
    """Whatever is written, and wherever it is cut."""
    text, luck = "".join(bits), random.Random(seed)
    shown = read(text, sorted(luck.sample(range(len(text) + 1), min(len(text), 6))))
    plain = re.sub(r"\{src-(?:4f7a|99cc)\}", "", shown)

    assert "src-" not in plain
    assert not re.search(r"[\[\]【】]|https?://|</?[a-z]|<img", plain)


@given(st.text(max_size=60), st.lists(st.integers(0, 60), max_size=5))
def test_any_text_is_read(text: str, cuts: list[int]) -> None:
    """Nothing makes it fail, and nothing is made up: every letter let through was written."""
    shown = read(text, sorted(cut for cut in cuts if cut <= len(text)))

    assert set(re.sub(r"\{src-\w+\}", "", shown)) <= set(text)
