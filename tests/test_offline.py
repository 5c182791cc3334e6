"""Nothing outside this machine is asked for: not by indexing, asking, or the web chat."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from qa_bot.types import Article
from tests.documents import page
from tests.fakes import write_articles

# Put before everything else that a Python process runs: each connection and look-up becomes a line.
RECORDER = """
import json, os, sys

def record(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        target = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        target = arguments[0]
    else:
        return
    if isinstance(target, tuple):
        target = target[0]
    with open(os.environ["TRACE"], "a") as trace:
        trace.write(json.dumps([event, str(target)]) + "\\n")

sys.addaudithook(record)
with open(os.environ["TRACE"], "a") as trace:
    trace.write(json.dumps(["start", ""]) + "\\n")
"""
LOOPBACK = {"127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "None"}


class Traced:
    """`qa-bot` in processes whose every connection and name look-up is written down."""

    def __init__(self, folder: Path) -> None:
        self._trace = folder / "trace.jsonl"
        (folder / "hook").mkdir()
        (folder / "hook" / "sitecustomize.py").write_text(RECORDER, "utf-8")
        self._environment = {
            **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
            "PYTHONPATH": str(folder / "hook"),
            "TRACE": str(self._trace),
        }
        self._index = ("--index-dir", str(folder / "index"))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "qa_bot", *arguments, *self._index],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        with self.start(*arguments) as child:
            out, err = child.communicate(timeout=90)
        assert child.returncode == 0, err
        return out

    def beyond_this_machine(self) -> list[list[str]]:
        """Events that name another machine. Empty paths and those with a slash are local sockets."""
        events = [json.loads(line) for line in self._trace.read_text("utf-8").splitlines()]
        assert ["start", ""] in events
        return [
            [event, target]
            for event, target in events
            if event != "start" and target not in LOOPBACK and not target.startswith(("/", "127.", "b'"))
        ]


@pytest.fixture
def traced(tmp_path: Path) -> Traced:
    return Traced(tmp_path)


def test_the_recorder_records(tmp_path: Path, traced: Traced) -> None:
    """A look-up of a name that does not exist leaves its line: silence below means something."""
    code = "import socket\ntry: socket.getaddrinfo('a.invalid', 80)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", code], env=traced._environment, check=True)

    assert traced.beyond_this_machine() == [["socket.getaddrinfo", "a.invalid"]]


def test_indexing_asking_and_serving_stay_on_this_machine(tmp_path: Path, traced: Traced) -> None:
    """No connection and no look-up of a name, from the first article to the page in the browser."""
    article = Article("mayor", "Mayor Elin Storm of Lindholm resigned on Monday.", published="2024-11-05")
    folder = write_articles(tmp_path / "articles", [article])
    head = (
        "<link rel='stylesheet' href='http://a.invalid/x.css'><script src='http://b.invalid/x.js'></script>"
    )
    (folder / "page.html").write_text(
        f'<!DOCTYPE html SYSTEM "http://c.invalid/x.dtd">{page(head=head)}', "utf-8"
    )
    assert traced.run("index", str(folder)) == "2 added.\n"
    assert "Storm" in traced.run("ask", "Who resigned?")
    assert "Storm" in page_and_answer(traced)
    assert traced.beyond_this_machine() == []


def page_and_answer(traced: Traced) -> str:
    """Start the web chat, take its page, ask it a question as a program would, and stop it."""
    with traced.start("serve", "--port", "0") as server:
        try:
            assert server.stderr
            address = next(line for line in server.stderr if line.startswith("http://127.0.0.1:")).strip()
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            page = opener.open(f"{address}/", timeout=30).read().decode()
            assert "qa_bot" in page
            call = urllib.request.Request(
                f"{address}/gradio_api/call/ask",
                json.dumps({"data": ["Who resigned?"]}).encode(),
                {"Content-Type": "application/json"},
            )
            event = json.loads(opener.open(call, timeout=30).read())["event_id"]
            answer = opener.open(f"{address}/gradio_api/call/ask/{event}", timeout=60).read().decode()
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=30)
    assert server.returncode in (0, 130)
    return str(answer)
