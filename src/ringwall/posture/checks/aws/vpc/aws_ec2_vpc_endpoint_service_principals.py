"""Endpoint services are offered to accounts that are named.

Why: whoever may connect has a way into your network.
Fix: name the accounts, and accept each connection by hand.
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
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-ec2-vpc-endpoint-service",
    severity=Severity.MEDIUM,
    reads=("listed", "allowed_principals"),
    controls=(
        *PERIMETER,
        "iso-27001-2022 A.8.21 partial",
    ),
    known_as=(
        "prowler:vpc_endpoint_services_allowed_principals_trust_boundaries",
        "checkov:CKV_AWS_123",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Everybody may be let to ask, where somebody has to accept."""
    everybody = any(one.get("Principal") == "*" for one in it.read("allowed_principals") or ())
    if not everybody:
        return passes("it is offered to those who are named")
    if it.read("listed").get("AcceptanceRequired") is True:
        return passes("everybody may ask, and somebody has to accept")
    return fails(f"every account may connect to {it.label} without being asked")


ALL = [{"Principal": "*"}]
CASES = (
    case("named", PASS, listed={}, allowed_principals=[{"Principal": "arn:aws:iam::1:root"}]),
    case("nobody", PASS, listed={}, allowed_principals=ABSENT),
    case("all, to be accepted", PASS, listed={"AcceptanceRequired": True}, allowed_principals=ALL),
    case("all", FAIL, listed={"AcceptanceRequired": False}, allowed_principals=ALL),
    case("denied", UNKNOWN, listed={}, allowed_principals=DENIED),
)
