"""Whether a passage supports a written sentence, and which of its sentences do.

Every run of one to three sentences of the passage, and every two that stand apart, is tried as evidence. It
must share enough of what the sentence says (`score`), and no rule of `contradictions` may object: figures,
days, names, quoted words, what is denied, who did it to whom, who said it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qa_bot.contradictions import Scope, has_time, has_value, objection
from qa_bot.lexicon import place_names, places, short_forms, stop_terms
from qa_bot.statements import Statement, is_verb, light_terms
from qa_bot.synonyms import related
from qa_bot.text import sentences
from qa_bot.types import Article, Passage, Span


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What the words of a sentence count, by place; and of the rest, what counts and what of it is there."""

    words: Mapping[int, float]
    total: float
    held: float


Embed = Callable[[list[str]], NDArray[np.float32]]
Rarity = Callable[[str], float]

LEAST_SCORE = 0.54  # measured by tests/test_support.py's development half: see CONTRIBUTING
_RUN = 3  # sentences that are tried together
_ENOUGH_APART = 0.25  # of the score that each of two sentences apart must add
_LONGEST = 110  # words of evidence


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a model was given, by the key that it knows it by."""

    key: str
    passage: Passage
    article: Article


@dataclass(frozen=True, slots=True)
class Support:
    """What supports a sentence: spans of one source's article, best first; none when nothing does.

    ``score`` is the share of the sentence's telling words that the best evidence has, 0 to 1. ``objection``
    says why the evidence nearest to the sentence does not support it.
    """

    source: Source
    spans: tuple[Span, ...]
    score: float
    objection: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the source supports the sentence."""
        return bool(self.spans)


