"""What is said around a question and asks nothing: "By the way, ...", "Wow! ...", "..., right?"."""

from __future__ import annotations

import re

from qa_bot.lexicon import stop_terms
from qa_bot.text import sentences, words

_EXCLAMATION = (
    r"(?:oh my god|thank you(?: very much| so much)?|thanks(?: a lot)?|by the (?:a)?way|in (?:other words"
    r"|that case|this case)"
    r"|of course|excuse me|i see|got it|(?:that|this) (?:is|was|sounds) (?:(?:really|very|too"
    r"|so) )?(?:great|interesting|good|bad|helpful)"
    r"|you are right|oh|ah|aha|wow|ok|okay|yes|no|yeah|well|great|good|nice|cool|thx|hmm+|oops|omg|right"
    r"|sure|fine|sorry"
    r"|interesting|btw|now|so|and|but|also|alright|hello|hi|hey|true|just curious|one (?:last"
    r"|more) (?:thing|question)"
    r"|(?:another|a different|next) (?:thing|question|topic)|(?:just )?out of curiosity)"
)
_ASKING = (
    r"(?:what|who|whom|whose|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would"
    r"|should)\b"
)
_BEFORE = re.compile(
    rf"(?:{_EXCLAMATION}\b(?!\.\s?\d)(?:\s*[,.!?:;…]+|\s+[-–—])\s+"
    rf"|(?:so|and|but|ok|okay|well|also|now|then),?\s+(?={_ASKING}))+",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"chang\w+ (?:\w+ ){0,5}?(?:subject|topic)[\w ]*[,.:]\s*", re.IGNORECASE)
_SPEAKING = re.compile(
    r"(?:speaking|talking|(?:going|coming|getting) back)(?: again)? (?:about|of"
    r"|to) (?P<topic>[^,?.!]{1,80}?)(?: again)?(?:[,.]|(?=\s))\s*"
    r"(?<=[,.]|\s)(?=(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have"
    r"|had|can|could|will"
    r"|would|its|their|in)\b)",
    re.IGNORECASE,
)
# "Do you know when ...": the question is the one inside.
_WRAPPED = re.compile(
    r"(?:(?:do|did) you (?:happen to )?(?:know|have (?:any )?(?:information|info|idea)s?)"
    r"|may i ask(?: you)?|i(?: am|'m)? (?:just )?"
    r"wonder(?:ing)?|i(?: would|'d) like to know|i (?:want|need) to know)(?: about| on)? (?=(?:who|whom"
    r"|whose|what|which|when|where"
    r"|why|how)\b)",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"(?:are you saying|(?:do )?you mean|does (?:that|this) mean|that means)(?: to say)?(?: that)?,? "
    r"(?=(?:\w+ ){2})(?!by\b)",
    re.IGNORECASE,
)
_MEANT = re.compile(r"(?:what i mean[t]? (?:is|was)|i mean[t]?)[,:]? (?=\S)", re.IGNORECASE)
_TAG = re.compile(r",\s*(?:right|correct|please|pls)(?=\W*$)|\s+(?:please|pls|tho)(?=\W*$)", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:he|she|it|they|him|her|his|hers|its|their|them|this|that|these|those|there|then|one|ones|so|such"
    r"|both|another|others?|else)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"^(?:\w+ )?{_ASKING}", re.IGNORECASE)
# Not the "it" of "is it true that".
_IT = re.compile(r"\b(?:(?P<whose>its|their)|it(?! \w+ (?:that|to|if)\b)|they|them)\b", re.IGNORECASE)
_LONGEST = 600  # characters; in a longer question everything may matter


def without_asides(question: str) -> str:
    """A question without what is said around it.

    What could be part of the question stays: a sentence that the question points back to, or that names
    something which the question does not.
    """
    text = " ".join(question.split())
    if len(text) > _LONGEST:
        return text
    for _ in range(3):
        shorter = _once(_last_asked(text))
        if shorter == text:
            break
        text = shorter
    return text


def _once(text: str) -> str:
    for pattern in (_BEFORE, _SUBJECT, _WRAPPED, _MEANT):
        text = _or_whole(text, text[_end(pattern, text) :])
    saying = _SAYING.match(text)
    if saying:
        text = f"Is it so that {text[saying.end() :]}"
    text = _or_whole(text, _TAG.sub("", text))
    speaking = _SPEAKING.match(text)
    return _spoken_of(text[speaking.end() :], speaking["topic"].strip()) if speaking else text


def _end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _or_whole(text: str, shorter: str) -> str:
    return shorter if _things(shorter) else text


def _things(text: str) -> set[str]:
    return {word.term for word in words(text) if word.term not in stop_terms()}


def _spoken_of(text: str, topic: str) -> str:
    """What is spoken of put in the place of its pronoun: "Speaking of vaccines, how are they made?"."""
    pronoun = _IT.search(text)
    if pronoun:
        return f"{text[: pronoun.start()]}{topic}{'’s' if pronoun['whose'] else ''}{text[pronoun.end() :]}"
    return text if len(_things(text)) > 1 else f"{text.rstrip(' ?!.')} ({topic})?"


def _last_asked(text: str) -> str:
    """The text from its first question on, when that needs nothing of the sentences before it."""
    spans = sentences(text)
    asked = next((span.start for span in spans if text[: span.end].endswith("?")), 0)
    said, question = text[:asked], text[asked:]
    if not said or _POINTING.search(question) or not _ASKS.match(question) or len(_things(question)) < 2:
        return text
    names = {
        word.term for word in words(said)[1:] if word.text[0].isupper() and word.term not in stop_terms()
    }
    figures = {word.term for word in words(said) if word.text[0].isdigit()}
    return question if names | figures <= _things(question) else text
