"""Roles do not make tokens of accounts.

Why: who makes a token is that account.
Fix: take `serviceaccounts/token` away.
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
    known_as=("prowler:rbac_minimize_service_account_token_creation",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that Kubernetes brings itself are left to it."""
    return granted(it, ("create",), ("serviceaccounts/token",), "makes tokens of accounts", "")


CASES = (
    case("harmless", PASS, manifest=role(["get"], ["services"])),
    case("allowed", FAIL, manifest=role(["create"], ["serviceaccounts/token"])),
    case("everything", FAIL, manifest=role(["*"], ["*"], "*")),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
