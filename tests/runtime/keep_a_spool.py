"""A process that keeps a spool until it is killed; an hour passes for it with each round."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ringwall.runtime.spool.keeping import Keeping, keep
from ringwall.runtime.spool.segments import closed_segments

KEEPING = Keeping(days=90, size=2**40, segment=2000, least_free=0)


def main(folder: Path) -> None:
    current, asked = folder / "access.jsonl", folder / "reopen"
    known = closed_segments(current)
    now = known[-1].closed if known else datetime(2026, 11, 26, tzinfo=UTC)
    (folder / "began").touch()
    while True:
        now += timedelta(hours=1)
        for _ in keep(current, now=now, keeping=KEEPING, began=lambda _: None, reopen=asked.touch):
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]))
