"""Backups cannot be deleted before their time.

Why: who takes an account over deletes the backups first.
Fix: lock the vault, with a least time to keep; in compliance mode nobody takes that back.
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
    passes,
)
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-backup-vault",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=("nist-800-53r5 CP-9(8) supporting", *BACKED_UP),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    listed = it.read("listed")
    if listed.get("Locked") is True and listed.get("MinRetentionDays"):
        return passes(f"backups are kept for {listed['MinRetentionDays']} days at least")
    if listed.get("Locked") is True:
        return fails(f"{it.label} is locked, but says not how long backups are kept", Severity.LOW)
    return fails(f"{it.label} is not locked")


CASES = (
    case("locked", PASS, listed={"Locked": True, "MinRetentionDays": 30}),
    case("locked, for no time", FAIL, listed={"Locked": True}),
    case("not", FAIL, listed={"Locked": False}),
    case("denied", UNKNOWN, listed=DENIED),
)
