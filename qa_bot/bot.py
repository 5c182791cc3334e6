"""QABot: the stages in order. The only module that composes them.

question -> rewrite -> expand -> retrieve -> weigh evidence -> write -> check citations -> Answer
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import datetime
import hashlib
import logging
import os
import re
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from qa_bot import citations, extractive, parts
from qa_bot.attribution import said_by
from qa_bot.config import Settings, bundled, data_home, load_settings
from qa_bot.courtesy import courtesy, reply
from qa_bot.coverage import after_coverage, coverage_notice, tells_of_outside
from qa_bot.disagreement import Difference, as_cited, disagreements
from qa_bot.errors import ArticleError, SettingsError, StoreDamagedError, UsageError
from qa_bot.expansion import asked_who, expand, spelling_notices, weighted_terms
from qa_bot.facts import checked_facts, with_stated
from qa_bot.ingestion import Indexing, Options, Report, renewed
from qa_bot.preparing import Helper
from qa_bot.question import MAX_CHARS, Question, checked, matter, parse
from qa_bot.requests import Request, request
from qa_bot.rewrite import understood
from qa_bot.sources import is_address
from qa_bot.static_vectors import size_of
from qa_bot.store import Build, Store, Writer, exists
from qa_bot.tables import COLUMNS
from qa_bot.text import terms
from qa_bot.types import Answer, Article, Coverage, Disagreement, Draft, Filters, Passage, Reason, Span, Turn
from qa_bot.who_when import Other, others

if TYPE_CHECKING:
    import numpy as np
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import LLM
    from llama_index.core.query_engine import CustomQueryEngine
    from llama_index.core.retrievers import BaseRetriever
    from numpy.typing import NDArray

    from qa_bot.briefing import Brief, Desk
    from qa_bot.evidence import Evidence
    from qa_bot.expansion import Expanded
    from qa_bot.explanation import Explanation
    from qa_bot.retrieval import Hit, PassageRetriever
    from qa_bot.writing import Author

History = Sequence["Turn | str | tuple[str, str] | Mapping[str, str]"]
_NEAREST = 5
_TRIES = 5
logger = logging.getLogger(__name__)


class QABot:
    """Answers questions from the articles of one index.

    Args:
        index_dir: an index that exists; without it the default index, or the demo while that is empty.
        embedder: a LlamaIndex embedding model to use instead of the one that the settings name.
        llm: a language model to write the answers: its name, or a LlamaIndex model.
        settings: any field of `Settings`.

    Raises:
        SettingsError: a setting is not known or out of range, or a model's package or key is missing.
        StoreError: there is no index at ``index_dir``, or it was built with other settings.
    """

    def __init__(
        self,
        index_dir: str | Path | None = None,
        *,
        embedder: BaseEmbedding | str | None = None,
        llm: LLM | str | None = None,
        _create: bool = False,
        _adopt: bool = False,
        **settings: Any,
    ) -> None:
        self.settings: Settings = load_settings(
            index_dir=index_dir, embedder=_embedder_name(embedder), llm=_llm_name(llm), **settings
        )
        self._author = _author(self.settings, llm)
        if self._author is not None and llm is not None:
            self._author.check()
        self._given = None if isinstance(embedder, str) else embedder
        folder = self.settings.store_dir
        self.is_demo = self.settings.index_dir is None and not _has_articles(folder, self._build)
        if self.is_demo:
            folder = data_home() / "demo" / _digest(self._build)
        # An empty folder may wait for its first articles; any other without an index is a mistake.
        create = _create or self.is_demo or (folder.is_dir() and not any(folder.iterdir()))
        self._folder = self.settings.store_dir
        if _create or _adopt:
            self._embedder  # noqa: B018 (one that is not known must not become the index's)
        self._store = Store(folder, self._build, create=create, adopt=_adopt)
        if self.is_demo:
            self._add([bundled("seeds")], Options(prune=True))

    @classmethod
    def from_articles(cls, path: str | Path, **settings: Any) -> QABot:
        """A bot over articles, indexed now or brought up to date.

        Without ``index_dir`` the index is one of its own for that path (and embedder and passage length).
        What cannot be read is logged as warnings.

        Args:
            path: a file or folder; or the address of a page, feed or sitemap, of which articles that it
                lists no more are kept.
            settings: any field of `Settings`.

        Raises:
            ArticleError: the path is missing or holds no article that can be read.
        """
        place = _place(path)
        if settings.get("index_dir") is None:
            embedder = _embedder_name(settings.get("embedder"))
            named = {**settings, "embedder": embedder, "llm": _llm_name(settings.get("llm"))}
            build = _build_of(load_settings(**named))
            settings["index_dir"] = data_home() / "from" / _digest(str(place), build)
        bot = cls(_create=True, **settings)
        try:
            report = bot.add([place], prune=isinstance(place, Path))
            if report.failed and not bot.coverage().articles:
                raise ArticleError(report.failed[0])
        except BaseException:
            bot.close()
            raise
        for message in report.failed:
            logger.warning("Not indexed: %s", message)
        return bot

    def close(self) -> None:
        """Close the index's files."""
        self._store.close()

    def __enter__(self) -> QABot:
        """The bot itself, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the index's files."""
        self.close()

    def __repr__(self) -> str:
        """Which index it answers from."""
        return f"QABot(index_dir={str(self._store.folder)!r})"

    # --- asking ------------------------------------------------------------------------------

    def answer(
        self,
        question: str,
        *,
        history: History = (),
        as_of: str | None = None,
        since: str | None = None,
        until: str | None = None,
        publisher: str | None = None,
        articles: Sequence[str] | None = None,
    ) -> Answer:
        """Answer a question, or say that the articles do not tell.

        Args:
            question: at most 8,000 characters.
            history: earlier turns, oldest first: Turns, (question, answer) pairs, mappings with
                ``question`` and ``answer``, or questions.
            as_of: answer as on this day (YYYY-MM-DD); later articles are not used.
            since: use articles published on this day or later.
            until: use articles published on this day or earlier.
            publisher: use articles of this publisher, whatever its capitals.
            articles: use articles of these ids.

        Raises:
            UsageError: the question is empty or too long, or a day is no date.
            StoreError: the index cannot be read.
        """
        filters = self._filters(as_of, since, until, publisher, articles)
        if self._author is None:
            return self._answer(question, _turns(history), filters)
        *_, answer = self._stream(question, _turns(history), filters)
        assert isinstance(answer, Answer)
        return answer

    def stream(self, question: str, **options: Any) -> Iterator[Draft | Answer]:
        """The answer as it is written: Drafts, each the whole text so far, then the Answer.

        Takes the options of `answer` and raises what it raises, before the first item. ``close()`` of what it
        returns ends a language model's work at once, from any thread.
        """
        if self._author is not None:
            turns = _turns(options.pop("history", ()))
            return self._stream(question, turns, self._filters(**_filter_options(options)))
        answer = self.answer(question, **options)

        def items() -> Iterator[Draft | Answer]:
            for text in extractive.drafts(answer.text):
                yield Draft(text)
            yield answer

        return items()

    async def aanswer(self, question: str, **options: Any) -> Answer:
        """`answer`, without blocking the event loop."""
        return await asyncio.to_thread(lambda: self.answer(question, **options))

    async def astream(self, question: str, **options: Any) -> AsyncIterator[Draft | Answer]:
        """`stream`, without blocking the event loop."""
        items = await asyncio.to_thread(lambda: self.stream(question, **options))
        if self._author is None:
            for item in items:
                yield item
            return
        following: Callable[[], Draft | Answer | None] = partial(next, items, None)
        try:
            while (one := await asyncio.to_thread(following)) is not None:
                yield one
        finally:
            items.close()  # type: ignore[attr-defined]  # a Writing

    def quoting(self) -> QABot:
        """This bot without its language model: the same index, answers in quotes."""
        bot = copy.copy(self)
        bot.settings = self.settings.model_copy(update={"llm": None})
        bot._author = None
        return bot

    def chat(self) -> Chat:
        """A conversation that remembers its turns."""
        return Chat(self)

    def search(
        self,
        words: str,
        *,
        limit: int = 10,
        as_of: str | None = None,
        since: str | None = None,
        until: str | None = None,
        publisher: str | None = None,
        articles: Sequence[str] | None = None,
    ) -> list[Passage]:
        """Ranked passages, at most 3 an article unless fewer than 10 articles match.

        Raises:
            UsageError: the words are empty or too long, ``limit`` is below 1, or a day is no date.
        """
        _checked_limit(limit)
        filters = self._filters(as_of, since, until, publisher, articles)
        text = checked(words)
        terms = weighted_terms(self._expand(parse(text)))
        hits = self._retriever.search(text, terms, filters=filters, limit=limit, spread=True)
        return [hit.passage for hit in hits]

    def explain(self, question: str, **options: Any) -> Explanation:
        """Why `answer` says what it says; takes its options and raises what it raises."""
        turns = _turns(options.pop("history", ()))
        filters = self._filters(**_filter_options(options))
        # In quotes: what a model makes of it has no reasons.
        answers = self._parts(question, turns, filters, _Clock())
        first, *others = [self._explained(answer, filters) for answer in answers]
        return replace(first, second=others[0]) if others else first

    def _explained(self, answer: Answer, filters: Filters) -> Explanation:
        """Why one question is answered as it is."""
        from qa_bot.explanation import explain

        parsed = parse(matter(answer.standalone_question))
        hits: list[Hit] = []
        expanded: tuple[Expanded, ...] = ()
        evidence = None
        if answer.method != "none" or answer.reason not in (None, "empty_index"):
            expanded = self._expand(parsed)
            hits, whole = self._found(parsed, weighted_terms(expanded), filters)
            evidence = self._weigh(parsed, expanded, hits, whole) if hits else None
        least = self.settings.min_confidence
        listed = (
            answer.answered
            and self._desk().listed(answer.standalone_question, filters, lambda: None) is not None
        )
        decision = _decision(answer, evidence, least, listed=listed)
        return explain(parsed, expanded, hits, evidence, least, decision)

    # --- articles ----------------------------------------------------------------------------

    def article(self, article_id: str) -> Article:
        """One article whole; offsets count in its ``text``.

        Raises:
            UsageError: there is no article of that id.
        """
        found = self._store.article(article_id) if _may_be_id(article_id) else None
        if found is None:
            raise UsageError(f"There is no article {article_id!r}; qa-bot articles lists them.")
        return found

    def articles(self) -> list[Article]:
        """The facts of all articles, newest first, with ``text`` left empty."""
        return self._store.articles()

    def coverage(self) -> Coverage:
        """How many articles the index holds, and the first and last day they were published."""
        return self._store.coverage()

    def counts(self) -> tuple[int, int]:
        """How many articles and passages the index holds."""
        return self._store.counts()

    def passage_counts(self) -> dict[str, int]:
        """How many passages each article has, by its id."""
        return self._store.passage_counts()

    @property
    def folder(self) -> Path:
        """The folder of the index that answers."""
        return self._store.folder

    @property
    def own_folder(self) -> Path:
        """The folder of the index for articles of one's own; `folder`, but for the demo."""
        return self._folder if self.is_demo else self._store.folder

    def is_being_changed(self) -> bool:
        """Whether somebody is writing to the index at this moment."""
        return self._store.is_being_changed()

    def current(self) -> QABot:
        """This bot; or, where it answers from the demo and articles were indexed since, one over those."""
        if self.is_demo and _has_articles(self._folder, self._build):
            return QABot(**self._settings_given())
        return self

    def add_own(
        self,
        paths: Iterable[str | Path],
        *,
        progress: Callable[[str], None] | None = None,
        on_article: Callable[[str, Article | str], None] | None = None,
    ) -> Report:
        """`add`; from the demo, to the index of one's own articles, which begins with these."""
        if not self.is_demo:
            return self.add(paths, progress=progress, on_article=on_article)
        with QABot(self._folder, _create=True, **self._settings_given()) as own:
            return own.add(paths, progress=progress, on_article=on_article)

    def _settings_given(self) -> dict[str, Any]:
        """Arguments for another bot like this one, but for its index."""
        values = self.settings.model_dump(exclude={"index_dir"})
        return values if self._given is None else {**values, "embedder": self._given}

    def check(self, *, repair: bool = False) -> list[str]:
        """What does not fit together in the index, a sentence each; repaired on request."""
        problems = self._store.check()
        if problems and repair:
            with self._store.writing():
                self._store.rebuild()
        return problems

    def add(
        self,
        paths: Iterable[str | Path],
        *,
        prune: bool = False,
        progress: Callable[[str], None] | None = None,
        columns: Mapping[str, str] | None = None,
        on_article: Callable[[str, Article | str], None] | None = None,
    ) -> Report:
        """Index files, folders and addresses: add what is new, replace what changed, leave the rest alone.

        Args:
            paths: files, folders, and addresses of pages, feeds and sitemaps (http:// or https://).
            prune: also remove articles that have gone from the folders and feeds given.
            progress: called with a line of text now and then.
            columns: which column of JSONL and CSV holds what, such as ``{"text": "body"}``.
            on_article: called for each article with its outcome ("added", "changed", "unchanged", "removed",
                "failed") and with its facts, its id, or the reason.

        Raises:
            StoreBusyError: another process keeps writing to the index.
            UsageError: this bot answers from the demo, which is not to be changed; or there is no such fact.
        """
        self._refuse_demo()
        kept = self.settings.keep_originals
        options = Options(prune, _columns(columns or {}), kept, on_article=on_article)
        return self._add(paths, options, progress)

    def set_facts(self, article_id: str, **facts: str | None) -> Article:
        """Set facts of an article, for good: reading it again does not undo them. The article as it is now.

        Args:
            article_id: which article.
            facts: ``title``, ``publisher``, ``author``, ``published``, ``modified`` (YYYY-MM-DD), ``url``,
                ``language``; None or "" for what is not known.

        Raises:
            UsageError: there is no such article or fact, or a day is no date.
        """
        self._refuse_demo()
        stated = checked_facts(facts)
        with self._writing(None) as writer:
            stored = writer.stored(article_id) if _may_be_id(article_id) else None
            if stored is None:
                self.article(article_id)
                raise UsageError(f"The article {article_id!r} waits to be cut again: qa-bot index --rebuild")
            writer.state(article_id, stated)
            changed = with_stated(stored.article, stated)
            writer.put([renewed(stored, changed, stored.source, stored.original)])
        return self.article(article_id)

    def versions(self, article_id: str) -> list[Article]:
        """What an article was before it changed, oldest first, each with ``superseded`` set.

        Raises:
            UsageError: there is no article of that id.
        """
        self.article(article_id)
        return self._store.versions(article_id)

    def copies(self, article_id: str) -> list[str]:
        """The ids of an article and of its copies and near copies, in the order in which they came.

        Raises:
            UsageError: there is no article of that id.
        """
        self.article(article_id)
        return self._store.group(article_id)

    def delete(self, article_ids: Sequence[str]) -> int:
        """Remove articles by id; how many there were.

        Raises:
            UsageError: this bot answers from the demo, which is not to be changed.
        """
        self._refuse_demo()
        ids = [article_ids] if isinstance(article_ids, str) else article_ids
        with self._writing(None) as writer:
            return writer.delete([article_id for article_id in ids if _may_be_id(article_id)])

    def _refuse_demo(self) -> None:
        if self.is_demo:
            raise UsageError("The demo cannot be changed; index your own articles: qa-bot index PATH")

    def _add(
        self,
        paths: Iterable[str | Path],
        options: Options,
        progress: Callable[[str], None] | None = None,
    ) -> Report:
        given = [paths] if isinstance(paths, (str, Path)) else list(paths)
        addresses = [path for path in given if isinstance(path, str) and is_address(path)]
        local = [_local(path) for path in given if path not in addresses]
        with contextlib.ExitStack() as stack:
            if addresses:
                from qa_bot.web import opened

                options = replace(options, web=stack.enter_context(opened(self.settings)))
            writer = stack.enter_context(self._writing(progress))
            return self._indexing(writer, progress).run(local, addresses=addresses, options=options)

    def _indexing(self, writer: Writer, progress: Callable[[str], None] | None) -> Indexing:
        def embed(texts: list[str]) -> NDArray[np.float32]:
            from qa_bot.models import embed_texts

            return embed_texts(self._embedder, texts)

        words = self.settings.passage_words
        size = size_of(self.settings.embedder) if self._given is None else None
        return Indexing(writer, words, embed, partial(Helper, size, words) if size else None, progress)

    @contextlib.contextmanager
    def _writing(self, progress: Callable[[str], None] | None) -> Iterator[Writer]:
        def waiting(holder: str) -> None:
            if progress:
                progress(f"Waiting for {holder}, which is changing the index.")

        with self._store.writing(on_wait=waiting) as writer:
            yield writer

    # --- LlamaIndex --------------------------------------------------------------------------

    def as_retriever(self, **filters: Any) -> BaseRetriever:
        """This bot's retrieval as a LlamaIndex retriever; takes `answer`'s filters and ``limit``."""
        from qa_bot.retrieval import PassageRetriever

        limit = filters.pop("limit", None)
        if limit is not None:
            _checked_limit(limit)
        return PassageRetriever(
            self._store,
            self._embedder,
            self.settings,
            filters=self._filters(**_filter_options(filters)),
            limit=limit,
        )

    def as_query_engine(self, **filters: Any) -> CustomQueryEngine:
        """This bot as a LlamaIndex query engine; takes `answer`'s filters."""
        from qa_bot.llama import AnswerEngine

        options = _filter_options(filters)
        self._filters(**options)  # what is wrong with them is said now, not at the first question
        return AnswerEngine(bot=self, options=options)

    # --- the stages --------------------------------------------------------------------------

    def _stream(self, question: str, turns: Sequence[Turn], filters: Filters) -> Iterator[Draft | Answer]:
        """What a language model writes; the quoted answer as it is where there is nothing to write."""
        if self._author is not None:
            self._author.check()
        clock = _Clock()
        material: list[tuple[Passage, Article]] = []
        answer = self._answer(question, turns, filters, clock, material)
        if self._author is None or not (material and answer.answered):
            return (item for item in (Draft(answer.text), answer))
        whole = {article.id: article for _, article in material}
        as_of = filters.as_of or answer.coverage.last
        return self._author.write(answer, material, as_of, lambda item: self._checked(item, whole, clock))

    def _answer(
        self,
        question: str,
        turns: Sequence[Turn],
        filters: Filters,
        clock: _Clock | None = None,
        material: list[tuple[Passage, Article]] | None = None,
    ) -> Answer:
        """The answer in quotes; ``material`` is filled with the passages that one could be written from."""
        clock = clock or _Clock()
        answers = self._parts(question, turns, filters, clock, material)
        if len(answers) == 1:
            return answers[0]
        answer = parts.both(_encodable(question), *answers)
        self._checked(answer, {cited.article.id: cited.article for cited in answer.citations}, clock)
        clock.laps.update(answer.timings_ms)
        return answer

    def _parts(
        self,
        question: str,
        turns: Sequence[Turn],
        filters: Filters,
        clock: _Clock,
        material: list[tuple[Passage, Article]] | None = None,
    ) -> list[Answer]:
        """The answer, or those of two questions in one, the second understood from what the first came to."""
        turns = parts.unfolded(turns)
        two = parts.split(checked(question))
        if two is None or courtesy(checked(question)):
            return [self._one(question, turns, filters, clock, material)]
        found: list[list[tuple[Passage, Article]]] = [[], []]
        first = self._one(two[0], turns, filters, clock, found[0])
        first = replace(first, timings_ms=clock.taken())
        turn = Turn(first.standalone_question, first.text if first.citations else "", first.citations)
        asked, points = parts.second(two[1], turn)
        other = self._one(asked, [*turns, turn] if points else (), filters, clock, found[1])
        if material is not None:
            material += parts.in_turn(*found)
        return [first, other]

    def _one(
        self,
        question: str,
        turns: Sequence[Turn],
        filters: Filters,
        clock: _Clock,
        material: list[tuple[Passage, Article]] | None,
    ) -> Answer:
        """The answer to one question."""
        text = checked(question)
        coverage = self._store.coverage()
        blank = Answer(
            question=_encodable(question),
            text="",
            answered=False,
            standalone_question=text,
            coverage=coverage,
            config_hash=self.settings.hash,
        )
        kind = courtesy(text)
        if kind:
            answered = kind != "order"
            return replace(
                blank,
                text=reply(kind, coverage.articles),
                answered=answered,
                reason=None if answered else "not_stated",
                confidence=1.0 if answered else 0.0,
                timings_ms=clock.laps,
            )
        wanted, alone = understood(text, turns, of_one=len(filters.articles or ()) == 1)
        clock.lap("rewrite")
        notice = coverage_notice(alone, coverage, filters.as_of)
        blank = replace(blank, standalone_question=alone, notices=(notice,) if notice else ())
        if not coverage.articles:
            return _declined(blank, "empty_index", (), (), clock)
        overview = (
            self._overview(wanted, blank, filters, clock, material)
            if wanted.kind != "fact"
            else self._listed(blank, filters, clock, material)
        )
        if overview is not None:
            return overview
        parsed = parse(matter(alone))
        expanded = self._expand(parsed)
        hits, whole = self._found(parsed, weighted_terms(expanded), filters)
        clock.lap("retrieve")
        if not hits:
            admitted = any(filters.admit(article) for article in self._store.articles())
            return _declined(blank, "not_stated" if admitted else "out_of_range", (), (), clock)
        evidence = self._weigh(parsed, expanded, hits, whole)
        clock.lap("evidence")
        beyond = after_coverage(alone, coverage, filters.as_of)
        if beyond and not _speaks_of_time(evidence, expanded):
            return _declined(blank, "out_of_range", (beyond,), hits, clock)
        named = asked_who(parsed, expanded) if evidence.reason == "not_stated" else None
        if named:
            declined = _declined(blank, "not_stated", evidence.missing, hits, clock)
            blank = replace(blank, confidence=round(evidence.confidence, 4))
            return self._named(named, blank, filters, clock, material) or declined
        if evidence.reason:
            return _declined(blank, evidence.reason, evidence.missing, hits, clock)
        differences = disagreements(parsed, expanded, evidence.candidates, said_by=_said_by)
        otherwise = () if differences else others(alone, evidence.candidates)
        differ: tuple[Difference | Other, ...] = (*differences, *otherwise)
        written = extractive.write(parsed, evidence, [item for found in differ for item in found.quotes])
        differing: list[tuple[Difference | Other, Disagreement | None]] = [
            *((found, as_cited(found, written.citations, _said_by)) for found in differences),
            *((found, found.as_cited(written.citations, _said_by)) for found in otherwise),
        ]
        told = [(found, cited) for found, cited in differing if cited is not None]
        written = extractive.with_differences(written, told)
        if tells_of_outside(notice, (cited.quote for cited in written.citations)):
            blank = replace(blank, notices=())
        answer = replace(
            blank,
            text=written.text,
            answered=True,
            method="extractive",
            confidence=round(evidence.confidence, 4),
            citations=written.citations,
            disagreements=tuple(cited for _, cited in told),
            notices=(*blank.notices, *spelling_notices(expanded)),
            passages=tuple(hit.passage for hit in hits[:_NEAREST]),
        )
        if material is not None:
            from qa_bot.writing import by_value

            material += by_value(evidence.candidates, hits, whole)
        return self._checked(answer, whole, clock)

    # --- overviews ---------------------------------------------------------------------------

    def _named(
        self,
        name: str,
        blank: Answer,
        filters: Filters,
        clock: _Clock,
        material: list[tuple[Passage, Article]] | None,
    ) -> Answer | None:
        """What the articles say where they name somebody or something, of whom no sentence says who it is.

        None where no quote has every word of the name: another Kim is another person.
        """
        answer = self._overview(Request("topic", name), blank, filters, clock, material)
        wanted = set(terms(name))
        if not any(wanted <= set(terms(cited.quote)) for cited in answer.citations):
            return None
        notice = f"No sentence found that says who or what “{name}” is; these come nearest."
        return replace(answer, confidence=blank.confidence, notices=(*answer.notices, notice))

    def _overview(
        self,
        wanted: Request,
        blank: Answer,
        filters: Filters,
        clock: _Clock,
        material: list[tuple[Passage, Article]] | None,
    ) -> Answer:
        """Telling sentences of articles or on a topic, or what happened when, or why there are none."""
        brief = self._desk().brief(wanted, blank.standalone_question, filters, lambda: clock.lap("retrieve"))
        return self._briefed(brief, blank, clock, material)

    def _listed(
        self,
        blank: Answer,
        filters: Filters,
        clock: _Clock,
        material: list[tuple[Passage, Article]] | None,
    ) -> Answer | None:
        """The outlets that report something, or countries that did it, where these are asked for; or None."""
        from qa_bot.countries import asks_for_list

        question = blank.standalone_question
        if not asks_for_list(question):
            return None
        brief = self._desk().listed(question, filters, lambda: clock.lap("retrieve"))
        return self._briefed(brief, blank, clock, material) if brief else None

    def _desk(self) -> Desk:
        from qa_bot.briefing import Desk

        return Desk(self._store, self._retriever, self._expand)

    def _briefed(
        self, brief: Brief, blank: Answer, clock: _Clock, material: list[tuple[Passage, Article]] | None
    ) -> Answer:
        clock.lap("evidence")
        blank = replace(blank, passages=brief.passages[:_NEAREST])
        if brief.reason:
            return replace(blank, text=brief.text, reason=brief.reason, timings_ms=clock.laps)
        answer = replace(
            blank,
            text=brief.text,
            answered=True,
            method="extractive",
            confidence=brief.confidence,
            citations=brief.citations,
            timeline=brief.timeline,
            notices=(*blank.notices, *brief.notices),
        )
        if material is not None and not brief.timeline:  # dated steps stay quotes
            from qa_bot.writing import around

            material += around(brief.citations, self._passages_of)
        return self._checked(answer, brief.articles, clock)

    def _passages_of(self, article_id: str) -> Sequence[Passage]:
        found = self._store.whole(article_id)
        return found[1] if found else ()

    def _checked(self, answer: Answer, whole: Mapping[str, Article], clock: _Clock) -> Answer:
        """The answer, when every citation is true."""
        faults = citations.faults(answer, whole.__getitem__)
        if faults:
            raise StoreDamagedError(f"{faults[0]} Run: qa-bot check --repair")
        clock.lap("answer")
        notices = (*answer.notices, *citations.correction_notices(answer.citations))
        return replace(answer, notices=notices, timings_ms=clock.laps)

    # --- finding and weighing ----------------------------------------------------------------

    def _found(
        self, question: Question, terms: Mapping[str, float], filters: Filters
    ) -> tuple[list[Hit], dict[str, Article]]:
        """The best passages, and the articles of those that are read, whole, as they were cut from them.

        When somebody changes the index meanwhile the search is done again; an article that still does
        not fit its passages is left out.
        """
        from qa_bot.candidates import passages_read
        from qa_bot.retrieval import stale

        limit = self.settings.candidates
        for _ in range(_TRIES):
            generation = self._store.generation
            hits = self._retriever.search(question.text, terms, filters=filters, limit=limit)
            ids = dict.fromkeys(hit.article.id for hit in hits[: passages_read(question)])
            whole = {article.id: article for article in map(self._store.article, ids) if article is not None}
            kept = [hit for hit in hits if not stale(hit, ids, whole)]
            if self._store.generation == generation:
                break
        return kept, whole

    def _expand(self, question: Question) -> tuple[Expanded, ...]:
        from qa_bot.models import word_rarity

        with self._store.steady():
            return expand(question, self._store, word_rarity)

    def _weigh(
        self,
        parsed: Question,
        expanded: Sequence[Expanded],
        hits: Sequence[Hit],
        whole: Mapping[str, Article],
    ) -> Evidence:
        from qa_bot.candidates import passages_read
        from qa_bot.evidence import weigh
        from qa_bot.models import word_vectors

        found = [(hit.passage, whole[hit.article.id]) for hit in hits if hit.article.id in whole]
        return weigh(
            parsed,
            expanded,
            found[: passages_read(parsed)],
            word_vectors,
            min_confidence=self.settings.min_confidence,
        )

    @property
    def _build(self) -> Build:
        return _build_of(self.settings)

    @cached_property
    def _embedder(self) -> BaseEmbedding:
        from qa_bot.models import embedder

        return self._given or embedder(self.settings.embedder)

    @cached_property
    def _retriever(self) -> PassageRetriever:
        from qa_bot.retrieval import PassageRetriever

        return PassageRetriever(self._store, self._embedder, self.settings)

    def _filters(
        self,
        as_of: str | None = None,
        since: str | None = None,
        until: str | None = None,
        publisher: str | None = None,
        articles: Sequence[str] | None = None,
    ) -> Filters:
        if isinstance(articles, str):
            articles = [articles]
        for article_id in articles or ():
            self.article(article_id)  # an id that is not there is a mistake, not an empty result
        return Filters(
            _day("as_of", as_of),
            _day("since", since),
            _day("until", until),
            _publisher(publisher),
            tuple(articles) if articles is not None else None,
        )


