"""Backups are encrypted.

Why: whoever comes by a plain backup has all that was backed up, without a key.
Fix: copy it into a vault with a key, which encrypts the copy, and delete the plain one; encrypt
what is backed up, since some backups are encrypted as their source is.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-backup-vault",
    severity=Severity.MEDIUM,
    reads=("listed", "points"),
    controls=AT_REST,
    known_as=("prowler:backup_recovery_point_encrypted", "securityhub:Backup.1"),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of vaults that have some: a vault's key does not encrypt all that it holds."""
    count = it.read("listed").get("NumberOfRecoveryPoints", 0)
    if not count:
        return None
    told = it.read("points")
    if told is None:
        msg = f"{it.label} has {count:,} backups: too many to look through"
        raise UnknownError(msg)
    if not told["plain"]:
        return passes(f"all {told['points']} backups in it are encrypted")
    named = ", ".join(one.rpartition(":")[2] for one in told["named"][:3])
    return fails(f"{told['plain']} of {told['points']} backups in {it.label} are plain: {named}")


SOME = {"NumberOfRecoveryPoints": 2}
PLAIN = ["arn:aws:ec2:eu-west-1::snapshot/snap-1"]
CASES = (
    case("all", PASS, listed=SOME, points={"points": 2, "plain": 0, "named": []}),
    case("not all", FAIL, listed=SOME, points={"points": 2, "plain": 1, "named": PLAIN}),
    case("too many", UNKNOWN, listed={"NumberOfRecoveryPoints": 99_999}, points=ABSENT),
    case("empty", NOT_JUDGED, listed={"NumberOfRecoveryPoints": 0}, points=ABSENT),
    case("denied", UNKNOWN, listed=SOME, points=DENIED),
)
