"""Settings: where a value comes from, what it may be, and what the hash tells."""

import importlib.util
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from qa_bot import config
from qa_bot.config import ENV_PREFIX, Settings, bundled, load_settings, origins
from qa_bot.errors import SettingsError

ROOT = Path(__file__).parents[1]
NAMES = sorted(Settings.model_fields)


def toml(text: str) -> None:
    Path("qa_bot.toml").write_text(text, "utf-8")


def refused(**arguments: Any) -> str:
    """The one sentence with which settings are refused."""
    with pytest.raises(SettingsError) as caught:
        load_settings(**arguments)
    message = str(caught.value)
    assert re.fullmatch(r"[^\n]{20,600}\.", message), message
    return message


def test_an_argument_goes_before_the_environment_before_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And `origins` says which of them it was."""
    seen = []
    for argument, environment, file in ((1, 2, 3), (None, 2, 3), (None, None, 3), (None, None, None)):
        monkeypatch.delenv("QA_BOT_CANDIDATES", raising=False)
        if environment:
            monkeypatch.setenv("QA_BOT_CANDIDATES", str(environment))
        toml(f"candidates = {file}" if file else "")
        settings = load_settings(candidates=argument)
        seen.append((settings.candidates, origins(settings, {"candidates": argument})["candidates"]))

    assert seen == [(1, "argument"), (2, "environment"), (3, "file"), (50, "default")]


def test_the_environment_is_read_whatever_its_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    """qa_bot_candidates does as well as QA_BOT_CANDIDATES, and other variables are not read."""
    monkeypatch.setenv("qa_bot_candidates", "9")
    monkeypatch.setenv("EMBEDDER", "nonsense")
    settings = load_settings()

    assert (settings.candidates, settings.embedder) == (9, "wordllama:256")
    assert origins(settings, {})["candidates"] == "environment"


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_says_what_it_means(name: str) -> None:
    """A sentence a setting, and a range for each number."""
    field = Settings.model_fields[name]

    assert re.fullmatch(r"[A-Z][^\n]+\.", field.description or "")
    if field.annotation in (int, float):
        assert {type(bound).__name__ for bound in field.metadata} <= {"Ge", "Gt", "Le"}
        assert len(field.metadata) == 2


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"candidates": 0}, "greater than or equal to 1"),
        ({"candidates": 1001}, "less than or equal to 1000"),
        ({"candidates": "many"}, "valid integer"),
        ({"candidates": 1.5}, "valid integer"),
        ({"passage_words": 19}, "greater than or equal to 20"),
        ({"min_confidence": 1.1}, "less than or equal to 1"),
        ({"recency_half_life_days": 0}, "greater than 0"),
        ({"vector_weight": math.nan}, "vector_weight"),
        ({"vector_weight": math.inf}, "vector_weight"),
        ({"embedder": 5}, "valid string"),
        ({"embedder": "x" * 10_000}, "embedder"),
        ({"index_dir": ""}, "it is empty"),
        ({"index_dir": "a\0b"}, "NUL"),
        ({"index_dir": 5}, "index_dir"),
        ({"candidate": 5}, "the settings are index_dir, embedder,"),
        ({"": 5}, "There is no setting ''"),
    ],
)
def test_what_cannot_be_set_is_refused_in_one_sentence(arguments: dict[str, Any], named: str) -> None:
    """It names the setting, the value and the range or the names there are."""
    if arguments == {"embedder": "x" * 10_000}:  # a name that nothing has is found out when it is used
        assert load_settings(**arguments).embedder == "x" * 10_000
        return

    assert named in refused(**arguments)


@pytest.mark.parametrize(
    "text",
    [
        "candidates = 0",
        "candidate = 5",
        "candidates = ",
        "candidates 5",
        "\x00",
        "[a]\nb = 1",
        "a = 1\na = 2",
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_sentence(text: str) -> None:
    """Out of range, unknown, or no TOML."""
    toml(text)

    assert re.search("candidate|qa_bot.toml|'a'", refused())


def test_a_file_that_cannot_be_read_is_refused() -> None:
    """Bytes that are no text; a folder of that name is not taken for a file."""
    Path("qa_bot.toml").write_bytes(b"\xff\xfe\xff")
    assert "qa_bot.toml" in refused()
    Path("qa_bot.toml").unlink()
    Path("qa_bot.toml").mkdir()
    assert load_settings().candidates == 50


def test_a_value_of_the_environment_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the value as it stands there."""
    monkeypatch.setenv("QA_BOT_CANDIDATES", "many")

    assert "'many'" in refused()


