"""No pod has the socket of the container runtime.

Why: who speaks to it starts any container, as root on the node.
Fix: take the volume away; build images with a tool that needs no runtime.
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
    known_as=(
        "checkov:CKV_K8S_27",
        "trivy:KSV006",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if any(
        str((one.get("hostPath") or {}).get("path", ""))
        .rstrip("/")
        .endswith(("docker.sock", "containerd.sock", "crio.sock"))
        for one in spec.get("volumes") or ()
    ):
        return fails(f"{it.label} has the socket of the container runtime")
    return passes("no socket of a runtime is mounted")


CASES = (
    case("none", PASS, pod=pod()),
    case(
        "docker",
        FAIL,
        pod=pod(volumes=[{"name": "a", "hostPath": {"path": "/var/run/docker.sock"}}]),
    ),
)
