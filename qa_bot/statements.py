"""A sentence read for comparison with another: its words, names, figures, days, quotations, what is negated.

`support` compares a written sentence with sentences of an article by what is read here.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from qa_bot.dates import MONTHS, WEEKDAYS, TimeExpression, time_expressions
from qa_bot.lexicon import Phrase, base_form, filler_terms, irregular_verbs, places, seats, stop_terms
from qa_bot.quantities import Quantity, quantities
from qa_bot.speech_words import ROLES
from qa_bot.synonyms import related
from qa_bot.text import Word, fold_text, term_of, words
from qa_bot.types import Span


@dataclass(frozen=True)
class Statement:
    """A sentence, and the day that its words of time are seen from. All is read when it is first asked for."""

    text: str
    day: datetime.date | None = None
    start: int = 0  # where it stands in its article

    @cached_property
    def words(self) -> list[Word]:
        """Its words, with the base form of irregular verbs as their term."""
        return [replace(word, term=base_form(word.term)) for word in words(self.text)]

    @cached_property
    def terms(self) -> list[str]:
        """Their index terms."""
        return [word.term for word in self.words]

    @cached_property
    def term_set(self) -> frozenset[str]:
        """The same without order."""
        return frozenset(self.terms)

    @cached_property
    def folded(self) -> str:
        """The sentence as it is compared with quoted words."""
        return spoken_form(self.text)

    @cached_property
    def times(self) -> list[TimeExpression]:
        """Its words of time."""
        return time_expressions(self.text, self.day) if self.day else []

    @cached_property
    def figures(self) -> list[Figure]:
        """Its figures."""
        return _figures(self.text, self.times)

    @cached_property
    def quotations(self) -> list[str]:
        """What stands between quotation marks, as it is compared."""
        return [found for found in map(spoken_form, _quoted(self.text)) if found]

    @cached_property
    def names(self) -> list[Name]:
        """Its proper names, a run of words each."""
        return list(_names(self.words, self.text))

    @cached_property
    def named(self) -> frozenset[int]:
        """The places of capitalised words: names, and titles beside them."""
        starts = {word.start for name in self.names for word in name.words}
        return frozenset(
            at
            for at, word in enumerate(self.words)
            if word.start in starts or (at and word.text[0].isupper())
        )

    @cached_property
    def places(self) -> frozenset[Phrase]:
        """The countries named, by whichever of their names."""
        found = set()
        for at in range(len(self.terms)):
            for size in (3, 2, 1):
                phrase = tuple(self.terms[at : at + size])
                if len(phrase) == size and phrase in places() and self.words[at].text[0].isupper():
                    found.add(places()[phrase])
                    break
        return frozenset(found)

    @cached_property
    def _denials(self) -> _Denials:
        return _denials(self.words, self.text)

    @property
    def negated(self) -> list[bool]:
        """Of each word, whether what it says is denied."""
        return self._denials.flags

    @property
    def unsure(self) -> list[bool]:
        """Of each word, whether that cannot be told."""
        return self._denials.unsure

    @cached_property
    def clauses(self) -> list[int]:
        """Of each word, which clause it stands in."""
        return _clauses(self.words, self.text)


# --- words ---------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def light_terms() -> frozenset[str]:
    """Words of telling and happening, which may be added and left out."""
    return frozenset(
        base_form(term_of(word))
        for word in (
            "said says say told tell according reported report reports reportedly stated states added adds also however"
            " meanwhile noted explained described earlier later already still people something thing things number including"
            " among made make being news article articles newspaper wrote writes published announced released issued took place"
            " accident incident event situation case matter operation put puts give gave given gives giving total figure figures amount estimate estimated happened rate passage passages source sources provided based context information"
        ).split()
    )


_PAST = (frozenset(irregular_verbs()) - {"dead", "left"}) | frozenset(
    "cut put set hit beat let shut hurt cost quit spread left won".split()
)
_NO_VERBS = frozenset(
    "according including regarding during following concerning hundred united armed red need speed seed".split()
)
_BEFORE_VERB = frozenset(
    "to will would can could may might must shall should did does do not won't wouldn't cannot".split()
)


def is_verb(item: Statement, at: int) -> bool:
    """Whether a word looks like a verb with its object, as far as its form and the word before it tell."""
    word = item.words[at]
    lowered = word.text.casefold()
    if not lowered[0].isalpha() or (word.text[0].isupper() and at) or word.term in stop_terms():
        return False
    if lowered in _NO_VERBS:
        return False
    if lowered in _PAST or (lowered.endswith(("ed", "ing")) and len(lowered) > 4):
        return True
    before = item.words[at - 1].text.casefold() if at else ""
    if before in _BEFORE_VERB or before.endswith("n't"):
        return True
    if not lowered.endswith("s") or lowered.endswith(("ss", "us", "is")) or not at:
        return False
    return _may_do(item.words[at - 1]) or before in ("it", "he", "she", "who", "which")


def is_past(item: Statement, at: int) -> bool:
    """Whether a word looks like a verb in the past, or its participle."""
    lowered = item.words[at].text.casefold()
    return is_verb(item, at) and (lowered in _PAST or lowered.endswith("ed"))


def _may_do(word: Word) -> bool:
    """Whether a capitalised word can be a subject: "Ukraine", "Kyiv", not "Ukrainian"."""
    phrase = (word.term,)
    if not word.text[0].isupper():
        return False
    return phrase not in places() or phrase in seats() or places()[phrase] == phrase


# --- figures -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its value, the kind of thing it measures, and the index term of what is counted.

    ``kind`` is a measure of `quantities`, or "points" of per cent, "ordinal", "share" (in per cent),
    "times", or "literal" for digits that are a name or have no unit.
    """

    text: str
    low: float
    high: float
    kind: str
    start: int
    end: int
    comparison: str = "exact"
    currency: str | None = None
    per: str | None = None
    nouns: Phrase = ()
    spoken: bool = False  # in words, not digits
    definite: bool = False  # "the two", "both"
    states: frozenset[str] = frozenset()


