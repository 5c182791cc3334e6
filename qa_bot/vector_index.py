"""The vector index: a Chroma collection of passage numbers and vectors. Derived; store.py owns it.

Chroma keeps one system per folder and process, which never sees what other processes write. So all
VectorIndex objects of one folder share a single handle here, and `reopen` renews it for all of them.
Only ids and vectors go in: the texts are in the catalogue, and Chroma keeps text at 5-12 times its size.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, InvalidArgumentError, InvalidDimensionException
from numpy.typing import NDArray

from qa_bot.errors import StoreDamagedError, StoreMismatchError

Vectors = NDArray[np.float32]

COLLECTION = "passages"
_BATCH = 2500  # Chroma refuses more than 5,461 rows a call; a search waits for one call at most
_HNSW = {
    "space": "cosine",
    # 34,000 real passages: recall@10 .996 and @400 .914 in 4.8 CPU s. 64 gives .999 and .938 in 6.1 s and
    # 100 .999 and .952, and not one figure of `qa-bot eval` on 157 questions differs between 40 and 64.
    "ef_construction": 40,
    "ef_search": 100,
    "max_neighbors": 16,
}
# Chroma writes its whole graph each time so many rows have come ("sync_threshold"), and each opening
# replays the rows since: 34,000 of them take 7 s. So a bulk is written in parts that grow with the index
# (in all, about four times what it ends with), the last of them made full with rows that do nothing.
_REPLAYED = 1000
_PART = 10_000
_PARTS = 4  # of the same size: then they double
_CHEAPER = 4  # times as fast as replaying a row is one that does nothing: 0.04 ms against 0.2 ms
_SHRINK_AFTER = 5000


class _Handle:
    """The one open Chroma client of a folder in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self.users = 0
        self.writing = False
        self.client: Any = None
        self.collection: Any = None

    def open(self) -> Any:
        if self.collection is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            settings = ChromaSettings(anonymized_telemetry=False)
            self.client = chromadb.PersistentClient(path=str(self.folder), settings=settings)
            self.collection = self.client.get_or_create_collection(
                COLLECTION,
                configuration={"hnsw": {**_HNSW, "sync_threshold": _REPLAYED}},
                embedding_function=None,
            )
        return self.collection

    def close(self) -> None:
        client, self.client, self.collection = self.client, None, None
        if client is not None:
            client.close()

    def write_graph_every(self, rows: int) -> None:
        """Chroma heeds a new threshold from the next opening on."""
        if self.open().configuration_json["hnsw"]["sync_threshold"] != rows:
            with warnings.catch_warnings():  # it warns of the embedding function that we do not give it
                warnings.simplefilter("ignore", DeprecationWarning)
                self.open().modify(configuration={"hnsw": {"sync_threshold": rows}})
            self.close()


_handles: dict[Path, _Handle] = {}
_handles_lock = threading.Lock()


