"""VPN connections log their tunnels.

Why: who tried to connect, and why it failed, is written nowhere otherwise.
Fix: turn tunnel logging on for both tunnels.
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
    judges="aws-ec2-vpn-connection",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        *LOGGED,
        "iso-27001-2022 A.8.21 partial",
    ),
    known_as=("securityhub:EC2.171",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of each tunnel."""
    tunnels = (it.read("listed").get("Options") or {}).get("TunnelOptions") or ()
    logs = [
        ((one.get("LogOptions") or {}).get("CloudWatchLogOptions") or {}).get("LogEnabled")
        for one in tunnels
    ]
    if logs and all(one is True for one in logs):
        return passes("all its tunnels are logged")
    return fails(f"not all tunnels of {it.label} are logged")


ON = {"LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True}}}
CASES = (
    case("both", PASS, listed={"Options": {"TunnelOptions": [ON, ON]}}),
    case("one", FAIL, listed={"Options": {"TunnelOptions": [ON, {}]}}),
    case("nothing is told", FAIL, listed={}),
)
