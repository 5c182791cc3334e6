"""Dates are found where they stand, and mean the days that a reader takes them for."""

import datetime
import time
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from qa_bot.date_rules import Tense
from qa_bot.dates import (
    WEEKDAYS,
    TimeExpression,
    asks_for_newest,
    full_dates,
    iso_date,
    time_expressions,
)
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


# A Wednesday.
ASKED = datetime.date(2024, 11, 20)


def read(text: str, reference: datetime.date = ASKED) -> list[str]:
    """What a text says of time: its words, and the days they mean."""
    return [shown(text, found) for found in time_expressions(text, reference)]


def shown(text: str, found: TimeExpression) -> str:
    """An expression on one line: "last week: 2024-11-11 2024-11-17 week"; "~" where a side is open."""
    days = " ".join(day.isoformat() if day else "~" for day in (found.first, found.last))
    return f"{text[found.start : found.end]}: {days} {found.precision}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # days
        ("What did the harbour board decide yesterday?", "yesterday: 2024-11-19 2024-11-19 day"),
        ("Which ferries sail today?", "today: 2024-11-20 2024-11-20 day"),
        ("Does the tunnel open tomorrow morning?", "tomorrow morning: 2024-11-21 2024-11-21 day"),
        ("Who called the coastguard last night?", "last night: 2024-11-19 2024-11-19 day"),
        ("Who spoke this morning?", "this morning: 2024-11-20 2024-11-20 day"),
        ("It sank the day before yesterday.", "day before yesterday: 2024-11-18 2024-11-18 day"),
        ("The crane fell two days ago.", "two days ago: 2024-11-18 2024-11-18 day"),
        ("The pier burned a year ago today.", "a year ago today: 2023-11-20 2023-11-20 day"),
        ("What was agreed on 2024-11-04?", "2024-11-04: 2024-11-04 2024-11-04 day"),
        ("What was agreed on 4 November 2024?", "4 November 2024: 2024-11-04 2024-11-04 day"),
        ("What was agreed on November 4th, 2024?", "November 4th, 2024: 2024-11-04 2024-11-04 day"),
        ("What was agreed on the 4th of November?", "4th of November: 2024-11-04 2024-11-04 day"),
        ("What was agreed on Nov. 4?", "Nov. 4: 2024-11-04 2024-11-04 day"),
        ("What was agreed on nov 4", "nov 4: 2024-11-04 2024-11-04 day"),
        ("What was agreed on 5 may?", "5 may: 2024-05-05 2024-05-05 day"),
        ("They met on Oct. 3 last year.", "Oct. 3 last year: 2023-10-03 2023-10-03 day"),
        ("They met on Monday, 4 November.", "Monday, 4 November: 2024-11-04 2024-11-04 day"),
        ("They met on Sat 4 Nov.", "Sat 4 Nov.: 2023-11-04 2023-11-04 day"),
        ("They struck from 3 to 7 Nov. 2024.", "3 to 7 Nov. 2024: 2024-11-03 2024-11-07 day"),
        ("They struck on November 5-7.", "November 5-7: 2024-11-05 2024-11-07 day"),
        ("Was there a strike between 1 and 5 November?", "1 and 5 November: 2024-11-01 2024-11-05 day"),
        ("It ran from 30 October to 5 November.", "30 October to 5 November: 2024-10-30 2024-11-05 day"),
        ("It ran 30 Oct.–5 Nov. 2023.", "30 Oct.–5 Nov. 2023: 2023-10-30 2023-11-05 day"),
        # the year that is left out
        ("The lock opened on Dec. 12.", "Dec. 12: 2023-12-12 2023-12-12 day"),
        ("The lock will open on Feb. 12.", "Feb. 12: 2025-02-12 2025-02-12 day"),
        ("The Dec. 12 vote divides the port.", "Dec. 12: 2024-12-12 2024-12-12 day"),
        ("Feb. 29 was wet.", "Feb. 29: 2024-02-29 2024-02-29 day"),
        # weekdays
        ("The minister resigned on Monday.", "Monday: 2024-11-18 2024-11-18 day"),
        ("The minister resigned on Wednesday.", "Wednesday: 2024-11-20 2024-11-20 day"),
        ("A boat capsized Tuesday morning.", "Tuesday morning: 2024-11-19 2024-11-19 day"),
        ("Earlier on Thursday, she met the crew.", "Earlier on Thursday: 2024-11-14 2024-11-14 day"),
        ("The two sides will meet on Monday.", "Monday: 2024-11-25 2024-11-25 day"),
        ("The report is due on Friday.", "Friday: 2024-11-22 2024-11-22 day"),
        ("On Friday, the court will rule.", "Friday: 2024-11-22 2024-11-22 day"),
        ("The ship will be repaired, she said on Friday.", "Friday: 2024-11-15 2024-11-15 day"),
        ("The ferry is expected to be towed on Friday.", "Friday: 2024-11-22 2024-11-22 day"),
        ("Monday's storm will cost millions.", "Monday: 2024-11-18 2024-11-18 day"),
        ("who left last friday", "last friday: 2024-11-15 2024-11-15 day"),
        ("He left last Wednesday.", "last Wednesday: 2024-11-13 2024-11-13 day"),
        ("Talks resume next Monday.", "next Monday: 2024-11-25 2024-11-25 day"),
        ("Talks resume this Friday.", "this Friday: 2024-11-22 2024-11-22 day"),
        ("Talks were held this Tuesday.", "this Tuesday: 2024-11-19 2024-11-19 day"),
        ("Talks collapsed on Monday last week.", "Monday last week: 2024-11-11 2024-11-11 day"),
        ("Crowds left after Friday prayers.", "after Friday: 2024-11-16 ~ open"),
        ("The port was shut from Monday to Friday.", "Monday to Friday: 2024-11-11 2024-11-15 day"),
        ("The port will shut from Monday to Friday.", "Monday to Friday: 2024-11-25 2024-11-29 day"),
        # weeks and weekends
        ("What happened last week?", "last week: 2024-11-11 2024-11-17 week"),
        ("What is planned for next week?", "next week: 2024-11-25 2024-12-01 week"),
        ("Who resigned earlier this week?", "earlier this week: 2024-11-18 2024-11-20 week"),
        ("Who is to sail later in the week?", "later in the week: 2024-11-20 2024-11-24 week"),
        ("How many landed in the past week?", "past week: 2024-11-13 2024-11-20 week"),
        ("How many landed over the last two weeks?", "last two weeks: 2024-11-06 2024-11-20 week"),
        ("How many sail in the next three weeks?", "next three weeks: 2024-11-20 2024-12-11 week"),
        ("How many landed in the past 48 hours?", "past 48 hours: 2024-11-18 2024-11-20 day"),
        ("The dredger came three weeks ago.", "three weeks ago: 2024-10-28 2024-11-03 week"),
        ("What was said in the week of November 6?", "week of November 6: 2024-11-04 2024-11-10 week"),
        ("The gale came over the weekend.", "weekend: 2024-11-16 2024-11-17 weekend"),
        ("The gale came last weekend.", "last weekend: 2024-11-16 2024-11-17 weekend"),
        ("The gale will come at the weekend.", "weekend: 2024-11-23 2024-11-24 weekend"),
        # months
        ("What happened in October?", "October: 2024-10-01 2024-10-31 month"),
        ("What happened in November?", "November: 2024-11-01 2024-11-30 month"),
        ("What happened in December?", "December: 2023-12-01 2023-12-31 month"),
        ("what happened in may", "may: 2024-05-01 2024-05-31 month"),
        ("What happened in March?", "March: 2024-03-01 2024-03-31 month"),
        ("Elections will be held in May.", "May: 2025-05-01 2025-05-31 month"),
        ("Fares rose last October.", "last October: 2024-10-01 2024-10-31 month"),
        ("Fares rose in October last year.", "October last year: 2023-10-01 2023-10-31 month"),
        ("Fares rose in October 2022.", "October 2022: 2022-10-01 2022-10-31 month"),
        ("Fares rose in 2024-02.", "2024-02: 2024-02-01 2024-02-29 month"),
        ("Fares rose last month.", "last month: 2024-10-01 2024-10-31 month"),
        ("Fares rose earlier this month.", "earlier this month: 2024-11-01 2024-11-20 month"),
        ("Fares rose three months ago.", "three months ago: 2024-08-01 2024-08-31 month"),
        ("Fares rose in the past three months.", "past three months: 2024-08-20 2024-11-20 month"),
        ("Fares rose in late October.", "late October: 2024-10-22 2024-10-31 month"),
        ("Fares rose at the end of October.", "end of October: 2024-10-22 2024-10-31 month"),
        ("Fares rose in mid-November.", "mid-November: 2024-11-11 2024-11-20 month"),
        ("Fares rose in the first week of June.", "first week of June: 2024-06-01 2024-06-07 week"),
        ("Fares rose between March and June 2023.", "March and June 2023: 2023-03-01 2023-06-30 month"),
        ("Fares rose from November to February.", "November to February: 2023-11-01 2024-02-29 month"),
        ("A March report blamed the pilot.", "March: 2024-03-01 2024-03-31 month"),
        # quarters and seasons
        ("What did the yard earn in Q3 2024?", "Q3 2024: 2024-07-01 2024-09-30 quarter"),
        ("It grew in the third quarter of 2023.", "third quarter of 2023: 2023-07-01 2023-09-30 quarter"),
        ("It grew last quarter.", "last quarter: 2024-07-01 2024-09-30 quarter"),
        ("The canal dried up last summer.", "last summer: 2024-06-01 2024-08-31 season"),
        ("The canal dried up in the summer of 2022.", "summer of 2022: 2022-06-01 2022-08-31 season"),
        ("The canal may freeze this winter.", "this winter: 2024-12-01 2025-02-28 season"),
        # years
        ("Who won in 2023?", "2023: 2023-01-01 2023-12-31 year"),
        ("Who won the 2016 election?", "2016: 2016-01-01 2016-12-31 year"),
        ("Who won in early 2024?", "early 2024: 2024-01-01 2024-04-30 year"),
        ("Who won in the second half of 2024?", "second half of 2024: 2024-07-01 2024-12-31 year"),
        ("Who won this year?", "this year: 2024-01-01 2024-12-31 year"),
        ("Who won over the past year?", "past year: 2023-11-20 2024-11-20 year"),
        ("Who won ten years ago?", "ten years ago: 2014-01-01 2014-12-31 year"),
        ("Who ruled from 2019 to 2021?", "2019 to 2021: 2019-01-01 2021-12-31 year"),
        ("Who played in the 2019-20 season?", "2019-20: 2019-01-01 2020-12-31 year"),
        ("Ferries were cheap in the 1990s.", "1990s: 1990-01-01 1999-12-31 decade"),
        ("Ferries were cheap in the late 1970s.", "late 1970s: 1977-01-01 1979-12-31 decade"),
        # one side open
        ("Who has resigned since Monday?", "since Monday: 2024-11-18 ~ open"),
        ("Who has resigned since last week?", "since last week: 2024-11-11 ~ open"),
        ("Who has resigned since the start of the year?", "since the start of the year: 2024-01-01 ~ open"),
        ("Who resigned before 5 November?", "before 5 November: ~ 2024-11-04 open"),
        ("Who resigned after 5 November?", "after 5 November: 2024-11-06 ~ open"),
        ("What was known as of 10 November?", "as of 10 November: ~ 2024-11-10 open"),
        ("What was known by mid-November?", "by mid-November: ~ 2024-11-20 open"),
        ("The ban runs until March.", "until March: ~ 2025-03-31 open"),
        ("The ban runs until 5 March 2026.", "until 5 March 2026: ~ 2026-03-05 open"),
        ("The bill must pass by Friday.", "by Friday: ~ 2024-11-22 open"),
        ("The ban applies starting on Monday.", "starting on Monday: 2024-11-25 ~ open"),
        ("The ban applied from 2020 onwards.", "from 2020 onwards: 2020-01-01 ~ open"),
        ("The quay reopens by the end of the year.", "by the end of the year: ~ 2024-12-31 open"),
        # a side that is none
        ("Divers came after Monday's collision.", "Monday: 2024-11-18 2024-11-18 day"),
        ("The tug did not come until Monday.", "Monday: 2024-11-18 2024-11-18 day"),
        ("A tug came a day after 5 November.", "5 November: 2024-11-05 2024-11-05 day"),
        ("Aid came after the 2020 flood.", "2020: 2020-01-01 2020-12-31 year"),
        # other writing
        ("WHO SPOKE TODAY", "TODAY: 2024-11-20 2024-11-20 day"),
        ("LAST WEEK", "LAST WEEK: 2024-11-11 2024-11-17 week"),
        ("İstanbul’s ferries on Monday", "Monday: 2024-11-18 2024-11-18 day"),
        ("on\u00a04\u202fNovember", "4\u202fNovember: 2024-11-04 2024-11-04 day"),
    ],
)
def test_words_of_time_mean_days(text: str, expected: str) -> None:
    """A question's limits and a sentence's day are what a reader takes them for."""
    assert read(text) == [expected]


