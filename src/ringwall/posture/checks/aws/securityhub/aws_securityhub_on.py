"""Security Hub is on in every region.

Why: findings of AWS's own services are seen by nobody where nothing collects them.
Fix: turn Security Hub on, or have Ringwall import them, and accept this.
"""

from ringwall.posture.checking import (
    ABSENT,
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
from ringwall.posture.checks.aws.controls import ASSESSED, WATCHED

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("security_hub",),
    controls=(
        "cis-aws-3.0 4.16 full",
        "cis-aws-5.0 4.16 full",
        "cis-aws-6.0 5.16 full",
        *WATCHED,
        *ASSESSED,
        "soc2 CC4.2 supporting",
        "nist-csf-2.0 DE.AE-06 supporting",
    ),
    known_as=("prowler:securityhub_enabled",),
)


def judge(it: Subject, world: World) -> Judgment:
    """In each region."""
    return passes("it is on") if it.read("security_hub") else fails("it is off")


CASES = (
    case("on", PASS, security_hub={"HubArn": "a"}),
    case("off", FAIL, security_hub=ABSENT),
    case("may not be read", UNKNOWN, security_hub=DENIED),
)
