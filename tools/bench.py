"""Measure qa_bot beside LlamaIndex's documented pipeline over Chroma, on the same articles and embedder.

Usage: tools/bench.py NEWS [--articles N] [--scale]      (`make bench NEWS=path/to/eval/news ARGS=--scale`)

NEWS is a JSONL file of articles or a folder that holds articles.jsonl. Each measurement runs in a process
of its own, and what it imports is not counted. LlamaIndex's part is what its documentation shows:
SentenceSplitter (256 tokens, 20 overlap), VectorStoreIndex over ChromaVectorStore.

--scale also indexes up to 300,000 passages (some minutes, 1 GB) and tells how searching grows. Articles
beyond those given are made of them: the sentences of two in turn, under another date. So texts and vectors
are all different, while the words are the same ones.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import itertools
import json
import math
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

QUESTIONS = 200
SIZES = (3_000, 30_000, 300_000)  # passages, for --scale
DEMO_QUESTION = "How many North Korean troops are in Russia?"
Measures = dict[str, float]


def main() -> int:
    """Measure, print; 2 when there are no articles to measure on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("news", type=Path, help="a JSONL file of articles, or a folder with articles.jsonl")
    parser.add_argument("--articles", type=int, help="measure on the first so many only")
    parser.add_argument("--scale", action="store_true", help="also search 3,000 to 300,000 passages")
    parser.add_argument("--child", nargs=2, metavar=("PART", "PLACE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        part, place = options.child
        print(json.dumps(PARTS[part](options.news, Path(place))))
        return 0
    news = options.news / "articles.jsonl" if options.news.is_dir() else options.news
    if not news.is_file():
        print(
            f"make bench: there are no articles at {str(options.news)!r}; name them: NEWS=path/to/eval/news",
            file=sys.stderr,
        )
        return 2
    with tempfile.TemporaryDirectory(prefix="qa-bot-bench-") as name:
        place = Path(name)
        lines = news.read_text("utf-8").splitlines(keepends=True)
        (place / "articles.jsonl").write_text("".join(lines[: options.articles]), "utf-8")
        measured = {part: child(part, place) for part in PARTS if part != "scale"}
        show(measured)
        if options.scale:
            show_scale(child("scale", place))
    return 0


def child(part: str, place: Path) -> Measures:
    """One part measured in a process of its own, which finds no settings but the defaults."""
    print(f"measuring {part} ...", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, str(place / "articles.jsonl"), "--child", part, str(place)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=clean_environment())
    measures: Measures = json.loads(done.stdout.splitlines()[-1])
    return measures


def clean_environment() -> dict[str, str]:
    """The environment without settings of qa_bot."""
    return {name: text for name, text in os.environ.items() if not name.upper().startswith("QA_BOT_")}


# --- the parts, a process each ------------------------------------------------------------------


def ours(news: Path, place: Path) -> Measures:
    """qa_bot's ingestion and retrieval."""
    import_all()
    from qa_bot import QABot
    from qa_bot.bot import index_articles

    index = place / "ours"
    with Peak() as peak:
        seconds, cpu, _ = timed(lambda: index_articles([news], index))
    with QABot(index) as bot:
        passages = bot.counts()[1]
        p50, p95 = query_ms(lambda question: bot.search(question, limit=10), news)
        answer, _ = query_ms(bot.answer, news)
    return {
        "ingestion s": seconds,
        "ingestion CPU s": cpu,
        "passages": passages,
        "disk MB": disk_mb(index),
        "disk KB a passage": disk_mb(index) * 1000 / passages,
        "peak memory MB, helpers too": peak.mb,
        "query p50 ms": p50,
        "query p95 ms": p95,
        "answer p50 ms": answer,
    }


def embedding(news: Path, place: Path) -> Measures:
    """The floor: the same passages cut, and embedded by themselves."""
    import_all()
    from qa_bot.chunking import passages
    from qa_bot.static_vectors import text_vectors

    texts = [json.loads(line)["text"] for line in news.read_text("utf-8").splitlines()]
    pieces = [text[span.start : span.end] for text in texts for span in passages(text, 120)]
    text_vectors(pieces[:100])
    seconds, cpu, _ = timed(lambda: text_vectors(pieces))
    return {"embedding alone s": seconds, "embedding alone CPU s": cpu}


def llama_index(news: Path, place: Path) -> Measures:
    """LlamaIndex's ingestion and retrieval, as documented."""
    import chromadb
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from qa_bot.models import WordLlamaEmbedding

    embedder, folder = WordLlamaEmbedding(), place / "theirs"

    def ingest() -> VectorStoreIndex:
        rows = [json.loads(line) for line in news.read_text("utf-8").splitlines()]
        documents = [
            Document(
                text=row["text"], metadata={key: row.get(key) or "" for key in ("id", "title", "date", "url")}
            )
            for row in rows
        ]
        client = chromadb.PersistentClient(path=str(folder))
        collection = client.get_or_create_collection("news", embedding_function=None)
        storage = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
        return VectorStoreIndex.from_documents(
            documents,
            storage_context=storage,
            embed_model=embedder,
            transformations=[SentenceSplitter(chunk_size=256, chunk_overlap=20)],
        )

    with Peak() as peak:
        seconds, cpu, index = timed(ingest)
    retriever = index.as_retriever(similarity_top_k=10)
    passages = (
        chromadb.PersistentClient(path=str(folder)).get_collection("news", embedding_function=None).count()
    )
    p50, p95 = query_ms(retriever.retrieve, news)
    return {
        "ingestion s": seconds,
        "ingestion CPU s": cpu,
        "passages": passages,
        "disk MB": disk_mb(folder),
        "disk KB a passage": disk_mb(folder) * 1000 / passages,
        "peak memory MB, helpers too": peak.mb,
        "query p50 ms": p50,
        "query p95 ms": p95,
    }


def again(news: Path, place: Path) -> Measures:
    """Indexing what is indexed, and one article more; the index is what `ours` left."""
    import_all()
    from qa_bot import QABot
    from qa_bot.bot import index_articles

    index = place / "ours"
    unchanged, _, report = timed(lambda: index_articles([news], index))
    assert not report.added and not report.changed, "the corpus was unchanged"
    with QABot(index) as bot:
        bot.search("the harbour master", limit=10)
        added, _, _ = timed(lambda: bot.add([one_more(place, 0)]))
    imports = f"import sys; sys.path[:] = {sys.path!r}; import bench; bench.import_all()"
    bare = median_of(3, lambda turn: run([sys.executable, "-c", imports]))
    command = [sys.executable, "-m", "qa_bot", "index", "--index-dir", str(index)]
    whole = median_of(3, lambda turn: run([*command, str(one_more(place, turn + 1))]))
    return {
        "unchanged corpus s": unchanged,
        "one article more, open process s": added,
        "one article more, command line s": whole,
        "... of which imports s": bare,
        "... beyond the imports s": whole - bare,
    }


def one_more(place: Path, number: int) -> Path:
    """A file with an article that is not yet indexed."""
    file = place / f"one{number}.txt"
    sentence = f"The harbour master spoke of the new ferry number {number}. "
    file.write_text("One more article\n\n" + sentence * 30, "utf-8")
    return file


def demo(news: Path, place: Path) -> Measures:
    """A cold `qa-bot ask` on the demo, and a second question in one process."""
    from qa_bot import QABot
    from qa_bot.config import bundled

    index = place / "demo"
    with QABot.from_articles(bundled("seeds"), index_dir=index) as bot:
        bot.answer(DEMO_QUESTION)
        second = median_of(5, lambda turn: bot.answer("Who spoke of an escalation?"))
    command = [sys.executable, "-m", "qa_bot", "ask", DEMO_QUESTION, "--index-dir", str(index)]
    cold = median_of(5, lambda turn: run(command))
    return {"cold ask s (median of 5)": cold, "second question ms": second * 1000}


def scale(news: Path, place: Path) -> Measures:
    """One index that grows: milliseconds of a search and bytes a passage at each size."""
    import_all()
    from qa_bot import QABot
    from qa_bot.bot import index_articles

    index, measures, passages = place / "scale", Measures(), 0
    endless = more_articles(news)
    for size in SIZES:
        taken = place / f"scale{size}.jsonl"
        with taken.open("w", encoding="utf-8") as file:
            # The news at hand has 13.6 passages an article; a few more do no harm.
            for _ in range((size - passages) * 10 // 136 + 1):
                file.write(json.dumps(next(endless)) + "\n")
        seconds, _, _ = timed(lambda file=taken: index_articles([file], index))  # type: ignore[misc]
        with QABot(index) as bot:
            held = bot.counts()[1]
            p50, p95 = query_ms(lambda question: bot.search(question, limit=10), news)
        measures |= {
            f"{size} passages": held,
            f"{size} p50": p50,
            f"{size} p95": p95,
            f"{size} bytes": disk_mb(index) * 1e6 / held,
            f"{size} a second": (held - passages) / seconds,
        }
        passages = held
    return measures


def more_articles(news: Path) -> Iterator[dict[str, str]]:
    """The articles at hand, then ever more mixed from two of them."""
    rows = [json.loads(line) for line in news.read_text("utf-8").splitlines()]
    yield from rows
    cut = [re.split(r"(?<=[.!?])\s+", row["text"]) for row in rows]
    luck = random.Random(1)
    for number in itertools.count():
        one, other = luck.randrange(len(rows)), luck.randrange(len(rows))
        mixed = [
            s for pair in zip(cut[one], luck.sample(cut[other], len(cut[other])), strict=False) for s in pair
        ]
        day = datetime.date.fromisoformat(rows[one]["date"][:10]) - datetime.timedelta(luck.randint(1, 2000))
        row = rows[one] | {"id": f"mixed {number}", "date": day.isoformat(), "text": " ".join(mixed)}
        row.pop("url", None)
        yield row


PARTS: dict[str, Callable[[Path, Path], Measures]] = {
    "ours": ours,
    "llama_index": llama_index,
    "embedding": embedding,
    "again": again,
    "demo": demo,
    "scale": scale,
}


# --- measuring ----------------------------------------------------------------------------------


def import_all() -> None:
    """What indexing and asking import, so that no measurement holds it."""
    import qa_bot.bot
    import qa_bot.cli
    import qa_bot.retrieval
    import qa_bot.static_vectors
    import qa_bot.vector_index
    import qa_bot.word_index

    qa_bot.static_vectors.text_vectors([])


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall seconds, CPU seconds of this process and those it started, and what came of them."""
    started, cpu = time.perf_counter(), cpu_seconds()
    value = work()
    return time.perf_counter() - started, cpu_seconds() - cpu, value


def cpu_seconds() -> float:
    """User and system seconds, of processes that have ended too."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def median_of(times: int, work: Callable[[int], Any]) -> float:
    """The median seconds of a few runs, each told its number."""
    return statistics.median(timed(lambda turn=turn: work(turn))[0] for turn in range(times))  # type: ignore[misc]


def run(command: list[str]) -> None:
    """A program to its end; what it prints does not matter."""
    here = Path(__file__).parent
    environment = {**clean_environment(), "PYTHONPATH": os.pathsep.join(map(str, (here.parent, here)))}
    subprocess.run(command, capture_output=True, check=False, env=environment)


def query_ms(search: Callable[[str], Any], news: Path) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds, of questions made of words that follow in the articles."""
    rows = [json.loads(line) for line in news.read_text("utf-8").splitlines()]
    step = max(1, len(rows) // QUESTIONS)
    questions = [" ".join(re.findall(r"\w+", row["text"])[20:29]) for row in rows[::step]]
    questions = [question for question in questions if question][: QUESTIONS + 1]
    for question in questions[:5]:
        search(question)
    taken = sorted(timed(lambda q=question: search(q))[0] * 1000 for question in questions)  # type: ignore[misc]
    return statistics.median(taken), taken[int(len(taken) * 0.95)]


class Peak:
    """The most memory that this process has had until the end of a block, with that of its children."""

    def __enter__(self) -> Peak:
        self.mb = 0.0
        self._children: dict[str, float] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self.mb = peak / (1e6 if sys.platform == "darwin" else 1e3) + sum(self._children.values())

    def _watch(self) -> None:
        """Linux tells the peak of each process; elsewhere children are not counted."""
        while not self._done.wait(0.05):
            for file in Path("/proc/self/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    for pid in file.read_text().split():
                        peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc", pid, "status").read_text())
                        if peak:
                            self._children[pid] = int(peak[1]) / 1e3


def disk_mb(folder: Path) -> float:
    """What a folder takes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def show(measured: dict[str, Measures]) -> None:
    """A table beside LlamaIndex, then ours alone."""
    mine, theirs = measured["ours"], measured["llama_index"]
    print(f"{'':36}{'qa_bot':>10}{'LlamaIndex':>12}{'ratio':>8}")
    for name, value in theirs.items():
        print(f"{name:36}{mine[name]:>10,.1f}{value:>12,.1f}{value / max(mine[name], 1e-9):>8.2f}")
    alone = {name: value for name, value in mine.items() if name not in theirs} | measured["embedding"]
    alone["embedding's share of ingestion, CPU"] = alone["embedding alone CPU s"] / mine["ingestion CPU s"]
    alone["cores used, of those there are"] = mine["ingestion CPU s"] / mine["ingestion s"]
    for name, value in (alone | measured["again"] | measured["demo"]).items():
        print(f"{name:36}{value:>10,.2f}")


def show_scale(measured: Measures) -> None:
    """A line a size, and how searching grows with the passages."""
    print(f"\n{'passages':>10}{'p50 ms':>10}{'p95 ms':>10}{'bytes each':>12}{'indexed a s':>13}")
    for size in SIZES:
        keys = ("passages", "p50", "p95", "bytes", "a second")
        held, p50, p95, each, speed = (measured[f"{size} {key}"] for key in keys)
        print(f"{held:>10,.0f}{p50:>10.1f}{p95:>10.1f}{each:>12,.0f}{speed:>13,.0f}")
    for small, large in itertools.pairwise(SIZES):
        growth = math.log(measured[f"{large} p50"] / measured[f"{small} p50"])
        growth /= math.log(measured[f"{large} passages"] / measured[f"{small} passages"])
        print(f"p50 grows with the power {growth:.2f} of the passages from {small:,} to {large:,}")


if __name__ == "__main__":
    sys.exit(main())
