"""What the intake has done since it began, and how it stands: the status document."""

import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Counts:
    """Since the process began. ``refused`` is who was not let in, by reason."""

    began: float = field(default_factory=time.time)
    accepted: Counter[str] = field(default_factory=Counter)
    """By service."""
    quarantined: Counter[str] = field(default_factory=Counter)
    """By reason; ``neutralised`` and the like, which are evidence beside an event, are not."""
    duplicates: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    put_off: Counter[str] = field(default_factory=Counter)
    """Requests that were answered with a Retry-After, by reason."""
    troubles: dict[str, str] = field(default_factory=dict)
    """What is wrong now, by what it is about."""

    def document(self) -> dict[str, Any]:
        """What the status document says of it."""
        return {
            "since": round(self.began, 3),
            "accepted": self.accepted.total(),
            "accepted_of": dict(self.accepted),
            "quarantined": dict(self.quarantined),
            "duplicates": self.duplicates,
            "refused": dict(self.refused),
            "put_off": dict(self.put_off),
            "troubles": dict(self.troubles),
        }


def write_status(path: Path, document: dict[str, Any]) -> None:
    """Put ``document`` at ``path`` in one step; it is of use only while it is new: no fsync."""
    temporary = path.with_name(f".new-{path.name}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps(document).encode())
    temporary.replace(path)