_UNITS = {word: at for at, word in enumerate("zero one two three four five six seven eight nine ten".split())}
_ORDINALS = {
    word: at
    for at, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth".split(),
        1,
    )
}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5,
    "sixth": 6, "sixths": 6, "seventh": 7, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10,
}  # fmt: skip
_COUNT = "|".join(list(_UNITS)[1:])
_SHARE = re.compile(
    rf"\b(?P<n>an?|one|two|three|four|five|seven|nine)[ -](?P<p>third|quarter|fifth|sixth|seventh|eighth|tenth)s?\b(?= of\b|[ ,.;]|$)"
    rf"|\b(?P<h>half)\b(?! an? (?:dozen|million|billion|hundred|thousand|hour|day|year|century))"
    rf"|\b(?P<a>{_COUNT}|\d{{1,2}}) in(?: every)? (?P<b>{_COUNT}|\d{{1,3}})\b(?! (?:years?|months?|weeks?|days?|hours?|minutes?)\b)",
    re.IGNORECASE,
)
_PART_OF = re.compile(
    rf"\b({_COUNT}|\d{{1,3}}) (?:out )?of (?:the |its |their |his |her |our )?({_COUNT}|\d{{1,3}})\b(?! (?:per ?cent|million|thousand|billion))",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"(?P<v>\d+(?:\.\d+)?|\w+)[ -](?:percentage[ -])points?\b|(?P<w>\d+(?:\.\d+)?)\s?pp\b", re.IGNORECASE
)
_ORDINAL = re.compile(rf"\b(?:(?P<d>\d{{1,4}})(?:st|nd|rd|th)|(?P<w>{'|'.join(_ORDINALS)}))\b", re.IGNORECASE)
_TIMES = re.compile(
    r"\b(?P<w>once|twice|thrice|doubl(?:e[ds]?|ing)|tripl(?:e[ds]?|ing)|quadrupl(?:e[ds]?|ing)|halv(?:e[ds]?|ing)"
    r"|(?:two|three|four|five|ten)(?:fold|[ -]times))\b",
    re.IGNORECASE,
)
_TIMES_VALUE = {"on": 1, "tw": 2, "do": 2, "th": 3, "tr": 3, "qu": 4, "fo": 4, "fi": 5, "te": 10, "ha": 0.5}
_DIGITS = re.compile(r"(?<![\w.,])[-−]?\d+(?:[.,:]\d+)*(?:\s?[ap]\.?m\b)?|\d+(?:[.,:]\d+)*", re.IGNORECASE)
_SCORE = re.compile(r"\d{1,3}[-–]\d{1,3}(?![\d-])")
_SCORE_BEFORE = re.compile(r"\d[-–]\Z")
_SQUARE = re.compile(r"-square[- ]", re.IGNORECASE)
_DEFINITE = re.compile(
    r"\b(?:the|both|these|those|all|its|their|his|her|between the|other)\s+(?:other )?\Z", re.IGNORECASE
)
_PERCENT_RANGE = re.compile(r"percentage|points?\b", re.IGNORECASE)
_SPANS: tuple[tuple[re.Pattern[str], str, float], ...] = tuple(
    (re.compile(rf"\b(?:{words_})\b", re.IGNORECASE), kind, value)
    for words_, kind, value in (
        ("half a century", "duration", 50 * 365.25),
        ("(?:a|one) century", "duration", 100 * 365.25),
        ("two centuries", "duration", 200 * 365.25),
        ("(?:a|one) decade", "duration", 10 * 365.25),
        ("(?:a|one) fortnight", "duration", 14),
        ("half an hour", "duration", 30 / 1440),
        ("(?:a|one) quarter of an hour", "duration", 15 / 1440),
        ("an hour and a half|one and a half hours", "duration", 90 / 1440),
        ("half a day", "duration", 0.5),
        ("half a year", "duration", 365.25 / 2),
        ("a year and a half|one and a half years", "duration", 1.5 * 365.25),
        *(
            (
                f"(?:(?<=within )|(?<=after )|(?<=for )|(?<=in )|(?<=over ))(?:an?|one) {unit}(?! (?:earlier|later|ago|before|and))",
                "duration",
                days,
            )
            for unit, days in (
                ("hour", 1 / 24),
                ("day", 1.0),
                ("week", 7.0),
                ("month", 30.44),
                ("year", 365.25),
            )
        ),
        ("half a percentage point", "points", 0.5),
        ("a quarter of a percentage point|a quarter[ -]point", "points", 0.25),
        ("half a per ?cent", "percent", 0.5),
    )
)


