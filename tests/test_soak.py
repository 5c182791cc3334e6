"""The long runs of tools/, made short."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def tool(name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / name), *arguments], capture_output=True, text=True
    )


def test_a_short_soak_finds_no_fault() -> None:
    """Killing a writer, and asking beside two of them, loses nothing."""
    done = tool("soak.py", "--kills", "2", "--seconds", "3", "--seed", "3", "--failures", "10")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": 0 faults") == 3


def test_hostile_files_can_be_made(tmp_path: Path) -> None:
    """As many as are promised; indexing them takes a minute and is left to `make hostile`."""
    done = tool("hostile.py", "--small", "--only", str(tmp_path / "files"))
    assert (done.returncode, done.stdout.split()[:2]) == (0, ["300", "files"]), done.stderr
    (tmp_path / "files" / "closed").chmod(0o700)


def test_a_benchmark_without_articles_says_so(tmp_path: Path) -> None:
    """The articles are not part of the project."""
    done = tool("bench.py", str(tmp_path))
    assert done.returncode == 2
    assert str(tmp_path) in done.stderr
    assert done.stderr.count("\n") == 1
