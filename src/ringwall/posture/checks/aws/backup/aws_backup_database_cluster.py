"""Clusters of databases are in AWS Backup.

Why: what the cluster keeps by itself goes with it, and with whoever takes the account over.
Fix: take the cluster into a plan of AWS Backup, by its ARN or by a tag.
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
    other,
)
from ringwall.posture.checks.aws.backup.covered import NONE, PROTECTED, backed_up, judge_covered
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.LOW,
    reads=("listed", PROTECTED),
    controls=BACKED_UP,
    known_as=("prowler:rds_cluster_protected_by_backup_plan",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Clusters always have backups of their own, which are none of these; copies have no data."""
    listed = it.read("listed")
    if listed.get("ReplicationSourceIdentifier"):
        return None
    days = int(listed.get("BackupRetentionPeriod") or 1)
    besides = f"; the cluster keeps its own for {days} days"
    made = listed.get("ClusterCreateTime")
    return judge_covered(it, world, it.name, made=made, besides=besides)


ARN = "arn:aws:rds:eu-west-1:111122223333:cluster:shop"
OLD = {"ClusterCreateTime": datetime.now(UTC) - timedelta(days=99), "BackupRetentionPeriod": 14}
NEW = OLD | {"ClusterCreateTime": datetime.now(UTC)}
CASES = (
    case("backed up", PASS, backed_up(ARN, 1), name=ARN, listed=OLD),
    case("never", FAIL, NONE, name=ARN, listed=OLD),
    case("long ago", FAIL, backed_up(ARN, 200), name=ARN, listed=OLD),
    case("new", NOT_JUDGED, NONE, name=ARN, listed=NEW),
    case("a copy", NOT_JUDGED, NONE, name=ARN, listed=OLD | {"ReplicationSourceIdentifier": "c"}),
    case("denied", UNKNOWN, other("aws-region", backup_protected=DENIED), name=ARN, listed=OLD),
)
