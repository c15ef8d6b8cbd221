"""What the machine does by itself: processes, jobs, configurations in force, what fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from ringwall.core.events.acting import Actor
from ringwall.core.events.shape import (
    OCSF,
    Class,
    Outcome,
    Recorded,
    Severity,
    event,
    merged,
    personal,
)

_LIFECYCLE: Final = Class(
    6002, "Application Lifecycle", {3: "Start", 4: "Stop", 5: "Restart", 8: "Update", 99: "Other"}
)
_PROCESS: Final = Class(1007, "Process Activity", {1: "Launch", 2: "Terminate"})
_ERROR: Final = Class(6008, "Application Error", {1: "General Error"})
_JOB: Final = Class(1006, "Scheduled Job Activity", {6: "Start", 99: "Other"})
_CONFIGURATION: Final = Class(5019, "Device Config State Change", {1: "Log"})


class Life(IntEnum):
    """``activity_id`` of Application Lifecycle."""

    START = 3
    STOP = 4
    RESTART = 5
    UPDATE = 8
    OTHER = 99


@dataclass(frozen=True, slots=True)
class Host:
    """The machine that something runs on."""

    name: str

    def described(self) -> dict[str, Any]:
        """OCSF's ``device``."""
        return {"hostname": self.name or "localhost", "type_id": 1, "type": "Server"}


def _by(actor: Actor, made: dict[str, Any]) -> Recorded:
    """The event with who is behind it, where its class has room for that."""
    return Recorded(merged(made, {"metadata": actor.metadata()}), personal(_of_actor(actor)))


def _of_actor(actor: Actor) -> tuple[str, dict[str, Any]]:
    subject, patch = actor.personal()
    return subject, {"actor": patch["actor"]}


def lifecycle(
    life: Life,
    *,
    name: str,
    message: str,
    outcome: Outcome | None = Outcome.SUCCESS,
    severity: Severity = Severity.INFORMATIONAL,
    detail: str = "",
    actor: Actor | None = None,
    **own: Any,
) -> Recorded:
    """Ringwall, or a part of it, was started, stopped, started again: Application Lifecycle.

    ``actor`` is who had it done.
    """
    app = {"name": name, "vendor_name": "Ringwall"}
    made = event(
        _LIFECYCLE,
        life,
        message=message,
        outcome=outcome,
        severity=severity,
        app=app,
        status_detail=detail,
        actor=None if actor is None else actor.described(),
        unmapped={"ringwall": own if actor is None else {**actor.own_words(), **own}},
    )
    if actor is None:
        return Recorded(made)
    # Its class has room for who acts with OCSF's profile of hosts.
    return _by(actor, merged(made, {"metadata": {"profiles": ["host"]}}))


def process(
    host: Host, *, name: str, pid: int, launched: bool, message: str, how: str = "", **own: Any
) -> Recorded:
    """A process began, or has ended: Process Activity. ``how`` tells of its end."""
    made = event(
        _PROCESS,
        1 if launched else 2,
        message=message,
        outcome=Outcome.SUCCESS if launched or not how else Outcome.FAILURE,
        severity=Severity.INFORMATIONAL if launched or not how else Severity.MEDIUM,
        device=host.described(),
        process={"name": name, "pid": pid},
        actor={"app_name": "ringwall supervisor"},
        status_detail=how,
        unmapped={"ringwall": own},
    )
    return Recorded(made)


def failure(*, feature: str, message: str, detail: str = "", **own: Any) -> Recorded:
    """Something of ours failed: Application Error."""
    made = event(
        _ERROR,
        1,
        message=message,
        outcome=Outcome.FAILURE,
        severity=Severity.MEDIUM,
        feature=feature,
        status_detail=detail,
        unmapped={"ringwall": own},
    )
    return Recorded(made)


def job(
    host: Host,
    *,
    name: str,
    message: str,
    outcome: Outcome,
    detail: str = "",
    times: Mapping[str, Any] | None = None,
    is_running: bool = False,
    **own: Any,
) -> Recorded:
    """A job begins, ran, or failed: Scheduled Job Activity. ``times`` are in milliseconds."""
    state = (3, "Running") if is_running else (4, "Stopped")
    made = event(
        _JOB,
        6,
        message=message,
        outcome=outcome,
        severity=Severity.INFORMATIONAL if outcome is Outcome.SUCCESS else Severity.MEDIUM,
        device=host.described(),
        job={"name": name, "run_state_id": state[0], "run_state": state[1]},
        actor={"app_name": "ringwall worker"},
        status_detail=detail,
        **(times or {}),
        unmapped={"ringwall": own},
    )
    return Recorded(made)


def configuration(
    actor: Actor,
    host: Host,
    *,
    message: str,
    outcome: Outcome = Outcome.SUCCESS,
    detail: str = "",
    **own: Any,
) -> Recorded:
    """A configuration came into force, or was refused: Device Config State Change."""
    made = event(
        _CONFIGURATION,
        1,
        message=message,
        outcome=outcome,
        severity=Severity.INFORMATIONAL if outcome is Outcome.SUCCESS else Severity.MEDIUM,
        device=host.described(),
        actor=actor.described(),
        status_detail=detail,
        unmapped={"ringwall": {**actor.own_words(), **own}},
    )
    return _by(actor, made)


_KEPT: Final = ("product", "profiles")
"""Of a finding's ``metadata``."""


def finding(told: Mapping[str, Any]) -> Recorded:
    """A finding that its module has described already; its form is that of :data:`OCSF`.

    Addresses in it are of whoever attacks, who is nobody that is known.
    """
    made = dict(told)
    kept = {name: made["metadata"][name] for name in _KEPT if name in made["metadata"]}
    made["metadata"] = {"version": OCSF, **kept, "log_name": "activity"}
    return Recorded(made)
