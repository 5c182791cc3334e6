"""The stories that the reader is trained on: their compact form."""

from pathlib import Path

import pytest

from tools.stories import stories

TRAINING = Path(__file__).parent.parent / "tools" / "training"
_STORY = """== Tarn Post | 2023-04-11 | Ferry runs aground
1 A ferry with 212 people on board ran aground on Monday.
2 Its captain, Ida Melsom, is 51.
== Coastal Wire | 2023-04-13 | Captain suspended
3 Melsom was suspended on Wednesday.
?
Who was in charge? | 2, 3
How many were injured? | -
"""


def test_a_story_has_reports_and_questions(tmp_path: Path) -> None:
    """Each question with the sentences that answer it; an empty line between stories may be missing."""
    file = tmp_path / "two.txt"
    file.write_text(_STORY + _STORY, "utf-8")
    first, second = stories(file)

    assert first == second
    assert [report.publisher for report in first.reports] == ["Tarn Post", "Coastal Wire"]
    assert first.reports[0].text == (
        "A ferry with 212 people on board ran aground on Monday. Its captain, Ida Melsom, is 51."
    )
    captain = ["Its captain, Ida Melsom, is 51.", "Melsom was suspended on Wednesday."]
    assert first.questions == [("Who was in charge?", captain), ("How many were injured?", [])]


@pytest.mark.parametrize("line", ["Who? | 9", "Who?", "Who? | two"])
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str) -> None:
    """With its number, so that it can be mended."""
    file = tmp_path / "one.txt"
    file.write_text(f"{_STORY}{line}\n", "utf-8")
    with pytest.raises(ValueError, match=r"one\.txt:9"):
        stories(file)


def test_nearly_half_of_the_training_questions_have_no_answer() -> None:
    """And every file of them can be read."""
    told = [story for file in TRAINING.glob("*.txt") for story in stories(file)]
    questions = [answers for story in told for _, answers in story.questions]
    assert len(questions) > 12_000
    assert 0.40 < sum(not answers for answers in questions) / len(questions) < 0.50
