"""A figure is read whole: its value, its unit, of what, whose, where and in what state."""

import time

import pytest
from hypothesis import given, strategies as st

from qa_bot.quantities import Quantity, locations, quantities
from qa_bot.text import sentences
from qa_bot.types import Span


def only(text: str) -> Quantity:
    found = quantities(text)
    assert len(found) == 1, [text[item.span.start : item.span.end] for item in found]
    return found[0]


COUNTS = [
    ("The port has 10,000 guards.", "10,000", 10_000, 10_000, "exact"),
    ("It has more than 10,000 guards.", "more than 10,000", 10_000, 10_000, "more"),
    ("It has over 10,000 guards.", "over 10,000", 10_000, 10_000, "more"),
    ("It has upwards of 300 guards.", "upwards of 300", 300, 300, "more"),
    ("At least 12 ferries sank.", "At least 12", 12, 12, "at_least"),
    ("No fewer than 12 ferries sank.", "No fewer than 12", 12, 12, "at_least"),
    ("Up to 800 crew came.", "Up to 800", 800, 800, "at_most"),
    ("As many as 800 sailors came.", "As many as 800", 800, 800, "at_most"),
    ("No more than 80 sailors came.", "No more than 80", 80, 80, "at_most"),
    ("Fewer than 80 sailors came.", "Fewer than 80", 80, 80, "less"),
    ("Under 80 sailors came.", "Under 80", 80, 80, "less"),
    ("About 10,000 people came.", "About 10,000", 10_000, 10_000, "about"),
    ("Some 10,000 people came.", "Some 10,000", 10_000, 10_000, "about"),
    ("Nearly 500 people came.", "Nearly 500", 500, 500, "about"),
    ("Just under 500 people came.", "Just under 500", 500, 500, "about"),
    ("An estimated 40 people came.", "An estimated 40", 40, 40, "about"),
    ("There were 200 or so boats.", "200 or so", 200, 200, "about"),
    ("There were 200-odd boats.", "200-odd", 200, 200, "about"),
    ("There were 200 or more boats.", "200 or more", 200, 200, "at_least"),
    ("There were 200+ boats.", "200+", 200, 200, "at_least"),
    ("Between 10,000 and 12,000 people came.", "Between 10,000 and 12,000", 10_000, 12_000, "exact"),
    ("Estimates run from 1,200 to 1,500 boats.", "from 1,200 to 1,500", 1200, 1500, "exact"),
    ("There were 10,000-12,000 visitors.", "10,000-12,000", 10_000, 12_000, "exact"),
    ("There were 10–12 boats.", "10–12", 10, 12, "exact"),
    ("There were 10-12,000 visitors.", "10-12,000", 10_000, 12_000, "exact"),
    ("There were two to three million visitors.", "two to three million", 2e6, 3e6, "exact"),
    ("There were two or three boats.", "two or three", 2, 3, "exact"),
    ("There were ten thousand visitors.", "ten thousand", 10_000, 10_000, "exact"),
    ("There were twenty-five boats.", "twenty-five", 25, 25, "exact"),
    ("There were one hundred and twenty boats.", "one hundred and twenty", 120, 120, "exact"),
    ("There were two and a half million visitors.", "two and a half million", 2.5e6, 2.5e6, "exact"),
    ("Half a million people came.", "Half a million", 500_000, 500_000, "exact"),
    ("A dozen boats sank.", "A dozen", 12, 12, "exact"),
    ("Half a dozen boats sank.", "Half a dozen", 6, 6, "exact"),
    ("Two dozen boats sank.", "Two dozen", 24, 24, "exact"),
    ("A thousand boats sailed.", "A thousand", 1000, 1000, "exact"),
    ("It drew 1.5 million people.", "1.5 million", 1.5e6, 1.5e6, "exact"),
    ("It drew 3bn viewers.", "3bn", 3e9, 3e9, "exact"),
    ("It drew 12k viewers.", "12k", 12_000, 12_000, "exact"),
    ("It drew 30m people.", "30m", 30e6, 30e6, "exact"),
    ("It drew 10\u00a0000 people.", "10\u00a0000", 10_000, 10_000, "exact"),
    ("The plan has a five-point list.", "five", 5, 5, "exact"),
    ("He said “already 11,000” were there.", "11,000", 11_000, 11_000, "exact"),
    ("One person died.", "One", 1, 1, "exact"),
    ("Some 2000 people came.", "Some 2000", 2000, 2000, "about"),
]


@pytest.mark.parametrize(("text", "written", "low", "high", "comparison"), COUNTS)
def test_counts(text: str, written: str, low: float, high: float, comparison: str) -> None:
    """A figure stands with all that qualifies it, in digits, in words, or in both."""
    found = only(text)

    assert text[found.span.start : found.span.end] == written
    assert (found.low, found.high, found.comparison, found.measure) == (low, high, comparison, "count")