@given(
    st.dictionaries(st.sampled_from([*NAMES, "x"]), st.one_of(st.none(), st.text(max_size=8), st.floats()))
)
def test_any_values_are_taken_or_refused(arguments: dict[str, Any]) -> None:
    """Settings or a SettingsError of one line, never anything else."""
    try:
        settings = load_settings(**arguments)
    except SettingsError as error:
        assert "\n" not in str(error)
        return

    assert len(settings.hash) == 12
    assert settings.store_dir is not None


def test_settings_cannot_be_changed() -> None:
    """They are a value, not a place to put things."""
    with pytest.raises(ValueError, match="frozen"):
        setattr(load_settings(), "candidates", 5)  # noqa: B010 (as a type checker would not let it pass)


FETCHING = {
    *("user_agent", "web_delay_seconds", "web_timeout_seconds", "web_max_mb", "web_max_pages"),
    *("allow_private_addresses", "watch_minutes"),
}


def test_the_hash_tells_settings_that_shape_answers() -> None:
    """Each of them changes it; where the index lies does not."""
    plain = load_settings()
    changed = [
        load_settings(embedder="wordllama:64"),
        *(
            load_settings(**{name: 1})
            for name in NAMES
            if name not in {"index_dir", "embedder", "passage_words", "keep_originals", *OF_MODEL} | FETCHING
        ),
        load_settings(passage_words=99),
    ]
    different = {settings.hash for settings in changed if settings != plain}

    assert plain.hash not in different
    assert len(different) == len([settings for settings in changed if settings != plain])
    assert load_settings(index_dir="/elsewhere").hash == plain.hash
    assert load_settings(keep_originals="all", user_agent="me", web_max_pages=9).hash == plain.hash
    assert re.fullmatch(r"[0-9a-f]{12}", plain.hash)


OF_MODEL = {
    "llm_context_window": 4096,
    "llm_max_tokens": 99,
    "unsupported": "removed",
    "llm_timeout_seconds": 5,
    "llm_key_file": "key.txt",
    "llm": "ollama:another",
}


def test_a_models_settings_and_prompts_shape_answers_only_while_it_is_set() -> None:
    """Without a model the hash is what it was; with one its prompts are in it. Time and key never are."""
    plain, written = load_settings(), load_settings(llm="ollama:one")
    without = {load_settings(**{name: value}).hash for name, value in OF_MODEL.items() if name != "llm"}
    with_one = {
        name: load_settings(**{"llm": "ollama:one", name: value}).hash for name, value in OF_MODEL.items()
    }

    assert without == {plain.hash}
    assert written.hash != plain.hash
    assert {name for name, digest in with_one.items() if digest == written.hash} == {
        "llm_timeout_seconds",
        "llm_key_file",
    }
    assert len(set(with_one.values())) == 5


def test_the_index_is_where_it_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is named, with ~ for home; unset, the folder `default` where indexes live."""
    monkeypatch.setenv("HOME", str(tmp_path))

    assert load_settings().store_dir == config.data_home() / "default"
    assert load_settings(index_dir="~/news").store_dir == tmp_path / "news"
    assert load_settings(index_dir=tmp_path).store_dir == tmp_path
    assert load_settings(index_dir="~nobody-of-this-name/x").store_dir == Path("~nobody-of-this-name/x")


def test_a_checkout_keeps_its_index_and_a_copy_elsewhere_uses_the_users_folder(tmp_path: Path) -> None:
    """Where the package lies decides: beside pyproject.toml and seeds/, or installed."""
    for name, home in (("checkout", "checkout/index"), ("site", "home")):
        package = tmp_path / name / "qa_bot"
        package.mkdir(parents=True)
        if name == "checkout":
            (package.parent / "pyproject.toml").touch()
            (package.parent / "seeds").mkdir()
        file = package / "config.py"
        file.write_text((ROOT / "qa_bot" / "config.py").read_text("utf-8"), "utf-8")
        spec = importlib.util.spec_from_file_location(f"config_in_{name}", file)
        assert spec and spec.loader
        copy = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(copy)

        assert copy.data_home().is_relative_to(tmp_path / home)
        inside = tmp_path / "checkout" if name == "checkout" else package / "_data"
        assert copy.bundled("seeds") == inside / "seeds"


def test_what_is_bundled_is_there() -> None:
    """Prompts and seeds can be read, from a checkout or a wheel."""
    assert (bundled("seeds") / "questions.jsonl").is_file()
    assert bundled("prompts").is_dir()


def test_the_environment_variables_are_named_after_the_settings() -> None:
    """QA_BOT_ and the name in capitals."""
    assert ENV_PREFIX == "QA_BOT_"
