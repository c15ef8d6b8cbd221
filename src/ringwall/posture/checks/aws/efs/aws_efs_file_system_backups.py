"""Shared files are backed up.

Why: what is deleted, or encrypted by an attacker, cannot be had again otherwise.
Fix: turn automatic backups on.
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
    passes,
)
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-efs-file-system",
    severity=Severity.MEDIUM,
    reads=("backup",),
    controls=BACKED_UP,
    known_as=(
        "prowler:efs_have_backup_enabled",
        "securityhub:EFS.2",
        "checkov:CKV2_AWS_18",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("backup", {}).get("Status") in {"ENABLED", "ENABLING"}:
        return passes("automatic backups are on")
    return fails(f"{it.label} has no automatic backups")


CASES = (
    case("on", PASS, backup={"Status": "ENABLED"}),
    case("off", FAIL, backup={"Status": "DISABLED"}),
    case("never set", FAIL, backup=ABSENT),
    case("denied", UNKNOWN, backup=DENIED),
)
