"""The measures behind `qa-bot eval`: a file of questions, asked of a bot, as numbers with intervals.

questions file -> EvalQuestions -> one Outcome each -> a JSON-ready result -> a table, a web page

Each measure names its source. A rate is a dict of ``value``, the 95 % interval ``low`` and ``high``,
and ``n``, what it is a share of; all three are None where there is nothing to measure.
"""

from __future__ import annotations

import json
import re
import reprlib
import time
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from qa_bot.dates import iso_date
from qa_bot.errors import UsageError
from qa_bot.question import checked
from qa_bot.text import fold, fold_text
from qa_bot.types import Answer, Citation, Span, Turn

if TYPE_CHECKING:
    from qa_bot.bot import QABot

Role = Literal["answerable", "unanswerable", "greeting"]
TextOf = Callable[[str], "str | None"]
Rate = dict[str, "float | int | None"]

CUTOFFS = (1, 4, 10)
RESAMPLES = 1000
BINS = 10
_SEED = 20241105
# Deeper than any search goes: the reciprocal rank is taken over everything that was found.
_DEPTH = 1000
_MARKER = re.compile(r"\s*\[\d+\]")
_DIGIT_COMMA = re.compile(r"(?<=\d),(?=\d)")


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an answer stands: an article's id, and a phrase of it where one is given."""

    article: str
    phrase: str | None = None


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """One line of a question file.

    ``answers`` are groups of wordings: all groups are needed, any wording of a group will do.
    """

    id: str
    question: str
    history: tuple[Turn, ...] = ()
    as_of: str | None = None
    answers: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Proof, ...] = ()
    answerable: bool = True
    kind: str | None = None

    @property
    def role(self) -> Role:
        """What is expected: an answer from the articles, declining, or courtesy."""
        if self.kind == "greeting":
            return "greeting"
        return "answerable" if self.answerable else "unanswerable"


# --- reading a question file --------------------------------------------------------------------


def read_questions(path: str | Path) -> list[EvalQuestion]:
    """The questions of a file, one JSON object a line.

    Raises:
        UsageError: the file cannot be read, holds no question, or a line is not in the documented form.
    """
    path = Path(path)
    name = repr(str(path))
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror}); name a file of questions.") from error
    except ValueError as error:
        raise UsageError(f"{name} is not text in UTF-8; name a file of questions saved as such.") from error
    found: dict[str, EvalQuestion] = {}
    # Not splitlines: a JSON string may hold U+2028.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            record = _Record(f"{name}, line {number}", line)
            question = record.question(default_id=str(number))
            if question.id in found:
                raise record.wrong(f"the id {question.id!r} stands on a line before; give it another.")
            found[question.id] = question
    if not found:
        raise UsageError(f'{name} holds no question; write lines like {{"id": "1", "question": "Who ...?"}}.')
    return list(found.values())


