"""Somebody looks at permissions that nobody uses.

Why: what nobody uses is missed by nobody when it is taken away, and welcome to whoever breaks in.
Fix: make an analyzer of unused access, of the account or the organisation; or read Ringwall's own
list, and accept this.
"""

from functools import partial

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, REVIEWED

CHECK = Check(
    judges="aws-account",
    severity=Severity.INFORMATIONAL,
    reads=("aws-region.access_analyzers",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-6(7) supporting",
        *REVIEWED,
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """One region is enough: what IAM grants is the same in all of them."""
    regions = world.regions(it)
    if world.any_true(*(partial(_looks, region) for region in regions)):
        return passes("an analyzer of unused access looks")
    return fails("no analyzer looks at unused access")


def _looks(region: Subject) -> bool:
    return any(
        str(one.get("type")).endswith("_UNUSED_ACCESS") and one.get("status") == "ACTIVE"
        for one in region.read("access_analyzers", [])
    )


def _region(kind: str, status: str = "ACTIVE") -> Other:
    return other("aws-region", access_analyzers=[{"name": "a", "type": kind, "status": status}])


CASES = (
    case("one", PASS, _region("ACCOUNT_UNUSED_ACCESS")),
    case("of the organisation", PASS, _region("ORGANIZATION_UNUSED_ACCESS")),
    case("failed", FAIL, _region("ACCOUNT_UNUSED_ACCESS", "FAILED")),
    case("of what is shared", FAIL, _region("ACCOUNT")),
    case("may not be read", UNKNOWN, other("aws-region", access_analyzers=DENIED)),
)
