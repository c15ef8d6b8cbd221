"""Web ACLs log what they see.

Why: what was tried, and what was refused by mistake, is written nowhere else.
Fix: turn logging on.
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-wafv2-web-acl",
    severity=Severity.LOW,
    reads=("logging",),
    controls=LOGGED,
    known_as=(
        "prowler:wafv2_webacl_logging_enabled",
        "securityhub:WAF.11",
        "checkov:CKV2_AWS_31",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("logging", {}).get("LogDestinationConfigs"):
        return passes("it logs")
    return fails(f"{it.label} logs nothing")


CASES = (
    case("on", PASS, logging={"LogDestinationConfigs": ["arn:aws:logs:x"]}),
    case("off", FAIL, logging=ABSENT),
    case("denied", UNKNOWN, logging=DENIED),
)
