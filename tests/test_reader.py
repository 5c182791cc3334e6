"""The reader: a question and sentences as one text, and how well each answers."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from qa_bot import QABot
from qa_bot.candidates import RANKED
from qa_bot.contextual import layout, states, tokens
from qa_bot.reader import scores

_QUESTION, _TEXTS = st.text(max_size=200), st.lists(st.text(max_size=400), min_size=1, max_size=12)


@settings(max_examples=50, deadline=None)
@given(_QUESTION, _TEXTS)
def test_question_and_sentences_are_one_text_of_bounded_length(question: str, sentences: list[str]) -> None:
    """The question first, then each sentence in its span, a mark at each end; none is lost, however long."""
    asked, *told = tokens([question, *sentences])
    laid = layout(asked, told)
    assert len(laid.ids) == len(laid.types) <= 448
    begin = len(laid.ids) - int(laid.types.sum())
    assert laid.ids[1 : begin - 1].tolist() == asked[:40]
    assert [span[0] for span in laid.spans] == [begin, *(span[1] for span in laid.spans[:-1])]
    assert laid.spans[-1][1] == len(laid.ids) and len(laid.spans) == len(sentences)
    for (first, last), each in zip(laid.spans, told, strict=True):
        assert laid.ids[first : last - 1].tolist() == each[: last - 1 - first]
    assert np.isfinite(states(laid)).all()


def test_the_longest_sentences_are_cut_first() -> None:
    """A short sentence among long ones keeps all its words."""
    short, long = tokens(["Two words.", "word " * 500])
    laid = layout(short, [long, short, *[long] * 8])
    lengths = [last - first - 1 for first, last in laid.spans]
    assert lengths[1] == len(short) and set(lengths) == {len(short), min(lengths[0], len(long))}
    assert 430 < len(laid.ids) <= 448


def test_what_is_asked_decides_which_sentence_answers() -> None:
    """Who resigned is told, what it cost is not; where the sentence stands does not matter."""
    none = dict.fromkeys(RANKED, 0.0)
    sentence = "The mayor, Elin Storm, resigned on Tuesday."
    told, other = (
        scores(q, [sentence], [none])[0] for q in ("Who resigned?", "How much did the party cost?")
    )
    assert told > other
    around = ["The harbour froze on Friday.", "Ferries cost four crowns.", "Nobody was hurt."]
    for place in range(4):
        texts = [*around[:place], sentence, *around[place:]]
        assert scores("Who stepped down?", texts, [none] * 4).argmax() == place


def test_one_sentence_can_be_scored_and_twenty_can() -> None:
    """Also with features that no sentence has."""
    strange = dict.fromkeys(RANKED, 1e6)
    assert scores("Who resigned?", ["Storm."], [strange]).shape == (1,)
    many = scores("Who resigned?", [f"Storm {n} resigned." for n in range(20)], [strange] * 20)
    assert many.shape == (20,) and np.isfinite(many).all()


@pytest.mark.parametrize(
    ("question", "held"),
    [("Who is in charge of MI6?", "Richard Moore"), ("Who met Belousov at the airport?", "No Kwang Chol")],
)
def test_other_words_than_the_article_s_are_understood(question: str, held: str) -> None:
    """No word of such a question need stand in the sentence that answers."""
    with QABot() as bot:
        assert held in bot.answer(question).text
