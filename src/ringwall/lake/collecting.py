"""The collector: from the lines of spools to events that are accepted, proven and searched.

In each turn it reads on, accepts a batch (:mod:`.journal`) and puts its hashes into the tree; when
enough came together, rows go from the journal into the table. Each step can be done again, so that
a collector that was killed goes on where the journal says.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from ringwall.lake.batching import batch_of, hash_of
from ringwall.lake.journal import Batch, Journal
from ringwall.lake.own import lines_were_lost
from ringwall.lake.repeats import REMEMBERED, Name, Repeats
from ringwall.lake.sources.accepted import QUARANTINE, Accepted
from ringwall.lake.spools import Spool
from ringwall.lake.subjects import Subjects
from ringwall.runtime.spool.following import Mark, read_on, unread

_AT_A_TIME: Final = 8 * 1024 * 1024
"""Bytes of each spool that are read in one turn."""


class UnfitError(RuntimeError):
    """Journal, tree and table do not belong together, so that nothing can be added to them."""


class Tree(Protocol):
    """Promises that leaves it was given before change nothing if they are the same."""

    @property
    def size(self) -> int:
        """How many leaves it has."""

    def append(self, first: int, leaf_hashes: Sequence[bytes]) -> None:
        """Take leaves, the first of which has this index."""

    def sync(self) -> None:
        """Make what it was given durable."""


class Table(Protocol):
    """The table of events. Promises that a batch is in it once, however often it is given."""

    @property
    def known_end(self) -> int | None:
        """The index of the first event that is not in it; ``None`` where only ``append`` knows."""

    def recover(self, first: int) -> None:
        """Take back what may be broken, if the journal, from ``first`` on, has what was in it."""

    def append(self, batches: Sequence[Batch]) -> None:
        """Take the events of batches, durably."""

    def names(self, most: int) -> Iterable[Name]:
        """What sources call their events (``metadata.uid``), of the last of them, oldest first."""


Redact = Callable[[Iterable[Accepted]], Iterable[Accepted]]
"""What is done to events before anything of them is kept."""


def _as_it_is(events: Iterable[Accepted]) -> Iterable[Accepted]:
    return events


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When rows go into the table: so many wait, or the first of them for so many seconds."""

    rows: int = 200_000
    seconds: float = 20.0


