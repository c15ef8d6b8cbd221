"""Distributions log requests.

Why: who asked for what is written nowhere else.
Fix: turn standard logging on, or real-time logs.
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
from ringwall.posture.checks.aws.cloudfront.parts import behaviors
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.LOW,
    reads=("config",),
    controls=LOGGED,
    known_as=(
        "prowler:cloudfront_distributions_logging_enabled",
        "securityhub:CloudFront.5",
        "checkov:CKV_AWS_86",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Standard logging of the second form is not in a distribution's own settings."""
    told = it.read("config")
    if (told.get("Logging") or {}).get("Enabled") is True:
        return passes("standard logging is on")
    if any(one.get("RealtimeLogConfigArn") for one in behaviors(it)):
        return passes("real-time logs are on")
    return fails(f"{it.label} has neither standard logging of the first form nor real-time logs")


CASES = (
    case("on", PASS, config={"Logging": {"Enabled": True}}),
    case(
        "real-time",
        PASS,
        config={"DefaultCacheBehavior": {"RealtimeLogConfigArn": "arn:aws:kinesis:x"}},
    ),
    case("off", FAIL, config={"Logging": {"Enabled": False}}),
)
