"""Domains of APIs speak TLS 1.2 or later.

Why: older versions can be broken by whoever stands in between.
Fix: set the security policy to `TLS_1_2` or later.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-apigateway-domain",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=IN_TRANSIT,
    known_as=("checkov:CKV_AWS_206",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    policy = str(it.read("listed").get("securityPolicy") or "TLS_1_0")
    if policy.startswith("TLS_1_0"):
        return fails(f"{it.label} speaks {policy}")
    return passes(f"its policy is {policy}")


CASES = (
    case("1.2", PASS, listed={"securityPolicy": "TLS_1_2"}),
    case("1.3", PASS, listed={"securityPolicy": "SecurityPolicy_TLS13_1_3_2025_09"}),
    case("1.2, as of a June", PASS, listed={"securityPolicy": "SecurityPolicy_TLS13_1_2_2021_06"}),
    case("1.0", FAIL, listed={"securityPolicy": "TLS_1_0"}),
    case("nothing is said", FAIL, listed={}),
)
