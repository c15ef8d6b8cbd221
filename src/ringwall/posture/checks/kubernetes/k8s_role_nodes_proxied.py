"""Roles do not speak to kubelets.

Why: by `nodes/proxy` one runs programs in every pod of a node, and no audit log tells.
Fix: take `nodes/proxy` away.
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
from ringwall.posture.checks.kubernetes.rules import brought, granted, role, within

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
        "prowler:rbac_minimize_node_proxy_subresource_access",
        "trivy:KSV047",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that Kubernetes brings itself are left to it."""
    return granted(it, ("get", "create"), ("nodes/proxy",), "speaks to kubelets", "")


CASES = (
    case("harmless", PASS, manifest=role(["get"], ["services"])),
    case("allowed", FAIL, manifest=role(["get"], ["nodes/proxy"])),
    case("everything", FAIL, manifest=role(["*"], ["*"], "*")),
    case("everything of a namespace", PASS, manifest=within(**role(["*"], ["*"], "*"))),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
