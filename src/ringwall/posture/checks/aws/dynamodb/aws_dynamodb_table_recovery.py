"""Tables can be put back to any time of the last weeks.

Why: a wrong write, or an attacker, is copied to every replica at once.
Fix: turn point-in-time recovery on.
"""

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
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-dynamodb-table",
    severity=Severity.MEDIUM,
    reads=("backups",),
    controls=BACKED_UP,
    known_as=(
        "prowler:dynamodb_tables_pitr_enabled",
        "securityhub:DynamoDB.2",
        "checkov:CKV_AWS_28",
    ),
    remedy="aws-dynamodb-recovery",
)


def judge(it: Subject, world: World) -> Judgment:
    """Continuous backups as such are always on; this is not."""
    told = it.read("backups", {}).get("PointInTimeRecoveryDescription") or {}
    if told.get("PointInTimeRecoveryStatus") == "ENABLED":
        return passes("point-in-time recovery is on")
    return fails(f"{it.label} cannot be put back")


CASES = (
    case(
        "on",
        PASS,
        backups={"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}},
    ),
    case("off", FAIL, backups={"ContinuousBackupsStatus": "ENABLED"}),
    case("denied", UNKNOWN, backups=DENIED),
)
