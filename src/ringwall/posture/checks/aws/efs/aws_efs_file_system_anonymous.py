"""Shared files ask who mounts them.

Why: without a policy, every machine in the network mounts, and writes, as root.
Fix: write a policy that names roles, and denies what is not encrypted.
"""

from typing import Any

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
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.strangers import arn_of
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import Exposed, exposed
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.strangers import Stranger

CHECK = Check(
    judges="aws-efs-file-system",
    severity=Severity.MEDIUM,
    reads=("policy",),
    controls=NOT_PUBLIC,
    known_as=("prowler:efs_not_publicly_accessible",),
)
TARGET = "elasticfilesystem:accessedviamounttarget"
POINT = "elasticfilesystem:accesspointarn"


def judge(it: Subject, world: World) -> Judgment:
    """Without a policy, being in the network is all that is asked."""
    policy = it.read("policy")
    if policy is None:
        return fails(
            f"{it.label} has no policy: every client that reaches it mounts it", Severity.LOW
        )
    for inside, how in (("false", "without a mount target"), ("true", "by a mount target")):
        let_in = _let_in(it, policy, inside)
        if let_in:
            said = f"everybody who reaches {it.label} {how} may {', '.join(let_in[:3])}"
            return fails(said, Severity.LOW if inside == "true" else None)
    return passes("its policy names who may mount it")


def _let_in(it: Subject, policy: Any, inside: str) -> list[str]:
    """What those may who show nothing. Whose access points have to be used comes by these alone."""
    document = read(policy, name=f"policy of {it.label}", kind=Kind.RESOURCE)
    arn = arn_of(it, "elasticfilesystem:file-system/{label}")
    account = it.number
    found = [
        one
        for one in exposed(document, (arn,), account=account, keys={TARGET: (inside,)})
        if one.stranger is Stranger.ANYBODY and one.is_wide and not _by_access_point(one)
    ]
    sure = [one.action for one in found if one.decision.is_allowed]
    if found and not sure:
        raise UnknownError(found[0].decision.why)
    return sure


def _by_access_point(one: Exposed) -> bool:
    needed = {each.key for each in one.decision.requires}
    return one.decision.outcome is Outcome.CONDITIONAL and POINT in needed


def _policy(**more: object) -> dict[str, Any]:
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "elasticfilesystem:ClientMount",
            }
            | more
        ]
    }


TARGETS = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
ARN = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-1"
POINTS = {"StringEquals": {"elasticfilesystem:AccessPointArn": ARN}}
ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
ITSELF = {"StringEquals": {"aws:ResourceAccount": "111122223333"}}
DENIED_AGAIN = {
    "Statement": [
        *_policy()["Statement"],
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "*",
            "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
        },
    ]
}
CASES = (
    case("a role", PASS, policy=_policy(Principal={"AWS": "arn:aws:iam::111122223333:role/web"})),
    case("everybody by mount targets", FAIL, policy=_policy(Condition=TARGETS)),
    case("by an access point", PASS, policy=_policy(Condition=POINTS)),
    case("the organisation", PASS, policy=_policy(Condition=ORG)),
    case("in its own account", FAIL, policy=_policy(Condition=ITSELF)),
    case("allowed, and denied again", PASS, policy=DENIED_AGAIN),
    case("broken", UNKNOWN, policy="{"),
    case("everybody", FAIL, policy=_policy()),
    case("none", FAIL, policy=ABSENT),
    case("denied", UNKNOWN, policy=DENIED),
)
