"""Images are scanned when they are pushed.

Why: weaknesses that everybody can read about run until somebody looks.
Fix: turn scanning on push on for the registry, best enhanced scanning that goes on.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

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
    controls=(
        "nist-800-53r5 RA-5 partial",
        *UPDATED,
        "pci-dss-4 11.3.1 supporting",
        "ccm-4 TVM-07 partial",
        "nist-csf-2.0 ID.RA-01 partial",
        "soc2 CC6.8 supporting",
    ),
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

    def registry() -> Mapping[str, Any]:
        told: Mapping[str, Any] = world.region(it).read("ecr_scanning", {})
        return told

    def by_itself() -> bool:
        """Where the registry scans for more than the basics, its rules alone count."""
        settings = it.read("listed").get("imageScanningConfiguration") or {}
        if settings.get("scanOnPush") is not True:
            return False
        return not it.name.startswith("arn:") or registry().get("scanType") != "ENHANCED"

    def by_registry() -> bool:
        return any(
            _fits(it.label, str(each.get("filter", "")))
            for one in registry().get("rules") or ()
            if one.get("scanFrequency") != "MANUAL"
            for each in one.get("repositoryFilters") or ()
        )

    if world.any_true(by_itself, by_registry):
        return passes("its images are scanned on push")
    return fails(f"images of {it.label} are not scanned on push")


def _fits(name: str, pattern: str) -> bool:
    """A filter without a star is any part of the name."""
    return fnmatchcase(name, pattern) if "*" in pattern else pattern in name


def _rules(pattern: str, often: str = "SCAN_ON_PUSH", kind: str = "BASIC") -> Other:
    rule = {
        "scanFrequency": often,
        "repositoryFilters": [{"filter": pattern, "filterType": "WILDCARD"}],
    }
    return other("aws-region", ecr_scanning={"scanType": kind, "rules": [rule]})


MINE = {"imageScanningConfiguration": {"scanOnPush": False}}
ITS_OWN = {"imageScanningConfiguration": {"scanOnPush": True}}
ME = "arn:aws:ecr:eu-west-1:111122223333:repository/shop-web"
CASES = (
    case("its own setting", PASS, listed=ITS_OWN),
    case("its own, beside basic rules", PASS, _rules("other-*"), name=ME, listed=ITS_OWN),
    case(
        "its own, which enhanced scanning leaves out",
        FAIL,
        _rules("other-*", kind="ENHANCED"),
        name=ME,
        listed=ITS_OWN,
    ),
    case("a part of its name", PASS, _rules("web"), name=ME, listed=MINE),
    case("how it ends", PASS, _rules("*web"), name=ME, listed=MINE),
    case("how it does not begin", FAIL, _rules("web*"), name=ME, listed=MINE),
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
