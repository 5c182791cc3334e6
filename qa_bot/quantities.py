"""Figures in a sentence: how much, of what, whose, where and in what state, each at its exact place.

Everything is read by rules from the words around a figure; what they do not tell is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qa_bot.dates import MONTHS, WEEKDAYS
from qa_bot.lexicon import Phrase, places, seats, stop_terms
from qa_bot.text import Word, term_of, words
from qa_bot.types import Span

Measure = Literal[
    "count", "percent", "money", "distance", "duration", "age", "mass", "speed", "temperature", "area",
    "volume", "power",
]  # fmt: skip
Comparison = Literal["exact", "about", "more", "at_least", "less", "at_most"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure with what the words around it say of it.

    Attributes:
        span: the figure as written, with what qualifies it and its unit: "more than 10,000", "€50bn".
        number: the figure alone.
        low: its value, in the unit's base (metres, days, kilograms); the lower end of a range.
        high: the upper end of a range, else ``low``.
        comparison: how the words hold it against the true value.
        measure: what kind of thing is measured.
        currency: of money: "EUR".
        per: "day" for what happens every day.
        noun: index terms of the things counted, the noun itself last: "special forces soldiers".
        of: the countries whose they are, as `lexicon.places` names them.
        by: the country that sends, gives, loses them.
        places: the places they are at, as index terms; a country's are its name's.
        states: what changes the thing counted: "killed", "planned", "former".
        part: it is some of another figure, "including 8,000", "200 of them", at no place of its own.
    """

    span: Span
    number: Span
    low: float
    high: float
    comparison: Comparison
    measure: Measure
    currency: str | None = None
    per: str | None = None
    noun: Phrase = ()
    of: frozenset[Phrase] = frozenset()
    by: Phrase | None = None
    places: frozenset[Phrase] = frozenset()
    states: frozenset[str] = frozenset()
    part: bool = False


def quantities(text: str, span: Span | None = None) -> list[Quantity]:
    """The figures of a sentence, in order, in time linear in its length.

    Left out: years, days and hours, numbers that are names ("Article 5", "F-16"), scores, ordinals, and
    what has no value ("dozens").

    Args:
        text: the text that every offset counts in.
        span: the sentence; all of the text when None.

    Raises:
        Nothing.
    """
    span = span or Span(0, len(text))
    sentence = text[span.start : span.end]
    figures = _figures(sentence)
    found: list[Quantity] = []
    for index, figure in enumerate(figures):
        around = _around(sentence, figures, index)
        found.append(_quantity(sentence, figure, around, found[-1] if found else None, span.start))
    return found


# --- figures -------------------------------------------------------------------------------------

_UNITS = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPOKEN = {
    **{word: value for value, word in enumerate([*_UNITS, *_TEENS], 1)},
    **{word: value * 10 for value, word in enumerate(_TENS, 2)},
}
_SCALES = {
    "dozen": 12, "hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12,
}  # fmt: skip
_CURRENCIES = {
    "$": "USD", "us$": "USD", "a$": "AUD", "c$": "CAD", "nz$": "NZD", "hk$": "HKD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "usd": "USD", "eur": "EUR", "gbp": "GBP",
    "dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "rouble": "RUB", "ruble": "RUB",
    "hryvnia": "UAH", "yuan": "CNY", "rupee": "INR",
}  # fmt: skip

