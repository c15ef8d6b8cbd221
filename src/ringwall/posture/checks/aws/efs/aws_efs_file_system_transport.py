"""Shared files are mounted encrypted.

Why: files cross the network as they are.
Fix: deny in its policy what is not `aws:SecureTransport`.
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT
from ringwall.posture.checks.aws.strangers import principals_of, statements_of

CHECK = Check(
    judges="aws-efs-file-system",
    severity=Severity.LOW,
    reads=("policy",),
    controls=IN_TRANSIT,
)


def judge(it: Subject, world: World) -> Judgment:
    """By a statement that denies them to all."""
    for one in statements_of(it.read("policy")):
        bools = (one.get("Condition") or {}).get("Bool") or {}
        value = str(bools.get("aws:SecureTransport", "")).lower()
        if one.get("Effect") == "Deny" and value == "false" and "*" in principals_of(one):
            return passes("its policy denies plain connections")
    return fails(f"{it.label} takes plain connections")


def _policy(effect: str, value: str) -> dict[str, object]:
    condition = {"Bool": {"aws:SecureTransport": value}}
    return {
        "Statement": [{"Effect": effect, "Principal": "*", "Action": "*", "Condition": condition}]
    }


CASES = (
    case("denied", PASS, policy=_policy("Deny", "false")),
    case("only allowed, which denies nothing", FAIL, policy=_policy("Allow", "true")),
    case("none", FAIL, policy=ABSENT),
    case("not told", UNKNOWN, policy=DENIED),
)
