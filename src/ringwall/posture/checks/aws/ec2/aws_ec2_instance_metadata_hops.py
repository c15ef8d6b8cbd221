"""Metadata answers do not travel further than an instance's containers.

The hop limit says how many networks an answer may cross: one for the instance, two for containers
on it.

Why: behind a proxy or a tunnel, somebody further away gets the credentials.
Fix: set `HttpPutResponseHopLimit` to 1, or to 2 where containers need it.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=HARDENED,
    known_as=("securityhub:AutoScaling.4", "checkov:CKV_AWS_341"),
)


def judge(it: Subject, world: World) -> Judgment:
    """Where the service is off the limit says nothing."""
    options = it.read("listed").get("MetadataOptions") or {}
    if options.get("HttpEndpoint") == "disabled":
        return passes("its metadata service is switched off")
    limit = options.get("HttpPutResponseHopLimit", 1)
    if limit <= 2:
        return passes(f"its answers cross {limit} networks at most")
    return fails(f"answers of {it.label}'s metadata service cross {limit} networks")


CASES = (
    case("one", PASS, listed={"MetadataOptions": {"HttpPutResponseHopLimit": 1}}),
    case("far", FAIL, listed={"MetadataOptions": {"HttpPutResponseHopLimit": 64}}),
    case(
        "far, but off",
        PASS,
        listed={"MetadataOptions": {"HttpPutResponseHopLimit": 64, "HttpEndpoint": "disabled"}},
    ),
)
