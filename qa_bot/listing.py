"""Which outlets report something: what a question for a list asks, and which sentences fit.

A list is believed to be right item by item, so what does not clearly fit is left out; and where nothing does,
there is no list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from qa_bot.agreement import figure
from qa_bot.candidates import Candidate
from qa_bot.expansion import Expanded
from qa_bot.lexicon import Phrase, countries, places, stop_terms
from qa_bot.models import word_rarity, word_vectors
from qa_bot.overview import Sentence
from qa_bot.statements import Statement, is_verb
from qa_bot.support import Checker, Source
from qa_bot.text import terms, words
from qa_bot.types import Article, Passage, Span

How = Literal["topic", "figure", "claim"]

_MOST_CHARS = 300
_BEFORE = r"\W*(?:(?:and|so|but|please|ok|okay)\b[\s,]*)*"
_OUTLETS = (
    r"(?:(?:news |media )(?:organi[sz]ations|agencies|sites)|(?:news |media )?(?:outlets|sources)"
    r"|publications|newspapers|papers|publishers|media)"
)
_OFTEN = r"(?:(?:have|had|did|do|also|all)\s+)*"
_ABOUT = (
    r"(?:(?:report(?:ed|ing)?|wr(?:ite|ote|itten))(?: anything)? (?:on|about|of)|cover(?:ed)?|discuss(?:ed)?"
    r"|(?:speak|spoke|spoken|tell|told) (?:of|about)|mention(?:ed)?(?! that\b))"
)
_SAY = r"(?:report(?:ed)?|sa(?:y|id)|mention(?:ed)?|wr(?:ite|ote|itten)|give|gave|tell|told)"
_WHICH_OUTLETS = re.compile(
    rf"{_BEFORE}(?:(?:which|what)(?: of the)?|(?:name|list|show me|tell me)(?: all)? the)"
    rf" (?:(?P<articles>articles|stories|reports)|{_OUTLETS})\s+(?:(?:that|which)\s+)?{_OFTEN}"
    rf"(?:(?P<about>{_ABOUT})|{_SAY}(?P<that>\s+that)?)(?:\s+there (?:are|were|is|was))?\s+"
    r"(?P<topic>[^?!]+?)[\s?!.]*",
    re.IGNORECASE,
)
# What else is asked in it: then it is no plain question for a list.
ASKS = re.compile(
    r"\b(?:who|whom|whose|what|when|where|why|how|which|whether|if|first|last|earliest|most|least|only|best|also"
    r"|differently|otherwise)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
_MEASURE = re.compile(
    r"\s?%|\s?per ?cent\b|\s?(?:hundred|thousand|million|billion|trillion|bn|mn?)\b|[^\W\d]+", re.IGNORECASE
)
_BARE = re.compile(r"\W*\d{1,2}\W*")  # "say 5" says too little
_EXACTLY = frozenset({"", "about", "around", "some"})
# What turns a sentence round, or makes less than a report of it.
TURNS = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|cannot|without|few|hardly|scarcely|barely|rarely|seldom|think\w*|\w+n['’]t|den(?:y|ies|ied|ying|ials?)|refus\w+"
    r"|reject\w*|dismiss\w*|disput\w*|contradict\w*|false\w*|untrue|wrong\w*|mistaken\w*|lie|lies|lied|hoax|rumou?rs?"
    r"|if|unless|whether|unclear|unlikely|may|might|could|would|will|should|must|plan\w*|expect\w*"
    r"|hop(?:e|es|ed|ing)|wish\w*|want\w*|fear\w*|doubt\w*|question\w*|believ\w+|thought|assum\w+|once|supposed\w*|alleged\w*|allegations?"
    r"|threat\w*|promis\w+|propos\w+|almost|nearly|fail\w*|unable|far from|so-called"
    r"|ask\w*|demand\w*|urg\w+|call\w* for)\b",
    re.IGNORECASE,
)
COPULA = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|might)\b", re.IGNORECASE
)
DENIED = re.compile(
    r"\b(?:no|not|never|nor|den(?:y|ies|ied|ying)|disput\w*|reject\w*|false\w*|untrue|wrong\w*|\w+n['’]t)\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"[,;:]\s|\b(?:and|but|while)\b", re.IGNORECASE)
BREAKS = frozenset(
    "but while whereas although though yet who whom which whose because since after before when as until"
    " unless where than".split()
)
_DETERMINERS = frozenset("the a an this that its their his her our my your these those both all".split())
PREPOSITIONS = frozenset(
    "of in at near below above behind by for from to with under around beside beneath on over against about"
    " into between without inside outside".split()
)
_OFFICIALS = frozenset("government authorities army military navy forces troops officials ministry".split())
_POSSESSIVE = re.compile(r"['’]s?$")
_FIGURE_WORDS = 4  # after a figure, in which it says what it counts: "11,000 or so North Korean soldiers"
_APART = 8  # words between those of a topic
_LITERAL = 0.75  # share of a word that its own forms have: "Moscow" for Russia, no synonym


@dataclass(frozen=True, slots=True)
class WhichOutlets:
    """A question for the outlets that report something, or for the articles that do.

    ``topic`` is what they report, in the question's own words; ``how`` says whether it is to be spoken of, is
    a figure, or is a claim that is to be borne out.
    """

    topic: str
    how: How
    articles: bool


def which_outlets(question: str) -> WhichOutlets | None:
    """What is asked of outlets: "Which papers reported on the ferry?"; None for every other question.

    "Which paper ...?" asks for one, which an article may name, and is a question for a fact.
    """
    match = _WHICH_OUTLETS.fullmatch(question) if len(question) <= _MOST_CHARS else None
    if match is None or ASKS.search(match["topic"]):
        return None
    said = Statement(match["topic"])
    claims = bool(match["that"]) or any(_is_verb(said, at) for at in range(len(said.words)))
    how: How = "topic"
    if not match["about"]:
        how = "claim" if claims else "figure" if _NUMBER.search(match["topic"]) else "topic"
    elif _NUMBER.search(match["topic"]):
        how = "figure"
    if _BARE.fullmatch(match["topic"]) and "%" not in match["topic"]:
        return None
    return WhichOutlets(match["topic"], how, bool(match["articles"]))


def reporting(
    wanted: WhichOutlets,
    judged: Sequence[Candidate],
    expanded: Sequence[Expanded],
    found: Sequence[tuple[Passage, Article]],
) -> list[Candidate]:
    """The sentences that clearly report what is wanted.

    Args:
        wanted: what the outlets are to report.
        judged: sentences of passages, judged for it as a topic.
        expanded: the topic's units with the forms that the index holds of them.
        found: the passages, each with its article whole.
    """
    having = [
        item for item in judged if item.own and min(item.own) >= _LITERAL and _together(item.text, expanded)
    ]
    if wanted.how == "claim":
        having = [item for item in having if says(wanted.topic, item.text)]
        having = _borne_out(wanted.topic, having, found)
    elif wanted.how == "figure":
        having = [item for item in having if counts(wanted.topic, item.text)]
    return having


def says(claim: str, sentence: str) -> bool:
    """Whether a sentence that has a claim's words says it, as far as their order and surroundings tell.

    Its figures are as they are, nothing is turned round or only hoped for, and the words stand in order in
    one clause and of the same things: not "the bridge was safe but the dam ..."
    nor "the man at the dam was safe".
    """
    if sentence.rstrip("\"'”’ ").endswith("?") or len(TURNS.findall(claim)) != len(TURNS.findall(sentence)):
        return False
    return same_figures(claim, sentence) and bool(in_order(Statement(claim), Statement(sentence)))


def counts(topic: str, sentence: str) -> bool:
    """Whether a sentence has every figure of a topic, undenied, and of the thing that the topic counts."""
    return same_figures(topic, sentence) and all(
        any(_same_count(topic, asked, sentence, given) for given in _NUMBER.finditer(sentence))
        for asked in _NUMBER.finditer(topic)
    )


def same_figures(claim: str, sentence: str) -> bool:
    """Whether a sentence has every figure of a claim.

    A figure is the same with "about" before it, not with "more than": "say 10,000" is not "over 10,000".
    """
    given = [_figure(sentence, match) for match in _NUMBER.finditer(sentence)]
    asked = [_figure(claim, match) for match in _NUMBER.finditer(claim)]
    return all(
        any(value == number and _as_exact(how, wanted) for how, value in given) for wanted, number in asked
    )


def by_outlet(found: Iterable[Sentence], *, articles: bool) -> list[Sentence]:
    """The best sentence of each outlet, or of each article, those that speak most of the topic first."""
    best: dict[str, Sentence] = {}
    for item in sorted(found, key=lambda item: -item.relevance):
        outlet = item.article.publisher
        best.setdefault(f"outlet {outlet.casefold()}" if outlet and not articles else item.article.id, item)
    return list(best.values())


def _borne_out(
    claim: str, having: Sequence[Candidate], found: Sequence[tuple[Passage, Article]]
) -> list[Candidate]:
    """Of sentences those that alone bear out a claim, as far as the rules for written sentences tell."""
    by_id = {passage.id: (passage, article) for passage, article in found}
    kept = []
    for item in having:
        passage, article = by_id[item.passage_id]
        alone = replace(passage, start=item.span.start, end=item.span.end, text=item.text)
        checker = Checker([Source("1", alone, article)], None, word_vectors, word_rarity)
        if checker.check(claim, checker.sources[0]).holds:
            kept.append(item)
    return kept


def _figure(text: str, match: re.Match[str]) -> tuple[str, str]:
    """What qualifies a number ("more than"; "" for nothing), and the number with its sign or magnitude."""
    number = match[0]
    written = figure(text, Span(match.start(), match.end()))
    measure = _MEASURE.match(text, match.end())
    unit = "%" if measure and ("%" in measure[0] or "cent" in measure[0]) else (measure or [""])[0].strip()
    money = text[match.start() - 1 : match.start()] if match.start() else ""
    value = f"{money if money in '$€£¥' else ''}{number.replace(',', '')}{unit.casefold()}"
    return written.removesuffix(number).strip(), value


def _as_exact(how: str, wanted: str) -> bool:
    return how == wanted or (how in _EXACTLY and wanted in _EXACTLY)


def _same_count(topic: str, asked: re.Match[str], sentence: str, given: re.Match[str]) -> bool:
    """Whether a figure of a sentence is one of a topic, counts the same thing, and stands undenied."""
    if _figure(topic, asked)[1] != _figure(sentence, given)[1]:
        return False
    breaks = [match.end() for match in _CLAUSES.finditer(sentence, 0, given.start())]
    if DENIED.search(sentence, max(breaks, default=0), given.start()):
        return False
    thing = [term for term in terms(topic[asked.end() :]) if term not in stop_terms()][:1]
    return not thing or thing[0] in terms(sentence[given.end() :])[:_FIGURE_WORDS]


def _together(text: str, expanded: Sequence[Expanded]) -> bool:
    """Whether the words of a topic stand near one another in a sentence: "ferry strike", not all over it."""
    found = words(text)
    wanted = {term: at for at, item in enumerate(expanded) for term in _terms_of(item)}
    held = [(at, wanted[word.term]) for at, word in enumerate(found) if word.term in wanted]
    needed = len({unit for _, unit in held})
    for start, (first, _) in enumerate(held):
        seen = {unit for at, unit in held[start:] if at - first <= _APART + 2 * needed}
        if len(seen) == needed:
            return True
    return False


def _terms_of(item: Expanded) -> set[str]:
    return {phrase[-1] for part in item.parts for phrase in part.forms}


def in_order(said: Statement, given: Statement) -> list[int]:
    """Where a sentence has the telling words of a claim in order, in one clause, of no other thing.

    Returns:
        The places of its words; none where it has them otherwise or not at all.
    """
    telling = telling_words(said)
    held: list[int] = []
    for at in telling:
        start = held[-1] + 1 if held else 0
        place = next((i for i in range(start, len(given.words)) if _same(said, at, given, i)), None)
        if place is None:
            return []
        held.append(place)
    if not held:
        return []
    inside = range(held[0], held[-1] + 1)
    fits = (
        not any(given.words[at].text.casefold() in BREAKS for at in inside)
        and ";" not in given.text[given.words[held[0]].start : given.words[held[-1]].end]
        and not _two_clauses(given, inside)
        and not any(_is_another_verb(given, at) for at in inside if at not in held)
        and _links(said, range(telling[0], telling[-1])) <= _links(given, inside)
        and _of_itself(said, telling[0], given, held[0])
        and not any(_of_a_compound(said, at, given, place) for at, place in zip(telling, held, strict=True))
    )
    return held if fits else []


def telling_words(said: Statement) -> list[int]:
    """The places of the words of a claim that say something."""
    return [at for at, word in enumerate(said.words) if word.term not in stop_terms()]


def _is_another_verb(given: Statement, at: int) -> bool:
    return is_verb(given, at) and not COPULA.fullmatch(given.words[at].text)


def _links(item: Statement, inside: range) -> bool:
    """Whether a part of a statement says what something is or has: "was", "had"."""
    return any(COPULA.fullmatch(item.words[at].text) for at in inside)


def _same(said: Statement, at: int, given: Statement, place: int) -> bool:
    """Whether a word of a claim is one of a sentence: of two of one stem both are verbs, or neither."""
    one, other = said.terms[at], given.terms[place]
    if one == other and is_verb(said, at) != is_verb(given, place):
        return False
    if _POSSESSIVE.search(given.words[place].text) and not _POSSESSIVE.search(said.words[at].text):
        return False  # "Norway's rival" is another
    if one == other or _place(one) is None or _place(one) != _place(other):
        return one == other
    word = given.words[place].text  # "Iranian ships" are not Iran
    return countries().get(word, ("", True))[1] or _is_official(given, place + 1)


def _place(term: str) -> Phrase | None:
    return places().get((term,))


def _is_official(given: Statement, at: int) -> bool:
    """Whether a word names those who act for a country: "the Norwegian government"."""
    return at < len(given.words) and given.words[at].text.casefold() in _OFFICIALS


def _two_clauses(given: Statement, inside: range) -> bool:
    """Whether "and" or a comma joins clauses: "the dam held and the bridge was safe", "A beat B and won"."""
    verb = None
    for at in inside:
        if _is_verb(given, at):
            verb = at
        joined = given.text[given.words[at].end : given.words[min(at + 1, inside[-1])].start]
        joins = given.words[at].text.casefold() == "and"
        if joins and (verb is not None or (at + 1 in inside and _is_verb(given, at + 1))):
            return True
        if verb is not None and "," in joined:
            return True
    return False


def _of_itself(said: Statement, at: int, given: Statement, place: int) -> bool:
    """Whether what a claim begins with is its subject: not in "the man at the dam", "had the dam held"."""
    if any(word.text.casefold() in PREPOSITIONS for word in said.words[:at]):
        return True
    before = place - 1
    while before >= 0 and given.words[before].text.casefold() in _DETERMINERS:
        before -= 1
    return before < 0 or not (
        given.words[before].text.casefold() in PREPOSITIONS or COPULA.fullmatch(given.words[before].text)
    )


def _of_a_compound(said: Statement, at: int, given: Statement, place: int) -> bool:
    """Whether a word of a claim is part of another thing's name in a sentence: "the dam keeper was safe"."""
    if _is_verb(given, place) or place + 1 == len(given.words):
        return False
    if _place(given.terms[place]) and _is_official(given, place + 1):
        return False
    after, word = given.words[place + 1], given.words[place]
    if given.text[word.end : after.start].strip(" "):
        return False
    following = said.words[at + 1].term if at + 1 < len(said.words) else ""
    text = after.text.casefold()
    if after.term in stop_terms() or after.term == following or _is_verb(given, place + 1):
        return text in ("'s", "’s")
    return not (text.endswith("ly") or text[0].isdigit())


def _is_verb(item: Statement, at: int) -> bool:
    return is_verb(item, at) or bool(COPULA.fullmatch(item.words[at].text))