class Collector:
    """One for a log; whoever makes it holds the log's lock. Not thread-safe.

    ``now`` gives microseconds since 1970. Whoever calls has the tree's head signed after each turn.
    """

    def __init__(
        self,
        spools: Sequence[Spool],
        *,
        journal: Journal,
        subjects: Subjects,
        tree: Tree,
        table: Table,
        now: Callable[[], int],
        pace: Pace | None = None,
        redact: Redact | None = None,
    ) -> None:
        self._spools, self._journal, self._subjects = tuple(spools), journal, subjects
        self._tree, self._table, self._now = tree, table, now
        self._pace, self._redact = pace or Pace(), redact or _as_it_is
        self._marks: dict[str, Mark] = {}
        self._waiting: list[Batch] = []
        self._since = 0.0
        self._leaves: deque[tuple[int, list[bytes]]] = deque()
        self._repeats = Repeats()
        self.end = 0
        """The index that the next event gets."""
        self.put_aside = 0
        """How many events of this run were put into quarantine."""

    @property
    def spools(self) -> tuple[Spool, ...]:
        """What it reads."""
        return self._spools

    @property
    def marks(self) -> Mapping[str, Mark]:
        """How far each spool is read, durably."""
        return self._marks

    def finish(self, broken: Mapping[str, Sequence[bytes]]) -> None:
        """Have it known, durably, that the segments in which these spools' marks are may go.

        For segments to which nothing is written any more, and which are read to their end, but for
        lines that ``broken`` off there.
        """
        marks = dict(self._marks)
        accepted: list[Accepted] = []
        for spool in self._spools:
            mark = marks.get(spool.name)
            if spool.name in broken and mark is not None:
                marks[spool.name] = replace(mark, is_done=True)
                lines = broken[spool.name]
                accepted += self._redact(spool.read(lines, now=self._now()))
        if accepted:
            self._accept(accepted, marks)
            self._grow()
        else:
            self._marks = marks
            self._journal.write(self.end, [], marks)

    @property
    def unread(self) -> dict[str, int]:
        """About how many bytes of each spool are not read yet."""
        return {one.name: unread(one.current, self._marks.get(one.name)) for one in self._spools}

    @property
    def waiting(self) -> int:
        """How many events are in the journal and not in the table yet."""
        return sum(batch.count for batch in self._waiting)

    def recover(self) -> None:
        """Go on where the last collector ended; :class:`UnfitError` where that is not possible."""
        self._journal.prepare()
        batches = self._journal.batches()
        self.end = batches[-1].end if batches else 0
        if self._tree.size <= self.end:  # else something was put back: nothing is touched then
            self._table.recover(batches[0].first if batches else 0)
        self._require_fit(batches)
        self._repeats.remember_names(self._table.names(REMEMBERED))
        for batch in batches:
            rows = list(batch.rows())
            if batch.end > self._tree.size:
                self._tree.append(batch.first, [hash_of(row, self._key) for row in rows])
            self._repeats.remember_all((row.source, row.kind, row.raw) for row in rows)
        if batches:
            self._marks = dict(batches[-1].marks)
        end = self._table.known_end or 0
        self._waiting = [one for one in batches if one.count and one.end > end]
        self._since = time.monotonic()

    def _require_fit(self, batches: Sequence[Batch]) -> None:
        ends = [one for one in (self._tree.size, self._table.known_end) if one is not None]
        there = max(ends)
        if there > self.end:
            msg = (
                f"{there} events were accepted, but the journal ends before event {self.end}: put "
                "the whole log folder back as it was, or move it away to begin another log"
            )
            raise UnfitError(msg)
        least = min(ends)
        if batches and least < batches[0].first:
            msg = (
                f"the journal begins with event {batches[0].first}, but tree or table end before "
                f"event {least}: put the whole log folder back as it was"
            )
            raise UnfitError(msg)

    def _key(self, subject: str) -> bytes:
        key = self._subjects.key(subject)
        if key is None:
            raise KeyError(subject)
        return key

    def turn(self) -> int:
        """Read on and accept what is new; how many events that were."""
        accepted, marks = self._read()
        if accepted:
            self._accept(accepted, marks)
        self._grow()
        return len(accepted)

    @property
    def is_due(self) -> bool:
        """Whether it is time for :meth:`flush`."""
        age = time.monotonic() - self._since
        full = self.waiting >= self._pace.rows or age >= self._pace.seconds
        return bool(self._waiting) and full

    def accept(self, events: Sequence[Accepted]) -> None:
        """Accept events of the collector's own now; durable when this returns."""
        self._accept(events, self._marks)
        self._grow()

    def flush(self) -> None:
        """Put what waits into the table now. Nothing of it is left in the journal."""
        waiting = self.to_store()
        if waiting:
            self._table.append(waiting)
            self.was_stored(waiting[-1].end)

    def to_store(self) -> tuple[Batch, ...]:
        """What waits to be put into the table, once its hashes are in the tree durably."""
        if self._waiting:
            self._grow()
            self._tree.sync()
        return tuple(self._waiting)

    def was_stored(self, end: int) -> None:
        """Forget what of it is in the table by now: the events before ``end``."""
        self._waiting = [one for one in self._waiting if one.end > end]
        if self._waiting:
            self._since = time.monotonic()
        else:
            self._journal.write(self.end, [], self._marks)
        self._journal.forget(end)

    def _grow(self) -> None:
        while self._leaves:
            first, hashes = self._leaves[0]
            self._tree.append(first, hashes)
            self._leaves.popleft()

    def _read(self) -> tuple[list[Accepted], dict[str, Mark]]:
        accepted: list[Accepted] = []
        marks = dict(self._marks)
        for spool in self._spools:
            lost: list[Mark] = []
            lines, mark = read_on(
                spool.current, marks.get(spool.name), at_most=_AT_A_TIME, lost=lost.append
            )
            accepted += (lines_were_lost(spool.name, one, now=self._now()) for one in lost)
            if mark is not None:
                marks[spool.name] = mark
            if lines:
                accepted += self._redact(spool.read(lines, now=self._now()))
        return accepted, marks

    def _accept(self, accepted: Sequence[Accepted], marks: dict[str, Mark]) -> None:
        keys = self._subjects.keys(
            {subject for one in accepted if one.parts for subject in one.parts}
        )
        made = batch_of(
            accepted,
            first=self.end,
            now=self._now(),
            key_of=keys.__getitem__,
            repeats=self._repeats,
        )
        batch = self._journal.write(self.end, made.lines, marks, made.kinds, count=len(accepted))
        self._repeats.remember_names(made.names)
        if not self._waiting:
            self._since = time.monotonic()
        self.put_aside += sum(one.source == QUARANTINE for one in accepted)
        self._waiting.append(batch)
        self.end = batch.end
        self._leaves.append((batch.first, made.hashes))
        self._marks = marks
