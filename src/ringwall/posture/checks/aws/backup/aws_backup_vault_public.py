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
)
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.strangers import arn_of, judge_strangers

CHECK = Check(
    judges="aws-backup-vault",
    severity=Severity.CRITICAL,
    reads=("policy", *READS),
    controls=NOT_PUBLIC,
)


def judge(it: Subject, world: World) -> Judgment:
    """As the engine decides it for strangers, conditions and denials considered."""
    return judge_strangers(it, it.read("policy"), arn_of(it, "backup:backup-vault:{label}"))


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
