"""Containers have a limit of memory.

Why: one that grows without end takes the node down with all that runs there.
Fix: set `resources.limits.memory`.
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
)
from ringwall.posture.checks.kubernetes.containers import (
    judged,
    pod,
)

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.MEDIUM,
    reads=("pod",),
    controls=(
        "nist-800-53r5 SC-5 partial",
        "nist-800-53r5 SC-6 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_13",
        "trivy:KSV018",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "has no limit of memory", "memory is limited")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    several = [one.get("resources") or {} for one in (container, spec)]
    return all((one.get("limits") or {}).get("memory") is None for one in several)


CASES = (
    case("limited", PASS, pod=pod({"resources": {"limits": {"memory": "64Mi"}}})),
    case("limited for the pod", PASS, pod=pod(resources={"limits": {"memory": "64Mi"}})),
    case("not said", FAIL, pod=pod()),
)
