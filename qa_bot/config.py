"""Settings: every setting, what it means, its range and its default, in one place.

A value is taken from the first of: an argument, the environment (``QA_BOT_<NAME>``), the file
``qa_bot.toml`` in the working directory, the default.
"""

from __future__ import annotations

import hashlib
import json
import os
import reprlib
import textwrap
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError as SourceError,
    TomlConfigSettingsSource,
)

from qa_bot import __version__
from qa_bot.errors import SettingsError

CONFIG_FILE = "qa_bot.toml"
ENV_PREFIX = "QA_BOT_"
MAX_QUESTION_CHARS = 8000
# Where an index lies, and how articles come into it, says nothing about what the answers are.
_NOT_HASHED = {
    *("index_dir", "keep_conversations", "llm_key_file", "llm_timeout_seconds", "keep_originals"),
    *("allow_changes", "user_agent", "web_delay_seconds", "web_timeout_seconds"),
    *("web_max_mb", "web_max_pages", "allow_private_addresses", "watch_minutes"),
}
# These shape answers only while a model writes them.
_OF_MODEL = {"llm", "llm_context_window", "llm_max_tokens", "unsupported"}


class Settings(BaseSettings):
    """Everything that can be set, checked on construction; an unknown name is an error."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, toml_file=CONFIG_FILE, extra="forbid", frozen=True
    )

    index_dir: Path | None = Field(
        default=None,
        description="Folder of the index. Unset: `index/default` in a checkout, else the user data folder.",
    )
    embedder: str = Field(
        default="wordllama:256",
        description="Embedding model as `provider:model`. `wordllama:64`, `:128` and `:256` are built in.",
    )
    passage_words: int = Field(
        default=120, ge=20, le=1000, description="Words a passage aims at; sentences stay whole."
    )
    candidates: int = Field(
        default=50, ge=1, le=1000, description="Passages that retrieval hands to the answerer."
    )
    article_weight: float = Field(
        default=1.0, ge=0, le=10, description="What the words of an article's whole text count in ranking."
    )
    title_weight: float = Field(
        default=1.0, ge=0, le=10, description="What the words of its title count beside them."
    )
    passage_weight: float = Field(
        default=0.5, ge=0, le=10, description="What its best passage counts beside them."
    )
    vector_weight: float = Field(
        default=0.1, ge=0, le=10, description="What vector similarity counts beside a passage's words (1.0)."
    )
    recency_weight: float = Field(
        default=0.8,
        ge=0,
        le=10,
        description="What being published just before `as_of` counts beside words (1.0).",
    )
    recency_half_life_days: float = Field(
        default=30.0,
        gt=0,
        le=36500,
        description="Days after which half of the recency gain is left.",
    )
    min_confidence: float = Field(
        default=0.17,
        ge=0,
        le=1,
        description="Below this confidence the bot says that it does not know.",
    )
    llm: str | None = Field(
        default=None,
        description="Language model that writes the answers, as `provider:model`. Unset: answers are quotes.",
    )
    llm_context_window: int = Field(
        default=8192, ge=1024, le=10_000_000, description="Tokens that the model reads and writes together."
    )
    llm_max_tokens: int = Field(
        default=600, ge=16, le=100_000, description="Tokens that it may write for one answer."
    )
    llm_timeout_seconds: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds for one answer; then the quotes are given instead."
    )
    llm_key_file: Path | None = Field(
        default=None, description="File that holds the model's API key. Unset: the environment is asked."
    )
    unsupported: Literal["marked", "removed"] = Field(
        default="marked",
        description="What becomes of a written sentence that no passage supports: `marked` or `removed`.",
    )
    keep_originals: Literal["web", "all", "none"] = Field(
        default="web",
        description="What was read is kept in the index: of pages fetched (`web`), of `all` files that hold"
        " one article, or of `none`.",
    )
    user_agent: str = Field(
        default=f"qa_bot/{__version__}",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e][\x20-\x7e]*$",
        description="What it calls itself when it fetches a page; add how to reach you.",
    )
    web_delay_seconds: float = Field(
        default=1.0, ge=0, le=3600, description="Seconds between two requests to one site."
    )
    web_timeout_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="Seconds that fetching one page may take."
    )
    web_max_mb: float = Field(default=20.0, gt=0, le=500, description="Megabytes that one page may have.")
    web_max_pages: int = Field(
        default=200, ge=1, le=100_000, description="Pages that are fetched of one feed or sitemap in a run."
    )
    allow_private_addresses: bool = Field(
        default=False, description="Also fetch from this machine and from private networks."
    )
    watch_minutes: float = Field(
        default=15.0, gt=0, le=10_000, description="Minutes between two looks at a feed with `--watch`."
    )

    allow_changes: bool = Field(
        default=True, description="Whether readers of the web chat may add and remove articles."
    )
    keep_conversations: bool = Field(
        default=True,
        description="Whether the web chat's conversations are kept on disk; else until it ends.",
    )

    @field_validator("index_dir", "llm_key_file", mode="before")
    @classmethod
    def _no_empty_path(cls, value: object) -> object:
        if isinstance(value, str) and not value.strip():
            raise ValueError("it is empty; name a place, or leave the setting out")
        if "\0" in str(value):
            raise ValueError("no path holds a NUL character")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the file; no .env and no secrets folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that change when a setting that shapes answers changes."""
        unset = _OF_MODEL if self.llm is None else set()
        shaping = self.model_dump(mode="json", exclude=_NOT_HASHED | unset)
        if self.llm is not None:
            shaping["prompts"] = _digest_of(bundled("prompts"))
        blob = json.dumps([__version__, shaping], sort_keys=True)
        return hashlib.sha256(blob.encode()).hexdigest()[:12]

    @property
    def store_dir(self) -> Path:
        """The folder of the index that these settings name."""
        if self.index_dir is None:
            return data_home() / "default"
        return Path(os.path.expanduser(self.index_dir))  # noqa: PTH111 (Path.expanduser raises for "~nobody")


