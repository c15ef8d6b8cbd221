"""Pods do not see the processes of the host.

Why: who sees them reads their environment, and may end or trace them.
Fix: take `hostPID: true` away.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.containers import pod

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.HIGH,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=(
        "checkov:CKV_K8S_17",
        "trivy:KSV010",
        "pss:baseline",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if spec.get("hostPID") is True:
        return fails(f"{it.label} sees the processes of the host")
    return passes("it sees its own processes alone")


CASES = (
    case("own", PASS, pod=pod()),
    case("of the host", FAIL, pod=pod(hostPID=True)),
)
