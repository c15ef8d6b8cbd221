"""No container runs privileged.

Why: a privileged container has all of the host: who breaks into it owns the node and what runs
there.
Fix: take `privileged: true` away, and add the one capability that is needed.
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
    severity=Severity.CRITICAL,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=(
        "checkov:CKV_K8S_16",
        "trivy:KSV017",
        "pss:baseline",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "runs privileged", "no container is privileged")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    windows = security_of(container, spec, "windowsOptions") or {}
    on_the_host = (windows if isinstance(windows, Mapping) else {}).get("hostProcess") is True
    return on_the_host or (container.get("securityContext") or {}).get("privileged") is True


CASES = (
    case("plain", PASS, pod=pod()),
    case("privileged", FAIL, pod=secured(privileged=True)),
    case("of the host, on Windows", FAIL, pod=secured(windowsOptions={"hostProcess": True})),
    case(
        "of the host, on Windows, for the pod",
        FAIL,
        pod=pod(securityContext={"windowsOptions": {"hostProcess": True}}),
    ),
    case(
        "first container",
        FAIL,
        pod=pod(initContainers=[{"name": "a", "securityContext": {"privileged": True}}]),
    ),
)
