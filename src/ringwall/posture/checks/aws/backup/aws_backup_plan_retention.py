"""Plans keep backups for a month.

Why: an intrusion is found after weeks; then only backups from before are of use.
Fix: set `DeleteAfterDays` to 30 or more.
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
    judges="aws-backup-plan",
    severity=Severity.LOW,
    reads=("plan",),
    controls=BACKED_UP,
)


def judge(it: Subject, world: World) -> Judgment:
    """By the rule that keeps them longest."""
    rules = it.read("plan").get("Rules") or ()
    if not rules:
        return fails(f"{it.label} has no rules, and backs nothing up")
    days = [(one.get("Lifecycle") or {}).get("DeleteAfterDays") for one in rules]
    if any(one is None or one >= 30 for one in days):
        return passes("a rule of it keeps backups for a month, or for ever")
    return fails(f"{it.label} keeps backups for {max(filter(None, days), default=0)} days at most")


def _plan(*days: int | None) -> dict[str, object]:
    return {
        "Rules": [{"Lifecycle": {} if one is None else {"DeleteAfterDays": one}} for one in days]
    }


CASES = (
    case("a month", PASS, plan=_plan(7, 35)),
    case("for ever", PASS, plan=_plan(None)),
    case("a week", FAIL, plan=_plan(7)),
    case("no rules", FAIL, plan={}),
    case("denied", UNKNOWN, plan=DENIED),
)
