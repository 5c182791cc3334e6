"""The articles of an index as a reader browses them: searched, narrowed, sorted, and counted over time."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa_bot.errors import UsageError
from qa_bot.rendering import facts
from qa_bot.text import terms
from qa_bot.types import Article, Passage

if TYPE_CHECKING:
    from qa_bot.bot import QABot

PAGE = 50
# Bars are days, months or years: the finest of which there are at most so many.
_MOST_BARS = 62
_SEARCHED = 100  # passages
_SNIPPET = 180
_CHARS = {"day": 10, "month": 7, "year": 4}  # of an ISO date, which name it
_ORDERS = ("newest", "oldest", "title", "publisher", "passages")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles are wanted: words, days, publisher, only those with a problem, in which order."""

    words: str = ""
    since: str | None = None
    until: str | None = None
    publisher: str | None = None
    problems: bool = False
    order: str = "newest"
    start: int = 0

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Wanted:
        """What a page asks for; what is missing or of the wrong type is not asked for.

        Raises:
            UsageError: there is no such order.
        """
        texts = {
            name: value.strip()
            for name in ("words", "since", "until", "publisher", "order")
            if isinstance(value := data.get(name), str) and value.strip()
        }
        if texts.get("order", "newest") not in _ORDERS:
            raise UsageError(f"Articles are ordered by {', '.join(_ORDERS)}, not {texts['order']!r}.")
        start = data.get("start")
        return cls(
            **texts, problems=data.get("problems") is True, start=max(0, start) if type(start) is int else 0
        )


def listed(bot: QABot, wanted: Wanted) -> dict[str, Any]:
    """A page of articles, how many there are in all, their publishers, and the bars of the plot.

    The bars tell of the articles of every day, so that a day that is not shown can be chosen.
    """
    everything = bot.articles()
    found, snippets = _with_words(bot, everything, wanted.words)
    found = [article for article in found if _fits(article, wanted)]
    dated = [article for article in found if _in_days(article, wanted)]
    counts = bot.passage_counts()
    ordered = _ordered(dated, counts, wanted)
    page = ordered[wanted.start : wanted.start + PAGE]
    return {
        "total": len(ordered),
        "all": len(everything),
        "start": wanted.start,
        "publishers": sorted({article.publisher for article in everything if article.publisher}),
        "problems": sum(bool(problems(article)) for article in everything),
        "articles": [
            {
                **facts(article),
                "passages": counts.get(article.id, 0),
                "problems": problems(article),
                "snippet": snippets.get(article.id),
            }
            for article in page
        ],
        "plot": plot(found),
    }


def problems(article: Article) -> list[str]:
    """What is wrong with an article, by name: "undated", "untitled", "superseded"."""
    found = [] if article.published else ["undated"]
    found += [] if article.title else ["untitled"]
    return found + (["superseded"] if article.superseded else [])


def plot(articles: Iterable[Article]) -> dict[str, Any]:
    """How many articles each day, month or year has, without gaps.

    Returns:
        ``{"unit", "bars": [{"label", "since", "until", "count"}], "undated"}``
    """
    days = [article.published for article in articles]
    dated = sorted(day for day in days if day)
    undated = len(days) - len(dated)
    if not dated:
        return {"unit": "day", "bars": [], "undated": undated}
    unit = _unit(dated[0], dated[-1])
    labels = _labels(unit, dated[0], dated[-1])
    counts = Counter(day[: _CHARS[unit]] for day in dated)
    bars = [
        {"label": label, "since": first, "until": last, "count": counts[label]}
        for label, first, last in labels[-4 * _MOST_BARS :]
    ]
    return {"unit": unit, "bars": bars, "undated": undated}


def _unit(first: str, last: str) -> str:
    start, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    if (end - start).days < _MOST_BARS:
        return "day"
    return "month" if (end.year - start.year) * 12 + end.month - start.month < _MOST_BARS else "year"


def _labels(unit: str, first: str, last: str) -> list[tuple[str, str, str]]:
    """Each unit from one day to another: its name, its first and its last day."""
    start, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    if unit == "day":
        days = [start + datetime.timedelta(days=count) for count in range((end - start).days + 1)]
        return [(day.isoformat(), day.isoformat(), day.isoformat()) for day in days]
    if unit == "year":
        years = range(start.year, end.year + 1)
        return [(f"{year:04}", f"{year:04}-01-01", f"{year:04}-12-31") for year in years]
    months = range(start.year * 12 + start.month - 1, end.year * 12 + end.month)
    return [
        (label := f"{month // 12:04}-{month % 12 + 1:02}", f"{label}-01", f"{label}-{_last_day(month)}")
        for month in months
    ]


def _last_day(month: int) -> int:
    year, index = divmod(month + 1, 12)
    following = datetime.date(year, index + 1, 1) if year <= 9999 else None
    return (following - datetime.timedelta(days=1)).day if following else 31


def _with_words(
    bot: QABot, everything: Sequence[Article], words: str
) -> tuple[list[Article], dict[str, str]]:
    """Articles whose facts hold all the words, then those with a passage that has them; the passages."""
    if not words:
        return list(everything), {}
    wanted = words.casefold().split()
    named = [article for article in everything if _names(article, wanted)]
    looked_for = set(terms(words))
    snippets: dict[str, str] = {}
    for passage in bot.search(words, limit=_SEARCHED) if looked_for else ():
        if looked_for <= set(terms(passage.text)):
            snippets.setdefault(passage.article_id, _snippet(passage))
    known = {article.id: article for article in everything}
    others = [known[each] for each in snippets if each in known and known[each] not in named]
    return [*named, *others], snippets


def _names(article: Article, wanted: Sequence[str]) -> bool:
    held = " ".join(
        fact
        for fact in (article.title, article.publisher, article.author, article.published, article.id)
        if fact
    ).casefold()
    return all(word in held for word in wanted)


def _snippet(passage: Passage) -> str:
    line = " ".join(passage.text.split())
    return line if len(line) <= _SNIPPET else f"{line[:_SNIPPET].rpartition(' ')[0] or line[:_SNIPPET]} …"


def _fits(article: Article, wanted: Wanted) -> bool:
    if wanted.publisher and (article.publisher or "").casefold() != wanted.publisher.casefold():
        return False
    return bool(problems(article)) or not wanted.problems


def _in_days(article: Article, wanted: Wanted) -> bool:
    day = article.published
    if wanted.since and not (day and day >= wanted.since):
        return False
    return not wanted.until or bool(day and day <= wanted.until)


def _ordered(articles: list[Article], counts: Mapping[str, int], wanted: Wanted) -> list[Article]:
    """In the order wanted; "newest" is that of the index, and with words the best come first."""
    if wanted.order == "oldest":
        return sorted(articles, key=lambda article: article.published or "9999")
    if wanted.order == "title":
        return sorted(articles, key=lambda article: article.label.casefold())
    if wanted.order == "publisher":
        return sorted(articles, key=lambda article: (article.publisher or "\uffff").casefold())
    if wanted.order == "passages":
        return sorted(articles, key=lambda article: -counts.get(article.id, 0))
    return articles
