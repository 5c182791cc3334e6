"""How a question leans on earlier ones, and on which phrase of them.

"How is it calculated?" leans: its "it" stands for nothing in the question itself. What it does stand for is
sought among the noun phrases of the question before, which stands alone, else of those before it: the most
salient one that fits, as centering theory has it (Grosz, Joshi and Weinstein, Computational Linguistics
21, 1995). No parser is needed for questions: word lists tell what is no noun.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from qa_bot.dates import MONTHS, WEEKDAYS
from qa_bot.lexicon import adjectives, filler_terms, places, stop_terms
from qa_bot.text import Word, terms, words


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase of a text: ``text[start:end]``; ``terms`` are those of its content words, in order.

    ``salience`` orders the phrases of one question by how likely it is about them: names before other
    nouns, what stands first or after the verb before what follows a preposition.
    """

    text: str
    start: int
    end: int
    terms: tuple[str, ...]
    salience: float
    proper: bool
    plural: bool
    definite: bool


# --- noun phrases -------------------------------------------------------------------------------

# Words that questions are often made with, and that are no thing to ask about: verbs ...
_VERBS = frozenset(
    terms(
        """
        happen make made find found get got include mean know come came go went keep take took taken put
        want create build built buy bought pay paid add delete become became begin began affect eat live
        sell sold see seen say said think tell talk speak win won lose lost die kill provide give gave
        receive offer protect manage apply open learn improve allow base consider suppose try tried appear
        send sent raise explain describe clarify summarize compare enter announce resign warn fly flew
        meet met fought led join accuse launch struck deploy react respond agree refuse grow grew fell
        rose write wrote stood hold held bring brought leave left differ relate involve require use
        contain forget originate purchase excuse mention meant wonder need look call seem
        """
    )
)
# ... some of which are nouns as well: verbs after "did" or "will" ...
_VERB_OR_NOUN = frozenset(
    terms(
        """
        start end work help play set cost update support change move increase visit fight lead order claim
        vote strike attack promise fall rise stand cause sleep hit cross ask plan deal drop film ship hire
        trade file
        """
    )
)
_DO = frozenset("do does did will can could should would don't doesn't didn't to".split())
# ... and nouns, adjectives and adverbs that only say what is asked of the thing.
_EMPTY = frozenset(
    terms(
        """
        difference type kind sort way thing example step number part advantage disadvantage benefit
        purpose reason category information definition meaning good better best great important popular
        main typical several common specific certain long much big first last time lot right sure today
        currently sometimes pretty maybe bit little available possible necessary able detail figure amount
        distance average total exact idea anything something someone people person everyone instead back
        together again still already early late recent recently different same other another true else
        size name place worldwide apart regarding course may never old convenient fine next afterwards
        later far many close near fast soon often high deep strong reach outside inside free well familiar
        responsible unable stressful years year month day week means
        """
    )
)
_DETERMINERS = frozenset(
    "the a an this that these those my your his her its their our some any all every".split()
)
_PREPOSITIONS = frozenset(
    "in of for about on with from to at by into between against over during after before within"
    " regarding".split()
)
AUXILIARIES = frozenset(
    "is are was were do does did has have had can could will would should may might must isn't aren't wasn't"
    " weren't don't doesn't didn't can't couldn't won't".split()
)
WH_WORDS = frozenset(
    "who whom whose what which when where why how what's who's where's how's when's why's".split()
)
_LINKS = (["of"], ["of", "the"], ["of", "a"], ["and"], ["and", "the"], ["or"], ["vs"], ["in"], ["in", "the"])


@lru_cache(maxsize=1)
def _outside() -> frozenset[str]:
    return stop_terms() | filler_terms()


@lru_cache(maxsize=1)
def _demonyms() -> frozenset[str]:
    """Last terms of what is said of a country, "French", "South Korean": a noun follows."""
    return frozenset(terms(word)[-1] for word in adjectives().values() if not word.isupper())


def content(text: str) -> list[Word]:
    """The content words of a text in order."""
    return [word for word in words(text) if word.term not in stop_terms()]


@lru_cache(maxsize=256)
def noun_phrases(text: str) -> tuple[Phrase, ...]:
    """The phrases of a question that may be what it is about; then those joined by "of" or "and"."""
    found = words(text)
    runs = _runs(found, text)
    joined = [
        (first, last)
        for (first, before), (after, last) in pairwise(runs)
        if [word.text.casefold() for word in found[before + 1 : after]] in _LINKS
    ]
    return tuple(_phrase(found, first, last, text) for first, last in [*runs, *joined])