class Chat:
    """A conversation: each question is understood from the ones before it."""

    def __init__(self, bot: QABot) -> None:
        self._bot = bot
        self.history: list[Turn] = []

    def answer(self, question: str, **options: Any) -> Answer:
        """`QABot.answer` with this conversation's history, which it joins."""
        reply = self._bot.answer(question, history=self.history, **options)
        # What the bot says of itself when it declines names nobody that a follow-up could mean.
        said = reply.text if reply.citations else ""
        self.history.append(Turn(question, said, reply.citations))
        return reply


_default_bot: QABot | None = None
_default_lock = threading.Lock()


def answer(question: str, **options: Any) -> Answer:
    """Answer from the default index, or from the demo while that is empty. See `QABot.answer`."""
    checked(question)
    return _default().answer(question, **options)


def _default() -> QABot:
    """The bot of the settings of now, kept from call to call: opening an index costs more than a question."""
    global _default_bot
    with _default_lock:
        if _default_bot is None or not _still_default(_default_bot):
            if _default_bot is not None:  # closed when the last thread that asks it is done
                weakref.finalize(_default_bot, _default_bot._store.close)
            _default_bot = QABot()
        return _default_bot


def _still_default(bot: QABot) -> bool:
    settings = load_settings()
    if bot.settings != settings or bot._folder != settings.store_dir:
        return False
    return settings.index_dir is not None or bot.is_demo != _has_articles(bot._folder, bot._build)


