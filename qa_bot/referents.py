"""Whom and what the words of a follow-up stand for: people, places and days of earlier turns.

Names are looked for in the last question, its answer and the articles it cites. Whether a name is a man's or
a woman's is read from the articles ("Baerbock ... her message"), else from the given name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from qa_bot.dates import full_dates, long_date
from qa_bot.leaning import noun_phrases
from qa_bot.lexicon import places, seats, stop_terms
from qa_bot.question import Question, Unit, parse
from qa_bot.text import term_of
from qa_bot.types import Turn

TURNS = 5  # turns back that people, places and days are looked for
_MARKER = re.compile(r"\s*\[\d+\]")
_YES_NO = re.compile(r"^\W*(?:yes|no)\b\W*", re.IGNORECASE)
_PLACE_BEFORE = re.compile(
    r"\b(?:in|of|at|from|near|into|to|around|outside|across|inside|on)\s+(?:the\s+)?$", re.IGNORECASE
)
_READ = 20_000  # characters of an article in which a name's pronouns are looked for

# --- people -------------------------------------------------------------------------------------

# Given names that are common in news, where an article does not tell.
_MEN = frozenset(
    """
    adam ahmed alan alex alexander alexandr alexei alexey ali andrei andrew anders andrii andriy andrey
    anthony
    antonio antony
    anton aleksandr aleksei ben benjamin bernard bill bob boris brian bruno carlos charles chris christian
    christopher
    dan daniel david denis dmitri dmitry dmytro donald edward elon emmanuel eric erik fabian francisco
    francois frank
    fred friedrich fumio gary geert george gerhard giorgio gordon greg guy hamid hans harry hassan henry
    hugo ian igor
    ilya ismail ivan jack jacob jake james jan jason javier jean jeff jens jeremy jim joao joe johan john
    jonas jonathan
    jordan jose josep joseph juan julian justin karl karim keir keith ken kenneth kevin khaled klaus kurt
    kyrylo lars
    lee lars leo leonid lloyd louis luis lukas luke marc marco mario mark markus martin mathias matt
    matthew max michael
    miguel mike mikhail mohamed mohammed muhammad narendra nicolas nicholas nick nigel nikolai olaf oleg
    oleksandr oleksii
    oliver omar oscar otto pablo pat patrick paul pavel pedro per peter petro philip pierre piotr radoslaw
    rafael ralph
    raphael recep ricardo richard rishi rob robert roberto robin roger roman ron ryan sam samuel scott
    sebastian serge
    sergei sergey serhiy simon stefan stephen steve steven stuart sven taras thomas tim timothy tobias tom
    tomas tony
    valery vasily victor viktor vitali vitaly vladimir volodymyr vyacheslav walter werner will william
    xavier xi yang
    yasser yevgeny yoav yuri yury zoran
    """.split()
)
_WOMEN = frozenset(
    """
    agnes aisha alexandra alice alina amanda amy ana anastasia andrea angela anita anna annalena anne annie
    antonia
    astrid barbara beata beatrice birgit camilla carla carmen caroline catherine cecilia charlotte
    christina christine
    claire clara claudia cristina dana daria deborah diana dina dora elena elin elisabeth elizabeth ella
    ellen elsa emily
    emma erika esther eva fatima fiona florence frances gabriela georgia gina giorgia grace greta hanna
    hannah heather
    heidi helen helena hillary hilary ines inga ingrid irina iryna isabel jacinda jane janet jennifer
    jessica jill joan
    joanna josephine julia julie kaja kamala karen karin karla kate katherine kathleen katja katrin kim_yo
    laura lena lia
    linda lisa liz louise lucia lucy lyudmila magdalena maia mara margaret margot maria mariana marie
    marina marine
    martha mary melania melanie mette michelle monica monika nadia nancy naomi natalia natasha nicola
    nicole nina nora
    olena olga olha oksana patricia paula petra polly priti rachel rebecca roberta rosa ruth sabine sandra
    sara sarah
    silvia sofia sonia sophie stella susan suzanne svetlana sylvie tamara tatiana teresa theresa tina
    ulrike ursula
    valentina vera veronica victoria viola yulia yuliia yvette zoe
    """.split()
)
_NO_PERSON = frozenset(
    map(
        term_of,
        "council ministry agency group party security union army navy university daily times post press"
        " telegram news"
        " parliament congress senate house court bank company corporation association federation"
        " organisation organization"
        " institute service department treasury state committee commission league nations war treaty plan"
        " act award prize"
        " cup sea river region province district city street airport port mountain island north south east"
        " west missile"
        " system forces force corps brigade operation conference summit agreement games world day".split(),
    )
)


def person(turns: Sequence[Turn], *, woman: bool) -> str | None:
    """The person whom "he" or "she" stands for after some turns; None when no name fits.

    Args:
        turns: the turns before, oldest first.
        woman: whether the pronoun is a woman's.
    """
    newest = list(reversed(turns))[:TURNS]
    unsure: list[str] = []
    for back, turn in enumerate(newest):
        if back == _SURE and any(" " in name for name in unsure):
            break
        for name in dict.fromkeys(_people(turn)):
            sex = _woman(name, turn)
            if sex is woman:
                return name
            if sex is None:
                unsure.append(name)
        role = _role(turn)
        if role and not unsure:
            return role
    return next((name for name in unsure if " " in name), unsure[0] if unsure else None)


_SURE = 2  # turns back in which a name known to fit goes before one not known


def _role(turn: Turn) -> str | None:
    """Somebody whom a question names by what they are: "the former lieutenant"."""
    for phrase in noun_phrases(turn.question):
        if ROLE.search(phrase.text):
            return f"the {phrase.text}"
    return None


ROLE = re.compile(
    r"\b(?:man|woman|person|minister|president|premier|chancellor|governor|leader|chief|general|lieutenant"
    r"|colonel"
    r"|officer|soldier|official|professor|analyst|expert|spokes\w+|commander|ambassador|envoy|mayor|king"
    r"|queen|pope"
    r"|head|boss|founder|owner|actor|author|singer|player|coach|candidate|senator|judge|lawyer|doctor)$",
    re.IGNORECASE,
)


def is_person(name: str, turns: Sequence[Turn]) -> bool:
    """Whether the given name that stands with a name, here or in what was cited, is a person's."""
    return any(_sex_of(_given_name(name, turn)) is not None for turn in turns[-TURNS:])


