"""What went on purpose: lists of indexes, each vouched for by an event of the log itself.

A list is written before its event, and the event before anything goes; the event has the list's
hash. So whoever verifies knows which events may be missing, and nobody can make others go unseen:
their list would have no event, or an event that shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson

from ringwall.lake.ranges import Range
from ringwall.runtime.private_files import private_folder, write_private

FOLDER: Final = "gone"


@dataclass(frozen=True, slots=True)
class Gone:
    """One list: why these events went, and its hash (SHA-256, hex)."""

    reason: str
    ranges: tuple[Range, ...]
    digest: str

    @property
    def count(self) -> int:
        """How many events are in it."""
        return sum(end - first for first, end in self.ranges)


def keep_gone(log: Path, reason: str, ranges: list[Range]) -> Gone:
    """Keep a list, durably."""
    content = orjson.dumps({"ranges": ranges, "reason": reason}, option=orjson.OPT_SORT_KEYS)
    digest = sha256(content).hexdigest()
    folder = private_folder(log / FOLDER)
    write_private(folder / f"{digest}.json", content)
    return Gone(reason, tuple(ranges), digest)


def all_gone(log: Path) -> Iterator[Gone]:
    """Every list whose content is that of its name. What is none says nothing of any event."""
    for path in sorted((log / FOLDER).glob("*.json")):
        content = path.read_bytes()
        digest = sha256(content).hexdigest()
        if digest != path.stem:
            continue
        try:
            found = orjson.loads(content)
            ranges = tuple((int(first), int(end)) for first, end in found["ranges"])
            yield Gone(str(found["reason"]), ranges, digest)
        except (ValueError, KeyError, TypeError):
            continue  # it is no list, whoever wrote it