def index_articles(
    paths: Sequence[str | Path],
    index_dir: str | Path | None = None,
    *,
    prune: bool = False,
    progress: Callable[[str], None] | None = None,
    columns: Mapping[str, str] | None = None,
    on_article: Callable[[str, Article | str], None] | None = None,
    **settings: Any,
) -> Report:
    """Index files, folders and addresses into an index, which is made when it is not there.

    Args:
        paths: files and folders of articles, addresses of pages, feeds and sitemaps.
        index_dir: the index's folder; the default index when None.
        prune: also remove articles that have gone from the folders and feeds given.
        progress: called with a line of text now and then.
        columns: as in `QABot.add`.
        on_article: as in `QABot.add`.
        settings: any field of `Settings`.

    Raises:
        StoreError: the folder cannot be used, is locked, or was built with other settings.
    """
    with _own_index(index_dir, settings) as bot:
        return bot.add(paths, prune=prune, progress=progress, columns=columns, on_article=on_article)


def rebuild_index(
    index_dir: str | Path | None = None,
    *,
    progress: Callable[[str], None] | None = None,
    **settings: Any,
) -> int:
    """Cut and embed every article of an index again, with the settings of now; how many there are."""
    folder = _folder_of(index_dir, settings)
    if not exists(folder):
        raise UsageError(f"There is no index at {str(folder)!r} to rebuild; check --index-dir.")
    with _own_index(index_dir, settings, adopt=True) as bot, bot._writing(progress) as writer:
        options = Options(keep_originals=bot.settings.keep_originals)
        return bot._indexing(writer, progress).again(bot._build, bot.article, options)


