"""Who a sentence names as its source, in its own words: a verb of speech and its subject.

"The ministry said", "said Ana Reyes, head of the port", "according to". What does not look like a plain
subject is left alone, since a wrong name is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_bot.phrases import (
    MAX_WORDS,
    REACH,
    Phrase,
    Token,
    described,
    is_description,
    is_noun,
    is_period,
    may_begin,
    phrase_end,
    read_phrase,
)
from qa_bot.speech_words import (
    ALSO_OF_THINGS,
    AUXILIARIES,
    BASE,
    BESIDE_QUOTE,
    COORDINATE,
    DETERMINERS,
    FIGURES,
    NOT,
    NOT_DEGREES,
    OCCASIONS,
    PASSIVE,
    PREPOSITIONS,
    PRESENT_NOUNS,
    PRONOUNS,
    REPORT,
    SAY,
    SHOW,
    SPEECH,
    SUBORDINATE,
    TIMES,
    VERBS,
)

_MOST_TOKENS = 300  # read of a sentence; what is longer is a list or a broken page
_DATELINE = 6  # words and marks: "LOFTHAVN, Norland (Sea News) —"
_DASHES = ("-", "–", "—", "−")


@dataclass(frozen=True, slots=True)
class Found:
    """A source that a sentence names, the verb's place among its tokens, and how the two stand."""

    phrase: Phrase
    verb: int
    coordinate: bool = False  # in a clause after "and" or "but"


def attribution_of(tokens: Sequence[Token]) -> Found | None:
    """The source of a sentence, from the words that are not quoted."""
    tokens = tokens[:_MOST_TOKENS]
    found = [item for at in range(len(tokens)) for item in _at(tokens, at)]
    if not found:
        return None
    first = found[0]
    cited = next((item for item in found if tokens[item.verb].lower in ("citing", "quoting")), None)
    if cited is not None and cited is not first and first.phrase.is_media:
        return cited
    if cited is first and len(found) > 1:
        first = found[1]
    rivals = [item for item in found if item.coordinate and item.phrase.pronoun is None and item is not first]
    return None if any(not _same_phrase(first.phrase, rival.phrase) for rival in rivals) else first


def _at(tokens: Sequence[Token], at: int) -> Iterator[Found]:
    """What a token gives, if it is "according", "citing" or a verb of speech."""
    token = tokens[at]
    if not token.is_word:
        return
    if token.lower == "according":
        phrase = _according(tokens, at)
    elif token.lower in ("citing", "quoting"):
        phrase = read_phrase(tokens, at + 1, len(tokens))
        phrase = phrase if phrase and phrase.is_source else None
    elif token.lower in ("quoted", "cited"):
        phrase = _quoted(tokens, at)
    elif token.lower in ("saying", "adding") and at and tokens[at - 1].text == ",":
        found = shared_subject(tokens, at - 1) if _is_simple(tokens[: at - 1]) else None
        phrase = found.phrase if found else None
    elif token.lower in SPEECH and not (token.is_name and at):
        yield from _spoken(tokens, at)
        return
    else:
        return
    if phrase is not None:
        yield Found(phrase, at)


def _according(tokens: Sequence[Token], at: int) -> Phrase | None:
    if at + 2 >= len(tokens) or tokens[at + 1].lower != "to" or tokens[at + 2].lower in NOT_DEGREES:
        return None
    stop = phrase_end(tokens, at + 2, len(tokens))
    while stop - 1 > at + 2 and tokens[stop - 1].lower.endswith(("ed", "sent", "seen")):
        stop -= 1  # "audio obtained from"
    phrase = read_phrase(tokens, at + 2, stop)
    if phrase is None:
        return None
    end = at + 2 + phrase.core
    return described(tokens, phrase, end, closed=at == 0)


def _quoted(tokens: Sequence[Token], at: int) -> Phrase | None:
    """Reyes, of "Reyes was quoted as saying" and "the agency quoted Reyes as saying"."""
    following = [token.lower for token in tokens[at + 1 : at + 12]]
    if "saying" not in following or "as" not in following:
        return None
    if tokens[at - 1].lower in PASSIVE if at else False:
        back = _before_auxiliaries(tokens, at, PASSIVE | AUXILIARIES)
        found = _subject(tokens, back)
        return found.phrase if found else None
    return read_phrase(tokens, at + 1, at + 1 + following.index("as"))


