"""What the page of the web chat may ask its server for, and what programs may.

Every argument may be nonsense, as any client can send anything: it is checked here or below. Errors are
told as ``{"error": {"type", "message"}}`` and never raised.
"""

from __future__ import annotations

import base64
import binascii
import functools
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from qa_bot.catalogue import Wanted, listed
from qa_bot.config import MAX_QUESTION_CHARS, Settings, origins
from qa_bot.dates import long_date
from qa_bot.errors import QABotError, UsageError
from qa_bot.exporting import exported
from qa_bot.journal import Journal
from qa_bot.library import MAX_FILE_BYTES, Library
from qa_bot.rendering import kept, sendable, without_paths
from qa_bot.suggestions import suggestions
from qa_bot.talk import Asked, Stops, answering, error_of
from qa_bot.types import Answer

if TYPE_CHECKING:
    from qa_bot.bot import QABot

Data = dict[str, Any]
_FILTERS = ("as_of", "since", "until", "publisher")
_RUN = re.compile(r"[\w-]{1,64}", re.ASCII)
# Where these lie is the server's own affair.
_UNTOLD = {"index_dir"}
logger = logging.getLogger(__name__)


def _told(method: Callable[[Endpoints, str, Data], Data]) -> Callable[[Endpoints, str | None, object], Data]:
    """A method of the page's: whoever has no owner, or what is no object, gets a sentence."""

    @functools.wraps(method)
    def checked(self: Endpoints, owner: str | None, data: object) -> Data:
        try:
            found: Data = sendable(method(self, _owner(owner), _object(data)))
            return found
        except QABotError as error:
            return {"error": error_of(error)}
        except Exception:
            logger.exception("%s failed", method.__name__)
            return {"error": error_of(None)}

    return checked