def _figures(text: str, times: Sequence[TimeExpression]) -> list[Figure]:
    """The figures of a text in order; of those that overlap, the kind that is read first here."""
    found: list[Figure] = []
    dated = [(time.start, time.end) for time in times]
    for read in (_spans, _parts, _shares, _quantities, _multiples, _ordinals, _literals):
        taken = [(figure.start, figure.end) for figure in found]
        taken += dated if read in (_ordinals, _literals) else []
        for figure in read(text):
            if not _overlaps(figure.start, figure.end, taken):
                found.append(figure)
                taken.append((figure.start, figure.end))
    return sorted(found, key=lambda figure: figure.start)


def _spans(text: str) -> Iterator[Figure]:
    for pattern, kind, value in _SPANS:
        for match in pattern.finditer(text):
            yield Figure(match[0], value, value, kind, *match.span(), spoken=True)


def _parts(text: str) -> Iterator[Figure]:
    for match in _PART_OF.finditer(text):
        part, whole = (
            float(_UNITS.get(x.casefold(), 0) or (x if x.isdigit() else 0)) for x in match.groups()
        )
        if 0 < part <= whole:
            yield Figure(match[0], part, whole, "part", *match.span(), spoken=True)


def _quantities(text: str) -> Iterator[Figure]:
    text = _SQUARE.sub(" square ", text)  # of the same length
    for quantity in quantities(text):
        yield _of_quantity(text, quantity)


def _multiples(text: str) -> Iterator[Figure]:
    for match in _TIMES.finditer(text):
        value = float(_TIMES_VALUE[match["w"][:2].casefold()])
        if value != 1:
            yield Figure(match[0], value, value, "times", *match.span(), spoken=True)


def _ordinals(text: str) -> Iterator[Figure]:
    for match in _ORDINAL.finditer(text):
        value = float(match["d"] or _ORDINALS[match["w"].casefold()])
        yield Figure(match[0], value, value, "ordinal", *match.span(), spoken=bool(match["w"]))


