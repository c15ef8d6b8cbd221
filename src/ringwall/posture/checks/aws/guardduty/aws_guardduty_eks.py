"""GuardDuty looks at audit logs of Kubernetes.

Why: what is done inside a cluster is seen by nothing else.
Fix: turn the feature EKS_AUDIT_LOGS on.
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
        "prowler:guardduty_eks_audit_log_enabled",
        "securityhub:GuardDuty.5",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of detectors that are on."""
    told = it.read("detector")
    if told.get("Status") != "ENABLED":
        return None
    for one in told.get("Features") or []:
        if one.get("Name") == "EKS_AUDIT_LOGS" and one.get("Status") == "ENABLED":
            return passes("it looks at audit logs of Kubernetes")
    return fails("EKS_AUDIT_LOGS is off")


CASES = (
    case(
        "on",
        PASS,
        detector={
            "Status": "ENABLED",
            "Features": [{"Name": "EKS_AUDIT_LOGS", "Status": "ENABLED"}],
        },
    ),
    case(
        "off",
        FAIL,
        detector={
            "Status": "ENABLED",
            "Features": [{"Name": "EKS_AUDIT_LOGS", "Status": "DISABLED"}],
        },
    ),
    case("never set", FAIL, detector={"Status": "ENABLED"}),
    case("suspended", NOT_JUDGED, detector={"Status": "DISABLED"}),
    case("may not be read", UNKNOWN, detector=DENIED),
)