def test_several_in_one_text_stay_apart() -> None:
    """Each is resolved by the words beside it."""
    text = "On Monday the minister said he will sign on Friday what was agreed in 2019, 2020 and last May."

    assert read(text) == [
        "Monday: 2024-11-18 2024-11-18 day",
        "Friday: 2024-11-22 2024-11-22 day",
        "2019: 2019-01-01 2019-12-31 year",
        "2020: 2020-01-01 2020-12-31 year",
        "last May: 2024-05-01 2024-05-31 month",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "May said she may sail; Theresa May's ministers and critics of May may not.",
        "April Jones met Mr March, August Lund and June.",
        "They march 10 miles, and of 30 rescued 5 may have died; they joined the march.",
        "The sun sat low; a mar on the deck.",
        "Shops open early on Black Friday, Good Friday and Easter Monday.",
        "Ferries sail every Friday, each Sunday, most Saturdays and on Mondays.",
        "Ferries sail every Monday, Wednesday and Friday.",
        "She wrote for The Sunday Times and USA TODAY, then India Today.",
        "He came the following Monday, a week earlier, the day before and the next day.",
        "2,000 soldiers, 2000 soldiers, 1999 people and 300 sheep live in 2000 homes.",
        "Call 020 7946 1999, 555-2019-2020 or +44 2020 1998.",
        "It is open 24/7, on 10/11, at 20:24 and until 2030 GMT.",
        "It cost $2024, 2024.5 or 1,2024, and 12024 were sold.",
        "the 20th century, the 1900s, the 21st",
        "In recent weeks and the last few days, for several months.",
        "His last year was the last week of the voyage.",
        "31 February 2024 and 2024-13-01 and 2024-02-30",
        "more than two years ago, one or two weeks ago, long ago, 780,000 years ago",
        "The second deck, the first quarter of the match, the fall of the crane.",
        "A ferry left Mar-a-Lago.",
        "The Oct. 7 attack and the January 6 committee",
        "_may_",
        "",
    ],
)
def test_the_same_words_are_often_no_time(text: str) -> None:
    """A wrong limit hides the answer; what cannot be told is left out."""
    assert read(text) == []


