"""What a reader wants: one fact, or an overview of a topic, of an article, of what is new, of what happened when.

Plain patterns over the whole question. A question that asks for one thing ("What happened to the ferry?",
"What is the latest death toll?") stays a question for a fact: when in doubt, it is one.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from typing import Literal

from qa_bot.dates import TimeExpression, time_expressions
from qa_bot.text import terms

Kind = Literal["fact", "summary", "topic", "newest", "timeline"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted, and of what.

    Attributes:
        kind: ``fact`` for every question that does not ask for an overview.
        topic: the question's own words for what the overview is to be of; "" for all articles, and for facts.
        leans: whether only what was said before tells of what: "Tell me about it", "Summarise".
        newest: how many of the newest articles are wanted and nothing else; 0 for no such number.
        language: the language that the overview was to be in: "Summarise in French".
    """

    kind: Kind
    topic: str = ""
    leans: bool = False
    newest: int = 0
    language: str = ""


_FACT = Request("fact")
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_NEWEST_ONES = re.compile(
    r"(?:(?:the|your|our|that|this) )?(?:(?:very )?(?:newest|latest|most recent|last)"
    r"(?: (?P<many>\d{1,2}|two|three|four|five|six|ten))?|(?P<before>\d{1,2}|two|three|four|five|six|ten)"
    r" (?:newest|latest|most recent|last)) (?:news )?(?P<noun>articles?|stor(?:y|ies)|reports?|texts?|pieces?)",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"[\s,]+(?:(?:in|into|to) (?P<language>Arabic|Bulgarian|Chinese|Mandarin|Czech|Danish|Dutch|Finnish|French|German"
    r"|Greek|Hebrew|Hindi|Hungarian|Italian|Japanese|Korean|Norwegian|Persian|Polish|Portuguese|Romanian"
    r"|Russian|Spanish|Swedish|Turkish|Ukrainian|Urdu|Vietnamese)|in (?:plain |simple )?English)\s*$",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*\(([^()]+)\)[\s?!.]*$")

# --- the words that requests are made of ----------------------------------------------------------

_BEFORE = re.compile(
    r"(?:(?:hi|hello|hey|so|and|ok|okay|now|well|also|then|please|kindly|just)\b[\s,.!:]*|(?:can|could|would|will) you(?: please| kindly| just)?\s+"
    r"|i(?:'d| would)? (?:like|love|want|need)(?: you)?(?: to (?:have|get|see|read))?\s+(?!to\b)"
    r"|(?:let me have|let's have|may i have|can i have|can i get)\s+)*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:[\s,]*\b(?:please|thanks|thank you|for me|briefly|quickly|in short|in brief|in a nutshell|as bullet points"
    r"|in bullet points|if you (?:can|could|would)|(?:in|with|using) (?:(?:no|not) more than |about |around |at most |up to |under |only |just )?"
    r"(?:a (?:few|couple of)|\d+|one|two|three|four|five|six|ten|\w+ty)(?: short| simple)?"
    r" (?:words?|sentences?|lines?|points?|paragraphs?)))+[\s?!.…]*$",
    re.IGNORECASE,
)
_ELSE = re.compile(r"^what (?:else|more)\b", re.IGNORECASE)
_ON = r"(?:about|on|of|for|in|from|with|at|into|around|behind|regarding|concerning|covering|surrounding)"
_ABOUT = r"(?:about|on|regarding|concerning)"
_OF = rf"(?:\s+{_ON}\s+(?P<topic>.+))?"
_ARTICLE = r"(?:articles?|stor(?:y|ies)|texts?|pieces?|documents?|files?|news|coverage|reporting)"
_REPORTERS = (
    r"(?:articles?|stories|story|news(?: stories| reports| articles| outlets)?|press|papers|newspapers|media|sources"
    r"|reports|texts?|documents|coverage|outlets|publishers|journalists)"
)
_THESE = r"(?:(?:the|this|that|these|those|your|my|our|all|all of|any|different|various)\s+)"
_GIVE = (
    r"(?:(?:give|get|show|write|make|draw|build|provide|offer|prepare|send|create|produce|compile|tell|list"
    r"|put together)(?: me| us)?\s+)?(?:(?:a|an|the|some|your|its)\s+)?"
    r"(?:(?:quick|short|brief|general|rough|concise|full|good|executive|complete|detailed|very|little|simple)\s+)*"
)
_IS_THE = r"what(?:'s| is| are| were| was)\s+(?:the\s+)?(?:overall\s+)?"
_DIGEST = r"(?:summar(?:y|ies)|overview|recap|digest|round-?up|run-?down|run-?through|synopsis|gist|wrap-?up|short version|big picture)"
_POINTS = (
    r"(?:(?:main|key|most important|essential|central|top|salient|biggest)"
    r" (?:points|facts|takeaways|messages?|findings|news|stories|story|headlines|themes|topics|subjects|things)"
    r"|highlights|headlines|essentials|takeaways)"
)
_NEWS = r"(?:news|developments?|updates?|headlines|information|info|stories|articles|reports|events|state of play|situation|status)"
_LATEST = r"(?:latest|newest|most recent|recent|new|current)"
_CHRONICLE = (
    r"(?:time-?\s?line|chronology|(?:sequence|order|course|chain) of events|chronological"
    r" (?:order|list|overview|summary|account)(?: of (?:the )?(?:main |key )?events)?)"
)
_EVENTS = r"(?:(?:the|all|main|key|major|most important|important)\s+)*(?:events|developments|dates)"
_IN_ORDER = (
    r"(?:in (?:chronological |the right |date |time )?order|chronologically|by date|day by day|step by step)"
)
_PERFECT = r"what(?:'s| has| have) (?:happened|been happening|been going on|occurred|gone on)"
_RECENTLY = (
    r"(?P<topic>(?:(?:with|in|on|at|around|to)\s+.+?\s+)?(?:since\b.+|lately|recently|so far|today|this week|this month"
    r"|(?:in|over|during) the (?:last|past) .+))"
)
_TIME_ALONE = (
    r"(?P<when>(?:since|after|before|on|in|during|over|between|from|at)\s.+|yesterday|today|tonight|lately|recently"
    r"|(?:last|this|the past|the last)\s.+)"
)
# A topic before its noun, "Kursk summary": a few words, and no question's.
_NAMED = (
    r"(?!(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|am|do|does|did|has|have|had|can|could|will|would"
    r"|should|may|must|if|the|an?|any|some|no|good|bad|great|fake|breaking|thanks|please|that|this|it|i|we|you|he|she"
    r"|they|your|my|our|his|her|their|latest|newest|most|recent|current|summari[sz]e|explain|sign|follow|send|share|read|watch|give|tell|show|get|got|wrote|in|on|at|of|for|with)\b)"
    r"[\w'-]+(?: [\w'-]+){0,3}"
)

# Each pattern is held against the whole question, without what is polite around it.
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    # What happened when
    ("timeline", rf"{_GIVE}{_CHRONICLE}{_OF}"),
    ("timeline", r"(?:time-?line|chronology)\s?[:,-]\s*(?P<topic>.+)"),
    ("timeline", rf"{_IS_THE}{_CHRONICLE}(?:\s+(?:of|in|behind|around|surrounding|leading (?:up )?to)\s+(?P<topic>.+))?"),
    ("timeline", rf"{_GIVE}(?P<topic>(?!(?:who|what|when|where|why|how|which|is|are|was|were|do|does|did|has|have)\b)[^?]+?)"
                 r"\s+(?:time-?line|chronology)"),
    ("timeline", r"what happened,? (?:and )?when(?:,? (?:in|during|with|to|on|at|around)\s+(?P<topic>.+))?"),
    ("timeline", r"when did what happen(?: (?:in|during|with|to|on|at|around)\s+(?P<topic>.+))?"),
    ("timeline", rf"what (?:has )?happened(?:,? (?:in|during|with|to|on|at|around)\s+(?P<topic>.+?))?,? "
                 rf"(?:and when|and in (?:what|which) order|in (?:what|which) order|{_IN_ORDER})"),
    ("timeline", r"in what order(?: (?:did|do|does|have|has|had|were|was|are)(?P<topic>\s.+?)"
                 r"(?: happen(?:ed)?| occur(?:red)?| take place| taken place| unfold(?:ed)?| come about)?)?"),
    ("timeline", r"in which order (?:did|have|has|had)(?P<topic>\s.+?)"
                 r" (?:happen(?:ed)?|occur(?:red)?|take place|taken place|unfold(?:ed)?)"),
    ("timeline", r"how (?:did|has|have|had)\s(?P<topic>.+?) (?:unfold(?:ed)?|play(?:ed)? out)(?: so far| over time)?"),
    ("timeline", rf"{_GIVE}{_EVENTS}(?:\s+{_ON}\s+(?P<topic>.+?))?,? {_IN_ORDER}"),
    ("timeline", rf"{_GIVE}(?:key|main|most important|important|major) (?:events|dates){_OF}"),
    ("timeline", rf"{_IS_THE}(?:key|main|most important|important|major) (?:events|dates)"
                 r"(?:\s+(?:of|in|around|during|leading up to)\s+(?P<topic>.+))?"),
    ("timeline", r"(?:list|order|arrange|name) (?:(?:all|the|main|key)\s+)*events(?:\s+(?:of|in|about|on|around|during)"
                 r"\s+(?P<topic>.+))?"),
    ("timeline", r"(?:trace|retrace|chronicle)\s+(?P<topic>.+)"),
    ("timeline", rf"(?:what happened|{_PERFECT})\s+{_TIME_ALONE}"),
    # What is new
    ("newest", r"what(?:'s| is| has been) (?:new|the latest|the newest|latest|happening|going on)"
               rf"(?:\s+{_NEWS}(?: of)?)?"
               r"(?:(?:\s+(?:on|about|with|in|at|around|regarding|concerning|from|over|for)\s+(?P<topic>.+))"
               r"|(?P<when>\s+(?:since|after|today|lately|recently|this week|this month|now|right now)\b.*))?"),
    ("newest", r"what(?:'s| is) up with\s+(?P<topic>.+)"),
    ("newest", rf"{_GIVE}(?:today's|(?:this week|this month)'s)\s+(?:news|headlines|stories)"),
    ("newest", rf"what(?:'s| is| are| were) (?:the |today's )?{_LATEST} {_NEWS}{_OF}"),
    ("newest", r"what(?:'s| is| are) (?:the |today's )?(?:news|headlines)(?:\s+(?:about|on|in|from|of|with)\s+(?P<topic>.+))?"),
    ("newest", rf"{_GIVE}{_LATEST}\s+{_NEWS}{_OF}"),
    ("newest", rf"{_GIVE}(?:latest|newest)(?:\s+(?:on|about|from|in|regarding|concerning)\s+(?P<topic>.+))"),
    ("newest", rf"{_GIVE}(?:latest|newest|most recent)\s+(?P<topic>[\w' -]+?)\s+(?:news|developments|updates|headlines)"),
    ("newest", rf"{_GIVE}(?:status )?(?:news|updates?)(?:\s+(?:about|on|from|regarding|concerning)\s+(?P<topic>.+))?"),
    ("newest", r"(?:is there |are there |do you have |have you got )?(?:any|some)\s?(?:news|updates?|new developments|developments"
               r"|thing new)(?:\s+(?:about|on|from|in|with|regarding)\s+(?P<topic>.+))?"),
    ("newest", r"(?:update|catch|bring|get|fill) (?:me|us)(?: up| in)?(?: to (?:date|speed))?"
               r"(?:\s+(?:on|about|with)\s+(?P<topic>.+))?"),
    ("newest", rf"{_PERFECT}\s+{_RECENTLY}"),
    ("newest", rf"what (?:did|have|'ve) (?:i|we) miss(?:ed)?(?:\s+{_RECENTLY})?"),
    ("newest", r"what (?:did|have|'ve) (?:i|we) miss(?:ed)?\s+(?:about|on|in|from)\s+(?P<topic>.+)"),
    # A summary
    ("summary", r"tl;?\s?dr(?:[\s:,-]+(?:(?:of|for|on|about)\s+)?(?P<topic>.+))?"),
    ("summary", r"(?:summari[sz]e|sum up|recap|brief (?:me|us)|condense|outline|wrap up)(?: for (?:me|us))?"
                r"(?:\s*:?\s+(?:on\s+|about\s+)?(?P<topic>.+))?"),
    ("summary", r"sum\s+(?P<topic>.+)\s+up"),
    ("summary", r"(?:summary|overview|recap|digest)\s?[:,-]\s*(?P<topic>.+)"),
    ("summary", rf"{_GIVE}(?:{_DIGEST}|{_POINTS}|brief(?:ing)?){_OF}"),
    ("summary", rf"{_IS_THE}{_DIGEST}{_OF}"),
    ("summary", rf"{_IS_THE}{_POINTS}(?: here| today)?"
                rf"(?:\s+{_ON}\s+(?P<topic>{_THESE}*{_ARTICLE}\b.*))?"),
    ("summary", rf"what (?:is|are|was|were)\s+(?P<topic>{_THESE}+{_ARTICLE})(?: all| mainly| mostly)? about"),
    ("summary", rf"what (?:(?:topics|subjects|stories|events) )?(?:do|does)\s+(?P<topic>{_THESE}+{_ARTICLE})"
                r" (?:cover|deal with|talk about|discuss|say|contain|tell|report|describe)(?: us| me)?"),
    # A topic
    ("topic", rf"what (?:do|does|did|have|has|can|could)\s+{_THESE}*(?:[\w-]+\s+)?{_REPORTERS}\s+"
              r"(?:say|tell|report|write|know|mention|state|have to say|have|said|written|reported|told|contain|reveal)"
              rf"(?: us| me)?(?: so far)?\s+(?:of|{_ABOUT})\s+(?P<topic>.+)"),
    ("topic", r"what(?:'s| is| are| has been| have been)(?: (?:currently|already|so far|being|been|generally|publicly|there))*"
              r"(?: (?:known|reported|written|said|told|there|to know))+(?: (?:so far|to date|publicly|yet))?"
              rf"(?: in {_THESE}?(?:articles|news|press|media|papers|reports|sources))?\s+(?:of|{_ABOUT})\s+(?P<topic>.+)"),
    ("topic", r"what (?:do|does|can|could|have)\s+(?:we|you|i)(?: already| currently| actually)?"
              r" (?:know|have|got|say|tell(?: me| us)?|learn|find(?: out)?|read)(?: so far)?"
              rf"\s+(?:of|{_ABOUT})\s+(?P<topic>.+)"),
    ("topic", r"(?:tell|inform|educate)(?: me| us)?(?: (?:some )?(?:more|all|everything|anything|something|a (?:bit|little)(?: more)?"
              rf"|briefly|what (?:you|we) (?:know|have)))*\s+{_ABOUT}\s+(?P<topic>.+)"),
    ("topic", r"(?:(?:i (?:want|need|would like|'d like) )?to )?(?:know|learn|hear|read|understand|find out)"
              rf" (?:some )?(?:more|all|everything|something|a bit(?: more)?)\s+{_ABOUT}\s+(?P<topic>.+)"),
    ("topic", r"(?:show|give|get|find|search|look up|list)(?: (?:me|us))?(?: for)?(?: (?:the|some|all|any|more))*"
              r" (?:everything|anything|something|more|info|information|facts|details|articles?|stories|coverage|reports"
              rf"|background)\s+{_ABOUT}\s+(?P<topic>.+)"),
    ("topic", r"(?:is there |are there |do you have |have you (?:got )?)?(?:some |any |all |more )?(?:everything|anything|something"
              r"|info|information|background|articles|stories|coverage|facts|more)(?: (?:you (?:know|have)|there is|known))?"
              rf"\s+{_ABOUT}\s+(?P<topic>.+)"),
    # Named first: "Kursk summary", "Ukraine latest"
    ("newest", rf"(?P<topic>{_NAMED})\s+(?:latest|(?:latest )?(?:news|updates?|developments|headlines))"),
    ("summary", rf"(?P<topic>{_NAMED})\s+(?:summary|overview|recap|digest|round-?up|in brief)"),
)  # fmt: skip
_REQUESTS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)

