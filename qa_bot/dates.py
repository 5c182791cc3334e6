"""When: days written out, their forms for reading and for storing, and words such as "last week" as days.

Offsets are code points into the text given. date_patterns.py knows the words, date_rules.py what they mean.
"""

from __future__ import annotations

import datetime
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from qa_bot.date_patterns import (
    DAY,
    MONTH,
    MONTHS,
    NEAR,
    OWN,
    THE_BEFORE,
    THING_AFTER,
    WEEKDAYS,
    behind,
    pattern,
)
from qa_bot.date_rules import FIGURE, RULES, Period, Precision, Reading, Rule, Tense, part_of, shift
from qa_bot.types import Span

__all__ = [
    "MONTHS", "WEEKDAYS", "TimeExpression", "asks_for_newest", "full_dates", "iso_date", "long_date",
    "time_expressions",
]  # fmt: skip

_FULL_DATE = re.compile(
    rf"\b(?P<iso>(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)"
    rf"|\b(?P<d1>{DAY})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{MONTH}\.?),?\s+(?P<y1>(?:19|20)\d\d)\b"
    rf"|\b(?P<m2>{MONTH}\.?)\s+(?P<d2>{DAY})(?:st|nd|rd|th)?,?\s+(?P<y2>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)


def full_dates(text: str) -> list[tuple[Span, datetime.date]]:
    """Every date in a text that names day, month and year, with where it stands."""
    found = []
    for match in _FULL_DATE.finditer(text):
        day = _date_of(match)
        if day is not None:
            found.append((Span(match.start(), match.end()), day))
    return found


def long_date(day: str | None) -> str:
    """An ISO date in words: "5 November 2024"; "undated" for None."""
    if day is None:
        return "undated"
    date = datetime.date.fromisoformat(day)
    return f"{date.day} {date:%B %Y}"


def iso_date(value: object) -> str | None:
    """YYYY-MM-DD for a date, a time stamp or a written-out date; None when there is none in it."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    dates = full_dates(str(value)) if value else []
    return dates[0][1].isoformat() if dates else None


def _date_of(match: re.Match[str]) -> datetime.date | None:
    try:
        if match["iso"]:
            return datetime.date.fromisoformat(match["iso"])
        day, month, year = (
            (match["d1"], match["m1"], match["y1"])
            if match["d1"]
            else (match["d2"], match["m2"], match["y2"])
        )
        return datetime.date(int(year), MONTHS[month.lower().rstrip(".")], int(day))
    except ValueError:  # the 31st of February
        return None


# --- time expressions: what stands around --------------------------------------------------------

# What may stand before: a side that is left open, or a range; and a part of what is named.
_LEAD = pattern(
    r"(?:(?<!-)\b(?P<side>on or before|on or after|no later than|since|after|before|prior to|until|till|by"
    r"|up to|as of|through|from|between|starting|beginning)(?:(?<=ing) (?:on|in|at))? )?"
    r"(?:the )?(?:\b(?P<part>early|earlier|mid|late|later|start of|beginning of|middle of|end of"
    r"|first half of|second half of|first week of|last week of|week (?:of|beginning|starting))(?:-| )"
    r"(?:(?:in|on) )?(?:the )?)?"
    r"(?:(?:month of|year) )?\Z"
)
_ONWARDS = pattern(r" (?:onwards?|on)\b")
_SPAN_BEFORE = pattern(r"\b(?:hours?|days?|weeks?|months?|years?|nights?|mornings?|evenings?) \Z")
_NOT_BEFORE = re.compile(r"(?:\bnot|n['’]t)\b")

# What tells past from future, and where a sentence ends.
_CUE = re.compile(
    r"\b(?P<future>will|can|may(?! have\b)|might(?! have\b)|should(?! have\b)|won['’]t|shall|would(?! have\b)"
    r"|(?:(?:is|are|was|were) )?(?:due (?:on|in|by|back|out|at|for|next|this)|(?<!than )(?<!as )expected"
    r"|scheduled|slated|set (?:to|for)|poised|planned (?:to|for)|planning to|about to|going to"
    r"|postponed (?:to|until))|(?:is|are|was|were) (?:due|to)|plans? to|upcoming|ahead of"
    r"|(?:agreed|asked|ordered|invited|summoned|vowed|pledged|promised|threatened|hopes?|hoping|wants?"
    r"|intends?) to|begins|starts|opens|airs|premieres|arrives|takes (?:effect|place)|kicks off|ends|expires"
    r"|(?<=['’])ll)\b"
    r"|\b(?P<present>is|are|could|must|does|goes|takes|comes|runs|assumes|enters|faces)\b"
    r"|\b(?<!be )(?<!being )(?<!the )(?<! a )(?<!an )(?!united\b|hundred|need\b|indeed\b|armed\b)"
    r"(?:said|says|told|(?:was|were|had|did)(?:n['’]t)?|came|became|went|got|took|made|met|held|left|began|won|lost|fell|rose"
    r"|grew|saw|fled|found|struck|broke|brought|sent|gave|spoke|wrote|led|ran|built|bought|sold|stood|flew"
    r"|[a-z]{2,24}ed)\b"
)
_BREAK = re.compile(r"(?:[!?;]|(?<=\w{4})(?<!sept)\.)[\"'”’)]?\s|\n")
_CUE_BEFORE, _CUE_AFTER, _FEW = 100, 60, 30  # characters: within them is mostly the verb that counts

_NEWEST = re.compile(
    r"(?<!at the )\blatest\b|\bnewest\b|\bmost[ -]recent|\brecently\b|\blately\b|\bcurrently\b|\bnowadays\b"
    r"|\bpresently\b|\b(?:the|his|her|its|their|is|['’]s) current\b(?! (?:account|of)\b)|\bthese days\b"
    r"|\b(?:so far|up to now|until now|to date)\b(?! [a-z])|\bso far (?:in|this|on|by|been|today)\b"
    r"|\bin recent [a-z]|\bat (?:the moment|present|this point)\b|\btoday['’]s\b"
    r"|\bas (?:of today|of now|it stands|things stand)\b|\bup[ -]to[ -]date\b|\b(?:last|past) few \w"
    r"|\A\W{0,9}(?:is|are|do|does)\b.{0,120}\bstill\b"
    r"|(?<!every )(?<!from )(?<!just )(?<!before )\bnow\b(?!-)"
    r"(?! (?:that|on|and then|and again|known|called|former|defunct|famous)\b)"
)


# --- time expressions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """Words that say when, and the days that they mean.

    Attributes:
        start: where the words begin, in code points.
        end: where they end. "in" and "on" before them are left outside, "since" and "early" are inside.
        first: the first day meant; None for an open side ("before 5 November").
        last: the last day meant, itself included; None for an open side ("since Monday").
        precision: the unit that the words name; "open" when a side is open.
        relative: whether the day of reference was needed: for weekdays, "last week", a date without its year.
    """

    start: int
    end: int
    first: datetime.date | None
    last: datetime.date | None
    precision: Precision
    relative: bool


@dataclass(frozen=True, slots=True)
class _Words:
    """Words that a rule took, and what stands before them: a side left open, a part of what they name.

    ``begin`` is where what stands before begins, ``start`` where the part does, or the words themselves.
    """

    rule: Rule
    match: re.Match[str]
    begin: int
    start: int
    side: str | None
    part: str | None

    @property
    def end(self) -> int:
        return self.match.end()


def time_expressions(
    text: str, reference: datetime.date, *, tense: Tense | None = None
) -> list[TimeExpression]:
    """The words of an English text that say when, and the days they mean, seen from a day of reference.

    Args:
        text: a question or a sentence; longer text is read as well, in time linear in its length.
        reference: the day on which the words are spoken: of an article the day of its publication.
        tense: whether the text is known to tell of the past or the future; None to read that from the words
            around each expression ("will", "is due", "said").

    Returns:
        The expressions in order, none overlapping. What can't be told from the day of reference ("a week
        earlier", "10/11", "recent weeks") is left out.

    Raises:
        Nothing: days beyond the calendar are left out.
    """
    waiting = deque(_taken(text, _lowered(text)))
    found = []
    while waiting:
        one = waiting.popleft()
        try:
            at = _reading(one, reference, tense)
            whole = _range(one, waiting[0], at) if waiting and _joined(one, waiting[0]) else None
            if whole:
                waiting.popleft()
            whole = whole or _single(one, at)
        except (ValueError, OverflowError):  # the 31st of February, or beyond the calendar
            continue
        if whole:
            found.append(whole)
    return found


def _lowered(text: str) -> str:
    """Lower case, each character still where it was: some have two in lower case."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


_WORD = re.compile(r"[^\W_]+")


def _taken(text: str, lowered: str) -> Iterator[_Words]:
    """The words that a rule takes, the first that fits at each place."""
    end = 0
    for word in _WORD.finditer(lowered):
        rules = RULES.get(FIGURE if "0" <= word[0][0] <= "9" else word[0])
        if not rules or word.start() < end:
            continue
        for rule in rules:
            match = rule.pattern.match(lowered, word.start())
            if match and (not rule.holds or rule.holds(text, match)):
                yield _with_lead(rule, match, end)
                end = match.end()
                break


def _with_lead(rule: Rule, match: re.Match[str], floor: int) -> _Words:
    lowered, start = match.string, match.start()
    lead = _LEAD.search(lowered, max(floor, start - NEAR), start)
    if not lead:
        return _Words(rule, match, start, start, None, None)
    begin = lead.start("side") if lead["side"] else lead.start()
    start = lead.start("part") if lead["part"] else start
    side: str | None = lead["side"]
    if side and not _is_side(side, lead["part"], match, begin):
        side = None
    return _Words(rule, match, begin, start, side, lead["part"])


def _is_side(side: str, part: str | None, match: re.Match[str], begin: int) -> bool:
    """Not "after Monday's attack", "after the 2020 vote", "a day after Monday", "not until Monday"."""
    if side in ("since", "from", "between"):
        return True
    near = max(0, begin - NEAR)
    return not (
        OWN.match(match.string, match.end())
        or (not part and behind(THE_BEFORE, match) and THING_AFTER.match(match.string, match.end()))
        or (side in ("after", "before") and _SPAN_BEFORE.search(match.string, near, begin))
        or (side in ("until", "till") and _NOT_BEFORE.search(match.string, near, begin))
    )


_TOWARDS = frozenset(("until", "till", "through"))
_AHEAD = _TOWARDS | {"by", "no later than", "on or before", "starting", "beginning"}


def _reading(words: _Words, reference: datetime.date, tense: Tense | None) -> Reading:
    """What words tell of, past or future: as told, else as those around say, else as their side does."""
    if tense:
        return Reading(reference, tense, certain=True)
    if words.side == "since":
        return Reading(reference, "past", certain=True)
    ahead = words.side in _AHEAD
    found, beside = _cue(words)
    if found == "present":
        return Reading(reference, "future" if ahead else None, ahead=True)
    return Reading(reference, found or ("future" if ahead else None), beside and found == "past", ahead)


def _cue(words: _Words) -> tuple[Tense | Literal["present"] | None, bool]:
    """What the nearest verb before the words speaks of, and whether it stands right before them.

    Where there is none, and hardly a word, the nearest after them tells.
    """
    lowered, before, after = words.match.string, words.begin, words.end
    piece = _BREAK.split(lowered[max(0, before - _CUE_BEFORE) : before])[-1]
    cues = list(_CUE.finditer(piece))
    cue = cues[-1] if cues else None
    beside = cue is not None and piece[cue.end() :].strip() in ("", "on", "in", "the")
    if not cue and len(piece) <= _FEW and not OWN.match(lowered, after):
        cue = _CUE.search(_BREAK.split(lowered[after : after + _CUE_AFTER])[0])
    if not cue:
        return None, False
    return ("future" if cue["future"] else "present" if cue["present"] else "past"), beside


def _joined(one: _Words, other: _Words) -> bool:
    """Whether two expressions are the ends of one: "from Monday to Friday", "between March and June"."""
    between = one.match.string[one.end : other.begin].strip()
    if other.side:
        return other.side in _TOWARDS and not between
    return between in ("to", "-", "–", "—") or (between == "and" and one.side == "between")


def _range(one: _Words, other: _Words, at: Reading) -> TimeExpression | None:
    """Both ends as one expression, where the one that needs a year or a week has it from the other."""
    first, last = _period(one, at), _period(other, at)
    if not first or not last:
        return None
    relative = first.relative or last.relative
    alike = at.tense != "future" and one.rule.read is other.rule.read
    if first.relative and one.rule.moves and (alike or not last.relative):
        first = _period(one, replace(at, reference=last.first, tense="past", certain=True))
        relative = last.relative
    elif last.relative and other.rule.moves:
        last = _period(other, replace(at, reference=first.last, tense="future", certain=True))
        relative = first.relative
    if not first or not last or first.last > last.last:
        return None
    return TimeExpression(one.start, other.end, first.first, last.last, last.precision, relative)


def _period(words: _Words, at: Reading) -> Period | None:
    period = words.rule.read(words.match, at)
    return period and part_of(period, words.part, at.reference)


def _single(words: _Words, at: Reading) -> TimeExpression | None:
    period = _period(words, at)
    if not period:
        return None
    side, end = words.side, words.end
    if side == "from" and (onwards := _ONWARDS.match(words.match.string, end)):
        side, end = "since", onwards.end()
    first, last = _bounds(period, side)
    if first and last:
        return TimeExpression(words.start, end, first, last, period.precision, period.relative)
    return TimeExpression(words.begin, end, first, last, "open", period.relative)


def _bounds(period: Period, side: str | None) -> tuple[datetime.date | None, datetime.date | None]:
    """The first and the last day, None for a side that is left open."""
    if side in (None, "from", "between"):
        return period.first, period.last
    if side == "after":
        return shift(period.last, 1, "day"), None
    if side in ("before", "prior to"):
        return None, shift(period.first, -1, "day")
    if side in ("since", "starting", "beginning", "on or after"):
        return period.first, None
    return None, period.last


def times_asked(question: str, reference: datetime.date) -> list[TimeExpression]:
    """The times that a question asks about, seen from a day of reference.

    All of `time_expressions` but years that are part of a name: of "the 2020 election" was written in other
    years too.
    """
    return [
        named
        for named in time_expressions(question, reference)
        if named.precision != "year"
        or not question[named.start].isdigit()
        or _BEFORE_YEAR.search(question, max(named.start - 12, 0), named.start)
    ]


_BEFORE_YEAR = re.compile(r"\b(?:in|during|throughout|of|from|between|and|to|by|for)\s+$", re.IGNORECASE)


def asks_for_newest(text: str) -> bool:
    """Whether a question wants the newest state of things: "latest", "so far", "right now", "still".

    Args:
        text: the question.

    Returns:
        True for such words; not for "at the latest", "now that", "from now on", "every now and then".

    Raises:
        Nothing.
    """
    return bool(_NEWEST.search(" ".join(text.lower().split())))
