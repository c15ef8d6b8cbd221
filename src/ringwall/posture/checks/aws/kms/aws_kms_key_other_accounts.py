"""Keys are used by accounts that are meant.

Why: another account that may use the key opens what it gets of yours, and its own people decide
who.
Fix: name the role that is meant, or the organisation by `aws:PrincipalOrgID`; accept this for
accounts of your own.
"""

from typing import Any

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
from ringwall.posture.checks.aws.customers import others_of

CHECK = Check(
    judges="aws-kms-key",
    severity=Severity.LOW,
    reads=("policy",),
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment:
    """Whole accounts and whoever is of them, unless a condition says of which organisation."""
    others = sorted(others_of(it.read("policy"), it.account))
    if others:
        return fails(f"accounts {', '.join(others)} may use it")
    return passes("no other account is named")


def _policy(principal: Any, **more: Any) -> dict[str, Any]:
    one = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:Decrypt"} | more
    return {"Statement": [one]}


ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
OWN = {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}
TLS = {"Bool": {"aws:SecureTransport": "true"}}
OTHER = "arn:aws:iam::444455556666:root"
CASES = (
    case("its own", PASS, policy=_policy("arn:aws:iam::111122223333:root")),
    case("another", FAIL, policy=_policy(OTHER)),
    case("a role of another", FAIL, policy=_policy(["444455556666", "111122223333"])),
    case("another, of the organisation", PASS, policy=_policy(OTHER, Condition=ORG)),
    case("another, that cannot be it", PASS, policy=_policy(OTHER, Condition=OWN)),
    case("another, over TLS", FAIL, policy=_policy(OTHER, Condition=TLS)),
    case("denied", PASS, policy=_policy(OTHER, Effect="Deny")),
    case("broken", UNKNOWN, policy="{"),
    case("may not be read", UNKNOWN, policy=DENIED),
)
