"""Sentences as candidates for an answer: what each has of the question, as a few features, and its rank.

Each sentence near a retrieved passage is described by how much of the question it and its neighbours
cover, whether it holds the kind of thing that is asked for, and how near its vector is. A logistic model
fitted by tools/train_evidence.py makes one rank score of the features.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_bot.dates import MONTHS
from qa_bot.expansion import Expanded, Part
from qa_bot.finders import FINDERS, measured, not_at
from qa_bot.lexicon import stop_terms
from qa_bot.question import Question
from qa_bot.reader import scores
from qa_bot.synonyms import related
from qa_bot.text import Word, fold_text, sentences, words
from qa_bot.types import Article, Passage, Span

Embed = Callable[[list[str]], NDArray[np.float32]]

# Cosine of two words' vectors from which one can stand for the other, and what it then counts:
# "soldiers" / "troops" .66, "quit" / "resign" .61, "minister" / "president" .11.
_SYNONYM_FROM = 0.40
_SYNONYM_MOST = 0.85
_ONE_WORD = 0.75  # cosine of a word's own forms
_PREVIOUS, _PARAGRAPH, _SECOND_LAST, _NEXT, _HEADING, _TITLE, _PASSAGE = 0.75, 0.6, 0.5, 0.3, 0.6, 0.5, 0.35
PASSAGES_READ = 12
_PASSAGES_WITH_FIGURES = 24  # where a number is asked for: a source that gives another one may stand far down
CANDIDATES_READ = 8  # sentences that the reader holds against the question: of 12 no other one came first
_NEAR_WORDS, _FAR_WORDS = 4, 16  # full weight up to 4 words away, the least from about 17 on
_SENTENCE_WORDS = (4, 80)

_TYPED_KINDS = ("number", "date", "person", "place")
FEATURES = (
    "coverage",  # share of the question's weight that the sentence has
    "context",  # ... or that stands in its neighbours, heading or title
    "name_coverage",  # of the names alone, with context
    "least_name",  # of the name that is covered least
    "word_coverage",  # of the common words alone, in the sentence
    "asked",  # of the noun after "what" or "how many", with context
    "missed",  # share of units that not even the context has
    *(f"no_{kind}" for kind in _TYPED_KINDS),  # the kind asked for, and nothing of that kind there
    "typed_near",  # how near a thing of the kind asked for stands to the words asked about
    "local",  # share of the question's weight close around the best thing of the kind asked for
    "soft",  # share of the common words' weight when the nearest word's cosine counts, with context
    "cosine",  # of the question's vector and the sentence's
    "window",  # ... and that of the sentence with the one before it
    "adjacent",  # share of the question's neighbouring units that stand close together in the sentence
    "scarce",  # coverage by the words that few of the sentences have
    "passage_score",
    "first",
    "heading",
    "length",
)


_UNCOMPARED = (
    "asked",
    "no_number",
    "no_date",
    "no_person",
    "no_place",
    "heading",
    "first",
    "least_name",
    "missed",
)
RELATIVE = tuple(name for name in FEATURES if name not in _UNCOMPARED)
RANKED = (*FEATURES, *(f"{name}_behind" for name in RELATIVE))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of an article, as it was judged.

    ``score`` ranks (larger is better); ``answers`` are spans into the article's text of what may be
    the words that answer; ``covered`` says for each unit of the question how far the sentence and its
    context have it, from 0 to 1, ``own`` how far the sentence alone has it. ``read``: the score is the
    reader's (`reader.scores`), 0 where it is as likely that no sentence answers.
    """

    article: Article
    span: Span
    passage_id: str
    score: float
    features: Mapping[str, float]
    covered: tuple[float, ...]
    answers: tuple[Span, ...]
    own: tuple[float, ...] = ()
    read: bool = False

    @property
    def text(self) -> str:
        """The sentence."""
        return self.article.text[self.span.start : self.span.end]


def passages_read(question: Question) -> int:
    """How many of the best passages are read for a question."""
    return _PASSAGES_WITH_FIGURES if question.kind == "number" else PASSAGES_READ


def judge(
    question: Question,
    expanded: Sequence[Expanded],
    found: Sequence[tuple[Passage, Article]],
    embed: Embed,
) -> list[Candidate]:
    """The sentences of passages, each with its features, best first. Takes what `weigh` takes."""
    return read_best(question, rank(question, expanded, found, embed))


