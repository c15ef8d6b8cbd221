"""Functions are called by accounts that are meant.

Why: another account that is let in decides itself who of its people comes.
Fix: name the role that is meant, or the organisation by `aws:PrincipalOrgID`; accept this for
accounts of your own.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.lambda_.aliases import ALIAS_READS, cases_of_aliases, judge_each
from ringwall.posture.checks.aws.sharing import cases_of_others, judge_others

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.LOW,
    reads=("policy", *READS, *ALIAS_READS),
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment:
    """Whole accounts and whoever is of them, unless a condition says of which organisation."""
    return judge_each(it, world, lambda policy, _: judge_others(it, policy))


OTHER = {"AWS": "arn:aws:iam::444455556666:root"}
CASES = (
    *cases_of_others("lambda:InvokeFunction", aspect="policy"),
    *cases_of_aliases(OTHER, "lambda:InvokeFunction"),
)
