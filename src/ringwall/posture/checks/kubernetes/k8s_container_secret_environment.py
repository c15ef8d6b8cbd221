"""Secrets do not come by the environment.

Why: the environment is seen by every child, in crash reports and in logs.
Fix: mount the secret as a file.
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
from ringwall.posture.checks.kubernetes.known import every, is_any

CHECK = Check(
    judges="k8s-workload",
    severity=Severity.LOW,
    reads=("pod",),
    controls=(
        "nist-800-53r5 IA-5 partial",
        "ccm-4 IAM-15 supporting",
    ),
    known_as=("checkov:CKV_K8S_35",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Every container counts."""
    return judged(
        it, _wrong, "has secrets in its environment", "no secret comes by the environment"
    )


def _wrong(container: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    several = [one for name in ("env", "envFrom") for one in every(container.get(name) or ())]
    return is_any(several, _is_one)


def _is_one(source: Mapping[str, Any]) -> bool:
    inner = source.get("valueFrom") or {}
    return inner.get("secretKeyRef") is not None or source.get("secretRef") is not None


CASES = (
    case("plain", PASS, pod=pod({"env": [{"name": "MODE", "value": "fast"}]})),
    case(
        "one",
        FAIL,
        pod=pod(
            {"env": [{"name": "P", "valueFrom": {"secretKeyRef": {"name": "db", "key": "p"}}}]}
        ),
    ),
    case("all", FAIL, pod=pod({"envFrom": [{"secretRef": {"name": "db"}}]})),
)
