"""Images are scanned again when a weakness becomes known.

Why: an image that was sound when it was pushed is not for ever; basic scanning looks once.
Fix: turn enhanced scanning of the registry on, with rules that scan continuously.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("ecr_scanning", "aws-ecr-repository.listed"),
    controls=("nist-800-53r5 RA-5 supporting", *UPDATED),
    known_as=("prowler:ecr_registry_enhanced_scanning_enabled",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of regions with repositories."""
    if not world.all("aws-ecr-repository", account=it.account, region=it.region):
        return None
    told = it.read("ecr_scanning", {})
    if told.get("scanType") != "ENHANCED":
        return fails(f"images in {it.label} are looked at when they are pushed, at most")
    if any(one.get("scanFrequency") == "CONTINUOUS_SCAN" for one in told.get("rules") or ()):
        return passes("enhanced scanning goes on for images that its rules name")
    return fails(f"no rule of enhanced scanning in {it.label} goes on after the push")


REPOSITORY = other("aws-ecr-repository", listed={})
ON = {"scanType": "ENHANCED", "rules": [{"scanFrequency": "CONTINUOUS_SCAN"}]}
ONCE = {"scanType": "ENHANCED", "rules": [{"scanFrequency": "SCAN_ON_PUSH"}]}
CASES = (
    case("goes on", PASS, REPOSITORY, ecr_scanning=ON),
    case("once", FAIL, REPOSITORY, ecr_scanning=ONCE),
    case("basic", FAIL, REPOSITORY, ecr_scanning={"scanType": "BASIC", "rules": []}),
    case("never set", FAIL, REPOSITORY, ecr_scanning=ABSENT),
    case("no images", NOT_JUDGED, ecr_scanning={"scanType": "BASIC"}),
    case("denied", UNKNOWN, REPOSITORY, ecr_scanning=DENIED),
)
