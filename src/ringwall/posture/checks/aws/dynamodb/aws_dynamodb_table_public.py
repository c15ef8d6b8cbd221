"""Tables cannot be read by strangers.

Why: whoever has an account of AWS reads, or changes, what is in it.
Fix: name in its policy the accounts and roles that need it.
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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC, NOT_REACHED
from ringwall.posture.checks.aws.strangers import arn_of, judge_strangers

CHECK = Check(
    judges="aws-dynamodb-table",
    severity=Severity.CRITICAL,
    reads=("policy", *READS),
    controls=(
        *NOT_PUBLIC,
        *NOT_REACHED,
    ),
    known_as=("prowler:dynamodb_table_cross_account_access",),
)


def judge(it: Subject, world: World) -> Judgment:
    """As the engine decides it for strangers, conditions and denials considered."""
    arn = arn_of(it, "dynamodb:table/{label}")
    return judge_strangers(it, it.read("policy"), arn, f"{arn}/*")


def _policy(**more: object) -> dict[str, object]:
    return {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "dynamodb:Scan"} | more]}


CASES = (
    case("none", PASS, policy=ABSENT),
    case("everybody", FAIL, policy=_policy()),
    case("an account", PASS, policy=_policy(Principal={"AWS": "444455556666"})),
    case(
        "by one endpoint",
        PASS,
        policy=_policy(Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
    ),
    case(
        "by any endpoint", FAIL, policy=_policy(Condition={"StringLike": {"aws:SourceVpce": "*"}})
    ),
    case(
        "by halves of the world",
        FAIL,
        policy=_policy(Condition={"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}),
    ),
    case("denied", UNKNOWN, policy=DENIED),
)
