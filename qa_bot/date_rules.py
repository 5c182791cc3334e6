"""What words of time mean: the rules, by the word that they begin with, each with the days it stands for.

Weeks begin on Monday; the seasons are those of the northern half of the world.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from qa_bot import date_patterns as words
from qa_bot.date_patterns import (
    ABBREVIATED_DAYS,
    MONTHS,
    NUMBERS,
    QUARTERS,
    SEASONS,
    THE_BEFORE,
    WEEKDAYS,
    behind,
)

Precision = Literal["day", "weekend", "week", "month", "quarter", "season", "year", "decade", "open"]
Tense = Literal["past", "future"]


@dataclass(frozen=True, slots=True)
class Period:
    """Days in a row and the unit that was named; ``relative`` when the day of reference was needed."""

    first: datetime.date
    last: datetime.date
    precision: Precision
    relative: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """The day on which words are read, and what they tell of; ``ahead`` leans to what is to come."""

    reference: datetime.date
    tense: Tense | None
    certain: bool = False
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Words of one form: their pattern, the days they mean, whether they are a time at all where they stand.

    ``moves`` when in a range the other end says from when they are read: "from March to June 2023".
    """

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], Reading], Period | None]
    holds: Callable[[str, re.Match[str]], bool] | None = None
    moves: bool = False


# --- counting days -------------------------------------------------------------------------------

_DAYS_IN = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS_IN = {"month": 1, "quarter": 3, "season": 3, "year": 12, "decade": 120}


