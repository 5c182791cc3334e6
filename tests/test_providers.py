"""Models by name: what a name says, what is missing, where the key comes from."""

import re
import sys
from pathlib import Path

import pytest

from qa_bot.errors import SettingsError
from qa_bot.providers import KEY_VARIABLE, PROVIDERS, key_of, key_source, model_name

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("text", "model", "address"),
    [
        ("ollama:qwen3", "qwen3", "http://127.0.0.1:11434"),
        ("ollama:qwen3:8b@http://10.0.0.7:11434/", "qwen3:8b", "http://10.0.0.7:11434"),
        ("openai-like:org/model@v1@https://gpu.example/v1", "org/model@v1", "https://gpu.example/v1"),
        ("openai-like:m@http://127.0.0.1:8080/v1", "m", "http://127.0.0.1:8080/v1"),
        ("openai:any-new-model", "any-new-model", "https://api.openai.com/v1"),
    ],
)
def test_a_name_says_model_and_address(text: str, model: str, address: str) -> None:
    """The provider is what stands before the first colon, the address what begins with @http."""
    name = model_name(text)

    assert (name.provider, name.model, name.address) == (text.partition(":")[0], model, address)
    assert name.is_local == ("127.0.0.1" in address)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "name one as ollama:MODEL"),
        ("gpt-4", "name one as ollama:MODEL"),
        ("ollama:", "lacks its model"),
        ("openai-like:m", "openai-like:MODEL@http://HOST:PORT/v1"),
        ("openai-like:@http://h/v1", "lacks its model"),
        ("openai-like:m@http://h:none/v1", "no address like"),
        ("ollama:m@http://user:secret@host:1", "no password"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_form(text: str, said: str) -> None:
    """In one sentence, without a password that may be in it."""
    with pytest.raises(SettingsError, match=re.escape(said)) as caught:
        model_name(text)
    assert "secret" not in str(caught.value)


def test_a_missing_package_is_told_with_its_command() -> None:
    """Anthropic's is not among the packages of the tests: theirs are older than the others need."""
    with pytest.raises(SettingsError) as caught:
        model_name("anthropic:some-model")

    command = str(caught.value).partition("Run: ")[2]
    assert command.startswith(f"{sys.executable} -m pip install ")
    assert "'anthropic>=0.75,<1'" in command


def test_the_commands_install_what_the_extras_ask_for() -> None:
    """pyproject.toml and the message name the same packages."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for name, provider in PROVIDERS.items():
        (block,) = re.findall(rf"^{name} = \[\n(.*?)^\]", text, re.M | re.S)
        assert re.findall(r'^  "([^"]+)"', block, re.M) == list(provider.packages)


def test_the_key_comes_from_the_file_then_ours_then_the_providers_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is merely like OpenAI's never gets OpenAI's key."""
    openai, like = model_name("openai:m"), model_name("openai-like:m@http://127.0.0.1:1/v1")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        key_of(openai, None)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-theirs")
    assert (key_of(openai, None), key_of(like, None)) == ("sk-theirs", None)
    monkeypatch.setenv(KEY_VARIABLE, "sk-ours")
    assert (key_of(openai, None), key_of(like, None)) == ("sk-ours", "sk-ours")
    file = tmp_path / "key"
    file.write_text("sk-file\n", "utf-8")
    assert key_of(openai, file) == "sk-file"
    assert "sk-" not in "".join(key_source(name, path) for name in PROVIDERS for path in (None, file))


@pytest.mark.parametrize("content", ["", "two words", None])
def test_a_key_file_that_holds_no_key_is_told(tmp_path: Path, content: str | None) -> None:
    """Without what stands in it."""
    file = tmp_path / "key"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(SettingsError, match="key") as caught:
        key_of(model_name("openai:m"), file)
    assert "two" not in str(caught.value)
