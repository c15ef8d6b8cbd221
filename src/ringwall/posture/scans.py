"""How each account of the section stands, kept beside what was read of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ringwall.posture.schedule import Scanned
from ringwall.runtime.private_files import locked, private_folder, write_private

_LONGEST: Final = 500


class Scans:
    """The accounts of the section that were read, or tried, by what the section calls them."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "posture"
        self._file = self._folder / "scans.json"

    def all(self) -> dict[str, Scanned]:
        """What is known of each; what cannot be read is as if it had never been."""
        try:
            told = json.loads(self._file.read_bytes())
            return {str(name): _scanned(one) for name, one in told.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def was_read(self, name: str, *, account: str, at: datetime, gaps: int) -> None:
        """Note a reading that came to its end, however much of it was denied."""
        self._put(name, Scanned(account=account, read=at, gaps=gaps))

    def failed(self, name: str, why: str, *, at: datetime) -> None:
        """Note that it could not be read at all."""
        last = self.all().get(name, Scanned())
        self._put(name, replace(last, failed=last.failed + 1, tried=at, why=why[:_LONGEST]))

    def _put(self, name: str, one: Scanned) -> None:
        private_folder(self._folder)
        with locked(self._folder / "scans.lock", wait=True):
            told = {known: _told(each) for known, each in self.all().items()}
            told[name] = _told(one)
            write_private(self._file, json.dumps(told, indent=1).encode())


def _told(one: Scanned) -> dict[str, Any]:
    return {
        "account": one.account,
        "read": None if one.read is None else one.read.isoformat(),
        "gaps": one.gaps,
        "failed": one.failed,
        "tried": None if one.tried is None else one.tried.isoformat(),
        "why": one.why,
    }


def _scanned(told: dict[str, Any]) -> Scanned:
    return Scanned(
        account=str(told["account"]),
        read=_time(told["read"]),
        gaps=int(told["gaps"]),
        failed=int(told["failed"]),
        tried=_time(told["tried"]),
        why=str(told["why"]),
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
