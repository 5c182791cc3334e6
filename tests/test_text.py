"""Folding keeps the way back, terms do not depend on their neighbours, sentences lose nothing."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from qa_bot.text import fold, fold_text, sentences, term_of, terms, words

ODD = "İıßﬁﬃŒ½é e\u0301\u0323ñ😀👩‍👩‍👧🇬🇧“”‘’–—…\u00a0\u00ad\u200bﷺΣςЙй日本語가Ⅷ①A.z, "
texts = st.text() | st.text(st.sampled_from(ODD), max_size=40)
prose = st.text(st.sampled_from('abc Dr.St.U.S.A.?!…"”’)] \n\t\u00a0-–,;1é。！」日本😀'), max_size=120)
plain_words = st.text(
    st.characters(categories=["Lu", "Ll", "Lo", "Nd"], exclude_characters="\u0130"), min_size=1, max_size=8
)


@given(texts)
def test_every_folded_character_knows_where_it_came_from(text: str) -> None:
    """Folding a piece that a span names gives what the span was made for, at least."""
    folded = fold(text)
    assert len(folded.offsets) == len(folded.text) + 1
    assert list(folded.offsets) == sorted(folded.offsets)
    assert folded.offsets[-1] == len(text)
    for index in range(len(folded.text)):
        span = folded.span(index, index + 1)
        assert folded.text[index] in fold(text[span.start : span.end]).text


@given(texts, st.data())
def test_a_span_of_folded_text_maps_to_whole_characters_around_it(text: str, data: st.DataObject) -> None:
    """Spans never cut a character, and never miss a part of what was found."""
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    span = folded.span(start, end)
    assert 0 <= span.start <= span.end <= len(text)
    assert folded.text[start:end] in fold(text[span.start : span.end]).text


@given(texts)
def test_folding_without_the_way_back_gives_the_same(text: str) -> None:
    """The quick form and the exact form must never part, and folding twice changes nothing."""
    assert fold_text(text) == fold(text).text
    assert fold_text(fold_text(text)) == fold_text(text)


@pytest.mark.parametrize(
    ("text", "needle", "found"),
    [
        ("in İstanbul, today", "istanbul", "İstanbul"),
        ("the ﬁnal oﬃce", "final", "ﬁnal"),
        ("the ﬁnal oﬃce", "office", "oﬃce"),
        ("the cafe\u0301s of", "cafes", "cafe\u0301s"),
        ("the cafe\u0301 of", "cafe", "cafe\u0301"),
        ("😀 “Größe”", '"grosse"', "“Größe”"),
        ("soft\u00adware", "software", "soft\u00adware"),
        ("wait… what", "wait...", "wait…"),
        ("o\ufb03", "f", "\ufb03"),
    ],
)
def test_what_is_found_in_folded_text_is_shown_as_it_was_written(text: str, needle: str, found: str) -> None:
    """Quotes and highlights are cut from the original by these spans."""
    folded = fold(text)
    start = folded.text.index(needle)
    span = folded.span(start, start + len(needle))
    assert text[span.start : span.end] == found


@given(texts)
def test_words_stand_where_they_say(text: str) -> None:
    """Offsets of words are exact and in order, and their terms are those of the word index."""
    found = words(text)
    assert [text[word.start : word.end] for word in found] == [word.text for word in found]
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert [word.term for word in found] == terms(text)
    assert all(word.term and word.term.split() == [word.term] for word in found)


@given(st.lists(plain_words, max_size=8), st.sampled_from([" ", "  ", "\n", " — ", ", ", "? ", " “", "”) "]))
def test_a_question_has_the_terms_of_the_same_words_in_a_passage(parts: list[str], between: str) -> None:
    """What stands around a word must not change its term, or the index would not find it."""
    assert terms(between.join(parts)) == [term for part in parts for term in terms(part)]


@given(texts)
def test_terms_do_not_depend_on_capitals_beyond_the_united_states(text: str) -> None:
    """A question in lower case finds what a headline shouts; "us" and "US" stay apart."""
    lowered = text.casefold()
    if lowered.upper().casefold() == lowered and "us" not in lowered:
        assert terms(lowered.upper().casefold()) == terms(lowered)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ministers'", "Minister’s"),
        ("troops", "Troop"),
        ("1,000", "1000"),
        ("U.S.", "US"),
        ("U.S.A.", "USA"),
        ("Kraków", "Krakow"),
        ("İSTANBUL", "istanbul"),
        ("ﬁred", "firing"),
        ("U.N.", "UN"),
    ],
)
def test_spellings_of_one_word_share_a_term(one: str, other: str) -> None:
    """Inflection, accents, dots and separators make no difference to a search."""
    assert terms(one) == terms(other)
    assert len(terms(one)) == 1


def test_the_country_is_not_the_pronoun() -> None:
    """Folding case would make "US" the most common of words."""
    assert term_of("US") != term_of("us")


def test_letters_of_unspaced_scripts_are_words_wherever_they_stand() -> None:
    """A question takes two letters out of a longer run, which may begin with Latin ones."""
    assert terms("AI技術です") == [*terms("AI"), *terms("技術"), *terms("です")]
    assert [word.text for word in words("G7 東京")] == ["G7", "東", "京"]


@given(prose | texts)
def test_sentences_keep_every_character_in_order_and_within_a_line(text: str) -> None:
    """An answer is made of sentences: none may be lost, doubled, or run over a line's end."""
    spans = sentences(text)
    covered: set[int] = set()
    last = 0
    for span in spans:
        assert last <= span.start < span.end <= len(text)
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        assert "\n" not in piece
        covered.update(range(span.start, span.end))
        last = span.end
    assert all(char.isspace() for index, char in enumerate(text) if index not in covered)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("He left. She stayed.", 2),
        ("Mr. Smith met Gen. Dunn in Washington, D.C. They spoke.", 2),
        ("It cost $3.5 million. Really?", 2),
        ('"We won!" he said.', 1),
        ("“It is over.” Nobody spoke.", 2),
        ("The U.S. Army came. So did others.", 2),
        ("On Nov. 5 they met at No. 10 with J. K. Rowling.", 1),
        ("She said no. Ten men left.", 2),
        ("彼は言った。彼女は去った！", 2),
        ("Wait... what? Yes.", 2),
        ("Heading\nText under it.", 2),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, count: int) -> None:
    """Abbreviations, initials, figures and quotations do not end a sentence; marks of other scripts do."""
    assert len(sentences(text)) == count, [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize("text", ["." * 200_000, "a. " * 100_000, "A.b.C." * 50_000, '! " ' * 50_000])
@pytest.mark.timeout(20)
def test_long_runs_of_marks_take_no_time(text: str) -> None:
    """A file of dots must not hang an indexing run."""
    assert sentences(text)


def test_combining_marks_are_folded_away_in_any_normal_form() -> None:
    """Files from a Mac come decomposed, questions do not."""
    for form in ("NFC", "NFD"):
        assert fold_text(unicodedata.normalize(form, "Çağrı Đặng")) == fold_text("Çağrı Đặng")
