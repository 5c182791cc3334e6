"""What the documents say is true: their Python runs, their commands parse, their table is the settings'."""

import importlib.util
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from sybil import Document, Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

from qa_bot.cli import commands
from qa_bot.config import bundled

ROOT = Path(__file__).parents[1]
NAMES = ("README.md", "CONTRIBUTING.md")
DOCUMENTS = [ROOT / name for name in NAMES if (ROOT / name).is_file()]
SHELL = re.compile(r"^```(?:bash|console|sh|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
A_STUB = 500  # characters: a document that short is not written yet


@pytest.fixture
def my_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples run where a folder `my_articles/` lies: the samples."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(bundled("seeds"), tmp_path / "my_articles")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
@pytest.mark.usefixtures("my_articles")
def test_the_python_of_a_document_runs(path: Path) -> None:
    """Its blocks, one after the other in one namespace; `<!-- skip: next -->` leaves one out."""
    document: Document = Sybil(parsers=[PythonCodeBlockParser(), SkipParser()], path=str(ROOT)).parse(path)
    for example in document.examples():
        example.evaluate()


def command_lines(text: str) -> Iterator[list[str]]:
    """The commands of a document's shell blocks, as words; in blocks with prompts, lines after "$ "."""
    for block in SHELL.findall(text):
        lines = block.replace("\\\n", " ").splitlines()
        if any(line.startswith("$ ") for line in lines):
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        for line in lines:
            lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
            lexer.whitespace_split = True
            yield from split_at_operators(list(lexer))


def split_at_operators(words: list[str]) -> Iterator[list[str]]:
    """`A=1 one x | two > file` is [one x] and [two]."""
    part: list[str] = []
    target = False
    for word in [*words, ";"]:
        if word and set(word) <= set("|&;"):
            if part:
                yield part
            part = []
        elif word and set(word) <= set("<>"):
            target = True
        elif target:
            target = False
        elif part or not re.fullmatch(r"\w+=.*", word):
            part.append(word)


def check_parses(words: list[str]) -> None:
    """Parse a `qa-bot` command as click does, without running it."""
    command: click.Command = commands
    arguments = words[1:]
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        assert arguments[0] in command.commands, f"no command {arguments[0]!r}: {shlex.join(words)}"
        command = command.commands[arguments[0]]
        arguments = arguments[1:]
    try:
        command.make_context(words[0], arguments)
    except click.exceptions.Exit:
        pass  # --help and --version
    except click.ClickException as error:
        pytest.fail(f"{shlex.join(words)}: {error.format_message()}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_commands_of_a_document_are_there(path: Path) -> None:
    """Each `qa-bot ...` parses; each `make ...` names a target."""
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for words in command_lines(path.read_text("utf-8")):
        if words[0] == "qa-bot":
            check_parses(words)
        if words[0] == "make":
            named = [word for word in words[1:] if not re.match(r"-|\w+=", word)]
            assert set(named) <= set(targets), shlex.join(words)


def test_commands_are_found_and_checked() -> None:
    """The two tests above would see a wrong command."""
    text = """```console
$ QA_BOT_CANDIDATES=9 qa-bot ask "Who resigned?" --json | jq .text > out.txt && make chat PORT=1
qa-bot is not asked here
```
```bash
qa-bot index my_articles \\
  --prune  # new and changed files
```"""
    found = list(command_lines(text))

    assert found == [
        ["qa-bot", "ask", "Who resigned?", "--json"],
        ["jq", ".text"],
        ["make", "chat", "PORT=1"],
        ["qa-bot", "index", "my_articles", "--prune"],
    ]
    for words in (found[0], found[3], ["qa-bot", "--version"], ["qa-bot", "articles", "show", "ID"]):
        check_parses(words)
    for wrong in (["qa-bot", "answer"], ["qa-bot", "ask", "--nonsense"], ["qa-bot", "articles", "show"]):
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            check_parses(wrong)


def settings_table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("settings_table", ROOT / "tools" / "settings_table.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_lists_the_settings_there_are() -> None:
    """Its table is what `python tools/settings_table.py --write` writes."""
    readme = (ROOT / "README.md").read_text("utf-8")
    if len(readme) < A_STUB:
        pytest.skip("README.md is not written yet")
    tool = settings_table()

    assert tool.held(readme) == tool.table()


def test_the_table_has_a_row_for_each_setting(tmp_path: Path) -> None:
    """Name, default, variable and meaning; writing it changes nothing around it, and twice nothing at all."""
    tool, readme = settings_table(), tmp_path / "README.md"
    readme.write_text("before\n<!-- settings -->\nold\n<!-- /settings -->\nafter\n", "utf-8")
    tool.main(["--write"], readme)
    once = readme.read_text("utf-8")
    tool.main(["--write"], readme)

    assert "| `candidates` | `50` | `QA_BOT_CANDIDATES` | Passages" in tool.table()
    assert once == f"before\n<!-- settings -->\n{tool.table()}\n<!-- /settings -->\nafter\n"
    assert readme.read_text("utf-8") == once
    readme.write_text("no place for it", "utf-8")
    with pytest.raises(SystemExit, match="settings"):
        tool.main(["--write"], readme)
