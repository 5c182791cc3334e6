"""Preparing in a helper process: the same as here, only beside it; and it never outlives whom it helps."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from qa_bot.ingestion import Indexing
from qa_bot.preparing import Helper, HelperError, Prepared, prepare
from qa_bot.static_vectors import text_vectors
from qa_bot.store import Build, Store
from qa_bot.types import Article, Filters, Passage
from qa_bot.word_index import WeightedTerm

ROOT = Path(__file__).parents[1]
SIZE, WORDS = 64, 20
BUILD = Build(f"wordllama:{SIZE}", WORDS)
embed = partial(text_vectors, size=SIZE)
TEXTS = ["One sentence. Another – with a dash.\n\nA second paragraph, 😀.", "", "Short.", "Long words. " * 60]


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More articles than go into three batches; one id is there twice."""
    file = tmp_path_factory.mktemp("news") / "news.jsonl"
    write_news(file)
    return file


def write_news(file: Path, count: int = 6500) -> None:
    rows = [
        {
            "id": f"a{number}",
            "title": f"Title {number % 7}",
            "text": f"Marker{number} stands here. {TEXTS[0]}",
        }
        for number in range(count)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in [*rows, rows[0]]), "utf-8")


class Mortal(Helper):
    """A helper that is killed when it is about to give its second batch."""

    taken = 0

    def take(self) -> list[Prepared]:
        self.taken += 1
        if self.taken == 2:
            os.kill(self.pid, signal.SIGTERM)
        return super().take()


class Deaf(Helper):
    """A helper that is killed before it is handed anything."""

    def __init__(self, size: int, passage_words: int) -> None:
        super().__init__(size, passage_words)
        os.kill(self.pid, signal.SIGTERM)
        time.sleep(0.2)


def missing(size: int, passage_words: int) -> Helper:
    raise HelperError("no more processes")


def without_time(found: dict[int, tuple[Passage, Article]]) -> dict[int, tuple[Passage, Article]]:
    """Passages and articles, but for when each article was imported."""
    return {number: (passage, replace(of, imported=None)) for number, (passage, of) in found.items()}


def index(folder: Path, news: Path, kind: Callable[[int, int], Helper] | None) -> dict[str, object]:
    """What an index holds after indexing with some kind of helper."""
    helper = None if kind is None else partial(kind, SIZE, WORDS)
    store = Store(folder, BUILD, create=True)
    try:
        with store.writing() as writer:
            report = Indexing(writer, WORDS, embed, helper).run([news], prune=False)
        assert store.check() == []
        asked = [WeightedTerm("marker4321"), WeightedTerm("titl")]
        words = store.search_passages(asked, limit=50, filters=Filters())
        whole = store.search_articles(asked, article_weight=1, title_weight=1, limit=50, filters=Filters())
        numbers = [number for number, _ in words]
        near = store.search_vectors(embed(["Marker4321 stands here."])[0], 3)
        return {
            "report": report.to_dict(),
            "counts": store.counts(),
            "passages": without_time(store.passages(range(1, 20_000))),
            "words": words,
            "whole": whole,
            "best": without_time(store.passages(numbers[:1])),
            "nearest": near[0][1] > 0.5,
        }
    finally:
        store.close()


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory, news: Path) -> dict[str, object]:
    """What an index holds that no helper had a hand in."""
    return index(tmp_path_factory.mktemp("alone") / "index", news, None)


@pytest.mark.parametrize("kind", [Helper, Mortal, Deaf, missing])
def test_an_index_is_the_same_with_a_helper_or_none_or_a_dead_one(
    tmp_path: Path, news: Path, without: dict[str, object], kind: Callable[[int, int], Helper]
) -> None:
    """Every article, passage, number and score."""
    assert index(tmp_path / "index", news, kind) == without


def test_a_helper_gives_what_is_prepared_here_in_the_order_of_asking() -> None:
    """To the last bit: an index must not depend on who made it."""
    helper = Helper(SIZE, WORDS)
    batches = [TEXTS, [], TEXTS[::-1]]
    for batch in batches:
        helper.submit(batch)
    for batch in batches:
        for made, wanted in zip(helper.take(), prepare(batch, WORDS, embed), strict=True):
            assert (made.spans, made.terms) == (wanted.spans, wanted.terms)
            assert np.array_equal(made.vectors, wanted.vectors)
    helper.close()
    with pytest.raises(HelperError):
        helper.submit(TEXTS)


def test_where_no_python_can_be_started_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that embeds Python, or is packed into one file, has none to start."""
    for executable in ("", "/no/such/python"):
        monkeypatch.setattr(sys, "executable", executable)
        with pytest.raises(HelperError):
            Helper(SIZE, WORDS)


def test_modules_in_the_working_directory_are_not_taken_for_libraries(tmp_path: Path) -> None:
    """Articles may lie beside a numpy.py of somebody else's."""
    (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong numpy')")
    code = (
        f"import os, sys; sys.path[0] = {str(ROOT)!r}; os.chdir(sys.argv[1]);"
        "from qa_bot.preparing import Helper; helper = Helper(64, 20); helper.submit(['A b c.']);"
        "print(helper.take()[0].terms); helper.close()"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert done.stdout.strip() == "['a b c']", done.stderr


SCRIPT = """
import sys
from qa_bot.bot import index_articles
print("begun", flush=True)
report = index_articles([sys.argv[1]], sys.argv[2])
print(len(report.added), flush=True)
"""


def script(tmp_path: Path, news: Path) -> "subprocess.Popen[str]":
    """A program as users write them, without `if __name__ == "__main__"`."""
    file = tmp_path / "script.py"
    file.write_text(SCRIPT, "utf-8")
    return subprocess.Popen(
        [sys.executable, str(file), str(news), str(tmp_path / "index")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_script_without_a_main_guard_runs_once(tmp_path: Path, news: Path) -> None:
    """Another way to start processes would run it again in each."""
    out, err = script(tmp_path, news).communicate(timeout=100)
    assert (out.split(), err) == (["begun", "6500"], "")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found through /proc")
def test_nothing_is_left_running_when_the_indexing_process_is_killed(tmp_path: Path, news: Path) -> None:
    """And the index is whole for whoever comes next."""
    killed = script(tmp_path, news)
    helper = wait_for(lambda: children(killed.pid))[0]
    time.sleep(0.5)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    wait_for(lambda: not is_running(helper))
    store = Store(tmp_path / "index", Build("wordllama:256", 120))
    assert store.check() == []
    store.close()


def children(pid: int) -> list[int]:
    return [
        int(child)
        for file in Path(f"/proc/{pid}/task").glob("*/children")
        for child in file.read_text().split()
    ]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # ended, and nobody has looked


def wait_for(ready: Callable[[], object], seconds: float = 30) -> list[int]:
    deadline = time.monotonic() + seconds
    while not (value := ready()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
    return value if isinstance(value, list) else []
