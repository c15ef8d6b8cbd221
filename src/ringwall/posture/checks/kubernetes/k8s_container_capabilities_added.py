"""No container has dangerous capabilities.

Why: SYS_ADMIN, SYS_PTRACE, NET_ADMIN and the like give a container parts of the host.
Fix: take the capability away, or give the work to something made for it.
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
from ringwall.posture.checks.kubernetes.known import is_any

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
        "checkov:CKV_K8S_25",
        "trivy:KSV022",
        "pss:baseline",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(
        it,
        _wrong,
        "has capabilities beyond those of every container",
        "no capability is added that is dangerous",
    )


_USUAL = {
    "NET_BIND_SERVICE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FSETID",
    "FOWNER",
    "MKNOD",
    "SETGID",
    "SETUID",
    "SETFCAP",
    "SETPCAP",
    "SYS_CHROOT",
    "KILL",
    "AUDIT_WRITE",
}


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    changed = (container.get("securityContext") or {}).get("capabilities") or {}
    return is_any(
        changed.get("add") or (),
        lambda one: str(one).upper().removeprefix("CAP_") not in _USUAL,
    )


CASES = (
    case("a port", PASS, pod=secured(capabilities={"add": ["NET_BIND_SERVICE"]})),
    case("none", PASS, pod=pod()),
    case("the host", FAIL, pod=secured(capabilities={"add": ["SYS_ADMIN"]})),
    case("all", FAIL, pod=secured(capabilities={"add": ["ALL"]})),
)
