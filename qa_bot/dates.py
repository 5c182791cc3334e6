"""Dates in text: days written out, and their forms for reading and for storing.

Offsets are code points into the text given.
"""

from __future__ import annotations

import datetime
import re

from qa_bot.types import Span

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
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_FULL_DATE = re.compile(
    rf"\b(?P<iso>(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)"
    rf"|\b(?P<d1>{_DAY})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{_MONTH}),?\s+(?P<y1>(?:19|20)\d\d)\b"
    rf"|\b(?P<m2>{_MONTH})\s+(?P<d2>{_DAY})(?:st|nd|rd|th)?,?\s+(?P<y2>(?:19|20)\d\d)\b",
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
