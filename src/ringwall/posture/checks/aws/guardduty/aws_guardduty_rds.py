"""GuardDuty looks at sign-ins to databases.

Why: guessed and stolen passwords of databases are seen there.
Fix: turn the feature RDS_LOGIN_EVENTS on.
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
        "prowler:guardduty_rds_protection_enabled",
        "securityhub:GuardDuty.9",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of detectors that are on."""
    told = it.read("detector")
    if told.get("Status") != "ENABLED":
        return None
    for one in told.get("Features") or []:
        if one.get("Name") == "RDS_LOGIN_EVENTS" and one.get("Status") == "ENABLED":
            return passes("it looks at sign-ins to databases")
    return fails("RDS_LOGIN_EVENTS is off")


CASES = (
    case(
        "on",
        PASS,
        detector={
            "Status": "ENABLED",
            "Features": [{"Name": "RDS_LOGIN_EVENTS", "Status": "ENABLED"}],
        },
    ),
    case(
        "off",
        FAIL,
        detector={
            "Status": "ENABLED",
            "Features": [{"Name": "RDS_LOGIN_EVENTS", "Status": "DISABLED"}],
        },
    ),
    case("never set", FAIL, detector={"Status": "ENABLED"}),
    case("suspended", NOT_JUDGED, detector={"Status": "DISABLED"}),
    case("may not be read", UNKNOWN, detector=DENIED),
)
