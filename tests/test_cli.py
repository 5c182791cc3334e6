"""The command line: what is printed where, and which exit code it ends with."""

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qa_bot.bot import index_articles
from qa_bot.cli import commands, run
from qa_bot.journal import FILE, Journal, Verdict
from qa_bot.types import Article
from tests.fakes import write_articles

ARTICLES = (
    Article(
        "mayor",
        "Mayor Elin Storm of Lindholm resigned on Monday because an audit found two missing ferries.",
        title="Mayor resigns",
        publisher="Harbour Daily",
        published="2024-11-05",
    ),
    Article(
        "strike",
        "About 1,200 dockers walked out of the port of Lindholm on Tuesday.\n\nTheir union wants more pay.",
        title="Dockers walk out",
        publisher="The Ledger",
        published="2024-11-12",
    ),
)
# Each line of it would be one, whatever it is wrapped in.
TRACEBACK = re.compile(r"Traceback|^  File ", re.M)
SECONDS_FOR_HELP = 1.0  # it takes 0.1; a machine that builds something else beside this may take longer


class Result:
    """What a run of `qa-bot` left: exit code, stdout, stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert not TRACEBACK.search(out + err), err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one sentence of a run that failed without --json."""
        assert self.out == ""
        (line,) = self.err.strip().splitlines()
        assert line.startswith("Error: ")
        return line.removeprefix("Error: ")


QaBot = Callable[..., Result]


@pytest.fixture
def qa_bot(capsys: pytest.CaptureFixture[str]) -> QaBot:
    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Result(code, *capsys.readouterr())

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_articles(tmp_path / "articles", ARTICLES)


