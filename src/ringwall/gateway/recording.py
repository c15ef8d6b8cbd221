"""What the gateway records of itself: versions, certificates, attacks, the posture, processes.

None of it holds the edge up: what cannot be recorded here is told to the process's log. Commands
that change something have asked before they began whether it can be (:mod:`ringwall.cli.guarding`).
"""

import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ringwall.core.events import (
    NOBODY,
    STRANGERS,
    Actor,
    Change,
    Happened,
    Kind,
    Life,
    Outcome,
    Recorded,
    Severity,
    configuration,
    entity,
    failure,
    finding,
    lifecycle,
    process,
)
from ringwall.runtime.recording import RecordingError, current_actor, record_at_once
from ringwall.runtime.recording.acting import host, new_id

if TYPE_CHECKING:  # the sentry, which is to stay small, knows neither
    from ringwall.gateway.certificates.credential import Credential
    from ringwall.gateway.versions import Version

log = logging.getLogger("ringwall.gateway")

_ADDRESS: Final = 2
"""``type_id`` of an observable that is an address."""


def tell(state: Path, recorded: Recorded) -> bool:
    """Record it, if that is possible; what happened has happened either way."""
    try:
        record_at_once(recorded, state=state)
    except RecordingError as error:
        log.error("%s: %s", error, recorded.event["message"])  # noqa: TRY400 - it says all
        return False
    return True


def operator(name: str, invoked_by: str) -> Actor:
    """Whoever asked over the control socket, which nobody but this user of the machine can."""
    return Actor(
        channel="cli",
        kind=Kind.MACHINE,
        uid=f"host:{os.getuid()}",
        name=name,
        invoked_by=invoked_by,
        host=host().name,
        request=new_id(),
    )


def version_applied(
    state: Path, version: "Version", before: "Version | None", *, began: bool, by: str = ""
) -> None:
    """A version is about to be put in force (``began``), or is.

    ``by`` is who starts with one that somebody else may have brought.
    """
    actor = operator(by or version.author, "ringwall up" if by else version.reason)
    said = "is being put in force" if began else "is in force"
    made = configuration(
        actor,
        host(),
        message=f"version {version.number} {said}",
        version=version.number,
        before=_told(before),
        after=_told(version),
        began=began,
    )
    tell(state, made)


def version_refused(
    state: Path, *, author: str, reason: str, refused: dict[str, Any], before: "Version | None"
) -> None:
    """A configuration was refused, and what runs stays. Values of it are not told: see places."""
    places = [str(one.get("file") or one.get("place") or "") for one in refused["problems"]]
    made = configuration(
        operator(author, reason),
        host(),
        message="a configuration is refused",
        outcome=Outcome.FAILURE,
        detail=f"{len(refused['problems'])} problems" if places else "it could not be applied",
        before=_told(before),
        files=sorted({one for one in places if one}),
    )
    tell(state, made)


def _told(version: "Version | None") -> dict[str, Any]:
    if version is None:
        return {}
    return {"version": version.number, "hash": version.hash, "time": version.time.isoformat()}


def certificate_made(state: Path, made: "Credential", before: "Credential | None") -> None:
    """A certificate was issued, or taken over from files or an ACME authority."""
    change = Change(
        happened=Happened.CREATED if before is None else Happened.UPDATED,
        type="Certificate",
        uid=made.name,
        before={} if before is None else _of(before),
        after=_of(made),
    )
    tell(state, entity(_actor("ringwall"), change))


def _of(one: "Credential") -> dict[str, Any]:
    return {
        "source": one.source,
        "names": list(one.names),
        "file": one.chain.stem,
        "not_after": one.not_after.isoformat(),
    }


def certificate_failed(state: Path, name: str, problem: str) -> None:
    """A certificate could not be had."""
    message = f"no new certificate for {name}"
    tell(state, failure(feature="certificates", message=message, detail=problem, host=name))


def posture_changed(state: Path, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Somebody, or the sentry, has the edge stand otherwise."""
    named = {"author"}
    names = {one for one in {*before, *after} if before.get(one) != after.get(one)} - named
    change = Change(
        happened=Happened.UPDATED,
        type="Posture",
        uid="posture",
        before={one: before[one] for one in sorted(names) if one in before},
        after={one: after[one] for one in sorted(names) if one in after},
    )
    tell(state, entity(_actor(str(after.get("author", ""))), change))


def shadow_changed(state: Path, *, author: str, before: Any, after: Any, why: str = "") -> None:
    """Policies run beside those in force from now on, or no more, and ``why``.

    Without ``author`` it ended by itself.
    """
    told = {"ended": why} if why else {}
    change = Change(
        happened=Happened.CREATED if after else Happened.DELETED,
        type="Shadow",
        uid="shadow",
        before={**(before or {}), **told},
        after=dict(after) if after else {},
    )
    known = operator(author, "ringwall access shadow") if author else _actor("ringwall shadow")
    tell(state, entity(known, change))


def attack(state: Path, told: dict[str, Any]) -> None:
    """An attack began, or is over. Addresses in it are personal, of whomever they are."""
    made = finding(told)
    event = dict(made.event)
    open_ = [one for one in event.get("observables", []) if one["type_id"] != _ADDRESS]
    own = dict(event["unmapped"]["ringwall"])
    sources = own.get("sources", [])
    own["sources"] = [one for one in sources if one.get("what") != "address"]
    patch: dict[str, Any] = {}
    if len(open_) != len(event.get("observables", [])):
        patch["observables"] = event["observables"]
        patch["unmapped"] = {"ringwall": {"sources": sources}}
    event["observables"], event["unmapped"] = open_, {"ringwall": own}
    tell(state, replace(made, event=event, personal={STRANGERS: patch} if patch else {}))


def run_began(state: Path, *, again: bool, by: str) -> None:
    """The supervisor runs, which ``by`` has started; ``again`` after it was killed, by itself."""
    message = "Ringwall goes on after its supervisor was killed" if again else "Ringwall starts"
    severity = Severity.MEDIUM if again else Severity.INFORMATIONAL
    life = Life.RESTART if again else Life.START
    made = lifecycle(
        life,
        name="ringwall",
        message=message,
        severity=severity,
        actor=_actor("ringwall guardian") if again else operator(by, "ringwall up"),
        pid=os.getpid(),
    )
    tell(state, made)


def run_ended(state: Path) -> None:
    """The supervisor was told to end, and has."""
    tell(state, lifecycle(Life.STOP, name="ringwall", message="Ringwall stops", pid=os.getpid()))


def process_told(
    state: Path, name: str, pid: int, *, launched: bool, how: str, restarts: int
) -> None:
    """A process was started, or has ended; ``how`` tells of an end that nobody asked for."""
    said = f"{name} started" if launched else f"{name} {how or 'stopped'}"
    made = process(
        host(), name=name, pid=pid, launched=launched, message=said, how=how, restarts=restarts
    )
    tell(state, made)


def _actor(name: str) -> Actor:
    """Whoever acts, or the part of Ringwall that does it by itself."""
    found = current_actor()
    if found is not NOBODY:
        return found
    return replace(NOBODY, kind=Kind.SYSTEM, app_name=name or "ringwall")
