"""The figures that answer a number question: what it asks the number of, and which sentences tell that.

A figure counts where it is certain to be of what the question asks about: the same measure and noun, of the
same country, at the same place, in the same state ("killed" is not "wounded"). What cannot be told is left out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qa_bot.candidates import Candidate
from qa_bot.dates import TimeExpression, time_expressions
from qa_bot.expansion import Expanded
from qa_bot.lexicon import Phrase
from qa_bot.quantities import (
    Measure,
    Quantity,
    is_plural,
    locations,
    place_at,
    quantities,
    states_of,
)
from qa_bot.question import Question, Unit
from qa_bot.sameness import denied, is_shared, names_fully
from qa_bot.synonyms import related
from qa_bot.text import term_of, terms, words
from qa_bot.types import Article

NEAR = 8.0  # how far below the best score a sentence still counts: what it says must fit the question anyway


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure that answers, in the sentence that gives it."""

    candidate: Candidate
    quantity: Quantity

    @property
    def article(self) -> Article:
        """The article that gives it."""
        return self.candidate.article

    @property
    def text(self) -> str:
        """The figure as written, with what qualifies it: "more than 10,000"."""
        return self.article.text[self.quantity.span.start : self.quantity.span.end]


def values_of(
    question: Question,
    expanded: Sequence[Expanded],
    candidates: Sequence[Candidate],
    *,
    reach: float = NEAR,
) -> tuple[Stated, ...]:
    """The figures of the best sentences that are of what a question asks for, best first."""
    asked = asked_of(question, expanded)
    return tuple(figures(asked, candidates, reach)) if asked else ()


def figures(asked: Asked, candidates: Sequence[Candidate], reach: float) -> list[Stated]:
    """The figures of the sentences within reach of the best one's score that are of what is asked for."""
    found: list[Stated] = []
    for candidate in candidates:
        if candidate.score < candidates[0].score - reach:
            break
        sentence = _Sentence(candidate)
        if not asked.speaks_of(sentence):
            continue
        read = quantities(candidate.article.text, candidate.span)
        fitting = [
            Stated(candidate, quantity)
            for quantity in read
            if asked.fits(quantity, sentence)
            and not denied(candidate.article.text, candidate.span, quantity.span)
        ]
        found += fitting if _clear(fitting, sentence) else []
    return found


def says_whose(asked: Asked, candidates: Sequence[Candidate], reach: float) -> bool:
    """Whether any figure near is said to be of the country asked about; the others may then be so unsaid."""
    return any(
        quantity.of == {asked.owned} or quantity.by == asked.owned
        for candidate in candidates
        if candidate.score >= candidates[0].score - reach
        for quantity in quantities(candidate.article.text, candidate.span)
    )


# --- what is asked -----------------------------------------------------------------------------------


