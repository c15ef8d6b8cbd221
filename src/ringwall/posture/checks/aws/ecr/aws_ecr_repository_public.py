"""Repositories of images are not for everybody.

Why: images tell how everything is built, and often hold secrets; who may push replaces what runs.
Fix: name in the policy the accounts and roles that need it.
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
    judges="aws-ecr-repository",
    severity=Severity.CRITICAL,
    reads=("policy", *READS),
    controls=NOT_PUBLIC,
    known_as=(
        "prowler:ecr_repositories_not_publicly_accessible",
        "checkov:CKV_AWS_32",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As the engine decides it for strangers, conditions and denials considered."""
    return judge_strangers(it, it.read("policy"), arn_of(it, "ecr:repository/{label}"))


def _policy(**more: object) -> dict[str, object]:
    return {
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"} | more]
    }


CASES = (
    case("none", PASS, policy=ABSENT),
    case("everybody", FAIL, policy=_policy()),
    case("everybody, as AWS writes it", FAIL, policy=_policy(Principal={"AWS": "*"})),
    case(
        "everybody but one",
        FAIL,
        policy={
            "Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "*"}
        },
    ),
    case(
        "of the organisation",
        PASS,
        policy=_policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
    ),
    case(
        "of any organisation",
        FAIL,
        policy=_policy(Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}),
    ),
    case(
        "if it is of the organisation",
        FAIL,
        policy=_policy(Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}),
    ),
    case("an account", PASS, policy=_policy(Principal={"AWS": "444455556666"})),
    case("denied to everybody", PASS, policy=_policy(Effect="Deny")),
    case("broken", UNKNOWN, policy="{"),
    case("not told", UNKNOWN, policy=DENIED),
)
