"""Roles do not change admission webhooks.

Why: who does reads and changes all that is put into the cluster.
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
        "checkov:CKV_K8S_155",
        "prowler:rbac_minimize_webhook_config_access",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that Kubernetes brings itself are left to it."""
    return granted(
        it,
        ("create", "update", "patch"),
        ("validatingwebhookconfigurations", "mutatingwebhookconfigurations"),
        "changes admission webhooks",
        "admissionregistration.k8s.io",
    )


CASES = (
    case(
        "harmless",
        PASS,
        manifest=role(["get"], ["mutatingwebhookconfigurations"], "admissionregistration.k8s.io"),
    ),
    case(
        "allowed",
        FAIL,
        manifest=role(
            ["update"], ["mutatingwebhookconfigurations"], "admissionregistration.k8s.io"
        ),
    ),
    case("everything", FAIL, manifest=role(["*"], ["*"], "admissionregistration.k8s.io")),
    case("everything of a namespace", PASS, manifest=within(**role(["*"], ["*"], "*"))),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
