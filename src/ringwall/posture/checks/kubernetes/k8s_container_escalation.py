"""Containers cannot gain privileges.

Why: a program with the set-user-id bit may otherwise become root within the container.
Fix: set `allowPrivilegeEscalation: false` in the security context of each container.
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
)

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.MEDIUM,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=(
        "checkov:CKV_K8S_20",
        "trivy:KSV001",
        "pss:restricted",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "may gain privileges", "no container may gain privileges")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return (container.get("securityContext") or {}).get("allowPrivilegeEscalation") is not False


CASES = (
    case("off", PASS, pod=secured(allowPrivilegeEscalation=False)),
    case("not said", FAIL, pod=pod()),
    case("on", FAIL, pod=secured(allowPrivilegeEscalation=True)),
)
