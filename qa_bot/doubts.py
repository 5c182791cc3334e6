"""Doubts: what a question takes for granted, and whether it stands near the sentence that is to answer it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa_bot.candidates import Candidate
from qa_bot.dates import MONTHS, WEEKDAYS
from qa_bot.expansion import Expanded, asked_who
from qa_bot.lexicon import Phrase, places, stop_terms
from qa_bot.quantities import quantities
from qa_bot.question import Question
from qa_bot.text import term_of, terms, words


def doubt(question: Question, expanded: Sequence[Expanded], best: Candidate) -> str | None:
    """What a question takes for granted and is not there; it makes the confidence smaller.

    "How many hostages ..." takes it that there are hostages, "Why was he dismissed?" that he was, "Who is
    the mayor?" that there is one: when neither that word nor one for it stands near the best sentence, its
    other words prove little. The reader cannot tell, as common words are paraphrased so often.
    """
    read = _Read(question, expanded, best)
    return next((why for why, found in _DOUBTS if found(read)), None)


@dataclass(frozen=True, slots=True)
class _Read:
    """A question and the sentence that is to answer it."""

    question: Question
    expanded: Sequence[Expanded]
    best: Candidate

    @property
    def text(self) -> str:
        return self.question.text

    @property
    def around(self) -> str:
        """The sentence with what stands beside it."""
        span = self.best.span
        return self.best.article.text[max(span.start - 200, 0) : span.end + 200]

    def covered(self) -> list[tuple[Expanded, float]]:
        """Each unit with how far the sentence and what stands around it have it."""
        return list(zip(self.expanded, self.best.covered, strict=True))


def _not_counted(read: _Read) -> bool:
    counted = [near for item, near in read.covered() if item.unit in read.question.counted]
    return bool(counted) and max(counted) < GRANTED


def _of_another(read: _Read) -> bool:
    """Whether a sentence's figures are said of other countries, and none of the one asked about."""
    country, best = read.question.counted_of, read.best
    if country is None:
        return False
    of: list[set[Phrase]] = []
    for figure in best.answers:
        following = terms(best.article.text[figure.end : min(figure.end + 60, best.span.end)])[:_FIGURE_WORDS]
        of.append({places()[phrase] for phrase in _phrases(following) if phrase in places()})
    return any(of) and not any(country.terms in named for named in of)


def other_measure(question: Question, best: Candidate) -> bool:
    """Whether a question says in what it asks a number, "how much money", and a sentence has none in that."""
    wanted = next((name for name, asked in _MEASURES if asked.search(question.text)), None)
    return wanted is not None and all(
        quantity.measure != wanted for quantity in quantities(best.article.text, best.span)
    )


_MEASURES = tuple(
    (name, re.compile(rf"\bhow (?:much|many) (?:{words})\b", re.IGNORECASE))
    for name, words in (
        ("money", "money|cash|dollars|euros|pounds"),
        ("distance", "kilomet(?:re|er)s|km|miles|met(?:re|er)s|feet"),
        ("percent", "percent(?:age)?"),
        ("mass", "tonnes|tons"),
    )
)


def _no_such_figure(read: _Read) -> bool:
    return other_measure(read.question, read.best)


def _no_name(read: _Read) -> bool:
    return bool(_A_NAME.search(read.text)) and not _named(read.question, read.best)


def _another_person(read: _Read) -> bool:
    asked = asked_who(read.question, read.expanded)
    return bool(asked) and not set(terms(asked or "")) <= set(terms(read.around))


def _name_not_near(read: _Read) -> bool:
    return any(item.unit.kind == "name" and near < GRANTED for item, near in read.covered())


def _nobody_follows(read: _Read) -> bool:
    return bool(_NEXT.search(read.text)) and not _NEXT_TOLD.search(read.around)


def _nobody_before(read: _Read) -> bool:
    return bool(_BEFORE.search(read.text)) and not _BEFORE_TOLD.search(read.around)


def _not_spelt_out(read: _Read) -> bool:
    """Whether it is asked what letters stand for, and no words stand beside them."""
    asked = _STANDS_FOR.search(read.text)
    told = rf"\({re.escape(asked['letters'])}\)|{re.escape(asked['letters'])} \(" if asked else ""
    return bool(asked) and not re.search(rf"{told}|\bstands? for\b|\bshort for\b", read.around)


_STANDS_FOR = re.compile(r"\bdo(?:es)? (?P<letters>[\w.-]+) stand for\b")


def _another_turn(read: _Read) -> bool:
    """Whether a sentence speaks of the third where a question asks about the first."""
    asked, told = (
        {(term_of(noun), turn.casefold()) for turn, noun in _TURN.findall(text)}
        for text in (read.text, read.best.text)
    )
    nouns = {noun for noun, _ in told}
    return any(noun in nouns and (noun, turn) not in told for noun, turn in asked)


def _another_time(read: _Read) -> bool:
    """Whether the question names a year that neither the sentence nor its article's date has."""
    return any(
        item.unit.kind == "date" and item.unit.text[:1].isdigit() and near < GRANTED
        for item, near in read.covered()
    )


def _deed_not_near(read: _Read) -> bool:
    if read.question.kind not in ("reason", "date", "person"):
        return False
    told = [near for item, near in read.covered() if item.unit.kind == "word" and item.rarity >= _TELLING]
    return bool(told) and min(told) < GRANTED