def load_settings(**arguments: Any) -> Settings:
    """Settings from arguments (None means not given), environment, file and defaults.

    Raises:
        SettingsError: for an unknown name, a value out of its range, or an unreadable file.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error
    except (SourceError, ValueError, OSError) as error:  # tomllib's errors are ValueErrors
        raise SettingsError(f"{CONFIG_FILE} cannot be read: {error}. Mend or remove it.") from error


def origins(settings: Settings, arguments: dict[str, Any]) -> dict[str, str]:
    """Where each setting's value came from: argument, environment, file or default."""
    file = TomlConfigSettingsSource(Settings)()
    environment = {name.upper() for name in os.environ}
    found = {}
    for name in type(settings).model_fields:
        if arguments.get(name) is not None:
            found[name] = "argument"
        elif (ENV_PREFIX + name).upper() in environment:
            found[name] = "environment"
        else:
            found[name] = "file" if name in file else "default"
    return found


def _digest_of(folder: Path) -> str:
    """A digest of every prompt in a folder."""
    texts = {path.name: path.read_text("utf-8") for path in folder.glob("*.md") if path.name != "README.md"}
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()


def data_home() -> Path:
    """Where indexes live: `index/` of a checkout, else the user's data folder."""
    root = _checkout()
    return root / "index" if root else Path(platformdirs.user_data_dir("qa_bot", appauthor=False))


def bundled(name: str) -> Path:
    """The folder `prompts` or `seeds`, in a checkout or inside an installed wheel."""
    root = _checkout()
    return root / name if root else Path(__file__).parent / "_data" / name


def _checkout() -> Path | None:
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "seeds").is_dir() else None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = textwrap.shorten(", ".join(Settings.model_fields), 160, placeholder=" and more")
        return f"There is no setting {name!r}; the settings are {known}. qa-bot config lists them."
    reason = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"The setting {name!r} cannot be {reprlib.repr(first['input'])}: {reason}."
