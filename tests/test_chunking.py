"""Passages hold every word of a text once, at exact offsets, and are about as long as asked for."""

import pytest
from hypothesis import given, strategies as st

from qa_bot.chunking import passages

prose = st.text(st.sampled_from("abcdeé  .?!\n日本語。😀 -"), max_size=400)
endless = st.builds(
    lambda unit, count: unit * count, st.sampled_from(["a", "日", "ab ", "x,", "😀"]), st.integers(1, 4000)
)


@given(prose | endless | st.text(), st.integers(1, 60))
def test_passages_hold_every_character_that_is_not_space_once_and_in_order(text: str, target: int) -> None:
    """What no passage holds can never be found."""
    last = 0
    for span in passages(text, target):
        assert last <= span.start < span.end <= len(text)
        assert not text[last : span.start].strip()
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        last = span.end
    assert not text[last:].strip()


@given(prose | endless, st.integers(1, 60))
def test_no_passage_is_longer_than_twice_the_target(text: str, target: int) -> None:
    """Also of texts without spaces or sentence ends: a passage is what an answer is looked for in."""
    for span in passages(text, target):
        piece = text[span.start : span.end]
        assert len(piece.split()) <= 2 * target
        assert len(piece) <= 12 * 2 * target + target


def test_sentences_stay_whole_when_they_are_not_too_long() -> None:
    """Only a sentence of more than twice the target is cut."""
    sentence = "One two three four five six seven eight nine ten."
    text = " ".join([sentence] * 20)
    for span in passages(text, 25):
        assert text[span.start : span.end] in (sentence, f"{sentence} {sentence}")


def test_a_paragraph_border_is_preferred_to_a_full_passage() -> None:
    """Paragraphs stay together more often than not."""
    text = "One two three four five six seven eight.\n\nNine ten eleven. Twelve."
    assert [text[span.start : span.end][:4] for span in passages(text, 10)] == ["One ", "Nine"]


def test_a_long_sentence_is_cut_between_words() -> None:
    """A table without full stops still gives passages that begin and end with whole words."""
    text = " ".join(f"word{number}" for number in range(1000))
    spans = passages(text, 50)
    assert len(spans) >= 10
    assert " ".join(text[span.start : span.end] for span in spans) == text


def test_letters_of_unspaced_scripts_count_as_words() -> None:
    """A Chinese article is not one passage because it has no spaces."""
    text = "".join("莫斯科宣布了一项新的协议。" for _ in range(100))
    assert len(passages(text, 60)) > 5


@pytest.mark.timeout(20)
def test_a_huge_text_without_spaces_takes_no_time() -> None:
    """Base64 in an article must not hang an indexing run."""
    assert len(passages("x" * 5_000_000, 120)) > 1000


def test_a_target_below_one_is_refused() -> None:
    """It would never end."""
    with pytest.raises(ValueError, match="at least 1"):
        passages("text", 0)
