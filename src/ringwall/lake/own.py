"""Events about the log itself: OCSF Event Log Activity (1008)."""

import secrets
from enum import IntEnum
from typing import Any, Final

from ringwall.lake.canonical import canonical
from ringwall.lake.sources.accepted import OCSF, VERSION, Accepted
from ringwall.runtime.spool.following import Mark

SOURCE: Final = b"log"
"""No spool's lines have it: what the collector says of itself nobody else can say."""


class Act(IntEnum):
    """What was done to the log (``activity_id``)."""

    DELETE = 2
    EXPORT = 3
    START = 6
    STOP = 7
    OTHER = 99


def log_event(
    act: Act, message: str, *, now: int, by: str, about: dict[str, Any], severity: int = 1
) -> Accepted:
    """Something that was done to the log, or to what is read into it.

    ``now`` is in microseconds since 1970, ``by`` who did it, ``about`` what more there is to say.
    """
    event = {
        "activity_id": int(act),
        "actor": {"app_name": by},
        "category_uid": 1,
        "class_uid": 1008,
        "log_name": "events",
        "log_provider": "Ringwall",
        "message": message,
        "metadata": {
            "version": VERSION,
            "product": {"name": "Ringwall", "vendor_name": "Ringwall"},
            "profiles": ["host"],
            "uid": secrets.token_hex(16),
        },
        "severity_id": severity,
        "status_id": 1,
        "time": now // 1000,
        "type_uid": 100800 + int(act),
        "unmapped": about,
    }
    raw, _ = canonical(event)
    return Accepted(SOURCE, OCSF, raw, received=now)


def lines_were_lost(spool: str, mark: Mark, *, now: int) -> Accepted:
    """That a file of a spool is gone before all of it was read; reading goes on after it.

    How many lines that were nobody knows. ``now`` is in microseconds since 1970.
    """
    message = (
        f"lines of the spool {spool} were lost: the file that was being read is gone, and with it "
        f"what came after its first {mark.offset} bytes, perhaps other files too"
    )
    about = {"reason": "gap", "spool": spool, "segment": mark.first, "offset": mark.offset}
    return log_event(Act.OTHER, message, now=now, by="collector", about=about, severity=4)
