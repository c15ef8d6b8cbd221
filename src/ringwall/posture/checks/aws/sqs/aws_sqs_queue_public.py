"""Queues are not for everybody.

Why: whoever may send has your workers do things; whoever may receive takes messages away.
Fix: name accounts or services in the queue's policy, or bind it by `aws:SourceArn`.
"""

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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.strangers import named, open_statements

CHECK = Check(
    judges="aws-sqs-queue",
    severity=Severity.HIGH,
    reads=("attributes",),
    controls=NOT_PUBLIC,
    known_as=("prowler:sqs_queues_not_publicly_accessible", "checkov:CKV_AWS_168"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By statements for everybody that no condition narrows."""
    found = list(open_statements(it.read("attributes", {}).get("Policy")))
    if found:
        return fails(f"everybody may {named(found)} at {it.label}")
    return passes("its policy lets in nobody who is not named")


def _policy(**more: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"} | more
    return {"Policy": {"Statement": [statement]}}


WORLD = {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}
CASES = (
    case("none", PASS, attributes={}),
    case("everybody", FAIL, attributes=_policy()),
    case("everybody in a list", FAIL, attributes=_policy(Principal={"AWS": ["*"]})),
    case(
        "of the organisation",
        PASS,
        attributes=_policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
    ),
    case("from any network", FAIL, attributes=_policy(Condition={"IpAddress": WORLD})),
    case("denied to everybody", PASS, attributes=_policy(Effect="Deny")),
    case("not told", UNKNOWN, attributes=DENIED),
)
