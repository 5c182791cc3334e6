"""Names of language models: which provider, which model, where it is served, with which key.

`ollama:qwen3`, `openai-like:MODEL@http://host:port/v1`, `openai:MODEL`, `anthropic:MODEL`. Nothing here
connects to anything, or loads a provider's package.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from qa_bot.errors import SettingsError

KEY_VARIABLE = "QA_BOT_LLM_API_KEY"


@dataclass(frozen=True, slots=True)
class Provider:
    """What serves models: the module and the packages that talk to it, as pyproject.toml's extra has them.

    ``address`` is where it is by default, ``key`` the variable of its API key; None where there is none.
    """

    module: str
    packages: tuple[str, ...]
    address: str | None
    key: str | None = None

    @property
    def is_installed(self) -> bool:
        """Whether its module can be loaded."""
        try:
            return find_spec(self.module) is not None
        except ModuleNotFoundError:  # nor the package around it
            return False

    @property
    def install(self) -> str:
        """The command that installs its packages for this Python."""
        return " ".join([sys.executable, "-m pip install", *(f"'{package}'" for package in self.packages)])


_OPENAI_LIKE = ("llama-index-llms-openai-like>=0.8",)
PROVIDERS: Mapping[str, Provider] = {
    "ollama": Provider(
        "llama_index.llms.ollama", ("llama-index-llms-ollama>=0.11",), "http://127.0.0.1:11434"
    ),
    "openai-like": Provider("llama_index.llms.openai_like", _OPENAI_LIKE, None),
    "openai": Provider(
        "llama_index.llms.openai_like", _OPENAI_LIKE, "https://api.openai.com/v1", "OPENAI_API_KEY"
    ),
    "anthropic": Provider(
        "llama_index.llms.anthropic",
        ("llama-index-llms-anthropic>=0.12.3", "anthropic>=0.75,<1"),
        "https://api.anthropic.com",
        "ANTHROPIC_API_KEY",
    ),
}


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model's name taken apart; ``text`` is the name as it was given."""

    text: str
    provider: str
    model: str
    address: str

    @property
    def is_local(self) -> bool:
        """Whether it is served on this machine."""
        host = urlsplit(self.address).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def model_name(text: str) -> ModelName:
    """A name taken apart, of a model whose provider's package is there.

    Raises:
        SettingsError: the name has another form, its provider is not known, or its package is missing; the
            message says how the name is to be, or how the package is installed.
    """
    kind, _, rest = text.strip().partition(":")
    provider = PROVIDERS.get(kind)
    if provider is None:
        known = ", ".join(f"{name}:MODEL" for name in PROVIDERS)
        raise SettingsError(f"There is no language model {text!r}; name one as {known}.")
    model, at, address = rest.strip().partition("@http")
    where = f"http{address}" if at else _default_address(kind, provider)
    if not model or not where:
        raise SettingsError(
            f"The language model {text!r} lacks its {'address' if model else 'model'}: "
            f"name it as {kind}:MODEL{'@http://HOST:PORT/v1' if kind == 'openai-like' else ''}."
        )
    _check_address(text, where)
    if not provider.is_installed:
        raise SettingsError(f"The language model {text!r} needs a package more. Run: {provider.install}")
    return ModelName(text.strip(), kind, model, where.rstrip("/"))


def _default_address(kind: str, provider: Provider) -> str | None:
    host = os.environ.get("OLLAMA_HOST", "").strip() if kind == "ollama" else ""
    if not host:
        return provider.address
    address = host if "://" in host else f"http://{host}"
    # "0.0.0.0" is where a server listens, not where it is found.
    address = address.replace("://0.0.0.0", "://127.0.0.1")
    return address if urlsplit(address).port else f"{address}:11434"


def _check_address(text: str, address: str) -> None:
    try:
        parts = urlsplit(address)
        sound = (
            parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError(f"The language model {text!r} has no address like http://host:port in it.")
    if parts.username or parts.password:
        raise SettingsError("A language model's address may hold no password: give the key in a file.")


def key_of(name: ModelName, key_file: Path | None) -> str | None:
    """The API key of a model: from the file, else ``QA_BOT_LLM_API_KEY``, else its provider's own variable.

    Raises:
        SettingsError: the file cannot be read or is empty, or the provider needs a key and there is none.
    """
    if key_file is not None:
        try:
            key = Path(os.path.expanduser(key_file)).read_text("utf-8").strip()  # noqa: PTH111 ("~nobody")
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"The key file {str(key_file)!r} cannot be read; check llm_key_file."
            ) from error
        if not key or any(char.isspace() for char in key):
            raise SettingsError(f"The key file {str(key_file)!r} must hold one key and nothing else.")
        return key
    own = PROVIDERS[name.provider].key
    for variable in (KEY_VARIABLE, own):
        if variable and os.environ.get(variable, "").strip():
            return os.environ[variable].strip()
    if own:
        raise SettingsError(
            f"The language model {name.text!r} needs a key: set {own}, or name a file in llm_key_file."
        )
    return None


def key_source(provider: str, key_file: Path | None) -> str:
    """Where a provider's key would come from, in words; never the key itself."""
    if key_file is not None:
        return f"the file {key_file}"
    own = PROVIDERS[provider].key
    for variable in (KEY_VARIABLE, own):
        if variable and os.environ.get(variable, "").strip():
            return f"the variable {variable}"
    return f"missing; set {own}" if own else "none needed"
