"""Which sentences of an article can be quoted alone: running text that needs nothing of what stands around it.

Rules of thumb for English news, on the safe side: a sentence too few is better than a "he" whom nobody knows.
"""

from __future__ import annotations

import re

from qa_bot.dates import MONTHS, WEEKDAYS
from qa_bot.text import sentences, terms
from qa_bot.types import Span

QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"")

# --- running text ---------------------------------------------------------------------------------

_STOPPED = re.compile(r"(?<![.…])[.。][\"'”’»)\]」』）]*\Z|[!?][\"'”’»」』]+\Z")
_CAPTION_CHARS = 900  # of a line that may be a caption with its credits
_CAPTION = re.compile(
    r"\b(?:Photograph|Photo|PHOTO|Picture|Image|Illustration|Credit|Video|Graphic)s?(?: by\b|: ?|/)|\(Photo\b|Getty Images"
    r"|\b ?/(?:AFP|AP|EPA|Reuters|Getty|Pool)\b|\bAFP via\b|\bAP Photo\b|\bfile (?:photo|picture|image)\b"
    r"|^\s*(?:Pictured|Watch|Listen)\b"
)
_FURNITURE = re.compile(
    r"^[A-Z]\w+(?: \w+){0,2}: "  # "Why watch: ..."
    r"|[a-z\"'’”]:[A-Z]"  # a link's words run into what follows
    r"|^\W*(?:read (?:more|also|next|the full)|see also|sign up|subscribe|click (?:here|on)|follow (?:us|the|@)|listen to"
    r"|watch(?: the| our|:)|updates?\b|(?:an? |the )?(?:satellite |still )?(?:image|photo|photograph|picture) (?:of|from|shows|taken)|related\b|source link|advertisement|copyright|\(c\)|©|updated\b|correction\b|download\b"
    r"|share this|comments?\b|enter your|by signing up|(?:additional )?(?:reporting|editing|writing) by"
    r"|this (?:article|story|report|piece|post) (?:was|is|has|first|originally))"
    r"|\bis a (?:contributor|correspondent|reporter|columnist|freelance|staff writer)\b|\ball rights reserved\b"
    r"|\bnewsletter\b|\bcontributed to this (?:report|story|article)\b|\bhere (?:are|is|'s)\b|\bhide caption\b"
    r"|\bcookies?\b.*\b(?:accept|browser|settings)\b|\bprivacy policy\b|\bterms (?:of use|and conditions)\b"
    r"|https?://|\bwww\.|@\w|\blive (?:updates|blog|coverage)\b|\bCNN\W?s\b.*\bcontributed\b",
    re.IGNORECASE,
)


def running(text: str) -> list[Span]:
    """An article's sentences of running text: no headings, captions, bylines, or lines that lead elsewhere."""
    found: list[Span] = []
    seen: set[str] = set()
    for span in sentences(text):
        sentence = text[span.start : span.end]
        if _STOPPED.search(sentence) and sentence not in seen and not _FURNITURE.search(sentence):
            seen.add(sentence)
            if not _CAPTION.search(_line(text, span)):
                found.append(span)
    return found


def _line(text: str, span: Span) -> str:
    """The line that a sentence stands in, if it is short enough for a caption's."""
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = end if end >= 0 else len(text)
    return text[start:end] if end - start <= _CAPTION_CHARS else ""


# --- sentences that stand alone -------------------------------------------------------------------

