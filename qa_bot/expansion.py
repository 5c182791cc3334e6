"""The other ways in which articles may write what a question says: spellings, names, short forms."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from jellyfish import damerau_levenshtein_distance

from qa_bot.lexicon import Phrase, place_names, seats, short_forms, verb_forms
from qa_bot.question import Question, Unit

# What finding another form of a word counts beside finding the word itself (1.0).
_SEAT = 0.75  # "Moscow" for Russia may be the city
_SHORT_FORM = 0.95
_SPELLING = 0.9
# Letters that two spellings of one name may differ in (Damerau-Levenshtein): Zelensky, Zelenskiy and
# Zelenskyy are 1 or 2 apart. Short words are too near each other for that ("Macron", "micron").
_LETTERS_A_DIFFERENCE = 6
_SHORTEST = 5
_LEAST_WEIGHT = 0.05
_MOST = 4


class Vocabulary(Protocol):
    """What an index knows of its words."""

    def frequency(self, term: str) -> int:
        """In how many passages a term stands."""
        ...

    def vocabulary(self, prefix: str) -> list[str]:
        """The terms that begin with a prefix, most frequent first."""
        ...

    def counts(self) -> tuple[int, int]:
        """How many articles and passages there are."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A word of a unit (a place is one): every phrase that counts as it, with what it counts.

    ``caps`` holds back, in searching, terms that are rarer than the word they stand for: a match of "cort"
    would tell more than one of "court".
    """

    forms: Mapping[Phrase, float]
    frequency: int
    misspelt: bool = False
    caps: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expanded:
    """A unit of a question with the forms of its parts.

    ``weight`` is the unit's share of the question's meaning: the inverse document frequency
    log((N + 1) / (n + 0.5)) of its rarest part (Robertson and Spärck Jones 1976, smoothed), for a common
    word times ``rarity``, how rare it is in the language.
    """

    unit: Unit
    parts: tuple[Part, ...]
    weight: float
    rarity: float = 1.0

    @property
    def missing(self) -> bool:
        """Whether no article has it: the last part of a name (its surname), or all of it."""
        return self.parts[-1].frequency == 0 or all(part.frequency == 0 for part in self.parts)


def expand(
    question: Question, vocabulary: Vocabulary, rarity: Callable[[str], float]
) -> tuple[Expanded, ...]:
    """Every unit of a question with the forms that the index holds of it.

    ``rarity`` says how much a word of the language tells, whatever the index.
    """
    _, total = vocabulary.counts()
    return tuple(_expand(unit, vocabulary, total, rarity) for unit in question.units)


def _expand(unit: Unit, vocabulary: Vocabulary, total: int, rarity: Callable[[str], float]) -> Expanded:
    if unit.kind == "place":
        parts: tuple[Part, ...] = (_place_part(unit, vocabulary),)
    elif unit.kind in ("number", "date"):
        parts = (Part({unit.terms: 1.0}, vocabulary.frequency(unit.terms[0])),)
    elif unit.terms in short_forms():
        parts = (_short_form_part(unit.terms, vocabulary),)
    else:
        named = unit.kind == "name"
        parts = tuple(_word_part(term, vocabulary, named=named) for term in unit.terms)
        if not named and (forms := verb_forms(unit.text)):
            parts = (_verb_part(forms | {unit.terms[0]}, vocabulary),)
    rarest = min(part.frequency for part in parts)
    weight = math.log((total + 1) / (rarest + 0.5))
    telling = rarity(unit.text) if unit.kind == "word" else 1.0
    return Expanded(unit, parts, max(weight * telling, _LEAST_WEIGHT), telling)


def _place_part(unit: Unit, vocabulary: Vocabulary) -> Part:
    forms = {
        phrase: _SEAT if (phrase in seats()) != (unit.written in seats()) else 1.0
        for phrase in place_names()[unit.terms]
    }
    forms[unit.written] = 1.0
    return Part(forms, max(_phrase_frequency(phrase, vocabulary) for phrase in forms))


def _short_form_part(phrase: Phrase, vocabulary: Vocabulary) -> Part:
    forms = {phrase: 1.0, **dict.fromkeys(short_forms()[phrase], _SHORT_FORM)}
    return Part(forms, max(_phrase_frequency(form, vocabulary) for form in forms))


def _word_part(term: str, vocabulary: Vocabulary, *, named: bool) -> Part:
    frequency = vocabulary.frequency(term)
    forms: dict[Phrase, float] = {(term,): 1.0}
    if term in ("defenc", "defens"):  # British and American
        forms = {("defenc",): 1.0, ("defens",): 1.0}
        return Part(forms, sum(map(vocabulary.frequency, ("defenc", "defens"))))
    found = spellings(term, vocabulary, known=frequency > 0) if named or not frequency else []
    forms |= {(other,): _SPELLING for other in found}
    counts = {other: vocabulary.frequency(other) for other in found}
    most = max([frequency, *counts.values()])
    _, total = vocabulary.counts()
    caps = {other: min(1.0, _idf(frequency, total) / _idf(count, total)) for other, count in counts.items()}
    return Part(forms, most, misspelt=not frequency and bool(found), caps=caps if frequency else {})


def _verb_part(forms: frozenset[str], vocabulary: Vocabulary) -> Part:
    """The forms of an irregular verb: "sink", "sank", "sunk"."""
    return Part({(form,): 1.0 for form in sorted(forms)}, sum(map(vocabulary.frequency, forms)))


def _idf(frequency: int, total: int) -> float:
    """Inverse document frequency as BM25 in Tantivy and Lucene has it; above 0 for any count."""
    return math.log(1.0 + (max(total - frequency, 0) + 0.5) / (frequency + 0.5))


def _phrase_frequency(phrase: Phrase, vocabulary: Vocabulary) -> int:
    return min(map(vocabulary.frequency, phrase))


def spellings(term: str, vocabulary: Vocabulary, *, known: bool) -> list[str]:
    """Other spellings of a name or, when no article has it (``known`` false), of any word."""
    if len(term) < _SHORTEST or not term.isalpha():
        return []
    key = _skeleton(term)
    heads = {term[0], key[:1] or term[0]}
    candidates = [
        other
        for head in sorted(heads)
        for other in vocabulary.vocabulary(head)
        if other != term and abs(len(other) - len(term)) <= 3 and other.isalpha()
    ]
    alike = []
    for other in candidates:
        same_sound = len(key) >= 3 and _skeleton(other) == key
        if known and not same_sound:
            continue  # a word that articles have is only joined with what sounds the same
        distance = damerau_levenshtein_distance(term, other)
        if distance <= (_sound_letters(term) if same_sound else max(1, len(term) // _LETTERS_A_DIFFERENCE)):
            alike.append((0 if same_sound else 1, distance, other))
    return [other for *_, other in sorted(alike)[:_MOST]]


def _sound_letters(term: str) -> int:
    """In how many letters a name of the same consonants may differ: "Sunak" and "sink" are two."""
    return 1 if len(term) < 6 else 2 if len(term) < 9 else 3


# Romanisations of Cyrillic, Arabic and Korean names differ mostly in these (BGN/PCGN, ISO 9 and the
# news agencies' own): they are folded before vowels are dropped.
_ROMAN = (
    (re.compile("[iy][jy]"), "i"),
    (re.compile("kh|gh"), "h"),
    (re.compile("g"), "h"),
    (re.compile("[cq]|ck"), "k"),
    (re.compile("w|ff|f"), "v"),
    (re.compile("zh|j"), "z"),
    (re.compile("ts|tz"), "z"),
    (re.compile("sch|sh"), "s"),
    (re.compile("[aeiouy']"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=1 << 17)
def _skeleton(term: str) -> str:
    for pattern, plain in _ROMAN:
        term = pattern.sub(plain, term)
    return term


_WHO_OR_WHAT = re.compile(r"\W*(?:who|what)(?:['’]s| is| are| was| were)\b", re.IGNORECASE)
_RARE = (
    1.0  # rarity of a word that may be a name in small letters: "sudzha"; of "war" it is .3, of "gold" .58
)


def asked_who(question: Question, expanded: Sequence[Expanded]) -> str | None:
    """The name that "Who is ...?" or "What is ...?" asks about and nothing else; None for other questions."""
    if len(expanded) != 1 or not _WHO_OR_WHAT.match(question.text):
        return None
    item = expanded[0]
    named = item.unit.kind == "name" or (item.unit.kind == "word" and item.rarity >= _RARE)
    return item.unit.text if named and not item.missing else None


def weighted_terms(expanded: Sequence[Expanded]) -> dict[str, float]:
    """The terms to search words with, each with the most that any form holding it counts."""
    weights: dict[str, float] = {}
    for item in expanded:
        for part in item.parts:
            for phrase, credit in part.forms.items():
                renamed = phrase != item.unit.written and (
                    item.unit.kind == "place" or item.unit.terms in short_forms()
                )
                weight = credit * _OTHER if renamed else credit
                for term in phrase:
                    capped = weight * part.caps.get(term, 1.0)
                    weights[term] = max(weights.get(term, 0.0), capped)
    return weights


_OTHER = 0.2  # another form of a place or short form widens the search, and must not lead it


def spelling_notices(expanded: Iterable[Expanded]) -> tuple[str, ...]:
    """What a word that no article has was taken for."""
    return tuple(
        f"No article has “{item.unit.text}”; it was taken for a spelling that they have."
        for item in expanded
        if item.unit.kind == "name" and any(part.misspelt for part in item.parts)
    )
