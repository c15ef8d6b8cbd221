"""Who reads the log is in the log: told before anything is shown."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ringwall.core.events import Outcome, asked
from ringwall.runtime.recording import current_actor, record_at_once


def told(state: Path, message: str, about: Mapping[str, Any]) -> None:
    """Record that whoever acts now reads.

    :class:`~ringwall.runtime.recording.RecordingError` where it cannot be: show nothing then.
    """
    event = asked(current_actor(), "log:see", outcome=Outcome.SUCCESS, detail=message, more=about)
    record_at_once(event, state=state)