@pytest.fixture(scope="session")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index that no test changes."""
    root = tmp_path_factory.mktemp("lasting")
    index_articles([write_articles(root / "articles", ARTICLES)], root / "index")
    return root / "index"


@pytest.fixture
def default(lasting: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QA_BOT_INDEX_DIR", str(lasting))
    return lasting


def start(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """`qa-bot` as a process of its own, with pipes."""
    pipe = {name: subprocess.PIPE for name in ("stdin", "stdout", "stderr")}
    command = [sys.executable, "-m", "qa_bot", *map(str, arguments)]
    return subprocess.Popen(command, **{**pipe, "encoding": "utf-8", **options})


def process(*arguments: object, stdin: str = "", **options: Any) -> Result:
    with start(*arguments, **options) as child:
        out, err = child.communicate(stdin, timeout=60)
    return Result(child.returncode, out, err)


# --- ask -----------------------------------------------------------------------------------------


def test_ask_prints_the_answer_and_its_sources(qa_bot: QaBot, default: Path) -> None:
    """The result is on stdout, alone; the exit code is 0."""
    result = qa_bot("ask", "Who", "resigned?")

    assert (result.code, result.err) == (0, "")
    assert "Elin Storm" in result.out
    assert "[1] Harbour Daily, 2024-11-05, Mayor resigns" in result.out


def test_ask_json_is_the_answer(qa_bot: QaBot, default: Path) -> None:
    """With --json stdout holds one JSON object, the Answer."""
    result = qa_bot("ask", "--json", "Who resigned?")

    assert result.json["answered"]
    assert result.json["citations"][0]["article"]["id"] == "mayor"
    assert result.err == ""


def test_ask_ends_with_3_when_the_articles_do_not_tell(qa_bot: QaBot, default: Path) -> None:
    """The nearest passages are shown, and the exit code says that it is no answer."""
    result = qa_bot("ask", "What did Angela Merkel eat?")

    assert result.code == 3
    assert "Merkel" in result.out
    assert "Nearest passages:" in result.out
    assert qa_bot("ask", "--json", "What did Angela Merkel eat?").json["reason"] == "missing_term"


def test_ask_takes_filters(qa_bot: QaBot, default: Path) -> None:
    """Each filter of the contract narrows what is used."""
    for filters in (
        ["--since", "2024-11-06"],
        ["--as-of", "2024-11-04"],
        ["--until", "2024-11-04"],
        ["--publisher", "the ledger"],
        ["--article", "strike"],
    ):
        data = qa_bot("ask", "--json", "Who resigned?", *filters).json
        assert "mayor" not in {passage["article_id"] for passage in data["passages"]}


def test_the_demo_is_named_on_stderr(qa_bot: QaBot) -> None:
    """Without an index the demo answers, and says that it is the demo; not so in JSON."""
    result = qa_bot("ask", "Who heads MI6?")

    assert result.code == 0
    assert "Moore" in result.out
    assert result.err == "(Demo: five sample articles. Your own: qa-bot index PATH)\n"
    assert qa_bot("ask", "--json", "Who heads MI6?").err == ""
    assert "demo" in qa_bot("articles", "delete", "northern-ledger-2024-11-29").error


BAD: tuple[tuple[tuple[str, ...], int], ...] = (
    (("ask",), 2),
    (("ask", "  "), 2),
    (("ask", "x" * 8001), 2),
    (("ask", "Who?", "--as-of", "soon"), 2),
    (("ask", "Who?", "--since", ""), 2),
    (("ask", "Who?", "--publisher", ""), 2),
    (("ask", "Who?", "--article", "nowhere"), 2),
    (("ask", "Who?", "--nonsense"), 2),
    (("ask", "Who?", "--index-dir", "nowhere"), 1),
    (("ask", "Who?", "--index-dir", ""), 2),
    (("ask", "Who?", "--index-dir", "a\0b"), 2),
    (("ask", "Who?", "--index-dir", "~nobody-of-this-name"), 1),
    (("search", ""), 2),
    (("search", "port", "--limit", "0"), 2),
    (("search", "port", "--limit", "many"), 2),
    (("articles", "show", "nowhere"), 2),
    (("articles", "show", "\udcff"), 2),
    (("articles", "show"), 2),
    (("articles", "delete"), 2),
    (("articles", "delete", "nowhere"), 2),
    (("articles", "nonsense"), 2),
    (("index",), 2),
    (("index", "--rebuild", "--index-dir", "nowhere"), 2),
    (("eval", "nowhere.jsonl"), 2),
    (("serve", "--auth", "nobody"), 2),
    (("serve", "--auth", ":secret"), 2),
    (("serve", "--auth", "me:"), 2),
    (("serve", "--auth", ""), 2),
    (("serve", "--port", "65536"), 2),
    (("serve", "--port", "http"), 2),
    (("nonsense",), 2),
)


@pytest.mark.parametrize(("arguments", "code"), BAD)
def test_what_is_wrong_is_one_sentence(
    qa_bot: QaBot, default: Path, arguments: tuple[str, ...], code: int
) -> None:
    """An error is one line on stderr and nothing on stdout; its kind is the exit code."""
    result = qa_bot(*arguments)

    assert result.error
    assert result.code == code


@pytest.mark.parametrize(("arguments", "code"), BAD)
def test_with_json_what_is_wrong_is_json(
    qa_bot: QaBot, default: Path, arguments: tuple[str, ...], code: int
) -> None:
    """With --json the error is an object on stdout, also for what click itself refuses."""
    result = qa_bot(*arguments, "--json")

    assert (result.code, result.err) == (code, "")
    assert set(result.json) == {"error"}
    assert set(result.json["error"]) == {"type", "message"}
    assert all(isinstance(value, str) and value for value in result.json["error"].values())


def test_beyond_loopback_serve_wants_a_password(qa_bot: QaBot, default: Path) -> None:
    """--host 0.0.0.0 without --auth is refused with what to add; no server is started."""
    result = qa_bot("serve", "--host", "0.0.0.0", "--port", "0")

    assert result.code == 2
    assert "--auth USER:PASSWORD" in result.error


# --- search, articles, check, config -------------------------------------------------------------


def test_search_prints_passages_with_their_source(qa_bot: QaBot, default: Path) -> None:
    """A score and a source a passage; exit code 3 when there is none."""
    result = qa_bot("search", "dockers", "port", "--limit", "1")

    assert result.code == 0
    assert re.match(r"\d\.\d{3}  The Ledger, 2024-11-12, Dockers walk out\n +About 1,200", result.out)
    assert len(qa_bot("search", "dockers", "--json", "--limit", "1").json["passages"]) == 1
    assert qa_bot("search", "dockers", "--since", "2030-01-01").code == 3
    assert qa_bot("search", "dockers", "--since", "2030-01-01", "--json").json == {"passages": []}


def test_articles_are_listed_and_shown(qa_bot: QaBot, default: Path) -> None:
    """A line an article, newest first; one article whole; both as JSON."""
    listed = qa_bot("articles", "list")
    shown = qa_bot("articles", "show", "mayor")
    data = qa_bot("articles", "list", "--json").json["articles"]

    assert listed.out.splitlines() == [
        "2024-11-12  strike  Dockers walk out",
        "2024-11-05  mayor  Mayor resigns",
    ]
    assert shown.out == f"Harbour Daily, 2024-11-05, Mayor resigns\n\n{ARTICLES[0].text}\n"
    assert [article["id"] for article in data] == ["strike", "mayor"]
    assert "text" not in data[0]
    assert qa_bot("articles", "show", "mayor", "--json").json["text"] == ARTICLES[0].text


def test_articles_can_be_deleted(qa_bot: QaBot, folder: Path, tmp_path: Path) -> None:
    """All that were named, or none when one of them is not there."""
    index = ("--index-dir", tmp_path / "index")
    qa_bot("index", folder, *index)

    assert "nowhere" in qa_bot("articles", "delete", "mayor", "nowhere", *index).error
    assert qa_bot("articles", "delete", "mayor", *index).out == "Deleted 1 article.\n"
    assert qa_bot("articles", "delete", "strike", "--json", *index).json == {"deleted": 1}
    assert qa_bot("articles", "list", *index).out == ""


def test_check_says_what_is_there_and_mends_what_is_damaged(
    qa_bot: QaBot, folder: Path, tmp_path: Path
) -> None:
    """Exit code 1 while something does not fit; --repair mends it from the catalogue."""
    index = ("--index-dir", tmp_path / "index")
    qa_bot("index", folder, *index)
    well = qa_bot("check", *index)
    assert (well.code, well.out) == (0, "2 articles, 2 passages: all is well.\n")

    damage(tmp_path / "index")
    hurt = qa_bot("check", *index)
    assert hurt.code == 1
    assert "qa-bot check --repair" in hurt.out
    assert qa_bot("check", "--json", *index).json["problems"]
    mended = qa_bot("check", "--repair", *index)
    assert (mended.code, mended.out.splitlines()[-1]) == (0, "2 articles, 2 passages: repaired.")
    assert qa_bot("check", *index).code == 0


def damage(index: Path) -> None:
    """Lose the word index's entries behind the catalogue's back."""
    from qa_bot.word_index import WordIndex

    words = WordIndex(index / "words")
    words.apply([1], [])


def test_config_shows_each_value_and_where_it_comes_from(
    qa_bot: QaBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Argument, environment, file or default, for every setting."""
    monkeypatch.setenv("QA_BOT_CANDIDATES", "7")
    Path("qa_bot.toml").write_text("candidates = 9\nvector_weight = 0.5\n", "utf-8")

    data = qa_bot("config", "--json", "--index-dir", tmp_path).json
    text = qa_bot("config")

    assert data["candidates"] == {"value": 7, "origin": "environment"}
    assert data["vector_weight"] == {"value": 0.5, "origin": "file"}
    assert data["index_dir"] == {"value": str(tmp_path), "origin": "argument"}
    assert data["title_weight"]["origin"] == "default"
    assert "candidates = 7  (environment)\n" in text.out


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("candidates = 0", "'candidates'"),
        ("candidates = 'many'", "'candidates'"),
        ("candidate = 5", "'candidate'"),
        ("[candidates]\nx = 1", "'candidates'"),
        ("candidates = ", "qa_bot.toml"),
        ("\udcff", "qa_bot.toml"),
    ],
)
@pytest.mark.parametrize("command", ["config", "ask Who?", "index .", "check"])
def test_a_bad_settings_file_is_one_sentence(qa_bot: QaBot, toml: str, named: str, command: str) -> None:
    """Out of range, unknown, no TOML, no UTF-8: each command says so and ends with 2."""
    Path("qa_bot.toml").write_bytes(toml.encode("utf-8", "surrogateescape"))
    result = qa_bot(*command.split())

    assert result.code == 2
    assert named in result.error


