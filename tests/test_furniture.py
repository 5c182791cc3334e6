"""Page furniture goes, the article stays, and what the furniture told is known."""

import pytest
from hypothesis import given, strategies as st

from qa_bot.cleaning import clean
from qa_bot.furniture import tidy

BODY = [
    "The ferry to Skerry will stop for the winter, the harbour board said on Tuesday.",
    "Ice damaged its engine last year, and repairs cost 40,000 euros.",
    "“We have no choice,” said Ines Moll, who heads the board.",
]
FURNITURE = [
    "READ MORE",
    "Read more:",
    "LEAVE A REPLY",
    "Please enter your comment!",
    "0FansLike",
    "1,204FollowersFollow",
    "Advertisement",
    "Listen to the Harbour Talk podcast on Apple, Spotify or wherever you listen.",
    "Sign up for our newsletter and never miss a ferry.",
    "(Updates with quote in third paragraph)",
    "(c) Copyright Northern Press 2023",
    "© 2024 Harbour Daily Ltd. All rights reserved.",
    "Copyright 2024 Harbour Daily",
]
KEPT = [
    "Copyright law is to change next year, the ministry said.",
    "Read more books, the minister told pupils.",
    "Related work had begun in 2019.",
    "Fans like the new stadium.",
    "Comments by the mayor drew criticism on Monday.",
    "Sign up for the evacuation list at the town hall, officials urged.",
    "-5 C was measured at the port on Sunday.",
    "By the river, nobody slept.",
]


@pytest.mark.parametrize("line", FURNITURE)
@pytest.mark.parametrize("at", range(4))
def test_furniture_goes_wherever_it_stands(line: str, at: int) -> None:
    """No such line may ever be quoted; the sentences around it stay."""
    lines = [*BODY[:at], line, *BODY[at:]]
    assert tidy(clean("\n\n".join(lines))).text == "\n\n".join(BODY)


@pytest.mark.parametrize("line", KEPT)
@pytest.mark.parametrize("at", range(4))
def test_a_sentence_that_resembles_furniture_stays(line: str, at: int) -> None:
    """When in doubt, text stays."""
    text = "\n\n".join([*BODY[:at], line, *BODY[at:]])
    assert tidy(clean(text)).text == text


def test_what_a_site_prints_above_an_article_becomes_facts() -> None:
    """Weather, place and day are no part of the article; the headline is its title."""
    found = tidy(
        clean(
            "\n".join(
                [
                    "7.5 C",
                    "Port Ellis",
                    "Friday, March 8, 2024",
                    "",
                    "Ferry stops for winter months",
                    "By Ana Ruiz and Bo Lind",
                    "",
                    *BODY,
                ]
            )
        )
    )
    assert found.text.split("\n") == ["Ferry stops for winter months", "", *BODY]
    assert (found.title, found.published, found.author) == (
        "Ferry stops for winter months",
        "2024-03-08",
        "Ana Ruiz and Bo Lind",
    )


def test_a_day_of_change_is_not_the_day_of_publication() -> None:
    """Both are dates of the article, and mean different things."""
    found = tidy(
        clean(
            "\n".join(
                [
                    "Ferry stops for the winter",
                    "Published: 8 March 2024",
                    "Last updated: 9 March 2024",
                    "",
                    *BODY,
                ]
            )
        )
    )
    assert (found.published, found.modified) == ("2024-03-08", "2024-03-09")


def test_what_a_site_prints_below_an_article_goes() -> None:
    """A form for comments, counts of followers, other headlines."""
    tail = [
        "Source link",
        "",
        "Related Articles",
        "Bridge reopens after two years",
        "LEAVE A REPLY",
        "Name",
        "Stay Connected",
        "0FollowersFollow",
        "Latest Articles",
        "Mayor of Lindholm resigns",
    ]
    assert tidy(clean("\n".join([*BODY, "", *tail]))).text == "\n".join(BODY)


def test_prose_after_a_list_of_other_articles_stays() -> None:
    """A box in the middle of an article must not cost its second half."""
    text = "\n".join([*BODY, "Related Articles", "Bridge reopens after two years", *BODY])
    assert tidy(clean(text)).text.count("engine last year") == 2


@pytest.mark.parametrize(
    ("line", "rights", "publisher"),
    [
        ("(c) Copyright Northern Press 2023", "Northern Press 2023", "Northern Press"),
        ("©2024 Meridian Wire L.P.", "Meridian Wire L.P. 2024", "Meridian Wire"),
        (
            "Copyright 2024 The Harbour Daily. All rights reserved.",
            "The Harbour Daily 2024",
            "The Harbour Daily",
        ),
        ("© 2019-2024 Riverside Post Ltd", "Riverside Post Ltd 2019-2024", "Riverside Post"),
        ("(c) 2021", "2021", None),
    ],
)
def test_a_copyright_line_tells_holder_and_year(line: str, rights: str, publisher: str | None) -> None:
    """It is no sentence of the article, but says who published it and when at the latest."""
    found = tidy(clean("\n".join([*BODY, line])))
    assert (found.text, found.rights, found.publisher) == ("\n".join(BODY), rights, publisher)