_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_UNITS)})\b)?|{'|'.join([*_TEENS, *_UNITS])})\b"
_BELOW_1000 = rf"(?:{_BELOW_100})(?:[ -]hundred\b(?:(?: and |[ -])(?:{_BELOW_100}))?)?"
_BIG = "dozen|hundred|thousand|million|billion|trillion"
_IN_WORDS = (
    rf"(?:half )?an? (?:{_BIG})\b(?: and (?:{_BELOW_100}))?"
    rf"|(?:{_BELOW_1000})(?: and a half)?(?:[ -](?:{_BIG})\b(?: (?:and )?(?:{_BELOW_1000}))?)?"
)
_FIGURE = re.compile(
    r"(?<![\w/$€£¥₹₩₽])(?<!\w[.,:])(?<![^\W\d_][-–'’])"
    r"(?P<sign>(?:(?:US|A|C|NZ|HK)?[$€£¥₹₩₽]|(?:USD|EUR|GBP) ) ?)?"
    r"(?P<number>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d+)?"
    rf"|{_IN_WORDS})"
    r"(?!\d|[.,:/]\d|(?:st|nd|rd|th)\b)"
    rf"(?P<scale>[ -]?(?:{_BIG})\b|(?:k|mn|bn|tn)\b| (?:mn|bn|tn)\b|(?:(?<=\d)m|(?<=\d) m)\b)?"
    r"(?!\w|[.,/:]\d)"
    r"|(?<![\w/$€£¥₹₩₽])(?<!\w[.,:])(?<![^\W\d_][-–'’])"
    r"(?P<glued>\d{1,3}(?:,\d{3})+|\d{1,15}(?:\.\d+)?)(?=(?:km/h|km|kg|cm|mm|ft|lb|mph|kph|mw|gw|[gCF])\b)",
    re.IGNORECASE,
)
_ASIDE = 32  # characters on either side that may qualify a figure


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure before what stands around it is read; ``end`` is behind its unit."""

    start: int
    number: Span
    end: int
    low: float
    high: float
    comparison: Comparison
    measure: Measure
    currency: str | None
    per: str | None
    former: bool = False


@dataclass(frozen=True, slots=True)
class _Number:
    span: Span
    value: float
    plain: float  # without its scale
    scale: float
    sign: str | None
    metres: bool = False  # "200m", which may be metres


def _figures(text: str) -> list[_Figure]:
    numbers = [_number(text, match) for match in _FIGURE.finditer(text) if _is_figure(text, match)]
    figures: list[_Figure] = []
    index = 0
    while index < len(numbers):
        one = numbers[index]
        other = numbers[index + 1] if index + 1 < len(numbers) else None
        joint = _joint(text, one, other) if other else None
        if other is None or joint is None:
            figures.append(_figure(text, one, one))
        elif joint == "range":
            figures.append(_figure(text, _scaled(one, other), other))
        elif joint == "change":
            figures += [_figure(text, one, one, former=True), _figure(text, other, other)]
        index += 1 if joint is None else 2
    return figures


def _number(text: str, match: re.Match[str]) -> _Number:
    written = match["number"] or match["glued"]
    start = match.start("number") if match["number"] else match.start("glued")
    begin = match.start("sign") if match["sign"] else start
    plain = _value(written)
    spoken = written.casefold().split()[-1]
    if not written[0].isdigit() and _SCALES.get(spoken, 1) >= _THOUSAND:
        plain /= _SCALES[spoken]
    else:
        spoken = ""
    word = (match["scale"] or spoken).strip(" -").casefold()
    sign = match["sign"].strip().casefold() if match["sign"] else None
    metres = word == "m" and not sign and not _MILLIONS.match(text, match.end())
    scale = 1.0 if metres else _SCALES.get(word, 1.0)
    end = match.start("scale") if metres else match.end()
    return _Number(Span(begin, end), plain * scale, plain, scale, sign, metres)


_THOUSAND = 1000
_MILLIONS = re.compile(r" (?:[a-z]+ )?(?:[a-z]{2,}s|people|men|women|children)\b")


def _value(written: str) -> float:
    if written[0].isdigit():
        return float(re.sub(r"[,\u00a0\u202f]", "", written))
    total = group = 0.0
    for word in re.split(r"[ -]+", written.casefold()):
        if word == "half":
            group += 0.5
        elif word in _SPOKEN:
            group += _SPOKEN[word]
        elif word in ("hundred", "dozen"):
            group = (group or 1) * _SCALES[word]
        elif word in _SCALES:
            total, group = total + (group or 1) * _SCALES[word], 0.0
    return total + group


_MONTH = "|".join(name for name in MONTHS if name != "may") + "|(?-i:May)"
_DAY_AFTER = re.compile(
    rf"(?:(?:\s?[-–]\s?| (?:to|and|or) )\d{{1,2}})?(?:st|nd|rd|th)? (?:of )?(?:{_MONTH})\b", re.IGNORECASE
)
_DAY_BEFORE = re.compile(rf"\b(?:{_MONTH})\.? (?:\d{{1,2}}(?:\s?[-–]\s?| (?:to|and|or) ))?\Z", re.IGNORECASE)
_CLOCK = re.compile(r"\s?(?:[ap]\.?m\b|o['’]clock|hrs\b|(?:GMT|BST|ET|EST|UTC)\b)", re.IGNORECASE)
_ODDS = re.compile(
    rf" (?:in|out of) (?:every )?(?:\d{{1,3}}|{'|'.join(_UNITS)}|ten)\b(?! (?:and|seconds?|minutes?|hours?|days?|weeks?|months?|years?))",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:no\.?|nos\.?|number|page|chapter|article|section|title|level|phase|stage|tier|room|gate|lane|route"
    r"|category|grade|class|type|mark|version|channel|group of|war|flight|day|week|season|episode|part"
    r"|series|formula|top|round|platform|pier|berth|under|over|step|act|rule) \Z",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?<!\w)(?P<name>[A-Z][\w’'-]*) \Z")
_ONE = re.compile(
    r"(?:[ -](?:[a-z]+ )?)(?:person|man|woman|child|boy|girl|civilian|soldier|officer|worker|sailor|pilot|dead|killed"
    r"|injured|wounded|missing|hundred|thousand|million|billion|year|month|week|day|hour|mile|foot)\b",
    re.IGNORECASE,
)
_IS_COUNT = re.compile(
    r" (?:[a-z]+ )?(?:people|men|women|children|troops|soldiers|[a-z]{4,}s)\b|\s?%| per ?cent"
)


def _is_figure(text: str, match: re.Match[str]) -> bool:
    if match["sign"] or match["glued"]:
        return True
    start, end = match.start(), match.end()
    before, after = text[max(0, start - _ASIDE) : start], text[end : end + _ASIDE]
    if any(pattern.match(after) for pattern in (_DAY_AFTER, _CLOCK, _ODDS)) or _DAY_BEFORE.search(before):
        return False
    written = match["number"]
    if written.casefold() == "one":
        return match["scale"] is not None or bool(_ONE.match(after))
    if not written[0].isdigit() or match["scale"]:
        return not before.endswith((" in ", "every ")) or not _ODDS_BEFORE.search(before)
    if _ODDS_BEFORE.search(before) or _SEASON.search(before) or _is_year(written, before, after):
        return False
    return "," in written or not _is_label(before, float(written.replace("\u00a0", "").replace("\u202f", "")))


_ODDS_BEFORE = re.compile(rf"\b(?:\d|{'|'.join(_UNITS)}) (?:in|out of) (?:every )?\Z", re.IGNORECASE)


def _is_year(written: str, before: str, after: str) -> bool:
    if not re.fullmatch(r"1[5-9]\d\d|20\d\d", written):
        return False
    return bool(_YEAR_BEFORE.search(before)) or not _IS_COUNT.match(after)


_SEASON = re.compile(r"\b(?:19|20)\d\d[-–/]\Z")
_YEAR_BEFORE = re.compile(
    r"\b(?:in|since|until|by|of|the|from|to|and|before|after|during|late|early) \Z", re.I
)


def _is_label(before: str, value: float) -> bool:
    """Whether a number is part of a name: "Article 5", "World War 2", "Oil 95"."""
    label = _LABEL.search(before)
    if label and label[0].casefold() not in ("over ", "under "):
        return True
    named = _NAMED.search(before)
    if not named or value >= 1000:
        return False
    terms = tuple(term_of(word) for word in named["name"].split())
    return terms not in places() and terms[-1] not in stop_terms() and terms[-1] not in _QUALIFYING_TERMS


_QUALIFYING_TERMS = frozenset(
    map(
        term_of,
        "about around over some nearly almost up least than only another just roughly approximately perhaps these those"
        " already police estimated altogether".split(),
    )
)
_CHANGED = re.compile(
    r"\b(?:rose|risen|rise|rising|fell|fallen|fall|grew|grown|growing|increas\w+|decreas\w+|rais\w+|cut|drop\w*|jump\w*"
    r"|climb\w*|up|down|revis\w+|slash\w*|expand\w*|shr[aiu]nk|swell\w*|swollen|doubl\w+|tripl\w+|went|gone)\b"
    r"[^.;]{0,40}\Z",
    re.IGNORECASE,
)
_TO = re.compile(r"[^,;.()]{0,24}?\bto (?:(?:about|around|some|nearly|almost|more than|over|just) )?")


def _joint(text: str, one: _Number, other: _Number) -> Literal["range", "change", "score"] | None:
    between = text[one.span.end : other.span.start]
    before = text[max(0, one.span.start - 60) : one.span.start]
    if _TO.fullmatch(between) and before.endswith("from ") and _CHANGED.search(before):
        return "change"
    dash = re.fullmatch(r"\s?[-–—]\s?", between)
    both = between == " and " and before.rstrip().casefold().endswith("between")
    if not (dash or both or between in (" to ", " or ")):
        return None
    if _scaled(one, other).value < other.value and one.sign in (None, other.sign):
        return "range"
    if one.sign and not other.sign and one.value < other.value:
        return "range"
    return "score" if dash else None


def _scaled(one: _Number, other: _Number) -> _Number:
    """The lower end of a range with the scale that only the upper one has: "2-3 million", "10-12,000"."""
    scale = other.scale if one.scale == 1.0 and one.plain < other.plain else 1.0
    if scale == 1.0 and one.value < 1000 <= other.value and other.value % 1000 == 0:
        scale = 1000.0 if one.value * 1000 < other.value and one.value < other.value / 1000 else 1.0
    return _Number(one.span, one.value * scale, one.plain, one.scale, one.sign, one.metres)


_QUALIFIERS: tuple[tuple[Comparison, str], ...] = (
    ("at_least", r"at least|no (?:fewer|less) than|not (?:fewer|less) than|a minimum of"),
    ("at_most", r"up to|as (?:many|much|high|far|long) as|no more than|not more than|at most|a maximum of"),
    ("about", r"about|around|roughly|approximately|approx\.?|some|nearly|almost|close to|(?:an )?estimated|circa"
              r"|just (?:over|under)|(?:a )?little (?:over|under)"),
    ("more", r"(?:more|greater|higher|larger|longer) than|(?:well )?over|above|upwards? of|in excess of|exceeding"),
    ("less", r"(?:fewer|less|lower|smaller|shorter) than|(?:well )?under|below"),
)  # fmt: skip
_QUALIFIER = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _QUALIFIERS) + r")"
    r"[\s“\"‘]+\Z",
    re.IGNORECASE,
)
_RANGE_WORD = re.compile(r"(?<!\w)(?:between|from)\s\Z", re.IGNORECASE)
_TRAILING: tuple[tuple[Comparison, re.Pattern[str]], ...] = (
    ("about", re.compile(r" or so\b|-odd\b")),
    ("at_least", re.compile(r" or more\b|\+|-plus\b")),
    ("at_most", re.compile(r" or (?:fewer|less)\b")),
)

# What stands behind a figure of each measure; the factor to its base; the name of its currency.
_MEASURES: tuple[tuple[Measure, float, str], ...] = (
    ("percent", 1, r"\s?%|[ -]per ?cent(?:age points?)?\b|[ -]percentage points?\b"),
    ("age", 1, r"[ -]years?[ -]olds?\b| years of age\b"),
    ("speed", 1, r"[ -]?(?:mph|miles (?:per|an) hour)\b"),
    ("speed", 0.6213712, r"[ -]?(?:km/h|kph|kilomet(?:er|re)s (?:per|an) hour)(?!\w)"),
    ("speed", 1.150779, r"[ -]knots\b"),
    ("area", 1, r"[ -](?:sq(?:uare)? ?(?:km|kilomet(?:er|re)s?))\b"),
    ("area", 2.589988, r"[ -](?:sq(?:uare)? miles?)\b"),
    ("area", 1e-6, r"[ -](?:sq(?:uare)? (?:m|met(?:er|re)s?))\b"),
    ("area", 9.2903e-8, r"[ -](?:sq(?:uare)? (?:ft|feet|foot))\b"),
    ("area", 0.00404686, r"[ -]acres?\b"),
    ("area", 0.01, r"[ -]hectares?\b"),
    ("distance", 1000, r"[ -]?(?:km|kilomet(?:er|re)s?)\b"),
    ("distance", 1852, r"[ -]nautical miles?\b"),
    ("distance", 1609.344, r"[ -]miles?\b"),
    ("distance", 1, r"(?:(?<=\d)m|[ -]met(?:er|re)s?)\b"),
    ("distance", 0.01, r"[ -]?(?:cm|centimet(?:er|re)s?)\b"),
    ("distance", 0.001, r"[ -]?(?:mm|millimet(?:er|re)s?)\b"),
    ("distance", 0.3048, r"[ -]?(?:ft|feet|foot)\b"),
    ("distance", 0.9144, r"[ -]yards?\b"),
    ("distance", 0.0254, r"[ -]inch(?:es)?\b"),
    ("duration", 1 / 86400, r"[ -]seconds?\b"),
    ("duration", 1 / 1440, r"[ -]min(?:ute)?s?\b"),
    ("duration", 1 / 24, r"[ -]hours?\b"),
    ("duration", 1, r"[ -](?:days?|nights?)\b"),
    ("duration", 7, r"[ -]weeks?\b"),
    ("duration", 30.44, r"[ -]months?\b"),
    ("duration", 365.25, r"[ -]years?\b"),
    ("duration", 3652.5, r"[ -]decades?\b"),
    ("mass", 1, r"[ -]?(?:kg|kilos?|kilogram(?:me)?s?)\b"),
    ("mass", 1000, r"[ -]?(?:(?:metric )?ton(?:ne)?s?)\b"),
    ("mass", 0.001, r"(?:(?<=\d)g|[ -]gram(?:me)?s?)\b"),
    ("mass", 0.45359, r"[ -]?lbs?\b|[ -]pounds? (?=of\b)"),
    ("temperature", 1, r"°|[ -]degrees?\b|(?<=\d)[CF]\b"),
    ("volume", 1, r"[ -]lit(?:er|re)s?\b"),
    ("volume", 4.546, r"[ -]gallons?\b"),
    ("power", 1, r"[ -]?(?:mw|megawatts?)\b"),
    ("power", 1000, r"[ -]?(?:gw|gigawatts?)\b"),
    ("money", 1, r"[ -](?:US )?(?:dollars?|euros?|pounds?|yen|roubles?|rubles?|hryvnias?|yuan|rupees?)\b"),
)  # fmt: skip
_MEASURE = tuple((name, factor, re.compile(pattern, re.IGNORECASE)) for name, factor, pattern in _MEASURES)
_PER = re.compile(
    r"(?:[ -](?:a|an|per|each|every)[ -](?P<one>second|minute|hour|day|night|week|month|year|person|head)"
    r"|,? (?P<ly>hourly|daily|weekly|monthly|yearly|annually|nightly))\b",
    re.IGNORECASE,
)
_LY = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "nightly": "night"}


def _figure(text: str, one: _Number, other: _Number, *, former: bool = False) -> _Figure:
    measure, factor, currency, end = _measure(text, one, other)
    comparison, start = _qualified(text, one.span.start, ranged=other is not one)
    for name, pattern in _TRAILING:
        trailing = pattern.match(text, end)
        if trailing:
            comparison, end = name, trailing.end()
    low, high = one.value * factor, other.value * factor
    number = Span(one.span.start, other.span.end)
    return _Figure(start, number, end, low, high, comparison, measure, currency, None, former)


def _measure(text: str, one: _Number, other: _Number) -> tuple[Measure, float, str | None, int]:
    end = other.span.end
    sign = one.sign or other.sign
    if sign:
        return "money", 1.0, _CURRENCIES.get(sign), end
    for name, factor, pattern in _MEASURE:
        match = pattern.match(text, end)
        if match:
            written = match[0].strip(" -").casefold().removeprefix("us ").removesuffix("s")
            currency = _CURRENCIES.get(written) if name == "money" else None
            return name, factor, currency, end + len(match[0].rstrip())
    if _is_age(text, one.span.start, end):
        return "age", 1.0, None, end
    return "count", 1.0, None, end


def _is_age(text: str, start: int, end: int) -> bool:
    """Whether a figure is somebody's age: "aged 45", "Ann Lee, 45, said"."""
    before = text[max(0, start - _ASIDE) : start]
    if re.search(r"\bage[ds]?(?: of| between)? \Z", before, re.IGNORECASE):
        return True
    return bool(re.search(r"[A-Z][\w’'-]+, \Z", before)) and text[end : end + 1] in (",", ")")


