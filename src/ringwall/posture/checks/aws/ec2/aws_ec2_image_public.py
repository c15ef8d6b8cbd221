"""Images are not public.

Why: whatever was on the machine that it was made of, keys and code, can be looked through by all.
Fix: take the launch permission of all away, and block public access for images in the region.
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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-ec2-image",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=NOT_PUBLIC,
    known_as=("prowler:ec2_ami_public",),
    remedy="aws-ec2-image-private",
)


def judge(it: Subject, world: World) -> Judgment:
    """The region's block refuses new ones alone: those that are public stay so."""
    if it.read("listed").get("Public") is True:
        return fails(f"everyone may launch {it.label}")
    return passes("it is not public")


CASES = (
    case("private", PASS, listed={"Public": False}),
    case("public", FAIL, listed={"Public": True}),
    case("denied", UNKNOWN, listed=DENIED),
)