class _Sentence:
    """A candidate's sentence, read when it is first asked for."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.text = candidate.text

    def beside(self, quantity: Quantity) -> str:
        """The words within reach of a figure in its sentence."""
        first = max(self.candidate.span.start, quantity.span.start - _REACH)
        last = min(self.candidate.span.end, quantity.span.end + _REACH)
        return self.candidate.article.text[first:last]

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self.text))

    @cached_property
    def padded(self) -> str:
        return " " + " ".join(terms(self.text)) + " "

    @cached_property
    def places(self) -> tuple[Phrase, ...]:
        return tuple(locations(self.text))


_REACH = 50  # characters


@dataclass(frozen=True, slots=True)
class _Place:
    """A place at which the question asks for a number, with every way to write it."""

    forms: frozenset[Phrase]
    country: bool

    def holds(self, phrase: Phrase) -> bool:
        return any(phrase[: len(form)] == form or phrase[-len(form) :] == form for form in self.forms)

    def named(self, sentence: _Sentence) -> bool:
        return any(f" {' '.join(form)} " in sentence.padded for form in self.forms)

    def opens(self, sentence: _Sentence) -> bool:
        """Whether a sentence is about it: "The ferry Ann carries 230 passengers"; of countries that says little."""
        start = " " + " ".join(sentence.padded.split()[:_OPENING]) + " "
        return not self.country and any(f" {' '.join(form)} " in start for form in self.forms)

    def purpose_of(self, sentence: _Sentence) -> bool:
        """Whether a sentence speaks of what is done for it: "fight for Russia", "join Russia's war"."""
        forms = [f"{' '.join(form)} " for form in self.forms]
        return any(f" {word} {form}" in sentence.padded for word in _FOR for form in forms)


_OPENING = 4  # words
_FOR = tuple(
    map(term_of, "for alongside join help helping support aid back bolster reinforce assist".split())
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A word that the sentence must have, itself or one that stands for it."""

    terms: frozenset[str]
    index: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a figure has to be of."""

    measures: frozenset[Measure] | None
    currency: str | None
    noun: frozenset[str]
    people: bool
    modifiers: tuple[_Wanted, ...]
    known: frozenset[str]
    of: Phrase | None
    by: Phrase | None
    owner: int | None  # the index of the unit that says whose
    counted: int | None
    places: tuple[_Place, ...]
    states: frozenset[str]
    per: str | None
    wanted: tuple[_Wanted, ...]
    names: tuple[int, ...]
    named: frozenset[str]  # terms of the names
    written: tuple[frozenset[Phrase], ...]  # every way to write each of them
    full: tuple[tuple[frozenset[str], ...], ...]  # the names of several words, each with its spellings
    speakers: tuple[int, ...]
    compares: bool
    periods: tuple[TimeExpression, ...]

    def speaks_of(self, sentence: _Sentence) -> bool:
        """Whether a sentence, with what stands around it, has the names and words that are asked about."""
        covered = sentence.candidate.covered
        if any(covered[index] < _NAMED for index in self.names):
            return False
        text, span = sentence.candidate.article.text, sentence.candidate.span
        if not all(names_fully(text, span, name) for name in self.full):
            return False
        if any(covered[index] < _IN_SENTENCE for index in self.speakers):
            return False
        if self.periods and not overlap(self.periods, periods_of(sentence.candidate)):
            return False
        return all(item.terms & sentence.terms or covered[item.index] >= _IN_CONTEXT for item in self.wanted)

    def elsewhere(self, places: frozenset[Phrase]) -> frozenset[Phrase]:
        """The places that the question does not name."""
        return frozenset(phrase for phrase in places if not self.named.intersection(phrase))

    @property
    def owned(self) -> Phrase | None:
        """The country whose figures are asked for."""
        return self.of or self.by

    @property
    def tells_whose(self) -> bool:
        """Whether the question says of what country, or whose figures it wants compared."""
        return bool(self.of or self.by or self.compares)

    @property
    def anchored(self) -> bool:
        """Whether the question tells of what event or thing it asks the number."""
        return bool(self.names or self.wanted or self.places or self.periods)

    def may_quote(self, one: Stated, other: Stated) -> bool:
        """Whether figures of one article may be those of two who disagree: each is said, and of the place asked."""
        if same(one.quantity, other.quantity):
            return True
        return all(
            self.places and value.quantity.places and _SAYS.search(value.candidate.text)
            for value in (one, other)
        )

    def fits(self, quantity: Quantity, sentence: _Sentence) -> bool:
        """Whether a figure of a sentence is of what is asked for."""
        return (
            (bool(self.periods) or not _is_history(sentence.candidate))
            and self._measured(quantity, sentence)
            and self._in_state(quantity)
            and self._of_noun(quantity, sentence)
            and self._of_owner(quantity, sentence)
            and self._at_place(quantity, sentence)
        )

    def _measured(self, quantity: Quantity, sentence: _Sentence) -> bool:
        if self.measures is not None and quantity.measure not in self.measures:
            return False
        if self.currency and quantity.currency != self.currency:
            return False
        if quantity.per == self.per:
            return True
        return self.per is not None and quantity.per is None and _says_per(self.per, sentence.text)

    def _in_state(self, quantity: Quantity) -> bool:
        return quantity.states == self.states and not quantity.part

    def _of_noun(self, quantity: Quantity, sentence: _Sentence) -> bool:
        if quantity.measure != "count":
            return self._beside(quantity, sentence)
        if not self.noun:
            return bool(quantity.places and self.places)
        covered = sentence.candidate.covered
        if any(
            not item.terms & sentence.terms and covered[item.index] < _IN_SENTENCE for item in self.modifiers
        ):
            return False
        if quantity.noun:
            extra = set(quantity.noun[:-1]) - self.known - _NEUTRAL
            return quantity.noun[-1] in self.noun and not extra
        if quantity.of:
            return self.people
        near = self.counted is None or covered[self.counted] >= _IN_CONTEXT
        return near and bool((self.people and quantity.states & EVENTS) or (quantity.places and self.places))

    def _of_owner(self, quantity: Quantity, sentence: _Sentence) -> bool:
        owner = self.owned
        if owner is None:
            return True
        if quantity.of:
            if quantity.of == {owner}:
                return True
            return self.of is None and not self.people and quantity.by == owner
        if quantity.by is not None:
            return quantity.by == owner
        return self.owner is None or sentence.candidate.covered[self.owner] >= _NAMED_NEAR

    def _at_place(self, quantity: Quantity, sentence: _Sentence) -> bool:
        if not self.places:
            return True
        if quantity.places:
            return all(any(place.holds(phrase) for place in self.places) for phrase in quantity.places)
        if all(self._happened(quantity, sentence, place) for place in self.places):
            return True
        if any(place.holds(phrase) for place in self.places for phrase in sentence.places):
            return False  # that place is another's: "is fighting in Kursk as part of a force of 10,000"
        return all(
            place.purpose_of(sentence) or place.opens(sentence) or self._sent(quantity, place)
            for place in self.places
        )

    def _sent(self, quantity: Quantity, place: _Place) -> bool:
        """Whether a country is where what another one sends is bound, as the question has it."""
        return (
            place.country and self.by is not None and quantity.by == self.by and quantity.measure == "count"
        )

    def _happened(self, quantity: Quantity, sentence: _Sentence, place: _Place) -> bool:
        """Whether what happened did so at a place that the sentence names: "the Dover gunman killed 12"."""
        return bool(quantity.states & EVENTS) and quantity.by not in place.forms and place.named(sentence)

    def _beside(self, quantity: Quantity, sentence: _Sentence) -> bool:
        """Whether a figure that counts no things has the words asked about beside it, and is alone of its kind."""
        if not all(any(f" {' '.join(form)} " in sentence.padded for form in forms) for forms in self.written):
            return False
        beside = frozenset(terms(sentence.beside(quantity)))
        if not self.wanted:
            return (
                quantity.measure == "distance"
                and len(self.names) > 1
                and self._measured_to(quantity, sentence)
            )
        own = all(item.terms & sentence.terms for item in self.wanted)
        return own and any(item.terms & beside for item in self.wanted)

    def _measured_to(self, quantity: Quantity, sentence: _Sentence) -> bool:
        """Whether a distance is told to a place asked about: "20 km from Sudzha", "between Sudzha and Kursk ..."."""
        text, span = sentence.candidate.article.text, sentence.candidate.span
        ends = [match.end() for match in _BETWEEN.finditer(text, span.start, quantity.span.start)]
        way = _WAY.match(text, quantity.span.end, span.end)
        ends += [way.end()] if way else []
        return any(self._named_at(text[end : span.end]) for end in ends)

    def _named_at(self, text: str) -> bool:
        """Whether a text begins with a name that is asked about."""
        first = terms(text[:_NAME_CHARS])
        return any(tuple(first[: len(form)]) == form for forms in self.written for form in forms)


_NAME_CHARS = 60
_TOWN = r"(?: the)?(?: (?:city|town|village|port|capital)(?: of)?)*"
_WAY = re.compile(
    r"(?:\s*\([^)]*\))?(?:,? (?:away|to the|north\w*|south\w*|east|west|short|outside|inside))*"
    rf"(?: (?:from|of|to)\b)?{_TOWN}\W+",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"\b(?:between|from)\b{_TOWN} ", re.IGNORECASE)

# How far a sentence and what stands around it must have a unit (Candidate.covered): 1.0 itself, .75 in
# the sentence before, .6 in the paragraph or under the heading, .35 somewhere in the passage.
_NAMED, _IN_CONTEXT, _NAMED_NEAR, _IN_SENTENCE = 0.35, 0.45, 0.5, 0.75

_NEUTRAL = frozenset(map(term_of, "new total total's fresh further different separate such".split()))
# Nouns that news uses for the same people or things; WordNet's are added.
_ALIKE = tuple(
    frozenset(map(term_of, group.split()))
    for group in (
        "soldiers troops men forces personnel servicemen fighters",
        "people persons individuals",
        "planes aircraft jets airliners",
        "ships vessels boats",
        "missiles rockets",
        "drones UAVs",
        "companies firms businesses",
        "houses homes",
        "workers employees staff",
        "countries nations states",
        "pupils students",
        "jobs posts",
        "children kids",
    )
)
_PEOPLE = _ALIKE[0] | _ALIKE[1]
_DEAD = frozenset(map(term_of, "deaths dead fatalities".split()))


def asked_of(question: Question, expanded: Sequence[Expanded]) -> Asked | None:
    """What a figure has to be of to answer a question; None when no number is asked for."""
    if question.kind != "number" and not _FIGURES.search(question.text):
        return None
    indexes = {item.unit: index for index, item in enumerate(expanded)}
    counted = [unit for unit in question.counted if unit in indexes]
    measures, currency = _measures(question, counted)
    if measures != _COUNT:
        counted = []
    states = frozenset(states_of(_FIRE.sub(" fired ", question.text)))
    by = None if question.counted_of else _subject(question.text)
    places = _places(question, expanded)
    country = question.counted_of or next((unit for unit in counted if unit.kind == "place"), None)
    owner = country.terms if country else by
    noun, counted = _noun(counted, expanded, indexes)
    if noun & _DEAD or ("killed" in states and (noun & _ALIKE[1] or _TOLL.search(question.text))):
        noun |= _DEAD | _ALIKE[1]
    named = [item.unit for item in expanded if item.unit.kind in ("name", "place")]
    speakers = _speakers(question.text, named)
    return Asked(
        measures=measures,
        currency=currency,
        noun=noun,
        people=bool(noun & _PEOPLE),
        modifiers=tuple(_wanted(unit, expanded, indexes) for unit in counted[:-1]),
        known=frozenset(
            term for item in expanded for term in _standing_for(item.unit, item) | set(item.unit.terms)
        ),
        of=country.terms if country else None,
        by=by,
        owner=next((index for index, item in enumerate(expanded) if item.unit.terms == owner), None),
        counted=indexes[counted[-1]] if counted else None,
        places=places,
        states=states,
        per=_per(question.text),
        wanted=_telling(question, expanded, counted),
        named=frozenset(term for unit in named for term in unit.terms),
        written=tuple(_unit_forms(expanded[indexes[unit]]) for unit in named if unit not in speakers),
        names=tuple(indexes[unit] for unit in named if unit not in speakers),
        full=tuple(_words_of(expanded[indexes[unit]]) for unit in named if unit not in speakers),
        speakers=tuple(indexes[unit] for unit in speakers) if len(speakers) == 1 else (),
        compares=len(speakers) > 1,
        periods=_asked_periods(question.text),
    )


_FIGURES = re.compile(r"\b(?:numbers|figures|estimates|counts|totals|tolls?)\b", re.IGNORECASE)
_FIRE = re.compile(r"(?<=\w) fire (?=(?:at|on|into|towards?|across)\b)")  # the verb; "a fire at" is none
_TOLL = re.compile(r"\btolls?\b", re.IGNORECASE)
_COUNT: frozenset[Measure] = frozenset({"count"})
_MONEY = (
    r"cost|costs|price|worth|pay|paid|salary|fine|fined|fee|budget|money|fund|funding|funds|aid|revenue|profits?|debt|taxe?s?"
    r"|bail|donat\w+|invest\w*|earn\w*|spend|spent|bid|prize|bill|deficit|loan|raise|compensation|damages|€|\$|£"
)
_MEASURES: tuple[tuple[str, tuple[Measure, ...]], ...] = (
    (r"\bhow many (?:\w+ )?(?:seconds|minutes|hours|days|weeks|months|years|decades)\b", ()),
    (r"\bhow many (?:miles|kilomet\w+|met(?:re|er)s|feet)\b", ("distance",)),
    (r"\bhow many (?:tonnes|tons|kilos|kilograms)\b", ("mass",)),
    (r"\bhow (?:many|much) (?:\w+ )?(?:dollars|euros|pounds|roubles|yen)\b", ("money",)),
    (r"\bper ?cent|\bpercentage\b|\bshare of\b|\bproportion\b|\bhow (?:many|much) per", ("percent",)),
    (r"\bhow many\b|\b(?:number|total|count) of\b|\btolls?\b", ("count",)),
    (rf"\bhow (?:much|large|big)\b.{{0,99}}\b(?:{_MONEY})|\b(?:{_MONEY})\b.{{0,99}}\bhow much\b|\bwhat (?:\w+ ){{0,4}}(?:{_MONEY})\b", ("money",)),
    (r"\bhow (?:far|tall|high|wide|deep)\b|\bdistance\b|\bheight\b|\bdepth\b", ("distance",)),
    (r"\bhow (?:long|old|often)\b|\bage of\b", ()),  # too many things in a text last or have an age
    (r"\bhow fast\b|\bspeed\b", ("speed",)),
    (r"\btemperature\b|\bhow (?:hot|cold)\b", ("temperature",)),
    (r"\bhow heavy\b|\bweigh", ("mass",)),
    (r"\bhow much\b", ("money", "mass", "percent", "volume", "power")),
    (r"\bhow (?:large|big|strong|numerous)\b|\b(?:numbers|figures|estimates|counts|totals)\b", ("count",)),
)  # fmt: skip


def _measures(question: Question, counted: Sequence[Unit]) -> tuple[frozenset[Measure] | None, str | None]:
    text = question.text
    currency = next((code for code, pattern in _ASKED_CURRENCY if re.search(pattern, text, re.I)), None)
    if currency:
        return frozenset({"money"}), currency
    for pattern, measures in _MEASURES:
        if re.search(pattern, text, re.IGNORECASE):
            return frozenset(measures), None
    return (_COUNT if counted else None), None


_ASKED_CURRENCY = (
    ("GBP", r"\bin (?:pounds|sterling)\b|\bhow many pounds\b"),
    ("EUR", r"\bin euros\b|\bhow many euros\b"),
    ("USD", r"\bin dollars\b|\bhow many dollars\b"),
)
_RATE = (
    ("day", r"(?:every|each|per|a) day|daily"),
    ("week", r"(?:every|each|per|a) week|weekly"),
    ("month", r"(?:every|each|per|a) month|monthly"),
    ("year", r"(?:every|each|per|a) year|yearly|annual(?:ly)?"),
    ("hour", r"(?:every|each|per|an) hour|hourly"),
    ("night", r"(?:every|each|per|a) night|nightly"),
)


def _per(text: str) -> str | None:
    return next((name for name, pattern in _RATE if re.search(rf"\b(?:{pattern})\b", text, re.I)), None)


def _says_per(per: str, text: str) -> bool:
    return bool(re.search(rf"\b(?:{dict(_RATE)[per]})\b", text, re.IGNORECASE))


def _subject(text: str) -> Phrase | None:
    """The country that does what is asked: "has North Korea sent", "did Germany promise"."""
    match = re.search(
        r"\b(?:has|have|had|did|does|do|will|would|is|was|are|were) (?:the )?(?=[A-Z])(?P<rest>.*)", text
    )
    if not match:
        return None
    found = words(match["rest"])
    size, place = place_at(found, 0)
    if place and found[size : size + 1] and found[size].text.casefold() in ("in", "at", "on"):
        return None
    return place


def _places(question: Question, expanded: Sequence[Expanded]) -> tuple[_Place, ...]:
    text = _EVENT_NAME.sub(" ", _NUMBERS_FOR.sub(" in ", question.text))
    found = []
    for phrase in locations(text):
        for item in expanded:
            forms = _unit_forms(item)
            if item.unit.kind in ("name", "place") and any(
                phrase == form or phrase[: len(form)] == form or form[: len(phrase)] == phrase
                for form in forms
            ):
                found.append(_Place(forms, item.unit.kind == "place"))
                break
    return tuple(found)


# "in the Dover ferry fire", "in Hurricane Ann": what happened, and not where.
_EVENT_NAME = re.compile(
    r"\b(?:in|at|on|near|inside|to) (?:the )?(?:(?:Hurricane|Storm|Cyclone|Typhoon|Tropical Storm|Operation) [A-Z]\w*"
    r"|[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*(?=(?: [a-z]+){0,2} (?:fires?|blasts?|explosions?|attacks?|shootings?|massacre|floods?"
    r"|storms?|crash(?:es)?|war|strikes?|protests?|riots?|elections?|earthquakes?|quakes?|outbreaks?|wildfires?|crush|collapse"
    r"|disaster|accident|raids?|siege|stampede|derailment|swap|deal|summit|games|final|race|festival|incursion|invasion"
    r"|flooding|bombings?|stabbings?|killings?|sinking|uprising|meeting|landslides?|mudslides?)\b))"
)
_NUMBERS_FOR = re.compile(r"(?<=numbers|figures|.totals|.counts) (?:for|of) ")


def _unit_forms(item: Expanded) -> frozenset[Phrase]:
    if item.unit.kind == "place":
        return frozenset({item.unit.terms, item.unit.written, *item.parts[0].forms})
    if len(item.parts) == 1:
        return frozenset(item.parts[0].forms)
    if any(is_shared(term) for term in item.unit.terms):  # "South Kivu" is not "North Kivu"
        return frozenset({item.unit.terms})
    return frozenset({item.unit.terms, *item.parts[-1].forms})


def _words_of(item: Expanded) -> tuple[frozenset[str], ...]:
    """The terms that count as each word of a name; none for a place that has many ways to be written."""
    if item.unit.kind == "place" or len(item.parts) != len(item.unit.terms):
        return ()
    return tuple(
        frozenset({term, *(form[-1] for form in part.forms if len(form) == 1)})
        for term, part in zip(item.unit.terms, item.parts, strict=True)
    )


def _standing_for(unit: Unit, item: Expanded) -> frozenset[str]:
    """Terms that stand for a word: itself and its spellings, WordNet's of one meaning, the news' own."""
    own = {phrase[-1] for part in item.parts for phrase in part.forms} | {unit.terms[-1]}
    same = {
        term for term, relation in related(unit.terms[-1]).items() if relation == "same" and " " not in term
    }
    alike = {term for group in _ALIKE if group & own for term in group}
    return frozenset(own | same | alike)


def _noun(
    counted: list[Unit], expanded: Sequence[Expanded], indexes: dict[Unit, int]
) -> tuple[frozenset[str], list[Unit]]:
    """Terms that name what is counted, and the words of the question that do: up to the first plural."""
    if counted and counted[-1].kind == "place":  # "How many North Koreans"
        return _PEOPLE, counted
    if not counted:
        return frozenset(), []
    plural = [is_plural(unit.text) for unit in counted]
    if any(plural):
        last = plural.index(True)
        while last + 1 < len(plural) and plural[last + 1]:  # "special forces soldiers"
            last += 1
        counted = counted[: last + 1]
    return _standing_for(counted[-1], expanded[indexes[counted[-1]]]), counted


def _wanted(unit: Unit, expanded: Sequence[Expanded], indexes: dict[Unit, int]) -> _Wanted:
    index = indexes[unit]
    return _Wanted(_standing_for(unit, expanded[index]), index)


# Words of a question that a sentence with the answer need not have.
_GENERAL = frozenset(
    map(
        term_of,
        "region area country city town number numbers total figure figures estimate estimates count counts total totals"
        " amount size people person day week month year every each large big strong far long tall high old deep wide"
        " send sent sending deploy deployed deploying move moved arrive arrived go went come give gave given provide"
        " provided supply supplied altogether overall far report combined percentage percent share proportion toll"
        " highest lowest latest newest differ different disagree outlets combined so now still already last first"
        " distance money dollars euros pounds tonnes miles kilometres hours minutes days weeks months years estimated".split(),
    )
)


def _telling(
    question: Question, expanded: Sequence[Expanded], counted: Sequence[Unit]
) -> tuple[_Wanted, ...]:
    """Words that say what happened, but for those that the state of things has: "evacuated", "sanctions"."""
    return tuple(
        _Wanted(_standing_for(item.unit, item), index)
        for index, item in enumerate(expanded)
        if item.unit.kind == "word"
        and item.unit not in counted
        and item.unit.terms[-1] not in _GENERAL
        and not states_of(item.unit.text)
        and not (item.unit.text == "fire" and _FIRE.search(question.text))
    )


_SPEAKER = re.compile(
    r"\b(?:did|does|do|has|have) (?P<did>.{2,60}?) (?:say|said|report|estimate|estimated|give|given|claim|claimed|put|count)\b"
    r"|\baccording to (?P<by>[^,?]{2,60})|^(?P<names>[^?]*['’]s?)(?=[^?]{0,20}\b(?:numbers|figures|estimates|counts|totals)\b)",
    re.IGNORECASE,
)


def _speakers(text: str, named: Sequence[Unit]) -> tuple[Unit, ...]:
    """The names of those whose figures are asked for."""
    stretches = [part for match in _SPEAKER.finditer(text) for part in match.groups() if part]
    return tuple(unit for unit in named if any(unit.text in stretch for stretch in stretches))


# --- when ------------------------------------------------------------------------------------------

_SAYING = re.compile(
    r"\b(?:said|says|told|reported|announced|confirmed|estimated|claimed|wrote|statement|address|briefing|speech)\W+"
    r"(?:[\w’']+\W+){0,4}\Z|\b(?:his|her|its|their) \Z",
    re.IGNORECASE,
)
EVENTS = frozenset(
    "killed wounded casualties captured arrested missing rescued evacuated displaced launched downed damaged".split()
)
_COARSE = frozenset(("month", "quarter", "season", "year", "decade"))


def _asked_periods(text: str) -> tuple[TimeExpression, ...]:
    """The times that a question names with their year."""
    found = time_expressions(text, datetime.date(2000, 1, 1))
    return tuple(item for item in found if not item.relative and item.first and item.last)


def periods_of(candidate: Candidate, *, coarse: bool = False) -> tuple[TimeExpression, ...]:
    """The times that a sentence names, but for those at which somebody spoke."""
    published = candidate.article.published
    if published is None:
        return ()
    text = candidate.text
    return tuple(
        item
        for item in time_expressions(text, datetime.date.fromisoformat(published))
        if item.first
        and item.last
        and (not coarse or item.precision in _COARSE)
        and not _SAYING.search(text, max(0, item.start - 60), item.start)
    )


def _is_history(candidate: Candidate) -> bool:
    """Whether a sentence speaks of times long past alone, as when it compares: "in 2013 it took a year"."""
    told = periods_of(candidate)
    published = candidate.article.published
    if not told or published is None:
        return False
    past = datetime.date.fromisoformat(published) - datetime.timedelta(days=_HISTORY)
    return all(item.last is not None and item.last < past for item in told)


_HISTORY = 300  # days


def overlap(some: Sequence[TimeExpression], others: Sequence[TimeExpression]) -> bool:
    """Whether times may be the same: one of these lies within one of those, or either tells none."""
    if not some or not others:
        return True
    return any(
        a.first <= b.last and b.first <= a.last
        for a in some
        for b in others
        if a.first and a.last and b.first and b.last
    )


# --- the same value ---------------------------------------------------------------------------------


def _clear(fitting: Sequence[Stated], sentence: _Sentence) -> bool:
    """Whether a sentence gives one value; or several, as those of several speakers."""
    if all(same(fitting[0].quantity, value.quantity) for value in fitting[1:]):
        return True
    return bool(_CONTRAST.search(sentence.text)) and len(_SAYS.findall(sentence.text)) > 1


_CONTRAST = re.compile(r"\b(?:while|but|whereas|against|and)\b", re.IGNORECASE)
_SAYS = re.compile(
    r"\b(?:said|says|say|put|puts|according to|estimate[sd]?|claim(?:s|ed)?|reported|counted|confirmed|spoke of)\b",
    re.IGNORECASE,
)


ROUNDED = 0.05  # "nearly 500" may be 480
_CONVERTED = 0.03  # 12 miles and 20 kilometres
_SPOKEN_LARGE = 100_000  # from which figures are told rounded: "1.5 million" for 1,480,000


def same(one: Quantity, other: Quantity) -> bool:
    """Whether two figures say the same: 10,000, "about 10,000" and "at least 10,000", not "more than 10,000"."""
    if {one.comparison, other.comparison} & {"more", "less"} and one.comparison != other.comparison:
        bounds = {"more": "at_least", "less": "at_most"}
        if bounds.get(one.comparison) != other.comparison and bounds.get(other.comparison) != one.comparison:
            return False
    slack = 0.0
    if one.measure in ("distance", "mass", "area", "speed"):
        slack = _CONVERTED
    if "about" in (one.comparison, other.comparison):
        slack = ROUNDED
    return all(_near(a, b, slack) for a, b in ((one.low, other.low), (one.high, other.high)))


def _near(a: float, b: float, slack: float) -> bool:
    if abs(a - b) <= slack * max(abs(a), abs(b)):
        return True
    return min(a, b) >= _SPOKEN_LARGE and (_rounds_to(a, b) or _rounds_to(b, a))


def _rounds_to(exact: float, rounded: float) -> bool:
    digits = f"{rounded:.0f}".rstrip("0")
    return len(digits) >= 2 and float(f"{exact:.{len(digits) - 1}e}") == rounded
