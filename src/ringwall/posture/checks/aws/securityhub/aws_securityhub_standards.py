"""Security Hub judges by a standard.

Why: without a standard it is a shelf for what others find, and finds nothing.
Fix: turn on a standard, such as AWS's Foundational Security Best Practices.
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
    passes,
)
from ringwall.posture.checks.aws.controls import ASSESSED, WATCHED

CHECK = Check(
    judges="aws-region",
    severity=Severity.INFORMATIONAL,
    reads=(
        "security_hub",
        "security_hub_standards",
    ),
    controls=(
        *WATCHED,
        "nist-800-53r5 CA-7 supporting",
        *ASSESSED,
        "iso-27001-2022 A.5.36 supporting",
        "iso-27001-2022 A.8.8 supporting",
    ),
    known_as=("prowler:securityhub_enabled",),
)
_ON = {"READY", "PENDING", "INCOMPLETE"}


def judge(it: Subject, world: World) -> Judgment | None:
    """Where it is on at all."""
    if it.read("security_hub") is None:
        return None
    on = [one for one in it.read("security_hub_standards", []) if one.get("StandardsStatus") in _ON]
    return passes(f"{len(on)} standards are on") if on else fails("no standard is on")


HUB = {"HubArn": "arn"}
CASES = (
    case("on", PASS, security_hub=HUB, security_hub_standards=[{"StandardsStatus": "READY"}]),
    case("failed", FAIL, security_hub=HUB, security_hub_standards=[{"StandardsStatus": "FAILED"}]),
    case("none", FAIL, security_hub=HUB, security_hub_standards=[]),
    case("off", NOT_JUDGED, security_hub=ABSENT, security_hub_standards=ABSENT),
    case("may not be read", UNKNOWN, security_hub=HUB, security_hub_standards=DENIED),
)
