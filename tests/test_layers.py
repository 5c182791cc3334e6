"""Who imports whom: one way, from the skins down to the values; and what an import costs."""

import ast
import dataclasses
import importlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "qa_bot"
STAGES = "stages"
# From the ground up. A module imports from lower lines alone; a line that is no stage holds what its
# modules need of each other on lines of their own.
LAYERS: tuple[tuple[str, str], ...] = (
    ("values", "errors types"),
    ("words of time", "date_patterns"),
    ("their meaning", "date_rules"),
    ("text", "text dates config guard synonyms static_vectors providers journal contextual"),
    (
        "tools",
        "lexicon speech_words models prompts citations coverage quotable markers cleaning decoding copies"
        " reader",
    ),
    ("furniture", "furniture records facts"),
    ("sources", "sources"),
    ("readers", "markdown tables pages archives"),
    ("documents", "documents languages progress feeds fetching"),
    ("questions and phrases", "question requests finders quantities phrases asides leaning model_calls"),
    ("what follow-ups stand for", "referents"),
    ("and what they leave out", "ellipsis"),
    ("expansion and speech", "expansion speech sameness statements"),
    ("candidates and sources", "candidates attribution"),
    ("figures, agreement, doubts", "figures contradictions agreement doubts"),
    ("persons and days", "who_when"),
    ("support", "support"),
    ("indexes", "word_index vector_index"),
    ("store", "store"),
    (
        STAGES,
        "articles chunking courtesy rewrite retrieval evidence disagreement overview extractive generative",
    ),
    ("preparing", "preparing reading web"),
    ("ingestion", "ingestion"),
    ("outlets", "listing"),
    ("countries", "countries"),
    ("LlamaIndex engine, overviews, written answers", "llama briefing writing parts"),
    ("reasons", "explanation"),
    ("bot", "bot"),
    ("around the bot", "evaluation rendering suggestions watching"),
    ("reports", "reporting exporting"),
    ("web chat", "talk library catalogue"),
    ("what the page calls", "endpoints"),
    ("web page", "ui"),
    ("command line", "cli"),
    ("start", "__main__"),
)
LEVEL = {module: level for level, (_, names) in enumerate(LAYERS) for module in names.split()}
STAGE = next(level for level, (name, _) in enumerate(LAYERS) if name == STAGES)
# Each of these is known to few, so that another can take its place.
ONLY_IN = {
    "chromadb": {"vector_index"},
    "tantivy": {"word_index"},
    "gradio": {"ui"},
    "fastapi": {"ui"},
    "uvicorn": {"ui"},
    "sqlite3": {"store", "vector_index", "journal"},
    "wordllama": {"static_vectors"},
    "llama_index": {"models", "retrieval", "generative", "llama"},
    "pydantic_settings": {"config"},
    "click": {"cli", "ui"},
    "httpcore": {"fetching"},
    "trafilatura": {"pages"},
    "feedparser": {"feeds"},
    "rensa": {"copies"},
    "py3langid": {"languages"},
}
HEAVY = {"llama_index", "chromadb", "gradio", "wordllama", "numpy", "tantivy", "pydantic", "sqlite3"}


@dataclass(frozen=True)
class Import:
    """One import: in which module, of which module, which name of it."""

    by: str
    of: str
    name: str | None
    typing_only: bool


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, also those inside functions."""
    tree = ast.parse(path.read_text("utf-8"))
    typing = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and isinstance(test.test, ast.Name) and test.test.id == "TYPE_CHECKING"
        for node in ast.walk(test)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(path.stem, alias.name, None, id(node) in typing)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name} imports relatively"
            for alias in node.names:
                yield Import(path.stem, node.module or "", alias.name, id(node) in typing)


def own(found: Import) -> tuple[str, str | None] | None:
    """The module of ours that is imported, and the name of it; None for other packages."""
    if found.of == "qa_bot":
        # "from qa_bot import bot" imports a module, "from qa_bot import __version__" the package.
        return (found.name, None) if found.name in LEVEL else None
    package, _, module = found.of.partition(".")
    return (module.partition(".")[0], found.name) if package == "qa_bot" else None


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
ALL = [found for path in MODULES for found in imports(path)]


def is_value(module: str, name: str | None) -> bool:
    """Whether a name of a module is a dataclass: a value that is handed from stage to stage."""
    return name is not None and dataclasses.is_dataclass(
        getattr(importlib.import_module(f"qa_bot.{module}"), name)
    )


def test_every_module_has_a_layer() -> None:
    """A new module is put on its line of the table above."""
    assert [path.stem for path in MODULES if path.stem not in LEVEL] == []


@pytest.mark.parametrize("module", [path.stem for path in MODULES])
def test_imports_go_down(module: str) -> None:
    """No module imports one above it or beside it; a stage may know the values of another, not its work."""
    wrong = []
    for found in ALL:
        target = own(found)
        if found.by != module or found.typing_only or target is None or not {module, target[0]} <= set(LEVEL):
            continue
        handed = LEVEL[module] == LEVEL[target[0]] == STAGE and is_value(*target)
        if LEVEL[target[0]] >= LEVEL[module] and not handed:
            wrong.append(f"{module} imports {target[0]}.{target[1] or ''}")

    assert wrong == []


@pytest.mark.parametrize("package", ONLY_IN)
def test_each_library_is_known_to_few(package: str) -> None:
    """Types may be named elsewhere, for the type checker alone."""
    users = {found.by for found in ALL if found.of.partition(".")[0] == package and not found.typing_only}

    assert users <= ONLY_IN[package]


def test_types_and_errors_need_the_standard_library_alone() -> None:
    """Whoever reads an answer's JSON back needs nothing that makes answers."""
    needed = {found.of.partition(".")[0] for found in ALL if found.by in ("types", "errors")}

    assert needed <= set(sys.stdlib_module_names)


def test_only_the_bot_composes_the_stages() -> None:
    """Whatever is above the bot asks the bot; it does not put stages together itself."""
    working = {
        (found.by, *target)
        for found in ALL
        if (target := own(found))
        and LEVEL.get(target[0]) == STAGE < LEVEL[found.by]
        and not is_value(*target)
        and not found.typing_only
    }

    assert {by for by, *_ in working} <= {"bot", "briefing", "writing", "ingestion", "preparing", "reading"}


@pytest.mark.parametrize(
    "code",
    [
        "import qa_bot; dir(qa_bot); qa_bot.Answer; qa_bot.QABotError",
        "from qa_bot.cli import run; run(['--help']); run(['ask', '--help']); run(['serve', '--help'])"
        "; run(['articles', '--help']); run(['nonsense']); run(['--version'])",
    ],
)
def test_importing_and_help_load_nothing_heavy(code: str) -> None:
    """They take milliseconds; the libraries that take seconds are loaded when something is asked."""
    loaded = "import sys; print('LOADED', *{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{loaded}"], capture_output=True, text=True, check=True
    )

    assert set(done.stdout.rpartition("LOADED ")[2].split()) & HEAVY == set()
