"""Whether AWS Backup has a backup of something, which a plan of it makes again and again."""

from datetime import UTC, datetime, timedelta
from typing import Final

from ringwall.posture.checking import (
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.ages import days_since

PROTECTED: Final = "aws-region.backup_protected"
_FIRST_DAYS: Final = 7
"""How old something is before a plan that runs once a week must have backed it up."""
_LAST_DAYS: Final = 92
"""How old the last backup may be, of a plan that runs once in three months."""
NONE: Final = other("aws-region", backup_protected={})
"""For cases: a region in which nothing is backed up."""


def judge_covered(
    it: Subject,
    world: World,
    *arns: str,
    made: object = None,
    besides: str = "",
    severity: Severity | None = None,
) -> Judgment | None:
    """By the last backup of any of these ARNs. ``None`` of what is too new to have one.

    ``made`` is when it was made; ``besides`` tells what else has copies of it, which a plan of
    AWS Backup does not make and ``severity`` accounts for.
    """
    told = world.region(it).read("backup_protected")
    found = [told[one] for one in arns if one in told]
    if not found:
        if made is not None and days_since(made) <= _FIRST_DAYS:
            return None
        return fails(f"AWS Backup has no backup of {it.label}{besides}", severity)
    if not all(found):
        return passes("AWS Backup has a backup of it")
    days = min(map(days_since, found))
    if days > _LAST_DAYS:
        why = f"AWS Backup made its last backup of {it.label} {days} days ago{besides}"
        return fails(why, severity)
    return passes(f"AWS Backup made a backup of it {days} days ago")


def backed_up(arn: str, days: int) -> Other:
    """For cases: a region in which this was backed up so many days ago."""
    when = datetime.now(UTC) - timedelta(days=days)
    return other("aws-region", backup_protected={arn: str(when)})