def _own_index(index_dir: str | Path | None, settings: Mapping[str, Any], *, adopt: bool = False) -> QABot:
    """A bot over the index itself: never the demo, though it be empty."""
    return QABot(_folder_of(index_dir, settings), _create=True, _adopt=adopt, **settings)


def _folder_of(index_dir: str | Path | None, settings: Mapping[str, Any]) -> Path:
    embedder = _embedder_name(settings.get("embedder"))
    return load_settings(**{**settings, "index_dir": index_dir, "embedder": embedder}).store_dir


class _Clock:
    """Milliseconds a stage took."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = dict.fromkeys(("rewrite", "retrieve", "evidence", "answer"), 0.0)
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = round((now - self._last) * 1000, 3)
        self._last = now

    def taken(self) -> dict[str, float]:
        """The laps so far, which begin anew."""
        laps = dict(self.laps)
        self.laps.update(dict.fromkeys(laps, 0.0))
        return laps


def _declined(
    blank: Answer, reason: Reason, missing: Sequence[str], hits: Sequence[Hit], clock: _Clock
) -> Answer:
    return replace(
        blank,
        text=extractive.decline(reason, missing),
        reason=reason,
        passages=tuple(hit.passage for hit in hits[:_NEAREST]),
        timings_ms=clock.laps,
    )


def _encodable(text: str) -> str:
    """The text with "?" for a lone surrogate."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _said_by(article: Article, span: Span) -> str | None:
    return said_by(article.text, span)