def _sex_of(given: str) -> bool | None:
    return True if given.casefold() in _WOMEN else False if given.casefold() in _MEN else None


def answered_person(turn: Turn) -> str | None:
    """The person whom an answer to "who" names first; None when it names nobody."""
    without = parse(turn.question)
    return next(iter([*_highlighted(turn), *_names(turn, without=without)]), None)


def _people(turn: Turn) -> Iterator[str]:
    """Names of a turn that may be people's, the likeliest first."""
    asked = parse(turn.question)
    answered = _names(turn, without=asked)
    if asked.kind == "person":
        yield from _highlighted(turn)
        yield from answered
    named = [bare(unit.text) for unit in asked.units if unit.kind == "name" and not _no_person(unit)]
    # "the governor of Rostov": what stands after "of" or "in" is rarely a person.
    yield from (name for name in named if not _PLACE_BEFORE.search(turn.question[: turn.question.find(name)]))
    yield from answered
    yield from named


def _no_person(unit: Unit) -> bool:
    return any(term in _NO_PERSON for term in unit.terms) or (
        bare(unit.text).isupper() and " " not in unit.text
    )


def _highlighted(turn: Turn) -> Iterator[str]:
    """The names among the words that answer."""
    for citation in turn.citations:
        for mark in citation.highlights:
            text = citation.quote[mark.start : mark.end]
            if citation.quote[: mark.start].endswith("-"):  # "pro-Western"
                continue
            if any(unit.kind == "name" and not _no_person(unit) for unit in parse(f"by {text}").units):
                yield bare(text)


