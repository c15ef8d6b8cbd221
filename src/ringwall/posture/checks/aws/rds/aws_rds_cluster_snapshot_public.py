"""Snapshots of clusters are not public.

Why: whoever has an account of AWS restores all that was in it.
Fix: take `all` out of those who may restore it.
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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-rds-cluster-snapshot",
    severity=Severity.CRITICAL,
    reads=("restorable_by",),
    controls=NOT_PUBLIC,
    known_as=(
        "prowler:rds_snapshots_public_access",
        "securityhub:RDS.1",
    ),
    remedy="aws-rds-snapshot-private",
)


def judge(it: Subject, world: World) -> Judgment:
    """By who may restore it."""
    if "all" in it.read("restorable_by", ()):
        return fails(f"everyone may restore {it.label}")
    return passes("not everyone may restore it")


CASES = (
    case("nobody else", PASS, restorable_by=[]),
    case("an account", PASS, restorable_by=["444455556666"]),
    case("all", FAIL, restorable_by=["all"]),
    case("made by itself, which cannot be shared", PASS, restorable_by=ABSENT),
    case("denied", UNKNOWN, restorable_by=DENIED),
)
