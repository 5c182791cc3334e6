"""Written sentences are held to their passage: false ones are caught, true ones pass."""

from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st

from qa_bot.support import Checker
from qa_bot.types import Article
from tests.written_cases import Case, cases, checker

HARD = ("role", "negation", "opposite")
ARTICLE = Article(
    "dam",
    "The dam at Corrow will be closed for repairs until 3 May, the water board said on Monday. About 40,000 "
    "people depend on it. The board's head, Ida Holm, did not say what the work costs. “We had no choice,” "
    "she said. On Tuesday the mayor, Ole Brandt, called the closure a “costly mistake”.",
    title="Dam at Corrow to close",
    publisher="Valley Post",
    published="2025-04-02",
)


@pytest.fixture(scope="module")
def dam() -> Checker:
    return checker(ARTICLE)


def caught(name: str) -> tuple[Counter[str], Counter[str]]:
    """How many cases of each kind there are in a half, and how many of them nothing supports."""
    checkers: dict[str, Checker] = {}
    found, unsupported = Counter[str](), Counter[str]()
    for case in cases(name):
        kind = case.wrong or "true"
        found[kind] += 1
        unsupported[kind] += not supported(case, checkers)
    return found, unsupported


def supported(case: Case, checkers: dict[str, Checker]) -> bool:
    one = checkers.setdefault(case.article.id, checker(case.article))
    return bool(one.find(case.sentence, [one.sources[0].key]))


@pytest.mark.parametrize("name", ["development", "held_out"])
def test_false_sentences_are_caught_and_true_ones_pass(name: str) -> None:
    """At least 95 % of wrong figures, days, names, quotes and inventions; 60 % of roles and denials; of the
    true ones at most 5 % are marked. Held out, where no rule was looked at: 85, 55 and 10 %."""
    found, unsupported = caught(name)
    hard = sum(unsupported[kind] for kind in HARD) / sum(found[kind] for kind in HARD)
    plain = [kind for kind in found if kind not in (*HARD, "true")]
    share = sum(unsupported[kind] for kind in plain) / sum(found[kind] for kind in plain)
    marked = unsupported["true"] / found["true"]
    least, turned, most = (0.95, 0.6, 0.05) if name == "development" else (0.85, 0.55, 0.1)

    assert sum(found.values()) > 100
    assert (share >= least, hard >= turned, marked <= most) == (True, True, True), (share, hard, marked)


@pytest.mark.parametrize(
    "sentence",
    [
        "The dam at Corrow stays closed until 3 May.",
        "The water board said on 31 March 2025 that the dam will be closed.",
        "Roughly 40,000 people depend on the dam.",
        "Forty thousand people depend on it.",
        "Ida Holm did not say how much the work costs.",
        "“We had no choice,” Holm said.",
        "Mayor Ole Brandt called the closure a “costly mistake”.",
        "Valley Post reports that the dam at Corrow will be closed for repairs.",
    ],
)
def test_a_true_sentence_is_tied_to_the_words_that_say_it(dam: Checker, sentence: str) -> None:
    """The spans are the passage's own sentences."""
    (support,) = dam.find(sentence, ["src-0"])
    quotes = [ARTICLE.text[span.start : span.end] for span in support.spans]

    assert quotes
    assert all(quote and quote in ARTICLE.text for quote in quotes)
    assert support.objection is None


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("About 14,000 people depend on the dam.", "14,000"),
        ("The dam will be closed for repairs until 13 May.", "13 May"),
        ("The dam at Barrow will be closed for repairs until 3 May.", "Barrow"),
        ("Ida Holm called the closure a “costly mistake”.", "somebody else"),
        ("Ole Brandt called the closure a “wise step”.", ""),
        ("Ida Holm said what the work costs.", "denied"),
        ("The dam will be opened for repairs until 3 May.", "closed"),
        ("The water board hopes to sell the dam to an American investor.", ""),
    ],
)
def test_a_false_sentence_is_refused_for_its_fault(dam: Checker, sentence: str, why: str) -> None:
    """The reason names what is wrong."""
    support = dam.check(sentence, dam.sources[0])

    assert not support.holds
    assert why in (support.objection or "")


def test_another_passage_is_found_when_the_cited_one_does_not_say_it() -> None:
    """A wrong marker is put right; an unknown one does no harm."""
    texts = {"a": "The bakery on Mill Lane burned down.", "b": "Rail fares rise by 4 per cent in June."}
    checkers = [checker(Article(key, text, published="2025-04-02")) for key, text in texts.items()]
    sources = [source for one in checkers for source in one.sources]
    both = Checker(
        [type(source)(f"src-{at}", source.passage, source.article) for at, source in enumerate(sources)],
        None,
        checkers[0]._alike._embed,
        checkers[0]._rarity,
    )
    for cited in (["src-0"], ["src-1"], [], ["src-nowhere"]):
        (support,) = both.find("Rail fares rise by four per cent in June.", cited)
        assert support.source.key == "src-1"
    assert both.find("Rail fares rise by five per cent in June.", ["src-1"]) == []


def test_two_cited_passages_may_each_support_a_part() -> None:
    """Each is then cited for its own words."""
    first = checker(Article("a", "Norrail will run a night train to Birna.", published="2025-04-02"))
    second = checker(Article("b", "Skybird will stop flying to Birna in May.", published="2025-04-02"))
    sources = [
        type(source)(key, source.passage, source.article)
        for key, source in (("src-0", first.sources[0]), ("src-1", second.sources[0]))
    ]
    both = Checker(sources, None, first._alike._embed, first._rarity)
    sentence = "Norrail will run a night train to Birna, while Skybird will stop flying to Birna in May."

    assert [item.source.key for item in both.find(sentence, ["src-0", "src-1"])] == ["src-0", "src-1"]


@settings(max_examples=60)
@given(st.text(max_size=80))
def test_any_sentence_can_be_checked(dam: Checker, sentence: str) -> None:
    """And its score is a share."""
    for support in dam.find(sentence, ["src-0"]):
        assert 0 <= support.score <= 1.0001
        assert all(0 <= span.start < span.end <= len(ARTICLE.text) for span in support.spans)


def test_every_sentence_of_an_article_supports_itself() -> None:
    """What is copied word for word is never marked, unless it stands on another sentence."""
    checkers: dict[str, Checker] = {}
    marked = []
    for article in {case.article.id: case.article for case in cases("development")}.values():
        one = checkers.setdefault(article.id, checker(article))
        for source in one.sources:
            marked += [
                item.text for item in one._reading(source).statements if not one.find(item.text, [source.key])
            ]

    assert marked == []
