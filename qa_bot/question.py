"""What a question asks for: its kind, the words that matter, the names in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from qa_bot.dates import MONTHS, WEEKDAYS
from qa_bot.errors import UsageError
from qa_bot.lexicon import Phrase, filler_terms, places, seats, short_forms, stop_terms
from qa_bot.text import Word, plain, term_of, words

Kind = Literal["person", "number", "date", "place", "reason", "yesno", "quote", "other"]
UnitKind = Literal["word", "name", "place", "number", "date"]

MAX_CHARS = 8000
_MAX_UNITS = 64  # of a question of 1,000 words the first 64 content words are plenty


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that a question speaks of: a content word, a number, a date word, a name, a place.

    ``terms`` are its index terms; those of a place are the place's own name, however it was written
    ("Pyongyang", "DPRK" and "North Koreans" are the place North Korea), and ``written`` says how.
    """

    kind: UnitKind
    text: str
    terms: Phrase
    written: Phrase


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart.

    ``counted`` are the units right after "how many": what a number has to be a number of. ``asked`` is the
    noun after "what" or "which" ("what salary"), unless it names a kind of thing ("which country").
    ``counted_of`` is the country they are of ("how many Chinese soldiers"). ``office`` is a country with an office of it: "the German defence minister", "minister of Germany".
    """

    text: str
    kind: Kind
    units: tuple[Unit, ...]
    counted: tuple[Unit, ...] = ()
    counted_of: Unit | None = None
    asked: Unit | None = None
    office: tuple[Unit, ...] = ()

    @property
    def names(self) -> tuple[Unit, ...]:
        """The units that name something: people, places, organisations."""
        return tuple(unit for unit in self.units if unit.kind in ("name", "place"))


def checked(question: object) -> str:
    """A question's text without the space around it.

    Raises:
        UsageError: when it is not text, empty, or longer than 8,000 characters.
    """
    if not isinstance(question, str):
        raise UsageError(f"A question must be text, not {type(question).__name__}.")
    text = plain(question)
    if not text:
        raise UsageError("The question is empty; ask something in words.")
    if len(text) > MAX_CHARS:
        raise UsageError(
            f"The question has {len(text):,} characters; at most {MAX_CHARS:,} can be asked at once."
        )
    return text


def parse(text: str) -> Question:
    """Take a question apart. A question without content words has no units."""
    found = words(text)
    kind = _kind(text)
    placed = [item for item in _units(found, text) if not _is_measure(item, found)]
    units = _unique([unit for _, unit in placed])[:_MAX_UNITS]
    if kind == "person" and _WHO_IS.match(text) and {unit.kind for unit in units} == {"name"}:
        kind = "other"
    counted = _counted(text, found, placed) if kind == "number" else ()
    asked = _asked(text, found, placed)
    in_order = [unit for _, unit in placed]
    return Question(
        text, kind, tuple(units), counted, _counted_of(in_order, counted), asked, _office(in_order)
    )


# --- questions about sources -----------------------------------------------------------------------

_SOURCES = r"(?:news )?(?:outlets|papers|newspapers|articles|reports|sources|media|accounts)"
_AGREE = re.compile(
    r"^\W*(?:do|did|does|where do|how do|how far do|in what do|what do|what (?:figures|numbers) do)"
    rf"(?: (?:all|both|the|these|those|various|different|five|two|three|four|other))* {_SOURCES}"
    r" (?:agree|disagree|differ|vary|say|report|give|tell us|tell)(?: with (?:one another|each other))?"
    r"(?: (?:on|about|over|in|as to|for|regarding|of))? (?P<matter>(?:how (?:many|much|far|long|large|big|old|high)|who|when|where|why)\b.{3,}"
    r"|the (?:(?:number|size|total|amount|price|cost|age|date) of|death toll)\b.{0,})$",
    re.IGNORECASE | re.DOTALL,
)
_WHO_SAYS = re.compile(
    rf"^\W*(?:which|what) (?:of the )?{_SOURCES} (?:say|said|report|reported|claim|claimed|write|wrote)"
    r" (?P<asked>(?:who|when|where|why|how (?:many|much|far|long|old))\b(?!.*\bwhich\b).{6,})$",
    re.IGNORECASE | re.DOTALL,
)


def matter(text: str) -> str:
    """A question whether sources agree on something, or which say it, as one for that; others as they are.

    What they say of it tells: "Do the articles agree on how many were hurt?" is taken as "How many were
    hurt?", and so is "Which papers say how many were hurt?".
    """
    agree, says = _AGREE.match(text), _WHO_SAYS.match(text)
    if agree:
        found = agree["matter"]
        return f"What is {found}" if found[:4].casefold() == "the " else found[0].upper() + found[1:]
    found = says["asked"] if says else text
    return found[0].upper() + found[1:] if says else text


# --- kind ---------------------------------------------------------------------------------------

_PATTERNS: tuple[tuple[Kind, str], ...] = (
        (
            "number",
            r"\bhow (?:many|much|far|long|large|big|old|often|high|tall|wide|deep|fast|few)\b|\bwhat (?:\w+ )?"
            r"(?:number|amount|percentage|percent|share|proportion|figure|total|size|price|cost|distance|sum)\b"
            r"|\bnumber of\b|\bhow\b.{0,20}\b(?:strong|numerous)\b",
        ),
        (
            "date",
            r"\bwhen\b|\b(?:what|which|on what|in what|in which|since what) (?:\w+ )?(?:date|day|month|year|time|weekday)\b"
            r"|\bhow long ago\b|\bsince when\b",
        ),
        ("reason", r"\bwhy\b|\bhow come\b|\bfor what reason\b|\bwhat (?:was|is|were|are) the (?:\w+ )?reasons?\b"
            r"|\bwhat (?:caused|led to|made|prompted)\b|\bbecause of what\b|\bwhat for\b"),
        ("place", r"\bwhere\b|\b(?:what|which|in what|in which|from which|at which|to which) (?:\w+ )?"
            r"(?:place|city|town|village|region|province|port|airport|location|area)\b"),
        ("person", r"\bwho\b|\bwhom\b|\bwhose\b|\b(?:what|which) (?:[\w-]+ ){0,3}(?:person|man|woman|official|politician|minister|president|general|"
            r"governor|leader|analyst|expert|spokesman|spokeswoman|spokesperson|commander|ambassador|envoy|chief|head)\b"
            r"|\bname of the\b"),
        ("quote", r"\bwhat (?:did|does|has|have|had) .{1,300}\b(?:say|said|call|called|describe|described|tell|told|claim|claimed|warn|warned|"
            r"argue|argued|write|written|state|think|urge|urged|promise|promised|announce|announced|report|reported)\b"
            r"|\bhow (?:did|does|has|do) .{1,300}\b(?:describe|call|characteri[sz]e|put|react|respond|comment)\w*\b|\bin what words\b"),
        ("yesno", r"^\W*(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|"
            r"isn't|aren't|didn't|doesn't|hasn't|haven't|won't)\b"),
)  # fmt: skip
_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)


# "Who is Kurt Campbell?" has its person; what is asked is what he is.
_WHO_IS = re.compile(r"^\W*who(?:'s| is| was| are| were)\b", re.IGNORECASE)


def _kind(text: str) -> Kind:
    """The kind whose pattern comes first in the text; earlier in the table on a tie."""
    best: tuple[int, Kind] = (len(text) + 1, "other")
    for kind, pattern in _KINDS:
        match = pattern.search(text)
        if match and match.start() < best[0]:
            best = (match.start(), kind)
    return best[1]


def _counted(text: str, found: list[Word], placed: list[tuple[int, Unit]]) -> tuple[Unit, ...]:
    """The unbroken run of units after "how many", three at most: "special forces", "drones hit"."""
    match = re.search(r"\b(?:how (?:many|much)|(?:number|amount|total) of)\b", text, re.IGNORECASE)
    if not match:
        return ()
    run = _run_after(match.end(), found, placed)
    return tuple(unit for unit in run if unit.kind == "word") or tuple(run)


def _counted_of(units: list[Unit], counted: tuple[Unit, ...]) -> Unit | None:
    before = units[units.index(counted[0]) - 1] if counted and units.index(counted[0]) else None
    return before if before is not None and before.kind == "place" else None


def _asked(text: str, found: list[Word], placed: list[tuple[int, Unit]]) -> Unit | None:
    match = re.search(r"\b(?:what|which|whose)\b", text, re.IGNORECASE)
    if not match:
        return None
    run = [unit for unit in _run_after(match.end(), found, placed) if unit.kind == "word"]
    return run[-1] if run and run[-1].text.casefold() not in _KIND_NOUNS else None


_OFFICES = frozenset(
    map(term_of, "minister president premier chancellor ambassador envoy governor king queen".split())
)
_OF_OFFICE = frozenset(map(term_of, "prime foreign defence defense interior finance vice deputy UN".split()))


def _office(units: list[Unit]) -> tuple[Unit, ...]:
    """The first country that stands with an office of its own, and the words of the office."""
    for index, unit in enumerate(units):
        if unit.terms[-1] not in _OFFICES or unit.kind == "place":
            continue
        first = index
        while first and units[first - 1].terms[-1] in _OF_OFFICE:
            first -= 1
        words_ = units[first : index + 1]
        for place in (units[first - 1 : first], units[index + 1 : index + 2]):
            if place and place[0].kind == "place" and place[0].written not in seats():
                return (place[0], *words_)
    return ()


_KIND_NOUNS = frozenset(
    "country countries nation nations state states person people man woman men women official officials politician"
    " minister ministers leader leaders general governor company companies firm firms organisation organization group"
    " city town place places region regions area areas part parts port airport day days date month year time period"
    " weekday number amount figure percentage share word words thing things kind kinds type types sort event events step"
    " steps role position office job title reason reasons claim claims evidence commitments effect name outlet paper"
    " source sources side expert analyst professor missile weapon weapons team language party allies ally".split()
)


_MEASURED_IN = frozenset(
    "money cash dollars euros pounds kilometres kilometers km miles metres meters feet percent percentage tonnes tons".split()
)


def _is_measure(item: tuple[int, Unit], found: list[Word]) -> bool:
    """Whether a unit only says in what a number is asked: "how much money", "how many miles"; texts write € or km."""
    place, unit = item
    before = [word.text.casefold() for word in found[max(place - 2, 0) : place]]
    return unit.text.casefold() in _MEASURED_IN and before in (["how", "much"], ["how", "many"])


def _run_after(start: int, found: list[Word], placed: list[tuple[int, Unit]]) -> list[Unit]:
    """The unbroken run of units that begins at the first word from ``start`` on, three at most."""
    index = next((i for i, word in enumerate(found) if word.start >= start), len(found))
    run: list[Unit] = []
    for position, unit in placed:
        if position == index and len(run) < 3:
            run.append(unit)
            index += len(unit.written)
    return run


# --- units --------------------------------------------------------------------------------------

_TITLES = frozenset(
    "mr mrs ms dr sir lord lady president minister prime secretary general gen colonel king queen prince"
    " princess chancellor governor senator professor prof pope major lt chief foreign defence defense".split()
)


def _units(found: list[Word], text: str) -> list[tuple[int, Unit]]:
    """The units of a question, each with the index of its first word."""
    units: list[tuple[int, Unit]] = []
    index = 0
    while index < len(found):
        size, unit = _place_at(found, index)
        if unit is None:
            size, unit = _name_at(found, index, text)
        if unit is None:
            size, unit = 1, _word_unit(found[index])
        if unit is not None:
            units.append((index, unit))
        index += size
    return units


def _place_at(found: list[Word], index: int) -> tuple[int, Unit | None]:
    for size in (3, 2, 1):
        part = found[index : index + size]
        phrase = tuple(word.term for word in part)
        if len(part) != size or phrase not in places():
            continue
        # "turkey", "polish" and "jordan" in lower case are other words.
        if size == 1 and part[0].text.islower() and _ambiguous(part[0].text):
            continue
        text = " ".join(word.text for word in part)
        return size, Unit("place", text, places()[phrase], phrase)
    return 1, None


def _ambiguous(word: str) -> bool:
    return word in (
        "turkey",
        "polish",
        "pole",
        "poles",
        "turk",
        "chad",
        "jordan",
        "china",
        "us",
        "finn",
        "dane",
        "rome",
        "swiss",
        "georgia",
        "sofia",
        "lima",
        "wellington",
        "brussels",
        "bern",
        "minsk",
    )


def _name_at(found: list[Word], index: int, text: str) -> tuple[int, Unit | None]:
    size = 0
    while (
        size < _MOST_NAME
        and index + size < len(found)
        and _is_name(found, index + size, text, inside=size > 0)
    ):
        size += 1
    part = found[index : index + size]
    while part and part[0].text.casefold() in _TITLES:
        part = part[1:]
    while part and part[-1].text.casefold() in _TITLES and len(part) > 1:
        part = part[:-1]
    if not part or (size and part[0] is not found[index]):
        return 1, None  # a title: an ordinary word; the name comes up next
    terms = tuple(word.term for word in part)
    return len(part), Unit("name", " ".join(word.text for word in part), terms, terms)


_MOST_NAME = 8  # words of one name


def _is_name(found: list[Word], index: int, text: str, *, inside: bool) -> bool:
    word = found[index]
    if not word.text[0].isupper() or word.term in stop_terms():
        return False
    if _is_date_word(word):
        return False
    if inside:
        before = found[index - 1]
        possessive = before.text.casefold().endswith(("'s", "’s"))
        return not possessive and text[before.end : word.start].strip(" -.") == ""
    if index == 0 or text[: word.start].rstrip()[-1:] in (".", "?", "!", ":"):
        # Any sentence begins with a capital; a second capitalised word tells a name.
        following = found[index + 1] if index + 1 < len(found) else None
        named_next = following is not None and following.text[0].isupper()
        return word.term not in filler_terms() and (named_next or word.text.isupper())
    return True


def _word_unit(word: Word) -> Unit | None:
    if word.term in stop_terms() or word.term in filler_terms():
        return None
    if _is_date_word(word):
        return Unit("date", word.text, (word.term,), (word.term,))
    if word.text[0].isdigit():
        return Unit("number", word.text, (word.term,), (word.term,))
    if len(word.term) < 2 and word.term.isascii():
        return None
    if (word.term,) in short_forms() and word.text.isupper():
        return Unit("name", word.text, (word.term,), (word.term,))
    return Unit("word", word.text, (word.term,), (word.term,))


def _is_date_word(word: Word) -> bool:
    folded = word.text.casefold().removesuffix("'s").removesuffix("’s")
    if folded in ("may", "march", "mar", "sat", "sun") and word.text.islower():
        return False
    return folded in MONTHS or folded in WEEKDAYS or bool(re.fullmatch(r"(?:19|20)\d\d", folded))


def _unique(units: list[Unit]) -> list[Unit]:
    seen: dict[tuple[Phrase, Phrase], Unit] = {}
    for unit in units:
        seen.setdefault((unit.terms, unit.written), unit)
    return list(seen.values())
