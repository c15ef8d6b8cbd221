"""Batches of events as they were accepted: one file a batch, whole or not there.

A batch is written with the marks up to which the spools are read by then, so that both hold or
neither: no event is lost and none is there twice, whenever the collector dies. A file has a line
that says what it holds, and a line for each event, its columns parted by tabs (JSON has none).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from ringwall.runtime.private_files import private_folder, remove_leftovers, write_private
from ringwall.runtime.spool.following import Mark

COLUMNS: Final = ("index", "received", "source", "kind", "flags", "personal", "raw")
_SUFFIX: Final = ".tsv"
_TRIES: Final = 20


class Row(NamedTuple):
    """One event as it stands in the journal: ``leaf`` is its index in the tree."""

    leaf: int
    received: int
    source: bytes
    kind: bytes
    flags: bytes
    personal: bytes
    raw: bytes


class DamagedJournalError(ValueError):
    """A batch that is not as it was written; the text says which."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One file: ``count`` events from ``first`` on, and how far the spools are read with them.

    ``kinds`` are those of its events.
    """

    path: Path
    first: int
    count: int
    marks: Mapping[str, Mark]
    digest: str
    kinds: frozenset[str]

    @property
    def end(self) -> int:
        """The index of the first event that is not in it."""
        return self.first + self.count

    def rows(self) -> Iterator[Row]:
        """Its events; ``DamagedJournalError`` where they are not those that were written."""
        with self.path.open("rb") as file:
            file.readline()
            content = file.read()
        if sha256(content).hexdigest() != self.digest:
            msg = f"{self.path} is damaged: its events are not those that were accepted"
            raise DamagedJournalError(msg)
        for line in content.splitlines():
            index, received, *rest = line.split(b"\t")
            yield Row(int(index), int(received), *rest)


class Journal:
    """The batches in ``folder``, oldest first. One writer; who reads sees whole files only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, and take away what a killed writer left. For the writer alone."""
        private_folder(self._folder)
        remove_leftovers(self._folder)

    def batches(self) -> list[Batch]:
        """All that are there."""
        return [self._read(path) for path in sorted(self._folder.glob(f"*{_SUFFIX}"))]

    def marks(self) -> Mapping[str, Mark]:
        """How far the spools are read, durably: what the newest batch says. For any process."""
        newest = self._newest()
        return {} if newest is None else newest.marks

    def end(self) -> int:
        """The index that the next event gets. For any process."""
        newest = self._newest()
        return 0 if newest is None else newest.end

    def _newest(self) -> Batch | None:
        """The newest batch; ``None`` only where there never was any."""
        for _ in range(_TRIES):
            paths = sorted(self._folder.glob(f"*{_SUFFIX}"), reverse=True)
            for path in paths:
                with suppress(FileNotFoundError):  # its events went into the table meanwhile
                    return self._read(path)
            if not paths:
                break
        return None

    def write(
        self,
        first: int,
        lines: Sequence[bytes],
        marks: Mapping[str, Mark],
        kinds: frozenset[str] = frozenset(),
        *,
        count: int = 0,
    ) -> Batch:
        """Accept a batch of ``count`` lines, some of them joined: durable when this returns."""
        hashed = sha256()
        for some in lines:
            hashed.update(some)
        digest = hashed.hexdigest()
        head = {
            "first": first,
            "count": count,
            "marks": {name: _written(mark) for name, mark in marks.items()},
            "sha256": digest,
            "kinds": sorted(kinds),
        }
        path = self._folder / f"{first:020d}{_SUFFIX}"
        write_private(path, orjson.dumps(head) + b"\n", *lines)
        return Batch(path, first, count, dict(marks), digest, kinds)

    def forget(self, before: int) -> None:
        """Delete batches whose events are all before an index, but not the newest: it has marks."""
        for batch in self.batches()[:-1]:
            if batch.end <= before:
                batch.path.unlink(missing_ok=True)

    def listed(self) -> list[Batch]:
        """The same as :meth:`batches`, for who reads while the writer deletes what it stored."""
        for _ in range(_TRIES):
            with suppress(FileNotFoundError):
                return self.batches()
        return self.batches()

    def _read(self, path: Path) -> Batch:
        with path.open("rb") as file:
            line = file.readline()
        try:
            head = orjson.loads(line)
            marks = {name: Mark(*parts) for name, parts in head["marks"].items()}
            kinds = frozenset(head["kinds"])
            return Batch(path, head["first"], head["count"], marks, head["sha256"], kinds)
        except (ValueError, KeyError, TypeError) as error:
            msg = f"{path} is damaged: its first line does not say what it holds"
            raise DamagedJournalError(msg) from error


def _written(mark: Mark) -> list[str | int | bool]:
    return [mark.first, mark.offset, *([True] if mark.is_done else [])]