def test_a_day_that_is_the_name_of_an_event_is_read_when_it_is_near() -> None:
    """Years later "Oct. 7" means what happened then; a few days later, it may well be the day."""
    assert read("On Oct. 7, a ferry sank.", datetime.date(2024, 10, 9)) == [
        "Oct. 7: 2024-10-07 2024-10-07 day"
    ]


@pytest.mark.parametrize(
    ("text", "tense", "expected"),
    [
        ("the vote on Monday", None, "Monday: 2024-11-18 2024-11-18 day"),
        ("the vote on Monday", "past", "Monday: 2024-11-18 2024-11-18 day"),
        ("the vote on Monday", "future", "Monday: 2024-11-25 2024-11-25 day"),
        ("the vote in January", "past", "January: 2024-01-01 2024-01-31 month"),
        ("the vote in January", "future", "January: 2025-01-01 2025-01-31 month"),
        ("the vote on Nov. 28", "past", "Nov. 28: 2023-11-28 2023-11-28 day"),
        ("the vote on Nov. 2", "future", "Nov. 2: 2025-11-02 2025-11-02 day"),
        ("they will vote on Monday", "past", "Monday: 2024-11-18 2024-11-18 day"),
    ],
)
def test_who_knows_the_tense_can_tell(text: str, tense: Tense | None, expected: str) -> None:
    """What was told counts more than the words."""
    assert [shown(text, found) for found in time_expressions(text, ASKED, tense=tense)] == [expected]