# --- what a topic may not be, and what is no part of it -------------------------------------------

# "What is known about who paid?" and "Tell me about the number of the dead" want one fact.
_ASKS_FACT = re.compile(
    r"\b(?:who|whom|whose|when|where|why|how|which|whether|what|if)\b"
    r"|\b(?:number|amount|names?|price|cost|age|date|percentage|share|size|length|salary) of\b",
    re.IGNORECASE,
)
_AGENCY = re.compile(r"\bWHO\b")  # the World Health Organization
_HAPPENED = re.compile(
    r"^(?:what (?:has |have )?(?:happened|happens|is happening|went on|is going on)|the (?:events?|story|situation)|how things (?:went|stand))"
    r"(?:\s+(?:in|to|with|on|at|during|around|of)\s+|$)",
    re.IGNORECASE,
)
_ONGOING = re.compile(r"\b(?:is|'s) (?:happening|going on)\b", re.IGNORECASE)  # "on Monday": what is planned
_COMING = re.compile(
    r"\b(?:tomorrow|(?:next|coming) (?:\w+ )?(?:\w+day|days?|weeks?|weekend|months?|years?"
    r"|spring|summer|autumn|winter|January|February|March|April|May|June|July|August|September|October|November"
    r"|December))\s*$",
    re.IGNORECASE,
)
_UP_TO_NOW = re.compile(
    r"^since\b|\b(?:since [^,]+|so far|today|lately|recently|now|this (?:week|month|year)|(?:last|past) .+)$",
    re.IGNORECASE,
)
_TWO_SENTENCES = re.compile(r"[?!;]\s+\S|\w{4}\.\s+\S|\s[-–—]\s")
_MOST_WORDS = 16
_ALL = re.compile(
    r"^(?:(?:all|each|every|any|both|most|some)\s+(?:of\s+)?)?"
    r"(?:(?:the|this|that|these|those|your|my|our|recent|latest|newest|most recent|new|current|main|whole|entire"
    r"|available|following|world|today's|yesterday's|(?:this|last) (?:week|month)'s|\d+|two|three|four|five|ten)\s+)*"
    r"(?:news\s+)?(?:articles?|stor(?:y|ies)|reports?|texts?|pieces?|news|documents?|files?|coverage|reporting|index"
    r"|collection|everything|headlines|events|situation|developments|happenings|content|information|things?|it all|all)\b"
    r"(?!['’-])(?:\s+of the day)?(?:\s+(?:from|in|by) (?:the|this|your) (?:index|collection|articles))?"
    r"(?:\s*$|\s+(?:about|on|of|in|from|for|with|regarding|concerning|around|surrounding|covering|by"
    r"|that (?:mention|deal with|speak of|are about))\s+|\s+(?=(?:since|after|before|between|this|last|yesterday|today)\b))",
    re.IGNORECASE,
)
_TIME_OF = re.compile(r"\b(today|yesterday|(?:this|last) (?:week|month))['’]s\b", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:he|she|it|they|him|her|his|hers|its|their|them|theirs|this|that|these|those|there)\b",
    re.IGNORECASE,
)
_PRONOUN_ALONE = re.compile(
    r"^(?:he|she|it|they|him|her|them|this|that|these|those|there|here|me|us)$",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:in|on|with|at|around|to|of)\s+", re.IGNORECASE)
