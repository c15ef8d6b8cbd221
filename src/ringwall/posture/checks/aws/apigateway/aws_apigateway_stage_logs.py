"""Stages of HTTP APIs log requests.

Why: who asked for what is written nowhere else.
Fix: give the stage an access log.
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-apigateway-stage",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=LOGGED,
    known_as=(
        "prowler:apigatewayv2_api_access_logging_enabled",
        "securityhub:APIGateway.9",
        "checkov:CKV_AWS_95",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if (it.read("listed").get("AccessLogSettings") or {}).get("DestinationArn"):
        return passes("it has an access log")
    return fails(f"{it.label} logs no requests")


CASES = (
    case("a log", PASS, listed={"AccessLogSettings": {"DestinationArn": "arn:aws:logs:x"}}),
    case("none", FAIL, listed={}),
)