class _Record:
    """One line, its fields checked as they are read."""

    def __init__(self, where: str, line: str) -> None:
        self._where = where
        try:
            data = json.loads(line)
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            raise self.wrong("it holds half a surrogate pair; write the character itself.") from error
        except (ValueError, RecursionError) as error:
            raise self.wrong(f"this is no JSON ({error}); write one object a line.") from error
        if not isinstance(data, dict):
            raise self.wrong(f"this is no JSON object but {reprlib.repr(data)}; write {{...}}.")
        self._data = data

    def wrong(self, what: str) -> UsageError:
        return UsageError(f"{self._where}: {what}")

    def question(self, default_id: str) -> EvalQuestion:
        try:
            text = checked(self._data.get("question"))
        except UsageError as error:
            raise self.wrong(f"{error} It belongs in 'question'.") from error
        answerable = self._data.get("answerable", True)
        if not isinstance(answerable, bool):
            raise self.wrong(f"'answerable' is true or false, not {reprlib.repr(answerable)}.")
        return EvalQuestion(
            id=self._id(default_id),
            question=text,
            history=tuple(map(self._turn, self._items("history"))),
            as_of=self._day("as_of") or self._day("asked_on"),
            answers=self._answers(),
            evidence=self._evidence(),
            answerable=answerable,
            kind=self._text("kind"),
        )

    def _id(self, default: str) -> str:
        value = self._data.get("id")
        return str(value) if type(value) is int else self._text("id") or default

    def _text(self, name: str, data: Mapping[str, Any] | None = None) -> str | None:
        value = (self._data if data is None else data).get(name)
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise self.wrong(f"{name!r} must be text, not {reprlib.repr(value)}; write it or leave it out.")
        return value

    def _items(self, name: str) -> list[Any]:
        value = self._data.get(name)
        if value is not None and not isinstance(value, list):
            raise self.wrong(f"{name!r} must be a list, not {reprlib.repr(value)}; put it in [ ].")
        return value or []

    def _day(self, name: str) -> str | None:
        value = self._text(name)
        if value is not None and not (re.fullmatch(r"\d{4}-\d\d-\d\d", value) and iso_date(value)):
            raise self.wrong(f"{name!r} must be a date like 2024-11-05, not {reprlib.repr(value)}.")
        return value

    def _turn(self, item: Any) -> Turn:
        if isinstance(item, str):
            return Turn(item)
        question = self._text("question", item) if isinstance(item, dict) else None
        if question is None:
            raise self.wrong(f"a turn of 'history' is text or has a 'question', not {reprlib.repr(item)}.")
        return Turn(question, str(item.get("answer") or ""))

    def _answers(self) -> tuple[tuple[str, ...], ...]:
        given = self._items("answers")
        flat = bool(given) and all(isinstance(item, str) for item in given)
        groups = [given] if flat else given
        for group in groups:
            if not isinstance(group, list) or not group or not all(map(_is_wording, group)):
                raise self.wrong(
                    "'answers' must be a list of wordings or of lists of wordings, each in quotes, "
                    f"not {reprlib.repr(given)}."
                )
        return tuple(map(tuple, groups))

    def _evidence(self) -> tuple[Proof, ...]:
        proofs = []
        for item in self._items("evidence"):
            article = self._text("article", item) if isinstance(item, dict) else None
            if article is None:
                raise self.wrong(f"'evidence' must name an 'article' each time, not {reprlib.repr(item)}.")
            proofs.append(Proof(article, self._text("phrase", item)))
        for item in self._items("articles"):
            if not isinstance(item, str):
                raise self.wrong(f"'articles' must be ids in quotes, not {reprlib.repr(item)}.")
            proofs.append(Proof(item))
        return tuple(proofs)


def _is_wording(value: object) -> bool:
    return isinstance(value, str) and bool(_plain(value))


# --- one question -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. ``rank`` is that of the first article of the evidence, from 1.

    ``on_article`` citations are of an article of the evidence; ``on_phrase`` ones, where phrases are
    given for that article, also overlap one. ``untrue`` ones are not what their article says there.
    """

    question: EvalQuestion
    answer: Answer
    missing: tuple[tuple[str, ...], ...] = ()
    rank: int | None = None
    on_article: int = 0
    on_phrase: int = 0
    untrue: int = 0
    ms: float = 0.0

    @property
    def declined(self) -> bool:
        """Whether the bot said that the articles do not tell."""
        return not self.answer.answered

    @property
    def right(self) -> bool | None:
        """Whether it went as the file expects; None where an answer has nothing to compare with."""
        if self.question.role == "unanswerable":
            return self.declined
        if self.question.role == "greeting":
            return self.answer.answered and self.answer.method == "none"
        if not self.question.answers:
            return None
        return self.answer.answered and not self.missing

    @property
    def judged(self) -> bool:
        """Whether this is an answerable question whose answer can be compared."""
        return self.question.role == "answerable" and self.right is not None

    @property
    def sourced(self) -> bool:
        """Whether this is an answerable question that names its evidence."""
        return self.question.role == "answerable" and bool(self.question.evidence)

    @property
    def phrased(self) -> bool:
        """Whether the evidence has phrases to compare quotes with."""
        return self.sourced and any(proof.phrase for proof in self.question.evidence)

    def problems(self) -> list[str]:
        """What went wrong, a phrase each; nothing when all went well."""
        found = [f"{self.untrue} citations are not what their article says"] if self.untrue else []
        if self.question.role == "unanswerable" and not self.declined:
            found.append("answered, though the articles do not tell")
        elif self.question.role == "greeting" and not self.right:
            found.append("not taken for a courtesy")
        elif self.question.role == "answerable":
            found += self._problems_of_answer()
        return found

    def _problems_of_answer(self) -> list[str]:
        if self.declined:
            return [f"declined ({self.answer.reason})"]
        found = [f"has no wording of {' / '.join(group)}" for group in self.missing]
        if self.sourced and not self.on_phrase:
            found.append("cites none of the evidence")
        return found


def missing_groups(text: str, answers: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The groups of which no wording stands in a text; an answer is right when there are none.

    Compared after Unicode normalisation (NFKC, UAX #15) and case folding, as whole words, without
    commas between digits. Citation markers are no part of the text: "[2]" is not the answer "2".
    """
    plain = _plain(_MARKER.sub("", text))
    return tuple(
        tuple(group)
        for group in answers
        if not any(re.search(rf"(?<!\w){re.escape(_plain(wording))}(?!\w)", plain) for wording in group)
    )


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_DIGIT_COMMA.sub("", folded).split())


