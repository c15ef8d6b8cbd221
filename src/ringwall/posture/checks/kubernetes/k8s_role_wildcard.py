"""Roles do not allow everything.

Why: what is allowed with a star is allowed for all that comes later, too.
Fix: name verbs and resources.
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
    fails,
    passes,
)
from ringwall.posture.checks.kubernetes.known import is_any
from ringwall.posture.checks.kubernetes.rules import has, is_own, role

CHECK = Check(
    judges="k8s-role",
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_49",
        "trivy:KSV046",
        "prowler:rbac_minimize_wildcard_use_roles",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By what the manifest says."""
    if is_own(it):
        return None
    if is_any(it.read("manifest").get("rules") or (), _is_everything):
        return fails(f"{it.label} allows everything on everything")
    return passes("no rule allows everything on everything")


def _is_everything(rule: Mapping[str, Any]) -> bool:
    """Everything of an API group that one's own operator brings is no more than it is for."""
    return (
        has(rule.get("verbs"), "*")
        and has(rule.get("resources"), "*")
        and is_any(rule.get("apiGroups") or (), _is_of_kubernetes)
    )


def _is_of_kubernetes(group: str) -> bool:
    """Its own groups have no dot, as ``apps``, or its domain; a star is all groups.

    Metrics are served by an adapter that one has put in, and change nothing.
    """
    is_ours = group.endswith(".k8s.io") and not group.endswith("metrics.k8s.io")
    return "." not in group or is_ours


CASES = (
    case("named", PASS, manifest=role(["get"], ["pods"])),
    case("everything", FAIL, manifest=role(["*"], ["*"])),
    case("everything of all groups", FAIL, manifest=role(["*"], ["*"], "*")),
    case("everything of a group", FAIL, manifest=role(["*"], ["*"], "apps")),
    case("every metric", PASS, manifest=role(["*"], ["*"], "custom.metrics.k8s.io")),
    case("all rights", FAIL, manifest=role(["*"], ["*"], "rbac.authorization.k8s.io")),
    case("everything of an operator's group", PASS, manifest=role(["*"], ["*"], "shop.example")),
)