def _spoken(tokens: Sequence[Token], at: int) -> Iterator[Found]:
    """The source that a verb of speech has before it or, behind a quotation, after it."""
    if not _is_spoken(tokens, at):
        return
    back = _before_auxiliaries(tokens, at, AUXILIARIES)
    quoted_before = at > 0 and (
        tokens[at - 1].kind == "quote"
        or (tokens[at - 1].text == "," and at > 1 and tokens[at - 2].kind == "quote")
    )
    found = None if quoted_before else _subject(tokens, back)
    if found is None and at and tokens[at].lower != "told" and (quoted_before or tokens[at - 1].text == ","):
        found = _inverted(tokens, at, quoted_before)
    if found is not None and _suits(tokens, at, found.phrase):
        yield Found(found.phrase, at, found.coordinate)


# "Passengers reported missing", "a man believed to be ...": no verbs of their subjects.
_PAST_OR_PARTICIPLE = frozenset(
    "believed reported estimated alleged claimed announced confirmed described".split()
)
_AFTER_PARTICIPLE = frozenset("to by as missing dead among stolen".split())


def _is_spoken(tokens: Sequence[Token], at: int) -> bool:
    """Whether a verb says something: neither passive, nor negated, nor a part of another phrase."""
    before = at - 1
    while before >= 0 and tokens[before].is_adverb:
        before -= 1
    previous = tokens[before].lower if before >= 0 else ""
    if previous in PASSIVE | NOT or previous.endswith("n't"):
        return False
    word = tokens[at].lower
    following = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if word in _PAST_OR_PARTICIPLE:
        return following not in _AFTER_PARTICIPLE or (word == "confirmed" and following == "to")
    if word == "pointed":
        return following == "out"
    if word in ("said", "says", "say") and following in ("nothing", "little"):
        rest = tokens[at + 2 : at + 3]
        return bool(rest) and rest[0].is_word and rest[0].lower not in PREPOSITIONS
    if word == "said" and following == "to":
        return not (at + 2 < len(tokens) and tokens[at + 2].lower in ("be", "have"))
    if word == "accused":
        return following not in ("of", "by", "in")
    return not (word in PRESENT_NOUNS | BASE - {"say"} and following in ("of", "by", "about", "from"))


def _before_auxiliaries(tokens: Sequence[Token], at: int, words: frozenset[str]) -> int:
    """The place after the last word of a subject: before "has also on Monday"."""
    back = at
    while back > 0 and at - back < 8:
        token = tokens[back - 1]
        if token.lower in words or token.is_adverb or token.is_time:
            back -= 1
            continue
        if at - back < 2 and back > 1 and is_period(tokens, back - 2):
            back -= 2
        elif token.lower in ("on", "late", "early", "last") and back < at and tokens[back].is_time:
            back -= 1
        else:
            break
    return back


def _suits(tokens: Sequence[Token], at: int, phrase: Phrase) -> bool:
    """Whether a verb of speech is one with this subject."""
    word = tokens[at].lower
    if word in BASE and not (phrase.is_plural or phrase.pronoun == "they"):
        plural = len(phrase.words) == 1 and phrase.head.bare.endswith("s")
        return plural and (word == "say" or (word in SHOW and phrase.is_document))
    if word in PRESENT_NOUNS and phrase.words[-1].is_possessive:
        return False
    if not phrase.can_speak:
        return False
    if word in SAY:
        return True
    if word in FIGURES:
        return _gives_figure(tokens, at)
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    clause = following is None or not following.is_word or following.lower == "that"
    clause = clause or (word not in PRESENT_NOUNS and _that_follows(tokens, at))
    quoted = any(token.kind == "quote" for token in tokens)
    if word in SHOW and phrase.is_document:
        return clause or not following or following.lower not in ("in", "on", "at", "no")
    if word in ("asked", "asks", "urged") and not (clause or _is_beside_quote(tokens, at)):
        return False
    if word in BESIDE_QUOTE and not (word in REPORT and clause):
        return (clause or quoted) and (phrase.is_source or phrase.pronoun is not None)
    if word not in REPORT or _is_deed(word, following, clause, quoted, phrase.is_media):
        return False
    return phrase.is_source or phrase.pronoun is not None or word not in ALSO_OF_THINGS


