"""No pod mounts the root of the host.

Why: all files of the node are in it, and those of everything that runs there.
Fix: take the volume away.
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
    severity=Severity.CRITICAL,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=("trivy:KSV121",),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if any(
        str((one.get("hostPath") or {}).get("path", "-")).rstrip("/")
        in {"", "/etc", "/root", "/var/lib/kubelet", "/proc"}
        for one in spec.get("volumes") or ()
    ):
        return fails(f"{it.label} mounts the root of the host, or what is as good")
    return passes("the root of the host is not mounted")


CASES = (
    case("none", PASS, pod=pod()),
    case("logs", PASS, pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/var/log"}}])),
    case("root", FAIL, pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/"}}])),
    case("settings", FAIL, pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/etc"}}])),
)
