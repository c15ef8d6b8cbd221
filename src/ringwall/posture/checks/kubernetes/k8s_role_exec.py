"""Roles do not run programs in pods.

Why: who does has all that the pod has.
Fix: take `pods/exec`, `pods/attach` and `pods/ephemeralcontainers` away.
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
    known_as=("trivy:KSV053",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Roles that Kubernetes brings itself are left to it."""
    said = "runs programs in pods"
    added = granted(it, ("update", "patch"), ("pods/ephemeralcontainers",), said)
    if added is not None and added.outcome is FAIL:
        return added
    return granted(it, ("create", "get"), ("pods/exec", "pods/attach"), said)


CASES = (
    case("harmless", PASS, manifest=role(["get"], ["services"])),
    case("allowed", FAIL, manifest=role(["create"], ["pods/exec"])),
    case("of whatever it is", FAIL, manifest=role(["create"], ["*/exec"])),
    case("everything", FAIL, manifest=role(["*"], ["*"], "*")),
    case(
        "of Kubernetes",
        NOT_JUDGED,
        manifest=brought("admin"),
    ),
)
