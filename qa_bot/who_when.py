"""Different persons or days that articles give for the very same thing, side by side.

Far more is left out than is taken: of persons only deeds that one person does ("ordered the evacuation"), of
days only what happens once ("the dam failed"), each in one clause with who or when. A disagreement that is
none misleads more than one that is missed.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from qa_bot.candidates import Candidate
from qa_bot.dates import MONTHS, WEEKDAYS, iso_date, long_date, time_expressions
from qa_bot.figures import overlap, periods_of
from qa_bot.leaning import content
from qa_bot.lexicon import adjectives, places
from qa_bot.question import parse
from qa_bot.text import terms
from qa_bot.types import Article, Citation, Claim, Disagreement, Span

SaidBy = Callable[[Article, Span], str | None]
_DAYS_APART = 7  # between two articles on who did it, or between two days given: more is another event
_DAYS_TOLD = 30  # between two articles on one day

_ROLES = ("prime minister", "mayor", "governor", "president", "chancellor", "king", "queen", "judge",
          "bishop", "ambassador", "sheriff", "prosecutor")  # fmt: skip
_TITLES = (*_ROLES, "minister", "general", "colonel", "captain", "admiral", "senator", "professor", "doctor",
           "deputy", "former", "mr", "mrs", "ms", "dr", "defence", "foreign", "interior")  # fmt: skip
# A deed that one person does, once.
_DEEDS = frozenset(
    "ordered killed shot murdered assassinated won founded invented discovered designed appointed replaced"
    " succeeded wrote piloted captained bought painted stole sacked dismissed cancelled started".split()
)
_HAPPENS = {
    "fail": "failed", "burst": "burst", "collapse": "collapsed", "resign": "resigned", "die": "died",
    "sink": "sank", "crash": "crashed", "open": "opened", "close": "closed", "derail": "derailed",
    "erupt": "erupted", "explode": "exploded", "capsize": "capsized", "begin": "began", "win": "won",
    "start": "started", "end": "ended", "break": "broke", "arrested": "arrested", "killed": "killed",
    "signed": "signed", "elected": "elected", "born": "born", "founded": "founded", "sworn": "sworn",
    "shot": "shot", "adopted": "adopted", "closed": "closed", "opened": "opened", "evacuated": "evacuated",
}  # fmt: skip
_ORGANISED = frozenset(
    "house ministry department party council union guard daily times news agency army court bank office"
    " university group club corporation company navy police parliament senate congress"
    " north south east west new old great united royal national central upper lower".split()
)
_NAME = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,4}"
_AGENT = rf"(?:[Tt]he (?:{'|'.join(_ROLES)})|{_NAME})"
_WHO = re.compile(r"^who (?P<verb>[a-z]+) (?P<thing>(?:the|a|an|[A-Z]).+?)[\s?!.]*$", re.IGNORECASE)
_WHEN = re.compile(
    rf"^when (?:did|(?P<passive>was|were)) (?P<thing>.+) (?P<verb>{'|'.join(_HAPPENS)})"
    r"(?P<more> (?:in|at|near|of|from|on|off) .+?)?[\s?!.]*$",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:not|never|again|another|second|third|almost|nearly|partly|if|would|could|may|might|will|shall|should"
    r"|rumou?red|allegedly|denied|denies|around|about|night|overnight|midnight|hours|late|later|earlier|dawn"
    r"|anniversary|ago)\b|n['’]t\b",
    re.IGNORECASE,
)
# What may stand before who did it: nothing, a time, or who says so.
_BEFORE = re.compile(
    r"(?:(?:on|in|at|late|early)\b[\w\s]{1,30},?\s*|.*\b(?:said|says|reported|wrote|announced|confirmed)"
    r"(?: on \w+)?(?: that)?\s*)?\Z",
    re.IGNORECASE,
)
_DETERMINED = re.compile(r"\s+(?:(?:the|a|an|its|his|her|their|that)\s+)?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Given:
    """What one sentence gives: its words at ``span`` of the article, and how a reader is shown them."""

    candidate: Candidate
    span: Span
    value: str
    key: Person | datetime.date

    @property
    def article(self) -> Article:
        """The article that gives it."""
        return self.candidate.article


@dataclass(frozen=True, slots=True)
class Other:
    """Different persons or days for one thing, the best sentence's first; two sides at least."""

    about: str
    opening: str
    sides: tuple[tuple[Given, ...], ...]

    @property
    def quotes(self) -> tuple[Candidate, ...]:
        """The sentence to quote for each side."""
        return tuple(side[0].candidate for side in self.sides)

    def as_cited(self, citations: Sequence[Citation], said_by: SaidBy) -> Disagreement | None:
        """As the answer shows it: a claim for each that is cited; None when fewer than two sides are."""
        claims: list[Claim] = []
        shown = 0
        for side in self.sides:
            own: dict[int, Claim] = {}
            for given in side:
                number = next((cited.number for cited in citations if _holds(cited, given)), None)
                if number is not None:
                    own.setdefault(number, Claim(given.value, said_by(given.article, given.span), number))
            shown += bool(own)
            claims += own.values()
        return Disagreement(self.about, tuple(claims)) if shown > 1 else None


