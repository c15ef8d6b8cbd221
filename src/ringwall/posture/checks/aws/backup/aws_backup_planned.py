"""Regions with databases and disks have a plan of backups, which takes something.

Why: what is in no plan is backed up while somebody thinks of it; a plan to which nothing was
assigned does nothing.
Fix: make a plan of AWS Backup, and choose by tags what is in it.
"""

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
        "aws-backup-plan.selections",
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
    plans = world.all("aws-backup-plan", account=it.account, region=it.region)
    for one in plans:
        if one.read("selections"):
            return passes(f"the plan {one.label} of AWS Backup says what is backed up")
    if plans:
        names = ", ".join(sorted(one.label for one in plans)[:3])
        return fails(f"{it.label} has data, and of it the plans of AWS Backup ({names}) take none")
    return fails(f"{it.label} has data, and no plan of AWS Backup")


DISK = other("aws-ec2-volume", listed={})
SELECTED = [{"SelectionId": "s", "SelectionName": "all"}]
IDLE = other("aws-backup-plan", "arn:p", listed={}, selections=[])
UNREAD = other("aws-backup-plan", "arn:q", listed={}, selections=DENIED)
USED = other("aws-backup-plan", "arn:r", listed={}, selections=SELECTED)
CASES = (
    case("one", PASS, DISK, USED),
    case("one of two", PASS, DISK, IDLE, USED),
    case("one that takes nothing", FAIL, DISK, IDLE),
    case("what one takes may not be read", UNKNOWN, DISK, IDLE, UNREAD),
    case("none", FAIL, DISK),
    case("none, and only shared files", FAIL, other("aws-efs-file-system", listed={})),
    case("nothing to back up", NOT_JUDGED),
)
