"""Prompts say which variables they have, and take those and no others."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from qa_bot.config import bundled
from qa_bot.errors import QABotError
from qa_bot.prompts import fill, filled

HEAD = "<!--\nA test. Variables:\n- `name`: a name\n-->\n"


def prompt(folder: Path, text: str) -> Path:
    path = folder / "one.md"
    path.write_text(text, "utf-8")
    return path


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_a_value_is_put_in_as_it_is(value: str) -> None:
    """What an article says is never a template, and is not changed on its way to the model."""
    passages = [{"key": "src-1234", "publisher": "P", "published": "today", "text": value}]
    text = fill("answer", boundary="BB", passages=passages, as_of="today", question="Who?")

    assert f"=== BB passage [src-1234] P, today ===\n{value}\n=== BB end ===" in text


@pytest.mark.parametrize(
    "name", [path.stem for path in bundled("prompts").glob("*.md") if path.stem != "README"]
)
def test_every_prompt_names_what_it_uses(name: str) -> None:
    """A prompt with a missing or an odd value is refused, in a sentence that names it."""
    with pytest.raises(QABotError, match="odd_one"):
        fill(name, odd_one=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("No head {{ name }}", "must begin with a comment"),
        (HEAD + "{{ other }}", "uses"),
        (HEAD + "nothing", "uses"),
        (HEAD + "{{ name", "is no template"),
        (HEAD + "{{ name.__class__.__mro__ }}", "cannot be filled"),
        (HEAD + "{{ name.missing }}", "cannot be filled"),
    ],
)
def test_a_wrong_prompt_is_told(tmp_path: Path, text: str, said: str) -> None:
    """Which prompt, and what is wrong with it."""
    with pytest.raises(QABotError, match=said) as caught:
        filled(prompt(tmp_path, text), {"name": "x"})
    assert "one.md" in str(caught.value)


def test_a_missing_prompt_is_told(tmp_path: Path) -> None:
    """An installation without its prompts says so."""
    with pytest.raises(QABotError, match=r"nowhere\.md"):
        filled(tmp_path / "nowhere.md", {})
