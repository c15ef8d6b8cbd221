"""Access Analyzer is on in every region.

Why: it tells of what is shared with others outside as soon as somebody shares it.
Fix: make an analyzer of the account or of the organisation in the region.
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

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("access_analyzers",),
    controls=(
        "cis-aws-3.0 1.20 full",
        "nist-800-53r5 AC-6(7) partial",
        "nist-csf-2.0 DE.CM-03 supporting",
    ),
    known_as=("prowler:accessanalyzer_enabled", "securityhub:IAM.28"),
)


def judge(it: Subject, world: World) -> Judgment:
    """In each region."""
    active = [
        one["name"] for one in it.read("access_analyzers", []) if one.get("status") == "ACTIVE"
    ]
    return passes(f"{active[0]} looks") if active else fails("no analyzer is active")


CASES = (
    case("active", PASS, access_analyzers=[{"name": "a", "status": "ACTIVE"}]),
    case("failed", FAIL, access_analyzers=[{"name": "a", "status": "FAILED"}]),
    case("none", FAIL, access_analyzers=[]),
    case("may not be read", UNKNOWN, access_analyzers=DENIED),
)
