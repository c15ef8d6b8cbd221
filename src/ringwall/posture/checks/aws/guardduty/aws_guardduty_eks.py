"""GuardDuty looks at audit logs of Kubernetes.

Why: what is done inside a cluster is seen by nothing else.
Fix: turn the feature EKS_AUDIT_LOGS on.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import INTRUSIONS, WATCHED
from ringwall.posture.checks.aws.guardduty.features import cases_of_feature, judge_feature

CHECK = Check(
    judges="aws-guardduty-detector",
    severity=Severity.LOW,
    reads=("detector",),
    controls=(
        *WATCHED,
        *INTRUSIONS,
    ),
    known_as=(
        "prowler:guardduty_eks_audit_log_enabled",
        "securityhub:GuardDuty.5",
    ),
)


FEATURE = "EKS_AUDIT_LOGS"


def judge(it: Subject, world: World) -> Judgment | None:
    """Of detectors that are on."""
    return judge_feature(it, FEATURE, "it looks at audit logs of Kubernetes")


CASES = cases_of_feature(FEATURE)
