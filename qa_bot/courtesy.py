"""What people say to a bot that is no question: greetings, thanks, "what can you do", orders."""

from __future__ import annotations

import re
from typing import Literal

Courtesy = Literal["greeting", "thanks", "help", "order"]

_POLITE = (
    r"(?: (?:there|bot|everyone|all|again|you|so much|very much|a lot|for (?:that|your help|the help)))*"
)
_HELLO = r"(?:hi|hello|hey|hiya|greetings|howdy|good (?:morning|afternoon|evening|day))\b"
_THAT_WAS = (
    r"(?:(?:that|this|it)(?: was|'s| is)(?: very| really| so)? (?:helpful|great|useful|good|all|it)[\s.!]*)?"
)
# An order begins a sentence; "Did the mayor ignore the rules?" is a question.
_DO = r"(?:^|[.!?;:,\n]\s*|\b(?:please|now|and|then|must|just) )\W*"
_A_FEW = r"(?:\w+ ){0,4}"
_KINDS: tuple[tuple[Courtesy, str], ...] = (
    ("greeting", rf"^(?:{_HELLO}{_POLITE}[\s,.!]*)+(?:how are you(?: doing)?(?: today)?[\s?!.]*)?$"),
    (
        "thanks",
        r"^(?:ok(?:ay)?|great|good|perfect)?[\s,.!]*(?:many )?(?:thanks|thank you|thx|cheers)\b"
        rf"{_POLITE}[\s,.!]*{_THAT_WAS}$"
        r"|^(?:good)?bye\b[\s.!]*$",
    ),
    (
        "help",
        r"^(?:(?:hi|hello|hey)[\s,.!]*)?(?:(?:so |and )?what (?:can|do) you do|what are you(?: for)?"
        r"|who are you|(?:please )?tell me (?:something |more )?about (?:yourself|you)|what(?:'s| is) up(?: with you)?"
        r"|introduce yourself|help(?: me)?"
        r"|how (?:does this|do you|do i use (?:this|you)|can you help(?: me)?)(?: work)?"
        r"|what (?:can|should) i ask(?: you)?|what (?:do you know|is this)(?: about)?)[\s?!.]*$",
    ),
    (
        "order",
        rf"{_DO}(?:ignore|disregard|forget|override|bypass) {_A_FEW}"
        r"(?:instructions?|rules?|prompts?|articles?|sources?|guidelines?)\b"
        r"|\brepeat after me\b|\bfrom (?:now|here) on,? (?:you|answer|only|say|respond|speak|write)\b"
        r"|\byou (?:are now|must now|must answer|will now)\b|\bpretend (?:to be|that|you)\b"
        r"|^\W*(?:system|assistant|developer) ?(?:prompt|message)?:"
        rf"|{_DO}(?:print|reveal|show|repeat|output) {_A_FEW}(?:system |hidden )?(?:prompt|instructions)\b"
        rf"|{_DO}(?:act|answer|respond|speak) as (?:a|an|if)\b|\bjailbreak\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)


def courtesy(text: str) -> Courtesy | None:
    """What kind of courtesy or order a message is; None when it may be a question."""
    plain = text.replace("’", "'").strip()
    return next((kind for kind, pattern in _PATTERNS if pattern.search(plain)), None)


def reply(kind: Courtesy, articles: int) -> str:
    """The answer to a courtesy: short, friendly, uncited."""
    about = "the one article" if articles == 1 else f"the {articles:,} articles" if articles else "articles"
    where = "in the index" if articles else "in the index, once there are any"
    return {
        "greeting": f"Hello. Ask me anything about {about} {where}.",
        "thanks": "You are welcome.",
        "help": (
            f"I answer questions from {about} {where}. Each answer quotes the sentences that hold it "
            "and says where they stand; when the articles do not tell, I say so. "
            "Ask who, when, where, why or how many."
        ),
        "order": (
            "I answer questions about the articles and nothing else, so I cannot follow that. "
            "Ask what the articles say."
        ),
    }[kind]