def rank(
    question: Question,
    expanded: Sequence[Expanded],
    found: Sequence[tuple[Passage, Article]],
    embed: Embed,
) -> list[Candidate]:
    """What `judge` gives, in the order of the features alone, before the best are read."""
    return _Judge(question, expanded, embed).candidates(found)


def read_best(question: Question, ranked: list[Candidate]) -> list[Candidate]:
    """The best candidates in the order that the reader gives them, the others behind them.

    Questions of words in Latin letters are read: of other scripts the reader knows single letters at most.
    """
    if not ranked or not question.units or not _LATIN.search(question.text):
        return ranked
    places = in_reading_order(ranked[:CANDIDATES_READ])
    best = [ranked[place] for place in places]
    found = np.empty(len(places))
    found[places] = scores(question.text, [item.text for item in best], [item.features for item in best])
    return as_read(ranked, found)


def as_read(ranked: Sequence[Candidate], found: NDArray[np.float64]) -> list[Candidate]:
    """Candidates in the order of the reader's scores, (n,), of the first n; the others behind them."""
    best, others = ranked[: len(found)], ranked[len(found) :]
    reread = [replace(item, score=float(score), read=True) for item, score in zip(best, found, strict=True)]
    drop = min(item.score for item in best) - float(found.min()) + _UNREAD
    return _in_order([*reread, *(replace(item, score=item.score - drop) for item in others)])


def in_reading_order(ranked: Sequence[Candidate]) -> list[int]:
    """The places of candidates in the order of reading: by article, the best one's first."""
    articles = list(dict.fromkeys(item.article.id for item in ranked))
    return sorted(
        range(len(ranked)),
        key=lambda place: (articles.index(ranked[place].article.id), ranked[place].span.start),
    )


@lru_cache(maxsize=1)
def weights() -> dict[str, Any]:
    """The fitted weights: of the ranking, by feature, and of the answer model."""
    path = Path(__file__).parent / "assets" / "evidence.json"
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def _score(features: Mapping[str, float]) -> float:
    fitted = weights()["rank"]
    return sum(float(fitted.get(name, 0.0)) * value for name, value in features.items())


# --- reading sentences --------------------------------------------------------------------------


@dataclass(slots=True)
class _Sentence:
    span: Span
    words: list[Word]
    padded: str  # " term term term ", for finding phrases


@dataclass(slots=True)
class _Text:
    """An article's sentences, read when they are first asked for."""

    article: Article
    spans: list[Span]
    read: dict[int, _Sentence]

    def quote(self, index: int) -> str:
        """The text of a sentence."""
        span = self.spans[index]
        return self.article.text[span.start : span.end]

    def is_heading(self, index: int) -> bool:
        """Whether a sentence is a line of its own without a full stop: a heading, a caption, a title."""
        span = self.spans[index]
        return _is_heading(self.article.text, span)

    def paragraph_of(self, index: int) -> range:
        """The sentences of the same line, at most three on either side."""
        first = last = index
        body = self.article.text
        while (
            index - first < 3
            and first
            and "\n" not in body[self.spans[first - 1].end : self.spans[first].start]
        ):
            first -= 1
        while (
            last - index < 3
            and last + 1 < len(self.spans)
            and "\n" not in body[self.spans[last].end : self.spans[last + 1].start]
        ):
            last += 1
        return range(first, last + 1)

    def heading_of(self, index: int) -> int | None:
        """The heading that a sentence stands under, if one is near above it."""
        for above in range(index - 1, max(index - _HEADING_REACH, 0) - 1, -1):
            if self.is_heading(above):
                return above
        return None

    def sentence(self, index: int) -> _Sentence | None:
        if not 0 <= index < len(self.spans):
            return None
        if index not in self.read:
            span = self.spans[index]
            self.read[index] = _read(self.article.text[span.start : span.end], span)
        return self.read[index]


_HEADING_REACH = 12
_HEADING_CHARS = 150


def _is_heading(text: str, span: Span) -> bool:
    alone = (span.start == 0 or text[span.start - 1] == "\n") and text[span.end : span.end + 1] in ("\n", "")
    return (
        alone and span.end - span.start <= _HEADING_CHARS and not _STOPPED.search(text, span.start, span.end)
    )


_STOPPED = re.compile(r"[.!?…:;,]\W*\Z")


def _read(text: str, span: Span) -> _Sentence:
    return _Sentence(span, *_words_of(text))


