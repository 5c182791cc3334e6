"""Reads tests/written: sentences that a model might write, and what is wrong with them."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa_bot.articles import find, read
from qa_bot.chunking import passages
from qa_bot.errors import ArticleError
from qa_bot.models import word_rarity, word_vectors
from qa_bot.support import Checker, Source
from qa_bot.types import Article, Passage

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "written"


@dataclass(frozen=True)
class Case:
    """A sentence about an article; ``wrong`` names its kind of fault, None when it is true."""

    article: Article
    sentence: str
    wrong: str | None


def cases(name: str) -> Iterator[Case]:
    """The cases of one half."""
    for block in (FOLDER / f"{name}.txt").read_text("utf-8").split("\n# "):
        head, *lines = block.removeprefix("# ").strip().split("\n")
        article = _article(head, lines)
        for line in lines:
            if line.startswith("= "):
                yield Case(article, line[2:], None)
            elif line.startswith("! "):
                wrong, _, sentence = line[2:].partition(" | ")
                yield Case(article, sentence, wrong)


def _article(head: str, lines: list[str]) -> Article:
    """The article of a block: a sample article by its path, or what stands in the block."""
    if head.startswith("seeds/"):
        (source,) = (one for one in find([ROOT / head]) if not isinstance(one, ArticleError))
        (article,) = (one for one in read(source) if isinstance(one, Article))
        return article
    number, publisher, day, title = (part.strip() for part in head.split("|"))
    text = "\n".join(line for line in lines if line.strip() and not line.startswith(("= ", "! ")))
    return Article(number, text, title, publisher, published=day)


def checker(article: Article) -> Checker:
    """Checks sentences against all passages of an article."""
    spans = passages(article.text, 120)
    sources = [
        Source(
            f"src-{at}",
            Passage(
                f"{article.id}#{at}", article.id, article.text[span.start : span.end], span.start, span.end
            ),
            article,
        )
        for at, span in enumerate(spans)
    ]
    assert article.published
    return Checker(sources, datetime.date.fromisoformat(article.published), word_vectors, word_rarity)
