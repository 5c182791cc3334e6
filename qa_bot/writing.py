"""Answers that a language model writes: from the quoted answer to the written one, or back to the quoted.

Composes stages for `bot`. The quoted answer is there before the model is asked; whatever happens to the
model, it is given in the written one's place, with a line that says why.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qa_bot.config import Settings
from qa_bot.errors import ModelError, QABotError
from qa_bot.providers import ModelName, key_of, model_name
from qa_bot.types import Answer, Article, Citation, Disagreement, Draft, Passage

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from qa_bot.generative import Composed, Model
    from qa_bot.model_calls import Call

Material = Sequence[tuple[Passage, Article]]
_INSTEAD = "The answer is quoted from the articles instead."
logger = logging.getLogger(__name__)


class Author:
    """A language model that writes answers.

    Args:
        settings: name it, unless it is given.
        given: a LlamaIndex model.
    """

    def __init__(self, settings: Settings, given: LLM | None = None) -> None:
        self._settings = settings
        self._given = given
        self._lock = threading.Lock()

    def check(self) -> None:
        """Nothing, when the model can be made.

        Raises:
            SettingsError: the name is none, or its package or its key is missing.
        """
        if self._given is None:
            key_of(self._name, self._settings.llm_key_file)

    @cached_property
    def _name(self) -> ModelName:
        return model_name(self._settings.llm or "")

    @property
    def model(self) -> Model:
        """The model, made when it is first asked for."""
        with self._lock:
            return self._model

    @cached_property
    def _model(self) -> Model:
        from qa_bot.generative import Model
        from qa_bot.models import language_model, window_of

        settings = self._settings
        window, most = settings.llm_context_window, settings.llm_max_tokens
        if self._given is not None:
            window, own = window_of(self._given)
            window, most = window or settings.llm_context_window, own or most
            return Model(
                str(settings.llm), self._given, window, min(most, window // 2), settings.llm_timeout_seconds
            )
        llm = language_model(
            self._name,
            key=key_of(self._name, settings.llm_key_file),
            context_window=window,
            max_tokens=most,
            timeout=settings.llm_timeout_seconds,
        )
        tells = self._name.provider != "anthropic"
        return Model(
            self._name.text, llm, window, min(most, window // 2), settings.llm_timeout_seconds, tells
        )

    def try_it(self) -> str:
        """What the model writes when it is asked for one word.

        Raises:
            ModelError: why it does not.
        """
        return " ".join("".join(self.model.call("Answer in one word.", "Say: ready").text()).split())

    def write(
        self, quoted: Answer, material: Material, as_of: str | None, finish: Callable[[Answer], Answer]
    ) -> Writing:
        """The answer to be written instead of a quoted one.

        Args:
            quoted: the answer made of quotes.
            material: passages with their articles, those worth most first.
            as_of: the day that the question is asked on.
            finish: checks a finished answer.
        """
        return Writing(lambda own: self._steps(own, quoted, material, as_of, finish))

    def _steps(
        self,
        own: Writing,
        quoted: Answer,
        material: Material,
        as_of: str | None,
        finish: Callable[[Answer], Answer],
    ) -> Iterator[Draft | Answer]:
        from qa_bot.generative import Composed, Page, call_of, compose, packed
        from qa_bot.model_calls import Stopped

        try:
            model = self.model
            question = quoted.standalone_question
            sources = packed(material, question, model)
            page = Page(sources, as_of, remove=self._settings.unsupported == "removed")
            for item in compose(own.started(call_of(model, question, as_of, sources)), page):
                if isinstance(item, Composed):
                    yield finish(_answer(quoted, item, model))
                else:
                    yield item
        except ModelError as error:
            yield _instead(quoted, str(error))
        except (QABotError, Stopped):
            raise
        except Exception:
            # Whatever a model's package does, the reader has an answer.
            logger.exception("the language model failed")
            yield _instead(quoted, f"The model {self._settings.llm!r} failed.")


class Writing:
    """Drafts, then the Answer; `close` ends the model's work from any thread.

    Args:
        steps: makes the items; it is handed this object, to tell of the call.
    """

    def __init__(self, steps: Callable[[Writing], Iterator[Draft | Answer]]) -> None:
        self._items = steps(self)
        self._call: Call | None = None
        self._closed = False

    def __iter__(self) -> Writing:
        """Itself."""
        return self

    def __next__(self) -> Draft | Answer:
        """The next item.

        Raises:
            StopIteration: there is no more, or it was closed.
        """
        from qa_bot.model_calls import Stopped

        if self._closed:
            raise StopIteration
        try:
            return next(self._items)
        except Stopped:
            raise StopIteration from None

    def started(self, call: Call) -> Call:
        """Remember the call, to end it on `close`."""
        self._call = call
        if self._closed:
            call.stop()
        return call

    def close(self) -> None:
        """End the model's work; no item follows."""
        self._closed = True
        if self._call is not None:
            self._call.stop()

    def __del__(self) -> None:
        """A stream that nobody reads on keeps no model at work."""
        self.close()