def _literals(text: str) -> Iterator[Figure]:
    for match in _DIGITS.finditer(text):
        if _SCORE_BEFORE.search(text[: match.start()]):
            continue
        joined = _SCORE.match(text, match.start())
        number = joined[0].replace("–", "-") if joined else match[0].replace(",", "")
        value = float(number) if re.fullmatch(r"\d+(\.\d+)?", number) else float("nan")
        name = fold_text(number).replace(" ", "").replace(".m", "m")
        if name.endswith("m"):
            name = name.replace(".", ":").rstrip(":")  # "8.45 a.m." is 8:45am
        if re.fullmatch(r"0\d:\d\d", name):
            name = name[1:]  # "07:40"
        yield Figure(name, value, value, "literal", *match.span())


_BEFORE_SHARE = re.compile(r"\b(?:by|almost|nearly|about|over|under|than|around|roughly) \Z", re.IGNORECASE)


def _shares(text: str) -> list[Figure]:
    found = []
    for match in _SHARE.finditer(text):
        if match["h"]:
            value = 50.0
        elif match["a"]:
            part, whole = (
                float(_UNITS.get(x.casefold(), 0) or (x if x.isdigit() else 0))
                for x in (match["a"], match["b"])
            )
            if not 0 < part <= whole:
                continue
            value = 100.0 * part / whole
        else:
            value = 100.0 * (_UNITS.get(match["n"].casefold(), 1) or 1) / _PARTS[match["p"].casefold()]
            before = text[max(0, match.start() - 12) : match.start()]
            if (
                match["n"].casefold() in ("a", "an")
                and not _BEFORE_SHARE.search(before)
                and not re.match(r"s? of\b| (?:higher|lower|more|less)", text[match.end() :])
            ):
                continue  # "a third man"
        found.append(
            Figure(match[0], value, value, "percent", match.start(), match.end(), "about", spoken=True)
        )
    return found


def _of_quantity(text: str, quantity: Quantity) -> Figure:
    kind: str = quantity.measure
    written = text[quantity.span.start : quantity.span.end]
    comparison = quantity.comparison
    if kind == "duration" and written.casefold().startswith("over "):
        comparison = "exact"  # "over two months": during
    if kind == "percent" and (
        _PERCENT_RANGE.search(written) or _PERCENT_RANGE.match(text[quantity.span.end :].lstrip(" -"))
    ):
        kind = "points"
    number = text[quantity.number.start : quantity.number.end]
    return Figure(
        written,
        quantity.low,
        quantity.high,
        kind,
        quantity.span.start,
        max(quantity.span.end, quantity.number.end),
        comparison,
        quantity.currency,
        quantity.per,
        quantity.noun,
        not number[:1].isdigit() and not any(char.isdigit() for char in number),
        bool(_DEFINITE.search(text[: quantity.number.start])),
        quantity.states,
    )


def _overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < right and left < end for left, right in spans)


# --- quotations ----------------------------------------------------------------------------------

_QUOTED = re.compile(
    r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»|„([^„“”]+)[“”]|‘((?:[^‘’]|(?<=\w)’(?=\w))+)’(?!\w)"
    r"|(?<![\w'’])'((?:[^']|(?<=\w)'(?=\w))+)'(?!\w)"
)


