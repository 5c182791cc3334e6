"""Citations: quotes by offset, markers that match them, and what is found untrue."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from qa_bot.citations import cite, faults, markers, shown
from qa_bot.types import Answer, Article, Span

ARTICLE = Article("one", "Ada Lind resigned. Bo Holm [1] did not.", title="News")


@st.composite
def quoted(draw: st.DrawFn) -> tuple[str, Span, list[Span]]:
    """A text, a span that is part of it, and spans anywhere."""
    text = draw(st.text(min_size=1, max_size=40))
    place = st.integers(0, len(text))
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    marks = draw(st.lists(st.builds(Span, place, place), max_size=5))
    return text, Span(start, end), marks


@given(quoted())
def test_a_quote_is_what_its_article_says_there(given_: tuple[str, Span, list[Span]]) -> None:
    """Highlights lie inside the quote, apart and in order, and say what the marks said."""
    text, span, marks = given_
    citation = cite(3, Article("one", text), span, "one#0", marks)
    inside = [mark for mark in marks if span.start <= mark.start < mark.end <= span.end]
    covered = {at for mark in inside for at in range(mark.start, mark.end)}

    assert citation.quote == text[citation.start : citation.end]
    assert (citation.number, citation.passage_id) == (3, "one#0")
    assert {span.start + at for h in citation.highlights for at in range(h.start, h.end)} == covered
    ends = [0, *(place for h in citation.highlights for place in (h.start, h.end)), len(citation.quote)]
    assert ends == sorted(ends)
    assert text[span.start : span.end] == citation.quote


@pytest.mark.parametrize("span", [Span(0, 0), Span(3, 2), Span(-1, 4), Span(0, 99), Span(40, 41)])
def test_what_is_no_part_of_the_text_cannot_be_cited(span: Span) -> None:
    """An empty span and one that reaches outside are errors of the caller."""
    with pytest.raises(ValueError, match="no part of a text of 39 characters"):
        cite(1, ARTICLE, span, "one#0")


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("The report [1] said.", "The report ［1］ said."),
        ("[12][3]", "［12］［3］"),
        ("[[1]]", "[［1］]"),
        ("two\n  lines\tand\u00a0more", "two lines and more"),
        ("[a] [1a] [ 1 ] [-1]", "[a] [1a] [ 1 ] [-1]"),
        ("[٣]", "［٣］"),
    ],
)
def test_a_quote_is_shown_on_one_line_without_markers(quote: str, expected: str) -> None:
    """A number in brackets is set in other brackets; white space becomes one space."""
    assert shown(quote) == expected


@given(st.text(st.sampled_from("[]0１9٣ \n\tab,"), max_size=30), st.integers(1, 99))
def test_the_only_marker_beside_a_shown_quote_is_ours(quote: str, number: int) -> None:
    """Whatever a quote holds, "quote [n]" has exactly the marker n."""
    assert markers(shown(quote)) == []
    assert markers(f"{shown(quote)} [{number}]") == [number]
    assert "\n" not in shown(quote)
    assert re.sub(r"\s", "", shown(quote)).translate(str.maketrans("［］", "[]")) == re.sub(r"\s", "", quote)


def answer(text: str, *spans: Span, answered: bool = True) -> Answer:
    citations = [cite(n, ARTICLE, span, "one#0", [span]) for n, span in enumerate(spans, 1)]
    return Answer("q", text, answered, citations=tuple(citations))


def test_a_true_answer_has_no_faults() -> None:
    """Markers and citations match, quotes are true; the same marker may stand twice."""
    true = answer("Ada [1], and Bo [2], said Ada [1].", Span(0, 18), Span(19, 39))

    assert faults(true, lambda _: ARTICLE) == []
    assert faults(answer("Nothing is known.", answered=False), lambda _: ARTICLE) == []


@pytest.mark.parametrize(
    ("untrue", "named"),
    [
        (answer("Ada.", Span(0, 18)), "markers"),
        (answer("Ada [1] [2].", Span(0, 18)), "markers"),
        (answer("Ada [2].", Span(0, 18)), "markers"),
        (answer("Ada [1].", Span(0, 18), answered=False), "declined"),
    ],
)
def test_untrue_markers_are_found(untrue: Answer, named: str) -> None:
    """A citation without marker, a marker without citation, and citations of a declined answer."""
    (fault,) = faults(untrue, lambda _: ARTICLE)

    assert named in fault


def test_untrue_quotes_and_highlights_are_found() -> None:
    """A quote that its article does not say there, and a highlight outside the quote."""
    true = answer("Ada [1].", Span(0, 18))
    (citation,) = true.citations
    beyond = replace(true, citations=(replace(citation, highlights=(Span(0, 19),)),))

    assert faults(true, lambda _: replace(ARTICLE, text="x" + ARTICLE.text)) == [
        "Citation 1 is not what its article says there."
    ]
    assert faults(beyond, lambda _: ARTICLE) == ["Citation 1 has a highlight outside its quote."]
