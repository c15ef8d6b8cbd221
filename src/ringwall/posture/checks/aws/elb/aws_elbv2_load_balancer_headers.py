"""Load balancers drop headers that are not valid.

Why: two servers that read a request differently can be played off against each other.
Fix: turn `routing.http.drop_invalid_header_fields.enabled` on.
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-elbv2-load-balancer",
    severity=Severity.LOW,
    reads=("listed", "attributes"),
    controls=HARDENED,
    known_as=(
        "securityhub:ELB.4",
        "checkov:CKV_AWS_131",
    ),
    remedy="aws-elbv2-headers",
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its attributes."""
    if it.read("listed").get("Type") != "application":
        return None
    if it.read("attributes", {}).get("routing.http.drop_invalid_header_fields.enabled") == "true":
        return passes("headers that are not valid are dropped")
    return fails(f"{it.label} passes headers on that are not valid")


MINE = {"Type": "application"}
CASES = (
    case(
        "on",
        PASS,
        listed=MINE,
        attributes={"routing.http.drop_invalid_header_fields.enabled": "true"},
    ),
    case(
        "off",
        FAIL,
        listed=MINE,
        attributes={"routing.http.drop_invalid_header_fields.enabled": "false"},
    ),
    case("nothing is said", FAIL, listed=MINE, attributes={}),
    case("of another type", NOT_JUDGED, listed={"Type": "gateway"}, attributes={}),
    case("denied", UNKNOWN, listed=MINE, attributes=DENIED),
)