def _quoted(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield from re.split(r"\.\.\.|…|\[[^\]]*\]", next(group for group in match.groups() if group))


def spoken_form(text: str) -> str:
    """Letters, digits and signs of money with single spaces: what quoted words must share with their source."""
    return " ".join(re.findall(r"\w+(?:[.,'’]\w+)*|[%€$£]", fold_text(text)))


# --- names ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words; ``sure`` unless it is one word that opens the sentence."""

    words: tuple[Word, ...]
    sure: bool = True


_TIME_NAMES = frozenset(MONTHS) | frozenset(WEEKDAYS)
_LINKS = frozenset("of the de la le van von der den bin al el and for".split())
_NO_NAMES = frozenset(
    "i i'm i've mr mrs ms dr sir lord lady gmt bst tv am pm ok african asian european western monday tuesday wednesday thursday friday saturday sunday".split()
)


def _names(found: Sequence[Word], text: str) -> Iterator[Name]:
    run: list[Word] = []
    sure = True
    for index, word in enumerate(found):
        gap = text[found[index - 1].end : word.start] if index else ""
        opens = index == 0 or bool(re.search(r"[.!?:]\W*\s\W*\Z|[“\"‘(]\Z|\A\W*\n", gap))
        joined = bool(run) and re.fullmatch(r"[ ’'.\-–]{1,3}|’s |'s ", gap) is not None
        begins = not (run and joined)
        if _is_name_word(word, opens=opens, next_is=_next_capital(found, index, text), begins=begins):
            if run and not joined:
                yield Name(tuple(run), sure)
                run, sure = [], True
            if not run:
                sure = not opens or _next_capital(found, index, text)
            run.append(word)
        elif run and not (word.text in _LINKS and joined and _next_capital(found, index, text)):
            yield Name(tuple(run), sure)
            run, sure = [], True
    if run:
        yield Name(tuple(run), sure)


def _next_capital(found: Sequence[Word], index: int, text: str) -> bool:
    if index + 1 >= len(found):
        return False
    following = found[index + 1]
    return (
        text[found[index].end : following.start] in (" ", "-", "’", "'")
        and following.text[0].isupper()
        and following.text.casefold() not in _TIME_NAMES
    )


def _is_name_word(word: Word, *, opens: bool, next_is: bool, begins: bool) -> bool:
    lowered = word.text.casefold().rstrip("s’'")
    if not word.text[0].isupper() or word.text.casefold() in _TIME_NAMES | _NO_NAMES or lowered in _NO_NAMES:
        return False
    if word.term in stop_terms() and not (word.text.isupper() and len(word.text) > 1):
        return False
    if begins and (word.text.casefold() in ROLES or word.text.casefold() in _TITLES):
        return False
    if opens and not next_is and not (word.text.isupper() and len(word.text) > 1):
        return not is_common(word.text)
    return True


_TITLES = frozenset(
    "president minister secretary chancellor king queen prince princess pope general colonel major professor judge"
    " justice senator governor mayor prime foreign defence defense interior finance deputy vice former chief ministry"
    " government parliament army navy police court council commission department office agency bank university"
    " republic state states west east north south western eastern northern southern".split()
)


@lru_cache(maxsize=1 << 14)
def is_common(word: str) -> bool:
    """Whether a word is one of the language rather than a name, as far as the word lists tell."""
    term = term_of(word.casefold())
    if term in stop_terms() or term in filler_terms() or related(term):
        return True
    return word.casefold().endswith(("ing", "ed", "ly", "tion", "tions", "ers", "ments", "ness", "ists"))


# --- what is negated -----------------------------------------------------------------------------

_NOT = frozenset("not non no never none nobody nothing neither nor without cannot hardly barely".split())
_NOT_BY = re.compile(r"n['’]t\Z", re.IGNORECASE)
_NOT_REALLY = re.compile(
    r"\.? ?\d|\s(?:only|just|least|merely|until|simply|necessarily|fewer than|less than|more than|later than|long after|long before"
    r"|sooner|doubt|matter|wonder)\b",
    re.IGNORECASE,
)
_DENIES = frozenset(map(term_of, "deny denied denies denying denial".split()))
_FAILS = frozenset(
    map(
        term_of,
        "refuse refused refuses refusing fail failed fails failing decline declined declines declining cease stop stopped"
        " avoid avoided prevent prevented unable".split(),
    )
)
_EXCLUDES = frozenset(map(term_of, "exclude excluded excludes excluding preclude precluded".split()))
_NO_SUBJECT = frozenset("no nobody none neither nothing".split())
_WHOLE = 14  # words of a clause whose subject is nobody
_REACH = 5  # words that a negation reaches over


@dataclass(slots=True)
class _Denials:
    """Of each word, whether what it says is denied, and whether that cannot be told."""

    found: Sequence[Word]
    clauses: Sequence[int]
    flags: list[bool]
    unsure: list[bool]

    def next(self, index: int, *, no: bool = False) -> None:
        """Turn what the first telling word behind one says, and what is joined to it by "or"; then leave open.

        Behind "no" it is the noun that counts: of "no naval exercises" the second.
        """
        at = index + 1
        while at < len(self.found) and self.clauses[at] <= self.clauses[index] + 1:
            if self._tells(at):
                if no and self._tells(at + 1) and self.clauses[at + 1] == self.clauses[at]:
                    self.unsure[at] = True
                    at += 1
                self.flags[at] = not self.flags[at]
                if at + 1 < len(self.found) and self.found[at + 1].text == "or":
                    index, at = at, at + 2
                    continue
                self._leave(at)
                return
            if self.clauses[at] > self.clauses[index]:
                return
            at += 1

    def all(self, index: int, reach: int, across: int = 0) -> None:
        """Turn what the verbs behind a word say, to the end of its clause, or of so many clauses more."""
        for at in range(index + 1, min(index + 1 + reach, len(self.flags))):
            if self.clauses[at] > self.clauses[index] + across:
                break
            self.flags[at] = not self.flags[at]
            self.unsure[at] = not _may_be_verb(self.found[at].text)

    def _leave(self, at: int) -> None:
        for place in range(at + 1, min(at + 1 + _REACH, len(self.flags))):
            if self.clauses[place] != self.clauses[at]:
                break
            self.unsure[place] = True

    def _tells(self, at: int) -> bool:
        if at >= len(self.found):
            return False
        word = self.found[at]
        return word.term not in stop_terms() and not word.text.casefold().endswith("ly")


def _may_be_verb(text: str) -> bool:
    lowered = text.casefold()
    return lowered in _PAST or lowered.endswith(("ed", "ing"))


def _denials(found: Sequence[Word], text: str) -> _Denials:
    clauses = _clauses(found, text)
    told = _Denials(found, clauses, [False] * len(found), [False] * len(found))
    for index, word in enumerate(found):
        lowered = word.text.casefold()
        if (lowered in _NOT or _NOT_BY.search(lowered)) and not _NOT_REALLY.match(text, word.end):
            opens = index == 0 or clauses[index - 1] != clauses[index]
            if opens and lowered in _NO_SUBJECT:  # "no help reached them", "neither Ann nor Bo has won"
                told.all(index, _WHOLE, across=lowered == "neither")
                continue
            told.next(index, no=lowered in ("no", "without"))
            if lowered in ("no", "nothing", "none", "nobody", "neither") and index:
                told.unsure[index - 1] = True  # "gave no details": what is not given is not told
        elif word.term in _DENIES and not told.flags[index]:  # "neither confirmed nor denied"
            that = index + 1 < len(found) and found[index + 1].text.casefold() == "that"
            told.all(index, _REACH + 2, across=int(that))
        elif word.term == "lack" and index:
            told.next(index, no=True)
        elif word.term in _EXCLUDES or _rules_out(found, index) or _leads_on(found, index):
            told.next(index)
    return told


def _rules_out(found: Sequence[Word], index: int) -> bool:
    return found[index].text == "out" and index > 0 and found[index - 1].term == "rule"


def _leads_on(found: Sequence[Word], index: int) -> bool:
    """Whether a word says that what follows is not done: "refused to", "failed to", "stopped"."""
    following = [word.text.casefold() for word in found[index + 1 : index + 3]]
    if found[index].term not in _FAILS or not following:
        return False
    return following[0] == "to" or following[0].endswith("ing") or "from" in following


_CLAUSE = re.compile(r"[;:()–—]|, |\s-\s|[“”\"]")
_CLAUSE_WORDS = frozenset(
    "but while whereas although though because after before when if that which who and".split()
)


def _clauses(found: Sequence[Word], text: str) -> list[int]:
    number, numbers = 0, []
    for index, word in enumerate(found):
        gap = text[found[index - 1].end : word.start] if index else ""
        if index and (_CLAUSE.search(gap) or word.text in _CLAUSE_WORDS):
            number += 1
        numbers.append(number)
    return numbers


def span_of(statements: Sequence[Statement]) -> Span:
    """From the first of some sentences to the last, in their article."""
    first = min(item.start for item in statements)
    return Span(first, max(item.start + len(item.text) for item in statements))