def _qualified(text: str, start: int, *, ranged: bool) -> tuple[Comparison, int]:
    """How the words right before a figure qualify it, and where they begin."""
    comparison: Comparison = "exact"
    if ranged:
        word = _RANGE_WORD.search(text, max(0, start - _ASIDE), start)
        start = word.start() if word else start
    match = _QUALIFIER.search(text, max(0, start - _ASIDE), start)
    if match:
        comparison = next(name for name, _ in _QUALIFIERS if match[name])
        start = match.start()
    return comparison, start


# --- what stands around ----------------------------------------------------------------------------

_REACH = 160  # characters on either side in which a figure says what it counts
_OPENS = re.compile(
    r"[;:(—–]\s?|\s-\s|[,.]?[\"”]\s|, (?:but|while|whereas|although|though|as|when|where|which|who|with|and (?:he|she|it|they)) "
    r"|\b(?:that|after|because|since|when|where|while|whereas|although|though|as part of|amid|following|despite|said|says)\s",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"[;:—–](?=\s)|\s-\s|[,.][\"”’]|[()]"
    r"|,? (?:but|while|whereas|although|though|after|because|when|where|as part of|amid|following|despite|according to)\b"
    r"|,? (?:and|with) (?:another |some )?(?:dozens|hundreds|thousands|scores|several|others|many)\b"
    r"|, (?:as|which|who|with|citing|he|she|they|it|a move|[\w’' -]{2,60}? (?:said|says|told|reported|added)\b)"
    r"| (?:to) (?:join|support|help|assist|fight|back|aid|bolster|reinforce|defend|protect|prevent|counter|make|take)\b",
    re.IGNORECASE,
)
_SOFT = re.compile(r",(?: (?:and|or|but|with))? |\s(?:and|or|but) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Around:
    """The words of a sentence that belong to one figure; ``joined`` when it is one of a list."""

    before: str
    after: str
    joined: bool
    whole: str  # all that stands before it


def _around(text: str, figures: Sequence[_Figure], index: int) -> _Around:
    figure = figures[index]
    floor = figures[index - 1].end if index else 0
    first = max(floor, figure.start - _REACH)
    joined = False
    if index:
        first = max(first, _last_end(_SOFT, text, first, figure.start) or first)
        link = text[floor : figure.start]
        joined = len(link) < _REACH and not _OPENS.search(link) and not _CLOSES.search(link)
    hard = _last_end(_OPENS, text, first, figure.start)
    last = min(len(text), figure.end + _REACH)
    if index + 1 < len(figures):
        ahead = min(figures[index + 1].start, last)
        soft = None if ahead == last else _last_start(_SOFT, text, figure.end, ahead)
        last = ahead if soft is None else soft
    closing = _CLOSES.search(text, figure.end, last)
    after = text[figure.end : closing.start() if closing else last]
    whole = text[max(0, figure.start - 2 * _REACH) : figure.start]
    return _Around(text[hard or first : figure.start], after, joined, whole)


def _last_end(pattern: re.Pattern[str], text: str, start: int, end: int) -> int | None:
    ends = [match.end() for match in pattern.finditer(text, start, end)]
    return ends[-1] if ends else None


def _last_start(pattern: re.Pattern[str], text: str, start: int, end: int) -> int | None:
    starts = [match.start() for match in pattern.finditer(text, start, end)]
    return starts[-1] if starts else None


def _quantity(text: str, figure: _Figure, around: _Around, previous: Quantity | None, base: int) -> Quantity:
    phrase = _noun_phrase(text[figure.end : figure.end + 100])
    noun, of = phrase.noun, phrase.of
    if not noun and not of and figure.measure == "count":
        noun, of = _noun_before(around.before)
    states = states_of(f"{around.before} # {around.after}")
    another = _MORE_AFTER.match(around.after) or _MORE_BEFORE.search(around.before)
    if another and figure.measure == "count":
        states |= {"more"}
    if _CHANGE_BEFORE.search(around.before) or _CHANGE_AFTER.match(around.after):
        states |= {"change"}
    if figure.former or _FORMER.search(around.before):
        states |= {"former"}
    if not states and around.joined and previous is not None:
        states = set(previous.states - {"more", "change", "former"})
    per = _PER.search(around.after[: phrase.end + 40])
    where = frozenset(locations(around.after)) or frozenset(locations(around.before))
    part = phrase.part or bool(_PART_BEFORE.search(around.before) or _PART_OPENS.search(around.whole))
    return Quantity(
        span=Span(figure.start + base, figure.end + base),
        number=Span(figure.number.start + base, figure.number.end + base),
        low=figure.low,
        high=figure.high,
        comparison=figure.comparison,
        measure=figure.measure,
        currency=figure.currency,
        per=(per["one"] or _LY.get(per["ly"].casefold(), "year")).casefold() if per else None,
        noun=noun,
        of=of,
        by=_actor(around),
        places=where,
        states=frozenset(states),
        part=part and not (previous and previous.places and where and where != previous.places),
    )


_MORE_AFTER = re.compile(r" (?:more|additional|extra|further|other|others)\b(?! than)", re.IGNORECASE)
_MORE_BEFORE = re.compile(r"\b(?:another|a further|an additional|an extra)\W*\Z", re.IGNORECASE)
_CHANGE_BEFORE = re.compile(
    r"\b(?:rose|risen|rises?|rising|fell|fallen|falls?|falling|grew|grown|grow|growing|increas\w+|decreas\w+|rais\w+"
    r"|cut|drop\w*|jump\w*|climb\w*|up|(?<!shot )(?<!shoot )(?<!shooting )(?<!brought )down|gain\w*|declin\w+|surg\w+|reduc\w+)(?: by)?(?: a)? \Z",
    re.IGNORECASE,
)
_CHANGE_AFTER = re.compile(
    r"[^,.;]{0,16}? (?:higher|lower|rise|increase|decrease|drop|cut|fall|jump|up on|down on|more than|fewer than"
    r"|less than)\b",
    re.IGNORECASE,
)
_FORMER = re.compile(
    r"\b(?:(?:up|down) from|previous\w*|earlier|initial\w*|originally|compared (?:with|to))\W[^,;]{0,24}\Z",
    re.I,
)
_PART_BEFORE = re.compile(
    r"\b(?:includ(?:ing|es?|ed)|among (?:them|whom)|of (?:them|whom|these|those|which)),?\s\Z|\bamong (?:the|those|these)\b",
    re.IGNORECASE,
)
_PART_OPENS = re.compile(
    r"(?:\A|[;:,—–] ?|\band )of (?:those|these|them|the|all)\b[^.;]{0,60},\s[^,.;]{0,20}\Z", re.IGNORECASE
)  # "Of those arrested, 30"
_PART_AFTER = re.compile(r" of (?:them|whom|these|those|which|the|its|his|her|their|our)\b", re.IGNORECASE)


# --- states --------------------------------------------------------------------------------------

_STATES = (
    ("killed", r"kill\w*|dead|died|dies|dying|deaths?|fatal\w*|slain|perish\w*|drown\w*|toll|lives"),
    ("wounded", r"wound\w*|injur\w*|hurt"),
    ("casualties", r"casualt\w+|victims?"),
    ("lost", r"los(?:t|es?|ing|s|ses)"),
    ("captured", r"captur\w*|prisoners?|hostages?|abduct\w*|kidnap\w*"),
    ("arrested", r"arrest\w*|detain\w*|charged|jailed"),
    ("released", r"(?:was|were|been|be|later|since) (?:released|freed)"),
    ("missing", r"missing|unaccounted"),
    ("rescued", r"rescu\w*|saved"),
    ("evacuated", r"evacuat\w*"),
    ("displaced", r"displac\w*|fled|homeless|refugees?"),
    ("trained", r"train(?:ed|ing|s)?"),
    ("planned", r"prepar\w*|plan(?:s|ned|ning)? (?:to|for)|intend\w*|will|would|could|might|expect\w*|pledg\w*|promis\w*"
                r"|forecast\w*|project(?:ed|s)|predict\w*|threaten\w*|set to|wants? to|aims? to|ready to"),
    ("launched", r"launch\w*|fir(?:ed|es|ing)|drop(?:s|ped|ping)?|hit|struck"),
    ("downed", r"shot down|downed|shoot(?:ing)? down|intercept\w*|destroy\w*|brought down|burn(?:ed|t) down|razed"),
    ("damaged", r"damag\w*"),
    ("sold", r"sold|sells?|selling"),
    ("bought", r"bought|buys?|buying|purchas\w*"),
    ("born", r"born|births?"),
    ("infected", r"infect\w*|sick\w*|ill|illness\w*|cases"),
    ("tested", r"test(?:ed|s|ing)?"),
    ("without", r"without"),
    ("possible", r"can|able to|capacity|room for"),
)  # fmt: skip
_STATE = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _STATES) + r")\b", re.IGNORECASE
)


