"""Finding in a sentence what is of the kind that a question asks for: numbers, dates, people, places ..."""

from __future__ import annotations

import re
from collections.abc import Callable

from qa_bot.dates import MONTHS, WEEKDAYS
from qa_bot.lexicon import places, stop_terms
from qa_bot.text import Word, words
from qa_bot.types import Span

_NUMBER_WORDS = frozenset(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty forty"
    " fifty sixty seventy eighty ninety hundred thousand million billion dozen hundreds thousands millions"
    " billions dozens half third quarter none once twice both".split()
)
_DATE = re.compile(
    r"\b(?:(?:early|late|mid|last|next|this|on|since|in)[ -])?(?:\d{1,2}(?:st|nd|rd|th)? )?(?:"
    + "|".join([*WEEKDAYS, *(name for name in MONTHS if len(name) > 4 or name in ("june", "july"))])
    + r")(?:\s\d{1,2}\b)?(?:,?\s(?:19|20)\d\d)?|\b(?:19|20)\d\d(?:-\d\d-\d\d)?\b|\b(?:yesterday|today|tonight|tomorrow)\b"
    r"|\b(?:last|next|this|earlier this|the past|previous) (?:night|week|month|year|summer|winter|spring|autumn|weekend)\b"
    r"|\b(?:in )?May\b(?= \d| of|,)|\b\d+ (?:days?|weeks?|months?|years?) (?:ago|earlier|later)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|due to|owing to|since|in response to|in retaliation|after|amid|as a result|in order to|so that|to"
    r" (?:support|help|counter|prevent|punish|protect|avoid|make|allow|enable|ensure|show|force|dislodge|deter)|aimed at|reason|"
    r"caused|causing|prompted|led to|over|for fear|fearing|citing|given|blamed|blaming|thanks to)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:in|at|to|from|near|into|outside|around|across|towards?|off|over|through|of)\s+(?:the\s+)?(?:[\w-]+\s+){0,2}?"
    r"(?P<name>[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)*)"
)
_NAME = re.compile(r"[A-Z][\w’'.-]+(?:\s+(?:(?:de|da|von|van|bin|al|el|of)\s+)?[A-Z][\w’'-]+)*")
_QUOTED = re.compile(
    r"[“\"‘][^“”\"]{3,}[”\"’]?|\b(?:said|says|called|told|described|added|warned|wrote|according to)\b"
)

# What must stand beside a number for it to be the measure asked for.
_MEASURES = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(beside, re.IGNORECASE))
    for asked, beside in (
        (r"\bhow (?:far|tall|high|wide|deep)\b|\bdistance\b", r"\b(?:km|kilomet\w+|miles?|met(?:re|er)s?|feet|foot|ft|yards?)\b|\d ?(?:km|m)\b"),
        (r"\bhow old\b|\bage of\b", r"\b(?:year-old|years old|aged?)\b"),
        (r"\b(?:percentage|percent|per cent|share|proportion)\b", r"%|\bper ?cent\b|\b(?:half|third|quarter|majority)\b"),
        (r"\bhow long\b", r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|km|kilomet\w+|miles?|met(?:re|er)s?|until)\b"),
    )
)  # fmt: skip
Finder = Callable[[str, list[Word], set[str]], list[Span]]


def measured(question: str, sentence: str) -> bool:
    """Whether a sentence has the measure that a question asks for, if it asks for one."""
    return all(beside.search(sentence) for asked, beside in _MEASURES if asked.search(question))


_NOT_AT = re.compile(
    r"\b(?:neither|nor|not(?: yet)?) (?:in|to|into|at|inside) (?:the )?(?P<name>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)"
)


def not_at(sentence: str, own: set[str]) -> bool:
    """Whether a sentence says that what it tells of is not at a place asked about: "moved neither to Chad nor to Mali"."""
    return any(word.term in own for match in _NOT_AT.finditer(sentence) for word in words(match["name"]))


def _find_numbers(_: str, found: list[Word], own: set[str]) -> list[Span]:
    return [
        Span(word.start, word.end)
        for index, word in enumerate(found)
        if (word.text[0].isdigit() or word.text.casefold() in _NUMBER_WORDS)
        and word.term not in own
        and not re.fullmatch(r"(?:19|20)\d\d", word.text)
        and not _is_day(found, index)
    ]


def _is_day(found: list[Word], index: int) -> bool:
    """Whether a number is a day of a month: "8 to 13 October", "October 16"."""
    near = [word.text.casefold() for word in found[max(index - 1, 0) : index + 4]]
    here = min(index, 1)
    following = near[here + 1 :]
    if following[:1] and following[0] in ("to", "and", "or") and following[1:2] and following[1].isdigit():
        following = following[2:]
    beside = [*near[:here], *following[:1]]
    return any(name in MONTHS and name != "may" for name in beside)


def _find_dates(raw: str, _: list[Word], own: set[str]) -> list[Span]:
    return [
        Span(m.start(), m.end())
        for m in _DATE.finditer(raw)
        if not {word.term for word in words(m[0])} <= own | stop_terms()
    ]


def _find_reasons(raw: str, _: list[Word], own: set[str]) -> list[Span]:
    return [Span(m.start(), m.end()) for m in _REASON.finditer(raw)]


def _find_quotes(raw: str, _: list[Word], own: set[str]) -> list[Span]:
    return [Span(m.start(), m.end()) for m in _QUOTED.finditer(raw)]


def _find_places(raw: str, _: list[Word], own: set[str]) -> list[Span]:
    found = []
    for match in _PLACE.finditer(raw):
        terms = [word.term for word in words(match["name"])]
        if terms and not set(terms) <= own and terms[0] not in {*WEEKDAYS, *MONTHS}:
            found.append(Span(match.start("name"), match.end("name")))
    return found


_ORGANISATION = frozenset(
    "press times post news journal agency ministry department treasury council committee commission parliament congress"
    " senate house party group union nations organisation organization alliance force forces army navy service institute"
    " university college school court bank company corporation office street club league region province city state plan"
    " cup street park airport pentagon kremlin nato telegram twitter x".split()
)


def _find_people(raw: str, _: list[Word], own: set[str]) -> list[Span]:
    found = []
    for match in _NAME.finditer(raw):
        parts = words(match[0])
        while parts and (parts[0].term in stop_terms() or parts[0].term in own):
            parts = parts[1:]
        terms = tuple(part.term for part in parts)
        if not terms or set(terms) <= own or terms in places() or terms[0] in {*WEEKDAYS, *MONTHS}:
            continue
        if len(parts) == 1 and match.start() == 0:
            continue  # any sentence begins with a capital
        if any(part.text.casefold() in _ORGANISATION for part in parts):
            continue
        found.append(Span(match.start() + parts[0].start, match.start() + parts[-1].end))
    return found


FINDERS: dict[str, Finder] = {
    "number": _find_numbers,
    "date": _find_dates,
    "reason": _find_reasons,
    "place": _find_places,
    "person": _find_people,
    "quote": _find_quotes,
}
