"""What words of time look like in English, and where the same words are none: "May said", "2000 soldiers".

Patterns read lower-case text. Nothing in them is repeated without a bound, so that the time that they take is
linear in the text's length. Those ending in _BEFORE and _AFTER stand beside words that may be a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_MONTHS = frozenset(name for name in MONTHS if len(name) < 5) - {"may", "june", "july"}
_LONG_MONTHS = MONTHS.keys() - _SHORT_MONTHS
# The longest first: "sept" before "sep".
MONTH = (
    rf"(?:(?:{'|'.join(sorted(_LONG_MONTHS))})\b|(?:{'|'.join(sorted(_SHORT_MONTHS, reverse=True))})\b\.?)"
)
DAY = r"(?:0?[1-9]|[12]\d|3[01])"


def pattern(source: str) -> re.Pattern[str]:
    """A pattern in which a space stands for up to three of any that do not end a line."""
    return re.compile(source.replace(" ", r"(?:[^\S\n]{1,3})"))


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))) + ")"


NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen twenty".split(),
        start=1,
    )
} | {"a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
ABBREVIATED_DAYS = tuple("mon tue tues wed thu thur thurs fri sat sun".split())
QUARTERS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
QUARTERS |= {"final": 4, "last": 4, "q1": 1, "q2": 2, "q3": 3, "q4": 4}
# The seasons of the northern half of the world, by their first month.
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
# Names of months that are also other words or first names, and all short forms.
_UNSURE_MONTHS = _SHORT_MONTHS | {"march", "april", "may", "june", "august"}

_WEEKDAY = rf"(?P<w>{_any(WEEKDAYS)})\b"
_PART_OF_DAY = r"(?: (?:morning|afternoon|evening|night|lunchtime)\b)?"
_BEFORE_DATE = rf"(?:(?P<w>{_any((*WEEKDAYS, *ABBREVIATED_DAYS))})\b\.?,? (?:the )?)?"
_MONTH_NAME = rf"(?P<m>{MONTH})"
_DAY_NAME = rf"(?P<d>{DAY})(?:st|nd|rd|th)?\b"
_LAST_DAY_NAME = rf"(?P<e>{DAY})(?:st|nd|rd|th)?\b"
_NO_FIGURE = r"(?![.,:/-]?[0-9]|%)"
# An old year may be a count: "On 5 May 1200 dockers met".
_NO_COUNT = r"(?! (?:(?!(?:was|has|is|as|his|its)\b)[a-z]+s|people|men|women|children|gmt|utc)\b)"
_YEAR = rf"(?P<y>(?:1[0-8][0-9][0-9]\b{_NO_COUNT}|(?:19|20)[0-9][0-9]|2100))\b{_NO_FIGURE}"
_OF_YEAR = rf"(?:{_YEAR}|(?P<ry>last|this|next) year\b)"
_IN_YEAR = rf"(?:,? (?:of )?{_OF_YEAR})?"
_WHICH = r"(?P<which>this past|this coming|last|past|this|next|coming|current)"
_COUNT = rf"(?P<n>[1-9][0-9]{{0,2}}|{_any(NUMBERS)})"
_UNIT = r"(?P<u>week|weekend|month|quarter|year|decade)\b"

_TO = r"(?:to|and|or|until|till|through)"

ISO = pattern(
    r"(?P<y>(?:19|20)[0-9][0-9])-(?P<m>0[1-9]|1[0-2])(?:-(?P<d>0[1-9]|[12][0-9]|3[01]))?(?![0-9]|-[0-9])"
)
DAY_MONTH = pattern(
    rf"{_BEFORE_DATE}{_DAY_NAME}(?:(?: ?[-–—] ?| {_TO} ){_LAST_DAY_NAME})? (?:of )?{_MONTH_NAME}{_IN_YEAR}"
)
MONTH_DAY = pattern(
    rf"{_BEFORE_DATE}{_MONTH_NAME}(?: |(?<=\.))(?:the )?{_DAY_NAME}"
    rf"(?:(?:[-–—]| {_TO} ){_LAST_DAY_NAME}(?! (?:of )?{MONTH}))?{_NO_FIGURE}{_IN_YEAR}"
)
ONLY_MONTH = pattern(rf"{_MONTH_NAME}(?!-a-){_IN_YEAR}")  # not Mar-a-Lago
ONLY_WEEKDAY = pattern(rf"{_WEEKDAY}{_PART_OF_DAY}(?:,? (?:of )?(?P<rw>last|this|next) week\b)?")
WHICH_WEEKDAY = pattern(rf"{_WHICH} {_WEEKDAY}{_PART_OF_DAY}(?! (?:of|in)\b)")
WHICH_MONTH = pattern(rf"{_WHICH} {_MONTH_NAME}(?! [0-9])")
WHICH_SEASON = pattern(rf"{_WHICH} (?P<s>{_any(SEASONS)})\b(?!(?<=fall) (?:in|of)\b)")
WHICH_UNIT = pattern(rf"{_WHICH} {_UNIT}(?!-)(?! of\b)")
WINDOW = pattern(
    rf"(?P<which>last|past|next|coming) {_COUNT}(?:-| )(?P<u>hour|day|week|month|quarter|year|decade)s?\b"
    r"(?! (?:of|before|after|ago)\b)"
)
AGO = pattern(
    rf"{_COUNT} (?P<u>day|week|fortnight|month|year|decade)s? (?P<way>ago|from now)\b(?P<today> today\b)?"
)
NEAR_DAY = pattern(rf"(?P<word>yesterday|today|tonight|tomorrow)\b{_PART_OF_DAY}")
DAY_BEYOND = pattern(r"day (?P<word>before yesterday|after tomorrow)\b")
LAST_NIGHT = pattern(r"(?P<word>last night|this (?:morning|afternoon|evening))\b(?! of\b)")
QUARTER = pattern(rf"(?:(?P<q>q[1-4])|(?P<nth>{_any(QUARTERS)}) quarter),? (?:of )?(?:{_OF_YEAR}|the year\b)")
SEASON = pattern(rf"(?P<s>{_any(SEASONS)}),? (?:of )?{_OF_YEAR}")
ONLY_YEAR = pattern(_YEAR)
YEARS = pattern(rf"(?P<y>(?:19|20)[0-9][0-9])[-–—/](?P<z>(?:19|20)?[0-9][0-9])\b{_NO_FIGURE}")
DECADE = pattern(r"(?P<y>(?:19[1-9]|20[0-9])0)['’]?s\b")  # "the 1900s" may be a century
WEEKEND = pattern(r"weekend\b(?! (?:of|before|after|night|shift|edition)\b)")
THE_UNIT = pattern(rf"{_UNIT}(?! (?:of|before|after)\b)")

OWN = re.compile(r"['’]s?\b|['’](?!\w)")

# --- what stands beside words that are no time: names, habits, figures ---------------------------

_NO_WEEKDAY_BEFORE = pattern(
    r"\b(?:black|good|easter|cyber|super|ash|bloody|palm|holy|maundy|shrove|giving|fat|whit|boxing|freaky|casual"
    r"|every|each|any|most|some|many|alternate|(?:on|is|was|be|like|not) an?|one|that|following|previous"
    r"|preceding|mail on|sheffield|first|second|third|fourth|final) "
    r"(?:[a-z]{3,6}day(?:,|,? and|,? or) ){0,3}\Z"
)
_NO_WEEKDAY_AFTER = pattern(
    r" (?:times|telegraph|mirror|express|mail|post|herald|night live|night football|school|best|the 13th"
    r"|after next|nights|mornings|afternoons|evenings)\b"
)
_MONTH_BEFORE = pattern(
    r"\b(?:in|since|until|till|during|throughout|through|early|mid|late|earlier|later|of last|start of"
    r"|beginning of|middle of|end of|half of|week of|month of|between)(?:-| )(?:the )?\Z"
)
_MONTH_PERHAPS_BEFORE = pattern(
    r"(?:\b(?:by|from|before|after|into|through|for|of early|of late|starting|beginning) "
    rf"|\b{MONTH}(?: (?:to|and|or) | ?[-–—] ?))\Z"
)
_THAT_MONTH_BEFORE = pattern(r"\b(?:the|an?|its|his|her|their|last year['’]s) \Z")
THING_AFTER = pattern(
    r" (?!(?:on|of|for|to|in|is|was|has|through|against|and|or|as|when|at|with|but|because|after|before|by"
    r"|from|were|are|had|will|would|who|which|that|while|if|so|it|he|she|they|we)\b)[a-z]"
)
_ACTOR_BEFORE = pattern(r"(?:ed|led|made|given|speech|statement|letter|call|visit) by \Z")
_NAME_AFTER = pattern(r" [A-Z]|['’]s\b| (?:said|says|told|has|had|and (?:his|her))\b")
_FREE_AFTER = pattern(
    r"['’]|[^\w\s]|\Z| (?:and|to|or|at|in|by|on|until|till|the|what|who|how|did|was|were|is|when|where|why"
    r"|about)\b"
)
_YEAR_BEFORE = pattern(
    r"(?:\b(?:in|since|by|until|till|before|after|from|to|through|throughout|during|of|late|early|mid|between"
    r"|and|or|circa|years?|for|the|an?|his|her|its|their|our|whose|that|this|fiscal|as early as|as late as"
    r"|[0-9]{4},|[a-z]+['’]s?)(?:-| )|\()(?:(?:about|around) )?\Z"
)
_OLD_YEAR_BEFORE = pattern(
    r"\b(?:in|since|until|by|before|circa|as early as|late|early) (?:(?:about|around) )?\Z"
)
_YEAR_AFTER = pattern(r" (?:was|saw|will be)\b")
_WORD_BEFORE = pattern(
    r"(?<!\w)(?!(?:no|number|room|flight|route|about|over|under|nearly|almost|some|than|is|to|at|least) )"
    r"[a-z][a-z-]{1,20} \Z"
)
_COUNTED_AFTER = pattern(
    r"(?:,? )?(?:people|men|women|children|soldiers|troops|gmt|utc|bst|local time|hours|hrs|metres|meters"
    r"|miles|km|m|ft|feet|homes|houses|euros|dollars|pounds|points|votes|years|days|cases|deaths|new|more|others|tons"
    r"|tonnes|barrels)\b"
)
_PLURAL_AFTER = pattern(
    r" (?!(?:was|has|his|as|its|this|is|thus|unless|across|does|always|perhaps|plus)\b)[a-z]+s\b"
)
_OWNED_BEFORE = pattern(r"(?:\b(?:his|her|its|their|my|our|your|the very)|['’]s?) \Z")
_VAGUE_BEFORE = pattern(r"\b(?:more than|less than|over|under|at least|up to|and|and a half|half|to|or) \Z")
_DURING_BEFORE = pattern(r"\b(?:in|over|during|within|for|throughout|through|of) the \Z")
THE_BEFORE = pattern(r"\bthe \Z")
_BESIDE_AFTER = pattern(r" (?:before|after)\b")
_PART_BEFORE = pattern(
    r"\b(?:start of|beginning of|middle of|end of|half of|early in|earlier in|late in|later in) the \Z"
)
_WEEKEND_BEFORE = pattern(r"\b(?:over|at|on|during|since|by|before|after|until|from|for|of) the \Z")
_PAPER_BEFORE = pattern(r"\busa \Z")
_FIGURE_BEFORE = pattern(r"(?:[.,:/$£€#+0-9]|[0-9][-–—]|[0-9] )\Z")
NEAR = 48  # characters: more than any of these can take


def behind(pattern: re.Pattern[str], match: re.Match[str]) -> bool:
    """Whether a pattern of what stands before holds just before a match."""
    return bool(pattern.search(match.string, max(0, match.start() - NEAR), match.start()))


def no_figure(_: str, match: re.Match[str]) -> bool:
    """Not a part of a longer figure, of a time of day, of 24/7."""
    return not match[0][0].isdigit() or not behind(_FIGURE_BEFORE, match)


def is_date(text: str, match: re.Match[str]) -> bool:
    """Not "5 may have died", nor "they march 10 miles"."""
    if not no_figure(text, match):
        return False
    unsure = match["m"] in ("may", "march", "mar") and text[match.start("m")].islower()
    return not unsure or bool(match["y"] or _FREE_AFTER.match(match.string, match.end()))


def is_month(text: str, match: re.Match[str]) -> bool:
    """Not "May said", "Mr March", "April Jones", "may", "on the march"."""
    name, end = match["m"].rstrip("."), match.end("m")
    if name not in _UNSURE_MONTHS or match["y"] or match["ry"]:
        return True
    capital = text[match.start("m")].isupper()
    if behind(_MONTH_BEFORE, match):
        return not (name == "may" and OWN.match(text, end)) and (
            capital or bool(_FREE_AFTER.match(match.string, end))
        )
    if not capital or (OWN.match(text, end) and name != "may"):
        return capital
    if behind(_THAT_MONTH_BEFORE, match):
        return bool(THING_AFTER.match(text, end))
    if name == "may" and not _FREE_AFTER.match(match.string, end):
        return False
    return (
        behind(_MONTH_PERHAPS_BEFORE, match)
        and not _NAME_AFTER.match(text, end)
        and not behind(_ACTOR_BEFORE, match)
    )


def is_which_month(text: str, match: re.Match[str]) -> bool:
    """Not "this may", nor "the last march"; a current month has no name."""
    sure = match["m"].rstrip(".") not in _UNSURE_MONTHS or text[match.start("m")].isupper()
    return sure and match["which"] != "current"


def is_weekday(_: str, match: re.Match[str]) -> bool:
    """Not "Black Friday", "every Friday", "the following Friday", "The Sunday Times"."""
    return not behind(_NO_WEEKDAY_BEFORE, match) and not _NO_WEEKDAY_AFTER.match(match.string, match.end("w"))


def is_which_weekday(text: str, match: re.Match[str]) -> bool:
    """Not "the next Friday", which tells from some other day on."""
    return match["which"] != "current" and not (match["which"] == "next" and behind(THE_BEFORE, match))


def is_window(_: str, match: re.Match[str]) -> bool:
    """Not "his last two years", nor "the next week", which tells from some other day on."""
    if match["which"] not in ("last", "next"):
        return True
    if behind(_OWNED_BEFORE, match):
        return False
    elsewhere = match["which"] == "next" or _BESIDE_AFTER.match(match.string, match.end())
    return not (elsewhere and behind(THE_BEFORE, match)) or behind(_DURING_BEFORE, match)


def is_ago(_: str, match: re.Match[str]) -> bool:
    """Not "more than two years ago", "one or two weeks ago"."""
    return no_figure("", match) and not behind(_VAGUE_BEFORE, match)


def is_near_day(text: str, match: re.Match[str]) -> bool:
    """Not "USA Today" or "India Today"."""
    start = match.start()
    name = text[start].isupper() and text[max(0, start - NEAR) : start].rstrip()[-1:].isalnum()
    return not behind(_PAPER_BEFORE, match) and (not name or text[start + 1].isupper())


def is_year(text: str, match: re.Match[str]) -> bool:
    """Not "2000 soldiers", "in 2000 homes", "by 2030 GMT"."""
    if behind(_FIGURE_BEFORE, match) or _COUNTED_AFTER.match(match.string, match.end()):
        return False
    if match["y"] < "1900" and not behind(_OLD_YEAR_BEFORE, match):
        return False
    near = behind(_YEAR_BEFORE, match) or _YEAR_AFTER.match(match.string, match.end())
    if not near and not (
        "2000" < match["y"] < "2040"
        and _WORD_BEFORE.search(text, max(0, match.start() - NEAR), match.start())
    ):
        return False
    return int(match["y"]) > 2000 or not _PLURAL_AFTER.match(match.string, match.end())


def is_weekend(_: str, match: re.Match[str]) -> bool:
    """Only "over the weekend" and the like, not "a weekend"."""
    return behind(_WEEKEND_BEFORE, match)


def is_the_unit(_: str, match: re.Match[str]) -> bool:
    """Only with a part of it: "since the start of the year", "later in the week"."""
    return behind(_PART_BEFORE, match)
