"""Who says what an article says: a plain name where there is one, and rather none than a wrong one."""

import re
import time

import pytest
from hypothesis import given, strategies as st

from qa_bot.attribution import said_by
from qa_bot.phrases import MAX_WORDS
from qa_bot.text import sentences
from qa_bot.types import Span


def source(text: str, quote: str | None = None) -> str | None:
    """The source of a quote in a text, of the text's last sentence when no quote is given."""
    if quote is None:
        last = sentences(text)[-1]
        return said_by(text, last)
    start = text.index(quote)
    return said_by(text, Span(start, start + len(quote)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # before the verb
        ("The ferry will sail again on Friday, the harbour ministry said.", "the harbour ministry"),
        ("Ana Reyes said that the pier was safe.", "Ana Reyes"),
        ("Officials said on Monday that nobody was hurt.", "Officials"),
        ("Two port officials told reporters the crane had been bought in May.", "Two port officials"),
        ("Norland's transport minister Ana Reyes told the Daily Gull that fares would fall.",
         "Norland's transport minister Ana Reyes"),
        ("The ministry's spokesman Per Holm said three boats were missing.",
         "The ministry's spokesman Per Holm"),
        ("On Monday the coast guard said it had found the boat.", "the coast guard"),
        ("The coast guard on Monday said it had found the boat.", "The coast guard"),
        ("The coast guard last week said it had found the boat.", "The coast guard"),
        ("Nine boats sank, the port and the Norland Ferry Union said in a note.",
         "the port and the Norland Ferry Union"),
        ("Three officials left, the port and its owners said in a note.", "the port and its owners"),
        ("He drowned last week, the port and his family said in a note.", "the port and his family"),
        ("Divers at the Centre for Wrecks said it was old.", "Divers at the Centre for Wrecks"),
        ("The harbour office has also confirmed that the light is out.", "The harbour office"),
        ("Divers believe the wreck lies deeper than the chart shows.", "Divers"),
        ("The port estimates that 400 boats were lost.", "The port"),
        ("The union warned that the strike would last.", "The union"),
        ("The shipyard denied it had used old steel.", "The shipyard"),
        ("Norland claimed that its boats were the first.", "Norland"),
        ("The hospital reported 12 cases of fever among sailors.", "The hospital"),
        ("The company announced that it would build a second pier.", "The company"),
        ("Mayor Lena Kelly acknowledged that the alarm came late.", "Mayor Lena Kelly"),
        ("The report said the hull had been painted over.", "The report"),
        ("A study by the Sea Institute found that herring move north.", "A study by the Sea Institute"),
        ("But Mr Holm said he had no list of the crew.", "Mr Holm"),
        ("Asked about the fire, Reyes said the pumps had failed.", "Reyes"),
        ("Meanwhile, the navy said its divers would stay.", "the navy"),
        ("Norland, Sudland and Ostland said they would share the cost.", "Norland, Sudland and Ostland"),
        ("Ferry workers and port officials said the gate was open.", "Ferry workers and port officials"),
        ("A man who saw the wreck said it burned for an hour.", "A man"),
        ("One of the sailors told the court the captain had slept.", "One of the sailors"),
        ("A person familiar with the talks said a deal was near.", "A person familiar with the talks"),
        ("In an interview with Ola Berg, Reyes said the pier was safe.", "Reyes"),
        ("Reyes said in an interview with Ola Berg that the pier was safe.", "Reyes"),
        ("Reyes opened the new pier and said it would last a century.", "Reyes"),
        ("The minister apologised but said the boats were safe.", "The minister"),
        ("The company recalled six ferries, saying their doors might leak.", "The company"),
        ("The pier is closed, Per Holm said in a statement.", "Per Holm"),
        ("The U.S. said it would send a tug.", "The U.S."),
        ("Smith & Daughters' rival Moody's said the bonds were safe.", "Smith & Daughters' rival Moody's"),
        ("LOFTHAVN — The harbour office said the bridge was shut.", "The harbour office"),
        # with a description
        ("Per Holm, head of the sea rescue centre, said the search was over.",
         "Per Holm, head of the sea rescue centre"),
        ("Per Holm, 45, a fisherman from Lofthavn, said he heard a bang.",
         "Per Holm, 45, a fisherman from Lofthavn"),
        ("Ana Reyes, who has run the port since it was built by her late father, said it was full.",
         "Ana Reyes"),
        ("Ana Reyes – the harbour's first woman captain – said she would stay.",
         "Ana Reyes – the harbour's first woman captain"),
        ("The sea rescue agency, NSR, said the storm would pass.", "The sea rescue agency, NSR"),
        ("Ana Reyes, speaking to the crew on Monday, said pay would rise.", "Ana Reyes"),
        ("The minister, however, said that fares would rise.", "The minister"),
        ("The National Sea Rescue Society (NSRS) said all were safe.", "The National Sea Rescue Society"),
        ("“We dig,” Ana Reyes, chief of Lofthavn Sand, the only U.S.-based digger, told the Gull.",
         "Ana Reyes"),
        ("They get coats and Norland rope, Rear Admiral Per Holm, the Admiralty's press secretary, said.",
         "Rear Admiral Per Holm, the Admiralty's press secretary"),
        ("Norland's harbour minister, Ana Reyes, said fares would fall.",
         "Norland's harbour minister, Ana Reyes"),
        ("The ferry is safe, the harbour minister, Ana Reyes, said.", "the harbour minister, Ana Reyes"),
        # without "all", "himself"
        ("Norland, Sudland and Ostland all say the pier is safe.", "Norland, Sudland and Ostland"),
        ("Norland and Sudland each say the pier is safe.", "Norland and Sudland"),
        ("Holm himself said the pier was safe.", "Holm"),
        ("Holm said nothing had been lost.", "Holm"),
        # figures, "pointed out"
        ("A day before, the Admiralty had counted at least 900 boats in Lofthavn.", "the Admiralty"),
        ("The Admiralty put the loss at around 400 boats.", "The Admiralty"),
        ("The union tallied 90 boats.", "The union"),
        ("The port reckoned that 90 boats were lost.", "The port"),
        ("Reyes pointed out that the pier was new.", "Reyes"),
        # who can speak
        ("A retired first lieutenant in Norland's navy told the Gull that boats leaked.",
         "A retired first lieutenant in Norland's navy"),
        ("It is new, the harbour master Ada Brink said.", "the harbour master Ada Brink"),
        ("The late Ana Reyes said the pier was safe.", "The late Ana Reyes"),
        ("The ferry captain Per Holm said the pier was safe.", "The ferry captain Per Holm"),
        # behind the verb
        ("“The pier is safe,” said Ana Reyes, head of the port.", "Ana Reyes, head of the port"),
        ("“The pier is safe,” said the minister, adding that boats could land.", "the minister"),
        ("“It burned for hours,” said one sailor on Tuesday.", "one sailor"),
        ("“It burned for hours,” says Per Holm of the Sea Institute.", "Per Holm of the Sea Institute"),
        ("The pier is safe, said Ana Reyes.", "Ana Reyes"),
        ("'The pier is safe,' wrote Ana Reyes.", "Ana Reyes"),
        # around it
        ("“The pier,” the ministry added, “will be checked.”", "the ministry"),
        ("“The pier will be checked,” the ministry added.", "the ministry"),
        ("Reyes called the ferry “a floating barn”.", "Reyes"),
        ("Reyes wrote: “We sail at dawn.”", "Reyes"),
        ("“We are sure the ministers’ plan will fail,” Per Holm said.", "Per Holm"),
        ("‘We are sure the ministers’ plan will fail,’ Per Holm said.", "Per Holm"),
        # according to, citing, quoted
        ("According to the coast guard, the boat sank within minutes.", "the coast guard"),
        ("The boat sank within minutes, according to the coast guard.", "the coast guard"),
        ("The boat sank, according to a report published by the Sea Institute.",
         "a report published by the Sea Institute"),
        ("The boat, according to two sailors, had no lights.", "two sailors"),
        ("The boat sank, according to Per Holm, a spokesman for the port.",
         "Per Holm, a spokesman for the port"),
        ("According to Per Holm, the boat sank.", "Per Holm"),
        ("Reuters reported on Monday that the boat had sunk, citing two officials.", "two officials"),
        ("The boat had sunk, the news agency reported, citing the harbour office.", "the harbour office"),
        ("Per Holm told a briefing that nine boats sank, citing radar data.", "Per Holm"),
        ("Ana Reyes was quoted as saying that the pier was safe.", "Ana Reyes"),
        ("The agency quoted Ana Reyes as saying that the pier was safe.", "Ana Reyes"),
        # not about, but beside, another source
        ("Reyes said the navy had denied the report.", "Reyes"),
        ("Reyes said the boat sank as Norland claimed two more islands.", "Reyes"),
        ("The ministry declined to comment but said the pier was safe.", "The ministry"),
    ],
)  # fmt: skip
def test_the_source_of_a_sentence(text: str, expected: str) -> None:
    """The words of the article that name whoever says it, without when, where and how."""
    assert source(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The ferry left Lofthavn at dawn with forty people.",
        "The ferry was said to have left at dawn.",
        "He is said to own three ferries.",
        "Needless to say, the ferry was late.",
        "That said, the ferry was cheap.",
        "Having said that, the ferry was cheap.",
        "The harbour's rules, as said in the 1999 law, are plain.",
        "The ministry did not say how many boats were lost.",
        "The ministry declined to comment.",
        "The minister refused to say who had paid.",
        "The minister would not say who had paid.",
        "Nobody said a word.",
        "The ferry left after the ministry said it was safe.",
        "The ferry, which officials said was safe, sank.",
        "Reyes, who said in May that the ferry was safe, has resigned.",
        "If the ministry says no, the pier will close.",
        "Passengers reported missing were found on the island.",
        "The storm claimed nine lives.",
        "The port denied requests for a second crane.",
        "The ferry sailed after the rain stopped and officials said it could.",
        "The attack confirmed their fears.",
        "The line added 200 jobs at the yard.",
        "The minister asked her to open the “floating pier”.",
        "The captain, accused of sleeping, was freed.",
        "The boat sailed according to plan.",
        "They have the final say on fares.",
        "What did the minister say about the pier?",
        "Officials are expected to report in June.",
        "The ferry was believed to be empty.",
        "Some say the pier is haunted.",
        "He said the pier was safe.",
        "It said the pier was safe.",
        "“The pier is safe.”",
        "The minister voiced “deep concern” about the pier.",
        "Ministry says ferry sank in storm",
        "Reyes said the pier was safe, but the navy said it was not.",
        "The media reports on the wreck were wrong.",
        "The ministry's claims about the pier were false.",
        "Norland sends boats, with crews, to Sudland, a move LOTA Secretary Per Holm has called “rash.”",
        "The pier closes, a report Ana Reyes has called “rash.”",
        "The pier closes under the report Ana Reyes has called “rash.”",
        "They freed the crew, including a man Ana Reyes has called “rash.”",
        "The ferry Norland said was safe sank.",
        "The pier and its church, Father Karl Roth, said on Sunday, was gone.",
        "The bridge said it was closed.",
        "The uniforms told a story of their own.",
        "He spoke after a Lofthavn Gull report, which drew on Norland radar, put the loss at 500 boats.",
        "Holm said nothing about the pier.",
        "Reyes put her hat on the table at noon.",
        "Reyes counted the boats.",
        "Reyes pointed at the pier.",
    ],
)
def test_no_source(text: str) -> None:
    """What the article says itself, what nobody said, titles, and what two say differently."""
    assert source(text) is None