# The same articles are asked again and again.
@lru_cache(maxsize=1 << 12)
def _words_of(text: str) -> tuple[list[Word], str]:
    found = words(text)
    return found, " " + " ".join(word.term for word in found) + " "


_spans_of = lru_cache(maxsize=1 << 7)(sentences)


class _Judge:
    """Judges sentences for one question."""

    def __init__(self, question: Question, expanded: Sequence[Expanded], embed: Embed) -> None:
        self.question = question
        self.expanded = expanded
        self.embed = embed
        self.weights = np.array([item.weight for item in expanded])
        self.synonyms: list[dict[str, float]] = [{} for _ in expanded]
        self.own = {
            term for item in expanded for part in item.parts for phrase in part.forms for term in phrase
        }
        # Vectors tell synonyms of these: words of other scripts are near one another whatever they mean.
        self._english = [
            i for i, item in enumerate(expanded) if item.unit.kind == "word" and item.unit.terms[0].isascii()
        ]
        self._credits: dict[str, NDArray[np.float64]] = {}
        self._read_already: dict[str, str] = {}
        self._last_terms: list[dict[str, float]] = []
        self._pairs: list[tuple[int, int]] | None = None
        self._columns: dict[str, int] = {}
        self._cosines = np.zeros((0, 0), dtype=np.float32)

    def candidates(self, found: Sequence[tuple[Passage, Article]]) -> list[Candidate]:
        texts: dict[str, _Text] = {}
        places_: dict[tuple[str, int], tuple[Passage, float]] = {}
        top = found[0][0].score if found else 1.0
        for passage, article in found[: passages_read(self.question)]:
            text = texts.setdefault(article.id, _Text(article, _spans_of(article.text), {}))
            for index, span in enumerate(text.spans):
                if span.start < passage.end and span.end > passage.start:
                    relative = passage.score / top if top > 0 else 1.0
                    places_.setdefault((article.id, index), (passage, relative))
        self._learn_synonyms(texts, places_)
        cosines = self._vectors(texts, places_)
        judged = [
            self._judge(texts[article_id], index, passage, relative, *map(float, cosines[row]))
            for row, ((article_id, index), (passage, relative)) in enumerate(places_.items())
        ]
        kept = _without_copies([item for item in judged if item is not None])
        kept = [item for item in kept if not item.features["heading"]] or kept
        return _in_order(self._ranked(kept))

    def _ranked(self, judged: Sequence[Candidate]) -> list[Candidate]:
        """The candidates with what only shows beside one another: scarce words, how far behind the best."""
        if not judged:
            return []
        own = np.array([item.own for item in judged]).reshape(len(judged), -1)
        having = (own >= 0.5).sum(axis=0)
        scarcity = self.weights * np.log((len(judged) + 1.0) / (having + 0.5)).clip(min=0.0)
        total = max(float(scarcity.sum()), 1e-9)
        for row, item in enumerate(judged):
            assert isinstance(item.features, dict)
            item.features["scarce"] = float(own[row] @ scarcity) / total
        table = np.array([[item.features[name] for name in RELATIVE] for item in judged])
        behind = table - table.max(axis=0)
        done = []
        for row, item in enumerate(judged):
            features = {
                **item.features,
                **{f"{name}_behind": float(v) for name, v in zip(RELATIVE, behind[row], strict=True)},
            }
            done.append(replace(item, features=features, score=_score(features)))
        return done

    def _vectors(
        self, texts: Mapping[str, _Text], places_: Mapping[tuple[str, int], Any]
    ) -> NDArray[np.float32]:
        """Cosines with the question, (sentences, 2): of the sentence, and of it with the one before."""
        if not places_:
            return np.zeros((0, 2), dtype=np.float32)
        own = [texts[article_id].quote(index) for article_id, index in places_]
        before = [texts[article_id].quote(max(index - 1, 0)) for article_id, index in places_]
        asked, *vectors = self.embed([self.question.text, *own, *before])
        alone, previous = np.array(vectors).reshape(2, len(own), -1)
        both = alone + previous
        lengths = np.maximum(np.linalg.norm(both, axis=1), 1e-9)
        return np.stack([alone @ asked, (both @ asked) / lengths], axis=1)

    def _learn_synonyms(self, texts: Mapping[str, _Text], places_: Mapping[tuple[str, int], Any]) -> None:
        """Which words of the sentences can stand for a word of the question."""
        spellings: dict[str, str] = {}
        for article_id, index in places_:
            for offset in (-1, 0, 1):
                sentence = texts[article_id].sentence(index + offset)
                for word in sentence.words if sentence else ():
                    if word.term not in self.own and word.term not in stop_terms():
                        spellings.setdefault(word.term, fold_text(word.text))
        asked = self._english
        if not asked or not spellings:
            return
        vectors = self.embed(
            [fold_text(self.expanded[i].unit.text) for i in asked] + list(spellings.values())
        )
        cosines = vectors[: len(asked)] @ vectors[len(asked) :].T
        found = list(spellings)
        self._cosines = cosines
        self._columns = {term: column for column, term in enumerate(found)}
        for row, index in enumerate(asked):
            for near in np.flatnonzero(cosines[row] >= _SYNONYM_FROM):
                share = (float(cosines[row, near]) - _SYNONYM_FROM) / (_ONE_WORD - _SYNONYM_FROM)
                self.synonyms[index][found[near]] = min(_SYNONYM_MOST, 0.45 + 0.4 * share)
            for term, relation in related(self.expanded[index].unit.terms[0]).items():
                column = self._columns.get(term)
                cosine = None if column is None else float(cosines[row, column])
                credit = _related_credit(relation, cosine, phrase=" " in term)
                if credit > self.synonyms[index].get(term, 0.0):
                    self.synonyms[index][term] = credit

    def credits(self, padded: str) -> NDArray[np.float64]:
        """How far a text has each unit, from 0 to 1."""
        if padded not in self._credits:
            self._credits[padded] = np.array(
                [self._credit(item, self.synonyms[index], padded) for index, item in enumerate(self.expanded)]
            )
        return self._credits[padded]

    def _credit(self, item: Expanded, synonyms: Mapping[str, float], padded: str) -> float:
        parts = [_part_credit(part, padded) for part in item.parts]
        if item.unit.kind == "name":
            mean = sum(parts) / len(parts)
            return max(mean, 0.9 * parts[-1])
        best = parts[0]
        if best < 1.0 and synonyms:
            for term, credit in synonyms.items():
                if credit > best and f" {term} " in padded:
                    best = credit
        return best

    def _judge(
        self, text: _Text, index: int, passage: Passage, relative: float, cosine: float, window: float
    ) -> Candidate | None:
        sentence = text.sentence(index)
        if sentence is None or not _SENTENCE_WORDS[0] <= len(sentence.words) <= _SENTENCE_WORDS[1]:
            return None
        own = self.credits(sentence.padded)
        context = self._context(text, index, own, passage)
        answers, typed, near = self._answers(sentence, text, index)
        features = {
            "adjacent": self._adjacent(sentence),
            "scarce": 0.0,
            "coverage": self._mean(own),
            "context": self._mean(context),
            "name_coverage": self._mean(context, "name", "place"),
            "least_name": self._least_name(context),
            "word_coverage": self._mean(own, "word"),
            "asked": self._asked(context),
            "missed": float((context < 0.3).sum()) / max(len(context), 1),
            **{f"no_{kind}": float(self.question.kind == kind and not typed) for kind in _TYPED_KINDS},
            "typed_near": near,
            "local": self._local(sentence, answers),
            "soft": self._soft(text, index),
            "cosine": cosine,
            "window": window,
            "passage_score": relative,
            "first": float(index == 0),
            "heading": float(text.is_heading(index)),
            "length": math.log(len(sentence.words)),
        }
        return Candidate(
            article=text.article,
            span=sentence.span,
            passage_id=passage.id,
            score=0.0,
            features=features,
            covered=tuple(float(value) for value in context),
            answers=answers,
            own=tuple(map(float, own)),
        )

    def _places_of(self, sentence: _Sentence) -> NDArray[np.float64]:
        """Which word of a sentence can stand for which unit, (units, words)."""
        if not self._last_terms:
            self._last_terms = [
                {
                    **self.synonyms[row],
                    **{phrase[-1]: credit for part in item.parts for phrase, credit in part.forms.items()},
                }
                for row, item in enumerate(self.expanded)
            ]
        return np.array([[forms.get(w.term, 0.0) for w in sentence.words] for forms in self._last_terms])

    def _adjacent(self, sentence: _Sentence) -> float:
        if self._pairs is None:
            self._pairs = _pairs(self.question)
        if not self._pairs:
            return self._mean(self.credits(sentence.padded))
        found = self._places_of(sentence)
        total = gained = 0.0
        for first, second in self._pairs:
            weight = float(self.weights[first] + self.weights[second])
            total += weight
            one, two = np.flatnonzero(found[first]), np.flatnonzero(found[second])
            if len(one) and len(two):
                gaps = np.abs(one[:, None] - two[None, :])
                worth = np.clip(1.0 - (gaps - 2) / 6.0, 0.0, 1.0) * (gaps > 0)
                gained += weight * float(
                    (worth * found[first][one][:, None] * found[second][two][None, :]).max()
                )
        return gained / max(total, 1e-9)

    def _context(
        self, text: _Text, index: int, own: NDArray[np.float64], passage: Passage
    ) -> NDArray[np.float64]:
        context = own
        heading = text.heading_of(index)
        near = [(index - 1, _PREVIOUS), (index - 2, _SECOND_LAST), (index + 1, _NEXT)]
        for position, share in [*near, (heading, _HEADING)] if heading is not None else near:
            neighbour = text.sentence(position)
            if neighbour is not None:
                context = np.maximum(context, share * self.credits(neighbour.padded))
        for position in text.paragraph_of(index):
            neighbour = text.sentence(position)
            if neighbour is not None:
                context = np.maximum(context, _PARAGRAPH * self.credits(neighbour.padded))
        if text.article.title:
            context = np.maximum(context, _TITLE * self.credits(self._padded(text.article.title)))
        context = np.maximum(context, _PASSAGE * self.credits(self._padded(passage.text)))
        return np.maximum(context, self._dated(text.article))

    def _padded(self, text: str) -> str:
        """A title's or passage's terms, which many sentences share."""
        if text not in self._read_already:
            self._read_already[text] = _read(text, Span(0, 0)).padded
        return self._read_already[text]

    def _local(self, sentence: _Sentence, answers: Sequence[Span]) -> float:
        """The question's weight in the words around one place of the sentence, nearer words counting more.

        The places are the things of the kind asked for; any word where the question asks for no kind.
        """
        found = self._places_of(sentence)
        if not found.any():
            return 0.0
        base = sentence.span.start
        places_ = [
            column
            for column, word in enumerate(sentence.words)
            if not answers or any(a.start <= base + word.start < a.end for a in answers)
        ]
        if not places_:
            return 0.0
        gaps = np.abs(np.arange(len(sentence.words))[None, :] - np.array(places_)[:, None])
        decay = np.clip(1.0 - (gaps - _NEAR_WORDS) / _FAR_WORDS, 0.2, 1.0)
        near = (found[:, None, :] * decay[None, :, :]).max(axis=2)  # (units, places)
        return float((self.weights @ near).max() / max(self.weights.sum(), 1e-9))

    def _soft(self, text: _Text, index: int) -> float:
        """Coverage of the question's common words by the nearest words of the sentence and around it."""
        chosen = self._english
        if not chosen or not self._columns:
            return 0.0
        total = np.zeros(len(chosen))
        heading = text.heading_of(index)
        for position, share in ((index, 1.0), (index - 1, 0.8), (index + 1, 0.5), (heading, 0.7)):
            sentence = text.sentence(position) if position is not None else None
            columns = (
                [self._columns[w.term] for w in sentence.words if w.term in self._columns] if sentence else []
            )
            if columns:
                total = np.maximum(total, share * self._cosines[:, columns].max(axis=1))
        exact = self._around(text, index)[chosen]
        total = np.maximum(np.clip(total, 0.0, 1.0), exact)
        weights = self.weights[chosen]
        return float((total * weights).sum() / max(weights.sum(), 1e-9))

    def _around(self, text: _Text, index: int) -> NDArray[np.float64]:
        sentence = text.sentence(index)
        assert sentence is not None
        around = self.credits(sentence.padded)
        for position, share in ((index - 1, 0.8), (index + 1, 0.5)):
            neighbour = text.sentence(position)
            if neighbour is not None:
                around = np.maximum(around, share * self.credits(neighbour.padded))
        return around

    def _least_name(self, context: NDArray[np.float64]) -> float:
        named = [i for i, item in enumerate(self.expanded) if item.unit.kind in ("name", "place")]
        return float(context[named].min()) if named else 1.0

    def _asked(self, context: NDArray[np.float64]) -> float:
        """How far the things asked for by name are there: the best of them, 1 when there are none."""
        wanted = self.question.counted or ((self.question.asked,) if self.question.asked else ())
        covered = [context[i] for i, item in enumerate(self.expanded) if item.unit in wanted]
        return float(max(covered)) if covered else 1.0

    def _dated(self, article: Article) -> NDArray[np.float64]:
        """Months and years of the question that are those of the article's own date."""
        known = article.published or ""
        names = (
            {str(int(known[:4])), *(n for n, m in MONTHS.items() if m == int(known[5:7]))} if known else set()
        )
        return np.array(
            [
                0.7 if item.unit.kind == "date" and fold_text(item.unit.text) in names else 0.0
                for item in self.expanded
            ]
        )

    def _mean(self, values: NDArray[np.float64], *kinds: str) -> float:
        chosen = [i for i, item in enumerate(self.expanded) if not kinds or item.unit.kind in kinds]
        if not chosen:
            return 1.0 if kinds else 0.0
        weights = self.weights[chosen]
        return float((values[chosen] * weights).sum() / max(weights.sum(), 1e-9))

    # --- what kind of thing is asked for ---

    def _answers(self, sentence: _Sentence, text: _Text, index: int) -> tuple[tuple[Span, ...], float, float]:
        """Spans that may answer, whether the sentence has that kind of thing, and how near it is."""
        finder = FINDERS.get(self.question.kind)
        if finder is None:
            return (), 0.5, 0.5
        raw = text.article.text[sentence.span.start : sentence.span.end]
        spans = finder(raw, sentence.words, self.own)
        if self.question.kind == "number" and (
            not measured(self.question.text, raw) or not_at(raw, self.own)
        ):
            spans = []
        moved = tuple(Span(s.start + sentence.span.start, s.end + sentence.span.start) for s in spans)
        if not spans:
            return (), 0.0, 0.0
        return moved, 1.0, self._nearness(spans, sentence)

    def _nearness(self, spans: Sequence[Span], sentence: _Sentence) -> float:
        """How near the found things are to the words asked about: 1 beside them, 0 far off."""
        wanted = self.question.counted or tuple(item.unit for item in self.expanded)
        terms = set()
        for position, item in enumerate(self.expanded):
            if item.unit in wanted:
                terms |= {phrase[-1] for part in item.parts for phrase in part.forms}
                terms |= set(self.synonyms[position])
        places_ = [i for i, word in enumerate(sentence.words) if word.term in terms]
        things = [i for i, word in enumerate(sentence.words) for s in spans if s.start <= word.start < s.end]
        if not places_ or not things:
            return 0.0
        gap = min(abs(a - b) for a in places_ for b in things)
        return 1.0 / (1.0 + max(gap - 1, 0) / 3.0)


