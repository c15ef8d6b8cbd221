"""Snapshots of clusters are shared with nobody outside.

Why: what another account may restore it may keep, and give away.
Fix: take accounts away that do not need it; share by a key that you can take back.
"""

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-rds-cluster-snapshot",
    severity=Severity.MEDIUM,
    reads=("restorable_by", "aws-account.listed"),
    controls=NOT_PUBLIC,
)


def judge(it: Subject, world: World) -> Judgment:
    """Accounts that are judged together are one's own."""
    others = [one for one in it.read("restorable_by", ()) if one not in {"all", it.account}]
    strangers = [one for one in others if world.find(f"aws-account/{one}") is None]
    if strangers:
        return fails(f"{it.label} is shared with {', '.join(sorted(strangers))}")
    return passes("it is shared with no account that is not among yours")


CASES = (
    case("nobody", PASS, restorable_by=[]),
    case(
        "an account of yours",
        PASS,
        other("aws-account", "444455556666"),
        restorable_by=["444455556666"],
    ),
    case("another one", FAIL, restorable_by=["444455556666"]),
    case("denied", UNKNOWN, restorable_by=DENIED),
)
