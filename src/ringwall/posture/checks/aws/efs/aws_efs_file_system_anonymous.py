"""Shared files ask who mounts them.

Why: without a policy, every machine in the network mounts, and writes, as root.
Fix: write a policy that names roles, and denies what is not encrypted.
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
    judges="aws-efs-file-system",
    severity=Severity.MEDIUM,
    reads=("policy",),
    controls=NOT_PUBLIC,
    known_as=("prowler:efs_not_publicly_accessible",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Without a policy, being in the network is all that is asked."""
    policy = it.read("policy")
    if policy is None:
        return fails(
            f"{it.label} has no policy: every client that reaches it mounts it", Severity.LOW
        )
    found = list(open_statements(policy))
    if found:
        return fails(f"everybody who reaches {it.label} may {named(found)}")
    return passes("its policy names who may mount it")


def _policy(**more: object) -> dict[str, object]:
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


CASES = (
    case("a role", PASS, policy=_policy(Principal={"AWS": "arn:aws:iam::111122223333:role/web"})),
    case(
        "by mount targets",
        PASS,
        policy=_policy(Condition={"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}),
    ),
    case("everybody", FAIL, policy=_policy()),
    case("none", FAIL, policy=ABSENT),
    case("denied", UNKNOWN, policy=DENIED),
)
