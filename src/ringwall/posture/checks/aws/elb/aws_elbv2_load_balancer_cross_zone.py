"""Network load balancers spread over zones evenly.

Why: a zone with few machines gets as much as one with many, and fails first.
Fix: turn cross-zone load balancing on.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-elbv2-load-balancer",
    severity=Severity.INFORMATIONAL,
    reads=(
        "listed",
        "attributes",
    ),
    controls=RESILIENT,
    known_as=(
        "prowler:elbv2_cross_zone_load_balancing_enabled",
        "checkov:CKV_AWS_152",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Those of applications always do."""
    if it.read("listed").get("Type") not in {"network", "gateway"}:
        return None
    if it.read("attributes", {}).get("load_balancing.cross_zone.enabled") == "true":
        return passes("cross-zone load balancing is on")
    return fails(f"{it.label} spreads by zones")


MINE = {"Type": "network"}
CASES = (
    case("on", PASS, listed=MINE, attributes={"load_balancing.cross_zone.enabled": "true"}),
    case("off", FAIL, listed=MINE, attributes={"load_balancing.cross_zone.enabled": "false"}),
    case("nothing is said, as it comes", FAIL, listed={"Type": "gateway"}, attributes={}),
    case("of applications", NOT_JUDGED, listed={"Type": "application"}, attributes={}),
    case("may not be read", UNKNOWN, listed=MINE, attributes=DENIED),
)
