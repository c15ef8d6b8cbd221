"""GuardDuty has nothing severe that waits.

Why: a finding of high severity is somebody within, until somebody says that it is not.
Fix: look at each, answer it, and archive it.
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
    severity=Severity.HIGH,
    reads=(
        "severe",
        "detector",
    ),
    controls=(
        *WATCHED,
        "nist-800-53r5 IR-4 supporting",
        "nist-csf-2.0 DE.AE-02 supporting",
        "iso-27001-2022 A.5.25 partial",
        "soc2 CC7.3 partial",
        "ccm-4 SEF-06 partial",
        "nist-csf-2.0 RS.MA-02 supporting",
        "pci-dss-4 11.5.1 supporting",
    ),
    known_as=("prowler:guardduty_no_high_severity_findings",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of 7 and more that are not archived, by detectors that are on. Code finds nothing yet."""
    if it.is_declared or it.read("detector").get("Status") != "ENABLED":
        return None
    count = sum(int(number) for number in it.read("severe", {}).values())
    return fails(f"{count} severe findings wait") if count else passes("no severe finding waits")


ON = {"Status": "ENABLED"}
CASES = (
    case("none", PASS, detector=ON, severe={}),
    case("three", FAIL, detector=ON, severe={"8.0": 2, "7.5": 1}),
    case("suspended", NOT_JUDGED, detector={"Status": "DISABLED"}, severe={}),
    case("may not be read", UNKNOWN, detector=ON, severe=DENIED),
)
