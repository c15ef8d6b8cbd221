"""Databases are backed up for a week.

Why: a mistake, or an attacker, is often noticed days later.
Fix: set the retention of automatic backups to 7 days or more.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
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
from ringwall.posture.checks.aws.rds.engines import is_member, is_replica

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=BACKED_UP,
    known_as=(
        "prowler:rds_instance_backup_enabled",
        "securityhub:RDS.11",
        "checkov:CKV_AWS_133",
    ),
    remedy="aws-rds-backups",
)
DAYS = 7


def judge(it: Subject, world: World) -> Judgment | None:
    """A cluster has those of its members, and a replica can be made anew."""
    listed = it.read("listed")
    if is_member(listed) or is_replica(listed):
        return None
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
    case("of a cluster, which has them", NOT_JUDGED, listed={"DBClusterIdentifier": "c"}),
    case("a replica", NOT_JUDGED, listed={"ReadReplicaSourceDBInstanceIdentifier": "d"}),
)
