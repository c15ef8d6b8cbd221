"""Databases of RDS are in AWS Backup.

Why: what RDS keeps by itself goes with the database, and with whoever takes the account over.
Fix: take the database into a plan of AWS Backup, by its ARN or by a tag.
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
from ringwall.posture.checks.aws.rds.engines import is_member, is_replica

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.MEDIUM,
    reads=("listed", PROTECTED),
    controls=BACKED_UP,
    known_as=("prowler:rds_instance_protected_by_backup_plan", "securityhub:RDS.26"),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of each by itself; members belong to their cluster, and replicas have what their source has.

    Automated backups are none of these, but make it less bad.
    """
    listed = it.read("listed")
    if is_member(listed) or is_replica(listed):
        return None
    days = int(listed.get("BackupRetentionPeriod") or 0)
    return judge_covered(
        it,
        world,
        it.name,
        made=listed.get("InstanceCreateTime"),
        besides=f"; RDS keeps its own for {days} days" if days else "",
        severity=Severity.LOW if days else None,
    )


ARN = "arn:aws:rds:eu-west-1:111122223333:db:shop"
OLD = {"InstanceCreateTime": datetime.now(UTC) - timedelta(days=99), "BackupRetentionPeriod": 0}
KEPT = OLD | {"BackupRetentionPeriod": 14}
NEW = OLD | {"InstanceCreateTime": datetime.now(UTC) - timedelta(days=2)}
CASES = (
    case("backed up", PASS, backed_up(ARN, 1), name=ARN, listed=OLD),
    case(
        "when is not told",
        PASS,
        other("aws-region", backup_protected={ARN: ""}),
        name=ARN,
        listed=OLD,
    ),
    case("never", FAIL, NONE, name=ARN, listed=OLD),
    case("by RDS alone", FAIL, NONE, name=ARN, listed=KEPT),
    case("long ago", FAIL, backed_up(ARN, 200), name=ARN, listed=OLD),
    case("another one", FAIL, backed_up(f"{ARN}-2", 1), name=ARN, listed=OLD),
    case("new", NOT_JUDGED, NONE, name=ARN, listed=NEW),
    case("a member", NOT_JUDGED, NONE, name=ARN, listed=OLD | {"DBClusterIdentifier": "c"}),
    case("denied", UNKNOWN, other("aws-region", backup_protected=DENIED), name=ARN, listed=OLD),
)