class VectorIndex:
    """One Chroma collection in one folder; vectors are compared by cosine.

    Raises from every method:
        StoreDamagedError: the folder cannot be read as an index.
    """

    def __init__(self, folder: Path) -> None:
        with _handles_lock:
            self._handle = _handles.setdefault(folder.resolve(), _Handle(folder.resolve()))
            self._handle.users += 1
        self._closed = False

    def close(self) -> None:
        """Let go of the folder; the last user in the process closes Chroma's files."""
        if self._closed:
            return
        self._closed = True
        with _handles_lock, self._handle.lock:
            self._handle.users -= 1
            if not self._handle.users:
                self._handle.close()
                _handles.pop(self._handle.folder, None)

    def reopen(self) -> None:
        """See what other processes have written: the next call opens the folder afresh."""
        with self._handle.lock:
            if not self._handle.writing:  # what writes here sees everything
                self._handle.close()

    def count(self) -> int:
        """How many vectors the collection holds."""
        with self._handle.lock, _translated():
            return int(self._handle.open().count())

    def numbers(self) -> set[int]:
        """Every passage's number, from the disk; each vector is read, which fails where one is lost."""
        self.reopen()
        with self._handle.lock, _translated():
            collection = self._handle.open()
            found: set[int] = set()
            for first in range(0, int(collection.count()), _BATCH):
                page = collection.get(include=["embeddings"], limit=_BATCH, offset=first)
                found.update(map(int, page["ids"]))
            return found

    def clear(self) -> None:
        """Start again from nothing, in the same folder; other processes keep what they have open."""
        with self._handle.lock, _translated():
            self._handle.close()
            shutil.rmtree(self._handle.folder, ignore_errors=True)
            if self._handle.folder.is_file():
                self._handle.folder.unlink()
            if self._handle.folder.exists():  # where open files cannot be removed
                self._handle.open()
                self._handle.client.delete_collection(COLLECTION)
                self._handle.close()

    def apply(
        self, removed: list[int], added: Iterable[tuple[list[int], Vectors]], expected: int = 0
    ) -> None:
        """Remove and add vectors through a fresh client; doing it twice changes nothing.

        Args:
            removed: passage numbers to take out.
            added: passage numbers with a vector each.
            expected: about how many are added.
        """
        change = self.change(expected)
        try:
            change.remove(removed)
            for numbers, vectors in added:
                change.add(numbers, vectors)
            change.finish()
        finally:
            change.abandon()

    def change(self, expected: int | None = None) -> VectorChange:
        """Vectors to remove and add; ``expected`` is about how many, None for nobody knows."""
        with _translated():
            return VectorChange(self._handle, expected)

    def search(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """The nearest passages as (number, cosine similarity), nearest first."""
        with self._handle.lock, _translated():
            collection = self._handle.open()
            if not vector.any():
                return []
            found = collection.query(query_embeddings=vector[None, :], n_results=limit, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(int(number), 1.0 - float(distance)) for number, distance in pairs]


class VectorChange:
    """Changes to a collection through a fresh client, seen by searches of this process as they come.

    They are on disk, and for other processes to see, from `finish` on. Made by `VectorIndex.change`.
    """

    def __init__(self, handle: _Handle, expected: int | None) -> None:
        self._handle = handle
        self._changed = 0
        self._waiting = 0  # rows since the graph was written
        with handle.lock:
            handle.close()
            part = max(_PART, int(handle.open().count()) // _PARTS)
            self._part = part if expected is None else max(_REPLAYED, min(part, expected))
            handle.write_graph_every(self._part)
            handle.open()
            handle.writing = True

    def remove(self, numbers: Sequence[int]) -> None:
        """Take vectors out."""
        with _translated():
            for batch in _batches(numbers):
                with self._handle.lock:
                    self._handle.open().delete(ids=[str(number) for number in batch])
                self._logged(len(batch))

    def add(self, numbers: Sequence[int], vectors: Vectors) -> None:
        """Put vectors in, or others in their place."""
        with _translated():
            for first in range(0, len(numbers), _BATCH):
                rows = slice(first, first + _BATCH)
                ids = [str(number) for number in numbers[rows]]
                with self._handle.lock:
                    self._handle.open().upsert(ids=ids, embeddings=vectors[rows])
                self._logged(len(ids))

    def finish(self) -> None:
        """Write what is not yet written, and let go of the folder."""
        handle = self._handle
        with _translated(), handle.lock:
            lacking = self._part - self._waiting
            if self._waiting >= _REPLAYED and lacking < _CHEAPER * self._waiting:
                # Taking out what was never there does nothing, and counts like any other row.
                for batch in _batches(range(lacking)):
                    handle.open().delete(ids=[f"none{number}" for number in batch])
            handle.write_graph_every(_REPLAYED)
            handle.writing = False
            handle.close()
            handle.open().count()  # replays what is left, and writes the graph if that was much
            handle.close()
            if self._changed >= _SHRINK_AFTER:
                _shrink(handle.folder / "chroma.sqlite3")

    def abandon(self) -> None:
        """Let go of the folder as it is; after `finish` nothing."""
        with self._handle.lock:
            if self._handle.writing:
                self._handle.writing = False
                self._handle.close()

    def _logged(self, rows: int) -> None:
        """Count as Chroma does, and begin larger parts when many have been written."""
        self._changed += rows
        self._waiting += rows
        if self._waiting < self._part:
            return
        self._waiting = 0
        if self._part >= _PART and self._changed >= _PARTS * self._part:
            self._part *= 2
            with self._handle.lock:
                self._handle.write_graph_every(self._part)


def _batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[first : first + _BATCH] for first in range(0, len(numbers), _BATCH))


def _shrink(file: Path) -> None:
    """Give back what the log took: Chroma empties it but keeps its pages, nine tenths of the file."""
    # Another process may be reading: the space can wait.
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(file, timeout=0)) as db:
        db.execute("VACUUM")


# Chroma opens a damaged folder with any of these.
_FAILURES = (ChromaError, ValueError, LookupError, AttributeError, OSError, RuntimeError, sqlite3.Error)


class _translated:
    """Chroma's errors, as ours; a panic of Rust's is no Exception."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (InvalidArgumentError, InvalidDimensionException)):
            raise StoreMismatchError(
                f"The vector index was built with another embedder ({error}); "
                "rebuild it: qa-bot index --rebuild"
            ) from error
        failed = isinstance(error, _FAILURES)
        if failed or type(error).__name__ == "PanicException":
            raise StoreDamagedError(f"The vector index cannot be used: {error}") from error