def states_of(text: str) -> set[str]:
    """What the words of a text say became of people or things, or is to become of them."""
    return {match.lastgroup for match in _STATE.finditer(text) if match.lastgroup}


# --- nouns ----------------------------------------------------------------------------------------

_PLURALS = frozenset(
    "people men women children troops personnel police aircraft staff cattle sheep dead".split()
)
_ENDS_PHRASE = frozenset(
    "said says say already now currently who which that across among including killed dead died wounded injured hurt"
    " missing captured near per each every have has had were was are is been being be will would could may might"
    " against within inside outside around along behind despite ago later earlier deep away long high tall wide old"
    " today yesterday tonight together alone arrived crossed via".split()
)
_SKIPPED = frozenset("more additional extra further other others new the its their his her of our".split())


@dataclass(frozen=True, slots=True)
class _NounPhrase:
    noun: Phrase
    of: frozenset[Phrase]
    part: bool
    end: int


def _noun_phrase(after: str) -> _NounPhrase:
    """What right after a figure is counted: nouns up to the first plural, and the countries among them."""
    found = words(after)
    noun: list[str] = []
    of: set[Phrase] = set()
    index = position = 0
    ended = False
    while index < min(len(found), 10) and not ended:
        if not _adjoins(after[position : found[index].start], first=index == 0):
            break
        size, place = place_at(found, index)
        if place:
            of.add(place)
            ended = is_plural(found[index + size - 1].text) and not _and_place(found, index + size)
            index += size + bool(_and_place(found, index + size))
        elif found[index].text.casefold() in _SKIPPED:
            index += 1
        elif _ends(found[index]) or _is_verb(found, index):
            break
        else:
            noun.append(found[index].term)
            ended = is_plural(found[index].text) and not _plural_at(found, index + 1, after)
            index += 1
        position = found[index - 1].end
    of |= _of_after(after[position : position + 50])
    return _NounPhrase(tuple(noun), frozenset(of), bool(_PART_AFTER.match(after)), position)


