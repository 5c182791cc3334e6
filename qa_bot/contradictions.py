"""Rules that say why sentences of an article do not support a written sentence.

Each rule is handed the sentence, the evidence and what else the sentence may draw on, and gives the reason
as a few words, or None. A rule that is not sure stays silent.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import jellyfish

from qa_bot.attribution import said_by
from qa_bot.dates import MONTHS, WEEKDAYS, TimeExpression
from qa_bot.lexicon import base_form, place_names, places, short_forms, stop_terms
from qa_bot.statements import (
    Figure,
    Name,
    Statement,
    is_common,
    is_past,
    is_verb,
    light_terms,
    spoken_form,
)
from qa_bot.text import fold_text, sentences, term_of
from qa_bot.types import Span


class Alike(Protocol):
    """How far words stand for one another."""

    def best(self, term: str, other: Statement) -> float:
        """The most that any word of a statement counts for a term."""
        ...

    def of(self, one: str, other: str) -> float:
        """How far one term stands for another."""
        ...


@dataclass(frozen=True)
class Scope:
    """What beside the evidence a sentence may draw on.

    Attributes:
        passage: all sentences of the passage.
        lead: the first sentences of its article.
        heads: its article's title, publisher and author.
        article: its article, for who says something and for names in full.
        published: the day on which it was published.
        sentences: of the article, for what else it gives figures and days.
    """

    passage: tuple[Statement, ...]
    lead: tuple[Statement, ...]
    heads: Statement
    article: Statement
    published: datetime.date | None
    sentences: tuple[Statement, ...] = ()

    def joined(self, other: Scope) -> Scope:
        """What two sources let a sentence draw on."""
        return replace(
            self,
            passage=self.passage + other.passage,
            lead=self.lead + other.lead,
            sentences=self.sentences + other.sentences,
            heads=Statement(f"{self.heads.text} . {other.heads.text}", self.heads.day),
            article=Statement(f"{self.article.text}\n{other.article.text}", self.article.day),
        )


Evidence = Sequence[Statement]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why evidence does not support a sentence: it lacks something, or ``contradicts``."""

    text: str
    contradicts: bool