class Checker:
    """Checks sentences against sources.

    Args:
        sources: the passages that a model was given.
        as_of: the day that the reader asks from.
        embed: unit vectors of single words, (n, dimensions).
        rarity: how much a word tells, from 0.3.
    """

    def __init__(
        self, sources: Sequence[Source], as_of: datetime.date | None, embed: Embed, rarity: Rarity
    ) -> None:
        self.sources = tuple(sources)
        self._as_of = as_of
        self._rarity = rarity
        self._alike = Likeness(embed)
        self._read: dict[str, _Reading] = {}

    def find(self, sentence: str, cited: Sequence[str]) -> list[Support]:
        """What supports a sentence: the sources cited for it that do, else one other that does, else nothing.

        Args:
            sentence: as it was written, without markers.
            cited: keys of the sources that are cited for it.

        Returns:
            One Support or more, or those of a sentence in two parts that two cited sources support
            together; an empty list when nothing supports it.
        """
        by_key = {source.key: source for source in self.sources}
        named = [by_key[key] for key in dict.fromkeys(cited) if key in by_key]
        held = [found for source in named if (found := self._surely(sentence, source)).holds]
        if held:
            return held
        if len(named) > 1 and (together := self._together(sentence, named)):
            return together
        others = [self._surely(sentence, source) for source in self.sources if source not in named]
        holding = sorted((one for one in others if one.holds), key=lambda one: -one.score)
        return holding[:1]

    def _surely(self, sentence: str, source: Source) -> Support:
        """What a source supports, unless another passage of its article comes nearer and objects."""
        found = self.check(sentence, source)
        if not found.holds:
            return found
        for other in self.sources:
            if other.article.id == source.article.id and other is not source:
                nearer = self.check(sentence, other)
                if not nearer.holds and nearer.score > found.score + _NEAR_BEST and nearer.objection:
                    return Support(source, (), found.score, nearer.objection)
        return found

    def check(self, sentence: str, source: Source) -> Support:
        """Whether a source supports a sentence, and where."""
        reading = self._reading(source)
        said = self._statement(sentence, source)
        weights = self._weighed(said, source, reading.statements, reading.whole)
        best = Support(source, (), 0.0, "the passage does not say this")
        for item in reading.statements:
            if said.folded and said.folded == item.folded:
                return Support(source, tuple(_spans((item,))), 1.0)
        if _says_nothing(said):
            return best
        tries = self._tries(said, weights, reading)
        # The best that has the sentence's figures: what lacks them objects, however near it comes.
        able = (score for score, evidence in tries if _has_figures(said, evidence))
        least = max([LEAST_SCORE, next(able, tries[0][0] if tries else 0.0) - _NEAR_BEST])
        for score, evidence in tries:
            if score < least:
                if score > best.score:
                    best = Support(source, (), score, best.objection)
                break  # they come best first
            why = objection(said, evidence, reading.scope, self._alike)
            if why is None:
                return Support(source, tuple(_spans(evidence)), score)
            if best.score < LEAST_SCORE:
                best = Support(source, (), score, why.text)
            if why.contradicts and score >= tries[0][0] - _SAME_SCORE:
                return Support(source, (), score, why.text)
        return best

    def score(self, sentence: str, source: Source) -> float:
        """The share of a sentence's telling words that the best evidence in a source has, 0 to 1."""
        said, reading = self._statement(sentence, source), self._reading(source)
        weights = self._weighed(said, source, reading.statements, reading.whole)
        return next((score for score, _ in self._tries(said, weights, reading)), 0.0)

    def _together(self, sentence: str, named: Sequence[Source]) -> list[Support]:
        """Two sources that support a sentence together, a part each."""
        for one, other in combinations(named, 2):
            readings = self._reading(one), self._reading(other)
            said = self._statement(sentence, one)
            passage = readings[0].statements + readings[1].statements
            whole = Statement(f"{readings[0].whole.text} {readings[1].whole.text}")
            weights = self._weighed(said, one, passage, whole)
            scope = readings[0].scope.joined(readings[1].scope)
            for left in readings[0].statements:
                for right in readings[1].statements:
                    score, parts = self._covered(said, weights, (left, right))
                    if score < LEAST_SCORE or min(parts) < _ENOUGH_APART:
                        continue
                    if not objection(said, (left, right), scope, self._alike):
                        return [
                            Support(one, tuple(_spans((left,))), score),
                            Support(other, tuple(_spans((right,))), score),
                        ]
        return []

    def _tries(
        self, said: Statement, weights: _Weighed, reading: _Reading
    ) -> list[tuple[float, tuple[Statement, ...]]]:
        """Runs of sentences and pairs of them, each with its score, best first, short before long."""
        found = []
        for evidence in _runs(reading.statements):
            found.append((self._covered(said, weights, evidence)[0], evidence))
        if not any(score >= _PLENTY for score, _ in found):
            for pair in combinations(reading.statements, 2):
                score, parts = self._covered(said, weights, pair)
                if min(parts) >= _ENOUGH_APART * score:
                    found.append((score - _APART, pair))
        found.sort(
            key=lambda item: (-round(item[0] - _EACH * len(item[1]), 3), sum(len(s.words) for s in item[1]))
        )
        return found

    def _covered(
        self, said: Statement, weighed: _Weighed, evidence: Sequence[Statement]
    ) -> tuple[float, list[float]]:
        """The share of the sentence's weight that some sentences have, together and each."""
        pairs = [
            (weight, [self._alike.best(said.terms[at], other) for other in evidence])
            for at, weight in weighed.words.items()
        ]
        pairs += [
            (_QUOTED, [float(quoted in other.folded) for other in evidence]) for quoted in said.quotations
        ]
        total = weighed.total + sum(weight for weight, _ in pairs)
        if not total:
            return 0.0, [0.0] * len(evidence)
        each = [sum(weight * row[at] for weight, row in pairs) / total for at in range(len(evidence))]
        return (weighed.held + sum(weight * max(row) for weight, row in pairs)) / total, each

    def _weighed(
        self, said: Statement, source: Source, passage: Sequence[Statement], whole: Statement
    ) -> _Weighed:
        """What each part of a sentence counts.

        Names, figures and days count where the passage has them, in whichever of its sentences: which
        sentence tells is known by the other words, and whether it has them is for the rules to say.
        """
        words = self._weights(said, source)
        named = [(words.pop(at), self._alike.best(said.terms[at], whole)) for at in said.named & words.keys()]
        figures = [any(has_value(figure, item) for item in passage) for figure in said.figures]
        times = [any(has_time(time, item) for item in passage) for time in said.times]
        found = (
            named + [(_FIGURE, float(there)) for there in figures] + [(_DAY, float(there)) for there in times]
        )
        return _Weighed(words, sum(w for w, _ in found), sum(w * credit for w, credit in found))

    def _weights(self, said: Statement, source: Source) -> dict[int, float]:
        """What each telling word of a sentence counts, by its place; figures and days are left to the rules.

        So are names: where they are missing a rule objects, and where they are there they prove little.
        """
        outlet = Statement(source.article.publisher or "").term_set
        figures = [(figure.start, figure.end) for figure in said.figures]
        figures += [(time.start, time.end) for time in said.times]
        weights = {}
        for at, word in enumerate(said.words):
            if word.term in stop_terms() or word.text[0].isdigit() or len(word.term) < 2:
                continue
            if any(start <= word.start < end for start, end in figures):
                continue
            if word.term in outlet and word.text[0].isupper():
                continue  # "according to the Harbour Daily"
            if word.term in light_terms():
                weights[at] = _LIGHT
            elif at in said.named:
                weights[at] = _NAME
            else:
                weights[at] = _BASE + (1 - _BASE) * self._rarity(word.text)
        return weights

    def _statement(self, sentence: str, source: Source) -> Statement:
        for one in self.sources:  # all, so that what a word is like does not hang on what was asked before
            self._reading(one)
        said = Statement(sentence, _day(source.article) or self._as_of)
        self._alike.learn(said)
        return said

    def _reading(self, source: Source) -> _Reading:
        if source.key not in self._read:
            reading = self._read[source.key] = _Reading(source, self._as_of)
            for item in reading.statements:
                self._alike.learn(item)
        return self._read[source.key]


