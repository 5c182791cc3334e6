"""Names that articles only mention, and lists: which outlets report something, which countries did it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from qa_bot import Answer, QABot
from qa_bot.countries import countries_in, doing, which_countries
from qa_bot.listing import counts, says, which_outlets
from qa_bot.types import Article
from tests.fakes import write_articles
from tests.test_bot import check_answer

ARTICLES = (
    Article(
        "dam",
        "Norway answered at once on Monday. It closed the dam at Varle, which feeds the plant of the firm"
        " Hydrax, and called in divers. The water fell by two metres within a day.",
        "Dam closed",
        "Harbour Daily",
        None,
        "2024-11-05",
    ),
    Article(
        "quay",
        "The quay of Orme was rebuilt in spring by masons of the town. A ship of the line Kestrel lay there"
        " on Monday with 300 tonnes of salt.",
        "Quay rebuilt",
        "Coast Wire",
        None,
        "2024-11-06",
    ),
)

# Each tells of one dam and of the same 11,000, in words that do and do not bear one another out.
REPORTS = {
    "Harbour Daily": "Engineers said on Monday that the dam at Varle was safe after a night of rain. Some"
    " 11,000 people live below it. Norway, Sweden and Denmark condemned the bombing of the"
    " dam at once. The Norwegian government sent divers to Varle.",
    "Coast Wire": "The mayor of Varle denied that the dam was safe and asked 11,000 people to leave."
    " Finland condemned Russia for the delay, while the bombing of the dam went on."
    " Officials from Poland watched.",
    "The Ledger": "It was unclear whether the dam at Varle was safe, the firm Hydrax said. More than"
    " 11,000 people left their homes. The bombing was condemned by Iceland and the United"
    " Kingdom.",
    "Morning Post": "The dam at Varle was safe, the ministry said. A ferry was late. German Foreign"
    " Minister Anna Holt condemned the bombing of the dam, and Berlin sent divers to"
    " Varle. France did not condemn the bombing.",
    "Evening Sun": "The bridge of Varle, which was built in the year of the great flood and has been"
    " mended many times, was safe but the dam had cracks, the ministry said. About 11,000"
    " people were told to go. Spain condemned the strike, not the bombing. Critics of"
    " Italy condemned the bombing. Lithuania sent flowers and Latvia sent divers to Varle.",
    "Night Gazette": "The dam will be safe by spring, Hydrax promised. Some 11,000 fish died in the lake."
    " Air France sent pilots. Austria is taking part in the search, as are Swiss divers."
    " Belgium condemned the murder of a nurse and the mayor the bombing of the dam. Japan"
    " may send divers to Varle.",
    "Valley News": "The keeper of the dam was safe and well. The village below the dam was safe too. The"
    " dam keeper was safe, his wife said. Is the dam safe? The governor accepted the"
    " resignation of the keeper.",
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    """What seven outlets say of one dam."""
    place = tmp_path_factory.mktemp("reports")
    articles = [
        Article(f"r{day}", text, None, outlet, None, f"2024-11-{day + 4:02}")
        for day, (outlet, text) in enumerate(REPORTS.items())
    ]
    folder = write_articles(place / "articles", articles)
    with QABot.from_articles(folder, index_dir=place / "index") as bot:
        yield bot


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QABot]:
    place = tmp_path_factory.mktemp("listing")
    folder = write_articles(place / "articles", ARTICLES)
    with QABot.from_articles(folder, index_dir=place / "index") as bot:
        yield bot


def asked(bot: QABot, question: str) -> Answer:
    """The answer, held to the contract."""
    answer = bot.answer(question)
    check_answer(bot, answer)
    return answer


@pytest.mark.parametrize(
    "question", ["Tell me about Hydrax", "tell me about hydrax", "What is new on Varle?"]
)
def test_a_name_that_only_leaning_sentences_have_is_told_of_with_what_they_lean_on(
    bot: QABot, question: str
) -> None:
    """The one sentence that names it begins with "It": the quote begins with whom that means."""
    answer = asked(bot, question)
    assert answer.answered
    (citation,) = answer.citations
    assert citation.quote.startswith("Norway answered at once on Monday. It closed the dam at Varle")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Tell me about Merkel", "missing_term"),
        ("Tell me about the Hydrax strike", "not_stated"),
        ("Who is Merkel?", "missing_term"),
    ],
)
def test_what_no_article_has_is_declined_still(bot: QABot, question: str, reason: str) -> None:
    """A name that is nowhere, and a topic of which only the name is there."""
    answer = asked(bot, question)
    assert not answer.answered and answer.reason == reason


def test_a_name_without_a_definition_is_told_of_and_a_notice_says_so(tmp_path: Path) -> None:
    """Where none is likely to say what it is, the sentences that name it are shown, no surer than that."""
    folder = write_articles(tmp_path / "a", ARTICLES)
    with QABot.from_articles(folder, index_dir=tmp_path / "index", min_confidence=0.95) as bot:
        answer = asked(bot, "What is Kestrel?")
        assert answer.answered and answer.confidence < 0.95
        assert "line Kestrel" in answer.text
        assert any("who or what “Kestrel” is" in notice for notice in answer.notices)
        assert asked(bot, "How many tonnes of salt did the Kestrel carry?").reason == "not_stated"


def test_another_of_the_same_name_is_not_told_of() -> None:
    """The samples have a Kim, but not this one."""
    with QABot() as bot:
        answer = bot.answer("Who is Kim Yo Jong?")
    assert not answer.answered and not answer.citations


# --- which outlets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("Which outlets reported that the dam was safe?", "Harbour Daily, Morning Post"),
        ("Which newspapers say the dam is safe?", "Harbour Daily, Morning Post"),
        ("Which outlets reported that the dam had cracks?", "Evening Sun"),
        ("Which outlets reported that Norway sent divers?", "Harbour Daily"),
        ("Which outlets say 11,000?", "Coast Wire, Evening Sun, Harbour Daily, Night Gazette"),
        ("Which outlets say 11,000 people?", "Coast Wire, Evening Sun, Harbour Daily"),
        ("Which outlets say more than 11,000 people?", "The Ledger"),
        ("Which sources mention Hydrax?", "Night Gazette, The Ledger"),
        ("Name the outlets that wrote about ferries.", "Morning Post"),
        ("What newspapers reported on cracks?", "Evening Sun"),
    ],
)
def test_the_outlets_that_report_something_are_listed_with_a_citation_each(
    reports: QABot, question: str, outlets: str
) -> None:
    """Those that bear it out, not who denies, doubts or promises it, or says it of something else."""
    answer = asked(reports, question)
    assert sorted(cited.article.publisher or "" for cited in answer.citations) == outlets.split(", ")
    for cited in answer.citations:
        (line,) = [line for line in answer.text.splitlines() if f"[{cited.number}]" in line]
        assert line.startswith(f"{cited.article.publisher}, ") and cited.quote in line


@pytest.mark.parametrize(
    "question",
    [
        "Which outlets reported that the dam was not safe?",
        "Which outlets reported that 11,000 people died?",
        "Which outlets reported that the bridge had cracks?",
        "Which outlets reported that the keeper resigned?",
        "Which outlets reported that the dam broke?",
        "Which outlet reported on the dam first?",
        "Which outlets say 11?",
    ],
)
def test_where_no_outlet_clearly_says_so_there_is_no_list(reports: QABot, question: str) -> None:
    """The question is then answered or declined as any other."""
    answer = asked(reports, question)
    assert not answer.text.startswith("Found in") and answer.confidence < 0.75


def test_what_no_article_has_makes_no_list_of_outlets(reports: QABot) -> None:
    """A name that is nowhere."""
    assert asked(reports, "Which outlets mention Merkel?").reason == "missing_term"


def test_articles_can_be_asked_for_instead_of_outlets(reports: QABot) -> None:
    """Those of one outlet may differ. Each line has the sentence that says most of it."""
    answer = asked(reports, "Which articles mention the dam?")
    assert answer.text.startswith("Found in 7 articles:")
    assert [cited.article.publisher for cited in answer.citations].count("Coast Wire") == 1
    assert len(answer.citations) == len(REPORTS)


def test_the_reasons_say_that_a_list_was_asked_for(reports: QABot) -> None:
    """Only where there is one."""
    assert "a question for a list: answered with 2 quotes" in str(
        reports.explain("Which outlets say the dam is safe?").decision
    )
    assert "list" not in reports.explain("Which outlets reported that the dam broke?").decision


def test_many_outlets_and_copies_are_told_within_the_room_there_is(tmp_path: Path) -> None:
    """Some are cited without their words; copies of one story count once; what is left out is said."""
    story = (
        "The barque Kestrel went down off Orme on Monday night with three hundred tonnes of salt, her crew of"
        " nine got away in boats, and the harbour master said that divers would look at the wreck soon."
    )
    texts = [story, story, *(f"{story} It was seen from tower {tower}." for tower in "abcdefgh")]
    articles = [
        Article(f"k{n}", text, None, f"Paper {n}", None, "2024-11-05") for n, text in enumerate(texts)
    ]
    with QABot.from_articles(write_articles(tmp_path / "a", articles), index_dir=tmp_path / "index") as bot:
        answer = asked(bot, "Which outlets reported on the Kestrel?")
    lines = answer.text.splitlines()
    assert lines[0].startswith("Found in 8 outlets, ") and "independent" in lines[0]
    assert lines[-1].startswith("Also Paper ") and len(answer.text.split()) < 200
    assert "At least 2 more are left out." in answer.notices


@pytest.mark.parametrize(
    ("claim", "sentence", "fits"),
    [
        ("the mayor accused the firm", "The mayor of Orme accused the firm of lying.", True),
        ("the mayor accused the firm", "The firm accused the mayor of lying.", False),
        ("Ola Dahl resigned", "Ola Dahl, the mayor, resigned on Friday.", True),
        ("Ola Dahl resigned", "Ola Dahl's deputy resigned on Friday.", False),
        ("Ola Dahl resigned", "Ola Dahl said the minister resigned.", False),
        ("Ola Dahl resigned", "Ola Dahl accepted the resignation.", False),
        ("the strike ended", "Talks on the strike ended without result.", False),
        ("the ferry sank", "The ferry nearly sank in the storm.", False),
        ("the bridge was closed", "The road to the bridge was closed.", False),
        ("the bridge was closed", "The bridge was not yet closed.", False),
        ("300 people died", "300 people were hurt and 20 died.", False),
        ("300 people died", "It was feared that 300 people died.", False),
        ("Berg won the vote", "Berg, who lost in May, won the vote.", False),
        ("Berg won the vote", "Holm beat Berg and won the vote.", False),
        ("Berg won the vote", "Had Berg won the vote, taxes had risen.", False),
        ("taxes rose", "Few think taxes rose last year.", False),
        ("Israel attacked Iran", "Israel attacked Iranian ships.", False),
        ("Israel attacked Iran", "The Israeli army attacked Iran on Monday.", True),
        ("Israel attacked the US", "Israel attacked US ships.", False),
    ],
)
def test_a_sentence_says_a_claim_only_of_the_same_things(claim: str, sentence: str, fits: bool) -> None:
    """Who did it, to whom, and that it was done; when in doubt, it does not."""
    assert says(claim, sentence) is fits


@pytest.mark.parametrize(
    ("topic", "sentence", "fits"),
    [
        ("11,000", "There are already 11,000 in the valley.", True),
        ("about 11,000 people", "Some 11,000 people live there.", True),
        ("5%", "Prices rose by 5 per cent.", True),
        ("$5 million", "It cost $5 million.", True),
        ("5%", "Five things, of which 5 are new.", False),
        ("5%", "A litre costs $5 now.", False),
        ("11,000", "It cost $11,000.", False),
        ("11,000", "More than 11,000 came.", False),
        ("11,000", "It is not true that 11,000 came.", False),
        ("11 soldiers", "They sent 11 or so young soldiers.", True),
        ("11 soldiers", "They left 11 boats behind for good, soldiers said.", False),
        ("5", "The strain BA.5 spread.", False),
    ],
)
def test_a_figure_is_the_same_with_its_sign_and_of_the_same_thing(
    topic: str, sentence: str, fits: bool
) -> None:
    """Neither more than it, nor money for a share, nor denied."""
    assert counts(topic, sentence) is fits


# --- which countries -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "first"),
    [
        (
            "Which countries condemned the bombing?",
            "The articles say so of Norway [1], Sweden [1], Denmark [1], Britain [2] and Germany [3].",
        ),
        (
            "Name the countries that have condemned the bombing of the dam.",
            "The articles say so of Norway [1], Sweden [1], Denmark [1] and Germany [2].",
        ),
        (
            "Which countries sent divers to Varle?",
            "The articles say so of Norway [1], Latvia [2] and Germany [3].",
        ),
    ],
)
def test_the_countries_that_did_something_are_listed_with_a_citation_each(
    reports: QABot, question: str, first: str
) -> None:
    """Not one that did another thing, may do it, did not do it, or is only named there."""
    answer = asked(reports, question)
    assert answer.text.splitlines()[0] == first
    for cited in answer.citations:
        assert cited.highlights and f"{cited.quote} [{cited.number}]" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Which countries bombed the dam?",
        "Which countries condemned the strike?",
        "Which countries are taking part in the search?",
        "Which countries did not condemn the bombing?",
        "Which countries have nuclear plants?",
        "Which countries did Russia condemn?",
    ],
)
def test_where_fewer_than_two_sentences_say_so_there_is_no_list(reports: QABot, question: str) -> None:
    """One is a plain answer already; what is asked of somebody else, or turned round, makes none."""
    assert "say so of" not in asked(reports, question).text


@pytest.mark.parametrize(
    ("sentence", "countries"),
    [
        ("Sweden said Norway had condemned the attack.", "Norway"),
        (
            "Norway’s Prime Minister Ola Dahl and the Danish government strongly condemned the attack.",
            "Norway Denmark",
        ),
        ("NATO, Japan and South Korea have all condemned the attack.", "Japan South Korea"),
        ("The attack was condemned by Japan, the UK and the White House.", "Japan Britain United States"),
        ("Norway stopped short; Sweden condemned the attack.", "Sweden"),
        ("Norway condemns the attack.", "Norway"),
        ("Norway condemned the attack, and a day later Sweden condemned the attack.", "Norway"),
        ("Norway condemned the attack, and Sweden condemned the attack.", "Norway Sweden"),
        ("After Norway, Sweden condemned the attack.", "Sweden"),
        ("In a statement of Norway, Sweden condemned the attack.", ""),
        ("Norway, Sweden condemned the attack.", "Sweden"),
        ("Norway condemned those that hid the attack.", ""),
        ("Officials from Poland, Germany and France condemned the attack.", ""),
        ("The leaders of Poland and Norway condemned the attack.", ""),
        ("Talks were held in Berlin, Japan condemned the attack.", ""),
        ("Japan Airlines condemned the attack.", ""),
        ("Norwegian activists and Norway’s rival condemned the attack.", ""),
        ("Former Norwegian minister Ola Dahl condemned the attack.", ""),
        ("Norway condemned Sweden for the attack.", ""),
        ("Norway was condemned by Sweden for the attack.", ""),
        ("Norway condemned the response to the attack.", ""),
        ("Norway condemned the attack plan.", ""),
        ("Norway condemned the raid and Sweden the attack.", ""),
        ("Norway condemned neither the attack nor the raid.", ""),
        ("Sweden denied that Norway condemned the attack.", ""),
        ("If Norway condemned the attack, it would follow.", ""),
        ("Norway, which Japan attacked, condemned the murder.", ""),
        ("The attack was condemned in Norway by critics of Japan.", ""),
    ],
)
def test_only_who_is_said_to_have_done_just_that_counts(sentence: str, countries: str) -> None:
    """The asked verb, its subject, and the asked object of it."""
    wanted = which_countries("Which countries condemned the attack?")
    assert wanted is not None
    found = doing(wanted, sentence)
    assert " ".join(one.country for one in found) == countries
    assert all(sentence[one.span.start : one.span.end].strip() for one in found)


@pytest.mark.parametrize(
    "question",
    [
        "Which countries are mentioned?",
        "Which countries do the articles name?",
        "Name the countries mentioned in the articles.",
    ],
)
def test_the_countries_that_articles_name_at_all_are_listed(reports: QABot, question: str) -> None:
    """By name, in as few sentences as hold them: no airline and no adjective is one."""
    answer = asked(reports, question)
    first = answer.text.splitlines()[0]
    for number, countries in enumerate(
        (["Norway", "Sweden", "Denmark"], ["Lithuania", "Latvia"], ["Finland", "Russia"]), 1
    ):
        assert all(f"{country} [{number}]" in first for country in countries)
        assert len(answer.citations[number - 1].highlights) == len(countries)
    assert "Switzerland" not in first and "Spain [" in first


def test_a_name_within_another_is_no_country() -> None:
    """Of people, places and firms."""
    found = countries_in(
        "Michael Jordan flew with Air France from South Sudan to Norway and Oslo for a French firm."
    )
    assert [one.country for one in found] == ["Norway"]


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_text_can_be_asked_and_read(question: str, sentence: str) -> None:
    """Whatever is asked, and of whatever sentence; spans stay inside it."""
    which_outlets(f"Which outlets say {question}")
    wanted = which_countries(f"Which countries condemned {question}")
    if wanted:
        for one in doing(wanted, f"Norway condemned {sentence} {question}"):
            assert one.country == "Norway" and (one.span.start, one.span.end) == (0, 6)
