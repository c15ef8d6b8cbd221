"""Both tunnels of VPN connections are up.

Why: AWS takes one down to mend it; with the other down already, the connection is gone.
Fix: look at the device at the other end, and set up both tunnels.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-ec2-vpn-connection",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        *RESILIENT,
        "iso-27001-2022 A.8.21 partial",
    ),
    known_as=("prowler:vpc_vpn_connection_tunnels_up", "securityhub:EC2.20"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By what each says last; those of code are up only once they are there."""
    if it.is_declared:
        return None
    several = it.read("listed").get("VgwTelemetry") or ()
    down = [str(one.get("OutsideIpAddress")) for one in several if one.get("Status") != "UP"]
    if several and not down:
        return passes("all its tunnels are up")
    return fails(f"{it.label} has tunnels that are down: {', '.join(down) or 'all'}")


CASES = (
    case("both", PASS, listed={"VgwTelemetry": [{"Status": "UP"}, {"Status": "UP"}]}),
    case("one", FAIL, listed={"VgwTelemetry": [{"Status": "UP"}, {"Status": "DOWN"}]}),
    case("none is told", FAIL, listed={}),
)
