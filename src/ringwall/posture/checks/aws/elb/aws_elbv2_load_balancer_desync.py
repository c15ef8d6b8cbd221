"""Load balancers refuse requests that can be read in two ways.

Why: a request is smuggled in the body of another one, behind whatever looks at requests.
Fix: set the desync mitigation mode to `defensive` or `strictest`.
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
    severity=Severity.MEDIUM,
    reads=("listed", "attributes"),
    controls=HARDENED,
    known_as=(
        "prowler:elbv2_desync_mitigation_mode",
        "securityhub:ELB.12",
        "checkov:CKV_AWS_328",
    ),
)
MODE = "routing.http.desync_mitigation_mode"


def judge(it: Subject, world: World) -> Judgment | None:
    """``monitor`` only counts; what nobody set is ``defensive``."""
    if it.read("listed").get("Type") != "application":
        return None
    if it.read("attributes", {}).get(MODE, "defensive") in {"defensive", "strictest"}:
        return passes("requests that can be read in two ways are refused")
    return fails(f"{it.label} passes requests on that can be read in two ways")


MINE = {"Type": "application"}
CASES = (
    case("on", PASS, listed=MINE, attributes={MODE: "strictest"}),
    case("off", FAIL, listed=MINE, attributes={MODE: "monitor"}),
    case("nothing is said, as it comes", PASS, listed=MINE, attributes={}),
    case("of another type", NOT_JUDGED, listed={"Type": "gateway"}, attributes={}),
    case("denied", UNKNOWN, listed=MINE, attributes=DENIED),
)
