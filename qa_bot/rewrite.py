"""A follow-up question and what went before it, to a question that stands alone. No model needed.

question -> without asides -> "and in December?" put to the last question -> pronouns, "there" and "that day"
filled in -> a phrase of an earlier question taken over, or in brackets what was spoken of

A question that stands alone is left as it is, so that a change of topic is not dragged back.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from qa_bot import referents
from qa_bot.asides import without_asides
from qa_bot.carrying import AUXILIARIES, Phrase, carried, content, leaning, must_lean, says_nothing
from qa_bot.dates import time_expressions
from qa_bot.question import Question, Unit, parse
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


def standalone(question: str, history: Sequence[Turn], *, weights: Mapping[str, Any] | None = None) -> str:
    """The question with what it leaves unsaid taken from the turns before; itself when it stands alone.

    Args:
        question: as it was asked.
        history: earlier turns, oldest first.
        weights: trees in place of those of `carrying.WEIGHTS`, for measuring.
    """
    question = " ".join(question.split())  # the patterns below are slow on runs of space
    turns = [turn for turn in history if _asks(turn.question)]
    if not turns:
        return question
    alone: list[Turn] = []  # the turns before, each with its question made to stand alone
    for turn in turns[-_TURNS_READ:]:
        alone.append(replace(turn, question=_one(" ".join(turn.question.split()), alone, weights)))
    return _one(question, alone, weights)


def _asks(question: str) -> bool:
    """Whether a turn has words to lean on: "Thanks!" has none."""
    return bool(question.strip()) and any(word.term not in _POLITE for word in content(question[:_LONGEST]))


_POLITE = frozenset(
    terms("thanks thank thx hi hello hey ok okay great good nice cool please bye morning evening")
)


def _one(question: str, turns: Sequence[Turn], weights: Mapping[str, Any] | None) -> str:
    """One question after turns whose questions stand alone."""
    if not turns or len(question) > _LONGEST:
        return question
    asked = without_asides(question)
    alone = _swapped(asked, turns) or _bare_wh(asked, turns) or _filled(asked, turns, weights)
    return alone[0].upper() + alone[1:] if question[:1].isupper() else alone


def _filled(asked: str, turns: Sequence[Turn], weights: Mapping[str, Any] | None) -> str:
    """The question with its pronouns and the like filled in, and what else it needs taken over."""
    text = _with_counted(_with_place(asked, turns), turns)
    text = _with_things(_with_person(_with_day(text, turns), turns), turns)
    lean = leaning(text)
    if _leans_on_all(text) or (says_nothing(lean) and not (lean["it"] or lean["they"])):
        return _in_brackets(text, _spoken_of(turns[-1]))
    if text != asked and not must_lean(lean):
        return text
    earlier = [turn.question for turn in turns]
    phrase = carried(text, earlier, weights, lambda name: referents.is_person(name, turns))
    if phrase:
        return _with_phrase(text, phrase, lean)
    return _in_brackets(text, _spoken_of(turns[-1])) if must_lean(lean) else text


# --- ellipsis: the last question about something else --------------------------------------------

_WHAT_ABOUT = re.compile(r"^\W*(?:and |but |so )*(?:what|how) about (?P<rest>.+?)[\s?!.]*$", re.IGNORECASE)
_AND = re.compile(r"^\W*(?:and|but|so|or|also)\b[\s,]*(?P<rest>.+?)[\s?!.]*$", re.IGNORECASE)
_QUESTION_WORD = re.compile(
    r"^(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would|should)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"^(?P<word>in|on|at|for|from|to|by|with|of|since|before|after|during|until)\s+(?=\S)", re.IGNORECASE
)
_LEADS = re.compile(r"(?:(?:in|on|at|during|for|by|of)\s+)?(?:the\s+)?", re.IGNORECASE)
_COUNT = re.compile(
    r"^\W*(?:and |but |so )*(?P<ask>how (?:many|much)|what|which) (?P<rest>[\w' -]{2,40}?)[\s?!.]*$",
    re.IGNORECASE,
)
_MOST_SWAPPED = 6  # words of what is put in the place of something else
_ANY_DAY = datetime.date(2024, 6, 12)


def _swapped(asked: str, turns: Sequence[Turn]) -> str | None:
    """The last question with what this one names in the place of its like; None for any other question."""
    last = turns[-1].question
    about = _WHAT_ABOUT.match(asked) or _AND.match(asked)
    rest = about["rest"] if about else ""
    if not rest or _QUESTION_WORD.match(rest):
        counted = _COUNT.match(asked)
        return _other_count(last, counted["rest"], counted["ask"]) if counted else None
    if len(rest.split()) > _MOST_SWAPPED:
        return None
    swapped = (
        _other_time(last, rest)
        or _other_thing(last, rest, alike=True)
        or _other_count(last, rest, r"how (?:many|much)")
    )
    if not swapped and len(turns) > 1:
        # "What about France?" after something else: of the question before that, when it has the like.
        swapped = _other_thing(turns[-2].question, rest, alike=True)
    return swapped or _other_thing(last, rest)


def _other_time(last: str, rest: str) -> str | None:
    """The question of another time: its own time replaced, or the new one added at its end."""
    times = time_expressions(rest, _ANY_DAY)
    if not times or not _LEADS.fullmatch(rest[: times[0].start]) or rest[times[-1].end :].strip():
        return None
    old = time_expressions(last, _ANY_DAY)
    if not old:
        return f"{last.rstrip(_EDGE)} {rest}?"
    first, end = old[-1].start, old[-1].end
    led = re.search(r"\b(?:in|on|at|since|during|for|by|until)\s+(?:the\s+)?$", last[:first], re.IGNORECASE)
    if led and _PREPOSITION.match(rest):
        first = led.start()
    return last[:first] + rest + last[end:]


def _other_thing(last: str, rest: str, *, alike: bool = False) -> str | None:
    """The question of another name, place or number; ``alike``: only in the place of one of the same kind."""
    new = parse(f"of {rest}").units
    old = parse(last)
    if not new or any(unit.kind != "word" for unit in new[1:]):
        return None
    extra = {unit.terms for unit in new[1:]} - {unit.terms for unit in old.units}
    if extra and new[0].kind != "name":
        return None
    preposition = _PREPOSITION.match(rest)
    target = _counterpart(old, new[0], alike)
    if target is None:
        # "And in Kursk?" after a question that names no place.
        added = preposition and not alike and new[0].kind in ("place", "name")
        return f"{last.rstrip(_EDGE)} {rest}?" if added else None
    written = rest[preposition.end() :] if preposition else rest
    if len(new) > 1 and not extra:  # "What about German aid?" after a question about aid
        written = new[0].text
    start, end = target
    if re.search(r"\bthe\s+$", last[:start], re.IGNORECASE) and re.match(r"the\s", written, re.IGNORECASE):
        written = written[4:]
    return last[:start] + written + last[end:]


def _counterpart(last: Question, new: Unit, alike: bool) -> tuple[int, int] | None:
    """Where the last question has what another could stand for: the same kind of thing, else any name."""
    same = [unit for unit in last.units if unit.kind == new.kind and unit.kind != "word"]
    if not same and new.kind in ("name", "place") and not alike:
        same = [unit for unit in last.units if unit.kind in ("name", "place")]
    if not same:
        return None
    text = referents.bare(same[0].text)
    match = re.search(rf"{re.escape(text)}(?:-\w+)*", last.text)
    return match.span() if match else None


def _other_count(last: str, rest: str, ask: str) -> str | None:
    """The question of the number of something else: "And how many drones?"."""
    new = parse(f"of {rest}").units
    if not new or any(unit.kind != "word" for unit in new) or set(rest.casefold().split()) & AUXILIARIES:
        return None
    old = re.match(rf"{ask}\s+", last, re.IGNORECASE)
    asked = parse(last)
    thing = asked.counted or ((asked.asked,) if asked.asked else ())
    if (
        not old
        or not thing
        or not last[old.end() :].startswith(
            (thing[0].text, asked.counted_of.text if asked.counted_of else thing[0].text)
        )
    ):
        return None
    end = last.find(thing[0].text, old.end()) + len(thing[0].text)
    return f"{last[: old.end()]}{rest}{last[end:]}" if content(last[end:]) else None


# --- a question word alone ------------------------------------------------------------------------

_BARE = re.compile(
    r"^\W*(?:and |but |so )*(?P<wh>(?:(?:since|until|from|by|with|to|for|in|at|of|under|against) )?(?:why"
    r"|when|where|how|who|whom"
    r"|how many|how much|how long|how often|how far|how come|what for|why not|which one|what)"
    r"|according to whom?|says who)(?: (?:exactly|so|then|though|precisely))*"
    r"[\s?!.]*$",
    re.IGNORECASE,
)
_AUX = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
_YES_NO = re.compile(rf"^(?P<rest>{_AUX}\b.*?)[\s?!.]*$", re.IGNORECASE)
_ADVERB = re.compile(rf"^(?:why|when|where|how) (?P<rest>{_AUX}\b.*?)[\s?!.]*$", re.IGNORECASE)
_ADVERBS = ("why", "when", "where", "how", "how long", "how often", "since when", "until when")
_LED = ("with ", "to ", "for ", "from ", "by ", "against ", "in ", "at ", "under ", "of ")
# "What sanctions did the US announce?"
_OBJECT = re.compile(
    r"^(?:what|which|how many|how much) (?P<object>[\w' -]+?)"
    r" (?P<rest>(?:do|does|did|has|have|had|will) .+?)[\s?!.]*$",
    re.IGNORECASE,
)
_PREPOSITIONS = re.compile(r"\b(?:in|on|at|to|from|with|for|by|against|of|into|about)\b", re.IGNORECASE)


def _bare_wh(asked: str, turns: Sequence[Turn]) -> str | None:
    """A question word alone put to the last question: "Why?" after "Did the governor resign?"."""
    match = _BARE.match(asked)
    if not match:
        return None
    last = turns[-1].question
    opening = match["wh"][0].upper() + match["wh"][1:]
    if match["wh"].casefold() in _ADVERBS or match["wh"].casefold().startswith(_LED):
        rest = _YES_NO.match(last) or _ADVERB.match(last)
        if rest:
            return f"{opening} {rest['rest'][0].lower()}{rest['rest'][1:]}?"
        of = _OBJECT.match(last)
        if of and not _PREPOSITIONS.search(of["rest"]):
            return f"{opening} {of['rest']} {of['object']}?"
    return _in_brackets(asked, _spoken_of(turns[-1]))


_WHO = re.compile(r"^(?:and |but |so )*who\s+(?P<rest>(?!\w*n't\b).+)$", re.IGNORECASE)
_WHAT_IS = re.compile(r"^(?:what|who|which)(?:['’]s| is| are| was| were) (?P<rest>.+)$", re.IGNORECASE)
_STARTS = re.compile(
    rf"^(?:(?:in|on|at|from|to|by|with|of|for|since) )?(?:who(?:m|se)?|what|which|when|where|why|how"
    rf"|{_AUX})\b",
    re.IGNORECASE,
)


_IN_BRACKETS = re.compile(r"^(.+?) \((.+)\)$")


def _spoken_of(turn: Turn) -> str:
    """What a turn was about: "Elin Storm resigned" after "Who resigned?"; else its question or its topic."""
    question = turn.question.rstrip(_EDGE)[:_LONGEST]
    told = _IN_BRACKETS.match(question)
    if told:  # itself a question that leaned on what stands in its brackets
        outer, inner = told.groups()
        return inner if says_nothing(leaning(outer)) else f"{outer[0].lower()}{outer[1:]}, {inner}"
    topic = request(question).topic
    if topic:
        return topic
    who = _WHO.match(question)
    if who and who["rest"].split()[0].casefold() not in AUXILIARIES:
        named = referents.answered_person(turn)
        if named:
            return f"{named} {who['rest']}"
    what = _WHAT_IS.match(question)
    if what and content(what["rest"]):
        return what["rest"]
    return question[0].lower() + question[1:] if _STARTS.match(question) else question


def _in_brackets(text: str, said: str) -> str:
    own = {word.term for word in content(text)}
    inside = content(said)
    new = next((index for index, word in enumerate(inside) if word.term not in own), None)
    if new is None:
        return text
    if new:  # what the question says itself is not said again
        said = said[inside[new - 1].end :].strip()
    return f"{text.rstrip(_EDGE)} ({said})?"


# --- pronouns and pointing words ------------------------------------------------------------------

_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_LAST_WORD = re.compile(r"\b(?:he|she|him|her|hers)\W*$", re.IGNORECASE)
_THERE = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )(?<!\bhas )(?<!\bhave )(?P<to>\b(?:from|to|nea"
    r"r|in|around|over|out|up|down) )?\bthere\b"
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
    named = time_expressions(turns[-1].question, _ANY_DAY)
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
    if lean["it"]:
        asked = referents.asked_thing(turns[-1])
        thing = referents.answered_thing(turns[-1]) or (asked and f"the {asked}")
        return _with_pronoun(question, thing, plural=False) if thing else question
    match = _DEFINITE.search(question)
    if match and lean["things"] <= _FEW and turns[-1].answer:
        named = referents.definite(match["noun"], turns[-1])
        if named and (named[0].isupper() or not lean["names"]):
            return question[: match.start()] + named + question[match.end() :]
    return question


_FEW = 3
_HOW_MANY = re.compile(
    r"^(?P<ask>\W*(?:and |but |so )*how many)(?P<of> of (?:them|these|those))?(?= (?:is|are|was|were|do|di"
    r"d|have|has|had|will|would|could|can)\b)",
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
    if _SAID_THAT.search(text):
        return True
    return _ALL.search(text) is not None and leaning(text)["things"] <= _FEW - 1


_IT = re.compile(r"\b(?:(?P<whose>its)|it(?P<is>['’]s)?)\b(?!['’])", re.IGNORECASE)
_THEY = re.compile(r"\b(?:(?P<whose>theirs?)|they|them)(?P<is>['’]re)?\b", re.IGNORECASE)
_ONES = re.compile(r"\b(?:this|that|these|those)\b(?=\W*$)", re.IGNORECASE)


def _with_phrase(text: str, phrase: Phrase, lean: Mapping[str, float]) -> str:
    """A question with a phrase of an earlier one in the place of a pronoun, else in brackets after it."""
    if lean["it"] or lean["they"]:
        return _with_pronoun(text, _with_article(phrase), plural=not lean["it"], many=phrase.plural)
    pointing = _ONES.search(text)
    if pointing:
        return text[: pointing.start()] + _with_article(phrase) + text[pointing.end() :]
    longer = _completed(text, phrase)
    return longer or _in_brackets(text, phrase.text)


def _with_article(phrase: Phrase) -> str:
    return f"the {phrase.text}" if phrase.definite else phrase.text


_IS = re.compile(r"\b(is|was|does) $", re.IGNORECASE)


def _with_pronoun(text: str, thing: str, *, plural: bool, many: bool = False) -> str:
    match = (_THEY if plural else _IT).search(text)
    if match is None:
        return _in_brackets(text, thing)
    ending = "’s" if match["whose"] else " are" if match["is"] and plural else " is" if match["is"] else ""
    if ending == "’s" and thing.endswith("s"):
        ending = "’"
    before = text[: match.start()]
    if many:  # "Is it free?" of the clouds: "Are the clouds free?"
        before = _IS.sub(
            lambda verb: {"is": "are", "was": "were", "does": "do"}[verb[1].casefold()] + " ", before
        )
    return f"{before}{thing}{ending}{text[match.end() :]}"


def _completed(text: str, phrase: Phrase) -> str | None:
    """The question with its one word of a phrase written out: "the Wall" as "the Great Wall of China"."""
    shared = [word for word in content(text) if word.term in phrase.terms]
    if len(shared) != 1:
        return None
    start, end = shared[0].start, shared[0].end
    if shared[0].term not in (phrase.terms[0], phrase.terms[-1]):
        return None
    following = re.match(r"['’]s\b", text[end - 2 : end])
    return f"{text[:start]}{phrase.text}{'’s' if following else ''}{text[end:]}"