def objection(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> Objection | None:
    """Why the evidence does not support a sentence, or None."""
    for rule in _RULES:
        why = rule(said, evidence, scope, alike)
        if why:
            return Objection(why, rule in _CONTRADICTING)
    return None


def has_value(figure: Figure, item: Statement) -> bool:
    """Whether a statement has a figure of that value."""
    return any(_same_value(figure, other) for other in item.figures)


def has_time(time: TimeExpression, item: Statement) -> bool:
    """Whether a statement names that time, or a narrower one in it."""
    return any(_fits(time, other) for other in item.times)


# --- quoted words --------------------------------------------------------------------------------


def _quotations(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    held = f" {' '.join(item.folded for item in scope.passage)} {scope.heads.folded} "
    for quoted in said.quotations:
        if f" {quoted} " not in held:
            return "the quoted words are not there"
    return None


# --- figures -------------------------------------------------------------------------------------

_FRACTION = 0.1  # how far "nearly a third" may be off
_ROUND = 0.06  # how far a figure that is said to be about right may be off
_SMALL = 4


def _figures(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    held = [(figure, item) for item in evidence for figure in item.figures]
    for figure in said.figures:
        if not _has_figure(figure, said, held, evidence, scope, alike):
            return f"the figure {figure.text!r} is not there"
    return None


def _other_figures(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether the evidence gives a different figure for the same thing."""
    held = [(figure, item) for item in evidence for figure in item.figures]
    for figure in said.figures:
        if any(_same_value(figure, other) for other, _ in held) or _counts_a_list(
            figure, said, evidence, held, alike
        ):
            continue
        if figure.kind == "literal":
            continue
        near = _context(said, figure)
        own = [_fit(near, _context(o.item, o.figure), alike) for o in _equals(figure, scope)]
        for other, item in held:
            if other.kind != figure.kind or other.currency != figure.currency or has_value(other, said):
                continue
            fit = _fit(near, _context(item, other), alike)
            alike_things = figure.kind == "count" and _nouns_alike(figure, other, alike) >= _SAME_THING
            if (alike_things or fit >= _SAME_PLACE) and fit > max(own, default=-1.0) + _FAR:
                return f"it says {other.text!r}, not {figure.text!r}"
    return None


@dataclass(frozen=True, slots=True)
class _Placed:
    figure: Figure
    item: Statement


def _equals(figure: Figure, scope: Scope) -> list[_Placed]:
    """The figures of the passage that have a figure's value."""
    return [_Placed(o, item) for item in scope.passage for o in item.figures if _same_value(figure, o)]


_FAR = 0.45
_SAME_THING = 0.8
_SAME_PLACE = 0.6


_RECKONED = re.compile(r" (?:earlier|later|before|after|ago)\b", re.IGNORECASE)
_OF_BEFORE = re.compile(
    r"\b(?:from|previous\w*|earlier|before|had|first|initial\w*|original\w*|was|were|than)\b", re.I
)


def _has_figure(
    figure: Figure,
    said: Statement,
    held: Sequence[tuple[Figure, Statement]],
    evidence: Evidence,
    scope: Scope,
    alike: Alike,
) -> bool:
    if figure.kind == "duration" and said.times and _RECKONED.match(said.text, figure.end):
        return True  # "five years earlier, in 2019"
    equal = [(other, item) for other, item in held if _same_value(figure, other)]
    if figure.kind in ("ordinal", "times"):
        return (
            bool(equal)
            or (figure.kind == "ordinal" and figure.low == 1)
            or _worded(figure, said, evidence, scope.article)
        )
    if not equal:
        return (
            _worded(figure, said, evidence, scope.article)
            or _may_go_without(figure, held, alike)
            or _counts_a_list(figure, said, evidence, held, alike)
        )
    fitting = [(other, item) for other, item in equal if _same_thing(figure, said, other, item, scope, alike)]
    if "former" not in figure.states and not _OF_BEFORE.search(said.text):
        fitting = [(other, item) for other, item in fitting if "former" not in other.states]
    if not fitting:
        return False
    everywhere = [(other, item) for item in scope.sentences for other in item.figures]
    return not all(_better_elsewhere(figure, said, other, item, everywhere, alike) for other, item in fitting)


_JOINED = re.compile(r"[A-Za-z]+-\d+\Z")


def _worded(figure: Figure, said: Statement, evidence: Evidence, article: Statement) -> bool:
    """Whether the evidence has the figure's very words, read there as something else."""
    if figure.kind == "literal" and (joined := _JOINED.search(said.text[: figure.end])):
        return joined[0] in article.text  # "F-16"
    if figure.kind == "literal":
        digits = re.escape(figure.text)
        return any(
            re.search(rf"(?<![\d.,]){digits}(?![\d]|[.,]\d)", fold_text(item.text).replace(",", ""))
            for item in evidence
        )
    wanted = spoken_form(figure.text)
    return len(wanted) > 2 and any(f" {wanted} " in f" {item.folded} " for item in evidence)


def _may_go_without(figure: Figure, held: Sequence[tuple[Figure, Statement]], alike: Alike) -> bool:
    """A small number that counts what is named, "the two leaders", where the evidence counts nothing alike."""
    if not (figure.spoken and figure.kind == "count" and figure.definite and figure.low <= _SMALL):
        return False
    return not any(other.kind == "count" and _nouns_alike(figure, other, alike) > _ALIKE for other, _ in held)


def _counts_a_list(
    figure: Figure,
    said: Statement,
    evidence: Evidence,
    held: Sequence[tuple[Figure, Statement]],
    alike: Alike,
) -> bool:
    """A small number of what the evidence names one by one: "three countries" for Ghana, Kenya and Malawi."""
    if figure.kind != "count" or not 2 <= figure.low <= _MOST_LISTED:
        return False
    if any(other.kind == "count" and _nouns_alike(figure, other, alike) > _ALIKE for other, _ in held):
        return False
    return any(len(listed) == figure.low for item in evidence for listed in _lists(item.text))


_MOST_LISTED = 6
_ITEM = r"(?:the )?[A-Z][\w’'-]*(?: (?:of (?:the )?)?[A-Z][\w’'-]*){0,3}"
_LIST = re.compile(rf"{_ITEM}(?:, {_ITEM})*,? (?:and|or) {_ITEM}")


def _lists(text: str) -> Iterator[list[str]]:
    for match in _LIST.finditer(text):
        yield re.split(r", (?:and |or )?| and | or ", match[0])


def _same_value(figure: Figure, other: Figure) -> bool:
    if {figure.kind, other.kind} == {"part", "percent"}:
        return abs(_percent(figure) - _percent(other)) <= 1.0
    if figure.kind != other.kind and not _kinds_fit(figure, other):
        return False
    if figure.currency and other.currency and figure.currency != other.currency:
        return False
    if figure.kind == "literal" and other.kind == "literal":
        return figure.text == other.text
    if math.isnan(figure.low) or math.isnan(other.low):
        return False
    if figure.per and other.per and figure.per != other.per:
        return False
    return _holds(figure, other)


def _percent(figure: Figure) -> float:
    return 100 * figure.low / figure.high if figure.kind == "part" else figure.low


def _kinds_fit(figure: Figure, other: Figure) -> bool:
    """Whether one kind can be the other, read with less around it: a bare "5.1" and "5.1 per cent" cannot."""
    kinds = {figure.kind, other.kind}
    if kinds == {"literal", "count"} and figure.low < _NO_LABEL:
        return False  # "No. 5" is not five
    return (
        kinds == {"literal", "ordinal"}
        or kinds <= {"literal", "count"}
        or kinds <= {"times", "count"}
        or kinds <= {"literal", "age", "count"}
    )


_NO_LABEL = 50  # from which a number without a unit is hardly a label


def _holds(figure: Figure, other: Figure) -> bool:
    """Whether a figure with its "about" or "more than" is true where the other is."""
    if figure.kind == "duration" and abs(figure.low - other.low) <= _CALENDAR * other.low:
        return (other.comparison, figure.comparison) not in _STRONGER
    if _near(figure.low, other.low) and _near(figure.high, other.high):
        return (other.comparison, figure.comparison) not in _STRONGER
    if other.high > other.low and figure.low == figure.high:  # one end of a range
        if figure.comparison in ("at_most", "less"):
            return _near(figure.high, other.high)
        return figure.comparison in ("at_least", "more") and _near(figure.low, other.low)
    gap = (other.low - figure.low) / max(abs(other.low), 1e-9)
    if figure.comparison == "about" or other.comparison == "about":
        loose = _FRACTION if figure.spoken and figure.kind == "percent" else _ROUND
        return abs(gap) <= loose and _is_rounder(figure, other)
    if figure.comparison in ("more", "at_least"):
        return (
            0 < gap <= 2 * _ROUND
            and _is_rounder(figure, other)
            and other.comparison not in ("less", "at_most")
        )
    if figure.comparison in ("less", "at_most"):
        return (
            -2 * _ROUND <= gap < 0
            and _is_rounder(figure, other)
            and other.comparison not in ("more", "at_least")
        )
    return False


_CALENDAR = 0.004  # 18 months are a year and a half, though months differ
# From what a source says, to what may not be made of it.
_STRONGER = frozenset(
    {
        ("exact", "more"), ("exact", "less"), ("about", "more"), ("about", "less"), ("more", "less"), ("more", "at_most"),
        ("more", "less"), ("at_least", "less"), ("at_least", "at_most"), ("less", "more"), ("less", "at_least"),
        ("at_most", "more"), ("at_most", "at_least"), ("at_least", "more"), ("at_most", "less"),
    }
)  # fmt: skip


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other), 1.0)


def _is_rounder(figure: Figure, other: Figure) -> bool:
    """Whether a figure has fewer digits that count than the one it rounds; "a third" rounds 33 per cent."""
    if figure.spoken or other.spoken:
        return True
    return _digits(figure.low) < _digits(other.low)


def _digits(value: float) -> int:
    """How many digits of a number count: 2 of 78,000."""
    return len(f"{value:.12g}".replace(".", "").strip("0"))


_ALIKE = 0.45
_ANYTHING = frozenset(
    map(term_of, "animals people person men others times years more total number figure".split())
)


def _same_thing(
    figure: Figure, said: Statement, other: Figure, item: Statement, scope: Scope, alike: Alike
) -> bool:
    """Whether two equal figures count things that can be the same."""
    if not figure.nouns or not other.nouns or figure.kind not in ("count",):
        return True
    if _nouns_alike(figure, other, alike) >= _ALIKE:
        return True
    # "1,500 special forces soldiers" is told as "1,500 members of the special forces".
    head = figure.nouns[-1]
    if (
        head in _ANYTHING
        or other.nouns[-1] in _ANYTHING
        or alike.best(head, Statement(" ".join(_around(item, other)))) >= _ALIKE
    ):
        return True
    return alike.best(other.nouns[-1], said) >= _ALIKE or _free_noun(head, scope, alike)


def _free_noun(noun: str, scope: Scope, alike: Alike) -> bool:
    """Whether the passage speaks of a thing without counting it: employees, where "a headcount" is counted."""
    held = [item for item in (*scope.passage, scope.heads) if noun in item.term_set]
    counted = [figure for item in scope.passage for figure in item.figures if noun in figure.nouns]
    return bool(held) and not counted


def _around(item: Statement, figure: Figure) -> list[str]:
    return [word.text for word in item.words if figure.start - 40 <= word.start <= figure.end + 50]


def _nouns_alike(figure: Figure, other: Figure, alike: Alike) -> float:
    if not figure.nouns or not other.nouns:
        return 0.0
    return max(alike.of(one, two) for one in figure.nouns[-1:] for two in other.nouns[-1:])


def _better_elsewhere(
    figure: Figure,
    said: Statement,
    other: Figure,
    item: Statement,
    held: Sequence[tuple[Figure, Statement]],
    alike: Alike,
) -> bool:
    """Whether what stands around a figure in the sentence belongs, in the passage, to a different figure.

    "8,000 are in Russia" where the passage has 10,000 in Russia and 8,000 in Kursk. A figure that the
    sentence has as well is different only where the two have changed places.
    """
    if figure.kind == "literal":
        return False  # a name, a score, a clock
    near = _context(said, figure)
    own = _fit(near, _context(item, other), alike) + _SAME_NOUN * _nouns_alike(figure, other, alike)
    own += _SAME_TIME * any(has_time(time, item) for time in said.times)
    for rival, where in held:
        if rival.kind != figure.kind or rival.currency != other.currency or _same_value(figure, rival):
            continue
        fit = _fit(near, _context(where, rival), alike) + _SAME_NOUN * _nouns_alike(figure, rival, alike)
        if fit <= own + _CLEARLY or fit < 0.5:
            continue
        twins = [one for one in said.figures if one is not figure and _same_value(one, rival)]
        if not twins:
            return True
        theirs = _context(said, twins[0])
        if _fit(theirs, _context(item, other), alike) > _fit(theirs, _context(where, rival), alike):
            return True
    return False


_SAME_TIME = 0.3  # what it counts that a figure's sentence names the day
_SAME_NOUN = 0.25  # what it counts that the same things are counted
_CLEARLY = 0.3
_SIDE = 12  # words on either side of a figure that say what it is of


def _context(item: Statement, figure: Figure) -> dict[str, float]:
    """The telling words that are nearer to a figure than to any other of its kind, with what they weigh."""
    rivals = [other for other in item.figures if other is not figure and other.kind == figure.kind]
    return _beside(item, figure.start, figure.end, [(one.start, one.end) for one in rivals])


def _beside(
    item: Statement, start: int, end: int, rivals: Sequence[tuple[int, int]] = ()
) -> dict[str, float]:
    found: dict[str, float] = {}
    own = _middle(item, start, end)
    others = [_middle(item, left, right) for left, right in rivals]
    first = min([start, *(left for left, _ in rivals)])
    for at, word in enumerate(item.words):
        gap = abs(at - own)
        if gap > (_SIDE if word.start >= first else 2 * _SIDE) or start <= word.start < end:
            continue
        # What stands before the first of several figures is said of each.
        if word.start >= first and any(abs(at - other) < gap for other in others):
            continue
        if word.term in stop_terms() or word.term in light_terms() or word.text[0].isdigit():
            continue
        if any(time.start <= word.start < time.end for time in item.times):
            continue
        found[word.term] = (_NAME if at in item.named else 1.0) / (1.0 + _FADING * gap)
    return found


def _middle(item: Statement, start: int, end: int) -> float:
    inside = [at for at, word in enumerate(item.words) if start <= word.start < end]
    return (inside[0] + inside[-1]) / 2 if inside else float(sum(word.end <= start for word in item.words))


_LEAST_NEAR = 0.6  # of words around a figure: less tells nothing
_FADING = 0.25  # a word
_NAME = 0.6  # what a name counts beside other words


def _fit(near: dict[str, float], other: dict[str, float], alike: Alike) -> float:
    total = sum(near.values())
    if total < _LEAST_NEAR or not other:
        return 0.0
    return sum(weight * max(alike.of(term, one) for one in other) for term, weight in near.items()) / total


_VAGUE = re.compile(
    r"\b(?:few|several|many|some|couple of|dozens of|hundreds of|thousands of|millions of|billions of)"
    r" (?:more )?(?P<unit>second|minute|hour|day|week|month|year|decade|kilomet(?:re|er)|mile|met(?:re|er)|euro|dollar|pound|ton(?:ne)?)s?\b",
    re.IGNORECASE,
)


def _units(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether what has no figure has its unit: "a few days"."""
    for match in _VAGUE.finditer(said.text):
        if not any(term_of(match["unit"]) in item.term_set for item in evidence):
            return f"the unit {match['unit']!r} is not there"
    return None


# --- days ----------------------------------------------------------------------------------------


def _other_times(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether the evidence gives a different time for the same thing."""
    held = [(time, item) for item in evidence for time in item.times if time.first and time.last]
    for time in said.times:
        if any(_fits(time, other) or _fits(other, time) for other, _ in held):
            continue
        near = _beside(said, time.start, time.end)
        own = [
            _fit(near, _beside(item, other.start, other.end), alike)
            for item in scope.passage
            for other in item.times
            if _fits(time, other)
        ]
        for other, item in held:
            if time.precision != other.precision and {time.precision, other.precision} != {"month", "year"}:
                continue
            fit = _fit(near, _beside(item, other.start, other.end), alike)
            if fit >= _SAME_PLACE and fit > max(own, default=-1.0) + _CLEARLY:
                return f"it says {item.text[other.start : other.end]!r}, not {said.text[time.start : time.end]!r}"
    return None


def _days(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    own = [time for item in evidence for time in item.times]
    around = [time for item in (*scope.passage, *scope.lead, scope.heads) for time in item.times]
    held = own if any(time.first or time.last for time in own) else around
    for time in said.times:
        words = said.text[time.start : time.end]
        if _time_better_elsewhere(time, said, evidence, scope, alike):
            return f"the time {words!r} is that of something else"
        if any(_fits(time, other) for other in held) or _literally(words, evidence):
            continue
        if said.term_set & _STARTS and any(o.first == time.first and o.last is None for o in held):
            continue  # "began on Friday" for "since Friday"
        published = scope.published
        if published and not own and _includes(time, published):
            continue
        if any(
            _fits_before(time, said, item, other) for item in evidence for other in (*item.times, *around)
        ):
            continue
        within = time.first and time.last and time.first.year == time.last.year
        if (
            within
            and not own
            and time.precision in ("month", "year")
            and any(_includes_both(time, other) for other in around)
        ):
            continue
        return f"the time {words!r} is not there"
    return _clock_words(said, evidence, scope)


def _time_better_elsewhere(
    time: TimeExpression, said: Statement, evidence: Evidence, scope: Scope, alike: Alike
) -> bool:
    """Whether what stands around a time in the sentence has, in the passage, a different time around it."""
    near = _beside(said, time.start, time.end)
    held = [(other, item) for item in scope.sentences for other in item.times if other.first or other.last]
    own = [_fit(near, _beside(item, o.start, o.end), alike) for o, item in held if _fits(time, o)]
    rivals = [
        _fit(near, _beside(item, o.start, o.end), alike)
        for o, item in held
        if not _fits(time, o)
        and not _fits(o, time)
        and o.precision == time.precision
        and not has_time(o, said)
    ]
    return bool(own and rivals) and max(rivals) > max(own) + _CLEARLY and max(rivals) >= 0.5


_STARTS = frozenset(map(term_of, "began begin begun beginning start started starting starts broke".split()))
_BEFORE = re.compile(
    r"\b(?:(?:a|one|the) (?P<unit>month|year) (?:earlier|before|ago|previously)"
    r"|(?:the )?(?:previous|prior|preceding) (?P<other>month|year)|(?P<this>month|year)-earlier)\b",
    re.IGNORECASE,
)


def _fits_before(time: TimeExpression, said: Statement, item: Statement, other: TimeExpression) -> bool:
    """Whether a month or year is the one before another: "6 per cent a month earlier" beside "October"."""
    match = _BEFORE.search(item.text)
    if not match or time.first is None or other.first is None:
        return False
    figures = [figure for figure in item.figures if figure.end <= match.start()]
    if figures and not has_value(figures[-1], said):
        return False
    unit = (match["unit"] or match["other"] or match["this"]).casefold()
    at = other.first.year * 12 + other.first.month - 1 - (1 if unit == "month" else 12)
    same_year = time.first.year == at // 12
    return same_year and (time.first.month == at % 12 + 1 if unit == "month" else time.precision == "year")


def _fits(time: TimeExpression, other: TimeExpression) -> bool:
    """Whether a time is the other, or a wider one around it."""
    if (time.first is None) != (other.first is None) or (time.last is None) != (other.last is None):
        # "Since August" told as "in August", "until at least October" as "until October".
        starts = time.first is not None and time.first == other.first and time.precision != "day"
        return starts or (time.last is not None and time.last == other.last and other.precision != "day")
    if time.relative and other.relative and _same_days(time, other):
        return True  # a day and month whose year the words around it tell differently
    inside = (time.first is None or (other.first is not None and time.first <= other.first)) and (
        time.last is None or (other.last is not None and other.last <= time.last)
    )
    if time.first and time.last and time.first.year != time.last.year and other.first and other.last:
        return time.first == other.first and time.last == other.last  # "from 2009 to 2019"
    if time.precision == "open" or other.precision == "open":
        return time.first == other.first and time.last == other.last
    return inside


def _same_days(time: TimeExpression, other: TimeExpression) -> bool:
    pairs = ((time.first, other.first), (time.last, other.last))
    return all(
        (a is None and b is None)
        or (a is not None and b is not None and (a.month, a.day) == (b.month, b.day))
        for a, b in pairs
    )


def _includes(time: TimeExpression, day: datetime.date) -> bool:
    return (time.first is None or time.first <= day) and (time.last is None or day <= time.last)


def _includes_both(time: TimeExpression, other: TimeExpression) -> bool:
    return (
        other.first is not None
        and other.last is not None
        and _includes(time, other.first)
        and _includes(time, other.last)
    )


def _literally(words: str, evidence: Evidence) -> bool:
    """Whether the words stand there, and not within others: "Monday" in "next Monday"."""
    for item in evidence:
        at = fold_text(item.text).find(fold_text(words))
        inside = [time for time in item.times if time.start <= at < time.end]
        if at >= 0 and all(time.end - time.start <= len(words) + 1 for time in inside):
            return True
    return False


_DAY_NAMES = re.compile(
    rf"\b(?:{'|'.join([*WEEKDAYS, *(name for name in MONTHS if len(name) > 3)])})\b", re.IGNORECASE
)


def _clock_words(said: Statement, evidence: Evidence, scope: Scope) -> str | None:
    """A weekday or month that no time expression was made of must stand there as it is."""
    for match in _DAY_NAMES.finditer(said.text):
        word = match[0]
        if not word[0].isupper() or any(time.start <= match.start() < time.end for time in said.times):
            continue
        if not any(re.search(rf"\b{word}\b", item.text) for item in (*evidence, *scope.passage, *scope.lead)):
            return f"the time {word!r} is not there"
    return None


# --- names ---------------------------------------------------------------------------------------


def _names(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    for name in said.names:
        if not name.sure and not _may_be_name(name, scope):
            continue
        missing = [word.text for word in name.words if not _named(word.text, word.term, scope)]
        if missing and not _known_in_full(name, missing, scope) and not _short_form(name, scope):
            return f"the name {' '.join(missing)!r} is not there"
    return None


def _may_be_name(name: Name, scope: Scope) -> bool:
    """A single word that opens the sentence: a name unless the article writes it small."""
    word = name.words[0].text
    return not re.search(rf"\b{re.escape(word.lower())}\b", scope.article.text)


def _named(word: str, term: str, scope: Scope) -> bool:
    where = [*scope.passage, scope.heads]
    bare = re.sub(r"['’]s?$", "", word)
    for item in where:
        if term in item.term_set or term_of(bare) in item.term_set:
            return True
    place = places().get((term,)) or places().get((term_of(bare),))
    if place:
        return any(place in item.places for item in where)
    if any(_is_part_of_place(term, item) for item in where):
        return True
    if len(bare) >= 4 and bare[0].isupper():
        skeleton = spelling(bare)
        return any(
            spelling(other.text) == skeleton
            for item in where
            for other in item.words
            if other.text[0].isupper()
        )
    return False


@lru_cache(maxsize=1)
def _place_words() -> dict[str, frozenset[tuple[str, ...]]]:
    """A word of a place's name of several words, to the places that it is part of the name of."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for phrase, place in places().items():
        for word in phrase if len(phrase) > 1 else ():
            found.setdefault(word, set()).add(place)
    return {word: frozenset(held) for word, held in found.items()}


def _is_part_of_place(term: str, item: Statement) -> bool:
    return any(
        place in item.places and term not in ("north", "south", "new")
        for place in _place_words().get(term, ())
    )


def spelling(word: str) -> str:
    """A name with what transliterations differ in folded away: Zelensky, Zelenskiy and Zelenskyy are one."""
    folded = re.sub(r"['’]s?$", "", fold_text(word))
    folded = (
        folded.replace("y", "i").replace("kh", "h").replace("iu", "u").replace("ie", "e").replace("ii", "i")
    )
    folded = (
        folded.replace("oleks", "aleks")
        .replace("x", "ks")
        .replace("ph", "f")
        .replace("v", "w")
        .replace("ff", "w")
    )
    return re.sub(r"(.)\1+", r"\1", folded).rstrip("i")


def _known_in_full(name: Name, missing: Sequence[str], scope: Scope) -> bool:
    """Whether the article has the name in full, and the passage a part of it: "Putin" for "Vladimir Putin"."""
    if len(missing) == len(name.words):
        return False
    full = r"\W{1,3}".join(re.escape(re.sub(r"['’]s?$", "", word.text)) for word in name.words)
    return re.search(rf"\b{full}", scope.article.text) is not None


def _short_form(name: Name, scope: Scope) -> bool:
    """Whether the passage has the short form of a name, or the name a short form stands for."""
    where = [*scope.passage, scope.heads]
    phrase = tuple(word.term for word in name.words)
    for form in (*short_forms().get(phrase, ()), *_forms_within(phrase)):
        if any(f" {' '.join(form)} " in f" {' '.join(item.terms)} " for item in where):
            return True
    initials = "".join(word.text[0] for word in name.words).upper()
    if len(initials) > 1 and any(
        word.text.replace(".", "") == initials for item in where for word in item.words
    ):
        return True
    if len(name.words) == 1 and name.words[0].text.replace(".", "").isupper():
        letters = name.words[0].text.replace(".", "")
        return len(letters) > 1 and _spelt_out(letters, scope.article)
    return False


def _forms_within(phrase: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for size in range(len(phrase), 1, -1):
        part = phrase[:size]
        place = places().get(part)
        if place:
            yield from place_names()[place]
        yield from short_forms().get(part, ())


def _spelt_out(letters: str, article: Statement) -> bool:
    """Whether an article has words with these initials, "of" and "and" passed over."""
    capitals = "".join(
        word.text[0]
        if word.text[0].isupper()
        else ("" if word.text in ("of", "and", "for", "the", "on") else " ")
        for word in article.words
    )
    return letters in capitals


# --- what is denied ------------------------------------------------------------------------------

_OPPOSITES = """
confirm:deny,refute  accept:reject,refuse  rise:fall,drop,decline  increase:decrease,fall,drop  grow:shrink  win:lose
beat:lose  victory:defeat  up:down  gain:lose  support:oppose  approve:reject,veto  allow:forbid,ban,bar,prohibit  permit:forbid,ban
agree:refuse,disagree  before:after  north:south  east:west  northern:southern  eastern:western  open:close,shut
begin:end  start:stop,end,finish  first:last  acquit:convict  guilty:innocent  guilty:acquit  alive:dead  survive:die
buy:sell  import:export  arrive:leave,depart  enter:leave  advance:retreat  higher:lower  more:fewer,less  most:least
better:worse  improve:worsen  strengthen:weaken  majority:minority  above:below  inside:outside  lift:impose  ease:tighten
raise:lower,cut  expand:reduce,shrink  ally:enemy  friend:enemy  male:female  man:woman  men:women  public:private
praise:criticise,criticize,condemn  welcome:condemn,criticise,criticize,regret  love:hate  success:failure  succeed:fail  true:false  possible:impossible
likely:unlikely  legal:illegal  optimistic:pessimistic  morning:evening  yesterday:tomorrow  import:export  borrow:lend
release:detain,arrest,jail  free:jail  early:late  oldest:youngest  largest:smallest  biggest:smallest  highest:lowest
cheap:expensive  rich:poor  young:old  attack:defend  military:civilian  include:exclude  join:leave,quit  hire:fire,dismiss
appoint:dismiss  reopen:close  deploy:withdraw  send:receive  ahead:behind  maximum:minimum  minimum:maximum  loss:profit
uphold:overturn,quash,reverse  lift:uphold  ease:worsen,intensify
worse:ease,improve  calm:worsen  cancel:confirm  delay:accelerate,hasten  found:lose  recover:worsen  reward:punish
trust:distrust,doubt  protect:endanger,threaten  prevent:cause,allow  unite:divide  include:omit
innocence:guilt  strength:weakness  advantage:disadvantage  supporter:opponent  growth:decline  import:export  hit:miss
permanent:temporary  upstream:downstream  create:cut,shed,destroy,axe  add:cut,remove  surplus:deficit  continue:halt,stop,end  resume:suspend  build:demolish  optional:mandatory  voluntary:compulsory
found:missing  optimism:pessimism  danger:safe  safe:dangerous  faster:slower  longer:shorter  larger:smaller  bigger:smaller  older:younger
short:long  shorter:longer  left:right  wet:dry  hot:cold  warm:cold  denied:admitted  deny:admit,acknowledge
""".split()


@lru_cache(maxsize=1)
def opposites() -> dict[str, frozenset[str]]:
    """Terms with those that say the opposite."""
    found: dict[str, set[str]] = {}
    for entry in _OPPOSITES:
        word, _, others = entry.partition(":")
        for other in others.split(","):
            for one, two in ((word, other), (other, word)):
                for form in _forms(one):
                    found.setdefault(form, set()).update(_forms(two))
    return {term: frozenset(held) for term, held in found.items()}


_IRREGULAR = {
    "rise": "rose risen", "fall": "fell fallen", "grow": "grew grown", "win": "won", "lose": "lost losing", "buy": "bought",
    "sell": "sold", "begin": "began begun", "leave": "left", "send": "sent", "shrink": "shrank shrunk", "forbid": "forbade forbidden",
    "build": "built", "die": "dead died dying", "quit": "quit", "shut": "shut", "cut": "cut", "lend": "lent", "withdraw": "withdrew withdrawn",
    "fire": "fired", "deny": "denies denied denying", "drop": "dropped dropping", "stop": "stopped stopping", "ban": "banned banning",
    "hire": "hired",
}  # fmt: skip


def _forms(word: str) -> set[str]:
    forms = (term_of(word), *map(term_of, _IRREGULAR.get(word, "").split()))
    return set(map(base_form, forms))


def _polarity(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    agreed = _denied_alike(said, evidence)
    nearest = [max(evidence, key=lambda item: len(item.term_set & said.term_set - stop_terms()))]
    for at, word in enumerate(said.words):
        term = word.term
        if len(word.text) >= _LONG and not said.negated[at] and (other := _prefixed(word.text, nearest[0])):
            return f"it says {other!r}, not {word.text!r}"
        if term in stop_terms() and term not in opposites():
            continue
        deed = is_verb(said, at)
        flags = [
            item.negated[place]
            for item in evidence
            for place, other in enumerate(item.terms)
            if (other == term or (deed and _synonyms(term, other, alike)))
            and not item.unsure[place]
            and (item.negated[place] == said.negated[at] or _shares_more(said, item, term))
        ]
        held = any(term == one or _synonyms(term, one, alike) for item in nearest for one in item.terms)
        if not held and (why := _opposed(term, word.text, said.negated[at], said, nearest)):
            return why
        if not _weighty(said, at) or said.unsure[at]:
            continue
        if said.negated[at] and not deed and said.clauses[at] in agreed:
            continue  # "gave no details" for "without giving details"
        if flags and all(flag != said.negated[at] for flag in flags):
            return f"{word.text!r} is {'not ' * said.negated[at]}denied there"
    return None


def _shares_more(said: Statement, item: Statement, term: str) -> bool:
    """Whether a sentence of the evidence speaks of what the sentence does beyond one word."""
    return any(
        one in item.term_set
        for one in said.term_set
        if one != term and one not in stop_terms() and one not in light_terms() and one[:1].isalpha()
    )


def _denied_alike(said: Statement, evidence: Evidence) -> frozenset[int]:
    """The clauses of a sentence in which a word is denied that the evidence denies too."""
    denied = {term for item in evidence for term, no in zip(item.terms, item.negated, strict=True) if no}
    return frozenset(
        said.clauses[at]
        for at, term in enumerate(said.terms)
        if said.negated[at] and term in denied and term not in stop_terms()
    )


def _synonyms(one: str, other: str, alike: Alike) -> bool:
    return len(one) > 3 and other[:1].isalpha() and alike.of(one, other) >= 0.88


def _weighty(said: Statement, at: int) -> bool:
    word = said.words[at]
    if word.term in stop_terms() or not word.text[0].islower():
        return False
    return not any(figure.start <= word.start < figure.end for figure in said.figures)


_LONG = 6  # letters of a word that another may be the opposite of by "un" before it
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non")


def _prefixed(word: str, item: Statement) -> str | None:
    """A word of a statement that is another with "un" or the like before it, or without."""
    lowered = word.casefold()
    others = [one.text.casefold() for one in item.words]
    for place, other in enumerate(others if lowered not in others else ()):
        if item.negated[place]:
            continue  # "not acceptable" is unacceptable
        long, short = (lowered, other) if len(lowered) > len(other) else (other, lowered)
        if len(short) >= 4 and any(long == prefix + short for prefix in _PREFIXES):
            return other
    return None


def _opposed(term: str, word: str, negated: bool, said: Statement, evidence: Evidence) -> str | None:
    """What of the evidence says the opposite of a word, where the sentence does not."""
    for item in evidence:
        ways = (_UP, _DOWN)
        if any(term in way and way & item.term_set for way in ways):
            continue  # "rose", where the evidence tells of an increase
        for place, other in enumerate(item.terms):
            if other in said.term_set or item.negated[place] != negated or _other_sense(item, place):
                continue
            if other in opposites().get(term, ()):
                return f"it says {item.words[place].text!r}, not {word!r}"
    return None


def _other_sense(item: Statement, place: int) -> bool:
    """What remains is "left", what is just is "right", "last week" is a day, "short of" no length."""
    word = item.words[place].text.casefold()
    following = item.words[place + 1].text.casefold() if place + 1 < len(item.words) else ""
    return (word, following) in _SENSES or (
        word in ("left", "right", "long", "short", "fire", "free", "old", "end") and not following
    )


_SENSES = frozenset(
    {("up", "to"), ("right", "to"), ("short", "of"), ("so", "long"), ("long", "as"), ("more", "than"), ("less", "than"), ("last", "week"), ("last", "month"),
     ("last", "year"), ("last", "night"), ("right", "now"), ("early", "on"), ("fewer", "than"), ("late", "on"), ("first", "time"), ("after", "all")}
)  # fmt: skip


_VOTES = re.compile(
    r"\b(?:vot\w+|sided?|argu\w+|campaign\w*|spoke|speak\w*) (?:[\w-]+ ){0,7}?(?P<side>for|in favour of|in favor of|against)\b",
    re.I,
)


def _sides_taken(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether a vote is for what in the evidence it is against."""
    mine = {match["side"].casefold() == "against" for match in _VOTES.finditer(said.text)}
    theirs = {
        match["side"].casefold() == "against" for item in evidence for match in _VOTES.finditer(item.text)
    }
    return "the vote goes the other way there" if mine and theirs and not mine & theirs else None


# --- who did it to whom --------------------------------------------------------------------------

_BE = frozenset("is are was were be been being get got".split())
_MUTUAL = frozenset(
    base_form(term_of(word))
    for word in (
        "met meet meets talks talk agreed agree clashed clash fought fight marry married divorced border share differ between"
        " and with discussed join joined compare equal same negotiate negotiated trade play played drew faced face"
    ).split()
)
_SPEECH = frozenset(
    base_form(term_of(word))
    for word in (
        "said says say told added stated announced reported claimed wrote explained noted argued confirmed"
        " admitted complained argued replied conceded acknowledged stressed joked recalled declared believed pointed warned insisted thought according"
    ).split()
)


def _roles(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether the two sides of a verb change places between the sentence and the evidence, or one is another."""
    for at, word in enumerate(said.words):
        if not _is_verb(said, at) or word.term in _SPEECH:
            continue
        mine = _sides(said, at)
        for item in evidence:
            for place, other in enumerate(item.terms):
                if other != word.term or not _is_verb(item, place):
                    continue
                theirs = _sides(item, place)
                if _crossed(mine, theirs) or _half_crossed(mine, theirs):
                    return f"who did it and to whom is the other way round at {word.text!r}"
                elsewhere = any(
                    _names_in(other_item) & mine.doer for other_item in evidence if other_item is not item
                )
                if _other_patient(mine, theirs):
                    return f"it is somebody else at {word.text!r}"
                if not elsewhere and _another(mine, theirs):
                    return f"somebody else does it at {word.text!r}"
    return None


_SAME_VERB = 0.85


def _is_verb(item: Statement, at: int) -> bool:
    """Whether a word is a verb whose two sides differ."""
    return 0 < at < len(item.words) - 1 and is_verb(item, at) and item.terms[at] not in _MUTUAL


@dataclass(frozen=True, slots=True)
class _Sides:
    """What stands before and behind a verb, of a passive one the other way round: names, and other words.

    ``doer`` are the names before it in its own clause, ``rest`` all words soon behind it,
    ``patient`` the names of whom it is done to.
    """

    before: frozenset[str]
    after: frozenset[str]
    names_before: frozenset[str]
    names_after: frozenset[str]
    doer: frozenset[str]
    rest: frozenset[str]
    patient: frozenset[str]
    is_passive: bool


def _sides(item: Statement, at: int) -> _Sides:
    back, ahead = range(at - 1, -1, -1), range(at + 1, len(item.words))
    near = [place for place in range(max(0, at - 3), at) if item.clauses[place] == item.clauses[at]]
    auxiliary = {item.words[place].text.casefold() for place in near}
    by = [word.text.casefold() for word in item.words[at + 1 : at + 7]]
    passive = bool(auxiliary & _BE) and is_past(item, at)
    if passive and "by" in by:
        start = at + 1 + by.index("by") + 1
        back, ahead = range(start, len(item.words)), back
        doer = frozenset(_side(item, back, names=True))
    elif passive:
        back, ahead = range(0), back
        doer = frozenset()
    else:
        clause = item.clauses[at]
        own = [place for place in back if item.clauses[place] == clause]
        if not own:  # behind an aside: "Stein, the head of the federation, called"
            own = [place for place in back if item.clauses[place] >= clause - _ASIDE][:_SIDE]
        doer = frozenset(_canonical(item, place) for place in own if _is_name(item, place))
    return _Sides(
        frozenset(_side(item, back)),
        frozenset(_side(item, ahead, stops=_PREPOSITIONS)),
        frozenset(_side(item, back, names=True)),
        frozenset(_side(item, ahead, names=True)),
        doer,
        frozenset(item.terms[at] for at in list(ahead)[:_SOON]) - stop_terms(),
        frozenset(_side(item, ahead, names=True, stops=_PREPOSITIONS)) if passive else _object(item, ahead),
        passive,
    )


def _object(item: Statement, ahead: range) -> frozenset[str]:
    """The names right behind a verb, before any preposition."""
    found = []
    for at in ahead[:_SOON]:
        if item.words[at].text in _PREPOSITIONS:
            break
        if _is_name(item, at):
            found.append(_canonical(item, at))
    return frozenset(found)


_ASIDE = 2  # clauses that may stand between a subject and its verb
_SOON = 8  # words behind a verb

_PREPOSITIONS = frozenset("of for to that with in on at from by about over after before into against".split())


def _side(
    item: Statement, places_: range, *, names: bool = False, stops: frozenset[str] = frozenset()
) -> Iterator[str]:
    count = 0
    figures = [(figure.start, figure.end) for figure in item.figures]
    for distance, at in enumerate(places_):
        word = item.words[at]
        if distance >= (16 if names else 9) or count >= 4 or (count and word.text in stops):
            return
        if any(start <= word.start < end for start, end in figures):
            continue
        if _is_name(item, at):
            count += 1
            yield _canonical(item, at)
        elif (
            not names
            and word.term not in stop_terms()
            and word.text[0].isalpha()
            and word.term not in _SPEECH
        ):
            count += 1
            yield word.term


def _is_name(item: Statement, at: int) -> bool:
    word = item.words[at]
    if not word.text[0].isupper() or word.term in stop_terms() or _bare(word.text) in _DAYS_AND_MONTHS:
        return False
    return at > 0 or not is_common(word.text) or (word.term,) in places()


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.casefold())


_DAYS_AND_MONTHS = frozenset(WEEKDAYS) | frozenset(MONTHS)


def _another(mine: _Sides, theirs: _Sides) -> bool:
    """Whether somebody is named as the doer of a thing that in the evidence somebody else does."""
    if not mine.doer or not theirs.doer or mine.doer & theirs.doer or not (mine.rest & theirs.rest):
        return False
    return not theirs.names_before & mine.names_before


def _names_in(item: Statement) -> frozenset[str]:
    return frozenset(_canonical(item, at) for at in range(len(item.words)) if _is_name(item, at))


def _canonical(item: Statement, at: int) -> str:
    for size in (2, 1):
        for start in range(max(0, at - size + 1), at + 1):
            phrase = tuple(item.terms[start : start + size])
            if len(phrase) == size and phrase in places():
                return " ".join(places()[phrase])
    return spelling(item.words[at].text)


def _crossed(mine: _Sides, theirs: _Sides) -> bool:
    for left, right, before, after in (
        (mine.names_before, mine.names_after, theirs.names_before, theirs.names_after),
        (mine.before, mine.after, theirs.before, theirs.after),
    ):
        if left & after and right & before and not (left & before) and not (right & after):
            return True
    return False


def _other_patient(mine: _Sides, theirs: _Sides) -> bool:
    """Whether it is done to somebody to whom, in the evidence, it is not: "Ann was acquitted" for Bo's acquittal."""
    return mine.is_passive and bool(mine.patient and theirs.patient) and not mine.patient & theirs.patient


def _half_crossed(mine: _Sides, theirs: _Sides) -> bool:
    """Whether who does it has it done to them in the evidence, where "she" does it."""
    return bool(
        mine.doer & theirs.names_after
        and mine.names_after
        and not theirs.names_before
        and not mine.names_after & theirs.names_after
    )


# --- what is only planned -------------------------------------------------------------------------

_MODAL = frozenset("will would could may might must should shall can cannot".split())
_AHEAD = frozenset(
    "is are was were has have plan plans planned planning want wants wanted expected due set hope hopes hoping threatened threatens agreed"
    " promised vowed pledged asked urged needs need needed intends intended ready likely prepared preparing unlikely"
    " unwilling willing refused supposed scheduled demanded told ordered offered aims aimed proposed".split()
)


_LASTING = frozenset("stay stays stayed remain remains remained keep keeps kept".split())


def _plans(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether the sentence tells as done what in the evidence is only to be done: "still has to approve"."""
    for at, word in enumerate(said.words):
        if not is_past(said, at) or word.term in light_terms() or _is_open(said, at):
            continue
        if at and said.words[at - 1].text.casefold() in _LASTING:
            continue  # "stays closed" tells no more than "will be closed"
        found = [
            _is_open(item, place)
            for item in evidence
            for place, term in enumerate(item.terms)
            if term == word.term and item.words[place].text[0].islower()
        ]
        if found and all(found):
            return f"{word.text!r} is not done there"
    return None


def _is_open(item: Statement, at: int) -> bool:
    """Whether a verb is only to be done: behind "will" or "to"."""
    before = [word.text.casefold() for word in item.words[max(0, at - 4) : at]][::-1]
    if any(word in _MODAL for word in before[:3]):
        return True
    for place, word in enumerate(before[:2]):
        if word == "to" and before[:place] in ([], ["be"]):
            governor = before[place + 1] if place + 1 < len(before) else ""
            return governor in _AHEAD
    return False


# --- whose it is ---------------------------------------------------------------------------------

_OWNER = re.compile(r"(?P<owner>[A-Z][\w-]*)(?:['’]s?) (?P<thing>(?:[a-z]+ ){0,2}[a-z]+)|(?P<s>)(?!x)x")


def _owners(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether a thing is said to be somebody's that in the evidence is another's: Belmar's defence ministry."""
    for match in _OWNER.finditer(said.text):
        if match["owner"] is None:
            continue
        owner, things = _owner_name(match["owner"]), match["thing"].split()
        for item in evidence:
            for other in _OWNER.finditer(item.text):
                if other["owner"] is None or not _same_start(things, other["thing"].split()):
                    continue
                if _owner_name(other["owner"]) != owner and not _owns(owner, match["owner"], item, things[0]):
                    return f"it is {other['owner']!r} whose it is"
    return None


def _owner_name(word: str) -> str:
    phrase = (term_of(word),)
    return " ".join(places()[phrase]) if phrase in places() else spelling(word)


def _same_start(things: Sequence[str], others: Sequence[str]) -> bool:
    return bool(things and others) and [term_of(w) for w in things[:2]] == [term_of(w) for w in others[:2]]


def _owns(owner: str, word: str, item: Statement, thing: str) -> bool:
    return re.search(rf"{re.escape(word)}['’]?s? (?:\w+ )?{re.escape(thing)}", item.text) is not None


# --- who is what ----------------------------------------------------------------------------------

_APPOSED = re.compile(
    r"(?P<name>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,3}), (?P<what>(?:the|a|an|its|his|her) [^,.;]{4,60}|[A-Z][\w-]+[’']s [^,.;]{4,60}),"
)


def _appositions(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether somebody is called what in the passage somebody else is: "Lee, the French Open champion,"."""
    for match in _APPOSED.finditer(said.text):
        what = _telling(match["what"])
        for item in (scope.article,):
            for other in _APPOSED.finditer(item.text):
                theirs = _telling(other["what"])
                if not what or len(what & theirs) < 0.8 * max(len(what), len(theirs)):
                    continue
                if not _shares_name(Statement(match["name"]), Statement(other["name"])):
                    return f"{other['name']!r} is {match['what']!r}"
    return None


def _telling(text: str) -> frozenset[str]:
    return Statement(text).term_set - stop_terms()


# --- up or down ----------------------------------------------------------------------------------

_UP = frozenset(
    base_form(term_of(word))
    for word in (
        "rise rose risen rising rises increase increased increases increasing grow grew grown growing climb climbed jump"
        " jumped soar soared surge surged up higher raise raised expensive dearer accelerate accelerated doubled"
        " expanded swelled strengthened worsened upped"
    ).split()
)
_DOWN = frozenset(
    base_form(term_of(word))
    for word in (
        "fall fell fallen falling drop dropped decline declined decrease decreased slow slowed slowing ease eased cut cuts"
        " cutting shrink shrank shrunk plunge plunged slump slumped tumble tumbled down lower lowered cheaper cheap reduce"
        " reduced cooled dipped dip sank weakened halved trimmed slashed"
    ).split()
)


def _directions(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether a figure goes up that in the evidence goes down."""
    for figure in said.figures:
        mine = _direction(said, figure)
        if mine is None:
            continue
        theirs = [
            (_direction(item, other), item)
            for item in evidence
            for other in item.figures
            if _same_value(figure, other)
        ]
        if theirs and all(way is not None and way is not mine for way, _ in theirs):
            return f"the figure {figure.text!r} goes the other way there"
    return None


def _direction(item: Statement, figure: Figure) -> bool | None:
    """True for up, False for down, of the word of direction nearest to a figure; None without one."""
    inside = [at for at, word in enumerate(item.words) if figure.start <= word.start < figure.end]
    if not inside:
        return None
    found: list[tuple[int, bool]] = []
    for at, word in enumerate(item.words):
        if (word.term in _UP or word.term in _DOWN) and at not in inside:
            gap = inside[0] - at if at < inside[0] else at - inside[-1] + 1
            between = item.text[min(word.start, figure.start) : max(word.end, figure.end)]
            if (
                gap <= 8
                and not re.search(r"[,;]", between)
                and not (word.term == "up" and "up to" in between)
            ):
                found.append((gap, (word.term in _UP) != item.negated[at]))
    behind = _COMPARED.match(item.text, item.words[inside[-1]].end)
    if behind and figure.kind in ("money", "percent", "points", "count"):
        return behind["way"].casefold() in ("more", "higher", "above", "longer", "larger")
    return min(found)[1] if found else None


_COMPARED = re.compile(
    r"(?: (?:crowns?|euros?|dollars?|pounds?|francs?|points?|people|per ?cent|percent))?%? "
    r"(?P<way>more|higher|above|longer|larger|less|lower|fewer|below|shorter|smaller)\b(?! than \d)",
    re.IGNORECASE,
)


# --- who said it ---------------------------------------------------------------------------------


def _speakers(said: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    speaker = said_by(said.text, Span(0, len(said.text)))
    if speaker is None:
        return None
    told = Statement(speaker)
    if not told.names and not told.places:
        return _other_office(told, evidence, scope, alike)
    if _shares_name(told, scope.heads):
        return None  # "the Harbour Daily reports that ..."
    speaking = [
        item for item in evidence if any(has_value(figure, item) for figure in said.figures)
    ] or evidence
    if any(_speaks(told, item) for item in speaking):
        return None
    sources = [_source_of(item, scope) for item in speaking]
    known = [source for source in sources if source]
    if any(_shares_name(told, Statement(source)) for source in known):
        return None
    if any(_shares_name(told, item) for item in speaking if not _source_of(item, scope)):
        return None
    if not known:
        near = " ".join(
            (*(item.text for item in evidence), *(_sentences_before(item, scope) for item in evidence))
        )
        return None if _shares_name(told, Statement(near)) else f"it is not said there by {speaker!r}"
    named = [source for source in known if Statement(source).names or Statement(source).places]
    if len(named) < len(known):
        return None  # an office, which may be the speaker's
    return f"it is said by {named[0]!r}"


def _speaks(told: Statement, item: Statement) -> bool:
    """Whether a name of the speaker stands beside a verb of speech."""
    mine = _names_in(told) | {
        _canonical(told, at) for at in range(len(told.words)) if told.words[at].text[0].isupper()
    }
    verbs = [at for at, term in enumerate(item.terms) if term in _SPEECH]
    return any(
        _is_name(item, at)
        and _canonical(item, at) in mine
        and any(abs(at - verb) <= _BESIDE for verb in verbs)
        for at in range(len(item.words))
    )


_BESIDE = 5  # words
_SAME_OFFICE = 0.75


def _other_office(told: Statement, evidence: Evidence, scope: Scope, alike: Alike) -> str | None:
    """Whether an office says what in the evidence another says, both without a name."""
    mine = told.term_set - stop_terms()
    known = [Statement(source) for item in evidence if (source := _source_of(item, scope))]
    if not mine or not known or any(one.names or one.places for one in known):
        return None
    if any(alike.best(term, one) >= _SAME_OFFICE for one in known for term in mine):
        return None
    there = any(mine <= item.term_set for item in scope.passage)
    return f"it is said by {known[0].text!r}" if there else None


def _sentences_before(item: Statement, scope: Scope) -> str:
    """The two sentences before one in its article: whom "he" means."""
    before = scope.article.text[max(0, item.start - 600) : item.start]
    return " ".join(before[span.start : span.end] for span in sentences(before)[-2:])


def _source_of(item: Statement, scope: Scope) -> str | None:
    text = scope.article.text
    if text[item.start : item.start + len(item.text)] != item.text:
        return None  # of another article
    return said_by(text, Span(item.start, item.start + len(item.text)))


def _shares_name(one: Statement, other: Statement) -> bool:
    if one.places & other.places:
        return True
    mine = {spelling(word.text) for word in one.words if word.text[0].isupper()}
    theirs = {spelling(word.text) for word in other.words if word.text[0].isupper()}
    if mine & theirs:
        return True
    return any(
        jellyfish.jaro_winkler_similarity(a, b) >= 0.93
        for a in mine
        for b in theirs
        if min(len(a), len(b)) >= 6
    )


_RULES: tuple[Callable[[Statement, Evidence, Scope, Alike], str | None], ...] = (
    _quotations,
    _other_figures,
    _figures,
    _units,
    _other_times,
    _days,
    _names,
    _polarity,
    _plans,
    _sides_taken,
    _directions,
    _owners,
    _appositions,
    _roles,
    _speakers,
)
_CONTRADICTING = frozenset(
    {
        _other_figures,
        _other_times,
        _polarity,
        _plans,
        _sides_taken,
        _directions,
        _owners,
        _appositions,
        _roles,
        _speakers,
    }
)
