"""No container asks for the user root.

Why: what is written as user 0 runs as root whatever the image says.
Fix: set `runAsUser` to a number above 0.
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
        "checkov:CKV_K8S_40",
        "trivy:KSV105",
        "pss:restricted",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "asks for user 0", "no container asks for user 0")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return bool(security_of(container, spec, "runAsUser") == 0)


CASES = (
    case("a user", PASS, pod=secured(runAsUser=1000)),
    case("root", FAIL, pod=secured(runAsUser=0)),
    case("root for the pod", FAIL, pod=pod(securityContext={"runAsUser": 0})),
)