def _answer(quoted: Answer, composed: Composed, model: Model) -> Answer:
    """The answer from what a model wrote: written, declined, or quoted after all."""
    told = replace(quoted, model=model.name, usage=composed.usage)
    if composed.declined:
        return replace(
            told,
            text="The articles do not tell, as the model reads them.",
            answered=False,
            reason="not_stated",
            method="llm",
            confidence=0.0,
            citations=(),
            disagreements=(),
        )
    if not composed.supported:
        return _instead(
            told, f"No sentence that the model {model.name!r} wrote is supported by the articles."
        )
    notices = list(quoted.notices)
    if composed.cut:
        notices.append(f"The model {model.name!r} was cut short after {model.max_tokens:,} tokens.")
    if composed.removed:
        count = composed.removed
        notices.append(f"{count} written sentence{'s' * (count != 1)} that no passage supports left out.")
    if composed.unsupported:
        notices.append("Sentences marked as unsupported are the model's own: no passage says them.")
    return replace(
        told,
        text=composed.text,
        method="llm",
        citations=composed.citations,
        unsupported=composed.unsupported,
        disagreements=_recited(quoted, composed.citations),
        notices=tuple(notices),
    )


def _instead(quoted: Answer, why: str) -> Answer:
    return replace(quoted, notices=(*quoted.notices, f"{why} {_INSTEAD}"))


def _recited(quoted: Answer, citations: Sequence[Citation]) -> tuple[Disagreement, ...]:
    """The disagreements whose every side the written answer cites, with its numbers."""
    numbers: dict[int, int] = {}
    for old in quoted.citations:
        for new in citations:
            if new.article.id == old.article.id and new.start < old.end and old.start < new.end:
                numbers.setdefault(old.number, new.number)
    return tuple(
        replace(item, claims=tuple(replace(claim, citation=numbers[claim.citation]) for claim in item.claims))
        for item in quoted.disagreements
        if all(claim.citation in numbers for claim in item.claims)
    )


def by_value(candidates: Sequence[Any], hits: Sequence[Any], whole: Mapping[str, Article]) -> Material:
    """The passages that were read, those with the best sentences first."""
    found = {hit.passage.id: hit.passage for hit in hits}
    ranked = dict.fromkeys([*(item.passage_id for item in candidates if item.passage_id in found), *found])
    return [(found[key], whole[found[key].article_id]) for key in ranked if found[key].article_id in whole]


def around(citations: Sequence[Citation], passages: Callable[[str], Sequence[Passage]]) -> Material:
    """The passages of the cited articles, those that are quoted first."""
    articles = {citation.article.id: citation.article for citation in citations}
    quoted = {citation.passage_id for citation in citations}
    found = [(passage, article) for key, article in articles.items() for passage in passages(key)]
    return sorted(found, key=lambda pair: pair[0].id not in quoted)
