"""Copies and near copies of articles, by MinHash: wire stories that many papers print, with small changes.

A signature estimates how much of their runs of four index terms two texts share (Jaccard; Broder 1997, "On
the resemblance and containment of documents"). Texts that share a band of a signature are looked at closer.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

RUN = 4  # terms: fewer, and texts on one event look alike; more, and an edited copy does not
HASHES = 64  # the estimate's standard error is at most 1/16
_BAND = 4  # hashes a band: two texts that share half of their runs meet in one of 16 with p = .64, 3/4: .998
SAME = 0.5  # share of runs from which on texts count as copies
_LEAST_RUNS = 30  # shorter texts are alike by chance
_SEED = 20


def signature(terms: Sequence[str]) -> bytes | None:
    """The MinHash signature of a text's index terms; None for a text too short to tell."""
    from rensa import RMinHash

    runs = [*map(" ".join, zip(*(terms[at:] for at in range(RUN)), strict=False))]
    # A run that stands twice changes no minimum. As many different terms begin as many different runs.
    if len(set(terms)) < _LEAST_RUNS + RUN and len(set(runs)) < _LEAST_RUNS:
        return None
    made = RMinHash(num_perm=HASHES, seed=_SEED)
    made.update(runs)
    return struct.pack(f"<{HASHES}I", *made.digest())


def bands(signed: bytes) -> list[int]:
    """What two texts must have one of in common to be compared: signed 64-bit numbers."""
    import hashlib

    size = 4 * _BAND
    return [
        int.from_bytes(
            hashlib.blake2b(bytes([at // size]) + signed[at : at + size], digest_size=8).digest(),
            "little",
            signed=True,
        )
        for at in range(0, len(signed), size)
    ]


def likeness(one: bytes, other: bytes) -> float:
    """The share of runs that two texts have in common, as their signatures estimate it: 0 to 1."""
    first, second = (np.frombuffer(signed, dtype="<u4") for signed in (one, other))
    return float(np.mean(first == second))
