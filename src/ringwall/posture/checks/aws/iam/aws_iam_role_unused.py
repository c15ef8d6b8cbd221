"""Roles are used.

Why: a role that a project left behind goes on trusting whom it trusted.
Fix: delete the role, after looking at what trusts it to be there.
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
from ringwall.posture.checks.aws.controls import IDENTITIES, LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.LOW,
    reads=("details",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-2(3) partial",
        "iso-27001-2022 A.5.18 supporting",
        *IDENTITIES,
        "ccm-4 IAM-08 supporting",
    ),
    of_clouds=True,
)
_DAYS = 90


def judge(it: Subject, world: World) -> Judgment | None:
    """AWS tells of the last 400 days; its own service-linked roles are its own."""
    told = it.read("details")
    if str(told.get("Path", "/")).startswith("/aws-service-role/"):
        return None
    used = told.get("RoleLastUsed", {}).get("LastUsedDate")
    when = _moment(used or told["CreateDate"])
    days = (datetime.now(UTC) - when).days
    if days <= _DAYS:
        return passes(f"it was {'used' if used else 'made'} {days} days ago")
    return fails(
        f"it was not used for {days} days"
        if used
        else f"it was never used, in {min(days, 400)} days"
    )


def _moment(value: object) -> datetime:
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


CASES = (
    case(
        "used", PASS, details={"CreateDate": _ago(400), "RoleLastUsed": {"LastUsedDate": _ago(2)}}
    ),
    case("new", PASS, details={"CreateDate": _ago(2)}),
    case(
        "unused",
        FAIL,
        details={"CreateDate": _ago(400), "RoleLastUsed": {"LastUsedDate": _ago(120)}},
    ),
    case("never used", FAIL, details={"CreateDate": _ago(400), "RoleLastUsed": {}}),
    case(
        "AWS's own", NOT_JUDGED, details={"Path": "/aws-service-role/x/", "CreateDate": _ago(400)}
    ),
    case("may not be read", UNKNOWN, details=DENIED),
)