MEASURES = [
    ("It grew by 40 per cent.", "40 per cent", 40, "percent", None),
    ("It grew by 40%.", "40%", 40, "percent", None),
    ("It cost $2bn.", "$2bn", 2e9, "money", "USD"),
    ("It cost €50bn.", "€50bn", 50e9, "money", "EUR"),
    ("It cost about £1.5 million.", "about £1.5 million", 1.5e6, "money", "GBP"),
    ("It cost €200 m in all.", "€200 m", 200e6, "money", "EUR"),
    ("It cost US$30.", "US$30", 30, "money", "USD"),
    ("It cost 300 million dollars.", "300 million dollars", 300e6, "money", "USD"),
    ("It cost 20 euros.", "20 euros", 20, "money", "EUR"),
    ("It lies 20 kilometers off.", "20 kilometers", 20_000, "distance", None),
    ("It lies 1,000km off.", "1,000km", 1_000_000, "distance", None),
    ("It lies 12 miles off.", "12 miles", 19_312.128, "distance", None),
    ("A 30m wave came.", "30m", 30, "distance", None),
    ("It took three weeks.", "three weeks", 21, "duration", None),
    ("It took a 10-day trip.", "10-day", 10, "duration", None),
    ("It weighs 20 tonnes.", "20 tonnes", 20_000, "mass", None),
    ("It went at 30 mph.", "30 mph", 30, "speed", None),
    ("It burned 300 square kilometres.", "300 square kilometres", 300, "area", None),
    ("It was 30 degrees.", "30 degrees", 30, "temperature", None),
    ("It makes 40 megawatts.", "40 megawatts", 40, "power", None),
    ("A 45-year-old man came.", "45-year-old", 45, "age", None),
    ("Ann Lee, 45, came.", "45", 45, "age", None),
    ("A man aged 45 came.", "45", 45, "age", None),
]


@pytest.mark.parametrize(("text", "written", "value", "measure", "currency"), MEASURES)
def test_measures(text: str, written: str, value: float, measure: str, currency: str | None) -> None:
    """Money, per cent and distances are no counts, and have their unit with them."""
    found = only(text)

    assert text[found.span.start : found.span.end] == written
    assert found.low == pytest.approx(value)
    assert (found.measure, found.currency) == (measure, currency)


@pytest.mark.parametrize(
    "text",
    [
        "It opened in 2019.",
        "It opened on 5 November.",
        "It ran from 8 to 13 October.",
        "It opened on May 5.",
        "It leaves at 10:30.",
        "It leaves at 10 a.m.",
        "It leaves at 5pm.",
        "It fired an F-16.",
        "The G7 met.",
        "The Hwasong-19 flew.",
        "Article 5 holds.",
        "World War 2 ended.",
        "The No. 10 office.",
        "Harwell won 2-1.",
        "One in five came.",
        "It was the 19th visit.",
        "Dozens came.",
        "Tens of thousands of people came.",
        "Several hundred people came.",
        "One of the boats sank.",
        "No one came.",
        "The 2024-25 season.",
        "See 24/7 news.",
    ],
)
def test_what_is_no_figure(text: str) -> None:
    """Years, days, hours, scores, names, and words without a value count nothing."""
    assert quantities(text) == []


NORTH = ("north", "korea")
AROUND = [
    ("It has 300 Norwegian soldiers.", {"noun": ("soldier",), "of": {("norway",)}}),
    ("It has 300 soldiers in Latvia.", {"noun": ("soldier",), "places": {("latvia",)}}),
    ("There are 300 Norwegians in Latvia.", {"noun": (), "of": {("norway",)}}),
    ("It has 50 men, Danes and Norwegians together.", {"of": {("denmark",), ("norway",)}}),
    ("It has 50 Danish and Norwegian sailors.", {"noun": ("sailor",), "of": {("denmark",), ("norway",)}}),
    ("It has 50 soldiers from North Korea.", {"of": {NORTH}}),
    ("It has 50 special forces soldiers.", {"noun": ("special", "forc", "soldier")}),
    ("The number of guards rose to 12.", {"noun": ("guard",)}),
    ("It has a Danish force of 300.", {"noun": ("forc",), "of": {("denmark",)}}),
    ("Norway has sent 300 soldiers.", {"by": ("norway",)}),
    ("Oslo is said to have committed 300 soldiers.", {"by": ("norway",)}),
    ("Norway's ministry gave a total of 300.", {"by": None}),
    ("There were 30 rockets sent by Norway.", {"by": ("norway",)}),
    ("It has 300 guards in the port city of Saltby.", {"places": {("saltbi",)}}),
    ("It has 300 guards in Norway's Saltby region.", {"places": {("saltbi",)}}),
    ("In Saltby, 300 guards wait.", {"places": {("saltbi",)}}),
    ("It has 300 guards in Saltby, close to the Danish border.", {"places": {("saltbi",)}}),
    ("It has 300 guards near Saltby.", {"places": {("saltbi",)}}),
    ("It has 300 guards in Latvia, Saltby and Norway.", {"places": {("latvia",), ("saltbi",), ("norway",)}}),
    ("There are 300 guards in Oslo.", {"places": {("oslo",)}}),
    ("It killed 12 people.", {"states": {"killed"}}),
    ("It left 12 people dead.", {"states": {"killed"}}),
    ("The death toll rose to 12.", {"states": {"killed"}}),
    ("It wounded 12 people.", {"states": {"wounded"}}),
    ("Some 12 people were killed and wounded.", {"states": {"killed", "wounded"}}),
    ("Norway is preparing 300 soldiers.", {"states": {"planned"}}),
    ("They trained 300 soldiers.", {"states": {"trained"}}),
    ("It sent another 300 soldiers.", {"states": {"more"}}),
    ("It sent 300 more soldiers.", {"states": {"more"}}),
    ("Sales rose by 300.", {"states": {"change"}}),
    ("It handles 300 boats a day.", {"per": "day"}),
    ("It handles 300 boats daily.", {"per": "day"}),
    ("Three of the boats sank.", {"part": True}),
    ("They shot down 30 drones.", {"states": {"downed"}}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), AROUND)
