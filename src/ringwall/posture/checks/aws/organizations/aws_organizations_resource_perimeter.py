"""Strangers are kept from the organisation's data, whatever its policies say.

Why: one bucket's policy is enough to publish what is in it, and one key's to let others decrypt.
Fix: deny in a resource control policy of the root what principals of other organisations ask of S3,
KMS, Secrets Manager and SQS, by `aws:PrincipalOrgID` and `aws:PrincipalIsAWSService`.

Decided by the engine for somebody of another company whom each resource's own policy lets in.
"""

from functools import partial
from typing import Any, Final

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.bounds import organisation
from ringwall.posture.permissions.controls import shut_out
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.statements import Kind

KIND: Final = "aws-organizations-resource-control-policy"
CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=("organization", f"{KIND}.listed", f"{KIND}.targets", f"{KIND}.content"),
    controls=("nist-800-53r5 AC-3 supporting",),
)
ASKED: Final = {
    "s3:GetObject": "arn:aws:s3:::any-0/any-0",
    "kms:Decrypt": "arn:aws:kms:eu-west-1:222233334444:key/any-0",
    "secretsmanager:GetSecretValue": ("arn:aws:secretsmanager:eu-west-1:222233334444:secret:any-0"),
    "sqs:ReceiveMessage": "arn:aws:sqs:eu-west-1:222233334444:any-0",
}


def judge(it: Subject, world: World) -> Judgment | None:
    """Of the management account alone: others may not read what binds them."""
    told = it.read("organization")
    if told is None or str(told.get("MasterAccountId")) != it.name:
        return None
    policies = world.all(KIND, account=it.account)
    for action, resource in ASKED.items():
        if not world.any_true(*(partial(_denies, one, action, resource) for one in policies)):
            return fails(f"no resource control policy denies {action} to strangers")
    return passes("resource control policies keep strangers out")


def _denies(policy: Subject, action: str, resource: str) -> bool:
    if not policy.read("targets", []):
        return False
    document = read(policy.read("content"), name=policy.label, kind=Kind.RCP)
    if document.faults:
        raise UnknownError("; ".join(document.faults))
    return shut_out(document, action, resource)


def _policy(content: Any, *targets: str) -> Other:
    return other(
        KIND,
        "arn:aws:organizations::111122223333:policy/o-1/resource_control_policy/p-1",
        listed={"Id": "p-1"},
        content=content,
        targets=[{"TargetId": one} for one in targets],
    )


def _deny(*actions: str, **more: Any) -> dict[str, Any]:
    one = {"Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": "*"} | more
    return {"Version": "2012-10-17", "Statement": [one]}


ALL = ("s3:*", "kms:*", "secretsmanager:*", "sqs:*")
OUTSIDE = {
    "StringNotEqualsIfExists": {
        "aws:PrincipalOrgID": "o-1",
        "aws:ResourceTag/perimeter": "outside",
    },
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}
PERIMETER = _deny(*ALL, Condition=OUTSIDE)
SPARING = {
    "StringNotEquals": {"aws:PrincipalOrgID": "o-1"},
    "Null": {"aws:PrincipalOrgID": "false"},
}
UNITS = {"aws:PrincipalOrgPaths": "o-1/*"}
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
CASES = (
    case("denied", PASS, _policy(PERIMETER, "r-1"), organization=organisation()),
    case("attached to nothing", FAIL, _policy(PERIMETER), organization=organisation()),
    case(
        "of buckets alone",
        FAIL,
        _policy(_deny("s3:*", Condition=OUTSIDE), "r-1"),
        organization=organisation(),
    ),
    case(
        "but for those of no organisation",
        FAIL,
        _policy(_deny(*ALL, Condition=SPARING), "r-1"),
        organization=organisation(),
    ),
    case(
        "but for those of no unit",
        FAIL,
        _policy(_deny(*ALL, Condition={"ForAnyValue:StringNotLike": UNITS}), "r-1"),
        organization=organisation(),
    ),
    case(
        "what is not encrypted on its way",
        FAIL,
        _policy(_deny(*ALL, Condition=PLAIN), "r-1"),
        organization=organisation(),
    ),
    case("no policy", FAIL, organization=organisation()),
    case("a member", NOT_JUDGED, organization=organisation("444455556666")),
    case("alone", NOT_JUDGED, organization=ABSENT),
    case("broken", UNKNOWN, _policy("{", "r-1"), organization=organisation()),
    case("what it says is denied", UNKNOWN, _policy(DENIED, "r-1"), organization=organisation()),
    case("may not be read", UNKNOWN, organization=DENIED),
)
