"""Containers cannot change their own files.

Why: an intruder who can write puts programs where they are run.
Fix: set `readOnlyRootFilesystem: true` and mount an `emptyDir` where files are written.
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
    severity=Severity.LOW,
    reads=("pod",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 CM-7 supporting",
        "ccm-4 IVS-04 supporting",
    ),
    known_as=(
        "checkov:CKV_K8S_22",
        "trivy:KSV014",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "can change its own files", "the root file systems are read-only")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return (container.get("securityContext") or {}).get("readOnlyRootFilesystem") is not True


CASES = (
    case("on", PASS, pod=secured(readOnlyRootFilesystem=True)),
    case("not said", FAIL, pod=pod()),
)
