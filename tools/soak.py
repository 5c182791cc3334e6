"""Read, write, kill and fail for a while: what is indexed must be found, what is asked answered.

Three runs, each with a summary line: one kills an indexing process again and again and asks after each
kill; one lets a chat ask while two processes index; one asks a language model that fails in every way, ten
questions at once. The articles are made up here. Exit code 1 on any fault.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from qa_bot import QABot, QABotError
from qa_bot.bot import index_articles

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.model_server import FAILURES, Request, serving

WORDS = """army border minister talks missile village river winter harvest budget court election bridge
coal doctor ferry garden harbour island judge kitchen letter market night office police quarter railway
school treaty union valley weather yard agreed attacked bought called denied entered found gave held
informed joined kept left moved opened paid reached signed told visited warned""".split()
ARTICLES_A_FILE = 20
BULK, ARTICLES_A_BULK = "bulk", 900  # about 4,000 passages: several batches, a helper, indexes fed meanwhile
BULK_EVERY = 5


def main() -> int:
    """Run both; 0 when nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, help="how often to kill (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="of asking beside indexing (default: 60)")
    parser.add_argument(
        "--failures", type=int, default=500, help="how often a model is to fail (default: 500)"
    )
    parser.add_argument("--seed", type=int, default=1, help="for articles and moments (default: 1)")
    parser.add_argument("--child", nargs=3, metavar=("WHAT", "INDEX", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        what, index, folder = options.child
        return {"index": index_files, "ask": ask}[what](Path(index), Path(folder))
    faults = 0
    with tempfile.TemporaryDirectory(prefix="qa-bot-soak-") as place:
        if options.kills:
            faults += kill_writers(Path(place, "kills"), options.kills, random.Random(options.seed))
        if options.seconds:
            faults += ask_while_writing(Path(place, "beside"), options.seconds, random.Random(options.seed))
        if options.failures:
            faults += fail_models(Path(place, "models"), options.failures)
    return 1 if faults else 0


# --- what the child processes do ----------------------------------------------------------------


def index_files(index: Path, folder: Path) -> int:
    """Index file after file, and report each when it is done."""
    for file in sorted(folder.glob("*.jsonl")):
        index_articles([file], index)
        print(file.name, flush=True)
    return 0


def ask(index: Path, stop: Path) -> int:
    """Ask until the file `stop` is there; print how often, and what failed."""
    asked, luck = 0, random.Random(0)
    with QABot(index) as bot:
        while not stop.exists():
            bot.answer(f"Who {luck.choice(WORDS)} the {luck.choice(WORDS)} in the {luck.choice(WORDS)}?")
            asked += 1
    print(asked)
    return 0


def child(what: str, index: Path, folder: Path) -> subprocess.Popen[str]:
    """This program again, as one of the above."""
    command = [sys.executable, __file__, "--child", what, str(index), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# --- the runs -----------------------------------------------------------------------------------


def kill_writers(place: Path, kills: int, luck: random.Random) -> int:
    """Kill an indexing process at random moments; after each, ask, look for all, and check."""
    index, faults, reported = place / "index", [], set[str]()
    for number in range(kills):
        folder = place / f"round{number}"
        if number % BULK_EVERY == BULK_EVERY - 1:
            write_articles(folder / f"a{BULK}{number}.jsonl", luck)
        for part in range(30):
            write_articles(folder / f"r{number}p{part}.jsonl", luck)
        process = child("index", index, folder)
        time.sleep(luck.uniform(0, 8))
        process.kill()
        out, err = process.communicate()
        faults += [f"round {number}: the writer failed: {err.strip()[-300:]}"] if err.strip() else []
        reported |= set(out.split())
        if index.exists():
            faults += [f"round {number}: {fault}" for fault in look(index, reported, luck)]
    return tell(f"{kills} kills, {sum(map(size, reported))} articles reported as indexed", faults)


def ask_while_writing(place: Path, seconds: float, luck: random.Random) -> int:
    """Two processes index new files for a while beside one that asks."""
    index, stop = place / "index", place / "stop"
    write_articles(place / "first.jsonl", luck)
    index_articles([place / "first.jsonl"], index)
    asking = child("ask", index, stop)
    started, faults, done = time.monotonic(), [], {"first.jsonl"}
    writers: dict[str, subprocess.Popen[str]] = {}
    count = 0
    while time.monotonic() - started < seconds or writers:
        for name, writer in list(writers.items()):
            if writer.poll() is not None:
                done.add(name)
                del writers[name]
                faults += outcome(name, writer)
        while len(writers) < 2 and time.monotonic() - started < seconds:
            name = f"w{count}.jsonl"
            count += 1
            write_articles(place / name, luck)
            command = [sys.executable, "-m", "qa_bot", "index", str(place / name), "--index-dir", str(index)]
            writers[name] = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        time.sleep(0.05)
    stop.touch()
    faults += outcome("the chat", asking)
    faults += look(index, done, luck)
    asked = (asking.stdout.read().strip() if asking.stdout else "") or "0"
    return tell(f"{asked} questions beside {len(done)} indexing runs in {seconds:g} s", faults)


AT_ONCE = 10
LIMIT = 5.0  # seconds for an answer on a busy machine, of which half a second is the model's
GROWTH = 30  # MB that the process may grow by after the first round


def fail_models(place: Path, count: int) -> int:
    """Ask models that fail in every way, ten questions at once: each is answered, and nothing stays."""
    place.mkdir(parents=True, exist_ok=True)
    told = place / "told.txt"
    told.write_text("Ida Holm signed the treaty on Monday, the ministry said.\n", "utf-8")
    index_articles([told], place / "index")
    faults: list[str] = []
    with serving(lambda request: sentence(request)) as server:
        names = [make(model) for model in (*FAILURES, "fine") for make in (server.openai, server.ollama)]
        bots = {
            name: QABot(place / "index", llm=name, llm_timeout_seconds=0.5, llm_max_tokens=50)
            for name in names
        }

        def ask_one(number: int) -> str | None:
            name = names[number % len(names)]
            started = time.monotonic()
            try:
                answer = bots[name].answer("Who signed the treaty?")
            except Exception as error:  # noqa: BLE001 (whatever it is, it is a fault)
                return f"{name}: {type(error).__name__}: {error}"
            took = time.monotonic() - started
            if took > LIMIT and warm:
                return f"{name}: took {took:.1f} s"
            fine = ":fine@" in name
            if not answer.answered or fine != (answer.method == "llm") or fine == bool(answer.notices):
                return f"{name}: {answer.method}, {answer.notices}"
            return None

        warm = False  # the first round also loads the packages
        with ThreadPoolExecutor(AT_ONCE) as pool:
            faults += [fault for fault in pool.map(ask_one, range(len(names))) if fault]
            before, warm = held(), True
            faults += [fault for fault in pool.map(ask_one, range(count)) if fault]
            after = settled(before)
        for bot in bots.values():
            bot.close()
    for what, first, last in zip(("threads", "connections", "MB"), before, after, strict=True):
        if last > first + (GROWTH if what == "MB" else 0):
            faults.append(f"{what}: {first} before, {last} after")
    threads, connections, size = after
    return tell(
        f"{count} questions to failing models, {threads} threads, {connections} connections, {size} MB after",
        faults,
    )


def sentence(request: Request) -> list[str]:
    """A sentence of the first passage, cited."""
    key, text = next(iter(request.passages.items()))
    return [text.partition(".")[0], f" [{key}]", "."]


def held() -> tuple[int, int, int]:
    """Threads, connections, and MB of memory at most, of this process."""
    gc.collect()
    connections = 0
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # that of the listing itself
            connections += str(entry.readlink()).startswith("socket:")
    return threading.active_count(), connections, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def settled(before: tuple[int, int, int]) -> tuple[int, int, int]:
    """The same, when what has ended has had a moment to go."""
    for _ in range(40):
        now = held()
        if now[:2] <= before[:2]:
            break
        time.sleep(0.1)
    return now


def outcome(name: str, process: subprocess.Popen[str]) -> list[str]:
    """What a process that should have succeeded says if it did not."""
    code = process.wait(timeout=120)
    text = process.stderr.read() if process.stderr else ""
    return [f"{name}: exit code {code}: {text.strip()[-300:]}"] if code else []


def look(index: Path, files: set[str], luck: random.Random) -> list[str]:
    """Everything that is wrong with an index that should hold these files."""
    try:
        with QABot(index) as bot:
            bot.answer("Who signed the treaty?")
            held = {article.id for article in bot.articles()}
            wanted = {name(file, number) for file in files for number in range(size(file))}
            faults = [f"{len(wanted - held)} articles reported as indexed are gone"] if wanted - held else []
            for article_id in luck.sample(sorted(wanted & held), min(25, len(wanted & held))):
                found = bot.search(article_id, limit=3)
                if article_id not in [passage.article_id for passage in found]:
                    faults.append(f"{article_id} is not found by its own word")
            return faults + bot.check()
    except QABotError as error:
        return [f"{type(error).__name__}: {error}"]


def tell(what: str, faults: list[str]) -> int:
    """One line on a run, and its faults."""
    print(f"{what}: {len(faults)} faults", flush=True)
    for fault in faults:
        print(f"  {fault}", flush=True)
    return len(faults)


# --- articles -----------------------------------------------------------------------------------

_LETTERS = str.maketrans("0123456789", "abcdfghjkl")  # a word with digits inside would be several


def name(file: str, number: int) -> str:
    """The id of an article, a word that stands in no other."""
    return f"mark{file.removesuffix('.jsonl')}n{number}q".translate(_LETTERS)


def size(file: str) -> int:
    """How many articles a file holds."""
    return ARTICLES_A_BULK if BULK in file else ARTICLES_A_FILE


def write_articles(file: Path, luck: random.Random) -> None:
    """A file of articles made of the words above, each with its own id in its text."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(size(file.name)):
        article_id = name(file.name, number)
        text = [f"The {' '.join(luck.choices(WORDS, k=12))}." for _ in range(luck.randint(5, 60))]
        text.insert(luck.randint(0, 5), f"The report {article_id} says so.")
        day = f"2024-{luck.randint(1, 12):02}-{luck.randint(1, 28):02}"
        rows.append(
            {
                "id": article_id,
                "title": " ".join(luck.choices(WORDS, k=6)),
                "date": day,
                "text": " ".join(text),
            }
        )
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
