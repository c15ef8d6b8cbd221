"""Secrets are not for everybody.

Why: what is in it is no secret then.
Fix: name in the secret's policy who needs it, and block public policies.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.admitting import admitting, by_policy
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.strangers import arn_of, judge_strangers

CHECK = Check(
    judges="aws-secretsmanager-secret",
    severity=Severity.CRITICAL,
    reads=("policy", *READS),
    controls=NOT_PUBLIC,
    known_as=("prowler:secretsmanager_not_publicly_accessible",),
)


def judge(it: Subject, world: World) -> Judgment:
    """As the engine decides it for strangers, conditions and denials considered."""
    return judge_strangers(it, it.read("policy"), arn_of(it, "secretsmanager:secret:{label}"))


CASES = admitting("secretsmanager:GetSecretValue", by_policy, "policy")