def _adjoins(gap: str, *, first: bool) -> bool:
    return gap in (" ", "-", "\u00a0") or (first and bool(re.fullmatch(r"[\"”’']?[ -]", gap)))


def _ends(word: Word) -> bool:
    lowered = word.text.casefold()
    return lowered in _ENDS_PHRASE or word.term in stop_terms() or word.text[0].isdigit()


def _is_verb(found: Sequence[Word], index: int) -> bool:
    """Whether a word is what those counted did, "sailed", and not what they are, "armed men"."""
    following = found[index + 1].text if index + 1 < len(found) else ""
    return found[index].text.endswith(("ed", "ing")) and not is_plural(following)


def is_plural(text: str) -> bool:
    """Whether an English word is likely to be a noun of many things."""
    lowered = text.casefold()
    return lowered in _PLURALS or (
        len(lowered) > 3 and lowered.endswith("s") and not lowered.endswith(("ss", "us", "is", "'s", "’s"))
    )


def _plural_at(found: Sequence[Word], index: int, after: str) -> bool:
    """Whether another plural follows at once: "special forces soldiers"."""
    if index >= len(found) or not is_plural(found[index].text) or _ends(found[index]):
        return False
    return after[found[index - 1].end : found[index].start] == " "


def _and_place(found: Sequence[Word], index: int) -> bool:
    if index + 1 >= len(found) or found[index].text != "and":
        return False
    return place_at(found, index + 1)[1] is not None


