"""The measures behind `qa-bot eval`: a file of questions, asked of a bot, as numbers with intervals.

questions file -> EvalQuestions -> one Outcome each -> a JSON-ready result -> a table, a web page

Each measure names its source. A rate is a dict of ``value``, the 95 % interval ``low`` and ``high``,
and ``n``, what it is a share of; all three are None where there is nothing to measure.
"""

from __future__ import annotations

import html
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

from qa_bot.errors import UsageError
from qa_bot.question import checked
from qa_bot.text import fold, fold_text, iso_date
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


# --- as text ------------------------------------------------------------------------------------

_ROWS = (
    ("Hits@1", "retrieval", "hits_at_1"),
    ("Hits@4", "retrieval", "hits_at_4"),
    ("Hits@10", "retrieval", "hits_at_10"),
    ("MRR", "retrieval", "mrr"),
    ("answer right", "answers", "right"),
    ("right, evidence cited", "answers", "right_and_cited"),
    ("citation precision, article", "citations", "article_precision"),
    ("citation precision, phrase", "citations", "phrase_precision"),
    ("citation recall, article", "citations", "article_recall"),
    ("citation recall, phrase", "citations", "phrase_recall"),
    ("declining precision", "declining", "precision"),
    ("declining recall", "declining", "recall"),
    ("answerable, but declined", "declining", "of_answerable"),
    ("greetings right", "greetings", "right"),
    ("Brier score", "calibration", "brier"),
)


def table(result: Mapping[str, Any]) -> str:
    """A result for a terminal."""
    lines = [_headline(result), "", f"{'':27}  value  95 % interval     of"]
    lines += [f"{label:27}  {value:>5}  {low_high:13}  {n:>5}" for label, value, low_high, n in _rows(result)]
    lines += ["", f"{'milliseconds':27}  {'p50':>7}  {'p90':>7}  {'p99':>7}"]
    lines += [f"{name:27}  {p50:>7}  {p90:>7}  {p99:>7}" for name, p50, p90, p99 in _times(result)]
    lines += ["", *_kind_lines(result["kinds"])]
    if note := _unknown_note(result):
        lines += ["", note]
    return "\n".join(line.rstrip() for line in lines)


def failures(result: Mapping[str, Any]) -> str:
    """What went wrong, a paragraph a question, for a terminal."""
    paragraphs = []
    for row in result["failures"]:
        rank = f"; evidence at rank {row['rank']}" if row["rank"] else ""
        paragraphs.append(
            f"{row['id']}  {row['question']}\n"
            f"  {'; '.join(row['wrong'])}{rank}\n  {' '.join(row['text'].split())}"
        )
    return "\n\n".join(paragraphs) or "Nothing went wrong."


