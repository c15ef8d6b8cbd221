"""Functions are not called by everybody.

Why: whoever may call it does what it does, with its rights, at your cost.
Fix: name the account or service in the function's policy, with `AWS:SourceArn` or
`AWS:SourceAccount`.
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
from ringwall.posture.checks.aws.lambda_.aliases import ALIAS_READS, cases_of_aliases, judge_each
from ringwall.posture.checks.aws.strangers import judge_strangers

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.CRITICAL,
    reads=("policy", *READS, *ALIAS_READS),
    controls=NOT_PUBLIC,
    known_as=("prowler:awslambda_function_not_publicly_accessible", "securityhub:Lambda.1"),
    remedy="aws-lambda-function-private",
)


def judge(it: Subject, world: World) -> Judgment:
    """As the engine decides it for strangers, conditions and denials considered."""
    return judge_each(it, world, lambda policy, arn: judge_strangers(it, policy, arn))


CASES = (
    *admitting("lambda:InvokeFunction", by_policy, "policy"),
    *cases_of_aliases("*", "lambda:InvokeFunction"),
)