def shift(day: datetime.date, count: int, unit: str) -> datetime.date:
    """The day so many units later or earlier; the last of the month where it has no such day."""
    if unit in _DAYS_IN:
        return day + datetime.timedelta(days=count * _DAYS_IN[unit])
    year, month = divmod(day.year * 12 + day.month - 1 + count * _MONTHS_IN[unit], 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _from(first: datetime.date, unit: Precision, *, relative: bool = True) -> Period:
    """A month, quarter, season, year or decade, from its first day."""
    return Period(first, shift(first, 1, unit) - datetime.timedelta(days=1), unit, relative)


def _unit_of(day: datetime.date, unit: str) -> Period:
    """The unit of the calendar that a day is in; of a weekend the one that ends the day's week."""
    if unit == "day":
        return Period(day, day, "day")
    if unit in ("week", "weekend", "fortnight"):
        monday = day - datetime.timedelta(days=day.weekday())
        sunday = monday + datetime.timedelta(days=6)
        if unit == "weekend":
            return Period(sunday - datetime.timedelta(days=1), sunday, "weekend")
        return Period(monday, sunday, "week")
    if unit == "month":
        return _from(day.replace(day=1), "month")
    if unit == "quarter":
        return _from(datetime.date(day.year, (day.month - 1) // 3 * 3 + 1, 1), "quarter")
    if unit == "year":
        return _from(datetime.date(day.year, 1, 1), "year")
    return _from(datetime.date(day.year // 10 * 10, 1, 1), "decade")


def _rolling(reference: datetime.date, count: int, unit: str) -> Period:
    """So many units up to the day of reference, or from it on when ``count`` is below 0."""
    if unit == "hour":
        count, unit = -(-count // 24), "day"
    other = shift(reference, -count, unit)
    precision = _unit_of(reference, unit).precision
    return Period(min(other, reference), max(other, reference), precision)


def _cut(period: Period, first: int, last: int, of: int) -> Period:
    """Some of the equal parts that a period is cut into, at borders of months where it has several."""
    unit = "year" if period.precision == "decade" else "month"
    units = _MONTHS_IN.get(period.precision, 0) // _MONTHS_IN[unit]

    def border(part: int) -> datetime.date:
        if units > 1:
            return shift(period.first, round(units * part / of), unit)
        days = (period.last - period.first).days + 1
        return period.first + datetime.timedelta(days=round(days * part / of))

    end = period.last if last == of else border(last) - datetime.timedelta(days=1)
    return replace(period, first=border(first), last=end)


_PARTS = {
    **dict.fromkeys(("early", "start of", "beginning of"), (0, 1, 3)),
    **dict.fromkeys(("mid", "middle of"), (1, 2, 3)),
    **dict.fromkeys(("late", "end of"), (2, 3, 3)),
    "first half of": (0, 1, 2),
    "second half of": (1, 2, 2),
}


def part_of(period: Period, part: str | None, reference: datetime.date) -> Period:
    """A part of a period: "early" is its first third, "earlier" all of it up to the day of reference."""
    if part is None:
        return period
    if period.precision in ("day", "weekend"):
        week = part.startswith("week") and period.first == period.last
        return replace(_unit_of(period.first, "week"), relative=period.relative) if week else period
    if part in _PARTS:
        return _cut(period, *_PARTS[part])
    within = period.first <= reference <= period.last
    if part in ("earlier", "later") and within:
        return replace(period, last=reference) if part == "earlier" else replace(period, first=reference)
    if part == "first week of" and period.precision != "week":
        return replace(period, last=period.first + datetime.timedelta(days=6), precision="week")
    if part == "last week of" and period.precision != "week":
        return replace(period, first=period.last - datetime.timedelta(days=6), precision="week")
    return period


# --- what each form means ------------------------------------------------------------------------

_STEP = {"last": -1, "this": 0, "next": 1}


def _year_named(match: re.Match[str], reference: datetime.date) -> int | None:
    if match["y"]:
        return int(match["y"])
    return reference.year + _STEP[match["ry"]] if match["ry"] else None


def _month_named(match: re.Match[str]) -> int:
    return MONTHS[match["m"].rstrip(".")]


_FAR = 1000  # so many times as far as it is: never nearest


def _read_iso(match: re.Match[str], _: Reading) -> Period:
    first = datetime.date(int(match["y"]), int(match["m"]), int(match["d"] or 1))
    return Period(first, first, "day", False) if match["d"] else _from(first, "month", relative=False)


# Days that have become names of what happened on them: 2021, 2001, 2023.
_NAMES_OF_EVENTS = {(1, 6), (9, 11), (10, 7)}


def _read_date(match: re.Match[str], at: Reading) -> Period | None:
    month, day = _month_named(match), int(match["d"])
    year = _year_named(match, at.reference)
    first = datetime.date(year or _likely_year(month, day, match["w"], at), month, day)
    if year is None and (month, day) in _NAMES_OF_EVENTS and not 0 <= (at.reference - first).days <= 7:
        return None
    last = first.replace(day=int(match["e"])) if match["e"] else first
    return Period(first, last, "day", not match["y"]) if first <= last else None


def _likely_year(month: int, day: int, weekday: str | None, at: Reading) -> int:
    """The year that brings a date nearest, where a day to come counts as twice as far as one gone by.

    Words that speak of the future turn that round. A year in which the weekday fits is preferred.
    """
    ahead, behind = (1, 3) if at.tense == "future" else (2, 1)
    if at.certain:
        ahead, behind = (1, _FAR) if at.tense == "future" else (_FAR, 1)

    def cost(date: datetime.date) -> int:
        days = (date - at.reference).days
        misfit = weekday is not None and not WEEKDAYS[date.weekday()].startswith(weekday[:3])
        return (days * ahead if days > 0 else -days * behind) + 400 * misfit

    near = range(max(at.reference.year - 4, 1), min(at.reference.year + 4, 9999) + 1)
    dates = [datetime.date(year, month, day) for year in near if day <= calendar.monthrange(year, month)[1]]
    return min(dates, key=cost).year


def _read_month(match: re.Match[str], at: Reading) -> Period:
    month, year = _month_named(match), _year_named(match, at.reference)
    if year is None:
        off = (month - at.reference.month) % 12
        to_come = at.tense == "future" or (at.ahead and not at.certain and 2 * off <= 12 - off)
        passed = month < at.reference.month if to_come else month > at.reference.month
        year = at.reference.year + (passed if to_come else -passed)
    return _from(datetime.date(year, month, 1), "month", relative=not match["y"])


def _read_weekday(match: re.Match[str], at: Reading) -> Period:
    number = WEEKDAYS.index(match["w"])
    if match["rw"]:
        monday = _unit_of(shift(at.reference, _STEP[match["rw"]], "week"), "week").first
        return _unit_of(shift(monday, number, "day"), "day")
    return _unit_of(_weekday_near(number, at.reference, at.tense == "future"), "day")


def _weekday_near(number: int, day: datetime.date, to_come: bool) -> datetime.date:
    """The day itself, when it is such a weekday, or the nearest before or after it."""
    if to_come:
        return shift(day, (number - day.weekday()) % 7, "day")
    return shift(day, -((day.weekday() - number) % 7), "day")


def _read_which_weekday(match: re.Match[str], at: Reading) -> Period:
    """Never the day of reference but for "this Friday": the coming one, where nothing speaks of the past."""
    number, which = WEEKDAYS.index(match["w"]), match["which"]
    if which == "this":
        return _unit_of(_weekday_near(number, at.reference, at.tense != "past"), "day")
    to_come = which in ("next", "coming", "this coming")
    other = shift(at.reference, 1 if to_come else -1, "day")
    return _unit_of(_weekday_near(number, other, to_come), "day")


def _read_which_month(match: re.Match[str], at: Reading) -> Period:
    month, which = _month_named(match), match["which"]
    year = at.reference.year
    if which in ("next", "coming", "this coming"):
        year += month <= at.reference.month
    elif which in ("last", "past", "this past"):
        year -= month >= at.reference.month
    return _from(datetime.date(year, month, 1), "month")


def _read_which_season(match: re.Match[str], at: Reading) -> Period | None:
    """The last that is over, the next that is yet to begin; "this" is the year's, of a winter the nearest."""
    month, which, year = SEASONS[match["s"]], match["which"], at.reference.year
    if which in ("this", "current"):
        return _from(datetime.date(year - (month == 12 and at.reference.month < 7), month, 1), "season")
    near = [_from(datetime.date(year + step, month, 1), "season") for step in (-2, -1, 0, 1)]
    if which in ("next", "coming", "this coming"):
        return next((season for season in near if season.first > at.reference), None)
    return next((season for season in reversed(near) if season.last < at.reference), None)


def _read_which_unit(match: re.Match[str], at: Reading) -> Period:
    """Of the calendar for "last week"; the seven days up to now for "the last week" and "the past week"."""
    unit, which = match["u"], match["which"].removeprefix("this ")
    the = behind(THE_BEFORE, match)
    if unit == "weekend" and which == "this":
        return _read_weekend(match, replace(at, tense=at.tense or "future"))
    if unit not in ("weekend", "quarter"):
        if which == "past" or (which == "last" and the):
            return _rolling(at.reference, 1, unit)
        if which == "coming" or (which == "next" and the):
            return _rolling(at.reference, -1, unit)
    step = {"past": -1, "coming": 1, "current": 0}.get(which)
    step = _STEP[which] if step is None else step
    return _unit_of(shift(at.reference, step, "week" if unit == "weekend" else unit), unit)


def _read_window(match: re.Match[str], at: Reading) -> Period:
    count = _count(match["n"])
    return _rolling(at.reference, count if match["which"] in ("last", "past") else -count, match["u"])


def _count(written: str) -> int:
    return NUMBERS[written] if written in NUMBERS else int(written)


def _read_ago(match: re.Match[str], at: Reading) -> Period:
    """The unit of the calendar that holds the day so long before; the day itself for "a year ago today"."""
    count = _count(match["n"]) * (-1 if match["way"] == "ago" else 1)
    return _unit_of(shift(at.reference, count, match["u"]), "day" if match["today"] else match["u"])


_DAYS_AWAY = {
    "before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "tomorrow": 1,
    "after tomorrow": 2,
}


def _read_day(match: re.Match[str], at: Reading) -> Period:
    return _unit_of(shift(at.reference, _DAYS_AWAY.get(match["word"], 0), "day"), "day")


def _read_quarter(match: re.Match[str], at: Reading) -> Period:
    year = _year_named(match, at.reference) or at.reference.year
    number = QUARTERS[match["q"] or match["nth"]]
    return _from(datetime.date(year, 3 * number - 2, 1), "quarter", relative=not match["y"])


def _read_season(match: re.Match[str], at: Reading) -> Period | None:
    """A season of a year, but no winter: it is in two."""
    month, year = SEASONS[match["s"]], _year_named(match, at.reference) or at.reference.year
    return None if month == 12 else _from(datetime.date(year, month, 1), "season", relative=not match["y"])


def _read_year(match: re.Match[str], _: Reading) -> Period:
    return _from(datetime.date(int(match["y"]), 1, 1), "year", relative=False)


def _read_years(match: re.Match[str], _: Reading) -> Period | None:
    first = int(match["y"])
    last = int(match["z"]) if len(match["z"]) == 4 else first // 100 * 100 + int(match["z"])
    if last <= first:
        return None
    return Period(datetime.date(first, 1, 1), datetime.date(last, 12, 31), "year", False)


def _read_decade(match: re.Match[str], _: Reading) -> Period:
    return _from(datetime.date(int(match["y"]), 1, 1), "decade", relative=False)


def _read_weekend(_: re.Match[str], at: Reading) -> Period:
    """The latest that has begun; the coming one, or the one that is on, where words speak of the future."""
    if at.tense == "future":
        return _unit_of(at.reference, "weekend")
    return _unit_of(_weekday_near(5, at.reference, False), "weekend")


def _read_the_unit(match: re.Match[str], at: Reading) -> Period:
    return _unit_of(at.reference, match["u"])


# --- the rules, by the word that they begin with -------------------------------------------------

_DATES = (
    Rule(words.DAY_MONTH, _read_date, words.is_date, moves=True),
    Rule(words.MONTH_DAY, _read_date, words.is_date, moves=True),
)
_WHICH_RULES = (
    Rule(words.QUARTER, _read_quarter),
    Rule(words.LAST_NIGHT, _read_day),
    Rule(words.WINDOW, _read_window, words.is_window),
    Rule(words.WHICH_UNIT, _read_which_unit, words.is_window),
    Rule(words.WHICH_WEEKDAY, _read_which_weekday, words.is_which_weekday),
    Rule(words.WHICH_MONTH, _read_which_month, words.is_which_month),
    Rule(words.WHICH_SEASON, _read_which_season),
)
_AGO_RULE = Rule(words.AGO, _read_ago, words.is_ago)
_QUARTER_RULE = Rule(words.QUARTER, _read_quarter)
FIGURE = "0"  # stands for every word that begins with a digit
RULES: dict[str, tuple[Rule, ...]] = {
    **dict.fromkeys(NUMBERS, (_AGO_RULE,)),
    **dict.fromkeys(QUARTERS, (_QUARTER_RULE,)),
    **dict.fromkeys(ABBREVIATED_DAYS, _DATES),
    **dict.fromkeys(
        WEEKDAYS, (*_DATES, Rule(words.ONLY_WEEKDAY, _read_weekday, words.is_weekday, moves=True))
    ),
    **dict.fromkeys(MONTHS, (_DATES[1], Rule(words.ONLY_MONTH, _read_month, words.is_month, moves=True))),
    **dict.fromkeys("last past this next coming current".split(), _WHICH_RULES),
    **dict.fromkeys(SEASONS, (Rule(words.SEASON, _read_season),)),
    **dict.fromkeys(
        "yesterday today tonight tomorrow".split(), (Rule(words.NEAR_DAY, _read_day, words.is_near_day),)
    ),
    **dict.fromkeys(
        "week month quarter year decade".split(), (Rule(words.THE_UNIT, _read_the_unit, words.is_the_unit),)
    ),
    "day": (Rule(words.DAY_BEYOND, _read_day),),
    "weekend": (Rule(words.WEEKEND, _read_weekend, words.is_weekend),),
    FIGURE: (
        Rule(words.ISO, _read_iso, words.no_figure),
        _DATES[0],
        Rule(words.YEARS, _read_years, words.no_figure),
        Rule(words.ONLY_YEAR, _read_year, words.is_year),
        Rule(words.DECADE, _read_decade, words.no_figure),
        _AGO_RULE,
        _QUARTER_RULE,
    ),
}
