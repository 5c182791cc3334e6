"""A follow-up question and what went before it, to a question that stands alone. No model needed.

question -> without asides -> "And in December?" put to the last question, else pronouns, "there" and
"that day" filled in, else what was spoken of in brackets after it

A question that stands alone is left as it is, so that a change of topic is not dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa_bot import referents
from qa_bot.asides import without_asides
from qa_bot.dates import time_expressions
from qa_bot.ellipsis import ANY_DAY, in_brackets, question_word, spoken_of, swapped
from qa_bot.leaning import antecedent, content, leaning
from qa_bot.question import Question, parse
from qa_bot.requests import Request, other_topic, put_to, request
from qa_bot.text import terms
from qa_bot.types import Turn

_TURNS_READ = 5  # of a conversation, to tell what an overview is of
_LONGEST = 600  # characters: a longer question says itself what it is about
_EDGE = " ?!.…"


def understood(question: str, history: Sequence[Turn], *, of_one: bool = False) -> tuple[Request, str]:
    """What is asked for, and the question that stands alone.

    Args:
        question: as it was asked.
        history: earlier turns, oldest first; an overview leans on them at need.
        of_one: one article alone may be used, so that "Summarise this" needs nothing said before.
    """
    wanted = request(question)
    if wanted.kind == "fact" or not (of_one and not wanted.topic):
        question = _alone(question, history)
        wanted = request(question)
    if wanted.kind == "topic" and not parse(wanted.topic or "it").units:
        wanted = Request("fact")
    return wanted, " ".join(question.split())


def _alone(question: str, turns: Sequence[Turn]) -> str:
    """A question with what it leaves unsaid, be it for a fact or for an overview."""
    wanted = request(question)
    if not turns or (wanted.kind != "fact" and not wanted.leans):
        return question
    topic = other_topic(question)
    if wanted.kind == "fact" and not topic:
        return standalone(question, turns)
    last = replace(turns[-1], question=_alone(turns[-1].question, turns[-_TURNS_READ:-1]))
    if wanted.kind == "fact":
        return put_to(last.question, topic or "") or standalone(question, turns)
    alone = standalone(question, [*turns[:-1], last])
    if request(alone).topic:
        return alone
    said = request(last.question).topic or " ".join(unit.text for unit in parse(last.question).units)
    return f"{question.rstrip(' ?!.')} ({said})?" if said else question


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves unsaid taken from the turns before; itself when it stands alone.

    Args:
        question: as it was asked.
        history: earlier turns, oldest first.
    """
    question = " ".join(question.split())  # the patterns below are slow on runs of space
    turns = [turn for turn in history if _asks(turn.question)]
    if not turns:
        return question
    alone: list[Turn] = []  # the turns before, each with its question made to stand alone
    for turn in turns[-_TURNS_READ:]:
        alone.append(replace(turn, question=_one(" ".join(turn.question.split()), alone)))
    return _one(question, alone)


def _asks(question: str) -> bool:
    """Whether a turn has words to lean on: "Thanks!" has none."""
    return bool(question.strip()) and any(word.term not in _POLITE for word in content(question[:_LONGEST]))


_POLITE = frozenset(
    terms("thanks thank thx hi hello hey ok okay great good nice cool please bye morning evening")
)


def _one(question: str, turns: Sequence[Turn]) -> str:
    """One question after turns whose questions stand alone."""
    if not turns or len(question) > _LONGEST:
        return question
    asked = without_asides(question)
    alone = swapped(asked, turns) or question_word(asked, turns) or _filled(asked, turns)
    return alone[0].upper() + alone[1:] if question[:1].isupper() else alone


