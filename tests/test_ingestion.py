"""What comes into an index is whole and current; copies are known; a run that was stopped goes on."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_bot import QABot
from qa_bot.articles import Source
from qa_bot.copies import SAME, bands, likeness, signature
from qa_bot.errors import ArticleError
from qa_bot.ingestion import Report
from qa_bot.languages import language_of
from qa_bot.progress import Progress
from qa_bot.reading import Limits, Reading
from qa_bot.types import Article
from tests.documents import BODY, archive, page, pdf

WORDS = (
    "harbour ferry island winter engine board repairs council mayor bridge port vote budget storm ice".split()
)


def words(seed: int, count: int = 300) -> list[str]:
    luck = random.Random(seed)
    return [f"{luck.choice(WORDS)}{luck.randrange(60)}" for _ in range(count)]


def text(parts: list[str]) -> str:
    return "".join(
        " ".join(parts[at : at + 12]).capitalize() + ". " for at in range(0, len(parts), 12)
    ).strip()


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[QABot]:
    (tmp_path / "index").mkdir()
    (tmp_path / "news").mkdir()
    with QABot(tmp_path / "index") as opened:
        yield opened


def outcomes(report: Report) -> dict[str, int]:
    return {name: len(ids) for name, ids in report.to_dict().items() if ids and name != "undated"}


# --- copies -------------------------------------------------------------------------------------


def test_likeness_is_estimated_within_its_error() -> None:
    """Held against the true share of runs (Jaccard) for texts that share more and more."""
    base = words(1, 600)
    for kept in (0, 150, 300, 450, 550, 600):
        other = base[:kept] + words(kept + 2, 600 - kept)
        first, second = ({tuple(part[at : at + 4]) for at in range(597)} for part in (base, other))
        true = len(first & second) / len(first | second)
        one, two = signature(base), signature(other)
        assert one is not None and two is not None
        assert abs(likeness(one, two) - true) < 0.2
        if true > 0.9:
            assert set(bands(one)) & set(bands(two))
    assert signature(base[:20]) is None
    assert signature(base[:20] * 500) is None, "said over and over, it is still too little"
    assert signature(base * 2) == signature(base * 3)


def test_a_wire_story_in_several_papers_is_one_report(bot: QABot, tmp_path: Path) -> None:
    """With another title, a line of one's own, and some words changed; another story is not of it."""
    story = words(1)
    edited = [*words(9, 12), *story[:280]]
    edited[100] = "changed"
    files = {"wire.txt": story, "paper.txt": edited, "other.txt": words(2), "short.txt": story[:10]}
    for name, parts in files.items():
        (tmp_path / "news" / name).write_text(text(parts), "utf-8")
    bot.add([tmp_path / "news"])
    groups = {article.id: article.group for article in bot.articles()}
    assert groups["wire.txt"] == groups["paper.txt"] != groups["other.txt"]
    assert (groups["wire.txt"] is None, groups["other.txt"], groups["short.txt"]) == (False, None, None)
    assert sorted(bot.copies("wire.txt")) == ["paper.txt", "wire.txt"]
    assert bot.copies("other.txt") == ["other.txt"]
    cited = bot.search(" ".join(story[:4]), limit=50)
    assert {bot.article(passage.article_id).group for passage in cited} <= {groups["wire.txt"], None}
    # Ranked passages carry the group of their article, too.
    (tmp_path / "news" / "third.txt").write_text(text([*story, *words(7, 20)]), "utf-8")
    bot.add([tmp_path / "news"])
    assert len(bot.copies("wire.txt")) == 3
    (tmp_path / "news" / "paper.txt").write_text(text(words(5)), "utf-8")
    (tmp_path / "news" / "third.txt").unlink()
    bot.add([tmp_path / "news"], prune=True)
    assert {article.group for article in bot.articles()} == {None}
    assert 0 < SAME < 1


# --- changes ------------------------------------------------------------------------------------