_WHOLE = re.compile(
    r"\b(?:articles|stories|reports|texts|news|documents|files|index|everything|headlines)\b", re.IGNORECASE
)
_EDGE = " \t\"'“”‘’.,;:!?…()-"
_LONGEST = 300  # characters: a request is short, and the patterns need not be quick on more
_ANY_DAY = datetime.date(2024, 6, 12)


def request(question: str) -> Request:
    """What a question asks for.

    Args:
        question: the reader's words; a question that leans on earlier ones may come with their words in
            brackets, as `rewrite.standalone` puts them there.
    """
    text = " ".join(question.replace("’", "'").split())
    if len(text) > _LONGEST:
        return _FACT
    said = _IN_BRACKETS.search(text)
    if said:
        asked = request(text[: said.start()])
        topic = f"{asked.topic} {said[1]}".strip()
        return _FACT if asked.kind == "fact" else Request(asked.kind, topic)
    bare = text[_end_of(_BEFORE, text) :].rstrip(" ?!.…")
    bare = _ELSE.sub("what", _AFTER.sub("", bare))
    language = _LANGUAGE.search(bare)
    if language:
        asked = _asked(bare[: language.start()])
        return replace(asked, language=language["language"] or "") if asked.kind != "fact" else _FACT
    return _asked(bare)


