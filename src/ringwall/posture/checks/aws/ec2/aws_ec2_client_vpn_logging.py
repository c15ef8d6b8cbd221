"""Client VPN endpoints log who connects.

Why: nobody can say otherwise who was in the network, and from where.
Fix: turn connection logging on, with a log group.
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
    judges="aws-ec2-client-vpn-endpoint",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=(
        *LOGGED,
        "iso-27001-2022 A.8.21 partial",
    ),
    known_as=(
        "prowler:ec2_client_vpn_endpoint_connection_logging_enabled",
        "securityhub:EC2.51",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its option."""
    if (it.read("listed").get("ConnectionLogOptions") or {}).get("Enabled") is True:
        return passes("connections are logged")
    return fails(f"{it.label} logs no connections")


CASES = (
    case("on", PASS, listed={"ConnectionLogOptions": {"Enabled": True}}),
    case("off", FAIL, listed={"ConnectionLogOptions": {"Enabled": False}}),
)
