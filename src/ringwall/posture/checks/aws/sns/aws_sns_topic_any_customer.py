"""Topics take from services for their own account alone.

Why: a service publishes for whoever tells it to: a stranger points their bucket or rule at your
topic.
Fix: bind the statement by `aws:SourceAccount` or `aws:SourceArn`.
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
)
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.customers import judge_customers
from ringwall.posture.checks.aws.strangers import arn_of

CHECK = Check(
    judges="aws-sns-topic",
    severity=Severity.MEDIUM,
    reads=("attributes", *READS),
    controls=(
        *NOT_PUBLIC,
        "nist-800-53r5 AC-4 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Asked as services ask that act for somebody else, with all that the policy denies."""
    return judge_customers(it, it.read("attributes").get("Policy"), arn_of(it, "sns:{label}"))


def _policy(service: str, **more: Any) -> dict[str, Any]:
    one = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}}
    written = {"Statement": [one | {"Action": "sns:Publish", "Resource": "*"} | more]}
    return {"Policy": written}


OWN = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
BUCKET = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::ours"}}
OURS = {"ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:111122223333:rule/*"}}
ANY = {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:*:rule/*"}}
ORG = {"StringEquals": {"aws:SourceOrgID": "o-1"}}
CASES = (
    case("no policy", PASS, attributes={}),
    case("for its account", PASS, attributes=_policy("s3", Condition=OWN)),
    case("for the organisation", PASS, attributes=_policy("s3", Condition=ORG)),
    case("for a rule of the account", PASS, attributes=_policy("events", Condition=OURS)),
    case("for anybody", FAIL, attributes=_policy("s3")),
    case("for any rule there is", FAIL, attributes=_policy("events", Condition=ANY)),
    case("an account", PASS, attributes=_policy("s3", Principal={"AWS": "444455556666"})),
    case("denied", PASS, attributes=_policy("s3", Effect="Deny")),
    case("may not be read", UNKNOWN, attributes=DENIED),
)