def body(turn: Turn) -> str:
    """What a turn answered, without markers and the outlet at the head of each line."""
    lines = (line.split(": ", 1)[-1] for line in _MARKER.sub("", turn.answer).split("\n"))
    return _YES_NO.sub("", " ".join(lines))


def _names(turn: Turn, *, without: Question) -> list[str]:
    known = {term for unit in without.units for term in unit.terms}
    text = _first_told(turn)
    return [
        bare(unit.text)
        for unit in parse(f"by {text}").units  # so that the first word may be a name
        if unit.kind == "name"
        and not set(unit.terms) <= known
        and not _no_person(unit)
        and f"-{unit.text}" not in text  # "pro-Western"
    ]


def _first_told(turn: Turn) -> str:
    """The quote that an answer begins with: what supports it further down speaks of others."""
    return turn.citations[0].quote if turn.citations else body(turn)[:_BODY]


_BODY = 800  # characters of an answer that are looked at


def bare(name: str) -> str:
    """A name without "'s"."""
    return re.sub(r"['’]s$", "", name)


def _woman(name: str, turn: Turn) -> bool | None:
    """Whether a name is a woman's; None when nothing tells."""
    told = [_told(name, citation.article.text[:_READ]) for citation in turn.citations]
    votes = sum(told)
    if votes:
        return votes < 0
    return _sex_of(_given_name(name, turn))


def _given_name(name: str, turn: Turn) -> str:
    """The first word of a name, or that before a surname in what a turn cites: "Vladimir" for "Putin"."""
    if " " in name:
        return name.split()[0]
    found = (
        re.search(rf"\b([A-Z][\w'’-]+) {re.escape(name)}\b", citation.quote) for citation in turn.citations
    )
    return next((match[1] for match in found if match), "")


@lru_cache(maxsize=256)
def _told(name: str, text: str) -> int:
    """How often an article goes on with "he" after a name, less how often with "she"."""
    first, last = name.split()[0], name.split()[-1]
    parts = "|".join(re.escape(part) for part in dict.fromkeys((name, last, first)) if len(part) > 2)
    votes = 0
    for match in list(re.finditer(rf"\b(?:{parts})\b", text))[:_MENTIONS] if parts else ():
        votes += _next_pronoun(text[match.end() : match.end() + _REACH])
        before = {
            word.casefold().strip(".,")
            for word in text[max(match.start() - 40, 0) : match.start()].split()[-3:]
        }
        votes += 2 * bool(before & _TITLES_OF_MEN) - 2 * bool(before & _TITLES_OF_WOMEN)
    return votes


def _next_pronoun(text: str) -> int:
    """1 when "he" comes next, -1 for "she", 0 when another name comes first that may be a person's."""
    for match in _PRONOUN_OR_NAME.finditer(text):
        if match["he"] or match["she"]:
            return 1 if match["he"] else -1
        term = term_of(match["name"])
        if term not in stop_terms() and (term,) not in places():
            return 0
    return 0


_MENTIONS, _REACH = 8, 160
_TITLES_OF_WOMEN = frozenset("ms mrs madam queen princess lady dame spokeswoman chairwoman".split())
_TITLES_OF_MEN = frozenset("mr sir king prince lord spokesman chairman".split())
_PRONOUN_OR_NAME = re.compile(
    r"(?P<he>\b(?:[Hh]e|[Hh]im|[Hh]is|himself)\b)|(?P<she>\b(?:[Ss]he|[Hh]ers?|herself)\b)"
    r"|\b(?P<name>[A-Z]\w{2,})"
)

# --- things, places, days -----------------------------------------------------------------------


_ASKED = re.compile(r"^\W*(?:which|what) (?=[a-z])", re.IGNORECASE)


def asked_thing(turn: Turn) -> str | None:
    """The thing that a question asks for by its kind: "missile" of "Which missile did Russia launch?"."""
    match = _ASKED.match(turn.question)
    found = next(
        (phrase for phrase in noun_phrases(turn.question) if match and phrase.start == match.end()), None
    )
    return found.text if found and not found.plural and not found.proper else None


