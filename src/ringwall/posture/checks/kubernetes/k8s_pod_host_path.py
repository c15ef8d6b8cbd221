"""Pods mount no folder of the host.

Why: a folder of the host is a way out of the container, and to what others keep there.
Fix: use a volume of another kind.
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
from ringwall.posture.checks.kubernetes.known import is_any

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
        "trivy:KSV023",
        "pss:baseline",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if is_any(spec.get("volumes") or (), lambda one: one.get("hostPath")):
        return fails(f"{it.label} mounts a folder of the host")
    return passes("no folder of the host is mounted")


CASES = (
    case("none", PASS, pod=pod()),
    case("empty", PASS, pod=pod(volumes=[{"name": "a", "emptyDir": {}}])),
    case("one", FAIL, pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/var/log"}}])),
)
