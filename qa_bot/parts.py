"""Two questions in one: "Who resigned, and why?" taken apart, each answered, both answers in one.

split -> the first is answered -> what the second leaves unsaid is taken from it -> both answers in one

No model: word lists and patterns. A question is left whole wherever it may be one: in quotation marks, where
a question word only joins clauses ("Who knows what happened, and why?"), where names are joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from qa_bot import referents
from qa_bot.citations import markers
from qa_bot.ellipsis import in_brackets, question_word, spoken_of
from qa_bot.leaning import AUXILIARIES, content, leaning, noun_phrases
from qa_bot.lexicon import irregular_verbs
from qa_bot.models import word_rarity
from qa_bot.question import parse
from qa_bot.requests import request
from qa_bot.types import Answer, Article, Citation, Disagreement, Passage, Reason, Turn

Pair = tuple[Passage, Article]

MAX_WORDS = 120
_TURNS = 10  # of a conversation, the latest: no follow-up reaches further back
_LONGEST = 600  # characters: a longer question is answered as one
_EDGE = " ?!.,;…"
_AUX = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
_WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_WHOM = r"(?:by|with|to|for|from|against) whom"
_ADVERB = rf"(?:since when|until when|how long|when|where|why|how|{_WHOM})"
_OPENS = re.compile(
    rf"^(?:{_AUX}|{_ADVERB}|(?:in|on|at|from|to|by|with|of|for|since) {_WH}|{_WH})\b", re.IGNORECASE
)
# "When and where did the talks take place?"
_HEADS = re.compile(
    rf"^(?P<one>{_ADVERB})(?:,? and | & )(?P<two>(?-i:{_ADVERB}))\s+(?P<rest>{_AUX}\b.+)$", re.IGNORECASE
)
# "Who resigned, and why?"
_TAIL = re.compile(rf",?\s+(?:and|&),?\s+(?:also\s+|if so,?\s+)?(?P<rest>{_ADVERB})(?:\s+exactly)?[\s?!.]*$")
# "... and how many died?": a clause of its own, not one that the first governs ("and why it failed")
_CLAUSE = re.compile(
    rf"[,;]?\s+(?:and|&),?\s+(?:also\s+)?(?P<rest>(?:{_ADVERB}\s+{_AUX}\b|who(?:m|se)?\s|what\s|which\s"
    rf"|how\s+(?:many|much|long|often|far|big|large|old)\s"
    rf"|(?P<yes_no>{_AUX})\s+(?:the|a|an|any|anyone|anybody|there|he|she|it|they|[A-Z])).*)$"
)
_SENTENCES = re.compile(
    r"^(?P<first>[^?]{4,}\?+)\s+(?:(?:and|but)\b,?\s+)?(?P<rest>[^?]{3,}\?*)$", re.IGNORECASE
)


def split(question: str) -> tuple[str, str] | None:
    """The two questions that one holds, the second perhaps without words that the first has; else None."""
    text = " ".join(question.split())
    if len(text) > _LONGEST or not _OPENS.match(text) or request(text).kind != "fact":
        return None
    heads = _HEADS.match(text)
    if heads:
        return _sentence(f"{heads['one']} {heads['rest']}"), _sentence(f"{heads['two']} {heads['rest']}")
    joint = _SENTENCES.match(text) or _joint(text)
    if not joint or _in_quotes(text, joint.start("rest")):
        return None
    first, rest = text[: joint.start("rest") if joint.re is _SENTENCES else joint.start()], joint["rest"]
    if joint.re is _SENTENCES:
        first = joint["first"]
        if not _OPENS.match(rest):
            return None
    whole = _is_whole(first) and request(first).kind == "fact" and not _SAYS_SO.search(rest)
    return (_sentence(first), _sentence(rest)) if whole else None


def _joint(text: str) -> re.Match[str] | None:
    """Where the second question begins; None where there is none, or there are more."""
    tail = _TAIL.search(text)
    clauses = list(_overlapping(text))
    if tail:
        return tail if not clauses else None
    if len(clauses) != 1:
        return None
    # "Who resigned and was arrested?" is one question, "Did he resign and was he arrested?" is two.
    opens_alike = not clauses[0]["yes_no"] or text.split()[0].casefold() in AUXILIARIES
    return clauses[0] if opens_alike and not _second_inside(clauses[0]["rest"]) else None


def _overlapping(text: str) -> list[re.Match[str]]:
    starts = [match.start() for match in re.finditer(r"[,;]?\s+(?:and|&)\b", text)]
    return [match for at in starts if (match := _CLAUSE.match(text, at))]


# What is asked of the answer to the first is no second question.
_SAYS_SO = re.compile(
    r"^what if\b|^who\s+(?:says|said|claims|claimed)\s+(?:so|that|this|it)\b"
    r"|\b(?:sources|articles|outlets|reports|accounts|papers)\s+(?:agree|disagree|differ)\b",
    re.IGNORECASE,
)
_INNER = re.compile(rf"\s{_WH}\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\b(?!.*\band\b)|\bboth\b(?!.*\band\b)", re.IGNORECASE)


def _is_whole(first: str) -> bool:
    """Whether the first part is a question by itself, with no clause that the second could belong to."""
    opening = _OPENS.match(first)
    if not opening or _BETWEEN.search(first) or not content(first):
        return False
    return not _INNER.search(first, opening.end())


def _second_inside(rest: str) -> bool:
    """Whether the second part itself holds a clause with a question word and "and": more than two, or one."""
    opening = _OPENS.match(rest)
    return bool(opening) and re.search(rf"\band\s+{_WH}\b", rest) is not None


def _in_quotes(text: str, at: int) -> bool:
    before = text[:at]
    curly = before.count("\N{LEFT DOUBLE QUOTATION MARK}") - before.count("\N{RIGHT DOUBLE QUOTATION MARK}")
    single = len(re.findall(r"(?<!\w)['‘]\w", before)) > len(re.findall(r"\w[?!.,]?['’](?!\w)", before))
    return before.count('"') % 2 == 1 or curly > 0 or single


def _sentence(text: str) -> str:
    text = text.strip(_EDGE)
    return f"{text[0].upper()}{text[1:]}?"


# --- what the second leaves unsaid ------------------------------------------------------------------


def second(rest: str, turn: Turn) -> tuple[str, bool]:
    """The second question with its missing words from the first; and whether it still points to it ("he").

    Args:
        rest: the second part as `split` gives it.
        turn: the first question, standing alone, with its answer.
    """
    bare = re.fullmatch(rf"{_ADVERB}", rest.rstrip(_EDGE), re.IGNORECASE)
    if bare:
        alone = _bare(bare[0], turn.question.rstrip(_EDGE), turn)
        return alone or question_word(rest, [turn]) or rest, False
    counted = _with_counted(rest, turn.question)
    if counted == rest and _POINTS.search(rest):
        return rest, True
    if _SAYS.match(rest):
        of = _SAYS_OF.match(turn.question)
        if of and not _POINTS.search(of["of"]):
            return f"{rest.rstrip(_EDGE)} {of['of'].rstrip(_EDGE)}?", False
        return in_brackets(rest, spoken_of(turn)), False
    return _in_context(counted, turn.question), False


# "What do Kyiv and Seoul say?": of what the first asks
_SAYS = re.compile(r"^what (?:do|does|did|has|have) .{2,60} (?:say|said|think)[\s?!.]*$", re.IGNORECASE)
_SAYS_OF = re.compile(
    r"what (?:do|does|did|has|have) .{2,60} (?:say|said|think) (?P<of>(?:about|of|on) .+)", re.IGNORECASE
)
_POINTS = re.compile(
    r"\b(?:he|she|him|her|hers|his|it|its|they|them|their|theirs|there|then|this|that|these|those|so)\b",
    re.IGNORECASE,
)


_OTHER_PASTS = {"died": "die", **{verb: verb for verb in "hit cut quit set put let shut".split()}}
_WHO = re.compile(rf"^who\s+(?:(?P<aux>{_AUX})\s+)?(?P<rest>.+)$", re.IGNORECASE)
_NOUN_AUX = re.compile(
    rf"^(?P<ask>which|what|how many|how much)\s+(?P<noun>(?:(?!{_AUX}\b)[\w'’-]+\s+){{1,4}}?)"
    rf"(?P<aux>is|are|was|were|has|have|had|will|would|can|could|should)\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_NOUN_VERB = re.compile(
    r"^(?P<ask>which|what|how many)\s+(?P<noun>(?:[\w'’-]+\s+){1,3}?)(?P<verb>[a-z]+)(?P<rest>\s.*)?$",
    re.IGNORECASE,
)
_WHAT_AUX = re.compile(
    r"^what\s+(?P<aux>is|was|were|has|had|will|would)\s+(?P<rest>[a-z]+(?:ed|en|wn|id|ade|eld|ent)\b.*)$",
    re.IGNORECASE,
)
_WHAT_VERB = re.compile(r"^what\s+(?P<verb>happened|changed)(?P<rest>\s.*)?$", re.IGNORECASE)
_WHAT_DID = re.compile(r"^(?:what|whom?)\s+(?P<rest>(?:do|does|did)\s+.+)$", re.IGNORECASE)
_MANY = {"is": "are", "was": "were", "has": "have"}


def _bare(asked: str, first: str, turn: Turn) -> str | None:
    """A question word alone put to what the first asks: "Why did Elin Storm resign?"."""
    opening = asked[0].upper() + asked[1:].casefold()
    for reading in (_of_who, _of_what, _of_noun):
        rest = reading(first, turn)
        if rest:
            return f"{opening} {rest}?"
    return None


def _of_who(first: str, turn: Turn) -> str | None:
    match = _WHO.match(first)
    if not match or (match["aux"] or "").casefold() in ("do", "does", "did"):
        return None
    who = referents.answered_person(turn) if turn.answer else None
    rest = match["rest"]
    if match["aux"]:
        aux = match["aux"].casefold()
        return f"{aux if who else _MANY.get(aux, aux)} {who or 'they'} {rest}"
    verb, _, after = rest.partition(" ")
    base = _base(verb)
    return f"did {who or 'they'} {base} {after}".rstrip() if base else None


def _of_what(first: str, turn: Turn) -> str | None:
    happened, done, said = _WHAT_VERB.match(first), _WHAT_AUX.match(first), _WHAT_DID.match(first)
    if happened:
        return f"did it {_base(happened['verb'])}{happened['rest'] or ''}"
    if done:
        return f"{done['aux'].casefold()} it {done['rest']}"
    return f"{said['rest']} that" if said else None


def _of_noun(first: str, turn: Turn) -> str | None:
    match = _NOUN_AUX.match(first)
    article = "" if first.casefold().startswith("how") else "the "
    if match:
        return f"{match['aux'].casefold()} {article}{match['noun'].strip()} {match['rest']}"
    match = _NOUN_VERB.match(first)
    base = _base(match["verb"]) if match else None
    return f"did {article}{match['noun'].strip()} {base}{match['rest'] or ''}" if match and base else None


def _base(verb: str) -> str | None:
    """The base of a past form, "resign" of "resigned"; None for a word that is no past form."""
    verb = verb.casefold()
    known = irregular_verbs() | _OTHER_PASTS
    if verb in known:
        return known[verb]
    if not re.fullmatch(r"[a-z]{2,}ed", verb):
        return None
    if verb.endswith("ied"):
        return f"{verb[:-3]}y"
    stem = verb[:-2]
    doubled = stem[:-1] if stem[-1] == stem[-2] and stem[-1] not in "lsz" else stem
    # Of "ordere" and "order", "closse" and "close", the one that is a common word.
    return min((doubled, stem, f"{stem}e"), key=word_rarity)


def _with_counted(rest: str, first: str) -> str:
    """The second with what the first counts: "How many soldiers died?" for "How many died?"."""
    match = re.match(r"(?P<ask>how many)\s+(?P<of>of them\s+)?(?P<verb>[a-z]+)\b", rest, re.IGNORECASE)
    asked = parse(first)
    if not match or not asked.counted or not (_base(match["verb"]) or match["verb"] in AUXILIARIES):
        return rest
    counted = re.match(
        rf"how many\s+(?P<noun>.*?\b{re.escape(asked.counted[0].text)})\b", first, re.IGNORECASE
    )
    return f"{match['ask']} {counted['noun']} {rest[match.start('verb') :]}" if counted else rest


def _in_context(rest: str, first: str) -> str:
    """A second question that names nothing, with what the first names in brackets, else what it is about."""
    lean = leaning(rest)
    if lean.names or lean.things > 1 or parse(rest).names:
        return rest
    found = noun_phrases(first)
    where = [phrase for phrase in found if phrase.proper and _PLACED.search(first[: phrase.start])]
    what = [phrase for phrase in found if lean.bare and not phrase.proper]
    best = max(where or what, key=lambda phrase: len(phrase.text), default=None)
    return in_brackets(rest, best.text) if best else rest


_PLACED = re.compile(r"\b(?:in|at|near|on|to|from) (?:the )?$", re.IGNORECASE)


# --- both answers in one ----------------------------------------------------------------------------


def unfolded(turns: Sequence[Turn]) -> list[Turn]:
    """The turns, with one that asked two questions as two: a follow-up leans on the second, or on both."""
    found = list(turns[:-_TURNS])
    for turn in turns[-_TURNS:]:
        two = split(turn.question)
        if two is None:
            found.append(turn)
            continue
        first = replace(turn, question=two[0])
        found += [first, replace(turn, question=second(two[1], first)[0])]
    return found


def in_turn(one: Sequence[Pair], other: Sequence[Pair]) -> list[Pair]:
    """The passages of both parts, each once, by turns: whatever room there is, both have theirs."""
    order = [pair for pairs in zip_longest(one, other) for pair in pairs if pair]
    return list({passage.id: (passage, article) for passage, article in order}.values())


def both(question: str, *answers: Answer) -> Answer:
    """Two answers in one: each under its question, the citations numbered on through.

    Args:
        question: as it was asked.
        answers: those of its two parts.
    """
    told = [one for one in answers if one.answered]
    timings = {lap: round(sum(one.timings_ms[lap] for one in answers), 3) for lap in answers[0].timings_ms}
    passages = {passage.id: passage for one in answers for passage in one.passages}
    common = replace(
        answers[0],
        question=question,
        standalone_question=" ".join(one.standalone_question for one in answers),
        notices=tuple(dict.fromkeys(notice for one in answers for notice in one.notices)),
        passages=tuple(passages.values()),
        timings_ms=timings,
    )
    if not told:
        text = "\n".join(dict.fromkeys(map(_declined, answers)))
        return replace(common, text=text, reason=_reason(answers))
    whole = _joined(common, answers, len(told))
    if len(told) == len(answers):
        return whole
    lacking = next(one for one in answers if not one.answered)
    notice = f"One of the two questions is answered, not “{lacking.standalone_question}”"
    return replace(whole, notices=(notice, *whole.notices))


def _joined(common: Answer, answers: Sequence[Answer], told: int) -> Answer:
    """The answers one under the other; what they have in common is given."""
    lines: list[str] = []
    citations: list[Citation] = []
    disagreements: list[Disagreement] = []
    room = MAX_WORDS
    for place, one in enumerate(answers):
        lines.append(one.standalone_question)
        if not one.answered:
            lines.append(_declined(one))
            continue
        kept = _shortened(one, room if place else room // told)
        numbers = _numbers(kept, citations)
        lines += _lines(kept, numbers, citations)
        citations += _renumbered(kept.citations, numbers, len(citations))
        room -= len(kept.text.split())
        for item in one.disagreements:
            claims = tuple(replace(claim, citation=numbers[claim.citation]) for claim in item.claims)
            disagreements.append(replace(item, claims=claims))
    return replace(
        common,
        text="\n".join(lines),
        answered=True,
        reason=None,
        method="extractive",
        confidence=min(one.confidence for one in answers if one.answered),
        citations=tuple(citations),
        disagreements=tuple(disagreements),
    )


def _renumbered(found: Sequence[Citation], numbers: Mapping[int, int], before: int) -> Iterator[Citation]:
    """The citations that are new under their numbers."""
    for cited in found:
        if numbers[cited.number] > before:
            same_as = numbers[cited.same_as] if cited.same_as else None
            yield replace(cited, number=numbers[cited.number], same_as=same_as)


def _reason(answers: Sequence[Answer]) -> Reason | None:
    """Why neither is answered: what is lacking before what is merely not told."""
    reasons = [one.reason for one in answers]
    return next((reason for reason in reasons if reason != "not_stated"), reasons[0])


def _declined(one: Answer) -> str:
    """What a part says that is not answered: "The articles do not say why."."""
    asked = re.match(rf"how many\b|{_ADVERB}\b", one.standalone_question, re.IGNORECASE)
    if one.reason == "not_stated" and asked and one.text == "The articles do not tell.":
        return f"The articles do not say {asked[0].casefold()}."
    return one.text


def _shortened(one: Answer, room: int) -> Answer:
    """An answer with the lines that fit into so many words: the first, and all that hold a disagreement."""
    lines = one.text.split("\n")
    held = {claim.citation for item in one.disagreements for claim in item.claims}
    kept: list[str] = []
    for line in lines:
        room -= len(line.split())
        if not kept or room >= 0 or held & set(markers(line)):
            kept.append(line)
    named = {number for line in kept for number in markers(line)}
    return replace(
        one,
        text="\n".join(kept),
        citations=tuple(cited for cited in one.citations if cited.number in named),
    )


def _numbers(one: Answer, before: Sequence[Citation]) -> dict[int, int]:
    """The numbers that an answer's citations get: that of a quote before that holds theirs, else the next."""
    numbers: dict[int, int] = {}
    following = len(before)
    for cited in one.citations:
        old = next((earlier.number for earlier in before if _holds(earlier, cited)), None)
        following += old is None
        numbers[cited.number] = old or following
    return numbers


def _holds(quoted: Citation, other: Citation) -> bool:
    """Whether a quote is shown and has all of another."""
    return (
        quoted.same_as is None
        and quoted.article.id == other.article.id
        and quoted.start <= other.start
        and other.end <= quoted.end
    )


_MARK = re.compile(r"\[(\d+)\]")


def _lines(one: Answer, numbers: Mapping[int, int], before: Sequence[Citation]) -> list[str]:
    """An answer's lines under its new numbers; those whose quotes stand before only point to them."""
    lines: list[str] = []
    above: dict[int, None] = {}
    for line in one.text.split("\n"):
        marks = [numbers[mark] for mark in markers(line)]
        if len(marks) == 1 and marks[0] <= len(before):
            above[marks[0]] = None
        else:
            lines.append(_MARK.sub(lambda mark: f"[{numbers[int(mark[1])]}]", line))
    return [f"See {''.join(f'[{mark}]' for mark in above)} above.", *lines] if above else lines
