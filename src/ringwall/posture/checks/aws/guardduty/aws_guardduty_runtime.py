"""GuardDuty looks at what runs.

Why: what a process does on a machine or in a container stands in no log of AWS.
Fix: turn runtime monitoring on in the detector, with its agents managed by GuardDuty.
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
from ringwall.posture.checks.aws.controls import INTRUSIONS, WATCHED

CHECK = Check(
    judges="aws-guardduty-detector",
    severity=Severity.LOW,
    reads=("detector",),
    controls=(
        *WATCHED,
        "iso-27001-2022 A.8.7 supporting",
        "soc2 CC6.8 supporting",
        "pci-dss-4 5.2.1 supporting",
        "ccm-4 TVM-02 supporting",
        *INTRUSIONS,
    ),
    known_as=(
        "prowler:guardduty_eks_runtime_monitoring_enabled",
        "securityhub:GuardDuty.7",
        "securityhub:GuardDuty.11",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of detectors that are on."""
    told = it.read("detector")
    if told.get("Status") != "ENABLED":
        return None
    on = {one.get("Name") for one in told.get("Features") or [] if one.get("Status") == "ENABLED"}
    if on & {"RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING"}:
        return passes("it looks at what runs")
    return fails("RUNTIME_MONITORING is off")


def _detector(name: str, status: str = "ENABLED") -> dict[str, object]:
    return {"Status": "ENABLED", "Features": [{"Name": name, "Status": status}]}


CASES = (
    case("on", PASS, detector=_detector("RUNTIME_MONITORING")),
    case("as it was once", PASS, detector=_detector("EKS_RUNTIME_MONITORING")),
    case("off", FAIL, detector=_detector("RUNTIME_MONITORING", "DISABLED")),
    case("another", FAIL, detector=_detector("S3_DATA_EVENTS")),
    case("never set", FAIL, detector={"Status": "ENABLED"}),
    case("suspended", NOT_JUDGED, detector={"Status": "DISABLED"}),
    case("may not be read", UNKNOWN, detector=DENIED),
)