def test_a_changed_article_takes_the_place_of_the_one_before(bot: QABot, tmp_path: Path) -> None:
    """Its earlier text is kept and found by nobody who asks; what was put right is known."""
    path = tmp_path / "news" / "a.txt"
    path.write_text("The ferry Alma has one engine, the harbour board said on Monday.", "utf-8")
    bot.add([path])
    path.write_text(
        "The ferry Alma has two engines, the harbour board said.\n\nCorrection: It has two engines, not one.",
        "utf-8",
    )
    assert outcomes(bot.add([path])) == {"changed": 1}
    (before,) = bot.versions("a.txt")
    assert (before.text, before.superseded) == (
        "The ferry Alma has one engine, the harbour board said on Monday.",
        True,
    )
    now = bot.article("a.txt")
    assert (now.superseded, now.corrections) == (False, ("Correction: It has two engines, not one.",))
    answer = bot.answer("How many engines does the ferry Alma have?")
    assert [notice for notice in answer.notices if "two engines, not one" in notice]
    assert not [passage for passage in bot.search("ferry engine Monday") if "one engine, the" in passage.text]
    bot.delete(["a.txt"])
    bot.add([path])
    assert bot.versions("a.txt") == []


def test_when_only_facts_change_nothing_is_embedded_again(bot: QABot, tmp_path: Path) -> None:
    """The passages stay as they are, under the new facts; the text has no earlier version."""
    path = tmp_path / "news" / "a.md"
    path.write_text("---\npublisher: One\n---\nThe ferry stops for the winter.", "utf-8")
    bot.add([path])
    imported = bot.article("a.md").imported
    path.write_text("---\npublisher: Two\ndate: 2024-11-12\n---\nThe ferry stops for the winter.", "utf-8")
    assert outcomes(bot.add([path])) == {"changed": 1}
    changed = bot.article("a.md")
    assert (changed.publisher, changed.published, changed.imported) == ("Two", "2024-11-12", imported)
    assert bot.search("ferry", publisher="two", since="2024-11-12")
    assert (bot.versions("a.md"), bot.check()) == ([], [])


def test_each_article_tells_what_it_is(bot: QABot, tmp_path: Path) -> None:
    """Its language and when it was imported; never today's date in place of its own."""
    (tmp_path / "news" / "a.txt").write_text(
        "Die Fähre nach Skerry fährt im Winter nicht, sagte der Bürgermeister am Montag.", "utf-8"
    )
    (tmp_path / "news" / "b.txt").write_text("\n".join(BODY), "utf-8")
    bot.add([tmp_path / "news"])
    german, english = bot.article("a.txt"), bot.article("b.txt")
    assert (german.language, english.language) == ("de", "en")
    assert (german.published, german.date_source, german.date_certainty) == (None, None, None)
    assert german.imported is not None and german.imported[:2] == "20"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "Winners: Best film, The Pier. Best song, Ice, by the two who wrote it. They said it was late.",
        ),
        (
            "da",
            "Regeringen vil have mere tid, for at se på sagen. Det er for dyrt at bo her, sagde ministeren.",
        ),
        ("nl", "De veerboot was stil, en het is niet bekend of hij nog komt, zei de minister van de stad."),
        ("de", "Der Film The Man Who Sold The Pier läuft seit Montag, sagte der Bürgermeister der Stadt."),
        ("fr", "Le ministre a dit que le pont serait fermé lundi, et que The Harbour Daily le savait déjà."),
    ],
)
def test_a_language_is_told_from_its_neighbours(language: str, text: str) -> None:
    """English by its own words; not by those that others have, nor by a title."""
    assert language_of(text) == language


# --- what is read apart -------------------------------------------------------------------------


def test_files_of_every_kind_are_read_once_and_told(bot: QABot, tmp_path: Path) -> None:
    """A page that has not changed is not even read again; what fails is told each time, the rest is there."""
    news = tmp_path / "news"
    (news / "a.html").write_text(page(), "utf-8")
    (news / "b.pdf").write_bytes(pdf())
    (news / "c.zip").write_bytes(archive({"one.txt": b"One of two.", "two.txt": b"Two of two."}))
    (news / "d.html").write_text("<html></html>", "utf-8")
    (news / "a_files").mkdir()
    (news / "a_files" / "frame.html").write_text(page(title="Not an article"), "utf-8")
    told: list[tuple[str, str]] = []

    def tell(outcome: str, about: Article | str) -> None:
        told.append((outcome, about if isinstance(about, str) else about.id))

    assert outcomes(bot.add([news], on_article=tell)) == {"added": 4, "failed": 1}
    assert ("added", "c.zip/two.txt") in told
    assert [outcome for outcome, _ in told].count("failed") == 1
    assert outcomes(bot.add([news], prune=True)) == {"unchanged": 4, "failed": 1}
    (news / "c.zip").write_bytes(archive({"one.txt": b"One of one."}))
    assert outcomes(bot.add([news], prune=True)) == {"unchanged": 2, "changed": 1, "removed": 1, "failed": 1}


