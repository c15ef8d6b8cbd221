"""Ringwall records what it does: every event is on disk before what it tells of is answered.

:func:`record` gives an event its id and time and puts it into the spool of activity. Within a
transaction of the database it goes into a table with what it tells of, so that both are there or
neither is, and from there to the spool by whoever comes first: this process once the transaction
is committed, or the worker. An event is written at least once, always with the same
``metadata.uid``. What cannot be recorded is not done: :class:`RecordingError`.
"""

from ringwall.runtime.recording.acting import acting_as, current_actor
from ringwall.runtime.recording.recorder import record, record_all, record_at_once
from ringwall.runtime.recording.spool import RecordingError, append, spool_of

__all__ = [
    "RecordingError",
    "acting_as",
    "append",
    "current_actor",
    "record",
    "record_all",
    "record_at_once",
    "spool_of",
]
