"""Vaults of backups are not for everybody.

Why: whoever may copy from it has all that was ever backed up.
Fix: name in its policy the accounts that need it.
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
from ringwall.posture.checks.aws.strangers import named, open_statements

CHECK = Check(
    judges="aws-backup-vault",
    severity=Severity.CRITICAL,
    reads=("policy",),
    controls=NOT_PUBLIC,
)


def judge(it: Subject, world: World) -> Judgment:
    """By statements for everybody that no condition narrows."""
    found = list(open_statements(it.read("policy")))
    if found:
        return fails(f"everybody may {named(found)} in {it.label}")
    return passes("its policy lets in nobody who is not named")


def _policy(**more: object) -> dict[str, object]:
    return {
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault"} | more
        ]
    }


ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
CASES = (
    case("none", PASS, policy=ABSENT),
    case("everybody", FAIL, policy=_policy()),
    case("of the organisation", PASS, policy=_policy(Condition=ORG)),
    case("denied", UNKNOWN, policy=DENIED),
)
