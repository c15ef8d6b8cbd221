"""Stages of REST APIs can be traced.

Why: what a request did behind it cannot be followed otherwise.
Fix: turn X-Ray tracing on.
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
from ringwall.posture.checks.aws.controls import WATCHED

CHECK = Check(
    judges="aws-apigateway-rest-stage",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=WATCHED,
    known_as=(
        "prowler:apigateway_restapi_tracing_enabled",
        "securityhub:APIGateway.3",
        "checkov:CKV_AWS_73",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("tracingEnabled") is True:
        return passes("tracing is on")
    return fails(f"requests to {it.label} cannot be traced")


CASES = (
    case("on", PASS, listed={"tracingEnabled": True}),
    case("off", FAIL, listed={"tracingEnabled": False}),
)
