"""Trails arrive in their bucket.

Why: a trail that is on and cannot write records nothing.
Fix: mend the bucket's policy or the key's, as the error says.
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-cloudtrail-trail",
    severity=Severity.HIGH,
    reads=("status",),
    controls=LOGGED,
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    status = it.read("status")
    if not status.get("IsLogging"):
        return fails(f"{it.label} is switched off")
    error = status.get("LatestDeliveryError")
    return fails(f"it does not arrive: {error}") if error else passes("it arrives")


CASES = (
    case("arrives", PASS, status={"IsLogging": True}),
    case("off", FAIL, status={"IsLogging": False}),
    case(
        "does not arrive", FAIL, status={"IsLogging": True, "LatestDeliveryError": "AccessDenied"}
    ),
    case("may not be read", UNKNOWN, status=DENIED),
)