def _gives_figure(tokens: Sequence[Token], at: int) -> bool:
    """Whether a figure is what is counted, or what something is put at."""
    following = tokens[at + 1 : at + 13]
    if tokens[at].lower in ("put", "puts"):
        place = next((n for n, token in enumerate(following) if token.lower == "at"), len(following))
        following = following[place + 1 :]
    return any(token.text[0].isdigit() for token in following[:4] if token.is_word)


def _that_follows(tokens: Sequence[Token], at: int) -> bool:
    """Whether a clause is what is said: "warned on Monday that"."""
    for token in tokens[at + 1 : at + 9]:
        if not token.is_word or token.lower == "that":
            return token.lower == "that"
    return False


def _is_beside_quote(tokens: Sequence[Token], at: int) -> bool:
    """Whether the verb has a quotation before it, or a colon and one after: not "asked her to wave"."""
    if any(token.kind == "quote" for token in tokens[:at]):
        return True
    marks = [token for token in tokens[at:] if not token.is_word]
    return len(marks) > 1 and marks[0].text in (":", ",") and marks[1].kind == "quote"


_DENIED_THINGS = frozenset("access application bail entry motion parole permission request requests".split())


def _is_deed(word: str, following: Token | None, clause: bool, quoted: bool, named: bool) -> bool:
    """Whether a verb with its object is no speech: "claimed victory", "recalled cars", "reports show"."""
    after = following.lower if following else ""
    if word in ("claimed", "claims"):
        return after in (
            "victory",
            "lives",
            "gold",
            "silver",
            "bronze",
            "first",
            "a",
            "his",
            "her",
            "their",
        ) or (after[:1].isdigit())
    if word in ("noted", "notes", "recalled", "suggested", "suggests", "revealed", "reveals", "maintains"):
        return not (clause or quoted)
    if word in PRESENT_NOUNS:
        plain = after not in VERBS | SPEECH | COORDINATE | PREPOSITIONS
        return not (
            clause or quoted or after in DETERMINERS | PRONOUNS or after[:1].isdigit() or (named and plain)
        )
    return word in ("denied", "denies") and after in _DENIED_THINGS


def _inverted(tokens: Sequence[Token], at: int, quoted: bool) -> Found | None:
    """Who stands behind the verb: "...", said Ana Reyes, head of the port."""
    if at + 1 >= len(tokens):
        return None
    phrase = read_phrase(tokens, at + 1, len(tokens))
    if phrase is None or phrase.pronoun in ("it", "him", "her", "them"):
        return None
    end = at + 1 + phrase.core
    if not quoted and not _ends_clause(tokens, at, end):
        return None
    if not (phrase.is_source or phrase.pronoun or quoted):
        return None
    return Found(described(tokens, phrase, end, closed=False), at)


def _ends_clause(tokens: Sequence[Token], verb: int, end: int) -> bool:
    """Whether what stands behind "..., said Reyes" leaves Reyes the speaker, not one spoken of."""
    if end >= len(tokens) or not tokens[end].is_word or tokens[end].is_time or _is_occasion(tokens, end):
        return True
    quoted = any(token.kind == "quote" for token in tokens[:verb])
    return tokens[end].lower in PREPOSITIONS and (quoted or not any(map(_is_finite, tokens[end:])))


def _is_occasion(tokens: Sequence[Token], at: int) -> bool:
    """Whether "in a statement", "on Monday", "at a briefing" begins here."""
    following = tokens[at + 1 : at + 5]
    return tokens[at].lower in PREPOSITIONS and any(
        token.is_time or token.lower in OCCASIONS for token in following
    )


def _subject(tokens: Sequence[Token], end: int) -> Found | None:
    """The subject of a verb: the noun phrase that ends before ``end`` and fills its clause."""
    if end <= 0:
        return None
    if _is_comma(tokens[end - 1]):
        return _subject_with_description(tokens, end - 1)
    start = _clause_start(tokens, end)
    before = tokens[start - 1] if start else None
    if start == end:
        shared = before is not None and before.lower in ("and", "but", "then")
        return shared_subject(tokens, start - 1) if shared and _is_simple(tokens[: start - 1]) else None
    if before is not None and before.lower in ("who", "that") and not may_begin(tokens[start]):
        return _antecedent(tokens, start - 1)
    if before is not None and _opens_no_clause(tokens, start):
        return None
    coordinate = before is not None and (before.lower in COORDINATE or before.text == ";")
    if coordinate and before is not None and before.lower == "and":
        joined = _joined_names(tokens, start, end)
        if joined is not None:
            return Found(joined, end)
    start = _past_adverbs(tokens, start, end)
    phrase = read_phrase(tokens, start, end)
    if phrase is None or start + phrase.core != end:
        return None
    return Found(phrase, end, coordinate and start - 1 > 0)