def _holds(cited: Citation, given: Given) -> bool:
    return (
        cited.article.id == given.article.id
        and cited.start <= given.span.start
        and given.span.end <= cited.end
    )


def others(question: str, candidates: Sequence[Candidate]) -> tuple[Other, ...]:
    """Where sentences name different persons, or days, for what a question asks; empty for most questions.

    Args:
        question: one that stands alone.
        candidates: the sentences, best first.
    """
    found = _other(question, candidates)
    return (found,) if found else ()


def _other(question: str, candidates: Sequence[Candidate]) -> Other | None:
    who, when = _WHO.match(question), _WHEN.match(question)
    if who and who["verb"].casefold() in _DEEDS and (who["verb"] != "won" or parse(question).names):
        found = [given for one in candidates for given in _doers(one, who["verb"].casefold(), who["thing"])]
        return _differing(question, found, _persons, "The articles name different people")
    if when and _is_one(when["thing"]):
        verb = _HAPPENS[when["verb"].casefold()]
        thing, more = when["thing"], when["more"] or ""
        happening = _happening(thing, verb, bool(when["passive"]))
        found = [given for one in candidates for given in _days(one, happening, thing + more)]
        return _differing(question, found, _dated, "The dates differ")
    return None


def _differing(
    question: str, found: Sequence[Given], same: Callable[[Given, Given], bool | None], opening: str
) -> Other | None:
    """The sides, where each is surely another than every other one; None where that can't be told."""
    sides: list[list[Given]] = []
    for given in found:
        side = next((side for side in sides if any(same(one, given) for one in side)), None)
        if side is None:
            sides.append([given])
        else:
            side.append(given)
    pairs = [(a, b) for i, side in enumerate(sides) for other in sides[:i] for a in side for b in other]
    apart = all(same(a, b) is False and _same_event(a, b) for a, b in pairs)
    if len(sides) < 2 or not apart:
        return None
    if all(
        _outlet(a) == _outlet(b) is not None and a.article.published != b.article.published for a, b in pairs
    ):
        opening = "What the outlet says has changed"
        sides.sort(key=lambda side: max(given.article.published or "" for given in side))
    return Other(question.rstrip(" ?!."), opening, tuple(map(tuple, sides)))


def _outlet(given: Given) -> str | None:
    publisher = given.article.publisher
    return publisher.casefold() if publisher else None


# --- who --------------------------------------------------------------------------------------------


def _doers(one: Candidate, verb: str, thing: str) -> Iterator[Given]:
    """Who did it, as one clause says: "the mayor ordered the evacuation", "... was ordered by the mayor"."""
    text = one.text
    wanted = [word.text for word in content(thing)]
    if not wanted or _is_history(one) or _UNSURE.search(text) or not _has(text, thing):
        return
    for match in re.finditer(rf"(?P<who>{_AGENT}) (?:had |has )?{verb}\b(?P<after>[^.;]*)", text):
        at = re.search(rf"\b{re.escape(wanted[0])}", match["after"], re.IGNORECASE)
        if at and _DETERMINED.match(match["after"][: at.start()]) and _BEFORE.match(text[: match.start()]):
            yield from _doer(one, match)
    for match in re.finditer(rf"(?:was|were|had been) {verb} by (?P<who>{_AGENT})(?! and\b|,? [A-Z])", text):
        before = text[: match.start()]
        if re.search(rf"\b{re.escape(wanted[0])}\b[^,;:]{{0,40}}\Z", before, re.IGNORECASE):
            yield from _doer(one, match)


def _is_history(one: Candidate) -> bool:
    """Whether a sentence names a time that is not that of its article."""
    published = _published(one.article)
    times = time_expressions(one.text, published or _ANY_DAY)
    if published is None:
        return bool(times)
    since = published - datetime.timedelta(days=_DAYS_APART)
    return any(
        not item.first or not item.last or item.last < since or item.first > published for item in times
    )