def _runs(found: Sequence[Word], text: str) -> list[tuple[int, int]]:
    """First and last index of each unbroken run of words that may be a noun phrase."""
    runs: list[tuple[int, int]] = []
    goes_on = any(word.text.casefold() in ("is", "are", "was", "were") for word in found)
    asked = False  # a verb is due: "did" or "will" came before
    open_run: list[int] = []
    for index, word in enumerate(found):
        asked = asked or word.text.casefold() in _DO
        breaks = index > 0 and text[found[index - 1].end : word.start] not in (" ", "-", "/", ". ")
        # "did Putin sign": after a name, what is due is the verb.
        before = found[open_run[-1]] if asked and open_run else None
        named = before is not None and before.text[0].isupper() and before.term not in _demonyms()
        if named and word.text.islower() and not word.text.endswith("s"):
            runs += _closed(found, open_run)
            open_run, asked = [], False
            continue
        opening = index == 0 or text[: word.start].rstrip()[-1:] in (".", "?", "!", ":")
        # "What are the soldiers wearing?"
        doing = goes_on and bool(open_run) and word.text.endswith("ing") and word.text.islower()
        if breaks or doing or _no_noun(word, asked, opening):
            runs += _closed(found, open_run)
            open_run = []
        if not doing and not _no_noun(word, asked, opening):
            open_run.append(index)
        elif word.term in _VERB_OR_NOUN:
            asked = False
    return runs + _closed(found, open_run)


def _closed(found: Sequence[Word], run: Sequence[int]) -> list[tuple[int, int]]:
    """A run without what only says something of the thing at its ends, when anything is left."""
    kept = list(run)
    while kept and _empty(found[kept[0]], kept[0]):
        kept.pop(0)
    while kept and _empty(found[kept[-1]], kept[-1]):
        kept.pop()
    return [(kept[0], kept[-1])] if kept else []


def _empty(word: Word, index: int) -> bool:
    return word.term in _EMPTY and (word.text.islower() or index == 0)


def _no_noun(word: Word, asked: bool, opening: bool) -> bool:
    if word.term in _outside():
        return True
    named = word.text[0].isupper() and not opening
    if named:
        return False
    written = word.text.casefold()
    return (
        word.term in _VERBS
        or (asked and word.term in _VERB_OR_NOUN)
        or (written.endswith("ly") and len(written) > 4)
        or (written.endswith("ed") and len(written) > 4 and not written.endswith("eed"))
        or (written.endswith("ing") and opening)
    )


def ends_phrase(word: Word) -> bool:
    """Whether a word after a name is no noun that goes on with it: a verb, a preposition."""
    return word.term in _outside() or word.term in _VERBS or word.term in _VERB_OR_NOUN


def _phrase(found: Sequence[Word], first: int, last: int, text: str) -> Phrase:
    before = [word.text.casefold() for word in found[max(first - 2, 0) : first]]
    determiner = bool(before) and before[-1] in _DETERMINERS
    led_by = before[-2] if determiner and len(before) > 1 else before[-1] if before else ""
    inside = found[first : last + 1]
    head = inside[-1].text
    proper = any(word.text[0].isupper() for word in inside if word is not found[0]) or any(
        word.text.isupper() and len(word.text) > 1 for word in inside
    )
    salience = (
        2.0 * proper
        + (led_by in AUXILIARIES or led_by in WH_WORDS or not led_by)
        + 1.1 * (led_by == "of")
        - 0.5 * (led_by in _PREPOSITIONS and led_by != "of")
        + 0.3 * determiner
        + 0.2 * min(len(inside), 3)
        # "the rules of the ferry" is no name, but "the Wall of Berlin" is.
        - (not proper and any(word.term in stop_terms() for word in inside))
    )
    start, end = inside[0].start, inside[-1].end
    return Phrase(
        text[start:end],
        start,
        end,
        tuple(word.term for word in inside if word.term not in stop_terms()),
        salience,
        proper,
        head.endswith("s") and not head.endswith(("ss", "'s", "us", "is")),
        bool(before) and before[-1] == "the",
    )


# --- how a question leans -----------------------------------------------------------------------