_LETTERS = re.compile(r"[^\W\d_]+")
_LEAST_WORDS, _MOST_WORDS = 6, 60
_OUTSIDE = 2  # words of the reporter's own: who says what is quoted
_LEANS = re.compile(
    r"[\"“‘'(«]*(?:"
    r"but|and|so|yet|nor|or|instead|also|too|then|therefore|thus|hence|otherwise|however|moreover|furthermore|besides"
    r"|nevertheless|nonetheless|still|rather|similarly|likewise|even so|indeed|such|another|others|both sides|no other|neither"
    r"|either|in (?:turn|addition|fact|response|return|contrast|particular|other words|both cases|it|them)"
    r"|for (?:example|instance|this|that|(?:its|his|her) part)|as (?:a result|such)|at the same time|on the other hand"
    r"|after (?:that|all)|since then|by then|that said|one(?=,| (?:is|was|has|had|said)\b)"
    r"|(?:all|one|most|many|some|few|several|none) of (?:this|that|them|these|those)|(?:most|many|some|few|several|all) said"
    r"|the (?:two|three|pair|former|latter|same|others?|move|deal|plan|news|incident|announcement|decision)"
    r"|he|she|it|they|his|hers?|him|its|theirs?|them|this|that|these|those|here|there(?! (?:is|are|was|were|have|has)\b)"
    r"|(?:it|that|he|she|they|there|here|what)['’]s?"
    r")\b(?!-)",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:(?:much )?the same|a similar) (?:line|tack|view|thing|point|words?|tone|terms)\b", re.IGNORECASE
)
_SPEAKER = re.compile(r"\b(?:I|[Ww]e|[Oo]urs?|us|[Mm]e|[Mm]y|[Yy]ou|[Yy]our)\b(?!\.)")
_PERSON = re.compile(r"\b(?:[Hh]e|[Ss]he|him|[Hh]er|[Hh]is|hers)\b")
_SOMEBODY = re.compile(
    r"\b(?:an?|the|one|former|another)\s+[a-z-]+|(?<!^)(?<!\b[Ii]n )(?<!\b[Aa]t )(?<!\b[Oo]n )\b[A-Z][\w’'-]+"
)
# "Storm, her deputy, ..." and "Storm, he pointed out, ...": somebody else's deputy, somebody else's words.
_BESIDE_NAME = re.compile(
    r"\W*(?:[A-Z][\w’'.-]+ )*[A-Z][\w’'-]+, (?:(?:his|her|their) |(?:he|she|they) [^,]{2,40},)"
)
_ASIDE = re.compile(r", (?:he|she|they) \w+(?: \w+){0,3}(?:,|\W*\Z)")
_THEY = re.compile(r"\b(?:[Tt]hey|them)\b")
_SEVERAL = re.compile(
    r"\b(?:and|people|police|men|women|children|couple|pair|family|crew|team|staff|army|government|military"
    r"|group|company|council|party|crowd|[Aa]ll|[Bb]oth|(?!this\b|was\b|has\b|does\b)[A-Z]?[a-z]{2,}(?<![sui])s)\b"
    r"|\w+(?:folk|men|women)\b"
)
_NOBODY = frozenset((*MONTHS, *WEEKDAYS))
_STARTS = re.compile(r"\W*([A-Z][\w’'-]*)")
_SAYS = "said|says|added|adds|told|wrote|argued|noted|warned|explained|claimed|insisted|continued|thought"
_HE_SAID = re.compile(rf"\b(?:(?:he|she) (?:{_SAYS}|went on)|(?:{_SAYS}) (?:he|she))\b", re.IGNORECASE)


def stands_alone(text: str, span: Span) -> bool:
    """Whether a sentence of a text can be read without those before it: no pronoun hangs, no quote is cut."""
    sentence = text[span.start : span.end]
    first = _LETTERS.search(sentence)
    if first is None or sentence[0] in "-–—•·*" or (first.start() < 3 and first[0][0].islower()):
        return False
    count = len(sentence.split()) if first[0].isascii() else len(terms(sentence))
    if not _LEAST_WORDS <= count <= _MOST_WORDS or not _is_whole(sentence):
        return False
    outside = QUOTED.sub(" ", sentence)
    if _LEANS.match(sentence) or _REFERS.search(outside) or _SPEAKER.search(outside) or "?" in outside:
        return False
    return len(outside.split()) >= _OUTSIDE and not _hangs(outside, text)


def _is_whole(sentence: str) -> bool:
    """Whether its quotes and brackets both open and close."""
    pairs = all(sentence.count(left) == sentence.count(right) for left, right in ("()", "“”"))
    return pairs and sentence.count('"') % 2 == 0


def _hangs(outside: str, text: str) -> bool:
    """Whether "he", "she" or "they" comes before anybody whom it could mean; ``outside`` has no quoted words.

    "For Storm, he said, ..." quotes somebody else than Storm; "Storm warned, she said, that ..." does not.
    """
    if _BESIDE_NAME.match(outside):
        return True
    several = _THEY.search(outside)
    if several and not _SEVERAL.search(outside, 0, several.start()):
        return True
    pronoun = _PERSON.search(outside)
    if pronoun is None:
        return False
    before = outside[: pronoun.start()]
    start = _STARTS.match(before)
    # A name has its capital in the middle of sentences too.
    if start and re.search(rf"(?<=[a-z,] ){re.escape(start[1])}\b", text):
        return False
    if _HE_SAID.search(outside) or _ASIDE.search(outside):
        return True
    return not any(match[0].casefold() not in _NOBODY for match in _SOMEBODY.finditer(before))
