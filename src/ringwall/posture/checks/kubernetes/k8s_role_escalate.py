"""Roles do not raise privileges.

Why: escalate, bind and impersonate let one give oneself any right.
Fix: take these verbs away.
"""

from typing import Any

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
)
from ringwall.posture.checks.kubernetes.rules import brought, granted, role

CHECK = Check(
    judges="k8s-role",
    severity=Severity.CRITICAL,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_157",
        "trivy:KSV050",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that Kubernetes brings itself are left to it."""
    return granted(
        it,
        ("escalate", "bind"),
        ("roles", "clusterroles"),
        "gives itself any right",
        "rbac.authorization.k8s.io",
    )


def _of(name: str) -> dict[str, Any]:
    rule = {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"]}
    return {"metadata": {}, "rules": [rule | {"verbs": ["bind"], "resourceNames": [name]}]}


CASES = (
    case("harmless", PASS, manifest=role(["get"], ["roles"], "rbac.authorization.k8s.io")),
    case("allowed", FAIL, manifest=role(["bind"], ["clusterroles"], "rbac.authorization.k8s.io")),
    case("of one by name that is everything", FAIL, manifest=_of("cluster-admin")),
    case("of one by name", PASS, manifest=_of("view")),
    case("everything", FAIL, manifest=role(["*"], ["*"], "rbac.authorization.k8s.io")),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