_IT = re.compile(r"\b(?:it|its|itself|it's)\b", re.IGNORECASE)
_THEY = re.compile(r"\b(?:they|them|their|theirs)\b", re.IGNORECASE)
# "it" that stands for nothing: "is it possible to", "how long does it take", "it rains".
_NOTHING = re.compile(
    r"\b(?:is|was|would|will|isn't|be) it (?:\w+ )?(?:possible|true|necessary|important|worth|better|best"
    r"|safe|safer|okay|ok|hard"
    r"|easy|so|legal|normal|likely|common|a good idea|usual|advisable|enough|clear|known|fair|right|wrong"
    r"|too late)\b(?=.*\b(?:to|that|if|for|in)\b)"
    r"|\bit (?:is|was|would be|'s) (?:\w+ )?(?:\w+) (?:to|that|for)\b|\b(?:does|did|will|would) it (?:take"
    r"|cost)\b"
    r"|\bit(?: is|'s|’s| was) (?:\w+ )?(?:better|best|important|necessary|possible)\b|\bget it\b"
    r"|\bwhat\s+does it makes?\b"
    r"|\b(?:is|was) it \w+ (?:to|that)\b|\bit (?:rains|snows|takes|seems|appears)\b|\bmakes? it (?=\w)"
    r"|\bit'?s? (?:a|the) \w+ (?:that|who|to)\b",
    re.IGNORECASE,
)

_LAST = re.compile(r"\W*$")
_CLAUSE = re.compile(r"[,;]|\b(?:if|when|while|and|but|because|that|who|which|as|so)\b", re.IGNORECASE)


def _free(pattern: re.Pattern[str], text: str, own: Sequence[Phrase]) -> bool:
    """Whether a pronoun has no noun phrase before it in the question that it could stand for."""
    match = pattern.search(text)
    if match is None:
        return False
    # "Any cures for it?", "Why did Russia launch it?": what stands before in its clause is something else.
    if _LAST.match(text, match.end()) and not _CLAUSE.search(text, text.find(" ") + 1, match.start()):
        return True
    return not any(phrase.end <= match.start() for phrase in own)


@dataclass(frozen=True, slots=True)
class Lean:
    """How a question leans on earlier ones.

    ``it`` and ``they``: such a pronoun stands for nothing in the question. ``things``: how many words of it
    say what it is about. ``names``: whether one is a name. ``bare``: it says nothing of what it is about, and
    is not about who asks or is asked ("What is the difference?").
    """

    it: bool
    they: bool
    things: int
    names: bool
    bare: bool


@lru_cache(maxsize=256)
def leaning(question: str) -> Lean:
    """How a question leans on earlier ones."""
    own = noun_phrases(question)
    idle = bool(_NOTHING.search(question))
    things = sum(word.term not in _VERBS and word.term not in _EMPTY for word in content(question))
    personal = not _PERSONAL.isdisjoint(word.text.casefold() for word in words(question))
    return Lean(
        it=_free(_IT, question, own) and not idle,
        they=_free(_THEY, question, own),
        things=things,
        names=any(phrase.proper for phrase in own),
        bare=not (things or personal or idle),
    )


_PERSONAL = frozenset("i i'm my me we you".split())


# --- what it leans on ---------------------------------------------------------------------------


def antecedent(
    question: str, earlier: Sequence[str], is_person: Callable[[str], bool] = lambda name: False
) -> Phrase | None:
    """The phrase that the "it" or "they" of a question stands for; None when there is none that fits.

    Args:
        question: the question asked, without what is said around it.
        earlier: the questions before it, oldest first, each standing alone.
        is_person: whether a name is a person's, which "it" does not stand for.
    """
    lean = leaning(question)
    own = {word.term for word in content(question)}
    for text in reversed(earlier):
        found = [item for item in noun_phrases(text) if not own.issuperset(item.terms) and not _is_date(item)]
        fitting = _of_they(found) if lean.they else _of_it(found, is_person)
        if fitting:
            return max(fitting, key=lambda item: item.salience)
        if found:
            return None
    return None


def _of_they(found: Sequence[Phrase]) -> Sequence[Phrase]:
    """What "they" may be: several, else the one thing that there is ("the homeless")."""
    return [item for item in found if _several(item)] or [
        item for item in found if len(found) == 1 and not item.proper
    ]


def _of_it(found: Sequence[Phrase], is_person: Callable[[str], bool]) -> Sequence[Phrase]:
    """What "it" may be: a thing before a place, one before several, never a person."""
    things = [item for item in found if not (item.proper and is_person(item.text))]
    single = [item for item in things if not _several(item)] or things
    return [item for item in single if item.terms not in places()] or single


def _several(phrase: Phrase) -> bool:
    return phrase.plural or " and " in phrase.text


def _is_date(phrase: Phrase) -> bool:
    return all(word.casefold() in MONTHS or word.casefold() in WEEKDAYS for word in phrase.text.split())