def _has(text: str, thing: str) -> bool:
    """Whether a sentence has every content word of what is asked about."""
    return {word.term for word in content(thing)} <= set(terms(text))


def _doer(one: Candidate, match: re.Match[str]) -> Iterator[Given]:
    key = _person(match["who"])
    if key:
        start = one.span.start + match.start("who")
        yield Given(one, Span(start, start + len(match["who"])), match["who"], key)


@dataclass(frozen=True, slots=True)
class Person:
    """A person by office, by name, or by both."""

    role: str | None
    name: tuple[str, ...]


def _person(written: str) -> Person | None:
    """Whom words name; None for what may be no person."""
    words = re.sub(r"^[Tt]he ", "", written).split()
    titles = []
    while words and words[0].casefold() in {part for title in _TITLES for part in title.split()}:
        titles.append(words.pop(0).casefold())
    role = " ".join(titles) if " ".join(titles) in _ROLES else None
    name = tuple(re.sub(r"['’]s?$", "", word).casefold() for word in words)
    if name and (
        _ORGANISED & set(name)
        or (name[-1] in WEEKDAYS or name[0] in MONTHS or tuple(name) in places())
        or (len(name) < _FULL and not titles)
        or words[0] in adjectives().values()
    ):
        return None
    return Person(role, name) if role or name else None


_FULL = 2  # names of a person in full


def _persons(one: Given, other: Given) -> bool | None:
    """Whether two are one person, or two; None where that can't be told: an office here, a name there."""
    assert isinstance(one.key, Person)
    assert isinstance(other.key, Person)
    a, b = one.key, other.key
    if a.name and b.name:
        if set(a.name) & set(b.name):
            return True
        spelt_alike = SequenceMatcher(None, a.name[-1], b.name[-1]).ratio() >= _ALIKE
        return None if spelt_alike else False  # "Zelensky" and "Zelenskiy"
    if a.role == b.role:
        return True
    if not a.role or not b.role:
        return None
    name, role = (a.name, b.role) if a.name else (b.name, a.role)
    held = bool(name) and any(_called(given.article.text, role, name) for given in (one, other))
    return None if held else False


_ALIKE = 0.6


def _called(text: str, role: str, name: Sequence[str]) -> bool:
    """Whether a text speaks of somebody of that name near that office."""
    return (
        re.search(rf"\b{role}\b.{{0,40}}\b{name[-1]}\b|\b{name[-1]}\b.{{0,40}}\b{role}\b", text, re.I)
        is not None
    )


# --- when -------------------------------------------------------------------------------------------


def _days(one: Candidate, happening: re.Pattern[str], asked: str) -> Iterator[Given]:
    """The day on which it happened, as a sentence says in one clause: "the dam at Bryn failed on Monday"."""
    text, published = one.text, _published(one.article)
    happened = happening.search(text)
    if not happened or not _LED.match(text[: happened.start()]):
        return
    if _UNSURE.search(text) or _AS.search(text, happened.end()) or not _has(text, asked):
        return
    for item in time_expressions(text, published or _ANY_DAY, tense="past"):
        if item.precision != "day" or not item.first or item.first != item.last:
            continue
        if item.relative and (published is None or one.article.date_certainty == "guessed"):
            continue
        if not _of_it(text, happened, item.start, item.end) or (published and item.first > published):
            continue
        words = text[item.start : item.end]
        day = long_date(iso_date(item.first))
        value = words if re.search(r"\d", words) else f"{words}, {day}"
        start = one.span.start + item.start
        yield Given(one, Span(start, one.span.start + item.end), value, item.first)


def _happening(thing: str, verb: str, passive: bool) -> re.Pattern[str]:
    """The thing in the question's words, perhaps with a place, and the verb right after it."""
    core = re.sub(r"^the ", "", thing, flags=re.IGNORECASE)
    place = r"(?: (?:at|in|near|of|off|on) [A-Z][\w-]+)?"
    done = " (?:was|(?:had|has) been)" if passive else "(?: (?:had|has))?"
    return re.compile(rf"\b{re.escape(core)}{place}{done} {verb}\b")


