"""What must stay true of the project's own files."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text("utf-8")

# In two pieces, so that this file does not hold what it looks for.
HOSTS = ("py" + "pi.org", "pythonhos" + "ted.org", "npm" + "js.org", "deb.debian" + ".org")
PLACES = ("/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "/wo" + "rk/", "/tm" + "p/")
# A path begins a word: not the end of an address or of a relative path.
FORBIDDEN = re.compile("|".join(map(re.escape, HOSTS)) + r"|(?<![\w./:-])(?:" + "|".join(PLACES) + ")")


def project_files() -> list[Path]:
    """The files that git tracks or would track; none where this is no checkout."""
    if not shutil.which("git"):
        return []
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def make(*arguments: str, cwd: Path) -> str:
    """What a make of its own prints: nothing comes down from one that runs these tests."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    for name in ("ARGS", "MFLAGS", "Q"):
        ours.pop(name, None)
    done = subprocess.run(["make", *arguments], cwd=cwd, env=ours, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def dependency_lines() -> list[str]:
    """The lines of pyproject.toml that ask for a package, with what else stands on them."""
    project = PYPROJECT.split("\n[tool.", 1)[0]
    return re.findall(r'^  "[a-zA-Z].*', project, re.M)


def test_nothing_strays_into_the_top_of_the_project() -> None:
    """What a trial leaves there must not be kept by mistake."""
    files = project_files()
    if not files:
        pytest.skip("no checkout")
    top = {path.relative_to(ROOT).parts[0] for path in files}
    folders = {"qa_bot", "index", "prompts", "tests", "seeds", "tools", "docs", "requirements", ".ci"}
    names = {"pyproject.toml", "Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"}
    assert top == folders | names | {".gitignore"}


def test_no_file_names_a_registry_host_or_a_place_on_one_machine() -> None:
    """What is written here must hold on every machine, behind any mirror."""
    files = project_files()
    if not files:
        pytest.skip("not a git checkout")
    found = []
    for path in files:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if match := FORBIDDEN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match.group()}")

    assert found == []


@pytest.mark.parametrize("name", ["base.txt", "test.txt", "models.txt", "anthropic.txt"])
def test_pins_are_exact_hashed_and_without_addresses(name: str) -> None:
    """Each entry is one version with at least one hash, so an install can't drift or be swapped."""
    text = (ROOT / "requirements" / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    entries = re.split(r"\n(?=\S)", "\n".join(lines).strip())

    assert len(entries) > 50
    assert [entry for entry in entries if not re.match(r"[\w.\[\]-]+==\S+", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_what_chat_installs_holds_no_test_tools_and_no_torch() -> None:
    """`make chat` asks for the base pins alone."""
    base = (ROOT / "requirements" / "base.txt").read_text("utf-8")

    assert re.findall(r"^(?:pytest|playwright|ruff|mypy|torch)==.*", base, re.M) == []


def test_the_test_pins_extend_the_base_pins() -> None:
    """What is tested is what is run."""
    pins = {
        name: set(re.findall(r"^\w.*==[^\\\n]*", (ROOT / "requirements" / name).read_text("utf-8"), re.M))
        for name in ("base.txt", "test.txt")
    }

    assert pins["base.txt"] - pins["test.txt"] == set()


def test_every_dependency_is_pinned() -> None:
    """A dependency added without `make pins` is missing from what others install."""
    asked = {
        re.sub(r"[-_.]+", "-", name).lower()
        for line in dependency_lines()
        for name in re.findall(r'"([\w.-]+)', line)[:1]
    }
    files = ("test.txt", "models.txt", "anthropic.txt")
    pins = "\n".join((ROOT / "requirements" / name).read_text("utf-8") for name in files)

    assert asked - set(re.findall(r"^([\w-]+)==", pins, re.M)) == set()


def test_every_dependency_has_a_lower_bound_and_a_reason() -> None:
    """A line of pyproject.toml that asks for a package says from which release, and why."""
    lines = dependency_lines()

    assert len(lines) > 15
    explained = re.compile(r'  "[\w-]+(?:\[[\w,]+\])?>=[\w.,<]+(?:; [^"]+)?",\s+# \S.+')
    assert [line for line in lines if not explained.fullmatch(line)] == []


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    """CHANGELOG.md, pyproject.toml and qa_bot.__version__ name one version."""
    import qa_bot

    (version,) = re.findall(r'^version = "(.+)"$', PYPROJECT, re.M)
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## \[?v?(\d+\.\d+\.\d+\S*?)\]?(?:\s|$)", changelog, re.M)

    assert released[:1] == [version]
    assert qa_bot.__version__ == version


def test_make_help_lists_every_target() -> None:
    """A command that help does not show is a command that nobody finds."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.M)
    listed = re.findall(r"^  make (\w+)\s+\S", make(cwd=ROOT), re.M)

    assert sorted(listed) == sorted(set(phony.split()) - {"rebuild"})


def test_make_ask_passes_a_question_on_as_it_was_typed(tmp_path: Path) -> None:
    """Quotes, dollar signs and apostrophes in Q reach the program, not the shell or make."""
    question = """-Who's "$HOME", $(shell echo x) `echo y` $$5 \\ 100%?"""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\n[ "$1" = -c ] || printf "%s\\n" "$@"\n', "utf-8")
    python.chmod(0o755)
    for stamp in ("pyvenv.cfg", ".base", ".test"):
        (tmp_path / ".venv" / stamp).touch()
    shutil.copy(ROOT / "Makefile", tmp_path)

    passed = make("ask", f"Q={question}", "--old-file=.venv/.base", cwd=tmp_path)

    assert passed.splitlines() == ["-m", "qa_bot", "ask", "--", question]
