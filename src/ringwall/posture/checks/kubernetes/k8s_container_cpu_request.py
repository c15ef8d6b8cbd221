"""Containers say how much processor they need.

Why: what says nothing is the first to starve, and is put where there is no room.
Fix: set `resources.requests.cpu`.
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
    severity=Severity.LOW,
    reads=("pod",),
    controls=(
        "nist-800-53r5 SC-5 partial",
        "nist-800-53r5 SC-6 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_10",
        "trivy:KSV015",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(
        it,
        _wrong,
        "does not say how much processor it needs",
        "the processor that is needed is said",
    )


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return (
        (container.get("resources") or {}).get("requests")
        or (container.get("resources") or {}).get("limits")
        or {}
    ).get("cpu") is None


CASES = (
    case("said", PASS, pod=pod({"resources": {"requests": {"cpu": "100m"}}})),
    case("not said", FAIL, pod=pod()),
)
