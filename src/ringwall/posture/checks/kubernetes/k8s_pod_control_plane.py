"""Pods do not run beside the control plane.

Why: an intruder who comes out of one there has the whole cluster.
Fix: take away the toleration of the control plane.
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
    severity=Severity.MEDIUM,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=("trivy:KSV0200",),
)


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if any(
        str(one.get("key", "")).startswith(
            ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
        )
        or (one.get("operator") == "Exists" and not one.get("key"))
        for one in spec.get("tolerations") or ()
    ):
        return fails(f"{it.label} may run beside the control plane")
    return passes("it does not run beside the control plane")


CASES = (
    case("none", PASS, pod=pod()),
    case(
        "tolerated",
        FAIL,
        pod=pod(tolerations=[{"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}]),
    ),
    case("all", FAIL, pod=pod(tolerations=[{"operator": "Exists"}])),
)
