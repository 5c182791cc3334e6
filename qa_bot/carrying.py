"""What a follow-up question takes over from the questions before it: which phrase, if any.

A question that leans on earlier ones ("How is it calculated?", "What are the benefits?") stands alone when
the right phrase of one of them is put into it; one that stands alone already is harmed by any. Every noun
phrase of the earlier questions is a candidate. Boosted regression trees (Friedman, Greedy function
approximation: a gradient boosting machine, Annals of Statistics 29, 2001), fitted by tools/followups.py,
estimate how much nearer the question would come to the one that a person would write if that phrase were
added: the gain in F1 of content words. The best is taken when it promises a gain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from qa_bot.dates import MONTHS, WEEKDAYS
from qa_bot.lexicon import filler_terms, places, stop_terms
from qa_bot.text import Word, term_of, words

WEIGHTS = Path(__file__).parent / "assets" / "followups.json"


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
    map(
        term_of,
        "happen make made find found get got include mean know come came go went keep take took taken put"
        " want create"
        " build built buy bought pay paid add delete become became begin began affect eat live sell sold"
        " see seen say"
        " said think tell talk speak win won lose lost die kill provide give gave receive offer protect"
        " manage apply"
        " open learn improve allow base consider suppose try tried appear send sent raise explain describe"
        " clarify"
        " summarize compare enter announce resign warn fly flew meet met fought led join accuse launch"
        " struck deploy"
        " react respond agree refuse grow grew fell rose write wrote stood hold held bring brought leave"
        " left differ"
        " relate involve require use contain forget originate purchase excuse mention meant wonder need"
        " look call seem".split(),
    )
)
# ... some of which are nouns as well: verbs after "did" or "will" ...
_VERB_OR_NOUN = frozenset(
    map(
        term_of,
        "start end work help play set cost update support change move increase visit fight lead order claim"
        " vote strike"
        " attack promise fall rise stand cause sleep hit cross ask plan deal drop film ship hire trade"
        " file".split(),
    )
)
_DO = frozenset("do does did will can could should would don't doesn't didn't to".split())
# ... and nouns, adjectives and adverbs that only say what is asked of the thing.
_EMPTY = frozenset(
    map(
        term_of,
        "difference type kind sort way thing example step number part advantage disadvantage benefit"
        " purpose reason"
        " category information definition meaning good better best great important popular main typical"
        " several common"
        " specific certain long much big first last time lot right sure today currently sometimes pretty"
        " maybe bit"
        " little available possible necessary able detail figure amount distance average total exact idea"
        " anything"
        " something someone people person everyone instead back together again still already early late"
        " recent recently"
        " different same other another true else size name place worldwide apart regarding course may never"
        " old convenient fine"
        " next afterwards later far many close near fast soon often high deep strong reach outside inside"
        " free well familiar"
        " responsible unable stressful years year month day week way means".split(),
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
        verb = asked and bool(open_run) and found[open_run[-1]].text[0].isupper() and word.text.islower()
        if verb and not word.text.endswith("s"):
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
        + 0.6 * (led_by == "of")
        - 0.5 * (led_by in _PREPOSITIONS and led_by != "of")
        + 0.3 * determiner
        + 0.2 * min(len(inside), 3)
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
_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_THIS = re.compile(
    r"\b(?:this|that|these|those)\b(?=\W*$|\s+(?:is|are|was|were|do|does|did|happen|mean|true|right|so)\b)"
    r"|^\W*(?:is|are|was|were|does|did) (?:this|that|these|those) (?!\w+s\b)",
    re.IGNORECASE,
)
_THIS_NOUN = re.compile(
    r"\b(?:this|these|those) [a-z]+|\b(?:of|for|about|with|in|on|to|is|was) that [a-z]+", re.IGNORECASE
)
_ONE = re.compile(r"\b(?:ones?|others?|another|else|same|both|each|neither|either)\b", re.IGNORECASE)
_THERE = re.compile(r"\b(?:there|then)\W*$", re.IGNORECASE)
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
    r"|\bit (?:rains|snows|takes|seems|appears)\b|\bmakes? it (?=\w)"
    r"|\bit'?s? (?:a|the) \w+ (?:that|who|to)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^\W*(?:and |but |so )*(?:what|how) about\b", re.IGNORECASE)


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


@lru_cache(maxsize=256)
def leaning(question: str) -> dict[str, float]:
    """How a question may lean on earlier ones, as numbers; see FEATURES."""
    found = words(question)
    low = [word.text.casefold() for word in found]
    own = noun_phrases(question)
    inside = content(question)
    many = len(inside)
    opening = next((word for word in low if word not in ("and", "but", "so", "or", "also", "then")), "")
    it = _free(_IT, question, own) and not _NOTHING.search(question)
    they = _free(_THEY, question, own)
    said = sum(word.term not in _VERBS and word.term not in _EMPTY for word in inside)
    return {
        "words": min(many, 7),
        "things": min(said, 4),
        "names": any(phrase.proper for phrase in own),
        "it": it,
        "idle_it": bool(_NOTHING.search(question)),
        "they": they,
        "person": _free(_PERSON, question, own),
        "this": bool(_THIS.search(question)),
        "this_noun": bool(_THIS_NOUN.search(question)),
        "one": bool(_ONE.search(question)),
        "there": bool(_THERE.search(question)),
        "the": "the" in low,
        "fragment": not any(word in AUXILIARIES or word in WH_WORDS for word in low),
        "about": bool(_ABOUT.search(question)),
        "wh": opening in WH_WORDS,
        "any": opening in ("any", "other", "more", "anything"),
        "i": bool({"i", "i'm", "my", "me", "we"} & set(low)),
        "you": "you" in low,
        "mark": question.rstrip().endswith("?"),
        "ends_preposition": bool(low) and low[-1] in _PREPOSITIONS,
    }


# --- candidates ---------------------------------------------------------------------------------

_Candidate = tuple[Phrase, int, dict[str, float]]


def _focus(earlier: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """What each question is about: its most salient phrase, or what the one before it was about.

    After the idea of centering (Grosz, Joshi and Weinstein 1995): a question that leans goes on about the
    same thing.
    """
    focus: dict[int, tuple[str, ...]] = {}
    now: tuple[str, ...] = ()
    for index, text in enumerate(earlier):
        lean = leaning(text)
        found = noun_phrases(text)
        if found and not (now and (lean["it"] or lean["they"] or lean["person"])):
            now = max(found, key=lambda phrase: (phrase.salience, -phrase.start)).terms
        focus[index] = now
    return focus


def candidates(question: str, earlier: Sequence[str]) -> list[_Candidate]:
    """The phrases of earlier questions that a question could take over, newest first, with their features.

    Args:
        question: the question asked.
        earlier: the questions before it, oldest first.

    Returns:
        Each phrase with the index of its question and its features.
    """
    lean = leaning(question)
    if not earlier:
        return []
    own = {word.term for word in content(question)}
    sets = [{word.term for word in content(text)} for text in earlier]
    focus = _focus(earlier)
    shared = [len(own & terms) for terms in sets]
    out: dict[tuple[str, ...], tuple[Phrase, int, dict[str, float]]] = {}
    for index in range(len(earlier) - 1, -1, -1):
        ranked = sorted(noun_phrases(earlier[index]), key=lambda phrase: -phrase.salience)
        for rank, phrase in enumerate(ranked):
            new = tuple(dict.fromkeys(term for term in phrase.terms if term not in own))
            if not new or new in out:
                continue
            back = len(earlier) - index
            count = sum(new[-1] in terms for terms in sets)
            features = {
                **lean,
                "back": min(back, 5),
                "first": index == 0,
                "rank": min(rank, 4),
                "salience": phrase.salience,
                "focus": focus[len(earlier) - 1] == phrase.terms,
                "focus_there": focus[index] == phrase.terms,
                "focus_part": bool(set(focus[len(earlier) - 1]) & set(new)),
                "count": min(count, 4),
                "share": count / len(earlier),
                "proper": phrase.proper,
                "plural": phrase.plural,
                "definite": phrase.definite,
                "new": len(new),
                "own_part": len(set(phrase.terms)) - len(new),
                "agrees": phrase.plural if lean["they"] else not phrase.plural if lean["it"] else 0.5,
                "shared_there": min(shared[index], 3),
                "shared_last": min(shared[-1], 3),
                "shared_any": sum(map(bool, shared)) / len(earlier),
                "turns": min(len(earlier), 8),
                "leans": lean["it"] or lean["they"] or lean["person"] or lean["this"],
            }
            out[new] = (phrase, index, {name: float(value) for name, value in features.items()})
    return list(out.values())


# --- the choice ---------------------------------------------------------------------------------

MARGIN = 0.01  # in F1: what an estimate must promise
_TURNS = 8  # that are looked at: the first, which often names the topic, and the last ones
_LONGEST = 600  # characters looked at of each: a topic is named early


def window(earlier: Sequence[str]) -> list[str]:
    """The earlier questions that are looked at, oldest first."""
    seen = list(earlier) if len(earlier) <= _TURNS else [earlier[0], *earlier[1 - _TURNS :]]
    return [text[:_LONGEST] for text in seen]


def carried(
    question: str,
    earlier: Sequence[str],
    weights: Mapping[str, Any] | None = None,
    is_person: Callable[[str], bool] = lambda name: False,
) -> Phrase | None:
    """The phrase of the earlier questions that a question takes over; None when it stands alone.

    Args:
        question: the question asked, without what is said around it.
        earlier: the questions before it, oldest first, likewise.
        weights: trees to use in place of those of WEIGHTS.
        is_person: whether a name is a person's, which "it" does not stand for.
    """
    lean = leaning(question)
    if says_much(lean) and not must_lean(lean):
        return None
    found = _agreeing(candidates(question, window(earlier)), lean, is_person)
    if not found:
        return None
    gains = [gain(features, weights or _shipped()) for _, _, features in found]
    best = max(range(len(found)), key=lambda index: gains[index])
    return found[best][0] if gains[best] > MARGIN or must_lean(lean) else None


def _agreeing(
    found: Sequence[_Candidate], lean: Mapping[str, float], is_person: Callable[[str], bool]
) -> Sequence[_Candidate]:
    """Those that a pronoun can stand for, when there are any: "they" are several, "it" is no person."""
    if not (lean["it"] or lean["they"]):
        return found
    things = [item for item in found if not _is_date(item[0])]
    last = [item for item in things if item[2]["back"] == 1]
    if lean["they"]:
        return [item for item in last or things if _several(item[0])]
    single = [item for item in last or things if not _several(item[0])]
    single = [item for item in single if not (item[0].proper and is_person(item[0].text))]
    return [item for item in single if item[0].terms not in places()] or single


def _is_date(phrase: Phrase) -> bool:
    return all(word.casefold() in MONTHS or word.casefold() in WEEKDAYS for word in phrase.text.split())


def _several(phrase: Phrase) -> bool:
    return phrase.plural or " and " in phrase.text


def says_much(lean: Mapping[str, float]) -> bool:
    """Whether a question says itself what it is about, so that a new topic is not dragged back."""
    return bool(lean["names"] or lean["things"] >= _MUCH)


_MUCH = 3


def must_lean(lean: Mapping[str, float]) -> bool:
    """Whether a question cannot stand alone: its "it" stands for nothing in it, or it names nothing."""
    return bool(lean["it"] or lean["they"]) or says_nothing(lean)


def says_nothing(lean: Mapping[str, float]) -> bool:
    """Whether a question names nothing, and is not about who asks or is asked: "What is the difference?"."""
    return not (lean["things"] or lean["i"] or lean["you"] or lean["idle_it"])


def gain(features: Mapping[str, float], weights: Mapping[str, Any]) -> float:
    """The estimated gain in F1 of content words from adding the phrase with these features.

    A tree of the weights is a number, or [feature, threshold, tree up to the threshold, tree above it].
    """
    total: float = weights["base"]
    for name, threshold, low, high in weights["trees"]:
        branch = low if features[name] <= threshold else high
        while isinstance(branch, list):
            branch = branch[2] if features[branch[0]] <= branch[1] else branch[3]
        total += branch
    return total


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Any]:
    model: dict[str, Any] = json.loads(WEIGHTS.read_text("utf-8"))
    return model
