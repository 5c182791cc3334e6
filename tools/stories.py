"""Stories made up for training, in a compact form that is quick to write and to read.

A file holds stories, empty lines between them or not. A story is some reports, its sentences numbered
through, and questions with the numbers of all sentences that answer, or "-" where none does:

    == Outlet | 2023-04-11 | Headline
    1 A sentence.
    2 Another one.
    ?
    Who ...? | 2
    How many ...? | -
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_REPORT = re.compile(r"== ?(.+?) \| (\d{4}-\d\d-\d\d) \| (.+)")
_SENTENCE = re.compile(r"(\d+) (\S.*)")
_QUESTION = re.compile(r"(\S.*?) ?\| ?(-|\d+(?:[, ]+\d+)*)")
_PARAGRAPH = 2  # sentences of a paragraph


@dataclass(frozen=True)
class Report:
    """An article: who brought it, on which day (YYYY-MM-DD), its headline and sentences by number."""

    publisher: str
    published: str
    title: str
    sentences: dict[int, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentences as paragraphs."""
        told = list(self.sentences.values())
        return "\n\n".join(
            " ".join(told[start : start + _PARAGRAPH]) for start in range(0, len(told), _PARAGRAPH)
        )


@dataclass(frozen=True)
class Story:
    """Some reports, and questions each with the sentences that answer it, none where nothing does."""

    reports: list[Report] = field(default_factory=list)
    questions: list[tuple[str, list[str]]] = field(default_factory=list)


def stories(file: Path) -> list[Story]:
    """The stories of a file. Raises ValueError, with the line's number, where a line is none of the form."""
    found: list[Story] = [Story()]
    asking = False
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        line = line.strip()
        if ((match := _REPORT.fullmatch(line)) and asking) or (not line and found[-1].questions):
            found.append(Story())
            asking = False
        story = found[-1]
        if match:
            story.reports.append(Report(match[1], match[2], match[3]))
        elif line == "?":
            asking = True
        elif not asking and story.reports and (match := _SENTENCE.fullmatch(line)):
            story.reports[-1].sentences[int(match[1])] = match[2]
        elif asking and (match := _QUESTION.fullmatch(line)):
            story.questions.append((match[1], _told(story, match[2], f"{file}:{number}")))
        elif line:
            raise ValueError(f"{file}:{number} is no report, sentence or question: {line!r}")
    return [story for story in found if story.reports]


def _told(story: Story, numbers: str, place: str) -> list[str]:
    if numbers == "-":
        return []
    sentences = {number: text for report in story.reports for number, text in report.sentences.items()}
    try:
        return [sentences[int(number)] for number in re.findall(r"\d+", numbers)]
    except KeyError as error:
        raise ValueError(f"{place} names sentence {error}, which the story has not.") from None
