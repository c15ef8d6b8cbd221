"""Stages of REST APIs log requests.

Why: who asked for what is written nowhere else.
Fix: give the stage an access log, or turn execution logging on for all its methods.
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
    judges="aws-apigateway-rest-stage",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=LOGGED,
    known_as=(
        "prowler:apigateway_restapi_logging_enabled",
        "securityhub:APIGateway.1",
        "checkov:CKV_AWS_76",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    told = it.read("listed")
    if (told.get("accessLogSettings") or {}).get("destinationArn"):
        return passes("it has an access log")
    if ((told.get("methodSettings") or {}).get("*/*") or {}).get("loggingLevel", "OFF") != "OFF":
        return passes("execution is logged, for all its methods")
    return fails(f"{it.label} logs no requests")


CASES = (
    case("an access log", PASS, listed={"accessLogSettings": {"destinationArn": "arn:aws:logs:x"}}),
    case("execution", PASS, listed={"methodSettings": {"*/*": {"loggingLevel": "ERROR"}}}),
    case(
        "of one method only", FAIL, listed={"methodSettings": {"a/GET": {"loggingLevel": "INFO"}}}
    ),
    case("none", FAIL, listed={}),
)