PARAGRAPHS = "“No,” Per Holm said.\n\n“The pier is safe.\n\n“Boats may land,” Ana Reyes said."
SHE = "Ana Reyes said the pier was safe. She added that it was new."
LONG = "“The pier is safe. It was built to last. Boats may land,” Ana Reyes said. “Fares will fall.”"
CARRIED = "“The pier is safe,” Ana Reyes said. “It was built to last.\n\n“Boats may land. Fares will fall.”"


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        (LONG, "“The pier is safe.", "Ana Reyes"),
        (LONG, "It was built to last.", "Ana Reyes"),
        (LONG, "“Fares will fall.”", "Ana Reyes"),
        (CARRIED, "“It was built to last.", "Ana Reyes"),
        (CARRIED, "“Boats may land.", "Ana Reyes"),
        (CARRIED, "Fares will fall.”", "Ana Reyes"),
        (PARAGRAPHS, "“The pier is safe.", "Ana Reyes"),
        ("“Is the pier safe?” Ana Reyes asked.", "“Is the pier safe?”", "Ana Reyes"),
        ("'Is the pier safe?' Ana Reyes asked.", "'Is the pier safe?'", "Ana Reyes"),
        ("Ana Reyes said: “The pier is safe. Boats may land.”", "Boats may land.”", "Ana Reyes"),
        ("Ana Reyes told the crew:\n“The pier is safe.”", "“The pier is safe.”", "Ana Reyes"),
        ("Ana Reyes said the pier was old.\n\n“It should close.”", "“It should close.”", "Ana Reyes"),
        ("A storm came.\n\n“It should close.”", "“It should close.”", None),
        ("Ana Reyes said no.\n\nThe storm\n\n“It should close.”", "“It should close.”", None),
        (SHE, "She added that it was new.", "Ana Reyes"),
        (SHE, SHE, "Ana Reyes"),
        ("Ana Reyes opened the pier.\n“It is safe,” she said.", "“It is safe,” she said.", "Ana Reyes"),
        ("Ana Reyes met Lena Berg.\n“It is safe,” she said.", "“It is safe,” she said.", None),
        ("Mr Reyes said no. She said yes.", "She said yes.", None),
        ("Ms Reyes said no. He said yes.", "He said yes.", None),
        ("The navy said no. She said yes.", "She said yes.", None),
        ("The spokeswoman said no. He said yes.", "He said yes.", None),
        ("The navy said no. It added that boats may land.", "It added that boats may land.", "The navy"),
        ("Ana Reyes said no. It added that boats may land.", "It added that boats may land.", None),
        ("Officials said no. They said boats may land.", "They said boats may land.", "Officials"),
        ("Ana Reyes said no. They said boats may land.", "They said boats may land.", None),
        ("Ana Reyes said no. Per Holm left. He said boats may land.", "He said boats may land.", "Per Holm"),
        ("Reyes said no. Holm said yes.", "Reyes said no. Holm said yes.", None),
        ("Ana Reyes said no. Reyes said it again.", "Ana Reyes said no. Reyes said it again.", "Ana Reyes"),
        (
            "Per Holm said no. Reyes, he pointed out, had left.",
            "Reyes, he pointed out, had left.",
            "Per Holm",
        ),
        (
            "Per Holm said no. Ana Reyes, he pointed out, had left.",
            "Ana Reyes, he pointed out, had left.",
            None,
        ),
        (
            "Per Holm said no. He spoke after a Gull report, which he had read, put the loss at 90 boats.",
            "He spoke after a Gull report, which he had read, put the loss at 90 boats.",
            None,
        ),
        (
            "The Pentahull said no. Pentahull press officer Ana Reyes said no.",
            "The Pentahull said no. Pentahull press officer Ana Reyes said no.",
            None,
        ),
        (
            "Norland said no. Officials in Norland said no.",
            "Norland said no. Officials in Norland said no.",
            None,
        ),
        (
            "Secretary of Boats Per Holm said no. Mr Holm said it again.",
            "Secretary of Boats Per Holm said no. Mr Holm said it again.",
            "Secretary of Boats Per Holm",
        ),
        ("Mr Holm said no. Ms Holm said yes.", "Mr Holm said no. Ms Holm said yes.", None),
        ("The pier is old. Ana Reyes said no.", "The pier is old. Ana Reyes said no.", None),
        ("“A “B” C,” Ana Reyes said.", "“A “B” C,” Ana Reyes said.", "Ana Reyes"),
        ("Bob “Gull” Holm said no.", "Bob “Gull” Holm said no.", "Bob “Gull” Holm"),
    ],
)
def test_the_speaker_stands_in_another_sentence(text: str, quote: str, expected: str | None) -> None:
    """A quotation belongs to who speaks before or after it; he and she to one person only."""
    assert source(text, quote) == expected


