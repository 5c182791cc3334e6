"""Measure qa_bot beside LlamaIndex's documented pipeline over Chroma, on the same articles and embedder.

Usage: tools/bench.py NEWS [--articles N]      (`make bench NEWS=path/to/eval/news`)

NEWS is a JSONL file of articles or a folder that holds articles.jsonl. Each measurement runs in a process
of its own. LlamaIndex's part is what its documentation shows: SentenceSplitter (256 tokens, 20 overlap),
VectorStoreIndex over ChromaVectorStore.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

QUESTIONS = 60
DEMO_QUESTION = "How many North Korean troops are in Russia?"
Measures = dict[str, float]


def main() -> int:
    """Measure, print; 2 when there are no articles to measure on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("news", type=Path, help="a JSONL file of articles, or a folder with articles.jsonl")
    parser.add_argument("--articles", type=int, help="measure on the first so many only")
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
        measured = {part: child(part, place) for part in PARTS}
    show(measured)
    return 0


def child(part: str, place: Path) -> Measures:
    """One part measured in a process of its own, which finds no settings but the defaults."""
    print(f"measuring {part} ...", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, str(place / "articles.jsonl"), "--child", part, str(place)]
    clean = {name: text for name, text in os.environ.items() if not name.upper().startswith("QA_BOT_")}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=clean)
    measures: Measures = json.loads(done.stdout.splitlines()[-1])
    return measures


# --- the parts, a process each ------------------------------------------------------------------


def ours(news: Path, place: Path) -> Measures:
    """qa_bot's ingestion and retrieval."""
    import qa_bot.models
    from qa_bot.bot import index_articles

    embedding = Stopwatch(qa_bot.models.embed_texts)
    qa_bot.models.embed_texts = embedding  # type: ignore[assignment]
    index = place / "ours"
    seconds, _ = timed(lambda: index_articles([news], index))
    peak = peak_mb()
    from qa_bot import QABot

    with QABot(index) as bot:
        passages = bot.counts()[1]
        query = query_ms(lambda question: bot.search(question, limit=10), news)
        answer = query_ms(bot.answer, news)
    return {
        "ingestion s": seconds,
        "passages": passages,
        "disk MB": disk_mb(index),
        "peak RSS MB": peak,
        "query p50 ms": query,
        "answer p50 ms": answer,
        "share of ingestion spent embedding": embedding.seconds / seconds,
    }


def llama_index(news: Path, place: Path) -> Measures:
    """LlamaIndex's ingestion and retrieval, as documented."""
    import chromadb
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from qa_bot.models import WordLlamaEmbedding

    folder = place / "theirs"

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
            embed_model=WordLlamaEmbedding(),
            transformations=[SentenceSplitter(chunk_size=256, chunk_overlap=20)],
        )

    seconds, index = timed(ingest)
    peak = peak_mb()
    retriever = index.as_retriever(similarity_top_k=10)
    passages = (
        chromadb.PersistentClient(path=str(folder)).get_collection("news", embedding_function=None).count()
    )
    return {
        "ingestion s": seconds,
        "passages": passages,
        "disk MB": disk_mb(folder),
        "peak RSS MB": peak,
        "query p50 ms": query_ms(retriever.retrieve, news),
    }


def again(news: Path, place: Path) -> Measures:
    """Indexing what is indexed, and one article more; the index is what `ours` left."""
    from qa_bot.bot import index_articles

    unchanged, report = timed(lambda: index_articles([news], place / "ours"))
    assert not report.added and not report.changed, "the corpus was unchanged"
    one = place / "one.txt"
    one.write_text("One more article\n\n" + "The harbour master spoke of the new ferry. " * 30, "utf-8")
    added, _ = timed(lambda: index_articles([one], place / "ours"))
    return {"unchanged corpus s": unchanged, "one article more s": added}


def demo(news: Path, place: Path) -> Measures:
    """A cold `qa-bot ask` on the demo, and a second question in one process."""
    from qa_bot import QABot
    from qa_bot.config import bundled

    index = place / "demo"
    with QABot.from_articles(bundled("seeds"), index_dir=index) as bot:
        bot.answer(DEMO_QUESTION)
        second = statistics.median(
            timed(lambda: bot.answer("Who spoke of an escalation?"))[0] for _ in range(5)
        )
    command = [sys.executable, "-m", "qa_bot", "ask", DEMO_QUESTION, "--index-dir", str(index)]
    cold = [timed(lambda: subprocess.run(command, capture_output=True, check=False))[0] for _ in range(5)]
    return {"cold ask s (median of 5)": statistics.median(cold), "second question ms": second * 1000}


PARTS: dict[str, Callable[[Path, Path], Measures]] = {
    "ours": ours,
    "llama_index": llama_index,
    "again": again,
    "demo": demo,
}


# --- measuring ----------------------------------------------------------------------------------


class Stopwatch:
    """A function that adds up the seconds it takes."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.seconds = 0.0

    def __call__(self, *arguments: Any) -> Any:
        """What the function gives."""
        seconds, value = timed(lambda: self._function(*arguments))
        self.seconds += seconds
        return value


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and what came of them."""
    started = time.perf_counter()
    value = work()
    return time.perf_counter() - started, value


def query_ms(search: Callable[[str], Any], news: Path) -> float:
    """The median milliseconds of questions made of sentences that stand in the articles."""
    rows = [json.loads(line) for line in news.read_text("utf-8").splitlines()]
    step = max(1, len(rows) // QUESTIONS)
    questions = [" ".join(re.findall(r"\w+", row["text"])[20:29]) for row in rows[::step]]
    questions = [question for question in questions if question][: QUESTIONS + 1]
    search(questions[0])
    return statistics.median(timed(lambda q=question: search(q))[0] for question in questions) * 1000  # type: ignore[misc]


def disk_mb(folder: Path) -> float:
    """What a folder takes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def peak_mb() -> float:
    """The most memory this process has had; macOS counts in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def show(measured: dict[str, Measures]) -> None:
    """A table beside LlamaIndex, then ours alone."""
    mine, theirs = measured["ours"], measured["llama_index"]
    print(f"{'':36}{'qa_bot':>10}{'LlamaIndex':>12}{'ratio':>8}")
    for name, value in theirs.items():
        print(f"{name:36}{mine[name]:>10,.1f}{value:>12,.1f}{value / max(mine[name], 1e-9):>8.1f}")
    alone = {name: value for name, value in mine.items() if name not in theirs}
    for name, value in (alone | measured["again"] | measured["demo"]).items():
        print(f"{name:36}{value:>10,.2f}")


if __name__ == "__main__":
    sys.exit(main())
