"""Rotation of secrets works.

Why: a rotation that is set and fails looks like one that works, and the old secret stays good.
Fix: look in the log of the rotation's function, mend it, and rotate the secret now.
"""

from datetime import UTC, datetime, timedelta

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import SECRETS

CHECK = Check(
    judges="aws-secretsmanager-secret",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=(
        *SECRETS,
        "nist-800-53r5 IA-5(1) supporting",
    ),
    known_as=("securityhub:SecretsManager.2",),
    of_clouds=True,
)
_GRACE = 2


def judge(it: Subject, world: World) -> Judgment | None:
    """Of those that are rotated: within their time, with two days of grace."""
    told = it.read("listed")
    if not told.get("RotationEnabled"):
        return None
    days = int((told.get("RotationRules") or {}).get("AutomaticallyAfterDays") or 0)
    due = told.get("NextRotationDate")
    last = _moment(told.get("LastRotatedDate") or told["CreatedDate"])
    end = _moment(due) if due else last + timedelta(days=days or 365)
    late = (datetime.now(UTC) - end).days
    if late > _GRACE:
        return fails(f"it was to be rotated {late} days ago")
    return passes(f"it was rotated on {last:%Y-%m-%d}")


def _moment(value: object) -> datetime:
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _secret(days: int, **more: object) -> dict[str, object]:
    rules = {"AutomaticallyAfterDays": 30}
    made = {"RotationEnabled": True, "RotationRules": rules, "CreatedDate": _ago(400)}
    return made | {"LastRotatedDate": _ago(days)} | more


CASES = (
    case("in time", PASS, listed=_secret(20)),
    case("late", FAIL, listed=_secret(50)),
    case("never", FAIL, listed=_secret(0, LastRotatedDate=None)),
    case("due by a schedule", FAIL, listed=_secret(20, NextRotationDate=_ago(10))),
    case("by hand", NOT_JUDGED, listed={"RotationEnabled": False}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
