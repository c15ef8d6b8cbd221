"""Pods do not share memory with the host.

Why: shared memory of the host holds what other programs put there.
Fix: take `hostIPC: true` away.
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
        "checkov:CKV_K8S_18",
        "trivy:KSV008",
        "pss:baseline",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if spec.get("hostIPC") is True:
        return fails(f"{it.label} shares memory with the host")
    return passes("it shares no memory with the host")


CASES = (
    case("own", PASS, pod=pod()),
    case("of the host", FAIL, pod=pod(hostIPC=True)),
)
