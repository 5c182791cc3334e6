"""Figures that differ are shown when they are of the same thing, and only then."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from qa_bot import QABot
from qa_bot.attribution import said_by
from qa_bot.candidates import Candidate, judge
from qa_bot.disagreement import Difference, about, as_cited, disagreements
from qa_bot.expansion import Expanded, expand
from qa_bot.figures import values_of
from qa_bot.models import word_rarity, word_vectors
from qa_bot.question import Question, parse
from qa_bot.text import terms
from qa_bot.types import Article, Citation, Passage

Told = tuple[str, str | None, str]  # outlet, day, text


@dataclass(frozen=True)
class Asked:
    """A question over a few articles, with the sentences as the evidence stage ranks them."""

    question: Question
    articles: tuple[Article, ...]

    def frequency(self, term: str) -> int:
        return self._counts[term]

    def vocabulary(self, prefix: str) -> list[str]:
        return [term for term, _ in self._counts.most_common() if term.startswith(prefix)]

    def counts(self) -> tuple[int, int]:
        return len(self.articles), len(self.articles)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(term for article in self.articles for term in set(terms(article.text)))

    @cached_property
    def expanded(self) -> tuple[Expanded, ...]:
        return expand(self.question, self, word_rarity)

    @cached_property
    def candidates(self) -> list[Candidate]:
        found = [
            (Passage(article.id, article.id, article.text, 0, len(article.text), 1.0), article)
            for article in self.articles
        ]
        return judge(self.question, self.expanded, found, word_vectors)

    @cached_property
    def found(self) -> tuple[Difference, ...]:
        return disagreements(self.question, self.expanded, self.candidates)

    @property
    def sides(self) -> list[list[str]]:
        """Of each difference what its sides say, in order of the text."""
        return [sorted(side.best.text for side in difference.sides) for difference in self.found]


def ask(question: str, *told: Told) -> Asked:
    """The question over articles of one text each."""
    articles = tuple(
        Article(f"a{number}", text, publisher=outlet or None, published=day)
        for number, (outlet, day, text) in enumerate(told)
    )
    return Asked(parse(question), articles)


def two(question: str, one: str, other: str) -> Asked:
    """The question over two outlets of one day."""
    return ask(question, ("Harbour Daily", "2024-05-06", one), ("Quay Post", "2024-05-06", other))


# --- different ---------------------------------------------------------------------------------------

DIFFERENT = [
    (
        "How many people were killed in the Harwell ferry fire?",
        "The fire on the Harwell ferry killed 12 people.",
        "At least 15 people were killed when a ferry burned off Harwell, in the worst fire for years.",
        ["12", "At least 15"],
    ),
    (
        "How many soldiers has Norway sent to Latvia?",
        "Norway has sent about 400 soldiers to Latvia, the ministry said.",
        "Oslo has sent 600 troops to Latvia since spring.",
        ["600", "about 400"],
    ),
    (
        "How many Norwegian soldiers are in Latvia?",
        "There are 400 Norwegian soldiers in Latvia, the minister said.",
        "More than 400 Norwegian troops are in Latvia, a spokesman said.",
        ["400", "More than 400"],
    ),
    (
        "How many Norwegian soldiers are in Liepaja?",
        "The minister put as many as 300 Norwegian soldiers in Liepaja.",
        "There are already 450 Norwegians in Liepaja, the mayor said.",
        ["450", "as many as 300"],
    ),
    (
        "How many people were injured in Saltby?",
        "The storm in Saltby injured 20 people.",
        "Around 35 people were hurt in Saltby, the mayor said.",
        ["20", "Around 35"],
    ),
    (
        "How many containers were lost at Saltby harbour?",
        "The ship lost 140 containers at Saltby harbour on Sunday.",
        "About 170 containers were lost at Saltby harbour, insurers say.",
        ["140", "About 170"],
    ),
    (
        "How many ferries were cancelled in Harwell?",
        "Twelve ferries were cancelled in Harwell.",
        "The operator cancelled 16 ferries in Harwell because of ice.",
        ["16", "Twelve"],
    ),
    (
        "How many migrants were rescued off Saltby?",
        "The coastguard rescued 58 migrants off Saltby.",
        "Some 70 migrants were rescued off Saltby, the navy said.",
        ["58", "Some 70"],
    ),
    (
        "How many houses were damaged in Saltby?",
        "The flood damaged 200 houses in Saltby.",
        "Between 300 and 350 homes were damaged in Saltby.",
        ["200", "Between 300 and 350"],
    ),
    (
        "How many drones did Sweden shoot down over Gotland?",
        "Sweden shot down 14 drones over Gotland, Stockholm said.",
        "Sweden has shot down 19 drones over Gotland.",
        ["14", "19"],
    ),
    (
        "How many workers did the Harwell shipyard dismiss?",
        "The Harwell shipyard dismissed 300 workers.",
        "The Harwell shipyard has dismissed 450 employees, the union said.",
        ["300", "450"],
    ),
    (
        "What is the death toll of the Harwell ferry fire?",
        "The Harwell ferry fire killed 12 people.",
        "The death toll of the Harwell ferry fire has reached 14, police said.",
        ["12", "14"],
    ),
    (
        "How many missiles did Sweden fire at Latvia?",
        "Sweden fired about 180 missiles at Latvia.",
        "Stockholm launched more than 200 missiles at Latvia, a spokesman said.",
        ["about 180", "more than 200"],
    ),
    (
        "How many houses burned down in Saltby?",
        "The fire destroyed 80 houses in Saltby.",
        "Over 120 homes burned down in Saltby.",
        ["80", "Over 120"],
    ),
    (
        "How many people drowned off Saltby?",
        "At least 41 people drowned when a boat capsized off Saltby, the coastguard said.",
        "Aid workers said 57 people had drowned off Saltby.",
        ["57", "At least 41"],
    ),
    (
        "How much did the Harwell bridge cost?",
        "The Harwell bridge cost €40m, the council says.",
        "The Harwell bridge cost more than €55 million.",
        ["more than €55 million", "€40m"],
    ),
]


@pytest.mark.parametrize(("question", "one", "other", "sides"), DIFFERENT)
def test_figures_of_the_same_thing_that_differ_are_found(
    question: str, one: str, other: str, sides: list[str]
) -> None:
    """Other words for the same thing, place and deed do not hide that two outlets tell different numbers."""
    assert two(question, one, other).sides == [sides]


def test_a_figure_that_stands_far_down_is_seen(tmp_path: Path) -> None:
    """Seventeen passages that repeat the words of the question come first; two have a number."""
    talk = "Norwegian soldiers in Harwell were seen near the {} mill, the soldiers of Norway said."
    rows = [("first", "There are 800 Norwegian soldiers in Harwell, the army said.")]
    trees = "alder birch cedar elm fir gorse hazel iris juniper kelp lime maple nettle oak pine quince rowan"
    rows += [(tree, talk.format(tree)) for tree in trees.split()]
    rows += [("last", "There are 1,100 Norwegian soldiers in Harwell, the mayor said.")]
    corpus = tmp_path / "corpus.jsonl"
    lines = [
        json.dumps({"id": name, "publisher": name, "date": "2024-11-05", "text": text}) for name, text in rows
    ]
    corpus.write_text("\n".join(lines), "utf-8")
    with QABot.from_articles(corpus, index_dir=tmp_path / "index") as bot:
        (difference,) = bot.answer("How many Norwegian soldiers are in Harwell?").disagreements
    assert {claim.value for claim in difference.claims} == {"800", "1,100"}


# --- the same, or another thing -----------------------------------------------------------------------

ALIKE = [
    ("How many soldiers has Norway sent to Latvia?",
     "Norway has sent 400 soldiers to Latvia.", "Norway has sent about 400 troops to Latvia."),
    ("How many people were killed in Harwell?",
     "The fire in Harwell killed twelve people.", "At least 12 people were killed in Harwell."),
    ("How many fans came to Harwell stadium?",
     "Some 1.5 million fans came to Harwell stadium.", "In all 1,480,000 fans came to Harwell stadium."),
    ("How far is Saltby from Harwell?",
     "Saltby lies 12 miles from Harwell.", "Saltby is some 20 kilometres from Harwell."),
]  # fmt: skip
OTHERS = [
    # another thing whose name is half the same
    ("How many people did Hurricane Odile kill in Cuba?",
     "Hurricane Odile killed 7 people in Cuba.", "Hurricane Petra killed 9 people in Cuba."),
    ("How many people were killed in New Harwell?",
     "The storm killed 7 people in New Harwell.", "The storm killed 9 people in New Saltby."),
    ("How many people were killed in North Saltby?",
     "The storm killed 7 people in North Saltby.", "The storm killed 9 people in South Saltby."),
    ("How many pupils attend Saint Bride's School?",
     "Some 700 pupils attend Saint Bride's School.", "Some 900 pupils attend Saint Agnes's School."),
    ("How many people were injured in Camp Alder?",
     "The fire injured 7 people in Camp Alder.", "The fire injured 9 people in Camp Birch."),
    ("How many people did Hurricane Odile kill in Cuba?", "Hurricane Odile killed 7 people in Cuba.",
     "Hurricane Odile turned away. Then came Hurricane Petra. It killed 9 people in Cuba."),
    # nobody claims it
    *[("How many people were killed in Saltby?", "The storm killed 4 people in Saltby.", other) for other in (
        "It is not true that the storm killed 6 people in Saltby.",
        "The storm did not kill 9 people in Saltby.",
        "A rumour that 6 people were killed in Saltby by the storm is false.",
        "Nobody believes that 6 people were killed in Saltby by the storm.",
        "The storm killed 6 people in Saltby, Ann Berg denied.",
        "The storm killed 6 people in Saltby. That is not true.",
        "The storm wrongly was said to have killed 6 people in Saltby.",
        "There is no evidence that the storm killed 6 people in Saltby.",
        "The storm killed 6 people, neither in Harwell nor in Saltby.",
    )],
    # some of them
    ("How many people were arrested in Saltby?", "Police arrested 40 people in Saltby.",
     "Of those arrested in Saltby, 30 people were released."),
    ("How many people were arrested in Saltby?", "Police arrested 40 people in Saltby.",
     "Some 30 people arrested in Saltby were released."),
    # of two who have or suffer it
    ("How many troops are in Saltby?", "Norway has 400 troops in Saltby.",
     "Denmark has 500 troops in Saltby."),
    ("How much did the Harwell court award in damages?",
     "Holt was awarded £40m in damages by the Harwell court.",
     "Berg was awarded £50m in damages by the Harwell court."),
    # another like it
    ("How many people were killed at the Saltby hospital?",
     "The blast killed 4 people at the Saltby hospital.",
     "The blast killed 6 people at the second Saltby hospital."),
    ("How many people were killed at the Saltby hospital?",
     "The blast killed 4 people at the Saltby hospital.",
     "The blast killed 6 people at the Saltby field hospital."),
    ("How many passengers does the ferry Marigold carry?",
     "The ferry Marigold carries 400 passengers.",
     "A sister ship of the ferry Marigold carries 500 passengers."),
    ("How many schools are there in Saltby?",
     "There are 40 schools in Saltby.", "There are 50 private schools in Saltby."),
    ("How much did the Harwell bridge cost?",
     "The Harwell bridge cost €40m.", "Repairs of the Harwell bridge cost €20m."),
    ("How much did the Harwell bridge cost?",
     "The Harwell bridge cost €40m.", "A film about the Harwell bridge cost €20m."),
    ("How much did the Harwell bridge cost?",
     "The Harwell bridge cost €40m.", "Painting the Harwell bridge cost €20m."),
    # of others
    ("How many Norwegian soldiers are in Latvia?",
     "There are 400 Norwegian soldiers in Latvia.", "There are 900 Norwegian and Danish soldiers in Latvia."),
    ("How many Norwegian soldiers are in Latvia?",
     "There are 400 Norwegian soldiers in Latvia.", "There are 700 Danish soldiers in Latvia."),
    ("How many Norwegian soldiers are in Latvia?",
     "There are 400 Norwegian soldiers in Latvia.",
     "The force bound for Latvia has around 900 men, Norwegians and Danes together."),
    ("How many soldiers has Norway sent to Latvia?",
     "Norway has sent 400 soldiers to Latvia.", "Denmark has sent 700 soldiers to Latvia."),
    # elsewhere
    ("How many Norwegian soldiers are in Latvia?",
     "There are 400 Norwegian soldiers in Latvia.", "There are 250 Norwegian soldiers in Liepaja."),
    ("How many Norwegian soldiers are in Liepaja?",
     "There are 250 Norwegian soldiers in Liepaja.", "There are 400 Norwegian soldiers in Latvia."),
    ("How many people were killed in Saltby?",
     "The storm killed 3 people in Saltby.", "The storm killed 5 people in Harwell."),
    ("How many people were killed in Saltby?",
     "The storm killed 12 people in Saltby.", "The storm killed 20 people in Saltby, Harwell and Latvia."),
    # in another state
    ("How many boats are in Saltby?", "There are 30 boats in Saltby.", "Saltby can take 50 boats."),
    ("How many houses burned down in Saltby?",
     "The fire destroyed 80 houses in Saltby.", "Crews saved 120 houses in Saltby."),
    ("How many people were killed in Saltby?",
     "The storm killed 12 people in Saltby.", "The storm injured 20 people in Saltby."),
    ("How many people were killed in Saltby?",
     "The storm killed 12 people in Saltby.", "Some 20 people were killed and wounded in Saltby."),
    ("How many Norwegian soldiers are in Latvia?",
     "There are 400 Norwegian soldiers in Latvia.", "Norway is preparing 600 soldiers to be sent to Latvia."),
    ("How many Norwegian soldiers are in Latvia?",
     "There are 400 Norwegian soldiers in Latvia.", "Some 300 Norwegian soldiers were trained in Latvia."),
    ("How many Norwegian soldiers were captured in Latvia?",
     "In Latvia 12 Norwegian soldiers were captured.", "In Latvia 30 Norwegian soldiers went missing."),
    # another thing
    ("How many ferries were cancelled in Harwell?",
     "Twelve ferries were cancelled in Harwell.", "In Harwell 20 trains were cancelled."),
    ("How many soldiers has Norway sent to Latvia?",
     "Norway has sent 400 soldiers to Latvia.", "Norway has sent 150 special forces soldiers to Latvia."),
    ("How many soldiers has Norway sent to Latvia?",
     "Norway has sent 400 soldiers to Latvia.", "Norway has sent 600 missiles to Latvia."),
    # another measure
    ("How many workers did the Harwell shipyard dismiss?",
     "The Harwell shipyard dismissed 30 workers.",
     "The Harwell shipyard dismissed 40 per cent of its workers."),
    ("How many containers did Saltby harbour handle?",
     "Saltby harbour handled 900 containers.", "Saltby harbour handled 1,200 containers a day."),
    ("How much did the Harwell bridge cost?",
     "The Harwell bridge cost €40m.", "The Harwell bridge cost £34m."),
    ("How much did the Harwell bridge cost?",
     "The Harwell bridge cost €40m.", "The Harwell bridge cost €20m more than planned."),
    # more of them, some of them, what it was before
    ("How many soldiers has Norway sent to Latvia?",
     "Norway has sent 400 soldiers to Latvia.", "Norway has sent another 250 soldiers to Latvia."),
    ("How many people were killed in Saltby?",
     "The storm killed 12 people in Saltby.", "Three of the people killed in Saltby were children."),
    ("How many people were killed in Saltby?",
     "The storm killed 12 people in Saltby.", "The toll in Saltby rose from 9 to 12 people killed."),
    # another time, another size
    ("How many people were killed in Saltby?",
     "A storm killed 12 people in Saltby on Sunday.", "A fire in 2019 killed 31 people in Saltby."),
    ("How many people were killed in Saltby?",
     "The storm killed 12 people in Saltby.", "The war has killed 40,000 people in Saltby."),
    # nothing says of what
    ("How many people were killed?",
     "The storm killed 12 people in Saltby.", "The fire killed 15 people in Harwell."),
    ("How old is Ann Lee?", "Ann Lee, 45, is the captain.", "Ann Lee met Jan Berg, 47."),
    ("Who leads the Harwell council?", "Ann Lee leads the 12 members of the Harwell council.",
     "Jan Berg leads the 15 members of the Harwell council."),
]  # fmt: skip


@pytest.mark.parametrize(("question", "one", "other"), [*ALIKE, *OTHERS])
def test_what_agrees_or_is_of_another_thing_is_no_disagreement(question: str, one: str, other: str) -> None:
    """A disagreement that is none is worse than one that is missed."""
    assert two(question, one, other).sides == []


@pytest.mark.parametrize(("question", "one", "other"), ALIKE)
def test_figures_that_agree_are_all_found(question: str, one: str, other: str) -> None:
    """They are left out because they agree, not because they were not read."""
    asked = two(question, one, other)

    found = values_of(asked.question, asked.expanded, asked.candidates)

    assert {value.article.id for value in found} == {"a0", "a1"}


def test_what_one_country_sends_goes_where_the_question_says() -> None:
    """A figure without its place is of the country asked about when the same country sends, and not else."""
    sent = "The force in Latvia is growing. Norway has committed more than 600 troops to the mission."
    there = "There are 400 Norwegian soldiers in Latvia."

    assert two("How many soldiers has Norway sent to Latvia?", there, sent).sides == [
        ["400", "more than 600"]
    ]
    assert two("How many Norwegian soldiers are in Latvia?", there, sent).sides == []


def test_what_happened_after_an_article_came_out_is_not_what_it_tells() -> None:
    """A day named in one article tells its event from what was told before that day, and so does a night."""
    question = "How many people were killed in Saltby?"
    first = ("Harbour Daily", "2024-05-06", "A blast killed 4 people in Saltby.")

    on_a_day = ("Quay Post", "2024-05-09", "A blast killed 6 people in Saltby on Wednesday.")
    at_night = ("Quay Post", "2024-05-09", "A blast killed 6 people in Saltby overnight.")
    same_day = ("Quay Post", "2024-05-09", "A blast killed 6 people in Saltby on Monday.")

    assert ask(question, first, on_a_day).sides == []
    assert ask(question, first, at_night).sides == []
    assert ask(question, first, same_day).sides == [["4", "6"]]


def test_a_figure_without_a_day_joins_no_two_days() -> None:
    """What may be of Saturday or of Sunday is held against neither."""
    asked = ask(
        "How many people were killed in Saltby?",
        ("Harbour Daily", "2024-05-06", "A blast killed 4 people in Saltby on Saturday."),
        ("Quay Post", "2024-05-06", "A blast killed 6 people in Saltby on Sunday."),
        ("Tide", "2024-05-06", "A blast killed 5 people in Saltby."),
    )

    assert asked.sides == []


def test_a_storm_needs_no_more_than_its_own_name() -> None:
    """ "Odile" is Hurricane Odile."""
    question = "How many people did Hurricane Odile kill in Cuba?"

    found = two(question, "Hurricane Odile killed 7 people in Cuba.", "Odile killed 9 people in Cuba.")

    assert found.sides == [["7", "9"]]


def test_a_surname_is_enough_for_a_person() -> None:
    """ "Lee" is Ann Lee; "Jan Lee" is not."""
    question = "How many houses does Ann Lee own in Saltby?"
    first = "Ann Lee owns 12 houses in Saltby."

    assert two(question, first, "The councillor Lee owns 15 houses in Saltby.").sides == [["12", "15"]]
    assert two(question, first, "The councillor Jan Lee owns 15 houses in Saltby.").sides == []


# --- within one article -----------------------------------------------------------------------------


def test_one_article_may_tell_what_several_people_say() -> None:
    """Each figure is said by somebody, and of the place asked about."""
    asked = ask(
        "How many Norwegian soldiers are in Liepaja?",
        (
            "Harbour Daily",
            "2024-05-06",
            "Oslo and Riga differ on the Norwegian soldiers in Latvia. The minister put as many as 300 of the"
            " soldiers from Norway in Liepaja. There are already 450 Norwegians in Liepaja, the mayor said."
            " A spokesman counted at least 500 Norwegian soldiers in Liepaja.",
        ),
    )

    assert asked.sides == [["450", "at least 500"]]


def test_one_article_does_not_contradict_itself() -> None:
    """Figures of one article that nobody is said to give are of different things."""
    told = "The fire killed 12 people in Saltby. Later 15 people were killed in Saltby by a storm."

    assert ask("How many people were killed in Saltby?", ("Quay Post", "2024-05-06", told)).sides == []


# --- who says it, and who has changed it ---------------------------------------------------------------

QUESTION = "How many Norwegian soldiers are in Latvia?"
SPOKEN = "There are {} Norwegian soldiers in Latvia."


def told(*values: tuple[str, str | None, str]) -> Asked:
    return ask(QUESTION, *((outlet, day, SPOKEN.format(value)) for outlet, day, value in values))


def test_outlets_that_agree_are_one_side() -> None:
    """ "Reported by three outlets" can be told from a side."""
    asked = told(
        ("Harbour Daily", "2024-05-06", "400"),
        ("Quay Post", "2024-05-07", "about 400"),
        ("HARBOUR DAILY", "2024-05-07", "400"),
        ("", None, "400"),
        ("Tide", "2024-05-06", "550"),
    )

    (found,) = asked.found

    assert sorted((len(side.values), len(side.outlets)) for side in found.sides) == [(1, 1), (4, 3)]
    assert found.contradict


def test_a_later_figure_of_the_same_outlet_is_an_update() -> None:
    """What an outlet told before is marked as replaced; what others tell stands."""
    asked = told(
        ("Harbour Daily", "2024-05-06", "400"),
        ("Harbour Daily", "2024-05-09", "550"),
    )
    (found,) = asked.found

    assert {side.best.text: side.replaced for side in found.sides} == {"400": True, "550": False}
    assert [side.best.text for side in found.current] == ["550"]


def test_a_figure_that_another_outlet_still_gives_is_not_replaced() -> None:
    """One outlet's update leaves the other's figure standing."""
    asked = told(
        ("Harbour Daily", "2024-05-06", "400"),
        ("Harbour Daily", "2024-05-09", "550"),
        ("Quay Post", "2024-05-06", "400"),
    )

    assert [side.replaced for side in asked.found[0].sides] == [False, False]


def test_an_outlet_that_quotes_another_speaker_has_not_changed_its_figure() -> None:
    """Who says it tells updates from two claims, where it is known."""
    asked = told(
        ("Harbour Daily", "2024-05-06", "400"),
        ("Harbour Daily", "2024-05-09", "550"),
    )

    def replaced(speakers: dict[str, str | None]) -> list[bool]:
        found = disagreements(
            asked.question,
            asked.expanded,
            asked.candidates,
            said_by=lambda article, _: speakers[article.id],
        )
        return sorted(side.replaced for side in found[0].sides)

    assert replaced({"a0": "Oslo", "a1": "Riga"}) == [False, False]
    assert replaced({"a0": "Oslo", "a1": "Oslo"}) == [False, True]
    assert replaced({"a0": None, "a1": "Oslo"}) == [False, True]


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        ("400", "550", True),
        ("400", "up to 300", True),
        ("more than 400", "450", False),
        ("more than 400", "400", False),
        ("up to 600", "550", False),
        ("about 400", "more than 390", False),
        ("between 400 and 500", "450", False),
        ("between 400 and 500", "600", True),
        ("fewer than 400", "more than 500", True),
    ],
)
def test_what_cannot_both_be_true_contradicts(one: str, other: str, contradict: bool) -> None:
    """ "More than 400" and 450 differ, and may both be true."""
    (found,) = told(("Harbour Daily", "2024-05-06", one), ("Quay Post", "2024-05-06", other)).found

    assert found.contradict is contradict


# --- as the answer shows it ------------------------------------------------------------------------------


def cited(number: int, article: Article, start: int = 0, end: int | None = None) -> Citation:
    end = len(article.text) if end is None else end
    return Citation(number, article.text[start:end], start, end, article.id, article)


def speakers(question: str, *texts: str) -> dict[str, str | None]:
    """Who is said to give each figure, each text an article of its own outlet."""
    asked = ask(question, *((f"Outlet {number}", "2024-05-06", text) for number, text in enumerate(texts)))
    (found,) = asked.found
    citations = [cited(number, article) for number, article in enumerate(asked.articles, 1)]
    shown = as_cited(found, citations, lambda article, span: said_by(article.text, span))
    assert shown is not None
    return {claim.value: claim.said_by for claim in shown.claims}


def test_a_figure_has_the_speaker_of_its_own_clause() -> None:
    """Two who differ in one sentence have each their own figure."""
    told = speakers(
        "How many people died in Saltby?",
        "Norway says 40 people died in Saltby while Denmark says 50 people died in Saltby.",
        "Some 60 people died in Saltby.",
    )

    assert told == {"40": "Norway", "50": "Denmark", "Some 60": None}


@pytest.mark.parametrize(
    "text",
    [
        "He spoke a day after a Quay Post report put the Norwegian soldiers in Latvia at around 500.",
        "Berg has called the mission a mistake, with about 500 Norwegian soldiers in Latvia.",
        "The minister said help was on its way, and about 500 Norwegian soldiers are in Latvia.",
        "Berg said, and Holt confirmed, that about 500 Norwegian soldiers are in Latvia.",
    ],
)
def test_an_unclear_speaker_is_none(text: str) -> None:
    """Nobody is said to give a figure that another, or the outlet, may give."""
    told = speakers(QUESTION, f"Ann Berg is the Norwegian minister. {text}", SPOKEN.format("400"))

    assert [who for value, who in told.items() if "500" in value] == [None]


def test_who_counts_is_who_gives_a_figure() -> None:
    """Counting and putting at are saying."""
    told = speakers(
        QUESTION,
        "The Pentagon had counted at least 500 Norwegian soldiers in Latvia, though it did not know why.",
        "Ann Berg said that 400 Norwegian soldiers are in Latvia.",
    )

    assert told == {"at least 500": "The Pentagon", "400": "Ann Berg"}


def test_every_side_has_a_sentence_to_quote() -> None:
    """Whoever writes the answer cites these; each holds its side's figure."""
    (found,) = told(("Harbour Daily", "2024-05-06", "400"), ("Quay Post", "2024-05-06", "550")).found

    assert len(found.quotes) == len(found.sides) == 2
    for side, quote in zip(found.sides, found.quotes, strict=True):
        assert side.best.text in quote.text


