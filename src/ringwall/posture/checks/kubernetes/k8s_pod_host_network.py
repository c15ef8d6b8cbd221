"""Pods have a network of their own.

Why: in the network of the host a pod hears what goes over it and reaches what listens on it alone,
around all network policies.
Fix: take `hostNetwork: true` away.
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
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_19",
        "trivy:KSV009",
        "pss:baseline",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if spec.get("hostNetwork") is True:
        return fails(f"{it.label} uses the network of the host")
    return passes("it has a network of its own")


CASES = (
    case("own", PASS, pod=pod()),
    case("of the host", FAIL, pod=pod(hostNetwork=True)),
)
