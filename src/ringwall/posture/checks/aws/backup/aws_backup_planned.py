"""Regions with databases and disks have a plan of backups.

Why: what is in no plan is backed up while somebody thinks of it.
Fix: make a plan of AWS Backup, and choose by tags what is in it.
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
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=(
        "listed",
        "aws-backup-plan.listed",
        "aws-rds-instance.listed",
        "aws-ec2-volume.listed",
        "aws-efs-file-system.listed",
    ),
    controls=BACKED_UP,
    known_as=("prowler:backup_plans_exist",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where there is something to back up."""

    def here(kind: str) -> bool:
        return bool(world.all(kind, account=it.account, region=it.region))

    if not any(
        here(kind) for kind in ("aws-rds-instance", "aws-ec2-volume", "aws-efs-file-system")
    ):
        return None
    it.read("listed")
    if here("aws-backup-plan"):
        return passes("it has a plan of AWS Backup")
    return fails(f"{it.label} has data, and no plan of AWS Backup")


DISK = other("aws-ec2-volume", listed={})
CASES = (
    case("one", PASS, DISK, other("aws-backup-plan", listed={})),
    case("none", FAIL, DISK),
    case("none, and only shared files", FAIL, other("aws-efs-file-system", listed={})),
    case("nothing to back up", NOT_JUDGED),
)