def _decision(answer: Answer, evidence: Evidence | None, least: float, *, listed: bool) -> str:
    if answer.answered and answer.method == "none":
        return "a reply out of courtesy; no article was looked into"
    quotes = f"answered with {len(answer.citations)} quote{'s' * (len(answer.citations) != 1)}"
    wanted = request(answer.standalone_question)
    if wanted.kind != "fact":
        done = quotes if answer.answered else f"declined ({answer.reason})"
        topic = repr(wanted.topic or "everything")
        return f"taken for a request for an overview ({wanted.kind}) of {topic}: {done}"
    if listed:
        return f"taken for a question for a list: {quotes}"
    confidence = f"confidence {evidence.confidence if evidence else 0.0:.2f}, at least {least:.2f} is needed"
    if answer.answered:
        return f"{quotes}; {confidence}"
    doubt = f"; doubted, as {evidence.doubt}" if evidence and evidence.doubt else ""
    return f"declined ({answer.reason}): {answer.text} {confidence.capitalize()}{doubt}"


def _speaks_of_time(evidence: Evidence, expanded: Sequence[Expanded]) -> bool:
    """Whether the best sentence has the dates that the question names: what is planned is told before."""
    if not evidence.candidates:
        return False
    if evidence.candidates[0].article.published is None:
        return True  # it may be of that time
    covered = zip(expanded, evidence.candidates[0].covered, strict=True)
    named = [share for item, share in covered if item.unit.kind == "date"]
    return bool(named) and min(named) >= 0.5


