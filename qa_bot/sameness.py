"""What tells in a sentence that a figure is claimed at all, by whom, and of which of several like things."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from qa_bot.dates import MONTHS, WEEKDAYS
from qa_bot.lexicon import stop_terms
from qa_bot.quantities import place_at
from qa_bot.speech_words import HONORIFICS, ROLES, SPEECH
from qa_bot.text import term_of, terms, words
from qa_bot.types import Article, Span

# --- what is denied ----------------------------------------------------------------------------------

_NO_CLAIM = re.compile(
    r"\b(?:(?:not|n[o’']t|hardly|scarcely) (?:true|right|correct|believe\w*|think)|false\w*|untrue|incorrect\w*|inaccurate\w*"
    r"|rumou?r\w*|den(?:y|ied|ies|ying|ials?)|nobody|no[ -]one|never|disput\w+|wrong\w*|mistaken\w*|myths?|hoax\w*"
    r"|disbeliev\w+|doubt(?:s|ed|ful)?|refut\w+|reject\w+|debunk\w+|baseless|unfounded|fabricat\w+|fictitious|neither|nor"
    r"|(?:almost|nearly) [a-z]+ed|dismiss\w* (?:as|the (?:claim|report|figure|number)\w*)|contrary to|exaggerat\w+|invented|if|whether|a lie|no (?:evidence|proof|truth|sign|indication|record)|it (?:was|is) no|corrected|retract\w*)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|cannot|without)\b(?! only| just| (?:fewer|less|more) than)|\w+n[’']t\b", re.IGNORECASE
)
_CLAUSE = re.compile(
    r"[;:—–()]|, (?:and|but|while|whereas|although|though|which|who|as)\b|\b(?:but|while|whereas|although|though|because)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\W*(?:But )?(?:That|This|It|They|These|Those|The (?:claims?|figures?|numbers?|reports?|stor(?:y|ies)|tolls?))"
    r" (?:is|was|are|were|has been|have been|turned out to be|proved(?: to be)?)(?: later)? (?:not true|false|untrue|wrong"
    r"|incorrect|denied|disputed|a (?:lie|hoax|myth|rumour|rumor)|retracted|withdrawn|exaggerated|invented)\b",
    re.IGNORECASE,
)


def denied(text: str, sentence: Span, figure: Span) -> bool:
    """Whether a sentence gives a figure that it, or the next one, does not claim: "is false", "did not kill 9"."""
    own = text[sentence.start : sentence.end]
    if _NO_CLAIM.search(own) or _TAKEN_BACK.match(text, sentence.end):
        return True
    clause = _clause_of(own, figure.start - sentence.start, figure.end - sentence.start)
    return bool(_NOT.search(own, clause.start, clause.end))


def _clause_of(sentence: str, start: int, end: int) -> Span:
    before = [match.end() for match in _CLAUSE.finditer(sentence, 0, start)]
    after = _CLAUSE.search(sentence, end)
    return Span(before[-1] if before else 0, after.start() if after else len(sentence))


# --- who says it -------------------------------------------------------------------------------------

_GIVES = "counted|put|puts|reckoned|reckons|estimated|estimates|tallied"
_SAYS = frozenset(
    """
    said says say told stated estimated estimates claimed claims reported confirmed announced acknowledged
    admitted insisted insists disclosed revealed believes believed maintains counted put puts reckoned
    reckons tallied according
    """.split()
)
_SPOKEN = frozenset((SPEECH | _SAYS | {"spoke", "speaking", "citing", "quoting"}) - {"found", "show", "put"})
_SPLIT = re.compile(r";|,? \b(?:while|whereas|but)\b ", re.IGNORECASE)
_BREAK = re.compile(r"[;()]|,? \b(?:and|but|while|whereas|as)\b(?! that)", re.IGNORECASE)
_COUNTS = re.compile(
    rf"(?:\A|[,;:] |\b(?:while|but|and|that|whereas) )(?P<who>(?:[Tt]he )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){{0,4}})"
    rf" (?:(?:has|have|had) )?(?:already )?(?:{_GIVES})\b"
)
_PUT = re.compile(r"\bputs?\b(?= (?:\w+ ){1,4}at |[^,;.]{0,20}\d)", re.IGNORECASE)


def is_shared_subject(text: str, sentence: Span, figure: Span) -> bool:
    """Whether one speaker says and counts: "Blinken confirmed 500, and he put as many as 80 in Saltby"."""
    own = text[sentence.start : sentence.end]
    found = _AND_HE.search(own, 0, figure.start - sentence.start)
    if found is None or re.search(r"[,;:]", own[found.end() : figure.start - sentence.start]):
        return False
    verbs = {span.start for span in _verbs(own)} - {found.start("verb")}
    return len(verbs) == 1 and min(verbs) < found.start()


_AND_HE = re.compile(rf",? and (?:he|she) (?P<verb>{_GIVES})\b")


def is_clear(text: str, sentence: Span, figure: Span) -> bool:
    """Whether a sentence has no more than one source, and speaks of the figure as what that one says."""
    own = text[sentence.start : sentence.end]
    verbs = _verbs(own)
    if not verbs:
        return True
    verb = verbs[0]
    if len(verbs) > 1 or own[verb.start : verb.end].casefold() not in _SAYS:
        return False
    first, last = sorted((figure.start - sentence.start, verb.start))
    return not _BREAK.search(own, first, last)


def clause_with(text: str, sentence: Span, figure: Span) -> str:
    """The clause of a figure where a sentence sets one source against another: "X says 4 while Y says 5"."""
    own = text[sentence.start : sentence.end]
    start, end = figure.start - sentence.start, figure.end - sentence.start
    first = max((match.end() for match in _SPLIT.finditer(own, 0, start)), default=0)
    after = _SPLIT.search(own, end)
    clause = own[first : after.start() if after else len(own)].strip(" ,.;")
    return f"{clause}." if len(clause) + 1 < len(own.strip()) else ""


def counted_by(text: str, sentence: Span, figure: Span) -> str | None:
    """Who gives a figure by a verb of counting, right before it: "the Pentagon had counted at least 500"."""
    own = text[sentence.start : sentence.end]
    found = [match for match in _COUNTS.finditer(own) if match.end() <= figure.start - sentence.start]
    if not found:
        return None
    between = own[found[-1].end() : figure.start - sentence.start]
    name = found[-1]["who"]
    if len(between) > _COUNTED_NEAR or re.search(r"[,;:]", between) or _verbs(between):
        return None
    return None if name.split()[0].casefold() in _PRONOUNS else name


_COUNTED_NEAR = 50  # characters
_PRONOUNS = frozenset("he she it they we i this that these those who some many others".split())


def _verbs(text: str) -> list[Span]:
    found = [
        Span(match.start(), match.end())
        for match in re.finditer(r"[A-Za-z-]+", text)
        if match[0].casefold() in _SPOKEN
    ]
    found += [Span(match.start(), match.end()) for match in _PUT.finditer(text)]
    return found


def of_clause(article: Article, clause: str) -> Article:
    """An article of a clause alone, for reading who speaks in it."""
    return replace(article, text=clause)


# --- which of several like things ------------------------------------------------------------------------

# Words of names that many things of one kind share: they tell nothing without the others.
_SHARED = frozenset(
    map(
        term_of,
        "north south east west northern southern eastern western central new old upper lower great greater little big saint st"
        " san santa los las el la port fort mount lake river cape camp hurricane storm cyclone typhoon tropical operation"
        " flight school college university hospital church bridge street road avenue square park island islands county"
        " province district region state city town republic democratic united company bank group airport station prison"
        " stadium tower hotel ferry ship first second third general national royal red black white green blue".split(),
    )
)
_RUN = re.compile(r"[A-Z][\w’'-]*(?: (?:of |the |de |la )?[A-Z0-9][\w’'-]*)*")
_CONTEXT = 600  # characters before a sentence


def is_shared(term: str) -> bool:
    """Whether a word stands in many names: "Camp", "North"."""
    return term in _SHARED


def names_fully(text: str, sentence: Span, name: tuple[frozenset[str], ...]) -> bool:
    """Whether a sentence is of a thing by its whole name, or by a person's surname, and of no other like it.

    Args:
        text: the article's text.
        sentence: the sentence; the name may stand in it or before it, nearer than that of another like thing.
        name: the terms that count as each of its words.
    """
    if len(name) < 2:
        return True
    shared = any(part & _SHARED for part in name)
    own = text[sentence.start : sentence.end]
    told = _named_last(own, name, shared=shared)
    if told is None:
        told = _named_last(text[max(0, sentence.start - _CONTEXT) : sentence.start], name, shared=shared)
    if told is None:
        told = _named_last(text[:_CONTEXT], name, shared=shared)
    return bool(told)


def _named_last(text: str, name: tuple[frozenset[str], ...], *, shared: bool) -> bool | None:
    """Whether what is named last of the things with words of a name is that; None when none is named."""
    told = None
    for match in _RUN.finditer(text):
        found = [term for term in terms(match[0]) if term not in stop_terms()]
        held = [part for part in name if part.intersection(found)]
        if not held:
            continue
        others = [
            term
            for term in found
            if not any(term in part for part in name) and term not in _TITLES and term not in _FIRST
        ]
        enough = _is_storm(name, held) if shared else held[-1] == name[-1]
        if len(held) == len(name) or (enough and not others):
            told = True
        elif others:
            told = False
    if told is None and all(part.intersection(terms(text)) for part in name):
        told = True  # written small
    return told


def _is_storm(name: tuple[frozenset[str], ...], held: list[frozenset[str]]) -> bool:
    """Whether what is held of a name is all but its kind: "Ann" for "Hurricane Ann"."""
    return all(part in held or part & _STORMS for part in name) and not held[0] & _STORMS


_STORMS = frozenset(map(term_of, "hurricane storm cyclone typhoon tropical operation".split()))
_TITLES = frozenset(map(term_of, (*HONORIFICS, *ROLES, "president", "minister", "sir")))
_FIRST = frozenset(map(term_of, "the a in on at when after as but and for while since during by".split()))

_SETS_APART = re.compile(
    r"\b(?:second|third|fourth|other|another|sister|twin|field|private|public|military|civilian|replacement|temporary|nearby"
    r"|neighbou?ring|primary|secondary|former|model|replica|repair\w*|paint(?:ing|ed)|repainting|maintenance|restor\w+|renovat\w+"
    r"|rebuild\w*|rebuilt|demolition|demolish\w*|clean(?:ing|ed)|extension|lighting|insurance|design\w*|widening|upgrad\w+|refit\w*"
    r"|leas(?:e|ed|ing)|rent(?:s|al|ed|ing)?|female|male|foreign|local|young|children[’']s|women[’']s|men[’']s)\b",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?P<word>new|old|main|older|newer|larger|smaller|grammar|boarding|elementary|nursery|high|medical|special|cargo|fishing"
    r"|electric|freight|passenger) (?P<thing>\w+)",
    re.IGNORECASE,
)


def sets_apart(sentence: str, known: Iterable[str], *, measured: bool = False) -> frozenset[str]:
    """The words of a sentence that tell one thing from another like it, but for those of the question."""
    asked = frozenset(known)
    found = {term_of(match[0]) for match in _SETS_APART.finditer(sentence)}
    found |= {term_of(match["word"]) for match in _AGE.finditer(sentence) if term_of(match["thing"]) in asked}
    if measured:
        heads = (match["of"] or match["doing"] for match in _HEAD.finditer(sentence))
        found |= {term_of(head) for head in heads} - _PRICES
    return frozenset(found - asked)


_HEAD = re.compile(
    r"\b(?:(?P<of>[A-Za-z]+) (?:of|about|for|on|behind|under|around|to)|(?P<doing>[A-Za-z]+ing))"
    r" (?:the |a |an )?(?=[A-Z])"
)  # "a film about the Harwell bridge", "insuring the Harwell bridge"
_PRICES = frozenset(
    map(
        term_of,
        "cost price bill total value sum amount number figure according thanks from half most all".split(),
    )
)


_HOLDS = re.compile(
    r"(?P<name>[A-Z][\w-]*(?: [A-Z][\w-]*){0,3})(?:[’']s? |"
    r" (?:(?:was|is|has been|had been) (?:\w+ed|paid|given|sold|fined|found)|won|wins|received|receives|got|gets|earns|earned"
    r"|owes|owed|must pay|paid|pays|will (?:get|receive|pay)|suffered|lost|owns|owned|runs|ran|(?:has|had)(?! (?:\w+ed|said|put|told)\b))\b)"
)
_GIVEN = re.compile(r"(?P<name>[A-Z][\w-]*(?: [A-Z][\w-]*){0,3}) \Z")
_TO = re.compile(r"[^,.;]{0,30}? (?:to|for) (?P<name>[A-Z][\w-]*(?: [A-Z][\w-]*){0,3})")


def holders(text: str, sentence: Span, figure: Span, known: Iterable[str]) -> frozenset[str]:
    """Those whose a figure may be, as last words of names: "Berg was awarded £5m", "awarded Berg £5m"."""
    asked = frozenset(known)
    own = text[sentence.start : sentence.end]
    start, end = figure.start - sentence.start, figure.end - sentence.start
    return frozenset(_held(own, start, end)) - asked - stop_terms() - _NOBODY


def _held(own: str, start: int, end: int) -> Iterator[str]:
    matches = [*_HOLDS.finditer(own), _GIVEN.search(own, 0, start), _TO.match(own, end)]
    for match in matches:
        if match is None:
            continue
        found = words(match["name"])
        if found and place_at(found, 0)[1] is None:
            yield found[-1].term


_NOBODY = frozenset(map(term_of, (*MONTHS, *WEEKDAYS, "some", "about", "around", "nearly", "over", "almost")))

# --- when ------------------------------------------------------------------------------------------------

_NIGHT = re.compile(r"\bovernight\b|\blast night\b", re.IGNORECASE)


def night(sentence: str, published: str | None) -> datetime.date | None:
    """The day on which a night ended in which a sentence says something happened."""
    if published is None or not _NIGHT.search(sentence):
        return None
    return datetime.date.fromisoformat(published)