def place_at(found: Sequence[Word], index: int) -> tuple[int, Phrase | None]:
    """The country that is named at a word, and in how many words; 1 and None when there is none."""
    for size in (3, 2, 1):
        part = found[index : index + size]
        phrase = tuple(word.term for word in part)
        if len(part) == size and part[0].text[0].isupper() and phrase in places():
            return size, places()[phrase]
    return 1, None


_APPOSED = re.compile(r",? (?:both )?(?=[A-Z])")
_FROM = re.compile(r" (?:from|of) (?:the )?(?=[A-Z])")


def _of_after(after: str) -> set[Phrase]:
    """Countries right after a noun: "men, Russians and North Koreans together", "soldiers from Chad"."""
    match = _FROM.match(after) or (_APPOSED.match(after) if after.startswith(",") else None)
    if not match:
        return set()
    found = words(after[match.end() :])
    size, place = place_at(found, 0)
    if not place or (match[0].startswith(",") and not is_plural(found[size - 1].text)):
        return set()
    return {place, *({place_at(found, size + 1)[1] or place} if _and_place(found, size) else ())}


_NUMBER_OF = re.compile(r"\b(?:number|total|count|tally|figure) (?:of|for)(?= )", re.IGNORECASE)
_GROUP_OF = re.compile(
    r"(?P<noun>\b\w+) (?:of(?: a total of)?|numbering|totall?ing|made up of|consisting of)\s\Z", re.IGNORECASE
)
_NO_GROUP = frozenset("total number sum average maximum minimum rate value figure cost more most".split())


