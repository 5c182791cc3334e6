"""An answer as pieces of plain text for the page."""

import json

import pytest
from hypothesis import given, strategies as st

from qa_bot import rendering
from qa_bot.types import Answer, Article, Citation, Passage, Span

TEXT = "👋🏽 <b>Hello</b> **world** [1]. The dam 🌊 holds 40 million tonnes [2] of $$water$$.\n\nEnd."
DAM = Article(
    "dam?id=7&x=ü/#",
    TEXT,
    "A <i>dam</i>",
    "Daily & Sons",
    None,
    "2024-11-05",
    "field",
    None,
    "/secret/dam.md",
)
START, END = TEXT.index("The dam"), TEXT.index("\n")
ANY_TEXT = st.text(st.characters(codec=None, categories=("L", "M", "N", "P", "S", "Z", "Cc", "Cs")))
MARKED_TEXT = st.lists(
    st.one_of(
        ANY_TEXT,
        st.integers(0, 12).map(lambda number: f"[{number}]"),
        st.sampled_from(["<script>", "<img src=x onerror=y>", "](http://x)", "**", "\n# ", "&lt;", "🌊"]),
    )
).map("".join)
SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: Span(*sorted(pair))))


def cite(number: int = 1, *highlights: Span) -> Citation:
    return Citation(number, TEXT[START:END], START, END, "p", DAM, highlights)


def shelf(_: str) -> Article:
    return DAM


def joined(answer: Answer) -> str:
    """What the page shows, with markers as [n]."""
    return "".join(
        f"[{piece['cite']}]" if "cite" in piece else piece["text"] for piece in rendering.pieces(answer)
    )


@given(MARKED_TEXT, st.sets(st.integers(1, 10)), SPANS, SPANS)
def test_the_pieces_are_the_text(
    text: str, numbers: set[int], highlights: list[Span], unsupported: list[Span]
) -> None:
    """Whatever an answer says, no letter is lost or added, and only cited numbers are markers."""
    citations = tuple(cite(number, *highlights) for number in sorted(numbers))
    answer = Answer("q", text, True, citations=citations, unsupported=tuple(unsupported))
    assert joined(answer) == rendering.showable(text)
    assert {piece["cite"] for piece in rendering.pieces(answer) if "cite" in piece} <= numbers
    json.dumps(rendering.kept(answer, shelf), ensure_ascii=False).encode("utf-8")


def test_a_highlight_is_bold_where_the_quote_is_shown() -> None:
    """Also behind a literal marker, which the bot shows in other brackets."""
    at = cite().quote.index("of")
    citation = cite(1, Span(at, at + 2), Span(4, 7))
    text = "Daily: The dam 🌊 holds 40 million tonnes ［2］ of $$water$$. [1]"
    pieces = rendering.pieces(Answer("q", text, True, citations=(citation,)))
    assert [piece["text"] for piece in pieces if piece.get("bold")] == ["dam", "of"]


def test_what_no_article_backs_is_marked() -> None:
    """Exactly those words, also where they are bold in part."""
    answer = Answer("q", "True 🌊. Made up.", True, unsupported=(Span(8, 15),))
    assert [piece["text"] for piece in rendering.pieces(answer) if piece["unsupported"]] == ["Made up"]


def test_what_is_kept_tells_no_paths_and_holds_the_nearest_passages_only_where_there_is_no_answer() -> None:
    """The rest of what an answer carries is for programs."""
    passage = Passage("p#1", DAM.id, TEXT[START:END] * 20, START, END)
    answered = rendering.kept(
        Answer("q", "The dam [1]", True, citations=(cite(),), passages=(passage,)), shelf
    )
    assert "secret" not in json.dumps(answered)
    assert answered["answer"]["passages"] == []
    assert answered["digests"]["1"] == rendering.digest_of(TEXT[START:END])
    declined = rendering.kept(Answer("q", "No.", False, reason="not_stated", passages=(passage,) * 9), shelf)
    assert declined["titles"] == {DAM.id: "A <i>dam</i> · Daily & Sons"}
    assert len(declined["answer"]["passages"]) == 5
    assert declined["digests"]["p#1"] == rendering.digest_of(passage.text)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "http://[", "", None])
def test_only_web_addresses_are_linked(url: str | None) -> None:
    """Anything else that an article calls its address is left out."""
    assert rendering.web_address(url) is None
    assert rendering.facts(Article("a", "", url=url))["url"] is None