def _filled(asked: str, turns: Sequence[Turn]) -> str:
    """The question with its pronouns and the like filled in, or with what was spoken of in brackets."""
    text = _with_counted(_with_place(asked, turns), turns)
    text = _with_things(_with_person(_with_day(text, turns), turns), turns)
    lean = leaning(text)
    leans = lean.it or lean.they
    if leans and not _leans_on_all(text):
        earlier = [turn.question for turn in turns]
        phrase = antecedent(text, earlier, lambda name: referents.is_person(name, turns))
        if phrase:
            named = f"the {phrase.text}" if phrase.definite else phrase.text
            return _with_pronoun(text, named, plural=not lean.it, many=phrase.plural)
    return in_brackets(text, spoken_of(turns[-1])) if leans or lean.bare or _leans_on_all(text) else text


# --- pronouns and pointing words ------------------------------------------------------------------

_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_LAST_WORD = re.compile(r"\b(?:he|she|him|her|hers)\W*$", re.IGNORECASE)
_THERE = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )(?<!\bhas )(?<!\bhave )(?P<to>\b(?:from|to"
    r"|near|in|around|over|out|up|down) )?\bthere\b"
    r"(?! (?:is|are|was|were|be|been|will|has|have)\b)(?=\W*$|\s+(?:now|today|since|before|after|on|in|at"
    r"|and|with|for|from|to|by)\b)",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"\b(?:on )?that (?:same |very )?(?P<unit>day)\b|\b(?:in |during )?that (?:same )?(?P<long>month|year)\b"
    r"|\b(?:at|by|around) (?:that|the) (?:same )?time\b|\bback then\b|\bthen(?=\W*$)",
    re.IGNORECASE,
)
_DEFINITE = re.compile(
    r"\b(?P<word>the|this|that|these|those) (?P<noun>[a-z]{3,})\b(?! (?:of|in|on|at|for|from|to|that|who"
    r"|which|between|against|by|with)\b)",
)
# "Is that true?", "When was that?", "Was that attack deadly?"
_ALL = re.compile(
    r"^\W*(?:\w+ ){0,4}?(?:this|that|so)\W*$|^\W*(?:is|was) (?:this|that) (?:true|right|correct|so"
    r"|confirmed|certain|known|new|all)\b"
    r"|\bhow (?:much|many|far|long|big|large|old|high) (?:is|was) (?:that|this|it) in\b"
    r"|\b(?:is|was|were|are|did|does|of|about|after|before|by|with|during|because of|despite) (?:this|that"
    r"|these|those) (?!\w+ed\b)"
    r"(?P<noun>attack|deal|decision|move|meeting|visit|strike|claim|statement|event|incident|agreement"
    r"|talks|news|report|vote"
    r"|announcement|offensive|battle|clash|crisis|happen|mean|come)\b",
    re.IGNORECASE,
)


_SAID_THAT = re.compile(
    r"\b(?:say|says|said|claim|claimed|mean|do|did|think|believe|announce|know|confirm|confirmed|deny|denied)"
    r" (?:this|that|so|it)\W*$",
    re.IGNORECASE,
)


def _with_person(question: str, turns: Sequence[Turn]) -> str:
    """Third-person pronouns become the person whom the turns before were about."""
    pronoun = _PERSON.search(question)
    if pronoun is None:
        return question
    if _has_its_person(pronoun, parse(question)) and not _LAST_WORD.search(question):
        return question  # "Why did Putin say he ...": the pronoun has its name in the question
    woman = pronoun[0].casefold() in ("she", "her", "hers")
    person = referents.person(turns, woman=woman)
    if not person:
        return question

    def named(match: re.Match[str]) -> str:
        possessive = match[0].casefold() in ("his", "hers") or (
            match[0].casefold() == "her" and re.match(r"\s+\w", question[match.end() :]) is not None
        )
        return f"{person}'s" if possessive else person

    return _PERSON.sub(named, question, count=1)


def _has_its_person(pronoun: re.Match[str], parsed: Question) -> bool:
    """Whether a pronoun stands for somebody whom the question itself names before."""
    before = parsed.text[: pronoun.start()]
    return any(unit.kind == "name" and unit.text in before for unit in parsed.units) or any(
        unit.kind == "word" and unit.text in before and referents.ROLE.search(unit.text)
        for unit in parsed.units
    )


def _with_place(question: str, turns: Sequence[Turn]) -> str:
    match = _THERE.search(question)
    place = referents.place(turns) if match else None
    if not match or not place:
        return question
    return f"{question[: match.start()]}{match['to'] or 'in '}{place}{question[match.end() :]}"


def _with_day(question: str, turns: Sequence[Turn]) -> str:
    match = _THEN.search(question)
    if not match:
        return question
    named = time_expressions(turns[-1].question, ANY_DAY)
    day = referents.day(turns)
    if named and not (match["unit"] and named[-1].precision != "day"):
        last = turns[-1].question
        led = re.search(r"\b(?:in|on|at|since|during)\s+$", last[: named[-1].start], re.IGNORECASE)
        when = last[led.start() if led else named[-1].start : named[-1].end]
    elif day:
        when = referents.in_words(day, match["long"] or "day")
    else:
        return question
    return question[: match.start()] + when + question[match.end() :]


def _with_things(question: str, turns: Sequence[Turn]) -> str:
    """What "it" is after an answer that named the thing asked for; "the missile" as the answer called it."""
    lean = leaning(question)
    if lean.it:
        asked = referents.asked_thing(turns[-1])
        thing = referents.answered_thing(turns[-1]) or (asked and f"the {asked}")
        return _with_pronoun(question, thing, plural=False) if thing else question
    match = _DEFINITE.search(question)
    if match and lean.things <= _FEW and turns[-1].answer:
        named = referents.definite(match["noun"], turns[-1])
        if named and (named[0].isupper() or not lean.names):
            return question[: match.start()] + named + question[match.end() :]
    return question


_FEW = 3
_HOW_MANY = re.compile(
    r"^(?P<ask>\W*(?:and |but |so )*how many)(?P<of> of (?:them|these|those))?(?= (?:is|are|was|were|do"
    r"|did|have|has|had|will|would|could|can)\b)",
    re.IGNORECASE,
)


def _with_counted(question: str, turns: Sequence[Turn]) -> str:
    """What the last question counted put into "How many are in Kursk?" or "How many of them ...?"."""
    match = _HOW_MANY.match(question)
    if not match:
        return question
    for turn in reversed(turns):
        asked = parse(turn.question)
        if asked.kind == "number" and asked.counted:
            of = f"{asked.counted_of.text} " if asked.counted_of else ""
            counted = f"{of}{' '.join(unit.text for unit in asked.counted[:1])}"
            return f"{match['ask']} {counted}{question[match.end() :]}"
    return question


def _leans_on_all(text: str) -> bool:
    """Whether a question points to all that was said: "Is that true?", "When was that?"."""
    match = _SAID_THAT.search(text) or _ALL.search(text)
    if match is None or (match.re is _ALL and leaning(text).things >= _FEW):
        return False
    # "Can I extend it? How can I do that?": what it points to stands before.
    return not re.search(r"[.?!]\s", text[: match.start()])


_IT = re.compile(r"\b(?:(?P<whose>its)|it(?P<is>['’]s)?)\b(?!['’])", re.IGNORECASE)
_THEY = re.compile(r"\b(?:(?P<whose>theirs?)|they|them)(?P<is>['’]re)?\b", re.IGNORECASE)

_IS = re.compile(r"\b(is|was|does) $", re.IGNORECASE)


def _with_pronoun(text: str, thing: str, *, plural: bool, many: bool = False) -> str:
    match = (_THEY if plural else _IT).search(text)
    if match is None:
        return in_brackets(text, thing)
    ending = "’s" if match["whose"] else " are" if match["is"] and plural else " is" if match["is"] else ""
    if ending == "’s" and thing.endswith("s"):
        ending = "’"
    before = text[: match.start()]
    if many:  # "Is it free?" of the clouds: "Are the clouds free?"
        before = _IS.sub(
            lambda verb: {"is": "are", "was": "were", "does": "do"}[verb[1].casefold()] + " ", before
        )
    return f"{before}{thing}{ending}{text[match.end() :]}"
