"""Distributions have a second origin for when the first fails.

Why: what one bucket or program does not answer, nobody gets.
Fix: make an origin group of two origins that hold the same, and have a behavior fetch from it.
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
from ringwall.posture.checks.aws.cloudfront.parts import behaviors
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-cloudfront-distribution",
    severity=Severity.LOW,
    reads=("config",),
    controls=RESILIENT,
    known_as=(
        "prowler:cloudfront_distributions_multiple_origin_failover_configured",
        "securityhub:CloudFront.4",
        "checkov:CKV_AWS_310",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """A group counts that has two origins, and that something is fetched from."""
    groups = {
        one.get("Id")
        for one in (it.read("config").get("OriginGroups") or {}).get("Items") or ()
        if len((one.get("Members") or {}).get("Items") or ()) > 1
    }
    if not groups:
        return fails(f"{it.label} has no group of two origins")
    if any(one.get("TargetOriginId") in groups for one in behaviors(it)):
        return passes("it has a second origin")
    return fails(f"{it.label} fetches nothing from its groups of origins")


def _grouped(*members: str, target: str = "both") -> dict[str, object]:
    group = {"Id": "both", "Members": {"Items": [{"OriginId": one} for one in members]}}
    return {
        "OriginGroups": {"Items": [group]},
        "DefaultCacheBehavior": {"TargetOriginId": target},
    }


CASES = (
    case("two", PASS, config=_grouped("a", "b")),
    case(
        "two, for one path",
        PASS,
        config=_grouped("a", "b", target="a")
        | {"CacheBehaviors": {"Items": [{"TargetOriginId": "both"}]}},
    ),
    case("one", FAIL, config={"OriginGroups": {"Quantity": 0}}),
    case("a group of one", FAIL, config=_grouped("a")),
    case("a group that nothing is fetched from", FAIL, config=_grouped("a", "b", target="a")),
    case("may not be read", UNKNOWN, config=DENIED),
)
