"""Images are scanned when they are pushed.

Why: weaknesses that everybody can read about run until somebody looks.
Fix: turn scanning on push on for the registry, best enhanced scanning that goes on.
"""

from fnmatch import fnmatchcase

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
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
    judges="aws-ecr-repository",
    severity=Severity.MEDIUM,
    reads=("listed", "aws-region.ecr_scanning"),
    controls=("nist-800-53r5 RA-5 partial", *UPDATED),
    known_as=(
        "prowler:ecr_repositories_scan_images_on_push_enabled",
        "prowler:ecr_registry_scan_images_on_push_enabled",
        "securityhub:ECR.1",
        "checkov:CKV_AWS_163",
    ),
    remedy="aws-ecr-scanning",
)


def judge(it: Subject, world: World) -> Judgment:
    """By its own setting, or by a rule of the registry."""

    def by_itself() -> bool:
        settings = it.read("listed").get("imageScanningConfiguration") or {}
        return settings.get("scanOnPush") is True

    def by_registry() -> bool:
        for one in world.region(it).read("ecr_scanning", {}).get("rules") or ():
            if one.get("scanFrequency") == "MANUAL":
                continue
            if any(
                fnmatchcase(it.label, each.get("filter", ""))
                for each in one.get("repositoryFilters") or ()
            ):
                return True
        return False

    if world.any_true(by_itself, by_registry):
        return passes("its images are scanned on push")
    return fails(f"images of {it.label} are not scanned on push")


def _rules(pattern: str, often: str = "SCAN_ON_PUSH") -> Other:
    rule = {
        "scanFrequency": often,
        "repositoryFilters": [{"filter": pattern, "filterType": "WILDCARD"}],
    }
    return other("aws-region", ecr_scanning={"scanType": "BASIC", "rules": [rule]})


MINE = {"imageScanningConfiguration": {"scanOnPush": False}}
CASES = (
    case("its own setting", PASS, listed={"imageScanningConfiguration": {"scanOnPush": True}}),
    case("by the registry's rule", PASS, _rules("*"), listed=MINE),
    case("by a rule for others", FAIL, _rules("other-*"), listed=MINE),
    case("by hand only", FAIL, _rules("*", "MANUAL"), listed=MINE),
    case(
        "the registry's rules are denied",
        UNKNOWN,
        other("aws-region", ecr_scanning=DENIED),
        listed=MINE,
    ),
)
