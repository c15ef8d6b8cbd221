"""Clusters of databases are backed up for a week.

Why: a mistake, or an attacker, is often noticed days later.
Fix: set the retention of automatic backups to 7 days or more.
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
    judges="aws-rds-cluster",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=BACKED_UP,
    known_as=("checkov:CKV_AWS_133",),
    remedy="aws-rds-cluster-backups",
)
DAYS = 7


def judge(it: Subject, world: World) -> Judgment:
    """By how long they are kept."""
    listed = it.read("listed")
    days = listed.get("BackupRetentionPeriod") or 0
    if days >= DAYS:
        return passes(f"backups are kept for {days} days")
    if days:
        return fails(f"backups of {it.label} are kept for {days} days only", Severity.LOW)
    return fails(f"{it.label} has no automatic backups")


CASES = (
    case("seven days", PASS, listed={"BackupRetentionPeriod": 7}),
    case("a day", FAIL, listed={"BackupRetentionPeriod": 1}),
    case("none", FAIL, listed={"BackupRetentionPeriod": 0}),
    case("denied", UNKNOWN, listed=DENIED),
)