@pytest.mark.parametrize(
    ("text", "relative"),
    [
        ("4 November 2024", False),
        ("in October 2024", False),
        ("in 2023", False),
        ("the 1990s", False),
        ("from March to June 2023", False),
        ("4 November", True),
        ("last week", True),
        ("on Monday", True),
        ("October last year", True),
    ],
)
def test_what_needs_the_day_of_reference_is_relative(text: str, relative: bool) -> None:
    """Only such words need telling which day is meant."""
    assert [found.relative for found in time_expressions(text, ASKED)] == [relative]


pieces = st.sampled_from(
    "on in the of since until by from to between and early mid late end start last next this past coming"
    " Monday friday SUNDAY May may March Nov. October sept 1 5 31 29 2 two a 1999 2024 2000 1990s Q3 2019-20"
    " 2024-11-04 2024-02-30 week weekend month quarter year decade days hours ago summer winter fall"
    " yesterday today night morning will said is due first third half – - , . ' ’s ( \u00a0 \n İ 😀".split(
        " "
    )
)
phrases = st.lists(pieces, max_size=14).map(" ".join) | st.lists(pieces, max_size=10).map("".join) | st.text()
days = st.dates() | st.sampled_from([datetime.date.min, datetime.date.max])
tenses = st.sampled_from([None, "past", "future"])


