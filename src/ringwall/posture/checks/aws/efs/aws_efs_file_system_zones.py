"""File systems are in several zones.

Why: with its one zone the files are away, and those who mount them in another.
Fix: make it anew as a regional one, and give it mount targets in two zones.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-efs-file-system",
    severity=Severity.LOW,
    reads=("listed",),
    controls=RESILIENT,
    known_as=("prowler:efs_multi_az_enabled",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By where it keeps files, and by its mount targets: a zone has one at most."""
    listed = it.read("listed")
    zone = listed.get("AvailabilityZoneName") or listed.get("AvailabilityZoneId")
    if zone:
        return fails(f"{it.label} is in {zone} alone")
    count = listed["NumberOfMountTargets"]
    if count == 1:
        return fails(f"{it.label} is reached in one zone alone")
    return passes("it is in several zones")


CASES = (
    case("several", PASS, listed={"NumberOfMountTargets": 3}),
    case("not mounted", PASS, listed={"NumberOfMountTargets": 0}),
    case("one way", FAIL, listed={"NumberOfMountTargets": 1}),
    case(
        "of one zone",
        FAIL,
        listed={"NumberOfMountTargets": 1, "AvailabilityZoneName": "eu-west-1a"},
    ),
    case("may not be read", UNKNOWN, listed=DENIED),
)
