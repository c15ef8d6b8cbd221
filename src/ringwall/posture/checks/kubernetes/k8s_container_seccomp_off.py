"""No container switches the filter of system calls off.

Why: who writes Unconfined takes away what the runtime would filter by itself.
Fix: write `RuntimeDefault` in place of `Unconfined`.
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
    severity=Severity.HIGH,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=(
        "trivy:KSV104",
        "pss:baseline",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(
        it, _wrong, "switches the filter of system calls off", "no filter is switched off"
    )


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return (security_of(container, spec, "seccompProfile") or {}).get("type") == "Unconfined"


CASES = (
    case("not said", PASS, pod=pod()),
    case("off", FAIL, pod=secured(seccompProfile={"type": "Unconfined"})),
)