def _asked(bare: str) -> Request:
    """What a question without what is polite around it asks for."""
    for kind, pattern in _REQUESTS:
        match = pattern.fullmatch(bare)
        if match:
            groups = match.groupdict(default="")
            if groups.get("when") and not _is_time(groups["when"]):
                continue  # "What happened in Kursk?" may want one fact; "What happened in May?" can't
            return _request(kind, bare, groups.get("topic") or groups.get("when") or "")
    return _FACT


_AGAIN = re.compile(
    r"(?:(?:and|but|or|so|ok|okay|now)\b[\s,]*)*(?:(?:what|how) about|and)\s+(?P<topic>[^?!]+?)[\s?!.]*",
    re.IGNORECASE,
)


def other_topic(question: str) -> str | None:
    """What a question names for the last one to be asked of: "And Berg?", "What about Berg?"; else None."""
    match = _AGAIN.fullmatch(" ".join(question.split())[:_LONGEST])
    return match["topic"] if match and not _ASKS_FACT.search(match["topic"]) else None


def put_to(last: str, topic: str) -> str | None:
    """A request for an overview with another topic in place of its own; None for what is no such request."""
    before = request(last).topic
    return last.replace(before, topic) if before and before in last else None


def _is_time(words: str) -> bool:
    """Whether words are a time and nothing else."""
    return not narrowed(words, _ANY_DAY)[0]