# What may stand before the thing: nothing, a day, who says so; "a pump of the dam" is another thing.
_LED = re.compile(
    r"(?:(?:On )?[A-Z]\w+,? |.*\b(?:said|says|reported|wrote|announced|confirmed)(?: on \w+)?(?: that)? )?"
    rf"(?:[Tt]he |(?i:(?:{'|'.join(_TITLES)}) )+)?\Z"
)
_AS = re.compile(r"\bas\b")
_MANY = re.compile(
    r"(?:s|man|men|woman|women|boy|girl|child|children|person|people|suspect|soldier|victim|driver|officer"
    r"|teenager|police)\Z",
    re.IGNORECASE,
)


def _is_one(thing: str) -> bool:
    """Whether words name one certain thing or person: "the dam at Bryn"; not "the two soldiers"."""
    head = re.split(r" (?:of|at|in|on|near|to|from|off) ", thing)[0]
    if not thing.startswith("the "):
        return bool(re.fullmatch(_NAME, thing)) and thing not in ("He", "She", "It", "They", "We", "I")
    return not _MANY.search(head) or bool(re.search(r" [A-Z]\w+s\Z", head))


_ANY_DAY = datetime.date(2024, 6, 12)  # for dates that need none
_VERBS = re.compile(
    r"\b(?!(?:had|was|were|been)\b)(?:said|says|told|that|when|after|before|who|which|to|\w{2,}ed)\b"
)
_BETWEEN = re.compile(
    r"(?: (?!(?:said|says|that|when|after|before|since|until|by|and|who|which|to)\b)[\w'’-]+){0,6}? ?\Z"
)
_LED_ON = re.compile(rf",? (?:the |(?i:(?:{'|'.join(_TITLES)}) )+)?\Z")
_FRONT = re.compile(r"(?:[Oo]n )?\Z")


def _of_it(text: str, happened: re.Match[str], start: int, end: int) -> bool:
    """Whether a time is the one at which it happened: right after the verb, or at the sentence's front."""
    if start >= happened.end():
        between = text[happened.end() : start]
        return bool(_BETWEEN.match(between)) and not _VERBS.search(between)
    return bool(_FRONT.match(text[:start])) and bool(_LED_ON.match(text[end : happened.start()]))


def _dated(one: Given, other: Given) -> bool | None:
    return one.key == other.key


def _published(article: Article) -> datetime.date | None:
    return datetime.date.fromisoformat(article.published) if article.published else None


# --- the same event ---------------------------------------------------------------------------------


def _same_event(one: Given, other: Given) -> bool:
    """Whether two sentences surely tell of one event: near in time, each of what the other article names."""
    if one.article.id == other.article.id or (one.article.group and one.article.group == other.article.group):
        return False
    days = [_published(given.article) for given in (one, other)]
    by_day = isinstance(one.key, datetime.date)
    if days[0] and days[1] and abs((days[0] - days[1]).days) > (_DAYS_TOLD if by_day else _DAYS_APART):
        return False
    if isinstance(one.key, datetime.date) and isinstance(other.key, datetime.date):
        if abs((one.key - other.key).days) > _DAYS_APART:
            return False
        # Told before the other day came: one of the two is what was planned, or another event.
        if any(day and day < given.key for day in days for given in (one, other)):  # type: ignore[operator]
            return False
    elif not overlap(periods_of(one.candidate), periods_of(other.candidate)) or _beside(one, other):
        return False
    mine, theirs = (_names(given) for given in (one, other))
    if not all(_all_named(names, given.article) for names, given in ((mine, other), (theirs, one))):
        return False
    shared = _proper(one.article.text) & _proper(other.article.text)
    return bool(shared)


def _beside(one: Given, other: Given) -> bool:
    """Whether a sentence names the other's person as well: the two may have done it together."""
    return any(
        isinstance(b.key, Person)
        and bool(
            {*b.key.name, *([b.key.role] if b.key.role else [])} & set(a.candidate.text.casefold().split())
        )
        for a, b in ((one, other), (other, one))
    )


def _names(given: Given) -> set[str]:
    """The names in a sentence, but for those of who is given."""
    start = given.span.start - given.candidate.span.start
    text, length = given.candidate.text, given.span.end - given.span.start
    return _proper(text[:start] + "," + text[start + length :])


def _proper(text: str) -> set[str]:
    """Capitalised words that do not open a sentence, but for days and months."""
    found = re.findall(r"(?<![.!?]\s)(?<!\n)(?<!^)\b[A-Z][\w-]+", text)
    return {word.casefold() for word in found} - set(WEEKDAYS) - set(MONTHS)


def _all_named(names: set[str], article: Article) -> bool:
    text = f"{article.title or ''} {article.text}".casefold()
    return all(re.search(rf"\b{re.escape(name)}\b", text) for name in names)
