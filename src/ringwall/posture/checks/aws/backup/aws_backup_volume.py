"""Volumes in use are in AWS Backup.

Why: snapshots made by hand end when nobody thinks of it; a plan makes them, and ends old ones.
Fix: take the volume, or its instance, into a plan of AWS Backup, by its ARN or by a tag.
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
    judges="aws-ec2-volume",
    severity=Severity.LOW,
    reads=("listed", PROTECTED),
    controls=BACKED_UP,
    known_as=("prowler:ec2_ebs_volume_protected_by_backup_plan", "securityhub:EC2.28"),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of those that something uses: by itself, or with the instance that it is attached to."""
    listed = it.read("listed")
    if listed.get("State") != "in-use":
        return None
    begin = it.name.rpartition(":")[0]
    several = [one.get("InstanceId") for one in listed.get("Attachments") or ()]
    instances = [f"{begin}:instance/{one}" for one in several if one]
    return judge_covered(it, world, it.name, *instances, made=listed.get("CreateTime"))


BEGIN = "arn:aws:ec2:eu-west-1:111122223333"
ARN = f"{BEGIN}:volume/vol-1"
OLD = {"State": "in-use", "CreateTime": datetime.now(UTC) - timedelta(days=99)}
ATTACHED = OLD | {"Attachments": [{"InstanceId": "i-1"}]}
CASES = (
    case("backed up", PASS, backed_up(ARN, 1), name=ARN, listed=ATTACHED),
    case(
        "with its instance", PASS, backed_up(f"{BEGIN}:instance/i-1", 1), name=ARN, listed=ATTACHED
    ),
    case(
        "another instance", FAIL, backed_up(f"{BEGIN}:instance/i-2", 1), name=ARN, listed=ATTACHED
    ),
    case("never", FAIL, NONE, name=ARN, listed=OLD),
    case("long ago", FAIL, backed_up(ARN, 200), name=ARN, listed=OLD),
    case("new", NOT_JUDGED, NONE, name=ARN, listed=OLD | {"CreateTime": datetime.now(UTC)}),
    case("nothing uses it", NOT_JUDGED, NONE, name=ARN, listed=OLD | {"State": "available"}),
    case("denied", UNKNOWN, other("aws-region", backup_protected=DENIED), name=ARN, listed=OLD),
)
