"""How listening to each account's changes stands, kept beside what was read of it."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ringwall.posture.listening import Heard
from ringwall.runtime.private_files import private_folder, write_private

_SILENT: Final = timedelta(minutes=10)
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """When the queue was asked last, how late its last messages were, how many were set aside."""

    asked: datetime | None = None
    delay_s: float | None = None
    messages: int = 0
    aside: int = 0
    why: str = ""

    def is_overdue(self, now: datetime) -> bool:
        """Whether nobody has asked for longer than a scan or a pause explains."""
        return self.asked is None or not timedelta() <= now - self.asked <= _SILENT


class Hearings:
    """By what the section calls the account. One process writes that of one account."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "posture" / "events"

    def aside(self, name: str) -> Path:
        """Where messages are put that tell of no change."""
        return self._folder / f"{name}.aside.jsonl"

    def lock(self, name: str) -> Path:
        """Held by whoever listens."""
        private_folder(self._folder)
        return self._folder / f"{name}.lock"

    def get(self, name: str) -> Hearing:
        """As it stands; what cannot be read is as if nobody had listened."""
        try:
            told = json.loads((self._folder / f"{name}.json").read_bytes())
            asked = told["asked"]
            return Hearing(
                asked=None if asked is None else datetime.fromisoformat(asked).astimezone(UTC),
                delay_s=told["delay_s"],
                messages=int(told["messages"]),
                aside=int(told["aside"]),
                why=str(told["why"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return Hearing()

    def note(self, name: str, heard: Heard, at: datetime) -> None:
        """Note what came of asking; one that waits for a first scan asked for nothing."""
        last = self.get(name)
        one = replace(
            last,
            asked=last.asked if heard.waits else at,
            delay_s=last.delay_s if heard.delay_s is None else heard.delay_s,
            messages=last.messages + heard.messages,
            aside=last.aside + len(heard.aside),
            why=heard.waits,
        )
        self._put(name, one)

    def failed(self, name: str, why: str) -> None:
        """Note why the queue could not be asked, or its messages not be followed."""
        self._put(name, replace(self.get(name), why=why[:_LONGEST]))

    def _put(self, name: str, one: Hearing) -> None:
        private_folder(self._folder)
        told = {
            "asked": None if one.asked is None else one.asked.isoformat(),
            "delay_s": one.delay_s,
            "messages": one.messages,
            "aside": one.aside,
            "why": one.why,
        }
        write_private(self._folder / f"{name}.json", json.dumps(told).encode())