def _turns(history: object) -> list[Turn]:
    if history is None:
        return []
    if isinstance(history, (str, bytes, Mapping)) or not isinstance(history, Iterable):
        raise UsageError(f"history must be a list of turns, not {type(history).__name__}.")
    return [_turn(item) for item in history]


def _turn(item: object) -> Turn:
    if isinstance(item, Turn):
        return replace(item, question=_said(item.question), answer=_said(item.answer))
    if isinstance(item, str):
        return Turn(_said(item))
    if isinstance(item, Mapping):
        return Turn(_said(item.get("question")), _said(item.get("answer")))
    if isinstance(item, (tuple, list)) and len(item) == 2:
        return Turn(_said(item[0]), _said(item[1]))
    raise UsageError(f"A turn of history must be a question or a pair, not a {type(item).__name__}.")


def _said(text: object) -> str:
    """What a turn says, as long as a question may be; nothing for what is no text."""
    return text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else ""


def _day(name: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        value = value.date()
    try:
        # Python 3.11 and later would also take "20241105" and "2024-W45-2".
        text = re.fullmatch(r"\d{4}-\d\d-\d\d", str(value).strip(), re.ASCII)
        return datetime.date.fromisoformat(text[0]).isoformat() if text else _no_day(name, value)
    except ValueError:
        return _no_day(name, value)


def _no_day(name: str, value: object) -> NoReturn:
    raise UsageError(f"{name} must be a date like 2024-11-05, not {value!r}.")


def _publisher(value: object) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise UsageError(f"publisher must be a name, not {value!r}.")


def _filter_options(options: Mapping[str, Any]) -> dict[str, Any]:
    known = ("as_of", "since", "until", "publisher", "articles")
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise UsageError(f"There is no filter {unknown[0]!r}; the filters are {', '.join(known)}.")
    return dict(options)


def _has_articles(folder: Path, build: Build) -> bool:
    if not exists(folder):
        return False
    store = Store(folder, build)
    try:
        return store.counts()[0] > 0
    finally:
        store.close()


def _build_of(settings: Settings) -> Build:
    return Build(settings.embedder, settings.passage_words)


def _digest(*parts: object) -> str:
    """Sixteen hexadecimal digits: the name of a folder for what the parts say together."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _embedder_name(embedder: object) -> str | None:
    """What an index remembers an embedder by: its model's name, else its class's."""
    if embedder is None or isinstance(embedder, str):
        return embedder
    name = getattr(embedder, "model_name", None)
    if not isinstance(name, str):
        raise SettingsError(f"The embedder must be a name or a LlamaIndex embedding, not {embedder!r}.")
    return name if name not in ("", "unknown") else type(embedder).__qualname__


def _llm_name(llm: object) -> str | None:
    """What a language model is called: its name as it is given, or as the model has it."""
    if llm is None or isinstance(llm, str):
        return llm
    from qa_bot.models import model_label

    return model_label(llm)


def _author(settings: Settings, llm: object) -> Author | None:
    if settings.llm is None:
        return None
    from qa_bot.writing import Author

    return Author(settings, None if isinstance(llm, str) else llm)  # type: ignore[arg-type]  # an LLM: _llm_name


def _place(path: str | Path) -> Path | str:
    """Where articles are to come from: an address as it is, or a path that exists, made whole."""
    if isinstance(path, str) and is_address(path):
        return path.strip()
    given = _local(path)
    if not given.exists():
        raise ArticleError(f"There is no file or folder {str(given)!r}; check the path.")
    return given.resolve()


def _local(path: str | Path) -> Path:
    """A path with ~ taken for the home folder, where there is such a user."""
    expanded = Path(os.path.expanduser(path))  # noqa: PTH111 (Path.expanduser raises for "~nobody")
    return expanded.absolute() if str(expanded).startswith("~") else expanded


def _columns(columns: Mapping[str, str]) -> Mapping[str, str]:
    for fact in columns:
        if fact not in COLUMNS:
            raise UsageError(f"No column holds {fact!r}; name one of {', '.join(COLUMNS)}.")
    return columns


def _may_be_id(value: object) -> bool:
    """Whether an article could have this id: SQLite takes no lone surrogates."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _checked_limit(limit: object) -> None:
    if not isinstance(limit, int) or limit < 1:
        raise UsageError(f"limit must be a number from 1, not {limit!r}.")
