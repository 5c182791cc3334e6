"""The wheel holds the program and nothing else, and answers from wherever it is installed."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Where each folder of the checkout lies in the wheel.
HOME_IN_WHEEL = {
    "qa_bot": "qa_bot",
    "prompts": "qa_bot/_data/prompts",
    "seeds": "qa_bot/_data/seeds",
}
QUESTION = "How many North Korean troops are in Russia?"


def run(*command: str, cwd: Path, **environment: str) -> str:
    """The standard output of a command that must succeed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def source_files(folder: str) -> set[str]:
    """What the checkout holds under a folder, but for what Python leaves behind."""
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT / folder).as_posix() for path in paths if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_program_its_prompts_and_its_seeds_and_nothing_else(
    wheel: Path,
) -> None:
    """No index, no tests, no tools: what is not in qa_bot/, prompts/ or seeds/ stays out."""
    expected = {f"{home}/{name}" for folder, home in HOME_IN_WHEEL.items() for name in source_files(folder)}

    names = set(zipfile.ZipFile(wheel).namelist())
    packaged = {name for name in names if ".dist-info/" not in name}

    assert packaged == expected
    assert {"qa_bot/py.typed", "qa_bot/_data/seeds/questions.jsonl"} <= packaged
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_an_installed_wheel_answers_from_the_demo_and_writes_only_user_data(
    wheel: Path, tmp_path: Path
) -> None:
    """Installed and asked elsewhere, it cites its own seeds and leaves the package as it was."""
    site, home, elsewhere = tmp_path / "site", tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir(exist_ok=True)
    elsewhere.mkdir()
    run(
        *("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"),
        *("--target", str(site), str(wheel)),
        cwd=elsewhere,
    )
    before = {path for path in site.rglob("*") if path.is_file()}
    environment = {
        "PYTHONPATH": str(site),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
    }

    origin = run("-c", "import qa_bot; print(qa_bot.__file__)", cwd=elsewhere, **environment)
    reply = json.loads(run("-m", "qa_bot", "ask", "--json", QUESTION, cwd=elsewhere, **environment))

    assert Path(origin.strip()).is_relative_to(site)
    assert reply["answered"]
    assert reply["citations"]
    assert {path for path in site.rglob("*") if path.is_file()} == before
    assert any((home / "data").rglob("*.sqlite*"))
    assert not list(elsewhere.iterdir())
