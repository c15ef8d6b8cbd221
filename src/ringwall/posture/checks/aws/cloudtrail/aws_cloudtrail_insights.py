"""Trails tell of calls that are unusual.

Why: a key that was stolen is seen first by how much is called with it.
Fix: turn on Insights of call rates and of error rates for a trail; or detect them in Ringwall, and
accept this.
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
from ringwall.posture.checks.aws.controls import WATCHED

CHECK = Check(
    judges="aws-cloudtrail-trail",
    severity=Severity.INFORMATIONAL,
    reads=("insights",),
    controls=(
        *WATCHED,
        "ccm-4 LOG-05 partial",
    ),
    known_as=("prowler:cloudtrail_insights_exist",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Either kind."""
    kinds = [one.get("InsightType") for one in it.read("insights", [])]
    return passes(f"it has {', '.join(map(str, kinds))}") if kinds else fails("it has no Insights")


CASES = (
    case("on", PASS, insights=[{"InsightType": "ApiCallRateInsight"}]),
    case("never on", FAIL, insights=ABSENT),
    case("off", FAIL, insights=[]),
    case("may not be read", UNKNOWN, insights=DENIED),
)
