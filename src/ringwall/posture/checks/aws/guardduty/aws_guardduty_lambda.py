"""GuardDuty looks at where functions connect to.

Why: a function that mines or calls home is seen there.
Fix: turn the feature LAMBDA_NETWORK_LOGS on.
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
from ringwall.posture.checks.aws.controls import WATCHED

CHECK = Check(
    judges="aws-guardduty-detector",
    severity=Severity.LOW,
    reads=("detector",),
    controls=WATCHED,
    known_as=(
        "prowler:guardduty_lambda_protection_enabled",
        "securityhub:GuardDuty.6",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of detectors that are on."""
    told = it.read("detector")
    if told.get("Status") != "ENABLED":
        return None
    for one in told.get("Features") or []:
        if one.get("Name") == "LAMBDA_NETWORK_LOGS" and one.get("Status") == "ENABLED":
            return passes("it looks at where functions connect to")
    return fails("LAMBDA_NETWORK_LOGS is off")


CASES = (
    case(
        "on",
        PASS,
        detector={
            "Status": "ENABLED",
            "Features": [{"Name": "LAMBDA_NETWORK_LOGS", "Status": "ENABLED"}],
        },
    ),
    case(
        "off",
        FAIL,
        detector={
            "Status": "ENABLED",
            "Features": [{"Name": "LAMBDA_NETWORK_LOGS", "Status": "DISABLED"}],
        },
    ),
    case("never set", FAIL, detector={"Status": "ENABLED"}),
    case("suspended", NOT_JUDGED, detector={"Status": "DISABLED"}),
    case("may not be read", UNKNOWN, detector=DENIED),
)
