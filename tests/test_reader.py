"""The reader: words in context, and how well a sentence answers."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from qa_bot import QABot
from qa_bot.candidates import RANKED
from qa_bot.contextual import DIMENSIONS, answering, pair, paired, read
from qa_bot.reader import MATCHES, matches, padded, probability, read_all, reread, scores


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_each_token_has_a_unit_vector_whatever_the_text(texts: list[str]) -> None:
    """Also texts without a word, and longer ones beside shorter ones."""
    for reading in read(texts):
        assert reading.vectors.shape == (len(reading.ids), DIMENSIONS)
        assert np.allclose(np.linalg.norm(reading.vectors, axis=1), 1.0, atol=1e-3)


def test_a_word_is_read_in_its_sentence() -> None:
    """The bank of a river is another than that of money: the same word has two vectors."""
    river, money, lender = (
        reading.vectors[reading.ids.tolist().index(read(["bank"])[0].ids[0])]
        for reading in read(
            ["They sat on the bank of the river.", "The bank lent money.", "A bank makes loans."]
        )
    )
    assert money @ lender > money @ river


def test_long_texts_are_cut_and_none_is_lost() -> None:
    """What is read of a sentence is bounded; the order of texts does not matter."""
    texts = ["word " * 500, "short", "", "two words"]
    forward, backward = read(texts), read(texts[::-1])[::-1]

    assert len(forward[0].ids) < 100
    for one, other in zip(forward, backward, strict=True):
        assert one.ids.tolist() == other.ids.tolist()


def test_a_sentence_that_says_it_matches_better_than_one_that_does_not() -> None:
    """By every measure of matching, other words or not; an empty sentence has values too."""
    asked, sentences = read_all(
        "Who resigned as mayor?", ["The mayor, Elin Storm, stepped down.", "The harbour froze.", ""]
    )
    said, other, empty = (dict(zip(MATCHES, matches(asked, s), strict=True)) for s in sentences)

    assert said["matched"] > other["matched"] > empty["matched"]
    assert said["unmatched_share"] < other["unmatched_share"]
    vectors, outside = padded(sentences)
    assert vectors.shape == (3, max(len(s.ids) for s in sentences), DIMENSIONS)
    assert (1.0 - outside).sum() == sum(len(s.ids) for s in sentences)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=400), min_size=1, max_size=4))
def test_a_pair_is_one_text_of_bounded_length(question: str, sentences: list[str]) -> None:
    """The question's words first, then the sentence's; what is padded is marked; no text is too long."""
    asked, *found = read([question, *sentences])
    pairs = [pair(asked.ids, each.ids) for each in found]
    ids, types, mask = paired(pairs)
    assert ids.shape == types.shape == mask.shape == (len(found), max(len(tokens) for tokens, _ in pairs))
    assert ids.shape[1] <= 90
    for row, ((tokens, begin), each) in enumerate(zip(pairs, found, strict=True)):
        assert ids[row, : len(tokens)].tolist() == tokens and mask[row].sum() == len(tokens)
        assert types[row].sum() == len(tokens) - begin
        assert tokens[1 : begin - 1] == asked.ids.tolist()[:40]
        assert tokens[begin:-1] == each.ids.tolist()[: 90 - begin - 1]
    assert np.isfinite(answering(asked, found)).all()


def test_what_a_sentence_is_asked_decides_how_well_it_answers() -> None:
    """Who resigned is told, what it cost is not; the order of sentences does not matter."""
    sentence = "The mayor, Elin Storm, resigned on Tuesday."
    told, other = (
        answering(asked, found)[0]
        for asked, found in (read_all(q, [sentence]) for q in ("Who resigned?", "How much did it cost?"))
    )
    assert told > other
    asked, found = read_all(
        "Who resigned?", ["The harbour froze on Friday.", sentence, "Ferries cost four crowns."]
    )
    assert np.allclose(answering(asked, found), answering(asked, found[::-1])[::-1], atol=0.05)
    assert answering(asked, found).argmax() == 1


@given(
    st.lists(st.floats(-20, 20), min_size=1, max_size=12),
    st.lists(st.floats(-20, 20), min_size=4, max_size=4),
)
def test_what_is_not_reread_stays_behind(first: list[float], told: list[float]) -> None:
    """Whatever both models say; of those reread the score is the mean."""
    found = np.array(first)
    best = np.argsort(-found, kind="stable")[:4]
    scored = reread(found, np.array(told[: len(best)]), best)
    assert np.allclose(scored[best], (found[best] + told[: len(best)]) / 2)
    assert all(scored[place] <= scored[best].min() for place in range(len(found)) if place not in best)


def test_one_sentence_can_be_scored_and_twenty_can() -> None:
    """Also with features that no sentence has."""
    strange = dict.fromkeys(RANKED, 1e6)
    assert scores("Who resigned?", ["Storm."], [strange]).shape == (1,)
    many = scores("Who resigned?", [f"Storm {n} resigned." for n in range(20)], [strange] * 20)
    assert many.shape == (20,) and np.isfinite(many).all()


def test_probability_grows_with_the_score() -> None:
    """And stays one, whatever the score."""
    found = [probability(score) for score in (-1e9, -3.0, 0.0, 3.0, 1e9)]
    assert found == sorted(found)
    assert 0.0 <= found[0] < 0.5 < found[-1] <= 1.0


@pytest.mark.parametrize(
    ("question", "held"),
    [("Who is in charge of MI6?", "Richard Moore"), ("Who met Belousov at the airport?", "No Kwang Chol")],
)
def test_other_words_than_the_article_s_are_understood(question: str, held: str) -> None:
    """No word of such a question need stand in the sentence that answers."""
    with QABot() as bot:
        assert held in bot.answer(question).text
