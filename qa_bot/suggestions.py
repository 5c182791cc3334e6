"""Questions that the articles answer: each was asked before it is offered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from qa_bot.errors import QABotError
from qa_bot.types import Article

if TYPE_CHECKING:
    from qa_bot.bot import QABot

DEMO = (
    "How many North Korean soldiers are in the Kursk region?",
    "What did Rutte say about the deployment?",
    "Timeline of North Korean troops in Russia",
    "Who called the soldiers “cannon fodder”?",
)
_READ = 6  # articles that names are taken from
_TRIED = 12  # questions asked at most: about 30 ms each
_OF_A_KIND = 2
_LEAST_CONFIDENCE = 0.4
# Two or more capitalised words, behind a word that is not: so no beginning of a sentence is taken for a name.
_ADJECTIVE = re.compile(r"(?:ean|ian|ish|ese|ans)s?$")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z’'-]+(?: [A-Z][a-z’'-]+){1,2}\b")


def suggestions(bot: QABot, articles: Sequence[Article] = (), *, limit: int = 4) -> list[str]:
    """Questions about the articles, or about some of the index, that get an answer.

    Args:
        bot: the bot that will be asked.
        articles: whole articles to take them from; some of the index when there are none.
        limit: how many at most.
    """
    if bot.is_demo and not articles:
        return list(DEMO[:limit])
    whole = list(articles)[:_READ] or _sample(bot)
    found: list[str] = []
    used: set[str] = set()
    kinds: Counter[str] = Counter()
    tried = 0
    for kind, name in _candidates(bot, whole):
        words = set(name.split())
        if words & used or kinds[kind] >= _OF_A_KIND:
            continue
        if tried >= _TRIED or len(found) >= limit:
            break
        tried += 1
        question = kind.format(name)
        if _is_answered(bot, question):
            used |= words
            kinds[kind] += 1
            found.append(question)
    return found


def _sample(bot: QABot) -> list[Article]:
    """The newest article, and some from all over the time that the index covers."""
    known = bot.articles()
    step = max(1, len(known) // _READ)
    return [bot.article(article.id) for article in known[::step][:_READ]]


def _is_answered(bot: QABot, question: str) -> bool:
    answer = bot.answer(question)
    return answer.answered and bool(answer.citations) and answer.confidence >= _LEAST_CONFIDENCE


def _candidates(bot: QABot, articles: Sequence[Article]) -> Iterator[tuple[str, str]]:
    """What could be asked, and about whom or what: kinds of questions take turns."""
    names = [name for name, _ in Counter(_names(articles)).most_common(8)]
    speakers = list(dict.fromkeys(_speakers(bot, articles)))
    for place in range(8):
        if place < len(speakers):
            yield "What did {} say?", speakers[place]
        for kind in ("What do the articles say about {}?", "Timeline of {}") if place < len(names) else ():
            yield kind, names[place]


def _names(articles: Iterable[Article]) -> Iterator[str]:
    """Names in the texts, but for those that say only whose something is: "North Korean" of "North Korea"."""
    for article in articles:
        bare = (re.sub(r"['’]s?$", "", name) for name in _NAME.findall(article.text))
        yield from (name for name in bare if not _ADJECTIVE.search(name))


def _speakers(bot: QABot, articles: Sequence[Article]) -> Iterator[str]:
    """People whom overviews of the articles quote, by their names alone."""
    for article in articles:
        try:
            overview = bot.answer("Summarise this article", articles=[article.id])
        except QABotError:  # it was removed meanwhile
            continue
        for citation in overview.citations:
            name = re.match(r"(?!The )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){1,2}(?=,|$)", citation.said_by or "")
            if name:
                yield name[0]
