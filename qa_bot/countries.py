"""Which countries did something: what is asked of them, and which ones a sentence says it of.

A country is only taken where it stands as the subject of just the verb that is asked about ("Norway and
the Danish government condemned ..."), or in the passive after "by", with what is asked about as its object:
one that is merely named in the sentence is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa_bot.lexicon import STOP_WORDS, base_form, countries, seats, stop_terms
from qa_bot.listing import (
    ASKS,
    BREAKS,
    COPULA,
    DENIED,
    PREPOSITIONS,
    TURNS,
    in_order,
    telling_words,
    which_outlets,
)
from qa_bot.overview import Sentence
from qa_bot.statements import Statement
from qa_bot.text import Word, term_of, terms, words
from qa_bot.types import Span

_MOST_CHARS = 300
_BEFORE = r"\W*(?:(?:and|so|but|please|ok|okay)\b[\s,]*)*"
_WHICH_COUNTRIES = re.compile(
    rf"{_BEFORE}(?:(?:which|what)(?: other| of the)?|(?:name|list|show me|tell me)(?: all)? the)"
    r" (?:countries|nations|governments)\s+(?:(?:that|which|who)\s+)?(?P<predicate>[^?!]+?)[\s?!.]*",
    re.IGNORECASE,
)
_ARTICLES = r"(?:articles?|stor(?:y|ies)|reports?|texts?|news)"
_IN_ARTICLES = rf"(?: (?:in|by) (?:(?:the|these|this|those|all|your)(?: of the)? )?{_ARTICLES}| here)?"
_NAMED_AT_ALL = re.compile(
    rf"{_BEFORE}(?:which|what|list the|name the)(?: other| all)? (?:countries|nations)(?: that)? (?:"
    r"(?:(?:are|were|have been|get) )?(?:all )?(?:mentioned|named|discussed|talked about|covered)"
    rf"{_IN_ARTICLES}|(?:appear|come up|occur|feature){_IN_ARTICLES}"
    rf"|do(?:es)? (?:the|these|this) {_ARTICLES} (?:mention|name|speak of|talk about|cover))[\s?!.]*",
    re.IGNORECASE,
)
_ADVERBS = r"(?:also|all|both|already|now|then|jointly|currently|\w+ly)"
_PREDICATE = re.compile(
    rf"(?:{_ADVERBS}\s+)*(?:(?P<have>have|has|had)\s+)?(?:(?P<be>are|is|were|was|been)\s+)?(?:{_ADVERBS}\s+)*"
    r"(?P<verb>[a-z]+)\s+(?P<rest>.+)",
    re.IGNORECASE,
)
_NO_VERB = re.compile(
    r"(?:do|does|did|will|would|can|could|may|might|must|should|shall|not|never|no|in|on|at|of|from|with|the|an?|to"
    r"|have|has|had|be|being|say|said|says|report\w*|\w+n['’]t)",
    re.IGNORECASE,
)


_PARTICIPLE = re.compile(r"\w+ed|put|hit|cut|set|let|shut|hurt|spread|quit|become|come|run", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WhichCountries:
    """A question for the countries that did something.

    Attributes:
        topic: what they did, in the question's own words.
        verb: the term of the verb's base form.
        passive: whether it was done to them.
        rest: what follows the verb.
    """

    topic: str
    verb: str
    passive: bool
    rest: str


@dataclass(frozen=True, slots=True)
class Named:
    """A country, and where a sentence names it, as a span into the sentence."""

    country: str
    span: Span


def which_countries(question: str) -> WhichCountries | None:
    """What is asked of countries: "Which countries condemned the attack?"; None for every other question."""
    if len(question) > _MOST_CHARS or _NAMED_AT_ALL.fullmatch(question):
        return None
    match = _WHICH_COUNTRIES.fullmatch(question)
    told = _PREDICATE.fullmatch(match["predicate"]) if match else None
    if told is None or ASKS.search(told["rest"]) or TURNS.search(told[0]) or _NO_VERB.fullmatch(told["verb"]):
        return None
    if all(word.term in stop_terms() for word in words(told["rest"])):
        return None
    going = told["verb"].casefold().endswith("ing")
    return WhichCountries(
        told[0], _verb(words(told["verb"])[0]), bool(told["be"]) and not going, told["rest"]
    )


def asks_for_names(question: str) -> bool:
    """Whether it asks which countries the articles name at all."""
    return len(question) <= _MOST_CHARS and _NAMED_AT_ALL.fullmatch(question) is not None


def countries_in(sentence: str) -> list[Named]:
    """The countries that a sentence names, not by adjective or seat of government; each where it first does.

    A name beside another one ("South Sudan", "Michael Jordan") is somebody else's.
    """
    named: dict[str, Named] = {}
    for match in _ALONE().finditer(sentence):
        before = re.search(r"([\w'’-]+) $", sentence[: match.start()])
        inside = before and before[1][0].isupper() and term_of(before[1]) not in stop_terms()
        if not inside and not re.match(r"[-'’]?\w| [A-Z]", sentence[match.end() :]):
            country = countries()[match[0]][0]
            named.setdefault(country, Named(country, Span(match.start(), match.end())))
    return list(named.values())


@lru_cache(maxsize=1)
def _ALONE() -> re.Pattern[str]:
    own = [word for word in _longest_first() if countries()[word][1] and tuple(terms(word)) not in seats()]
    return re.compile(rf"(?<![\w'’-])(?:{'|'.join(map(re.escape, own))})(?!\w)")


def asks_for_list(question: str) -> bool:
    """Whether a list is asked for that there may be, of outlets or of countries."""
    if asks_for_names(question):
        return True
    return which_outlets(question) is not None or which_countries(question) is not None


def fewest(
    found: Sequence[tuple[Sentence, Sequence[Named]]], known: Iterable[str] = ()
) -> list[tuple[Sentence, list[Named]]]:
    """As few sentences as name every country but the known, each with those that none before it names.

    The greedy rule for set covers (Chvátal 1979).
    """
    told = set(known)
    chosen: list[tuple[Sentence, list[Named]]] = []
    left = list(found)
    while left:
        fresh = [[one for one in named if one.country not in told] for _, named in left]
        best = max(range(len(left)), key=lambda at: (len(fresh[at]), -at))
        if not fresh[best]:
            break
        chosen.append((left.pop(best)[0], fresh[best]))
        told |= {one.country for one in fresh[best]}
    return chosen


def doing(wanted: WhichCountries, sentence: str) -> list[Named]:
    """The countries of which a sentence says what is asked, in their order; usually none."""
    found = words(sentence)
    named: dict[str, Named] = {}
    for at, word in enumerate(found):
        if _verb(word) == wanted.verb and word.text[0].islower():
            for one in _subject(wanted, sentence, found, at) or _agent(wanted, sentence, found, at):
                named.setdefault(one.country, one)
    return list(named.values())


def _subject(wanted: WhichCountries, sentence: str, found: Sequence[Word], at: int) -> list[Named]:
    """The countries that are the subject of a verb, where its object is what is asked about."""
    match = _SUBJECT().search(sentence[: found[at].start])
    if match is None or _goes_on(sentence, match) or not _fits(wanted, match, found[at]):
        return []
    named = list(_members(sentence, match.start("subject"), match.end("subject")))
    if not _JOINED.search(match["subject"]):
        named = [one for one in named if one.span.end == match.end("subject")]  # "After Norway, Sweden ..."
    alone = len(_SEPARATOR.split(match["subject"].strip())) == 1
    inflected = found[at].text.casefold().endswith(("ed", "ing")) or _verb(found[at]) != found[at].term
    if alone and not inflected and not found[at].text.endswith("s"):
        return []  # "US support for": no verb
    end = _object_end(wanted, sentence, found, at)
    if end is None or TURNS.search(sentence[:end]) or DENIED.search(sentence):
        return []
    return named


def _fits(wanted: WhichCountries, match: re.Match[str], verb: Word) -> bool:
    """Whether a verb is active or passive as it is asked about."""
    be = match["be"] is not None and not verb.text.casefold().endswith("ing")
    return be == wanted.passive


def _object_end(wanted: WhichCountries, sentence: str, found: Sequence[Word], at: int) -> int | None:
    """Where what is asked about ends after a verb; None where it is not what the verb is said of.

    Between the verb and it stands no preposition that the question does not have: "condemned Russia for the
    attack" does not tell of condemning the attack, "sent some of its divers" goes the same way.
    """
    after = sentence[found[at].end :]
    said, given = Statement(wanted.rest), Statement(after)
    held = in_order(said, given)
    if not held:
        return None
    allowed = {word.text.casefold() for word in said.words[: telling_words(said)[0]]}
    gap = [word.text.casefold() for word in given.words[: held[0]]]
    if any(word in PREPOSITIONS | BREAKS | {"and", "that"} and word not in allowed for word in gap):
        return None
    if len([word for word in gap if word.isalpha() and word not in STOP_WORDS]) > _GAP:
        return None
    if re.search(r"[,;:]", after[: given.words[held[0]].start]):
        return None
    return found[at].end + given.words[held[-1]].end


_GAP = 3  # words between a verb and its object: "sent 40 trained army divers"


def _agent(wanted: WhichCountries, sentence: str, found: Sequence[Word], at: int) -> list[Named]:
    """The countries by which what is asked about was done: "The attack was condemned by Norway"."""
    by = re.compile(r"\s+by\s+").match(sentence, found[at].end)
    if wanted.passive or by is None or at == 0:
        return []
    before = [word.text for word in found[max(at - 3, 0) : at]]
    match = re.compile(_LIST()).match(sentence, by.end())
    if match is None or not any(map(COPULA.fullmatch, before)):
        return []
    if TURNS.search(sentence[: by.end()]) or DENIED.search(sentence):
        return []
    claim = f"{wanted.rest} was {found[at].text}"
    given = sentence[: found[at].end]
    if not in_order(Statement(claim), Statement(given)):
        return []
    return list(_members(sentence, match.start(), match.end()))


def _bent(verb: str) -> bool:
    """Whether it is an irregular form: "sent", "taken"."""
    return _verb(words(verb)[0]) != words(verb)[0].term


def _verb(word: Word) -> str:
    return base_form(word.term)


# --- countries as they stand in a sentence --------------------------------------------------------

_OFFICIAL = (
    r"(?:(?:foreign|prime|defen[cs]e|interior|deputy|finance)\s+)?(?:governments?|officials|ministers?|ministry"
    r"|president|chancellor|premier|authorities|parliament|army|military|navy|forces|troops|soldiers|leaders?)"
)
_SEPARATOR = re.compile(r"\s*,\s*(?:and\s+|as well as\s+)?|\s+(?:and|or|as well as|along with)\s+")
_JOINED = re.compile(r"\b(?:and|as well as|along with)\b")
_SEPARATED = r"(?:\s*,\s*(?:and\s+|as well as\s+)?|\s+(?:and|as well as|along with)\s+)"
_BOUNDARY = (
    r"(?:^|[,;:—–]\s+|[\"“‘(]|\b(?:and|but|while|that|as|because|after|since|although|though|where|whereas|so"
    r"|said|says|say)\s+)"
)
_AUXILIARIES = (
    rf"(?:\s+(?:{_ADVERBS}|has|have|had))*(?:\s+(?P<be>is|are|was|were|been|being))?"
    rf"(?:\s+{_ADVERBS})*\s+$"
)


@lru_cache(maxsize=1)
def _NAME() -> str:
    """A country, or its government, ministers or army: the words that can be said to do what it does."""
    ordered = sorted(countries(), key=len, reverse=True)
    alone = "|".join(re.escape(word) for word in ordered if countries()[word][1])
    own = "|".join(re.escape(word) for word in ordered)
    caps = r"(?:\s+[A-Z][\w'’.-]*){0,4}"
    official = rf"(?i:{_OFFICIAL})"
    return rf"(?:[Tt]he\s+)?(?:(?:{own})(?:['’]s)?\s+{official}{caps}|(?:{alone})(?![\w'’-]))"


@lru_cache(maxsize=1)
def _LIST() -> str:
    other = r"(?:[Tt]he\s+)?[A-Z][\w.]+(?:\s+[A-Z][\w.]+){0,2}"
    member = rf"(?:{_NAME()}|{other})"
    return rf"{member}(?:{_SEPARATED}{member})*"


@lru_cache(maxsize=1)
def _SUBJECT() -> re.Pattern[str]:
    return re.compile(rf"{_BOUNDARY}(?P<subject>{_LIST()}){_AUXILIARIES}")


def _goes_on(sentence: str, match: re.Match[str]) -> bool:
    """Whether what is before a subject makes it part of a longer list: "officials from Poland, Norway"."""
    before = words(sentence[: match.start("subject")].rstrip(" ,"))
    while before and before[-1].text.casefold() in ("and", "as"):
        before.pop()
    return match.start() > 0 and bool(before) and before[-1].text[0].isupper()


def _members(sentence: str, start: int, end: int) -> Iterator[Named]:
    """The countries of a list, each where it stands."""
    place = start
    for part in [*_SEPARATOR.split(sentence[start:end])]:
        at = sentence.index(part, place)
        place = at + len(part)
        whole = re.compile(_NAME()).fullmatch(part.strip())
        word = next((word for word in _longest_first() if whole and _begins(part, word)), None)
        if word is not None:
            yield Named(countries()[word][0], Span(at, at + len(part.rstrip())))


@lru_cache(maxsize=1)
def _longest_first() -> tuple[str, ...]:
    return tuple(sorted(countries(), key=len, reverse=True))


def _begins(part: str, word: str) -> bool:
    bare = re.sub(r"^[Tt]he\s+", "", part.strip())
    return bare.startswith(word) and not bare[len(word) : len(word) + 1].isalpha()
