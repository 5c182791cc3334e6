"""Make qa_bot/assets/synonyms.tsv from WordNet 3.0: which words can stand for one another.

    python tools/build_synonyms.py path/to/wordnet      (Debian: package wordnet-base, /usr/share/wordnet)

WordNet (Fellbaum 1998, https://wordnet.princeton.edu) is free to use and to copy with its notice, which
stands in qa_bot/assets/WORDNET.txt. Kept are pairs of index terms, not its definitions or examples:
words of one synset, words derived from one another ("S"), and words one step more general ("H"), each
only in its most frequent senses, and only for words that WordNet's own corpus has met.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from qa_bot.text import terms

OUT = Path(__file__).parent.parent / "qa_bot" / "assets" / "synonyms.tsv"
Pointer = tuple[str, str, str, "tuple[int, int] | None"]  # symbol, target, its part of speech, words
POS = ("noun", "verb", "adj", "adv")
_SENSES = 4  # a word's senses, most frequent first, in which its synonyms count
_GENERAL_SENSES = 2  # ... and its more general words
_MOST_WORDS = 3


def main() -> int:
    """Read WordNet's files and write the table."""
    parser = argparse.ArgumentParser(description="Make the table of synonyms from WordNet 3.0.")
    parser.add_argument("wordnet", type=Path, help="the folder that holds data.noun")
    folder = parser.parse_args().wordnet
    if not (folder / "data.noun").is_file():
        print(f"There is no data.noun in {str(folder)!r}; name WordNet's folder.", file=sys.stderr)
        return 2
    pairs: dict[tuple[str, str], str] = {}
    for pos in POS:
        for left, right, kind in _pairs(folder, pos):
            if left != right:
                key = min(left, right), max(left, right)
                pairs[key] = min(kind, pairs.get(key, kind), key="SH".index)
    table: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"S": [], "H": []})
    for (left, right), kind in sorted(pairs.items()):
        table[left][kind].append(right)
    lines = [f"{left}\t{','.join(to['S'])}\t{','.join(to['H'])}\n" for left, to in table.items()]
    OUT.write_text("".join(lines), "utf-8")
    print(f"{len(pairs):,} pairs, {OUT.stat().st_size:,} bytes")
    return 0


def _pairs(folder: Path, pos: str) -> Iterator[tuple[str, str, str]]:
    ranks = {other: _ranks(folder, other) for other in POS}
    synsets = {other: dict(_synsets(folder, other)) for other in POS}

    def near(lemma: str, offset: str, kind: str, senses: int) -> bool:
        return ranks[kind].get((lemma, offset), 99) < senses

    for offset, (lemmas, pointers) in synsets[pos].items():
        own = [lemma for lemma in lemmas if near(lemma, offset, pos, _SENSES)]
        for left, right in itertools.combinations(own, 2):
            yield from _joined(left, right, "S")
        for symbol, target, kind, at in pointers:
            others: list[str] = synsets[kind].get(target, ([], []))[0]
            if symbol == "+" and at:
                left, right = lemmas[at[0] - 1], others[at[1] - 1]
                if near(left, offset, pos, _SENSES) and near(right, target, kind, _SENSES):
                    yield from _joined(left, right, "S")
            elif symbol in ("@", "&"):
                for left, right in itertools.product(own, others):
                    if near(left, offset, pos, _GENERAL_SENSES) and near(
                        right, target, kind, _GENERAL_SENSES
                    ):
                        yield from _joined(left, right, "H")


def _joined(left: str, right: str, kind: str) -> Iterator[tuple[str, str, str]]:
    first, second = _term(left), _term(right)
    if first and second:
        yield first, second, kind


def _term(lemma: str) -> str:
    found = terms(lemma.replace("_", " "))
    simple = len(found) <= _MOST_WORDS and all(term.isalpha() and len(term) > 1 for term in found)
    return " ".join(found) if simple and lemma.islower() else ""


def _ranks(folder: Path, pos: str) -> dict[tuple[str, str], int]:
    """(lemma, synset) to the number of the sense, from 0; only lemmas met in the tagged corpus."""
    ranks = {}
    for line in (folder / f"index.{pos}").read_text("latin-1").splitlines():
        if line.startswith(" "):
            continue
        parts = line.split()
        count = int(parts[2])
        tagged = int(parts[-count - 1])
        if tagged:
            for number, offset in enumerate(parts[-count:]):
                ranks[parts[0], offset] = number
    return ranks


def _synsets(folder: Path, pos: str) -> Iterator[tuple[str, tuple[list[str], list[Pointer]]]]:
    """Offset to (lemmas, pointers as (symbol, offset, part of speech, words at either end or None))."""
    names = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
    for line in (folder / f"data.{pos}").read_text("latin-1").splitlines():
        if line.startswith(" "):
            continue
        parts = line.split(" | ")[0].split()
        count = int(parts[3], 16)
        lemmas = [parts[4 + 2 * i].split("(")[0] for i in range(count)]
        start = 4 + 2 * count
        pointers = []
        for i in range(int(parts[start])):
            symbol, target, kind, ends = parts[start + 1 + 4 * i : start + 5 + 4 * i]
            at = (int(ends[:2], 16), int(ends[2:], 16)) if ends != "0000" else None
            pointers.append((symbol, target, names[kind], at))
        yield parts[0], (lemmas, pointers)


if __name__ == "__main__":
    sys.exit(main())
