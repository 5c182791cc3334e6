"""Every test lives in a folder of its own: no home, no settings, no index and no network but its own."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# The same examples on every run, and no clock: a shared machine must not make a test fail.
hypothesis.settings.register_profile(
    "qa_bot", database=None, deadline=None, derandomize=True, max_examples=100
)
hypothesis.settings.load_profile("qa_bot")

_LOOPBACK = {"localhost", "::1", "0.0.0.0", "::", ""}


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HOME, the working directory and the places of indexes lie in tmp_path; no setting comes from outside.

    In a program that a test starts, an index is kept out of the checkout by naming it: --index-dir.
    """
    for name in [name for name in os.environ if name.upper().startswith("QA_BOT_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.chdir(home)
    # In a checkout this is its index/ folder, whatever HOME says.
    for module in ("qa_bot.config", "qa_bot.bot"):
        monkeypatch.setattr(f"{module}.data_home", lambda: tmp_path / "data")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection beyond loopback, and fail the test even where the refusal was swallowed."""
    tried: list[object] = []

    def refusing(method: Any) -> Any:
        def checked(self: socket.socket, address: Any, *rest: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(str(address[0])):
                tried.append(address)
                raise OSError(f"a test may not connect to {address!r}")
            return method(self, address, *rest)

        return checked

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refusing(getattr(socket.socket, name)))
    yield
    assert not tried, f"the test connected to {tried}"


def _is_loopback(host: str) -> bool:
    return host in _LOOPBACK or host.startswith(("127.", "::ffff:127."))