def test_an_authors_name_and_biography_tell_author_and_publisher() -> None:
    """Whom the author writes for is the publisher, also where an agency holds the copyright."""
    tail = [
        "(c) Copyright Northern Press 2023",
        "",
        "Ana Ruiz",
        "",
        "Ana Ruiz",
        "",
        "Ana Ruiz is a contributor to The Harbour Daily from the northern islands",
    ]
    found = tidy(clean("\n".join([*BODY, "", *tail])))
    assert found.text == "\n".join(BODY)
    assert (found.author, found.publisher, found.rights) == (
        "Ana Ruiz",
        "The Harbour Daily",
        "Northern Press 2023",
    )


@pytest.mark.parametrize(
    "glue",
    [" date 2024-11-05 Ferry stops for winter months\n", "Ferry stops for winter months date 2024-11-05 "],
)
def test_a_date_that_was_glued_to_the_title_is_read(glue: str) -> None:
    """As exports run their fields into one."""
    found = tidy(clean(glue + "\n".join(BODY)))
    assert (found.title, found.published) == ("Ferry stops for winter months", "2024-11-05")
    assert "date 2024" not in found.text
    assert all(line in found.text for line in BODY)


def test_captions_are_printed_once_and_without_their_photographer() -> None:
    """What a caption says may matter; who took the picture does not."""
    caption = "The ferry Alma in the ice off Skerry."
    note = f"{caption} (Photo by B. Lind / various sources / NPA) / -----EDITORS NOTE --- NO MARKETING"
    lines = [
        f"{caption} Photograph:  NPA",
        f"{caption} Photograph: NPA",
        BODY[0],
        f"{caption[:-1]} (PHOTO: NPA)",
        BODY[1],
        note,
    ]
    text = tidy(clean("\n".join(lines))).text
    assert text == "\n".join([caption, BODY[0], caption[:-1], BODY[1], caption])


def test_a_title_that_stands_again_is_taken_once() -> None:
    """It is the text that replaces a picture."""
    title = "Ferry to Skerry stops for the winter, board says"
    assert tidy(clean("\n".join([title, *BODY[:2], title, BODY[2]]))).text == "\n".join([title, *BODY])


def test_an_agencys_mark_goes_and_names_the_publisher() -> None:
    """It would stand before the first quote of the article."""
    found = tidy(clean("(Meridian) -- " + "\n".join(BODY)))
    assert (found.text, found.publisher) == ("\n".join(BODY), "Meridian")
    cited = tidy(clean("PORT ELLIS (Meridian) - " + "\n".join(BODY)))
    assert (cited.text.startswith("PORT ELLIS"), cited.publisher) == (True, "Meridian")


@pytest.mark.parametrize(
    "line",
    [
        "Correction: The ferry has two engines, not one.",
        "CORRECTION (9 March): The ferry has two engines.",
        "An earlier version of this article gave the wrong year.",
        "This article was amended on 9 March 2024 to name the board.",
    ],
)
def test_corrections_are_known_and_stay(line: str) -> None:
    """Who quotes an article should learn what was wrong in it."""
    found = tidy(clean("\n".join([*BODY, line])))
    assert (found.corrections, found.text.endswith(line)) == ([line], True)


def test_a_text_without_furniture_tells_no_correction_author_or_rights() -> None:
    """Nothing is made up."""
    found = tidy("\n".join(BODY))
    assert (found.corrections, found.author, found.rights, found.publisher, found.published) == (
        [],
        None,
        None,
        None,
        None,
    )


LINES = st.lists(
    st.sampled_from(
        [
            *BODY,
            *FURNITURE,
            *KEPT,
            "",
            "Ana Ruiz",
            "Port Ellis",
            "-3 C",
            "8 March 2024",
            "Name",
            "date 2024-11-05 On",
            "Ferry stops for winter months",
            "Related Articles",
            "Photograph: NPA",
            "Correction: two.",
            "Updated 9 March 2024",
            "By Ana Ruiz",
            "Ana Ruiz is a reporter for The Post.",
            "(NPA) -- (NPA) -- It rained all day in Port Ellis.",
        ]
    ),
    max_size=14,
)


@given(LINES)
def test_tidying_twice_changes_nothing(lines: list[str]) -> None:
    """Offsets count in the tidied text; it must also be clean."""
    text = tidy(clean("\n".join(lines))).text
    assert tidy(text).text == text
    assert clean(text) == text


@given(LINES)
def test_no_sentence_of_the_body_is_lost(lines: list[str]) -> None:
    """Whatever furniture stands around, each sentence is there as often as it was."""
    text = tidy(clean("\n".join(lines))).text
    assert [text.count(line) for line in BODY] == [lines.count(line) for line in BODY]