def first_rank(ranking: Sequence[str], relevant: Collection[str]) -> int | None:
    """The rank, from 1, of the first relevant article, each counted once at its first passage."""
    unique = dict.fromkeys(ranking)
    return next((rank for rank, article in enumerate(unique, 1) if article in relevant), None)


def phrase_spans(text: str, phrase: str) -> list[Span]:
    """Where a phrase stands in a text, whatever its case, spaces, and shapes of quotes and dashes."""
    folded = fold(text)
    pattern = r"\s+".join(map(re.escape, fold_text(phrase).split()))
    return [folded.span(*match.span()) for match in re.finditer(pattern, folded.text)]


def judge(
    question: EvalQuestion,
    answer: Answer,
    text_of: TextOf,
    *,
    ranking: Sequence[str] = (),
    ms: float = 0.0,
) -> Outcome:
    """Compare one answer with what the question expects.

    Args:
        question: what was asked, and what is expected.
        answer: what the bot said.
        text_of: an article's text by its id; None where there is no such article.
        ranking: article ids as retrieval ranked their passages.
        ms: how long the answer took.
    """
    articles = {proof.article for proof in question.evidence}
    quoted = [citation for citation in answer.citations if citation.article.id in articles]
    return Outcome(
        question=question,
        answer=answer,
        missing=missing_groups(answer.text, question.answers),
        rank=first_rank(ranking, articles),
        on_article=len(quoted),
        on_phrase=sum(_overlaps(citation, question.evidence, text_of) for citation in quoted),
        untrue=sum(
            (text_of(citation.article.id) or "")[citation.start : citation.end] != citation.quote
            for citation in answer.citations
        ),
        ms=ms,
    )


def _overlaps(citation: Citation, evidence: Sequence[Proof], text_of: TextOf) -> bool:
    text = text_of(citation.article.id) or ""
    for proof in evidence:
        if proof.article != citation.article.id:
            continue
        if proof.phrase is None or any(
            span.start < citation.end and citation.start < span.end
            for span in phrase_spans(text, proof.phrase)
        ):
            return True
    return False


# --- the measures -------------------------------------------------------------------------------


def rate(pairs: Sequence[tuple[float, float]]) -> Rate:
    """Sum of the first over sum of the second, a pair a question, with a 95 % interval.

    The interval is the percentile bootstrap over questions (Efron and Tibshirani, An Introduction to
    the Bootstrap, 1993, chapter 13): 1,000 resamples, the same ones on every run.
    """
    parts, wholes = np.asarray(pairs, dtype=float).reshape(-1, 2).T
    total = wholes.sum()
    if not total:
        return {"value": None, "low": None, "high": None, "n": 0}
    rng = np.random.default_rng(_SEED)
    counts = rng.multinomial(len(pairs), np.full(len(pairs), 1 / len(pairs)), size=RESAMPLES)
    sums, sizes = counts @ parts, counts @ wholes
    resampled = sums[sizes > 0] / sizes[sizes > 0]
    low, high = np.percentile(resampled, [2.5, 97.5])
    numbers = {"value": parts.sum() / total, "low": low, "high": high}
    return {**{name: round(float(number), 4) for name, number in numbers.items()}, "n": int(total)}


def share(flags: Sequence[bool]) -> Rate:
    """How many of the flags hold, as a `rate`."""
    return rate([(float(flag), 1.0) for flag in flags])


def retrieval(ranks: Sequence[int | None]) -> dict[str, Rate]:
    """Hits@k and mean reciprocal rank of the first relevant article, 0 where it was not found.

    Hits@k is "success at k"; the reciprocal rank is that of Voorhees, The TREC-8 Question Answering
    Track Report, 1999.
    """
    measures = {f"hits_at_{k}": share([rank is not None and rank <= k for rank in ranks]) for k in CUTOFFS}
    return {**measures, "mrr": rate([(1 / rank if rank else 0.0, 1.0) for rank in ranks])}


