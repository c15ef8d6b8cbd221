"""Containers have a filter of system calls.

Why: without one every system call of the kernel is open to who breaks in.
Fix: set `seccompProfile: {type: RuntimeDefault}` for the pod.
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
    secured,
    security_of,
)

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.LOW,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=(
        "checkov:CKV_K8S_31",
        "trivy:KSV030",
        "pss:restricted",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "has no filter of system calls", "system calls are filtered")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return (security_of(container, spec, "seccompProfile") or {}).get("type") not in {
        "RuntimeDefault",
        "Localhost",
    }


CASES = (
    case(
        "for the pod", PASS, pod=pod(securityContext={"seccompProfile": {"type": "RuntimeDefault"}})
    ),
    case("not said", FAIL, pod=pod()),
    case("off", FAIL, pod=secured(seccompProfile={"type": "Unconfined"})),
)