class Endpoints:
    """The functions behind the page.

    Args:
        library: the articles and the bot.
        journal: where conversations are kept.
        trouble: why they are not kept on disk, if that was wanted; a sentence.
    """

    def __init__(self, library: Library, journal: Journal, trouble: str | None = None) -> None:
        self._library = library
        self._journal = journal
        self._trouble = trouble
        self._stops = Stops()
        self._suggested: tuple[object, list[str]] | None = None

    # --- for programs ------------------------------------------------------------------------

    def ask(self, question: object) -> Data:
        """The Answer to one question as JSON, or ``{"error": {"type", "message"}}``."""
        try:
            if not isinstance(question, str):
                raise UsageError("The question must be a text.")
            *_, answer = self._library.bot.stream(question)
            assert isinstance(answer, Answer)
            found: Data = sendable(without_paths(answer).to_dict())
            return found
        except QABotError as error:
            return {"error": error_of(error)}
        except Exception:
            logger.exception("answering failed")
            return {"error": error_of(None)}

    def source(self, article_id: object, start: object, end: object, digest: object) -> Data:
        """One quote in its article: ``before``, ``quote`` and ``after``, or ``{"error": sentence}``."""
        span = {"number": 0, "start": start, "end": end, "digest": digest}
        try:
            read = self._library.read(article_id, [span])
        except QABotError as error:
            return {"error": str(error)}
        except Exception:
            logger.exception("a source failed")
            return {"error": error_of(None)["message"]}
        texts = [piece["text"] for piece in read["pieces"]]
        marked = [bool(piece["numbers"]) for piece in read["pieces"]]
        at = marked.index(True) if any(marked) else 0
        facts = read["article"]
        known = (facts["publisher"], long_date(facts["published"]))
        found: Data = {
            **facts,
            "title": facts["title"] or facts["id"],
            "byline": ", ".join(part for part in known if part),
            "note": "A later version of this article exists." if facts["superseded"] else None,
            "warning": read["warning"],
            "before": "".join(texts[:at]),
            "quote": texts[at] if any(marked) else "",
            "after": "".join(texts[at + any(marked) :]),
        }
        shown: Data = sendable(found)
        return shown

    # --- asking ------------------------------------------------------------------------------

    def talk(self, owner: str | None, data: object) -> Iterator[Data]:
        """A question answered piece by piece: `answering`'s events, or an error."""
        try:
            asked = self._asked(_owner(owner), _object(data))
            run = _object(data).get("run")
            run = run if isinstance(run, str) and _RUN.fullmatch(run) else "-"
            stop = self._stops.begin(asked.owner, run)
            try:
                yield from answering(self._library.bot, self._journal, asked, stop.is_set)
            finally:
                self._stops.end(asked.owner, run)
        except QABotError as error:
            yield {"error": error_of(error)}
        except Exception:
            logger.exception("answering failed")
            yield {"error": error_of(None)}

    def _asked(self, owner: str, data: Data) -> Asked:
        question = data.get("question")
        if not isinstance(question, str) or not question.strip():
            raise UsageError("There is no question.")
        if len(question) > MAX_QUESTION_CHARS:
            raise UsageError(f"A question has at most {MAX_QUESTION_CHARS:,} characters; shorten it.")
        return Asked(
            owner,
            question.encode("utf-8", "replace").decode(),
            _filters(data.get("filters")),
            _text(data, "conversation"),
            _text(data, "replacing"),
        )

    @_told
    def stop(self, owner: str, data: Data) -> Data:
        """Stop an answer that is being written."""
        self._stops.stop(owner, str(data.get("run")))
        return {}

    @_told
    def judge(self, owner: str, data: Data) -> Data:
        """Keep what the reader thinks of an answer."""
        verdict: Any = data.get("verdict")
        self._journal.judge(owner, _needed(data, "exchange"), verdict, _text(data, "note") or "")
        return {}

    # --- the state of things -----------------------------------------------------------------

    @_told
    def state(self, owner: str, data: Data) -> Data:
        """What is indexed, whether more is just coming, and what the page must know to begin."""
        bot = self._library.bot
        return {
            "coverage": bot.coverage().to_dict(),
            "demo": bot.is_demo,
            "open": self._library.is_open,
            "changing": self._library.is_changing(),
            "trouble": self._trouble,
            "kept": self._journal.path is not None,
            "user": owner.partition(":")[2] if owner.startswith("user:") else None,
            "model": _model(bot),
            "embedder": bot.settings.embedder,
            "limits": {"question": MAX_QUESTION_CHARS, "file": MAX_FILE_BYTES},
            "publishers": sorted({each.publisher for each in bot.articles() if each.publisher}),
        }

    @_told
    def examples(self, owner: str, data: Data) -> Data:
        """Questions that get an answer: of the newest articles, or of those whose ids are given."""
        bot = self._library.bot
        ids = data.get("articles")
        if isinstance(ids, list) and ids:
            near = [self._library.article(each) for each in ids[:3]]
            return {"questions": suggestions(bot, near, limit=3)}
        known = (bot, bot.coverage())
        if self._suggested is None or self._suggested[0] != known:
            self._suggested = known, suggestions(bot)
        return {"questions": self._suggested[1]}

    @_told
    def settings(self, owner: str, data: Data) -> Data:
        """Every setting but where things lie: value, where it comes from, and what it means."""
        settings = self._library.bot.settings
        values, where = settings.model_dump(mode="json"), origins(settings, {})
        return {
            "settings": [
                {"name": name, "value": values[name], "origin": where[name], "meaning": field.description}
                for name, field in Settings.model_fields.items()
                if name not in _UNTOLD
            ]
        }

    # --- conversations -----------------------------------------------------------------------

    @_told
    def conversations(self, owner: str, data: Data) -> Data:
        """The reader's conversations, newest first."""
        found = self._journal.conversations(owner, _text(data, "words") or "")
        return {"conversations": [each.to_dict() for each in found]}

    @_told
    def conversation(self, owner: str, data: Data) -> Data:
        """One of them whole."""
        return self._journal.conversation(owner, _needed(data, "id")).to_dict()

    @_told
    def rename(self, owner: str, data: Data) -> Data:
        """Give one another title."""
        return {"title": self._journal.rename(owner, _needed(data, "id"), _text(data, "title") or "")}

    @_told
    def forget(self, owner: str, data: Data) -> Data:
        """Delete one."""
        self._journal.delete(owner, _needed(data, "id"))
        return {}

    @_told
    def export(self, owner: str, data: Data) -> Data:
        """One as a file."""
        conversation = self._journal.conversation(owner, _needed(data, "id"))
        return exported(conversation, _needed(data, "kind"))

    # --- articles ----------------------------------------------------------------------------

    @_told
    def articles(self, owner: str, data: Data) -> Data:
        """A page of the catalogue."""
        return {**listed(self._library.bot, Wanted.of(data)), "demo": self._library.bot.is_demo}

    @_told
    def read(self, owner: str, data: Data) -> Data:
        """An article with what is cited of it marked."""
        return self._library.read(data.get("article"), data.get("spans"))

    @_told
    def remove(self, owner: str, data: Data) -> Data:
        """Take articles out of the index."""
        return {"removed": self._library.remove(data.get("articles"))}

    def add(self, owner: str | None, data: object) -> Iterator[Data]:
        """Index a file (``name``, ``data`` in base64), an ``address`` or a text; progress, then a result."""
        try:
            _owner(owner)
            sent = _object(data)
            if "data" in sent:
                yield from self._library.add_file(sent.get("name"), _bytes(sent["data"]))
            elif "address" in sent:
                yield from self._library.add_address(sent["address"])
            else:
                yield from self._library.add_text(sent)
        except QABotError as error:
            yield {"error": error_of(error)}
        except Exception:
            logger.exception("adding failed")
            yield {"error": error_of(None)}

    @_told
    def timeline(self, owner: str, data: Data) -> Data:
        """Dated events on a topic, as an answer with its ``timeline``."""
        topic = _text(data, "topic") or ""
        question = f"timeline of {topic.strip()}" if topic.strip() else "timeline"
        answer = self._library.bot.answer(question, **_filters(data.get("filters")))
        return kept(answer, self._library.article)


def _owner(owner: str | None) -> str:
    if owner is None:
        raise UsageError(
            "This page needs a cookie to know your conversations: allow it, then reload the page."
        )
    return owner


def _object(data: object) -> Data:
    if not isinstance(data, dict):
        raise UsageError("What is sent must be an object.")
    return data


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) and value else None


def _needed(data: Mapping[str, Any], name: str) -> str:
    value = _text(data, name)
    if value is None:
        raise UsageError(f"{name!r} is missing.")
    return value


def _bytes(data: object) -> bytes:
    try:
        return base64.b64decode(data if isinstance(data, str) else "", validate=True)
    except (binascii.Error, ValueError):
        raise UsageError("The file did not arrive whole; add it again.") from None


def _filters(data: object) -> Data:
    """The options of `QABot.answer` in what a page sends; their values are checked by the bot."""
    if not isinstance(data, dict):
        return {}
    found: Data = {name: value for name in _FILTERS if (value := _text(data, name))}
    ids = data.get("articles")
    if isinstance(ids, list) and ids:
        found["articles"] = [str(each) for each in ids]
    return found


def _model(bot: QABot) -> str | None:
    """The language model that writes, where the settings have one; None where answers are quotes alone."""
    model = bot.settings.model_dump().get("llm")
    return str(model) if model else None