def calibration(pairs: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Whether confidence is the probability of being right.

    The expected calibration error is the mean distance between confidence and share right in ten bins
    of equal width, weighted by size (Naeini, Cooper and Hauskrecht, AAAI 2015; Guo and others, ICML
    2017); a bin holds its lower edge, the last one both. The Brier score is the mean squared distance
    (Brier, Monthly Weather Review 78, 1950).

    Args:
        pairs: the confidence of each answer, and whether it was right.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in pairs:
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    rows, error = [], 0.0
    for number, members in enumerate(bins):
        row: Rate = {"from": number / BINS, "to": (number + 1) / BINS, "n": len(members)}
        row |= {"confidence": None, "right": None}
        if members:
            said, held = np.mean(members, axis=0).tolist()
            error += len(members) / len(pairs) * abs(said - held)
            row |= {"confidence": round(said, 4), "right": round(held, 4)}
        rows.append(row)
    return {
        "n": len(pairs),
        "expected_error": round(error, 4) if pairs else None,
        "brier": rate([((confidence - right) ** 2, 1.0) for confidence, right in pairs]),
        "bins": rows,
    }


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """The 50th, 90th and 99th percentile, interpolated (type 7 of Hyndman and Fan, 1996)."""
    found = np.percentile(values, [50, 90, 99]).tolist() if values else [None] * 3
    rounded = (None if value is None else round(value, 1) for value in found)
    return dict(zip(("p50", "p90", "p99"), rounded, strict=True))


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All measures over the outcomes, JSON-ready.

    Precision and recall of declining are those of a classifier (Manning, Raghavan and Schütze,
    Introduction to Information Retrieval, 2008, section 8.3) that looks for unanswerable questions;
    without any, precision says nothing and is left out. Those of citations follow Liu, Zhang and
    Liang, Evaluating Verifiability in Generative Search Engines, 2023, with the question file's
    evidence as the judge. Greetings count apart.
    """
    greetings = [o for o in outcomes if o.question.role == "greeting"]
    asked = [o for o in outcomes if o.question.role != "greeting"]
    unanswerable = [o for o in asked if o.question.role == "unanswerable"]
    return {
        "questions": {
            "all": len(outcomes),
            "answerable": len(asked) - len(unanswerable),
            "unanswerable": len(unanswerable),
            "greetings": len(greetings),
        },
        "retrieval": retrieval([o.rank for o in asked if o.sourced]),
        "answers": _answer_rates(asked),
        "citations": _citation_rates(outcomes),
        "declining": _declining_rates(asked, unanswerable),
        "greetings": {"right": share([bool(o.right) for o in greetings])},
        "calibration": calibration(
            [(o.answer.confidence, o.right) for o in asked if not o.declined and o.right is not None]
        ),
        "latency_ms": {
            "answer": percentiles([o.ms for o in outcomes]),
            "retrieve": percentiles([ms for o in asked if (ms := o.answer.timings_ms.get("retrieve"))]),
        },
        "written": _written(outcomes),
        "kinds": _kinds(outcomes),
        "failures": [_failure(o) for o in outcomes if o.problems()],
        "results": [_result(o) for o in outcomes],
    }


def _answer_rates(asked: Sequence[Outcome]) -> dict[str, Rate]:
    judged = [o for o in asked if o.judged]
    both = [o for o in judged if o.sourced]
    return {
        "right": share([bool(o.right) for o in judged]),
        "right_and_cited": share([bool(o.right) and o.on_phrase > 0 for o in both]),
        "right_and_article_cited": share([bool(o.right) and o.on_article > 0 for o in both]),
    }


def _declining_rates(asked: Sequence[Outcome], unanswerable: Sequence[Outcome]) -> dict[str, Rate]:
    declined = [o for o in asked if o.declined] if unanswerable else []
    return {
        "precision": share([o.question.role == "unanswerable" for o in declined]),
        "recall": share([o.declined for o in unanswerable]),
        "of_answerable": share([o.declined for o in asked if o.question.role == "answerable"]),
    }


def _citation_rates(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    sourced = [o for o in outcomes if o.sourced]
    phrased = [o for o in sourced if o.phrased]
    return {
        "all": sum(len(o.answer.citations) for o in outcomes),
        "false": sum(o.untrue for o in outcomes),
        "article_precision": rate([(o.on_article, len(o.answer.citations)) for o in sourced]),
        "phrase_precision": rate([(o.on_phrase, len(o.answer.citations)) for o in phrased]),
        "article_recall": share([o.on_article > 0 for o in sourced if o.judged and o.right]),
        "phrase_recall": share([o.on_phrase > 0 for o in phrased if o.judged and o.right]),
    }


def _written(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Of the answers that a language model was to write: how many it did, and what it took.

    ``unsupported`` is the share of their sentences that no passage supports; ``input_tokens`` and
    ``output_tokens`` are sums, None where the provider tells none.
    """
    asked = [o for o in outcomes if o.answer.model is not None or o.answer.method == "llm"]
    written = [o for o in asked if o.answer.answered and o.answer.method == "llm"]
    usages = [o.answer.usage for o in outcomes if o.answer.usage]
    return {
        "model": next((o.answer.model for o in asked), None),
        "answers": len(written),
        "unsupported": rate([(len(o.answer.unsupported), _sentences(o.answer)) for o in written]),
        "declined": sum(o.declined for o in asked),
        **{
            name: sum(usage.get(name, 0) for usage in usages) if usages else None
            for name in ("input_tokens", "output_tokens")
        },
    }


def _sentences(answer: Answer) -> int:
    """The sentences of a written answer: each ends in its citations, or is unsupported."""
    return len(answer.unsupported) + len(re.findall(r"(?:\[\d+\])+", answer.text))


def _kinds(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    rows: dict[str | None, dict[str, Any]] = {}
    for outcome in outcomes:
        kind = outcome.question.kind
        row = rows.setdefault(kind, {"kind": kind, "n": 0, "right": 0, "declined": 0})
        row["n"] += 1
        row["right"] += bool(outcome.right)
        row["declined"] += outcome.declined
    return list(rows.values())


def _failure(outcome: Outcome) -> dict[str, Any]:
    question, answer = outcome.question, outcome.answer
    return {
        "id": question.id,
        "kind": question.kind,
        "question": question.question,
        "standalone_question": answer.standalone_question,
        "wrong": outcome.problems(),
        "rank": outcome.rank,
        "text": answer.text,
        "confidence": answer.confidence,
        "cited": [citation.article.id for citation in answer.citations],
    }


def _result(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.question.id,
        "kind": outcome.question.kind,
        "role": outcome.question.role,
        "right": outcome.right,
        "declined": outcome.declined,
        "cited": outcome.on_phrase > 0 if outcome.sourced else None,
        "rank": outcome.rank,
        "confidence": outcome.answer.confidence,
        "ms": round(outcome.ms, 1),
    }


# --- asking -------------------------------------------------------------------------------------


def evaluate(
    bot: QABot,
    questions: Sequence[EvalQuestion],
    *,
    use_as_of: bool = True,
    options: Mapping[str, Any] | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Ask every question and measure; JSON-ready.

    Args:
        bot: who is asked.
        questions: what is asked.
        use_as_of: ask each question as on its own day, where it has one.
        options: filters of `QABot.answer` for every question; a question's own day goes before ``as_of``.
        progress: called with a line of text now and then.
    """
    asking = _Asking(bot, use_as_of, options or {})
    if questions:
        asking.ask(questions[0])  # unmeasured: opening the index is no part of an answer's time
    outcomes, spoken = [], time.monotonic()
    for number, question in enumerate(questions, 1):
        outcomes.append(asking.ask(question))
        if progress and time.monotonic() - spoken >= 2.0:
            spoken = time.monotonic()
            progress(f"{number:,} of {len(questions):,} questions asked ...")
    articles, passages = bot.counts()
    return {
        "articles": articles,
        "passages": passages,
        "use_as_of": use_as_of,
        "options": {name: value for name, value in (options or {}).items() if value is not None},
        "config_hash": bot.settings.hash,
        "unknown_evidence": asking.unknown(questions),
        **summary(outcomes),
    }


class _Asking:
    """Asks one bot, and knows the texts of its articles."""

    def __init__(self, bot: QABot, use_as_of: bool, options: Mapping[str, Any]) -> None:
        self._bot = bot
        self._use_as_of = use_as_of
        self._options = options
        self._text_of = lru_cache(maxsize=256)(self._text)

    def ask(self, question: EvalQuestion) -> Outcome:
        options = dict(self._options)
        if self._use_as_of and question.as_of:
            options["as_of"] = question.as_of
        started = time.perf_counter()
        answer = self._bot.answer(question.question, history=question.history, **options)
        ms = (time.perf_counter() - started) * 1000
        ranking: list[str] = []
        if question.role == "answerable" and question.evidence:
            found = self._bot.search(answer.standalone_question, limit=_DEPTH, **options)
            ranking = [passage.article_id for passage in found]
        return judge(question, answer, self._text_of, ranking=ranking, ms=ms)

    def unknown(self, questions: Sequence[EvalQuestion]) -> list[dict[str, str | None]]:
        """The evidence that the index does not hold: no such article, or no such phrase in it."""
        found = []
        for question in questions:
            for proof in question.evidence:
                text = self._text_of(proof.article)
                if text is None or (proof.phrase and not phrase_spans(text, proof.phrase)):
                    row = {"id": question.id, "article": proof.article}
                    found.append({**row, "phrase": proof.phrase if text is not None else None})
        return found

    def _text(self, article_id: str) -> str | None:
        try:
            return self._bot.article(article_id).text
        except UsageError:
            return None
