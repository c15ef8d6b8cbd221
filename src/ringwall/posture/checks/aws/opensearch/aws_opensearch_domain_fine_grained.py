"""Search domains know who asks.

Why: everybody who comes in may read and delete every index.
Fix: turn fine-grained access control on.
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
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-opensearch-domain",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=SIGN_IN,
    known_as=(
        "prowler:opensearch_service_domains_access_control_enabled",
        "securityhub:Opensearch.7",
        "checkov:CKV2_AWS_52",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    told = it.read("described")
    if (told.get("AdvancedSecurityOptions") or {}).get("Enabled") is True and not told[
        "AdvancedSecurityOptions"
    ].get("AnonymousAuthEnabled"):
        return passes("fine-grained access control is on")
    return fails(f"everybody who reaches {it.label} may do everything")


CASES = (
    case("on", PASS, described={"AdvancedSecurityOptions": {"Enabled": True}}),
    case(
        "off",
        FAIL,
        described={"AdvancedSecurityOptions": {"Enabled": True, "AnonymousAuthEnabled": True}},
    ),
    case("nothing is said", FAIL, described={}),
    case("denied", UNKNOWN, described=DENIED),
)