def _another_way(read: _Read) -> bool:
    """Whether a question asks how far it is between two places, and not both of them are there."""
    named = [near for item, near in read.covered() if item.unit.kind in ("name", "place")]
    return bool(_HOW_FAR.search(read.text)) and len(named) > 1 and min(named) < _THERE


_HOW_FAR = re.compile(r"\bhow (?:far|many (?:miles|kilomet(?:re|er)s))\b|\bdistance between\b", re.IGNORECASE)
_THERE = 0.5  # in the sentence, or just before it

NOT_NEAR = "what is said to have happened is not near"
_DOUBTS: tuple[tuple[str, Callable[[_Read], bool]], ...] = (
    ("what is to be counted is not near", _not_counted),
    ("no figure of what is asked for is there", _no_such_figure),
    ("the distance is one between other places", _another_way),
    ("the figures are of another country", _of_another),
    ("no name stands there", _no_name),
    ("somebody of another name may be meant", _another_person),
    ("a name that is asked about is not near", _name_not_near),
    ("nobody is said to follow", _nobody_follows),
    ("nobody is said to have been there before", _nobody_before),
    ("no words stand beside the letters", _not_spelt_out),
    ("what stands there is another one in turn", _another_turn),
    ("what stands there is of another time", _another_time),
    (NOT_NEAR, _deed_not_near),
)


def _phrases(found: Sequence[str]) -> Iterator[Phrase]:
    for start in range(len(found)):
        for size in (3, 2, 1):
            yield tuple(found[start : start + size])


_FIGURE_WORDS = 4  # after a figure, in which it says what it counts: "10,000 or so North Korean"


def office_there(question: Question, expanded: Sequence[Expanded], candidates: Sequence[Candidate]) -> bool:
    """Whether an article, near one of the best sentences, joins the country with the office asked about."""
    forms = [
        [phrase for part in item.parts for phrase in part.forms]
        for unit in question.office
        for item in expanded
        if item.unit.terms == unit.terms
    ]
    for candidate in candidates[:_NEAREST_READ]:
        text = candidate.article.text
        first, last = max(candidate.span.start - 300, 0), candidate.span.end + 300
        terms = [word.term for word in words(text[first:last])]
        for start in range(len(terms)):
            window = " " + " ".join(terms[start : start + _OFFICE_WORDS]) + " "
            if all(any(f" {' '.join(form)} " in window for form in group) for group in forms):
                return True
    return False


def _named(question: Question, best: Candidate) -> bool:
    """Whether the best sentence, or the words around it, has a name that the question does not."""
    if question.kind == "person":
        return bool(best.answers)
    own = {term for unit in question.units for term in unit.written}
    found = words(best.text)
    return any(
        word.text[0].isupper() and word.term not in own and word.term not in stop_terms() and position
        for position, word in enumerate(found)
        if (word.term,) not in places()
    )


_NEAREST_READ = 5
_OFFICE_WORDS = 5  # "the defence minister of South Korea"
_TELLING = 0.6  # rarity from which a word is not just any verb: "dismissed", "cancel", not "give"
_A_NAME = re.compile(
    r"\bnames? of\b|^\W*what(?:'s|’s| is| are)\b.*\bcalled\W*$|^\W*what(?:'s|’s| is) .*\bname\W*$",
    re.IGNORECASE,
)
# Who comes after somebody: that somebody has left does not tell.
_NEXT = re.compile(
    r"\bwho(?:'ll|’ll| will| is going to| is to| would)? (?:replaces?|succeeds?|takes? over|follows?)\b"
    r"|\bsuccessor\b",
    re.IGNORECASE,
)
_NEXT_TOLD = re.compile(
    r"\b(?:replac|succe(?:ed|ss)|tak\w+ over|took over|takeover|appoint|nominat|acting|interim|new\b)",
    re.IGNORECASE,
)
# Who went before somebody: that somebody has come does not tell.
_DAYS = "|".join(name.title() for name in (*MONTHS, *WEEKDAYS))
_BEFORE = re.compile(
    rf"(?-i:\b[Ww]ho (?:was|were|held|had|led|headed|ran|served)\b.* before (?!(?:{_DAYS})\b)[A-Z])"
    r"|\bpredecessors?\b|\bwho\b.*\bprevious (?:\w+ )?"
    r"(?:minister|president|head|chief|leader|mayor|governor|director|ambassador)\b",
    re.IGNORECASE,
)
_BEFORE_TOLD = re.compile(
    r"\b(?:former|previous|predecess|succe(?:ed|ss)|replac|outgoing|ex-|(?:tak\w+|took) over|until"
    r"|stepp\w+ down)",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)[ -](\w+)", re.IGNORECASE
)
GRANTED = 0.3  # how far a sentence with what stands around it must have a word (`Candidate.covered`)


def uncovered(best: Candidate, expanded: Sequence[Expanded]) -> tuple[str, ...]:
    """Places of the question that neither the sentence nor what stands around it has, where it has another.

    A sentence that names none may well be of it: news from the United States seldom says so.
    """
    lacking = [
        item.unit
        for item, covered in zip(expanded, best.covered, strict=True)
        if item.unit.kind == "place" and covered < _NAME_COVERED
    ]
    asked = {item.unit.terms for item in expanded}
    told = {places()[phrase] for phrase in _phrases(terms(best.text)) if phrase in places()}
    return tuple(unit.text for unit in lacking) if told - asked else ()


_NAME_COVERED = 0.36
