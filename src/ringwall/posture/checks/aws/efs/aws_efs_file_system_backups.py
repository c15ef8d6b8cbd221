"""Shared files are backed up.

Why: what is deleted, or encrypted by an attacker, cannot be had again otherwise.
Fix: turn automatic backups on, or take the files into a plan of AWS Backup.
"""

from ringwall.posture.checking import (
    ABSENT,
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
    other,
    passes,
)
from ringwall.posture.checks.aws.backup.covered import PROTECTED, judge_covered
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-efs-file-system",
    severity=Severity.MEDIUM,
    reads=("backup", PROTECTED),
    controls=BACKED_UP,
    known_as=(
        "prowler:efs_have_backup_enabled",
        "securityhub:EFS.2",
        "checkov:CKV2_AWS_18",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its setting, which stands for AWS's own plan; of what is no code, by other plans, too."""
    if it.read("backup", {}).get("Status") in {"ENABLED", "ENABLING"}:
        return passes("automatic backups are on")
    if it.is_declared:
        return fails(f"{it.label} has no automatic backups")
    return judge_covered(it, world, it.name, besides=", and it has no automatic backups")


ARN = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1"
OFF = {"Status": "DISABLED"}
NONE = other("aws-region", backup_protected={})
OWN = other("aws-region", backup_protected={ARN: ""})
CASES = (
    case("on", PASS, NONE, backup={"Status": "ENABLED"}),
    case("off, and in a plan of one's own", PASS, OWN, name=ARN, backup=OFF),
    case("off", FAIL, NONE, name=ARN, backup=OFF),
    case("never set", FAIL, NONE, name=ARN, backup=ABSENT),
    case("denied", UNKNOWN, NONE, backup=DENIED),
    case(
        "plans are denied",
        UNKNOWN,
        other("aws-region", backup_protected=DENIED),
        name=ARN,
        backup=OFF,
    ),
)
