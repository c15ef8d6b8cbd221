"""Roles do not read all secrets.

Why: who reads the secrets of a namespace has the tokens of all its accounts.
Fix: name the secrets in `resourceNames`, or take the rule away.
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
        "checkov:CKV2_K8S_5",
        "trivy:KSV041",
        "prowler:rbac_minimize_secret_access",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that Kubernetes brings itself are left to it."""
    return granted(it, ("get", "list", "watch"), ("secrets",), "reads secrets", "")


CASES = (
    case("harmless", PASS, manifest=role(["get"], ["services"])),
    case("allowed", FAIL, manifest=role(["list"], ["secrets"])),
    case("everything", FAIL, manifest=role(["*"], ["*"], "*")),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
    case(
        "only called so",
        FAIL,
        manifest=role(["list"], ["secrets"]) | {"metadata": brought("ours")["metadata"]},
    ),
)
