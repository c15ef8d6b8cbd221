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
from ringwall.posture.checks.aws.controls import WATCHED

CHECK = Check(
    judges="aws-region",
    severity=Severity.LOW,
    reads=("access_analyzers",),
    controls=(
        "cis-aws-3.0 1.20 full",
        "cis-aws-5.0 1.19 full",
        "cis-aws-6.0 2.19 full",
        *WATCHED,
        "nist-800-53r5 AC-6(7) partial",
        "nist-csf-2.0 DE.CM-03 supporting",
        "soc2 CC4.1 supporting",
        "nist-csf-2.0 ID.RA-01 supporting",
    ),
    known_as=("prowler:accessanalyzer_enabled", "securityhub:IAM.28"),
    remedy="aws-access-analyzer-on",
)
_OUTSIDE = {"ACCOUNT", "ORGANIZATION"}


def judge(it: Subject, world: World) -> Judgment:
    """One of what is shared outside: those of unused access see nothing of that."""
    several = [
        one for one in it.read("access_analyzers", []) if one.get("type", "ACCOUNT") in _OUTSIDE
    ]
    active = [one["name"] for one in several if one.get("status") == "ACTIVE"]
    if active:
        return passes(f"{active[0]} looks")
    states = ", ".join(f"{one['name']} is {one.get('status')}" for one in several)
    return fails(states or "no analyzer looks at what is shared outside")


def _one(status: str = "ACTIVE", kind: str = "ACCOUNT") -> list[dict[str, str]]:
    return [{"name": "a", "status": status, "type": kind}]


CASES = (
    case("active", PASS, access_analyzers=_one()),
    case("of the organisation", PASS, access_analyzers=_one(kind="ORGANIZATION")),
    case("of unused access", FAIL, access_analyzers=_one(kind="ACCOUNT_UNUSED_ACCESS")),
    case("failed", FAIL, access_analyzers=_one("FAILED")),
    case("none", FAIL, access_analyzers=[]),
    case("may not be read", UNKNOWN, access_analyzers=DENIED),
)