def _is_comma(token: Token) -> bool:
    """Whether a mark sets a description off: a comma or a dash."""
    return token.kind == "mark" and token.text[0] in ",-–—−"


def _opens_no_clause(tokens: Sequence[Token], start: int) -> bool:
    """Whether the words from a place on are part of another clause: "which ...", "that ... and ..."."""
    before = tokens[start - 1]
    if before.lower in SUBORDINATE | SPEECH | {"citing", "saying", "adding"}:
        return True
    if before.text[:1] in _DASHES and start > _DATELINE and tokens[start - 2].is_word:
        # "the university of Lofthavn – Ostby said", but "a ship – the last – Ostby said"
        return sum(token.text[:1] in _DASHES for token in tokens[:start]) % 2 == 1
    if before.lower not in COORDINATE:
        return False
    for token in reversed(tokens[max(start - 1 - REACH, 0) : start - 1]):
        if not token.is_word:
            return False
        if token.lower in SUBORDINATE - {"as", "like", "than", "how"}:
            return True
    return False


def _clause_start(tokens: Sequence[Token], end: int) -> int:
    """Where the run of words before a verb begins: behind a mark, a quotation, a conjunction."""
    start = end
    while start > 0 and end - start < REACH:
        token = tokens[start - 1]
        if not token.is_word:
            break
        if token.lower in COORDINATE | SUBORDINATE | {"citing", "saying", "adding"} and not (
            token.is_name and start - 1
        ):
            break
        if token.lower in SPEECH and not token.is_name and not is_noun(tokens, start - 1):
            break
        start -= 1
    return start


def _past_adverbs(tokens: Sequence[Token], start: int, end: int) -> int:
    """A clause's beginning without "On Monday", "Meanwhile", "Earlier"."""
    while start < end:
        token = tokens[start]
        if token.is_adverb or token.is_time:
            start += 1
        elif (
            token.lower in ("on", "late", "early", "last")
            and start + 1 < end
            and tokens[start + 1].lower in TIMES
        ):
            start += 2
        else:
            break
    return start


def _joined_names(tokens: Sequence[Token], start: int, end: int) -> Phrase | None:
    """A subject of several: "Norway, Sweden and Denmark", "the ministry and the port"."""
    first = start - 1
    while first > 0 and start - first < REACH:
        left = _clause_start(tokens, first)
        if left == first or not _is_whole_name(tokens, left, first):
            break
        if first < start - 1 and not all(
            token.is_name or token.lower == "the" for token in tokens[left:first]
        ):
            break  # "Nine sailors drowned, the port and the union said"
        first = left
        if not left or tokens[left - 1].text != ",":
            break
        first = left - 1
    if first < start - 1 and tokens[first].text == ",":
        first += 1
    if first >= start - 1:
        return None
    opens = first == 0 or not tokens[first - 1].is_word or tokens[first - 1].lower in COORDINATE
    phrase = Phrase(tuple(tokens[first:end]), end - first)
    return phrase if opens and phrase_end(tokens, start, end) == end else None


def _is_whole_name(tokens: Sequence[Token], start: int, end: int) -> bool:
    phrase = read_phrase(tokens, start, end)
    return phrase is not None and phrase.core == end - start and phrase.is_source and not phrase.pronoun


def shared_subject(tokens: Sequence[Token], conjunction: int) -> Found | None:
    """The subject of a whole sentence, where it is plain to see: "Ana Reyes opened the port and said"."""
    dateline = next(
        (at + 1 for at in range(min(4, conjunction)) if tokens[at].text in (":", "—", "–", "−", "-")), 0
    )
    start = _past_adverbs(tokens, dateline, conjunction)
    if start < conjunction and tokens[start].lower in ("he", "she", "they", "it"):
        return Found(Phrase((tokens[start],), 1), conjunction)
    end = start
    while end < conjunction and tokens[end].is_word and not _is_finite(tokens[end]):
        end += 1
    phrase = read_phrase(tokens, start, end) if end < conjunction else None
    whole = phrase is not None and phrase.core == end - start and phrase.is_source
    return Found(phrase, conjunction) if phrase and whole else None


