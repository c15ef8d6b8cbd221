"""What somebody does about a finding: a step, a word, whose job it is. Each is recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from ringwall.findings import recording
from ringwall.findings.config import Findings
from ringwall.findings.keeping import SEVERITIES, excuse_of, kept_excuse, standing_of
from ringwall.findings.models import Queued, Step
from ringwall.findings.standing import Standing
from ringwall.findings.states import (
    EXCUSED,
    Excuse,
    Move,
    Outdated,
    Refusal,
    State,
    excuse_refused,
    moved,
)
from ringwall.findings.store import row_of
from ringwall.findings.turning import turn
from ringwall.runtime.recording import current_actor, record_all

_USUAL: Final = Findings()


def move(
    uid: str,
    step: Move,
    *,
    reason: str = "",
    owner: str = "",
    until: datetime | None = None,
    version: str = "",
    rules: Findings = _USUAL,
    now: datetime | None = None,
) -> Standing | Refusal:
    """Take a step with a finding, as whoever acts now; how it stands then, or why not.

    ``version`` is the standing's that whoever decides has seen: where the finding has another by
    now, it is :class:`Outdated`.

    To accept needs ``owner``, ``reason`` and ``until``; to reject as a false positive a reason,
    its owner is who acts and its end the last that is allowed, where nothing is said.
    """
    at = now or datetime.now(UTC)
    with transaction.atomic():
        row = row_of(uid, lock=True)
        if (outdated := _outdated(row, version)) is not None:
            return outdated
        state = moved(State(row.state), step)
        if isinstance(state, Refusal):
            return state
        excuse = None
        if state in EXCUSED:
            latest = at + timedelta(seconds=rules.excused_at_most)
            answers = owner or (_who() if state is State.FALSE_POSITIVE else "")
            end = until or (latest if state is State.FALSE_POSITIVE else at)
            refused = excuse_refused(owner=answers, reason=reason, until=end, now=at, latest=latest)
            if refused is not None:
                return refused
            excuse = _excuse(row, answers, reason, end)
        before = _told(row)
        made = turn(row, state, why=reason, at=at, who=_who(), rules=rules)
        row.excuse = None if excuse is None else kept_excuse(excuse)
        row.save()
        made.save()
        record_all([recording.stepped(row.pk, before, _told(row))])
    return standing_of(row)


def comment(uid: str, text: str, *, now: datetime | None = None) -> Standing | Refusal:
    """Say something about a finding, as whoever acts now."""
    if not text.strip():
        return Refusal("a comment has to say something")
    at = now or datetime.now(UTC)
    with transaction.atomic():
        row = row_of(uid, lock=True)
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:10_000]
        Step.objects.create(finding=row, at=at, what="comment", text=text, who=_who())
        record_all([recording.stepped(row.pk, {}, {}, text=text)])
    return standing_of(row)


def assign(
    uid: str, owner: str, *, version: str = "", now: datetime | None = None
) -> Standing | Refusal:
    """Say whose job a finding is; nobody's, and it is again that of the component's owner.

    ``version`` is as for :func:`move`.
    """
    at = now or datetime.now(UTC)
    if len(owner) > 200 or "\0" in owner:
        return Refusal("an owner has at most 200 characters")
    with transaction.atomic():
        row = row_of(uid, lock=True)
        if (outdated := _outdated(row, version)) is not None:
            return outdated
        before = _told(row)
        row.owner, row.is_assigned = owner.strip(), bool(owner.strip())
        row.save()
        text = f"to {row.owner}" if row.owner else "to the component's owner"
        Step.objects.create(finding=row, at=at, what="assigned", text=text, who=_who())
        record_all([recording.stepped(row.pk, before, _told(row))])
    return standing_of(row)


def _outdated(row: Queued, version: str) -> Outdated | None:
    if not version or standing_of(row).version == version:
        return None
    return Outdated("it changed since you looked at it: look again, then decide")


def _excuse(row: Queued, owner: str, reason: str, until: datetime) -> Excuse:
    seen = row.sightings.filter(is_present=True).values_list("source", "scope", "facts")
    return Excuse(
        owner=owner.strip()[:200],
        reason=reason.strip()[:2000],
        until=until,
        severity=SEVERITIES[row.severity],
        facts={f"{source} {scope}": facts for source, scope, facts in seen},
    )


def _told(row: Queued) -> dict[str, Any]:
    """What is recorded of a row when somebody changes it."""
    excuse = excuse_of(row)
    return {
        "state": row.state,
        "owner": row.owner,
        **({} if excuse is None else _told_excuse(excuse)),
    }


def _told_excuse(excuse: Excuse) -> dict[str, str]:
    until = excuse.until.isoformat()
    return {"answers_for_it": excuse.owner, "reason": excuse.reason, "until": until}


def _who() -> str:
    actor = current_actor()
    return (actor.uid or actor.app or actor.app_name or actor.channel)[:200]