_SAME_SCORE = 0.03  # evidence that is as near as the best and says the contrary ends the search
_NEAR_BEST = 0.12  # evidence that is further from the best is not asked when the best objects
_LEAST_SAID = 2  # telling words, figures and days: less says nothing that could be borne out
_PLENTY = 0.92
_APART = 0.02  # two sentences apart are tried after two that stand together
_EACH = 0.03  # what a sentence more must add to the score to be worth it
_LIGHT = 0.15
_NAME = 0.4
_BASE = 0.35  # of a word's weight is not its rarity: verbs are common words
_QUOTED = 1.5  # what quoted words count beside others
_FIGURE = 0.8  # what a figure counts beside words
_DAY = 0.5


def _has_figures(said: Statement, evidence: Sequence[Statement]) -> bool:
    return all(any(has_value(figure, item) for item in evidence) for figure in said.figures)


def _says_nothing(said: Statement) -> bool:
    """Whether a sentence says too little to be borne out: "Visit it now"."""
    telling = sum(word.term not in stop_terms() | light_terms() for word in said.words)
    if any(is_verb(said, at) for at in range(len(said.words))):
        return False
    return telling + len(said.quotations) < _LEAST_SAID


def _day(article: Article) -> datetime.date | None:
    return datetime.date.fromisoformat(article.published) if article.published else None


def _runs(statements: Sequence[Statement]) -> Iterator[tuple[Statement, ...]]:
    for size in range(1, _RUN + 1):
        for start in range(len(statements) - size + 1):
            run = tuple(statements[start : start + size])
            if size == 1 or sum(len(item.words) for item in run) <= _LONGEST:
                yield run


def _spans(evidence: Sequence[Statement]) -> Iterator[Span]:
    """Where evidence stands in its article: one span for sentences that stand together, else one each."""
    first, *rest = evidence
    start, end = first.start, first.start + len(first.text)
    for item in rest:
        if item.start - end > _GAP:
            yield Span(start, end)
            start = item.start
        end = item.start + len(item.text)
    yield Span(start, end)


_AROUND = 3000  # characters on either side of a passage in which other figures are looked at
_GAP = 3  # characters between sentences that stand together