def _noun_before(before: str) -> tuple[Phrase, frozenset[Phrase]]:
    """What before a bare figure is counted: "the number of guards rose to 12", "a force of 300"."""
    numbers = list(_NUMBER_OF.finditer(before))
    if numbers:
        phrase = _noun_phrase(before[numbers[-1].end() :])
        return phrase.noun, phrase.of
    group = _GROUP_OF.search(before)
    if not group or group["noun"].casefold() in _NO_GROUP:
        return (), frozenset()
    found = words(before[: group.start()])
    nations = {place_at(found, len(found) - size)[1] for size in (1, 2) if len(found) >= size}
    return (term_of(group["noun"]),), frozenset(place for place in nations if place)


# --- places and actors ------------------------------------------------------------------------------

_GEOGRAPHY = (
    "the|its|their|southern|northern|eastern|western|central|south|north|east|west|far|occupied|nearby|neighbouring"
    "|border|whole|all|town|city|village|port|region|province|state|county|district|island|capital|harbour|area|of|and"
)
_NAME = rf"(?: (?:{_GEOGRAPHY}))* (?P<name>(?:[A-Z]\.){{2,}}|[A-Z][\w’'-]*(?: (?:of )?[A-Z][\w’'-]*){{0,4}})"
_AT = re.compile(
    r"(?<!\w)(?:[Ii]n|[Ii]nto|[Ii]nside|(?<!close )(?<!next )(?<!due )(?<!thanks )(?<!according )[Tt]o|[Aa]t|[Aa]cross|[Ww]ithin"
    rf"|[Tt]hroughout|[Oo]n|bound for|for all of){_NAME}"
)
_BY = re.compile(rf"(?<!\w)(?:[Nn]ear|[Aa]round|[Oo]utside|[Oo]ff|close to|next to){_NAME}")
_SOIL = re.compile(
    r" (?:soil|territor\w+|waters|lands?|cit\w+|towns?|ports?|regions?|coasts?|airspace|provinces?|villages?|capital|side)\b"
)
_NO_PLACE = frozenset((*MONTHS, *WEEKDAYS, "telegram", "twitter", "facebook", "x", "i", "mr", "president"))


