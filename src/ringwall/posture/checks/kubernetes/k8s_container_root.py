"""Containers do not run as root.

Why: root in a container is root for the kernel: one hole in it, or one mounted folder, is enough.
Fix: set `runAsNonRoot: true` or a `runAsUser` above 0, for the pod or for each container.
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
    severity=Severity.MEDIUM,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=(
        "checkov:CKV_K8S_23",
        "trivy:KSV012",
        "pss:restricted",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "may run as root", "no container runs as root")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return (
        security_of(container, spec, "runAsNonRoot") is not True
        and not (security_of(container, spec, "runAsUser") or 0) > 0
    )


CASES = (
    case("for the pod", PASS, pod=pod(securityContext={"runAsNonRoot": True})),
    case("a user", PASS, pod=secured(runAsUser=1000)),
    case("not said", FAIL, pod=pod()),
    case("root", FAIL, pod=secured(runAsUser=0)),
)
