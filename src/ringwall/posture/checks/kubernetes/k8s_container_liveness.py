"""Containers tell whether they live.

Why: what hangs is not started again.
Fix: give each container a `livenessProbe`.
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
from ringwall.posture.checks.kubernetes.known import those

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.LOW,
    reads=("pod",),
    controls=(
        "nist-800-53r5 SC-5 partial",
        "nist-800-53r5 SC-6 partial",
    ),
    known_as=("checkov:CKV_K8S_8",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(it, _wrong, "does not tell whether it lives", "all tell whether they live")


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    begin, _ = those(spec.get("initContainers") or (), lambda one: one is container)
    return not begin and not container.get("livenessProbe")


TOLD = {"livenessProbe": {"tcpSocket": {"port": 80}}}
CASES = (
    case("told", PASS, pod=pod(TOLD)),
    case("not said", FAIL, pod=pod()),
    case("what begins", PASS, pod=pod(TOLD, initContainers=[{"name": "a"}])),
)
