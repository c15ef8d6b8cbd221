"""Keep a key that is about to be deleted."""

import math
from datetime import UTC, datetime
from typing import Final

from ringwall.core.observations import UnknownError
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Call, Draft, Step
from ringwall.posture.fixing.terraform import Expression, block, named

MENDS: Final = ("aws-kms-key-deletion",)
_LEAST, _MOST = 7, 30
"""Days that AWS waits before it deletes a key."""


def plan(it: Subject, world: World) -> Draft:
    """Taken back it is deleted no sooner than it was to be.

    It stays disabled, as AWS leaves it: nothing tells whether it was enabled before.
    """
    told = it.read("metadata")
    key = {"KeyId": it.label}
    days = _left(told.get("DeletionDate"), told.get("PendingDeletionWindowInDays"), it.label)
    do = Call(call="kms:CancelKeyDeletion", arguments=key, words=f"keep the key {it.label}")
    undo = Call(
        call="kms:ScheduleKeyDeletion",
        arguments=key | {"PendingWindowInDays": days},
        words=f"delete it in {days} days",
    )
    known = named(f"key_{it.label}")
    return Draft(
        changes=(f"the key: {told.get('KeyState')} → Disabled, and kept",),
        steps=(Step(do=do, undo=(undo,), makes={"metadata": {"KeyState": "Disabled"}}),),
        warning="it stays disabled, since AWS does not tell whether it was enabled before: what"
        f" needs it works again after `aws kms enable-key --key-id {it.label} --region"
        f" {it.region}`, and aws-kms-key-used finds it until then",
        terraform="# where the aws_kms_key was taken out of the code put it back, and say which key"
        " it is; with `is_enabled = false` it stays disabled\n"
        + block("import", {"to": Expression(f"aws_kms_key.{known}"), "id": it.label}),
        keys={"metadata": ("KeyState",)},
    )


def _left(date: object, window: object, label: str) -> int:
    """How many whole days are left, as many as AWS takes; a key with replicas has no date yet."""
    if isinstance(date, datetime):
        since = date if date.tzinfo else date.replace(tzinfo=UTC)
        days = math.ceil((since - datetime.now(UTC)).total_seconds() / 86400)
    elif isinstance(window, int):
        days = window
    else:
        raise UnknownError(f"it is not told when {label} is deleted")
    return max(_LEAST, min(_MOST, days))
