"""Dates are found where they stand."""

import datetime

import pytest
from hypothesis import given, strategies as st

from qa_bot.dates import full_dates, iso_date
from qa_bot.types import Span


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Saturday, October 19, 2024", "2024-10-19"),
        ("19th of October 2024", "2024-10-19"),
        ("2024-10-19T23:59:00Z", "2024-10-19"),
        ("19 Oct. 2024", "2024-10-19"),
        (datetime.datetime(2024, 10, 19, 23, 0), "2024-10-19"),
        (datetime.date(2024, 10, 19), "2024-10-19"),
        ("31 February 2024", None),
        ("2024-13-01", None),
        ("October 2024", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_when_they_name_a_day(text: object, day: str | None) -> None:
    """A month or an impossible day is no date."""
    assert iso_date(text) == day


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))
def test_a_written_date_is_found_where_it_stands(day: datetime.date) -> None:
    """The span of a date holds the date and no more."""
    written = f"{day.day} {day:%B} {day.year}"
    text = f"Zürich, {written}: 7 people"
    assert full_dates(text) == [(Span(8, 8 + len(written)), day)]
