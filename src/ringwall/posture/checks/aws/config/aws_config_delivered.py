"""What AWS Config records is kept.

Why: a recorder without a channel has nowhere to write to.
Fix: make a delivery channel to a bucket.
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
from ringwall.posture.checks.aws.controls import CHANGES

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("config_channels",),
    controls=(
        "cis-aws-3.0 3.3 partial",
        "cis-aws-5.0 3.3 partial",
        "cis-aws-6.0 4.3 partial",
        "nist-800-53r5 AU-4 supporting",
        "nist-800-53r5 CM-8 supporting",
        "iso-27001-2022 A.8.9 supporting",
        "soc2 CC7.1 supporting",
        "ccm-4 CCC-07 supporting",
        "nist-csf-2.0 ID.AM-08 supporting",
        *CHANGES,
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """In each region."""
    channels = it.read("config_channels", [])
    if channels:
        return passes(f"it is delivered to {channels[0].get('s3BucketName')}")
    return fails("it has no delivery channel")


CASES = (
    case("delivered", PASS, config_channels=[{"s3BucketName": "b"}]),
    case("none", FAIL, config_channels=[]),
    case("may not be read", UNKNOWN, config_channels=DENIED),
)
