"""Events of Ringwall's own activity: OCSF 1.8.0 objects as plain values, personal parts apart.

Builders are pure and give a :class:`Recorded`; whoever records it gives it its time and its unique
id (:func:`stamped`). Classes are chosen by https://schema.ocsf.io/1.8.0: signing in and out is
Authentication, what is done to an account Account Change, to anything else that is kept Entity
Management with before and after, what is asked for and allowed or denied API Activity.
"""

from ringwall.core.events.acting import NOBODY, Actor, Kind
from ringwall.core.events.asking import asked
from ringwall.core.events.changing import Change, Happened, account, entity, group_members
from ringwall.core.events.running import (
    Host,
    Life,
    configuration,
    failure,
    finding,
    job,
    lifecycle,
    process,
)
from ringwall.core.events.shape import (
    OCSF,
    STRANGERS,
    Outcome,
    Recorded,
    Severity,
    stamped,
)
from ringwall.core.events.signing import Factor, Person, Program, authentication, session_begun

__all__ = [
    "NOBODY",
    "OCSF",
    "STRANGERS",
    "Actor",
    "Change",
    "Factor",
    "Happened",
    "Host",
    "Kind",
    "Life",
    "Outcome",
    "Person",
    "Program",
    "Recorded",
    "Severity",
    "account",
    "asked",
    "authentication",
    "configuration",
    "entity",
    "failure",
    "finding",
    "group_members",
    "job",
    "lifecycle",
    "process",
    "session_begun",
    "stamped",
]
