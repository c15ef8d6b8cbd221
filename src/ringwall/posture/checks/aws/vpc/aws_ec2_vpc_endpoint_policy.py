"""Endpoints of networks say what may pass through them.

Why: with a policy that allows all, whoever is in the network sends your data to buckets of his own.
Fix: let the endpoint's policy name your resources, or your organisation by `aws:ResourceOrgID`.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.checks.aws.strangers import is_narrowed, listed, statements_of

CHECK = Check(
    judges="aws-ec2-vpc-endpoint",
    severity=Severity.LOW,
    reads=("listed",),
    controls=("nist-800-53r5 SC-7(10) partial", *PERIMETER),
    known_as=("prowler:vpc_endpoint_connections_trust_boundaries",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """An endpoint that can have no policy is not judged; one without conditions on `*` is open."""
    told = it.read("listed")
    if not told.get("PolicyDocument"):
        return None
    for one in statements_of(told["PolicyDocument"]):
        everything = "*" in listed(one.get("Resource")) or "NotResource" in one
        if one.get("Effect") == "Allow" and everything and not is_narrowed(one):
            return fails(f"through {it.label} everything of {told.get('ServiceName')} is reached")
    return passes("its policy says what may be reached")


def _policy(**more: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"} | more
    return {"PolicyDocument": {"Statement": [statement]}}


ORG = {"StringEquals": {"aws:ResourceOrgID": "o-1"}}
CASES = (
    case("all", FAIL, listed=_policy()),
    case("of the organisation", PASS, listed=_policy(Condition=ORG)),
    case(
        "of everybody's organisation",
        FAIL,
        listed=_policy(Condition={"StringLike": {"aws:ResourceOrgID": "*"}}),
    ),
    case("one bucket", PASS, listed=_policy(Resource=["arn:aws:s3:::mine/*"])),
    case("none", NOT_JUDGED, listed={}),
    case("a broken one", UNKNOWN, listed={"PolicyDocument": "{"}),
)
