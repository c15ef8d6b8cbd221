"""Load balancers cannot be deleted by mistake.

Why: with it goes the way in for everybody.
Fix: turn deletion protection on.
"""

from ringwall.posture.checking import (
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
    passes,
)
from ringwall.posture.checks.aws.controls import KEPT

CHECK = Check(
    judges="aws-elbv2-load-balancer",
    severity=Severity.LOW,
    reads=("listed", "attributes"),
    controls=KEPT,
    known_as=(
        "prowler:elbv2_deletion_protection",
        "securityhub:ELB.6",
        "checkov:CKV_AWS_150",
    ),
    remedy="aws-elbv2-deletion-protection",
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its attributes."""
    if it.read("listed").get("Type") not in {"application", "network"}:
        return None
    if it.read("attributes", {}).get("deletion_protection.enabled") == "true":
        return passes("deletion protection is on")
    return fails(f"{it.label} can be deleted by one call")


MINE = {"Type": "application"}
CASES = (
    case("on", PASS, listed=MINE, attributes={"deletion_protection.enabled": "true"}),
    case("off", FAIL, listed=MINE, attributes={"deletion_protection.enabled": "false"}),
    case("nothing is said", FAIL, listed=MINE, attributes={}),
    case("of another type", NOT_JUDGED, listed={"Type": "gateway"}, attributes={}),
    case("denied", UNKNOWN, listed=MINE, attributes=DENIED),
)
