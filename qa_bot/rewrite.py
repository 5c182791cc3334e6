"""A follow-up question and what went before it, to a question that stands alone. No model needed.

Three things make a question lean on the last one: pronouns ("Why did he resign?"), ellipsis ("And in
December?", "What about Germany?"), and having no content of its own ("Why?"). Anything else is left as
it is, so that a change of topic is not dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa_bot.lexicon import filler_terms, stop_terms
from qa_bot.question import Question, Unit, parse
from qa_bot.requests import Request, other_topic, put_to, request
from qa_bot.text import words
from qa_bot.types import Turn

_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:it|its|they|them|their|theirs)\b", re.IGNORECASE)
_LAST_WORD = re.compile(
    r"\b(?:he|she|him|her|hers|it|they|them|theirs|this|that|these|those|there|then|ones?)\W*$", re.IGNORECASE
)
# "about that attack", "is this true": not "say that Russia", "this month", "those killed".
_POINTING = re.compile(
    r"\b(?i:about|of|after|before|by|for|with|from|in|to|at|on|against|over|during|under|is|was|are|were"
    r"|did|does|do|has|have|had|will|would|can|could) (?:this|that|these|those) "
    r"(?!\w+ed\b|(?:who|for|day|night|week|weekend|month|year|time|morning|afternoon|evening|spring|summer"
    r"|autumn|fall|winter|season)\b)[a-z]"
)
_PLACE_BEFORE = re.compile(
    r"\b(?:in|of|at|from|near|into|around|outside|across)\s+(?:the\s+)?$", re.IGNORECASE
)
_WHAT_ABOUT = re.compile(r"^\W*(?:and |but |so )*(?:what|how) about (?P<rest>.+?)[\s?!.]*$", re.IGNORECASE)
_AND = re.compile(r"^\W*(?:and|but|so|or|also)\b[\s,]*(?P<rest>.+?)[\s?!.]*$", re.IGNORECASE)
_QUESTION_WORD = re.compile(
    r"^(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would|should)\b",
    re.IGNORECASE,
)
_SHORT = 2
_TURNS_READ = 5  # of a conversation, to tell what an overview is of


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
    """The question with what it leaves unsaid taken from the last turns; itself when it stands alone."""
    question = " ".join(question.split())  # the patterns below are slow on runs of space
    turns = [turn for turn in history if turn.question.strip()]
    if not turns:
        return question
    last = turns[-1]
    about = _WHAT_ABOUT.match(question) or _AND.match(question)
    if about and not _QUESTION_WORD.match(about["rest"]):
        swapped = _swap(last.question, about["rest"])
        if swapped:
            return swapped
    rewritten = _name_person(question, turns)
    parsed = parse(rewritten)
    if _leans(rewritten, parsed):
        return _with_topic(rewritten, parsed, last)
    return rewritten


def _leans(text: str, parsed: Question) -> bool:
    thing = _THING.search(text)
    if _LAST_WORD.search(text) or (thing and not _named_before(thing, parsed, "name", "place", "word")):
        return True
    if _PERSON.search(text) and not _has_its_person(text, parsed):
        return True
    if bool(_POINTING.search(text)) or bool(_AND.match(text)):
        return True
    return len(parsed.units) < _SHORT and not parsed.names


def _has_its_person(text: str, parsed: Question) -> bool:
    """Whether the first "he" or "she" stands for somebody whom the question itself names before."""
    pronoun = _PERSON.search(text)
    return pronoun is not None and _named_before(pronoun, parsed, "name", "word")


def _named_before(pronoun: re.Match[str], parsed: Question, *kinds: str) -> bool:
    before = parsed.text[: pronoun.start()]
    return any(unit.kind in kinds and unit.text in before for unit in parsed.units)


def _name_person(question: str, turns: Sequence[Turn]) -> str:
    """Third-person pronouns become the person whom the last turns were about."""
    pronoun = _PERSON.search(question)
    if pronoun is None:
        return question
    if _has_its_person(question, parse(question)) and not _LAST_WORD.search(question):
        return question  # "Why did Putin say he ...": the pronoun has its name in the question
    person = next(filter(None, map(_person_of, reversed(turns))), "")
    if not person:
        return question

    def named(match: re.Match[str]) -> str:
        possessive = match[0].casefold() in ("his", "hers") or (
            match[0].casefold() == "her" and re.match(r"\s+\w", question[match.end() :]) is not None
        )
        return f"{person}'s" if possessive else person

    return _PERSON.sub(named, question, count=1)


def _person_of(turn: Turn) -> str | None:
    """Whom a turn is about: the one its answer names to a "who", else the one its question names."""
    asked = parse(turn.question)
    answered = _names(turn.answer, without=asked)
    if asked.kind == "person":
        for citation in turn.citations:
            for mark in citation.highlights:
                return citation.quote[mark.start : mark.end]
        if answered:
            return answered[0]
    named = [unit.text for unit in asked.units if unit.kind == "name"]
    # "the governor of Rostov": what stands after "of" or "in" is rarely a person.
    people = [name for name in named if not _PLACE_BEFORE.search(turn.question[: turn.question.find(name)])]
    return _bare(next(iter([*people, *answered, *named]), "")) or None


def _names(text: str, *, without: Question) -> list[str]:
    known = {term for unit in without.units for term in unit.terms}
    # The name of the outlet stands before the colon of each line of an answer.
    body = " ".join(line.split(": ", 1)[-1] for line in text.split("\n"))
    body = re.sub(r"^\W*(?:yes|no)\b\W*", "", body, flags=re.IGNORECASE)
    return [
        _bare(unit.text) for unit in parse(body).units if unit.kind == "name" and not set(unit.terms) <= known
    ]


def _bare(name: str) -> str:
    return re.sub(r"['’]s$", "", name)


def _swap(last: str, rest: str) -> str | None:
    """The last question about something else: "What about Germany?" after "How much did France give?"."""
    new = parse(rest).units or ()
    if not new:
        return None
    target = _counterpart(parse(last), new[0])
    if target is None:
        return None
    start, end = target
    rest = re.sub(r"^(?:in|on|at|for|from|to|by|with|of)\s+(?=\S)", "", rest)
    return last[:start] + rest + last[end:]


def _counterpart(last: Question, new: Unit) -> tuple[int, int] | None:
    same = [unit for unit in last.units if unit.kind == new.kind and unit.kind != "word"]
    if not same and new.kind in ("name", "place"):
        same = [unit for unit in last.units if unit.kind in ("name", "place")]
    if not same:
        return None
    text = _bare(same[0].text)
    start = last.text.find(text)
    return (start, start + len(text)) if start >= 0 else None


def _with_topic(question: str, parsed: Question, last: Turn) -> str:
    """The question, and in brackets the words of the last one that it does not have itself."""
    own = {term for unit in parsed.units for term in unit.terms}
    ignored = stop_terms() | filler_terms()
    kept = [word.text for word in words(last.question) if word.term not in ignored and word.term not in own]
    bare = question.rstrip(" ?!.")
    return f"{bare} ({' '.join(kept)})?" if kept else question
