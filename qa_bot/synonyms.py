"""Which English words can stand for one another, from WordNet 3.0 (assets/WORDNET.txt, its notice).

The table is made by tools/build_synonyms.py; its words are index terms, phrases joined by a space.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

Relation = Literal["same", "general"]


def related(term: str) -> dict[str, Relation]:
    """Terms and phrases that can stand for a term, and how: of one meaning, or one step more general."""
    return _table().get(term, {})


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Relation]]:
    table: dict[str, dict[str, Relation]] = {}
    relations: tuple[Relation, Relation] = ("same", "general")
    path = Path(__file__).parent / "assets" / "synonyms.tsv"
    for line in path.read_text("utf-8").splitlines():
        left, *groups = line.split("\t")
        for relation, group in zip(relations, groups, strict=True):
            for right in filter(None, group.split(",")):
                table.setdefault(left, {})[right] = relation
                table.setdefault(right, {})[left] = relation
    return table