def _is_simple(tokens: Sequence[Token]) -> bool:
    """Whether words are one clause without another in it."""
    return all(token.is_word and token.lower not in SUBORDINATE | COORDINATE for token in tokens)


def _is_finite(token: Token) -> bool:
    """Whether a word is surely, or nearly so, the verb of its clause."""
    if token.is_name:
        return False
    return token.lower in VERBS | _FINITE or (token.lower.endswith("ed") and len(token.lower) > 4)


_FINITE = frozenset("left met went spoke came took gave made held sent began told said called".split())


def _antecedent(tokens: Sequence[Token], relative: int) -> Found | None:
    """The man, of "A man who saw the wreck said"."""
    start = _clause_start(tokens, relative)
    if start == relative or (start and tokens[start - 1].is_word):
        return None
    phrase = read_phrase(tokens, start, relative)
    return Found(phrase, relative) if phrase and phrase.core == relative - start else None


_ASIDES = frozenset(
    """
    along as asked at citing for from however in including meanwhile of on speaking though too which who
    whose
    """.split()
)


def _subject_with_description(tokens: Sequence[Token], comma: int) -> Found | None:
    """The name before what stands between commas: "Ana Reyes, head of the port, said"."""
    end, best = comma, None
    for _ in range(4):
        start = end
        while start > 0 and comma - start < 2 * REACH and tokens[start - 1].kind != "mark":
            start -= 1
        if start < 2 or start == end or not _is_comma(tokens[start - 1]) or not tokens[start - 2].is_word:
            break
        found = _subject(tokens, start - 1)
        core = start - 1 - found.phrase.core if found else start
        described = found is not None and is_description(tokens, core, start - 1)
        if not (described or _is_aside(tokens, start, end) or _is_surely_named(tokens, start, found)):
            break
        if found is not None and found.phrase.pronoun is None and found.phrase.is_source:
            phrase = _with_asides(tokens, found.phrase, start - 1, comma)
            best = Found(phrase, comma, found.coordinate)
            if not described or found.phrase.surname is not None:
                break  # what stands before a name is not described by it: "ropes, Captain Reyes, ..., said"
        end = start - 1
    return best


def _is_surely_named(tokens: Sequence[Token], start: int, found: Found | None) -> bool:
    """Whether the words before an unclear aside are the subject: a full name that nothing precedes.

    Before "the ..." any full name is: "in Lofthavn, Ana Reyes, the only woman on board, said".
    """
    if found is None or found.phrase.surname is None or found.phrase.core < 2:
        return False
    first = start - 1 - found.phrase.core
    opens = first <= 0 or tokens[first - 1].kind == "quote" or tokens[first - 1].lower in ("but", "and")
    return opens or tokens[start].lower == "the"


def _is_aside(tokens: Sequence[Token], start: int, end: int) -> bool:
    first = tokens[start]
    return (
        first.lower in _ASIDES
        or first.lower[:1].isdigit()
        or first.lower.endswith(("ing", "ed"))
        or is_description(tokens, start, end)
        or (first.lower in ("a", "an") and phrase_end(tokens, start, end) == end)
        or (end - start <= 4 and all(token.is_name for token in tokens[start:end]))
    )


def _with_asides(tokens: Sequence[Token], phrase: Phrase, start: int, end: int) -> Phrase:
    """A name with its description, when that is short and nothing but a description."""
    between = tokens[start + 1 : end]
    total = len(phrase.words) + sum(token.is_word for token in between)
    first = start + 1
    if tokens[first].text.isdigit() and first + 2 < end:
        first += 2  # an age
    described = is_description(tokens, first, end) or (
        tokens[first].lower in ("a", "an") and phrase_end(tokens, first, end) == end
    )
    if total > MAX_WORDS or not described:
        named = bool(between) and all(token.is_name for token in between)
        if not named or total > MAX_WORDS:
            return phrase
    return Phrase((*phrase.tokens, *tokens[start:end]), phrase.core)


def _same_phrase(left: Phrase, right: Phrase) -> bool:
    return left.head.lower == right.head.lower
