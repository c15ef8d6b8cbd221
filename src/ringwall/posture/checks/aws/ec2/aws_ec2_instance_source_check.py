"""Instances send and take packets only in their own name.

Why: without the check, whoever has the instance can pass packets on, and pretend to be others.
Fix: turn the source and destination check on, unless it is there to route or translate addresses.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        *PERIMETER,
        "pci-dss-4 1.4.3 partial",
    ),
    known_as=("securityhub:EC2.180",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of each of its interfaces."""
    listed = it.read("listed")
    several = [listed, *(listed.get("NetworkInterfaces") or ())]
    if any(one.get("SourceDestCheck") is False for one in several):
        return fails(f"{it.label} may send packets in the name of others")
    return passes("source and destination are checked")


CASES = (
    case("on", PASS, listed={"SourceDestCheck": True}),
    case("off", FAIL, listed={"SourceDestCheck": False}),
    case("off for one", FAIL, listed={"NetworkInterfaces": [{"SourceDestCheck": False}]}),
)
