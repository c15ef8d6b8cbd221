"""Containers drop all capabilities.

Why: the capabilities that every container has by default are seldom needed and widen what an
intruder can do.
Fix: drop `ALL` and add back by name what is needed.
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
        "checkov:CKV_K8S_37",
        "trivy:KSV003",
        "pss:restricted",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "keeps capabilities", "all capabilities are dropped")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return "ALL" not in {
        str(one).upper()
        for one in ((container.get("securityContext") or {}).get("capabilities") or {}).get("drop")
        or ()
    }


CASES = (
    case("dropped", PASS, pod=secured(capabilities={"drop": ["ALL"]})),
    case("not said", FAIL, pod=pod()),
    case("some", FAIL, pod=secured(capabilities={"drop": ["NET_RAW"]})),
)