@pytest.mark.parametrize(
    ("text", "core", "expected"),
    [
        ("“Boats may land,” Ana Reyes said. The prime minister said fares would fall.",
         "The prime minister said fares would fall.", None),
        ("“Boats may land,” she said. The prime minister said fares would fall.",
         "The prime minister said fares would fall.", None),
        ("“Boats may land.” The pier is old. The port said fares would fall.",
         "The port said fares would fall.", None),
        ("The pier is old. The prime minister said fares would fall.",
         "The prime minister said fares would fall.", "The prime minister"),
        ("The pier is old. The prime minister said fares would fall.", "The pier is old.", None),
    ],
)  # fmt: skip
def test_a_quote_of_two_speakers_names_neither(text: str, core: str, expected: str | None) -> None:
    """Beside the sentences that count, the article's own words do no harm; another's words do."""
    start = text.index(core)
    assert said_by(text, Span(0, len(text)), Span(start, start + len(core))) == expected


WORDS = (
    "said says told according to the The minister Reyes Ana , . “ ” \" ' ’ ‘ — ( ) he she they it and but"
    " who citing quoted as saying was not Officials’ reported U.S. \n \n\n ? 45 ministry's in on Monday a"
    " statement İ ß é 日本。 & :"
).split(" ")
prose = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)


