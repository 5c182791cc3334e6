"""The built-in embedder gives unit vectors, needs no network, and plugs into LlamaIndex."""

import asyncio

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from qa_bot.errors import SettingsError
from qa_bot.models import (
    WordLlamaEmbedding,
    embed_question,
    embed_texts,
    embedder,
    word_vectors,
)
from qa_bot.static_vectors import SIZES, unit
from tests.fakes import FakeEmbedding


@pytest.mark.parametrize("size", SIZES)
def test_each_built_in_size_gives_unit_vectors_of_that_size(size: int) -> None:
    """Cosines are dot products, and a shorter vector is the beginning of the longer one."""
    model = embedder(f"wordllama:{size}")
    vectors = embed_texts(model, ["Troops crossed the border.", "Prices rose.", ""])
    assert vectors.shape == (3, size)
    assert np.allclose(np.linalg.norm(vectors[:2], axis=1), 1, atol=1e-6)
    assert not vectors[2].any()
    longest = embed_texts(embedder("wordllama:256"), ["Prices rose."])[0, :size]
    assert np.allclose(vectors[1], longest / np.linalg.norm(longest), atol=1e-6)


@pytest.mark.parametrize("name", ["wordllama", "wordllama:100", "openai:gpt", "", "wordllama:256 "])
def test_an_unknown_embedder_is_told_with_those_there_are(name: str) -> None:
    """A typo is mended from the message alone."""
    with pytest.raises(SettingsError, match="wordllama:256"):
        embedder(name)


def test_it_sums_tokens_as_wordllama_itself_does() -> None:
    """The quick way round its `embed` must point where `embed` points."""
    from pathlib import Path

    import wordllama

    reference = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    texts = ["One.", "A much longer text about prices, troops and 日本語 😀.", "two\nlines", "x " * 300]
    assert np.allclose(word_vectors(texts), unit(reference.embed(texts)), atol=1e-6)


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30), max_size=5))
def test_a_text_has_the_same_vector_alone_and_in_a_batch(texts: list[str]) -> None:
    """Or an article's vectors would depend on what was indexed with it."""
    model = WordLlamaEmbedding()
    together = embed_texts(model, texts)
    assert together.shape == (len(texts), 256)
    for text, row in zip(texts, together, strict=True):
        assert np.allclose(embed_question(model, text), row, atol=1e-6)
        assert np.isfinite(row).all()


def test_it_is_a_llama_index_embedding() -> None:
    """Any LlamaIndex program can use it, one text at a time, in batches, or awaited."""
    model = WordLlamaEmbedding(dimensions=64)
    one = model.get_text_embedding("Prices rose.")
    assert model.get_text_embedding_batch(["Prices rose.", "x"])[0] == pytest.approx(one)
    assert model.get_query_embedding("Prices rose.") == pytest.approx(one)
    assert asyncio.run(model.aget_query_embedding("Prices rose.")) == pytest.approx(one)
    assert model.model_name == "wordllama:64"


def test_any_llama_index_embedding_can_be_used() -> None:
    """Its vectors are scaled to length 1."""
    vectors = embed_texts(FakeEmbedding(), ["a b", "c", ""])
    assert vectors.shape == (3, 8)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 0])
    assert np.allclose(embed_question(FakeEmbedding(), "a b"), vectors[0], atol=1e-6)


def test_near_synonyms_are_nearer_than_strangers() -> None:
    """That is what the vectors are for."""
    soldiers, troops, cheese = word_vectors(["soldiers", "troops", "cheese"])
    assert soldiers @ troops > soldiers @ cheese + 0.2


def test_rows_that_are_no_numbers_become_zeros() -> None:
    """Chroma refuses NaN, and one bad row must not cost the batch."""
    rows = unit(np.array([[3, 4], [0, 0], [np.nan, 0]], dtype=np.float32))
    assert rows.tolist() == [pytest.approx([0.6, 0.8]), [0, 0], [0, 0]]
    assert word_vectors([]).shape == (0, 256)
