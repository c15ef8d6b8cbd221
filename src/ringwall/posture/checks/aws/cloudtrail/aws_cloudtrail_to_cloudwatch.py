"""Trails are followed as they are written.

Why: files in a bucket are read the day after; alarms need them at once.
Fix: send the trail to CloudWatch Logs, or have Ringwall read it, and accept this.
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
    passes,
)
from ringwall.posture.checks.aws.controls import WATCHED

CHECK = Check(
    judges="aws-cloudtrail-trail",
    severity=Severity.LOW,
    reads=(
        "status",
        "listed",
    ),
    controls=(
        *WATCHED,
        "nist-800-53r5 AU-6(1) partial",
        "nist-csf-2.0 DE.CM-03 partial",
        "pci-dss-4 10.4.1.1 supporting",
        "nist-csf-2.0 DE.AE-06 supporting",
        "ccm-4 LOG-05 supporting",
    ),
    known_as=(
        "prowler:cloudtrail_cloudwatch_logging_enabled",
        "securityhub:CloudTrail.5",
        "checkov:CKV2_AWS_10",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    if not it.read("listed").get("CloudWatchLogsLogGroupArn"):
        return fails("it is delivered to a bucket alone")
    error = it.read("status").get("LatestCloudWatchLogsDeliveryError")
    return fails(f"it is not delivered: {error}") if error else passes("it is followed")


CASES = (
    case("followed", PASS, listed={"CloudWatchLogsLogGroupArn": "a"}, status={}),
    case(
        "not delivered",
        FAIL,
        listed={"CloudWatchLogsLogGroupArn": "a"},
        status={"LatestCloudWatchLogsDeliveryError": "AccessDenied"},
    ),
    case("a bucket alone", FAIL, listed={}, status={}),
    case(
        "status may not be read", UNKNOWN, listed={"CloudWatchLogsLogGroupArn": "a"}, status=DENIED
    ),
    case("may not be read", UNKNOWN, listed=DENIED),
)