def _end_of(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0


def _request(kind: Kind, text: str, topic: str) -> Request:
    of = _HAPPENED.sub("", topic.strip(_EDGE))
    some = _newest(of)
    if some:
        return Request(kind, newest=some)
    asks = _ASKS_FACT.search(_AGENCY.sub("", of))
    scheduled = kind == "newest" and bool(_COMING.search(of))
    if _ONGOING.search(text) and of and not _UP_TO_NOW.search(of):
        _, period, named = narrowed(of, _ANY_DAY)
        scheduled = scheduled or (period is not None and named is not None and named.relative)
    if asks or scheduled or _TWO_SENTENCES.search(topic) or len(of.split()) > _MOST_WORDS:
        return _FACT
    cleaned = _cleaned(of)
    time = _TIME_OF.search(text)
    if time and time[0] not in cleaned:
        cleaned = f"{cleaned} {time[1]}".strip()
    if cleaned:
        return Request(kind, cleaned, leans=bool(_POINTING.search(cleaned)))
    pointing = bool(_POINTING.search(of))
    if kind == "topic" and not pointing:
        kind = "summary"  # "Tell me about the news"
    return Request(kind, "", leans=pointing or not (_WHOLE.search(text) or kind == "newest"))


def _newest(topic: str) -> int:
    """How many of the newest articles a topic is, when it is nothing else: "the last three articles"."""
    match = _NEWEST_ONES.fullmatch(topic)
    if not match:
        return 0
    many = (match["many"] or match["before"] or "").lower()
    if many:
        return _NUMBERS.get(many) or int(many)
    return 0 if match["noun"].lower().endswith("s") else 1


def _cleaned(topic: str) -> str:
    """A topic without words for the articles themselves; "" for one that is a pronoun alone."""
    for _ in range(3):  # "the main news of all the articles about ..."
        shorter = _ALL.sub("", topic, count=1).strip()
        if shorter == topic:
            break
        topic = shorter
    return "" if _PRONOUN_ALONE.match(topic) else _LEADING.sub("", topic).strip(_EDGE)


# Words that a topic is spoken of with, and that a sentence on it need not have.
LIGHT = frozenset(
    terms(
        "involvement role situation issue topic subject matter affair question case details developments activities"
        " background history progress status crisis saga debate discussion efforts events plans aftermath impact"
    )
)


# --- the time that a topic names ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a topic is narrowed to; None for a side left open."""

    first: str | None
    last: str | None


_WITHIN = re.compile(
    r"(?:\s|^)(?:in|on|during|over|from|within|for|at|of|throughout)(?: the)?\s*$", re.IGNORECASE
)
_THEN = re.compile(r"^\s*(?:in|on|about|with|at|for|of|around|regarding)\s+", re.IGNORECASE)
_NEWLY = re.compile(
    r"(?:^|\s)(?:lately|recently|so far|now|right now|these days|at the moment|currently)$", re.IGNORECASE
)


def narrowed(topic: str, day: datetime.date | None) -> tuple[str, Period | None, TimeExpression | None]:
    """A topic without the time at its end or beginning, and the days that are meant, seen from a day.

    "the ferry since Monday" is the ferry, from that day on; the time in "the October treaty" is a part of
    the topic.

    Args:
        topic: a topic as `request` gives it.
        day: the day of asking; None when it is not known, and no time is read then.

    Returns:
        What is left of the topic, the days, and how they were named; None where no time was named.
    """
    topic = _NEWLY.sub("", topic).strip()
    if day is None:
        return topic, None, None
    for named in reversed(time_expressions(topic, day, tense="past")):
        rest = _without(topic, named)
        if rest is not None:
            first, last = (side.isoformat() if side else None for side in (named.first, named.last))
            return rest, Period(first, last), named
    return topic, None, None


def _without(topic: str, named: TimeExpression) -> str | None:
    """The topic without a time at its end or its beginning; None when that is a part of the topic."""
    before, after = topic[: named.start], topic[named.end :]
    if not after.strip(_EDGE):
        if named.precision == "year" and not (_WITHIN.search(before) or not before.strip()):
            return None  # "the vote 2020"
        return _WITHIN.sub("", before).strip(_EDGE)
    following = _THEN.match(after)
    if not before.strip(_EDGE) and following:
        return after[following.end() :].strip(_EDGE)
    return None