def test_what_stands_around_a_figure(text: str, expected: dict[str, object]) -> None:
    """Of what, whose, by whom, where, in what state: as far as the words tell."""
    found = only(text)

    assert {name: getattr(found, name) for name in expected} == expected


LISTS = [
    ("The blast killed 12 people and injured more than 40.", [{"killed"}, {"wounded"}]),
    ("12 people were killed and 40 injured in Saltby.", [{"killed"}, {"wounded"}]),
    ("The blast killed 12 sailors and 3 guards.", [{"killed"}, {"killed"}]),
    ("Twelve people died when a bus carrying 40 tourists sank.", [{"killed"}, set()]),
    ("Twenty people are dead and dozens are missing.", [{"killed"}]),
    ("The toll rose from 12 to 15.", [{"killed", "former"}, {"killed"}]),
]


@pytest.mark.parametrize(("text", "states"), LISTS)
def test_each_figure_of_a_list_has_its_own_state(text: str, states: list[set[str]]) -> None:
    """What is said of one figure is not said of the next, but a verb may govern both."""
    assert [item.states for item in quantities(text)] == states


def test_each_figure_has_its_own_place() -> None:
    """A part that is told with its own place is a figure of that place."""
    whole, part = quantities("There are 300 Danes in Latvia, including as many as 80 in Saltby.")

    assert [set(whole.places), set(part.places)] == [{("latvia",)}, {("saltbi",)}]
    assert not whole.part
    assert not part.part


def test_a_place_is_where_something_is_and_not_what_it_is_of() -> None:
    """An adjective of a country is a place on its soil alone; months and channels are none."""
    assert list(locations("in Danish custody in May on Telegram")) == []
    assert list(locations("on Danish soil")) == [("denmark",)]


def test_spans_count_in_the_whole_text() -> None:
    """A sentence further down gives the figures' places in the article."""
    text = "It rained. At least 12 boats sank. All was calm."
    span = sentences(text)[1]

    found = quantities(text, span)

    assert [text[item.span.start : item.span.end] for item in found] == ["At least 12"]
    assert text[found[0].number.start : found[0].number.end] == "12"


PIECES = [
    "1", "12", "1,000", "10,000", "0.5", "two",
    "a dozen", "half", "hundred", "million", "m", "km", "%", "€",
    "$", "-", "–", "to", "and", "or", "between", "from", "of", "in", "more than", "Danish", "North Koreans",
    "soldiers", "killed", "Saltby", ",", ".", " ", "\u00a0", "’s", "(", ")", "5pm", "²", "٣", "一", "\n",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)
    | st.lists(st.sampled_from(PIECES)).map("".join)
)
def test_nothing_makes_it_fail_and_every_span_is_exact(text: str) -> None:
    """Figures are in order, apart, inside the sentence, and begin and end at what was written."""
    found = quantities(text)

    end = 0
    for item in found:
        assert end <= item.span.start <= item.number.start < item.number.end <= item.span.end <= len(text)
        assert text[item.span.start : item.span.end].strip() == text[item.span.start : item.span.end]
        assert item.low <= item.high
        end = item.span.end


@given(st.text(), st.integers(0, 20), st.integers(0, 20))
def test_any_part_of_any_text_can_be_read(text: str, start: int, length: int) -> None:
    """What is found in a part is found at its place in the whole."""
    span = Span(min(start, len(text)), min(start + length, len(text)))
    part = quantities(text[span.start : span.end])

    assert [item.span for item in quantities(text, span)] == [
        Span(item.span.start + span.start, item.span.end + span.start) for item in part
    ]


@pytest.mark.parametrize(
    "piece", ["1,000 ", "two hundred and ", "Danish ", "in Saltby ", "10-", "€", "of ", "a "]
)
def test_time_is_linear(piece: str) -> None:
    """Ten times the text takes about ten times as long, not a hundred times."""

    def took(times: int) -> float:
        text = piece * times
        started = time.perf_counter()
        quantities(text)
        return time.perf_counter() - started

    took(10)
    assert min(took(4000) for _ in range(2)) < 30 * max(min(took(400) for _ in range(3)), 0.002)
