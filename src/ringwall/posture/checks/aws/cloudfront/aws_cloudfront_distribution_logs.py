"""Distributions log requests.

Why: who asked for what is written nowhere else.
Fix: turn standard logging on, or real-time logs.
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
    other,
    passes,
)
from ringwall.posture.checks.aws.cloudfront.parts import behaviors
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.LOW,
    reads=("config", "aws-account.cloudfront_logged"),
    controls=LOGGED,
    known_as=(
        "prowler:cloudfront_distributions_logging_enabled",
        "securityhub:CloudFront.5",
        "checkov:CKV_AWS_86",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Standard logging of the second form is told by CloudWatch, in one region.

    Of code, what CloudWatch delivers is told with the distribution.
    """
    told = it.read("config")
    if (told.get("Logging") or {}).get("Enabled") is True:
        return passes("standard logging is on")
    if any(one.get("RealtimeLogConfigArn") for one in behaviors(it)):
        return passes("real-time logs are on")
    if it.account.isdigit() and it.name in world.account(it).read("cloudfront_logged", ()):
        return passes("its logs are delivered by CloudWatch")
    return fails(f"{it.label} logs no requests")


CASES = (
    case("on", PASS, config={"Logging": {"Enabled": True}}),
    case(
        "real-time",
        PASS,
        config={"DefaultCacheBehavior": {"RealtimeLogConfigArn": "arn:aws:kinesis:x"}},
    ),
    case(
        "by CloudWatch",
        PASS,
        other("aws-account", cloudfront_logged=["it"]),
        config={"Logging": {"Enabled": False}},
    ),
    case(
        "off",
        FAIL,
        other("aws-account", cloudfront_logged=["another"]),
        config={"Logging": {"Enabled": False}},
    ),
    case(
        "what CloudWatch delivers is denied",
        UNKNOWN,
        other("aws-account", cloudfront_logged=DENIED),
        config={},
    ),
)