def test_a_bad_setting_of_the_environment_is_one_sentence(
    qa_bot: QaBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the setting and the value."""
    monkeypatch.setenv("QA_BOT_PASSAGE_WORDS", "5")

    assert re.search(r"'passage_words'.*'5'.*20", qa_bot("config").error)


def test_eval_measures_a_file_of_questions(qa_bot: QaBot, folder: Path, default: Path) -> None:
    """A table, or JSON; over the index or over articles that are named; a page with --report."""
    asked = {"id": "1", "question": "Who resigned?", "answers": ["Elin Storm"], "articles": ["mayor"]}
    Path("questions.jsonl").write_text(json.dumps(asked), "utf-8")
    result = qa_bot("eval", "questions.jsonl", "--json").json
    over = qa_bot("eval", "questions.jsonl", "--articles", folder, "--report", "report.html")

    assert result["answers"]["right"]["value"] == 1.0
    assert "right" in over.out
    assert Path("report.html").read_text("utf-8").startswith("<!")
    assert qa_bot("eval", "questions.jsonl", "--report", "nowhere/report.html").code == 2


# --- index ---------------------------------------------------------------------------------------


def test_index_says_what_it_did(qa_bot: QaBot, folder: Path, tmp_path: Path) -> None:
    """Added, unchanged, changed, removed: counted in words on stdout, in ids with --json."""
    index = ("--index-dir", tmp_path / "index")
    assert qa_bot("index", folder, *index).out == "2 added.\n"
    assert qa_bot("index", folder, *index).out == "2 unchanged; nothing to do.\n"
    (folder / "mayor.md").write_text("---\nid: mayor\n---\nMayor Ada Lind resigned.\n", "utf-8")
    (folder / "new.txt").write_text("Something new happened in the harbour.", "utf-8")
    changed = qa_bot("index", folder, "--json", *index).json
    told = {(line["outcome"], line["id"]) for line in changed.pop("articles")}
    assert told == {("changed", "mayor"), ("added", "new.txt"), ("unchanged", "strike")}
    assert changed == {
        "added": ["new.txt"],
        "changed": ["mayor"],
        "unchanged": ["strike"],
        "removed": [],
        "failed": [],
        "undated": ["mayor", "new.txt"],
    }
    again = qa_bot("index", folder, "--index-dir", tmp_path / "another")
    assert "2 articles have no date; --since and --until leave such out." in again.err
    (folder / "new.txt").unlink()
    assert qa_bot("index", folder, *index).out == "2 unchanged; nothing to do.\n"
    assert qa_bot("index", folder, "--prune", *index).out == "1 removed, 2 unchanged.\n"


def test_index_goes_on_past_what_fails(qa_bot: QaBot, folder: Path, tmp_path: Path) -> None:
    """A file that cannot be read and a path that is missing are named; the others are indexed; exit 1."""
    (folder / "broken.md").write_bytes(b"\0" * 400)
    (folder / "empty.txt").write_text("", "utf-8")
    (tmp_path / "none").mkdir()
    paths = (folder, tmp_path / "none", "nowhere.md", "~nobody-of-this-name/x.md")
    result = qa_bot("index", *paths, "--index-dir", tmp_path / "index")

    assert result.code == 1
    assert result.out == "2 added, 5 failed.\n"
    for named in ("broken.md", "empty.txt", "none", "nowhere.md", "~nobody-of-this-name"):
        assert re.search(rf"^Not indexed: .*{re.escape(named)}", result.err, re.M)
    data = qa_bot("index", *paths, "--json", "--index-dir", tmp_path / "index")
    assert (data.code, len(data.json["failed"]), len(data.json["unchanged"])) == (1, 5, 2)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_index_names_a_file_that_it_has_no_right_to_read(qa_bot: QaBot, folder: Path, tmp_path: Path) -> None:
    """Its name and the reason; the others are indexed."""
    (folder / "mayor.md").chmod(0)
    result = qa_bot("index", folder, "--index-dir", tmp_path / "index")

    assert (result.code, result.out) == (1, "1 added, 1 failed.\n")
    assert "permission" in result.err


def test_the_first_index_replaces_the_demo(qa_bot: QaBot, folder: Path) -> None:
    """After it the default index answers, without the samples."""
    assert qa_bot("ask", "Who heads MI6?").code == 0
    qa_bot("index", folder)

    assert qa_bot("articles", "list", "--json").json["articles"][1]["id"] == "mayor"
    assert qa_bot("ask", "Who heads MI6?").code == 3
    assert qa_bot("ask", "Who resigned?").err == ""


def test_another_embedder_is_refused_until_the_index_is_rebuilt(
    qa_bot: QaBot, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal gives the command that mends it, and the command does."""
    index = tmp_path / "index"
    qa_bot("index", folder, "--index-dir", index)
    monkeypatch.setenv("QA_BOT_EMBEDDER", "wordllama:64")

    for command in (("ask", "Who resigned?"), ("index", folder), ("check",)):
        refused = qa_bot(*command, "--index-dir", index)
        assert refused.code == 1
    (mending,) = re.findall(r"(qa-bot index --rebuild --index-dir \S+)", refused.error)
    rebuilt = qa_bot(*mending.split()[1:])
    assert (rebuilt.code, rebuilt.out) == (0, "")
    assert rebuilt.err.splitlines()[-1] == "Rebuilt: 2 articles."
    assert "Storm" in qa_bot("ask", "Who resigned?", "--index-dir", index).out
    assert qa_bot("index", "--rebuild", "--json", "--index-dir", index).json == {"rebuilt": 2}


# --- chat and processes --------------------------------------------------------------------------


def test_chat_answers_line_by_line_over_a_pipe(lasting: Path) -> None:
    """Follow-ups are understood, what cannot be a question is refused, an empty line ends it."""
    questions = f"Who resigned in Lindholm?\nWhy?\n{'x' * 8001}\n\nHow many dockers walked out?\n"
    result = process("chat", "--index-dir", lasting, stdin=questions)

    assert result.code == 0
    assert result.out.count("[1] Harbour Daily") == 2
    assert "(Why (Mayor Elin Storm of Lindholm resigned in Lindholm)?)" in result.err
    assert "Error: The question has 8,001 characters" in result.err
    assert "dockers" not in result.out


def test_chat_json_is_a_line_an_answer(lasting: Path) -> None:
    """Each line of stdout is JSON, also an error; text that is not UTF-8 and a closed stdin end nothing."""
    questions = b"Who resigned?\n" + b"x" * 8001 + b"\n\xff\xfe who\nhello\n"
    command = [sys.executable, "-m", "qa_bot", "chat", "--json", "--index-dir", str(lasting)]
    done = subprocess.run(command, input=questions, capture_output=True, timeout=60)
    lines = [json.loads(line) for line in done.stdout.splitlines()]

    assert (done.returncode, done.stderr) == (0, b"")
    assert [next(iter(line)) for line in lines] == ["question", "error", "question", "question"]
    closed = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m qa_bot chat --index-dir "{lasting}" <&-'], capture_output=True
    )
    assert (closed.returncode, closed.stdout, closed.stderr) == (0, b"", b"")


