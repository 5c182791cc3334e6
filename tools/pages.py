"""Measure how well and how fast the article is taken from web pages whose true text is known.

The folder holds pages, NAME.html, and `ground-truth.json`: {NAME: {"articleBody": text}}, as that of
article-extraction-benchmark. No pages come with the project. The measure is that benchmark's: runs of four
words that page and truth share, counted with repetition; precision and recall are means over pages, and F1
is made of the two means.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from qa_bot.articles import Source
from qa_bot.reading import Reading
from qa_bot.types import Article

RUN = 4
WORST = 5


def main() -> int:
    """Measure the folder named on the command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else Path()
    if not (folder / "ground-truth.json").is_file():
        print(
            f"There is no ground-truth.json in {str(folder)!r}; name a folder that has one.", file=sys.stderr
        )
        return 2
    rows = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    truth = {name: row["articleBody"] for name, row in rows.items()}
    found, seconds = read(folder, list(truth))
    shares = {name: compare(truth[name], found[name].text if name in found else "") for name in truth}
    precision = statistics.mean(precise for precise, _ in shares.values() if precise is not None)
    recall = statistics.mean(recalled for _, recalled in shares.values() if recalled is not None)
    print(f"{len(truth)} pages, {len(truth) / seconds:.0f} a second")
    f1 = 2 * precision * recall / (precision + recall)
    print(f"F1 {f1:.4f}, precision {precision:.4f}, recall {recall:.4f}")
    facts = ("title", "published", "publisher", "author")
    known = {fact: sum(getattr(one, fact) is not None for one in found.values()) for fact in facts}
    print(", ".join(f"{fact} of {count}" for fact, count in known.items()))
    for name in sorted(shares, key=lambda name: sum(share or 0 for share in shares[name]))[:WORST]:
        print(f"  {name}: precision {shares[name][0] or 0:.2f}, recall {shares[name][1] or 0:.2f}")
    return 0


def read(folder: Path, names: list[str]) -> tuple[dict[str, Article], float]:
    """The articles of pages, and the seconds that reading them took once the readers had started."""
    with Reading() as reading:
        list(reading.read([Source(folder / f"{names[0]}.html", "first")] * 8))
        began = time.perf_counter()
        articles = [
            (source.id, item)
            for source, items in reading.read([Source(folder / f"{name}.html", name) for name in names])
            for item in items
            if isinstance(source, Source) and isinstance(item, Article)
        ]
        seconds = time.perf_counter() - began
    return dict(articles), seconds


def compare(truth: str, text: str) -> tuple[float | None, float | None]:
    """Precision and recall of runs of words; None where there are none to count."""
    true, said = runs(truth), runs(text)
    shared = sum((true & said).values())
    precision = shared / sum(said.values()) if said else None
    recall = shared / sum(true.values()) if true else None
    return precision, recall


def runs(text: str) -> Counter[tuple[str, ...]]:
    """How often each run of four words stands in a text; one run of all words in a shorter one."""
    words = re.findall(r"\w+", text)
    found = [tuple(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))]
    return Counter(run for run in found if run)


if __name__ == "__main__":
    sys.exit(main())