def locations(text: str) -> Iterator[Phrase]:
    """The places that a text says something is at, as index terms; of "Russia's Kursk" only the narrower.

    Those that it is near to count where it is at none.
    """
    found = [phrase for match in _AT.finditer(text) for phrase in _listed(match)]
    yield from found or [phrase for match in _BY.finditer(text) for phrase in _listed(match)]


_FURTHER = re.compile(
    r"(?P<list>(?:, (?:the )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,2}){0,6}),? and (?P<last>(?:the )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,2})"
)


def _listed(match: re.Match[str]) -> Iterator[Phrase]:
    """A place, and those that it is told of together with: "in Jamaica, Haiti and Cuba"."""
    first = _location(match)
    if not first:
        return
    yield first
    further = _FURTHER.match(match.string, match.end())
    for name in [*further["list"].split(","), further["last"]] if further else ():
        found = words(name.strip().removeprefix("the "))
        if found:
            size, place = place_at(found, 0)
            yield place if place and size == len(found) else tuple(word.term for word in found)


def _location(match: re.Match[str]) -> Phrase:
    found = words(match["name"])
    if not found or found[0].text.casefold() in _NO_PLACE:
        return ()
    size, place = place_at(found, 0)
    named = tuple(word.term for word in found[:size])
    rest = tuple(word.term for word in found[size:])
    if not place:
        return tuple(word.term for word in found)
    if rest or named in seats():
        return rest or named
    # "in Russian custody" is no place, "on Russian soil" is.
    return place if named == place or _SOIL.match(match.string, match.end()) else ()


@lru_cache(maxsize=1)
def _acts() -> frozenset[str]:
    return frozenset(
        map(
            term_of,
            "send sent sends sending deploy dispatch commit lose lost supply provide give gave given pledge promise buy"
            " bought hold held keep kept move mass throw train launch fire handed hand ship shipped"
            " delivered deliver produce produces spend spent paid pay suffer suffered invest offered offer sell sold transferred".split(),
        )
    )


def _actor(around: _Around) -> Phrase | None:
    """The country that does what a figure tells of: "Chad has sent 300 soldiers", "300 sent by Chad"."""
    behind = re.search(r"\bby (?:the )?(?=[A-Z])", around.after)
    if behind:
        return place_at(words(around.after[behind.end() :]), 0)[1]
    found = words(around.whole)
    actor = None
    index = 0
    while index < len(found):
        size, place = place_at(found, index)
        following = [word.term for word in found[index + size : index + size + 8]]
        if place and _acts_there(following) and _is_subject(found, index):
            actor = place
        index += size
    return actor


_TELLS = frozenset(
    map(term_of, "total number figure estimate count tally toll said say says told confirm".split())
)


def _acts_there(following: Sequence[str]) -> bool:
    """Whether words right after a country say that it does something: "has sent", not "gave a total of"."""
    if following[:1] in (["is"], ["are"], ["was"], ["were"]) and following[2:3] == ["to"]:  # "is said to"
        following = following[3:]
    if following in (["has"], ["have"], ["had"]):  # right before the figure
        return True
    act = next((place for place, term in enumerate(following[:4]) if term in _acts()), None)
    return act is not None and not _TELLS.intersection(following[: max(act + 3, 5)])


def _is_subject(found: Sequence[Word], index: int) -> bool:
    before = found[index - 1].text.casefold() if index else ""
    return before not in ("in", "to", "from", "for", "of", "by", "at", "against", "with", "into", "near")
