"""Load balancers log requests.

Why: who asked for what is written nowhere else.
Fix: turn access logs on, into a bucket.
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-elbv2-load-balancer",
    severity=Severity.MEDIUM,
    reads=("listed", "attributes"),
    controls=LOGGED,
    known_as=(
        "prowler:elbv2_logging_enabled",
        "securityhub:ELB.5",
        "checkov:CKV_AWS_91",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its attributes."""
    if it.read("listed").get("Type") not in {"application", "network"}:
        return None
    if it.read("attributes", {}).get("access_logs.s3.enabled") == "true":
        return passes("access logs are on")
    return fails(f"{it.label} logs no requests")


MINE = {"Type": "application"}
CASES = (
    case("on", PASS, listed=MINE, attributes={"access_logs.s3.enabled": "true"}),
    case("off", FAIL, listed=MINE, attributes={"access_logs.s3.enabled": "false"}),
    case("nothing is said", FAIL, listed=MINE, attributes={}),
    case("of another type", NOT_JUDGED, listed={"Type": "gateway"}, attributes={}),
    case("denied", UNKNOWN, listed=MINE, attributes=DENIED),
)
