"""Roles do not bind roles.

Why: who makes bindings gives rights away.
Fix: leave it to administrators.
"""

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
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=(
        "checkov:CKV_K8S_157",
        "trivy:KSV051",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that Kubernetes brings itself are left to it."""
    return granted(
        it,
        ("create", "update", "patch"),
        ("rolebindings", "clusterrolebindings"),
        "binds roles",
        "rbac.authorization.k8s.io",
    )


CASES = (
    case("harmless", PASS, manifest=role(["get"], ["rolebindings"], "rbac.authorization.k8s.io")),
    case("allowed", FAIL, manifest=role(["create"], ["rolebindings"], "rbac.authorization.k8s.io")),
    case("everything", FAIL, manifest=role(["*"], ["*"], "rbac.authorization.k8s.io")),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