def _headline(result: Mapping[str, Any]) -> str:
    counts = result["questions"]
    parts = [f"{counts[name]:,} {name}" for name in ("answerable", "unanswerable") if counts[name]]
    if counts["greetings"]:
        parts.append(_count(counts["greetings"], "greeting"))
    return (
        f"{_count(counts['all'], 'question')} ({', '.join(parts)}) "
        f"of {_count(result['articles'], 'article')} in {_count(result['passages'], 'passage')}"
        + ("" if result["use_as_of"] else "; dates of asking left out")
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _rows(result: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Label, value, interval and size of every measure that has something to measure."""
    rows = []
    for label, section, name in _ROWS:
        found = result[section][name]
        if found["n"]:
            interval = f"{found['low']:.3f} - {found['high']:.3f}"
            rows.append((label, f"{found['value']:.3f}", interval, f"{found['n']:,}"))
    confidence, citations = result["calibration"], result["citations"]
    if confidence["n"]:
        error = f"{confidence['expected_error']:.3f}"
        rows.append(("expected calibration error", error, "", f"{confidence['n']:,}"))
    return [*rows, ("false citations", f"{citations['false']:,}", "", f"{citations['all']:,}")]


def _times(result: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """A label and the three percentiles, a row a stage."""
    rows = []
    for name, found in result["latency_ms"].items():
        p50, p90, p99 = ("-" if value is None else f"{value:,.1f}" for value in found.values())
        rows.append((name, p50, p90, p99))
    return rows


def _kind_lines(kinds: Sequence[Mapping[str, Any]]) -> list[str]:
    width = max([27, *(len(_kind(row)) for row in kinds)])
    lines = [f"{'kind':{width}}  {'n':>5}  {'right':>6}  {'declined':>8}"]
    return lines + [
        f"{_kind(row):{width}}  {row['n']:>5,}  {row['right']:>6,}  {row['declined']:>8,}" for row in kinds
    ]


def _kind(row: Mapping[str, Any]) -> str:
    return row["kind"] or "(no kind)"


def _unknown_note(result: Mapping[str, Any]) -> str:
    unknown = result["unknown_evidence"]
    if not unknown:
        return ""
    row = unknown[0]
    what = f"{row['phrase']!r} in {row['article']!r}" if row["phrase"] else f"the article {row['article']!r}"
    return (
        f"{len(unknown):,} of the evidence not in the index, first {what} of question {row['id']!r}: "
        "are these the articles that the questions are about?"
    )


# --- as a web page ------------------------------------------------------------------------------

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #5a6675; --line: #d8dee5; --bar: #0f766e;
  --soft: #e7edf1; --ground: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --quiet: #9aa7b4; --line: #36424f;
  --bar: #5eead4; --soft: #24303b; --ground: #131a21; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink); background: var(--ground);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } .quiet { color: var(--quiet); }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: right;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
td:first-child, th:first-child { text-align: left; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; } figure { margin: 0; }
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; } svg text { fill: var(--quiet); }
.bar { fill: var(--bar); } .soft { fill: var(--soft); } .axis { stroke: var(--line); }
.even { stroke: var(--quiet); stroke-dasharray: 4 4; }
.dot { fill: var(--ground); stroke: var(--ink); stroke-width: 1.5; }
article { border-top: 1px solid var(--line); padding: .6rem 0; overflow-wrap: anywhere; }
article p { margin: .2rem 0; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>qa-bot eval</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
_SIDE = 260  # of the reliability diagram, in pixels
_LEFT = 150  # what the labels before the bars take


def check_report_path(path: Path) -> None:
    """Refuse a place where no report can be written, before minutes are spent on asking.

    Raises:
        UsageError: it is a folder, or in none.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"No report can be written to {str(path)!r}; name a file in a folder that exists.")


def write_report(result: Mapping[str, Any], path: Path) -> None:
    """Write a result as one HTML file.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        path.write_text(report(result), "utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written ({error.strerror}); name another file.") from error


def report(result: Mapping[str, Any]) -> str:
    """A result as one web page: no scripts, nothing from elsewhere, every text escaped."""
    measures = [("", "value", "95 % interval", "of"), *_rows(result)]
    times = [("", "p50", "p90", "p99"), *_times(result)]
    note = _unknown_note(result)
    plots = (
        ("Is confidence the share right?", reliability_plot(result["calibration"]["bins"])),
        ("Right, by kind", kinds_plot(result["kinds"])),
        ("Milliseconds an answer", latency_plot([row["ms"] for row in result["results"]])),
    )
    body = [
        "<h1>qa-bot eval</h1>",
        f'<p class="quiet">{html.escape(_headline(result))}</p>',
        f"<p>{html.escape(note)}</p>" if note else "",
        f"<h2>Measures</h2>{_html_table(measures)}",
        f"<h2>Time in milliseconds</h2>{_html_table(times)}",
        '<div class="plots">',
        *(f"<figure><h2>{html.escape(title)}</h2>{plot}</figure>" for title, plot in plots),
        f"</div><h2>What went wrong ({len(result['failures']):,})</h2>",
        *map(_failure_html, result["failures"]),
    ]
    return _PAGE.format(style=_STYLE, body="\n".join(filter(None, body)))


def reliability_plot(bins: Sequence[Mapping[str, Any]]) -> str:
    """Share right over confidence, a bar a bin and a dot at its mean; on the diagonal they agree."""
    parts = [_line(0, _SIDE, _SIDE, 0, "even"), _line(0, _SIDE, _SIDE, _SIDE), _line(0, 0, 0, _SIDE)]
    for row in bins:
        x, width = row["from"] * _SIDE, (row["to"] - row["from"]) * _SIDE
        if row["n"]:
            height = row["right"] * _SIDE
            parts.append(_rect(x + 1, _SIDE - height, width - 2, height))
            dot = f'cx="{row["confidence"] * _SIDE:.1f}" cy="{_SIDE - height:.1f}"'
            parts.append(f'<circle class="dot" {dot} r="4"><title>{row["n"]} answers</title></circle>')
            parts.append(_label(x + width / 2, _SIDE + 30, f"{row['n']:,}", "middle"))
    parts.append(_label(-6, _SIDE + 30, "n", "end"))
    for tick in (0, 0.5, 1):
        parts.append(_label(tick * _SIDE, _SIDE + 14, f"{tick:g}", "middle"))
        parts.append(_label(-6, _SIDE - tick * _SIDE + 4, f"{tick:g}", "end"))
    return _svg("Share of right answers over confidence", -30, -12, _SIDE + 50, _SIDE + 50, parts)


def kinds_plot(kinds: Sequence[Mapping[str, Any]]) -> str:
    """A bar a kind: how many of its questions went as the file expects."""
    parts = []
    for number, row in enumerate(kinds):
        y, full = number * 22, 180.0
        kind = _kind(row)
        parts.append(_label(_LEFT - 8, y + 14, kind if len(kind) <= 20 else kind[:19] + "…", "end"))
        parts.append(_rect(_LEFT, y + 3, full, 15, "soft"))
        parts.append(_rect(_LEFT, y + 3, full * row["right"] / row["n"], 15))
        parts.append(_label(_LEFT + full + 8, y + 14, f"{row['right']} of {row['n']}"))
    return _svg("Questions that went right, by kind", 0, 0, _LEFT + 260, len(kinds) * 22 + 4, parts)


def latency_plot(milliseconds: Sequence[float]) -> str:
    """A histogram of how long the answers took."""
    if not milliseconds:
        return ""
    counts, edges = np.histogram(milliseconds, bins=20)
    width, height = 18, 160
    parts = [
        _rect(i * width + 1, height - height * count / counts.max(), width - 2, height * count / counts.max())
        for i, count in enumerate(counts.tolist())
    ]
    parts.append(_line(0, height, 20 * width, height))
    for i in (0, 10, 20):
        parts.append(_label(i * width, height + 15, f"{edges[i]:,.0f}", "middle"))
    parts.append(_label(-6, 10, f"{counts.max():,}", "end"))
    return _svg("How many answers took how many milliseconds", -40, -2, 20 * width + 70, height + 24, parts)


def _failure_html(row: Mapping[str, Any]) -> str:
    kind = f" ({row['kind']})" if row["kind"] else ""
    rank = f"; evidence at rank {row['rank']}" if row["rank"] else ""
    return (
        f"<article><p><b>{html.escape(row['question'])}</b> "
        f'<span class="quiet">{html.escape(row["id"] + kind)}</span></p>'
        f"<p>{html.escape('; '.join(row['wrong']) + rank)}</p>"
        f'<p class="quiet">{html.escape(row["text"])}</p></article>'
    )


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the first row as the head."""
    parts = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        parts.append("<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>")
    return f"<table>{''.join(parts)}</table>"


def _svg(label: str, left: float, top: float, width: float, height: float, parts: Sequence[str]) -> str:
    box = f'viewBox="{left:g} {top:g} {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg role="img" aria-label="{html.escape(label)}" {box}>{"".join(parts)}</svg>'


def _rect(x: float, y: float, width: float, height: float, name: str = "bar") -> str:
    return f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, name: str = "axis") -> str:
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _label(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'