def _pairs(question: Question) -> list[tuple[int, int]]:
    """Units that stand side by side in the question, or with a small word between them."""
    found = [word.term for word in words(question.text)]
    at: list[tuple[int, int, int]] = []
    for position, unit in enumerate(question.units):
        size = len(unit.written)
        start = next((i for i in range(len(found)) if tuple(found[i : i + size]) == unit.written), None)
        if start is not None:
            at.append((start, start + size, position))
    at.sort()
    return [(a[2], b[2]) for a, b in pairwise(at) if b[0] - a[1] <= 2 and a[2] != b[2]]


_LATIN = re.compile("[A-Za-z]{2}")
_UNREAD = 1.0  # rank score that separates what was not read from what was


def _in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda item: (-item.score, item.article.id, item.span.start))


def _related_credit(relation: str, cosine: float | None, *, phrase: bool) -> float:
    """What WordNet's word for a word counts. The vectors tell which of its meanings are in play."""
    if phrase:
        return 0.7 if relation == "same" else 0.0
    if cosine is None:
        return 0.0  # no sentence has it
    if relation == "same":
        return 0.75 if cosine >= 0.15 else 0.55
    return 0.5 if cosine >= 0.2 else 0.0


def _part_credit(part: Part, padded: str) -> float:
    best = 0.0
    for phrase, credit in part.forms.items():
        if credit > best and f" {' '.join(phrase)} " in padded:
            best = credit
    return best


def _without_copies(candidates: list[Candidate]) -> list[Candidate]:
    """One of each set of sentences that are word for word the same within an article."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for item in candidates:
        key = (item.article.id, fold_text(item.text))
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept
