"""Keep what each scan by all checks came to, check by check: so that two can be held side by side.

All of the last week, then the last of each day; a line of some kilobytes for each.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from ringwall.core.verdicts import Outcome
from ringwall.posture.differing import Counted
from ringwall.posture.frameworks.clocks import put_right
from ringwall.posture.summing import Summary
from ringwall.runtime.private_files import private_folder, write_private

_MOST: Final = 200
_ALL_OF: Final = timedelta(days=7)
_ORDER: Final = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS)
_TIME: Final = 3
"""Where the time stands between the quotes of a line."""


class Past:
    """The scans of an installation's accounts, beside what was read of each last."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "posture" / "accounts"

    def add(self, summary: Summary, *, checks: str) -> None:
        """Have a scan on the disk when this returns. For the holder of the account's lock."""
        private_folder(self._folder)
        told = {
            "at": summary.read,
            "partial": not summary.is_whole,
            "checks": checks,
            "counts": {
                check: [counts.get(outcome, 0) for outcome in _ORDER]
                for check, counts in summary.counts.items()
            },
            "unread": sorted(summary.unread),
        }
        lines = dict(self._lines(summary.account))
        ahead = put_right((at for at in lines if at > summary.read), before=summary.read)
        for at, right in ahead.items():
            lines[right] = _moved(lines.pop(at), right)
        lines[summary.read] = orjson.dumps(told) + b"\n"
        write_private(self._path(summary.account), *(lines[at] for at in _kept(sorted(lines))))

    def scans(self, account: str) -> list[datetime]:
        """When the account was scanned, in order of time."""
        return [at for at, _ in self._lines(account)]

    def get(self, account: str, at: datetime) -> Counted | None:
        """What the scan of that time came to; ``None`` where it is not kept, or damaged."""
        line = next((line for when, line in self._lines(account) if when == at), None)
        if line is None:
            return None
        try:
            return _counted(orjson.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def _lines(self, account: str) -> Iterator[tuple[datetime, bytes]]:
        """Each scan; lines that are damaged are left out."""
        try:
            with self._path(account).open("rb") as file:
                for line in file:
                    parts = line.split(b'"', _TIME + 1)
                    try:
                        at = datetime.fromisoformat(parts[_TIME].decode())
                    except (ValueError, IndexError):
                        continue
                    if at.tzinfo is not None:
                        yield at, line
        except FileNotFoundError:
            return

    def _path(self, account: str) -> Path:
        return self._folder / f"{account}.scans"


def _moved(line: bytes, at: datetime) -> bytes:
    """The same scan, of another time: the clock was ahead, and has been set right since."""
    parts = line.split(b'"', _TIME + 1)
    return b'"'.join([*parts[:_TIME], at.isoformat().encode(), *parts[_TIME + 1 :]])


def _kept(times: list[datetime]) -> list[datetime]:
    recent = [at for at in times if times[-1] - at <= _ALL_OF]
    days = {at.date(): at for at in times if times[-1] - at > _ALL_OF}
    return [*days.values(), *recent][-_MOST:]


def _counted(told: dict[str, Any]) -> Counted:
    return Counted(
        at=datetime.fromisoformat(told["at"]),
        partial=bool(told["partial"]),
        checks=str(told["checks"]),
        counts={
            check: {outcome: n for outcome, n in zip(_ORDER, counts, strict=True) if n}
            for check, counts in told["counts"].items()
        },
        unread=frozenset(told["unread"]),
    )