@given(st.text() | prose, st.integers(-5, 200), st.integers(-5, 400))
def test_whatever_the_text_a_source_is_made_of_its_words(text: str, start: int, end: int) -> None:
    """It never raises, invents no word, is one line, and is short."""
    found = said_by(text, Span(start, end))
    if found is not None:
        assert found == " ".join(found.split())
        assert found
        known = set(re.findall(r"\w+", text))
        assert set(re.findall(r"\w+", found)) <= known
        assert len(found.split()) <= MAX_WORDS + 2


@given(prose)
def test_every_sentence_of_any_text_is_read(text: str) -> None:
    """The same holds for the spans that are really asked about."""
    for span in sentences(text):
        found = said_by(text, span)
        assert found is None or found.strip() == found != ""


HOSTILE = (
    "said |the |Reyes, |a, said |a, asked |“|“a” |'a |’ |according to |Ana |who said |( |\n|he said. |“A.” "
    "|A\n|said, — |and |Reyes and |quoted as saying |, saying |s’ |x|“A\n|Reyes said. He said. |a “b |a.b"
    "|Ana Reyes, the a, said |“ A. |A. “ |“A. A. A. "
).split("|")


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("opening", ["", "“A. "])
def test_hostile_text_takes_linear_time(opening: str, piece: str) -> None:
    """A hundred thousand characters of anything are read in a second or two."""
    text = opening + piece * (100_000 // len(piece))
    started = time.perf_counter()
    for span in (Span(0, len(text)), Span(len(text) - 50, len(text)), Span(0, 10)):
        said_by(text, span)
    assert time.perf_counter() - started < 15
