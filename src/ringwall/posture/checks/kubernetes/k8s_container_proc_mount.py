"""Containers see a masked proc.

Why: an unmasked /proc tells of the host and lets parts of the kernel be set.
Fix: take `procMount: Unmasked` away.
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
        "trivy:KSV027",
        "pss:baseline",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "has an unmasked proc", "proc is masked")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return (container.get("securityContext") or {}).get("procMount") not in {None, "Default"}


CASES = (
    case("not said", PASS, pod=pod()),
    case("unmasked", FAIL, pod=secured(procMount="Unmasked")),
)