class _Reading:
    """A source's sentences, read once."""

    def __init__(self, source: Source, as_of: datetime.date | None) -> None:
        article, passage = source.article, source.passage
        self._day = _day(article) or as_of
        text = article.text[passage.start : passage.end]
        self.statements = tuple(
            Statement(text[span.start : span.end], self._day, passage.start + span.start)
            for span in sentences(text)
        )
        heads = " . ".join(part for part in (article.title, article.publisher) if part)
        self.whole = Statement(f"{text} . {heads}")
        self._article, self._passage = article, passage

    @cached_property
    def scope(self) -> Scope:
        """What beside the evidence a sentence may draw on."""
        article, passage = self._article, self._passage
        lead = article.text[: max(passage.start, 0)][:600]
        heads = " . ".join(part for part in (article.title, article.publisher, article.author) if part)
        around = article.text[max(0, passage.start - _AROUND) : passage.end + _AROUND]
        return Scope(
            passage=self.statements,
            sentences=tuple(Statement(around[s.start : s.end], self._day) for s in sentences(around)),
            lead=tuple(Statement(lead[s.start : s.end], self._day, s.start) for s in sentences(lead)),
            heads=Statement(heads, self._day),
            article=Statement(article.text, self._day),
            published=self._day if article.published else None,
        )


class Likeness:
    """How far a word stands for another: the same, a name for the same place, WordNet's, or by vectors."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._known: dict[tuple[str, str], float] = {}
        self._words: dict[str, str] = {}

    def best(self, term: str, other: Statement) -> float:
        """The most that any word of a statement counts for a term."""
        if term in other.term_set:
            return 1.0
        key = (term, other.text)
        if key not in self._known:
            self._known[key] = self._look(term, other)
        return self._known[key]

    def learn(self, item: Statement) -> None:
        """Remember the words of a statement by their terms: a stem has no vector of its own."""
        for word in item.words:
            self._words.setdefault(word.term, word.text.casefold())

    def of(self, one: str, other: str) -> float:
        """How far one term stands for another."""
        if one == other:
            return 1.0
        relation = related(one).get(other)
        cosine = float(self.vector(one) @ self.vector(other))
        return max(_by_wordnet(relation, cosine), _by_vectors(cosine))

    def vector(self, term: str) -> NDArray[np.float32]:
        """A word's unit vector."""
        if term not in self._vectors:
            self._vectors[term] = self._embed([self._words.get(term, term)])[0]
        return self._vectors[term]

    def _look(self, term: str, other: Statement) -> float:
        padded = f" {' '.join(other.terms)} "
        for names in _other_names(term):
            if f" {' '.join(names)} " in padded:
                return 1.0
        best = 0.0
        for phrase, relation in related(term).items():
            if " " in phrase and f" {phrase} " in padded:
                best = max(best, 0.85 if relation == "same" else 0.6)
        candidates = [one for one in other.term_set if one not in stop_terms() and not one[0].isdigit()]
        if not candidates:
            return best
        missing = [one for one in candidates if one not in self._vectors]
        if missing:
            found = self._embed([self._words.get(one, one) for one in missing])
            self._vectors.update(zip(missing, found, strict=True))
        return max(best, *(self.of(term, one) for one in candidates))


def _by_wordnet(relation: str | None, cosine: float) -> float:
    """What WordNet's word for a word counts; the vectors tell which of its meanings are in play."""
    if relation == "same":
        return 0.9 if cosine >= 0.35 else 0.75 if cosine >= 0.2 else 0.5
    if relation == "general":
        return 0.6 if cosine >= 0.2 else 0.3
    return 0.0


def _by_vectors(cosine: float) -> float:
    """What likeness of vectors counts: near synonyms lie above 0.5, strangers below 0.25."""
    return min(0.9, max(0.0, (cosine - 0.25) / 0.4)) if cosine < 0.95 else 1.0


@lru_cache(maxsize=4096)
def _other_names(term: str) -> tuple[tuple[str, ...], ...]:
    name = places().get((term,))
    found = place_names()[name] if name else ()
    return (*found, *short_forms().get((term,), ()))