def test_chat_refuses_bad_filters(lasting: Path) -> None:
    """A filter that is wrong is wrong for every question: the chat ends with 2."""
    result = process("chat", "--as-of", "soon", "--index-dir", lasting, stdin="Who?\nWhy?\n")

    assert result.code == 2
    assert result.error.startswith("as_of")


def test_bytes_that_are_no_text_can_be_asked(lasting: Path) -> None:
    """An argument that is not UTF-8 is answered or refused, in text and in JSON."""
    for more in ([], ["--json"]):
        question = os.fsdecode(b"who \xff\xfe?")
        command = [sys.executable, "-m", "qa_bot", "ask", question, "--index-dir", str(lasting), *more]
        done = subprocess.run(command, capture_output=True)
        assert done.returncode == 3
        assert done.stderr == b""
    assert json.loads(done.stdout)["question"] == "who ???"


def test_a_terminal_that_is_not_utf8_is_written_to(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it cannot show becomes "?"; JSON stays whole."""
    (folder / "letters.txt").write_text("Die Fähre 🚢 nach İstanbul.", "utf-8")
    index_articles([folder], tmp_path / "index")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    options = ("letters.txt", "--index-dir", tmp_path / "index")
    text = process("articles", "show", *options, encoding="latin-1")
    data = process("articles", "show", "--json", *options, encoding="latin-1")

    assert "Fähre ? nach ?stanbul" in text.out
    assert data.json["text"] == "Die Fähre 🚢 nach İstanbul."


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_while_a_chat_waits(lasting: Path) -> None:
    """It ends with 130 and one word."""
    with start("chat", "--index-dir", lasting) as child:
        assert child.stdin and child.stdout
        child.stdin.write("hello\n")
        child.stdin.flush()
        assert child.stdout.readline().startswith("Hello.")
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)

    assert (child.returncode, err.strip()) == (130, "Interrupted.")


# Chroma says so of a collection that has no embedder of its own, as ours.
@pytest.mark.filterwarnings("ignore:legacy embedding function config:DeprecationWarning")
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_while_indexing_leaves_a_good_index(qa_bot: QaBot, tmp_path: Path) -> None:
    """It ends with 130; what was finished can be searched, and indexing again does the rest."""
    row = json.dumps({"text": "The ferry of Lindholm sails at noon, said its captain. " * 40})
    many = tmp_path / "many.jsonl"
    many.write_text((row + "\n") * 6000, "utf-8")
    index = tmp_path / "index"
    with start("index", many, "--index-dir", index) as child:
        assert child.stderr
        first = child.stderr.readline()  # the first batches are in
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)

    assert "articles indexed" in first
    assert (child.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Interrupted."
    assert not TRACEBACK.search(err)
    checked = qa_bot("check", "--json", "--index-dir", index)
    assert 0 < checked.json["articles"] < 6000
    assert checked.json["problems"] == []
    assert checked.code == 0


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_reader_that_goes_away_is_no_error(folder: Path, tmp_path: Path) -> None:
    """`qa-bot articles show ... | head` says nothing on stderr."""
    (folder / "long.txt").write_text("A line of a long text about ferries.\n" * 4000, "utf-8")
    index_articles([folder], tmp_path / "index")
    with start("articles", "show", "long.txt", "--index-dir", tmp_path / "index") as child:
        assert child.stdout and child.stderr
        child.stdout.readline()
        child.stdout.close()
        err = child.stderr.read()

    assert (child.returncode, err) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_one_sentence(lasting: Path) -> None:
    """What cannot be written is an error, not a traceback."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "qa_bot", "articles", "list", "--index-dir", lasting],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert (done.returncode, done.stderr) == (1, "Error: No space left on device.\n")


# --- help ----------------------------------------------------------------------------------------


def every_command() -> Iterator[list[str]]:
    yield []
    for name, command in commands.commands.items():
        yield [name]
        yield from ([name, below] for below in getattr(command, "commands", ()))


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_help_is_there_at_once(command: list[str]) -> None:
    """Every command's --help says what it does, on stdout, in a fraction of a second."""
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        result = process(*command, "--help")
        seconds.append(time.perf_counter() - begun)
        if seconds[0] < SECONDS_FOR_HELP / 4:
            break

    assert (result.code, result.err) == (0, "")
    assert re.match(r"Usage: qa-bot [^\n]*\n\n  [A-Z][^\n]+\n", result.out)
    assert statistics.median(seconds) < SECONDS_FOR_HELP


def test_without_a_command_the_help_is_shown(qa_bot: QaBot) -> None:
    """`qa-bot` alone is a usage error that lists the commands; --version is the version."""
    result = process()

    assert result.code == 2
    assert "index" in result.err
    assert qa_bot("--version").out.startswith("qa-bot")
    assert qa_bot("-h").code == 0


# --- feedback -----------------------------------------------------------------------------------


def test_feedback_is_listed_and_exported(qa_bot: QaBot, folder: Path, tmp_path: Path) -> None:
    """Newest first with its note; exported a JSON object a line, with the answer as in the contract."""
    index = tmp_path / "index"
    qa_bot("index", folder, "--index-dir", index)
    empty = qa_bot("feedback", "list", "--index-dir", index)
    assert (empty.code, empty.out, empty.err) == (0, "", "No feedback yet.\n")
    journal = Journal(index / FILE)
    verdicts: tuple[Verdict, ...] = ("up", "down")
    for verdict in verdicts:
        _, exchange = journal.begin("browser:1", f"Who\nresigned {verdict}?", {"since": "2024-11-01"})
        journal.finish(exchange.id, "done", answer={"answer": {"text": "Storm."}, "pieces": []})
        journal.judge("browser:1", exchange.id, verdict, "Wrong." if verdict == "down" else "")
    journal.close()

    lines = qa_bot("feedback", "list", "--index-dir", index).out.splitlines()
    assert [line[:4] for line in lines] == ["down", "    ", "up  "]
    assert lines[0].endswith("Who resigned down?") and lines[1].strip() == "Wrong."
    exported = qa_bot("feedback", "export", "--index-dir", index).out.splitlines()
    assert [json.loads(line)["verdict"] for line in exported] == ["down", "up"]
    assert json.loads(exported[0])["answer"] == {"text": "Storm."}
    listed = qa_bot("feedback", "list", "--json", "--index-dir", index).json["feedback"]
    assert listed[1]["filters"] == {"since": "2024-11-01"}