def answered_thing(turn: Turn) -> str | None:
    """The name with which a turn answered a question for a thing: "Which missile ...?"."""
    asked = asked_thing(turn)
    if not asked:
        return None
    known = {term for unit in parse(turn.question).units for term in unit.terms}
    noun = re.compile(rf"\b{re.escape(asked.split()[-1])}s?\b", re.IGNORECASE)
    text = _first_told(turn)
    stands = noun.search(text)
    if stands or (not turn.citations and len(text.split()) <= _SHORT_ANSWER):
        for unit in parse(f"by {text[stands.end() if stands else 0 :][:_NEAR]}").units:
            if unit.kind == "name" and not set(unit.terms) & known and _woman(unit.text, turn) is None:
                return _whole(unit.text, text)
    return None


def _whole(name: str, text: str) -> str:
    """A name with what is joined to it: "Hwasong-19"."""
    match = re.search(rf"{re.escape(name)}(?:-\w+)*", text)
    return bare(match[0] if match else name)


_SHORT_ANSWER = 12  # words of an answer that names one thing
_NEAR = 80  # characters after a noun in which it is named


def place(turns: Sequence[Turn]) -> str | None:
    """The place that "there" stands for."""
    for turn in list(reversed(turns))[:TURNS]:
        asked = parse(turn.question)
        if asked.kind == "place":
            told = [_place_in(citation.quote) for citation in turn.citations[:1]] or [
                _place_in(body(turn)[:_BODY])
            ]
            if told[0]:
                return told[0]
        for text in (turn.question, body(turn)[:_BODY]):
            found = _place_in(text)
            if found:
                return found
    return None


def is_place(unit: Unit) -> bool:
    """Whether a unit names a place itself: not "Korean"."""
    if unit.kind != "place":
        return False
    itself = unit.written == unit.terms or unit.written in seats()
    return itself or unit.text.replace(".", "").isupper() or unit.text in _OTHER_NAMES


_OTHER_NAMES = frozenset(("America", "United Kingdom", "Czech Republic", "Holland", "Burma", "Turkiye"))


def _place_in(text: str) -> str | None:
    units = [unit for unit in parse(text).units if unit.kind == "name" or is_place(unit)]
    after = [unit for unit in units if _PLACE_BEFORE.search(text[: max(text.find(unit.text), 0)])]
    return next((bare(unit.text) for unit in [*after, *units] if unit in after or unit.kind == "place"), None)


def day(turns: Sequence[Turn]) -> str | None:
    """The ISO day that "then" or "that day" stands for: of the newest answer that names one."""
    for turn in list(reversed(turns))[:TURNS]:
        for citation in turn.citations:
            for mention in citation.dates:
                return mention.date
        for _, named in full_dates(f"{turn.question} {body(turn)[:_BODY]}"):
            return named.isoformat()
    return None


def in_words(iso: str, unit: str) -> str:
    """A day, its month or its year with its preposition: "on 5 November 2024", "in November 2024"."""
    if unit == "year":
        return f"in {iso[:4]}"
    written = long_date(iso)
    return f"in {written.split(' ', 1)[1]}" if unit == "month" else f"on {written}"


def definite(noun: str, turn: Turn) -> str | None:
    """What an answer calls the thing that a question calls "the missile", when that says more."""
    term = term_of(noun)
    texts = [citation.quote for citation in turn.citations] or [body(turn)[:_BODY]]
    for text in texts:
        for phrase in noun_phrases(text):
            if term in phrase.terms and len(phrase.terms) > 1 and len(phrase.terms) <= _MOST_TERMS:
                if phrase.terms[-1] == term:
                    return f"the {phrase.text}"
                if phrase.proper and phrase.terms[0] == term and phrase.text[0].isupper():
                    return phrase.text
    return None


_MOST_TERMS = 4
