"""Roles do not act as others.

Why: who impersonates has the rights of whomever.
Fix: take the verb `impersonate` away.
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
    severity=Severity.CRITICAL,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-3 supporting",
        "ccm-4 IAM-05 partial",
    ),
    known_as=("trivy:KSV043",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that Kubernetes brings itself are left to it."""
    return granted(
        it, ("impersonate",), ("users", "groups", "serviceaccounts"), "acts as others", ""
    )


CASES = (
    case("harmless", PASS, manifest=role(["get"], ["services"])),
    case("allowed", FAIL, manifest=role(["impersonate"], ["users"])),
    case("everything", FAIL, manifest=role(["*"], ["*"], "*")),
    case("everybody, in a namespace", PASS, manifest=within(**role(["impersonate"], ["users"]))),
    case("accounts", FAIL, manifest=within(**role(["impersonate"], ["serviceaccounts"]))),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
