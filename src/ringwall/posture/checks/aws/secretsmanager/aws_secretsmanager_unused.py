"""Secrets are used.

Why: a secret that nothing reads opens something all the same.
Fix: delete it, after seeing what it opens.
"""

from datetime import UTC, datetime, timedelta

from ringwall.posture.checking import (
    DENIED,
    FAIL,
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
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-secretsmanager-secret",
    severity=Severity.LOW,
    reads=("listed",),
    controls=TIDY,
    known_as=("prowler:secretsmanager_secret_unused", "securityhub:SecretsManager.3"),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    told = it.read("listed")
    last = _moment(told.get("LastAccessedDate") or told["CreatedDate"])
    days = (datetime.now(UTC) - last).days
    return (
        passes(f"it was read {days} days ago")
        if days <= 90
        else fails(f"it was not read for {days} days")
    )


def _moment(value: object) -> datetime:
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


CASES = (
    case("used", PASS, listed={"CreatedDate": _ago(400), "LastAccessedDate": _ago(3)}),
    case("new", PASS, listed={"CreatedDate": _ago(2)}),
    case("unused", FAIL, listed={"CreatedDate": _ago(400), "LastAccessedDate": _ago(120)}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
