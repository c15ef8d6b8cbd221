"""Pods do not run beside the control plane.

Why: an intruder who comes out of one there has the whole cluster.
Fix: take away the toleration of the control plane.
"""

from collections.abc import Mapping
from typing import Any

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
    severity=Severity.MEDIUM,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=("trivy:KSV0200",),
)


_TAINTS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


def judge(it: Subject, world: World) -> Judgment:
    """The pod's spec says it."""
    spec = it.read("pod")["spec"]
    if is_any(spec.get("tolerations") or (), _is_of_it):
        return fails(f"{it.label} may run beside the control plane")
    return passes("it does not run beside the control plane")


def _is_of_it(toleration: Mapping[str, Any]) -> bool:
    key = str(toleration.get("key") or "")
    return key.startswith(_TAINTS) or (not key and toleration.get("operator") == "Exists")


CASES = (
    case("none", PASS, pod=pod()),
    case(
        "tolerated",
        FAIL,
        pod=pod(tolerations=[{"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}]),
    ),
    case("all", FAIL, pod=pod(tolerations=[{"operator": "Exists"}])),
)
