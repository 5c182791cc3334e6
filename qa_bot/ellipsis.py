"""Questions that are put to the last one: "And in December?", "What about Germany?", "Why?"."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from qa_bot import referents
from qa_bot.dates import time_expressions
from qa_bot.leaning import AUXILIARIES, content, ends_phrase, leaning, noun_phrases
from qa_bot.lexicon import adjectives
from qa_bot.question import Question, Unit, parse
from qa_bot.requests import request
from qa_bot.text import words
from qa_bot.types import Turn

_EDGE = " ?!.…"
_LONGEST = 600  # characters looked at of a question
# Any day will do where only the place of a time in a question matters.
ANY_DAY = datetime.date(2024, 6, 12)

# --- the last question about something else -------------------------------------------------------

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
# "And according to the Pentagon?"
_ACCORDING = re.compile(r",?\s*\baccording to [^,?!]+", re.IGNORECASE)


def swapped(asked: str, turns: Sequence[Turn]) -> str | None:
    """The last question with what this one names in the place of its like; None for any other question."""
    last = turns[-1].question
    about = _WHAT_ABOUT.match(asked) or _AND.match(asked)
    rest = about["rest"] if about else ""
    if not rest or _QUESTION_WORD.match(rest):
        counted = _COUNT.match(asked)
        return _other_count(last, counted["rest"], counted["ask"]) if counted else None
    if len(rest.split()) > _MOST_SWAPPED:
        return None
    if rest[:3].casefold() == "to " and _ACCORDING.search(last):
        rest = f"according {rest}"
    if _ACCORDING.match(rest):
        return f"{_ACCORDING.sub('', last).rstrip(_EDGE)} {rest}?"
    again = (
        _other_time(last, rest)
        or _other_thing(last, rest, alike=True)
        or _other_count(last, rest, r"how (?:many|much)")
    )
    if not again and len(turns) > 1:
        # "What about France?" after something else: of the question before that, when it has the like.
        again = _other_thing(turns[-2].question, rest, alike=True)
    return again or _other_thing(last, rest)


def _other_time(last: str, rest: str) -> str | None:
    """The question of another time: its own time replaced, or the new one added at its end."""
    times = time_expressions(rest, ANY_DAY)
    if not times or not _LEADS.fullmatch(rest[: times[0].start]) or rest[times[-1].end :].strip():
        return None
    old = time_expressions(last, ANY_DAY)
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
    if len(new) > 1 and new[-1].kind == "name" and rest.endswith(new[-1].text):
        new = new[-1:]  # "What about Chancellor Scholz?": all of it stands for the name
    extra = {unit.terms for unit in new[1:]} - {unit.terms for unit in old.units}
    if not new or extra or any(unit.kind != "word" for unit in new[1:]):
        return None
    preposition = _PREPOSITION.match(rest)
    target = _counterpart(old, new[0], preposition["word"] if preposition else "", alike)
    if target is None:
        # "And in Kursk?" after a question that names no place.
        added = preposition and not alike and new[0].kind in ("place", "name")
        return f"{last.rstrip(_EDGE)} {rest}?" if added else None
    written = rest[preposition.end() :] if preposition else rest
    if len(new) > 1:  # "What about German aid?" after a question about aid
        written = new[0].text
    start, end = target
    if last[start:end] in _demonyms(old):  # "the French minister"
        if len(new) == 1 and new[0].terms in adjectives():
            return last[:start] + adjectives()[new[0].terms] + last[end:]
        whole = [phrase for phrase in noun_phrases(last) if phrase.start <= start and end <= phrase.end]
        start, end = (whole[0].start, whole[0].end) if whole else target
    article = re.search(r"\bthe\s+$", last[:start], re.IGNORECASE)
    following = words(last[end : end + _WORD])
    goes_on = bool(following) and not ends_phrase(following[0])  # "the Kursk region"
    if article and new[0].kind in ("place", "name") and not goes_on:  # "the US" has one, "Hungary" has none
        start = article.start()
    return last[:start] + written + last[end:]


_WORD = 40  # characters in which the next word stands


def _demonyms(question: Question) -> set[str]:
    """The words of a question for what is of a country: "French"."""
    return {unit.text for unit in question.units if unit.kind == "place" and not referents.is_place(unit)}


def _counterpart(last: Question, new: Unit, preposition: str, alike: bool) -> tuple[int, int] | None:
    """Where the last question has what another could stand for: the same kind of thing, else any name.

    Of several the first after the same preposition, else the first that is no adjective.
    """
    same = [unit for unit in last.units if unit.kind == new.kind and unit.kind != "word"]
    if not same and new.kind in ("name", "place") and not alike:
        same = [unit for unit in last.units if unit.kind in ("name", "place")]
    led = re.compile(rf"\b{preposition}\s+(?:the\s+)?$", re.IGNORECASE)
    spans = []
    for unit in same:
        match = re.search(rf"{re.escape(referents.bare(unit.text))}(?:-\w+)*", last.text)
        if match:
            after = bool(preposition and led.search(last.text[: match.start()]))
            spans.append((not after, unit.kind == "place" and not referents.is_place(unit), match.span()))
    return min(spans, key=lambda item: item[:2])[2] if spans else None


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


def question_word(asked: str, turns: Sequence[Turn]) -> str | None:
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
    return in_brackets(asked, spoken_of(turns[-1]))


_WHO = re.compile(r"^(?:and |but |so )*who\s+(?P<rest>(?!\w*n't\b).+)$", re.IGNORECASE)
_WHAT_IS = re.compile(r"^(?:what|who|which)(?:['’]s| is| are| was| were) (?P<rest>.+)$", re.IGNORECASE)
_STARTS = re.compile(
    rf"^(?:(?:in|on|at|from|to|by|with|of|for|since) )?(?:who(?:m|se)?|what|which|when|where|why|how"
    rf"|{_AUX})\b",
    re.IGNORECASE,
)


_IN_BRACKETS = re.compile(r"^(.+?) \((.+)\)$")


def spoken_of(turn: Turn) -> str:
    """What a turn was about: "Elin Storm resigned" after "Who resigned?"; else its question or its topic."""
    question = turn.question.rstrip(_EDGE)[:_LONGEST]
    told = _IN_BRACKETS.match(question)
    if told:  # itself a question that leaned on what stands in its brackets
        outer, inner = told.groups()
        return inner if leaning(outer).bare else f"{outer[0].lower()}{outer[1:]}, {inner}"
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


def in_brackets(text: str, said: str) -> str:
    """A question followed by what was spoken of, as far as it does not say that itself."""
    own = {word.term for word in content(text)}
    inside = content(said)
    new = next((index for index, word in enumerate(inside) if word.term not in own), None)
    if new is None:
        return text
    if new:  # what the question says itself is not said again
        said = said[inside[new - 1].end :].strip()
    return f"{text.rstrip(_EDGE)} ({said})?"
