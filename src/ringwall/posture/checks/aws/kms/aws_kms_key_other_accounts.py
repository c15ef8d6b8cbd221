"""Keys are used by accounts that are meant.

Why: another account that may use the key opens what it gets of yours, and its own people decide
who.
Fix: name roles instead of whole accounts, or accept this for accounts of your own.
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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.statements import statements
from ringwall.posture.checks.aws.strangers import accounts_of

CHECK = Check(
    judges="aws-kms-key",
    severity=Severity.LOW,
    reads=("policy",),
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment:
    """Whole accounts and their roles alike."""
    others = set()
    for one in statements(it.read("policy")):
        if one.get("Effect") == "Allow" and not one.get("Condition"):
            others |= accounts_of(one) - {it.account}
    if others:
        return fails(f"accounts {', '.join(sorted(others))} may use it")
    return passes("no other account is named")


CASES = (
    case(
        "own",
        PASS,
        policy={
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                    "Action": "kms:*",
                }
            ]
        },
    ),
    case(
        "another",
        FAIL,
        policy={
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
                    "Action": "kms:*",
                }
            ]
        },
    ),
    case("broken", UNKNOWN, policy="{"),
    case("may not be read", UNKNOWN, policy=DENIED),
)
