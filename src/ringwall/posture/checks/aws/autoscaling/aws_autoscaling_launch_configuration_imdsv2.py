"""Launch configurations ask for metadata session tokens.

Why: by a single forged request of a web server, the machine's role is the attacker's.
Fix: move to a launch template with `HttpTokens` required.
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
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import HARDENED
from ringwall.posture.checks.aws.defaults import of_region

CHECK = Check(
    judges="aws-autoscaling-launch-configuration",
    severity=Severity.MEDIUM,
    reads=("listed", "aws-region.metadata_defaults"),
    controls=(
        "cis-aws-3.0 5.6 supporting",
        "cis-aws-5.0 5.7 supporting",
        "cis-aws-6.0 6.7 supporting",
        *HARDENED,
    ),
    known_as=("securityhub:AutoScaling.3",),
)


def judge(it: Subject, world: World) -> Judgment:
    """What it says counts before the region's default."""
    options = it.read("listed").get("MetadataOptions") or {}
    if options.get("HttpTokens") == "required" or options.get("HttpEndpoint") == "disabled":
        return passes("what it launches asks for session tokens")
    if options.get("HttpTokens") == "optional":
        return fails(f"{it.label} makes tokens optional")
    if of_region(it, world, "metadata_defaults").get("HttpTokens") == "required":
        return passes("the region requires session tokens")
    return fails(f"neither {it.label} nor the region requires session tokens")


CASES = (
    case("required", PASS, listed={"MetadataOptions": {"HttpTokens": "required"}}),
    case("optional", FAIL, listed={"MetadataOptions": {"HttpTokens": "optional"}}),
    case(
        "by the region",
        PASS,
        other("aws-region", metadata_defaults={"HttpTokens": "required"}),
        listed={},
    ),
    case("nowhere", FAIL, other("aws-region", metadata_defaults=ABSENT), listed={}),
    case("not known", UNKNOWN, other("aws-region", metadata_defaults=DENIED), listed={}),
)
