"""Who reads the log is in the log: told before anything is shown."""

from collections.abc import Mapping
from typing import Any

from ringwall.core.events import Outcome, asked
from ringwall.runtime.installation import Installation
from ringwall.runtime.recording import RecordingError, current_actor, record_at_once
from ringwall.runtime.refusals import Refused


def told(installation: Installation, message: str, about: Mapping[str, Any]) -> None:
    """Record that somebody reads; refused where that cannot be recorded."""
    event = asked(current_actor(), "log:see", outcome=Outcome.SUCCESS, detail=message, more=about)
    try:
        record_at_once(event, state=installation.state)
    except RecordingError as error:
        msg = f"that you read the log cannot be recorded, so nothing is shown: {error}"
        raise Refused(msg) from error
