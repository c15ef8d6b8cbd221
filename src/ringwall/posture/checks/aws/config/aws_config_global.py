"""AWS Config records what is of no region.

Why: users, roles and policies are in no region; a recorder that leaves them out has no history of
who might do what.
Fix: have the recorder of one region record global resources, too.
"""

from collections.abc import Mapping
from functools import partial
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
from ringwall.posture.checks.aws.controls import CHANGES

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=(
        "aws-region.config_recorders",
        "aws-region.config_status",
    ),
    controls=(
        "cis-aws-3.0 3.3 partial",
        "cis-aws-5.0 3.3 partial",
        "cis-aws-6.0 4.3 partial",
        "nist-800-53r5 CM-8 supporting",
        "nist-800-53r5 CM-3 supporting",
        "iso-27001-2022 A.8.9 supporting",
        "soc2 CC7.1 supporting",
        "ccm-4 CCC-07 supporting",
        "nist-csf-2.0 ID.AM-08 supporting",
        *CHANGES,
        "nist-csf-2.0 ID.AM-02 supporting",
    ),
)
_KINDS = {"AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"}


def judge(it: Subject, world: World) -> Judgment:
    """One region is enough, and better than each."""
    regions = world.regions(it)
    if world.any_true(*(partial(_records, region) for region in regions)):
        return passes("a recorder records global resources")
    return fails("no recorder that is on records global resources")


def _records(region: Subject) -> bool:
    running = {one.get("name") for one in region.read("config_status", []) if one.get("recording")}
    for one in region.read("config_recorders", []):
        group = one.get("recordingGroup") or {}
        if _has_global(group) and one.get("name") in running:
            return True
    return False


def _has_global(group: Mapping[str, Any]) -> bool:
    """By name, by the option, or by not leaving any of them out."""
    if (group.get("recordingStrategy") or {}).get("useOnly") == "EXCLUSION_BY_RESOURCE_TYPES":
        left_out = set((group.get("exclusionByResourceTypes") or {}).get("resourceTypes") or ())
        return not left_out & _KINDS
    kinds = set(group.get("resourceTypes") or [])
    return bool(group.get("includeGlobalResourceTypes")) or kinds >= _KINDS


def _but(*kinds: str) -> Other:
    return _region(
        recordingStrategy={"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
        exclusionByResourceTypes={"resourceTypes": list(kinds)},
    )


def _region(recording: bool = True, **group: object) -> Other:
    return other(
        "aws-region",
        config_recorders=[{"name": "r", "recordingGroup": group}],
        config_status=[{"name": "r", "recording": recording}],
    )


CASES = (
    case("on", PASS, _region(includeGlobalResourceTypes=True)),
    case("by name", PASS, _region(resourceTypes=sorted(_KINDS))),
    case("all but others", PASS, _but("AWS::EC2::Volume")),
    case("all but users", FAIL, _but("AWS::IAM::User")),
    case("left out", FAIL, _region(allSupported=True, includeGlobalResourceTypes=False)),
    case("off", FAIL, _region(recording=False, includeGlobalResourceTypes=True)),
    case("none", FAIL, other("aws-region", config_recorders=[], config_status=[])),
    case(
        "may not be read", UNKNOWN, other("aws-region", config_recorders=DENIED, config_status=[])
    ),
)
