"""Functions are called by services for their own account alone.

Why: a service calls for whoever tells it to: a stranger points their bucket or rule at your
function.
Fix: add the permission with `--source-account` or `--source-arn`.
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
    World,
    case,
)
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.customers import judge_customers
from ringwall.posture.checks.aws.lambda_.aliases import ALIAS_READS, cases_of_aliases, judge_each

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.MEDIUM,
    reads=("policy", *READS, *ALIAS_READS),
    controls=(
        *NOT_PUBLIC,
        "nist-800-53r5 AC-4 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Asked as services ask that act for somebody else, with all that the policy denies."""
    return judge_each(it, world, lambda policy, arn: judge_customers(it, policy, arn))


def _policy(service: str, **more: Any) -> dict[str, Any]:
    one = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}}
    return {"Statement": [one | {"Action": "lambda:InvokeFunction", "Resource": "*"} | more]}


OWN = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
BUCKET = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::ours"}}
OURS = {"ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:111122223333:rule/*"}}
ANY = {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:*:rule/*"}}
ORG = {"StringEquals": {"aws:SourceOrgID": "o-1"}}
S3 = {"Service": "s3.amazonaws.com"}
CASES = (
    *cases_of_aliases(S3, "lambda:InvokeFunction"),
    case("no policy", PASS, policy=ABSENT),
    case("for its account", PASS, policy=_policy("s3", Condition=OWN)),
    case("for the organisation", PASS, policy=_policy("s3", Condition=ORG)),
    case("for a rule of the account", PASS, policy=_policy("events", Condition=OURS)),
    case("for anybody", FAIL, policy=_policy("s3")),
    case("for any rule there is", FAIL, policy=_policy("events", Condition=ANY)),
    case("an account", PASS, policy=_policy("s3", Principal={"AWS": "444455556666"})),
    case("denied", PASS, policy=_policy("s3", Effect="Deny")),
    case("may not be read", UNKNOWN, policy=DENIED),
)
