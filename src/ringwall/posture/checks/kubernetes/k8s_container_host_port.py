"""Containers take no ports of the host.

Why: a port of the host goes around network policies and services.
Fix: take `hostPort` away and put a Service before the pods.
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
)
from ringwall.posture.checks.kubernetes.known import is_any

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.MEDIUM,
    reads=("pod",),
    controls=(
        "nist-800-53r5 SC-7 partial",
        "ccm-4 IVS-03 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_26",
        "trivy:KSV024",
        "pss:baseline",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "takes a port of the host", "no port of the host is taken")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    return is_any(container.get("ports") or (), lambda one: one.get("hostPort"))


CASES = (
    case("a port", PASS, pod=pod({"ports": [{"containerPort": 80}]})),
    case("of the host", FAIL, pod=pod({"ports": [{"containerPort": 80, "hostPort": 80}]})),
)