@given(phrases, days, tenses)
def test_any_text_on_any_day_gives_days_in_order(
    text: str, reference: datetime.date, tense: Tense | None
) -> None:
    """Nothing raises; words stand where they are said to, in order and apart; no period ends too early."""
    found = time_expressions(text, reference, tense=tense)

    assert found == time_expressions(text, reference, tense=tense)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    for each in found:
        assert each.first or each.last
        assert (each.precision == "open") == (each.first is None or each.last is None)
        if each.first and each.last:
            assert each.first <= each.last


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)), days)
def test_a_full_date_means_itself_on_any_day(day: datetime.date, reference: datetime.date) -> None:
    """Whenever it is read; both ways of finding dates agree."""
    for written in (f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}", day.isoformat()):
        text = f"Oslo, {written}: fog"
        found = time_expressions(text, reference)

        assert [(each.first, each.last, each.relative) for each in found] == [(day, day, False)]
        assert full_dates(text) == [(Span(found[0].start, found[0].end), day)]


@given(st.sampled_from(WEEKDAYS), days.filter(lambda day: 1 < day.year < 9999))
def test_a_weekday_is_within_a_week(name: str, reference: datetime.date) -> None:
    """In news "on Monday" is the day just past, or today; "last" is before today, "next" after it."""

    def away(text: str) -> int:
        (found,) = time_expressions(text, reference)
        assert found.first and f"{found.first:%A}".lower() == name
        return (found.first - reference).days

    assert -6 <= away(f"The mayor resigned on {name.title()}.") <= 0
    assert 0 <= away(f"The mayor will resign on {name.title()}.") <= 6
    assert -7 <= away(f"last {name}") <= -1
    assert 1 <= away(f"next {name}") <= 7


HOSTILE = (
    "monday ", "since the end of ", "last ", "1 ", "12 November ", "Nov. ", "2019-", "between 1 and ",
    "in May ", "Today ", "a", " ", "’s ", "every Monday, ", "monday, tuesday, and ", "(2019) ", "will ",
    "early late mid ", "is still ", "\nMonday", "İ", "the first quarter ", "from Monday to ", "1999 people ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    """Whoever writes an article must not be able to stop the reading of it (each takes under a second)."""
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    started = time.perf_counter()
    time_expressions(text, ASKED)
    asks_for_newest(text)

    assert time.perf_counter() - started < 15


@pytest.mark.parametrize(
    "text",
    [
        "What is the latest on the ferry strike?",
        "Who currently leads the harbour board?",
        "Who leads the harbour board now?",
        "What is happening in the port right now?",
        "How many have landed by now?",
        "How many have landed so far?",
        "How many have landed so far this year?",
        "How many have landed up to now?",
        "How many have landed to date?",
        "How high is the water at the moment?",
        "How high is the water at present?",
        "What are today’s sailings?",
        "What did the minister say most recently?",
        "Which is the most recent sailing?",
        "Which is the newest ferry?",
        "Who is the current minister?",
        "Is the bridge still closed?",
        "What has happened in recent  weeks?",
        "WHO RUNS THE PORT THESE DAYS",
    ],
)
def test_some_questions_want_the_newest(text: str) -> None:
    """Of two reports that differ, the later one answers these."""
    assert asks_for_newest(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who resigned on Monday?",
        "Must the bill pass by Friday at the latest?",
        "Who pays now that the strike is over?",
        "What applies from now on?",
        "Who comes every now and then?",
        "What happened in the now-closed yard?",
        "Why is the island so far away?",
        "What was still missing?",
        "Who opened a current account?",
        "Who has known the captain?",
        "Where does the snow fall?",
        "",
    ],
)
def test_other_questions_do_not(text: str) -> None:
    """The same words have other uses."""
    assert not asks_for_newest(text)