def test_pages_that_share_an_address_are_both_indexed(bot: QABot, tmp_path: Path) -> None:
    """One goes by its path. None is lost, and none changes places with the other in the next run."""
    head = "<link rel='canonical' href='https://paper.example/story'>"
    (tmp_path / "news" / "a.html").write_text(page(head=head), "utf-8")
    (tmp_path / "news" / "b.html").write_text(page(head=head, paragraphs=(*BODY, "And more.")), "utf-8")
    assert outcomes(bot.add([tmp_path / "news"])) == {"added": 2}
    assert {article.id for article in bot.articles()} == {"https://paper.example/story", "b.html"}
    (tmp_path / "news" / "b.html").write_text(page(head=head, paragraphs=(*BODY, "And less.")), "utf-8")
    assert outcomes(bot.add([tmp_path / "news"])) == {"unchanged": 1, "changed": 1}


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(seconds=0.01), "took longer"),
        (Limits(bytes=90_000_000), "memory|break off|does not look like"),
    ],
)
def test_a_reader_that_takes_too_much_costs_only_its_source(
    tmp_path: Path, limits: Limits, told: str
) -> None:
    """Time or memory: one sentence for that file, and the next is read by another reader."""
    (tmp_path / "a.html").write_text(page(paragraphs=BODY * 30_000), "utf-8")
    (tmp_path / "b.txt").write_text("Words.", "utf-8")
    sources = [Source(tmp_path / "a.html", "a"), Source(tmp_path / "b.txt", "b")]
    with Reading(limits, readers=1) as reading:
        found = [list(items) for _, items in reading.read(sources)]
    ((error,), (article,)) = found
    assert isinstance(error, ArticleError)
    assert any(part in str(error) for part in told.split("|")), error
    assert isinstance(article, Article)


# --- long work ----------------------------------------------------------------------------------


def test_progress_tells_counts_rate_and_time_left() -> None:
    """Once a second at most; the time left once a rate is known."""
    said: list[str] = []
    progress = Progress(said.append, total=1000)
    progress._began -= 10
    progress.tell(50, 0, 100)
    assert said == []
    progress._spoken -= 2
    progress.tell(1500, 500, 250)
    assert said == ["1,500 articles indexed, 500 unchanged, 200 a second, 25%, 30 s left ..."]


@pytest.mark.timeout(90)
def test_a_run_that_is_interrupted_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Ctrl-C ends it at once with 130; what was stored stays, and the next run adds the rest."""
    rows = [json.dumps({"id": f"a{n}", "text": text(words(n, 400))}) for n in range(1500)]
    (tmp_path / "news.jsonl").write_text("\n".join(rows), "utf-8")
    index = ("--index-dir", str(tmp_path / "index"), "--json")
    command = [sys.executable, "-m", "qa_bot", "index", str(tmp_path / "news.jsonl"), *index]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    output, messages = tmp_path / "out.json", tmp_path / "err.txt"  # a pipe that nobody reads would stop it
    with output.open("w") as out, messages.open("w") as err:
        child = subprocess.Popen(command, env=environment, stdout=out, stderr=err)
        stored, deadline = 0, time.monotonic() + 60
        while not stored and child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
            stored = _articles(tmp_path / "index")
        child.send_signal(signal.SIGINT)
        child.wait(timeout=30)
    told = messages.read_text("utf-8")
    assert (child.returncode, "Traceback" in told) == (130, False), told
    assert "run the same command again" in told
    assert json.loads(output.read_text("utf-8"))["error"]["type"] == "Interrupted"
    stored = _articles(tmp_path / "index")
    assert 0 < stored < 1500
    with QABot(tmp_path / "index") as bot:
        assert outcomes(bot.add([tmp_path / "news.jsonl"])) == {"added": 1500 - stored, "unchanged": stored}
        assert bot.check() == []


def _articles(index: Path) -> int:
    """How many articles a catalogue has, seen from outside; 0 while there is none."""
    if not (index / "catalogue.sqlite").exists():
        return 0
    with contextlib.closing(sqlite3.connect(index / "catalogue.sqlite")) as db:
        try:
            (count,) = db.execute("SELECT count(*) FROM article").fetchone()
        except sqlite3.OperationalError:  # it is being made
            return 0
    return int(count)