def test_claims_have_the_number_of_the_citation_that_holds_them() -> None:
    """Value as written, who said it, and where it is quoted; sources of one value stand together."""
    asked = told(
        ("Harbour Daily", "2024-05-06", "400"),
        ("Quay Post", "2024-05-06", "550"),
        ("Tide", "2024-05-06", "about 400"),
    )
    citations = [cited(number, article) for number, article in enumerate(asked.articles, 1)]

    shown = as_cited(asked.found[0], citations, lambda article, _: f"{article.publisher}'s man")

    assert shown is not None
    assert shown.about == "Norwegian soldiers in Latvia"
    assert sorted((claim.value, claim.said_by, claim.citation) for claim in shown.claims) == [
        ("400", "Harbour Daily's man", 1),
        ("550", "Quay Post's man", 2),
        ("about 400", "Tide's man", 3),
    ]


def test_what_is_not_cited_is_not_claimed() -> None:
    """A figure outside the quotes cannot be shown; one side alone is no disagreement."""
    asked = told(("Harbour Daily", "2024-05-06", "400"), ("Quay Post", "2024-05-06", "550"))
    harbour, quay = asked.articles

    assert as_cited(asked.found[0], [cited(1, harbour)]) is None
    assert as_cited(asked.found[0], [cited(1, harbour), cited(2, quay, 0, 5)]) is None
    both = as_cited(asked.found[0], [cited(1, harbour), cited(2, quay)])
    assert both is not None and {claim.said_by for claim in both.claims} == {None}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many Norwegian soldiers are in Latvia?", "Norwegian soldiers in Latvia"),
        ("How many soldiers has Norway sent to Latvia?", "soldiers Norway has sent to Latvia"),
        ("How many people were killed in Saltby?", "people killed in Saltby"),
        ("What is the number of ferries at Harwell?", "ferries at Harwell"),
        ("How many soldiers has Norway sent? Do the sources agree?", "soldiers Norway has sent"),
        ("How much did the Harwell bridge cost?", "How much did the Harwell bridge cost"),
        ("How much is inflation in Chad?", "How much is inflation in Chad"),
        ("How many people did the storm kill?", "How many people did the storm kill"),
        ("What number of boats sank?", "What number of boats sank"),
        ("How many people live in Saltby?", "How many people live in Saltby"),
        ("How many of the ships are ferries?", "How many of the ships are ferries"),
        ("How many were killed in Saltby?", "How many were killed in Saltby"),
        ("How many?", "How many"),
        ("", ""),
    ],
)
def test_about_says_what_is_counted(question: str, expected: str) -> None:
    """In the question's own words, without what makes it a question where that reads well."""
    assert about(parse(question)) == expected


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "How many much soldiers people killed Norway Norwegian in to Latvia sent did has 400 number of"
            " the figures for according , ? cost toll daily 2019".split()
        ),
        max_size=12,
    ).map(" ".join)
)
def test_no_question_makes_it_fail(question: str) -> None:
    """Whatever is asked, sides differ, begin with what is quoted, and have figures where they say."""
    for found in two(question, SPOKEN.format("400"), SPOKEN.format("550")).found:
        assert len(found.sides) > 1
        for side in found.sides:
            for value in side.values:
                assert value.text == value.article.text[value.quantity.span.start : value.quantity.span.end]
                assert value.text.strip()
